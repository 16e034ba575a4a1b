use bytes::Bytes;
use malachite::app::consensus::LivenessMsg;
use malachite::app::streaming::{StreamContent, StreamId, StreamMessage};
use malachite::app::types::codec::Codec;
use malachite::app::types::core::{NilOrVal, Round, SignedMessage, ValidatorProof, VoteType};
use malachite::app::types::sync::{Request, Response, Status};
use malachite::app::types::{ProposedValue, SignedConsensusMsg};
use malachite_signing_ed25519::Signature;
use proptest::prelude::*;
use registry_types::{Certificate, CommitSignature, limits};

use super::codec::{BorshCodec, certificate_of, extended};
use super::context::{Address, HeaderHash, Height, Part, RegistryContext, Vote};
use super::streams::{Streams, cut};

const PROPOSER: Address = Address([3; 20]);

fn streamed(bytes: &Bytes) -> Vec<StreamMessage<Part>> {
    cut((7, Round::new(1), Round::Nil), PROPOSER, 1, bytes)
}

#[test]
fn a_block_arrives_whole_whatever_the_order_of_its_parts() {
    let block = Bytes::from((0..300_000u32).map(|number| (number % 251) as u8).collect::<Vec<_>>());
    let mut messages = streamed(&block);
    messages.reverse();
    let last = messages.pop().unwrap();
    let mut streams = Streams::default();
    for message in messages {
        assert!(streams.take(vec![1], message).is_none());
    }
    let received = streams.take(vec![1], last).unwrap();
    assert_eq!((received.height, received.round, received.valid_round), (7, 1, None));
    assert_eq!((received.proposer, received.bytes), (PROPOSER, block));
}

#[test]
fn parts_of_different_peers_do_not_mix() {
    let messages = streamed(&Bytes::from_static(b"block"));
    let mut streams = Streams::default();
    for (peer, message) in (0u8..).zip(messages) {
        assert!(streams.take(vec![peer], message).is_none());
    }
}

#[test]
fn a_peer_cannot_make_us_keep_more_than_its_share() {
    let mut streams = Streams::default();
    let data = |id: u8, sequence| {
        let part = Part::Data(vec![0; 1024 * 1024]);
        StreamMessage::new(StreamId::new(vec![id].into()), sequence, StreamContent::Data(part))
    };
    for id in 0..50 {
        for sequence in 0..60 {
            assert!(streams.take(vec![1], data(id, sequence)).is_none());
        }
    }
    assert!(streams.kept_bytes() <= 5 * limits::BLOCK_BYTES);
    // A place far beyond any block is not even kept.
    let before = streams.kept_bytes();
    assert!(streams.take(vec![2], data(0, u64::MAX)).is_none());
    assert_eq!(streams.kept_bytes(), before);
}

#[test]
fn a_certificate_is_the_same_in_the_engine_and_outside() {
    let certificate = Certificate {
        height: 9,
        round: 2,
        header_hash: [4; 32],
        signatures: vec![CommitSignature { validator: [5; 20], signature: [6; 64] }],
    };
    assert_eq!(certificate_of(&extended(&certificate).trim_vote_extensions()), certificate);
}

#[test]
fn votes_survive_the_wire() {
    for value in [NilOrVal::Nil, NilOrVal::Val(HeaderHash([8; 32]))] {
        let vote = Vote {
            kind: VoteType::Precommit,
            height: Height(3),
            round: Round::new(1),
            value,
            voter: PROPOSER,
            extension: None,
        };
        let signed = SignedConsensusMsg::Vote(SignedMessage::new(vote, Signature::from_bytes([1; 64])));
        let bytes = BorshCodec.encode(&signed).unwrap();
        let decoded: SignedConsensusMsg<RegistryContext> = BorshCodec.decode(bytes).unwrap();
        assert_eq!(decoded, signed);
    }
}

proptest! {
    #[test]
    fn no_bytes_from_the_network_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let bytes = Bytes::from(bytes);
        let _: Result<SignedConsensusMsg<RegistryContext>, _> = BorshCodec.decode(bytes.clone());
        let _: Result<LivenessMsg<RegistryContext>, _> = BorshCodec.decode(bytes.clone());
        let _: Result<StreamMessage<Part>, _> = BorshCodec.decode(bytes.clone());
        let _: Result<ValidatorProof<RegistryContext>, _> = BorshCodec.decode(bytes.clone());
        let _: Result<ProposedValue<RegistryContext>, _> = BorshCodec.decode(bytes.clone());
        let _: Result<Status<RegistryContext>, _> = BorshCodec.decode(bytes.clone());
        let _: Result<Request<RegistryContext>, _> = BorshCodec.decode(bytes.clone());
        let _: Result<Response<RegistryContext>, _> = BorshCodec.decode(bytes);
    }
}
