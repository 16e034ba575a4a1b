//! Calendars, counts and journals: what can be looked up and checked afterwards.

use entitlement::cycle::StageName;
use entitlement::journal::{Export, verify};
use issuer::app::{CalendarChange, FundError};

use super::{AMINA, approved_list, at, fund, night, officer, person, prove, silent, stages};

#[tokio::test(flavor = "multi_thread")]
async fn calendar_moves_with_a_reason_alone_and_earlier_versions_stay() {
    let world = fund(&[AMINA]).await;
    night(&world, "2026-01-06").await;
    let moves = entitlement::cycle::Moves {
        first_mailing: Some("2026-07-15".parse().unwrap()),
        ..Default::default()
    };
    let change = |reason: &str| CalendarChange::Country {
        country: "SEN".parse().unwrap(),
        moves: moves.clone(),
        reason: reason.into(),
    };
    let refused = world.issuer.change_fund_calendar(&officer("chief"), 2026, &change(" ")).await;
    assert!(matches!(refused, Err(FundError::Calendar(_))));
    world.issuer.change_fund_calendar(&officer("chief"), 2026, &change("no post")).await.unwrap();
    let known = world.issuer.fund_calendars("unjspf").await.unwrap();
    assert_eq!((known[0].revision, known[0].calendar.overrides()[0].signer.as_str()), (2, "chief"));
    night(&world, "2026-07-14").await;
    let amina = person(&world, "100000001").await;
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Open)]);
    night(&world, "2026-07-15").await;
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Mailed)]);
    // The auditor's file has both calendars, and each night goes by its own.
    let export = world.issuer.export_journal(&officer("eve"), &amina).await.unwrap();
    assert_eq!(export.calendars.len(), 2);
    assert!(verify(&export).holds(), "{:?}", verify(&export).checks);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_of_every_group_add_up_to_the_register() {
    let (world, amina) = silent().await;
    prove(&world, &amina, 1, "2027-05-20").await;
    let counts = world.issuer.fund_counts("unjspf", 2026).await.unwrap();
    assert_eq!(counts.total(), 2);
    for groups in [&counts.countries, &counts.languages, &counts.ages] {
        assert_eq!(groups.values().map(issuer::app::Group::total).sum::<u64>(), 2);
    }
    assert_eq!(counts.channels.get("paper"), Some(&1));
    assert_eq!(counts.countries["SEN"].in_stage(StageName::Closed), 1);
    assert!(counts.ages.contains_key("80 to 89") && counts.ages.contains_key("70 to 79"));
}

#[tokio::test(flavor = "multi_thread")]
async fn journal_of_a_whole_year_is_checked_by_a_stranger() {
    let (world, amina) = silent().await;
    approved_list(&world).await;
    night(&world, "2027-06-01").await;
    world.clock.set(at("2027-08-10", 12));
    prove(&world, &amina, 1, "2027-08-09").await;
    let export = world.issuer.export_journal(&officer("eve"), &amina).await.unwrap();
    let text = serde_json::to_string(&export).unwrap();
    assert!(!text.contains("Diallomensah") && !text.contains("100000001"), "a name is in it");
    let read: Export = serde_json::from_str(&text).unwrap();
    let report = verify(&read);
    assert!(report.holds(), "{:?}", report.checks);
    assert_eq!(report.years[&2026], StageName::Reinstated);
    let forged = text.replacen("suspension-approved-by-two", "grace-ended", 1);
    assert!(!verify(&serde_json::from_str(&forged).unwrap()).holds());
}
