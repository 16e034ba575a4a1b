//! The governors restart the chain with other validators, and the light client follows them.

use ed25519_dalek::Signer as _;
use registry_client::{LightClient, LightError};
use registry_types::{
    GovernorSignature, Header, ProvenValue, RestartCertificate, RestartError, RestartPlan, RestartProof,
    SetChange, state_key,
};

use crate::chain::{Chain, KEY, at, key};

const LAST: u64 = 10;
const FRESH: [u8; 2] = [7, 8];

fn proven(chain: &Chain, name: &str) -> ProvenValue {
    let (value, map_proof) = chain.state.prove(name).unwrap();
    ProvenValue { value: value.unwrap(), map_proof }
}

/// `last` is what the governors say; the node shows it with the header that it has.
fn restart(chain: &Chain, last: &Header, signers: &[u8]) -> SetChange {
    let header = chain.header(LAST);
    let next = Chain::set(&FRESH);
    let plan = RestartPlan {
        chain: last.chain,
        height: last.height,
        header_hash: last.hash(),
        state_root: last.state_root,
        validators: next.clone(),
    };
    let sign = |&seed: &u8| {
        let govern = key(seed + 100);
        GovernorSignature {
            organisation: format!("org-{seed}"),
            public_key: govern.verifying_key().to_bytes(),
            signature: govern.sign(&plan.signing_bytes()).to_bytes(),
        }
    };
    let organisations =
        signers.iter().map(|seed| proven(chain, &state_key::organisation(&format!("org-{seed}"))));
    let proof = RestartProof {
        governors: proven(chain, &state_key::governors()),
        organisations: organisations.collect(),
        certificate: RestartCertificate { signatures: signers.iter().map(sign).collect(), plan },
    };
    let certificate = chain.certify(&header, &chain.signers);
    SetChange { header, certificate, next, restart: Some(proof) }
}

/// The same chain decided by the new validators.
fn after(chain: Chain) -> Chain {
    Chain { signers: FRESH.to_vec(), next: FRESH.to_vec(), ..chain }
}

fn believes(client: &mut LightClient, chain: &Chain) {
    // Not the very next one: it would have to name the header before it.
    client.check(KEY, &chain.answer(KEY, LAST + 2), 0, at(LAST + 2)).unwrap();
}

#[test]
fn validators_named_by_the_governors_are_believed() {
    let chain = Chain::new(&[1, 2, 3, 4]);
    let mut client = chain.client();
    client.check(KEY, &chain.answer(KEY, 8), 0, at(8)).unwrap();
    let change = restart(&chain, &chain.header(LAST), &[1, 3, 4]);
    client.follow(&change, at(LAST)).unwrap();
    let chain = after(chain);
    believes(&mut client, &chain);
    // Told again, nothing changes.
    assert!(!client.is_news(&change));
    // What the lost validators would sign later counts no more.
    let old = Chain::new(&[1, 2, 3, 4]);
    let refused = client.check(KEY, &old.answer(KEY, LAST + 3), 0, at(LAST + 3)).unwrap_err();
    assert_eq!(refused, LightError::UnknownValidators { height: LAST + 3 });
}

#[test]
fn a_restart_also_replaces_a_change_that_its_last_header_brought() {
    let mut chain = Chain::new(&[1, 2, 3, 4]);
    chain.next = vec![1, 2];
    let mut client = chain.client();
    client.follow(&chain.change(LAST), at(LAST)).unwrap();
    let change = restart(&chain, &chain.header(LAST), &[1, 2, 3]);
    assert!(client.is_news(&change));
    client.follow(&change, at(LAST)).unwrap();
    believes(&mut client, &after(chain));
}

#[test]
fn a_restart_needs_the_governors_of_that_very_state() {
    let chain = Chain::new(&[1, 2, 3, 4]);
    let last = chain.header(LAST);
    let refused = |change: &SetChange| chain.client().follow(change, at(LAST)).unwrap_err();
    let two = RestartError::NoQuorum { signed: 2, governors: 4 };
    let bad = |source| LightError::BadRestart { height: LAST, source };
    assert_eq!(refused(&restart(&chain, &last, &[1, 2])), bad(two));

    let other = Header { height: LAST + 1, ..last.clone() };
    assert_eq!(refused(&restart(&chain, &other, &[1, 2, 3])), bad(RestartError::OtherHeader(LAST)));

    // A record of governors that is not in the state.
    let mut forged = restart(&chain, &last, &[1, 2, 3]);
    forged.restart.as_mut().unwrap().governors.value.push(0);
    assert_eq!(refused(&forged), LightError::BadProof { key: "governors".to_owned() });

    // Organisations' records left out prove nobody's keys.
    let mut hidden = restart(&chain, &last, &[1, 2, 3]);
    hidden.restart.as_mut().unwrap().organisations.clear();
    assert_eq!(refused(&hidden), bad(RestartError::NotGovernKey("org-1".to_owned())));

    // The set that is handed over must be the one that was signed.
    let mut swapped = restart(&chain, &last, &[1, 2, 3]);
    swapped.next = Chain::set(&[9]);
    assert_eq!(refused(&swapped), LightError::OtherNextSet { height: LAST });

    // The last header itself must carry its quorum.
    let mut unsigned = restart(&chain, &last, &[1, 2, 3]);
    unsigned.certificate = chain.certify(&unsigned.header, &[1, 2]);
    assert_eq!(refused(&unsigned), LightError::NoQuorum { height: LAST, power: 2, total: 4 });
}
