//! What a validator that breaks its word does. Only in builds with the feature `misbehave`, which exist for tests.
//!
//! The file that `REGISTRY_MISBEHAVE` names holds what to do now: `sign-twice` (a second proposal and a second vote in
//! each round, past the record of what was signed) or `send-garbage` (bytes that are no message, votes of others,
//! pieces of blocks that never end, blocks that break the rules, spoilt blocks to those who catch up). With anything
//! else in it, the node behaves.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use clock::{Entropy as _, SystemEntropy};
use malachite::app::consensus::LivenessMsg;
use malachite::app::engine::network::{Msg, NetworkRef};
use malachite::app::streaming::{StreamContent, StreamId, StreamMessage};
use malachite::app::types::SignedConsensusMsg;
use malachite::app::types::core::{NilOrVal, Round, SignedMessage, SignedVote, VoteType};
use malachite::app::types::sync::RawDecidedValue;
use malachite_signing_ed25519::Signature;
use registry_types::{Block, Canonical as _, Hash};

use super::context::{Address, HeaderHash, Height, Part, Proposal, RegistryContext, Vote};
use super::signing::Signatures;

/// Found in no delivered program; a test looks for it.
const MARK: &str = "this build of the node misbehaves on purpose";
/// Streams with this id are not encoded: their bytes go out as they are.
const RAW: &[u8] = b"garbage";
/// The actor status from which on nothing is delivered.
const STOPPING: u8 = 5;
const BETWEEN_GARBAGE: Duration = Duration::from_millis(40);

type Message = Msg<RegistryContext>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Behave,
    SignTwice,
    SendGarbage,
}

/// One process is one node.
static NODE: Mutex<Option<Node>> = Mutex::new(None);

/// What the hooks share: the key, the way out past the engine, and what was said behind its back.
#[derive(Clone)]
struct Node {
    signatures: Signatures,
    me: Address,
    network: NetworkRef<RegistryContext>,
    height: u64,
    /// The second block of a round.
    other: Option<(Height, Round, HeaderHash)>,
}

impl Node {
    fn now() -> Option<Self> {
        NODE.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(change: impl FnOnce(&mut Self)) {
        NODE.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(change);
    }

    fn is_over(&self) -> bool {
        self.network.get_status() as u8 >= STOPPING
    }

    async fn vote(&self, vote: Vote) -> Option<SignedVote<RegistryContext>> {
        let signature = self.signatures.sign(&vote.signing_bytes(&self.signatures.chain)).await.ok()?;
        Some(SignedMessage::new(vote, signature))
    }

    async fn proposal(&self, height: Height, round: Round, value: HeaderHash) -> Option<Message> {
        let proposal = Proposal { height, round, value, valid_round: Round::Nil, proposer: self.me };
        let signature = self.signatures.sign(&proposal.signing_bytes(&self.signatures.chain)).await.ok()?;
        let signed = SignedConsensusMsg::Proposal(SignedMessage::new(proposal, signature));
        Some(Msg::PublishConsensusMsg(signed))
    }
}

/// Whenever an engine starts.
pub fn begin(signatures: Signatures, me: Address, network: NetworkRef<RegistryContext>) {
    tracing::error!("{MARK}");
    let node = Node { signatures, me, network, height: 0, other: None };
    *NODE.lock().unwrap_or_else(PoisonError::into_inner) = Some(node);
    tokio::spawn(async move {
        while let Some(node) = Node::now().filter(|node| !node.is_over()) {
            if deed() == Deed::SendGarbage
                && let Some(message) = garbage(&node).await
            {
                let _ = node.network.cast(message);
            }
            tokio::time::sleep(BETWEEN_GARBAGE).await;
        }
    });
}

/// A second vote at the place of the first, for the second block where there is one.
pub async fn vote_again(vote: &Vote) {
    Node::change(|node| node.height = vote.height.0);
    let Some(node) = Node::now().filter(|_| deed() == Deed::SignTwice) else { return };
    let here = (vote.height, vote.round);
    let other = node.other.filter(|(height, round, _)| (*height, *round) == here).map(|(.., second)| second);
    let value = match (&vote.value, other) {
        (NilOrVal::Val(first), Some(second)) if *first != second => NilOrVal::Val(second),
        (NilOrVal::Val(_), _) => NilOrVal::Nil,
        (NilOrVal::Nil, Some(second)) => NilOrVal::Val(second),
        (NilOrVal::Nil, None) => NilOrVal::Val(HeaderHash(random())),
    };
    if let Some(second) = node.vote(Vote { value, ..vote.clone() }).await {
        let _ = node.network.cast(Msg::PublishConsensusMsg(SignedConsensusMsg::Vote(second)));
    }
}

/// A second block for a round: a sound one without transactions, or one that claims a state that nobody computes.
pub fn another_block(first: &Bytes, before: Option<&Bytes>) -> Option<(Hash, Bytes)> {
    let mut block = Block::from_bytes(first).ok()?;
    match deed() {
        Deed::Behave => return None,
        Deed::SignTwice => {
            block.header.state_root = Block::from_bytes(before?).ok()?.header.state_root;
            block.transactions.clear();
            block.header.data_hash = Block::data_hash(block.restart.as_ref(), &block.transactions);
            block.header.time_ms += 1;
        }
        Deed::SendGarbage => block.header.state_root = random(),
    }
    Some((block.header.hash(), block.to_bytes().into()))
}

pub async fn propose(height: Height, round: Round, second: HeaderHash) {
    Node::change(|node| node.other = Some((height, round, second)));
    if let Some(node) = Node::now()
        && let Some(message) = node.proposal(height, round, second).await
    {
        let _ = node.network.cast(message);
    }
}

/// Half of the node's own blocks leave it with a byte changed.
pub fn spoilt(bytes: Bytes) -> Bytes {
    if deed() != Deed::SendGarbage || below(2) == 0 {
        return bytes;
    }
    let mut bytes = bytes.to_vec();
    let at = below(bytes.len());
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1;
    }
    bytes.into()
}

