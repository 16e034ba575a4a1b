//! The queue of answers: what waits of which kind, and an officer who has one before them for some minutes.

use chrono::Duration;
use issuance::Actor;
use issuance::message::Language;
use store_issuer::{Claim, Lane, Transaction, WaitingAnswer, WaitingCounts};

use super::{ExistenceError, Issuer};

/// How long an officer has an answer before them: nine in ten are decided in less, and a page that was closed blocks nobody for
/// longer.
pub const CLAIM_MINUTES: i64 = 15;
/// How kept verdicts begin in which every check of the pictures passed, and an officer decides all the same.
const PASSED: [&str; 3] =
    [r#"{"reasons":["officerConfirms"]"#, r#"{"reasons":["riskNotSigned"]"#, r#"{"reasons":[]"#];
/// Colleagues who take the same one at the same moment.
const TRIES: usize = 8;

/// The kinds by which officers share the work, as addresses name them.
pub const LANES: [&str; 6] = ["passed", "doubt", "talk", "station", "key", "residence"];

/// What an officer wants to see of the queue; nothing of it says who a person is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueuePart {
    /// One of [`LANES`].
    pub lane: Option<&'static str>,
    /// What the person speaks.
    pub language: Option<Language>,
}

impl QueuePart {
    /// What is not known narrows nothing.
    #[must_use]
    pub fn of(lane: Option<&str>, language: Option<&str>) -> Self {
        Self {
            lane: LANES.into_iter().find(|known| Some(*known) == lane),
            language: Language::ALL.into_iter().find(|known| Some(known.code()) == language),
        }
    }

    fn lane(&self) -> Lane<'static> {
        Lane {
            name: self.lane.unwrap_or_default(),
            language: self.language.map_or("", Language::code),
            passed: PASSED,
        }
    }
}

impl Issuer {
    /// Answers that wait for a decision, those that wait longest first, behind the one with the number `after`.
    pub async fn list_queue(
        &self,
        tenant: &str,
        (part, after): (&QueuePart, &str),
        limit: u32,
    ) -> Result<Vec<WaitingAnswer>, ExistenceError> {
        self.fund(tenant)?;
        let mut tx = self.store.read().await?;
        Ok(tx.list_waiting_answers(tenant, (&part.lane(), after), limit, self.now()).await?)
    }

    /// How many wait, of each kind and language.
    pub async fn count_queue(&self, tenant: &str) -> Result<WaitingCounts, ExistenceError> {
        self.fund(tenant)?;
        let languages = Language::ALL.map(Language::code);
        let lane = QueuePart::default().lane();
        let mut tx = self.store.read().await?;
        Ok(tx.count_waiting_answers(tenant, (&lane, &languages), self.now()).await?)
    }

    /// Takes one answer, or keeps it for longer; says until when.
    pub async fn take_answer(&self, by: &Actor, id: &str) -> Result<clock::Timestamp, ExistenceError> {
        self.fund(&by.tenant)?;
        sql::retry(|| async {
            let now = self.now();
            let claim = Claim { officer: by.officer.clone(), until: now + Duration::minutes(CLAIM_MINUTES) };
            let mut tx = self.store.write("take_answer").await?;
            tx.find_existence(&by.tenant, id).await?.ok_or(ExistenceError::Unknown)?;
            if !tx.take_answer(&by.tenant, id, &claim, now).await? {
                self.not_with_a_colleague(&mut tx, by, id).await?;
                return Err(entitlement::ConfirmFault::Decided.into());
            }
            tx.commit().await?;
            Ok(claim.until)
        })
        .await
    }

    /// Takes the answer that waits longest and that nobody has; nothing when there is none of this kind.
    pub async fn take_next_answer(
        &self,
        by: &Actor,
        part: &QueuePart,
    ) -> Result<Option<String>, ExistenceError> {
        self.fund(&by.tenant)?;
        for _ in 0..TRIES {
            let found = {
                let mut tx = self.store.read().await?;
                tx.find_free_answer(&by.tenant, &part.lane(), &by.officer, self.now()).await?
            };
            let Some(id) = found else { return Ok(None) };
            match self.take_answer(by, &id).await {
                Ok(_) => return Ok(Some(id)),
                // Somebody was faster: the next one, then.
                Err(ExistenceError::Taken { .. } | ExistenceError::Confirm(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Leaves the answer to others before the time is over.
    pub async fn give_answer_back(&self, by: &Actor, id: &str) -> Result<(), ExistenceError> {
        self.fund(&by.tenant)?;
        sql::retry(|| async {
            let mut tx = self.store.write("give_answer_back").await?;
            tx.give_answer_back(&by.tenant, id, &by.officer).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Who has an answer before them.
    pub async fn claim_of(&self, tenant: &str, id: &str) -> Result<Option<Claim>, ExistenceError> {
        self.fund(tenant)?;
        Ok(self.store.read().await?.find_claim(tenant, id, self.now()).await?)
    }

    /// Fails when a colleague has the answer before them. Whoever decides one that is free needs not take it first.
    pub(super) async fn not_with_a_colleague(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        id: &str,
    ) -> Result<(), ExistenceError> {
        match tx.find_claim(&by.tenant, id, self.now()).await? {
            Some(claim) if claim.officer != by.officer => Err(ExistenceError::Taken { until: claim.until }),
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_narrows_nothing() {
        assert_eq!(QueuePart::of(Some("all' OR 1=1"), Some("xx")), QueuePart::default());
        let part = QueuePart::of(Some("doubt"), Some("fr"));
        assert_eq!((part.lane, part.language), (Some("doubt"), Some(Language::French)));
    }
}
