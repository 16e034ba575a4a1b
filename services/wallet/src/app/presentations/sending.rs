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
use crate::app::{ALONE_SECONDS, MOST_OVERTAKEN, Person, Wallet};

/// An answer that was put off is sent again after this, and then ever less often.
const RESEND_SECONDS: i64 = 5;

/// What a verifier says to an answer.
enum Heard {
    Taken { redirect: Option<String>, receipt: Option<String> },
    TurnedDown,
    Away(RemoteFault),
}

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
        moved.resend_due_at = Some(self.now() + Duration::seconds(ALONE_SECONDS));
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
        mut record: Record,
        mut presentation: Presentation,
    ) -> Result<(Record, Presentation), PresentationError> {
        let Progress::Sending { answer } = &presentation.progress else { return Ok((record, presentation)) };
        let answer = answer.clone();
        let heard = self.hand_to_verifier(&presentation.request.response_uri, &answer).await;
        // Somebody else may be sending the same: what this one heard is then written onto what stands now.
        let mut settled = self.settle_answer(key, &record, presentation, &heard).await;
        for _ in 0..MOST_OVERTAKEN {
            if !settled.as_ref().is_err_and(Fault::is_overtaken) {
                break;
            }
            let standing = self.read_again(key, Table::Presentations, &record).await?;
            (record, presentation) = standing.ok_or(PresentationError::Unknown)?;
            if !matches!(&presentation.progress, Progress::Sending { answer: other } if other.form == answer.form)
            {
                return Ok((record, presentation));
            }
            settled = self.settle_answer(key, &record, presentation, &heard).await;
        }
        let (record, presentation) = settled?;
        match heard {
            Heard::Away(fault) if matches!(presentation.progress, Progress::Sending { .. }) => {
                Err(fault.into())
            }
            Heard::Away(_) | Heard::TurnedDown | Heard::Taken { .. } => Ok((record, presentation)),
        }
    }

    async fn hand_to_verifier(&self, url: &Url, answer: &Answer) -> Heard {
        let form: Vec<(&str, &str)> =
            answer.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match self.outbound.post_form(url, &form, &[("accept", "application/json")]).await {
            Ok(reply) if reply.is_success() => {
                let said: DirectPostAnswer = reply.json().unwrap_or_default();
                Heard::Taken {
                    redirect: said.redirect_uri.and_then(|uri| safe_redirect(&uri, url)),
                    receipt: said.receipt_uri.and_then(|uri| safe_receipt(&uri, url)),
                }
            }
            // 408, 429 and 5xx pass; any other refusal will not change by repeating.
            Ok(reply) if matches!(reply.status, 408 | 429) || reply.status >= 500 => {
                Heard::Away(RemoteFault::Status { status: reply.status, code: None })
            }
            Ok(reply) => {
                tracing::info!(status = reply.status, "a verifier turned an answer down");
                Heard::TurnedDown
            }
            Err(error) => Heard::Away(error.into()),
        }
    }

    /// Writes down what became of the answer that is being sent.
    async fn settle_answer(
        &self,
        key: &DataKey,
        record: &Record,
        presentation: Presentation,
        heard: &Heard,
    ) -> Result<(Record, Presentation), Fault> {
        let Progress::Sending { answer } = presentation.progress.clone() else {
            return Ok((record.clone(), presentation));
        };
        let now = self.now();
        let (next, entry, sharing) = match heard {
            Heard::Taken { redirect, receipt } => {
                let activity = presentation.activity(&answer, receipt.clone());
                let hands = (answer.officer.as_deref(), answer.representative.as_ref());
                let entry = self.entry_at(key, hands, &activity)?;
                let sharing = presentation.sharing(&answer, now, receipt.clone());
                let sharing = sharing.map(|it| self.new_sharing((&record.account, key), &record.id, &it));
                let next = presentation.acknowledged(answer.kind, now, redirect.clone());
                (next, Some(entry), sharing.transpose()?)
            }
            Heard::Away(_) if presentation.request.expires_at > now => {
                return self.put_off(key, record, presentation).await;
            }
            Heard::Away(_) | Heard::TurnedDown => {
                let reason = "The verifier did not take the answer.".to_owned();
                (Presentation { progress: Progress::Failed { reason }, ..presentation }, None, None)
            }
        };
        let moved = self.moved(key, Table::Presentations, record, next.state(), &next)?;
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

    async fn put_off(
        &self,
        key: &DataKey,
        record: &Record,
        presentation: Presentation,
    ) -> Result<(Record, Presentation), Fault> {
        let mut moved = self.moved(key, Table::Presentations, record, presentation.state(), &presentation)?;
        moved.resend_due_at = Some(later(self.now(), record.created_at));
        Ok((self.replace("put_off_answer", Table::Presentations, moved).await?, presentation))
    }
}

/// The longer it has been tried, the longer until the next try; an hour at most.
pub(in crate::app) fn later(now: Timestamp, since: Timestamp) -> Timestamp {
    let waited = (now - since).num_seconds();
    now + Duration::seconds((waited / 4).clamp(RESEND_SECONDS, 3_600))
}
