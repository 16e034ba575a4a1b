//! What the engine saw of validators that signed two things, in a form that anybody can check.

use malachite::app::types::MisbehaviorEvidence;
use malachite::app::types::core::{SignedProposal, SignedVote, VoteType};
use registry_types::Hash;

use super::context::{RegistryContext, round_number};
use crate::evidence::{DoubleSign, SignedKind, Statement};

pub fn double_signs(chain: &Hash, evidence: &MisbehaviorEvidence<RegistryContext>) -> Vec<DoubleSign> {
    let mut found = Vec::new();
    for (voter, pairs) in evidence.votes.iter() {
        found.extend(pairs.iter().map(|(first, second)| DoubleSign {
            validator: voter.0,
            height: first.message.height.0,
            round: round_number(first.message.round),
            kind: match first.message.kind {
                VoteType::Prevote => SignedKind::Prevote,
                VoteType::Precommit => SignedKind::Precommit,
            },
            statements: [vote(chain, first), vote(chain, second)],
        }));
    }
    for (proposer, pairs) in evidence.proposals.iter() {
        found.extend(pairs.iter().map(|(first, second)| DoubleSign {
            validator: proposer.0,
            height: first.message.height.0,
            round: round_number(first.message.round),
            kind: SignedKind::Proposal,
            statements: [proposal(chain, first), proposal(chain, second)],
        }));
    }
    found
}

fn vote(chain: &Hash, signed: &SignedVote<RegistryContext>) -> Statement {
    Statement { bytes: signed.message.signing_bytes(chain), signature: signed.signature.to_bytes() }
}

fn proposal(chain: &Hash, signed: &SignedProposal<RegistryContext>) -> Statement {
    Statement { bytes: signed.message.signing_bytes(chain), signature: signed.signature.to_bytes() }
}
