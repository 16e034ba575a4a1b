mod carry;
mod delegation;
mod governance;
mod owner;
mod restart;
mod simulation;
mod upgrade;

use ed25519_dalek::{Signer as _, SigningKey};
use proptest::prelude::*;
use registry_types::operation::{AccreditationName, RevokeKey};
use registry_types::record::Service;
use registry_types::{
    Accreditation, Anchor, AnchorKind, Canonical, CharterVersion, CreateDid, DidChange, DidRecord, DidRole,
    DocumentKey, DocumentRecord, Genesis, GrantAccreditation, Inception, Joining, KeyRecord, KeyRole,
    MemberStatement, NewKey, Operation, Organisation, OwnValidator, Params, ProposalKind, Propose,
    PublishDocuments, PublishStatus, Reason, ReasonCode, RegisterSchema, Relationship, Seats,
    SignedStatement, SignedTransaction, StatementError, Transaction, UpdateDid, did_from_inception,
    state_key,
};

use crate::memory::MemoryMap;
use crate::{
    BlockContext, Checked, Execution, Refusal, TransactionError as E, View as _, check_against,
    check_stateless,
};

const START: u64 = 1_700_000_000_000;
const TYPE: &str = "https://schemas.passerelle.example/v1#StaffIdentity";
const LIST: &str = "https://issuer.example/status/1";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public(seed: u8) -> [u8; 32] {
    key(seed).verifying_key().to_bytes()
}

/// A member's keys: govern, did, operate.
fn keys(seed: u8) -> Vec<NewKey> {
    [KeyRole::Govern, KeyRole::Did, KeyRole::Operate]
        .into_iter()
        .zip(seed..)
        .map(|(role, seed)| NewKey { role, public_key: public(seed) })
        .collect()
}

const BOARD: u8 = 10;
const UNDP: u8 = 20;
const WFP: u8 = 30;

fn genesis(governors: &[(&str, u8)]) -> Genesis {
    let charter = CharterVersion { version: 1, digest: [7; 32] };
    let member = |(index, (id, seed)): (usize, &(&str, u8))| {
        let own = OwnValidator { public_key: public(1), host: "host".to_owned() };
        sign_statement(MemberStatement {
            joining: Joining::Genesis { network: "Test".to_owned() },
            id: (*id).to_owned(),
            name: format!("The {id}"),
            keys: keys(*seed),
            seats: Seats { governor: true, validator: true, issuer: false },
            charter,
            validators: if index == 0 { vec![own] } else { Vec::new() },
        })
    };
    let members = governors.iter().enumerate().map(member).collect();
    Genesis {
        name: "Test".to_owned(),
        time_ms: START,
        params: Params::default(),
        charter,
        members,
        continues: None,
    }
}

/// By the first of its keys, its govern key.
fn sign_statement(statement: MemberStatement) -> SignedStatement {
    let public_key = statement.keys[0].public_key;
    let seed = (0..=u8::MAX).find(|seed| public(*seed) == public_key).unwrap();
    let signature = key(seed).sign(&statement.signing_bytes()).to_bytes();
    SignedStatement { statement, public_key, signature }
}

/// A chain in memory; every call is a block of its own, a second after the one before.
struct Chain {
    id: [u8; 32],
    state: MemoryMap,
    block: BlockContext,
}

impl Chain {
    fn new() -> Self {
        Self::of(&genesis(&[("board", BOARD)]))
    }

    fn of(genesis: &Genesis) -> Self {
        let state = MemoryMap::from_genesis(genesis).unwrap();
        Self { id: genesis.chain_id(), state, block: BlockContext { height: 1, time_ms: START + 1_000 } }
    }

    /// With undp as an issuer that has a DID.
    fn with_undp() -> (Self, String) {
        let mut chain = Self::new();
        chain.run(BOARD, chain.admit("undp", UNDP)).unwrap();
        let did = chain.create_did("undp", UNDP);
        (chain, did)
    }

