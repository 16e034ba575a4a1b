//! COSE_Key (RFC 9052, 7; RFC 9053, 7) as WebAuthn authenticators send it: a map of small integers to
//! small integers and byte strings. Nothing else is read, so nothing else can surprise.

use crate::point::uncompressed;
use crate::public::{InvalidKey, PublicKey};

enum Item<'a> {
    Int(i64),
    Bytes(&'a [u8]),
}

pub(crate) fn parse(bytes: &[u8]) -> Result<PublicKey, InvalidKey> {
    let mut reader = Reader(bytes);
    let pairs = match reader.head()? {
        (5, count @ 0..=16) => count,
        _ => return Err(InvalidKey::Malformed),
    };
    let mut key_type = None;
    let mut curve = None;
    let mut x: Option<&[u8]> = None;
    let mut y: Option<&[u8]> = None;
    for _ in 0..pairs {
        let Item::Int(label) = reader.item()? else { return Err(InvalidKey::Malformed) };
        match (label, reader.item()?) {
            (1, Item::Int(value)) if key_type.is_none() => key_type = Some(value),
            (-1, Item::Int(value)) if curve.is_none() => curve = Some(value),
            (-2, Item::Bytes(value)) if x.is_none() => x = Some(value),
            (-3, Item::Bytes(value)) if y.is_none() => y = Some(value),
            (-4, _) => return Err(InvalidKey::Private),
            (1 | -1 | -2 | -3, _) => return Err(InvalidKey::Malformed),
            _ => {}
        }
    }
    if !reader.0.is_empty() {
        return Err(InvalidKey::Malformed);
    }
    let coordinate = |value: Option<&[u8]>| -> Result<[u8; 32], InvalidKey> {
        value.and_then(|bytes| bytes.try_into().ok()).ok_or(InvalidKey::Malformed)
    };
    match (key_type, curve) {
        (Some(1), Some(6)) => PublicKey::ed25519(coordinate(x)?),
        (Some(2), Some(1)) => PublicKey::p256(&uncompressed(&coordinate(x)?, &coordinate(y)?)),
        _ => Err(InvalidKey::Unsupported),
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], InvalidKey> {
        let (head, tail) = self.0.split_at_checked(count).ok_or(InvalidKey::Malformed)?;
        self.0 = tail;
        Ok(head)
    }

    /// Major type and argument (RFC 8949, 3); indefinite lengths are refused.
    fn head(&mut self) -> Result<(u8, u64), InvalidKey> {
        let &[first] = self.take(1)? else { return Err(InvalidKey::Malformed) };
        let argument = match first & 0x1f {
            small @ 0..=23 => u64::from(small),
            size @ 24..=27 => {
                let bytes = self.take(1 << (size - 24))?;
                bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
            }
            _ => return Err(InvalidKey::Malformed),
        };
        Ok((first >> 5, argument))
    }

    fn item(&mut self) -> Result<Item<'a>, InvalidKey> {
        let (major, argument) = self.head()?;
        let int = || i64::try_from(argument).map_err(|_| InvalidKey::Malformed);
        match major {
            0 => Ok(Item::Int(int()?)),
            1 => Ok(Item::Int(-1 - int()?)),
            2 => {
                let length = usize::try_from(argument).map_err(|_| InvalidKey::Malformed)?;
                Ok(Item::Bytes(self.take(length)?))
            }
            _ => Err(InvalidKey::Malformed),
        }
    }
}
