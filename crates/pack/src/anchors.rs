//! Anchors in a pack, for policies that demand a proven time of issue: ANCHORS.md says why so.
//!
//! A chain lists no anchors, but an issuer numbers its batches from one. So its newest anchor is looked for by the
//! numbers, and from there the pack takes as many as it has room for. Numbers that a node or an issuer left out make a
//! pack that decides less, never more.

use std::collections::BTreeSet;

use registry_client::{EMPTY, goes_right};
use registry_types::{Hash, state_key};

use crate::collect::{CollectError, Gathered, Gathering};

/// Bytes that anchors take together in the file: most of a pack of a megabyte.
const ROOM: usize = 880_000;
/// What an anchor takes in a compressed file beside the tree: a root that nothing compresses, its time, its height and
/// its number.
const ANCHOR_BYTES: usize = 54;
const HASH_BYTES: usize = 32;
/// No issuer has so many batches; a node that says so is not asked on.
const HIGHEST: u64 = 1 << 40;

impl Gathering<'_> {
    /// The newest anchors of each of these issuers, in equal shares of the room. What an issuer with few anchors leaves
    /// over is for those with more.
    pub(crate) async fn anchors(&mut self, issuers: &[String]) -> Result<(), CollectError> {
        let mut newest = Vec::new();
        for issuer in issuers {
            newest.push((self.newest_anchor(issuer).await?, issuer));
        }
        newest.sort_unstable();
        let mut room = Room::beside(&self.records);
        for (done, (newest, issuer)) in newest.iter().enumerate() {
            let share = ROOM.saturating_sub(room.used()) / (issuers.len() - done);
            let limit = room.used() + share;
            self.newest_anchors(issuer, *newest, &mut room, limit).await?;
        }
        Ok(())
    }

    /// From the newest down until the limit.
    async fn newest_anchors(
        &mut self,
        issuer: &str,
        newest: u64,
        room: &mut Room,
        limit: usize,
    ) -> Result<(), CollectError> {
        for sequence in (1..=newest).rev() {
            let gathered = self.ask(&state_key::anchor(issuer, sequence)).await?;
            // A number that was left out is proven to be free, which no receipt needs.
            if gathered.record.value.is_none() {
                continue;
            }
            if !room.takes(&gathered, limit) {
                break;
            }
            self.records.push(gathered);
        }
        Ok(())
    }

    /// The number before a free one, found by doubling and bisecting; zero where there is none.
    async fn newest_anchor(&self, issuer: &str) -> Result<u64, CollectError> {
        let (mut there, mut free) = (0, 1);
        while free < HIGHEST && self.is_anchored(issuer, free).await? {
            (there, free) = (free, free * 2);
        }
        while there + 1 < free {
            let middle = there + (free - there) / 2;
            if self.is_anchored(issuer, middle).await? {
                there = middle;
            } else {
                free = middle;
            }
        }
        Ok(there)
    }

    async fn is_anchored(&self, issuer: &str, sequence: u64) -> Result<bool, CollectError> {
        Ok(self.ask(&state_key::anchor(issuer, sequence)).await?.record.value.is_some())
    }
}

/// What anchors take in the file.
struct Room {
    /// Of all records, in their order in the tree.
    places: BTreeSet<Hash>,
    anchors: usize,
    /// Hashes in the tree that are there because of anchors.
    hashes: usize,
}

impl Room {
    fn beside(records: &[Gathered]) -> Self {
        let places = records.iter().map(|one| state_key::place(&one.record.key)).collect();
        Self { places, anchors: 0, hashes: 0 }
    }

    fn used(&self) -> usize {
        ANCHOR_BYTES * self.anchors + HASH_BYTES * self.hashes
    }

    /// Counts one more where it fits. The new leaf brings a hash for each step of its way that no other record shares, and
    /// saves the one of the part of the map that it stands in.
    fn takes(&mut self, gathered: &Gathered, limit: usize) -> bool {
        let place = state_key::place(&gathered.record.key);
        let before = self.places.range(..place).next_back();
        let after = self.places.range(place..).next();
        let shared = before.into_iter().chain(after).map(|other| shared_bits(&place, other)).max();
        let alone = gathered.proof.siblings.len().saturating_sub(shared.map_or(0, |bits| bits + 1));
        let own = gathered.proof.siblings.iter().take(alone).filter(|hash| **hash != EMPTY).count();
        let hashes = (self.hashes + own).saturating_sub(1);
        if ANCHOR_BYTES * (self.anchors + 1) + HASH_BYTES * hashes > limit {
            return false;
        }
        self.places.insert(place);
        (self.anchors, self.hashes) = (self.anchors + 1, hashes);
        true
    }
}

fn shared_bits(one: &Hash, other: &Hash) -> usize {
    (0..8 * one.len()).take_while(|depth| goes_right(one, *depth) == goes_right(other, *depth)).count()
}
