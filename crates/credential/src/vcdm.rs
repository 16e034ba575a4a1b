//! The rules of VC Data Model 2.0 (and of 1.1, where they differ) for what a credential and a
//! presentation look like. Form only: undefined terms are found when the document is expanded.

mod parts;
mod related;

use serde_json::{Map, Value};

use crate::context;
use crate::datetime::{self, Offset};
use crate::expand;
use crate::limits;
use crate::outcome::{CheckName, Fault};

pub(crate) use parts::{holder_of, issuer_of, objects, statuses};

const BASE_2: &str = "https://www.w3.org/ns/credentials/v2";
const BASE_1: &str = "https://www.w3.org/2018/credentials/v1";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    One,
    Two,
}

/// Checks a credential that is to be secured: form only, no expansion.
pub fn validate_unsecured(credential: &Value) -> Result<(), Vec<Fault>> {
    let mut rules = Rules::default();
    match credential.as_object() {
        Some(object) => rules.credential(object),
        None => rules.add("notAnObject", "", "a credential is a JSON object"),
    }
    rules.done()
}

/// The same for a presentation.
pub fn validate_presentation(presentation: &Value) -> Result<(), Vec<Fault>> {
    let mut rules = Rules::default();
    match presentation.as_object() {
        Some(object) => rules.presentation(object),
        None => rules.add("notAnObject", "", "a presentation is a JSON object"),
    }
    rules.done()
}

/// The type IRIs of a credential, by the embedded contexts.
pub async fn type_iris(credential: &Value) -> Result<Vec<String>, Vec<Fault>> {
    expand::canonical(credential).await.map(|form| form.types).map_err(|fault| vec![fault])
}

/// Which version the first context announces.
pub(crate) fn version(object: &Map<String, Value>) -> Option<Version> {
    match object.get("@context")?.as_array()?.first()?.as_str()? {
        BASE_2 => Some(Version::Two),
        BASE_1 => Some(Version::One),
        _ => None,
    }
}

/// Collects faults with their places.
#[derive(Default)]
struct Rules {
    faults: Vec<Fault>,
}

impl Rules {
    fn add(&mut self, code: &'static str, pointer: impl Into<String>, detail: &str) {
        self.faults.push(Fault::new(CheckName::Form, code, detail).at(pointer));
    }

