//! Proofs of life that an officer enters: a form that came back, a letter, a visit, a call, a certificate of an authority.
//! Each ends in the same receipt as a proof from a phone.

use chrono::NaiveDate;
use clock::Timestamp;
use entitlement::cycle::{Channel, Evidence, PersonYear, StageName, What};
use issuance::Actor;
use issuance::audit::Act;
use sha2::{Digest as _, Sha256};
use store_issuer::Transaction;
use store_issuer::fund::ProofRow;

use super::journal::Pen;
use super::{FundError, Issuer, NewHelper};

pub(super) const LONGEST_REMARK: usize = 2000;

/// What an officer saw.
#[derive(Clone, Debug)]
pub struct NewProof {
    /// The pseudonymous number.
    pub person: String,
    /// The way it came.
    pub channel: Channel,
    /// When the person was seen or signed.
    pub captured_at: Timestamp,
    /// When it reached the Fund; the present when nothing is said.
    pub received_at: Option<Timestamp>,
    /// SHA-256 of what was seen, in lower-case hex.
    pub digests: Vec<String>,
    /// Who helped, or signed for the person.
    pub helper: Option<NewHelper>,
    /// At whose station the person was; otherwise whoever enters the proof is named.
    pub operator: Option<String>,
    /// For colleagues.
    pub remark: String,
    /// Accepted by the officer who enters it; otherwise it waits for a colleague.
    pub accept: bool,
}

/// What everybody gets for a proof, whatever the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The number of the evidence.
    pub id: String,
    /// What the person quotes.
    pub reference: String,
    /// The way it came.
    pub channel: String,
    /// `waiting`, `accepted` or `refused`.
    pub state: String,
    /// When the person was seen or signed.
    pub captured_at: Timestamp,
    /// When it reached the Fund.
    pub received_at: Timestamp,
    /// The years it closed.
    pub years: Vec<i32>,
    /// Until when the person is covered.
    pub valid_until: Option<NaiveDate>,
    /// Whether this very proof had been received before.
    pub again: bool,
}

impl From<&ProofRow> for Receipt {
    fn from(row: &ProofRow) -> Self {
        Self {
            id: row.id.clone(),
            reference: row.reference.clone(),
            channel: row.channel.clone(),
            state: row.state.clone(),
            captured_at: row.captured_at,
            received_at: row.received_at,
            years: row.years.split_whitespace().filter_map(|year| year.parse().ok()).collect(),
            valid_until: row.valid_until,
            again: false,
        }
    }
}

impl Issuer {
    /// Writes a proof down and answers with its receipt. The same proof again is answered with the first receipt.
    pub async fn enter_proof(&self, by: &Actor, new: &NewProof) -> Result<Receipt, FundError> {
        self.pension_fund(&by.tenant)?;
        if new.remark.chars().count() > LONGEST_REMARK {
            return Err(FundError::Form("a remark has at most 2000 characters"));
        }
        sql::retry(|| async {
            let mut tx = self.store.write("enter_fund_proof").await?;
            let receipt = self.enter_within(&mut tx, by, new).await?;
            tx.commit().await?;
            Ok(receipt)
        })
        .await
    }

    /// Fails when years of the person are open and the proof, by its day, counts for none of them.
    pub async fn counts_for_an_open_year(&self, tenant: &str, new: &NewProof) -> Result<(), FundError> {
        self.pension_fund(tenant)?;
        let year = chrono::Datelike::year(&new.captured_at);
        let mut missing = Vec::new();
        for cycle in self.store.read().await?.list_fund_cycles(tenant, &new.person).await? {
            missing.extend(Some(self.open_cycle(tenant, &cycle)?).filter(is_missing));
        }
        match missing.is_empty() || missing.iter().any(|open| open.year <= year) {
            true => Ok(()),
            false => Err(FundError::Conflict(
                "this proof counts for no open year of the person: it was made before the year began. Look at the day again, or tick that it is written down all the same",
            )),
        }
    }

