//! The night's run: what it moves, and that it can be cut anywhere.

use chrono::Duration;
use entitlement::cycle::StageName;
use entitlement::journal::verify;

use super::{AMINA, BORIS, at, fund, import, night, officer, person, silent, stages};
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn benefit_ends_by_itself_on_the_day_after_its_last() {
    let child = "100000005,Efua,Child,2008-03-01,GHA,en,one,2020-01-01,2026-02-28,";
    let world = fund(&[child]).await;
    night(&world, "2026-02-28").await;
    let efua = person(&world, "100000005").await;
    assert_eq!(stages(&world, &efua).await, [(2026, StageName::Open)]);
    night(&world, "2026-03-01").await;
    assert_eq!(stages(&world, &efua).await, [(2026, StageName::Closed)]);
    night(&world, "2026-03-02").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn night_again_finds_nothing_to_do() {
    let world = fund(&[AMINA, BORIS]).await;
    night(&world, "2026-06-30").await;
    let amina = person(&world, "100000001").await;
    let before = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    let again = world.issuer.run_fund_night(&officer("system")).await.unwrap();
    assert_eq!((again.row.people, again.row.changed), (2, 0));
    let after = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    assert_eq!((before.years, before.effects.len()), (after.years, after.effects.len()));
    assert_eq!(before.journal.len(), after.journal.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn night_cut_anywhere_comes_to_the_same_as_a_whole_one() {
    let rows: Vec<String> = (0..1300)
        .map(|at| format!("10000{at:04},A,Person{at},19{}0-05-05,SEN,fr,one,2012-01-01,,", at % 5 + 3))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let whole = fund(&rows).await;
    night(&whole, "2026-02-03").await;
    let cut = fund(&rows).await;
    cut.clock.set(at("2026-02-03", 2));
    let mut tries = 0;
    let finished = loop {
        tries += 1;
        let by = officer("system");
        let run = cut.issuer.run_fund_night(&by);
        match tokio::time::timeout(std::time::Duration::from_millis(20 * tries), run).await {
            Ok(run) => break run.unwrap(),
            // The schedule finds it later than it began; its moment stays. A slow machine may be cut before there is a run at all.
            Err(_) if !cut.issuer.list_fund_nights("unjspf", 1).await.unwrap().is_empty() => {
                cut.clock.advance(Duration::minutes(7));
            }
            Err(_) => {}
        }
    };
    assert!(tries > 1, "it was never cut");
    assert_eq!(finished.row.at, at("2026-02-03", 2));
    let numbers = |world: &World| {
        let issuer = std::sync::Arc::clone(&world.issuer);
        async move {
            let counts = issuer.fund_counts("unjspf", 2026).await.unwrap();
            (counts.stages, counts.ages, counts.open_effects)
        }
    };
    assert_eq!(numbers(&cut).await, numbers(&whole).await);
    let nights = cut.issuer.list_fund_nights("unjspf", 10).await.unwrap();
    assert_eq!((nights.len(), nights[0].people, nights[0].changed), (1, 1300, 1300));
    let cut = cut.restart().await;
    let somebody = person(&cut, "100000007").await;
    let export = cut.issuer.export_journal(&officer("eve"), &somebody).await.unwrap();
    assert!(verify(&export).holds(), "{:?}", verify(&export).checks);
}

#[tokio::test(flavor = "multi_thread")]
async fn schedule_runs_a_night_once_a_day_and_finishes_what_was_cut() {
    let world = fund(&[AMINA]).await;
    let tenant = world.tenant("unjspf");
    world.clock.set(at("2026-01-06", 1));
    assert!(!world.issuer.run_due_fund_night(tenant).await.unwrap(), "too early");
    world.clock.set(at("2026-01-06", 2));
    assert!(world.issuer.run_due_fund_night(tenant).await.unwrap());
    assert!(!world.issuer.run_due_fund_night(tenant).await.unwrap());
    world.clock.set(at("2026-01-08", 5));
    assert!(world.issuer.run_due_fund_night(tenant).await.unwrap());
    assert!(!world.issuer.run_due_fund_night(world.tenant("undp")).await.unwrap());
}

/// A row that was bad until June: the person is asked in the year that goes on, by a form of its own.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_onto_the_register_late_is_not_run_through_the_missed_year() {
    let (world, _) = silent().await;
    world.clock.set(at("2027-06-20", 12));
    import(&world, &["100000003,Clara,Ruizgomez,1955-02-01,ESP,es,one,2010-01-01,,"]).await;
    night(&world, "2027-06-30").await;
    let clara = person(&world, "100000003").await;
    assert_eq!(stages(&world, &clara).await, [(2026, StageName::NotInScope), (2027, StageName::Mailed)]);
    let page = world.issuer.fund_person_page("unjspf", &clara).await.unwrap();
    let asked: Vec<&str> = page.effects.iter().map(|it| it.kind.as_str()).collect();
    assert!(asked.contains(&"mail-paper") && !asked.contains(&"send-notice"), "{asked:?}");
    let journal = world.issuer.export_journal(&officer("eve"), &clara).await.unwrap();
    assert!(verify(&journal).holds());
}
