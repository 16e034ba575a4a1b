//! Proof of misbehaviour: values that can be saved, sent, and judged by anybody who knows the validators.

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use registry_types::{
    Address, Canonical, Certificate, Hash, Header, Validator, ValidatorSet, VoteKind, vote_bytes,
};

use crate::LightError;
use crate::certificate::{is_signed_by, verify_certificate};

/// Two headers at one height that both carry a quorum.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Evidence {
    pub header_a: Header,
    pub certificate_a: Certificate,
    pub header_b: Header,
    pub certificate_b: Certificate,
}

impl Canonical for Evidence {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = 2 * (<Header as Canonical>::MAX_BYTES + <Certificate as Canonical>::MAX_BYTES);
}

/// What evidence proves about those who signed both headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both certificates are of one round. An honest validator precommits once a round (Tendermint, Buchman et
    /// al. 2018, algorithm 1, lines 36 to 43), so each of these is at fault.
    SameRound { guilty: Vec<Validator> },
    /// The certificates are of different rounds. A third of the power is at fault and is among these; each
    /// must show the prevotes that allowed it to change its mind (lines 28 to 33).
    OtherRounds { suspects: Vec<Validator> },
}

impl Verdict {
    #[must_use]
    pub fn validators(&self) -> &[Validator] {
        match self {
            Self::SameRound { guilty } => guilty,
            Self::OtherRounds { suspects } => suspects,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    #[error("both headers are the same one")]
    SameHeader,
    #[error("the headers are of the heights {a} and {b}: that proves nothing")]
    OtherHeight { a: u64, b: u64 },
    #[error("one of the two headers is not certified")]
    Uncertified(#[from] LightError),
    #[error("both votes are for the same value")]
    SameValue,
    #[error("the validator is not in the set")]
    UnknownValidator,
    #[error("a signature is wrong")]
    BadSignature,
}

impl Evidence {
    #[must_use]
    pub fn height(&self) -> u64 {
        self.header_a.height
    }

    /// Judges the evidence. `sets` are the validator sets that the judge knows to have decided the height;
    /// more than one only when the fork is about the set as well.
    pub fn verify(&self, chain: &Hash, sets: &[ValidatorSet]) -> Result<Verdict, EvidenceError> {
        let (a, b) = (self.header_a.height, self.header_b.height);
        if a != b {
            return Err(EvidenceError::OtherHeight { a, b });
        }
        if self.header_a == self.header_b {
            return Err(EvidenceError::SameHeader);
        }
        let signers_a = signers(chain, sets, &self.header_a, &self.certificate_a)?;
        let signers_b = signers(chain, sets, &self.header_b, &self.certificate_b)?;
        let both = signers_a.into_iter().filter(|(address, _)| signers_b.contains_key(address));
        let both = both.map(|(_, validator)| validator).collect();
        Ok(if self.certificate_a.round == self.certificate_b.round {
            Verdict::SameRound { guilty: both }
        } else {
            Verdict::OtherRounds { suspects: both }
        })
    }

    /// One by one what each of the guilty signed, when both certificates are of one round.
    #[must_use]
    pub fn double_precommits(&self) -> Vec<DoublePrecommit> {
        let (a, b) = (&self.certificate_a, &self.certificate_b);
        if a.round != b.round || a.height != b.height || a.header_hash == b.header_hash {
            return Vec::new();
        }
        let of_b: BTreeMap<_, _> = b.signatures.iter().map(|it| (it.validator, it.signature)).collect();
        let pair = |(validator, first, second)| DoublePrecommit {
            chain: self.header_a.chain,
            height: a.height,
            round: a.round,
            validator,
            first: Precommit { value: Some(a.header_hash), signature: first },
            second: Precommit { value: Some(b.header_hash), signature: second },
        };
        a.signatures
            .iter()
            .filter_map(|it| Some((it.validator, it.signature, *of_b.get(&it.validator)?)))
            .map(pair)
            .collect()
    }
}

fn signers(
    chain: &Hash,
    sets: &[ValidatorSet],
    header: &Header,
    certificate: &Certificate,
) -> Result<BTreeMap<Address, Validator>, LightError> {
    let height = header.height;
    let set = sets.iter().find(|set| set.is_well_formed() && set.hash() == header.validators_hash);
    let set = set.ok_or(LightError::UnknownValidators { height })?;
    verify_certificate(chain, set, header, certificate)?;
    let signers = certificate.signatures.iter();
    Ok(signers.filter_map(|it| Some((it.validator, set.find(&it.validator)?.clone()))).collect())
}

/// Two precommits of one validator for different values in one round: enough to convict it, quorum or not.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DoublePrecommit {
    pub chain: Hash,
    pub height: u64,
    pub round: u32,
    pub validator: Address,
    pub first: Precommit,
    pub second: Precommit,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Precommit {
    /// Hash of the header; nothing for a nil vote.
    pub value: Option<Hash>,
    pub signature: [u8; 64],
}

impl Canonical for DoublePrecommit {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = 512;
}

impl DoublePrecommit {
    /// The validator that is at fault.
    pub fn verify<'a>(&self, chain: &Hash, set: &'a ValidatorSet) -> Result<&'a Validator, EvidenceError> {
        if self.chain != *chain {
            return Err(LightError::OtherChain.into());
        }
        if self.first.value == self.second.value {
            return Err(EvidenceError::SameValue);
        }
        let validator = set.find(&self.validator).ok_or(EvidenceError::UnknownValidator)?;
        let holds = |vote: &Precommit| {
            let (value, round) = (vote.value.as_ref(), Some(self.round));
            let signed = vote_bytes(chain, VoteKind::Precommit, self.height, round, value, &self.validator);
            is_signed_by(validator, &signed, &vote.signature)
        };
        if holds(&self.first) && holds(&self.second) {
            Ok(validator)
        } else {
            Err(EvidenceError::BadSignature)
        }
    }
}
