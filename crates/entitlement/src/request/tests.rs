#![allow(clippy::unwrap_used)]

use chrono::TimeZone as _;
use proptest::prelude::*;

use super::*;
use crate::answer::tests_support::{made_at, proof};

fn at(minutes: i64) -> Timestamp {
    chrono::Utc.with_ymd_and_hms(2026, 12, 31, 12, 0, 0).unwrap() + Duration::minutes(minutes)
}

fn request() -> Request {
    Request {
        id: "01j".into(),
        beneficiary: "b1".into(),
        year: 2026,
        created_at: at(0),
        expires_at: at(30 * 24 * 60),
        state: State::Open { challenge: None },
        ahead: None,
        revision: 0,
    }
}

fn challenged() -> Request {
    request().challenged("c1".into(), at(0)).unwrap().0
}

fn answered() -> Request {
    challenged().answered(&proof("c1", 1), at(5)).unwrap()
}

fn confirmed() -> Request {
    answered().confirmed(Channel::Call, "spoke with her".into(), "officer", "offer".into(), at(60)).unwrap()
}

#[test]
fn young_challenge_is_given_again_and_old_one_replaced() {
    let (again, challenge) = challenged().challenged("c2".into(), at(6)).unwrap();
    assert_eq!((challenge.value.as_str(), again.revision), ("c1", 1));
    let (replaced, challenge) = challenged().challenged("c2".into(), at(7)).unwrap();
    assert_eq!((challenge.value.as_str(), replaced.revision), ("c2", 2));
    assert_eq!(replaced.answered(&proof("c1", 1), at(8)), Err(RequestFault::Challenge));
}

#[test]
fn challenge_is_dead_on_its_last_second() {
    let late = at(0) + Duration::seconds(CHALLENGE_SECONDS);
    assert_eq!(challenged().answered(&proof("c1", 1), late), Err(RequestFault::Challenge));
    assert!(challenged().answered(&proof("c1", 1), late - Duration::seconds(1)).is_ok());
}

#[test]
fn time_of_the_capture_lies_between_challenge_and_receipt_whatever_the_device_says() {
    let captured = |said: Timestamp| {
        let answered = challenged().answered(&made_at("c1", said), at(8)).unwrap();
        answered.evidence().unwrap().captured_at
    };
    assert_eq!(captured(at(3)), at(3));
    assert_eq!(captured(at(-60 * 24 * 4000)), at(0), "a clock that is ten years late");
    assert_eq!(captured(at(60 * 24 * 4000)), at(8), "and one that is ten years early");
}

#[test]
fn challenge_fetched_ahead_lives_for_days_serves_once_and_keeps_the_time_of_the_capture() {
    let (day, life) = (24 * 60, Duration::days(14));
    let (fetched, ahead) = challenged().challenged_ahead("a1".into(), life, at(0)).unwrap();
    assert_eq!((ahead.value.as_str(), ahead.until), ("a1", at(14 * day)));
    let (again, same) = fetched.clone().challenged_ahead("a2".into(), life, at(7 * day)).unwrap();
    assert_eq!((same, again.revision), (ahead, fetched.revision), "reading twice spoils nothing");
    let (renewed, fresh) = fetched.clone().challenged_ahead("a2".into(), life, at(8 * day)).unwrap();
    assert_eq!(fresh.until, at(22 * day));
    assert_eq!(renewed.answered(&made_at("a1", at(9)), at(9 * day)), Err(RequestFault::Challenge));

    // Made on the last day of the year, received in the next: it counts for the year in which the person was there.
    let answered = fetched.clone().answered(&made_at("a1", at(30)), at(2 * day)).unwrap();
    let evidence = answered.evidence().unwrap();
    assert_eq!((evidence.captured_at, evidence.answered_at, answered.year), (at(30), at(2 * day), 2026));
    assert_eq!(answered.clone().answered(&made_at("a1", at(30)), at(3 * day)), Ok(answered));
    assert_eq!(
        fetched.clone().answered(&made_at("a1", at(30)), at(14 * day)),
        Err(RequestFault::Challenge),
        "it is dead on its last second"
    );
    assert!(fetched.clone().answered(&proof("c1", 1), at(5)).is_ok(), "the other one serves meanwhile");
    let tried = fetched.tried(&made_at("a1", at(30)), at(day)).unwrap();
    assert_eq!(tried.answered(&made_at("a1", at(31)), at(day)), Err(RequestFault::Challenge));
}