    fn create_did(&mut self, organisation: &str, seed: u8) -> String {
        let inception = inception(organisation, seed + 1);
        let did = did_from_inception(&inception);
        self.run(seed + 1, Operation::CreateDid(CreateDid { inception })).unwrap();
        did
    }

    fn signed(&self, seed: u8, operation: Operation) -> SignedTransaction {
        let record: Option<KeyRecord> = self.state.find(&state_key::key(&public(seed))).unwrap();
        let transaction = Transaction {
            chain: self.id,
            sequence: record.map_or(0, |record| record.sequence),
            expires_at_height: self.block.height + 10,
            operation,
        };
        sign(seed, transaction)
    }

    fn run(&mut self, seed: u8, operation: Operation) -> Result<(), E> {
        self.submit(self.signed(seed, operation))
    }

    fn submit(&mut self, signed: SignedTransaction) -> Result<(), E> {
        let checked = check_stateless(signed, &self.id)?;
        rule(check_against(&self.state, &checked, self.block.height))?;
        let begun = Execution::begin(&self.state, self.block).unwrap().into_writes();
        let mut execution = Execution::begin(&self.state, self.block).unwrap();
        let result = rule(execution.apply(&checked));
        let writes = execution.into_writes();
        assert_eq!(writes == begun, result.is_err(), "a refused transaction leaves no trace");
        self.state.store(&writes).unwrap();
        self.block.height += 1;
        self.block.time_ms += 1_000;
        result
    }

    /// A block without transactions, at this time.
    fn idle_until(&mut self, time_ms: u64) {
        self.block.time_ms = time_ms;
        self.idle();
    }

    fn idle(&mut self) {
        let writes = Execution::begin(&self.state, self.block).unwrap().into_writes();
        self.state.store(&writes).unwrap();
        self.block.height += 1;
        self.block.time_ms += 1_000;
    }

    fn statement(&self, id: &str, seed: u8) -> MemberStatement {
        MemberStatement {
            joining: Joining::Chain { id: self.id },
            id: id.to_owned(),
            name: format!("The {id}"),
            keys: keys(seed),
            seats: Seats { issuer: true, ..Seats::default() },
            charter: CharterVersion { version: 1, digest: [7; 32] },
            validators: Vec::new(),
        }
    }

    /// With the board alone this takes effect at once.
    fn admit(&self, id: &str, seed: u8) -> Operation {
        propose(ProposalKind::AdmitMember(sign_statement(self.statement(id, seed))))
    }

    fn find<T: Canonical>(&self, key: &str) -> T {
        self.state.find(key).unwrap().unwrap()
    }
}

fn rule(result: Result<(), Refusal>) -> Result<(), E> {
    match result {
        Ok(()) => Ok(()),
        Err(Refusal::Rule(error)) => Err(error),
        Err(Refusal::View(error)) => panic!("{error}"),
    }
}

fn sign(seed: u8, transaction: Transaction) -> SignedTransaction {
    let signature = key(seed).sign(&transaction.signing_bytes()).to_bytes();
    SignedTransaction { transaction, public_key: public(seed), signature }
}

fn propose(kind: ProposalKind) -> Operation {
    let reason = Reason::without_text(ReasonCode::Routine);
    Operation::Propose(Propose { kind, reason, notice_ms: 0, deadline_ms: u64::MAX })
}

/// An Ed25519 Multikey of any 32 bytes; its point is not looked at here.
fn document_key(fragment: &str, last: char) -> DocumentKey {
    let multikey = format!("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do{last}");
    let relationships = vec![Relationship::Authentication, Relationship::AssertionMethod];
    DocumentKey { fragment: fragment.to_owned(), multikey, relationships }
}

fn inception(organisation: &str, controller: u8) -> Inception {
    Inception {
        organisation: organisation.to_owned(),
        role: DidRole::Organisation,
        controller: public(controller),
        keys: vec![document_key("key-1", 'K')],
        services: Vec::new(),
    }
}

fn grant(issuer: &str, speaks_for: &[&str]) -> Operation {
    propose(ProposalKind::GrantAccreditation(granted(issuer, speaks_for)))
}

