//! The shapes of CBOR (RFC 8949) that proof values are made of: unsigned integers, strings, arrays and maps, of
//! definite length, in their shortest form and without tags. Nothing else is read.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Unsigned(u64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Item>),
    Map(Vec<(Item, Item)>),
}

/// Arrays in the array of components, and what stands in those.
const DEPTH: usize = 3;

impl Item {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Unsigned(number) => head(0, *number, out),
            Self::Bytes(bytes) => {
                head(2, bytes.len() as u64, out);
                out.extend_from_slice(bytes);
            }
            Self::Text(text) => {
                head(3, text.len() as u64, out);
                out.extend_from_slice(text.as_bytes());
            }
            Self::Array(items) => {
                head(4, items.len() as u64, out);
                items.iter().for_each(|item| item.encode(out));
            }
            Self::Map(entries) => {
                head(5, entries.len() as u64, out);
                for (key, value) in entries {
                    key.encode(out);
                    value.encode(out);
                }
            }
        }
    }

    /// One item and nothing behind it.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader { rest: bytes };
        let item = reader.item(DEPTH)?;
        reader.rest.is_empty().then_some(item)
    }

    pub(super) fn unsigned(self) -> Option<u64> {
        if let Self::Unsigned(number) = self { Some(number) } else { None }
    }

    pub(super) fn text(self) -> Option<String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn array(self) -> Option<Vec<Self>> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    pub(super) fn map(self) -> Option<Vec<(Self, Self)>> {
        if let Self::Map(entries) = self { Some(entries) } else { None }
    }

    pub(super) fn bytes<const N: usize>(self) -> Option<[u8; N]> {
        if let Self::Bytes(bytes) = self { bytes.try_into().ok() } else { None }
    }
}

/// RFC 8949, 3: major type and argument, in the shortest form.
fn head(major: u8, argument: u64, out: &mut Vec<u8>) {
    let bytes = argument.to_be_bytes();
    let [.., last] = bytes;
    let (additional, length) = match argument {
        0..=23 => (last, 0),
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    out.push(major << 5 | additional);
    out.extend(bytes.iter().skip(8 - length));
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn item(&mut self, depth: usize) -> Option<Item> {
        let (major, argument) = self.head()?;
        let count = usize::try_from(argument).ok()?;
        match major {
            0 => Some(Item::Unsigned(argument)),
            2 => self.take(count).map(|bytes| Item::Bytes(bytes.to_vec())),
            3 => String::from_utf8(self.take(count)?.to_vec()).ok().map(Item::Text),
            // An item is at least a byte long, so a length that lies is found before memory is taken for it.
            4 | 5 if depth == 0 || count > self.rest.len() => None,
            4 => (0..count).map(|_| self.item(depth - 1)).collect::<Option<_>>().map(Item::Array),
            5 => (0..count)
                .map(|_| Some((self.item(depth - 1)?, self.item(depth - 1)?)))
                .collect::<Option<_>>()
                .map(Item::Map),
            _ => None,
        }
    }

    fn head(&mut self) -> Option<(u8, u64)> {
        let first = *self.take(1)?.first()?;
        let (length, least) = match first & 0x1f {
            small @ 0..=23 => return Some((first >> 5, u64::from(small))),
            24 => (1, 24),
            25 => (2, 0x100),
            26 => (4, 0x1_0000),
            27 => (8, 0x1_0000_0000),
            _ => return None,
        };
        let argument = self.take(length)?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        (argument >= least).then_some((first >> 5, argument))
    }

    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(item: &Item) -> Vec<u8> {
        let mut out = Vec::new();
        item.encode(&mut out);
        out
    }

    /// RFC 8949, appendix A.
    #[test]
    fn published_examples() {
        for (item, bytes) in [
            (Item::Unsigned(0), &[0x00][..]),
            (Item::Unsigned(23), &[0x17]),
            (Item::Unsigned(24), &[0x18, 0x18]),
            (Item::Unsigned(1000), &[0x19, 0x03, 0xe8]),
            (Item::Unsigned(1_000_000), &[0x1a, 0x00, 0x0f, 0x42, 0x40]),
            (Item::Unsigned(u64::MAX), &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            (Item::Bytes(vec![1, 2, 3, 4]), &[0x44, 1, 2, 3, 4]),
            (Item::Text("\u{fc}".to_owned()), &[0x62, 0xc3, 0xbc]),
            (Item::Array(vec![]), &[0x80]),
            (Item::Map(vec![(Item::Unsigned(1), Item::Unsigned(2))]), &[0xa1, 1, 2]),
        ] {
            assert_eq!(encoded(&item), bytes);
            assert_eq!(Item::decode(bytes), Some(item));
        }
    }

    #[test]
    fn other_forms_are_not_read() {
        for (bytes, why) in [
            (&[][..], "nothing"),
            (&[0x00, 0x00], "more than one item"),
            (&[0x18, 0x17], "not the shortest form"),
            (&[0x19, 0x00, 0xff], "not the shortest form"),
            (&[0x20], "a negative number"),
            (&[0xd8, 0x40, 0x41, 0x00], "a tag"),
            (&[0xf6], "null"),
            (&[0xfb, 0, 0, 0, 0, 0, 0, 0, 0], "a floating point number"),
            (&[0x9f, 0x01, 0xff], "an indefinite length"),
            (&[0x44, 1, 2, 3], "cut short"),
            (&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "a length that lies"),
            (&[0x61, 0xff], "not UTF-8"),
            (&[0x81, 0x81, 0x81, 0x81, 0x01], "too deep"),
        ] {
            assert_eq!(Item::decode(bytes), None, "{why}");
        }
    }

    proptest! {
        /// What is read is written the same again, so there is one text for each value.
        #[test]
        fn reading_is_the_inverse_of_writing(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Some(item) = Item::decode(&bytes) {
                prop_assert_eq!(encoded(&item), bytes);
            }
        }
    }
}
