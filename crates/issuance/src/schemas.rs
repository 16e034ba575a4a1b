//! The published schemas, embedded, so that what is checked, served and registered on the chain is one set of bytes.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::configuration::CredentialType;

/// Above the folders of the versions.
const BASE: &str = "https://schemas.passerelle.example";

/// One published file.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// `v1`: the folder.
    pub version: &'static str,
    pub file: &'static str,
    pub media_type: &'static str,
    pub bytes: &'static [u8],
}

impl Published {
    /// The identifier under which the registry chain knows it, which is also `credentialSchema.id` or the context's URL.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{BASE}/{}/{}", self.version, self.file)
    }

    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.bytes).into()
    }
}

/// Every published file, in a stable order.
#[must_use]
pub fn published() -> &'static [Published] {
    FILES
}

#[must_use]
pub fn find(version: &str, file: &str) -> Option<&'static Published> {
    FILES.iter().find(|published| published.version == version && published.file == file)
}

/// The newest type metadata of a type.
#[must_use]
pub fn type_metadata(credential: CredentialType) -> Option<&'static Published> {
    let file = credential.schema().replace(".schema.json", ".vct.json");
    let file = file.rsplit('/').next()?;
    FILES.iter().rev().find(|published| published.file == file)
}

/// Where a subject breaks its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectFault {
    /// The claim at fault; empty when the subject as a whole is.
    pub claim: String,
    pub kind: FaultKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    Missing,
    TooLong(u64),
    /// The text looks right but means nothing, as 30 February does.
    Format,
    /// Anything else the schema refuses: pattern, enumeration, type, unknown claim.
    Shape,
}

/// Checks a complete set of claims against the `subject` definition of its schema.
#[must_use]
pub fn subject_faults(credential: CredentialType, claims: &Map<String, Value>) -> Vec<SubjectFault> {
    use jsonschema::error::ValidationErrorKind as Kind;
    let instance = Value::Object(claims.clone());
    let mut faults: Vec<SubjectFault> = Vec::new();
    for error in validator(credential).iter_errors(&instance) {
        let path = error.instance_path().to_string();
        let at = path.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
        let (claim, kind) = match error.kind() {
            Kind::Required { property } if at.is_empty() => {
                (property.as_str().unwrap_or_default().to_owned(), FaultKind::Missing)
            }
            Kind::MinLength { .. } => (at, FaultKind::Missing),
            Kind::MaxLength { limit } => (at, FaultKind::TooLong(*limit)),
            Kind::Format { .. } => (at, FaultKind::Format),
            _ => (at, FaultKind::Shape),
        };
        match faults.iter_mut().find(|fault| fault.claim == claim) {
            // A text of the wrong shape also fails its format; the shape says more.
            Some(known) if known.kind == FaultKind::Format => known.kind = kind,
            Some(_) => {}
            None => faults.push(SubjectFault { claim, kind }),
        }
    }
    faults
}

fn validator(credential: CredentialType) -> &'static Validator {
    match credential {
        CredentialType::StaffIdentity => &STAFF_IDENTITY,
        CredentialType::Employment => &EMPLOYMENT,
        CredentialType::TrainingCompletion => &TRAINING,
        CredentialType::SecurityClearance => &SECURITY,
        CredentialType::MedicalClearance => &MEDICAL,
        CredentialType::Separation => &SEPARATION,
        CredentialType::DigitalCertificateOfEntitlement => &ENTITLEMENT,
    }
}

/// A schema whose root is the `subject` definition of a published one.
fn subject_schema(text: &[u8]) -> Option<Value> {
    let mut schema: Value = serde_json::from_slice(text).ok()?;
    let definitions = schema.get_mut("$defs")?.take();
    Some(serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": "#/$defs/subject",
        "$defs": definitions,
    }))
}

#[expect(clippy::expect_used, reason = "the schema is embedded and a test compiles every one of them")]
fn compile(text: &[u8]) -> Validator {
    let schema = subject_schema(text).expect("an embedded schema has definitions");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("an embedded schema compiles")
}