/// What those who catch up are given.
pub fn spoil(values: &mut [RawDecidedValue<RegistryContext>]) {
    if deed() != Deed::SendGarbage {
        return;
    }
    for value in values.iter_mut() {
        value.value_bytes = spoilt(value.value_bytes.clone());
    }
    if below(4) == 0 {
        values.reverse();
    }
}

/// The bytes of a message that is none.
pub fn raw(message: &StreamMessage<Part>) -> Option<Bytes> {
    match &message.content {
        StreamContent::Data(Part::Data(bytes)) if message.stream_id.to_bytes() == RAW => {
            Some(bytes.clone().into())
        }
        _ => None,
    }
}

async fn garbage(node: &Node) -> Option<Message> {
    let (me, height, number) = (node.me, node.height, u32::from_le_bytes(random()));
    let id = || random::<16>().to_vec();
    Some(match below(7) {
        0 => part(RAW.to_vec(), 0, Part::Data(noise(2_000))),
        1 => part(id(), u64::from(number), Part::Data(noise(60_000))),
        2 => {
            let init = Part::Init { height: height + 1, round: number % 4, valid_round: None, proposer: me };
            part(id(), 0, init)
        }
        3 => part(id(), u64::from(number % 3), Part::Wake { height: u64::from_le_bytes(random()) }),
        // Somebody else's vote, with a signature that is none.
        4 => {
            let vote = vote(height, number % 3, Address(random()));
            let signed = SignedMessage::new(vote, Signature::from_bytes(random()));
            Msg::PublishConsensusMsg(SignedConsensusMsg::Vote(signed))
        }
        // Its own, soundly signed, for places where nobody is.
        5 => {
            let vote = vote(height + u64::from(number % 50), number >> 1, me);
            Msg::PublishLivenessMsg(LivenessMsg::Vote(node.vote(vote).await?))
        }
        _ => node.proposal(Height(height), Round::new(number % 3), HeaderHash(random())).await?,
    })
}

fn part(id: Vec<u8>, sequence: u64, part: Part) -> Message {
    let id = StreamId::new(id.into());
    Msg::PublishProposalPart(StreamMessage::new(id, sequence, StreamContent::Data(part)))
}

fn vote(height: u64, round: u32, voter: Address) -> Vote {
    let kind = if below(2) == 0 { VoteType::Prevote } else { VoteType::Precommit };
    let value = NilOrVal::Val(HeaderHash(random()));
    Vote { kind, height: Height(height), round: Round::new(round), value, voter, extension: None }
}

fn deed() -> Deed {
    let told = std::env::var_os("REGISTRY_MISBEHAVE").and_then(|path| std::fs::read_to_string(path).ok());
    match told.as_deref().map(str::trim) {
        Some("sign-twice") => Deed::SignTwice,
        Some("send-garbage") => Deed::SendGarbage,
        _ => Deed::Behave,
    }
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    SystemEntropy.fill(&mut bytes);
    bytes
}

fn below(limit: usize) -> usize {
    usize::try_from(u32::from_le_bytes(random())).unwrap_or(0) % limit.max(1)
}

fn noise(most: usize) -> Vec<u8> {
    let mut bytes = vec![0u8; below(most)];
    SystemEntropy.fill(&mut bytes);
    bytes
}
