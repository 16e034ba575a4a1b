//! The person's own steps: signing in with a passkey, and enrolling one with the transaction code of an offer.

use chrono::Duration;
use issuance::CodeRefusal;
use issuance::audit::Act;
use serde_json::Value;
use store_issuer::PersonCeremony;
use web::passkey::{Uuid, answered_challenge, challenge_of};

use super::{AuthorizeError, person};
use crate::app::{Issuer, Tenant};

const CEREMONY_MINUTES: i64 = 10;
/// One for each device somebody owns, with room for lost ones.
pub(super) const MAX_PASSKEYS: u64 = 10;

impl Issuer {
    /// Begins the sign-in of a person for one request; the passkey itself says later whose it is.
    pub async fn start_person_sign_in(
        &self,
        tenant: &Tenant,
        request_uri: &str,
    ) -> Result<Value, AuthorizeError> {
        let (id, _) = self.pushed(&mut self.store.read().await?, tenant, request_uri).await?;
        let (start, state) = self.passkeys.start_login(&[])?;
        let ceremony = self.ceremony(&start, id, None, state)?;
        sql::retry(|| async {
            let mut tx = self.store.write("start_person_sign_in").await?;
            tx.insert_person_ceremony(&tenant.id, &ceremony).await?;
            tx.commit().await
        })
        .await?;
        Ok(start)
    }

    /// Ends the sign-in and decides on the request. Answers the path at which the browser goes on.
    pub async fn finish_person_sign_in(
        &self,
        tenant: &Tenant,
        request_uri: &str,
        response: &Value,
    ) -> Result<String, AuthorizeError> {
        let challenge = answered_challenge(response).ok_or(AuthorizeError::Ceremony)?;
        let (_, credential_id) = self.passkeys.identify(response)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("finish_person_sign_in").await?;
            let (id, request) = self.pushed(&mut tx, tenant, request_uri).await?;
            let ceremony = tx.take_person_ceremony(&tenant.id, &challenge, &id, now).await?;
            let ceremony = ceremony.filter(|it| it.offer_id.is_none()).ok_or(AuthorizeError::Ceremony)?;
            let found = tx.find_person_passkey(&tenant.id, &credential_id).await?;
            let (subject, passkey) = found.ok_or(AuthorizeError::UnknownPasskey)?;
            let signed_in = self.passkeys.finish_login(&ceremony.state, response, &[passkey])?;
            if let Some(json) = &signed_in.updated_json {
                tx.replace_person_passkey(&tenant.id, &credential_id, json).await?;
            }
            tx.use_person_passkey(&tenant.id, &credential_id, now).await?;
            let next = self.decide_request(&mut tx, tenant, &subject, (&id, &request)).await?;
            tx.commit().await?;
            Ok(next)
        })
        .await
    }

    /// Begins the enrolment of a passkey: whoever has the offer and its transaction code is the person it was made for. A
    /// wrong code costs a try of the offer, as at the token endpoint.
    pub async fn start_enrolment(
        &self,
        tenant: &Tenant,
        request_uri: &str,
        code: &str,
    ) -> Result<Value, AuthorizeError> {
        let started = self.try_enrolment(tenant, request_uri, code).await;
        if matches!(started, Err(AuthorizeError::WrongCode { .. } | AuthorizeError::Refused(_))) {
            self.note_refusal(tenant, "code").await;
        }
        started
    }

    async fn try_enrolment(
        &self,
        tenant: &Tenant,
        request_uri: &str,
        code: &str,
    ) -> Result<Value, AuthorizeError> {
        sql::retry(|| async {
            let mut tx = self.store.write("start_enrolment").await?;
            let (id, request) = self.pushed(&mut tx, tenant, request_uri).await?;
            let offer = self.offer_of(&mut tx, tenant, &request).await?;
            let offer = offer.filter(|offer| offer.code_hash.is_some()).ok_or(AuthorizeError::NoCode)?;
            match offer.check_code(&tenant.id, Some(code), &self.secrets, self.now()) {
                Ok(()) => {}
                Err(CodeRefusal::Wrong) => {
                    return Err(match self.count_wrong_code(tx, tenant, &offer).await? {
                        Some(tries_left) => AuthorizeError::WrongCode { tries_left },
                        None => AuthorizeError::Refused(CodeRefusal::Locked),
                    });
                }
                Err(refusal) => return Err(AuthorizeError::Refused(refusal)),
            }
            if tx.count_person_passkeys(&tenant.id, &offer.subject_id).await? >= MAX_PASSKEYS {
                return Err(AuthorizeError::TooManyPasskeys);
            }
            let subject = tx.find_subject(&tenant.id, &offer.subject_id).await?;
            let subject = subject.ok_or(AuthorizeError::Request)?;
            let mut handle = [0; 16];
            self.entropy.fill(&mut handle);
            let shown = format!("{} ({})", subject.name, tenant.name);
            let (start, state) = self.passkeys.start_registration(Uuid::from_bytes(handle), &shown, &[])?;
            let ceremony = self.ceremony(&start, id, Some(offer.id), state)?;
            tx.insert_person_ceremony(&tenant.id, &ceremony).await?;
            tx.commit().await?;
            Ok(start)
        })
        .await
    }

    /// Ends the enrolment: the passkey is the person's from now on, and the request is decided.
    pub async fn finish_enrolment(
        &self,
        tenant: &Tenant,
        request_uri: &str,
        response: &Value,
    ) -> Result<String, AuthorizeError> {
        let challenge = answered_challenge(response).ok_or(AuthorizeError::Ceremony)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("finish_enrolment").await?;
            let (id, request) = self.pushed(&mut tx, tenant, request_uri).await?;
            let ceremony = tx.take_person_ceremony(&tenant.id, &challenge, &id, now).await?;
            let ceremony = ceremony.ok_or(AuthorizeError::Ceremony)?;
            let offer_id = ceremony.offer_id.as_deref().ok_or(AuthorizeError::Ceremony)?;
            let offer = tx.find_offer(&tenant.id, offer_id).await?.ok_or(AuthorizeError::Ceremony)?;
            // It may have been withdrawn since the code was typed, and a passkey outlives its offer.
            offer.check_open(now).map_err(AuthorizeError::Refused)?;
            let made = self.passkeys.finish_registration(&ceremony.state, response)?;
            let subject = offer.subject_id.as_str();
            tx.insert_person_passkey(&tenant.id, subject, &made.credential_id, &made.json, now).await?;
            let act = Act { action: "person.enrol", target: subject, detail: "" };
            tx.audit(&person(tenant), act, now).await?;
            let next = self.decide_request(&mut tx, tenant, subject, (&id, &request)).await?;
            tx.commit().await?;
            Ok(next)
        })
        .await
    }

    fn ceremony(
        &self,
        start: &Value,
        request: String,
        offer_id: Option<String>,
        state: String,
    ) -> Result<PersonCeremony, AuthorizeError> {
        let challenge = challenge_of(start).ok_or(AuthorizeError::Ceremony)?.to_owned();
        let expires_at = self.now() + Duration::minutes(CEREMONY_MINUTES);
        Ok(PersonCeremony { challenge, request, offer_id, state, expires_at })
    }
}