    fn done(self) -> Result<(), Vec<Fault>> {
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults) }
    }

    fn credential(&mut self, object: &Map<String, Value>) {
        let version = self.contexts(object);
        self.root_type(object, "VerifiableCredential");
        self.id(object, "");
        self.issuer(object);
        match version {
            Version::Two => self.validity(object, "validFrom", "validUntil", Offset::Required),
            Version::One => {
                if !object.contains_key("issuanceDate") {
                    self.add(
                        "issuanceDate",
                        "/issuanceDate",
                        "a credential of version 1.1 has an issuanceDate",
                    );
                }
                self.validity(object, "issuanceDate", "expirationDate", Offset::UtcIfMissing);
                self.validity(object, "validFrom", "validUntil", Offset::UtcIfMissing);
            }
        }
        for member in ["name", "description"] {
            self.language_value(object.get(member), &format!("/{member}"));
        }
        self.subjects(object);
        self.statuses(object);
        self.schemas(object);
        for member in ["refreshService", "termsOfUse", "evidence", "renderMethod", "confidenceMethod"] {
            self.typed_objects(object, member);
        }
        self.proofs(object);
        related::check(object, &mut self.faults);
    }

    fn presentation(&mut self, object: &Map<String, Value>) {
        self.contexts(object);
        self.root_type(object, "VerifiablePresentation");
        self.id(object, "");
        match object.get("holder") {
            None => {}
            Some(Value::Object(holder)) => self.required_id(holder, "/holder"),
            Some(holder) => self.url(holder, "/holder"),
        }
        self.typed_objects(object, "termsOfUse");
        self.proofs(object);
        let credentials = match object.get("verifiableCredential") {
            None => return,
            Some(Value::Array(credentials)) => credentials.as_slice(),
            Some(single) => std::slice::from_ref(single),
        };
        if credentials.len() > limits::CREDENTIALS {
            self.add("tooManyCredentials", "/verifiableCredential", "there are too many credentials");
        }
        for (index, credential) in credentials.iter().enumerate() {
            if !credential.is_object() {
                let at = format!("/verifiableCredential/{index}");
                self.add("credentialForm", at, "a credential in a presentation is an object");
            }
        }
    }

    /// VC Data Model 2.0, 4.3: an ordered set that begins with the base context.
    fn contexts(&mut self, object: &Map<String, Value>) -> Version {
        let Some(Value::Array(contexts)) = object.get("@context") else {
            self.add("contextForm", "/@context", "the contexts are a list that begins with the base context");
            return Version::Two;
        };
        if contexts.len() > limits::CONTEXTS {
            self.add("contextForm", "/@context", "there are too many contexts");
        }
        for (index, item) in contexts.iter().enumerate() {
            let at = format!("/@context/{index}");
            match item {
                Value::String(url) if context::embedded(url).is_none() => {
                    self.add("unknownContext", at, "the context is not known here");
                }
                Value::String(_) | Value::Object(_) => {}
                _ => self.add("contextForm", at, "a context is a URL or an object"),
            }
        }
        version(object).unwrap_or_else(|| {
            self.add(
                "contextForm",
                "/@context/0",
                "the first context is not the base context of credentials",
            );
            Version::Two
        })
    }

    fn root_type(&mut self, object: &Map<String, Value>, required: &str) {
        match types_of(object.get("type")) {
            Some(types) if types.contains(&required) => {}
            _ => {
                let detail = format!("the type is a term or a list of terms with {required} among them");
                self.add("typeMissing", "/type", &detail);
            }
        }
    }

    fn id(&mut self, object: &Map<String, Value>, at: &str) {
        if let Some(id) = object.get("id") {
            self.url(id, &format!("{at}/id"));
        }
    }

    fn required_id(&mut self, object: &Map<String, Value>, at: &str) {
        match object.get("id") {
            Some(id) => self.url(id, &format!("{at}/id")),
            None => self.add("idMissing", format!("{at}/id"), "the id is missing"),
        }
    }

    fn url(&mut self, value: &Value, at: &str) {
        if !value.as_str().is_some_and(is_url) {
            self.add("notAUrl", at, "the value is not a single URL");
        }
    }

    fn issuer(&mut self, object: &Map<String, Value>) {
        match object.get("issuer") {
            Some(Value::Object(issuer)) => {
                self.required_id(issuer, "/issuer");
                for member in ["name", "description"] {
                    self.language_value(issuer.get(member), &format!("/issuer/{member}"));
                }
            }
            Some(issuer) => self.url(issuer, "/issuer"),
            None => self.add("issuerMissing", "/issuer", "a credential has an issuer"),
        }
    }

    fn validity(&mut self, object: &Map<String, Value>, from: &str, until: &str, offset: Offset) {
        let mut read = |member: &str| {
            let value = object.get(member)?;
            let time = value.as_str().and_then(|text| datetime::parse(text, offset));
            if time.is_none() {
                self.add("dateForm", format!("/{member}"), "the time is not a dateTimeStamp");
            }
            time
        };
        if let (Some(begin), Some(end)) = (read(from), read(until))
            && begin > end
        {
            self.add("validityOrder", format!("/{until}"), "the credential ends before it begins");
        }
    }

    /// VC Data Model 2.0, 11.1: a string, or objects of value, language and direction and nothing else.
    fn language_value(&mut self, value: Option<&Value>, at: &str) {
        let Some(value) = value else { return };
        let is_right = match value {
            Value::Array(items) => !items.is_empty() && items.iter().all(is_language_object),
            Value::String(_) => true,
            other => is_language_object(other),
        };
        if !is_right {
            self.add("languageValue", at, "the value is neither a string nor a language value object");
        }
    }

    fn subjects(&mut self, object: &Map<String, Value>) {
        let subjects = match object.get("credentialSubject") {
            None => return self.add("subjectMissing", "/credentialSubject", "a credential has a subject"),
            Some(Value::Array(subjects)) if !subjects.is_empty() => subjects.as_slice(),
            Some(single) => std::slice::from_ref(single),
        };
        for (index, subject) in subjects.iter().enumerate() {
            let at = place("credentialSubject", object, index);
            match subject.as_object() {
                Some(claims) if !claims.is_empty() => self.id(claims, &at),
                _ => self.add("subjectForm", at, "a subject is an object with at least one claim"),
            }
        }
    }

    fn statuses(&mut self, object: &Map<String, Value>) {
        for (at, status) in self.typed_objects(object, "credentialStatus") {
            if types_of(status.get("type")).is_some_and(|types| types.contains(&"BitstringStatusListEntry"))
                && parts::bitstring(status).is_none()
            {
                self.add("statusForm", at, "the entry lacks a purpose, an index or a list");
            }
        }
    }

    fn schemas(&mut self, object: &Map<String, Value>) {
        for (at, schema) in self.typed_objects(object, "credentialSchema") {
            if !schema.contains_key("id") {
                self.add("idMissing", format!("{at}/id"), "a schema has an id");
            }
        }
    }

    /// Members whose values must say what they are (VC Data Model 2.0, 4.5).
    fn typed_objects<'a>(
        &mut self,
        object: &'a Map<String, Value>,
        member: &str,
    ) -> Vec<(String, &'a Map<String, Value>)> {
        let mut found = Vec::new();
        for (index, item) in parts::list(object.get(member)).iter().enumerate() {
            let at = place(member, object, index);
            let Some(item) = item.as_object() else {
                self.add("notAnObject", at, "the value is not an object");
                continue;
            };
            if types_of(item.get("type")).is_none() {
                self.add("typeMissing", format!("{at}/type"), "the object has no type");
            }
            self.id(item, &at);
            found.push((at, item));
        }
        found
    }

    fn proofs(&mut self, object: &Map<String, Value>) {
        for (index, proof) in parts::list(object.get("proof")).iter().enumerate() {
            if !proof.get("type").is_some_and(Value::is_string) {
                let at = place("proof", object, index);
                self.add("typeMissing", format!("{at}/type"), "a proof is an object with a type");
            }
        }
    }
}

