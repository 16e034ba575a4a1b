//! What members, nodes and readers of the chain send.

use std::io;

use ed25519_dalek::Signer as _;
use registry_client::{Checkpoint, Evidence};
use registry_state::memory::MemoryMap;
use registry_types::{
    Canonical as _, Operation, ProvenRecord, SetChange, SignedTransaction, Transaction, Vote,
};

use crate::{Write, of_kind};

pub fn write(write: &Write<'_>) -> io::Result<()> {
    let genesis = fuzz::genesis();
    let state = MemoryMap::from_genesis(&genesis).expect("a sound genesis");
    let header = fuzz::header(&genesis, state.root());
    let certificate = fuzz::certify(&header);
    let set = genesis.validator_set().expect("one validator");
    let transaction = Transaction {
        chain: genesis.chain_id(),
        sequence: 0,
        expires_at_height: 100,
        operation: Operation::Vote(Vote { proposal: [1; 32], approve: true }),
    };
    let signature = fuzz::key(1).sign(&transaction.signing_bytes()).to_bytes();
    let signed = SignedTransaction { transaction, public_key: fuzz::public(1), signature };
    write("transaction", "vote", &signed.to_bytes())?;

    write("block", "certificate", &of_kind(1, &certificate.to_bytes()))?;
    write("block", "header", &of_kind(2, &header.to_bytes()))?;
    write("block", "set", &of_kind(3, &set.to_bytes()))?;
    write("block", "statement", &of_kind(4, &genesis.members[0].to_bytes()))?;

    for (name, key) in [("present", "org/board"), ("absent", "org/nobody")] {
        let (value, map_proof) = state.prove(key).expect("a whole map");
        let (header, certificate) = (header.clone(), certificate.clone());
        write("proven", name, &ProvenRecord { value, map_proof, header, certificate }.to_bytes())?;
    }
    let change = SetChange {
        header: header.clone(),
        certificate: certificate.clone(),
        next: set.clone(),
        restart: None,
    };
    write("proven", "changes", &vec![change].to_bytes())?;

    let other = fuzz::header(&genesis, [9; 32]);
    let evidence = Evidence {
        header_a: header.clone(),
        certificate_a: certificate.clone(),
        certificate_b: fuzz::certify(&other),
        header_b: other,
    };
    write("evidence", "fork", &evidence.to_bytes())?;

    write("files", "genesis.json", &serde_json::to_vec(&genesis).expect("a genesis is JSON"))?;
    let checkpoint = Checkpoint::new(header, certificate, set).expect("parts that fit");
    write("files", "checkpoint.json", &checkpoint.to_json())?;

    let mut receipt = vec![0; 72];
    receipt[64] = 1;
    receipt[68] = 2;
    receipt.push(1);
    receipt.extend_from_slice(&[3; 64]);
    write("receipt", "path", &receipt)?;
    let mut list = vec![0; 72];
    list.push(1);
    list.extend(status_list::StatusList::new(1, 131_072).expect("a list").encode_bitstring().bytes());
    write("receipt", "bitstring", &list)?;

    for (number, message) in registry::fuzzing::seeds().into_iter().enumerate() {
        write("links", &number.to_string(), &message)?;
    }

    write("names", "key", b"did:key:z6MkoCa5PhSVqxUSbQftrs9bXBmASsA19XYXPC4t321gXw9U")?;
    write("names", "passerelle", b"did:passerelle:3Bpdef9GsFUM8SP2tZbtdyJrcdHU34Gs7d9hLRU9gBPa")
}