#[test]
fn challenge_fetched_ahead_does_not_outlive_its_question() {
    let late = 29 * 24 * 60;
    let (_, ahead) = request().challenged_ahead("a1".into(), Duration::days(14), at(late)).unwrap();
    assert_eq!(ahead.until, request().expires_at);
    let over = answered().challenged_ahead("a1".into(), Duration::days(14), at(6));
    assert_eq!(over.unwrap_err(), RequestFault::Closed);
}

#[test]
fn unknown_challenge_is_refused() {
    assert_eq!(challenged().answered(&proof("c9", 1), at(1)), Err(RequestFault::Challenge));
    assert_eq!(request().answered(&proof("c1", 1), at(1)), Err(RequestFault::Challenge));
}

#[test]
fn same_answer_again_changes_nothing_and_another_is_refused() {
    for step in [answered(), confirmed(), answered().refused("no", "officer", at(9)).unwrap()] {
        assert_eq!(step.clone().answered(&proof("c1", 1), at(100)).unwrap(), step);
        assert_eq!(step.answered(&proof("c1", 2), at(100)), Err(RequestFault::AnsweredBefore));
    }
}

#[test]
fn expired_request_takes_neither_challenge_nor_answer() {
    let mut late = challenged();
    late.expires_at = at(3);
    assert_eq!(late.standing(at(3)), Standing::Expired);
    assert_eq!(late.clone().challenged("c2".into(), at(3)), Err(RequestFault::Expired));
    assert_eq!(late.answered(&proof("c1", 1), at(3)), Err(RequestFault::Expired));
}

#[test]
fn answered_request_does_not_expire() {
    assert_eq!(answered().standing(at(1_000_000)), Standing::Answered);
}

#[test]
fn proof_made_in_the_new_year_counts_for_it() {
    let new_year = Duration::hours(12);
    let (open, _) = request().challenged("c1".into(), at(0) + new_year).unwrap();
    assert_eq!(open.answered(&proof("c1", 1), at(0) + new_year).unwrap().year, 2027);
    assert_eq!(answered().year, 2026);
}

#[test]
fn only_an_answer_can_be_confirmed_and_only_once() {
    let confirm = |request: Request| request.confirmed(Channel::Visit, String::new(), "o", "f".into(), at(9));
    assert_eq!(confirm(request()), Err(ConfirmFault::NotAnswered));
    assert_eq!(confirm(confirmed()), Err(ConfirmFault::Decided));
    assert_eq!(confirm(answered().refused("no", "o", at(8)).unwrap()), Err(ConfirmFault::Decided));
}

#[test]
fn refusal_needs_a_reason_and_ends_the_request() {
    assert_eq!(answered().refused("  ", "o", at(9)), Err(ConfirmFault::NoReason));
    assert_eq!(confirmed().refused("late doubt", "o", at(99)), Err(ConfirmFault::Decided));
    let withdrawn = challenged().refused("wrong person", "o", at(1)).unwrap();
    assert_eq!(withdrawn.clone().answered(&proof("c1", 1), at(2)), Err(RequestFault::Closed));
    assert_eq!(withdrawn.challenged("c2".into(), at(2)), Err(RequestFault::Closed));
}

proptest! {
    /// Whatever is tried in whatever order: a decision stays, an answer stays, and the revision only grows.
    #[test]
    fn decided_stays_decided(steps in prop::collection::vec((0u8..5, 0u8..3, 0i64..40), 1..40)) {
        let (mut current, mut now) = (request(), 0);
        for (step, which, minutes) in steps {
            now += minutes;
            let before = current.clone();
            let next = match step {
                0 => current.clone().challenged(format!("c{which}"), at(now)).map(|done| done.0).ok(),
                1 => current.clone().answered(&proof(&format!("c{which}"), which), at(now)).ok(),
                2 => current.clone().confirmed(Channel::Call, String::new(), "o", "f".into(), at(now)).ok(),
                3 => current.clone().refused("r", "o", at(now)).ok(),
                _ => None,
            };
            current = next.unwrap_or(current);
            prop_assert!(current.revision >= before.revision);
            prop_assert_eq!(current.revision == before.revision, current == before);
            match before.standing(at(now)) {
                Standing::Confirmed | Standing::Refused => prop_assert_eq!(&current, &before),
                Standing::Answered => prop_assert_eq!(current.evidence(), before.evidence()),
                Standing::Open | Standing::Expired => {}
            }
        }
    }
}
