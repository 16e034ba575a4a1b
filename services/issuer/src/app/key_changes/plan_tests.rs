#![allow(clippy::unwrap_used)]

use clock::{SeededEntropy, Timestamp};
use issuance::KeyActState;
use keys::{Signer as _, SoftwareKey};
use registry_types::{DidRole, DidVersion, Relationship};

use super::*;

fn key(fragment: &str, algorithm: Algorithm, seed: u64) -> DidKey {
    let made = SoftwareKey::generate(algorithm, &SeededEntropy::new(seed));
    DidKey {
        fragment: fragment.into(),
        multikey: made.public_key().to_multikey(),
        relationships: vec![Relationship::AssertionMethod],
        compromised_at: None,
    }
}

fn record(versions: &[&[DidKey]]) -> DidRecord {
    let version =
        |keys: &&[DidKey]| DidVersion { from_ms: 1, until_ms: None, keys: keys.to_vec(), services: vec![] };
    DidRecord {
        organisation: "undp".into(),
        role: DidRole::Organisation,
        versions: versions.iter().map(version).collect(),
        deactivated_ms: None,
        stops: vec![],
        recovered: vec![],
    }
}

fn act(change: KeyChange, of: &DidKey, fresh: Option<&str>) -> KeyAct {
    KeyAct {
        id: "a".into(),
        change,
        fragment: of.fragment.clone(),
        multikey: of.multikey.clone(),
        fresh: fresh.map(str::to_owned),
        ordered_by: "ann".into(),
        ordered_at: Timestamp::default(),
        state: KeyActState::Open,
    }
}

fn ed25519(number: u64) -> DidKey {
    key(&format!("key-ed25519-{number}"), Algorithm::Ed25519, number)
}

fn p256() -> DidKey {
    key("key-p256-1", Algorithm::P256, 50)
}

fn names(step: &Step) -> (Vec<&str>, Option<&str>) {
    let Step::Replace { kept, fresh } = step else { panic!("{step:?}") };
    let kept = kept.iter().map(|key| key.fragment.as_str()).collect();
    (kept, fresh.as_ref().map(|fresh| fresh.fragment.as_str()))
}

#[test]
fn a_rotation_names_its_key_lists_it_last_and_is_then_on_the_chain() {
    let before = record(&[&[ed25519(1), p256()]]);
    let rotate = |fresh| act(KeyChange::Rotate, &ed25519(1), fresh);
    assert_eq!(next(&rotate(None), &before, &[]), Ok(Step::Name("key-ed25519-2".into())));
    let step = next(&rotate(Some("key-ed25519-2")), &before, &[]).unwrap();
    assert_eq!(names(&step), (vec!["key-ed25519-1", "key-p256-1"], Some("key-ed25519-2")));
    let after = record(&[&[ed25519(1), p256()], &[ed25519(1), p256(), ed25519(2)]]);
    assert_eq!(next(&rotate(Some("key-ed25519-2")), &after, &[]), Ok(Step::OnChain));
    // Whoever retired it since does not make it be rotated again.
    let retired = record(&[&[ed25519(2)], &[ed25519(3)]]);
    assert_eq!(next(&rotate(Some("key-ed25519-2")), &retired, &[]), Ok(Step::OnChain));
}

#[test]
fn a_number_of_the_past_or_of_another_open_change_is_not_given_again() {
    let past = record(&[&[ed25519(7)], &[ed25519(1)]]);
    let rotate = act(KeyChange::Rotate, &ed25519(1), None);
    assert_eq!(next(&rotate, &past, &[]), Ok(Step::Name("key-ed25519-8".into())));
    let taken = ["key-ed25519-8".to_owned(), "key-p256-20".to_owned()];
    assert_eq!(next(&rotate, &past, &taken), Ok(Step::Name("key-ed25519-9".into())));
}

#[test]
fn a_compromised_key_leaves_the_document_before_it_is_marked() {
    let mark = |fresh| act(KeyChange::MarkCompromised, &ed25519(1), fresh);
    let before = record(&[&[ed25519(1), p256()]]);
    assert_eq!(next(&mark(None), &before, &[]), Ok(Step::Name("key-ed25519-2".into())));
    let step = next(&mark(Some("key-ed25519-2")), &before, &[]).unwrap();
    assert_eq!(names(&step), (vec!["key-p256-1"], Some("key-ed25519-2")));
    let replaced = record(&[&[ed25519(1), p256()], &[p256(), ed25519(2)]]);
    assert_eq!(next(&mark(Some("key-ed25519-2")), &replaced, &[]), Ok(Step::Mark));
    let marked = DidKey { compromised_at: Some(9), ..ed25519(1) };
    let done = record(&[&[marked, p256()], &[p256(), ed25519(2)]]);
    assert_eq!(next(&mark(Some("key-ed25519-2")), &done, &[]), Ok(Step::OnChain));
}