fn granted(issuer: &str, speaks_for: &[&str]) -> GrantAccreditation {
    GrantAccreditation {
        issuer: issuer.to_owned(),
        type_iri: TYPE.to_owned(),
        speaks_for: speaks_for.iter().map(|&did| did.to_owned()).collect(),
        from_ms: None,
        until_ms: None,
        delegation: 0,
    }
}

fn withdraw(issuer: &str) -> Operation {
    let (issuer, type_iri) = (issuer.to_owned(), TYPE.to_owned());
    propose(ProposalKind::WithdrawAccreditation(AccreditationName { issuer, type_iri }))
}

fn status(issuer: &str, version: u64, digest: u8) -> Operation {
    let (issuer, list) = (issuer.to_owned(), LIST.to_owned());
    Operation::PublishStatus(PublishStatus { issuer, list, digest: [digest; 32], version })
}

fn anchor(issuer: &str, sequence: u64, root: u8) -> Operation {
    let kind = AnchorKind::Credentials;
    Operation::Anchor(Anchor { issuer: issuer.to_owned(), sequence, kind, root: [root; 32], leaf_count: 16 })
}

fn update(did: &str, known_versions: u32, change: DidChange) -> Operation {
    Operation::UpdateDid(UpdateDid { did: did.to_owned(), known_versions, change })
}

fn replace(keys: Vec<DocumentKey>) -> DidChange {
    DidChange::Replace { keys, services: Vec::new() }
}

#[test]
fn a_transaction_counts_once_and_only_on_its_chain() {
    let mut chain = Chain::new();
    let signed = chain.signed(BOARD, chain.admit("undp", UNDP));
    chain.submit(signed.clone()).unwrap();
    assert_eq!(chain.submit(signed.clone()), Err(E::SequenceUsed { expected: 1, found: 0 }));

    let mut genesis = genesis(&[("board", BOARD)]);
    genesis.time_ms += 1;
    assert_eq!(Chain::of(&genesis).submit(signed), Err(E::OtherChain));
}

#[test]
fn signature_sequence_and_expiry_are_held_to() {
    let mut chain = Chain::new();
    let good = chain.signed(BOARD, chain.admit("undp", UNDP)).transaction;

    let mut forged = sign(BOARD, good.clone());
    forged.transaction.expires_at_height += 1;
    assert_eq!(chain.submit(forged), Err(E::BadSignature));
    let mut no_point = sign(BOARD, good.clone());
    no_point.public_key = [2; 32];
    assert!(matches!(chain.submit(no_point), Err(E::BadPublicKey | E::BadSignature)));

    let ahead = Transaction { sequence: 1, ..good.clone() };
    assert_eq!(chain.submit(sign(BOARD, ahead)), Err(E::SequenceAhead { expected: 0, found: 1 }));
    let far_ahead = Transaction { sequence: 100_000, ..good.clone() };
    assert!(matches!(chain.submit(sign(BOARD, far_ahead)), Err(E::SequenceAhead { .. })));
    chain.block.height = 50;
    assert_eq!(chain.submit(sign(BOARD, good.clone())), Err(E::Expired(11)));
    let far = Transaction { expires_at_height: u64::MAX, ..good };
    assert!(matches!(chain.submit(sign(BOARD, far)), Err(E::ExpiryTooFar { .. })));
}

#[test]
fn each_role_does_its_own_work() {
    let (mut chain, did) = Chain::with_undp();
    assert_eq!(chain.run(99, chain.admit("wfp", WFP)), Err(E::UnknownKey));
    let wrong = |needed, found| Err(E::WrongRole { needed, found });
    assert_eq!(chain.run(BOARD + 1, chain.admit("wfp", WFP)), wrong(KeyRole::Govern, KeyRole::Did));
    assert_eq!(chain.run(UNDP, status(&did, 1, 1)), wrong(KeyRole::Operate, KeyRole::Govern));
    assert_eq!(
        chain.run(UNDP + 2, update(&did, 1, DidChange::Deactivate)),
        wrong(KeyRole::Did, KeyRole::Operate)
    );
    assert_eq!(chain.run(UNDP, chain.admit("wfp", WFP)), Err(E::NotGovernor));
}

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

