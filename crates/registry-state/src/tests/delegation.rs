use registry_types::operation::{ChangeDelegation, DelegateAccreditation, DelegationChange};
use registry_types::operation::{Member, StopTarget};
use registry_types::{AccreditationLink, Ask, NotAccredited, accredited};

use registry_types::operation::AccreditationName;
use registry_types::{
    Accreditation, DidRecord, GrantAccreditation, Operation, Organisation, ProposalKind, state_key,
};

use super::{BOARD, Chain, START, TYPE, UNDP, WFP, grant, granted, propose, withdraw};
use crate::{TransactionError as E, View as _};

/// The governors accredit undp, which may hand it on over two levels; wfp and fao have DIDs.
fn accredited_undp() -> (Chain, [String; 3]) {
    let (mut chain, undp) = Chain::with_undp();
    let mut dids = vec![undp.clone()];
    for (id, seed) in [("wfp", WFP), ("fao", 40)] {
        chain.run(BOARD, chain.admit(id, seed)).unwrap();
        dids.push(chain.create_did(id, seed));
    }
    let grant = GrantAccreditation { delegation: 2, ..granted(&undp, &[&undp, &dids[1]]) };
    chain.run(BOARD, propose(ProposalKind::GrantAccreditation(grant))).unwrap();
    (chain, dids.try_into().unwrap())
}

fn delegate(parent: &str, issuer: &str, speaks_for: &[&str], delegation: u8) -> Operation {
    let grant = GrantAccreditation { delegation, ..granted(issuer, speaks_for) };
    Operation::DelegateAccreditation(DelegateAccreditation { parent: parent.to_owned(), grant })
}

fn change(issuer: &str, change: DelegationChange) -> Operation {
    let (issuer, type_iri) = (issuer.to_owned(), TYPE.to_owned());
    Operation::ChangeDelegation(ChangeDelegation { issuer, type_iri, change })
}

fn by_vote(issuer: &str, kind: fn(AccreditationName) -> ProposalKind) -> Operation {
    propose(kind(AccreditationName { issuer: issuer.to_owned(), type_iri: TYPE.to_owned() }))
}

impl Chain {
    /// Reads link after link, as a verifier does; answers how many stood between, or why not.
    fn accredited(&self, issuer: &str, time_ms: u64) -> Result<usize, NotAccredited> {
        let mut records = Vec::new();
        let mut next = issuer.to_owned();
        loop {
            let accreditation: Option<Accreditation> =
                self.state.find(&state_key::accreditation(&next, TYPE)).unwrap();
            let did: Option<DidRecord> = self.state.find(&state_key::did(&next)).unwrap();
            let organisation: Option<Organisation> = did
                .as_ref()
                .and_then(|did| self.state.find(&state_key::organisation(&did.organisation)).unwrap());
            records.push((accreditation, did, organisation));
            let links: Vec<_> = records
                .iter()
                .map(|(accreditation, did, organisation)| AccreditationLink {
                    accreditation: accreditation.as_ref(),
                    did: did.as_ref(),
                    organisation: organisation.as_ref(),
                })
                .collect();
            match accredited(&links, issuer, TYPE, time_ms) {
                Ask::Answer(answer) => return answer.map(|found| found.through.len()),
                Ask::Parent(parent) => next = parent.to_owned(),
            }
            assert!(records.len() < 10, "the chain ends");
        }
    }
}

#[test]
fn an_accreditation_is_handed_down_and_hangs_on_those_above() {
    let (mut chain, [undp, wfp, fao]) = accredited_undp();
    chain.run(UNDP, delegate(&undp, &wfp, &[&undp, &wfp], 1)).unwrap();
    chain.run(WFP, delegate(&wfp, &fao, &[&wfp], 0)).unwrap();
    chain.idle();
    let held = chain.block.time_ms - 1;
    assert_eq!(chain.accredited(&fao, held), Ok(2));
    assert_eq!(chain.accredited(&undp, held), Ok(0));
    assert_eq!(chain.accredited(&fao, START), Err(NotAccredited::NotThen { issuer: fao.clone() }));

    chain.run(BOARD, by_vote(&undp, ProposalKind::SuspendAccreditation)).unwrap();
    let suspended = chain.block.time_ms;
    assert_eq!(chain.accredited(&fao, suspended), Err(NotAccredited::Suspended { issuer: undp.clone() }));
    assert_eq!(chain.accredited(&fao, held), Ok(2), "what was issued before keeps its ground");
    chain.run(BOARD, by_vote(&undp, ProposalKind::ReinstateAccreditation)).unwrap();
    assert_eq!(chain.accredited(&fao, chain.block.time_ms), Ok(2));

    let kind = ProposalKind::SuspendMember(Member { organisation: "wfp".to_owned() });
    chain.run(BOARD, propose(kind)).unwrap();
    assert_eq!(
        chain.accredited(&fao, chain.block.time_ms),
        Err(NotAccredited::NotMember { issuer: wfp.clone() })
    );
    let kind = ProposalKind::ReinstateMember(Member { organisation: "wfp".to_owned() });
    chain.run(BOARD, propose(kind)).unwrap();
    let target = StopTarget::Issuer { did: undp.clone() };
    chain.run(BOARD, propose(ProposalKind::EmergencyStop(target))).unwrap();
    assert_eq!(
        chain.accredited(&fao, chain.block.time_ms),
        Err(NotAccredited::Stopped { issuer: undp.clone() })
    );
    chain.run(BOARD, by_vote(&undp, ProposalKind::WithdrawAccreditation)).unwrap();
    assert_eq!(chain.accredited(&fao, chain.block.time_ms), Err(NotAccredited::NotThen { issuer: undp }));
}

