//! What officers decide about cases, and what comes of it: for the cycle, for the record, for the address.

use chrono::NaiveDate;
use entitlement::cycle::What;
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::Transaction;
use store_issuer::fund::CaseRow;

use super::case_kind::CaseType;
use super::journal::Pen;
use super::{FundError, Issuer};

/// What an officer decides.
#[derive(Clone, Debug, Default)]
pub struct CaseDecision {
    /// The name of an outcome of the case's kind.
    pub outcome: String,
    /// Why, in words; they are kept apart and can be erased.
    pub reason: String,
    /// The day of the death or of the conversion.
    pub on: Option<NaiveDate>,
    /// The survivor's nine-digit number.
    pub survivor_uid: String,
    /// SHA-256 of the documents that were seen, in lower-case hex.
    pub documents: Vec<String>,
}

impl Issuer {
    /// An officer's decision: it takes effect at once, or waits for a colleague where two are needed.
    pub async fn decide_case(
        &self,
        by: &Actor,
        id: &str,
        decision: &CaseDecision,
    ) -> Result<CaseRow, FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let tenant = by.tenant.as_str();
            let mut tx = self.store.write("decide_fund_case").await?;
            let row = tx.find_fund_case(tenant, id).await?.ok_or(FundError::Unknown)?;
            let kind = CaseType::parse(&row.kind).ok_or(FundError::Damaged)?;
            let outcome = kind.outcome(&decision.outcome).ok_or(FundError::Form("choose what came of it"))?;
            if row.state != "open" {
                return Err(FundError::Decided);
            }
            if decision.reason.trim().is_empty() {
                return Err(FundError::Form("a decision needs a reason"));
            }
            if outcome.day && decision.on.is_none_or(|on| on > self.today()) {
                return Err(FundError::Form("name the day; it lies in the past"));
            }
            if outcome.document && decision.documents.is_empty() {
                return Err(FundError::Form(
                    "this is decided by a document: add the scan of the one you saw",
                ));
            }
            if kind == CaseType::Appeal {
                self.check_another(&mut tx, by, &row).await?;
            }
            if (kind, outcome.name) == (CaseType::ProofAfterDeath, "alive") {
                self.check_has_no_hand_in_it(&mut tx, by, &row).await?;
            }
            let survivor = match outcome.name {
                "converted" => {
                    Some(self.survivor(&mut tx, tenant, &row.person, &decision.survivor_uid).await?)
                }
                _ => None,
            };
            let proposed = CaseRow {
                state: "proposed".to_owned(),
                outcome: Some(outcome.name.to_owned()),
                on_day: decision.on.filter(|_| outcome.day),
                survivor,
                proposed_by: Some(by.officer.clone()),
                revision: row.revision + 1,
                ..row.clone()
            };
            let words = with_documents(&decision.reason, &decision.documents);
            let made = match outcome.two {
                true => {
                    self.note_act(&mut tx, by, &proposed, (&format!("proposed: {}", outcome.name), &words))
                        .await?;
                    tx.replace_fund_case(tenant, row.revision, &proposed).await?;
                    proposed
                }
                false => self.close_within(&mut tx, by, (row.revision, proposed), &words).await?,
            };
            let detail = made.outcome.as_deref().unwrap_or_default();
            tx.audit(by, Act { action: "fund.case.decide", target: id, detail }, self.now()).await?;
            tx.commit().await?;
            Ok(made)
        })
        .await
    }

    /// A colleague's word about a proposal: it takes effect, or the case is open again.
    pub async fn answer_case(
        &self,
        by: &Actor,
        id: &str,
        confirm: bool,
        reason: &str,
    ) -> Result<CaseRow, FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let tenant = by.tenant.as_str();
            let mut tx = self.store.write("answer_fund_case").await?;
            let row = tx.find_fund_case(tenant, id).await?.ok_or(FundError::Unknown)?;
            if row.state != "proposed" {
                return Err(FundError::Decided);
            }
            if row.proposed_by.as_deref() == Some(by.officer.as_str()) {
                return Err(FundError::FourEyes);
            }
            let made = match confirm {
                true => {
                    let next = CaseRow { revision: row.revision + 1, ..row.clone() };
                    self.close_within(&mut tx, by, (row.revision, next), reason).await?
                }
                false if reason.trim().is_empty() => return Err(FundError::Form("say why not")),
                false => {
                    let open = CaseRow {
                        state: "open".to_owned(),
                        outcome: None,
                        on_day: None,
                        survivor: None,
                        proposed_by: None,
                        revision: row.revision + 1,
                        ..row.clone()
                    };
                    self.note_act(&mut tx, by, &open, ("not agreed", reason)).await?;
                    tx.replace_fund_case(tenant, row.revision, &open).await?;
                    open
                }
            };
            let detail = if confirm { "confirmed" } else { "not agreed" };
            tx.audit(by, Act { action: "fund.case.answer", target: id, detail }, self.now()).await?;
            tx.commit().await?;
            Ok(made)
        })
        .await
    }

    /// Writes down what came of it, tells the cycle, and closes the case.
    async fn close_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (before, row): (u64, CaseRow),
        words: &str,
    ) -> Result<CaseRow, FundError> {
        let (tenant, now) = (by.tenant.as_str(), self.now());
        let outcome = row.outcome.clone().unwrap_or_default();
        let closed = CaseRow {
            state: "closed".to_owned(),
            closed_at: Some(now),
            closed_by: Some(by.officer.clone()),
            ..row
        };
        self.note_act(tx, by, &closed, (&outcome, words)).await?;
        tx.replace_fund_case(tenant, before, &closed).await?;
        if (closed.kind.as_str(), outcome.as_str()) == ("appeal", "upheld") {
            self.accept_after_appeal(tx, by, &closed).await?;
        }
        if closed.kind == "appeal" {
            self.appeal_decided(tx, by, &closed, (&outcome, words)).await?;
        }
        let person = tx.find_fund_person(tenant, &closed.person).await?.ok_or(FundError::Damaged)?;
        let mut pen = Pen::new(self, tenant, &person);
        let told = told(&closed, &outcome, by);
        let lives = told.iter().any(|what| matches!(what, What::DeathWithdrawn { .. }));
        for what in told {
            pen.event(what, now)?;
        }
        pen.put(tx).await?;
        if matches!((closed.kind.as_str(), outcome.as_str()), ("residence" | "place", "moved")) {
            self.tell_of_move(tx, tenant, &closed).await?;
        }
        if lives {
            self.revive_record_of(tx, by, &person).await?;
        }
        self.step_person(tx, by, &closed.person).await?;
        Ok(closed)
    }

    /// Payment begins again by this decision: it is not of whoever wrote the proof down, nor of whoever handed the death in.
    async fn check_has_no_hand_in_it(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        case: &CaseRow,
    ) -> Result<(), FundError> {
        let proof = case.name.strip_prefix("proof-after-death/").unwrap_or_default();
        let proof = tx.find_fund_proof(&by.tenant, proof).await?;
        let mut hands = tx.list_fund_ends_handed_in_by(&by.tenant, &case.person).await?;
        hands.extend(proof.map(|proof| proof.entered_by));
        match hands.contains(&by.officer) {
            true => Err(FundError::OwnHand),
            false => Ok(()),
        }
    }

    async fn survivor(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &str,
        uid: &str,
    ) -> Result<String, FundError> {
        let digits: String = uid.chars().filter(char::is_ascii_digit).collect();
        let mark = self.secrets.register_mark(tenant, "number", &digits);
        let found = tx.find_fund_person_by_mark(tenant, &mark).await?;
        if found.as_ref().is_some_and(|found| found.id == person) {
            return Err(FundError::Form(
                "this is the number of the person who died: enter the number of the survivor, whom the pension system names",
            ));
        }
        let found = found.ok_or(FundError::Form(
            "the survivor is not on the register yet: the pension system names them first",
        ))?;
        Ok(found.id)
    }
}