#[test]
fn codes_are_told_apart() {
    // A code is what machines act on; two errors with one code would be one error.
    let source = include_str!("error.rs");
    let codes: Vec<_> = source.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
    assert_eq!(codes.len(), distinct.len());
    assert!(codes.len() > 90);
}

/// What a simulated history may try, sensible or not.
fn any_operation(chain: &Chain, did: &str, choice: u8, number: u8) -> (u8, Operation) {
    let small = u64::from(number % 4);
    match choice % 7 {
        0 => (UNDP + 2, anchor(did, small, number % 3)),
        1 => (UNDP + 2, status(did, small, number % 3)),
        2 => (BOARD, grant(did, &[did])),
        3 => (BOARD, withdraw(did)),
        4 => {
            (BOARD, chain.admit(if number.is_multiple_of(2) { "wfp" } else { "fao" }, 40 + (number % 3) * 10))
        }
        5 => (
            UNDP + 1,
            update(
                did,
                u32::from(number % 6),
                replace(vec![document_key("k", char::from(b'A' + number % 8))]),
            ),
        ),
        _ => (UNDP, chain.admit("undp", UNDP)),
    }
}

proptest! {
    /// Two nodes that see the same blocks hold the same root, whatever the blocks are cut into; every record is
    /// provable, and so is the absence of another.
    #[test]
    fn histories_are_deterministic(steps in prop::collection::vec((any::<u8>(), any::<u8>()), 1..40)) {
        let (mut one, did) = Chain::with_undp();
        let (mut two, _) = Chain::with_undp();
        for (choice, number) in steps {
            let (seed, operation) = any_operation(&one, &did, choice, number);
            let signed = one.signed(seed, operation);
            prop_assert_eq!(one.submit(signed.clone()), two.submit(signed));
            prop_assert_eq!(one.state.root(), two.state.root());
        }
        for key in [state_key::did(&did), state_key::organisation("undp"), state_key::anchor(&did, 99)] {
            let (value, proof) = one.state.prove(&key).unwrap();
            prop_assert_eq!(&value, &one.state.read(&key).unwrap());
            prop_assert!(!proof.is_empty());
        }
    }

    /// Applying a block's transactions one after the other in one execution is the same as block by block.
    #[test]
    fn one_block_or_many_give_the_same_records(numbers in prop::collection::vec(0u8..4, 1..12)) {
        let (mut single, did) = Chain::with_undp();
        let (many, _) = Chain::with_undp();
        let context = single.block;
        let mut execution = Execution::begin(&many.state, context).unwrap();
        for number in &numbers {
            let mut signed = many.signed(UNDP + 2, status(&did, u64::from(*number), *number));
            signed.transaction.sequence = next_sequence(&single);
            let signed = sign(UNDP + 2, signed.transaction);
            single.block = context;
            let alone = single.submit(signed.clone());
            let checked: Checked = check_stateless(signed, &many.id).unwrap();
            prop_assert_eq!(rule(execution.apply(&checked)), alone);
        }
        let mut together = many.state.clone();
        together.store(&execution.into_writes()).unwrap();
        let key = state_key::status(&did, LIST);
        prop_assert_eq!(together.read(&key).unwrap(), single.state.read(&key).unwrap());
    }

    #[test]
    fn strangers_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = SignedTransaction::from_bytes(&bytes);
        let _ = registry_types::Block::from_bytes(&bytes);
        let _ = registry_types::ProvenRecord::from_bytes(&bytes);
        let mut versioned = vec![1];
        versioned.extend(bytes);
        if let Ok(signed) = SignedTransaction::from_bytes(&versioned) {
            prop_assert_eq!(signed.to_bytes(), versioned);
            let chain = signed.transaction.chain;
            prop_assert!(check_stateless(signed, &chain).is_err());
        }
    }
}

fn next_sequence(chain: &Chain) -> u64 {
    chain.find::<KeyRecord>(&state_key::key(&public(UNDP + 2))).sequence
}
