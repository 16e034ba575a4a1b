//! A second question of a year, for the place alone that the first answer lacked.

use entitlement::cycle::CountryCode;
use entitlement::{Proof, Request, Witnessed};
use issuance::audit::Act;
use issuance::{Actor, fingerprint};
use store_issuer::Transaction;
use wire::existence::{ExistenceRequest, PlaceQuestion};

use super::super::captures::Judged;
use super::{ExistenceError, Issuer, Tenant};

impl Issuer {
    /// What the wallet sees behind the link of a second question once the place has come: the proof of the first.
    pub(super) async fn answered_elsewhere(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        request: &Request,
    ) -> Result<Option<ExistenceRequest>, ExistenceError> {
        let other = tx.find_existence_of_year(&tenant.id, &request.beneficiary, request.year).await?;
        let Some(other) = other.filter(|other| other.id != request.id) else { return Ok(None) };
        if self.place_missing_of(tx, &tenant.id, &request.beneficiary).await?.is_some() {
            return Ok(None);
        }
        let message = self.existence_message(tx, tenant, &other).await?;
        // The wallet knows this question by its own number.
        Ok(Some(ExistenceRequest { id: request.id.clone(), ..message }))
    }

    /// Takes the place from an answer to a question of a year that is proven already. The proof stays as it is; pictures, which
    /// showed that the person is there, are not kept. Without a place that says something there is nothing to take.
    pub(super) async fn take_place_alone(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        (before, proven): (&Request, &Request),
        (proof, judged): (&Proof, Option<&Judged>),
    ) -> Result<ExistenceRequest, ExistenceError> {
        let now = self.now();
        let missing = self.place_missing_of(tx, &tenant.id, &before.beneficiary).await?;
        let missing = missing.ok_or(ExistenceError::ProvenAlready { year: proven.year })?;
        let seen = self.country_of_answer(tx, tenant, proven, (proof, judged)).await?;
        let seen = seen.ok_or(ExistenceError::NoPlace)?;
        tx.replace_existence(&tenant.id, before, &before.clone().tried(proof, now)?).await?;
        let by = Actor::system(&tenant.id);
        self.place_by_answer(tx, &by, &missing, seen).await?;
        tx.audit(&by, Act { action: "existence.place", target: &before.id, detail: "" }, now).await?;
        let message = self.existence_message(tx, tenant, proven).await?;
        Ok(ExistenceRequest { id: before.id.clone(), ..message })
    }

    /// From a station the operator vouches for the person. From a phone it is the key of the proof, or the one that is bound, with
    /// pictures that match.
    async fn country_of_answer(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        proven: &Request,
        (proof, judged): (&Proof, Option<&Judged>),
    ) -> Result<Option<CountryCode>, ExistenceError> {
        if let Witnessed::Desk(statement) = proof.witnessed() {
            return Ok(self.operator_of(tx, &tenant.id, statement).await?.1);
        }
        let key = proof.holder_key().jwk_thumbprint();
        let bound = tx.find_bound_key(&tenant.id, &proven.beneficiary).await?;
        let known = bound.is_some_and(|bound| bound.device_key == key)
            || proven.evidence().is_some_and(|evidence| evidence.holder_key == key);
        let subject = tx.find_subject(&tenant.id, &proven.beneficiary).await?;
        let subject = subject.ok_or(ExistenceError::UnknownPerson)?;
        let place = judged.filter(|_| known).and_then(Judged::place_of_the_person);
        self.country_of(tx, &tenant.id, &subject, place).await
    }

    /// The person wants to show the place with the phone: the link of a question for it. Asked again it is the same one.
    pub async fn ask_for_place_again(
        &self,
        tenant: &str,
        token: &str,
    ) -> Result<PlaceQuestion, ExistenceError> {
        let tenant = self.fund(tenant)?;
        let mut tx = self.store.read().await?;
        let found = tx.find_existence_by_fingerprint(&tenant.id, &fingerprint(token)).await?;
        let request = found.ok_or(ExistenceError::Unknown)?;
        if self.place_missing_of(&mut tx, &tenant.id, &request.beneficiary).await?.is_none() {
            return Err(ExistenceError::ProvenAlready { year: request.year });
        }
        drop(tx);
        let by = Actor::person(&tenant.id);
        let id = self.ask(&by, &request.beneficiary).await?;
        Ok(PlaceQuestion { request_uri: self.request_link(&by, &id).await?.uri })
    }

    /// Whether somebody's proof is here and the place of it is missing.
    pub async fn is_place_asked(&self, tenant: &str, subject_id: &str) -> Result<bool, ExistenceError> {
        let tenant = self.fund(tenant)?;
        let mut tx = self.store.read().await?;
        Ok(self.place_missing_of(&mut tx, &tenant.id, subject_id).await?.is_some())
    }
}
