//! From stored claims to what is secured: the W3C credential and the SD-JWT VC payload.

use chrono::{Datelike as _, NaiveDate, NaiveTime};
use credential::Input;
use credential::sd_jwt::{ClaimPath, PathElement};
use serde_json::{Map, Value, json};

use crate::schemas::subject_faults;
use crate::{
    ClaimKind, CredentialType, Format, HolderKey, ListKind, MESSAGE_BITS, StatusIndex, StatusListId,
    StatusMessage, Timestamp,
};

/// The claim with the portrait of a staff identity, as the PID of the EU and OpenID Connect name it. It stands in forms in
/// which the holder can withhold it, and in no others: shown always, a face would make every check of a grade a check of
/// the face.
pub const PICTURE: &str = "picture";

/// Everything a credential of one person is made of.
#[derive(Clone, Copy)]
pub struct Material<'a> {
    pub credential_type: CredentialType,
    pub issuer: Issuer<'a>,
    /// Claims of the subject and of the offer together.
    pub claims: &'a Map<String, Value>,
    /// The portrait as a data URL, for a staff identity.
    pub picture: Option<&'a str>,
    pub holder: &'a HolderKey,
    pub indexes: &'a [StatusIndex],
    pub issued_at: Timestamp,
    pub valid_until: Timestamp,
}

#[derive(Clone, Copy)]
pub struct Issuer<'a> {
    pub did: &'a str,
    pub name: &'a str,
    /// `{credential issuer}/status/`, to which the name of a list is appended.
    pub status_base: &'a str,
}

/// Why claims do not make a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    #[error("the record lacks the claim {0}")]
    Missing(&'static str),
    #[error("the claim {0} has the wrong form")]
    Malformed(&'static str),
    #[error("what the credential would say ended before today")]
    Ended,
}

/// When a credential ends: after the usual period, with the contract, on the day a clearance or a course says, or, for a certificate of entitlement, on the day
/// the next one is due. A proof for year Y carries the payments until the end of Y+1.
pub fn valid_until(
    credential_type: CredentialType,
    claims: &Map<String, Value>,
    now: Timestamp,
    usual: chrono::Duration,
) -> Result<Timestamp, BuildError> {
    let usual_end = now + usual;
    let end = match credential_type {
        CredentialType::DigitalCertificateOfEntitlement => {
            let year = claims.get("entitlementYear").and_then(Value::as_i64);
            let year = year.ok_or(BuildError::Missing("entitlementYear"))?;
            let due = i32::try_from(year + 1).ok().and_then(|year| NaiveDate::from_ymd_opt(year, 12, 31));
            end_of(due.ok_or(BuildError::Malformed("entitlementYear"))?)
        }
        CredentialType::StaffIdentity | CredentialType::Employment => match claims.get("endDate") {
            None => usual_end,
            Some(end) => usual_end.min(end_of(date(end).ok_or(BuildError::Malformed("endDate"))?)),
        },
        CredentialType::TrainingCompletion
        | CredentialType::SecurityClearance
        | CredentialType::MedicalClearance => match claims.get("expiresOn") {
            None => usual_end,
            Some(end) => end_of(date(end).ok_or(BuildError::Malformed("expiresOn"))?),
        },
        CredentialType::Separation => usual_end,
    };
    if end <= now { Err(BuildError::Ended) } else { Ok(end) }
}

impl Material<'_> {
    /// VC Data Model 2.0 credential, not yet secured.
    pub fn credential(&self, id: &str) -> Result<Value, BuildError> {
        let mut subject = Map::new();
        subject.insert("id".into(), self.holder.did.as_str().into());
        subject.extend(self.chosen_claims()?);
        let status: Vec<Value> = self.indexes.iter().map(|index| self.bitstring_entry(index)).collect();
        Ok(json!({
            "@context": ["https://www.w3.org/ns/credentials/v2", self.credential_type.context()],
            "id": id,
            "type": ["VerifiableCredential", self.credential_type.name()],
            "issuer": {"id": self.issuer.did, "name": self.issuer.name},
            "validFrom": rfc3339(self.issued_at),
            "validUntil": rfc3339(self.valid_until),
            "credentialSubject": subject,
            "credentialStatus": status,
            "credentialSchema": {"id": self.credential_type.schema(), "type": "JsonSchema"},
        }))
    }

    /// JSON Pointers to what no holder can leave out of [`Self::credential`]: all but the claims of the person.
    #[must_use]
    pub fn mandatory_pointers(&self) -> Vec<String> {
        let around = ["issuer", "validFrom", "validUntil", "credentialStatus", "credentialSchema"];
        let organisation =
            self.credential_type.claims().iter().filter(|it| it.kind == ClaimKind::Organisation);
        let of_subject = std::iter::once("id").chain(organisation.map(|claim| claim.name));
        let of_subject = of_subject.map(|name| format!("/credentialSubject/{name}"));
        around.iter().map(|name| format!("/{name}")).chain(of_subject).collect()
    }

    /// The claims of the person in [`Self::credential`], which the holder of an SD-JWT may withhold.
    #[must_use]
    pub fn disclosable(&self) -> Vec<ClaimPath> {
        let name = |name: &str| PathElement::Name(name.to_owned());
        let claims = self.credential_type.claims().iter();
        let of_person = claims.filter(|it| it.kind != ClaimKind::Organisation);
        let there = of_person.filter(|claim| self.claims.contains_key(claim.name));
        there.map(|claim| vec![name("credentialSubject"), name(claim.name)]).collect()
    }

    /// SD-JWT VC payload without `cnf`, and the claims that are disclosed selectively.
    pub fn sd_jwt(&self) -> Result<(Map<String, Value>, Vec<&'static str>), BuildError> {
        let mut payload = Map::new();
        payload.insert("iss".into(), self.issuer.did.into());
        payload.insert("vct".into(), self.credential_type.iri().into());
        payload.insert("iat".into(), self.issued_at.timestamp().into());
        payload.insert("exp".into(), self.valid_until.timestamp().into());
        let index = self.indexes.iter().find(|index| index.list.kind == ListKind::Token);
        if let Some(index) = index {
            let entry = json!({"status_list": {"idx": index.index, "uri": self.list_url(&index.list)}});
            payload.insert("status".into(), entry);
        }
        let claims = self.chosen_claims()?;
        let disclosable = self.credential_type.claims().iter();
        let disclosable = disclosable.filter(|claim| claim.kind != ClaimKind::Organisation);
        let mut disclosable: Vec<_> =
            disclosable.map(|claim| claim.name).filter(|name| claims.contains_key(*name)).collect();
        payload.extend(claims);
        if let Some(picture) = self.picture.filter(|_| self.credential_type.has_portrait()) {
            payload.insert(PICTURE.into(), picture.into());
            disclosable.push(PICTURE);
        }
        Ok((payload, disclosable))
    }

    fn chosen_claims(&self) -> Result<Map<String, Value>, BuildError> {
        chosen_claims(self.credential_type, self.issuer, self.claims)
    }

    fn bitstring_entry(&self, index: &StatusIndex) -> Value {
        let list = self.list_url(&index.list);
        let mut entry = json!({
            "id": format!("{list}#{}", index.index),
            "type": "BitstringStatusListEntry",
            "statusPurpose": index.list.kind.as_str(),
            "statusListIndex": index.index.to_string(),
            "statusListCredential": list,
        });
        if index.list.kind == ListKind::Message
            && let Some(entry) = entry.as_object_mut()
        {
            entry.insert("statusSize".into(), MESSAGE_BITS.into());
            entry.insert("statusMessage".into(), StatusMessage::vocabulary());
        }
        entry
    }

    fn list_url(&self, list: &StatusListId) -> String {
        format!("{}{list}", self.issuer.status_base)
    }
}

