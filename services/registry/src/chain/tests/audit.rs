//! An auditor's replay of a copy of a node's data.

use std::path::Path;

use redb::{Database, ReadableTable as _, TableDefinition};

use super::*;
use crate::audit::{Audit, AuditError, Difference, Reason, Report};
use crate::store::export::Exports;

const BLOCKS: u64 = 25;
const BLOCK_TABLE: TableDefinition<u64, &[u8]> = TableDefinition::new("blocks");
const CERTIFICATE_TABLE: TableDefinition<u64, &[u8]> = TableDefinition::new("certificates");
const ROW_TABLE: TableDefinition<[u8; 40], &[u8]> = TableDefinition::new("rows");

/// The folder of a node that decided a few blocks and was stopped; `each` sees it after each block.
fn stopped(mut each: impl FnMut(&Node)) -> TempDir {
    let mut node = Node::new();
    for number in 0..BLOCKS {
        node.register(number);
        node.decide();
        each(&node);
    }
    let Node { folder, chain, store, mempool, .. } = node;
    drop((chain, store, mempool));
    folder
}

fn audit(folder: &Path, from: Option<u64>, to: Option<u64>) -> Result<Report, AuditError> {
    let scratch = tempfile::tempdir().unwrap();
    Audit { data: folder, genesis: &genesis(), from, to, carried: None, scratch: scratch.path() }.run()
}

fn differs(folder: &Path) -> Difference {
    audit(folder, None, None).unwrap().difference.unwrap()
}

fn change(folder: &Path, how: impl FnOnce(&redb::WriteTransaction)) {
    let database = Database::open(folder.join("chain.redb")).unwrap();
    let write = database.begin_write().unwrap();
    how(&write);
    write.commit().unwrap();
}

fn change_block(folder: &Path, height: u64, how: impl FnOnce(&mut Block)) {
    change(folder, |write| {
        let mut table = write.open_table(BLOCK_TABLE).unwrap();
        let mut block = Block::from_bytes(table.get(height).unwrap().unwrap().value()).unwrap();
        how(&mut block);
        table.insert(height, block.to_bytes().as_slice()).unwrap();
    });
}

#[test]
fn an_untouched_copy_holds_to_the_last_root() {
    let mut root = [0; 32];
    let folder = stopped(|node| root = node.store.snapshot().tip().state_root);
    let before = std::fs::read(folder.path().join("chain.redb")).unwrap();
    let report = audit(folder.path(), None, None).unwrap();
    assert_eq!((report.began, report.from, report.to, report.transactions), (0, 1, BLOCKS, BLOCKS));
    assert_eq!((report.root, report.difference), (root, None));
    assert!(report.records.unwrap() > BLOCKS);
    let part = audit(folder.path(), Some(5), Some(9)).unwrap();
    assert_eq!((part.from, part.to, part.records, part.difference), (5, 9, None, None));
    assert_eq!(std::fs::read(folder.path().join("chain.redb")).unwrap(), before, "it is only read");
    for (from, to) in [(Some(9), Some(5)), (None, Some(BLOCKS + 1)), (Some(BLOCKS + 1), None)] {
        assert!(matches!(audit(folder.path(), from, to), Err(AuditError::Range { newest: BLOCKS, .. })));
    }
}

#[test]
fn the_first_height_that_differs_is_named() {
    let folder = stopped(|_| {});
    change_block(folder.path(), 12, |block| drop(block.transactions.pop()));
    assert_eq!(differs(folder.path()), Difference { height: 12, reason: Reason::Link("transactions") });

    let folder = stopped(|_| {});
    change_block(folder.path(), 14, |block| block.header.state_root[0] ^= 1);
    assert_eq!(differs(folder.path()), Difference { height: 14, reason: Reason::Certificate });

    // Even with a quorum: whoever holds every key cannot make a root that does not follow.
    let folder = stopped(|_| {});
    change_block(folder.path(), 25, |block| block.header.state_root[0] ^= 1);
    change(folder.path(), |write| {
        let block = {
            let blocks = write.open_table(BLOCK_TABLE).unwrap();
            Block::from_bytes(blocks.get(25).unwrap().unwrap().value()).unwrap()
        };
        let certificate = certify(&block).to_bytes();
        write.open_table(CERTIFICATE_TABLE).unwrap().insert(25, certificate.as_slice()).unwrap();
    });
    let Difference { height, reason } = differs(folder.path());
    assert!(height == 25 && matches!(reason, Reason::Root { .. }), "{reason}");

    let folder = stopped(|_| {});
    change(folder.path(), |write| drop(write.open_table(BLOCK_TABLE).unwrap().remove(7).unwrap()));
    assert_eq!(differs(folder.path()), Difference { height: 7, reason: Reason::Missing });
}

#[test]
fn a_record_that_was_changed_on_disk_is_found() {
    let folder = stopped(|_| {});
    change(folder.path(), |write| {
        let mut rows = write.open_table(ROW_TABLE).unwrap();
        let (key, mut row) = {
            let (key, row) = rows.last().unwrap().unwrap();
            (key.value(), row.value().to_vec())
        };
        *row.last_mut().unwrap() ^= 1;
        rows.insert(key, row.as_slice()).unwrap();
    });
    let Difference { height, reason } = differs(folder.path());
    assert!(height == BLOCKS && matches!(reason, Reason::Records(_)), "{reason}");
    assert_eq!(audit(folder.path(), None, Some(BLOCKS - 1)).unwrap().difference, None);
}

#[test]
fn where_blocks_are_gone_a_snapshot_is_where_it_begins() {
    let folder = stopped(|node| {
        let height = node.store.snapshot().tip().height;
        if height == 15 {
            Exports::new(node.folder.path().join("snapshots")).write(&node.store.snapshot()).unwrap();
        }
        if height == BLOCKS {
            let keep = Keep { blocks: Some(12), ..AT_ONCE };
            while node.store.prune(&keep).unwrap() {}
        }
    });
    let report = audit(folder.path(), None, None).unwrap();
    assert_eq!((report.began, report.from, report.to), (15, 16, BLOCKS));
    assert_eq!((report.transactions, report.difference), (10, None));
    let early = audit(folder.path(), Some(15), None);
    assert!(matches!(early, Err(AuditError::NothingToBeginWith { from: 15, earliest: 16 })));
    std::fs::write(folder.path().join("snapshots/15/0"), b"changed").unwrap();
    assert!(matches!(audit(folder.path(), None, None), Err(AuditError::Snapshot { height: 15, .. })));
}

#[test]
fn a_file_that_was_not_closed_is_repaired_in_a_copy() {
    let mut copy = Vec::new();
    let folder = stopped(|node| {
        if node.store.snapshot().tip().height == BLOCKS {
            copy = std::fs::read(node.folder.path().join("chain.redb")).unwrap();
        }
    });
    std::fs::write(folder.path().join("chain.redb"), &copy).unwrap();
    let report = audit(folder.path(), None, None).unwrap();
    assert_eq!((report.to, report.difference), (BLOCKS, None));
    assert_eq!(std::fs::read(folder.path().join("chain.redb")).unwrap(), copy);
}
