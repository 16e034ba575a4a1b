//! Credentials: issued, presented, anchored.

use std::sync::Arc;

use clock::{Clock as _, Entropy as _, Timestamp};
use credential::data_integrity::{ProofOptions, Purpose, SigningKey, Suite, secure};
use credential::sd_jwt::{self, NewSdJwt, PathElement};
use credential::{Input, digest};
use keys::{Algorithm, Signer as _, SoftwareKey};
use registry_types::{AnchorKind, AnchorRecord};
use serde_json::{Map, Value, json};
use wire::anchors::Receipt;

use super::{Issuer, STAFF_SCHEMA, World, base64url, rfc3339};

/// A person's wallet key.
pub struct Holder {
    pub key: Arc<SoftwareKey>,
}

/// A copy in one of the formats.
#[derive(Clone)]
pub enum Copy {
    Json(Value),
    Compact(String),
}

/// What to change in an ordinary staff credential.
#[derive(Clone)]
pub struct Staff {
    pub works_for: String,
    pub type_name: &'static str,
    pub valid_from: Option<Timestamp>,
    pub valid_until: Option<Timestamp>,
    pub index: usize,
    pub status: bool,
    /// What a message list says about it once its value is 1.
    pub message: Option<String>,
    pub extra: Map<String, Value>,
}

impl World {
    pub fn holder(&self) -> Holder {
        Holder { key: Arc::new(SoftwareKey::generate(Algorithm::P256, &self.entropy)) }
    }

    pub fn staff(&self, issuer: &Issuer) -> Staff {
        Staff {
            works_for: issuer.did.clone(),
            type_name: "StaffIdentity",
            valid_from: Some(self.clock.now()),
            valid_until: Some(self.clock.now() + chrono::Duration::days(365)),
            index: 94_567,
            status: true,
            message: None,
            extra: Map::new(),
        }
    }

    /// The same credential as a W3C VC and as an SD-JWT VC.
    pub async fn issue(&self, issuer: &Issuer, holder: &Holder, staff: &Staff) -> [Copy; 2] {
        [self.issue_json(issuer, holder, staff).await, self.issue_compact(issuer, holder, staff).await]
    }

