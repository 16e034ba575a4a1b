//! Credentials to try, good and bad: each is really signed, by a key that is made at start and that nobody accredited.

use std::sync::Arc;

use chrono::Duration;
use clock::Timestamp;
use credential::data_integrity::{ProofOptions, Purpose, SecureError, SigningKey, Suite, secure};
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::{Value, json};
use status_list::{StatusList, StatusListError};
use wire::sandbox::SampleView;
use wire::verifications::{CheckName, Outcome};

use crate::app::Desk;
use crate::app::views::text;

/// Bitstring Status List 1.0, 3: the smallest list, so that an entry tells little.
const LIST_LENGTH: usize = 131_072;
const REVOKED: usize = 94_567;
const GOOD: usize = 12_345;
const BACK_DATED_DAYS: i64 = 730;

#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    #[error("a sample credential cannot be signed")]
    Sign(#[from] SecureError),
    #[error("the status list of the samples cannot be made")]
    List(#[from] StatusListError),
}

/// One sample and the body to try it with.
#[derive(Clone, Debug)]
pub struct Sample {
    pub view: SampleView,
    pub credential: Value,
}

/// All samples and their status list.
#[derive(Clone, Debug)]
pub struct Samples {
    pub all: Vec<Sample>,
    /// A BitstringStatusListCredential.
    pub status_list: Value,
}

impl Samples {
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Sample> {
        self.all.iter().find(|sample| sample.view.name == name)
    }
}

pub(super) async fn make(desk: &Desk) -> Result<Samples, SampleError> {
    let workshop = Workshop::new(desk);
    let (now, year) = (workshop.now, Duration::days(365));
    let (yesterday, then) = (now - Duration::days(1), now - Duration::days(BACK_DATED_DAYS));
    let good = workshop.credential(now, now + year, GOOD).await?;
    let revoked = workshop.credential(now, now + year, REVOKED).await?;
    let expired = workshop.credential(now - year, yesterday, GOOD).await?;
    let back_dated = workshop.credential(then, now + year, GOOD).await?;
    let of = |name: &str, policy: &str, credential: &Value, failing: Option<(CheckName, &str)>| Sample {
        view: SampleView {
            name: name.to_owned(),
            title: title(name).to_owned(),
            text: why(name).to_owned(),
            policy: policy.to_owned(),
            outcome: if failing.is_some() { Outcome::Invalid } else { Outcome::Valid },
            check: failing.map(|(check, _)| check),
            code: failing.map(|(_, code)| code.to_owned()),
        },
        credential: credential.clone(),
    };
    let all = vec![
        of("good", "open", &good, None),
        of("revoked", "open", &revoked, Some((CheckName::Status, "revoked"))),
        of("expired", "open", &expired, Some((CheckName::Validity, "expired"))),
        of("unaccredited", "staff-identity", &good, Some((CheckName::Accreditation, "notAccredited"))),
        of(
            "back-dated",
            "staff-identity-anchored",
            &back_dated,
            Some((CheckName::Policy, "timeOfIssueNotProven")),
        ),
    ];
    Ok(Samples { all, status_list: workshop.status_list().await? })
}

fn title(name: &str) -> &'static str {
    match name {
        "good" => "Good",
        "revoked" => "Revoked",
        "expired" => "Expired",
        "unaccredited" => "Unaccredited",
        _ => "Back-dated",
    }
}

fn why(name: &str) -> &'static str {
    match name {
        "good" => {
            "Everything that the policy open asks for holds. Nobody accredited the issuer, which that policy allows and says."
        }
        "revoked" => "The issuer's status list says that it was revoked for good.",
        "expired" => "Its last day was yesterday.",
        "unaccredited" => {
            "The same credential under a policy for real staff: the issuer is not accredited on the registry chain."
        }
        _ => {
            "It says that it was issued two years ago, by a key made today. What a credential says of its date proves nothing; \
             only an anchoring receipt does, and it has none."
        }
    }
}

/// Where samples are made.
struct Workshop {
    issuer: String,
    key: SigningKey,
    list: String,
    now: Timestamp,
}

impl Workshop {
    fn new(desk: &Desk) -> Self {
        let signer = Arc::new(SoftwareKey::generate(Algorithm::Ed25519, desk.entropy.as_ref()));
        let issuer = signer.public_key().did_key();
        let fragment = issuer.trim_start_matches("did:key:").to_owned();
        Self {
            key: SigningKey { verification_method: format!("{issuer}#{fragment}"), signer },
            list: format!("{}/sandbox/status-list", desk.settings.public_origin),
            issuer,
            now: desk.now(),
        }
    }

    async fn credential(
        &self,
        from: Timestamp,
        until: Timestamp,
        index: usize,
    ) -> Result<Value, SecureError> {
        let unsecured = json!({
            "@context": [
                "https://www.w3.org/ns/credentials/v2",
                "https://schemas.passerelle.example/v1/staff-identity.jsonld",
            ],
            "type": ["VerifiableCredential", "StaffIdentity"],
            "issuer": self.issuer,
            "validFrom": text(from),
            "validUntil": text(until),
            "credentialStatus": {
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": index.to_string(),
                "statusListCredential": self.list,
            },
            "credentialSubject": {
                "id": "did:example:somebody",
                "givenName": "Sample",
                "familyName": "Person",
                "identifier": "SANDBOX-1",
                "worksFor": { "id": self.issuer, "name": "Sandbox" },
                "jobTitle": "Invented for trying out",
                "gradeLevel": "P-3",
                "dutyStation": "Nowhere",
            },
        });
        secure(&unsecured, Suite::EddsaRdfc2022, &self.key, &self.options()).await
    }

    async fn status_list(&self) -> Result<Value, SampleError> {
        let mut list = StatusList::new(1, LIST_LENGTH)?;
        list.set(REVOKED, 1)?;
        let unsecured = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": self.list,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.issuer,
            "validFrom": text(self.now),
            "credentialSubject": {
                "id": format!("{}#list", self.list),
                "type": "BitstringStatusList",
                "statusPurpose": "revocation",
                "encodedList": list.encode_bitstring(),
            },
        });
        Ok(secure(&unsecured, Suite::EddsaRdfc2022, &self.key, &self.options()).await?)
    }

    fn options(&self) -> ProofOptions {
        ProofOptions {
            created: Some(self.now),
            purpose: Purpose::AssertionMethod,
            challenge: None,
            domain: None,
            expires: None,
        }
    }
}
