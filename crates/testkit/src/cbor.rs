//! The few CBOR items that WebAuthn needs (RFC 8949, 3), written canonically by their callers.

/// An item's head: major type and argument.
fn head(major: u8, argument: usize) -> Vec<u8> {
    let major = major << 5;
    match argument {
        0..24 => vec![major | u8::try_from(argument).unwrap_or(0)],
        24..256 => vec![major | 24, u8::try_from(argument).unwrap_or(0)],
        _ => {
            let [high, low] = u16::try_from(argument).unwrap_or(u16::MAX).to_be_bytes();
            vec![major | 25, high, low]
        }
    }
}

/// A signed integer that fits in sixteen bits.
pub fn int(value: i64) -> Vec<u8> {
    match usize::try_from(value) {
        Ok(positive) => head(0, positive),
        Err(_) => head(1, usize::try_from(-1 - value).unwrap_or(0)),
    }
}

pub fn bytes(value: &[u8]) -> Vec<u8> {
    [head(2, value.len()), value.to_vec()].concat()
}

pub fn text(value: &str) -> Vec<u8> {
    [head(3, value.len()), value.as_bytes().to_vec()].concat()
}

/// A map of items that are encoded already, in the order given.
pub fn map(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut out = head(5, entries.len());
    for (key, value) in entries {
        out.extend_from_slice(key);
        out.extend_from_slice(value);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_match_the_examples_of_rfc_8949() {
        assert_eq!(int(10), [0x0a]);
        assert_eq!(int(100), [0x18, 0x64]);
        assert_eq!(int(1000), [0x19, 0x03, 0xe8]);
        assert_eq!(int(-7), [0x26]);
        assert_eq!(int(-1000), [0x39, 0x03, 0xe7]);
    }

    #[test]
    fn a_map_counts_its_entries() {
        assert_eq!(
            map(&[(text("a"), int(1)), (text("b"), bytes(&[2]))]),
            [0xa2, 0x61, 0x61, 1, 0x61, 0x62, 0x41, 2]
        );
    }
}
