//! Whose key a credential will be bound to: the proof types of OID4VCI 1.0, appendix F.
//!
//! One credential is issued for one request, so an attestation of several keys gives one for its first, which 8.3 allows.

use credential::data_integrity::Suite;
use credential::{Expect, Input, verify_presentation};
use did::{Resolvers, did_of};
use issuance::attestation::{AttestationFault, KeyAttestation};
use issuance::{HolderKey, KeyProof, KeyProofError};
use serde_json::Value;
use wire::vci::Proofs;

use super::{CredentialError, Issuer, Tenant};

/// The suites of a presentation that proves a key.
pub const PROOF_SUITES: [Suite; 4] =
    [Suite::EddsaRdfc2022, Suite::EcdsaRdfc2019, Suite::EddsaJcs2022, Suite::EcdsaJcs2019];

/// A key and the nonces by which its proofs are fresh; those are not yet checked.
pub(super) struct Holder {
    pub key: HolderKey,
    pub nonces: Vec<String>,
}

/// Why a key is not believed; each one is `invalid_proof`.
#[derive(Debug, thiserror::Error)]
pub enum HolderError {
    #[error("proofs needs one key proof of a type in proof_types_supported")]
    Missing,
    #[error(transparent)]
    Proof(#[from] KeyProofError),
    #[error(transparent)]
    Attestation(#[from] AttestationFault),
    #[error("the key attestation has no nonce")]
    Nonce,
    #[error("the key proof is signed with a key that the attestation does not name")]
    NotAttested,
    #[error(
        "the presentation needs one proof with a challenge and a suite in proof_signing_alg_values_supported"
    )]
    Presentation,
    #[error("the presentation holds credentials, of which a key proof has no need")]
    Credentials,
    #[error("the presentation is not signed by its holder for this issuer: {0}")]
    NotVerified(String),
}

impl Issuer {
    /// Section 8.2: exactly one member named as the proof type. Batches are not offered, so one proof is the most.
    pub(super) async fn holder(
        &self,
        tenant: &Tenant,
        proofs: Option<&Proofs>,
    ) -> Result<Holder, CredentialError> {
        let proofs = proofs.ok_or(HolderError::Missing)?;
        let kinds = usize::from(proofs.jwt.is_some())
            + usize::from(proofs.di_vp.is_some())
            + usize::from(proofs.attestation.is_some())
            + proofs.other.len();
        if kinds > 1 {
            return Err(CredentialError::Request("proofs holds more than one proof type"));
        }
        if let Some(jwts) = &proofs.jwt {
            return Ok(self.by_jwt(tenant, one(jwts)?)?);
        }
        if let Some(presentations) = &proofs.di_vp {
            return Ok(self.by_presentation(tenant, one(presentations)?).await?);
        }
        match &proofs.attestation {
            Some(attestations) if self.has_attesters() => Ok(self.by_attestation(one(attestations)?)?),
            Some(_) | None => Err(HolderError::Missing.into()),
        }
    }

    /// Appendix F.1. Without a trusted attester nobody can say anything of a `key_attestation`, so it is ignored.
    fn by_jwt(&self, tenant: &Tenant, jwt: &str) -> Result<Holder, HolderError> {
        let proof = KeyProof::verify(jwt, &tenant.issuer_url, self.now())?;
        let mut nonces = vec![proof.nonce];
        if let Some(attestation) = proof.attestation.filter(|_| self.has_attesters()) {
            let attested = KeyAttestation::verify(&attestation, &self.attesters, true, self.now())?;
            if !attested.keys.contains(&proof.holder.public) {
                return Err(HolderError::NotAttested);
            }
            let nonce = attested.nonce.ok_or(HolderError::Nonce)?;
            if !nonces.contains(&nonce) {
                nonces.push(nonce);
            }
        }
        Ok(Holder { key: proof.holder, nonces })
    }

    /// Appendix F.3: the attester vouches for the key, which signs nothing itself.
    fn by_attestation(&self, attestation: &str) -> Result<Holder, HolderError> {
        let attested = KeyAttestation::verify(attestation, &self.attesters, false, self.now())?;
        let key = attested.keys.first().ok_or(AttestationFault::Keys)?;
        let nonce = attested.nonce.ok_or(HolderError::Nonce)?;
        Ok(Holder { key: HolderKey::from_jwk(*key), nonces: vec![nonce] })
    }

    /// Appendix F.2. Only DIDs that hold their key are resolved, so nothing is fetched.
    async fn by_presentation(&self, tenant: &Tenant, presentation: &Value) -> Result<Holder, HolderError> {
        let proof = match presentation.get("proof") {
            Some(Value::Array(proofs)) => one(proofs).map_err(|_| HolderError::Presentation)?,
            Some(proof) => proof,
            None => return Err(HolderError::Presentation),
        };
        let member = |name: &str| proof.get(name).and_then(Value::as_str);
        let suite = member("cryptosuite").filter(|suite| PROOF_SUITES.iter().any(|it| it.as_str() == *suite));
        let (Some(nonce), Some(_)) = (member("challenge"), suite) else {
            return Err(HolderError::Presentation);
        };
        if presentation.get("verifiableCredential").is_some() {
            return Err(HolderError::Credentials);
        }
        // As JSON whatever it says it is: a presentation in an envelope is no proof of this type.
        let input = Input::Json(presentation.clone());
        let expect = Expect::presentation(self.now(), nonce, &tenant.issuer_url);
        let outcome = verify_presentation(&input, &Resolvers::offline(), &expect).await;
        if let Some(fault) = outcome.faults.first() {
            return Err(HolderError::NotVerified(fault.detail.clone()));
        }
        let did = outcome.verification_method.as_deref().and_then(did_of);
        let (Some(public), Some(did)) = (outcome.holder_key, did) else {
            return Err(HolderError::Presentation);
        };
        Ok(Holder { key: HolderKey { public, did: did.to_owned() }, nonces: vec![nonce.to_owned()] })
    }
}

fn one<T>(proofs: &[T]) -> Result<&T, CredentialError> {
    match proofs {
        [] => Err(HolderError::Missing.into()),
        [proof] => Ok(proof),
        _ => Err(CredentialError::Request("this issuer does not issue in batches: one key proof only")),
    }
}
