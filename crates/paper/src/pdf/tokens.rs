//! The words of a PDF (ISO 32000-1, 7.2 and 7.3), one after the other; none of them is copied.

/// One word. Numbers are words like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    DictionaryStart,
    DictionaryEnd,
    ArrayStart,
    ArrayEnd,
    /// Without its slash, as it is written: `#` and two digits may stand for a byte.
    Name(&'a [u8]),
    Word(&'a [u8]),
    /// A string of either kind, or a brace, which mean nothing here.
    Text,
}

/// Reads a file from a place on.
pub(super) struct Tokens<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(file: &'a [u8], at: usize) -> Self {
        Self { file, at }
    }

    /// Behind the last word.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next word and where it begins.
    pub(super) fn next(&mut self) -> Option<(Token<'a>, usize)> {
        self.skip_space();
        let start = self.at;
        let rest = self.file.get(start..)?;
        let (token, length) = match rest {
            [] => return None,
            [b'<', b'<', ..] => (Token::DictionaryStart, 2),
            [b'>', b'>', ..] => (Token::DictionaryEnd, 2),
            [b'[', ..] => (Token::ArrayStart, 1),
            [b']', ..] => (Token::ArrayEnd, 1),
            [b'/', name @ ..] => {
                let name = regular(name);
                (Token::Name(name), 1 + name.len())
            }
            [b'(', ..] => (Token::Text, literal(rest)),
            [b'<', ..] => (Token::Text, until(rest, b'>')),
            [b'>' | b')' | b'{' | b'}', ..] => (Token::Text, 1),
            _ => {
                let word = regular(rest);
                (Token::Word(word), word.len())
            }
        };
        self.at = start + length;
        Some((token, start))
    }

    /// White space, and remarks to the end of their line.
    fn skip_space(&mut self) {
        while let Some(byte) = self.file.get(self.at) {
            let rest = self.file.get(self.at..).unwrap_or_default();
            self.at += match byte {
                b'%' => rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len()),
                byte if is_space(*byte) => 1,
                _ => return,
            };
        }
    }
}

/// 7.3.5: the bytes of a name, with those that are written as digits.
pub(super) fn name(written: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (mut name, mut at) = (Vec::with_capacity(written.len()), 0);
    while let Some(byte) = written.get(at) {
        let digits = (digit(written.get(at + 1)), digit(written.get(at + 2)));
        let (byte, length) = match digits {
            (Some(high), Some(low)) if *byte == b'#' => (u8::try_from(16 * high + low).unwrap_or(*byte), 3),
            _ => (*byte, 1),
        };
        name.push(byte);
        at += length;
    }
    name
}

fn regular(rest: &[u8]) -> &[u8] {
    let end = rest.iter().position(|byte| is_space(*byte) || b"()<>[]{}/%".contains(byte));
    rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

/// 7.3.4.2: how long a string in brackets is; brackets in it are in pairs, or behind a backslash.
fn literal(rest: &[u8]) -> usize {
    let (mut depth, mut escaped) = (0_usize, false);
    for (place, byte) in rest.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' if depth == 1 => return place + 1,
            b')' => depth -= 1,
            _ => {}
        }
    }
    rest.len()
}

fn until(rest: &[u8], last: u8) -> usize {
    rest.iter().position(|byte| *byte == last).map_or(rest.len(), |place| place + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(file: &[u8]) -> Vec<Token<'_>> {
        let mut tokens = Tokens::new(file, 0);
        std::iter::from_fn(|| tokens.next()).map(|(token, _)| token).collect()
    }

    #[test]
    fn words_are_told_apart() {
        use Token::{ArrayEnd, ArrayStart, DictionaryEnd, DictionaryStart, Name, Text, Word};
        let file = b"<</A#20b(x(\\)y)z)/C<41>[1 -2]>>%remark >>\nendobj";
        let expected = [
            DictionaryStart,
            Name(b"A#20b"),
            Text,
            Name(b"C"),
            Text,
            ArrayStart,
            Word(b"1"),
            Word(b"-2"),
            ArrayEnd,
            DictionaryEnd,
            Word(b"endobj"),
        ];
        assert_eq!(all(file), expected);
    }

    #[test]
    fn digits_in_names_are_bytes() {
        assert_eq!(name(b"application#2Fdc+sd-jwt"), b"application/dc+sd-jwt");
        assert_eq!(name(b"a#4"), b"a#4");
        assert_eq!(name(b"#zz#"), b"#zz#");
    }

    proptest! {
        #[test]
        fn every_word_goes_on_and_the_last_ends_with_the_file(file in proptest::collection::vec(any::<u8>(), 0..400)) {
            let (mut tokens, mut before) = (Tokens::new(&file, 0), 0);
            while let Some((_, start)) = tokens.next() {
                prop_assert!(start >= before && tokens.at() > start);
                before = tokens.at();
            }
            prop_assert_eq!(tokens.at(), file.len());
        }
    }
}
