//! Whose key a credential will be bound to: the proof types of OID4VCI 1.0, appendix F.
//!
//! Each key gets a copy of its own: one for every key proof, and one for every key that an attestation names.

use credential::data_integrity::Suite;
use credential::{Expect, Input, verify_presentation};
use did::{Resolvers, did_of};
use issuance::attestation::{AttestationFault, AttestationRequirement, BATCH_SIZE, KeyAttestation};
use issuance::{HolderKey, KeyProof, KeyProofError};
use keys::PublicKey;
use serde_json::Value;
use wire::vci::Proofs;

use super::{CredentialError, Issuer, Tenant};

/// The suites of a presentation that proves a key.
pub const PROOF_SUITES: [Suite; 4] =
    [Suite::EddsaRdfc2022, Suite::EcdsaRdfc2019, Suite::EddsaJcs2022, Suite::EcdsaJcs2019];

const TOO_MANY: &str = "proofs holds more keys than batch_size";

/// Different keys of one wallet, the first of which stands for it, and the nonces by which their proofs are fresh; those
/// are not yet checked.
#[derive(Default)]
pub(super) struct Holder {
    pub keys: Vec<HolderKey>,
    pub nonces: Vec<String>,
    /// One of the proofs says that less than a passkey opened the wallet.
    pub below_passkey: bool,
    /// One of the proofs says that somebody acts for the person.
    pub represented: bool,
    proven: Vec<PublicKey>,
    attestations: Vec<KeyAttestation>,
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
    #[error("two key proofs are of the same key")]
    Repeated,
    #[error("key_attestations_required: a key is not named by any key attestation in the request")]
    Unattested,
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
    /// Section 8.2: exactly one member named as the proof type, with at most [`BATCH_SIZE`] proofs and keys. What is
    /// `required` of keys holds for each of them.
    pub(super) async fn holder(
        &self,
        tenant: &Tenant,
        proofs: Option<&Proofs>,
        required: Option<&AttestationRequirement>,
    ) -> Result<Holder, CredentialError> {
        let proofs = proofs.ok_or(HolderError::Missing)?;
        let kinds = usize::from(proofs.jwt.is_some())
            + usize::from(proofs.di_vp.is_some())
            + usize::from(proofs.attestation.is_some())
            + proofs.other.len();
        if kinds > 1 {
            return Err(CredentialError::Request("proofs holds more than one proof type"));
        }
        let mut holder = Holder::default();
        if let Some(jwts) = &proofs.jwt {
            for jwt in some(jwts)? {
                self.by_jwt(tenant, jwt, &mut holder)?;
            }
        } else if let Some(presentations) = &proofs.di_vp {
            for presentation in some(presentations)? {
                self.by_presentation(tenant, presentation, &mut holder).await?;
            }
        } else if let Some(attestations) = proofs.attestation.as_ref().filter(|_| self.has_attesters()) {
            self.by_attestation(one(attestations)?, &mut holder)?;
        } else {
            return Err(HolderError::Missing.into());
        }
        if holder.keys.len() > BATCH_SIZE {
            return Err(CredentialError::Request(TOO_MANY));
        }
        if let Some(required) = required {
            holder.check_attested(required)?;
        }
        Ok(holder)
    }

    /// Appendix F.1. Without a trusted attester nobody can say anything of a `key_attestation`, so it is ignored.
    fn by_jwt(&self, tenant: &Tenant, jwt: &str, holder: &mut Holder) -> Result<(), HolderError> {
        let proof = KeyProof::verify(jwt, &tenant.issuer_url, &self.attesters.anchors, self.now())?;
        holder.add_proven(proof.holder.clone())?;
        holder.add_nonce(proof.nonce);
        holder.below_passkey |= proof.opened_by.is_below_passkey();
        holder.represented |= proof.representative.is_some();
        if let Some(attestation) = proof.attestation.filter(|_| self.has_attesters()) {
            let attested = KeyAttestation::verify(&attestation, &self.attesters, true, self.now())?;
            if !attested.keys.contains(&proof.holder.public) {
                return Err(HolderError::NotAttested);
            }
            holder.add_attested(attested)?;
        }
        Ok(())
    }

    /// Appendix F.3: the attester vouches for the keys, which sign nothing themselves.
    fn by_attestation(&self, attestation: &str, holder: &mut Holder) -> Result<(), HolderError> {
        let attested = KeyAttestation::verify(attestation, &self.attesters, false, self.now())?;
        holder.add_attested(attested)
    }

    /// Appendix F.2. Only DIDs that hold their key are resolved, so nothing is fetched.
    async fn by_presentation(
        &self,
        tenant: &Tenant,
        presentation: &Value,
        holder: &mut Holder,
    ) -> Result<(), HolderError> {
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
        if !HolderKey::suits(&public) {
            return Err(HolderError::Presentation);
        }
        holder.add_proven(HolderKey { public, did: did.to_owned() })?;
        holder.add_nonce(nonce.to_owned());
        Ok(())
    }
}

impl Holder {
    /// Section 8.3: a key is bound to one copy at most, so two proofs of it are a mistake. One that an attestation named
    /// before gets the name that its own proof gives it.
    fn add_proven(&mut self, key: HolderKey) -> Result<(), HolderError> {
        if self.proven.contains(&key.public) {
            return Err(HolderError::Repeated);
        }
        self.proven.push(key.public);
        match self.keys.iter_mut().find(|it| it.public == key.public) {
            Some(attested) => *attested = key,
            None => self.keys.push(key),
        }
        Ok(())
    }

    fn add_attested(&mut self, attestation: KeyAttestation) -> Result<(), HolderError> {
        self.add_nonce(attestation.nonce.clone().ok_or(HolderError::Nonce)?);
        for key in &attestation.keys {
            if !self.keys.iter().any(|it| it.public == *key) {
                self.keys.push(HolderKey::from_jwk(*key));
            }
        }
        self.attestations.push(attestation);
        Ok(())
    }

    /// HAIP 1.0, 4.5.1 lets one attestation speak for all keys of a batch, so it need not be beside each proof.
    fn check_attested(&self, required: &AttestationRequirement) -> Result<(), HolderError> {
        for attestation in &self.attestations {
            attestation.check(required)?;
        }
        let named = |key: &PublicKey| self.attestations.iter().any(|it| it.keys.contains(key));
        if self.keys.iter().all(|key| named(&key.public)) { Ok(()) } else { Err(HolderError::Unattested) }
    }

    fn add_nonce(&mut self, nonce: String) {
        if !self.nonces.contains(&nonce) {
            self.nonces.push(nonce);
        }
    }
}

/// Counted before anything is computed.
fn some<T>(proofs: &[T]) -> Result<&[T], CredentialError> {
    match proofs.len() {
        0 => Err(HolderError::Missing.into()),
        1..=BATCH_SIZE => Ok(proofs),
        _ => Err(CredentialError::Request(TOO_MANY)),
    }
}

fn one<T>(proofs: &[T]) -> Result<&T, CredentialError> {
    match proofs {
        [] => Err(HolderError::Missing.into()),
        [proof] => Ok(proof),
        _ => Err(CredentialError::Request("proofs of type attestation holds one attestation")),
    }
}
