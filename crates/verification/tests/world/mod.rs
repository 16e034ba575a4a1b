//! A small world for tests: a chain in memory, pages on a pretended web, organisations that issue, people that hold.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use clock::{Clock as _, Entropy as _, SeededEntropy, TestClock, Timestamp};
use credential::data_integrity::{ProofOptions, Purpose, SigningKey, Suite, secure};
use credential::sd_jwt::{self, NewSdJwt, PathElement};
use credential::{Input, digest, jwt};
use did::{DidRecords, Evidence, ProvenRecord, ResolveError, Resolvers};
use keys::{Algorithm, PublicKey, Signer as _, SoftwareKey};
use registry_client::Proven;
use registry_types::record::Standing;
use registry_types::{
    Accreditation, AccreditationInterval, AnchorKind, AnchorRecord, DidKey, DidRecord, DidRole, DidVersion,
    MemberStatus, Organisation, Relationship, SchemaRecord, Seats, StatusRecord,
};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use status_list::StatusList;
use url::Url;
use verification::{Chain, ChainError, Fetch, FetchError, Verifier};
use wire::anchors::Receipt;

pub const STAFF: &str = "https://schemas.passerelle.example/v1#StaffIdentity";
pub const STAFF_SCHEMA: &str = "https://schemas.passerelle.example/v1/staff-identity.schema.json";
pub const LIST_LENGTH: usize = 131_072;

