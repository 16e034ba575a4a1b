//! The Digital Credentials Query Language (OpenID4VP 1.0, 6 and 7): types, bounds, validation, path selection.

pub mod authorities;
mod narrow;
mod own;

use std::collections::{BTreeMap, BTreeSet};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub const MAX_CREDENTIALS: usize = 16;
pub const MAX_CREDENTIAL_SETS: usize = 16;
pub const MAX_OPTIONS: usize = 16;
pub const MAX_CLAIMS: usize = 64;
pub const MAX_CLAIM_SETS: usize = 16;
pub const MAX_PATH: usize = 16;
pub const MAX_VALUES: usize = 64;
pub const MAX_TEXT: usize = 512;

/// A DCQL query (6).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Query {
    pub credentials: Vec<CredentialQuery>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_sets: Option<Vec<CredentialSetQuery>>,
}

/// One credential asked for (6.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CredentialQuery {
    pub id: String,
    pub format: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub multiple: bool,
    pub meta: Meta,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_authorities: Option<Vec<TrustedAuthorities>>,
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub require_cryptographic_holder_binding: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<Vec<ClaimsQuery>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_sets: Option<Vec<Vec<String>>>,
}

/// Format-specific constraints: annex B.1.1 (`type_values`) and B.3.5 (`vct_values`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Meta {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_values: Option<Vec<Vec<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vct_values: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctype_value: Option<String>,
}

/// Authorities or trust frameworks, one of which should certify the issuer (6.1.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrustedAuthorities {
    #[serde(rename = "type")]
    pub kind: String,
    pub values: Vec<String>,
}

/// Combinations of credentials that satisfy a use case (6.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CredentialSetQuery {
    pub options: Vec<Vec<String>>,
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub required: bool,
}

/// One claim asked for (6.3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClaimsQuery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub path: ClaimsPath,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Value>>)]
    pub values: Option<Vec<ClaimValue>>,
}

/// A claims path pointer (7).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Vec<Value>)]
pub struct ClaimsPath(pub Vec<PathElement>);

/// A key, all elements of an array, or one of them.
///
/// Read through `Value`: with `arbitrary_precision` a number inside an untagged enum does not parse.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathElement {
    Key(String),
    All,
    Index(u64),
}

/// A value to match: text, integer or boolean (6.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimValue {
    Text(String),
    Integer(i64),
    Boolean(bool),
}

