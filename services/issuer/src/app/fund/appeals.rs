//! Appeals against refused answers, from the person's own wallet too. Each reaches an officer, and another one than who refused.
//!
//! For whoever is on the register an appeal is a case of the Fund's year. Whoever is not has no year and no case: then it is
//! decided at the answer itself. Either way the pictures of the answer are kept until it is decided, and no longer.

use chrono::Duration;
use entitlement::{Channel, ConfirmFault, State, Witnessed};
use issuance::audit::Act;
use issuance::{Actor, fingerprint};
use store_issuer::fund::{CaseRow, ProofRow};
use store_issuer::{AppealRow, Transaction};
use wire::existence::{AppealState, ExistenceAppeal, ExistenceRequest};

use super::super::OfferError;
use super::super::existence::{ExistenceError, remark};
use super::case_kind::CaseType;
use super::{FundError, Issuer};

const PURPOSE: &str = "appeal";

/// An appeal for an officer.
#[derive(Clone, Debug)]
pub struct AppealView {
    /// Where it stands.
    pub row: AppealRow,
    /// What the person says; a case keeps its words itself.
    pub words: String,
}

/// One of those that wait and that no case decides.
#[derive(Clone, Debug)]
pub struct OpenAppeal {
    /// Where it stands.
    pub row: AppealRow,
    /// Of the person.
    pub name: String,
    /// Of the person.
    pub uid: String,
}

/// An officer's word about an appeal.
#[derive(Clone, Debug)]
pub enum AppealWord {
    /// The refusal was wrong: the answer counts, as the officer saw by this way.
    Upheld(Channel),
    /// The refusal stands.
    NotUpheld,
}

impl Issuer {
    /// The person does not agree with the refusal. Repeated, it is the same appeal.
    pub async fn appeal_existence(
        &self,
        tenant: &str,
        token: &str,
        words: &str,
    ) -> Result<ExistenceRequest, ExistenceError> {
        let tenant = self.fund(tenant)?;
        let words = remark(words)?;
        let mark = fingerprint(token);
        sql::retry(|| async {
            let mut tx = self.store.write("appeal_existence").await?;
            let found = tx.find_existence_by_fingerprint(&tenant.id, &mark).await?;
            let request = found.ok_or(ExistenceError::Unknown)?;
            if tx.find_appeal(&tenant.id, &request.id).await?.is_none() {
                self.open_appeal(&mut tx, &tenant.id, &request, &words).await?;
            }
            let message = self.existence_message(&mut tx, tenant, &request).await?;
            tx.commit().await?;
            Ok(message)
        })
        .await
    }

    async fn open_appeal(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        request: &entitlement::Request,
        words: &str,
    ) -> Result<(), ExistenceError> {
        let (by, now) = (Actor::person(tenant), self.now());
        let State::Refused { evidence: Some(evidence), by: refused_by, .. } = &request.state else {
            return self.appeal_form(tx, &by, request, words).await;
        };
        let proof = self.proof_of_digest(tx, tenant, &evidence.digest).await?;
        match proof.as_ref().map(|proof| (proof.state.as_str(), proof.id.as_str())) {
            // It counts already: there is a receipt to show and nothing to decide.
            Some(("accepted", _)) => return Ok(()),
            Some(("refused", proof)) => {
                self.appeal_within(tx, &by, proof, words).await?;
            }
            _ => {
                let words = (!words.is_empty()).then(|| self.seal_for(PURPOSE, tenant, &request.id, &words));
                let row = self.new_appeal(&request.id, refused_by, words, None);
                tx.insert_appeal(tenant, &row).await?;
                tx.hold_captures(tenant, &request.id, &evidence.digest).await?;
            }
        }
        Ok(tx.audit(&by, Act { action: "existence.appeal", target: &request.id, detail: "" }, now).await?)
    }

    /// The same against the refusal of a form that was sent from the wallet.
    async fn appeal_form(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        request: &entitlement::Request,
        words: &str,
    ) -> Result<(), ExistenceError> {
        let refused = self.refused_form(tx, &by.tenant, &request.id).await?;
        let refused = refused.ok_or(ConfirmFault::NotRefused)?;
        let case = self.appeal_within(tx, by, &refused.id, words).await?;
        let refused_by = refused.decided_by.as_deref().unwrap_or_default();
        tx.insert_appeal(&by.tenant, &self.new_appeal(&request.id, refused_by, None, Some(&case))).await?;
        let act = Act { action: "existence.appeal", target: &request.id, detail: "form" };
        Ok(tx.audit(by, act, self.now()).await?)
    }

