//! Sending what was prepared: an answer is stored first, and what is sent again is always the same bytes.

use chrono::Duration;
use clock::Timestamp;
use holding::presentation::{Answer, Presentation, Progress, safe_receipt, safe_redirect};
use holding::vault::DataKey;
use store_wallet::records::{Record, Table};
use url::Url;
use wire::vp::DirectPostAnswer;

use super::{Asked, PresentationError};
use crate::app::fault::{Fault, RemoteFault};
use crate::app::{Person, Wallet};

/// An answer that was not acknowledged is sent again after this, and then ever less often.
const RESEND_SECONDS: i64 = 5;

impl Wallet {
    /// The answer is stored before anybody hears it.
    pub(super) async fn keep_answer(
        &self,
        person: &Person,
        mut asked: Asked,
        answer: Answer,
    ) -> Result<Asked, PresentationError> {
        asked.presentation.progress = Progress::Sending { answer };
        let mut moved = self.moved(
            &person.data_key,
            Table::Presentations,
            &asked.record,
            asked.presentation.state(),
            &asked.presentation,
        )?;
        moved.resend_due_at = Some(self.now() + Duration::seconds(RESEND_SECONDS));
        asked.record = self.replace("keep_answer", Table::Presentations, moved).await?;
        Ok(asked)
    }

    pub(super) async fn send_now(&self, person: &Person, asked: Asked) -> Result<Asked, PresentationError> {
        let Asked { record, presentation, evaluation, credentials } = asked;
        let (record, presentation) = self.send_answer(&person.data_key, record, presentation).await?;
        Ok(Asked { record, presentation, evaluation, credentials })
    }

    /// Sends a stored answer. Also called by the background work, which has no person beside it.
    pub(in crate::app) async fn send_answer(
        &self,
        key: &DataKey,
        record: Record,
        presentation: Presentation,
    ) -> Result<(Record, Presentation), PresentationError> {
        let Progress::Sending { answer } = &presentation.progress else { return Ok((record, presentation)) };
        let answer = answer.clone();
        let form: Vec<(&str, &str)> =
            answer.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let url: &Url = &presentation.request.response_uri;
        let now = self.now();
        let outcome = match self.outbound.post_form(url, &form, &[("accept", "application/json")]).await {
            Ok(reply) if reply.is_success() => {
                let answer: DirectPostAnswer = reply.json().unwrap_or_default();
                let receipt = answer.receipt_uri.and_then(|uri| safe_receipt(&uri, url));
                Ok((answer.redirect_uri.and_then(|uri| safe_redirect(&uri, url)), receipt))
            }
            // 408, 429 and 5xx pass; any other refusal will not change by repeating.
            Ok(reply) if matches!(reply.status, 408 | 429) || reply.status >= 500 => {
                Err(Some(RemoteFault::Status { status: reply.status, code: None }))
            }
            Ok(reply) => {
                tracing::info!(status = reply.status, "a verifier turned an answer down");
                Err(None)
            }
            Err(error) => Err(Some(error.into())),
        };
        let (next, entry, sharing) = match outcome {
            Ok((redirect_uri, receipt)) => {
                let activity = presentation.activity(&answer, receipt.clone());
                let entry = self.entry_at(
                    key,
                    (answer.officer.as_deref(), answer.representative.as_ref()),
                    &activity,
                )?;
                let sharing = presentation.sharing(&answer, now, receipt);
                let sharing = sharing.map(|it| self.new_sharing((&record.account, key), &record.id, &it));
                (presentation.acknowledged(answer.kind, now, redirect_uri), Some(entry), sharing.transpose()?)
            }
            Err(Some(fault)) if presentation.request.expires_at > now => {
                self.put_off(key, record, presentation).await?;
                return Err(fault.into());
            }
            Err(_) => {
                let reason = "The verifier did not take the answer.".to_owned();
                (Presentation { progress: Progress::Failed { reason }, ..presentation }, None, None)
            }
        };
        let moved = self.moved(key, Table::Presentations, &record, next.state(), &next)?;
        let mut tx = self.store.write("send_answer").await?;
        tx.replace_record(Table::Presentations, &moved).await?;
        if let Some(entry) = entry {
            tx.insert_entry(&record.account, &entry).await?;
        }
        if let Some(sharing) = sharing {
            tx.insert_record(Table::Sharings, &sharing).await?;
            self.wake.notify_one();
        }
        tx.commit().await?;
        Ok((Record { revision: moved.revision + 1, ..moved }, next))
    }

    async fn put_off(&self, key: &DataKey, record: Record, presentation: Presentation) -> Result<(), Fault> {
        let mut moved =
            self.moved(key, Table::Presentations, &record, presentation.state(), &presentation)?;
        moved.resend_due_at = Some(later(self.now(), record.created_at));
        self.replace("put_off_answer", Table::Presentations, moved).await.map(|_| ())
    }
}

/// The longer it has been tried, the longer until the next try; an hour at most.
pub(in crate::app) fn later(now: Timestamp, since: Timestamp) -> Timestamp {
    let waited = (now - since).num_seconds();
    now + Duration::seconds((waited / 4).clamp(RESEND_SECONDS, 3_600))
}
