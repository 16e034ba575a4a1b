//! Taking an envelope apart, whatever its form; nothing is verified yet.

use keys::PublicKey;
use serde_json::{Map, Value};

use super::{ABOUT_THE_ENVELOPE, Content, Envelope, REFUSED, cose};
use crate::input::Input;
use crate::outcome::{CheckName, Fault};
use crate::{jwt, sd_jwt};

/// The parts of an envelope.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) envelope: Envelope,
    /// `typ`, `cty`, `kid` and `alg` by their JOSE names, of COSE too.
    pub(crate) header: Map<String, Value>,
    /// The registered claims; those of COSE by their JWT names.
    pub(crate) claims: Map<String, Value>,
    /// The credential or presentation, with everything that is disclosed.
    pub(crate) document: Map<String, Value>,
    pub(crate) signed: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

/// Opens a JWT, an SD-JWT or a COSE_Sign1.
pub(crate) fn open(input: &Input) -> Result<Opened, Fault> {
    match input {
        Input::Jwt(token) => {
            let jwt::Parts { header, claims, signature } = jwt::take_apart(token)?;
            Ok(of_token(Envelope::Jwt, token, header, claims, signature))
        }
        Input::Compact(text) => {
            let parsed = sd_jwt::parse_by_any(text)?;
            Ok(of_token(Envelope::SdJwt, &parsed.issuer_jwt, parsed.header, parsed.claims, parsed.signature))
        }
        Input::Cose(bytes) => cose::open(bytes),
        Input::Json(_) => Err(form("notEnveloped", "the input is not in an envelope")),
    }
}

fn of_token(
    envelope: Envelope,
    token: &str,
    header: Map<String, Value>,
    all: Map<String, Value>,
    signature: Vec<u8>,
) -> Opened {
    let is_registered = |name: &String| ABOUT_THE_ENVELOPE.contains(&name.as_str());
    let (claims, document) = all.into_iter().partition(|(name, _)| is_registered(name));
    let signed = jwt::signed_part(token).as_bytes().to_vec();
    Opened { envelope, header, claims, document, signed, signature }
}

/// Whether what came is by itself a credential or a presentation, as its envelope says; nothing where it has none, or says
/// something else. Nothing is verified.
#[must_use]
pub fn content_of(input: &Input) -> Option<Content> {
    let opened = open(input).ok()?;
    let typ = opened.text("typ").unwrap_or_default();
    Content::ALL.into_iter().find(|content| jwt::is_type(typ, opened.envelope.subtype(*content)))
}

/// The key that an envelope says it was signed with: `kid`. Nothing is verified.
#[must_use]
pub fn key_id_of(input: &Input) -> Option<String> {
    open(input).ok()?.text("kid").map(str::to_owned)
}

impl Opened {
    fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    pub(crate) fn algorithm(&self) -> &str {
        self.text("alg").unwrap_or_default()
    }

    /// What an envelope of this content must say of itself, and must not hold.
    pub(crate) fn check_form(&self, content: Content) -> Vec<Fault> {
        let mut faults = Vec::new();
        let typ = self.text("typ").unwrap_or_default();
        if !jwt::is_type(typ, self.envelope.subtype(content)) {
            faults.push(form("jwtType", "the envelope is of another type"));
        }
        // The type of the payload may be left out; when it is there it must be true.
        let cty = self.header.get("cty");
        if cty.is_some_and(|cty| !cty.as_str().is_some_and(|cty| jwt::is_type(cty, content.subtype()))) {
            faults.push(form("contentType", "the payload of the envelope is of another type"));
        }
        for name in REFUSED {
            if self.document.contains_key(name) {
                faults.push(form("vcClaim", "the claim belongs to version 1.1").at(format!("/{name}")));
            }
        }
        // Nothing would verify it, so nobody may be led to rely on it.
        if self.document.contains_key("proof") {
            faults.push(form("proofInside", "a proof inside of an envelope is not verified").at("/proof"));
        }
        faults
    }

    pub(crate) fn check_signature(&self, key: &PublicKey) -> Result<(), Fault> {
        jwt::check_bytes(&self.signed, &self.signature, jwt::algorithm_of(&self.header)?, key)
    }
}

fn form(code: &'static str, detail: &str) -> Fault {
    Fault::new(CheckName::Form, code, detail)
}
