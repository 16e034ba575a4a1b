//! A text as a bounded sequence of QR codes, in any order, none of which can be taken for another text's.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use sha2::{Digest as _, Sha256};

/// More codes than anybody would scan.
pub const MAX_PARTS: usize = 32;
/// A presentation of a few credentials.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;
const PREFIX: &str = "PASSERELLE:";
/// With its frame a code of version 17 with error correction M, which a camera of ten years ago reads off paper.
const PART_CHARACTERS: usize = 600;
/// Version 11 with its frame.
const COARSE_CHARACTERS: usize = 300;
/// Base45 in the alphanumeric mode of QR codes: three characters for two bytes (RFC 9285).
const MAX_CHARACTERS: usize = MAX_PARTS * PART_CHARACTERS;

/// Why codes make no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartsError {
    #[error("it takes more than {MAX_PARTS} codes")]
    TooLong,
    #[error("a code does not have the form of a part")]
    Form,
    #[error("the codes do not make the text that they were made from")]
    Broken,
}

/// The texts of the codes, one or more, in QR codes' alphanumeric characters alone.
pub fn parts(text: &str) -> Result<Vec<String>, PartsError> {
    parts_of(text, PART_CHARACTERS)
}

/// The same in codes of fewer modules, which a scan of a whole page still shows; as few as must be where it takes too
/// many.
pub(crate) fn coarse_parts(text: &str) -> Result<Vec<String>, PartsError> {
    parts_of(text, COARSE_CHARACTERS).or_else(|_| parts(text))
}

fn parts_of(text: &str, characters: usize) -> Result<Vec<String>, PartsError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(PartsError::TooLong);
    }
    let encoded = base45::encode(compress(text.as_bytes()));
    let count = encoded.len().div_ceil(characters).max(1);
    if count > MAX_PARTS {
        return Err(PartsError::TooLong);
    }
    let digest = digest(text);
    let pieces = encoded.as_bytes().chunks(characters).map(String::from_utf8_lossy);
    Ok((1..)
        .zip(pieces)
        .map(|(number, piece)| format!("{PREFIX}{number}/{count}:{digest}:{piece}"))
        .collect())
}

/// Puts the codes of one text together.
#[derive(Debug, Default)]
pub struct Joining {
    digest: String,
    count: usize,
    pieces: BTreeMap<usize, String>,
}

impl Joining {
    /// The whole text once every part is there; a code that is no part is a whole text by itself. A part of another text
    /// begins anew.
    pub fn add(&mut self, code: &str) -> Result<Option<String>, PartsError> {
        let Some(rest) = code.strip_prefix(PREFIX) else { return Ok(Some(code.to_owned())) };
        let part = Part::parse(rest).ok_or(PartsError::Form)?;
        if part.digest != self.digest || part.count != self.count {
            *self = Self { digest: part.digest.to_owned(), count: part.count, pieces: BTreeMap::new() };
        }
        self.pieces.insert(part.number, part.piece.to_owned());
        if self.pieces.len() < self.count {
            return Ok(None);
        }
        let encoded: String = self.pieces.values().map(String::as_str).collect();
        let text = decode(&encoded).filter(|text| digest(text) == self.digest);
        text.map(Some).ok_or(PartsError::Broken)
    }

    /// Whether the code is a part of the text that was begun.
    #[must_use]
    pub fn takes(&self, code: &str) -> bool {
        let part = code.strip_prefix(PREFIX).and_then(Part::parse);
        part.is_some_and(|part| part.digest == self.digest && part.count == self.count)
    }

    /// How many parts there are, and of how many.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.pieces.len(), self.count)
    }
}

struct Part<'a> {
    number: usize,
    count: usize,
    digest: &'a str,
    piece: &'a str,
}