#[test]
fn a_compromised_key_with_a_newer_one_beside_it_needs_no_further_one() {
    let overlap = record(&[&[ed25519(1), p256(), ed25519(2)]]);
    let step = next(&act(KeyChange::MarkCompromised, &ed25519(1), None), &overlap, &[]).unwrap();
    assert_eq!(names(&step), (vec!["key-p256-1", "key-ed25519-2"], None));
    // The newest of them does, although an older one would be left.
    let newest = next(&act(KeyChange::MarkCompromised, &ed25519(2), None), &overlap, &[]);
    assert_eq!(newest, Ok(Step::Name("key-ed25519-3".into())));
}

#[test]
fn a_marked_key_that_is_still_listed_is_not_listed_again() {
    let marked = DidKey { compromised_at: Some(9), ..p256() };
    let before = record(&[&[ed25519(1), marked]]);
    let step = next(&act(KeyChange::Rotate, &ed25519(1), Some("key-ed25519-2")), &before, &[]).unwrap();
    assert_eq!(names(&step), (vec!["key-ed25519-1"], Some("key-ed25519-2")));
}

#[test]
fn only_a_key_that_a_newer_one_follows_is_retired() {
    let retire = |key: &DidKey| act(KeyChange::Retire, key, None);
    let overlap = record(&[&[ed25519(1), p256(), ed25519(2)]]);
    let step = next(&retire(&ed25519(1)), &overlap, &[]).unwrap();
    assert_eq!(names(&step), (vec!["key-p256-1", "key-ed25519-2"], None));
    assert_eq!(next(&retire(&ed25519(2)), &overlap, &[]), Err(Obstacle::Newest));
    assert_eq!(next(&retire(&p256()), &overlap, &[]), Err(Obstacle::Newest));
    assert_eq!(next(&retire(&ed25519(1)), &record(&[&[p256(), ed25519(2)]]), &[]), Ok(Step::OnChain));
}

#[test]
fn nothing_is_ordered_that_could_not_be_done() {
    let overlap = record(&[&[ed25519(1), p256(), ed25519(2)]]);
    let check = |change, key: &DidKey, record| check(change, &key.fragment, &key.multikey, record);
    assert_eq!(check(KeyChange::Rotate, &ed25519(1), &overlap), Err(Obstacle::HasNewer));
    assert_eq!(check(KeyChange::Rotate, &ed25519(2), &overlap), Ok(()));
    assert_eq!(check(KeyChange::Rotate, &ed25519(3), &overlap), Err(Obstacle::UnknownKey));
    // The fragment of one key with the bytes of another is neither.
    let mixed = DidKey { fragment: "key-p256-1".into(), ..ed25519(1) };
    assert_eq!(check(KeyChange::MarkCompromised, &mixed, &overlap), Err(Obstacle::UnknownKey));
    let retired = record(&[&[ed25519(1)], &[ed25519(2)]]);
    assert_eq!(check(KeyChange::Rotate, &ed25519(1), &retired), Err(Obstacle::LeftDocument));
    assert_eq!(check(KeyChange::MarkCompromised, &ed25519(1), &retired), Ok(()));
    let marked = DidKey { compromised_at: Some(9), ..ed25519(1) };
    let marked = record(&[&[marked], &[ed25519(2)]]);
    assert_eq!(check(KeyChange::MarkCompromised, &ed25519(1), &marked), Err(Obstacle::Marked));
    let p384 = key("key-p384-1", Algorithm::P384, 3);
    let other = record(&[std::slice::from_ref(&p384)]);
    assert_eq!(check(KeyChange::Rotate, &p384, &other), Err(Obstacle::Kind));
    let gone = DidRecord { deactivated_ms: Some(1), ..record(&[&[ed25519(1)]]) };
    assert_eq!(check(KeyChange::Rotate, &ed25519(1), &gone), Err(Obstacle::NoDocument));
}
