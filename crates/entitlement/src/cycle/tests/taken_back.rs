//! Ends and new accounts that were errors, found by use: nobody alive loses a payment by one, nobody is paid without a proof.

use super::*;

fn death(on: &str) -> What {
    What::DeathConfirmed { on: day(on), by: "o".into() }
}

fn alive() -> What {
    What::DeathWithdrawn { by: "o".into() }
}

fn ended(on: &str) -> What {
    What::BenefitEnded { on: day(on), why: BenefitEnd::Remarriage }
}

fn not_ended() -> What {
    What::EndWithdrawn { by: "o".into() }
}

fn refused_account() -> What {
    What::AccountRefused { by: ["a".into(), "b".into()] }
}

fn is_resume(kind: &EffectKind) -> bool {
    matches!(kind, EffectKind::ResumePayment { .. })
}

fn is_stop(kind: &EffectKind) -> bool {
    matches!(kind, EffectKind::StopPayment { .. })
}

fn is_hold(kind: &EffectKind) -> bool {
    matches!(kind, EffectKind::HoldPayment { .. })
}

/// What payroll has to be told, in order.
fn told(cycle: &Cycle) -> Vec<(&'static str, Option<NaiveDate>)> {
    let one = |effect: &Effect| match effect.kind {
        EffectKind::HoldPayment { payroll, .. } => Some(("hold", Some(payroll))),
        EffectKind::ResumePayment { from, .. } => Some(("resume", from)),
        EffectKind::StopPayment { from } => Some(("stop", Some(from))),
        _ => None,
    };
    cycle.effects.iter().filter_map(one).collect()
}

#[test]
fn account_that_is_not_confirmed_pays_who_has_proven_life_to_the_account_of_before() {
    let cycle = Cycle::suspended().then(What::AccountChanged).then(accepted("e", "2027-06-05"));
    let cycle = cycle.on("2027-06-05");
    assert_eq!((cycle.stage(), cycle.asked(is_resume)), (StageName::Suspended, 0));
    let cycle = cycle.then(refused_account()).on("2027-06-06");
    assert_eq!((cycle.stage(), cycle.asked(is_resume)), (StageName::Reinstated, 1));
    assert_eq!(cycle.rules().last(), Some(&Rule::ReinstatedToAccountOfBefore));
    assert!(!cycle.record.account_changed);
    let silent = Cycle::suspended().then(What::AccountChanged).then(refused_account()).on("2027-06-06");
    assert_eq!((silent.stage(), silent.asked(is_resume)), (StageName::Suspended, 0), "no proof, no payment");
    let proven = silent.then(accepted("e", "2027-06-07")).on("2027-06-07");
    assert_eq!(proven.rules().last(), Some(&Rule::ReinstatedToSameAccount));
}

#[test]
fn end_of_a_benefit_that_was_an_error_is_taken_back_from_its_own_day() {
    let cycle = Cycle::new().then(accepted("e", "2026-02-01")).on("2026-02-01");
    let cycle = cycle.then(ended("2026-03-31")).on("2026-04-01").then(not_ended()).on("2026-06-01");
    assert_eq!(cycle.record.stage, Stage::Closed { how: Closure::Proven });
    let told = told(&cycle);
    assert_eq!(told, [("stop", Some(day("2026-03-31"))), ("resume", Some(day("2026-03-31")))]);
    assert_eq!(cycle.rules().last(), Some(&Rule::EndWithdrawn));
    let converted = What::Converted { survivor: "p2".into(), on: day("2026-03-31") };
    let cycle = Cycle::new().on("2026-04-01").then(converted).on("2026-04-02").then(not_ended());
    let cycle = cycle.on("2026-04-03");
    assert_eq!((cycle.stage(), cycle.asked(is_resume)), (StageName::Open, 1));
}

