//! A receipt's path, and status lists in both encodings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use status_list::StatusList;

fuzz_target!(|data: &[u8]| {
    let Some((head, rest)) = data.split_first_chunk::<73>() else { return };
    let (leaf, head) = head.split_first_chunk::<32>().expect("73 bytes");
    let (root, head) = head.split_first_chunk::<32>().expect("41 bytes");
    let (index, head) = head.split_first_chunk::<4>().expect("9 bytes");
    let (count, head) = head.split_first_chunk::<4>().expect("5 bytes");
    let path: Vec<[u8; 32]> = rest.as_chunks::<32>().0.to_vec();
    let (index, count) = (u32::from_le_bytes(*index), u32::from_le_bytes(*count));
    let _ = merkle::verify(leaf, index, count, &path, root);

    let text = String::from_utf8_lossy(rest);
    let bits = head[0] % 9;
    if let Ok(list) = StatusList::decode_bitstring(&text, bits) {
        let again = StatusList::decode_bitstring(&list.encode_bitstring(), bits).expect("our own list");
        assert_eq!(again.len(), list.len());
    }
    if let Ok(list) = StatusList::decode_token(&text, bits) {
        let again = StatusList::decode_token(&list.encode_token(), bits).expect("our own list");
        assert_eq!(again.len(), list.len());
    }
});
