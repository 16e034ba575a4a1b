//! The fuzzer's door to the codec: everything that comes over the links between nodes.

use bytes::Bytes;
use malachite::app::consensus::LivenessMsg;
use malachite::app::streaming::StreamMessage;
use malachite::app::types::codec::Codec;
use malachite::app::types::core::{PolkaCertificate, ValidatorProof};
use malachite::app::types::sync::{Request, Response, Status};
use malachite::app::types::{ProposedValue, SignedConsensusMsg};

use super::codec::BorshCodec;
use super::context::{Part, RegistryContext as Context};
use super::streams::Streams;

/// The first byte says which kind of message the others are.
pub fn message(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let bytes = Bytes::copy_from_slice(bytes);
    match kind {
        0 => once::<SignedConsensusMsg<Context>>(bytes),
        1 => once::<PolkaCertificate<Context>>(bytes),
        2 => once::<LivenessMsg<Context>>(bytes),
        3 => once::<Part>(bytes),
        4 => once::<StreamMessage<Part>>(bytes),
        5 => once::<ValidatorProof<Context>>(bytes),
        6 => once::<ProposedValue<Context>>(bytes),
        7 => once::<Status<Context>>(bytes),
        8 => once::<Request<Context>>(bytes),
        9 => once::<Response<Context>>(bytes),
        _ => stream(&bytes),
    }
}

/// What was read is written in one form only, and can be read again.
fn once<T>(bytes: Bytes)
where
    BorshCodec: Codec<T, Error = std::io::Error>,
{
    let Ok(value) = BorshCodec.decode(bytes) else { return };
    let first = BorshCodec.encode(&value).expect("what was read can be written");
    let again = BorshCodec.decode(first.clone()).expect("what was written can be read");
    assert_eq!(BorshCodec.encode(&again).expect("and written again"), first);
}

/// Messages of one peer, each after its length: parts of blocks in any order, as often as it likes.
fn stream(mut bytes: &[u8]) {
    let mut streams = Streams::default();
    while let Some((length, rest)) = bytes.split_first() {
        let (message, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        bytes = rest;
        if let Ok(part) = BorshCodec.decode(Bytes::copy_from_slice(message)) {
            let _: Option<_> = streams.take(vec![1], part);
        }
    }
}

/// Well-formed messages to begin with.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    use malachite::app::types::core::Round;
    let block = Bytes::from_static(b"a block");
    let address = super::context::Address([3; 20]);
    let parts = super::streams::cut((7, Round::new(1), Round::Nil), address, 1, &block);
    let wake = super::streams::wake(7, address);
    let encoded = parts.iter().chain([&wake]).filter_map(|part| BorshCodec.encode(part).ok());
    let encoded: Vec<_> = encoded.map(|bytes| bytes.to_vec()).collect();
    let mut whole = vec![10];
    for one in &encoded {
        whole.push(u8::try_from(one.len()).unwrap_or(u8::MAX));
        whole.extend(one);
    }
    let single = encoded.iter().map(|one| [vec![4], one.clone()].concat());
    single.chain([whole]).collect()
}
