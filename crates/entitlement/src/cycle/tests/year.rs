use super::*;

#[test]
fn silent_year_passes_every_stage_on_its_day() {
    let cycle = Cycle::new().until("2027-05-19");
    let expected = [
        (Rule::WindowOpened, "2026-01-02"),
        (Rule::FirstMailing, "2026-06-30"),
        (Rule::SecondMailing, "2026-10-31"),
        (Rule::DueDatePassed, "2027-01-01"),
        (Rule::FollowUpBegan, "2027-01-04"),
        (Rule::GraceBegan, "2027-05-14"),
        (Rule::GraceEnded, "2027-05-19"),
    ];
    let seen: Vec<_> = cycle.transitions.iter().map(|t| (t.rule, t.at)).collect();
    assert_eq!(seen, expected.map(|(rule, on)| (rule, night(on))));
    assert_eq!(cycle.stage(), StageName::SuspensionProposed);
    assert_eq!(cycle.asked(is_paper), 2);
    assert_eq!(cycle.asked(|kind| *kind == EffectKind::ListForFollowUp), 1);
}

#[test]
fn form_is_asked_back_within_45_days() {
    let cycle = Cycle::new().until("2026-06-30");
    let paper = EffectKind::MailPaper { mailing: 1, asked_back_by: day("2026-08-14") };
    assert!(cycle.effects.iter().any(|effect| effect.kind == paper));
}

#[test]
fn early_proof_spares_every_letter() {
    let cycle = Cycle::new().until("2026-02-01").then(accepted("e", "2026-02-01")).until("2027-06-30");
    assert_eq!(cycle.rules(), [Rule::WindowOpened, Rule::ProofOfTheYear]);
    assert_eq!((cycle.asked(is_paper), cycle.asked(is_reminder)), (0, 0));
}

#[test]
fn proof_of_1_january_counts_before_the_window_opens() {
    let cycle = Cycle::new().then(accepted("e", "2026-01-01")).on("2026-01-01");
    assert_eq!(cycle.record.stage, Stage::Closed { how: Closure::Proven });
}

#[test]
fn proof_of_last_year_does_not_count_for_this_one() {
    let cycle = Cycle::new().then(accepted("e", "2025-12-31")).until("2026-01-05");
    assert_eq!((cycle.stage(), cycle.record.proof), (StageName::Open, None));
}

#[test]
fn one_proof_closes_the_year_and_the_missed_one_before() {
    let missed = Cycle::new().until("2027-02-01").then(accepted("e", "2027-02-01")).on("2027-02-02");
    assert_eq!(missed.rules().last(), Some(&Rule::ProofOfALaterYear));
    let this = Cycle::with(Calendar::of_year(2027).unwrap(), person());
    let this = this.on("2027-02-01").then(accepted("e", "2027-02-01")).on("2027-02-02");
    assert_eq!(this.rules().last(), Some(&Rule::ProofOfTheYear));
    // Both thank for the proof; the outbox sees one key.
    let receipt = |cycle: &Cycle| {
        cycle.effects.iter().find(|effect| effect.key.contains("receipt")).map(|effect| effect.key.clone())
    };
    assert_eq!(receipt(&missed), receipt(&this));
}

#[test]
fn second_proof_of_a_proven_year_counts_for_nothing() {
    let cycle = Cycle::new().then(accepted("e1", "2026-02-01")).on("2026-02-02");
    let first = cycle.record.proof.clone();
    let cycle = cycle.then(accepted("e2", "2026-03-01")).on("2026-03-02");
    assert_eq!(cycle.record.proof, first);
}

#[test]
fn only_benefits_in_payment_before_the_cut_off_take_part() {
    let since = |text: &str| Person { in_payment_since: Some(day(text)), ..person() };
    let cycle = Cycle::with(calendar(), since("2026-06-23")).until("2026-07-01");
    assert_eq!(cycle.stage(), StageName::Mailed);
    let cycle = Cycle::with(calendar(), since("2026-06-24")).until("2027-06-30");
    assert_eq!(cycle.record.stage, Stage::NotInScope { why: Exemption::NotPaid });
    let unpaid = Person { in_payment_since: None, ..person() };
    assert_eq!(Cycle::with(calendar(), unpaid).until("2026-07-01").stage(), StageName::NotInScope);
}