    async fn refused_form(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        request: &str,
    ) -> Result<Option<ProofRow>, FundError> {
        let proof = match tx.find_sent_form(tenant, request).await? {
            Some(scan) => self.proof_of_scan(tx, tenant, &scan).await?,
            None => None,
        };
        Ok(proof.filter(|proof| proof.state == "refused"))
    }

    fn new_appeal(
        &self,
        request: &str,
        refused_by: &str,
        words_sealed: Option<Vec<u8>>,
        case_id: Option<&str>,
    ) -> AppealRow {
        let now = self.now();
        AppealRow {
            request_id: request.to_owned(),
            refused_by: refused_by.to_owned(),
            words_sealed,
            opened_at: now,
            due_at: now + Duration::days(CaseType::Appeal.days()),
            case_id: case_id.map(str::to_owned),
            outcome: None,
            closed_at: None,
            closed_by: None,
        }
    }

    /// The proof of the register that an answer became.
    pub(super) async fn proof_of_digest(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        digest: &[u8; 32],
    ) -> Result<Option<ProofRow>, FundError> {
        let known = tx.find_fund_digest(tenant, &entitlement::journal::hex(digest)).await?;
        match known {
            Some((_, proof)) => Ok(tx.find_fund_proof(tenant, &proof).await?),
            None => Ok(None),
        }
    }

    /// A case was opened against the refusal of a proof, by whomever: the answer behind it, where there is one, is shown so to
    /// the person, and its pictures stay.
    pub(super) async fn tie_appeal(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        proof: &ProofRow,
        case: &str,
    ) -> Result<(), FundError> {
        let (evidence, _): (entitlement::cycle::Evidence, String) =
            self.open_for("proof", tenant, &proof.id, &proof.sealed)?;
        for digest in evidence.digests.iter().filter_map(|digest| hex::decode(digest).ok()) {
            let Some(request) = tx.find_existence_by_digest(tenant, &digest).await? else { continue };
            let refused_by = proof.decided_by.as_deref().unwrap_or_default();
            tx.insert_appeal(tenant, &self.new_appeal(&request, refused_by, None, Some(case))).await?;
            tx.hold_captures(tenant, &request, &digest).await?;
        }
        Ok(())
    }

    /// The case is decided: the answer behind it hears of it, and where the refusal was wrong the person gets the certificate.
    pub(super) async fn appeal_decided(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        case: &CaseRow,
        (outcome, words): (&str, &str),
    ) -> Result<(), FundError> {
        let Some(appeal) = tx.find_appeal_of_case(&by.tenant, &case.id).await? else { return Ok(()) };
        self.end_appeal(tx, by, &appeal.request_id, outcome).await?;
        if outcome != "upheld" {
            return Ok(());
        }
        match self.confirm_upheld(tx, by, &appeal.request_id, (None, words)).await {
            Ok(()) => Ok(()),
            Err(ExistenceError::Store(error) | ExistenceError::Offer(OfferError::Store(error))) => {
                Err(error.into())
            }
            // The proof counts all the same, and an officer can offer the certificate from its receipt.
            Err(error) => {
                tracing::info!(case.id = case.id, error = %error, "no certificate was offered with an appeal");
                Ok(())
            }
        }
    }

    async fn end_appeal(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        request: &str,
        outcome: &str,
    ) -> Result<(), store_issuer::Error> {
        let now = self.now();
        tx.close_appeal(&by.tenant, request, (outcome, &by.officer), now).await?;
        tx.release_captures(&by.tenant, request, now).await?;
        let act = Act { action: "existence.appeal-decide", target: request, detail: outcome };
        tx.audit(by, act, now).await
    }

    /// The refused answer is a confirmed one from now on, with a certificate for the key that gave it.
    async fn confirm_upheld(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        id: &str,
        (channel, words): (Option<Channel>, &str),
    ) -> Result<(), ExistenceError> {
        let tenant = by.tenant.as_str();
        let before = tx.find_existence(tenant, id).await?.ok_or(ExistenceError::Unknown)?;
        let State::Refused { evidence: Some(evidence), .. } = &before.state else {
            return Err(ConfirmFault::NotRefused.into());
        };
        if tx.find_existence_of_year(tenant, &before.beneficiary, before.year).await?.is_some() {
            return Err(ExistenceError::ProvenAlready { year: before.year });
        }
        let channel = channel.unwrap_or(match evidence.witnessed {
            Witnessed::Passkey { .. } => Channel::Device,
            Witnessed::Desk(_) => Channel::Kiosk,
        });
        let offer = self.certify_answer(tx, by, &before, (evidence, channel)).await?;
        let after = before.clone().upheld(channel, remark(words)?, &by.officer, offer, self.now())?;
        tx.replace_existence(tenant, &before, &after).await?;
        self.tell_cycle(tx, by, &after, Some((true, ""))).await
    }

