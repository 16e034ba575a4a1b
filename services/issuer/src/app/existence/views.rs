//! Proof requests as officers and the person see them.

use chrono::Datelike as _;
use entitlement::{Evidence, Request, Standing, State, Witnessed};
use issuance::Subject;
use serde_json::Value;
use store_issuer::{BeneficiaryRow, BoundKey, Page, Transaction};
use wire::existence::{Beneficiary, ExistenceRequest, ExistenceState, Organisation};
use wire::residence::ResidenceNote;

use super::{BeneficiaryPage, ExistenceCounts, ExistenceError, Issuer, RequestPage, Tenant};

impl Issuer {
    pub async fn request_page(&self, tenant: &str, id: &str) -> Result<RequestPage, ExistenceError> {
        self.fund(tenant)?;
        let mut tx = self.store.read().await?;
        let request = tx.find_existence(tenant, id).await?.ok_or(ExistenceError::Unknown)?;
        let subject = tx.find_subject(tenant, &request.beneficiary).await?;
        let known_since = tx.known_passkey_year(tenant, &request).await?;
        let bound = tx.find_bound_key(tenant, &request.beneficiary).await?;
        // A station's answer is signed by a key that a wallet service keeps. It says nothing beside a phone's; beside another
        // kept key it does.
        let told = |key: &BoundKey, it: &Evidence| {
            key.device_key != it.holder_key
                && (matches!(it.witnessed, Witnessed::Passkey { .. }) || key.how == "station")
        };
        let enrolled = bound.is_some();
        let word = self.first_word(&mut tx, tenant, id).await?;
        let new_key = bound.zip(request.evidence()).is_some_and(|(key, it)| told(&key, it));
        let station = match request.evidence().map(|evidence| &evidence.witnessed) {
            Some(Witnessed::Desk(statement)) => tx.find_station(tenant, &statement.station).await?,
            Some(Witnessed::Passkey { .. }) | None => None,
        };
        Ok(RequestPage {
            new_key,
            enrolled,
            word,
            station,
            standing: request.standing(self.now()),
            subject: subject.ok_or(ExistenceError::UnknownPerson)?,
            request,
            known_since,
        })
    }

    pub async fn beneficiary_page(&self, tenant: &str, id: &str) -> Result<BeneficiaryPage, ExistenceError> {
        self.fund(tenant)?;
        let now = self.now();
        let mut tx = self.store.read().await?;
        let subject = tx.find_subject(tenant, id).await?.ok_or(ExistenceError::UnknownPerson)?;
        let requests = tx.list_existence_of(tenant, id).await?;
        let requests = requests.into_iter().map(|request| {
            let standing = request.standing(now);
            (request, standing)
        });
        Ok(BeneficiaryPage { subject, requests: requests.collect(), year: now.year() })
    }

    pub async fn list_beneficiaries(
        &self,
        tenant: &str,
        page: &Page,
    ) -> Result<Vec<(BeneficiaryRow, Option<Standing>)>, ExistenceError> {
        self.fund(tenant)?;
        let now = self.now();
        let rows = self.store.read().await?.list_beneficiaries(tenant, page).await?;
        let standing = |row: BeneficiaryRow| {
            let standing = row.newest.as_ref().map(|newest| newest.standing(now));
            (row, standing)
        };
        Ok(rows.into_iter().map(standing).collect())
    }

    pub async fn existence_counts(&self, tenant: &str) -> Result<ExistenceCounts, store_issuer::Error> {
        let now = self.now();
        let year = now.year();
        let mut tx = self.store.read().await?;
        Ok(ExistenceCounts {
            year,
            open: tx.count_existence(tenant, "open", year, now).await?,
            answered: tx.count_existence(tenant, "answered", 0, now).await?,
            confirmed: tx.count_existence(tenant, "confirmed", year, now).await?,
        })
    }

    pub(in crate::app) async fn existence_message(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        request: &Request,
    ) -> Result<ExistenceRequest, ExistenceError> {
        let subject = tx.find_subject(&tenant.id, &request.beneficiary).await?;
        let subject = subject.ok_or(ExistenceError::UnknownPerson)?;
        let credential_offer_uri = match &request.state {
            State::Confirmed { offer, .. } => {
                let offer = tx.find_offer(&tenant.id, offer).await?;
                offer.map(|offer| self.link(tenant, &offer).uri)
            }
            State::Open { .. } | State::Answered(_) | State::Refused { .. } => None,
        };
        let given_name = subject.claims.get("givenName").and_then(Value::as_str).unwrap_or_default();
        let standing = request.standing(self.now());
        let (challenge, expires_at) = match &request.state {
            State::Open { challenge: Some(challenge) } if standing == Standing::Open => {
                (challenge.value.clone(), challenge.until)
            }
            _ => (String::new(), request.expires_at),
        };
        let capture = match &request.state {
            State::Open { challenge: Some(challenge) } if standing == Standing::Open => {
                self.wanted_capture(tx, tenant, request, challenge).await?
            }
            _ => None,
        };
        let (closes, residence) = self.beside_question(tx, tenant, (request, &subject)).await?;
        Ok(ExistenceRequest {
            id: request.id.clone(),
            organisation: Organisation { did: tenant.did.clone(), name: tenant.name.clone() },
            beneficiary: Beneficiary { given_name: given_name.to_owned() },
            year: u16::try_from(request.year).unwrap_or_default(),
            challenge,
            expires_at,
            answer_by: Some(request.expires_at),
            state: match standing {
                Standing::Open => ExistenceState::Open,
                Standing::Answered => ExistenceState::Answered,
                Standing::Confirmed => ExistenceState::Confirmed,
                Standing::Refused => ExistenceState::Refused,
                Standing::Expired => ExistenceState::Expired,
            },
            credential_offer_uri,
            reference: request.evidence().map(entitlement::Evidence::reference),
            usual_days: match standing {
                Standing::Open | Standing::Answered => self.usual_days(tx, &tenant.id).await?,
                Standing::Confirmed | Standing::Refused | Standing::Expired => None,
            },
            capture,
            outcome: self.latest_outcome(tx, tenant, &request.id).await?,
            receipt: self.receipt_note(tx, &tenant.id, request).await?,
            appeal: self.appeal_note(tx, &tenant.id, request).await?,
            form: self.form_note(tx, &tenant.id, &request.id).await?,
            kept: self.kept_note(tx, tenant, request).await?,
            place: self.place_note(tx, tenant, request).await?,
            closes,
            residence,
        })
    }

    /// The years for which an answer made now counts, and the note about where the person lives: of a question of this year, and of
    /// the one that brought it up.
    async fn beside_question(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        (request, subject): (&Request, &Subject),
    ) -> Result<(Vec<i32>, Option<ResidenceNote>), ExistenceError> {
        let Some(row) = self.person_of_subject(tx, tenant, subject).await? else {
            return Ok((Vec::new(), None));
        };
        let this = self.today().year();
        let closes = match request.standing(self.now()) == Standing::Open && request.year == this {
            true => self.asked_of(tx, tenant, &row).await?.closes,
            false => Vec::new(),
        };
        let residence = match request.year + 1 >= this {
            true => self.residence_note(tx, &tenant.id, &row.id).await?,
            false => None,
        };
        Ok((closes, residence))
    }
}
