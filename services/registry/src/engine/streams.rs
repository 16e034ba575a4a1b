//! Puts blocks together from their parts. Parts are not signed, so whoever sends them is bounded: in streams,
//! parts and bytes. A block counts only once its hash stands in a signed proposal.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use malachite::app::streaming::{StreamContent, StreamId, StreamMessage};
use malachite::app::types::core::Round;
use registry_types::limits;

use super::context::{Address, Part, round_number};

const PART_BYTES: usize = 128 * 1024;
const PARTS: u64 = (limits::BLOCK_BYTES / PART_BYTES) as u64 + 2;
const STREAMS_PER_PEER: usize = 4;
const PEERS: usize = 512;

/// A whole block that somebody streamed.
pub struct Received {
    pub height: u64,
    pub round: u32,
    pub valid_round: Option<u32>,
    pub proposer: Address,
    pub bytes: Bytes,
}

#[derive(Default)]
pub struct Streams {
    peers: BTreeMap<Vec<u8>, BTreeMap<Vec<u8>, Stream>>,
}

#[derive(Default)]
struct Stream {
    parts: BTreeMap<u64, Option<Part>>,
    bytes: usize,
}

impl Streams {
    /// Takes a part; returns the block once it is complete.
    pub fn take(&mut self, publisher: Vec<u8>, message: StreamMessage<Part>) -> Option<Received> {
        if message.sequence >= PARTS || (self.peers.len() >= PEERS && !self.peers.contains_key(&publisher)) {
            return None;
        }
        let id = message.stream_id.to_bytes().to_vec();
        let streams = self.peers.entry(publisher).or_default();
        if streams.len() >= STREAMS_PER_PEER && !streams.contains_key(&id) {
            // Stream ids begin with the height, so the first is the oldest.
            streams.pop_first();
        }
        let stream = streams.entry(id.clone()).or_default();
        let part = message.content.into_data();
        stream.bytes += part.as_ref().map_or(0, |part| match part {
            Part::Init { .. } | Part::Wake { .. } => 64,
            Part::Data(data) => data.len(),
        });
        if stream.bytes > limits::BLOCK_BYTES + PART_BYTES {
            streams.remove(&id);
            return None;
        }
        stream.parts.insert(message.sequence, part);
        if !stream.is_complete() {
            return None;
        }
        streams.remove(&id).and_then(Stream::into_block)
    }

    #[cfg(test)]
    pub fn kept_bytes(&self) -> usize {
        self.peers.values().flat_map(BTreeMap::values).map(|stream| stream.bytes).sum()
    }

    /// Forgets everything: the height it was for is decided.
    pub fn clear(&mut self) {
        self.peers.clear();
    }
}

impl Stream {
    /// The end is there, and everything before it.
    fn is_complete(&self) -> bool {
        let Some((last, None)) = self.parts.last_key_value() else { return false };
        u64::try_from(self.parts.len()).is_ok_and(|count| count == last + 1)
    }

    fn into_block(self) -> Option<Received> {
        let mut parts = self.parts.into_values().flatten();
        let Some(Part::Init { height, round, valid_round, proposer }) = parts.next() else { return None };
        let mut bytes = BytesMut::with_capacity(self.bytes);
        for part in parts {
            let Part::Data(data) = part else { return None };
            bytes.extend_from_slice(&data);
        }
        Some(Received { height, round, valid_round, proposer, bytes: bytes.freeze() })
    }
}

/// Cuts a block into parts. `number` keeps this node's streams apart.
pub fn cut(
    (height, round, valid_round): (u64, Round, Round),
    proposer: Address,
    number: u64,
    bytes: &Bytes,
) -> Vec<StreamMessage<Part>> {
    let Some(round) = round_number(round) else { return Vec::new() };
    let mut id = height.to_be_bytes().to_vec();
    id.extend(round.to_be_bytes());
    id.extend(proposer.0);
    id.extend(number.to_be_bytes());
    let id = StreamId::new(id.into());
    let first = Part::Init { height, round, valid_round: round_number(valid_round), proposer };
    let parts = std::iter::once(first).chain(bytes.chunks(PART_BYTES).map(|data| Part::Data(data.to_vec())));
    let content = parts.map(StreamContent::Data).chain(std::iter::once(StreamContent::Fin));
    (0u64..)
        .zip(content)
        .map(|(sequence, content)| StreamMessage::new(id.clone(), sequence, content))
        .collect()
}

/// What tells those who rest that there is something to decide at `height`.
pub fn wake(height: u64, me: Address) -> StreamMessage<Part> {
    let mut id = height.to_be_bytes().to_vec();
    id.extend(b"wake");
    id.extend(me.0);
    StreamMessage::new(StreamId::new(id.into()), 0, StreamContent::Data(Part::Wake { height }))
}
