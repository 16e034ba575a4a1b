//! An answer on its way, and what the Fund says to it.

use super::ExistenceError;
use crate::app::fault::RemoteFault;
use crate::app::issuers::parse;
use crate::app::{MOST_OVERTAKEN, Wallet};
use holding::activity::Activity;
use holding::existence::{self, Existence, Progress};
use holding::mandate::{Kind, Representative};
use holding::request::plain_text;
use holding::vault::DataKey;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use store_wallet::records::{Entry, Record, Table};
use wire::existence::{ExistenceAnswer, ExistenceRequest, ExistenceState};

/// What the Fund says to an answer.
enum Said {
    Taken,
    /// The pictures were not good enough: there is another challenge.
    Again(Box<ExistenceRequest>),
    /// In the Fund's words.
    Refused(String),
    Away(RemoteFault),
}

impl Wallet {
    /// Sends a stored answer; the same answer again is answered the same.
    pub(in crate::app) async fn send_existence(
        &self,
        key: &DataKey,
        mut record: Record,
        mut existence: Existence,
    ) -> Result<(Record, Existence), ExistenceError> {
        let Progress::Sending { answer } = &existence.progress else { return Ok((record, existence)) };
        let answer = answer.clone();
        let said = self.hand_to_fund(&existence.request_uri, &answer).await?;
        // Somebody else may be sending the same: the page that was opened again, the background. What the Fund said to this
        // one is then written onto what stands now.
        let mut settled = self.settle_existence(key, &record, existence, &said).await;
        for _ in 0..MOST_OVERTAKEN {
            if !settled.as_ref().is_err_and(ExistenceError::is_overtaken) {
                break;
            }
            let standing = self.read_again(key, Table::Existences, &record).await?;
            (record, existence) = standing.ok_or(ExistenceError::Unknown)?;
            if !matches!(&existence.progress, Progress::Sending { answer: other } if *other == answer) {
                return Ok((record, existence));
            }
            settled = self.settle_existence(key, &record, existence, &said).await;
        }
        let (record, existence) = settled?;
        match said {
            Said::Away(fault) if matches!(existence.progress, Progress::Sending { .. }) => Err(fault.into()),
            Said::Refused(reason) => Err(ExistenceError::AnswerRefused(reason)),
            Said::Away(_) | Said::Taken | Said::Again(_) => Ok((record, existence)),
        }
    }

    async fn hand_to_fund(
        &self,
        request_uri: &str,
        answer: &ExistenceAnswer,
    ) -> Result<Said, ExistenceError> {
        let url = parse(&format!("{}/answer", request_uri.trim_end_matches('/')))?;
        let body = serde_json::to_value(answer)?;
        Ok(match self.outbound.post_json(&url, &body, &[("accept", "application/json")]).await {
            Ok(reply) if reply.is_success() => match reply.json::<ExistenceRequest>() {
                Ok(said) if said.state == ExistenceState::Open => Said::Again(Box::new(said)),
                _ => Said::Taken,
            },
            Ok(reply) if matches!(reply.status, 408 | 429) || reply.status >= 500 => {
                Said::Away(RemoteFault::Status { status: reply.status, code: None })
            }
            Ok(reply) => {
                let problem: Value = reply.json().unwrap_or_default();
                let detail = problem.get("detail").or_else(|| problem.get("title")).and_then(Value::as_str);
                tracing::info!(status = reply.status, "the Fund did not accept an answer");
                Said::Refused(plain_text(detail.unwrap_or("The answer was not accepted."), 200))
            }
            Err(error) => Said::Away(error.into()),
        })
    }

    /// Writes down what the Fund said to the answer that is being sent.
    async fn settle_existence(
        &self,
        key: &DataKey,
        record: &Record,
        existence: Existence,
        said: &Said,
    ) -> Result<(Record, Existence), ExistenceError> {
        let Progress::Sending { answer } = &existence.progress else {
            return Ok((record.clone(), existence));
        };
        let now = self.now();
        let (progress, entry) = match said {
            Said::Again(request) => return self.try_again(key, record, existence, (**request).clone()).await,
            Said::Taken => {
                let made_at = answer.captured_at.as_deref().and_then(|at| at.parse().ok());
                let progress = Progress::Answered { at: now, reference: Some(reference(answer)?), made_at };
                (progress, Some(self.answered_entry(key, &existence, answer)?))
            }
            // It can be tried again from the beginning while the request lives.
            Said::Refused(_) => (Progress::Opened, None),
            Said::Away(_) if existence.answer_until(&answer.challenge) > now => {
                (existence.progress.clone(), None)
            }
            Said::Away(_) => (Progress::Expired, None),
        };
        let again_at = existence.resend_at(&answer.challenge, now);
        let next = Existence { progress, ..existence };
        let mut moved = self.moved(key, Table::Existences, record, next.state(), &next)?;
        if matches!(next.progress, Progress::Sending { .. }) {
            moved.resend_due_at = Some(again_at);
        }
        let mut tx = self.store.write("send_existence").await?;
        tx.replace_record(Table::Existences, &moved).await?;
        if let Some(entry) = entry {
            tx.insert_entry(&record.account, &entry).await?;
        }
        tx.commit().await?;
        Ok((Record { revision: moved.revision + 1, ..moved }, next))
    }

    fn answered_entry(
        &self,
        key: &DataKey,
        existence: &Existence,
        answer: &ExistenceAnswer,
    ) -> Result<Entry, ExistenceError> {
        let officer = answer.desk.as_ref().map(|desk| desk.operator.as_str());
        let helper = answer.desk.as_ref().and_then(|desk| desk.helper.as_ref());
        let representative = helper.map(|helper| Representative {
            name: helper.name.clone(),
            kind: if helper.kind == Kind::Guardian.as_str() { Kind::Guardian } else { Kind::Attorney },
        });
        let activity =
            Activity::ExistenceAnswered { to: existence.fund.name().to_owned(), year: existence.year };
        Ok(self.entry_at(key, (officer, representative.as_ref()), &activity)?)
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
            answer_by: said.answer_by,
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
