use super::*;

fn asked_on(records: &[&Cycle], on: &str) -> Asked {
    let years: Vec<PersonYear> = records.iter().map(|cycle| cycle.record.clone()).collect();
    let calendars = [calendar(), Calendar::of_year(2027).unwrap()];
    asked(&years, &calendars, &records.first().map_or_else(person, |cycle| cycle.person.clone()), day(on))
}

fn next_year() -> Cycle {
    Cycle::with(Calendar::of_year(2027).unwrap(), person())
}

#[test]
fn a_year_is_open_from_its_window_to_its_due_date_and_late_after_it() {
    let shut = asked_on(&[&Cycle::new().on("2026-01-01")], "2026-01-01");
    assert_eq!((shut.wish, shut.next_opens, shut.may_begin), (Wish::NotYet, Some(day("2026-01-02")), false));
    let open = Cycle::new().until("2026-11-01");
    let said = asked_on(&[&open], "2026-12-31");
    assert_eq!(
        (said.year, said.wish, said.due, said.may_begin),
        (2026, Wish::Open, Some(day("2026-12-31")), true)
    );
    let late = asked_on(&[&open.until("2027-01-05"), &next_year().on("2027-01-05")], "2027-01-05");
    assert_eq!(
        (late.year, late.wish, late.may_begin),
        (2026, Wish::Late, true),
        "the missed year comes first"
    );
    assert_eq!((late.held_from, late.on_hold), (Some(day("2027-06-01")), false));
    assert_eq!((said.closes, late.closes), (vec![2026], vec![2026, 2027]));
}

#[test]
fn whoever_was_spared_is_told_of_no_payroll_that_is_past() {
    let spared = || Cycle::new().until("2027-05-01");
    let said = asked_on(&[&spared()], "2027-05-31");
    assert_eq!((said.wish, said.held_from), (Wish::Late, Some(day("2027-06-01"))));
    for past in ["2027-06-01", "2027-06-20"] {
        let said = asked_on(&[&spared()], past);
        assert_eq!((said.wish, said.held_from), (Wish::Late, None), "{past}");
    }
}

#[test]
fn a_proof_that_nobody_asks_for_closes_nothing() {
    let done = Cycle::new().until("2026-02-01").then(accepted("e", "2026-02-01")).on("2026-02-02");
    assert_eq!(asked_on(&[&done], "2026-08-01").closes, Vec::<i32>::new());
}

#[test]
fn the_window_is_open_before_the_night_that_says_so() {
    let said = asked(&[], &[calendar()], &person(), day("2026-01-02"));
    assert_eq!((said.wish, said.may_begin), (Wish::Open, true));
    let unpaid = Person { in_payment_since: None, ..person() };
    let said = asked(&[], &[calendar()], &unpaid, day("2026-01-02"));
    assert_eq!((said.wish, said.may_begin), (Wish::NotConcerned, false));
    let late = asked(&[], &[calendar()], &person(), day("2026-07-01"));
    assert_eq!((late.wish, late.may_begin), (Wish::Open, true), "somebody who came onto the register today");
    let left_out = Cycle::with(calendar(), unpaid).until("2026-07-01");
    assert_eq!(asked_on(&[&left_out], "2026-07-02").wish, Wish::NotConcerned);
}

#[test]
fn a_proof_on_its_way_is_with_the_fund_and_a_refused_one_is_asked_for_again() {
    let waits = Cycle::new().until("2026-02-01").then(received("e", "2026-02-01")).on("2026-02-02");
    let said = asked_on(&[&waits], "2026-02-02");
    assert_eq!((said.wish, said.may_begin), (Wish::WithFund, false));
    let refused = waits.then(What::ProofRefused {
        evidence: evidence("e", "2026-02-01"),
        by: "officer".into(),
        reason: "note".into(),
    });
    let said = asked_on(&[&refused.on("2026-02-03")], "2026-02-03");
    assert_eq!((said.wish, said.may_begin), (Wish::Open, true));
}

#[test]
fn a_proven_year_is_done_until_the_next_window() {
    let done = Cycle::new().until("2026-02-01").then(accepted("e", "2026-02-01")).on("2026-02-02");
    let said = asked_on(&[&done], "2026-08-01");
    assert_eq!((said.wish, said.next_opens, said.may_begin), (Wish::Done, Some(day("2027-01-02")), false));
    let said = asked_on(&[&done], "2027-01-01");
    assert_eq!((said.year, said.wish, said.next_opens), (2027, Wish::NotYet, Some(day("2027-01-02"))));
}

#[test]
fn on_hold_asks_for_a_proof_also_of_somebody_whom_this_year_does_not_concern() {
    let held = Cycle::suspended();
    // On hold at the cut-off of 2027: that year asks nothing, and a proof made in it reinstates.
    let on_hold = Person { on_hold_since: Some(day("2027-06-01")), ..person() };
    let this = Cycle::with(Calendar::of_year(2027).unwrap(), on_hold).on("2027-07-01");
    assert_eq!(this.stage(), StageName::NotInScope);
    let said = asked_on(&[&held, &this], "2027-07-01");
    assert_eq!((said.year, said.wish, said.on_hold, said.may_begin), (2026, Wish::OnHold, true, true));
    assert_eq!(said.held_from, None, "it is held already");
    let paid = held.then(accepted("e", "2027-07-01")).on("2027-07-02");
    let said = asked_on(&[&paid, &this], "2027-07-02");
    assert_eq!((said.on_hold, said.may_begin), (false, false));
}

#[test]
fn an_account_that_is_checked_keeps_payment_on_hold_and_asks_for_no_second_proof() {
    let held = Cycle::suspended().then(What::AccountChanged);
    let checked = held.then(accepted("e", "2027-07-01")).on("2027-07-02");
    let said = asked_on(&[&checked], "2027-07-02");
    assert_eq!((said.wish, said.on_hold, said.may_begin), (Wish::WithFund, true, false));
}

#[test]
fn a_life_or_benefit_that_ended_asks_for_nothing() {
    let widow = Cycle::new().until("2026-03-01");
    let ended = widow.then(What::BenefitEnded { on: day("2026-03-01"), why: BenefitEnd::Remarriage });
    let said = asked_on(&[&ended.on("2026-03-02")], "2026-03-02");
    assert_eq!((said.wish, said.may_begin, said.next_opens), (Wish::Ended, false, None));
}

#[test]
fn dates_that_were_moved_for_the_person_are_the_persons() {
    let moved =
        Moves { due: Some(day("2027-03-31")), follow_up: Some(day("2027-04-02")), ..Moves::default() };
    let over = Override {
        country: None,
        person: Some(ID.into()),
        reason: "in hospital".into(),
        signer: "chief".into(),
        moves: moved,
    };
    let calendar = calendar();
    let calendar = Calendar::new(2026, calendar.dates().clone(), vec![over], vec![]).unwrap();
    let cycle = Cycle::with(calendar.clone(), person()).until("2026-12-01");
    let said = asked(&[cycle.record], &[calendar], &person(), day("2027-02-01"));
    assert_eq!((said.wish, said.due), (Wish::Open, Some(day("2027-03-31"))));
}
