//! Policies with predicates, and one that nobody knows whole.

use keys::SoftwareKey;
use registry_types::SchemaRecord;
use serde_json::{Value, json};
use verification::Policy;

use super::cases::{Case, DESK, NONCE, REVOKED, Scene};
use super::secured::present_nothing;
use crate::node::policy;
use crate::world::{Issuer, STAFF, Staff, World, sha256};

const EMPLOYMENT: &str = "https://schemas.passerelle.example/v1#Employment";
const CLEARANCE: &str = "https://schemas.passerelle.example/v1#SecurityClearance";
const TRAINING: &str = "https://schemas.passerelle.example/v1#TrainingCompletion";

/// Lets an issuer issue what predicates are answered from, under the published schemas.
pub fn prepare(world: &World, issuer: &Issuer) {
    for (type_iri, slug) in
        [(EMPLOYMENT, "employment"), (CLEARANCE, "security-clearance"), (TRAINING, "training-completion")]
    {
        world.accredit(issuer, type_iri, &[&issuer.did]);
        let id = format!("https://schemas.passerelle.example/v1/{slug}.schema.json");
        let digest = sha256(credential::schemas::embedded(&id).unwrap());
        let record = SchemaRecord { digest, owner: "unsscb".into(), registered_ms: 0 };
        world.chain.change(|ledger| {
            ledger.schemas.insert(id, record);
        });
    }
}

/// By the names of their packs.
pub fn policies() -> Vec<(&'static str, Policy)> {
    let current = json!({ "currentStaff": {} });
    let cleared = json!({ "clearedTo": { "level": "confidential" } });
    let trained = json!({ "trained": { "course": "BSAFE", "withinDays": 365 } });
    vec![
        ("current staff", asking(Some(&[STAFF, EMPLOYMENT]), &[&current])),
        ("cleared", asking(Some(&[CLEARANCE]), &[&cleared])),
        ("trained", asking(Some(&[TRAINING]), &[&trained])),
        ("staff and trained", asking(Some(&[STAFF]), &[&current, &trained])),
        ("asks for no credential", asking(None, &[&current])),
    ]
}

fn asking(types: Option<&[&str]>, predicates: &[&Value]) -> Policy {
    let mut policy = policy("staff-identity");
    let query = types.map(
        |types| json!({"credentials": [{"id": "it", "format": "dc+sd-jwt", "meta": {"vct_values": types}}]}),
    );
    policy.query = query.map(|query| serde_json::from_value(query).unwrap());
    policy.rules.predicates =
        predicates.iter().map(|one| serde_json::from_value((*one).clone()).unwrap()).collect();
    policy
}

/// The same pack with a rule that nobody knows, signed by the same key.
pub fn with_unknown_rule(file: &[u8], signer: &SoftwareKey) -> Vec<u8> {
    let part = |at: usize| {
        let length = u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
        (at + 4, at + 4 + usize::try_from(length).unwrap())
    };
    let (begin, end) = part(9);
    let (_, content) = part(end);
    let mut manifest: Value = serde_json::from_slice(&file[begin..end]).unwrap();
    manifest["policy"]["rules"]["faceMatch"] = json!(true);
    let manifest = manifest.to_string().into_bytes();
    let signature = signer.sign_now(&[b"passerelle/pack\0\x01", manifest.as_slice()].concat()).unwrap();
    let with_length = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
    [&file[..9], &with_length(&manifest), &with_length(&signature), &file[content..]].concat()
}

impl Scene {
    /// The day of all of them is 28 May 2026.
    pub async fn of_policies(&self) -> Vec<Case> {
        let mut cases = self.of_predicates().await;
        let answer = self.answer(&self.undp, &self.staff()).await;
        cases.push(self.case("a rule that nobody knows", "unknown rule", answer, "form"));
        let nothing = present_nothing(&self.world, &self.holder, (NONCE, DESK)).await.to_string();
        cases.push(self.case("no credential", "asks for no credential", nothing, "undetermined"));
        cases
    }

