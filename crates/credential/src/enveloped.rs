//! Envelopes: a document of the VC Data Model as the payload of a JWT, an SD-JWT or a COSE_Sign1
//! (W3C Securing Verifiable Credentials using JOSE and COSE, 3).
//!
//! The payload is the document itself, beside the registered claims of the envelope: there is no `vc` and no
//! `vp` claim. Each form has a media type for a credential and one for a presentation, which `typ` repeats, so
//! that nothing signed as the one can be shown as the other.

pub(crate) mod cose;
mod curves;
mod data_url;
mod given_key;
mod open;
mod secure;

pub use curves::{KeyError, PrivateJwk, PublicJwk};
pub use data_url::{from_data_url, wrap};
pub(crate) use data_url::{kind, unwrap};
pub use given_key::{Refused, secure_with, verify_with};
pub(crate) use open::{Opened, open};
pub use open::{content_of, key_id_of};
pub(crate) use secure::check_terms;
pub use secure::{
    Binding, EnvelopeOptions, Prepared, prepare_presentation, secure_credential, secure_presentation,
};

/// The form of the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Envelope {
    /// 3.1: a compact JWS.
    Jwt,
    /// 3.2: a compact SD-JWT.
    SdJwt,
    /// 3.3: a COSE_Sign1.
    Cose,
}

/// What is in the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    Credential,
    Presentation,
}

impl Envelope {
    pub const ALL: [Self; 3] = [Self::Jwt, Self::SdJwt, Self::Cose];

    /// The media type without `application/`: what `typ` says.
    #[must_use]
    pub fn subtype(self, content: Content) -> &'static str {
        match (self, content) {
            (Self::Jwt, Content::Credential) => "vc+jwt",
            (Self::Jwt, Content::Presentation) => "vp+jwt",
            (Self::SdJwt, Content::Credential) => "vc+sd-jwt",
            (Self::SdJwt, Content::Presentation) => "vp+sd-jwt",
            (Self::Cose, Content::Credential) => "vc+cose",
            (Self::Cose, Content::Presentation) => "vp+cose",
        }
    }

    /// Reads the name that the envelope of a credential has: `vc+jwt`, `vc+sd-jwt` or `vc+cose`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|envelope| envelope.subtype(Content::Credential) == text)
    }

    #[must_use]
    pub fn media_type(self, content: Content) -> String {
        format!("application/{}", self.subtype(content))
    }
}

impl Content {
    pub const ALL: [Self; 2] = [Self::Credential, Self::Presentation];

    /// The media type of the payload without `application/`: what `cty` says.
    #[must_use]
    pub fn subtype(self) -> &'static str {
        match self {
            Self::Credential => "vc",
            Self::Presentation => "vp",
        }
    }

    /// The type of the JSON object that carries an envelope (VC Data Model 2.0, 4.13 and 4.14).
    #[must_use]
    pub fn enveloping_type(self) -> &'static str {
        match self {
            Self::Credential => "EnvelopedVerifiableCredential",
            Self::Presentation => "EnvelopedVerifiablePresentation",
        }
    }
}

/// Claims of the envelope, which are no terms of the document (RFC 7519, 4.1; RFC 7800; Token Status List, 6).
pub(crate) const ABOUT_THE_ENVELOPE: [&str; 10] =
    ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "nonce", "status"];

/// Securing Verifiable Credentials using JOSE and COSE, 3.1.1: claims of version 1.1 that must not be there.
pub(crate) const REFUSED: [&str; 2] = ["vc", "vp"];

#[cfg(test)]
mod tests;