#[test]
fn end_that_was_right_stays_when_another_is_taken_back() {
    let both = |first: What, second: What, back: What| {
        let cycle = Cycle::new().on("2026-02-01").then(first).then(second).on("2026-04-05");
        cycle.then(back).on("2026-04-06")
    };
    let dead = both(ended("2026-03-31"), death("2026-04-02"), not_ended());
    assert_eq!(dead.record.stage, Stage::Closed { how: Closure::Deceased { on: day("2026-04-02") } });
    let days = [("stop", "2026-03-31"), ("resume", "2026-03-31"), ("stop", "2026-04-02")];
    assert_eq!(told(&dead), days.map(|(what, on)| (what, Some(day(on)))));
    let over = both(death("2026-04-02"), ended("2026-03-31"), alive());
    assert!(matches!(over.record.stage, Stage::Closed { how: Closure::BenefitEnded { .. } }));
    let converted = What::Converted { survivor: "p2".into(), on: day("2026-04-03") };
    assert_eq!(both(death("2026-04-02"), converted, alive()).stage(), StageName::Open, "the person lives");
}

#[test]
fn year_that_was_never_the_persons_does_not_open_by_an_error() {
    let late = Cycle::new().on("2027-12-10");
    let unknown = Stage::NotInScope { why: Exemption::KnownAfterDue };
    let back = |cycle: Cycle| cycle.then(death("2028-05-01")).on("2028-05-29").then(alive());
    let late = back(late).on("2028-05-30").until("2028-12-31");
    assert_eq!(
        (late.record.stage, late.effects.iter().filter(|it| is_notice(&it.kind)).count()),
        (unknown.clone(), 0)
    );
    // Also where the first word of the person was the death.
    let dead = Cycle::new().then(death("2027-12-01")).on("2027-12-10").then(alive()).until("2028-12-31");
    assert_eq!(dead.record.stage, unknown);
    let held = Person { on_hold_since: Some(day("2026-01-01")), ..person() };
    let held = back(Cycle::with(calendar(), held).until("2026-07-01")).until("2028-12-31");
    assert_eq!(held.record.stage, Stage::NotInScope { why: Exemption::OnHold });
    assert_eq!(held.asked(is_resume), 0, "another year holds the payment");
}

#[test]
fn death_taken_back_lifts_no_suspension() {
    let dead = || Cycle::suspended().then(death("2027-06-02")).on("2027-06-03");
    let before = Cycle::suspended().record.stage;
    let cycle = dead().then(alive()).until("2027-12-31");
    assert_eq!((&cycle.record.stage, cycle.asked(is_resume)), (&before, 0));
    assert_eq!(cycle.asked(is_hold), 2, "payroll holds again what it ended");
    let proven = cycle.then(accepted("e", "2028-01-02")).on("2028-01-02");
    assert_eq!((proven.stage(), proven.asked(is_resume)), (StageName::Reinstated, 1));
    let waiting = dead().then(accepted("e", "2027-06-10")).on("2027-06-10").then(alive()).on("2027-06-11");
    assert_eq!((waiting.stage(), waiting.asked(is_resume)), (StageName::Reinstated, 1));
}

#[test]
fn end_and_its_taking_back_in_one_night_ask_payroll_for_nothing() {
    let cycle = Cycle::new().on("2026-04-01").then(death("2026-04-02")).then(alive()).on("2026-04-03");
    assert_eq!((cycle.stage(), told(&cycle)), (StageName::Open, vec![]));
    assert_eq!(cycle.asked(|kind| *kind == EffectKind::RevokeCertificates), 0);
    let again = cycle.then(death("2026-04-02")).then(alive()).then(death("2026-04-04")).on("2026-04-05");
    assert_eq!(told(&again), [("stop", Some(day("2026-04-04")))]);
    // What payroll heard of stays heard of.
    let split = Cycle::new().then(death("2026-04-02")).on("2026-04-03").then(alive()).on("2026-04-04");
    assert_eq!((split.asked(is_stop), split.asked(is_resume)), (1, 1));
}

#[test]
fn night_of_the_second_edition_is_played_again_as_it_was() {
    let old = Cycle { edition: Edition::Second, ..Cycle::new() }.on("2027-12-10");
    let old = old.then(death("2028-05-01")).then(alive()).on("2028-05-30");
    assert_eq!(old.stage(), StageName::Mailed, "opened by the error");
    assert_eq!(told(&old), [("stop", Some(day("2028-05-01"))), ("resume", Some(day("2028-05-01")))]);
    let text = serde_json::to_string(&old.record).unwrap();
    assert!(!text.contains("ends") && !text.contains("endedFrom"), "digests of before hold: {text}");
}
