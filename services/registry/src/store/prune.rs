//! Removing what later blocks made superfluous, a step at a time and without a sync.

use std::time::Duration;

use borsh::{BorshDeserialize, BorshSerialize};
use redb::{Durability, ReadableTable as _, WriteTransaction};
use registry_state::map::Update;
use registry_types::Hash;

use super::tables::{BLOCKS, PAGES, ROWS, STALE, VERSIONS, page_key, row_key};
use super::{Store, StoreError};

/// How many map versions stay complete behind the newest, whatever the time: blocks in the making read them.
const KEPT_VERSIONS: u64 = 16;
/// How many pages and values one step removes at most, so that it never holds up a block for long.
const STEP: usize = 2_000;
/// How many old blocks one step removes at most.
const BLOCKS_STEP: usize = 64;

/// What a node keeps beyond the newest state. Past intervals of DIDs and accreditations stand in records of
/// the newest state and are never removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// For how long, in block time, a height's proofs can still be asked for.
    pub proofs: Duration,
    /// How many of the newest blocks; all when absent. Headers and certificates always stay.
    pub blocks: Option<u64>,
}

impl Default for Keep {
    fn default() -> Self {
        Self { proofs: Duration::from_secs(600), blocks: None }
    }
}

/// What a version made superfluous: pages by key, and older values of the places it wrote again.
#[derive(BorshSerialize, BorshDeserialize)]
pub struct Stale {
    /// When the version came.
    time_ms: u64,
    pages: Vec<Vec<u8>>,
    rewritten: Vec<Hash>,
}

impl Stale {
    pub fn of(update: &Update, time_ms: u64) -> Self {
        let pages = update.stale_pages.iter().map(|(version, path)| page_key(*version, path)).collect();
        Self { time_ms, pages, rewritten: update.rewritten.clone() }
    }

    fn remove(&self, write: &WriteTransaction, version: u64) -> Result<usize, StoreError> {
        let mut pages = write.open_table(PAGES)?;
        for key in &self.pages {
            pages.remove(key.as_slice())?;
        }
        let mut removed = self.pages.len();
        let mut rows = write.open_table(ROWS)?;
        for place in &self.rewritten {
            let (from, to) = (row_key(place, 0), row_key(place, version));
            let older: Vec<[u8; 40]> = rows
                .range(from..to)?
                .map(|entry| entry.map(|(key, _)| key.value()))
                .collect::<Result<_, _>>()?;
            removed += older.len();
            for key in older {
                rows.remove(key)?;
            }
        }
        Ok(removed)
    }
}

impl Store {
    /// Removes one step's worth of what is no longer to be kept. Returns whether there is more.
    pub fn prune(&self, keep: &Keep) -> Result<bool, StoreError> {
        let snapshot = self.snapshot();
        let tip = snapshot.tip();
        let last = tip.state_version.saturating_sub(KEPT_VERSIONS);
        let first_kept = keep.blocks.map_or(0, |count| (tip.height + 1).saturating_sub(count.max(1)));
        let old_blocks = snapshot.first_block()?.is_some_and(|first| first < first_kept);
        let kept_since_ms =
            tip.time_ms.saturating_sub(u64::try_from(keep.proofs.as_millis()).unwrap_or(u64::MAX));
        if !old_blocks && !snapshot.has_stale(last, kept_since_ms)? {
            return Ok(false);
        }
        let mut write = self.database.begin_write()?;
        // Losing this work in a crash only means doing it again.
        write.set_durability(Durability::None)?;
        let more = prune_map(&write, last, kept_since_ms)?;
        let more_blocks = prune_blocks(&write, first_kept)?;
        write.commit()?;
        self.refresh()?;
        Ok(more || more_blocks)
    }
}

/// What a version replaced was current until the version came; it is asked for as long after that.
fn prune_map(write: &WriteTransaction, last: u64, kept_since_ms: u64) -> Result<bool, StoreError> {
    let mut table = write.open_table(STALE)?;
    let (mut removed, mut pruned) = (0, None);
    let mut more = false;
    while let Some((version, stale)) = first(&table)? {
        if version > last || stale.time_ms > kept_since_ms {
            break;
        }
        if removed >= STEP {
            more = true;
            break;
        }
        removed += stale.remove(write, version)?;
        table.remove(version)?;
        pruned = Some(version);
    }
    if let Some(version) = pruned {
        forget_heights(write, version)?;
    }
    Ok(more)
}

/// Heights whose map is older than this version cannot be asked for any more.
fn forget_heights(write: &WriteTransaction, version: u64) -> Result<(), StoreError> {
    let mut versions = write.open_table(VERSIONS)?;
    while let Some(height) = {
        let first = versions.first()?;
        first.filter(|(_, of_height)| of_height.value() < version).map(|(height, _)| height.value())
    } {
        versions.remove(height)?;
    }
    Ok(())
}

fn first(table: &impl redb::ReadableTable<u64, &'static [u8]>) -> Result<Option<(u64, Stale)>, StoreError> {
    let Some((version, bytes)) = table.first()? else { return Ok(None) };
    let stale = Stale::try_from_slice(bytes.value()).map_err(|_| StoreError::Damaged("prune list"))?;
    Ok(Some((version.value(), stale)))
}

fn prune_blocks(write: &WriteTransaction, first_kept: u64) -> Result<bool, StoreError> {
    if first_kept == 0 {
        return Ok(false);
    }
    let mut blocks = write.open_table(BLOCKS)?;
    for _ in 0..BLOCKS_STEP {
        let Some(height) = blocks.first()?.map(|(height, _)| height.value()) else { return Ok(false) };
        if height >= first_kept {
            return Ok(false);
        }
        blocks.remove(height)?;
    }
    Ok(true)
}
