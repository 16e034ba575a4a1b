//! The streams of a stranger's PDF, found by reading the file once from its beginning.
//!
//! Nothing that the file says of itself is believed: not its table of objects, which may claim any size, and not where
//! objects stand. Object streams, which may unpack to anything, stay closed. That loses nothing: what a certificate embeds
//! and what a scanner writes are streams, and a stream is never inside another one (ISO 32000-1, 7.5.7).

use std::collections::BTreeMap;

use super::embedded::PdfError;
use super::tokens::{Token, Tokens};

/// Everything beside the contents of streams: dictionaries, tables, and what is no PDF at all.
const MAX_BYTES_BETWEEN: usize = 1024 * 1024;
const MAX_STREAMS: usize = 1_000;
const END: &[u8] = b"endstream";

/// A stream, packed as it stands in the file (ISO 32000-1, 7.3.8).
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream<'a> {
    pub(super) dictionary: Dictionary<'a>,
    pub(super) content: &'a [u8],
}

/// The values that matter here, as they are written. Of a key that is there twice, the last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dictionary<'a> {
    pub(super) subtype: &'a [u8],
    pub(super) filter: &'a [u8],
    /// How the filter is set, also where nothing is written but `null`.
    pub(super) parameters: &'a [u8],
    length: &'a [u8],
    encrypt: &'a [u8],
}

/// The streams by the numbers of their objects. What was written again later stands in the place of what was before
/// (7.5.6).
pub(super) fn streams(file: &[u8]) -> Result<Vec<Stream<'_>>, PdfError> {
    let mut reader = Reader { file, tokens: Tokens::new(file, 0), inside: 0 };
    let mut found = BTreeMap::new();
    for place in 0_usize.. {
        let Some((number, stream)) = reader.next_stream()? else { break };
        if place >= MAX_STREAMS {
            return Err(PdfError::TooMuch);
        }
        found.insert(number, stream);
    }
    Ok(found.into_values().collect())
}

struct Reader<'a> {
    file: &'a [u8],
    tokens: Tokens<'a>,
    /// Bytes in the streams so far.
    inside: usize,
}

impl<'a> Reader<'a> {
    /// Goes on to the next stream; nothing at the end of the file. Never goes back, so it takes as long as the file is.
    fn next_stream(&mut self) -> Result<Option<(u64, Stream<'a>)>, PdfError> {
        let (mut number, mut before, mut dictionary) = (0, [0, 0], Dictionary::default());
        while let Some((token, _)) = self.tokens.next() {
            if self.tokens.at() - self.inside > MAX_BYTES_BETWEEN {
                return Err(PdfError::TooMuch);
            }
            match token {
                Token::DictionaryStart => dictionary = self.dictionary()?,
                Token::Word(b"obj") => (number, dictionary) = (before[0], Dictionary::default()),
                Token::Word(b"stream") => {
                    let content = self.content(&dictionary)?;
                    return Ok(Some((number, Stream { dictionary, content })));
                }
                Token::Word(word) => before = [before[1], integer(word).unwrap_or(0)],
                Token::Name(_) | Token::DictionaryEnd | Token::ArrayStart | Token::ArrayEnd | Token::Text => {
                }
            }
        }
        Ok(None)
    }

    /// From behind `<<` to behind its `>>`. Whatever is nested in it is passed over by counting, not by calling again.
    fn dictionary(&mut self) -> Result<Dictionary<'a>, PdfError> {
        let (mut found, mut depth) = (Dictionary::default(), 0_usize);
        // The key whose value is being read, where the value begins, and whether anything of it is there.
        let (mut key, mut begin, mut begun) = (None, 0, false);
        while let Some((token, start)) = self.tokens.next() {
            if self.tokens.at() - self.inside > MAX_BYTES_BETWEEN {
                return Err(PdfError::TooMuch);
            }
            match token {
                // Only what comes behind a whole value is the next key: a value may be a name as well.
                Token::Name(name) if depth == 0 && (key.is_none() || begun) => {
                    found.set(key.replace(name), self.value(begin, start))?;
                    (begin, begun) = (self.tokens.at(), false);
                    continue;
                }
                Token::DictionaryEnd if depth == 0 => {
                    found.set(key, self.value(begin, start))?;
                    return Ok(found);
                }
                Token::DictionaryStart | Token::ArrayStart => depth += 1,
                Token::DictionaryEnd | Token::ArrayEnd => depth = depth.saturating_sub(1),
                // No dictionary goes over the end of its object.
                Token::Word(b"endobj" | b"obj" | b"stream" | b"endstream") => return Err(PdfError::Form),
                Token::Name(_) | Token::Word(_) | Token::Text => {}
            }
            begun = true;
        }
        Err(PdfError::Form)
    }

    fn value(&self, begin: usize, end: usize) -> &'a [u8] {
        self.file.get(begin..end).unwrap_or_default().trim_ascii()
    }

    /// The bytes behind `stream` and the end of its line. The length is believed where the word of the end stands there.
    fn content(&mut self, dictionary: &Dictionary<'_>) -> Result<&'a [u8], PdfError> {
        let rest = self.file.get(self.tokens.at()..).unwrap_or_default();
        let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
        let stated = integer(dictionary.length).and_then(|length| usize::try_from(length).ok());
        let stated = stated.filter(|length| {
            rest.get(*length..).is_some_and(|behind| behind.trim_ascii_start().starts_with(END))
        });
        let length = match stated {
            Some(length) => length,
            None => rest.windows(END.len()).position(|bytes| bytes == END).ok_or(PdfError::Form)?,
        };
        let content = rest.get(..length).ok_or(PdfError::Form)?;
        let end = self.file.len() - rest.len() + length;
        self.inside += length;
        self.tokens = Tokens::new(self.file, end);
        Ok(if stated.is_some() { content } else { without_line_end(content) })
    }
}

