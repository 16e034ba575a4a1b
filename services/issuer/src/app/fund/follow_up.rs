//! What focal points answer about people whom they looked for.
//!
//! An answer is no proof: whoever was found alive still confirms, by whatever channel. It says that somebody looked, and it opens
//! what the rules want to have decided: a residence, or a death, by two officers and with a document.

use issuance::Actor;
use issuance::audit::Act;
use serde::{Deserialize, Serialize};
use store_issuer::Transaction;
use store_issuer::fund::FollowUpRow;

use super::{CaseType, FundError, Issuer};

/// People of one answer.
const MOST_PEOPLE: usize = 200;
const LONGEST_WORDS: usize = 2000;
/// What can be answered, with its words for officers.
pub const FOLLOW_UP_OUTCOMES: [(&str, &str); 4] = [
    ("alive", "Found alive: still has to confirm"),
    ("moved", "Has moved: opens a residence case"),
    ("dead", "Is said to have died: opens a case, decided by two with a document"),
    ("not-found", "Nobody found them"),
];

/// The same answer about one or several people.
#[derive(Clone, Debug, Default)]
pub struct NewFollowUp {
    /// Pseudonymous numbers.
    pub people: Vec<String>,
    /// The year of the proofs.
    pub year: i32,
    /// One of [`FOLLOW_UP_OUTCOMES`].
    pub outcome: String,
    /// Who says it, and how they know.
    pub words: String,
}

/// One answer, opened.
#[derive(Clone, Debug)]
pub struct FollowUpAnswer {
    /// Where and when it was entered.
    pub row: FollowUpRow,
    /// Who said it, and how they know.
    pub words: String,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    words: String,
}

impl Issuer {
    /// Writes an answer down for each person, and opens the cases it asks for. The same again changes nothing. How many were new.
    pub async fn enter_follow_up(&self, by: &Actor, new: &NewFollowUp) -> Result<usize, FundError> {
        self.pension_fund(&by.tenant)?;
        if !FOLLOW_UP_OUTCOMES.iter().any(|(known, _)| *known == new.outcome) {
            return Err(FundError::Form("choose what the focal point found"));
        }
        let words = new.words.trim();
        if words.is_empty() || words.chars().count() > LONGEST_WORDS {
            return Err(FundError::Form("say who found it out and how, in at most 2000 characters"));
        }
        if new.people.is_empty() || new.people.len() > MOST_PEOPLE {
            return Err(FundError::Form("choose from 1 to 200 people"));
        }
        let mut entered = 0;
        for person in &new.people {
            // One transaction each: whoever is cut off sends the same again.
            let made = sql::retry(|| async {
                let mut tx = self.store.write("enter_follow_up").await?;
                let made = self.answer_within(&mut tx, by, person, new).await?;
                tx.commit().await?;
                Ok::<bool, FundError>(made)
            })
            .await?;
            entered += usize::from(made);
        }
        Ok(entered)
    }

    async fn answer_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        person: &str,
        new: &NewFollowUp,
    ) -> Result<bool, FundError> {
        let (tenant, now, words) = (by.tenant.as_str(), self.now(), new.words.trim());
        tx.find_fund_person(tenant, person).await?.ok_or(FundError::Unknown)?;
        let cycles = tx.list_fund_cycles(tenant, person).await?;
        if cycles.iter().all(|cycle| cycle.year != new.year) {
            return Err(FundError::Form("the Fund does not ask this person for a proof of that year"));
        }
        if let Some(last) = self.follow_up_of(tx, tenant, (person, new.year)).await?.first()
            && last.row.outcome == new.outcome
            && last.words == words
        {
            return Ok(false);
        }
        let case = match new.outcome.as_str() {
            "moved" => Some(self.open_within(tx, by, (person, CaseType::Residence), words).await?),
            "dead" => Some(self.open_within(tx, by, (person, CaseType::Death), words).await?),
            _ => None,
        };
        let id = self.new_id();
        let row = FollowUpRow {
            person: person.to_owned(),
            year: new.year,
            outcome: new.outcome.clone(),
            sealed: self.seal_for("follow-up", tenant, &id, &Sealed { words: words.to_owned() }),
            case,
            entered_by: by.officer.clone(),
            entered_at: now,
            id,
        };
        tx.insert_follow_up_answer(tenant, &row).await?;
        let done = ("list-for-follow-up", "focal point");
        tx.finish_fund_effects_of_kind(tenant, (person, new.year), done, now).await?;
        tx.audit(by, Act { action: "fund.follow-up.answer", target: person, detail: &new.outcome }, now)
            .await?;
        Ok(true)
    }

    /// What was answered about a person and a year, newest first.
    pub async fn follow_up_answers(
        &self,
        tenant: &str,
        of: (&str, i32),
    ) -> Result<Vec<FollowUpAnswer>, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        self.follow_up_of(&mut tx, tenant, of).await
    }

    async fn follow_up_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        of: (&str, i32),
    ) -> Result<Vec<FollowUpAnswer>, FundError> {
        const MOST: u32 = 20;
        let rows = tx.list_follow_up_answers(tenant, of, MOST).await?;
        let opened = rows.into_iter().map(|row| {
            let Sealed { words } = self.open_for("follow-up", tenant, &row.id, &row.sealed)?;
            Ok(FollowUpAnswer { row, words })
        });
        opened.collect()
    }

    /// Of how many people of a year focal points said what.
    pub async fn count_follow_up_answers(
        &self,
        tenant: &str,
        year: i32,
    ) -> Result<Vec<(String, u64)>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.count_follow_up_answers(tenant, year).await?)
    }
}
