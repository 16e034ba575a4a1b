use registry_types::operation::{
    AddKey, AddValidator, Audit, DescribeValidator, RecoverDid, RecoverMember, RevokeValidator, StopTarget,
    possession_bytes,
};
use registry_types::record::Service;
use registry_types::{Validator, ValidatorRecord, ValidatorSet, limits};

use ed25519_dalek::Signer as _;
use registry_types::operation::RevokeKey;
use registry_types::{DidChange, DidRecord, KeyRole, NewKey, Operation, ProposalKind, state_key};

use super::{BOARD, Chain, START, UNDP, document_key, key, propose, public, replace, status, update};
use crate::TransactionError as E;

fn add_key(chain: &Chain, organisation: &str, role: KeyRole, seed: u8) -> AddKey {
    let new = NewKey { role, public_key: public(seed) };
    let possession = key(seed).sign(&possession_bytes(&chain.id, organisation, &new)).to_bytes();
    AddKey { key: new, possession }
}

fn revoke(seed: u8) -> Operation {
    Operation::RevokeKey(RevokeKey { public_key: public(seed) })
}

#[test]
fn an_organisation_rotates_its_keys_alone() {
    let (mut chain, did) = Chain::with_undp();
    let add = add_key(&chain, "undp", KeyRole::Operate, 60);
    chain.run(UNDP, Operation::AddKey(add.clone())).unwrap();
    assert_eq!(chain.run(UNDP, Operation::AddKey(add)), Err(E::KeyTaken));
    let elsewhere = add_key(&chain, "wfp", KeyRole::Operate, 61);
    assert_eq!(chain.run(UNDP, Operation::AddKey(elsewhere)), Err(E::NotPossessed));
    chain.run(60, status(&did, 1, 1)).unwrap();
    chain.run(UNDP, revoke(UNDP + 2)).unwrap();
    assert_eq!(chain.run(UNDP + 2, status(&did, 2, 1)), Err(E::KeyRevoked));
    assert_eq!(chain.run(UNDP, revoke(UNDP + 2)), Err(E::KeyRevokedAlready));
    assert_eq!(chain.run(UNDP, revoke(BOARD)), Err(E::NotOwnKey));
    assert_eq!(chain.run(UNDP, revoke(UNDP)), Err(E::LastGovernKey));
    let govern = add_key(&chain, "undp", KeyRole::Govern, 62);
    chain.run(UNDP, Operation::AddKey(govern)).unwrap();
    // A key may end itself.
    chain.run(UNDP, revoke(UNDP)).unwrap();
    assert_eq!(chain.run(UNDP, revoke(62)), Err(E::KeyRevoked));
    assert_eq!(chain.run(62, revoke(62)), Err(E::LastGovernKey));
}

#[test]
fn the_governors_give_a_member_new_govern_keys() {
    let (mut chain, _) = Chain::with_undp();
    let recover = |keys: Vec<NewKey>| {
        propose(ProposalKind::RecoverMember(RecoverMember { organisation: "undp".to_owned(), keys }))
    };
    let new = |role, seed| NewKey { role, public_key: public(seed) };
    assert_eq!(chain.run(BOARD, recover(Vec::new())), Err(E::BadCount("keys")));
    assert_eq!(chain.run(BOARD, recover(vec![new(KeyRole::Did, 70)])), Err(E::OnlyGovernKeys));
    assert_eq!(chain.run(BOARD, recover(vec![new(KeyRole::Govern, BOARD)])), Err(E::KeyTaken));
    chain.run(BOARD, recover(vec![new(KeyRole::Govern, 70)])).unwrap();
    assert_eq!(chain.run(UNDP, revoke(UNDP + 2)), Err(E::KeyRevoked));
    // Whoever found the govern key may have added others, so none of the old ones does anything.
    assert_eq!(chain.run(70, revoke(UNDP + 2)), Err(E::KeyRevokedAlready));
    let operate = add_key(&chain, "undp", KeyRole::Operate, 71);
    chain.run(70, Operation::AddKey(operate)).unwrap();
}

#[test]
fn a_thief_cannot_take_the_room_that_recovery_needs() {
    let (mut chain, did) = Chain::with_undp();
    // Keys, until there is no room for more.
    let mut seed = 150;
    let refused = loop {
        let add = add_key(&chain, "undp", KeyRole::Operate, seed);
        if let Err(error) = chain.run(UNDP, Operation::AddKey(add)) {
            break error;
        }
        seed += 1;
    };
    assert_eq!(refused, E::RecordTooLarge(state_key::organisation("undp")));
    // Documents as large as they may be, until the record is full.
    let services = |padding: char| -> Vec<Service> {
        let endpoint = format!("https://undp.example/{}", padding.to_string().repeat(480));
        let service = |number| Service {
            fragment: format!("service-{number}"),
            kind: "LinkedDomains".to_owned(),
            endpoint: endpoint.clone(),
        };
        (0..limits::SERVICES_PER_DOCUMENT).map(service).collect()
    };
    let mut versions = 1;
    let refused = loop {
        let services = services(if versions % 2 == 0 { 'a' } else { 'b' });
        let change = DidChange::Replace { keys: vec![document_key("key-1", 'K')], services };
        if let Err(error) = chain.run(UNDP + 1, update(&did, versions, change)) {
            break error;
        }
        versions += 1;
    };
    assert_eq!(refused, E::RecordTooLarge(state_key::did(&did)));
    // What must always work, works.
    let target = StopTarget::Issuer { did: did.clone() };
    chain.run(BOARD, propose(ProposalKind::EmergencyStop(target))).unwrap();
    let multikey = document_key("key-1", 'K').multikey;
    chain.run(UNDP + 1, update(&did, versions, DidChange::MarkCompromised { multikey })).unwrap();
    let keys = vec![document_key("key-2", 'L')];
    let recover = RecoverDid { did, known_versions: versions, keys, services: services('c') };
    chain.run(UNDP, Operation::RecoverDid(recover)).unwrap();
    let keys = vec![NewKey { role: KeyRole::Govern, public_key: public(70) }];
    let recover = RecoverMember { organisation: "undp".to_owned(), keys };
    chain.run(BOARD, propose(ProposalKind::RecoverMember(recover))).unwrap();
}

