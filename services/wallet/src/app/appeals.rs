//! What a person does beside the proof by phone: asks for another look at a refusal, sends a signed form, fetches the letter with
//! the receipt.

use holding::activity::Activity;
use holding::existence::Existence;
use holding::request::plain_text;
use holding::vault::DataKey;
use serde_json::json;
use store_wallet::records::{Record, Table};
use wire::existence::{ExistenceRequest, FormState};

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
        let record = self.keep_to_send("keep_appeal", person, &record, &existence).await?;
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
        let (news, fault) =
            match self.outbound.post_json(&url, &body, &[("accept", "application/json")]).await {
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
            (next.appealing, next.appeal, next.receipt, next.form) =
                (None, news.appeal, news.receipt, news.form);
            (next.kept, next.place) = (news.kept, news.place);
            let activity = Activity::ExistenceAppealed { to: next.fund.name().to_owned(), year: next.year };
            entry = Some(self.entry(key, &activity)?);
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

    /// Hands a picture of a signed form on to the Fund, which reads it. Nothing of it is kept here. `true` beside the answer when
    /// the Fund kept it; otherwise the answer says why not.
    pub async fn send_form(
        &self,
        person: &Person,
        id: &str,
        (content_type, file): (&str, Vec<u8>),
        as_it_is: bool,
    ) -> Result<(Record, Existence), ExistenceError> {
        let (record, existence) = self.existence_record(person, id).await?;
        let query = if as_it_is { "?as_it_is=true" } else { "" };
        let url = parse(&format!("{}/form{query}", existence.request_uri.trim_end_matches('/')))?;
        let headers = [("accept", "application/json")];
        let reply = self.outbound.post_bytes(&url, content_type, file, &headers).await;
        let reply = reply.map_err(RemoteFault::from)?;
        match reply.status {
            200 => {}
            400..=499 if !matches!(reply.status, 408 | 429) => {
                let problem: serde_json::Value = reply.json().unwrap_or_default();
                let text = |member: &str| problem.get(member).and_then(serde_json::Value::as_str);
                let said = text("detail").or_else(|| text("title")).unwrap_or_default();
                let reason = form_refusal(reply.status, text("reason"));
                return Err(ExistenceError::FormRefused { reason, said: plain_text(said, 200) });
            }
            status => return Err(RemoteFault::Status { status, code: None }.into()),
        }
        let news: ExistenceRequest = reply.json().map_err(|_| RemoteFault::Form("existence request"))?;
        let kept = news.form.as_ref().is_some_and(|form| form.state != FormState::Unread);
        let next = Existence { form: news.form, receipt: news.receipt, appeal: news.appeal, ..existence };
        if !kept {
            return Ok((record, next));
        }
        let mut moved = self.moved(&person.data_key, Table::Existences, &record, next.state(), &next)?;
        moved.resend_due_at = record.resend_due_at;
        let activity = Activity::ExistenceFormSent { to: next.fund.name().to_owned(), year: next.year };
        let entry = self.entry_by(person, &activity)?;
        let mut tx = self.store.write("send_form").await?;
        tx.replace_record(Table::Existences, &moved).await?;
        tx.insert_entry(&record.account, &entry).await?;
        tx.commit().await?;
        Ok((Record { revision: moved.revision + 1, ..moved }, next))
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

/// Why the Fund did not take a form, as one of the words that the page knows.
fn form_refusal(status: u16, reason: Option<&str>) -> &'static str {
    match (status, reason) {
        (413, _) => "too-large",
        (_, Some("too-many")) => "too-many",
        (_, Some("no-forms")) => "no-forms",
        _ => "other",
    }
}

/// Whether the same again would be refused again.
fn is_final(fault: Option<&RemoteFault>) -> bool {
    let Some(RemoteFault::Status { status, .. }) = fault else { return false };
    matches!(status, 400..=499) && !matches!(status, 408 | 429)
}