/// What is wrong with a query, with the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DcqlError {
    #[error("{0} must not be empty")]
    Empty(&'static str),
    #[error("{0} has more elements than this implementation takes")]
    TooMany(&'static str),
    #[error("an identifier has other characters than letters, digits, underscore and hyphen, or is too long")]
    BadIdentifier,
    #[error("the identifier {0} is used twice")]
    Duplicate(String),
    #[error("the identifier {0} refers to nothing")]
    Unknown(String),
    #[error("claim_sets needs claims")]
    ClaimSetsWithoutClaims,
    #[error("with claim_sets every claim needs an id")]
    ClaimWithoutId,
    #[error("the same claim is asked for twice")]
    DuplicateClaim,
    #[error("meta lacks {0}")]
    MissingMeta(&'static str),
    #[error("authorities of type {0} cannot be checked")]
    UnknownAuthority(String),
    #[error("a text is too long")]
    TooLong,
}

/// The path does not fit the credential (7.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("the path meets something that is not an object")]
    NotAnObject,
    #[error("the path meets something that is not an array")]
    NotAnArray,
    #[error("the path selects nothing")]
    Nothing,
}

impl Query {
    /// Checks everything section 6 demands of a query's form, and our own bounds.
    pub fn validate(&self) -> Result<(), DcqlError> {
        bounded(self.credentials.len(), MAX_CREDENTIALS, "credentials")?;
        let mut ids = BTreeSet::new();
        for credential in &self.credentials {
            identifier(&credential.id)?;
            if !ids.insert(credential.id.as_str()) {
                return Err(DcqlError::Duplicate(credential.id.clone()));
            }
            credential.validate()?;
        }
        let Some(sets) = &self.credential_sets else { return Ok(()) };
        bounded(sets.len(), MAX_CREDENTIAL_SETS, "credential_sets")?;
        for set in sets {
            bounded(set.options.len(), MAX_OPTIONS, "options")?;
            for option in &set.options {
                bounded(option.len(), MAX_CREDENTIALS, "options")?;
                if let Some(unknown) = option.iter().find(|id| !ids.contains(id.as_str())) {
                    return Err(DcqlError::Unknown(unknown.clone()));
                }
            }
        }
        Ok(())
    }

    #[must_use]
    pub fn credential(&self, id: &str) -> Option<&CredentialQuery> {
        self.credentials.iter().find(|one| one.id == id)
    }

    /// Whether presentations for exactly these credential queries satisfy the request (6.4.2).
    #[must_use]
    pub fn satisfied_by(&self, answered: &BTreeSet<&str>) -> bool {
        match &self.credential_sets {
            None => self.credentials.iter().all(|one| answered.contains(one.id.as_str())),
            Some(sets) => sets.iter().filter(|set| set.required).all(|set| set.satisfied_by(answered)),
        }
    }
}

impl CredentialSetQuery {
    #[must_use]
    pub fn satisfied_by(&self, answered: &BTreeSet<&str>) -> bool {
        self.options.iter().any(|option| option.iter().all(|id| answered.contains(id.as_str())))
    }
}

impl CredentialQuery {
    fn validate(&self) -> Result<(), DcqlError> {
        text(&self.format)?;
        self.meta.validate(&self.format)?;
        if let Some(authorities) = &self.trusted_authorities {
            bounded(authorities.len(), MAX_OPTIONS, "trusted_authorities")?;
            for authority in authorities {
                text(&authority.kind)?;
                bounded(authority.values.len(), MAX_VALUES, "trusted_authorities values")?;
                authority.values.iter().try_for_each(|value| text(value))?;
            }
        }
        let ids = match &self.claims {
            None => BTreeSet::new(),
            Some(claims) => validate_claims(claims)?,
        };
        let Some(sets) = &self.claim_sets else { return Ok(()) };
        let Some(claims) = &self.claims else { return Err(DcqlError::ClaimSetsWithoutClaims) };
        if claims.iter().any(|claim| claim.id.is_none()) {
            return Err(DcqlError::ClaimWithoutId);
        }
        bounded(sets.len(), MAX_CLAIM_SETS, "claim_sets")?;
        for set in sets {
            bounded(set.len(), MAX_CLAIMS, "claim_sets")?;
            if let Some(unknown) = set.iter().find(|id| !ids.contains(id.as_str())) {
                return Err(DcqlError::Unknown(unknown.clone()));
            }
        }
        Ok(())
    }

    /// The first combination of claims that this credential can deliver, or none (6.4.1). Each claim is looked for once,
    /// however many combinations name it.
    #[must_use]
    pub fn select_claims(&self, credential: &Value) -> Option<Vec<&ClaimsQuery>> {
        let Some(claims) = &self.claims else { return Some(Vec::new()) };
        if self.claim_sets.is_none() {
            return claims.iter().all(|claim| claim.matches(credential)).then(|| claims.iter().collect());
        }
        self.deliverable_sets(credential).into_iter().next().map(|(_, set)| set)
    }

    /// Every combination of claims that this credential can deliver, with its place in `claim_sets`, the most wanted first (6.4.1).
    #[must_use]
    pub fn deliverable_sets(&self, credential: &Value) -> Vec<(usize, Vec<&ClaimsQuery>)> {
        let (Some(claims), Some(sets)) = (&self.claims, &self.claim_sets) else { return Vec::new() };
        let deliverable: BTreeMap<&str, &ClaimsQuery> = claims
            .iter()
            .filter(|claim| claim.matches(credential))
            .filter_map(|claim| Some((claim.id.as_deref()?, claim)))
            .collect();
        let whole = |set: &[String]| -> Option<Vec<&ClaimsQuery>> {
            set.iter().map(|id| deliverable.get(id.as_str()).copied()).collect()
        };
        sets.iter().enumerate().filter_map(|(place, set)| Some((place, whole(set)?))).collect()
    }
}

fn validate_claims(claims: &[ClaimsQuery]) -> Result<BTreeSet<&str>, DcqlError> {
    bounded(claims.len(), MAX_CLAIMS, "claims")?;
    let mut ids = BTreeSet::new();
    for claim in claims {
        if let Some(id) = &claim.id {
            identifier(id)?;
            if !ids.insert(id.as_str()) {
                return Err(DcqlError::Duplicate(id.clone()));
            }
        }
        bounded(claim.path.0.len(), MAX_PATH, "path")?;
        for element in &claim.path.0 {
            if let PathElement::Key(key) = element {
                text(key)?;
            }
        }
        if let Some(values) = &claim.values {
            bounded(values.len(), MAX_VALUES, "values")?;
        }
    }
    Ok(ids)
}

impl Meta {
    fn validate(&self, format: &str) -> Result<(), DcqlError> {
        match format {
            "dc+sd-jwt" => {
                let Some(values) = &self.vct_values else { return Ok(()) };
                bounded(values.len(), MAX_VALUES, "vct_values")?;
                values.iter().try_for_each(|value| text(value))
            }
            "ldp_vc" | "jwt_vc_json" | "vc+jwt" | "vc+sd-jwt" | "vc+cose" => {
                let Some(values) = &self.type_values else { return Ok(()) };
                bounded(values.len(), MAX_VALUES, "type_values")?;
                for types in values {
                    bounded(types.len(), MAX_VALUES, "type_values")?;
                    types.iter().try_for_each(|value| text(value))?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether the expanded types (`ldp_vc`) or the `vct` (`dc+sd-jwt`) answer the constraint; without one, any do (6.1).
    #[must_use]
    pub fn accepts(&self, format: &str, types: &[String]) -> bool {
        match format {
            "dc+sd-jwt" => {
                self.vct_values.as_ref().is_none_or(|wanted| types.iter().any(|vct| wanted.contains(vct)))
            }
            _ => self.type_values.as_ref().is_none_or(|alternatives| {
                alternatives.iter().any(|wanted| wanted.iter().all(|one| types.contains(one)))
            }),
        }
    }
}

impl ClaimsQuery {
    /// Whether the claim is there and, where values are asked for, has one of them (6.3).
    #[must_use]
    pub fn matches(&self, credential: &Value) -> bool {
        let Ok(selected) = self.path.select(credential) else { return false };
        match &self.values {
            None => true,
            Some(wanted) => selected.iter().any(|found| wanted.iter().any(|value| value.equals(found))),
        }
    }
}

impl ClaimsPath {
    /// The elements a path selects, processed as 7.1.1 says.
    pub fn select<'a>(&self, credential: &'a Value) -> Result<Vec<&'a Value>, PathError> {
        let mut selected = vec![credential];
        for element in &self.0 {
            let mut next = Vec::new();
            for value in selected {
                match element {
                    PathElement::Key(key) => {
                        next.extend(value.as_object().ok_or(PathError::NotAnObject)?.get(key));
                    }
                    PathElement::All => next.extend(value.as_array().ok_or(PathError::NotAnArray)?),
                    PathElement::Index(index) => {
                        let array = value.as_array().ok_or(PathError::NotAnArray)?;
                        next.extend(usize::try_from(*index).ok().and_then(|index| array.get(index)));
                    }
                }
            }
            selected = next;
        }
        if selected.is_empty() { Err(PathError::Nothing) } else { Ok(selected) }
    }

    /// The key at a place of the path, if there is one.
    #[must_use]
    pub fn key_at(&self, place: usize) -> Option<&str> {
        match self.0.get(place) {
            Some(PathElement::Key(key)) => Some(key),
            Some(PathElement::All | PathElement::Index(_)) | None => None,
        }
    }

    /// The keys of a path that has nothing but keys.
    #[must_use]
    pub fn keys(&self) -> Option<Vec<&str>> {
        self.0
            .iter()
            .map(|element| match element {
                PathElement::Key(key) => Some(key.as_str()),
                PathElement::All | PathElement::Index(_) => None,
            })
            .collect()
    }
}

impl ClaimValue {
    /// Type and value both match exactly (6.3).
    #[must_use]
    pub fn equals(&self, found: &Value) -> bool {
        match self {
            Self::Text(text) => found.as_str() == Some(text),
            Self::Integer(number) => found.as_i64() == Some(*number),
            Self::Boolean(flag) => found.as_bool() == Some(*flag),
        }
    }
}

impl<'de> Deserialize<'de> for PathElement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(key) => Ok(Self::Key(key)),
            Value::Null => Ok(Self::All),
            Value::Number(number) => number.as_u64().map(Self::Index).ok_or_else(bad_element),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(bad_element()),
        }
    }
}

