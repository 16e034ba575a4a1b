#![allow(clippy::unwrap_used)]

use status_list::{MAXIMUM_BYTES, StatusList};

use super::*;

fn list(bytes: usize, ends: i64) -> Arc<List> {
    let statuses = StatusList::new(8, bytes).unwrap();
    Arc::new(List::of(statuses, Timestamp::from_timestamp(ends, 0).unwrap()))
}

fn now() -> Timestamp {
    Timestamp::from_timestamp(0, 0).unwrap()
}

#[test]
fn kept_lists_are_bounded_in_number_and_in_bytes() {
    let lists = StatusLists::default();
    for number in 0..40u8 {
        lists.keep([number; 32], &list(MAXIMUM_BYTES, i64::from(number) + 1));
    }
    let kept: Vec<u8> = (0..40).filter(|number| lists.kept(&[*number; 32], now()).is_some()).collect();
    assert_eq!(kept, [32, 33, 34, 35, 36, 37, 38, 39], "eight of eight megabytes, those that end last");

    let lists = StatusLists::default();
    for number in 0..300u64 {
        lists.keep(sha256(&number.to_be_bytes()), &list(16, 1));
    }
    assert_eq!(lists.0.lock().unwrap().len(), CACHED);
}

#[test]
fn a_list_counts_by_its_bytes_whatever_the_size_of_an_entry() {
    for bits in [1, 2, 4, 8] {
        let statuses = StatusList::new(bits, 800).unwrap();
        assert_eq!(List::of(statuses, now()).bytes(), 100 * usize::from(bits));
    }
}
