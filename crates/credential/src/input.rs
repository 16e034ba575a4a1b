//! What arrives: JSON of a Data Integrity credential or presentation, or the compact text of an SD-JWT.

use serde_json::Value;

use crate::limits;

/// The securing mechanism, by its OID4VC format identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    LdpVc,
    SdJwtVc,
}

impl Format {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LdpVc => "ldp_vc",
            Self::SdJwtVc => "dc+sd-jwt",
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
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    #[error("larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: usize },
    #[error("not JSON, nested too deeply, or with a member twice")]
    Malformed,
    #[error("neither a JSON object nor the text of an SD-JWT")]
    OtherKind,
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
        if text.contains('~') { Ok(Self::Compact(text.to_owned())) } else { Err(InputError::OtherKind) }
    }

    /// An element of a `vp_token`, or a `verifiableCredential` of the VC API.
    pub fn from_value(value: Value) -> Result<Self, InputError> {
        match value {
            Value::Object(_) => Ok(Self::Json(value)),
            Value::String(text) if text.contains('~') => Ok(Self::Compact(text)),
            _ => Err(InputError::OtherKind),
        }
    }

    #[must_use]
    pub fn format(&self) -> Format {
        match self {
            Self::Json(_) => Format::LdpVc,
            Self::Compact(_) => Format::SdJwtVc,
        }
    }
}
