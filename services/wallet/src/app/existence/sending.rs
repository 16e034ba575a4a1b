//! An answer on its way, and what the Fund says to it.

use super::ExistenceError;
use crate::app::Wallet;
use crate::app::fault::RemoteFault;
use crate::app::issuers::parse;
use holding::activity::Activity;
use holding::existence::{self, Existence, Progress};
use holding::mandate::{Kind, Representative};
use holding::request::plain_text;
use holding::vault::DataKey;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use store_wallet::records::{Record, Table};
use wire::existence::{ExistenceAnswer, ExistenceRequest, ExistenceState};

impl Wallet {
    /// Sends a stored answer; the same answer again is answered the same.
    pub(in crate::app) async fn send_existence(
        &self,
        key: &DataKey,
        record: Record,
        existence: Existence,
    ) -> Result<(Record, Existence), ExistenceError> {
        let Progress::Sending { answer } = &existence.progress else { return Ok((record, existence)) };
        let url = parse(&format!("{}/answer", existence.request_uri.trim_end_matches('/')))?;
        let body = serde_json::to_value(answer)?;
        let now = self.now();
        let in_time = existence.answer_until(&answer.challenge) > now;
        let again_at = existence.resend_at(&answer.challenge, now);
        let officer = answer.desk.as_ref().map(|desk| desk.operator.clone());
        let helper = answer.desk.as_ref().and_then(|desk| desk.helper.as_ref());
        let representative = helper.map(|helper| Representative {
            name: helper.name.clone(),
            kind: if helper.kind == Kind::Guardian.as_str() { Kind::Guardian } else { Kind::Attorney },
        });
        let outcome = match self.outbound.post_json(&url, &body, &[("accept", "application/json")]).await {
            Ok(reply) if reply.is_success() => {
                let said: Option<ExistenceRequest> = reply.json().ok();
                if let Some(said) = said.filter(|said| said.state == ExistenceState::Open) {
                    return self.try_again(key, &record, existence, said).await;
                }
                let made_at = answer.captured_at.as_deref().and_then(|at| at.parse().ok());
                Ok(Progress::Answered { at: now, reference: Some(reference(answer)?), made_at })
            }
            Ok(reply) if matches!(reply.status, 408 | 429) || reply.status >= 500 => {
                Err(Some(RemoteFault::Status { status: reply.status, code: None }))
            }
            Ok(reply) => {
                let problem: Value = reply.json().unwrap_or_default();
                let detail = problem.get("detail").or_else(|| problem.get("title")).and_then(Value::as_str);
                tracing::info!(status = reply.status, "the Fund did not accept an answer");
                let reason = plain_text(detail.unwrap_or("The answer was not accepted."), 200);
                // It can be tried again from the beginning while the request lives.
                let back = Existence { progress: Progress::Opened, ..existence.clone() };
                let moved = self.moved(key, Table::Existences, &record, back.state(), &back)?;
                self.replace("existence_refused", Table::Existences, moved).await?;
                return Err(ExistenceError::AnswerRefused(reason));
            }
            Err(error) => Err(Some(error.into())),
        };
        let (next, entry, fault) = match outcome {
            Ok(progress) => {
                let activity = Activity::ExistenceAnswered {
                    to: existence.fund.name().to_owned(),
                    year: existence.year,
                };
                (
                    Existence { progress, ..existence },
                    Some(self.entry_at(key, (officer.as_deref(), representative.as_ref()), &activity)?),
                    None,
                )
            }
            Err(fault) if in_time => (existence, None, fault),
            Err(_) => (Existence { progress: Progress::Expired, ..existence }, None, None),
        };
        let mut moved = self.moved(key, Table::Existences, &record, next.state(), &next)?;
        if matches!(next.progress, Progress::Sending { .. }) {
            moved.resend_due_at = Some(again_at);
        }
        let mut tx = self.store.write("send_existence").await?;
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

    /// The pictures were not good enough: there is a new challenge with other movements, and the reason.
    async fn try_again(
        &self,
        key: &DataKey,
        record: &Record,
        existence: Existence,
        said: ExistenceRequest,
    ) -> Result<(Record, Existence), ExistenceError> {
        let used = match &existence.progress {
            Progress::Sending { answer } => answer.challenge.clone(),
            _ => String::new(),
        };
        let next = Existence {
            ahead: existence.ahead.clone().filter(|ahead| ahead.challenge != used),
            challenge: said.challenge,
            expires_at: said.expires_at,
            capture: said.capture,
            outcome: said.outcome,
            frames: BTreeMap::new(),
            progress: Progress::Opened,
            ..existence
        };
        let moved = self.moved(key, Table::Existences, record, next.state(), &next)?;
        let record = self.replace("try_existence_again", Table::Existences, moved).await?;
        Ok((record, next))
    }
}

/// The code an officer compares with the person's phone. It is worked out from the answer this wallet made and never
/// read from the Fund's reply: whoever holds the link could answer first, and the person would read out theirs.
fn reference(answer: &ExistenceAnswer) -> Result<String, serde_json::Error> {
    let digest = Sha256::digest(existence::device_signing_input(answer)?);
    Ok(entitlement::reference(&digest.into()))
}
