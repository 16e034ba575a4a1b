//! Whether the claims have the form that the schema on the chain describes.
//!
//! A schema's bytes come from inside the program or from its URL; either way their digest must be the chain's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use credential::data_integrity::is_shown_in_parts;
use credential::{Format, Outcome};
use jsonschema::{PatternOptions, Validator};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::finding::{Finding, hex};
use crate::ports::{Chain, Fetch, FetchError, Header};
use crate::vocabulary;

/// Compiled schemas that are kept.
const CACHED: usize = 64;
const MAX_BYTES: usize = 256 * 1024;
const MAX_NODES: usize = 20_000;

/// Compiles each schema once.
#[derive(Default)]
pub struct Schemas(Mutex<HashMap<Name, Arc<Compiled>>>);

/// The id of a schema and the digest of its bytes.
type Name = (String, [u8; 32]);

struct Compiled {
    /// The whole credential, for Data Integrity.
    credential: Validator,
    /// Any disclosed subset of the claims (`#/$defs/claims`), for SD-JWT VC.
    claims: Option<Validator>,
}

enum Bytes {
    Embedded(&'static [u8]),
    Fetched(Vec<u8>),
}

impl Bytes {
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::Embedded(bytes) => bytes,
            Self::Fetched(bytes) => bytes,
        }
    }
}

impl Schemas {
    /// Checks the credential against the schema of its type. `on_chain` is false for issuers that the registry
    /// does not know: then nothing vouches for a schema, and only an embedded one is used.
    pub async fn check(
        &self,
        outcome: &Outcome,
        on_chain: bool,
        chain: &dyn Chain,
        fetch: &dyn Fetch,
        now: clock::Timestamp,
    ) -> Finding {
        let Some(id) = schema_id(outcome) else {
            return Finding::not_checked("noSchema", "The credential names no description of its content.");
        };
        let mut digest = None;
        let mut rests_on = None;
        if on_chain {
            match chain.schema(&id).await {
                Err(error) => return Finding::without_chain(error),
                Ok(proven) => {
                    rests_on = Some(Header::of(&proven));
                    let Some(record) = proven.value else {
                        return Finding::fail(
                            "schemaUnknown",
                            "The description of the content that the credential names is not in the registry.",
                        )
                        .with("schema", id);
                    };
                    digest = Some(record.digest);
                }
            }
        }
        let finding = match self.bytes(&id, digest, fetch).await {
            Err(finding) => finding,
            Ok(bytes) => self.apply(&id, bytes.as_slice(), outcome),
        };
        let finding = finding.with("schema", id);
        match (rests_on, digest) {
            (Some(header), Some(digest)) => {
                finding.with("schemaDigest", hex(&digest)).resting_on(header, now)
            }
            _ => finding,
        }
    }

    async fn bytes(&self, id: &str, digest: Option<[u8; 32]>, fetch: &dyn Fetch) -> Result<Bytes, Finding> {
        let embedded = credential::schemas::embedded(id);
        let Some(digest) = digest else {
            return embedded.map(Bytes::Embedded).ok_or_else(|| {
                Finding::not_checked(
                    "schemaNotVouchedFor",
                    "The content was not checked because nobody vouches for its description.",
                )
            });
        };
        if let Some(bytes) = embedded.filter(|bytes| sha256(bytes) == digest) {
            return Ok(Bytes::Embedded(bytes));
        }
        let url = Url::parse(id).map_err(|_| unreachable_schema())?;
        let bytes = fetch.fetch(&url, "application/schema+json, application/json").await.map_err(
            |error| match error {
                FetchError::Refused
                | FetchError::Unreachable
                | FetchError::Status(_)
                | FetchError::TooLong => unreachable_schema(),
            },
        )?;
        if sha256(&bytes) != digest {
            return Err(Finding::fail(
                "schemaMismatch",
                "The description of the content at its address is not the one in the registry.",
            ));
        }
        Ok(Bytes::Fetched(bytes))
    }

    fn apply(&self, id: &str, bytes: &[u8], outcome: &Outcome) -> Finding {
        let Some(compiled) = self.compiled(id, bytes) else {
            return Finding::not_checked("schemaUnusable", "The description of the content cannot be used.");
        };
        let (validator, instance) = match outcome.format {
            // What is not disclosed is not missing; the description of the claims is that of a subject.
            Format::LdpVc if is_shown_in_parts(&outcome.credential) => {
                (compiled.claims.as_ref(), &outcome.claims)
            }
            Format::LdpVc | Format::VcJwt | Format::VcCose => {
                (Some(&compiled.credential), &outcome.credential)
            }
            Format::VcSdJwt => (compiled.claims.as_ref(), &outcome.claims),
            Format::SdJwtVc => (compiled.claims.as_ref(), &outcome.claims),
        };
        let Some(validator) = validator else {
            return Finding::not_checked("schemaUnusable", "The description of the content cannot be used.");
        };
        match validator.iter_errors(instance).next() {
            None => Finding::pass(
                "schemaHolds",
                "The content has the form described for this kind of credential.",
            ),
            // The place may be told, the value may not.
            Some(error) => Finding::fail(
                "schemaViolated",
                "The content does not have the form described for this kind of credential.",
            )
            .with("at", error.instance_path().to_string())
            .with("rule", error.schema_path().to_string()),
        }
    }

    fn compiled(&self, id: &str, bytes: &[u8]) -> Option<Arc<Compiled>> {
        let key = (id.to_owned(), sha256(bytes));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept.get(&key) {
            return Some(Arc::clone(found));
        }
        let compiled = Arc::new(compile(bytes)?);
        if kept.len() >= CACHED {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&compiled));
        Some(compiled)
    }
}

fn unreachable_schema() -> Finding {
    Finding::not_checked("schemaUnreachable", "The description of the content could not be fetched.")
}

/// The `credentialSchema` a credential names, or the one that belongs to its `vct`.
fn schema_id(outcome: &Outcome) -> Option<String> {
    match outcome.format {
        Format::LdpVc | Format::VcJwt | Format::VcSdJwt | Format::VcCose => outcome.schemas.first().cloned(),
        Format::SdJwtVc => outcome.types.iter().find_map(|vct| vocabulary::schema(vct)),
    }
}

fn compile(bytes: &[u8]) -> Option<Compiled> {
    if bytes.len() > MAX_BYTES {
        return None;
    }
    let schema: Value = serde_json::from_slice(bytes).ok()?;
    if nodes(&schema) > MAX_NODES {
        return None;
    }
    let claims = schema.pointer("/$defs/claims").is_some().then(|| {
        let mut subset = schema.clone();
        if let Some(members) = subset.as_object_mut() {
            members.retain(|name, _| name == "$schema" || name == "$defs");
            members.insert("$ref".to_owned(), Value::from("#/$defs/claims"));
        }
        build(&subset)
    });
    Some(Compiled { credential: build(&schema)?, claims: claims.flatten() })
}

fn build(schema: &Value) -> Option<Validator> {
    // The engine without backtracking: a stranger's pattern takes linear time. Nothing is fetched for a `$ref`.
    jsonschema::options()
        .with_pattern_options(PatternOptions::regex())
        .should_validate_formats(true)
        .offline()
        .build(schema)
        .ok()
}

fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(nodes).sum::<usize>(),
        _ => 1,
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
