//! Snapshots written and taken over.

use registry_client::LightError;
use registry_state::map;

use super::*;
use crate::store::export::{Chunk, Exports, Manifest, chunk_hash};
use crate::store::import::{Import, ImportError};

/// A chain of a few blocks with its snapshot.
struct Written {
    node: Node,
    exports: Exports,
    manifest: Manifest,
    target: TempDir,
}

fn written(blocks: u64) -> Written {
    let mut node = Node::new();
    for number in 0..blocks {
        node.register(number);
        node.decide();
    }
    let exports = Exports::new(node.folder.path().join("snapshots"));
    let manifest = exports.write(&node.store.snapshot()).unwrap();
    Written { node, exports, manifest, target: tempfile::tempdir().unwrap() }
}

impl Written {
    fn path(&self) -> std::path::PathBuf {
        self.target.path().join("chain.redb")
    }

    fn begin(&self, manifest: Manifest) -> Result<Import, ImportError> {
        Import::begin(&self.path(), &genesis().chain_id(), manifest, &genesis().validator_set().unwrap())
    }

    fn chunk(&self, number: u32) -> Vec<u8> {
        self.exports.chunk(self.manifest.header.height, number).unwrap()
    }

    /// The first chunk changed, and the manifest made to name it.
    fn forged(&self, change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> (Manifest, Vec<u8>) {
        let mut chunk = Chunk::from_bytes(&self.chunk(0)).unwrap();
        change(&mut chunk.records);
        let bytes = chunk.to_bytes();
        let mut manifest = self.manifest.clone();
        manifest.chunks[0] = chunk_hash(&bytes);
        (manifest, bytes)
    }
}

#[test]
fn an_imported_state_is_the_exported_one_and_the_chain_goes_on_from_it() {
    let written = written(30);
    let mut import = written.begin(written.manifest.clone()).unwrap();
    while let Some(number) = import.due() {
        import.add(number, &written.chunk(number)).unwrap();
    }
    import.finish(&[]).unwrap();

    let store = Store::open(&written.path(), &genesis(), 1 << 20).unwrap();
    let (theirs, ours) = (written.node.store.snapshot(), store.snapshot());
    let same = |tip: &crate::store::Tip| (tip.height, tip.hash, tip.state_root, tip.validators.clone());
    assert_eq!(same(theirs.tip()), same(ours.tip()));
    assert_eq!(map::audit(&*ours, ours.tip().state_version).unwrap().1, written.manifest.records);
    assert_eq!(ours.listed("schema/", None, 100).unwrap(), theirs.listed("schema/", None, 100).unwrap());
    assert_eq!(ours.first_block().unwrap(), None);
    assert!(ours.header(1).unwrap().is_some(), "whose turn it is follows from the headers of the era");
    let proven = ours.prove("schema/urn:schema:7").unwrap().unwrap();
    assert_eq!(proven, theirs.prove("schema/urn:schema:7").unwrap().unwrap());
    assert!(matches!(ours.prove_at(29, "params"), Err(HeightError::Gone { oldest: 30, .. })));
    drop((ours, theirs, store));

    // The next block of the exporting node is one for the importing node as well.
    let Written { mut node, target, .. } = written;
    let turns = node.chain.turns.clone();
    let mut late = Node::open(target, node.clock.clone(), node.sequence);
    assert_eq!(late.chain.turns, turns);
    node.register(30);
    node.decide();
    let (bytes, certificate) = node.store.decided(31).unwrap().unwrap();
    assert!(late.chain.check(0, bytes, Origin::Past).unwrap().unwrap().valid);
    late.chain.commit(&certificate).unwrap();
    assert_eq!(late.store.snapshot().tip().state_root, node.store.snapshot().tip().state_root);
}

#[test]
fn a_cut_import_goes_on_where_it_was() {
    let written = written(8);
    let number = {
        let mut import = written.begin(written.manifest.clone()).unwrap();
        let number = import.due().unwrap();
        import.add(number, &written.chunk(number)).unwrap();
        number
    };
    assert!(!written.path().exists(), "nothing stands in the store's place before it is whole");
    assert!(Import::pending(&written.path()).unwrap().is_the_state_of(&written.manifest));
    let import = written.begin(written.manifest.clone()).unwrap();
    assert_ne!(import.due(), Some(number));
    import.finish(&[]).unwrap();
    assert!(Import::pending(&written.path()).is_none());
    assert!(matches!(written.begin(written.manifest.clone()), Err(ImportError::NotEmpty(_))));
}

#[test]
fn a_wrong_snapshot_is_refused_and_leaves_nothing() {
    let written = written(8);
    // A chunk that the manifest does not name changes nothing.
    let mut import = written.begin(written.manifest.clone()).unwrap();
    assert!(matches!(import.add(0, b"something else"), Err(ImportError::Chunk(0))));
    assert!(matches!(import.add(1, &written.chunk(0)), Err(ImportError::Order { expected: 0, found: 1 })));
    assert!(matches!(import.finish(&[]), Err(ImportError::Incomplete { missing: 1 })));

    // Records that the manifest does name do not make the certified root.
    type Change = fn(&mut Vec<(String, Vec<u8>)>);
    let changes: [Change; 3] = [
        |records| records[3].1[0] ^= 1,
        |records| drop(records.remove(2)),
        |records| records.last_mut().unwrap().1.push(0),
    ];
    for change in changes {
        let (manifest, bytes) = written.forged(change);
        let mut import = written.begin(manifest).unwrap();
        import.add(0, &bytes).unwrap();
        let refused = import.finish(&[]).unwrap_err();
        assert!(matches!(refused, ImportError::Root { height: 8 }), "{refused}");
        assert!(!written.path().exists() && Import::pending(&written.path()).is_none());
    }
    let (manifest, bytes) = written.forged(|records| records.swap(0, 1));
    let mut import = written.begin(manifest).unwrap();
    assert!(matches!(import.add(0, &bytes), Err(ImportError::Unsorted(0))));
    let (manifest, bytes) = written.forged(|records| records.insert(1, records[0].clone()));
    let mut import = written.begin(manifest).unwrap();
    assert!(matches!(import.add(0, &bytes), Err(ImportError::Unsorted(0))), "a place twice");
}

#[test]
fn a_manifest_is_believed_by_its_certificate_only() {
    let written = written(8);
    let mut root = written.manifest.clone();
    root.header.state_root = [1; 32];
    assert!(matches!(
        written.begin(root),
        Err(ImportError::Certificate(LightError::OtherHeader { height: 8 }))
    ));
    let mut unsigned = written.manifest.clone();
    unsigned.certificate.signatures.clear();
    assert!(matches!(written.begin(unsigned), Err(ImportError::Certificate(LightError::NoQuorum { .. }))));
    let mut era = written.manifest.clone();
    era.era[2].time_ms += 1;
    assert!(matches!(written.begin(era), Err(ImportError::Era)));
    let next = registry_types::Validator {
        public_key: public(7),
        power: 1,
        owner: "board".to_owned(),
        host: "host".to_owned(),
    };
    let mut next_set = written.manifest.clone();
    next_set.next = registry_types::ValidatorSet::new(vec![next]).unwrap();
    assert!(matches!(written.begin(next_set.clone()), Err(ImportError::NextValidators)));
    let others =
        Import::begin(&written.path(), &genesis().chain_id(), written.manifest.clone(), &next_set.next);
    assert!(matches!(others, Err(ImportError::Certificate(LightError::UnknownValidators { .. }))));
}
