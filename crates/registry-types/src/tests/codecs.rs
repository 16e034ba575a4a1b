//! Every value that is stored or signed: its bytes have one form, and strangers' bytes never panic.

use super::*;
use crate::operation::{
    AccreditationName, AddValidator, AdoptCharter, Member, RemoveValidator, ScheduleUpgrade, StopTarget,
    WithdrawProposal,
};
use crate::record::{
    AdoptedCharter, Agenda, CastVote, Charter, Dispute, DisputeStep, OpenProposal, Term, Usage,
};
use crate::{
    Accreditation, DocumentRecord, Governors, KeyRecord, Organisation, Proposal, ProposalKind, ProposalState,
    Propose, Reason, ReasonCode, RestartCertificate, RestartPlan, RestartProof, SetChange, Validator,
    ValidatorRecord, ValidatorSet, Vote,
};

/// Whatever decodes encodes to the same bytes.
fn one_form<T: Canonical>(bytes: &[u8]) {
    if let Ok(value) = T::from_bytes(bytes) {
        assert_eq!(value.to_bytes(), bytes);
    }
}

fn all_forms(bytes: &[u8]) {
    one_form::<SignedTransaction>(bytes);
    one_form::<SignedStatement>(bytes);
    one_form::<MemberStatement>(bytes);
    one_form::<Proposal>(bytes);
    one_form::<Agenda>(bytes);
    one_form::<Charter>(bytes);
    one_form::<Dispute>(bytes);
    one_form::<ValidatorRecord>(bytes);
    one_form::<ValidatorSet>(bytes);
    one_form::<Usage>(bytes);
    one_form::<Organisation>(bytes);
    one_form::<KeyRecord>(bytes);
    one_form::<DidRecord>(bytes);
    one_form::<Accreditation>(bytes);
    one_form::<DocumentRecord>(bytes);
    one_form::<Governors>(bytes);
    one_form::<Params>(bytes);
    one_form::<Genesis>(bytes);
    one_form::<RestartPlan>(bytes);
    one_form::<RestartCertificate>(bytes);
    one_form::<RestartProof>(bytes);
    one_form::<Vec<SetChange>>(bytes);
    one_form::<Block>(bytes);
}

fn kinds() -> impl Strategy<Value = ProposalKind> {
    let organisation = || "[a-z]{2,8}".prop_map(|organisation| Member { organisation });
    let name = ("[a-z:]{1,20}", "[a-z:]{1,20}")
        .prop_map(|(issuer, type_iri)| AccreditationName { issuer, type_iri });
    prop_oneof![
        Just(ProposalKind::AdmitMember(signed_statement(statement()))),
        organisation().prop_map(ProposalKind::SuspendMember),
        organisation().prop_map(ProposalKind::RemoveMember),
        (any::<[u8; 32]>(), any::<u64>(), "[a-z]{2,8}").prop_map(|(public_key, at_height, owner)| {
            let validator = Validator { public_key, power: 1, owner, host: "h".to_owned() };
            ProposalKind::AddValidator(AddValidator { validator, at_height })
        }),
        (any::<[u8; 32]>(), any::<u64>()).prop_map(|(public_key, at_height)| {
            ProposalKind::RemoveValidator(RemoveValidator { public_key, at_height })
        }),
        name.prop_map(ProposalKind::SuspendAccreditation),
        Just(ProposalKind::ChangeParams(Params::default())),
        (any::<u32>(), any::<u64>(), any::<[u8; 32]>()).prop_map(|(rules, at_height, binary)| {
            ProposalKind::ScheduleUpgrade(ScheduleUpgrade { rules, at_height, binary })
        }),
        (any::<u32>(), any::<[u8; 32]>())
            .prop_map(|(version, digest)| ProposalKind::AdoptCharter(AdoptCharter { version, digest })),
        any::<[u8; 32]>()
            .prop_map(|public_key| { ProposalKind::EmergencyStop(StopTarget::RegistryKey { public_key }) }),
    ]
}

