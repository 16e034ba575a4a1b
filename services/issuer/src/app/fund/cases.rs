//! Cases about people: opened by the rules, an officer or a machine, decided with reasons, by two where money or a life is at
//! stake. The cycle hears of each by the same events as of everything else.

use chrono::{Duration, NaiveDate};
use entitlement::cycle::{Evidence, Stage, What};
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::Transaction;
use store_issuer::fund::{CaseActRow, CaseRow, EffectRow, ProofRow};

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
    /// Opens a case about a person, or answers with the one that is open. A proof is named for an appeal.
    pub async fn open_case(
        &self,
        by: &Actor,
        person: &str,
        kind: CaseType,
        words: &str,
    ) -> Result<String, FundError> {
        self.pension_fund(&by.tenant)?;
        if words.trim().is_empty() {
            return Err(FundError::Form("say in words what is known"));
        }
        sql::retry(|| async {
            let mut tx = self.store.write("open_fund_case").await?;
            let id = self.open_within(&mut tx, by, (person, kind), words).await?;
            tx.commit().await?;
            Ok(id)
        })
        .await
    }

    pub(super) async fn open_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (person, kind): (&str, CaseType),
        words: &str,
    ) -> Result<String, FundError> {
        let tenant = by.tenant.as_str();
        let row = tx.find_fund_person(tenant, person).await?.ok_or(FundError::Unknown)?;
        let known = tx.list_fund_cases_of(tenant, person).await?;
        if let Some(open) = known.iter().find(|it| it.kind == kind.as_str() && it.state != "closed") {
            return Ok(open.id.clone());
        }
        let id = self.new_id();
        let mut name = format!("{}/{id}", kind.as_str());
        let mut pen = Pen::new(self, tenant, &row);
        match (kind, kind.holds()) {
            (CaseType::Account, _) => {
                if !self.is_held_by_payroll(tx, tenant, person).await? {
                    return Err(FundError::Form(
                        "payment is not on hold, so the pension system alone changes the account",
                    ));
                }
                name = format!("account/{}", pen.event(What::AccountChanged, self.now())?.seq);
            }
            (_, Some(kind)) => {
                pen.event(What::CaseOpened { case: name.clone(), kind }, self.now())?;
            }
            (CaseType::Survivor | CaseType::Place, None) => {}
            _ => return Err(FundError::Form("such a case is opened by the rules alone")),
        }
        pen.put(tx).await?;
        self.put_case(tx, by, (&id, person), (kind, &name), words).await?;
        self.step_person(tx, by, person).await?;
        Ok(id)
    }

    /// The person, or an officer for them, does not agree with the refusal of a proof. It always reaches an officer, and
    /// another one than who refused. While it is open nobody is suspended.
    pub async fn appeal(&self, by: &Actor, proof: &str, words: &str) -> Result<String, FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let mut tx = self.store.write("open_fund_appeal").await?;
            let id = self.appeal_within(&mut tx, by, proof, words).await?;
            tx.commit().await?;
            Ok(id)
        })
        .await
    }

    /// The same in the caller's transaction.
    pub(crate) async fn appeal_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        proof: &str,
        words: &str,
    ) -> Result<String, FundError> {
        let tenant = by.tenant.as_str();
        let proof = tx.find_fund_proof(tenant, proof).await?.ok_or(FundError::Unknown)?;
        let name = format!("appeal/{}", proof.id);
        let known = tx.list_fund_cases_of(tenant, &proof.person).await?;
        if let Some(known) = known.iter().find(|it| it.name == name) {
            return Ok(known.id.clone());
        }
        if proof.state != "refused" {
            return Err(FundError::Form("only a refused proof can be appealed against"));
        }
        let person = tx.find_fund_person(tenant, &proof.person).await?.ok_or(FundError::Damaged)?;
        let mut pen = Pen::new(self, tenant, &person);
        let kind = entitlement::cycle::CaseKind::Appeal;
        pen.event(What::CaseOpened { case: name.clone(), kind }, self.now())?;
        pen.put(tx).await?;
        let id = self.new_id();
        self.put_case(tx, by, (&id, &person.id), (CaseType::Appeal, &name), words).await?;
        self.tie_appeal(tx, tenant, &proof, &id).await?;
        self.step_person(tx, by, &person.id).await?;
        Ok(id)
    }

    /// A case that the rules opened in a night or by day. Asked for again it is the same case.
    pub(super) async fn open_by_rule(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        effect: &EffectRow,
    ) -> Result<(), FundError> {
        let Ok(entitlement::cycle::EffectKind::OpenCase { kind }) = serde_json::from_str(&effect.content)
        else {
            return Ok(());
        };
        let Some((_, name)) = effect.key.split_once("/case/") else { return Ok(()) };
        let (by, kind) = (Actor::system(tenant), CaseType::of_rule(kind));
        let known = tx.list_fund_cases_of(tenant, &effect.person).await?;
        let same = |it: &CaseRow| {
            it.name == name || (kind == CaseType::Account && it.kind == "account" && it.state != "closed")
        };
        if !known.iter().any(same) {
            let id = self.new_id();
            self.put_case(tx, &by, (&id, &effect.person), (kind, name), "").await?;
        }
        tx.finish_fund_effect(tenant, &effect.key, "cases", self.now()).await?;
        Ok(())
    }

    pub(super) async fn put_case(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (id, person): (&str, &str),
        (kind, name): (CaseType, &str),
        words: &str,
    ) -> Result<(), FundError> {
        let (tenant, now) = (by.tenant.as_str(), self.now());
        let row = CaseRow {
            id: id.to_owned(),
            person: person.to_owned(),
            name: name.to_owned(),
            kind: kind.as_str().to_owned(),
            state: "open".to_owned(),
            opened_at: now,
            opened_by: by.officer.clone(),
            due_at: now + Duration::days(kind.days()),
            outcome: None,
            on_day: None,
            survivor: None,
            proposed_by: None,
            closed_at: None,
            closed_by: None,
            revision: 0,
        };
        if tx.insert_fund_case(tenant, &row).await? {
            self.note_act(tx, by, &row, ("opened", words)).await?;
            tx.audit(by, Act { action: "fund.case.open", target: id, detail: kind.as_str() }, now).await?;
        }
        Ok(())
    }

    pub(super) async fn note_act(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        case: &CaseRow,
        (what, words): (&str, &str),
    ) -> Result<(), FundError> {
        let note = match words.trim().is_empty() {
            true => String::new(),
            false => self.write_note(tx, by, &case.person, words).await?,
        };
        let act = CaseActRow { at: self.now(), by: by.officer.clone(), what: what.to_owned(), note };
        Ok(tx.insert_fund_case_act(&by.tenant, &case.id, &act).await?)
    }

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

    /// A death was recorded that is none. One officer takes it back: nobody alive waits for a second one to be paid.
    pub async fn reverse_death(&self, by: &Actor, id: &str, reason: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        if reason.trim().is_empty() {
            return Err(FundError::Form("a decision needs a reason"));
        }
        sql::retry(|| async {
            let tenant = by.tenant.as_str();
            let mut tx = self.store.write("reverse_fund_death").await?;
            let row = tx.find_fund_case(tenant, id).await?.ok_or(FundError::Unknown)?;
            if row.kind != "death" || row.outcome.as_deref() != Some("confirmed") || row.state != "closed" {
                return Err(FundError::Decided);
            }
            let what = What::DeathWithdrawn { by: by.officer.clone() };
            self.reverse_within(&mut tx, by, (&row, what), reason).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// A benefit went on to a survivor in error: the person is paid again. Whoever proposed it leaves that to a colleague.
    pub async fn reverse_conversion(&self, by: &Actor, id: &str, reason: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        if reason.trim().is_empty() {
            return Err(FundError::Form("a decision needs a reason"));
        }
        sql::retry(|| async {
            let tenant = by.tenant.as_str();
            let mut tx = self.store.write("reverse_fund_conversion").await?;
            let row = tx.find_fund_case(tenant, id).await?.ok_or(FundError::Unknown)?;
            if row.kind != "survivor" || row.outcome.as_deref() != Some("converted") || row.state != "closed"
            {
                return Err(FundError::Decided);
            }
            if row.proposed_by.as_deref() == Some(by.officer.as_str()) {
                return Err(FundError::FourEyes);
            }
            let what = What::EndWithdrawn { by: by.officer.clone() };
            self.reverse_within(&mut tx, by, (&row, what), reason).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    async fn reverse_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (row, what): (&CaseRow, What),
        reason: &str,
    ) -> Result<(), FundError> {
        let tenant = by.tenant.as_str();
        let person = tx.find_fund_person(tenant, &row.person).await?.ok_or(FundError::Damaged)?;
        let lives = matches!(what, What::DeathWithdrawn { .. });
        let mut pen = Pen::new(self, tenant, &person);
        pen.event(what, self.now())?;
        pen.put(tx).await?;
        if lives {
            self.revive_record_of(tx, by, &person).await?;
        }
        let reversed =
            CaseRow { outcome: Some("reversed".to_owned()), revision: row.revision + 1, ..row.clone() };
        self.note_act(tx, by, &reversed, ("reversed", reason)).await?;
        tx.replace_fund_case(tenant, row.revision, &reversed).await?;
        let act = Act { action: "fund.case.reverse", target: &row.id, detail: "" };
        tx.audit(by, act, self.now()).await?;
        self.step_person(tx, by, &person.id).await
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

    async fn accept_after_appeal(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        case: &CaseRow,
    ) -> Result<(), FundError> {
        let (tenant, now) = (by.tenant.as_str(), self.now());
        let row = self.appealed(tx, tenant, case).await?;
        let (evidence, _): (Evidence, String) = self.open_for("proof", tenant, &row.id, &row.sealed)?;
        let person = tx.find_fund_person(tenant, &row.person).await?.ok_or(FundError::Damaged)?;
        let mut pen = Pen::new(self, tenant, &person);
        pen.event(What::ProofAccepted { evidence, by: by.officer.clone() }, now)?;
        pen.put(tx).await?;
        tx.accept_refused_fund_proof(tenant, &row.id, &by.officer, now).await?;
        self.step_person(tx, by, &row.person).await?;
        let row = tx.find_fund_proof(tenant, &row.id).await?.ok_or(FundError::Damaged)?;
        self.receipt_of(tx, tenant, row).await?;
        Ok(())
    }

    async fn appealed(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        case: &CaseRow,
    ) -> Result<ProofRow, FundError> {
        let proof = case.name.strip_prefix("appeal/").ok_or(FundError::Damaged)?;
        tx.find_fund_proof(tenant, proof).await?.ok_or(FundError::Damaged)
    }

    /// Who refused a proof does not decide about the appeal against it.
    async fn check_another(&self, tx: &mut Transaction, by: &Actor, case: &CaseRow) -> Result<(), FundError> {
        let proof = self.appealed(tx, &by.tenant, case).await?;
        match proof.decided_by.as_deref() == Some(by.officer.as_str()) {
            true => Err(FundError::FourEyes),
            false => Ok(()),
        }
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

    async fn is_held_by_payroll(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &str,
    ) -> Result<bool, FundError> {
        for cycle in tx.list_fund_cycles(tenant, person).await? {
            let stage = self.open_cycle(tenant, &cycle)?.stage;
            if matches!(stage, Stage::Suspended { .. } | Stage::Reinstated { .. }) {
                return Ok(true);
            }
        }
        Ok(false)
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