fn bad_element<E: serde::de::Error>() -> E {
    E::custom("a path element is a string, null or a non-negative integer")
}

impl Serialize for PathElement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Key(key) => serializer.serialize_str(key),
            Self::All => serializer.serialize_unit(),
            Self::Index(index) => serializer.serialize_u64(*index),
        }
    }
}

impl<'de> Deserialize<'de> for ClaimValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) if text.len() <= MAX_TEXT => Ok(Self::Text(text)),
            Value::Bool(flag) => Ok(Self::Boolean(flag)),
            Value::Number(number) => number
                .as_i64()
                .map(Self::Integer)
                .ok_or_else(|| D::Error::custom("a value is not an integer")),
            _ => Err(D::Error::custom("a value is a string, an integer or a boolean")),
        }
    }
}

impl Serialize for ClaimValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Boolean(flag) => serializer.serialize_bool(*flag),
        }
    }
}

fn bounded(count: usize, limit: usize, what: &'static str) -> Result<(), DcqlError> {
    match count {
        0 => Err(DcqlError::Empty(what)),
        count if count > limit => Err(DcqlError::TooMany(what)),
        _ => Ok(()),
    }
}

fn text(text: &str) -> Result<(), DcqlError> {
    if text.len() > MAX_TEXT { Err(DcqlError::TooLong) } else { Ok(()) }
}

fn identifier(id: &str) -> Result<(), DcqlError> {
    let fits = !id.is_empty()
        && id.len() <= 64
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if fits { Ok(()) } else { Err(DcqlError::BadIdentifier) }
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_true(flag: &bool) -> bool {
    *flag
}

/// Reads a query from parsed JSON and validates it.
impl TryFrom<Map<String, Value>> for Query {
    type Error = serde_json::Error;

    fn try_from(members: Map<String, Value>) -> Result<Self, Self::Error> {
        let query: Self = serde_json::from_value(Value::Object(members))?;
        query.validate().map_err(serde_json::Error::custom)?;
        Ok(query)
    }
}

#[cfg(test)]
#[path = "dcql/tests.rs"]
mod tests;