    async fn of_predicates(&self) -> Vec<Case> {
        let recognized = json!({ "id": self.undp.did, "name": "UNDP" });
        let mut cases = Vec::new();
        for (pack, type_name, claims, expected) in [
            ("current staff", "StaffIdentity", json!({}), "valid"),
            ("current staff", "Employment", json!({}), "valid"),
            (
                "current staff",
                "Employment",
                json!({"startDate": "2026-05-28", "endDate": "2026-05-28"}),
                "valid",
            ),
            ("current staff", "Employment", json!({"startDate": "2026-05-29"}), "invalid"),
            (
                "current staff",
                "Employment",
                json!({"startDate": "2026-01-01", "endDate": "2026-05-27"}),
                "invalid",
            ),
            ("current staff", "Employment", json!({"startDate": "2026-1-1"}), "invalid"),
            ("staff and trained", "StaffIdentity", json!({}), "undetermined"),
            (
                "cleared",
                "SecurityClearance",
                json!({"clearanceLevel": "confidential", "expiresOn": "2026-05-28"}),
                "valid",
            ),
            (
                "cleared",
                "SecurityClearance",
                json!({"clearanceLevel": "strictly-confidential", "expiresOn": "2027-01-01"}),
                "valid",
            ),
            (
                "cleared",
                "SecurityClearance",
                json!({"clearanceLevel": "unclassified", "expiresOn": "2027-01-01"}),
                "invalid",
            ),
            (
                "cleared",
                "SecurityClearance",
                json!({"clearanceLevel": "confidential", "expiresOn": "2026-05-27"}),
                "invalid",
            ),
            (
                "cleared",
                "SecurityClearance",
                json!({"clearanceLevel": "top", "expiresOn": "2027-01-01"}),
                "invalid",
            ),
            ("cleared", "SecurityClearance", json!({"clearanceLevel": "confidential"}), "undetermined"),
            ("cleared", "SecurityClearance", json!({"expiresOn": "2027-01-01"}), "undetermined"),
            (
                "trained",
                "TrainingCompletion",
                json!({"courseCode": "BSAFE", "completedOn": "2026-05-28"}),
                "valid",
            ),
            (
                "trained",
                "TrainingCompletion",
                json!({"courseCode": "BSAFE", "completedOn": "2025-05-28"}),
                "valid",
            ),
            (
                "trained",
                "TrainingCompletion",
                json!({"courseCode": "BSAFE", "completedOn": "2025-05-27"}),
                "invalid",
            ),
            (
                "trained",
                "TrainingCompletion",
                json!({"courseCode": "BSAFE", "completedOn": "2026-05-29"}),
                "invalid",
            ),
            (
                "trained",
                "TrainingCompletion",
                json!({"courseCode": "BSAFER", "completedOn": "2026-05-28"}),
                "invalid",
            ),
            (
                "trained",
                "TrainingCompletion",
                json!({"courseCode": "BSAFE", "completedOn": "2026-02-30"}),
                "invalid",
            ),
            (
                "trained",
                "TrainingCompletion",
                json!({"courseCode": "BSAFE", "completedOn": "2026-05-01", "expiresOn": "2026-05-27"}),
                "invalid",
            ),
            ("trained", "TrainingCompletion", json!({"courseCode": "BSAFE"}), "undetermined"),
            ("trained", "TrainingCompletion", json!({"completedOn": "2026-05-28"}), "undetermined"),
        ] {
            let mut staff = Staff { type_name, ..self.staff() };
            staff.extra.insert("recognizedBy".to_owned(), recognized.clone());
            staff.extra.extend(claims.as_object().unwrap().clone());
            let text = self.answer(&self.undp, &staff).await;
            cases.push(self.case(&format!("{pack}: {type_name} {claims}"), pack, text, expected));
        }
        let revoked = Staff { index: REVOKED, ..self.staff() };
        let text = self.answer(&self.undp, &revoked).await;
        cases.push(self.case("current staff: revoked", "current staff", text, "invalid"));
        cases
    }
}
