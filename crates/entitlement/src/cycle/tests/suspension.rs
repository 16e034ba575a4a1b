use super::*;

fn proposed() -> Cycle {
    Cycle::new().until("2027-05-20")
}

fn dry_run(cycle: &Cycle) -> SuspensionList {
    let by = ("clerk", night("2027-05-20"));
    let cycles = [(&cycle.record, &cycle.person)];
    SuspensionList::dry_run("june", day("2027-06-01"), &cycle.calendar, cycles, by).unwrap()
}

fn hold(until: Option<&str>) -> What {
    What::HoldPlaced {
        hold: "h".into(),
        kind: HoldKind::Hospital,
        reason: "stroke".into(),
        by: "officer".into(),
        until: until.map(day),
    }
}

#[test]
fn nobody_is_suspended_without_an_approved_list() {
    assert_eq!(proposed().until("2027-12-31").stage(), StageName::SuspensionProposed);
}

#[test]
fn approved_list_takes_effect_with_its_payroll_after_a_notice() {
    let cycle = proposed().approved().until("2027-05-31");
    assert_eq!((cycle.stage(), cycle.asked(is_notice)), (StageName::SuspensionProposed, 1));
    let cycle = cycle.until("2027-06-01");
    assert_eq!(cycle.stage(), StageName::Suspended);
    assert_eq!(cycle.rules().last(), Some(&Rule::SuspensionApprovedByTwo));
    assert_eq!(cycle.asked(|kind| matches!(kind, EffectKind::HoldPayment { .. })), 1);
}

#[test]
fn dry_run_lists_and_changes_nothing() {
    let cycle = proposed();
    let before = cycle.record.clone();
    let list = dry_run(&cycle);
    assert_eq!(list.entries, [Entry { person: ID.into(), notice_on: day("2027-05-14") }]);
    assert_eq!((list.held_out.len(), list.approval_of(&list.entries[0])), (0, None));
    assert_eq!(cycle.record, before);
}

#[test]
fn list_needs_two_officers_who_saw_it_and_did_not_prepare_it() {
    let list = dry_run(&proposed());
    let (digest, at) = (list.digest(), night("2027-05-21"));
    assert_eq!(list.clone().approved(&digest, "clerk", at), Err(ListFault::Preparer));
    let once = list.clone().approved(&digest, "a", at).unwrap();
    assert_eq!(once.approval_of(&once.entries[0]), None);
    assert_eq!(once.clone().approved(&digest, "a", at), Err(ListFault::Twice));
    let mut changed = once.clone();
    changed.entries.push(Entry { person: "p2".into(), notice_on: day("2027-05-14") });
    assert_eq!(changed.approved(&digest, "b", at), Err(ListFault::Changed));
    let twice = once.approved(&digest, "b", at).unwrap();
    let approval = twice.approval_of(&twice.entries[0]).unwrap();
    assert_eq!(approval.by, ["a".to_owned(), "b".to_owned()]);
    assert_eq!(twice.approved(&digest, "c", at), Err(ListFault::Complete));
}

#[test]
fn one_signature_twice_is_a_fault_and_changes_nothing() {
    let cycle = proposed();
    let night = Night {
        calendar: &cycle.calendar,
        at: night("2027-06-01"),
        quiet: QuietHours::default(),
        edition: Edition::LATEST,
    };
    let approval = Approval { by: ["a".into(), "a".into()], ..approval(cycle.record.notice_on) };
    let event = Event { seq: 1, at: night.at, what: What::SuspensionApproved { approval } };
    assert_eq!(step(&cycle.record, &cycle.person, &[event], &night), Err(StepFault::SamePerson));
}

#[test]
fn proof_on_the_last_day_beats_an_approved_list() {
    let cycle = proposed().approved().until("2027-05-31").then(accepted("e", "2027-05-31"));
    let cycle = cycle.until("2027-06-02");
    assert_eq!(cycle.record.stage, Stage::Closed { how: Closure::Proven });
    assert!(!cycle.rules().contains(&Rule::SuspensionApprovedByTwo));
}

#[test]
fn undecided_proof_beats_an_approved_list() {
    let cycle = proposed().approved().until("2027-05-31").then(received("e", "2027-05-31"));
    let cycle = cycle.until("2027-09-01");
    assert_eq!(cycle.stage(), StageName::Grace);
    assert_eq!(cycle.rules().last(), Some(&Rule::ProofWaits));
    // Refused: a new notice with its whole time, and the old approval is gone.
    let refused =
        What::ProofRefused { evidence: evidence("e", "2027-05-31"), by: "o".into(), reason: "r".into() };
    let cycle = cycle.then(refused).until("2027-12-31");
    assert_eq!((cycle.stage(), cycle.asked(is_notice)), (StageName::SuspensionProposed, 2));
}

#[test]
fn hospital_holds_out_until_it_ends_and_then_comes_a_new_notice() {
    let cycle = proposed().then(hold(Some("2027-07-15"))).approved().until("2027-07-15");
    assert_eq!(cycle.stage(), StageName::Grace);
    assert_eq!(dry_run(&cycle).held_out.len(), 1);
    let cycle = cycle.on("2027-07-16");
    assert_eq!((cycle.asked(is_notice), cycle.record.notice_on), (2, Some(day("2027-07-16"))));
    let cycle = cycle.on("2027-07-17").approved().until("2027-07-29");
    assert_eq!(cycle.stage(), StageName::SuspensionProposed);
    assert_eq!(cycle.on("2027-07-30").stage(), StageName::Suspended);
}

