//! Evidence of misbehaviour, as anybody judges it.

use registry_client::{DoublePrecommit, Evidence, EvidenceError, LightError, Precommit, Verdict};
use registry_types::{Canonical as _, ValidatorSet, address_of};

use crate::chain::{Chain, key};

/// Four validators; the second and the third sign both headers.
fn fork(round_b: u32) -> (Chain, Evidence) {
    let chain = Chain::new(&[1, 2, 3, 4]);
    let header_a = chain.header(10);
    let mut header_b = header_a.clone();
    header_b.state_root = [8; 32];
    let certificate_a = chain.certify(&header_a, &[1, 2, 3]);
    let certificate_b = chain.certify_in(round_b, &header_b, &[2, 3, 4]);
    (chain, Evidence { header_a, certificate_a, header_b, certificate_b })
}

fn judge(chain: &Chain, evidence: &Evidence) -> Result<Verdict, EvidenceError> {
    evidence.verify(&chain.genesis.chain_id(), &[Chain::set(&[1, 2, 3, 4])])
}

fn owners(verdict: &Verdict) -> Vec<&str> {
    let mut owners: Vec<_> = verdict.validators().iter().map(|it| it.owner.as_str()).collect();
    owners.sort_unstable();
    owners
}

#[test]
fn who_signed_both_headers_of_one_round_is_guilty() {
    let (chain, evidence) = fork(0);
    let sent = Evidence::from_bytes(&evidence.to_bytes()).unwrap();
    let verdict = judge(&chain, &sent).unwrap();
    assert!(matches!(verdict, Verdict::SameRound { .. }));
    assert_eq!(owners(&verdict), ["org-2", "org-3"]);
    let set = Chain::set(&[1, 2, 3, 4]);
    let alone = sent.double_precommits();
    assert_eq!(alone.len(), 2);
    for each in alone {
        let sent = DoublePrecommit::from_bytes(&each.to_bytes()).unwrap();
        let guilty = sent.verify(&chain.genesis.chain_id(), &set).unwrap();
        assert!(owners(&verdict).contains(&guilty.owner.as_str()));
    }
}

#[test]
fn who_signed_in_different_rounds_is_suspect_only() {
    let (chain, evidence) = fork(1);
    let verdict = judge(&chain, &evidence).unwrap();
    assert!(matches!(verdict, Verdict::OtherRounds { .. }));
    assert_eq!(owners(&verdict), ["org-2", "org-3"]);
    assert!(evidence.double_precommits().is_empty());
}

#[test]
fn what_is_no_evidence_convicts_nobody() {
    let (chain, good) = fork(0);
    let mut same = good.clone();
    (same.header_b, same.certificate_b) = (good.header_a.clone(), good.certificate_a.clone());
    assert_eq!(judge(&chain, &same), Err(EvidenceError::SameHeader));

    let mut heights = good.clone();
    heights.header_b = chain.header(11);
    heights.certificate_b = chain.certify(&heights.header_b, &[1, 2, 3]);
    assert_eq!(judge(&chain, &heights), Err(EvidenceError::OtherHeight { a: 10, b: 11 }));

    let mut few = good.clone();
    few.certificate_b.signatures.pop();
    assert!(matches!(judge(&chain, &few), Err(EvidenceError::Uncertified(LightError::NoQuorum { .. }))));

    let mut forged = good.clone();
    forged.certificate_b.signatures[0].signature[0] ^= 1;
    let bad = EvidenceError::Uncertified(LightError::BadSignature { height: 10 });
    assert_eq!(judge(&chain, &forged), Err(bad));

    let unknown = good.verify(&chain.genesis.chain_id(), &[Chain::set(&[1, 2, 3])]);
    assert_eq!(unknown, Err(EvidenceError::Uncertified(LightError::UnknownValidators { height: 10 })));
    let elsewhere = good.verify(&[0; 32], &[Chain::set(&[1, 2, 3, 4])]);
    assert_eq!(elsewhere, Err(EvidenceError::Uncertified(LightError::OtherChain)));
}

#[test]
fn a_nil_vote_and_a_vote_for_a_block_are_two_votes() {
    let chain = Chain::new(&[1]);
    let (set, id) = (Chain::set(&[1]), chain.genesis.chain_id());
    let vote = |value| Precommit { value, signature: chain.precommit(1, 10, 0, value) };
    let double = DoublePrecommit {
        chain: id,
        height: 10,
        round: 0,
        validator: address_of(&key(1).verifying_key().to_bytes()),
        first: vote(Some([7; 32])),
        second: vote(None),
    };
    assert_eq!(double.verify(&id, &set).unwrap().owner, "org-1");
    let once = DoublePrecommit { second: double.first.clone(), ..double.clone() };
    assert_eq!(once.verify(&id, &set), Err(EvidenceError::SameValue));
    let another_round = DoublePrecommit { round: 1, ..double.clone() };
    assert_eq!(another_round.verify(&id, &set), Err(EvidenceError::BadSignature));
    let others = ValidatorSet::new(crate::chain::validators(&[2])).unwrap();
    assert_eq!(double.verify(&id, &others), Err(EvidenceError::UnknownValidator));
    assert!(matches!(double.verify(&[0; 32], &set), Err(EvidenceError::Uncertified(_))));
}
