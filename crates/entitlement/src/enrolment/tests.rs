#![allow(clippy::unwrap_used)]
use chrono::{DateTime, Duration, NaiveDate};

use super::*;

fn now() -> Timestamp {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap()
}

fn claimed() -> Enrolment {
    Enrolment::invited(now()).claimed(now()).unwrap()
}

fn proposed() -> Enrolment {
    claimed().keyed("key").unwrap().proposed("agent", true, true).unwrap()
}

#[test]
fn a_person_is_enrolled_by_two_officers() {
    let done = proposed().approved("second").unwrap();
    assert_eq!(done.stage, Stage::Approved);
    assert_eq!((done.proposed_by.as_deref(), done.decided_by.as_deref()), (Some("agent"), Some("second")));
}

#[test]
fn whoever_proposed_neither_approves_nor_refuses() {
    assert_eq!(proposed().approved("agent"), Err(EnrolmentFault::SamePerson));
    assert_eq!(proposed().refused("agent", Refusal::Face), Err(EnrolmentFault::SamePerson));
    assert_eq!(proposed().refused("second", Refusal::Face).unwrap().refusal, Some(Refusal::Face));
}

#[test]
fn each_thing_that_is_missing_stops_a_proposal() {
    let keyed = claimed().keyed("key").unwrap();
    assert_eq!(Enrolment::invited(now()).proposed("a", true, true), Err(EnrolmentFault::NotClaimed));
    assert_eq!(claimed().proposed("a", true, true), Err(EnrolmentFault::NoDeviceKey));
    assert_eq!(keyed.clone().proposed("a", false, true), Err(EnrolmentFault::NoDocument));
    assert_eq!(keyed.proposed("a", true, false), Err(EnrolmentFault::NoPicture));
    assert_eq!(proposed().proposed("a", true, true), Err(EnrolmentFault::Proposed));
}

#[test]
fn nothing_happens_to_what_is_over() {
    let over = proposed().approved("second").unwrap();
    assert_eq!(over.clone().keyed("other"), Err(EnrolmentFault::Over));
    assert_eq!(over.clone().refused("third", Refusal::Other), Err(EnrolmentFault::Over));
    assert_eq!(over.clone().approved("third"), Err(EnrolmentFault::Over));
    assert_eq!(over.withdrawn("third"), Err(EnrolmentFault::Over));
}

#[test]
fn the_key_does_not_change_between_the_two_officers() {
    assert_eq!(proposed().keyed("other"), Err(EnrolmentFault::Proposed));
    assert_eq!(proposed().keyed("key"), Ok(proposed()));
}

#[test]
fn an_invitation_dies_by_time_and_by_guesses() {
    let invited = Enrolment::invited(now());
    let late = now() + Duration::days(INVITATION_DAYS);
    assert_eq!(invited.clone().claimed(late), Err(EnrolmentFault::Code));
    assert!(invited.clone().claimed(late - Duration::seconds(1)).is_ok());
    let guessed = (0..MOST_WRONG_CODES).fold(invited, |it, _| it.mistyped());
    assert_eq!(guessed.claimed(now()), Err(EnrolmentFault::Code));
    assert_eq!(claimed().claimed(now()), Err(EnrolmentFault::Code), "single use");
}

#[test]
fn a_code_is_read_as_people_type_it() {
    let text = code([0, 1, 10, 31, 17, 63, 255, 128, 4, 5]);
    assert_eq!(text, "01AZH-ZZ045");
    assert_eq!(typed_code(" o1azh zz045 ").unwrap(), "01AZHZZ045");
    assert_eq!(typed_code("OlAZH-ZZ045").unwrap(), "01AZHZZ045");
    for wrong in ["", "01AZH", "01AZH-ZZ0455", "01AZU-ZZ045", "01AZH-ZZ04é", &"0".repeat(500)] {
        assert_eq!(typed_code(wrong), None, "{wrong}");
    }
}