impl<'a> Part<'a> {
    /// `<number>/<count>:<digest>:<piece>`; the piece may hold colons.
    fn parse(text: &'a str) -> Option<Self> {
        let (place, rest) = text.split_once(':')?;
        let (digest, piece) = rest.split_once(':')?;
        let (number, count) = place.split_once('/')?;
        let (number, count) = (number.parse().ok()?, count.parse().ok()?);
        let sound = (1..=MAX_PARTS).contains(&count)
            && (1..=count).contains(&number)
            && digest.len() == 16
            && piece.len() <= PART_CHARACTERS;
        sound.then_some(Self { number, count, digest, piece })
    }
}

fn decode(encoded: &str) -> Option<String> {
    if encoded.len() > MAX_CHARACTERS {
        return None;
    }
    let compressed = base45::decode(encoded).ok()?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_TEXT_BYTES).ok()? + 1;
    ZlibDecoder::new(compressed.as_slice()).take(limit).read_to_end(&mut bytes).ok()?;
    if bytes.len() > MAX_TEXT_BYTES {
        return None;
    }
    String::from_utf8(bytes).ok()
}

/// The first eight bytes of SHA-256: it tells texts apart, the credential's own signature protects it.
fn digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02X}")).collect()
}

// Writing to memory cannot fail; an encoder that did would give codes that nobody joins.
fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn join(codes: &[String]) -> Result<Option<String>, PartsError> {
        let mut joining = Joining::default();
        let mut last = Ok(None);
        for code in codes {
            last = joining.add(code);
        }
        last
    }

    #[test]
    fn a_text_that_is_no_part_is_whole() {
        assert_eq!(join(&["eyJ~".to_owned()]), Ok(Some("eyJ~".to_owned())));
    }

    #[test]
    fn parts_come_in_any_order_and_twice() {
        // Hexadecimal digests compress to half at best.
        let text: String = (0..120u32).map(|seed| digest(&seed.to_string())).collect();
        let mut codes = parts(&text).unwrap();
        assert!(codes.len() > 1);
        codes.reverse();
        codes.insert(1, codes[0].clone());
        assert_eq!(join(&codes), Ok(Some(text)));
        assert_eq!(join(&codes[..2]), Ok(None));
    }

    #[test]
    fn parts_of_two_texts_do_not_mix() {
        let (one, two) = ("a".repeat(50), "b".repeat(50));
        let changed = parts(&one).unwrap()[0].replace(&digest(&one), &digest(&two));
        assert_eq!(join(&[changed]), Err(PartsError::Broken));
    }

    #[test]
    fn wrong_frames_are_refused() {
        for code in [
            "",
            "1/1",
            "1/1:AAAAAAAAAAAAAAAA",
            "0/1:AAAAAAAAAAAAAAAA:A",
            "2/1:AAAAAAAAAAAAAAAA:A",
            "1/33:AAAAAAAAAAAAAAAA:A",
            "1/1:AA:A",
            "x/1:AAAAAAAAAAAAAAAA:A",
        ] {
            assert_eq!(join(&[format!("{PREFIX}{code}")]), Err(PartsError::Form), "{code}");
        }
    }

    #[test]
    fn a_bomb_ends_at_the_bound() {
        let encoded = base45::encode(compress(&vec![b'a'; 20 * MAX_TEXT_BYTES]));
        assert!(encoded.len() < PART_CHARACTERS * 4 && decode(&encoded).is_none());
        assert_eq!(parts(&"a".repeat(MAX_TEXT_BYTES + 1)), Err(PartsError::TooLong));
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "\\PC{0,600}") {
            let codes = parts(&text).unwrap();
            let alphanumeric = |c: char| "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".contains(c);
            prop_assert!(codes.iter().all(|code| code.chars().all(alphanumeric)));
            prop_assert_eq!(join(&codes), Ok(Some(text)));
        }

        #[test]
        fn nothing_panics(code in "(PASSERELLE:)?[0-9]{0,2}/?[0-9]{0,2}:?[0-9A-F]{0,16}:?\\PC{0,40}") {
            let _ = Joining::default().add(&code);
        }
    }
}
