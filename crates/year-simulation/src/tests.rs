#![allow(clippy::unwrap_used)]

use entitlement::cycle::{Closure, Edition, Stage, StageName};

use super::*;

fn lived(people: usize, seed: u64) -> World {
    let mut world = World::new(Settings { people, seed, calls_per_thousand: 0.25 }).unwrap();
    world.run().unwrap();
    world
}

#[test]
fn no_rule_is_broken_in_three_histories() {
    for seed in [1, 2, 3] {
        let world = lived(700, seed);
        assert_eq!(world.watch.breaches, [], "seed {seed}");
    }
}

#[test]
fn one_seed_gives_one_history() {
    let (one, other) = (lived(150, 4), lived(150, 4));
    assert_eq!(format!("{:?}", one.figures), format!("{:?}", other.figures));
    assert_ne!(format!("{:?}", one.figures), format!("{:?}", lived(150, 5).figures));
}

/// A history in which nothing happened would keep every rule.
#[test]
fn histories_contain_what_the_rules_are_for() {
    let figures = lived(1500, 6).figures;
    let counts = [
        figures.nights_repeated,
        figures.proofs_refused,
        figures.faces_failed,
        figures.same_proof_again,
        figures.letters_lost,
        figures.notices,
        figures.residence_cases,
        figures.latecomers,
        figures.latecomers_asked_late,
        figures.deaths_taken_back,
        figures.alive_suspended,
        figures.alive_paid_again,
        figures.counted_for_two_years,
    ];
    assert!(counts.iter().all(|many| *many > 0), "{counts:?}");
    let last = figures.days.last().unwrap();
    assert!(last.first_year.in_stage(StageName::Closed) > 1300);
}

#[test]
fn report_is_a_page_with_three_plots() {
    let world = lived(150, 7);
    let folder = std::env::temp_dir().join(format!("year-report-{}", std::process::id()));
    report(&world, &Settings { people: 150, seed: 7, calls_per_thousand: 0.25 }, &folder).unwrap();
    let page = std::fs::read_to_string(folder.join("report.md")).unwrap();
    for name in ["stages.svg", "late.svg", "office.svg"] {
        assert!(page.contains(name));
        assert!(std::fs::read_to_string(folder.join(name)).unwrap().starts_with("<svg"));
    }
    assert!(page.contains("None was broken"));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The watcher is worth something only if it barks.
#[test]
fn watcher_reports_a_suspension_despite_a_proof() {
    use entitlement::cycle::{Channel, Evidence, PersonYear, Step};

    let at = "2027-05-30T02:00:00Z".parse().unwrap();
    let mut watch = Watch::default();
    let evidence = Evidence {
        id: "e".into(),
        person: "p".into(),
        channel: Channel::Paper,
        operator: None,
        helper: None,
        captured_at: at,
        received_at: at,
        digests: vec!["0".repeat(64)],
    };
    watch.proof_received(&evidence);
    let before = PersonYear { stage: Stage::SuspensionProposed, ..PersonYear::new("p", 2026) };
    let day = "2027-06-01".parse().unwrap();
    let stage = Stage::Suspended { since: day, list: "june".into() };
    let after = PersonYear { stage, ..before.clone() };
    let step = Step { after, transitions: Vec::new(), effects: Vec::new(), edition: Edition::LATEST };
    watch.see(day, &before, &step, true);
    let rules: Vec<_> = watch.breaches.iter().map(|breach| breach.rule).collect();
    assert_eq!(
        rules,
        [
            "nobody is suspended with a proof on record",
            "nobody is suspended while a hold-out stands",
            "nobody is suspended without two weeks' notice",
            "nobody is suspended who was not asked and given the return days",
        ]
    );
    let closed = Stage::Closed { how: Closure::Proven };
    let calm = Step {
        after: PersonYear { stage: closed, ..before.clone() },
        transitions: Vec::new(),
        effects: Vec::new(),
        edition: Edition::LATEST,
    };
    watch.see(day, &before, &calm, false);
    assert_eq!(watch.breaches.len(), 4);
}

#[test]
fn watcher_reports_what_an_error_must_not_undo() {
    use entitlement::cycle::{PersonYear, Rule, Step, Transition};

    let at = "2027-06-22T02:00:00Z".parse().unwrap();
    let (mut watch, day) = (Watch::default(), "2027-06-22".parse().unwrap());
    let dead = Stage::Closed { how: Closure::Deceased { on: day } };
    let before = PersonYear { stage: dead, ..PersonYear::new("p", 2026) };
    let moved = |from, to, rule| Step {
        after: PersonYear { stage: Stage::Open, ..before.clone() },
        transitions: vec![Transition { from, to, rule, at, evidence: None }],
        effects: Vec::new(),
        edition: Edition::LATEST,
    };
    let alive = || moved(StageName::Closed, StageName::Open, Rule::DeathWithdrawn);
    watch.see(day, &before, &alive(), false);
    let held = moved(StageName::SuspensionProposed, StageName::Suspended, Rule::SuspensionApprovedByTwo);
    watch.see(day, &before, &held, false);
    watch.see(day, &before, &moved(StageName::Closed, StageName::Closed, Rule::EndWithdrawn), false);
    let rules: Vec<_> = watch.breaches.iter().map(|breach| breach.rule).collect();
    let expected =
        ["no error opens a year that was never the person's", "no error lifts a suspension without a proof"];
    assert_eq!(rules, expected);
    // What was open before may be open again.
    let mut watch = Watch::default();
    watch.see(day, &before, &moved(StageName::NotInScope, StageName::Open, Rule::WindowOpened), false);
    watch.see(day, &before, &alive(), false);
    assert_eq!(watch.breaches, []);
}