    pub async fn issue_json(&self, issuer: &Issuer, holder: &Holder, staff: &Staff) -> Copy {
        let mut subject = claims(staff);
        subject.insert("id".into(), json!(holder.did()));
        let mut unsecured = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://schemas.passerelle.example/v1/staff-identity.jsonld"],
            "type": ["VerifiableCredential", staff.type_name],
            "issuer": issuer.did,
            "credentialSchema": { "id": STAFF_SCHEMA, "type": "JsonSchema" },
            "credentialSubject": subject
        });
        let members = unsecured.as_object_mut().unwrap();
        if let Some(from) = staff.valid_from {
            members.insert("validFrom".into(), json!(rfc3339(from)));
        }
        if let Some(until) = staff.valid_until {
            members.insert("validUntil".into(), json!(rfc3339(until)));
        }
        if staff.status {
            let entry = |purpose: &str| {
                json!({ "type": "BitstringStatusListEntry", "statusPurpose": purpose,
                    "statusListIndex": staff.index.to_string(), "statusListCredential": issuer.list(purpose) })
            };
            let mut entries = vec![entry("revocation"), entry("suspension")];
            if let Some(message) = &staff.message {
                let mut said = entry("message");
                said["statusSize"] = json!(2);
                said["statusMessage"] = json!([{ "status": "0x1", "message": message }]);
                entries.push(said);
            }
            members.insert("credentialStatus".into(), entries.into());
        }
        let key =
            SigningKey { verification_method: issuer.method("ed25519"), signer: issuer.ed25519.clone() };
        Copy::Json(secure(&unsecured, Suite::EddsaRdfc2022, &key, &self.assertion()).await.unwrap())
    }

    pub async fn issue_compact(&self, issuer: &Issuer, holder: &Holder, staff: &Staff) -> Copy {
        let mut payload = claims(staff);
        payload.insert("iss".into(), json!(issuer.did));
        payload.insert(
            "vct".into(),
            json!(format!("https://schemas.passerelle.example/v1#{}", staff.type_name)),
        );
        payload.insert("iat".into(), json!(self.clock.now().timestamp()));
        if let Some(from) = staff.valid_from {
            payload.insert("nbf".into(), json!(from.timestamp()));
        }
        if let Some(until) = staff.valid_until {
            payload.insert("exp".into(), json!(until.timestamp()));
        }
        if staff.status {
            payload.insert(
                "status".into(),
                json!({"status_list": {"idx": staff.index, "uri": issuer.list("token")}}),
            );
        }
        let names = ["givenName", "familyName", "identifier", "jobTitle", "gradeLevel", "dutyStation"];
        let new = NewSdJwt {
            claims: payload,
            disclosable: names.iter().map(|name| vec![PathElement::Name((*name).into())]).collect(),
            holder_key: Some(*holder.key.public_key()),
            decoys: 2,
        };
        let key = SigningKey { verification_method: issuer.method("p256"), signer: issuer.p256.clone() };
        Copy::Compact(sd_jwt::issue(&new, &key, &self.entropy).await.unwrap())
    }

    /// The holder's presentation of a copy for a nonce and an audience.
    pub async fn present(&self, holder: &Holder, copy: &Copy, nonce: &str, audience: &str) -> Value {
        match copy {
            Copy::Json(credential) => {
                let presentation = json!({
                    "@context": ["https://www.w3.org/ns/credentials/v2"],
                    "type": ["VerifiablePresentation"],
                    "holder": holder.did(),
                    "verifiableCredential": [credential]
                });
                let key = SigningKey {
                    verification_method: format!("{}#0", holder.did()),
                    signer: holder.key.clone(),
                };
                let options = ProofOptions {
                    created: Some(self.clock.now()),
                    purpose: Purpose::Authentication,
                    challenge: Some(nonce.into()),
                    domain: Some(audience.into()),
                    expires: None,
                };
                secure(&presentation, Suite::EcdsaRdfc2019, &key, &options).await.unwrap()
            }
            Copy::Compact(text) => {
                let reveal: Vec<_> = ["givenName", "familyName", "jobTitle", "dutyStation", "identifier"]
                    .iter()
                    .map(|name| vec![PathElement::Name((*name).into())])
                    .collect();
                let prepared = sd_jwt::present(text, &reveal, nonce, audience, self.clock.now()).unwrap();
                let signature = holder.key.sign_now(&prepared.to_sign).unwrap();
                Value::String(prepared.finish(&signature))
            }
        }
    }

    /// Anchors a copy in a batch of its own and gives its receipt.
    pub fn anchor(&self, issuer: &Issuer, copy: &Copy, sequence: u64) -> Receipt {
        let mut salt = [0u8; 32];
        self.entropy.fill(&mut salt);
        let mut leaves = vec![merkle::leaf(&salt, &digest(&copy.input()))];
        for filler in 1..16u8 {
            leaves.push(merkle::leaf(&[filler; 32], &[filler; 32]));
        }
        let tree = merkle::Tree::build(leaves).unwrap();
        let record = AnchorRecord {
            root: tree.root(),
            leaf_count: tree.leaf_count(),
            kind: AnchorKind::Credentials,
            height: 40,
            time_ms: self.now_ms(),
        };
        self.chain.change(|ledger| {
            ledger.anchors.insert((issuer.did.clone(), sequence), record);
        });
        Receipt {
            version: 1,
            issuer: issuer.did.clone(),
            sequence,
            salt: base64url(&salt),
            leaf_index: 0,
            leaf_count: u64::from(tree.leaf_count()),
            path: tree.path(0).unwrap().iter().map(|node| base64url(node)).collect(),
        }
    }

    pub(super) fn assertion(&self) -> ProofOptions {
        ProofOptions {
            created: Some(self.clock.now()),
            purpose: Purpose::AssertionMethod,
            challenge: None,
            domain: None,
            expires: None,
        }
    }
}

impl Holder {
    pub fn did(&self) -> String {
        self.key.public_key().did_jwk()
    }
}

impl Copy {
    pub fn input(&self) -> Input {
        match self {
            Self::Json(value) => Input::Json(value.clone()),
            Self::Compact(text) => Input::Compact(text.clone()),
        }
    }

    pub fn query_id(&self) -> &'static str {
        match self {
            Self::Json(_) => "staff_ldp_vc",
            Self::Compact(_) => "staff_sd_jwt",
        }
    }
}

pub(super) fn claims(staff: &Staff) -> Map<String, Value> {
    let Value::Object(mut claims) = json!({
        "givenName": "Amina", "familyName": "Diallo", "identifier": "UN-10034521",
        "worksFor": { "id": staff.works_for, "name": "An organisation" },
        "jobTitle": "Programme Analyst", "gradeLevel": "P-3", "dutyStation": "Dakar"
    }) else {
        unreachable!()
    };
    claims.extend(staff.extra.clone());
    claims
}