fn proposals() -> impl Strategy<Value = Proposal> {
    let vote = ("[a-z]{2,8}", any::<bool>(), any::<u64>())
        .prop_map(|(organisation, approve, at_ms)| CastVote { organisation, approve, at_ms });
    let state = prop_oneof![
        Just(ProposalState::Open),
        any::<u64>().prop_map(|at_ms| ProposalState::Rejected { at_ms }),
        (any::<u64>(), any::<u64>(), prop::collection::vec("[a-z]{2,8}", 0..5))
            .prop_map(|(height, at_ms, governors)| ProposalState::Executed { height, at_ms, governors }),
    ];
    (kinds(), any::<[u8; 32]>(), any::<[u64; 3]>(), prop::collection::vec(vote, 0..6), state).prop_map(
        |(kind, digest, [proposed_ms, earliest_ms, deadline_ms], votes, state)| Proposal {
            number: proposed_ms % 100,
            kind,
            reason: Reason { code: ReasonCode::Breach, digest },
            proposer: "board".to_owned(),
            proposed_ms,
            earliest_ms,
            deadline_ms,
            votes,
            state,
        },
    )
}

proptest! {
    #[test]
    fn proposals_read_back_as_they_were(proposal in proposals(), cut in any::<prop::sample::Index>()) {
        let bytes = proposal.to_bytes();
        prop_assert_eq!(Proposal::from_bytes(&bytes), Ok(proposal));
        prop_assert!(Proposal::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn transactions_of_governance_read_back(kind in kinds(), proposal in any::<[u8; 32]>(), choice in 0..3u8) {
        let operation = match choice {
            0 => Operation::Propose(Propose {
                kind,
                reason: Reason::without_text(ReasonCode::Routine),
                notice_ms: 1,
                deadline_ms: 2,
            }),
            1 => Operation::Vote(Vote { proposal, approve: true }),
            _ => Operation::WithdrawProposal(WithdrawProposal { proposal }),
        };
        let transaction = Transaction { operation, ..signed().transaction };
        let one = SignedTransaction { transaction, ..signed() };
        prop_assert_eq!(one.proposal_id().is_some(), choice == 0);
        prop_assert!(!one.touches().is_empty());
        prop_assert_eq!(SignedTransaction::from_bytes(&one.to_bytes()), Ok(one));
    }

    #[test]
    fn strangers_bytes_have_one_form_or_none(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut versioned = vec![1];
        versioned.extend(bytes);
        all_forms(&versioned);
    }

    #[test]
    fn a_flipped_bit_never_decodes_to_another_form(
        proposal in proposals(), at in any::<prop::sample::Index>(), bit in 0..8u8,
    ) {
        let mut bytes = proposal.to_bytes();
        let index = at.index(bytes.len());
        bytes[index] ^= 1 << bit;
        all_forms(&bytes);
    }

    #[test]
    fn a_statement_holds_only_as_it_was_signed(at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let bytes = signed_statement(statement()).to_bytes();
        let mut changed = bytes.clone();
        let index = at.index(bytes.len());
        changed[index] ^= 1 << bit;
        if let Ok(read) = SignedStatement::from_bytes(&changed) {
            prop_assert!(read.check().is_err());
        }
        SignedStatement::from_bytes(&bytes).unwrap().check().unwrap();
    }
}

#[test]
fn the_smaller_records_read_back() {
    fn same<T: Canonical + PartialEq + std::fmt::Debug>(value: T) {
        assert_eq!(T::from_bytes(&value.to_bytes()), Ok(value));
    }
    same(Agenda {
        proposals: 3,
        open: vec![OpenProposal {
            id: [1; 32],
            proposer: "a".to_owned(),
            earliest_ms: 1,
            earliest_height: 2,
            deadline_ms: 3,
        }],
        upgrades: vec![ScheduleUpgrade { rules: 2, at_height: 9, binary: [2; 32] }],
    });
    same(Charter { versions: vec![AdoptedCharter { version: 1, digest: [3; 32], adopted_ms: 4 }] });
    same(Usage { window_ms: 1, transactions: 2, bytes: 3 });
    same(ValidatorRecord {
        public_key: [1; 32],
        owner: "a".to_owned(),
        host: "h".to_owned(),
        terms: vec![Term { from_height: 1, until_height: Some(2) }],
        audits: Vec::new(),
    });
    same(Dispute {
        parties: vec!["a".to_owned(), "b".to_owned()],
        matter: [1; 32],
        stages: vec![DisputeStep {
            stage: crate::operation::DisputeStage::Mediation,
            arbiter: "c".to_owned(),
            from_ms: 1,
            deadline_ms: 2,
        }],
        closed: None,
    });
    same(signed_statement(statement()));
}
