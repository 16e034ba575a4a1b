use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use malachite::app::types::core::{
    SignedExtension, SignedMessage, SignedProposal, SignedVote, ValidatorProof, VoteExtensionScope, VoteType,
};
use malachite::{Signer, Verifier};
use malachite_signing::{Error, VerificationResult};
use malachite_signing_ed25519::{PublicKey, Signature};
use registry_types::Hash;

use super::context::{Proposal, RegistryContext, Vote, round_number};
use super::guard::{Guard, GuardError, Place, Step};

/// Signs with the validator's key, wherever it is kept, and checks others'. Everything signed names the chain.
#[derive(Clone)]
pub struct Signatures {
    pub chain: Hash,
    pub signer: Option<Arc<dyn keys::Signer>>,
    /// What the key has signed for consensus; whatever signs a vote or a proposal asks it first.
    pub guard: Arc<Guard>,
}

/// Why something is not signed.
#[derive(Debug, thiserror::Error)]
enum Unsigned {
    #[error(transparent)]
    Guard(#[from] GuardError),
    #[error(transparent)]
    Signer(#[from] Error),
}

impl Signatures {
    pub async fn sign(&self, bytes: &[u8]) -> Result<Signature, Error> {
        let failed = |reason: &str| Error::from_source(reason.to_owned());
        let signer = self.signer.as_ref().ok_or_else(|| failed("no validator key"))?;
        let signature = signer.sign(bytes).await.map_err(|error| failed(&error.to_string()))?;
        let signature: [u8; 64] =
            signature.try_into().map_err(|_| failed("the validator key is not an Ed25519 key"))?;
        Ok(Signature::from_bytes(signature))
    }

    async fn sign_once(&self, place: Place, bytes: &[u8]) -> Result<Signature, Error> {
        let sign = async { Ok(self.sign(bytes).await?.to_bytes()) };
        match self.guard.sign::<Unsigned>(place, bytes, sign).await {
            Ok(signature) => Ok(Signature::from_bytes(signature)),
            Err(error) => Err(Error::from_source(error.to_string())),
        }
    }

    /// No vote extension is ever made; the scheme wants bytes for them all the same.
    #[expect(clippy::expect_used, reason = "borsh fails only when the writer does, and a Vec never does")]
    fn extension_bytes(&self, scope: &VoteExtensionScope<RegistryContext>, extension: &Bytes) -> Vec<u8> {
        let mut bytes = b"passerelle/extension\0\x01".to_vec();
        let place = (scope.height, round_number(scope.round), scope.value_id, scope.validator_address);
        borsh::to_writer(&mut bytes, &(self.chain, place, extension.to_vec()))
            .expect("writing to memory cannot fail");
        bytes
    }
}

fn verified(key: &PublicKey, bytes: &[u8], signature: &Signature) -> VerificationResult {
    VerificationResult::from_bool(key.verify(bytes, signature).is_ok())
}

#[async_trait]
impl Verifier<RegistryContext> for Signatures {
    async fn verify_signed_vote(
        &self,
        vote: &Vote,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(verified(key, &vote.signing_bytes(&self.chain), signature))
    }

    async fn verify_signed_proposal(
        &self,
        proposal: &Proposal,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(verified(key, &proposal.signing_bytes(&self.chain), signature))
    }

    async fn verify_signed_vote_extension(
        &self,
        scope: &VoteExtensionScope<RegistryContext>,
        extension: &Bytes,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(verified(key, &self.extension_bytes(scope, extension), signature))
    }

    async fn verify_validator_proof(
        &self,
        proof: &ValidatorProof<RegistryContext>,
    ) -> Result<VerificationResult, Error> {
        let key = proof.decoded_public_key().map_err(|error| Error::from_source(error.to_string()))?;
        Ok(verified(&key, &proof.preimage(), &proof.signature))
    }
}

#[async_trait]
impl Signer<RegistryContext> for Signatures {
    async fn sign_vote(&self, vote: Vote) -> Result<SignedVote<RegistryContext>, Error> {
        let step = match vote.kind {
            VoteType::Prevote => Step::Prevote,
            VoteType::Precommit => Step::Precommit,
        };
        let place = Place { height: vote.height.0, round: round_number(vote.round), step };
        let signature = self.sign_once(place, &vote.signing_bytes(&self.chain)).await?;
        #[cfg(feature = "misbehave")]
        super::misbehave::vote_again(&vote).await;
        Ok(SignedMessage::new(vote, signature))
    }

    async fn sign_proposal(&self, proposal: Proposal) -> Result<SignedProposal<RegistryContext>, Error> {
        let round = round_number(proposal.round);
        let place = Place { height: proposal.height.0, round, step: Step::Proposal };
        let signature = self.sign_once(place, &proposal.signing_bytes(&self.chain)).await?;
        Ok(SignedMessage::new(proposal, signature))
    }

    async fn sign_vote_extension(
        &self,
        scope: VoteExtensionScope<RegistryContext>,
        extension: Bytes,
    ) -> Result<SignedExtension<RegistryContext>, Error> {
        let signature = self.sign(&self.extension_bytes(&scope, &extension)).await?;
        Ok(SignedMessage::new(extension, signature))
    }

    async fn sign_validator_proof(
        &self,
        public_key: Vec<u8>,
        peer: Vec<u8>,
    ) -> Result<ValidatorProof<RegistryContext>, Error> {
        let bytes = ValidatorProof::<RegistryContext>::signing_bytes(&public_key, &peer);
        let signature = self.sign(&bytes).await?;
        Ok(ValidatorProof::new(public_key, peer, signature))
    }
}