    /// Decides an appeal of somebody who is on no register.
    pub async fn decide_appeal(
        &self,
        by: &Actor,
        request: &str,
        word: &AppealWord,
        reason: &str,
    ) -> Result<(), ExistenceError> {
        self.fund(&by.tenant)?;
        let reason = remark(reason)?;
        if reason.is_empty() {
            return Err(ConfirmFault::NoReason.into());
        }
        sql::retry(|| async {
            let mut tx = self.store.write("decide_existence_appeal").await?;
            tx.find_existence(&by.tenant, request).await?.ok_or(ExistenceError::Unknown)?;
            let row = tx.find_appeal(&by.tenant, request).await?.ok_or(ConfirmFault::NotRefused)?;
            if row.case_id.is_some() {
                return Err(ExistenceError::InCase);
            }
            if row.closed_at.is_some() {
                return Err(ConfirmFault::Decided.into());
            }
            if row.refused_by == by.officer {
                return Err(ExistenceError::FourEyes);
            }
            let outcome = match word {
                AppealWord::Upheld(channel) => {
                    self.confirm_upheld(&mut tx, by, request, (Some(*channel), &reason)).await?;
                    "upheld"
                }
                AppealWord::NotUpheld => "not-upheld",
            };
            self.end_appeal(&mut tx, by, request, outcome).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// The appeal against the refusal of one answer, for an officer.
    pub async fn find_appeal(
        &self,
        tenant: &str,
        request: &str,
    ) -> Result<Option<AppealView>, ExistenceError> {
        self.fund(tenant)?;
        let Some(row) = self.store.read().await?.find_appeal(tenant, request).await? else { return Ok(None) };
        let words = match &row.words_sealed {
            Some(sealed) => self.open_for(PURPOSE, tenant, request, sealed)?,
            None => String::new(),
        };
        Ok(Some(AppealView { row, words }))
    }

    /// The answer that a case is about, where it came from a wallet: its pictures are there.
    pub async fn answer_of_case(&self, tenant: &str, case: &str) -> Result<Option<String>, FundError> {
        self.pension_fund(tenant)?;
        let appeal = self.store.read().await?.find_appeal_of_case(tenant, case).await?;
        Ok(appeal.map(|appeal| appeal.request_id))
    }

    /// Appeals that no case decides, those that are due first, behind the one about the question `after`.
    pub async fn list_open_appeals(
        &self,
        tenant: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<OpenAppeal>, ExistenceError> {
        self.fund(tenant)?;
        let mut tx = self.store.read().await?;
        let mut open = Vec::new();
        for row in tx.list_open_appeals(tenant, after, limit).await? {
            let request = tx.find_existence(tenant, &row.request_id).await?.ok_or(ExistenceError::Unknown)?;
            let subject = tx.find_subject(tenant, &request.beneficiary).await?;
            let subject = subject.ok_or(ExistenceError::UnknownPerson)?;
            open.push(OpenAppeal { row, name: subject.name, uid: subject.number });
        }
        Ok(open)
    }

    /// What the person sees of it.
    pub(in crate::app) async fn appeal_note(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        request: &entitlement::Request,
    ) -> Result<Option<ExistenceAppeal>, ExistenceError> {
        let Some(row) = tx.find_appeal(tenant, &request.id).await? else {
            let refused = matches!(request.state, State::Refused { evidence: Some(_), .. })
                || self.refused_form(tx, tenant, &request.id).await?.is_some();
            return Ok(refused.then_some(ExistenceAppeal {
                state: AppealState::Possible,
                opened_at: None,
                due_at: None,
                closed_at: None,
            }));
        };
        Ok(Some(ExistenceAppeal {
            state: match row.outcome.as_deref() {
                None => AppealState::Open,
                Some("upheld") => AppealState::Upheld,
                Some(_) => AppealState::NotUpheld,
            },
            opened_at: Some(row.opened_at),
            due_at: Some(row.due_at),
            closed_at: row.closed_at,
        }))
    }
}
