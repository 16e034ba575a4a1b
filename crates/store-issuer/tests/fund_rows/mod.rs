//! A person of the Fund's register, for the tests of its tables.

use issuance::Timestamp;
use store_issuer::fund::PersonRow;

pub fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

pub fn person(id: &str) -> PersonRow {
    PersonRow {
        id: id.into(),
        number_mark: format!("mark {id}"),
        staff_mark: None,
        country: "ITA".into(),
        language: "fr".into(),
        track: "one".into(),
        birth_year: 1950,
        benefit_until: None,
        died_on: None,
        end_told: false,
        content_mark: "c".into(),
        sealed: vec![1],
        facts: vec![2],
        last_seq: 0,
        last_entry: 0,
        head: [0; 32],
        created_at: now(),
        updated_at: now(),
        subject_id: None,
        medium: None,
    }
}
