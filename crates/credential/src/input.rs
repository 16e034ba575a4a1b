//! What arrives: JSON of a Data Integrity credential or presentation, the compact text of an SD-JWT or a
//! JWT, the bytes of a COSE_Sign1, or JSON that envelops one of these three.

use serde_json::Value;

use crate::enveloped;
use crate::{limits, sd_jwt};

/// The securing mechanism, by its OID4VC format identifier. OID4VCI 1.0 has none for the envelopes of
/// "Securing Verifiable Credentials using JOSE and COSE": theirs are the subtypes of their media types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    LdpVc,
    SdJwtVc,
    VcJwt,
    VcSdJwt,
    VcCose,
}

impl Format {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LdpVc => "ldp_vc",
            Self::SdJwtVc => "dc+sd-jwt",
            Self::VcJwt => "vc+jwt",
            Self::VcSdJwt => "vc+sd-jwt",
            Self::VcCose => "vc+cose",
        }
    }

    /// Whether a credential of this format follows the VC Data Model: its types are IRIs and its claims
    /// stand in `credentialSubject`.
    #[must_use]
    pub fn is_vcdm(self) -> bool {
        match self {
            Self::LdpVc | Self::VcJwt | Self::VcSdJwt | Self::VcCose => true,
            Self::SdJwtVc => false,
        }
    }
}

/// A credential or presentation as it arrived.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Secured by Data Integrity.
    Json(Value),
    /// `<issuer-signed JWT>~<disclosure>~...~[<key-binding JWT>]`.
    Compact(String),
    /// `<header>.<payload>.<signature>`.
    Jwt(String),
    /// A COSE_Sign1, tagged or not.
    Cose(Vec<u8>),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    #[error("larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: usize },
    #[error("not JSON, nested too deeply, or with a member twice")]
    Malformed,
    #[error("neither a JSON object nor the text of an SD-JWT or a JWT")]
    OtherKind,
    #[error("the enveloped credential or presentation has no data: URL of a known media type as its id")]
    Envelope,
}

impl Input {
    /// Reads text from a stranger.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        if text.len() > limits::BYTES {
            return Err(InputError::TooLarge { limit_bytes: limits::BYTES });
        }
        let text = text.trim();
        if text.starts_with('{') || text.starts_with('"') {
            return Self::from_value(limits::parse_json(text.as_bytes()).ok_or(InputError::Malformed)?);
        }
        Self::of_text(text)
    }

    /// An element of a `vp_token`, or a `verifiableCredential` of the VC API. What is enveloped is taken out of
    /// its envelope (VC Data Model 2.0, 4.13 and 4.14).
    pub fn from_value(value: Value) -> Result<Self, InputError> {
        match value {
            Value::Object(object) => match enveloped::kind(&object) {
                Some(content) => enveloped::unwrap(&object, content).ok_or(InputError::Envelope),
                None => Ok(Self::Json(Value::Object(object))),
            },
            Value::String(text) => Self::of_text(&text),
            _ => Err(InputError::OtherKind),
        }
    }

    fn of_text(text: &str) -> Result<Self, InputError> {
        if text.contains('~') {
            return Ok(Self::Compact(text.to_owned()));
        }
        let is_compact = text.bytes().filter(|byte| *byte == b'.').count() == 2
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if is_compact { Ok(Self::Jwt(text.to_owned())) } else { Err(InputError::OtherKind) }
    }

    #[must_use]
    pub fn format(&self) -> Format {
        match self {
            Self::Json(_) => Format::LdpVc,
            Self::Compact(text) if sd_jwt::envelope_of(text).is_some() => Format::VcSdJwt,
            Self::Compact(_) => Format::SdJwtVc,
            Self::Jwt(_) => Format::VcJwt,
            Self::Cose(_) => Format::VcCose,
        }
    }
}
