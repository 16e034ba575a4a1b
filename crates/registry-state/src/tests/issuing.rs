//! Members, schemas and accreditations; lists, anchors and published documents.

use registry_types::{
    Accreditation, DocumentRecord, GrantAccreditation, Joining, KeyRole, Operation, OwnValidator,
    ProposalKind, PublishDocuments, RegisterSchema, SignedStatement, StatementError, did_from_inception,
    state_key,
};

use super::{
    BOARD, Chain, START, TYPE, UNDP, WFP, anchor, grant, granted, inception, propose, public, sign_statement,
    status, withdraw,
};
use crate::{TransactionError as E, View as _};

#[test]
fn members_are_admitted_once_with_keys_of_their_own() {
    let mut chain = Chain::new();
    chain.run(BOARD, chain.admit("undp", UNDP)).unwrap();
    assert_eq!(chain.run(BOARD, chain.admit("undp", WFP)), Err(E::OrganisationExists("undp".to_owned())));
    assert_eq!(chain.run(BOARD, chain.admit("wfp", UNDP)), Err(E::KeyTaken));
    type Change = fn(&mut SignedStatement);
    let cases: [(Change, E); 12] = [
        (|s| s.statement.id = "W/FP".to_owned(), E::BadStatement(StatementError::Id)),
        (|s| s.statement.name = String::new(), E::BadStatement(StatementError::Name)),
        (|s| s.statement.name = "a\u{0}b".to_owned(), E::BadStatement(StatementError::Name)),
        (|s| s.statement.name = "x".repeat(201), E::BadStatement(StatementError::Name)),
        (|s| s.statement.keys.clear(), E::BadStatement(StatementError::Keys)),
        (|s| s.statement.keys.push(s.statement.keys[0].clone()), E::BadStatement(StatementError::Keys)),
        (|s| s.statement.keys[0].role = KeyRole::Did, E::BadStatement(StatementError::GovernKey)),
        (|s| s.public_key = public(99), E::BadStatement(StatementError::GovernKey)),
        (|s| s.statement.seats.governor = true, E::BadStatement(StatementError::Signature)),
        (
            |s| {
                s.statement.joining = Joining::Chain { id: [0; 32] };
                *s = sign_statement(s.statement.clone());
            },
            E::OtherJoining,
        ),
        (
            |s| {
                s.statement.validators =
                    vec![OwnValidator { public_key: public(2), host: "host".to_owned() }];
                *s = sign_statement(s.statement.clone());
            },
            E::OtherJoining,
        ),
        (
            |s| {
                s.statement.charter.digest = [8; 32];
                *s = sign_statement(s.statement.clone());
            },
            E::OtherCharter,
        ),
    ];
    for (change, error) in cases {
        let mut signed = sign_statement(chain.statement("wfp", WFP));
        change(&mut signed);
        assert_eq!(chain.run(BOARD, propose(ProposalKind::AdmitMember(signed))), Err(error));
    }
    chain.run(BOARD, chain.admit("wfp", WFP)).unwrap();
}

#[test]
fn schemas_never_change() {
    let mut chain = Chain::new();
    let schema = |id: &str, owner: &str, digest| {
        propose(ProposalKind::RegisterSchema(RegisterSchema {
            id: id.to_owned(),
            digest: [digest; 32],
            owner: owner.to_owned(),
        }))
    };
    chain.run(BOARD, schema("https://x.example/a", "board", 1)).unwrap();
    let again = Err(E::SchemaExists("https://x.example/a".to_owned()));
    assert_eq!(chain.run(BOARD, schema("https://x.example/a", "board", 2)), again);
    assert_eq!(
        chain.run(BOARD, schema("https://x.example/b", "nobody", 1)),
        Err(E::UnknownOrganisation("nobody".to_owned()))
    );
    assert_eq!(chain.run(BOARD, schema("no iri", "board", 1)), Err(E::BadIri("the schema")));
}

#[test]
fn accreditations_keep_every_interval() {
    let (mut chain, did) = Chain::with_undp();
    chain.run(BOARD, chain.admit("wfp", WFP)).unwrap();
    let wfp = chain.create_did("wfp", WFP);
    let first = chain.block.time_ms;
    chain.run(BOARD, grant(&did, &[&did])).unwrap();
    assert_eq!(chain.run(BOARD, grant(&did, &[&did])), Err(E::AccreditationExists));
    let second = chain.block.time_ms;
    chain.run(BOARD, grant(&did, &[&did, &wfp])).unwrap();
    let end = chain.block.time_ms;
    chain.run(BOARD, withdraw(&did)).unwrap();
    assert_eq!(chain.run(BOARD, withdraw(&did)), Err(E::NotAccredited));
    let third = chain.block.time_ms;
    chain.run(BOARD, grant(&did, &[&did])).unwrap();

    let record: Accreditation = chain.find(&state_key::accreditation(&did, TYPE));
    let at = |time| record.at(time).map(|interval| interval.speaks_for.len());
    assert_eq!([at(first - 1), at(first), at(second - 1)], [None, Some(1), Some(1)]);
    assert_eq!([at(second), at(end - 1), at(end), at(third - 1)], [Some(2), Some(2), None, None]);
    assert_eq!([at(third), at(u64::MAX)], [Some(1), Some(1)]);
}