/// JSON Pointer to one of one or more values.
fn place(member: &str, object: &Map<String, Value>, index: usize) -> String {
    match object.get(member) {
        Some(Value::Array(_)) => format!("/{member}/{index}"),
        _ => format!("/{member}"),
    }
}

/// One or more terms or URLs; `None` when the value is anything else.
fn types_of(value: Option<&Value>) -> Option<Vec<&str>> {
    let types: Vec<&str> = match value? {
        Value::String(single) => vec![single],
        Value::Array(items) => items.iter().map(Value::as_str).collect::<Option<_>>()?,
        _ => return None,
    };
    (!types.is_empty() && types.iter().all(|name| !name.is_empty())).then_some(types)
}

fn is_language_object(value: &Value) -> bool {
    let Some(object) = value.as_object() else { return false };
    object.get("@value").is_some_and(Value::is_string)
        && object.iter().all(|(name, value)| match (name.as_str(), value.as_str()) {
            ("@value", Some(_)) => true,
            ("@language", Some(tag)) => is_language_tag(tag),
            ("@direction", Some(direction)) => matches!(direction, "ltr" | "rtl"),
            _ => false,
        })
}

/// The shape of BCP 47, without its registry.
fn is_language_tag(tag: &str) -> bool {
    tag.split('-').enumerate().all(|(index, part)| {
        (1..=8).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphabetic() || (index > 0 && byte.is_ascii_digit()))
    })
}

/// An absolute URL (or other URI) without the characters that the URL standard forgives.
pub(crate) fn is_url(text: &str) -> bool {
    let forgiven = |it: char| it <= ' ' || it == '\u{7f}' || "<>\"{}|\\^`".contains(it);
    text.len() <= 2048 && !text.contains(forgiven) && url::Url::parse(text).is_ok()
}

#[cfg(test)]
mod tests;
