//! Who may push transactions to this node, and how a push shows who it is from.
//!
//! A push is signed with the sender's link key, the one whose public half is its peer id in the others'
//! configuration. Each known peer has a budget of its own, so that one that floods is slowed alone.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use keys::{Algorithm, PublicKey, SignError, SoftwareKey};
use registry_types::{Hash, sha256};

/// A peer id of an Ed25519 key: identity multihash (0x00, length) over the key's protobuf form.
const PEER_ID_PREFIX: [u8; 6] = [0, 36, 8, 1, 18, 32];

/// Transactions a peer may push each second, and at once after a rest.
const PER_SECOND: u64 = 6_000;
const BURST: u64 = 12_000;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    #[error("this node does not know the peer")]
    UnknownPeer,
    #[error("the push is not signed by the peer it names, for this chain")]
    Signature,
    #[error("a later push of this peer came before: its number must be above {last}")]
    Replayed { last: u64 },
    #[error("the peer pushes more than its share")]
    OverBudget,
    #[error("the bytes are no batch of transactions")]
    Malformed,
}

/// What comes beside the bytes of a push.
#[derive(Clone, Debug)]
pub struct Envelope {
    pub peer: String,
    /// Grows with every push of a peer.
    pub number: u64,
    pub signature: Vec<u8>,
}

/// This node's name towards its peers.
pub struct Identity {
    chain: Hash,
    peer: String,
    key: SoftwareKey,
}

impl Identity {
    pub fn new(chain: Hash, peer: String, secret: &[u8; 32]) -> Result<Self, keys::InvalidKey> {
        Ok(Self { chain, peer, key: SoftwareKey::from_secret(Algorithm::Ed25519, secret)? })
    }

    pub fn seal(&self, number: u64, body: &[u8]) -> Result<Envelope, SignError> {
        let signature = self.key.sign_now(&signing_bytes(&self.chain, &self.peer, number, body))?;
        Ok(Envelope { peer: self.peer.clone(), number, signature })
    }
}

/// The peers that this node was told of, with what each has used of its budget.
pub struct Peers {
    chain: Hash,
    known: BTreeMap<String, Known>,
}

struct Known {
    key: PublicKey,
    used: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    number: u64,
    left: u64,
    refilled_ms: u64,
}

impl Peers {
    /// From addresses that end in `/p2p/{peer id}`; an id that holds no Ed25519 key cannot push.
    pub fn new(chain: Hash, addresses: &[String]) -> Self {
        let ids = addresses.iter().filter_map(|address| address.rsplit_once("/p2p/")).map(|(_, id)| id);
        let known = ids.filter_map(|id| {
            let known = Known { key: key_of(id)?, used: Mutex::default() };
            Some((id.to_owned(), known))
        });
        Self { chain, known: known.collect() }
    }

    pub fn knows(&self, peer: &str) -> bool {
        self.known.contains_key(peer)
    }

    /// Whether a push is from a known peer, new, and within its budget of transactions.
    pub fn admit(&self, envelope: &Envelope, body: &[u8], count: u64, now_ms: u64) -> Result<(), PushError> {
        let known = self.known.get(&envelope.peer).ok_or(PushError::UnknownPeer)?;
        let bytes = signing_bytes(&self.chain, &envelope.peer, envelope.number, body);
        known.key.verify(&bytes, &envelope.signature).map_err(|_| PushError::Signature)?;
        let mut used = known.used.lock().unwrap_or_else(PoisonError::into_inner);
        if envelope.number <= used.number {
            return Err(PushError::Replayed { last: used.number });
        }
        let rest_ms = now_ms.saturating_sub(used.refilled_ms);
        let left = used.left.saturating_add(rest_ms.saturating_mul(PER_SECOND) / 1_000).min(BURST);
        let left = left.checked_sub(count.max(1)).ok_or(PushError::OverBudget)?;
        *used = Used { number: envelope.number, left, refilled_ms: now_ms };
        Ok(())
    }
}

fn key_of(peer: &str) -> Option<PublicKey> {
    let bytes = bs58::decode(peer).into_vec().ok()?;
    let key = bytes.strip_prefix(&PEER_ID_PREFIX)?;
    PublicKey::ed25519(key.try_into().ok()?).ok()
}

fn signing_bytes(chain: &Hash, peer: &str, number: u64, body: &[u8]) -> Vec<u8> {
    let parts: [&[u8]; 4] =
        [chain, peer.as_bytes(), &number.to_be_bytes(), &sha256("passerelle/batch", &[body])];
    let mut bytes = b"passerelle/push\0\x01".to_vec();
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const CHAIN: Hash = [7; 32];
    const NOW: u64 = 1_700_000_000_000;

    fn identity(seed: u8) -> Identity {
        let peer = crate::engine::peer_id([seed; 32]).unwrap();
        Identity::new(CHAIN, peer, &[seed; 32]).unwrap()
    }

    fn peers() -> Peers {
        Peers::new(CHAIN, &[format!("/ip4/127.0.0.1/tcp/1/p2p/{}", identity(1).peer)])
    }

    #[test]
    fn a_known_peer_is_let_in_once_for_each_push() {
        let peers = peers();
        let envelope = identity(1).seal(1, b"body").unwrap();
        peers.admit(&envelope, b"body", 1, NOW).unwrap();
        assert_eq!(peers.admit(&envelope, b"body", 1, NOW), Err(PushError::Replayed { last: 1 }));
        peers.admit(&identity(1).seal(2, b"body").unwrap(), b"body", 1, NOW).unwrap();
    }

    #[test]
    fn strangers_other_bodies_and_other_chains_are_not() {
        let peers = peers();
        let envelope = identity(1).seal(1, b"body").unwrap();
        assert_eq!(peers.admit(&envelope, b"other", 1, NOW), Err(PushError::Signature));
        let stranger = identity(2).seal(1, b"body").unwrap();
        assert_eq!(peers.admit(&stranger, b"body", 1, NOW), Err(PushError::UnknownPeer));
        let pretender = Envelope { peer: envelope.peer.clone(), ..stranger };
        assert_eq!(peers.admit(&pretender, b"body", 1, NOW), Err(PushError::Signature));
        let elsewhere = Identity { chain: [8; 32], ..identity(1) }.seal(1, b"body").unwrap();
        assert_eq!(peers.admit(&elsewhere, b"body", 1, NOW), Err(PushError::Signature));
    }

    #[test]
    fn a_flood_exhausts_only_the_budget_of_its_peer() {
        let ids = [1, 2].map(|seed| format!("/p2p/{}", identity(seed).peer));
        let peers = Peers::new(CHAIN, &ids);
        let push = |seed, number, now| {
            let envelope = identity(seed).seal(number, b"").unwrap();
            peers.admit(&envelope, b"", 1_000, now)
        };
        let admitted = (1..100).filter(|number| push(1, *number, NOW).is_ok()).count();
        assert_eq!(admitted as u64, BURST / 1_000);
        push(2, 1, NOW).unwrap();
        assert_eq!(push(1, 200, NOW), Err(PushError::OverBudget));
        push(1, 201, NOW + 1_000).unwrap();
    }
}