#[test]
fn accreditations_name_what_exists() {
    let (mut chain, did) = Chain::with_undp();
    let unknown = did_from_inception(&inception("wfp", 77));
    assert_eq!(chain.run(BOARD, grant(&unknown, &[&did])), Err(E::UnknownDid(unknown.clone())));
    assert_eq!(chain.run(BOARD, grant(&did, &[&unknown])), Err(E::NotAnOrganisation(unknown)));
    assert_eq!(chain.run(BOARD, grant(&did, &[])), Err(E::BadCount("organisations spoken for")));
    assert_eq!(chain.run(BOARD, grant(&did, &[&did, &did])), Err(E::Repeated("an organisation spoken for")));
    assert_eq!(chain.run(BOARD, grant("did:web:x.example", &[&did])), Err(E::BadDid("the issuer")));
    let until = |until_ms| {
        let ended = GrantAccreditation { until_ms: Some(until_ms), ..granted(&did, &[&did]) };
        propose(ProposalKind::GrantAccreditation(ended))
    };
    assert_eq!(chain.run(BOARD, until(chain.block.time_ms)), Err(E::EndsInPast));
    let begun = GrantAccreditation { from_ms: Some(START), ..granted(&did, &[&did]) };
    assert_eq!(chain.run(BOARD, propose(ProposalKind::GrantAccreditation(begun))), Err(E::BeginsInPast));

    // The board's own organisation has no issuer seat.
    let board = chain.create_did("board", BOARD);
    assert_eq!(chain.run(BOARD, grant(&board, &[&did])), Err(E::NoIssuerSeat));
}

#[test]
fn a_status_list_has_one_truth_for_each_version() {
    let (mut chain, did) = Chain::with_undp();
    let operate = UNDP + 2;
    chain.run(operate, status(&did, 5, 1)).unwrap();
    chain.run(operate, status(&did, 5, 1)).unwrap();
    assert_eq!(chain.run(operate, status(&did, 5, 2)), Err(E::StatusEquivocation { version: 5 }));
    assert_eq!(
        chain.run(operate, status(&did, 4, 1)),
        Err(E::StatusVersionNotHigher { current: 5, found: 4 })
    );
    chain.run(operate, status(&did, 6, 2)).unwrap();
}

#[test]
fn an_anchor_never_changes() {
    let (mut chain, did) = Chain::with_undp();
    let operate = UNDP + 2;
    chain.run(operate, anchor(&did, 0, 1)).unwrap();
    let before: Vec<u8> = chain.state.read(&state_key::anchor(&did, 0)).unwrap().unwrap();
    chain.run(operate, anchor(&did, 0, 1)).unwrap();
    assert_eq!(chain.run(operate, anchor(&did, 0, 2)), Err(E::AnchorExists(0)));
    assert_eq!(chain.state.read(&state_key::anchor(&did, 0)).unwrap().unwrap(), before);
    let Operation::Anchor(mut empty) = anchor(&did, 1, 1) else { unreachable!() };
    empty.leaf_count = 0;
    assert_eq!(chain.run(operate, Operation::Anchor(empty)), Err(E::BadCount("leaves")));
}

#[test]
fn a_published_document_keeps_its_first_time_for_each_organisation() {
    let (mut chain, did) = Chain::with_undp();
    chain.run(BOARD, chain.admit("wfp", WFP)).unwrap();
    let other = chain.create_did("wfp", WFP);
    let operate = UNDP + 2;
    let publish = |issuer: &str, digests: &[u8]| {
        let digests = digests.iter().map(|byte| [*byte; 32]).collect();
        Operation::PublishDocuments(PublishDocuments { issuer: issuer.to_owned(), digests })
    };
    chain.run(operate, publish(&did, &[1, 2])).unwrap();
    let first = chain.block.time_ms - 1_000;
    chain.run(operate, publish(&did, &[1])).unwrap();
    chain.run(WFP + 2, publish(&other, &[1])).unwrap();
    let record: DocumentRecord = chain.state.find(&state_key::document(&[1; 32])).unwrap().unwrap();
    let said: Vec<_> = record.publications.iter().map(|by| (by.organisation.as_str(), by.time_ms)).collect();
    assert_eq!(said, [("undp", first), ("wfp", chain.block.time_ms - 1_000)]);
    let cases = [
        (publish(&did, &[]), E::BadCount("documents")),
        (publish(&did, &[2, 1]), E::BadDigests),
        (publish(&did, &[1, 1]), E::BadDigests),
        (publish(&other, &[3]), E::NotController),
    ];
    for (operation, error) in cases {
        assert_eq!(chain.run(operate, operation), Err(error));
    }
    let role = E::WrongRole { needed: KeyRole::Operate, found: KeyRole::Did };
    assert_eq!(chain.run(UNDP + 1, publish(&did, &[3])), Err(role));
}
