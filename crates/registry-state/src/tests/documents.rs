//! DID documents: their form, controllers, keys and end.

use registry_types::record::Service;
use registry_types::{
    CreateDid, DidChange, DidRecord, DidRole, DocumentKey, Operation, Organisation, state_key,
};

use super::{BOARD, Chain, UNDP, WFP, anchor, document_key, grant, inception, replace, status, update};
use crate::TransactionError as E;

#[test]
fn a_did_belongs_to_its_controller() {
    let (mut chain, did) = Chain::with_undp();
    chain.run(BOARD, chain.admit("wfp", WFP)).unwrap();
    let create = |inception| Operation::CreateDid(CreateDid { inception });
    assert_eq!(chain.run(UNDP + 1, create(inception("undp", UNDP + 1))), Err(E::DidExists));
    assert_eq!(chain.run(WFP + 1, create(inception("undp", UNDP + 1))), Err(E::OtherController));
    assert_eq!(chain.run(WFP + 1, create(inception("undp", WFP + 1))), Err(E::OtherController));
    let mut second = inception("undp", UNDP + 1);
    second.keys[0].fragment = "another".to_owned();
    assert_eq!(chain.run(UNDP + 1, create(second.clone())), Err(E::OrganisationHasDid));
    second.role = DidRole::Service;
    chain.run(UNDP + 1, create(second)).unwrap();
    assert_eq!(chain.find::<Organisation>("org/undp").did, Some(did.clone()));

    assert_eq!(chain.run(WFP + 1, update(&did, 1, DidChange::Deactivate)), Err(E::NotController));
    assert_eq!(chain.run(WFP + 2, status(&did, 1, 1)), Err(E::NotController));
    assert_eq!(chain.run(WFP + 2, anchor(&did, 0, 1)), Err(E::NotController));
}

#[test]
fn rotation_keeps_the_past_and_compromise_reaches_into_it() {
    let (mut chain, did) = Chain::with_undp();
    let created = chain.block.time_ms - 1_000;
    let rotated = chain.block.time_ms;
    let (old, new) = (document_key("key-1", 'K'), document_key("key-2", 'L'));
    assert_eq!(chain.run(UNDP + 1, update(&did, 1, replace(vec![old.clone()]))), Err(E::Unchanged));
    chain.block.time_ms = rotated;
    chain.run(UNDP + 1, update(&did, 1, replace(vec![new.clone(), old.clone()]))).unwrap();
    assert_eq!(
        chain.run(UNDP + 1, update(&did, 1, replace(vec![new.clone()]))),
        Err(E::OtherVersion { known: 1, actual: 2 })
    );
    let lost = chain.block.time_ms;
    let mark = |key: &DocumentKey| DidChange::MarkCompromised { multikey: key.multikey.clone() };
    chain.run(UNDP + 1, update(&did, 2, mark(&old))).unwrap();
    assert_eq!(chain.run(UNDP + 1, update(&did, 2, mark(&old))), Err(E::CompromisedKey));
    assert_eq!(chain.run(UNDP + 1, update(&did, 2, mark(&document_key("x", 'M')))), Err(E::UnknownMethod));
    let mut renamed = old.clone();
    renamed.fragment = "key-3".to_owned();
    assert_eq!(chain.run(UNDP + 1, update(&did, 2, replace(vec![renamed]))), Err(E::CompromisedKey));
    chain.run(UNDP + 1, update(&did, 2, replace(vec![new]))).unwrap();

    let record: DidRecord = chain.find(&state_key::did(&did));
    let marks: Vec<_> = record.versions.iter().flat_map(|v| &v.keys).map(|key| key.compromised_at).collect();
    assert_eq!(marks, [Some(lost), None, Some(lost), None]);
    let keys_at = |time| record.at(time).map(|version| version.keys.len());
    assert_eq!(
        [keys_at(created - 1), keys_at(created), keys_at(rotated), keys_at(u64::MAX)],
        [None, Some(1), Some(2), Some(1)]
    );
}

#[test]
fn a_deactivated_did_does_nothing_more() {
    let (mut chain, did) = Chain::with_undp();
    chain.run(UNDP + 1, update(&did, 1, DidChange::Deactivate)).unwrap();
    let record: DidRecord = chain.find(&state_key::did(&did));
    assert!(record.current().is_none() && record.deactivated() && record.versions.len() == 1);
    assert_eq!(chain.run(UNDP + 1, update(&did, 1, DidChange::Deactivate)), Err(E::DidDeactivated));
    assert_eq!(chain.run(UNDP + 2, status(&did, 1, 1)), Err(E::DidDeactivated));
    assert_eq!(chain.run(BOARD, grant(&did, &[&did])), Err(E::DidDeactivated));
}

#[test]
fn documents_have_form() {
    let (mut chain, did) = Chain::with_undp();
    let key = || document_key("key-2", 'L');
    let with = |change: fn(&mut DocumentKey)| {
        let mut key = document_key("key-2", 'L');
        change(&mut key);
        replace(vec![key])
    };
    let service = |endpoint: &str| DidChange::Replace {
        keys: vec![key()],
        services: vec![Service {
            fragment: "s".to_owned(),
            kind: "X".to_owned(),
            endpoint: endpoint.to_owned(),
        }],
    };
    let cases = [
        (replace(Vec::new()), E::BadCount("verification methods")),
        (replace(vec![key(), key()]), E::Repeated("a fragment")),
        (with(|key| key.fragment = "#x".to_owned()), E::BadFragment),
        (with(|key| key.multikey = "z1".to_owned()), E::BadMultikey),
        (with(|key| key.relationships.clear()), E::BadRelationships),
        (with(|key| key.relationships.reverse()), E::BadRelationships),
        (service("not an address"), E::BadIri("a service endpoint")),
    ];
    for (change, error) in cases {
        assert_eq!(chain.run(UNDP + 1, update(&did, 1, change)), Err(error));
    }
}
