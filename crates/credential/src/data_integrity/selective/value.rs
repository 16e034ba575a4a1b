//! The values of base and derived proofs (vc-di-ecdsa 1.0, 3.5.2 to 3.5.8).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use keys::{Algorithm, PublicKey};

use crate::limits;

const BASE: [u8; 3] = [0xd9, 0x5d, 0x00];
const DERIVED: [u8; 3] = [0xd9, 0x5d, 0x01];
/// Arrays in the array of components, and what stands in those.
const DEPTH: usize = 4;
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
        text(
            BASE,
            vec![
                Value::Bytes(self.signature.to_vec()),
                Value::Bytes(self.scoped.0.to_vec()),
                Value::Bytes(self.hmac_key.to_vec()),
                signatures(&self.signatures),
                pointers(&self.mandatory),
            ],
        )
    }

    pub(super) fn parse(value: &str) -> Option<Self> {
        let [signature, scoped, hmac_key, signatures, pointers] = components(value, BASE)?;
        Some(Self {
            signature: bytes(signature)?,
            scoped: ScopedKey::read(bytes(scoped)?)?,
            hmac_key: bytes(hmac_key)?,
            signatures: read_signatures(signatures)?,
            mandatory: read_pointers(pointers)?,
        })
    }
}

impl Derived {
    pub(super) fn to_text(&self) -> String {
        let label = |(number, label): (&u32, &Label)| (Value::from(*number), Value::Bytes(label.to_vec()));
        let index = |index: &usize| Value::from(*index as u64);
        text(
            DERIVED,
            vec![
                Value::Bytes(self.signature.to_vec()),
                Value::Bytes(self.scoped.0.to_vec()),
                signatures(&self.signatures),
                Value::Map(self.labels.iter().map(label).collect()),
                Value::Array(self.mandatory.iter().map(index).collect()),
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
        Some(Self {
            signature: bytes(signature)?,
            scoped: ScopedKey::read(bytes(scoped)?)?,
            signatures: read_signatures(signatures)?,
            labels: read_labels(labels, bytes)?,
            mandatory: read_indexes(mandatory)?,
        })
    }
}

pub(super) fn text(header: [u8; 3], components: Vec<Value>) -> String {
    let encoded = encode(&Value::Array(components)).unwrap_or_default();
    format!("u{}", URL_SAFE_NO_PAD.encode([&header[..], &encoded].concat()))
}

/// Writing to memory fails for no value that is made here.
fn encode(value: &Value) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).ok()?;
    Some(bytes)
}

/// Read in its shortest form only, of definite length and with nothing behind it, so that there is one text for each
/// value. The text is bounded with the document it stands in.
pub(super) fn components(value: &str, header: [u8; 3]) -> Option<[Value; 5]> {
    let bytes = URL_SAFE_NO_PAD.decode(value.strip_prefix('u')?).ok()?;
    let bytes = bytes.strip_prefix(&header)?;
    let read: Value = ciborium::de::from_reader_with_recursion_limit(bytes, DEPTH).ok()?;
    (encode(&read)? == bytes).then_some(())?;
    array(read)?.try_into().ok()
}

fn array(value: Value) -> Option<Vec<Value>> {
    value.into_array().ok()
}

pub(super) fn bytes<const N: usize>(value: Value) -> Option<[u8; N]> {
    value.into_bytes().ok()?.try_into().ok()
}

pub(super) fn pointers(all: &[String]) -> Value {
    Value::Array(all.iter().map(|pointer| Value::Text(pointer.clone())).collect())
}

pub(super) fn read_pointers(value: Value) -> Option<Vec<String>> {
    let values = array(value).filter(|values| values.len() <= limits::POINTERS)?;
    values.into_iter().map(|pointer| pointer.into_text().ok()).collect()
}

/// Labels by number, no number twice.
pub(super) fn read_labels<L>(value: Value, label: impl Fn(Value) -> Option<L>) -> Option<BTreeMap<u32, L>> {
    let mut by_number = BTreeMap::new();
    for (number, value) in value.into_map().ok()? {
        let number = u32::try_from(number.into_integer().ok()?).ok()?;
        by_number.insert(number, label(value)?).is_none().then_some(())?;
    }
    Some(by_number)
}

/// Ascending indexes.
pub(super) fn read_indexes(value: Value) -> Option<Vec<usize>> {
    let index = |index: Value| usize::try_from(index.into_integer().ok()?).ok();
    let indexes: Vec<usize> = array(value)?.into_iter().map(index).collect::<Option<_>>()?;
    indexes.is_sorted_by(|left, right| left < right).then_some(indexes)
}

fn signatures(all: &[Signature]) -> Value {
    Value::Array(all.iter().map(|signature| Value::Bytes(signature.to_vec())).collect())
}

fn read_signatures(value: Value) -> Option<Vec<Signature>> {
    let values = array(value).filter(|values| values.len() <= limits::STATEMENTS)?;
    values.into_iter().map(bytes).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(encoded: &[u8]) -> Option<[Value; 5]> {
        components(&format!("u{}", URL_SAFE_NO_PAD.encode([&BASE[..], encoded].concat())), BASE)
    }

    #[test]
    fn one_text_for_each_value() {
        assert!(read(&[0x85, 0x40, 0x17, 0x18, 0x18, 0xa0, 0x80]).is_some());
        for (last, why) in [
            (&[][..], "one component less"),
            (&[0x00, 0x00], "one component more"),
            (&[0x18, 0x17], "not the shortest form"),
            (&[0x19, 0x00, 0xff], "not the shortest form"),
            (&[0x9f, 0x01, 0xff], "an indefinite length"),
            (&[0x44, 1, 2, 3], "cut short"),
            (&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "a length that lies"),
            (&[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "a length that lies"),
            (&[0x61, 0xff], "not UTF-8"),
            (&[0x81, 0x81, 0x81, 0x81, 0x01], "too deep"),
        ] {
            assert!(read(&[&[0x85, 0, 0, 0, 0][..], last].concat()).is_none(), "{why}");
        }
    }

    #[test]
    fn tags_and_other_kinds_are_no_bytes() {
        for tagged in [&[0xd8, 0x40, 0x41, 0x00][..], &[0xf6], &[0x20], &[0x61, 0x61]] {
            let [.., last] = read(&[&[0x85, 0, 0, 0, 0][..], tagged].concat()).unwrap();
            assert_eq!(bytes::<1>(last), None);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(encoded in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = read(&encoded);
        }
    }
}
