#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout)]

use proptest::prelude::*;

use super::*;

#[test]
fn entries_are_where_the_specifications_put_them() {
    // Token Status List, 4.1: one bit each, 0xb9 0xa3.
    let mut list = StatusList::new(1, 16).unwrap();
    for (index, value) in [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1].into_iter().enumerate() {
        list.set(index, value).unwrap();
    }
    assert_eq!(list.bytes, [0xb9, 0xa3]);
    assert_eq!(StatusList::decode_token("eNrbuRgAAhcBXQ", 1).unwrap(), list);
    // And two bits each, 0xc9 0x44 0xf9.
    let mut list = StatusList::new(2, 12).unwrap();
    for (index, value) in [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3].into_iter().enumerate() {
        list.set(index, value).unwrap();
    }
    assert_eq!(list.bytes, [0xc9, 0x44, 0xf9]);
    assert_eq!(StatusList::decode_token("eNo76fITAAPfAgc", 2).unwrap(), list);
    // Bitstring Status List 1.0, 3.1: the first index is the leftmost bit.
    let mut list = StatusList::new(1, MINIMUM_BITSTRING_ENTRIES).unwrap();
    list.set(0, 1).unwrap();
    list.set(9, 1).unwrap();
    let raw = codec::gunzip(&codec::from_base64url(&list.encode_bitstring()[1..]).unwrap()).unwrap();
    assert_eq!(raw[..2], [0b1000_0000, 0b0100_0000]);
}

/// The `encodedList` of the examples in Bitstring Status List 1.0: all zero.
#[test]
fn published_bitstring_is_read() {
    let encoded = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA";
    let list = StatusList::decode_bitstring(encoded, 1).unwrap();
    assert_eq!(list, StatusList::new(1, MINIMUM_BITSTRING_ENTRIES).unwrap());
}

#[test]
fn wrong_lists_are_refused() {
    let good = StatusList::new(1, MINIMUM_BITSTRING_ENTRIES).unwrap().encode_bitstring();
    assert!(StatusList::decode_bitstring(&good, 1).is_ok());
    assert_eq!(StatusList::decode_bitstring(&good, 2), Err(StatusListError::TooShort));
    assert_eq!(StatusList::decode_bitstring(&good, 3), Err(StatusListError::Bits(3)));
    assert_eq!(StatusList::decode_bitstring(&good[1..], 1), Err(StatusListError::Encoding));
    assert_eq!(StatusList::decode_bitstring(&format!("z{}", &good[1..]), 1), Err(StatusListError::Encoding));
    assert_eq!(StatusList::decode_bitstring(&good[..20], 1), Err(StatusListError::Encoding));
    assert_eq!(StatusList::decode_token(&good[1..], 1), Err(StatusListError::Encoding));
    let short = StatusList::new(1, 8).unwrap().encode_bitstring();
    assert_eq!(StatusList::decode_bitstring(&short, 1), Err(StatusListError::TooShort));
}

#[test]
fn bombs_are_refused() {
    let bomb = codec::base64url(&codec::gzip(&vec![0; 64 * 1024 * 1024]));
    assert!(bomb.len() < 100_000);
    assert_eq!(StatusList::decode_bitstring(&format!("u{bomb}"), 1), Err(StatusListError::TooLong));
    let bomb = codec::base64url(&codec::deflate(&vec![0; 64 * 1024 * 1024]));
    assert_eq!(StatusList::decode_token(&bomb, 1), Err(StatusListError::TooLong));
    assert_eq!(StatusList::new(1, usize::MAX), Err(StatusListError::TooLong));
}

#[test]
fn values_and_indexes_have_bounds() {
    let mut list = StatusList::new(2, 4).unwrap();
    assert_eq!(list.set(4, 1), Err(StatusListError::Index(4)));
    assert_eq!(list.set(0, 4), Err(StatusListError::Value(4)));
    assert_eq!(list.value(4), None);
    assert_eq!(StatusList::new(0, 8), Err(StatusListError::Bits(0)));
}

/// Values as printed in Token Status List, appendix "Test vectors".
#[test]
fn published_token_status_lists() {
    let Some(folder) = std::env::var_os("VECTORS").map(std::path::PathBuf::from) else {
        println!("SKIPPED: VECTORS does not name the folder of published test vectors");
        return;
    };
    let read = |name: &str| {
        let text = std::fs::read_to_string(folder.join("token-status-list").join(name)).unwrap();
        let text: String = text.split_whitespace().collect();
        let bits = text.split("\"bits\":").nth(1).unwrap()[..1].parse().unwrap();
        let lst = text.split("\"lst\":\"").nth(1).unwrap().split('"').next().unwrap();
        StatusList::decode_token(lst, bits).unwrap()
    };
    let expect = |name: &str, values: &[(usize, u8)]| {
        let list = read(name);
        assert_eq!(list.len(), 1 << 20, "{name}");
        let mut model = StatusList::new(list.bits(), 1 << 20).unwrap();
        for (index, value) in values {
            model.set(*index, *value).unwrap();
        }
        assert_eq!(list, model, "{name}");
    };
    let ones = [0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345];
    expect("status_list_encoding1_long_json.md", &ones.map(|index| (index, 1)));
    let twos = [1, 2, 1, 3, 1, 1, 2, 1, 1, 2, 3];
    let twos: Vec<(usize, u8)> = ones.into_iter().zip(twos).collect();
    expect("status_list_encoding2_long_json.md", &twos);
    let fours = [
        0, 1993, 35460, 459495, 595669, 754353, 845645, 923232, 924445, 934534, 1004534, 1000345, 1030203,
        1030204, 1030205,
    ];
    let fours: Vec<(usize, u8)> = fours.into_iter().zip(1..).collect();
    expect("status_list_encoding4_json.md", &fours);
    assert_eq!(read("status_list_encoding8_json.md").bits(), 8);
    assert_eq!(read("status_list_encoding_json.md").bytes, [0xb9, 0xa3]);
}

proptest! {
    #[test]
    fn a_list_is_its_model_and_survives_both_encodings(
        bits in prop::sample::select(vec![1u8, 2, 4, 8]),
        changes in prop::collection::vec((0usize..MINIMUM_BITSTRING_ENTRIES, any::<u8>()), 0..60),
    ) {
        let mut list = StatusList::new(bits, MINIMUM_BITSTRING_ENTRIES).unwrap();
        let mut model = std::collections::HashMap::new();
        for (index, value) in changes {
            let value = value & list.mask();
            list.set(index, value).unwrap();
            model.insert(index, value);
        }
        for index in 0..MINIMUM_BITSTRING_ENTRIES {
            prop_assert_eq!(list.value(index), Some(model.get(&index).copied().unwrap_or(0)));
        }
        prop_assert_eq!(&StatusList::decode_bitstring(&list.encode_bitstring(), bits).unwrap(), &list);
        prop_assert_eq!(&StatusList::decode_token(&list.encode_token(), bits).unwrap(), &list);
    }

    #[test]
    fn strangers_text_never_panics(text in ".{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = StatusList::decode_bitstring(&text, 1);
        let _ = StatusList::decode_token(&text, 8);
        let _ = StatusList::decode_bitstring(&format!("u{}", codec::base64url(&bytes)), 2);
        let _ = StatusList::decode_token(&codec::base64url(&bytes), 4);
    }
}
