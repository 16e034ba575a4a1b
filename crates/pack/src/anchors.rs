//! Anchors in a pack, for policies that demand a proven time of issue: ANCHORS.md says why so.
//!
//! A chain lists no anchors, but an issuer numbers its batches from one. So its newest anchor is looked for by the
//! numbers, and from there the pack takes as many as it has room for. Numbers that a node or an issuer left out make a
//! pack that decides less, never more.

use registry_types::state_key;

use crate::collect::{CollectError, Gathering};
use crate::content::Record;

/// Bytes that records and documents take together once anchors are among them. What is left of a pack is for the header,
/// the validators and their changes.
pub(crate) const ROOM: usize = 12 * 1024 * 1024;
/// No issuer has so many batches; a node that says so is not asked on.
const HIGHEST: u64 = 1 << 40;

impl Gathering<'_> {
    /// The newest anchors of each of these issuers, in equal shares of the room that is left. What an issuer with few
    /// anchors leaves over is for those with more.
    pub(crate) async fn anchors(&mut self, issuers: &[String]) -> Result<(), CollectError> {
        let mut newest = Vec::new();
        for issuer in issuers {
            newest.push((self.newest_anchor(issuer).await?, issuer));
        }
        newest.sort_unstable();
        let mut room = ROOM.saturating_sub(self.bytes());
        for (done, (newest, issuer)) in newest.iter().enumerate() {
            room -= self.newest_anchors(issuer, *newest, room / (issuers.len() - done)).await?;
        }
        Ok(())
    }

    /// From the newest down until the share is used up; how much of it was.
    async fn newest_anchors(
        &mut self,
        issuer: &str,
        newest: u64,
        share: usize,
    ) -> Result<usize, CollectError> {
        let mut used = 0;
        for sequence in (1..=newest).rev() {
            let record = self.ask(&state_key::anchor(issuer, sequence)).await?;
            if used + bytes(&record) > share {
                break;
            }
            // A number that was left out is proven to be free, which no receipt needs.
            if record.value.is_some() {
                used += bytes(&record);
                self.records.push(record);
            }
        }
        Ok(used)
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
        Ok(self.ask(&state_key::anchor(issuer, sequence)).await?.value.is_some())
    }

    /// What the records and documents so far take.
    fn bytes(&self) -> usize {
        let documents = self.documents.iter().map(|it| it.url.len() + it.bytes.len());
        self.records.iter().map(bytes).chain(documents).sum()
    }
}

/// What a record takes, with the lengths of its parts.
fn bytes(record: &Record) -> usize {
    const LENGTHS: usize = 13;
    record.key.len() + record.value.as_ref().map_or(0, Vec::len) + record.map_proof.len() + LENGTHS
}
