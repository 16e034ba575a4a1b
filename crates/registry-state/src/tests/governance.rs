use registry_types::operation::{
    AddValidator, AdoptCharter, AdvanceDispute, ChangeSeats, CloseDispute, DisputeStage, Member, OpenDispute,
    RemoveValidator, RotateValidator, StopTarget, WithdrawProposal,
};
use registry_types::record::{Charter, Dispute};
use registry_types::{
    Agenda, GovernanceParams, Governors, Hash, MemberStatus, Proposal, ProposalState, Quotas, Validator,
    ValidatorRecord, ValidatorSet, Vote, proposal_id,
};

use registry_types::{
    CharterVersion, CreateDid, DidChange, DidRecord, Operation, Organisation, Params, ProposalKind, Propose,
    Reason, ReasonCode, Seats, state_key,
};

use super::{
    BOARD, Chain, START, UNDP, anchor, document_key, genesis, inception, propose, public, rule,
    sign_statement, status, update, withdraw,
};
use crate::{Execution, TransactionError as E, check_stateless};

pub const HOUR: u64 = 3_600_000;
pub const DAY: u64 = 24 * HOUR;

/// Govern key seeds of four governors.
pub const FOUR: [(&str, u8); 4] = [("aa", 100), ("bb", 110), ("cc", 120), ("dd", 130)];

pub fn four() -> Chain {
    Chain::of(&genesis(&FOUR))
}

pub fn member(id: &str) -> Member {
    Member { organisation: id.to_owned() }
}

pub fn validator(owner: &str, seed: u8) -> Validator {
    Validator { public_key: public(seed), power: 1, owner: owner.to_owned(), host: "host".to_owned() }
}

impl Chain {
    pub fn put(&mut self, seed: u8, kind: ProposalKind) -> Result<Hash, E> {
        let reason = Reason::with_text(ReasonCode::Routine, &[1; 16], "because");
        let (notice_ms, deadline_ms) = (DAY, self.block.time_ms + 10 * DAY);
        self.put_as(seed, Propose { kind, reason, notice_ms, deadline_ms })
    }

    pub fn put_as(&mut self, seed: u8, propose: Propose) -> Result<Hash, E> {
        let signed = self.signed(seed, Operation::Propose(propose));
        let id = proposal_id(&signed.public_key, signed.transaction.sequence);
        self.submit(signed).map(|()| id)
    }

    pub fn vote(&mut self, seed: u8, proposal: Hash, approve: bool) -> Result<(), E> {
        self.run(seed, Operation::Vote(Vote { proposal, approve }))
    }

    /// Proposed and carried by three of four, at once; it takes effect after its notice.
    pub fn carry(&mut self, kind: ProposalKind) -> ProposalState {
        let id = self.put(100, kind).unwrap();
        self.vote(110, id, true).unwrap();
        self.vote(120, id, true).unwrap();
        self.idle_until(self.block.time_ms + DAY);
        self.state_of(id)
    }

    pub fn state_of(&self, id: Hash) -> ProposalState {
        self.find::<Proposal>(&state_key::proposal(&id)).state
    }
}