#[test]
fn words_are_read_back() {
    for stage in Stage::ALL {
        assert_eq!(Stage::parse(stage.as_str()), Some(*stage));
    }
    for refusal in Refusal::ALL {
        assert_eq!(Refusal::parse(refusal.as_str()), Some(*refusal));
    }
    assert_eq!(DocumentKind::parse("library"), None);
}

#[test]
fn a_document_is_checked() {
    let today = NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
    let good = IdentityDocument {
        kind: DocumentKind::Passport,
        number: "ak 12345".into(),
        state: "KEN".into(),
        expires_on: today,
    };
    assert_eq!(good.clone().checked(today).unwrap().number, "AK12345");
    let cases = [
        (IdentityDocument { number: "12".into(), ..good.clone() }, DocumentFault::Number),
        (IdentityDocument { number: "12<script>".into(), ..good.clone() }, DocumentFault::Number),
        (IdentityDocument { number: "1".repeat(41), ..good.clone() }, DocumentFault::Number),
        (IdentityDocument { state: "Kenya".into(), ..good.clone() }, DocumentFault::State),
        (IdentityDocument { expires_on: today - Duration::days(1), ..good.clone() }, DocumentFault::Expired),
        (IdentityDocument { expires_on: today + Duration::days(20_000), ..good }, DocumentFault::TooFar),
    ];
    for (document, fault) in cases {
        assert_eq!(document.checked(today), Err(fault));
    }
}

#[test]
fn the_console_warns_before_appointments_run_out() {
    let today = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
    let due = NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
    let forecast =
        |free, needing, booked_of_late| Forecast { today, due, free, needing, uninvited: 0, booked_of_late };
    let supply = |free, needing, booked_of_late| forecast(free, needing, booked_of_late).supply();
    assert_eq!(supply(0, 0, 0), Supply::Enough);
    assert_eq!(supply(0, 1, 0), Supply::Gone);
    assert_eq!(supply(99, 100, 0), Supply::Short);
    assert_eq!(supply(110, 100, 0), Supply::Tight);
    assert_eq!(supply(150, 100, 10), Supply::Enough, "at this pace they last for months");
    assert_eq!(supply(150, 100, 140), Supply::Tight, "at this pace they are gone in a fortnight");
    assert_eq!(supply(400, 100, 140), Supply::Enough);
    let pace = forecast(20, 50, 14);
    assert_eq!((pace.missing(), pace.gone_on()), (30, today.checked_add_days(chrono::Days::new(20))));
    // 74,000 people who are not invited yet would all find none.
    let waiting = |free, needing| Forecast { uninvited: 74_000, ..forecast(free, needing, 0) };
    assert_eq!(waiting(0, 0).supply(), Supply::NoneOpen);
    assert_eq!(waiting(0, 3).supply(), Supply::Gone);
    assert_eq!(waiting(1_000, 3).supply(), Supply::NotForAll);
    assert_eq!((waiting(1_000, 3).missing(), waiting(1_000, 3).missing_for_all()), (0, 73_003));
    assert_eq!(waiting(80_000, 3).supply(), Supply::Enough);
}

#[test]
fn an_invitation_by_letter_lives_as_long_as_the_post_takes_besides() {
    let at_hand = Enrolment::invited(now());
    let by_letter = Enrolment::invited_by_letter(now());
    assert_eq!(by_letter.expires_at - at_hand.expires_at, Duration::days(30));
    assert!(
        by_letter.takes_codes(now() + Duration::days(74))
            && !by_letter.takes_codes(now() + Duration::days(75))
    );
}

#[test]
fn a_death_takes_back_also_what_waits_for_a_second_officer() {
    let waiting = Enrolment { stage: Stage::Proposed, ..Enrolment::invited(now()) };
    assert_eq!(waiting.ended("register").stage, Stage::Withdrawn);
    let done = Enrolment { stage: Stage::Approved, ..Enrolment::invited(now()) };
    assert_eq!(done.clone().ended("register"), done);
}
