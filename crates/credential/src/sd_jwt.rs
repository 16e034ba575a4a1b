//! SD-JWT (RFC 9901) and SD-JWT VC: issued, presented with key binding, parsed strictly.

mod issue;
mod parse;
mod present;

use keys::PublicKey;
use serde_json::{Map, Value};

use crate::enveloped::{Content, Envelope};
use crate::jwt;
use crate::outcome::Fault;

pub use issue::{issue, issue_certified};
pub(crate) use issue::{pointer, withhold_from};
use parse::Disclosed;
pub(crate) use parse::parse_by_any;
pub use parse::{Parsed, parse};
pub use present::{KeyBinding, PreparedPresentation, present, present_named, present_saying, select};
pub(crate) use present::{check_key_binding, holder_key};

/// The media type of SD-JWT VC, as `typ` has it.
pub const TYPE: &str = "dc+sd-jwt";
/// The `typ` of a key-binding JWT (RFC 9901, 4.3).
pub const KEY_BINDING_TYPE: &str = "kb+jwt";

/// A step into claims.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathElement {
    Name(String),
    Index(usize),
}

pub type ClaimPath = Vec<PathElement>;

/// What to issue.
#[derive(Clone, Debug)]
pub struct NewSdJwt {
    /// The payload in clear, `iss`, `vct`, `iat`, `exp`, `status` and so on among it; `cnf` is added.
    pub claims: Map<String, Value>,
    /// Which claims the holder may withhold. Inner paths may be listed besides outer ones.
    pub disclosable: Vec<ClaimPath>,
    pub holder_key: Option<PublicKey>,
    /// Digests that belong to nothing, in each object with withheld claims.
    pub decoys: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    #[error("the claims cannot be issued as they are")]
    Claims(Vec<Fault>),
    #[error(transparent)]
    Signing(#[from] keys::SignError),
}

/// SD-JWT VC, 3.2.2.2: claims that a verifier needs to judge the rest, never withheld.
const NEVER_WITHHELD: [&str; 8] = ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "_sd_alg"];

/// Claims that speak about the token rather than its subject.
pub(crate) const ABOUT_THE_TOKEN: [&str; 11] =
    ["iss", "iat", "nbf", "exp", "aud", "jti", "cnf", "vct", "vct#integrity", "status", "_sd_alg"];

/// What the issuer-signed JWT of an SD-JWT says it is, where that is one of the envelopes of the VC Data
/// Model and no SD-JWT VC. Nothing of it has been verified.
pub(crate) fn envelope_of(text: &str) -> Option<Content> {
    let token = text.split('~').next().unwrap_or_default();
    let header = jwt::take_apart(token).ok()?.header;
    let typ = header.get("typ")?.as_str()?;
    Content::ALL.into_iter().find(|content| jwt::is_type(typ, Envelope::SdJwt.subtype(*content)))
}

#[cfg(test)]
mod tests;