#[test]
fn nobody_hands_on_more_than_it_has() {
    let (mut chain, [undp, wfp, fao]) = accredited_undp();
    assert_eq!(chain.run(UNDP, delegate(&undp, &wfp, &[&fao], 1)), Err(E::SpeaksForMore));
    assert_eq!(chain.run(UNDP, delegate(&undp, &wfp, &[&wfp], 2)), Err(E::DelegationTooDeep));
    assert_eq!(chain.run(UNDP, delegate(&undp, &undp, &[&undp], 1)), Err(E::DelegatesToItself));
    assert_eq!(chain.run(WFP, delegate(&wfp, &fao, &[&wfp], 0)), Err(E::NotAccredited));
    assert_eq!(chain.run(WFP, delegate(&undp, &fao, &[&wfp], 0)), Err(E::NotController));
    chain.run(UNDP, delegate(&undp, &wfp, &[&wfp], 0)).unwrap();
    assert_eq!(chain.run(WFP, delegate(&wfp, &fao, &[&wfp], 0)), Err(E::DelegationTooDeep));
    chain.run(BOARD, by_vote(&undp, ProposalKind::SuspendAccreditation)).unwrap();
    assert_eq!(chain.run(UNDP, delegate(&undp, &fao, &[&wfp], 0)), Err(E::NotAccredited));
    let deep = GrantAccreditation { delegation: 4, ..granted(&fao, &[&fao]) };
    assert_eq!(chain.run(BOARD, propose(ProposalKind::GrantAccreditation(deep))), Err(E::DelegationTooDeep));
}

#[test]
fn only_the_grantor_changes_a_delegation_and_never_against_a_vote() {
    let (mut chain, [undp, wfp, fao]) = accredited_undp();
    chain.run(BOARD, grant(&fao, &[&fao])).unwrap();
    assert_eq!(chain.run(UNDP, delegate(&undp, &fao, &[&wfp], 0)), Err(E::OtherGrantor));
    assert_eq!(chain.run(UNDP, change(&fao, DelegationChange::Withdraw)), Err(E::OtherGrantor));
    chain.run(UNDP, delegate(&undp, &wfp, &[&wfp], 0)).unwrap();
    assert_eq!(chain.run(WFP, change(&wfp, DelegationChange::Suspend)), Err(E::OtherGrantor));

    chain.run(UNDP, change(&wfp, DelegationChange::Suspend)).unwrap();
    assert_eq!(chain.run(UNDP, change(&wfp, DelegationChange::Suspend)), Err(E::AccreditationSuspended));
    chain.run(UNDP, change(&wfp, DelegationChange::Reinstate)).unwrap();
    assert_eq!(chain.run(UNDP, change(&wfp, DelegationChange::Reinstate)), Err(E::AccreditationNotSuspended));

    chain.run(BOARD, by_vote(&wfp, ProposalKind::SuspendAccreditation)).unwrap();
    assert_eq!(chain.run(UNDP, change(&wfp, DelegationChange::Reinstate)), Err(E::OtherGrantor));
    chain.run(UNDP, change(&wfp, DelegationChange::Withdraw)).unwrap();
    assert_eq!(chain.run(UNDP, change(&wfp, DelegationChange::Withdraw)), Err(E::NotAccredited));
    // Withdrawing and granting anew is no way round the governors' suspension.
    chain.run(UNDP, delegate(&undp, &wfp, &[&wfp], 0)).unwrap();
    assert_eq!(
        chain.accredited(&wfp, chain.block.time_ms),
        Err(NotAccredited::Suspended { issuer: wfp.clone() })
    );
    chain.run(BOARD, by_vote(&wfp, ProposalKind::ReinstateAccreditation)).unwrap();
    assert_eq!(chain.accredited(&wfp, chain.block.time_ms), Ok(1));
}

#[test]
fn a_grantors_own_suspension_does_not_stand_in_the_way_of_a_vote() {
    let (mut chain, [undp, wfp, _]) = accredited_undp();
    chain.run(UNDP, delegate(&undp, &wfp, &[&wfp], 0)).unwrap();
    chain.run(UNDP, change(&wfp, DelegationChange::Suspend)).unwrap();
    chain.run(BOARD, by_vote(&wfp, ProposalKind::SuspendAccreditation)).unwrap();
    assert_eq!(chain.run(UNDP, change(&wfp, DelegationChange::Reinstate)), Err(E::OtherGrantor));
    assert_eq!(
        chain.accredited(&wfp, chain.block.time_ms),
        Err(NotAccredited::Suspended { issuer: wfp.clone() })
    );
    chain.run(BOARD, by_vote(&wfp, ProposalKind::ReinstateAccreditation)).unwrap();
    assert_eq!(chain.accredited(&wfp, chain.block.time_ms), Ok(1));
}

#[test]
fn an_accreditation_may_begin_later() {
    let (mut chain, [_, _, fao]) = accredited_undp();
    let begins = chain.block.time_ms + 50_000;
    let later = GrantAccreditation {
        from_ms: Some(begins),
        until_ms: Some(begins + 10_000),
        ..granted(&fao, &[&fao])
    };
    chain.run(BOARD, propose(ProposalKind::GrantAccreditation(later.clone()))).unwrap();
    assert_eq!(chain.accredited(&fao, begins - 1), Err(NotAccredited::NotThen { issuer: fao.clone() }));
    assert_eq!(chain.accredited(&fao, begins), Ok(0));
    assert!(chain.accredited(&fao, begins + 10_000).is_err());
    assert_eq!(
        chain.run(BOARD, propose(ProposalKind::GrantAccreditation(later))),
        Err(E::AccreditationExists)
    );
    // Withdrawn before it began, it never held.
    chain.run(BOARD, withdraw(&fao)).unwrap();
    assert!(chain.accredited(&fao, begins).is_err());
}
