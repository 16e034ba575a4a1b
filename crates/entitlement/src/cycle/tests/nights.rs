//! Re-run, interrupted, replayed.

use super::*;

#[test]
fn same_night_again_changes_nothing_and_asks_for_nothing() {
    for at in ["2026-01-02", "2026-06-30", "2026-10-31", "2027-05-14", "2027-05-19"] {
        let cycle = Cycle::new().until(at);
        let (record, effects) = (cycle.record.clone(), cycle.effects.len());
        let cycle = cycle.on(at);
        assert_eq!((&cycle.record, cycle.effects.len()), (&record, effects), "{at}");
    }
}

#[test]
fn night_of_a_late_notice_can_be_run_again() {
    let cycle = Cycle::new().until("2027-05-15").then(received("e", "2027-05-15")).until("2027-05-26");
    let evidence = evidence("e", "2027-05-15");
    let refused = What::ProofRefused { evidence, by: "o".into(), reason: "r".into() };
    let cycle = cycle.then(refused).on("2027-05-27").on("2027-05-27");
    assert_eq!((cycle.stage(), cycle.asked(is_notice)), (StageName::Grace, 2));
    assert_eq!(cycle.on("2027-05-28").stage(), StageName::SuspensionProposed);
}

#[test]
fn clock_that_goes_backwards_undoes_nothing() {
    let cycle = Cycle::new().until("2026-11-01");
    let record = cycle.record.clone();
    assert_eq!(cycle.on("1999-01-01").record, record);
}

#[test]
fn missed_nights_are_caught_up_with_whole_days_for_forms_and_a_whole_notice() {
    let cycle = Cycle::new().on("2026-01-02").on("2027-07-01");
    assert_eq!((cycle.stage(), cycle.asked(is_paper)), (StageName::Mailed, 1));
    let cycle = cycle.on("2027-08-16");
    assert_eq!((cycle.stage(), cycle.asked(is_paper)), (StageName::Reminded, 2));
    let cycle = cycle.on("2027-09-30");
    assert_eq!(cycle.stage(), StageName::Reminded);
    let cycle = cycle.on("2027-10-01");
    assert_eq!((cycle.stage(), cycle.asked(is_paper)), (StageName::Grace, 2));
    let suspends_on = day("2027-10-15");
    assert!(cycle.effects.iter().any(|effect| effect.kind == EffectKind::SendNotice { suspends_on }));
    let cycle = cycle.on("2027-10-02").approved().on("2027-10-14");
    assert_eq!(cycle.stage(), StageName::SuspensionProposed);
    assert_eq!(cycle.on("2027-10-15").stage(), StageName::Suspended);
}

#[test]
fn proof_that_came_while_the_job_was_down_spares_the_mailing() {
    let cycle = Cycle::new().on("2026-06-01").then(accepted("e", "2026-07-01")).on("2026-08-01");
    assert_eq!((cycle.stage(), cycle.asked(is_paper)), (StageName::Closed, 0));
}

#[test]
fn event_delivered_again_counts_once() {
    let cycle = Cycle::new().then(received("e", "2026-03-01")).on("2026-03-01");
    let evidence = evidence("e", "2026-03-01");
    let refused = What::ProofRefused { evidence, by: "o".into(), reason: "r".into() };
    let cycle = cycle.then(refused).on("2026-03-02").on("2026-03-03");
    assert_eq!(cycle.record.waiting, Vec::<String>::new());
    let another = |kind: &EffectKind| matches!(kind, EffectKind::OfferAnotherChannel { .. });
    assert_eq!(cycle.asked(another), 1);
}

#[test]
fn foreign_or_disordered_input_is_a_fault() {
    let (calendar, person) = (calendar(), person());
    let night = Night {
        calendar: &calendar,
        at: night("2026-03-01"),
        quiet: QuietHours::default(),
        edition: Edition::LATEST,
    };
    let record = PersonYear::new(ID, 2026);
    let stranger = Evidence { person: "p2".into(), ..evidence("e", "2026-02-01") };
    let event = |seq, evidence: &Evidence| Event {
        seq,
        at: night.at,
        what: What::ProofAccepted { evidence: evidence.clone(), by: "o".into() },
    };
    let run = |record: &PersonYear, events: &[Event]| step(record, &person, events, &night).unwrap_err();
    assert_eq!(run(&record, &[event(1, &stranger)]), StepFault::OfAnother);
    assert_eq!(run(&PersonYear::new("p2", 2026), &[]), StepFault::OfAnother);
    assert_eq!(run(&PersonYear::new(ID, 2027), &[]), StepFault::OfAnother);
    let mine = evidence("e", "2026-02-01");
    assert_eq!(run(&record, &[event(2, &mine), event(1, &mine)]), StepFault::Order);
    assert_eq!(run(&record, &[event(2, &mine), event(2, &mine)]), StepFault::Order);
}

#[test]
fn record_survives_storage_as_json() {
    for cycle in [Cycle::suspended(), Cycle::new().then(received("e", "2026-03-01")).on("2026-03-01")] {
        let text = serde_json::to_string(&cycle.record).unwrap();
        assert_eq!(serde_json::from_str::<PersonYear>(&text).unwrap(), cycle.record);
    }
}

#[test]
fn counts_reconcile() {
    let mut flows = Flows::default();
    let cycles = [Cycle::suspended(), Cycle::new().until("2026-08-01"), Cycle::new()];
    flows.begin(3);
    cycles.iter().for_each(|cycle| flows.record(&cycle.transitions));
    let counts = Counts::of(cycles.iter().map(|cycle| &cycle.record));
    assert_eq!((counts.total(), counts.in_stage(StageName::Suspended)), (3, 1));
    assert_eq!(flows.differences(&counts), []);
    flows.begin(1);
    assert_eq!(flows.differences(&counts), [(StageName::NotInScope, 1)]);
}