static STAFF_IDENTITY: LazyLock<Validator> =
    LazyLock::new(|| compile(include_bytes!("../../../schemas/v1/staff-identity.schema.json")));
static EMPLOYMENT: LazyLock<Validator> =
    LazyLock::new(|| compile(include_bytes!("../../../schemas/v1/employment.schema.json")));
static TRAINING: LazyLock<Validator> =
    LazyLock::new(|| compile(include_bytes!("../../../schemas/v1/training-completion.schema.json")));
static SECURITY: LazyLock<Validator> =
    LazyLock::new(|| compile(include_bytes!("../../../schemas/v1/security-clearance.schema.json")));
static MEDICAL: LazyLock<Validator> =
    LazyLock::new(|| compile(include_bytes!("../../../schemas/v1/medical-clearance.schema.json")));
static SEPARATION: LazyLock<Validator> =
    LazyLock::new(|| compile(include_bytes!("../../../schemas/v1/separation.schema.json")));
static ENTITLEMENT: LazyLock<Validator> = LazyLock::new(|| {
    compile(include_bytes!("../../../schemas/v1/digital-certificate-of-entitlement.schema.json"))
});

macro_rules! file {
    ($name:literal, $media:literal) => {
        file!("v1", $name, $media)
    };
    ($version:literal, $name:literal, $media:literal) => {
        Published {
            version: $version,
            file: $name,
            media_type: $media,
            bytes: include_bytes!(concat!("../../../schemas/", $version, "/", $name)),
        }
    };
}