fn failed_with(state: &ProposalState) -> &str {
    match state {
        ProposalState::Failed { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn three_of_four_carry_a_proposal_after_its_notice() {
    let mut chain = four();
    let kind = ProposalKind::AdmitMember(sign_statement(chain.statement("undp", UNDP)));
    let id = chain.put(100, kind).unwrap();
    chain.vote(110, id, true).unwrap();
    chain.idle_until(chain.block.time_ms + DAY);
    assert_eq!(chain.state_of(id), ProposalState::Open, "two of four are no quorum");
    let height = chain.block.height;
    chain.vote(120, id, true).unwrap();
    let proposal: Proposal = chain.find(&state_key::proposal(&id));
    let expected = ["aa", "bb", "cc", "dd"].map(str::to_owned).to_vec();
    assert!(matches!(&proposal.state, ProposalState::Executed { height: at, governors, .. }
        if *at == height && *governors == expected));
    assert_eq!(proposal.votes.len(), 3);
    assert_eq!(chain.find::<Organisation>("org/undp").admitted_by, "aa");
    assert!(chain.find::<Agenda>("agenda").open.is_empty());
    assert_eq!(chain.vote(130, id, true), Err(E::ProposalClosed));
}

#[test]
fn a_quorum_before_the_notice_is_over_waits_for_a_block_after_it() {
    let mut chain = four();
    let proposed = chain.block.time_ms;
    let id = chain.put(100, ProposalKind::SuspendMember(member("dd"))).unwrap();
    chain.vote(110, id, true).unwrap();
    chain.vote(120, id, true).unwrap();
    chain.idle_until(proposed + DAY - 1);
    assert_eq!(chain.state_of(id), ProposalState::Open);
    chain.idle_until(proposed + DAY);
    assert!(matches!(chain.state_of(id), ProposalState::Executed { .. }));
    assert_eq!(chain.find::<Governors>("governors").organisations, ["aa", "bb", "cc"]);
    assert_eq!(chain.put(130, ProposalKind::ReinstateMember(member("dd"))), Err(E::NotActive));
}

#[test]
fn an_idle_chain_writes_nothing_while_proposals_wait() {
    let mut chain = four();
    chain.put(100, ProposalKind::SuspendMember(member("dd"))).unwrap();
    chain.block.time_ms += 2 * DAY;
    assert!(Execution::begin(&chain.state, chain.block).unwrap().into_writes().is_empty());
}

#[test]
fn votes_are_final_and_only_governors_have_one() {
    let mut chain = four();
    let id = chain.put(100, ProposalKind::SuspendMember(member("dd"))).unwrap();
    assert_eq!(chain.vote(100, id, true), Err(E::AlreadyVoted));
    chain.vote(110, id, false).unwrap();
    assert_eq!(chain.vote(110, id, true), Err(E::AlreadyVoted));
    assert_eq!(chain.vote(110, [9; 32], true), Err(E::UnknownProposal));

    let (mut alone, _) = Chain::with_undp();
    assert_eq!(alone.vote(UNDP, [9; 32], true), Err(E::NotGovernor));
    assert_eq!(alone.put(UNDP, ProposalKind::SuspendMember(member("board"))), Err(E::NotGovernor));
}

#[test]
fn a_proposal_ends_rejected_withdrawn_or_expired() {
    let mut chain = four();
    let kind = || ProposalKind::SuspendMember(member("dd"));
    let rejected = chain.put(100, kind()).unwrap();
    chain.vote(110, rejected, false).unwrap();
    assert_eq!(chain.state_of(rejected), ProposalState::Open);
    chain.vote(120, rejected, false).unwrap();
    assert!(matches!(chain.state_of(rejected), ProposalState::Rejected { .. }));

    let withdrawn = chain.put(100, kind()).unwrap();
    let end = |proposal| Operation::WithdrawProposal(WithdrawProposal { proposal });
    assert_eq!(chain.run(110, end(withdrawn)), Err(E::NotProposer));
    chain.run(100, end(withdrawn)).unwrap();
    assert!(matches!(chain.state_of(withdrawn), ProposalState::Withdrawn { .. }));
    assert_eq!(chain.run(100, end(withdrawn)), Err(E::ProposalClosed));

    let expired = chain.put(100, kind()).unwrap();
    chain.vote(110, expired, true).unwrap();
    chain.block.time_ms += 11 * DAY;
    // The deadline has passed before the vote is looked at.
    assert_eq!(chain.vote(120, expired, true), Err(E::ProposalClosed));
    chain.idle();
    assert!(matches!(chain.state_of(expired), ProposalState::Expired { .. }));
    assert_eq!(chain.find::<Agenda>("agenda").proposals, 3);
}

#[test]
fn notice_deadline_and_room_are_held_to() {
    let mut chain = four();
    let kind = || ProposalKind::SuspendMember(member("dd"));
    let reason = Reason::without_text(ReasonCode::Breach);
    let now = chain.block.time_ms;
    let with = |notice_ms, deadline_ms| Propose { kind: kind(), reason, notice_ms, deadline_ms };
    assert_eq!(chain.put_as(100, with(DAY - 1, now + 5 * DAY)), Err(E::NoticeTooShort { minimum_ms: DAY }));
    for deadline in [now + DAY, now + 91 * DAY] {
        chain.block.time_ms = now;
        let refused = chain.put_as(100, with(DAY, deadline));
        assert_eq!(refused, Err(E::DeadlineOutOfRange { earliest: now + DAY, latest: now + 90 * DAY }));
    }
    for _ in 0..16 {
        chain.put(100, kind()).unwrap();
    }
    assert_eq!(chain.put(100, kind()), Err(E::TooManyProposals));
    chain.put(110, kind()).unwrap();
}

#[test]
fn what_is_not_possible_any_more_fails_and_says_why() {
    let mut chain = four();
    let state = chain.carry(ProposalKind::SuspendMember(member("nobody")));
    assert_eq!(failed_with(&state), "unknown_organisation");
    // Alone, the governor hears it at once and nothing is kept.
    let mut alone = Chain::new();
    let refused = alone.run(BOARD, propose(ProposalKind::SuspendMember(member("nobody"))));
    assert_eq!(refused, Err(E::UnknownOrganisation("nobody".to_owned())));
    assert_eq!(alone.find::<Agenda>("agenda").proposals, 0);
}

#[test]
fn the_quorum_is_of_those_who_govern_when_it_takes_effect() {
    let mut chain = four();
    // bb and cc want something, dd is against it and is removed by then: two of three are no quorum either.
    let id =
        chain.put(110, ProposalKind::AdoptCharter(AdoptCharter { version: 2, digest: [2; 32] })).unwrap();
    chain.vote(130, id, true).unwrap();
    chain.carry(ProposalKind::RemoveMember(member("dd")));
    assert_eq!(chain.state_of(id), ProposalState::Open, "dd's vote went with it");
    chain.vote(100, id, true).unwrap();
    assert_eq!(chain.state_of(id), ProposalState::Open, "two of three are not more than two thirds");
    chain.vote(120, id, true).unwrap();
    assert!(matches!(chain.state_of(id), ProposalState::Executed { .. }));
    assert_eq!(chain.find::<Charter>("charter").versions.len(), 2);
}

#[test]
fn members_are_suspended_reinstated_and_removed() {
    let mut chain = Chain::new();
    chain.run(BOARD, chain.admit("undp", UNDP)).unwrap();
    let run = |chain: &mut Chain, kind| chain.run(BOARD, propose(kind));
    let (suspend, reinstate, remove) = (
        || ProposalKind::SuspendMember(member("undp")),
        || ProposalKind::ReinstateMember(member("undp")),
        || ProposalKind::RemoveMember(member("undp")),
    );
    assert_eq!(run(&mut chain, reinstate()), Err(E::MemberNotSuspended));
    let suspended = chain.block.time_ms;
    run(&mut chain, suspend()).unwrap();
    assert_eq!(run(&mut chain, suspend()), Err(E::MemberSuspended));
    let inception = inception("undp", UNDP + 1);
    let create = || Operation::CreateDid(CreateDid { inception: inception.clone() });
    assert_eq!(chain.run(UNDP + 1, create()), Err(E::NotActive));
    let reinstated = chain.block.time_ms;
    run(&mut chain, reinstate()).unwrap();
    chain.run(UNDP + 1, create()).unwrap();
    run(&mut chain, remove()).unwrap();
    for kind in [suspend(), reinstate(), remove()] {
        assert_eq!(run(&mut chain, kind), Err(E::MemberRemoved));
    }
    assert_eq!(chain.run(UNDP + 1, create()), Err(E::KeyRevoked));
    let record: Organisation = chain.find("org/undp");
    let at = |time| record.status_at(time);
    assert_eq!(
        [at(START), at(suspended), at(reinstated)],
        [None, Some(MemberStatus::Suspended), Some(MemberStatus::Active)]
    );
    assert!(record.keys.iter().all(|key| key.until_ms.is_some()));
    assert_eq!(run(&mut chain, ProposalKind::SuspendMember(member("board"))), Err(E::LastGovernor));
}

#[test]
fn seats_change_by_a_vote() {
    let mut chain = Chain::new();
    chain.run(BOARD, chain.admit("undp", UNDP)).unwrap();
    let change = |organisation: &str, seats| {
        let organisation = organisation.to_owned();
        propose(ProposalKind::ChangeSeats(ChangeSeats { organisation, seats }))
    };
    let governor = Seats { governor: true, ..Seats::default() };
    assert_eq!(chain.run(BOARD, change("board", Seats::default())), Err(E::SeatInUse));
    assert_eq!(
        chain.run(BOARD, change("board", Seats { validator: true, ..Seats::default() })),
        Err(E::LastGovernor)
    );
    chain.run(BOARD, change("undp", governor)).unwrap();
    assert_eq!(chain.find::<Governors>("governors").organisations, ["board", "undp"]);
    // From here on there is a vote, and both are needed.
    let id = chain.put(BOARD, ProposalKind::SuspendMember(member("undp"))).unwrap();
    chain.idle_until(chain.block.time_ms + DAY);
    assert_eq!(chain.state_of(id), ProposalState::Open);
    assert_eq!(
        chain
            .put(
                BOARD,
                ProposalKind::ChangeSeats(ChangeSeats { organisation: "undp".to_owned(), seats: governor })
            )
            .map(|_| ()),
        Ok(())
    );
}

#[test]
fn validators_change_from_the_height_after_the_stated_one() {
    let mut chain = four();
    let at_height = chain.block.height + 20;
    let id = chain
        .put(100, ProposalKind::AddValidator(AddValidator { validator: validator("bb", 2), at_height }))
        .unwrap();
    chain.vote(110, id, true).unwrap();
    chain.vote(120, id, true).unwrap();
    chain.idle_until(chain.block.time_ms + DAY);
    while chain.block.height < at_height {
        chain.idle();
        assert_eq!(chain.find::<ValidatorSet>("validators").validators().len(), 1);
    }
    chain.idle();
    assert_eq!(chain.find::<ValidatorSet>("validators").validators().len(), 2);
    let record: ValidatorRecord = chain.find(&state_key::validator(&public(2)));
    assert_eq!(record.terms[0].from_height, at_height + 1);

    let rotate = RotateValidator { from: public(2), to: public(3), at_height: 0 };
    assert!(matches!(
        chain.carry(ProposalKind::RotateValidator(rotate.clone())),
        ProposalState::Executed { .. }
    ));
    let removed = chain.block.height;
    let ended: ValidatorRecord = chain.find(&state_key::validator(&public(2)));
    assert_eq!(ended.terms[0].until_height, Some(removed - 1));
    assert_eq!(failed_with(&chain.carry(ProposalKind::RotateValidator(rotate))), "validator_exists");
    let unknown = RotateValidator { from: public(8), to: public(9), at_height: 0 };
    assert_eq!(failed_with(&chain.carry(ProposalKind::RotateValidator(unknown))), "unknown_validator");
    let remove =
        |seed| ProposalKind::RemoveValidator(RemoveValidator { public_key: public(seed), at_height: 0 });
    assert!(matches!(chain.carry(remove(3)), ProposalState::Executed { .. }));
    assert_eq!(failed_with(&chain.carry(remove(1))), "last_validator");
    let add = |validator| ProposalKind::AddValidator(AddValidator { validator, at_height: 0 });
    assert_eq!(failed_with(&chain.carry(add(validator("bb", 1)))), "validator_exists");
    assert_eq!(failed_with(&chain.carry(add(validator("cc", 2)))), "validator_exists");
    assert_eq!(failed_with(&chain.carry(add(validator("nobody", 4)))), "unknown_organisation");
    chain.carry(ProposalKind::SuspendMember(member("dd")));
    assert_eq!(failed_with(&chain.carry(add(validator("dd", 4)))), "member_not_active");
    let strong = Validator { power: 2, ..validator("bb", 4) };
    assert_eq!(chain.put(100, add(strong)), Err(E::NoPower));
    let nameless = Validator { host: String::new(), ..validator("bb", 4) };
    assert_eq!(chain.put(100, add(nameless)), Err(E::BadHost));
}

#[test]
fn parameters_change_within_their_ranges() {
    let mut chain = Chain::new();
    let change = |params| propose(ProposalKind::ChangeParams(params));
    assert_eq!(chain.run(BOARD, change(Params::default())), Err(E::Unchanged));
    assert_eq!(chain.run(BOARD, change(Params { rules: 2, ..Params::default() })), Err(E::RulesNeedUpgrade));
    let bad = GovernanceParams { max_open_proposals: 0, ..GovernanceParams::default() };
    assert_eq!(
        chain.run(BOARD, change(Params { governance: bad, ..Params::default() })),
        Err(E::BadParams("maxOpenProposals"))
    );
    // Whatever no later transaction could get past.
    let quotas = |block_bytes, window_bytes| Quotas { block_bytes, window_bytes, ..Quotas::default() };
    for (quotas, name) in [(quotas(1, 0), "blockBytes"), (quotas(0, 65_535), "windowBytes")] {
        assert_eq!(chain.run(BOARD, change(Params { quotas, ..Params::default() })), Err(E::BadParams(name)));
    }
    let bad = GovernanceParams { emergency_ms: DAY, ..GovernanceParams::default() };
    let params = Params { governance: bad, ..Params::default() };
    assert_eq!(chain.run(BOARD, change(params)), Err(E::BadParams("emergencyMs")));
    chain.run(BOARD, change(Params { heartbeat_ms: 5_000, ..Params::default() })).unwrap();
    assert_eq!(chain.find::<Params>("params").heartbeat_ms, 5_000);
}

#[test]
fn quotas_are_the_members_not_the_keys() {
    let (mut chain, did) = Chain::with_undp();
    let quotas = Quotas { window_ms: HOUR, window_transactions: 2, ..Quotas::default() };
    chain.run(BOARD, propose(ProposalKind::ChangeParams(Params { quotas, ..Params::default() }))).unwrap();
    let end = START - START % HOUR + HOUR;
    chain.run(UNDP + 2, status(&did, 1, 1)).unwrap();
    chain.run(UNDP + 2, status(&did, 2, 1)).unwrap();
    let refused = Err(E::OverWindowQuota { until_ms: end });
    assert_eq!(chain.run(UNDP + 2, status(&did, 3, 1)), refused);
    assert_eq!(chain.run(UNDP + 1, update(&did, 1, DidChange::Deactivate)), refused);
    chain.run(BOARD, withdraw(&did)).unwrap_err();
    chain.block.time_ms = end;
    chain.run(UNDP + 2, status(&did, 3, 1)).unwrap();

    let quotas = Quotas { block_transactions: 1, ..Quotas::default() };
    chain.run(BOARD, propose(ProposalKind::ChangeParams(Params { quotas, ..Params::default() }))).unwrap();
    let one = check_stateless(chain.signed(UNDP + 2, status(&did, 4, 1)), &chain.id).unwrap();
    let other =
        check_stateless(chain.signed(UNDP + 1, update(&did, 1, DidChange::Deactivate)), &chain.id).unwrap();
    let board = check_stateless(chain.signed(BOARD + 2, status(&did, 4, 1)), &chain.id).unwrap();
    let mut execution = Execution::begin(&chain.state, chain.block).unwrap();
    rule(execution.apply(&one)).unwrap();
    assert_eq!(rule(execution.apply(&other)), Err(E::OverBlockQuota));
    // Another member has its own share; it is refused for another reason.
    assert_eq!(rule(execution.apply(&board)), Err(E::NotController));
}

#[test]
fn charters_follow_each_other_and_new_members_sign_the_last() {
    let mut chain = Chain::new();
    let adopt = |version| propose(ProposalKind::AdoptCharter(AdoptCharter { version, digest: [9; 32] }));
    assert_eq!(chain.run(BOARD, adopt(3)), Err(E::CharterVersion { expected: 2 }));
    chain.run(BOARD, adopt(2)).unwrap();
    assert_eq!(chain.run(BOARD, chain.admit("undp", UNDP)), Err(E::OtherCharter));
    let mut statement = chain.statement("undp", UNDP);
    statement.charter = CharterVersion { version: 2, digest: [9; 32] };
    chain.run(BOARD, propose(ProposalKind::AdmitMember(sign_statement(statement)))).unwrap();
    assert_eq!(chain.find::<Organisation>("org/undp").charter, 2);
}

#[test]
fn a_dispute_goes_forward_and_closes_once() {
    let mut chain = four();
    let deadline_ms = chain.block.time_ms + 60 * DAY;
    let open = |parties: &[&str]| {
        ProposalKind::OpenDispute(OpenDispute {
            parties: parties.iter().map(|&id| id.to_owned()).collect(),
            arbiter: "The mediator".to_owned(),
            deadline_ms,
            matter: [1; 32],
        })
    };
    assert_eq!(chain.put(100, open(&["aa"])), Err(E::BadCount("parties")));
    assert_eq!(chain.put(100, open(&["aa", "aa"])), Err(E::Repeated("a party")));
    let id = chain.put(100, open(&["aa", "bb"])).unwrap();
    chain.vote(110, id, true).unwrap();
    chain.vote(120, id, true).unwrap();
    chain.idle_until(chain.block.time_ms + DAY);
    let advance = |stage| {
        let arbiter = "The tribunal".to_owned();
        ProposalKind::AdvanceDispute(AdvanceDispute { dispute: id, stage, arbiter, deadline_ms })
    };
    chain.carry(advance(DisputeStage::Arbitration));
    assert_eq!(failed_with(&chain.carry(advance(DisputeStage::Mediation))), "dispute_stage_back");
    let close = |dispute| ProposalKind::CloseDispute(CloseDispute { dispute, outcome: [2; 32] });
    assert_eq!(failed_with(&chain.carry(close([3; 32]))), "unknown_dispute");
    chain.carry(close(id));
    assert_eq!(failed_with(&chain.carry(close(id))), "dispute_closed");
    let record: Dispute = chain.find(&state_key::dispute(&id));
    assert_eq!((record.stages.len(), record.closed.unwrap().outcome), (2, [2; 32]));
}

#[test]
fn a_third_of_the_governors_stops_an_issuer_until_it_lapses() {
    let mut chain = four();
    chain.carry(ProposalKind::AdmitMember(sign_statement(chain.statement("undp", UNDP))));
    let did = chain.create_did("undp", UNDP);
    let target = || StopTarget::Issuer { did: did.clone() };
    let id = chain.put(100, ProposalKind::EmergencyStop(target())).unwrap();
    assert_eq!(chain.state_of(id), ProposalState::Open, "one of four is less than a third");
    let stopped = chain.block.time_ms;
    chain.vote(110, id, true).unwrap();
    let record: DidRecord = chain.find(&state_key::did(&did));
    assert!(record.stopped_at(None, stopped).is_some() && record.stopped_at(None, stopped - 1).is_none());
    assert!(record.stopped_at(None, stopped + 7 * DAY).is_none());
    assert_eq!(chain.run(UNDP + 2, anchor(&did, 0, 1)), Err(E::IssuerStopped));
    assert_eq!(chain.run(UNDP + 2, status(&did, 0, 1)), Err(E::IssuerStopped));

    chain.block.time_ms = stopped + 7 * DAY;
    chain.run(UNDP + 2, anchor(&did, 0, 1)).unwrap();
    // The same small group does not prolong it.
    let again = chain.put(100, ProposalKind::EmergencyStop(target())).unwrap();
    chain.vote(110, again, true).unwrap();
    assert_eq!(failed_with(&chain.state_of(again)), "stopped_recently");
    assert_eq!(failed_with(&chain.carry(ProposalKind::ConfirmStop(target()))), "not_stopped");

    chain.block.time_ms = stopped + 14 * DAY;
    let later = chain.put(100, ProposalKind::EmergencyStop(target())).unwrap();
    chain.vote(110, later, true).unwrap();
    chain.carry(ProposalKind::ConfirmStop(target()));
    let record: DidRecord = chain.find(&state_key::did(&did));
    assert!(record.stopped_at(None, u64::MAX).is_some());
    assert_eq!(failed_with(&chain.carry(ProposalKind::ConfirmStop(target()))), "stopped_already");
    chain.carry(ProposalKind::LiftStop(target()));
    chain.run(UNDP + 2, anchor(&did, 1, 1)).unwrap();
    assert_eq!(chain.find::<DidRecord>(&state_key::did(&did)).stops.len(), 2);
}

#[test]
fn nobody_can_take_the_room_of_an_emergency_or_keep_one_open() {
    let mut chain = four();
    let governance =
        GovernanceParams { max_open_proposals: 2, max_open_per_governor: 1, ..GovernanceParams::default() };
    chain.carry(ProposalKind::ChangeParams(Params { governance, ..Params::default() }));
    let ordinary = || ProposalKind::SuspendMember(member("dd"));
    chain.put(100, ordinary()).unwrap();
    chain.put(110, ordinary()).unwrap();
    assert_eq!(chain.put(120, ordinary()), Err(E::TooManyProposals));
    let stop = || ProposalKind::EmergencyStop(StopTarget::RegistryKey { public_key: public(100) });
    let id = chain.put(120, stop()).unwrap();
    assert_eq!(chain.put(120, stop()), Err(E::TooManyProposals), "each has its own limit");
    // Two of four would stop it; with three against it nobody can any more.
    for seed in [100, 110] {
        chain.vote(seed, id, false).unwrap();
        assert_eq!(chain.state_of(id), ProposalState::Open);
    }
    chain.vote(130, id, false).unwrap();
    assert!(matches!(chain.state_of(id), ProposalState::Rejected { .. }));
}

#[test]
fn one_key_is_stopped_alone() {
    let (mut chain, did) = Chain::with_undp();
    let stop = |target| propose(ProposalKind::EmergencyStop(target));
    let multikey = document_key("key-1", 'K').multikey;
    let document =
        |multikey: &str| StopTarget::DocumentKey { did: did.clone(), multikey: multikey.to_owned() };
    chain.run(BOARD, stop(document(&multikey))).unwrap();
    let record: DidRecord = chain.find(&state_key::did(&did));
    assert!(record.stopped_at(Some(&multikey), chain.block.time_ms).is_some());
    assert!(record.stopped_at(None, chain.block.time_ms).is_none());
    assert_eq!(chain.run(BOARD, stop(document(&document_key("x", 'M').multikey))), Err(E::UnknownMethod));
    assert_eq!(chain.run(BOARD, stop(document("z1"))), Err(E::BadMultikey));
    let registry = |seed| StopTarget::RegistryKey { public_key: public(seed) };
    chain.run(BOARD, stop(registry(UNDP + 2))).unwrap();
    assert_eq!(chain.run(UNDP + 2, status(&did, 1, 1)), Err(E::KeyStopped));
    assert_eq!(chain.run(BOARD, stop(registry(99))), Err(E::UnknownRegistryKey));
    assert_eq!(chain.run(BOARD, propose(ProposalKind::LiftStop(registry(UNDP + 1)))), Err(E::NotStopped));
    chain.run(BOARD, propose(ProposalKind::LiftStop(registry(UNDP + 2)))).unwrap();
    chain.run(UNDP + 2, status(&did, 1, 1)).unwrap();
}
