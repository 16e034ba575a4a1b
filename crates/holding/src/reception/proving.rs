//! By which proof, and of which kind of key, a credential is asked for (OID4VCI 1.0, 12.2.4 and appendix F).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wire::vci::{CredentialConfiguration, ProofTypeSupported};

use super::OfferFault;
use crate::key_attestation::KeyStatement;
use crate::key_kind::KeyKind;

/// How the holder's key is proven to the issuer of one kind of credential.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub kind: KeyKind,
    pub by: ProofBy,
}

/// The form of a proof, under names that the issuer listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProofBy {
    /// Appendix F.1, with this `alg`.
    Jwt(String),
    /// Appendix F.2, with this cryptosuite, by a holder who is known by such a DID.
    Presentation { suite: String, by_did_key: bool },
}

impl Default for ProofBy {
    fn default() -> Self {
        Self::Jwt("ES256".to_owned())
    }
}

impl Proof {
    /// What was written down before there was another.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// A proof that an issuer takes, and what it wants to hear of the key.
pub(super) struct Chosen {
    pub proof: Proof,
    pub needs_attestation: bool,
    pub attestation_alone: bool,
}

/// The first proof that this wallet can make: any of P-256 before any of Ed25519 (`key_kind`), a JWT before a presentation, which
/// says nothing of how the person was recognised, and the word of who vouches for the key where nothing else is taken.
pub(super) fn choose(
    configuration: &CredentialConfiguration,
    vouched: Option<&KeyStatement>,
) -> Result<Chosen, OfferFault> {
    let mut fault = OfferFault::ProofType;
    for kind in KeyKind::ALL {
        for way in [by_jwt, by_presentation, by_attestation] {
            match way(configuration, kind, vouched) {
                Ok(Some(chosen)) => return Ok(chosen),
                Ok(None) => {}
                Err(found) => fault = found,
            }
        }
    }
    Err(fault)
}

type Found = Result<Option<Chosen>, OfferFault>;

fn by_jwt(configuration: &CredentialConfiguration, kind: KeyKind, vouched: Option<&KeyStatement>) -> Found {
    let Some((supported, alg)) = supported(configuration, "jwt", kind.jose()) else { return Ok(None) };
    if !binds(configuration, "jwk") {
        return Ok(None);
    }
    let needs_attestation = match &supported.key_attestations_required {
        None => false,
        Some(required) => attests(kind, vouched, required)?,
    };
    let proof = Proof { kind, by: ProofBy::Jwt(alg.to_owned()) };
    Ok(Some(Chosen { proof, needs_attestation, attestation_alone: false }))
}

/// No presentation carries an attestation.
fn by_presentation(
    configuration: &CredentialConfiguration,
    kind: KeyKind,
    _vouched: Option<&KeyStatement>,
) -> Found {
    let Some((supported, suite)) = supported(configuration, "di_vp", kind.suites()) else { return Ok(None) };
    if supported.key_attestations_required.is_some() {
        return Err(OfferFault::Attestation);
    }
    // A `did:jwk` is its JWK, so it serves where that is wanted; it is as long as three of the other kind, and understood by as many.
    let by_did_key = match (binds(configuration, "did:jwk"), binds(configuration, "did:key")) {
        (true, _) => false,
        (false, true) => true,
        (false, false) if binds(configuration, "jwk") => false,
        (false, false) => return Ok(None),
    };
    let by = ProofBy::Presentation { suite: suite.to_owned(), by_did_key };
    Ok(Some(Chosen { proof: Proof { kind, by }, needs_attestation: false, attestation_alone: false }))
}

/// Appendix F.3.
fn by_attestation(
    configuration: &CredentialConfiguration,
    kind: KeyKind,
    vouched: Option<&KeyStatement>,
) -> Found {
    let Some((supported, _)) = supported(configuration, "attestation", &["ES256"]) else { return Ok(None) };
    if !binds(configuration, "jwk") || kind != KeyKind::P256 {
        return Ok(None);
    }
    let nothing = Value::Object(Map::new());
    let needs_attestation =
        attests(kind, vouched, supported.key_attestations_required.as_ref().unwrap_or(&nothing))?;
    Ok(Some(Chosen { proof: Proof::default(), needs_attestation, attestation_alone: true }))
}

/// What is vouched for is in a token, and of P-256.
fn attests(kind: KeyKind, vouched: Option<&KeyStatement>, required: &Value) -> Result<bool, OfferFault> {
    let met = kind == KeyKind::P256 && vouched.is_some_and(|said| said.meets(required));
    if met { Ok(true) } else { Err(OfferFault::Attestation) }
}

fn supported<'a>(
    configuration: &'a CredentialConfiguration,
    proof_type: &str,
    names: &[&'static str],
) -> Option<(&'a ProofTypeSupported, &'static str)> {
    let supported = configuration.proof_types_supported.get(proof_type)?;
    let listed = |name: &str| {
        supported.proof_signing_alg_values_supported.iter().any(|one| one.as_str() == Some(name))
    };
    Some((supported, names.iter().find(|name| listed(name)).copied()?))
}

fn binds(configuration: &CredentialConfiguration, method: &str) -> bool {
    configuration.cryptographic_binding_methods_supported.iter().any(|one| one == method)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn chosen(methods: &Value, types: &Value) -> Result<Proof, OfferFault> {
        let configuration = json!({ "format": "dc+sd-jwt", "cryptographic_binding_methods_supported": methods,
            "proof_types_supported": types });
        choose(&serde_json::from_value(configuration).unwrap(), None).map(|chosen| chosen.proof)
    }

    fn with(names: &[&str]) -> Value {
        json!({ "proof_signing_alg_values_supported": names })
    }

    fn jwt(kind: KeyKind, alg: &str) -> Result<Proof, OfferFault> {
        Ok(Proof { kind, by: ProofBy::Jwt(alg.to_owned()) })
    }

    fn presentation(kind: KeyKind, suite: &str, by_did_key: bool) -> Result<Proof, OfferFault> {
        Ok(Proof { kind, by: ProofBy::Presentation { suite: suite.to_owned(), by_did_key } })
    }

    #[test]
    fn ed25519_is_for_who_takes_nothing_else() {
        for (algs, expected) in [
            (&["EdDSA", "ES256"][..], jwt(KeyKind::P256, "ES256")),
            (&["EdDSA"], jwt(KeyKind::Ed25519, "EdDSA")),
            (&["Ed25519", "EdDSA"], jwt(KeyKind::Ed25519, "EdDSA")),
            (&["Ed25519"], jwt(KeyKind::Ed25519, "Ed25519")),
            (&["ES384", "Ed448"], Err(OfferFault::ProofType)),
            (&[], Err(OfferFault::ProofType)),
        ] {
            assert_eq!(chosen(&json!(["jwk"]), &json!({ "jwt": with(algs) })), expected, "{algs:?}");
        }
    }

    #[test]
    fn presentation_is_made_where_no_jwt_of_that_kind_is_taken() {
        let eddsa = with(&["eddsa-rdfc-2022", "eddsa-jcs-2022"]);
        let both = with(&["eddsa-jcs-2022", "ecdsa-jcs-2019"]);
        for (methods, types, expected) in [
            (json!(["jwk"]), json!({ "jwt": with(&["ES256"]), "di_vp": both }), jwt(KeyKind::P256, "ES256")),
            (
                json!(["did:jwk"]),
                json!({ "di_vp": both }),
                presentation(KeyKind::P256, "ecdsa-jcs-2019", false),
            ),
            (
                json!(["did:key"]),
                json!({ "di_vp": eddsa }),
                presentation(KeyKind::Ed25519, "eddsa-rdfc-2022", true),
            ),
            (
                json!(["jwk"]),
                json!({ "jwt": with(&["EdDSA"]), "di_vp": both }),
                presentation(KeyKind::P256, "ecdsa-jcs-2019", false),
            ),
            (json!(["did:web"]), json!({ "di_vp": both }), Err(OfferFault::ProofType)),
            (
                json!(["did:jwk"]),
                json!({ "di_vp": with(&["bbs-2023", "ES256"]) }),
                Err(OfferFault::ProofType),
            ),
        ] {
            assert_eq!(chosen(&methods, &types), expected, "{methods} {types}");
        }
    }

    #[test]
    fn what_has_to_be_attested_is_passed_over_for_what_has_not() {
        let attested = |names: &[&str]| {
            let mut types = with(names);
            types["key_attestations_required"] = json!({});
            types
        };
        let types = json!({ "jwt": attested(&["ES256", "EdDSA"]), "di_vp": with(&["eddsa-rdfc-2022"]) });
        let expected = presentation(KeyKind::Ed25519, "eddsa-rdfc-2022", false);
        assert_eq!(chosen(&json!(["jwk"]), &types), expected);
        for types in
            [json!({ "jwt": attested(&["EdDSA"]) }), json!({ "di_vp": attested(&["eddsa-rdfc-2022"]) })]
        {
            assert_eq!(chosen(&json!(["jwk"]), &types), Err(OfferFault::Attestation), "{types}");
        }
    }
}
