//! A proof of life without the place that a pension depends on: the proof stands, and the place is asked for by other ways.
//!
//! The person hears of it in a message and in the wallet, an officer has a case. It ends with a place: the question may be asked and
//! answered again, on the phone or at a station; or with an officer's word about a paper of an authority, a visit or a call. It
//! touches neither the proof nor a payment.

use clock::Timestamp;
use entitlement::Request;
use issuance::Actor;
use issuance::audit::Act;
use issuance::message::MessageEvent;
use store_issuer::fund::{CaseRow, PersonRow};
use store_issuer::{MessageRow, Transaction};
use wire::existence::PlaceAsked;

use super::case_kind::CaseType;
use super::residence::is_two_track;
use super::{FundError, Issuer, Tenant};

impl Issuer {
    /// Opens the case, unless there is one that waits, and tells the person.
    pub(super) async fn ask_for_place(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &PersonRow,
        evidence: &str,
    ) -> Result<(), FundError> {
        if self.place_case(tx, tenant, &person.id).await?.is_some() {
            return Ok(());
        }
        let (by, id) = (Actor::system(tenant), self.new_id());
        let name = format!("place/{evidence}");
        self.put_case(tx, &by, (&id, &person.id), (CaseType::Place, &name), "").await?;
        self.tell_of_place(tx, tenant, person, &id).await
    }

    /// Ends the case, if one waits: a place came, or the proof that had none does not count.
    pub(super) async fn place_came(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        person: &str,
        outcome: &'static str,
    ) -> Result<(), FundError> {
        let (tenant, now) = (by.tenant.as_str(), self.now());
        let Some(case) = self.place_case(tx, tenant, person).await? else { return Ok(()) };
        let closed = CaseRow {
            state: "closed".to_owned(),
            outcome: Some(outcome.to_owned()),
            proposed_by: None,
            closed_at: Some(now),
            closed_by: Some(by.officer.clone()),
            revision: case.revision + 1,
            ..case.clone()
        };
        self.note_act(tx, by, &closed, (outcome, "")).await?;
        tx.replace_fund_case(tenant, case.revision, &closed).await?;
        let act = Act { action: "fund.case.decide", target: &case.id, detail: outcome };
        Ok(tx.audit(by, act, now).await?)
    }

    /// The proof was refused: the next one brings a place of its own.
    pub(super) async fn place_of_refused(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (person, proof): (&str, &str),
    ) -> Result<(), FundError> {
        let case = self.place_case(tx, &by.tenant, person).await?;
        match case.is_some_and(|case| case.name == format!("place/{proof}")) {
            true => self.place_came(tx, by, person, "proof-refused").await,
            false => Ok(()),
        }
    }

    async fn place_case(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &str,
    ) -> Result<Option<CaseRow>, FundError> {
        let known = tx.list_fund_cases_of(tenant, person).await?;
        Ok(known.into_iter().find(|it| it.kind == CaseType::Place.as_str() && it.state != "closed"))
    }

    /// Whoever has an address for messages hears at once, in their day; everybody reads it in the wallet.
    async fn tell_of_place(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &PersonRow,
        case: &str,
    ) -> Result<(), FundError> {
        let uid = self.open_fund_person(tenant, person)?.registered.uid;
        let Some(subject) = tx.find_subject_by_number(tenant, &uid).await? else { return Ok(()) };
        let at = self.awake_of(tx, tenant, &subject.id).await?;
        let until = self.now() + chrono::Duration::days(CaseType::Place.days());
        let event = MessageEvent::PlaceMissing;
        let once_key = format!("{}/{case}", event.as_str());
        let message = self.message(&subject.id, event, (&[], Some(until)), once_key);
        tx.insert_message(tenant, &MessageRow { next_try_at: at, ..message }).await?;
        Ok(())
    }

    /// Whether the message about a case is still so, just before it leaves.
    pub(in crate::app) async fn is_place_missing(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        case: &str,
    ) -> Result<bool, store_issuer::Error> {
        Ok(tx.find_fund_case(tenant, case).await?.is_some_and(|case| case.state != "closed"))
    }

    /// The case about the place of somebody of the directory, while it waits: the person's number on the register, and the proof.
    pub(in crate::app) async fn place_missing_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Option<MissingPlace>, FundError> {
        let Some(subject) = tx.find_subject(tenant, subject_id).await? else { return Ok(None) };
        let mark = self.secrets.register_mark(tenant, "number", &subject.number);
        let Some(person) = tx.find_fund_person_by_mark(tenant, &mark).await? else { return Ok(None) };
        let Some(case) = self.place_case(tx, tenant, &person.id).await? else { return Ok(None) };
        let proof = case.name.strip_prefix("place/").unwrap_or_default().to_owned();
        Ok(is_two_track(&person).then_some(MissingPlace { person: person.id, proof, due_at: case.due_at }))
    }

    /// Whose page among the retirees somebody of the register has.
    pub async fn retiree_of(&self, tenant: &str, person: &str) -> Result<Option<String>, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let row = tx.find_fund_person(tenant, person).await?.ok_or(FundError::Unknown)?;
        let uid = self.open_fund_person(tenant, &row)?.registered.uid;
        Ok(tx.find_subject_by_number(tenant, &uid).await?.map(|subject| subject.id))
    }

    /// What the wallet tells the person.
    pub(in crate::app) async fn place_note(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        request: &Request,
    ) -> Result<Option<PlaceAsked>, FundError> {
        if request.evidence().is_none() {
            return Ok(None);
        }
        let missing = self.place_missing_of(tx, &tenant.id, &request.beneficiary).await?;
        Ok(missing.map(|missing| PlaceAsked { due_at: missing.due_at }))
    }

    /// Another answer brought the place: it is compared, and stands beside the proof that had none.
    pub(in crate::app) async fn place_by_answer(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        missing: &MissingPlace,
        seen: entitlement::cycle::CountryCode,
    ) -> Result<(), FundError> {
        self.check_residence(tx, by, &missing.person, (&missing.proof, Some(seen))).await
    }
}

/// A place that is asked for.
pub(in crate::app) struct MissingPlace {
    person: String,
    proof: String,
    due_at: Timestamp,
}