#[test]
fn payment_on_hold_at_the_cut_off_takes_no_part() {
    let mut cycle = Cycle::new().until("2026-05-31");
    cycle.person.on_hold_since = Some(day("2026-06-01"));
    let mut cycle = cycle.until("2026-06-25");
    assert_eq!(cycle.record.stage, Stage::NotInScope { why: Exemption::OnHold });
    // Paid again in autumn, by a proof of this year: nothing more is asked.
    cycle.person.on_hold_since = None;
    let cycle = cycle.then(accepted("e", "2026-09-01")).until("2027-06-30");
    assert_eq!((cycle.stage(), cycle.asked(is_paper)), (StageName::Closed, 0));
}

#[test]
fn benefit_that_begins_in_spring_enters_in_spring() {
    let mut cycle =
        Cycle::with(calendar(), Person { in_payment_since: None, ..person() }).until("2026-04-30");
    cycle.person.in_payment_since = Some(day("2026-05-01"));
    assert_eq!(cycle.until("2026-05-01").stage(), StageName::Open);
}

#[test]
fn those_over_80_are_reminded_earlier() {
    let first_reminder = |born: &str| {
        let cycle = Cycle::with(calendar(), Person { born: day(born), ..person() }).until("2026-03-31");
        let reminder = cycle.effects.iter().find(|effect| is_reminder(&effect.kind)).cloned().unwrap();
        let EffectKind::Remind { not_before, .. } = reminder.kind else { unreachable!() };
        not_before.date_naive()
    };
    assert_eq!(first_reminder("1946-02-02"), day("2026-02-02"));
    assert_eq!(first_reminder("1946-02-03"), day("2026-02-03"), "on the birthday itself");
    assert_eq!(first_reminder("1950-01-01"), day("2026-03-16"));
}

#[test]
fn reminders_leave_outside_of_quiet_hours() {
    let quiet = QuietHours::default();
    let local = |hours: i32| chrono::FixedOffset::east_opt(hours * 3600).unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    // Two at night in Rome waits for nine; in New York it is still the evening before.
    assert_eq!(quiet.earliest(at("2026-03-16T01:00:00Z"), local(1)), at("2026-03-16T08:00:00Z"));
    assert_eq!(quiet.earliest(at("2026-03-16T01:00:00Z"), local(-5)), at("2026-03-16T14:00:00Z"));
    assert_eq!(quiet.earliest(at("2026-03-16T12:00:00Z"), local(1)), at("2026-03-16T12:00:00Z"));
    assert_eq!(quiet.earliest(at("2026-03-16T08:00:00Z"), local(1)), at("2026-03-16T08:00:00Z"));
    let noon = QuietHours { from: "12:00:00".parse().unwrap(), until: "14:00:00".parse().unwrap() };
    assert_eq!(noon.earliest(at("2026-03-16T12:30:00Z"), local(0)), at("2026-03-16T14:00:00Z"));
    assert_eq!(noon.earliest(at("2026-03-16T15:00:00Z"), local(0)), at("2026-03-16T15:00:00Z"));
}

#[test]
fn reminders_stop_with_the_receipt_and_go_on_after_a_refusal() {
    let cycle = Cycle::new().until("2026-03-01").then(received("e", "2026-03-01")).until("2026-09-30");
    assert!(!cycle.record.wants_reminders());
    assert_eq!((cycle.asked(is_reminder), cycle.asked(is_paper)), (0, 0));
    let evidence = evidence("e", "2026-03-01");
    let refused = What::ProofRefused { evidence, by: "o".into(), reason: "another face".into() };
    let cycle = cycle.then(refused).on("2026-10-01");
    assert_eq!(cycle.stage(), StageName::Mailed);
    assert_eq!((cycle.asked(is_reminder), cycle.asked(is_paper)), (1, 1));
    let another = |kind: &EffectKind| matches!(kind, EffectKind::OfferAnotherChannel { .. });
    assert_eq!(cycle.asked(another), 1);
}