pub fn milliseconds(time: Timestamp) -> u64 {
    u64::try_from(time.timestamp_millis()).unwrap()
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// What the chain says, as far as a verifier reads it.
#[derive(Default)]
pub struct Ledger {
    pub dids: HashMap<String, DidRecord>,
    pub organisations: HashMap<String, Organisation>,
    pub accreditations: HashMap<(String, String), Accreditation>,
    pub schemas: HashMap<String, SchemaRecord>,
    pub statuses: HashMap<(String, String), StatusRecord>,
    pub anchors: HashMap<(String, u64), AnchorRecord>,
    pub fault: Option<ChainError>,
    /// How old the newest header is.
    pub lag_seconds: i64,
    pub asked: usize,
}

pub struct MemoryChain {
    pub ledger: Mutex<Ledger>,
    clock: TestClock,
}

impl MemoryChain {
    fn prove<T>(&self, find: impl FnOnce(&mut Ledger) -> Option<T>) -> Result<Proven<T>, ChainError> {
        let mut ledger = self.ledger.lock().unwrap();
        ledger.asked += 1;
        match ledger.fault {
            Some(fault) => Err(fault),
            None => {
                let value = find(&mut ledger);
                let block_time = self.clock.now() - chrono::Duration::seconds(ledger.lag_seconds);
                Ok(Proven { value, height: 42, block_time, header_hash: [7; 32] })
            }
        }
    }

    pub fn change(&self, change: impl FnOnce(&mut Ledger)) {
        change(&mut self.ledger.lock().unwrap());
    }
}

#[async_trait]
impl Chain for MemoryChain {
    async fn did(&self, did: &str) -> Result<Proven<DidRecord>, ChainError> {
        self.prove(|ledger| ledger.dids.get(did).cloned())
    }
    async fn organisation(&self, id: &str) -> Result<Proven<Organisation>, ChainError> {
        self.prove(|ledger| ledger.organisations.get(id).cloned())
    }
    async fn accreditation(&self, issuer: &str, type_iri: &str) -> Result<Proven<Accreditation>, ChainError> {
        self.prove(|ledger| ledger.accreditations.get(&(issuer.into(), type_iri.into())).cloned())
    }
    async fn schema(&self, id: &str) -> Result<Proven<SchemaRecord>, ChainError> {
        self.prove(|ledger| ledger.schemas.get(id).cloned())
    }
    async fn status(&self, issuer: &str, list: &str) -> Result<Proven<StatusRecord>, ChainError> {
        self.prove(|ledger| ledger.statuses.get(&(issuer.into(), list.into())).cloned())
    }
    async fn anchor(&self, issuer: &str, sequence: u64) -> Result<Proven<AnchorRecord>, ChainError> {
        self.prove(|ledger| ledger.anchors.get(&(issuer.into(), sequence)).cloned())
    }
}

#[async_trait]
impl DidRecords for MemoryChain {
    async fn did_record(&self, did: &str) -> Result<ProvenRecord, ResolveError> {
        let proven =
            Chain::did(self, did).await.map_err(|error| ResolveError::Unavailable(error.to_string()))?;
        let evidence = Evidence {
            height: proven.height,
            block_time: proven.block_time,
            header_hash: proven.header_hash,
        };
        Ok(ProvenRecord { record: proven.value, evidence })
    }
}

/// What URLs answer. `later` replaces an answer after a pause, as a list that catches up does.
#[derive(Default)]
pub struct MemoryWeb {
    pub pages: Mutex<HashMap<String, Vec<u8>>>,
    pub later: Mutex<HashMap<String, Vec<u8>>>,
    pub fetched: Mutex<usize>,
}

#[async_trait]
impl Fetch for MemoryWeb {
    async fn fetch(&self, url: &Url, _: &str) -> Result<Vec<u8>, FetchError> {
        *self.fetched.lock().unwrap() += 1;
        self.pages.lock().unwrap().get(url.as_str()).cloned().ok_or(FetchError::Unreachable)
    }

    async fn pause(&self, _: u64) {
        let later: Vec<_> = self.later.lock().unwrap().drain().collect();
        self.pages.lock().unwrap().extend(later);
    }
}

pub struct World {
    pub clock: TestClock,
    pub entropy: SeededEntropy,
    pub chain: Arc<MemoryChain>,
    pub web: Arc<MemoryWeb>,
    pub verifier: Verifier,
}

/// An organisation with its keys of both kinds.
#[derive(Clone)]
pub struct Issuer {
    pub id: String,
    pub did: String,
    pub ed25519: Arc<SoftwareKey>,
    pub p256: Arc<SoftwareKey>,
    /// Part of the names of the keys: a new key gets a new name.
    pub generation: u32,
}

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
    pub fn new() -> Self {
        let clock = TestClock::at(Timestamp::from_timestamp(1_780_000_000, 0).unwrap());
        let chain = Arc::new(MemoryChain { ledger: Mutex::default(), clock: clock.clone() });
        let web = Arc::new(MemoryWeb::default());
        let resolver = Resolvers::new(chain.clone() as Arc<dyn DidRecords>, std::time::Duration::ZERO);
        let verifier = Verifier::new(chain.clone(), web.clone(), Arc::new(resolver));
        let world = Self { clock, entropy: SeededEntropy::new(11), chain, web, verifier };
        let schema = include_bytes!("../../../../schemas/v1/staff-identity.schema.json");
        let record = SchemaRecord { digest: sha256(schema), owner: "unsscb".into(), registered_ms: 0 };
        world.chain.change(|ledger| {
            ledger.schemas.insert(STAFF_SCHEMA.into(), record);
        });
        world
    }

    pub fn now_ms(&self) -> u64 {
        milliseconds(self.clock.now())
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.advance(chrono::Duration::seconds(seconds));
    }

    /// A member organisation with a DID, without any accreditation, and with empty status lists.
    pub async fn organisation(&self, id: &str) -> Issuer {
        let did = format!("did:passerelle:{}", bs58::encode(sha256(id.as_bytes())).into_string());
        let issuer = Issuer {
            id: id.into(),
            did: did.clone(),
            ed25519: Arc::new(SoftwareKey::generate(Algorithm::Ed25519, &self.entropy)),
            p256: Arc::new(SoftwareKey::generate(Algorithm::P256, &self.entropy)),
            generation: 1,
        };
        let now = self.now_ms();
        let organisation = Organisation {
            id: id.into(),
            name: format!("Organisation {id}"),
            status: MemberStatus::Active,
            seats: Seats::default(),
            keys: Vec::new(),
            did: Some(did.clone()),
            admitted_ms: now,
            admitted_by: "genesis".into(),
            charter: 1,
            standings: vec![Standing { status: MemberStatus::Active, from_ms: now }],
        };
        let version =
            DidVersion { from_ms: now, until_ms: None, keys: issuer.did_keys(), services: Vec::new() };
        let record = DidRecord {
            organisation: id.into(),
            role: DidRole::Organisation,
            versions: vec![version],
            deactivated_ms: None,
            stops: Vec::new(),
            recovered: Vec::new(),
        };
        self.chain.change(|ledger| {
            ledger.organisations.insert(id.into(), organisation);
            ledger.dids.insert(did, record);
        });
        self.publish(&issuer, &[], &[]).await;
        issuer
    }

    pub fn accredit(&self, issuer: &Issuer, type_iri: &str, speaks_for: &[&str]) {
        let interval = AccreditationInterval {
            from_ms: self.now_ms(),
            until_ms: None,
            speaks_for: speaks_for.iter().map(|did| (*did).to_owned()).collect(),
            granted_by: "unsscb".into(),
            parent: None,
            delegation: 0,
        };
        let record = Accreditation {
            issuer: issuer.did.clone(),
            type_iri: type_iri.into(),
            intervals: vec![interval],
            suspensions: Vec::new(),
        };
        self.chain.change(|ledger| {
            ledger.accreditations.insert((issuer.did.clone(), type_iri.into()), record);
        });
    }

    pub fn withdraw(&self, issuer: &Issuer, type_iri: &str) {
        let now = self.now_ms();
        self.chain.change(|ledger| {
            let record = ledger.accreditations.get_mut(&(issuer.did.clone(), type_iri.into())).unwrap();
            record.intervals.last_mut().unwrap().until_ms = Some(now);
        });
    }

    /// Replaces the issuer's keys by new ones; the old ones may be marked as stolen.
    /// The new keys take over the old ones' fragments.
    pub fn rotate_in_place(&self, issuer: &mut Issuer) {
        issuer.generation -= 1;
        self.rotate(issuer, false);
    }

    pub fn rotate(&self, issuer: &mut Issuer, compromised: bool) {
        let now = self.now_ms();
        issuer.ed25519 = Arc::new(SoftwareKey::generate(Algorithm::Ed25519, &self.entropy));
        issuer.p256 = Arc::new(SoftwareKey::generate(Algorithm::P256, &self.entropy));
        issuer.generation += 1;
        self.chain.change(|ledger| {
            let record = ledger.dids.get_mut(&issuer.did).unwrap();
            let last = record.versions.last_mut().unwrap();
            last.until_ms = Some(now);
            if compromised {
                last.keys.iter_mut().for_each(|key| key.compromised_at = Some(now));
            }
            record.versions.push(DidVersion {
                from_ms: now,
                until_ms: None,
                keys: issuer.did_keys(),
                services: Vec::new(),
            });
        });
    }

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

    /// Publishes the issuer's three lists with these indexes set, and registers their digests.
    pub async fn publish(&self, issuer: &Issuer, revoked: &[usize], suspended: &[usize]) {
        for (purpose, set) in [("revocation", revoked), ("suspension", suspended)] {
            let bytes = self.bitstring(issuer, purpose, set).await;
            self.register(issuer, &issuer.list(purpose), &bytes);
            self.show(&issuer.list(purpose), bytes);
        }
        let bytes = self.token_list(issuer, revoked, suspended).await;
        self.register(issuer, &issuer.list("token"), &bytes);
        self.show(&issuer.list("token"), bytes);
    }

    pub async fn bitstring(&self, issuer: &Issuer, purpose: &str, set: &[usize]) -> Vec<u8> {
        let bits = if purpose == "message" { 2 } else { 1 };
        let mut list = StatusList::new(bits, LIST_LENGTH).unwrap();
        set.iter().for_each(|index| list.set(*index, 1).unwrap());
        let unsecured = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": issuer.list(purpose),
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": issuer.did,
            "validFrom": rfc3339(self.clock.now()),
            "credentialSubject": {
                "id": format!("{}#list", issuer.list(purpose)), "type": "BitstringStatusList",
                "statusPurpose": purpose, "encodedList": list.encode_bitstring()
            }
        });
        let key =
            SigningKey { verification_method: issuer.method("ed25519"), signer: issuer.ed25519.clone() };
        let secured = secure(&unsecured, Suite::EddsaRdfc2022, &key, &self.assertion()).await.unwrap();
        serde_json::to_vec(&secured).unwrap()
    }

    pub async fn token_list(&self, issuer: &Issuer, revoked: &[usize], suspended: &[usize]) -> Vec<u8> {
        let mut list = StatusList::new(2, LIST_LENGTH).unwrap();
        suspended.iter().for_each(|index| list.set(*index, 2).unwrap());
        revoked.iter().for_each(|index| list.set(*index, 1).unwrap());
        let header = json!({ "typ": "statuslist+jwt", "kid": issuer.method("p256") });
        let claims = json!({ "sub": issuer.list("token"), "iat": self.clock.now().timestamp(), "ttl": 300,
            "status_list": { "bits": 2, "lst": list.encode_token() } });
        let (Value::Object(header), Value::Object(claims)) = (header, claims) else { unreachable!() };
        jwt::sign(header, &claims, issuer.p256.as_ref()).await.unwrap().into_bytes()
    }

    pub fn register(&self, issuer: &Issuer, list: &str, bytes: &[u8]) {
        let now = self.now_ms();
        self.chain.change(|ledger| {
            let version =
                ledger.statuses.get(&(issuer.did.clone(), list.into())).map_or(0, |record| record.version)
                    + 1;
            let record = StatusRecord { digest: sha256(bytes), version, published_ms: now };
            ledger.statuses.insert((issuer.did.clone(), list.into()), record);
        });
    }

    pub fn show(&self, url: &str, bytes: Vec<u8>) {
        self.web.pages.lock().unwrap().insert(url.into(), bytes);
    }

    fn assertion(&self) -> ProofOptions {
        ProofOptions {
            created: Some(self.clock.now()),
            purpose: Purpose::AssertionMethod,
            challenge: None,
            domain: None,
            expires: None,
        }
    }
}

impl Issuer {
    pub fn list(&self, name: &str) -> String {
        format!("https://issuer.example/t/{}/status/{name}", self.id)
    }

    pub fn method(&self, kind: &str) -> String {
        format!("{}#key-{kind}-{}", self.did, self.generation)
    }

    fn did_keys(&self) -> Vec<DidKey> {
        let key = |fragment: &str, key: &PublicKey| DidKey {
            fragment: fragment.into(),
            multikey: key.to_multikey(),
            relationships: vec![Relationship::AssertionMethod, Relationship::Authentication],
            compromised_at: None,
        };
        let name = |kind: &str| format!("key-{kind}-{}", self.generation);
        vec![key(&name("ed25519"), self.ed25519.public_key()), key(&name("p256"), self.p256.public_key())]
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

fn claims(staff: &Staff) -> Map<String, Value> {
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

pub fn rfc3339(time: Timestamp) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

pub fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
