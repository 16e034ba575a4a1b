//! What a PDF from a stranger holds: a credential as an embedded file, or scanned pages with codes on them.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::objects::{Dictionary, Stream, streams};
use super::tokens::{Token, Tokens, name};
use crate::parts::MAX_TEXT_BYTES;
use crate::read::{Found, ReadError};
use crate::scan::{MAX_PIXELS, Picture, ScanError};

/// Longer files are refused unread; a certificate has some 100 kB.
pub const MAX_PDF_BYTES: usize = 8 * 1024 * 1024;
/// Where the mark of the end must stand.
const TAIL_BYTES: usize = 1024;
/// Scanned pages that are looked at.
const MAX_PICTURES: usize = 8;
/// Of all of them together: two pages of A4 at 600 dots an inch, or eight at 300.
const MAX_PIXELS_OF_ALL: u64 = 2 * MAX_PIXELS;

/// The media types of credentials and presentations that certificates embed.
const MEDIA_TYPES: [&str; 9] = [
    "application/vc",
    "application/vp",
    "application/vc+jwt",
    "application/vp+jwt",
    "application/vc+sd-jwt",
    "application/vp+sd-jwt",
    "application/dc+sd-jwt",
    "application/ld+json",
    "application/json",
];

/// Why a PDF gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    #[error("the PDF is longer than {MAX_PDF_BYTES} bytes")]
    TooLong,
    #[error("the PDF has more parts than a certificate or a few scanned pages")]
    TooMuch,
    #[error("the PDF cannot be read; hand over the file as it was issued, not a part of it")]
    Form,
    #[error("the PDF asks for a password; hand over the file as it was issued")]
    Encrypted,
    #[error(
        "the file embedded in the PDF is too long, no text, or packed in another way than certificates are"
    )]
    Embedded,
    #[error("the PDF has neither a credential embedded nor a page scanned as a JPEG picture")]
    Nothing,
}

/// Puts into `found` what the file holds. An embedded credential goes before pictures of pages, which show its codes
/// again.
pub(crate) fn texts(file: &[u8], found: &mut Found) -> Result<(), ReadError> {
    let streams = load(file)?;
    let mut embedded = streams.iter().filter(|stream| is_credential(&stream.dictionary)).peekable();
    if embedded.peek().is_none() {
        return pictures(&streams, found);
    }
    for stream in embedded {
        found.add(text(stream)?.trim())?;
    }
    Ok(())
}

/// The JPEG pictures of a scanned file of at most so many bytes, undecoded, in the order of their numbers.
pub(crate) fn jpegs(file: &[u8], most_bytes: usize) -> Result<Vec<&[u8]>, PdfError> {
    let streams = load_within(file, most_bytes)?;
    let found: Vec<&[u8]> =
        streams.iter().filter(|stream| is_jpeg(&stream.dictionary)).map(|stream| stream.content).collect();
    if found.is_empty() { Err(PdfError::Nothing) } else { Ok(found) }
}

fn load(file: &[u8]) -> Result<Vec<Stream<'_>>, PdfError> {
    load_within(file, MAX_PDF_BYTES)
}

fn load_within(file: &[u8], most_bytes: usize) -> Result<Vec<Stream<'_>>, PdfError> {
    if file.len() > most_bytes {
        return Err(PdfError::TooLong);
    }
    // A file that was cut off could hold half a credential; ISO 32000-1, 7.5.5 says how it ends.
    let end = file.get(file.len().saturating_sub(TAIL_BYTES)..).unwrap_or_default();
    if end.windows(5).any(|bytes| bytes == b"%%EOF") { streams(file) } else { Err(PdfError::Form) }
}

/// Whether a stream is an embedded file with the media type of a credential, which is its subtype (ISO 32000-1, 7.11.4,
/// table 45; ISO 19005-3, 6.8 demands it). No other stream has a media type there: pictures have `Image`, forms `Form`,
/// metadata `XML`. The file specification that names the stream (7.11.3) says nothing that counts here, and it may
/// stand in an object stream, which is never unpacked.
fn is_credential(dictionary: &Dictionary<'_>) -> bool {
    let subtype = only_name(dictionary.subtype);
    subtype.is_some_and(|subtype| MEDIA_TYPES.iter().any(|known| known.as_bytes() == subtype))
}

/// Unpacked up to the bound, where it is packed in the one way in which certificates are.
fn text(stream: &Stream<'_>) -> Result<String, PdfError> {
    let Dictionary { filter, parameters, .. } = stream.dictionary;
    let limit = u64::try_from(MAX_TEXT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = match only_name(filter).as_deref() {
        // Parameters are for pictures: no text is packed as differences between its lines.
        Some(b"FlateDecode") if matches!(parameters, b"" | b"null") => {
            ZlibDecoder::new(stream.content).take(limit).read_to_end(&mut bytes)
        }
        None if filter.is_empty() => stream.content.take(limit).read_to_end(&mut bytes),
        Some(_) | None => return Err(PdfError::Embedded),
    };
    let fits = read.is_ok() && bytes.len() <= MAX_TEXT_BYTES;
    String::from_utf8(bytes).ok().filter(|_| fits).ok_or(PdfError::Embedded)
}

/// JPEG pictures, as scanners write pages.
fn pictures(streams: &[Stream<'_>], found: &mut Found) -> Result<(), ReadError> {
    let mut jpegs = streams.iter().filter(|stream| is_jpeg(&stream.dictionary)).peekable();
    if jpegs.peek().is_none() {
        return Err(PdfError::Nothing.into());
    }
    let (mut seen, mut left) = (false, MAX_PIXELS_OF_ALL);
    for stream in jpegs.take(MAX_PICTURES) {
        let picture = Picture::decode(stream.content)?;
        left = left.checked_sub(picture.pixels()).ok_or(PdfError::TooMuch)?;
        seen |= found.look_at(&picture)?;
    }
    if seen { Ok(()) } else { Err(ScanError::NoCode.into()) }
}

fn is_jpeg(dictionary: &Dictionary<'_>) -> bool {
    let is = |value, wanted: &[u8]| only_name(value).is_some_and(|name| name == wanted);
    is(dictionary.subtype, b"Image") && is(dictionary.filter, b"DCTDecode")
}

/// A value that is a name, or a list of one name, as filters may be.
fn only_name(value: &[u8]) -> Option<Vec<u8>> {
    let mut tokens = Tokens::new(value, 0);
    let all = [tokens.next(), tokens.next(), tokens.next(), tokens.next()];
    match all.map(|one| one.map(|(token, _)| token)) {
        [Some(Token::Name(only)), None, ..]
        | [Some(Token::ArrayStart), Some(Token::Name(only)), Some(Token::ArrayEnd), None] => Some(name(only)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_told_from_several() {
        for (value, expected) in [
            (&b"/DCTDecode"[..], Some(&b"DCTDecode"[..])),
            (b"[ /DCTDecode ]", Some(b"DCTDecode")),
            (b"[/FlateDecode/DCTDecode]", None),
            (b"[]", None),
            (b"5 0 R", None),
            (b"(DCTDecode)", None),
            (b"", None),
        ] {
            assert_eq!(only_name(value).as_deref(), expected, "{value:?}");
        }
    }
}
