//! The values of base and derived proofs (vc-di-bbs 1.0, 3.3.1 to 3.3.7).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use ring::hmac;

use super::super::labelled::{Name, tag};
use super::super::value::{
    NotDerived, bytes, components, pointers, read_indexes, read_labels, read_pointers, text,
};
use crate::limits;

const BASE: [u8; 3] = [0xd9, 0x5d, 0x02];
const DERIVED: [u8; 3] = [0xd9, 0x5d, 0x03];

/// The place of a blank node in the order of the HMACs of the canonical names (3.2.1): it says nothing, where an HMAC
/// would be the same in every proof.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Label(pub(super) u32);

impl Name for Label {
    fn all(hmac_key: &[u8; 32], numbers: &[Option<u32>]) -> Vec<Self> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, hmac_key);
        let named = numbers.iter().enumerate().filter_map(|(blank, number)| Some((blank, (*number)?)));
        // Sorted as text, which base64url orders otherwise than bytes.
        let mut order: Vec<(String, usize)> =
            named.map(|(blank, number)| (URL_SAFE_NO_PAD.encode(tag(&key, number)), blank)).collect();
        order.sort_unstable();
        let mut labels = vec![Self::default(); numbers.len()];
        for (place, (_, blank)) in (0..).zip(order) {
            if let Some(label) = labels.get_mut(blank) {
                *label = Self(place);
            }
        }
        labels
    }

    fn write(&self, text: &mut String) {
        text.push_str(&format!("b{}", self.0));
    }
}

/// For the holder alone: from it any selection can be derived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Base {
    /// 80 bytes.
    pub(super) signature: Vec<u8>,
    /// 64 bytes: the hash of the proof options, then that of the mandatory statements.
    pub(super) header: Vec<u8>,
    pub(super) public_key: [u8; 96],
    pub(super) hmac_key: [u8; 32],
    pub(in super::super) mandatory: Vec<String>,
}

impl Base {
    pub(in super::super) fn to_text(&self) -> String {
        text(
            BASE,
            vec![
                Value::Bytes(self.signature.clone()),
                Value::Bytes(self.header.clone()),
                Value::Bytes(self.public_key.to_vec()),
                Value::Bytes(self.hmac_key.to_vec()),
                pointers(&self.mandatory),
            ],
        )
    }

    pub(in super::super) fn parse(value: &str) -> Option<Self> {
        let [signature, header, public_key, hmac_key, pointers] = components(value, BASE)?;
        Some(Self {
            signature: signature.into_bytes().ok()?,
            header: header.into_bytes().ok()?,
            public_key: bytes(public_key)?,
            hmac_key: bytes(hmac_key)?,
            mandatory: read_pointers(pointers)?,
        })
    }
}

/// For a verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::data_integrity) struct Derived {
    pub(super) proof: Vec<u8>,
    /// By the number of the canonical name that the blank node has in the shown document.
    pub(super) labels: BTreeMap<u32, Label>,
    /// Which of the shown statements had to be shown, ascending.
    pub(super) mandatory: Vec<usize>,
    /// The places of the other shown statements among all that need not have been shown, ascending.
    pub(super) selective: Vec<usize>,
    pub(super) presentation_header: Vec<u8>,
}

impl Derived {
    pub(in super::super) fn to_text(&self) -> String {
        let indexes = |all: &[usize]| Value::Array(all.iter().map(|it| Value::from(*it as u64)).collect());
        let label = |(number, label): (&u32, &Label)| (Value::from(*number), Value::from(label.0));
        text(
            DERIVED,
            vec![
                Value::Bytes(self.proof.clone()),
                Value::Map(self.labels.iter().map(label).collect()),
                indexes(&self.mandatory),
                indexes(&self.selective),
                Value::Bytes(self.presentation_header.clone()),
            ],
        )
    }

    pub(in crate::data_integrity) fn parse(value: &str) -> Result<Self, NotDerived> {
        Self::read(value).ok_or_else(|| {
            if components(value, BASE).is_some() { NotDerived::Base } else { NotDerived::Malformed }
        })
    }

    fn read(value: &str) -> Option<Self> {
        let [proof, labels, mandatory, selective, presentation_header] = components(value, DERIVED)?;
        let proof = proof.into_bytes().ok()?;
        // 272 bytes, and 32 for each hidden message, which costs the verifier curve operations.
        (proof.len() <= 272 + limits::MESSAGES * 32).then_some(())?;
        let label = |label: Value| u32::try_from(label.into_integer().ok()?).ok().map(Label);
        let selective = read_indexes(selective)?;
        (selective.len() <= limits::MESSAGES).then_some(())?;
        Some(Self {
            proof,
            labels: read_labels(labels, label)?,
            mandatory: read_indexes(mandatory)?,
            selective,
            presentation_header: presentation_header.into_bytes().ok()?,
        })
    }
}