const FILES: &[Published] = &[
    file!("staff-identity.jsonld", "application/ld+json"),
    file!("staff-identity.schema.json", "application/schema+json"),
    file!("staff-identity.vct.json", "application/json"),
    file!("employment.jsonld", "application/ld+json"),
    file!("employment.schema.json", "application/schema+json"),
    file!("employment.vct.json", "application/json"),
    file!("training-completion.jsonld", "application/ld+json"),
    file!("training-completion.schema.json", "application/schema+json"),
    file!("training-completion.vct.json", "application/json"),
    file!("security-clearance.jsonld", "application/ld+json"),
    file!("security-clearance.schema.json", "application/schema+json"),
    file!("security-clearance.vct.json", "application/json"),
    file!("medical-clearance.jsonld", "application/ld+json"),
    file!("medical-clearance.schema.json", "application/schema+json"),
    file!("medical-clearance.vct.json", "application/json"),
    file!("separation.jsonld", "application/ld+json"),
    file!("separation.schema.json", "application/schema+json"),
    file!("separation.vct.json", "application/json"),
    file!("digital-certificate-of-entitlement.jsonld", "application/ld+json"),
    file!("digital-certificate-of-entitlement.schema.json", "application/schema+json"),
    file!("digital-certificate-of-entitlement.vct.json", "application/json"),
    file!("vocabulary.jsonld", "application/ld+json"),
    file!("vocabulary-staff.jsonld", "application/ld+json"),
    file!("v2", "staff-identity.schema.json", "application/schema+json"),
    file!("v2", "staff-identity.vct.json", "application/json"),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    fn entitlement() -> Map<String, Value> {
        json!({
            "identifier": "100482317", "givenName": "Margaret", "familyName": "Ellison", "entitlementYear": 2026,
            "paidBy": { "id": "did:passerelle:fund", "name": "UNJSPF" }, "confirmedBy": "call",
            "confirmedOn": "2026-03-01"
        })
        .as_object()
        .unwrap()
        .clone()
    }

    fn faults(change: impl FnOnce(&mut Map<String, Value>)) -> Vec<SubjectFault> {
        let mut claims = entitlement();
        change(&mut claims);
        subject_faults(CredentialType::DigitalCertificateOfEntitlement, &claims)
    }

    #[test]
    fn complete_subject_has_no_fault() {
        assert_eq!(faults(|_| {}), []);
    }

    #[test]
    fn each_fault_names_its_claim() {
        let cases: [(&str, Value, FaultKind); 5] = [
            ("identifier", json!("12345678"), FaultKind::Shape),
            ("entitlementYear", json!("2026"), FaultKind::Shape),
            ("confirmedOn", json!("2026-02-30"), FaultKind::Format),
            ("confirmedOn", json!("1 March 2026"), FaultKind::Shape),
            ("givenName", json!("x".repeat(101)), FaultKind::TooLong(100)),
        ];
        for (claim, value, kind) in cases {
            let found = faults(|claims| drop(claims.insert(claim.into(), value.clone())));
            assert_eq!(found, [SubjectFault { claim: claim.into(), kind }], "{claim} {value}");
        }
    }

    #[test]
    fn missing_and_unknown_claims_are_faults() {
        let missing = faults(|claims| drop(claims.remove("paidBy")));
        assert_eq!(missing, [SubjectFault { claim: "paidBy".into(), kind: FaultKind::Missing }]);
        assert_eq!(faults(|claims| drop(claims.insert("ssn".into(), json!("1")))).len(), 1);
    }

    #[test]
    fn text_that_could_reorder_a_line_is_refused() {
        let found = faults(|claims| drop(claims.insert("givenName".into(), json!("Mar\u{202e}garet"))));
        assert_eq!(found.len(), 1);
        assert_eq!(faults(|claims| drop(claims.insert("givenName".into(), json!("مريم\u{200c}")))), []);
    }

    #[test]
    fn published_files_are_json_under_their_own_identifier() {
        for published in published() {
            let value: Value = serde_json::from_slice(published.bytes).unwrap();
            if published.file.ends_with(".schema.json") {
                assert_eq!(value["$id"], published.id());
            }
            assert_eq!(find(published.version, published.file).unwrap().digest(), published.digest());
        }
    }

    #[test]
    fn version_2_of_the_staff_identity_adds_the_portrait_and_changes_nothing_else() {
        let read = |version: &str, file: &str| -> Value {
            serde_json::from_slice(find(version, file).unwrap().bytes).unwrap()
        };
        let file = "staff-identity.schema.json";
        let (before, mut after) = (read("v1", file), read("v2", file));
        let claims = after["$defs"]["claims"]["properties"].as_object_mut().unwrap();
        let picture = claims.remove(crate::build::PICTURE).unwrap();
        assert_eq!(after["$defs"], before["$defs"]);
        let picture = jsonschema::validator_for(&picture).unwrap();
        assert!(picture.is_valid(&json!("data:image/jpeg;base64,/9j/4A==")));
        let long = format!("data:image/jpeg;base64,{}", "A".repeat(28_000));
        for wrong in ["https://example.org/p.jpg", "data:image/svg+xml;base64,PHN2Zz4=", "", &long] {
            assert!(!picture.is_valid(&json!(wrong)), "{wrong}");
        }
        let (before, after) = (read("v1", "staff-identity.vct.json"), read("v2", "staff-identity.vct.json"));
        assert_eq!(before["vct"], after["vct"]);
        let (before, after) = (before["claims"].as_array().unwrap(), after["claims"].as_array().unwrap());
        assert_eq!(before.as_slice(), &after[..before.len()]);
        assert_eq!((after.len(), &after[before.len()]["sd"]), (before.len() + 1, &json!("always")));
    }

    #[test]
    fn contexts_define_every_claim_of_their_schema_and_agree_on_shared_terms() {
        let mut seen = Map::new();
        for slug in ["staff-identity", "employment", "digital-certificate-of-entitlement"] {
            let context: Value =
                serde_json::from_slice(find("v1", &format!("{slug}.jsonld")).unwrap().bytes).unwrap();
            let schema: Value =
                serde_json::from_slice(find("v1", &format!("{slug}.schema.json")).unwrap().bytes).unwrap();
            let terms = context["@context"].as_object().unwrap();
            assert_eq!(terms["@protected"], true);
            for claim in schema["$defs"]["claims"]["properties"].as_object().unwrap().keys() {
                assert!(terms.contains_key(claim), "{slug} lacks {claim}");
            }
            for (term, definition) in terms {
                let before = seen.insert(term.clone(), definition.clone());
                assert!(before.is_none_or(|before| before == *definition), "{term} has two definitions");
            }
        }
    }
}
