//! The JSON Schemas that this workspace publishes, embedded and compiled once.

use std::collections::HashMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::outcome::{CheckName, Fault};

const EMBEDDED: &[(&str, &str)] = &[
    (
        "https://schemas.passerelle.example/v1/staff-identity.schema.json",
        include_str!("../../../schemas/v1/staff-identity.schema.json"),
    ),
    (
        "https://schemas.passerelle.example/v2/staff-identity.schema.json",
        include_str!("../../../schemas/v2/staff-identity.schema.json"),
    ),
    (
        "https://schemas.passerelle.example/v1/employment.schema.json",
        include_str!("../../../schemas/v1/employment.schema.json"),
    ),
    (
        "https://schemas.passerelle.example/v1/training-completion.schema.json",
        include_str!("../../../schemas/v1/training-completion.schema.json"),
    ),
    (
        "https://schemas.passerelle.example/v1/security-clearance.schema.json",
        include_str!("../../../schemas/v1/security-clearance.schema.json"),
    ),
    (
        "https://schemas.passerelle.example/v1/medical-clearance.schema.json",
        include_str!("../../../schemas/v1/medical-clearance.schema.json"),
    ),
    (
        "https://schemas.passerelle.example/v1/separation.schema.json",
        include_str!("../../../schemas/v1/separation.schema.json"),
    ),
    (
        "https://schemas.passerelle.example/v1/digital-certificate-of-entitlement.schema.json",
        include_str!("../../../schemas/v1/digital-certificate-of-entitlement.schema.json"),
    ),
];

/// The most faults that one document is told.
const FAULTS: usize = 20;

static VALIDATORS: LazyLock<HashMap<&'static str, Validator>> = LazyLock::new(|| {
    EMBEDDED
        .iter()
        .filter_map(|(id, text)| {
            let schema = serde_json::from_str::<Value>(text).ok()?;
            Some((*id, jsonschema::options().should_validate_formats(true).build(&schema).ok()?))
        })
        .collect()
});

/// The published bytes of a schema, by its URL.
#[must_use]
pub fn embedded(id: &str) -> Option<&'static [u8]> {
    EMBEDDED.iter().find(|(known, _)| *known == id).map(|(_, text)| text.as_bytes())
}

/// Validates a credential against an embedded schema; `None` when the schema is not known here.
#[must_use]
pub fn validate(id: &str, credential: &Value) -> Option<Vec<Fault>> {
    let validator = VALIDATORS.get(id)?;
    let faults = validator
        .iter_errors(credential)
        .take(FAULTS)
        .map(|error| {
            // The message of the library quotes the value, which may be somebody's birthday.
            Fault::new(CheckName::Schema, "schemaMismatch", "the value does not fit the schema")
                .at(error.instance_path().as_str())
        })
        .collect();
    Some(faults)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_schema_compiles_and_bites() {
        for (id, text) in EMBEDDED {
            assert_eq!(embedded(id), Some(text.as_bytes()));
            let faults = validate(id, &json!({ "credentialSubject": {} })).unwrap();
            assert!(!faults.is_empty(), "{id}");
        }
        assert!(validate("https://example.org/schema.json", &json!({})).is_none());
    }

    #[test]
    fn every_published_schema_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas");
        let mut published = 0;
        for version in ["v1", "v2"] {
            for entry in std::fs::read_dir(format!("{folder}/{version}")).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap();
                if name.ends_with(".schema.json") {
                    let id = format!("https://schemas.passerelle.example/{version}/{name}");
                    assert_eq!(embedded(&id), Some(std::fs::read(&path).unwrap().as_slice()), "{id}");
                    published += 1;
                }
            }
        }
        assert_eq!(published, EMBEDDED.len());
    }
}
