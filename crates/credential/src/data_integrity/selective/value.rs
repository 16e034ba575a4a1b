//! The values of base and derived proofs (vc-di-ecdsa 1.0, 3.5.2 to 3.5.8).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keys::{Algorithm, PublicKey};

use super::cbor::Item;
use crate::limits;

const BASE: [u8; 3] = [0xd9, 0x5d, 0x00];
const DERIVED: [u8; 3] = [0xd9, 0x5d, 0x01];
/// Multicodec of a P-256 public key, as in a Multikey.
const P256: [u8; 2] = [0x80, 0x24];

pub(super) type Signature = [u8; 64];
/// What a blank node is named by: an HMAC of its canonical name.
pub(super) type Label = [u8; 32];

/// The key that signed the single statements, in the bytes of a Multikey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScopedKey([u8; 35]);

impl ScopedKey {
    /// Nothing for a key that is no P-256 key.
    pub(super) fn new(key: &PublicKey) -> Option<Self> {
        let PublicKey::P256(point) = key else { return None };
        let mut bytes = [0; 35];
        let (prefix, rest) = bytes.split_at_mut(2);
        prefix.copy_from_slice(&P256);
        rest.copy_from_slice(point);
        Some(Self(bytes))
    }

    fn read(bytes: [u8; 35]) -> Option<Self> {
        let point = bytes.strip_prefix(&P256)?;
        Self::new(&PublicKey::p256(point).ok()?)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn public_key(&self) -> Option<PublicKey> {
        let key = PublicKey::p256(self.0.strip_prefix(&P256)?).ok()?;
        (key.algorithm() == Algorithm::P256).then_some(key)
    }
}

/// For the holder alone: from it any selection can be derived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) signature: Signature,
    pub(super) scoped: ScopedKey,
    pub(super) hmac_key: [u8; 32],
    /// Of the statements that need not be shown, in their order.
    pub(super) signatures: Vec<Signature>,
    pub(super) mandatory: Vec<String>,
}

/// For a verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Derived {
    pub(crate) signature: Signature,
    pub(super) scoped: ScopedKey,
    /// Of the shown statements that need not have been shown, in their order.
    pub(super) signatures: Vec<Signature>,
    /// By the number of the canonical name that the blank node has in the shown document.
    pub(super) labels: BTreeMap<u32, Label>,
    /// Which of the shown statements had to be shown, ascending.
    pub(super) mandatory: Vec<usize>,
}

/// Why a proof value is not a derived one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotDerived {
    /// A base proof, which shows everything and is not for verifiers.
    Base,
    Malformed,
}

impl Base {
    pub(super) fn to_text(&self) -> String {
        let pointers = self.mandatory.iter().map(|pointer| Item::Text(pointer.clone()));
        text(
            BASE,
            vec![
                Item::Bytes(self.signature.to_vec()),
                Item::Bytes(self.scoped.0.to_vec()),
                Item::Bytes(self.hmac_key.to_vec()),
                signatures(&self.signatures),
                Item::Array(pointers.collect()),
            ],
        )
    }

    pub(super) fn parse(value: &str) -> Option<Self> {
        let [signature, scoped, hmac_key, signatures, pointers] = components(value, BASE)?;
        let mandatory: Vec<String> = pointers.array()?.into_iter().map(Item::text).collect::<Option<_>>()?;
        (mandatory.len() <= limits::POINTERS).then_some(())?;
        Some(Self {
            signature: signature.bytes()?,
            scoped: ScopedKey::read(scoped.bytes()?)?,
            hmac_key: hmac_key.bytes()?,
            signatures: read_signatures(signatures)?,
            mandatory,
        })
    }
}

impl Derived {
    pub(super) fn to_text(&self) -> String {
        let label = |(number, label): (&u32, &Label)| {
            (Item::Unsigned(u64::from(*number)), Item::Bytes(label.to_vec()))
        };
        let index = |index: &usize| Item::Unsigned(*index as u64);
        text(
            DERIVED,
            vec![
                Item::Bytes(self.signature.to_vec()),
                Item::Bytes(self.scoped.0.to_vec()),
                signatures(&self.signatures),
                Item::Map(self.labels.iter().map(label).collect()),
                Item::Array(self.mandatory.iter().map(index).collect()),
            ],
        )
    }

    pub(crate) fn parse(value: &str) -> Result<Self, NotDerived> {
        Self::read(value).ok_or_else(|| {
            if components(value, BASE).is_some() { NotDerived::Base } else { NotDerived::Malformed }
        })
    }

    fn read(value: &str) -> Option<Self> {
        let [signature, scoped, signatures, labels, mandatory] = components(value, DERIVED)?;
        let mut by_number = BTreeMap::new();
        for (number, label) in labels.map()? {
            let number = u32::try_from(number.unsigned()?).ok()?;
            by_number.insert(number, label.bytes()?).is_none().then_some(())?;
        }
        let mandatory: Vec<usize> = mandatory
            .array()?
            .into_iter()
            .map(|index| usize::try_from(index.unsigned()?).ok())
            .collect::<Option<_>>()?;
        mandatory.is_sorted_by(|left, right| left < right).then_some(())?;
        Some(Self {
            signature: signature.bytes()?,
            scoped: ScopedKey::read(scoped.bytes()?)?,
            signatures: read_signatures(signatures)?,
            labels: by_number,
            mandatory,
        })
    }
}

fn text(header: [u8; 3], components: Vec<Item>) -> String {
    let mut bytes = header.to_vec();
    Item::Array(components).encode(&mut bytes);
    format!("u{}", URL_SAFE_NO_PAD.encode(bytes))
}

fn components(value: &str, header: [u8; 3]) -> Option<[Item; 5]> {
    let bytes = URL_SAFE_NO_PAD.decode(value.strip_prefix('u')?).ok()?;
    Item::decode(bytes.strip_prefix(&header)?)?.array()?.try_into().ok()
}

fn signatures(all: &[Signature]) -> Item {
    Item::Array(all.iter().map(|signature| Item::Bytes(signature.to_vec())).collect())
}

fn read_signatures(item: Item) -> Option<Vec<Signature>> {
    let items = item.array().filter(|items| items.len() <= limits::STATEMENTS)?;
    items.into_iter().map(Item::bytes).collect()
}
