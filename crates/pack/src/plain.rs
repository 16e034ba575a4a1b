//! Content as differences see it: status lists unpacked, so that a revocation changes a byte and not everything behind it;
//! and records by their keys, so that the new anchors of an issuer stand together.
//!
//! A document is only unpacked where packing it again gives the same bytes, which holds for issuers that compress as we
//! do. What others made stays as it is; the difference is then larger, not wrong.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use borsh::{BorshDeserialize, BorshSerialize};
use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};
use registry_types::{Canonical as _, Certificate, Header, SetChange, ValidatorSet, state_key};

use crate::content::{Content, Document, Record};
use crate::file::PackError;
use crate::tree::Tree;

/// Unpacked content, all lists together.
pub(crate) const MAX_PLAIN_BYTES: usize = 64 * 1024 * 1024;
/// A list of a million entries of eight bits.
const MAX_LIST_BYTES: u64 = 1024 * 1024;

/// The fields of [`Content`] in their order.
#[derive(BorshSerialize, BorshDeserialize)]
struct PlainContent {
    header: Header,
    certificate: Certificate,
    validators: ValidatorSet,
    changes: Vec<SetChange>,
    records: Vec<Record>,
    tree: Tree,
    documents: Vec<(String, Plain)>,
}

/// A document, unpacked where it can be.
#[derive(Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
enum Plain {
    Bytes(Vec<u8>),
    /// A Token Status List as JWT: the parts of the token without base64url, its `lst` without zlib.
    Token {
        header: Vec<u8>,
        before: Vec<u8>,
        list: Vec<u8>,
        after: Vec<u8>,
        signature: Vec<u8>,
    },
    /// A Bitstring Status List credential: its `encodedList` without gzip and base64url.
    Credential {
        before: Vec<u8>,
        list: Vec<u8>,
        after: Vec<u8>,
    },
}

/// The plain form of a content's canonical bytes. Refused where these are none; and where they unpack to too much, before
/// more than one list is unpacked that has no room.
pub(crate) fn unpack(content: &[u8]) -> Result<Vec<u8>, PackError> {
    let Content { header, certificate, validators, changes, records, tree, documents } =
        Content::from_bytes(content).map_err(|_| PackError::Form)?;
    let mut room = MAX_PLAIN_BYTES;
    let documents = documents.into_iter().map(|document| {
        let plain = Plain::of(document.bytes);
        room = room.checked_sub(plain.length()).ok_or(PackError::Unpacked)?;
        Ok((document.url, plain))
    });
    let documents = documents.collect::<Result<Vec<_>, PackError>>()?;
    let mut records = records;
    records.sort_by(|a, b| by_key(&a.key).cmp(&by_key(&b.key)));
    let plain = PlainContent { header, certificate, validators, changes, records, tree, documents };
    let bytes = borsh::to_vec(&plain).map_err(|_| PackError::Form)?;
    if bytes.len() > MAX_PLAIN_BYTES { Err(PackError::Unpacked) } else { Ok(bytes) }
}

/// The canonical bytes of a content again.
pub(crate) fn pack(plain: &[u8]) -> Option<Vec<u8>> {
    let PlainContent { header, certificate, validators, changes, records, tree, documents } =
        borsh::from_slice(plain).ok()?;
    let documents =
        documents.into_iter().map(|(url, plain)| Document { url, bytes: plain.packed() }).collect();
    let mut records = records;
    records.sort_by_cached_key(|record| state_key::place(&record.key));
    Some(Content { header, certificate, validators, changes, records, tree, documents }.to_bytes())
}

/// Numbers at the end of a key in their order.
fn by_key(key: &str) -> (&str, usize, &str) {
    let (group, last) = key.rsplit_once('/').unwrap_or(("", key));
    (group, last.len(), last)
}

impl Plain {
    fn of(bytes: Vec<u8>) -> Self {
        let unpacked = Self::token(&bytes).or_else(|| Self::credential(&bytes));
        match unpacked.filter(|plain| plain.packed() == bytes) {
            Some(plain) => plain,
            None => Self::Bytes(bytes),
        }
    }

