mod carry;
mod delegation;
mod documents;
mod governance;
mod histories;
mod issuing;
mod owner;
mod restart;
mod simulation;
mod transactions;
mod upgrade;

use ed25519_dalek::{Signer as _, SigningKey};
use registry_types::operation::AccreditationName;
use registry_types::{
    Anchor, AnchorKind, Canonical, CharterVersion, CreateDid, DidChange, DidRole, DocumentKey, Genesis,
    GrantAccreditation, Inception, Joining, KeyRecord, KeyRole, MemberStatement, NewKey, Operation,
    OwnValidator, Params, ProposalKind, Propose, PublishStatus, Reason, ReasonCode, Relationship, Seats,
    SignedStatement, SignedTransaction, Transaction, UpdateDid, did_from_inception, state_key,
};

use crate::memory::MemoryMap;
use crate::{
    BlockContext, Execution, Refusal, TransactionError as E, View as _, check_against, check_stateless,
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