    /// The same in the caller's transaction.
    pub(super) async fn enter_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        new: &NewProof,
    ) -> Result<Receipt, FundError> {
        let (tenant, now) = (by.tenant.as_str(), self.now());
        let person = tx.find_fund_person(tenant, &new.person).await?.ok_or(FundError::Unknown)?;
        if let Some(helper) = &new.helper {
            helper.check()?;
        }
        let mut evidence = Evidence {
            id: self.new_id(),
            person: person.id.clone(),
            channel: new.channel,
            operator: Some(new.operator.as_ref().unwrap_or(&by.officer).clone()),
            helper: None,
            captured_at: new.captured_at,
            received_at: new.received_at.unwrap_or(now),
            digests: new.digests.clone(),
        };
        evidence.check()?;
        if evidence.received_at > now {
            return Err(FundError::Form("the proof was received in the future"));
        }
        if let Some(first) = self.admit(tx, tenant, &evidence).await? {
            let row = tx.find_fund_proof(tenant, &first).await?.ok_or(FundError::Damaged)?;
            return Ok(Receipt { again: true, ..Receipt::from(&row) });
        }
        evidence.helper = self.helper_of(tx, by, &person.id, new.helper.as_ref()).await?;
        let mut pen = Pen::new(self, tenant, &person);
        pen.event(What::ProofReceived { evidence: evidence.clone() }, now)?;
        if new.accept {
            pen.event(What::ProofAccepted { evidence: evidence.clone(), by: by.officer.clone() }, now)?;
        }
        pen.put(tx).await?;
        let row = ProofRow {
            id: evidence.id.clone(),
            person: person.id.clone(),
            year: evidence.year(),
            channel: channel_name(evidence.channel).to_owned(),
            state: if new.accept { "accepted" } else { "waiting" }.to_owned(),
            captured_at: evidence.captured_at,
            received_at: evidence.received_at,
            reference: entitlement::reference(&Sha256::digest(&evidence.id).into()),
            years: String::new(),
            valid_until: None,
            sealed: self.seal_for("proof", tenant, &evidence.id, &(&evidence, &new.remark)),
            entered_by: by.officer.clone(),
            decided_by: new.accept.then(|| by.officer.clone()),
            decided_at: new.accept.then_some(now),
        };
        tx.insert_fund_proof(tenant, &row).await?;
        let act = Act { action: "fund.proof.enter", target: &row.id, detail: channel_name(evidence.channel) };
        tx.audit(by, act, now).await?;
        self.step_person(tx, by, &person.id).await?;
        self.receipt_of(tx, tenant, row).await
    }

    /// A colleague's decision about a proof that waits: never of who entered it.
    pub async fn decide_proof(
        &self,
        by: &Actor,
        id: &str,
        accept: bool,
        reason: &str,
    ) -> Result<Receipt, FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let mut tx = self.store.write("decide_fund_proof").await?;
            let row = tx.find_fund_proof(&by.tenant, id).await?.ok_or(FundError::Unknown)?;
            if row.state == "waiting" && row.entered_by == by.officer {
                return Err(FundError::OwnProof);
            }
            let receipt = self.decide_within(&mut tx, by, id, accept, reason).await?;
            tx.commit().await?;
            Ok(receipt)
        })
        .await
    }

    /// The same in the caller's transaction.
    pub(super) async fn decide_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        id: &str,
        accept: bool,
        reason: &str,
    ) -> Result<Receipt, FundError> {
        self.decide_dated(tx, by, id, (accept, reason), None).await
    }

    /// The same with the day on which the proof was made, where only now somebody has read it.
    pub(super) async fn decide_dated(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        id: &str,
        (accept, reason): (bool, &str),
        made: Option<(Timestamp, Option<&NewHelper>, &str)>,
    ) -> Result<Receipt, FundError> {
        if !accept && reason.trim().is_empty() {
            return Err(FundError::Form("a refusal needs a reason"));
        }
        let (tenant, now) = (by.tenant.as_str(), self.now());
        let row = tx.find_fund_proof(tenant, id).await?.ok_or(FundError::Unknown)?;
        if row.state != "waiting" {
            return Err(FundError::Decided);
        }
        let person = tx.find_fund_person(tenant, &row.person).await?.ok_or(FundError::Damaged)?;
        let (mut evidence, mut remark): (Evidence, String) =
            self.open_for("proof", tenant, id, &row.sealed)?;
        let mut row = row;
        if let Some((made, helper, note)) = made {
            if note.chars().count() > LONGEST_REMARK {
                return Err(FundError::Form("a remark has at most 2000 characters"));
            }
            if !note.trim().is_empty() {
                note.trim().clone_into(&mut remark);
            }
            evidence.captured_at = made;
            if helper.is_some() {
                evidence.helper = self.helper_of(tx, by, &person.id, helper).await?;
            }
            evidence.check()?;
            row.captured_at = made;
            row.year = evidence.year();
            row.sealed = self.seal_for("proof", tenant, id, &(&evidence, &remark));
            tx.date_fund_proof(tenant, &row).await?;
        }
        let what = match accept {
            true => What::ProofAccepted { evidence, by: by.officer.clone() },
            false => {
                let note = self.write_note(tx, by, &person.id, reason).await?;
                What::ProofRefused { evidence, by: by.officer.clone(), reason: note }
            }
        };
        let mut pen = Pen::new(self, tenant, &person);
        pen.event(what, now)?;
        pen.put(tx).await?;
        let detail = if accept { "accepted" } else { "refused" };
        let row = ProofRow {
            state: detail.to_owned(),
            decided_by: Some(by.officer.clone()),
            decided_at: Some(now),
            ..row
        };
        tx.decide_fund_proof(tenant, &row).await?;
        if !accept {
            self.place_of_refused(tx, by, (&person.id, id)).await?;
        }
        tx.audit(by, Act { action: "fund.proof.decide", target: id, detail }, now).await?;
        self.step_person(tx, by, &person.id).await?;
        self.receipt_of(tx, tenant, row).await
    }

    /// What somebody wrote for colleagues beside a proof; empty where nobody did.
    pub async fn proof_remark(&self, tenant: &str, id: &str) -> Result<String, FundError> {
        self.pension_fund(tenant)?;
        let row = self.store.read().await?.find_fund_proof(tenant, id).await?.ok_or(FundError::Unknown)?;
        // Of somebody whose words are erased nothing opens any more.
        let opened = self.open_for::<(Evidence, String)>("proof", tenant, id, &row.sealed);
        Ok(opened.map(|(_, remark)| remark).unwrap_or_default())
    }

    /// Proofs that wait for a colleague, oldest first.
    pub async fn list_waiting_proofs(
        &self,
        tenant: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<ProofRow>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.list_waiting_fund_proofs(tenant, after, limit).await?)
    }

    /// Writes the digests down. The proof under which one stands already, if any; an error when it is another person's.
    async fn admit(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        evidence: &Evidence,
    ) -> Result<Option<String>, FundError> {
        let mut first = None;
        for digest in &evidence.digests {
            match tx.find_fund_digest(tenant, digest).await? {
                Some((person, _)) if person != evidence.person => return Err(FundError::OfAnother),
                Some((_, proof)) => first = first.or(Some(proof)),
                None => {}
            }
        }
        let stands_under = first.as_deref().unwrap_or(&evidence.id);
        for digest in &evidence.digests {
            tx.insert_fund_digest(tenant, digest, &evidence.person, stands_under).await?;
        }
        Ok(first)
    }

    /// Which years the proof closed, and until when the person is covered: the last day of the next year's window.
    pub(super) async fn receipt_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: ProofRow,
    ) -> Result<Receipt, FundError> {
        let mut years = Vec::new();
        for cycle in tx.list_fund_cycles(tenant, &row.person).await? {
            let record = self.open_cycle(tenant, &cycle)?;
            if record.proof.is_some_and(|proof| proof.evidence == row.id) {
                years.push(record.year);
            }
        }
        let calendars = self.calendars_within(tx, tenant).await?;
        let valid_until = years.last().map(|last| {
            let next = calendars.iter().find(|known| known.calendar.year() == last + 1);
            let usual = NaiveDate::from_ymd_opt(last.saturating_add(1), 12, 31).unwrap_or(NaiveDate::MAX);
            next.map_or(usual, |known| known.calendar.dates().due)
        });
        let shown: Vec<String> = years.iter().map(ToString::to_string).collect();
        let row = ProofRow { years: shown.join(" "), valid_until, ..row };
        tx.close_with_fund_proof(tenant, &row).await?;
        self.write_receipt(tx, tenant, &row).await?;
        Ok(Receipt::from(&row))
    }
}

/// Whether a year waits for a proof.
pub(crate) fn is_missing(year: &PersonYear) -> bool {
    year.proof.is_none()
        && !matches!(year.stage.name(), StageName::NotInScope | StageName::Reinstated | StageName::Closed)
}

/// As it stands in the database and in messages.
pub(crate) const fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::OwnDevice => "own-device",
        Channel::Kiosk => "kiosk",
        Channel::Paper => "paper",
        Channel::Upload => "upload",
        Channel::Letter => "letter",
        Channel::Visit => "visit",
        Channel::VideoCall => "video-call",
        Channel::Authority => "authority",
    }
}

/// The channel of a name.
pub(crate) fn channel_of(name: &str) -> Option<Channel> {
    Channel::ALL.into_iter().find(|channel| channel_name(*channel) == name)
}
