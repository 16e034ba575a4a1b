//! Five sample credentials, each presented by its holder: one that holds, and four with one thing wrong.

use std::sync::Arc;

use chrono::Duration;
use clock::{Entropy, Timestamp};
use credential::data_integrity::{ProofOptions, Purpose, SecureError, SigningKey, Suite, secure};
use credential::{Input, digest};
use keys::{Algorithm, Signer as _, SoftwareKey};
use registry_types::record::Standing;
use registry_types::{
    Accreditation, AccreditationInterval, AnchorKind, AnchorRecord, DidKey, DidRecord, DidRole, DidVersion,
    MemberStatus, Organisation, Relationship, SchemaRecord, Seats, StatusRecord,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use status_list::{StatusList, StatusListError};

use super::registry::Records;
use crate::app::views::text;

const STAFF: &str = "https://schemas.passerelle.example/v1#StaffIdentity";
const SCHEMA: &str = "https://schemas.passerelle.example/v1/staff-identity.schema.json";
const ACCREDITED: &str = "did:passerelle:3vjyGDjzUmwMi2UkAYR6xaw4FkjYYbQdsmuNKWFyTeFd";
const STRANGER: &str = "did:passerelle:8qbHbw2BbbTHBW1sbeqakYXVKRQM8Ne7pLK7m6CVfeR9";
/// Bitstring Status List 1.0, 3: no list is shorter.
const LIST_LENGTH: usize = 131_072;
const CLEAR: usize = 12_345;
const REVOKED: usize = 94_567;
/// The accredited issuer changed its key so long ago.
const ROTATED_DAYS: i64 = 30;
const FOUNDED_DAYS: i64 = 400;

/// What is wrong with a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleKind {
    Good,
    Revoked,
    Expired,
    Unaccredited,
    /// Signed with a key that was retired, and dated before that.
    BackDated,
}

