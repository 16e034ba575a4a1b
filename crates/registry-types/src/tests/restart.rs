use super::*;
use crate::record::{OrganisationKey, Standing};
use crate::{
    GovernorSignature, Governors, Header, MemberStatus, Organisation, RestartCertificate, RestartError,
    RestartPlan, Validator, ValidatorSet,
};

const NAMES: [&str; 4] = ["aa", "bb", "cc", "dd"];

fn organisation(index: u8) -> Organisation {
    let key =
        OrganisationKey { public_key: public(index), role: KeyRole::Govern, from_ms: 0, until_ms: None };
    Organisation {
        id: NAMES[usize::from(index)].to_owned(),
        name: "Name".to_owned(),
        status: MemberStatus::Active,
        seats: Seats { governor: true, ..Seats::default() },
        keys: vec![key],
        did: None,
        admitted_ms: 0,
        admitted_by: "genesis".to_owned(),
        charter: 1,
        standings: vec![Standing { status: MemberStatus::Active, from_ms: 0 }],
    }
}

fn plan(header: &Header) -> RestartPlan {
    let validator =
        Validator { public_key: public(50), power: 1, owner: "aa".to_owned(), host: "h".to_owned() };
    RestartPlan {
        chain: header.chain,
        height: header.height,
        header_hash: header.hash(),
        state_root: header.state_root,
        validators: ValidatorSet::new(vec![validator]).unwrap(),
    }
}

fn signed_by(plan: &RestartPlan, signers: &[u8]) -> RestartCertificate {
    let sign = |&index: &u8| GovernorSignature {
        organisation: NAMES[usize::from(index)].to_owned(),
        public_key: public(index),
        signature: key(index).sign(&plan.signing_bytes()).to_bytes(),
    };
    RestartCertificate { plan: plan.clone(), signatures: signers.iter().map(sign).collect() }
}

fn verify(change: fn(&mut RestartCertificate), signers: &[u8]) -> Result<(), RestartError> {
    let governors = Governors { organisations: NAMES[..3].iter().map(|&name| name.to_owned()).collect() };
    let organisations: Vec<_> = (0..4).map(organisation).collect();
    let mut certificate = signed_by(&plan(&header()), signers);
    change(&mut certificate);
    certificate.verify(&header(), &governors, &organisations)
}

#[test]
fn more_than_two_thirds_of_the_governors_restart_the_chain() {
    assert_eq!(verify(|_| (), &[0, 1, 2]), Ok(()));
    assert_eq!(verify(|_| (), &[0, 1]), Err(RestartError::NoQuorum { signed: 2, governors: 3 }));
    assert_eq!(verify(|_| (), &[0, 1, 1]), Err(RestartError::Repeated("bb".to_owned())));
    assert_eq!(verify(|_| (), &[0, 1, 2, 3]), Err(RestartError::NotGovernor("dd".to_owned())));
}

#[test]
fn a_restart_is_for_one_header_and_signed_by_govern_keys_in_force() {
    type Change = fn(&mut RestartCertificate);
    let signature = || RestartError::Signature("aa".to_owned());
    let cases: [(Change, RestartError); 6] = [
        (|c| c.plan.chain = [9; 32], RestartError::OtherChain),
        (|c| c.plan.height += 1, RestartError::OtherHeader(1)),
        (|c| c.plan.header_hash = [9; 32], RestartError::OtherHeader(1)),
        (|c| c.plan.state_root = [9; 32], RestartError::OtherHeader(1)),
        (|c| c.signatures[0].signature[0] ^= 1, signature()),
        (|c| c.signatures[0].public_key = public(1), RestartError::NotGovernKey("aa".to_owned())),
    ];
    for (change, error) in cases {
        assert_eq!(verify(change, &[0, 1, 2]), Err(error));
    }
    // A key that was revoked before signs nothing.
    let governors = Governors { organisations: vec!["aa".to_owned()] };
    let mut ended = organisation(0);
    ended.keys[0].until_ms = Some(5);
    let refused = signed_by(&plan(&header()), &[0]).verify(&header(), &governors, &[ended]);
    assert_eq!(refused, Err(RestartError::NotGovernKey("aa".to_owned())));
}
