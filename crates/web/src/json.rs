//! JSON from strangers: bounded in bytes and depth, no duplicate members, one error envelope per route group.

use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use futures_util::StreamExt as _;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize as _, Serialize};

use crate::{OAuthError, Problem};

/// Bounds for JSON bodies; put another one into the app data of a scope or resource to change them there.
#[derive(Clone, Copy, Debug)]
pub struct JsonLimits {
    pub max_bytes: usize,
    pub max_depth: usize,
}

impl Default for JsonLimits {
    fn default() -> Self {
        Self { max_bytes: 256 * 1024, max_depth: 32 }
    }
}

/// Why a body is not acceptable JSON.
#[derive(Debug, thiserror::Error)]
pub enum JsonFault {
    #[error("the body must be application/json without content encoding")]
    MediaType,
    #[error("the body exceeds {0} bytes")]
    TooLarge(usize),
    #[error("the body ended early")]
    Interrupted,
    #[error("objects and arrays are nested deeper than {0} levels")]
    TooDeep(usize),
    #[error("an object names a member twice (line {line}, column {column})")]
    Duplicate { line: usize, column: usize },
    #[error("not JSON at line {line}, column {column}")]
    Syntax { line: usize, column: usize },
    /// Well-formed, but not of the expected shape.
    #[error("{0}")]
    Shape(String),
}

impl JsonFault {
    const fn status(&self) -> StatusCode {
        match self {
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Interrupted
            | Self::TooDeep(_)
            | Self::Duplicate { .. }
            | Self::Syntax { .. }
            | Self::Shape(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl From<JsonFault> for Problem {
    fn from(fault: JsonFault) -> Self {
        let (slug, title) = match &fault {
            JsonFault::MediaType => ("unsupported-media-type", "The body has the wrong media type"),
            JsonFault::TooLarge(_) => ("too-large", "The body is too large"),
            JsonFault::TooDeep(_) => ("json-too-deep", "The JSON is nested too deeply"),
            JsonFault::Duplicate { .. } => ("json-duplicate-member", "The JSON names a member twice"),
            JsonFault::Interrupted | JsonFault::Syntax { .. } => ("json-syntax", "The body is not JSON"),
            JsonFault::Shape(_) => ("json-shape", "The JSON has another shape than expected"),
        };
        Self::new(fault.status(), slug, title).detail(fault.to_string())
    }
}

impl From<JsonFault> for OAuthError {
    fn from(fault: JsonFault) -> Self {
        Self::new(fault.status(), "invalid_request", fault.to_string())
    }
}

/// A JSON body in, with faults as [`Problem`]; a JSON body out.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

/// The same for OAuth-shaped routes: faults are `invalid_request`.
#[derive(Clone, Debug)]
pub struct OAuthJson<T>(pub T);

impl<T> Json<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> OAuthJson<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

type Extracting<T, E> = Pin<Box<dyn Future<Output = Result<T, E>>>>;

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Extracting<Self, Problem>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = read(request, payload);
        Box::pin(async move { Ok(Self(body.await?)) })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for OAuthJson<T> {
    type Error = OAuthError;
    type Future = Extracting<Self, OAuthError>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = read(request, payload);
        Box::pin(async move { Ok(Self(body.await?)) })
    }
}

impl<T: Serialize> Responder for Json<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

impl<T: Serialize> Responder for OAuthJson<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(self.0)
    }
}

fn read<T: DeserializeOwned + 'static>(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<T, JsonFault>> + 'static {
    let limits = request.app_data::<JsonLimits>().copied().unwrap_or_default();
    let acceptable = is_json(request) && !request.headers().contains_key(CONTENT_ENCODING);
    let payload = payload.take();
    async move {
        if !acceptable {
            return Err(JsonFault::MediaType);
        }
        parse(&collect(payload, limits.max_bytes).await?, limits.max_depth)
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

async fn collect(mut payload: Payload, max_bytes: usize) -> Result<Bytes, JsonFault> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| JsonFault::Interrupted)?;
        if body.len().saturating_add(chunk.len()) > max_bytes {
            return Err(JsonFault::TooLarge(max_bytes));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Parses JSON that came from outside by other ways than a body (a form member, a file) under the same rules.
pub fn parse<T: DeserializeOwned>(json: &[u8], max_depth: usize) -> Result<T, JsonFault> {
    check(json, max_depth)?;
    serde_json::from_slice(json).map_err(|error| {
        let mut text = error.to_string();
        text.truncate(text.char_indices().nth(200).map_or(text.len(), |(at, _)| at));
        JsonFault::Shape(text)
    })
}

/// serde_json's private names for exact numbers; an object that uses them could pose as a number.
const PRIVATE: &str = "$serde_json::private";

fn check(json: &[u8], max_depth: usize) -> Result<(), JsonFault> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let whole = Strict { levels_left: max_depth }.deserialize(&mut deserializer);
    whole.and_then(|()| deserializer.end()).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        match error.to_string() {
            text if text.starts_with(TOO_DEEP) || text.starts_with("recursion limit") => {
                JsonFault::TooDeep(max_depth)
            }
            text if text.starts_with(DUPLICATE) => JsonFault::Duplicate { line, column },
            _ => JsonFault::Syntax { line, column },
        }
    })
}

