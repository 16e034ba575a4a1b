//! How a held credential is secured, and what of it its holder may leave out when it is shown.

use serde_json::Value;

use crate::dcql::{LDP_VC, SD_JWT, VC_COSE, VC_JWT, VC_SD_JWT};
use crate::held::Held;
use crate::path::{ConcretePath, Step};

/// Data Integrity cryptosuites by which a credential may be secured that is kept here (vc-di-eddsa, vc-di-ecdsa and vc-di-bbs).
pub const SUITES: [&str; 6] =
    ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019", "ecdsa-sd-2023", "bbs-2023"];
/// What issuers name as well, though these are no cryptosuites: what they give may be in a known one.
const ALGORITHMS: [&str; 4] = ["EdDSA", "Ed25519", "ES256", "ES384"];
/// Of which the holder has a base proof, from which a proof over parts is derived for each verifier.
const SELECTIVE: [&str; 2] = ["ecdsa-sd-2023", "bbs-2023"];
/// Of which two derived proofs have nothing in common.
const UNLINKABLE: &str = "bbs-2023";

/// How a credential is secured, which decides how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Securing {
    /// With disclosures and a key binding (`dc+sd-jwt`, `vc+sd-jwt`).
    SdJwt,
    /// In an envelope, which goes as a whole into the envelope of a presentation (`vc+jwt`, `vc+cose`).
    Envelope,
    /// By a Data Integrity proof, in a presentation with one (`ldp_vc`).
    Proof,
}

impl Held {
    #[must_use]
    pub fn securing(&self) -> Securing {
        match self.format.as_str() {
            VC_JWT | VC_COSE => Securing::Envelope,
            LDP_VC => Securing::Proof,
            _ => Securing::SdJwt,
        }
    }

    /// Whether it follows the VC Data Model, so that its claims stand in `credentialSubject`.
    #[must_use]
    pub fn is_w3c(&self) -> bool {
        self.format != SD_JWT
    }

    /// The cryptosuite of its only Data Integrity proof.
    #[must_use]
    pub fn suite(&self) -> Option<&str> {
        let proof = match self.credential.get("proof")? {
            Value::Array(proofs) => match proofs.as_slice() {
                [one] => one,
                _ => return None,
            },
            one => one,
        };
        proof.get("cryptosuite")?.as_str()
    }

    /// Whether it has a base proof, which never leaves the wallet: what is shown is derived from it.
    #[must_use]
    pub fn has_base_proof(&self) -> bool {
        self.securing() == Securing::Proof && self.suite().is_some_and(|suite| SELECTIVE.contains(&suite))
    }

    /// Whether it can be shown as a whole only.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        match self.securing() {
            Securing::SdJwt => false,
            Securing::Envelope => true,
            Securing::Proof => !self.has_base_proof(),
        }
    }

    /// Whether an anchoring receipt may go with it. One would tell two showings of a `bbs-2023` credential to be of the same,
    /// and fits nothing that is derived from it.
    #[must_use]
    pub fn shows_receipts(&self) -> bool {
        self.suite() != Some(UNLINKABLE)
    }

    /// Whether a verifier that understands these cryptosuites, or does not say which, can read it.
    #[must_use]
    pub fn is_read_with(&self, suites: &[String]) -> bool {
        let known = |suite: &str| suites.iter().any(|one| one == suite);
        self.securing() != Securing::Proof || suites.is_empty() || self.suite().is_some_and(known)
    }
}

/// Whether what is offered in this format, under the algorithms that its issuer names, is shown in parts.
#[must_use]
pub fn is_offered_in_parts(format: &str, algorithms: &[Value]) -> bool {
    let selective = |name: &Value| name.as_str().is_some_and(|name| SELECTIVE.contains(&name));
    match format {
        SD_JWT | VC_SD_JWT => true,
        LDP_VC => !algorithms.is_empty() && algorithms.iter().all(selective),
        _ => false,
    }
}

/// Whether a credential of this format could be read here. An issuer that names no cryptosuite may have a known one.
#[must_use]
pub fn is_readable(format: &str, algorithms: &[Value]) -> bool {
    let is_suite =
        |name: &Value| name.as_str().is_some_and(|name| SUITES.contains(&name) || ALGORITHMS.contains(&name));
    match format {
        SD_JWT | VC_JWT | VC_SD_JWT | VC_COSE => true,
        LDP_VC => algorithms.is_empty() || algorithms.iter().any(is_suite),
        _ => false,
    }
}

/// What of a document may be left out where its issuer made these JSON Pointers mandatory. Identifiers, types and contexts come
/// with whatever they belong to (vc-di-ecdsa 1.0, 3.4.12); the claims of a subject are chosen one by one.
#[must_use]
pub fn left_out(document: &Value, mandatory: &[String]) -> Vec<ConcretePath> {
    let mandatory: Vec<Vec<String>> = mandatory.iter().map(|pointer| steps(pointer)).collect();
    let mut found = Vec::new();
    leave_out(document, &mut Vec::new(), &mandatory, &mut found);
    found
}

const SUBJECT: &str = "credentialSubject";
const ALWAYS: [&str; 4] = ["@context", "id", "type", "proof"];

fn leave_out(value: &Value, at: &mut ConcretePath, mandatory: &[Vec<String>], found: &mut Vec<ConcretePath>) {
    let names: Vec<String> = at.iter().map(name).collect();
    if mandatory.iter().any(|pointer| names.starts_with(pointer)) {
        return;
    }
    let inside = mandatory.iter().any(|pointer| pointer.starts_with(&names));
    let subject = names.first().is_some_and(|first| first == SUBJECT);
    let is_subject =
        subject && (names.len() == 1 || names.len() == 2 && matches!(at.last(), Some(Step::Index(_))));
    if !inside && !at.is_empty() && !is_subject {
        found.push(at.clone());
        return;
    }
    let mut go = |step: Step, member: &Value| {
        at.push(step);
        leave_out(member, at, mandatory, found);
        at.pop();
    };
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| !ALWAYS.contains(&name.as_str())) {
                go(Step::Key(name.clone()), member);
            }
        }
        Value::Array(items) => {
            for (index, item) in (0u64..).zip(items) {
                go(Step::Index(index), item);
            }
        }
        _ => {}
    }
}

fn name(step: &Step) -> String {
    match step {
        Step::Key(key) => key.clone(),
        Step::Index(index) => index.to_string(),
        Step::All => String::new(),
    }
}

/// The steps of a JSON Pointer (RFC 6901, 4).
fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// The JSON Pointer of a path that names one place.
#[must_use]
pub fn pointer(path: &[Step]) -> String {
    path.iter().map(|step| format!("/{}", name(step).replace('~', "~0").replace('/', "~1"))).collect()
}

#[cfg(test)]
#[path = "securing_tests.rs"]
mod tests;