impl<'a> Dictionary<'a> {
    fn set(&mut self, key: Option<&[u8]>, value: &'a [u8]) -> Result<(), PdfError> {
        match key {
            Some(b"Subtype") => self.subtype = value,
            Some(b"Filter") => self.filter = value,
            Some(b"DecodeParms") => self.parameters = value,
            Some(b"Length") => self.length = value,
            // Only the file's own dictionary has it (7.6.1).
            Some(b"Encrypt") if value != b"null" => self.encrypt = value,
            Some(_) | None => {}
        }
        if self.encrypt.is_empty() { Ok(()) } else { Err(PdfError::Encrypted) }
    }
}

fn integer(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// 7.3.8.1: the end of line before `endstream` is no part of the content.
fn without_line_end(content: &[u8]) -> &[u8] {
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    content.strip_suffix(b"\r").unwrap_or(content)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn contents(file: &[u8]) -> Result<Vec<&[u8]>, PdfError> {
        Ok(streams(file)?.iter().map(|stream| stream.content).collect())
    }

    #[test]
    fn streams_end_where_their_length_says_or_where_the_word_is() {
        let file = b"%PDF-1.7\n1 0 obj<</Length 9>>stream\nendstream\nendstream endobj\n\
            2 0 obj<</Length 3 0 R>>stream\r\nabc\r\nendstream endobj 4 0 obj<</Length 1>>stream\nlong\nendstream";
        assert_eq!(contents(file).unwrap(), [&b"endstream"[..], b"abc", b"long"]);
        assert_eq!(contents(b"1 0 obj<</Length 3>>stream\nabc").unwrap_err(), PdfError::Form);
    }

    #[test]
    fn what_is_written_later_counts() {
        let file = b"1 0 obj<<>>stream\nold\nendstream endobj 1 0 obj<<>>stream\nnew\nendstream endobj";
        assert_eq!(contents(file).unwrap(), [b"new"]);
    }

    #[test]
    fn values_are_told_from_keys_and_from_what_is_nested() {
        let file =
            b"1 0 obj<</Type/Filter/Params<</Subtype/No/Length 1>>/Subtype /Ye#73 /A[/Filter/X](/Filter/Y)\
            /Filter [/DCTDecode]% a remark /Filter/Z\n/Length 2>>stream\nok\nendstream";
        let found = streams(file).unwrap();
        let dictionary = found[0].dictionary;
        assert_eq!((dictionary.subtype, dictionary.length), (&b"/Ye#73"[..], &b"2"[..]));
        assert!(dictionary.filter.starts_with(b"[/DCTDecode]"));
    }

    #[test]
    fn a_file_with_a_password_says_so() {
        let file = b"1 0 obj<<>>stream\nx\nendstream endobj trailer<</Encrypt 5 0 R>>";
        assert_eq!(contents(file).unwrap_err(), PdfError::Encrypted);
        assert!(contents(b"1 0 obj<<>>stream\nx\nendstream endobj trailer<</Encrypt null>>").is_ok());
    }

    #[test]
    fn more_than_the_bounds_is_refused() {
        let many = b"1 0 obj<<>>stream\n\nendstream endobj\n".repeat(MAX_STREAMS + 1);
        assert_eq!(contents(&many).unwrap_err(), PdfError::TooMuch);
        let between = [&b"<<"[..], &b"/A ".repeat(MAX_BYTES_BETWEEN / 2)].concat();
        assert_eq!(contents(&between).unwrap_err(), PdfError::TooMuch);
    }
}