const TOO_DEEP: &str = "nested too deeply";
const DUPLICATE: &str = "duplicate member";

/// Walks a whole document and keeps nothing.
struct Strict {
    levels_left: usize,
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let levels_left = self.levels_left.checked_sub(1).ok_or_else(|| A::Error::custom(TOO_DEEP))?;
        while items.next_element_seed(Strict { levels_left })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = members.next_key_seed(Name)? {
            if name.starts_with(PRIVATE) {
                // An exact number arrives as a map with this one key; its value is the digits.
                members.next_value::<Digits>()?;
                continue;
            }
            let levels_left = self.levels_left.checked_sub(1).ok_or_else(|| A::Error::custom(TOO_DEEP))?;
            members.next_value_seed(Strict { levels_left })?;
            if !seen.insert(name) {
                return Err(A::Error::custom(DUPLICATE));
            }
        }
        Ok(())
    }
}

struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        String::deserialize(deserializer)
    }
}

struct Digits;

impl<'de> serde::Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
        if number { Ok(Self) } else { Err(D::Error::custom("not a number")) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn fault(json: &str) -> JsonFault {
        parse::<Value>(json.as_bytes(), 4).unwrap_err()
    }

    #[test]
    fn ordinary_json_is_accepted_to_the_last_level() {
        for json in ["1.50", "[[[[1e400]]]]", r#"{"a":{"b":{"c":{"d":-0}}},"e":null}"#, r#""x""#] {
            assert!(parse::<Value>(json.as_bytes(), 4).is_ok(), "{json}");
        }
    }

    #[test]
    fn one_level_more_is_refused() {
        assert!(matches!(fault("[[[[[]]]]]"), JsonFault::TooDeep(4)));
        assert!(matches!(fault(&"[".repeat(200_000)), JsonFault::TooDeep(4)));
        assert!(matches!(fault(&r#"{"a":"#.repeat(200_000)), JsonFault::TooDeep(4)));
    }

    #[test]
    fn duplicate_members_are_refused_even_when_escaped() {
        assert!(matches!(fault(r#"{"a":1,"b":2,"a":3}"#), JsonFault::Duplicate { .. }));
        assert!(matches!(fault(r#"{"a":1,"\u0061":3}"#), JsonFault::Duplicate { .. }));
        assert!(matches!(fault(r#"[{"x":{"y":1,"y":1}}]"#), JsonFault::Duplicate { .. }));
    }

    #[test]
    fn text_after_the_document_is_refused() {
        assert!(matches!(fault("{} {}"), JsonFault::Syntax { .. }));
        assert!(matches!(fault(""), JsonFault::Syntax { .. }));
    }

    #[test]
    fn an_object_cannot_pose_as_a_number() {
        assert!(parse::<Value>(br#"{"$serde_json::private::Number":"x"}"#, 4).is_err());
    }
}
