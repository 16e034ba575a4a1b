//! A second question of a year, for the place alone that the first answer lacked.

use entitlement::cycle::CountryCode;
use entitlement::{Proof, Request, Witnessed};
use issuance::Actor;
use issuance::audit::Act;
use presence::Finding;
use store_issuer::Transaction;
use wire::existence::ExistenceRequest;

use super::super::captures::{Judged, PlaceKept};
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
    pub(super) async fn take_place(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        (before, proven): (&Request, &Request),
        (proof, judged): (&Proof, Option<&Judged>),
    ) -> Result<ExistenceRequest, ExistenceError> {
        let now = self.now();
        let missing = self.place_missing_of(tx, &tenant.id, &before.beneficiary).await?;
        let seen = self.place_of(tx, tenant, before, (proof, judged)).await?;
        let (Some(missing), Some(seen)) = (missing, seen) else {
            return Err(ExistenceError::ProvenAlready { year: proven.year });
        };
        tx.replace_existence(&tenant.id, before, &before.clone().tried(proof, now)?).await?;
        let by = Actor::system(&tenant.id);
        self.place_by_answer(tx, &by, &missing, seen).await?;
        tx.audit(&by, Act { action: "existence.place", target: &before.id, detail: "" }, now).await?;
        let message = self.existence_message(tx, tenant, proven).await?;
        Ok(ExistenceRequest { id: before.id.clone(), ..message })
    }

    async fn place_of(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        request: &Request,
        (proof, judged): (&Proof, Option<&Judged>),
    ) -> Result<Option<CountryCode>, ExistenceError> {
        if let Witnessed::Desk(statement) = proof.witnessed() {
            return Ok(self.operator_of(tx, &tenant.id, statement).await?.1);
        }
        let place = judged.and_then(Judged::place);
        let country = match place {
            Some(PlaceKept::Compared { finding: Finding::Inside | Finding::AtTheBorder, .. }) => {
                let subject = tx.find_subject(&tenant.id, &request.beneficiary).await?;
                let subject = subject.ok_or(ExistenceError::UnknownPerson)?;
                self.declared_country(tx, &tenant.id, &subject).await?
            }
            Some(PlaceKept::Compared { finding: Finding::Elsewhere { country }, .. }) => Some(country),
            Some(PlaceKept::Compared { finding: Finding::NoCountry, .. } | PlaceKept::Unusable { .. })
            | None => None,
        };
        Ok(country.and_then(|country| country.parse().ok()))
    }
}