#[test]
fn many_small_versions_leave_places_for_recovery() {
    let (mut chain, did) = Chain::with_undp();
    let mut versions = 1;
    let refused = loop {
        let keys = vec![document_key(&format!("rotated-{versions}"), 'K')];
        if let Err(error) = chain.run(UNDP + 1, update(&did, versions, replace(keys))) {
            break error;
        }
        versions += 1;
    };
    assert_eq!(refused, E::RecordTooLarge(state_key::did(&did)));
    let keys = vec![document_key("key", 'L')];
    let recover = RecoverDid { did, known_versions: versions, keys, services: Vec::new() };
    chain.run(UNDP, Operation::RecoverDid(recover)).unwrap();
}

#[test]
fn a_govern_key_recovers_a_did_and_the_version_says_so() {
    let (mut chain, did) = Chain::with_undp();
    let recover = |known_versions| {
        let (did, keys) = (did.clone(), vec![document_key("key-2", 'L')]);
        Operation::RecoverDid(RecoverDid { did, known_versions, keys, services: Vec::new() })
    };
    assert_eq!(
        chain.run(UNDP + 1, recover(1)),
        Err(E::WrongRole { needed: KeyRole::Govern, found: KeyRole::Did })
    );
    assert_eq!(chain.run(BOARD, recover(1)), Err(E::NotController));
    assert_eq!(chain.run(UNDP, recover(2)), Err(E::OtherVersion { known: 2, actual: 1 }));
    let recovered = chain.block.time_ms;
    chain.run(UNDP, recover(1)).unwrap();
    let record: DidRecord = chain.find(&state_key::did(&did));
    assert_eq!(record.recovered, [2]);
    assert_eq!([record.version_id_at(recovered - 1), record.version_id_at(recovered)], [Some(1), Some(2)]);
    assert_eq!(record.version(2), record.current());
    assert!(record.version(0).is_none() && record.version(3).is_none());
}

#[test]
fn an_owner_ends_its_validator_alone_and_never_the_last() {
    let mut chain = Chain::new();
    let end = |seed| Operation::RevokeValidator(RevokeValidator { public_key: public(seed) });
    assert_eq!(chain.run(BOARD, end(1)), Err(E::LastValidator));
    chain.run(BOARD, chain.admit("undp", UNDP)).unwrap();
    let validator =
        Validator { public_key: public(2), power: 1, owner: "undp".to_owned(), host: "centre".to_owned() };
    let add = AddValidator { validator, at_height: 0 };
    chain.run(BOARD, propose(ProposalKind::AddValidator(add))).unwrap();
    assert_eq!(chain.run(BOARD, end(2)), Err(E::NotOwner));
    let height = chain.block.height;
    chain.run(UNDP, end(2)).unwrap();
    assert_eq!(chain.run(UNDP, end(2)), Err(E::UnknownValidator));
    assert!(chain.find::<ValidatorSet>("validators").validators().iter().all(|one| one.owner == "board"));
    let record: ValidatorRecord = chain.find(&state_key::validator(&public(2)));
    assert_eq!(record.terms[0].until_height, Some(height));
}

#[test]
fn an_owner_states_host_and_audits() {
    let mut chain = Chain::new();
    let audit = Audit { date_ms: START, auditor: "Court of Auditors".to_owned(), digest: [3; 32] };
    let describe = |seed, host: &str, audit: Option<&Audit>| {
        let (public_key, host) = (public(seed), host.to_owned());
        Operation::DescribeValidator(DescribeValidator { public_key, host, audit: audit.cloned() })
    };
    assert_eq!(chain.run(BOARD, describe(1, "host", None)), Err(E::Unchanged));
    assert_eq!(chain.run(BOARD, describe(2, "host", None)), Err(E::UnknownValidator));
    assert_eq!(chain.run(BOARD, describe(1, "", None)), Err(E::BadHost));
    chain.run(BOARD, describe(1, "centre", Some(&audit))).unwrap();
    assert_eq!(chain.run(BOARD, describe(1, "centre", Some(&audit))), Err(E::Unchanged));
    assert_eq!(chain.find::<ValidatorSet>("validators").validators()[0].host, "centre");
    let record: ValidatorRecord = chain.find(&state_key::validator(&public(1)));
    assert_eq!((record.host.as_str(), record.audits.as_slice()), ("centre", [audit].as_slice()));
}