#[test]
fn lifted_hold_and_closed_case_hold_no_longer() {
    let case = What::CaseOpened { case: "c".into(), kind: CaseKind::Appeal };
    let cycle = proposed().then(hold(None)).then(case).on("2027-05-21");
    assert_eq!(cycle.rules().last(), Some(&Rule::HeldOut));
    let cycle = cycle.then(What::HoldLifted { hold: "h".into(), by: "o".into() }).on("2027-05-22");
    assert_eq!(cycle.stage(), StageName::Grace);
    let closed = What::CaseClosed { case: "c".into(), by: "o".into() };
    assert_eq!(cycle.then(closed).until("2027-05-24").stage(), StageName::SuspensionProposed);
}

#[test]
fn country_in_disaster_is_held_out() {
    let text = format!(
        "{}\n[[hold-outs]]\ncountry = \"ITA\"\nfrom = \"2027-05-01\"\nuntil = \"2027-07-31\"\n\
         reason = \"flood\"\nsigner = \"chief\"\n",
        include_str!("../../../calendars/2026.toml")
    );
    let cycle = Cycle::with(Calendar::parse(&text).unwrap(), person()).until("2027-07-31");
    assert_eq!((cycle.stage(), cycle.asked(is_notice)), (StageName::Grace, 0));
    assert_eq!(dry_run(&cycle).held_out[0].why, "flood");
    let cycle = cycle.until("2027-08-01");
    assert_eq!(cycle.asked(is_notice), 1);
    assert_eq!(cycle.until("2027-08-02").stage(), StageName::SuspensionProposed);
}

#[test]
fn any_later_proof_reinstates_to_the_same_account() {
    let cycle = Cycle::suspended().until("2028-03-01").then(accepted("e", "2028-03-01"));
    let cycle = cycle.on("2028-03-02");
    assert_eq!(cycle.record.stage, Stage::Reinstated { on: day("2028-03-02") });
    assert_eq!(cycle.rules().last(), Some(&Rule::ReinstatedToSameAccount));
    assert_eq!(cycle.asked(|kind| matches!(kind, EffectKind::ResumePayment { .. })), 1);
    let cycle = cycle.then(What::PaymentResumed { on: day("2028-04-01") }).on("2028-04-01");
    assert_eq!(cycle.record.stage, Stage::Closed { how: Closure::PaidAgain });
}

#[test]
fn changed_account_waits_for_two_officers() {
    let cycle = Cycle::suspended().then(What::AccountChanged).then(accepted("e", "2027-06-05"));
    let cycle = cycle.on("2027-06-05");
    assert_eq!(cycle.stage(), StageName::Suspended);
    assert_eq!(cycle.asked(|kind| *kind == EffectKind::OpenCase { kind: CaseKind::Account }), 1);
    let checked = What::AccountChecked { by: ["a".into(), "b".into()] };
    let cycle = cycle.then(checked).on("2027-06-06");
    assert_eq!(cycle.rules().last(), Some(&Rule::ReinstatedAfterAccountCheck));
}

#[test]
fn account_checked_before_the_proof_comes_needs_no_second_check() {
    let checked = What::AccountChecked { by: ["a".into(), "b".into()] };
    let cycle = Cycle::suspended().then(What::AccountChanged).then(checked).on("2027-06-05");
    assert_eq!(cycle.stage(), StageName::Suspended);
    let cycle = cycle.then(accepted("e", "2027-06-06")).on("2027-06-06");
    assert_eq!(cycle.rules().last(), Some(&Rule::ReinstatedToSameAccount));
}

#[test]
fn whose_notice_never_left_is_spared_and_an_approved_list_changes_no_more() {
    assert_eq!(notice_is_short(None, 14, day("2027-06-01")).unwrap(), "the notice has not left yet");
    assert_eq!(notice_is_short(Some(day("2027-05-18")), 14, day("2027-06-01")), None);
    assert!(notice_is_short(Some(day("2027-05-19")), 14, day("2027-06-01")).unwrap().contains("2027-06-02"));
    assert!(notice_is_short(Some(NaiveDate::MAX), 14, day("2027-06-01")).is_some());
    let list = dry_run(&proposed());
    let spared = list.clone().sparing(|_| Some("the notice has not left yet".into()));
    assert_eq!((spared.entries.len(), spared.held_out.len()), (0, 1));
    assert_ne!(spared.digest(), list.digest());
    let approved = list.clone().approved(&list.digest(), "a", night("2027-05-21")).unwrap();
    assert_eq!(approved.clone().sparing(|_| Some("late".into())), approved);
}

#[test]
fn whose_dates_moved_after_the_proposal_is_on_no_earlier_list() {
    let cycle = proposed();
    let moved = |moves: Moves| {
        let over = Override {
            country: Some(cycle.person.country),
            person: None,
            reason: "a flood".into(),
            signer: "chief".into(),
            moves,
        };
        Calendar::new(2026, cycle.calendar.dates().clone(), vec![over], vec![]).unwrap()
    };
    let list = |calendar: &Calendar, payroll: &str| {
        let by = ("clerk", night("2027-05-20"));
        let cycles = [(&cycle.record, &cycle.person)];
        let list = SuspensionList::dry_run("june", day(payroll), calendar, cycles, by).unwrap();
        (list.entries.len(), list.held_out.first().map(|held| held.why.clone()))
    };
    let later = moved(Moves { payroll: Some(day("2027-08-02")), ..Moves::default() });
    let (named, why) = list(&later, "2027-06-01");
    assert!(named == 0 && why.unwrap().ends_with("2027-08-02"));
    assert_eq!(list(&later, "2027-08-02"), (1, None));
    let grace =
        Moves { grace_until: Some(day("2027-07-18")), payroll: Some(day("2027-08-02")), ..Moves::default() };
    let (named, why) = list(&moved(grace), "2027-08-02");
    assert!(named == 0 && why.unwrap().ends_with("until 2027-07-18"));
}