    fn token(bytes: &[u8]) -> Option<Self> {
        let mut parts = bytes.split(|byte| *byte == b'.').map(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let (header, payload, signature) = (parts.next()??, parts.next()??, parts.next()??);
        let (before, list, after) = around(&payload, b"\"lst\":\"")?;
        let list = read(ZlibDecoder::new(list.as_slice()))?;
        Some(Self::Token { header, before, list, after, signature })
    }

    fn credential(bytes: &[u8]) -> Option<Self> {
        // Multibase: a `u` stands before base64url.
        let (before, list, after) = around(bytes, b"\"encodedList\":\"u")?;
        Some(Self::Credential { before, list: read(GzDecoder::new(list.as_slice()))?, after })
    }

    fn packed(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Token { header, before, list, after, signature } => {
                let list = base64url(&compressed(ZlibEncoder::new(Vec::new(), Compression::best()), list));
                let payload = [before.as_slice(), list.as_bytes(), after].concat();
                [base64url(header), base64url(&payload), base64url(signature)].join(".").into_bytes()
            }
            Self::Credential { before, list, after } => {
                let list = base64url(&compressed(GzEncoder::new(Vec::new(), Compression::best()), list));
                [before.as_slice(), list.as_bytes(), after].concat()
            }
        }
    }

    fn length(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Token { header, before, list, after, signature } => {
                [header, before, list, after, signature].map(Vec::len).iter().sum()
            }
            Self::Credential { before, list, after } => before.len() + list.len() + after.len(),
        }
    }
}

/// What stands before, in and behind a member of JSON whose value is base64url.
fn around(json: &[u8], member: &[u8]) -> Option<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    let from = json.windows(member.len()).position(|window| window == member)? + member.len();
    let (before, rest) = json.split_at_checked(from)?;
    let (value, after) = rest.split_at_checked(rest.iter().position(|byte| *byte == b'"')?)?;
    Some((before.to_vec(), URL_SAFE_NO_PAD.decode(value).ok()?, after.to_vec()))
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// To its end, or nothing where it is longer than any list.
fn read(decoder: impl Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let length = decoder.take(MAX_LIST_BYTES + 1).read_to_end(&mut bytes).ok()?;
    (u64::try_from(length).ok()? <= MAX_LIST_BYTES).then_some(bytes)
}

/// An encoder of flate2 for memory, which cannot fail; one that did would give bytes that are not those that were
/// signed for.
fn compressed<E: Encoder>(mut encoder: E, bytes: &[u8]) -> Vec<u8> {
    encoder.write_all(bytes).and_then(|()| encoder.finished()).unwrap_or_default()
}

trait Encoder: std::io::Write {
    fn finished(self) -> std::io::Result<Vec<u8>>;
}

impl Encoder for ZlibEncoder<Vec<u8>> {
    fn finished(self) -> std::io::Result<Vec<u8>> {
        self.finish()
    }
}

impl Encoder for GzEncoder<Vec<u8>> {
    fn finished(self) -> std::io::Result<Vec<u8>> {
        self.finish()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn token(list: &[u8]) -> Vec<u8> {
        let list = base64url(list);
        let payload = format!("{{\"sub\":\"x\",\"status_list\":{{\"bits\":1,\"lst\":\"{list}\"}}}}");
        [base64url(b"{}"), base64url(payload.as_bytes()), base64url(&[7; 64])].join(".").into_bytes()
    }

    #[test]
    fn lists_are_unpacked_and_packed_to_the_same_bytes() {
        let bits = vec![0u8; 9_000];
        let zlib = compressed(ZlibEncoder::new(Vec::new(), Compression::best()), &bits);
        let gzip = compressed(GzEncoder::new(Vec::new(), Compression::best()), &bits);
        let credential = format!("{{\"encodedList\":\"u{}\",\"proof\":{{}}}}", base64url(&gzip)).into_bytes();
        for document in [token(&zlib), credential] {
            let plain = Plain::of(document.clone());
            assert!(!matches!(plain, Plain::Bytes(_)));
            assert!(plain.length() > 9_000);
            assert_eq!(plain.packed(), document);
        }
    }

    #[test]
    fn what_would_not_come_back_the_same_stays_packed() {
        let quick = compressed(ZlibEncoder::new(Vec::new(), Compression::none()), &[0; 900]);
        let long = compressed(ZlibEncoder::new(Vec::new(), Compression::best()), &vec![0; 2 * 1024 * 1024]);
        for document in [
            token(&quick),
            token(&long),
            token(b"no zlib"),
            b"{\"a\":1}".to_vec(),
            Vec::new(),
            b"..".to_vec(),
        ] {
            assert_eq!(Plain::of(document.clone()), Plain::Bytes(document));
        }
    }
}
