//! Of which kind a holder key is: P-256, or Ed25519 where an issuer takes nothing else.
//!
//! The decision. The key of a device is of P-256: every browser down to our floor makes such keys, HAIP 1.0, 7 has every verifier
//! understand ES256, and the Fund, PINs and PKCS#11 tokens know no other. An issuer that takes a P-256 key in any way is given one,
//! also where it lists Ed25519 first: the order in its metadata means nothing (OID4VCI 1.0, 12.2.4), and a credential bound to an
//! Ed25519 key can be shown to fewer verifiers. Only for a credential whose issuer takes Ed25519 alone the phone makes Ed25519 keys,
//! as it makes those of further copies: fresh for the offer, one for each copy, named by the device's key and lost with it. A browser
//! that makes none is told so before a code is used up.
//!
//! Given up: an operator's wish for Ed25519 where both are taken. Nobody who holds a credential would notice what it is good for, and
//! whoever meets a verifier of ES256 alone would.

use keys::{Algorithm, PublicKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::vp::VpFormats;

use crate::dcql::{LDP_VC, SD_JWT, VC_COSE, VC_JWT, VC_SD_JWT};

/// A kind of key that a holder can have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyKind {
    #[default]
    P256,
    Ed25519,
}

impl KeyKind {
    /// In the order in which they are tried.
    pub const ALL: [Self; 2] = [Self::P256, Self::Ed25519];

    /// Nothing for keys that no holder has.
    #[must_use]
    pub fn of(key: &PublicKey) -> Option<Self> {
        match key.algorithm() {
            Algorithm::P256 => Some(Self::P256),
            Algorithm::Ed25519 => Some(Self::Ed25519),
            Algorithm::P384 | Algorithm::Bls12381G2 => None,
        }
    }

    /// Its JOSE names: `EdDSA` is what most know (RFC 8037, 3.1), `Ed25519` is fully specified (RFC 9864, 2.2).
    #[must_use]
    pub const fn jose(self) -> &'static [&'static str] {
        match self {
            Self::P256 => &["ES256"],
            Self::Ed25519 => &["EdDSA", "Ed25519"],
        }
    }

    /// Its COSE numbers: `ES256` and `EdDSA` (RFC 9053, 2.1 and 2.2), and the fully specified ones (RFC 9864, 3).
    const fn cose(self) -> [i64; 2] {
        match self {
            Self::P256 => [-7, -9],
            Self::Ed25519 => [-8, -19],
        }
    }

    /// The cryptosuites of Data Integrity that sign with it.
    #[must_use]
    pub const fn suites(self) -> &'static [&'static str] {
        match self {
            Self::P256 => &["ecdsa-rdfc-2019", "ecdsa-jcs-2019"],
            Self::Ed25519 => &["eddsa-rdfc-2022", "eddsa-jcs-2022"],
        }
    }

    /// The name under which it signs a presentation in this format: an algorithm of JOSE, or a cryptosuite. Nothing where the verifier
    /// takes none of them; one that does not say what it takes is taken to take all.
    #[must_use]
    pub fn signs(self, format: &str, taken: &VpFormats) -> Option<&'static str> {
        let (names, listed): (&[&str], Option<&Vec<String>>) = match format {
            VC_COSE if taken.vc_cose.as_ref().is_some_and(|it| !self.among(&it.alg_values)) => return None,
            LDP_VC => (self.suites(), taken.ldp_vc.as_ref().map(|it| &it.cryptosuite_values)),
            SD_JWT => (self.jose(), taken.sd_jwt.as_ref().map(|it| &it.kb_jwt_alg_values)),
            VC_SD_JWT => (self.jose(), taken.vc_sd_jwt.as_ref().map(|it| &it.kb_jwt_alg_values)),
            // Made under the first name alone.
            VC_JWT => (self.jose().get(..1)?, taken.vc_jwt.as_ref().map(|it| &it.alg_values)),
            VC_COSE => (self.jose().get(..1)?, None),
            _ => (self.jose(), None),
        };
        let listed = listed.filter(|it| !it.is_empty());
        names.iter().find(|name| listed.is_none_or(|it| it.iter().any(|one| one == *name))).copied()
    }

    /// Whether one of its numbers is listed, or nothing is.
    fn among(self, listed: &[Value]) -> bool {
        listed.is_empty() || self.cose().iter().any(|own| listed.iter().any(|it| it.as_i64() == Some(*own)))
    }
}

/// By which DID a holder is known, and the method of it that is their key: that of which the credential is, `did:jwk` elsewhere.
#[must_use]
pub fn holder_did(key: &PublicKey, subject: Option<&str>) -> (String, String) {
    let by_key = key.did_key();
    if subject == Some(by_key.as_str()) {
        let method = format!("{by_key}#{}", key.to_multikey());
        return (by_key, method);
    }
    let by_jwk = key.did_jwk();
    let method = format!("{by_jwk}#0");
    (by_jwk, method)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn verifier_is_signed_for_under_a_name_that_it_takes() {
        let taken: VpFormats = serde_json::from_value(json!({
            "dc+sd-jwt": { "kb-jwt_alg_values": ["Ed25519"] }, "ldp_vc": { "cryptosuite_values": ["eddsa-jcs-2022", "ecdsa-rdfc-2019"] },
            "vc+jwt": { "alg_values": ["Ed25519"] }, "vc+sd-jwt": { "kb-jwt_alg_values": ["ES256"] }, "vc+cose": { "alg_values": [-7] }
        }))
        .unwrap();
        for (kind, format, name) in [
            (KeyKind::Ed25519, SD_JWT, Some("Ed25519")),
            (KeyKind::P256, SD_JWT, None),
            (KeyKind::Ed25519, LDP_VC, Some("eddsa-jcs-2022")),
            (KeyKind::P256, LDP_VC, Some("ecdsa-rdfc-2019")),
            (KeyKind::Ed25519, VC_JWT, None),
            (KeyKind::P256, VC_SD_JWT, Some("ES256")),
            (KeyKind::Ed25519, VC_SD_JWT, None),
            (KeyKind::P256, VC_COSE, Some("ES256")),
            (KeyKind::Ed25519, VC_COSE, None),
        ] {
            assert_eq!(kind.signs(format, &taken), name, "{kind:?} {format}");
        }
        let silent = VpFormats::default();
        assert_eq!(KeyKind::P256.signs(SD_JWT, &silent), Some("ES256"));
        assert_eq!(KeyKind::Ed25519.signs(SD_JWT, &silent), Some("EdDSA"));
        assert_eq!(KeyKind::Ed25519.signs(VC_COSE, &silent), Some("EdDSA"));
        assert_eq!(KeyKind::Ed25519.signs(LDP_VC, &silent), Some("eddsa-rdfc-2022"));
    }

    #[test]
    fn holder_is_known_by_the_name_in_the_credential() {
        let key = PublicKey::P256([2; 33]);
        let (did, method) = holder_did(&key, Some(&key.did_key()));
        assert_eq!((did.as_str(), method.starts_with(&format!("{did}#z"))), (key.did_key().as_str(), true));
        for other in [None, Some("did:key:zOther"), Some("https://people.example/1")] {
            assert_eq!(holder_did(&key, other), (key.did_jwk(), format!("{}#0", key.did_jwk())));
        }
    }
}