impl SampleKind {
    pub const ALL: [Self; 5] =
        [Self::Good, Self::Revoked, Self::Expired, Self::Unaccredited, Self::BackDated];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Unaccredited => "unaccredited",
            Self::BackDated => "back-dated",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What the page says of it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Good => "Good: everything holds",
            Self::Revoked => "Revoked by its issuer",
            Self::Expired => "Expired yesterday",
            Self::Unaccredited => "From an issuer that nobody accredited",
            Self::BackDated => "Back-dated with a key that was retired",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SampleFault {
    #[error("a sample cannot be signed")]
    Sign(#[from] SecureError),
    #[error("the status list of the samples cannot be made")]
    List(#[from] StatusListError),
    #[error("the receipt of a sample cannot be made")]
    Anchor,
    #[error("the schema of the samples is not embedded")]
    Schema,
}

/// An issuer of samples.
struct Issuer {
    did: &'static str,
    key: SigningKey,
}

/// A sample, with the receipt that proves when it was issued where it has one.
#[derive(Clone)]
pub(super) struct Sample {
    pub credential: Value,
    pub receipt: Option<wire::anchors::Receipt>,
}

/// Everything that the samples need, made once.
pub(super) struct Workshop {
    pub records: Records,
    pub holder: SigningKey,
    pub samples: Vec<(SampleKind, Sample)>,
    now: Timestamp,
}

impl Workshop {
    pub(super) async fn open(entropy: &dyn Entropy, now: Timestamp) -> Result<Self, SampleFault> {
        let holder = Arc::new(SoftwareKey::generate(Algorithm::P256, entropy));
        let did = holder.public_key().did_jwk();
        let holder = SigningKey { verification_method: format!("{did}#0"), signer: holder };
        let mut workshop = Self { records: Records::default(), holder, samples: Vec::new(), now };
        let old = issuer(ACCREDITED, 1, entropy);
        let accredited = issuer(ACCREDITED, 2, entropy);
        let stranger = issuer(STRANGER, 1, entropy);
        workshop.admit("sample-agency", "Sample agency (pretended)", &[&old, &accredited]);
        workshop.admit("sample-stranger", "Sample stranger (pretended)", &[&stranger]);
        workshop.accredit();
        workshop.describe()?;
        for issuer in [&accredited, &stranger] {
            workshop.publish(issuer).await?;
        }
        for (sequence, kind) in (1..).zip(SampleKind::ALL) {
            let by = match kind {
                SampleKind::Good | SampleKind::Revoked | SampleKind::Expired => &accredited,
                SampleKind::Unaccredited => &stranger,
                SampleKind::BackDated => &old,
            };
            workshop.issue(kind, by, sequence, entropy).await?;
        }
        Ok(workshop)
    }

    /// A member organisation whose DID had these keys one after the other.
    fn admit(&mut self, id: &str, name: &str, keys: &[&Issuer]) {
        let (founded, rotated) = (self.ago(FOUNDED_DAYS), self.ago(ROTATED_DAYS));
        let Some(first) = keys.first() else { return };
        let versions = keys.iter().enumerate().map(|(position, issuer)| DidVersion {
            from_ms: if position == 0 { founded } else { rotated },
            until_ms: (position + 1 < keys.len()).then_some(rotated),
            keys: vec![did_key(issuer)],
            services: Vec::new(),
        });
        let record = DidRecord {
            organisation: id.to_owned(),
            role: DidRole::Organisation,
            versions: versions.collect(),
            deactivated_ms: None,
            stops: Vec::new(),
            recovered: Vec::new(),
        };
        let organisation = Organisation {
            id: id.to_owned(),
            name: name.to_owned(),
            status: MemberStatus::Active,
            seats: Seats::default(),
            keys: Vec::new(),
            did: Some(first.did.to_owned()),
            admitted_ms: founded,
            admitted_by: "genesis".to_owned(),
            charter: 1,
            standings: vec![Standing { status: MemberStatus::Active, from_ms: founded }],
        };
        self.records.dids.insert(first.did.to_owned(), record);
        self.records.organisations.insert(id.to_owned(), organisation);
    }

    fn accredit(&mut self) {
        let interval = AccreditationInterval {
            from_ms: self.ago(FOUNDED_DAYS),
            until_ms: None,
            speaks_for: vec![ACCREDITED.to_owned()],
            granted_by: "sample-governors".to_owned(),
            parent: None,
            delegation: 0,
        };
        let record = Accreditation {
            issuer: ACCREDITED.to_owned(),
            type_iri: STAFF.to_owned(),
            intervals: vec![interval],
            suspensions: Vec::new(),
        };
        self.records.accreditations.insert((ACCREDITED.to_owned(), STAFF.to_owned()), record);
    }

    fn describe(&mut self) -> Result<(), SampleFault> {
        let bytes = credential::schemas::embedded(SCHEMA).ok_or(SampleFault::Schema)?;
        let record = SchemaRecord {
            digest: sha256(bytes),
            owner: "sample-governors".to_owned(),
            registered_ms: self.ago(FOUNDED_DAYS),
        };
        self.records.schemas.insert(SCHEMA.to_owned(), record);
        Ok(())
    }

    /// The issuer's list, in which one index is revoked, with its digest registered.
    async fn publish(&mut self, issuer: &Issuer) -> Result<(), SampleFault> {
        let mut list = StatusList::new(1, LIST_LENGTH)?;
        list.set(REVOKED, 1)?;
        let url = list_url(issuer.did);
        let unsecured = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": url,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": issuer.did,
            "validFrom": text(self.now),
            "credentialSubject": {
                "id": format!("{url}#list"), "type": "BitstringStatusList",
                "statusPurpose": "revocation", "encodedList": list.encode_bitstring()
            }
        });
        let secured = secure(&unsecured, Suite::EddsaRdfc2022, &issuer.key, &self.assertion()).await?;
        let bytes = secured.to_string().into_bytes();
        let record =
            StatusRecord { digest: sha256(&bytes), version: 1, published_ms: milliseconds(self.now) };
        self.records.statuses.insert((issuer.did.to_owned(), url.clone()), record);
        self.records.pages.insert(url, bytes);
        Ok(())
    }

    async fn issue(
        &mut self,
        kind: SampleKind,
        issuer: &Issuer,
        sequence: u64,
        entropy: &dyn Entropy,
    ) -> Result<(), SampleFault> {
        let day = Duration::days(1);
        let from = match kind {
            SampleKind::BackDated => self.now - day * 2 * i32::try_from(ROTATED_DAYS).unwrap_or(1),
            _ => self.now - day * 7,
        };
        let until = if kind == SampleKind::Expired { self.now - day } else { self.now + day * 365 };
        let index = if kind == SampleKind::Revoked { REVOKED } else { CLEAR };
        let holder = self.holder_did();
        let unsecured = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://schemas.passerelle.example/v1/staff-identity.jsonld"],
            "type": ["VerifiableCredential", "StaffIdentity"],
            "issuer": issuer.did,
            "validFrom": text(from),
            "validUntil": text(until),
            "credentialSchema": { "id": SCHEMA, "type": "JsonSchema" },
            "credentialStatus": {
                "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
                "statusListIndex": index.to_string(), "statusListCredential": list_url(issuer.did)
            },
            "credentialSubject": {
                "id": holder, "givenName": "Sample", "familyName": "Person", "identifier": "UN-00000000",
                "worksFor": { "id": issuer.did, "name": "Sample agency (pretended)" },
                "jobTitle": "Invented person", "gradeLevel": "P-3", "dutyStation": "Nowhere"
            }
        });
        let credential = secure(&unsecured, Suite::EddsaRdfc2022, &issuer.key, &self.assertion()).await?;
        // What is back-dated cannot have a receipt from then: that is how it is found out.
        let receipt = match kind {
            SampleKind::BackDated => None,
            _ => Some(self.anchor(issuer.did, &credential, sequence, entropy)?),
        };
        self.samples.push((kind, Sample { credential, receipt }));
        Ok(())
    }

    /// Anchors a credential a week ago, and gives its receipt.
    fn anchor(
        &mut self,
        issuer: &str,
        credential: &Value,
        sequence: u64,
        entropy: &dyn Entropy,
    ) -> Result<wire::anchors::Receipt, SampleFault> {
        let (mut salt, mut beside) = ([0; 32], [0; 32]);
        entropy.fill(&mut salt);
        entropy.fill(&mut beside);
        let leaf = merkle::leaf(&salt, &digest(&Input::Json(credential.clone())));
        let tree = merkle::Tree::build(vec![leaf, merkle::leaf(&beside, &beside)])
            .map_err(|_| SampleFault::Anchor)?;
        let record = AnchorRecord {
            root: tree.root(),
            leaf_count: tree.leaf_count(),
            kind: AnchorKind::Credentials,
            height: 1,
            time_ms: self.ago(7),
        };
        self.records.anchors.insert((issuer.to_owned(), sequence), record);
        let path = tree.path(0).ok_or(SampleFault::Anchor)?;
        Ok(wire::anchors::Receipt {
            version: wire::anchors::RECEIPT_VERSION,
            issuer: issuer.to_owned(),
            sequence,
            salt: base64url(&salt),
            leaf_index: 0,
            leaf_count: u64::from(tree.leaf_count()),
            path: path.iter().map(|node| base64url(node)).collect(),
        })
    }

    fn holder_did(&self) -> &str {
        self.holder.verification_method.trim_end_matches("#0")
    }

    fn assertion(&self) -> ProofOptions {
        ProofOptions {
            created: Some(self.now),
            purpose: Purpose::AssertionMethod,
            challenge: None,
            domain: None,
            expires: None,
        }
    }

    fn ago(&self, days: i64) -> u64 {
        milliseconds(self.now - Duration::days(days))
    }
}

fn issuer(did: &'static str, generation: u32, entropy: &dyn Entropy) -> Issuer {
    let signer = Arc::new(SoftwareKey::generate(Algorithm::Ed25519, entropy));
    Issuer { did, key: SigningKey { verification_method: format!("{did}#key-{generation}"), signer } }
}

fn did_key(issuer: &Issuer) -> DidKey {
    let fragment = issuer.key.verification_method.rsplit('#').next().unwrap_or_default();
    DidKey {
        fragment: fragment.to_owned(),
        multikey: issuer.key.signer.public_key().to_multikey(),
        relationships: vec![Relationship::AssertionMethod],
        compromised_at: None,
    }
}

fn list_url(did: &str) -> String {
    format!("https://samples.passerelle.example/status/{}", did.rsplit(':').next().unwrap_or_default())
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn milliseconds(time: Timestamp) -> u64 {
    u64::try_from(time.timestamp_millis()).unwrap_or(0)
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
