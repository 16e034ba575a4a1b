//! What a person does after the Fund decided: asks for another look at a refusal, or fetches the letter with the receipt.

use chrono::Duration;
use holding::activity::Activity;
use holding::existence::Existence;
use holding::vault::DataKey;
use serde_json::json;
use store_wallet::records::{Record, Table};
use wire::existence::ExistenceRequest;

use super::existence::{ExistenceError, LONGEST_APPEAL};
use super::fault::RemoteFault;
use super::issuers::parse;
use super::presentations::later;
use super::{Person, Wallet};

impl Wallet {
    /// Keeps what the person says and sends it; when the Fund is not there, it is sent until the Fund has it. Repeated, it is
    /// the same appeal.
    pub async fn appeal_existence(
        &self,
        person: &Person,
        id: &str,
        words: &str,
    ) -> Result<(Record, Existence), ExistenceError> {
        let words = words.trim();
        if words.chars().count() > LONGEST_APPEAL {
            return Err(ExistenceError::Words);
        }
        let (record, mut existence) = self.existence_record(person, id).await?;
        if existence.appealing.is_some() {
            return self.send_appeal(&person.data_key, record, existence).await;
        }
        existence.may_appeal()?;
        existence.appealing = Some(words.to_owned());
        let mut moved =
            self.moved(&person.data_key, Table::Existences, &record, existence.state(), &existence)?;
        moved.resend_due_at = Some(self.now() + Duration::seconds(5));
        let record = self.replace("keep_appeal", Table::Existences, moved).await?;
        self.send_appeal(&person.data_key, record, existence).await
    }

    /// Sends an appeal that is kept; the same again is answered the same.
    pub(super) async fn send_appeal(
        &self,
        key: &DataKey,
        record: Record,
        existence: Existence,
    ) -> Result<(Record, Existence), ExistenceError> {
        let Some(words) = &existence.appealing else { return Ok((record, existence)) };
        let url = parse(&format!("{}/appeal", existence.request_uri.trim_end_matches('/')))?;
        let body = json!({ "words": words });
        let (news, fault) = match self.outbound.post_json(&url, &body, &[("accept", "application/json")]).await {
            Ok(reply) if reply.is_success() => match reply.json::<ExistenceRequest>() {
                Ok(news) => (Some(news), None),
                Err(_) => (None, Some(RemoteFault::Form("existence request"))),
            },
            Ok(reply) => (None, Some(RemoteFault::Status { status: reply.status, code: None })),
            Err(error) => (None, Some(error.into())),
        };
        let mut next = existence;
        let mut entry = None;
        if let Some(news) = news {
            (next.appealing, next.appeal, next.receipt) = (None, news.appeal, news.receipt);
            let activity = Activity::ExistenceAppealed { to: next.fund.name().to_owned(), year: next.year };
            entry = Some(self.entry_at(key, None, &activity)?);
        } else if is_final(fault.as_ref()) {
            // The Fund knows of no such question any more: what is asked for anew says how it stands.
            next.appealing = None;
        }
        let mut moved = self.moved(key, Table::Existences, &record, next.state(), &next)?;
        if next.appealing.is_some() {
            moved.resend_due_at = Some(later(self.now(), record.updated_at));
        }
        let mut tx = self.store.write("send_appeal").await?;
        tx.replace_record(Table::Existences, &moved).await?;
        if let Some(entry) = entry {
            tx.insert_entry(&record.account, &entry).await?;
        }
        tx.commit().await?;
        match fault {
            Some(fault) => Err(fault.into()),
            None => Ok((Record { revision: moved.revision + 1, ..moved }, next)),
        }
    }

    /// The Fund's letter with the receipt of an accepted proof.
    pub async fn existence_letter(&self, person: &Person, id: &str) -> Result<Vec<u8>, ExistenceError> {
        let (_, existence) = self.existence_record(person, id).await?;
        if !existence.receipt.as_ref().is_some_and(|receipt| receipt.letter) {
            return Err(ExistenceError::NoLetter);
        }
        let url = parse(&format!("{}/receipt", existence.request_uri.trim_end_matches('/')))?;
        let reply = self.outbound.get(&url, "application/pdf", None).await.map_err(RemoteFault::from)?;
        match reply.status {
            // What is handed on as a PDF is one, whatever the other side calls it.
            200 if reply.body.starts_with(b"%PDF-") => Ok(reply.body.to_vec()),
            200 => Err(RemoteFault::Form("PDF").into()),
            404 | 410 => Err(ExistenceError::NoLetter),
            status => Err(RemoteFault::Status { status, code: None }.into()),
        }
    }
}

/// Whether the same again would be refused again.
fn is_final(fault: Option<&RemoteFault>) -> bool {
    let Some(RemoteFault::Status { status, .. }) = fault else { return false };
    matches!(status, 400..=499) && !matches!(status, 408 | 429)
}