/// The claims of a type out of those of a person, checked against the published schema, so that nothing is ever signed
/// that a verifier would refuse.
pub fn chosen_claims(
    credential_type: CredentialType,
    issuer: Issuer<'_>,
    claims: &Map<String, Value>,
) -> Result<Map<String, Value>, BuildError> {
    let mut chosen = Map::new();
    for claim in credential_type.claims() {
        let value = match claim.kind {
            ClaimKind::Organisation => Some(json!({"id": issuer.did, "name": issuer.name})),
            ClaimKind::Text | ClaimKind::Date | ClaimKind::Integer | ClaimKind::Choice(_) => {
                claims.get(claim.name).cloned()
            }
        };
        match value {
            Some(value) => drop(chosen.insert(claim.name.into(), value)),
            None if claim.mandatory => return Err(BuildError::Missing(claim.name)),
            None => {}
        }
    }
    let Some(fault) = subject_faults(credential_type, &chosen).into_iter().next() else { return Ok(chosen) };
    let at_fault = credential_type.claims().iter().find(|claim| claim.name == fault.claim);
    Err(BuildError::Malformed(at_fault.map_or("credentialSubject", |claim| claim.name)))
}

/// What is anchored of a copy ([`credential::digest`]), so that it does not depend on what a holder discloses, where the form
/// allows that. Nothing where the document is not of the format.
#[must_use]
pub fn digest(format: Format, document: &str) -> Option<[u8; 32]> {
    let input = Input::parse(document).ok()?;
    (input.format().as_str() == format.identifier()).then(|| credential::digest(&input))
}

fn date(value: &Value) -> Option<NaiveDate> {
    let text = value.as_str().filter(|text| text.len() == 10)?;
    text.parse().ok().filter(|date: &NaiveDate| (1900..=2200).contains(&date.year()))
}

fn end_of(day: NaiveDate) -> Timestamp {
    let last = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
    day.and_time(last).and_utc()
}

/// XML Schema dateTimeStamp to the second, as the examples of the Recommendation write it.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
#[path = "build_tests.rs"]
mod tests;