/// What the cycle is told when a case ends so.
fn told(case: &CaseRow, outcome: &str, by: &Actor) -> Vec<What> {
    let closed = What::CaseClosed { case: case.name.clone(), by: by.officer.clone() };
    let proposer = case.proposed_by.clone().unwrap_or_default();
    match (case.kind.as_str(), outcome) {
        ("residence" | "appeal", _) => vec![closed],
        ("death", "confirmed") => case
            .on_day
            .map(|on| What::DeathConfirmed { on, by: format!("{proposer} {}", by.officer) })
            .into_iter()
            .chain([closed])
            .collect(),
        ("death", _) | ("proof-after-death", "alive") => {
            vec![What::DeathWithdrawn { by: by.officer.clone() }, closed]
        }
        ("account", "checked") => vec![What::AccountChecked { by: [proposer, by.officer.clone()] }],
        ("account", "not-confirmed") => vec![What::AccountRefused { by: [proposer, by.officer.clone()] }],
        ("survivor", "converted") => {
            let on = case.on_day.zip(case.survivor.clone());
            on.map(|(on, survivor)| What::Converted { survivor, on }).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn with_documents(reason: &str, documents: &[String]) -> String {
    let mut words = reason.trim().to_owned();
    for digest in documents.iter().take(8) {
        words.push_str("\nDocument, SHA-256 ");
        words.push_str(digest);
    }
    words
}
