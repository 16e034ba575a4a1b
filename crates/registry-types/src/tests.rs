mod codecs;
mod restart;

use ed25519_dalek::{Signer as _, SigningKey};
use proptest::prelude::*;

use crate::record::{DidKey, DidVersion};
use crate::{
    Anchor, AnchorKind, Block, Canonical, CharterVersion, DecodeError, DidRecord, DidRole, Genesis,
    GenesisError, Inception, Joining, KeyRole, MemberStatement, NewKey, Operation, OwnValidator, Params,
    Relationship, Seats, SignedStatement, SignedTransaction, StatementError, Transaction, did_from_inception,
    is_did, is_fragment, is_iri, is_multikey, is_organisation_id, method_specific_id, state_key, vote_bytes,
};

fn signed() -> SignedTransaction {
    let operation = Operation::Anchor(Anchor {
        issuer: "did:passerelle:x".to_owned(),
        sequence: 3,
        kind: AnchorKind::Evidence,
        root: [4; 32],
        leaf_count: 16,
    });
    let transaction = Transaction { chain: [1; 32], sequence: 2, expires_at_height: 9, operation };
    SignedTransaction { transaction, public_key: [5; 32], signature: [6; 64] }
}

fn inception() -> Inception {
    Inception {
        organisation: "undp".to_owned(),
        role: DidRole::Organisation,
        controller: [7; 32],
        keys: Vec::new(),
        services: Vec::new(),
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public(seed: u8) -> [u8; 32] {
    key(seed).verifying_key().to_bytes()
}

fn statement() -> MemberStatement {
    MemberStatement {
        joining: Joining::Genesis { network: "Test".to_owned() },
        id: "board".to_owned(),
        name: "Board".to_owned(),
        keys: vec![NewKey { role: KeyRole::Govern, public_key: public(2) }],
        seats: Seats { governor: true, validator: true, issuer: false },
        charter: CharterVersion::default(),
        validators: vec![OwnValidator { public_key: public(1), host: "h".to_owned() }],
    }
}

fn signed_statement(statement: MemberStatement) -> SignedStatement {
    let signature = key(2).sign(&statement.signing_bytes()).to_bytes();
    SignedStatement { statement, public_key: public(2), signature }
}

fn genesis() -> Genesis {
    Genesis {
        name: "Test".to_owned(),
        time_ms: 1,
        params: Params::default(),
        charter: CharterVersion::default(),
        members: vec![signed_statement(statement())],
        continues: None,
    }
}

#[test]
fn a_genesis_that_carries_another_chain_on_has_an_id_of_its_own() {
    let before = genesis().chain_id();
    let predecessor =
        crate::Predecessor { chain: before, height: 7, header_hash: [1; 32], state_root: [2; 32] };
    let mut after = genesis();
    after.continues = Some(predecessor.clone());
    let json = serde_json::to_string(&after).unwrap();
    assert_eq!(serde_json::from_str::<Genesis>(&json).unwrap(), after);
    assert!(!serde_json::to_string(&genesis()).unwrap().contains("continues"));
    let mut ids = std::collections::BTreeSet::from([before, after.chain_id()]);
    for change in [
        crate::Predecessor { chain: [0; 32], ..predecessor.clone() },
        crate::Predecessor { height: 8, ..predecessor.clone() },
        crate::Predecessor { header_hash: [0; 32], ..predecessor.clone() },
        crate::Predecessor { state_root: [0; 32], ..predecessor },
    ] {
        after.continues = Some(change);
        ids.insert(after.chain_id());
    }
    assert_eq!(ids.len(), 6);
}

#[test]
fn bytes_have_one_form() {
    let bytes = signed().to_bytes();
    assert_eq!(SignedTransaction::from_bytes(&bytes).unwrap(), signed());
    assert_eq!(bytes[0], 1);
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(SignedTransaction::from_bytes(&longer), Err(DecodeError::Malformed));
    assert_eq!(SignedTransaction::from_bytes(&bytes[..bytes.len() - 1]), Err(DecodeError::Malformed));
    assert_eq!(SignedTransaction::from_bytes(&[]), Err(DecodeError::Malformed));
    let mut newer = bytes;
    newer[0] = 2;
    assert_eq!(SignedTransaction::from_bytes(&newer), Err(DecodeError::UnknownVersion(2)));
    let huge = vec![1; SignedTransaction::MAX_BYTES + 1];
    assert!(matches!(SignedTransaction::from_bytes(&huge), Err(DecodeError::TooLong { .. })));
}

#[test]
fn a_length_that_lies_allocates_nothing() {
    // A block that claims four thousand million transactions.
    let mut bytes =
        Block { header: header(), last_commit: None, restart: None, transactions: Vec::new() }.to_bytes();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(Block::from_bytes(&bytes), Err(DecodeError::Malformed));
}

fn header() -> crate::Header {
    crate::Header {
        chain: [0; 32],
        height: 1,
        time_ms: 1,
        proposer: [0; 20],
        previous: [0; 32],
        data_hash: [0; 32],
        state_root: [0; 32],
        validators_hash: [0; 32],
        next_validators_hash: [0; 32],
        last_commit_hash: [0; 32],
        last_commit_round: 0,
    }
}

#[test]
fn a_transaction_is_named_by_what_was_signed_and_by_whom() {
    let one = signed();
    let mut other = one.clone();
    other.signature = [0; 64];
    assert_eq!(one.id(), other.id());
    other.public_key = [0; 32];
    assert_ne!(one.id(), other.id());
    let text = one.id().to_string();
    assert_eq!(text.parse(), Ok(one.id()));
}

#[test]
fn votes_on_different_things_sign_different_bytes() {
    let (chain, value, voter) = ([1; 32], [2; 32], [3; 20]);
    let bytes = |kind, height, round, value| vote_bytes(&chain, kind, height, round, value, &voter);
    let all = [
        bytes(crate::VoteKind::Prevote, 1, Some(0), Some(&value)),
        bytes(crate::VoteKind::Precommit, 1, Some(0), Some(&value)),
        bytes(crate::VoteKind::Precommit, 2, Some(0), Some(&value)),
        bytes(crate::VoteKind::Precommit, 1, Some(1), Some(&value)),
        bytes(crate::VoteKind::Precommit, 1, None, Some(&value)),
        bytes(crate::VoteKind::Precommit, 1, Some(0), None),
        vote_bytes(&[9; 32], crate::VoteKind::Precommit, 1, Some(0), Some(&value), &voter),
    ];
    let distinct: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
}

#[test]
fn a_did_follows_from_its_inception_alone() {
    let did = did_from_inception(&inception());
    assert!(is_did(&did));
    assert_eq!(method_specific_id(&did), did.strip_prefix("did:passerelle:"));
    let other = Inception { controller: [8; 32], ..inception() };
    assert_ne!(did, did_from_inception(&other));
    for not in [
        "did:passerelle:",
        "did:passerelle:abc",
        "did:key:z6Mk",
        "did:passerelle:0OIl",
        "",
        &format!("{did}1"),
    ] {
        assert!(!is_did(not), "{not}");
    }
}

#[test]
fn words_have_form() {
    for good in ["undp", "un-women", "a1"] {
        assert!(is_organisation_id(good), "{good}");
    }
    for bad in ["u", "-undp", "undp-", "UNDP", "a/b", "ünicef", &"a".repeat(33)] {
        assert!(!is_organisation_id(bad), "{bad}");
    }
    for good in ["https://a.example/x#Y", "urn:a", "did:key:z"] {
        assert!(is_iri(good), "{good}");
    }
    for bad in ["", "a", ":a", "1a:b", "urn:", "urn:a b", "urn:ä", &format!("urn:{}", "a".repeat(600))] {
        assert!(!is_iri(bad), "{bad}");
    }
    assert!(is_fragment("key-ed25519-1"));
    assert!(!is_fragment("") && !is_fragment("#a") && !is_fragment("a/b"));
    assert!(is_multikey("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"));
    assert!(is_multikey("zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"));
    assert!(!is_multikey("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do"));
    assert!(
        !is_multikey("6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
            && !is_multikey("z")
            && !is_multikey("zé")
    );
}

#[test]
fn records_of_different_kinds_never_share_a_key() {
    let keys = [
        state_key::organisation("a"),
        state_key::did("a"),
        state_key::accreditation("a", "b"),
        state_key::status("a", "b"),
        state_key::schema("a"),
        state_key::anchor("a", 1),
        state_key::key(&[0; 32]),
        state_key::params(),
        state_key::validators(),
        state_key::governors(),
        state_key::proposal(&[0; 32]),
        state_key::dispute(&[0; 32]),
        state_key::validator(&[0; 32]),
        state_key::usage("a"),
        state_key::agenda(),
        state_key::charter(),
    ];
    let places: std::collections::BTreeSet<_> = keys.iter().map(|key| state_key::place(key)).collect();
    assert_eq!(places.len(), keys.len());
}

#[test]
fn a_did_version_holds_from_its_beginning_until_before_its_end() {
    let version = |from_ms, until_ms| DidVersion {
        from_ms,
        until_ms,
        keys: Vec::<DidKey>::new(),
        services: Vec::new(),
    };
    let record = DidRecord {
        organisation: "undp".to_owned(),
        role: DidRole::Organisation,
        versions: vec![version(10, Some(20)), version(20, Some(20)), version(20, Some(30))],
        deactivated_ms: Some(30),
        stops: Vec::new(),
        recovered: Vec::new(),
    };
    let at = |time| record.at(time).map(|found| found.until_ms);
    assert_eq!([at(9), at(10), at(19)], [None, Some(Some(20)), Some(Some(20))]);
    assert_eq!([at(20), at(29), at(30)], [Some(Some(30)), Some(Some(30)), None]);
    assert!(record.current().is_none());
}

#[test]
fn a_genesis_file_reads_back_as_the_same_chain() {
    let text = serde_json::to_string_pretty(&genesis()).unwrap();
    let read: Genesis = serde_json::from_str(&text).unwrap();
    assert_eq!(read.chain_id(), genesis().chain_id());
    assert!(serde_json::from_str::<Genesis>(&text.replace("\"name\"", "\"nom\"")).is_err());
}

#[test]
fn a_genesis_must_be_sound() {
    type Change = fn(&mut Genesis);
    fn restate(genesis: &mut Genesis, change: fn(&mut MemberStatement)) {
        change(&mut genesis.members[0].statement);
        genesis.members[0] = signed_statement(genesis.members[0].statement.clone());
    }
    let statement_fails = |id: &str, source| GenesisError::Statement { id: id.to_owned(), source };
    let cases: [(Change, GenesisError); 12] = [
        (|g| g.params.rules = 2, GenesisError::Rules(2)),
        (|g| g.params.heartbeat_ms = 0, GenesisError::Params("heartbeatMs")),
        (|g| restate(g, |s| s.validators.clear()), GenesisError::Validators),
        (|g| restate(g, |s| s.id = "B".to_owned()), statement_fails("B", StatementError::Id)),
        (|g| restate(g, |s| s.name.clear()), statement_fails("board", StatementError::Name)),
        (|g| restate(g, |s| s.keys.clear()), statement_fails("board", StatementError::Keys)),
        (
            |g| restate(g, |s| s.keys[0].role = KeyRole::Did),
            statement_fails("board", StatementError::GovernKey),
        ),
        (|g| g.members[0].statement.seats.issuer = true, statement_fails("board", StatementError::Signature)),
        (|g| g.name = "Other".to_owned(), GenesisError::OtherNetwork("board".to_owned())),
        (|g| g.members.push(g.members[0].clone()), GenesisError::Repeated("board".to_owned())),
        (|g| restate(g, |s| s.seats.validator = false), GenesisError::ValidatorSeat("board".to_owned())),
        (|g| restate(g, |s| s.seats.governor = false), GenesisError::Governor),
    ];
    genesis().check().unwrap();
    for (change, error) in cases {
        let mut genesis = genesis();
        change(&mut genesis);
        assert_eq!(genesis.check(), Err(error));
    }
}

#[test]
fn relationships_are_written_as_did_documents_write_them() {
    let json = serde_json::to_string(&[Relationship::AssertionMethod, Relationship::Authentication]).unwrap();
    assert_eq!(json, r#"["assertionMethod","authentication"]"#);
}

proptest! {
    #[test]
    fn what_decodes_encodes_to_the_same_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut versioned = vec![1];
        versioned.extend(bytes);
        if let Ok(value) = SignedTransaction::from_bytes(&versioned) {
            prop_assert_eq!(value.to_bytes(), versioned.clone());
        }
        if let Ok(value) = DidRecord::from_bytes(&versioned) {
            prop_assert_eq!(value.to_bytes(), versioned.clone());
        }
        if let Ok(value) = Block::from_bytes(&versioned) {
            prop_assert_eq!(value.to_bytes(), versioned);
        }
    }

    #[test]
    fn identifiers_never_panic(text in ".*") {
        let _ = (is_did(&text), is_multikey(&text), is_iri(&text), is_fragment(&text), is_organisation_id(&text));
    }
}
