//! Suspension lists, hold-outs and reinstatement.

use entitlement::cycle::{HoldKind, StageName};
use issuer::app::{CalendarChange, FundError, NewHold};
use serde_json::json;

use super::payroll::payload;
use super::{approved_list, at, night, officer, person, prove, silent, stages};
use crate::console::Browser;

#[tokio::test(flavor = "multi_thread")]
async fn list_needs_two_officers_and_suspends_whom_it_names() {
    let (world, amina) = silent().await;
    let payroll = "2027-06-01".parse().unwrap();
    let id = world.issuer.prepare_list(&officer("clerk"), 2026, payroll).await.unwrap();
    let view = world.issuer.fund_list("unjspf", &id).await.unwrap();
    assert_eq!((view.row.entries, view.row.held_out), (2, 0));
    let digest = view.row.digest;
    let own = world.issuer.approve_list(&officer("clerk"), &id, &digest).await.unwrap_err();
    assert!(matches!(own, FundError::List(_)), "{own}");
    let stale = world.issuer.approve_list(&officer("ann"), &id, &"0".repeat(64)).await.unwrap_err();
    assert!(matches!(stale, FundError::List(_)), "{stale}");
    world.issuer.approve_list(&officer("ann"), &id, &digest).await.unwrap();
    let early = world.issuer.payroll_file(&officer("ann"), &id).await.unwrap_err();
    assert!(matches!(early, FundError::Conflict(_)), "{early}");
    world.issuer.approve_list(&officer("ben"), &id, &digest).await.unwrap();
    // A payroll is made days before it is paid: the file names whoever will be held as everything stands.
    let ahead =
        String::from_utf8(world.issuer.payroll_file(&officer("ben"), &id).await.unwrap().csv).unwrap();
    assert_eq!(ahead.matches("2027-06-01").count(), 2, "{ahead}");
    assert_eq!(ahead.matches("will be held").count(), 2, "{ahead}");
    // A proof on the last day takes the person off.
    world.clock.set(at("2027-05-31", 12));
    prove(&world, &amina, 1, "2027-05-30").await;
    night(&world, "2027-06-01").await;
    let boris = person(&world, "100000002").await;
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Closed));
    assert_eq!(stages(&world, &boris).await[0], (2026, StageName::Suspended));
    let file = world.issuer.payroll_file(&officer("ben"), &id).await.unwrap();
    let csv = String::from_utf8(file.csv).unwrap();
    assert!(csv.contains("100000002") && !csv.contains("100000001"), "{csv}");
    assert!(csv.contains(",held,") && !csv.contains("will be"), "{csv}");
    let said = payload(&file.jws);
    assert_eq!((&said["hold"][0]["person"], said["hold"].as_array().unwrap().len()), (&json!(boris), 1));
    assert_eq!(said["off"], json!([{"uid": "100000001", "person": amina, "stage": "closed"}]));
    // Payroll, which read the early file, is told that the first one came off.
    let changes = world.issuer.make_payroll_changes(&officer("payroll")).await.unwrap().unwrap().changes;
    let told: Vec<_> =
        changes.iter().map(|it| (it.change.as_str(), it.uid.as_str(), it.reason.as_str())).collect();
    assert_eq!(
        told,
        [("hold", "100000002", "suspension-approved-by-two"), ("resume", "100000001", "off-the-list")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn any_later_proof_reinstates_and_payroll_closes() {
    let (world, amina) = silent().await;
    approved_list(&world).await;
    night(&world, "2027-06-01").await;
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Suspended));
    world.clock.set(at("2027-08-10", 12));
    let receipt = prove(&world, &amina, 1, "2027-08-09").await;
    assert_eq!(receipt.years, [2026, 2027]);
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Reinstated));
    let day = "2027-08-10".parse().unwrap();
    world.issuer.payment_resumed(&officer("payroll"), &amina, day).await.unwrap();
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Closed));
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    let count = |kind: &str| page.effects.iter().filter(|effect| effect.kind == kind).count();
    assert_eq!((count("hold-payment"), count("resume-payment"), count("send-receipt")), (1, 1, 1));
}

/// In 2020 the day of the suspension moved. An officer moves it for one country, after everybody there was proposed.
#[tokio::test(flavor = "multi_thread")]
async fn list_follows_the_dates_that_were_moved_for_a_country_and_is_shown_by_country() {
    let (world, amina) = silent().await;
    let boris = person(&world, "100000002").await;
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let fields = |date, day| {
        [("year", "2026"), ("country", "SEN"), ("date", date), ("day", day), ("reason", "a flood")]
    };
    let moved = flo.post("/console/fund/dates", &fields("payroll", "2027-08-02")).await;
    assert_eq!(Browser::path_of(&moved), "/console/fund?year=2026&done=moved");
    let prepared = async |payroll: &str| {
        let order = [("year", "2026"), ("payroll", payroll)];
        Browser::path_of(&flo.post("/console/fund/lists", &order).await)
    };
    let june = prepared("2027-06-01").await;
    let page = flo.get(&june).await.text();
    let (named, spared) = page.split_once("Held out</h2>").unwrap();
    assert!(named.contains(&boris) && !named.contains(&amina), "{page}");
    assert!(
        spared.contains(&amina) && spared.contains("first payroll without payment is that of 2027-08-02")
    );
    // By country: who is named, who is spared, how many, and nothing of the others.
    for (code, here, away, many) in [
        ("sen", &amina, &boris, "0 people would be held, and 1 person held out"),
        ("RUS", &boris, &amina, "1 person would be held, and 0 people held out"),
    ] {
        let part = flo.get(&format!("{june}?country={code}")).await.text();
        assert!(part.contains(here.as_str()) && !part.contains(away.as_str()), "{code}: {part}");
        assert!(part.contains(many), "{code}: {part}");
    }
    assert!(!flo.get(&format!("{june}?country=FRA")).await.text().contains(&boris));
    assert_eq!(flo.get(&format!("{june}?country=Senegal")).await.status, 400);

    let approved = async |path: &str| {
        let id = path.rsplit('/').next().unwrap();
        let digest = world.issuer.fund_list("unjspf", id).await.unwrap().row.digest;
        for name in ["ann", "ben"] {
            world.issuer.approve_list(&officer(name), id, &digest).await.unwrap();
        }
        world.issuer.payroll_file(&officer("ben"), id).await.unwrap()
    };
    let csv = String::from_utf8(approved(&june).await.csv).unwrap();
    assert!(csv.contains(&boris) && !csv.contains(&amina), "{csv}");
    night(&world, "2027-06-01").await;
    assert_eq!(stages(&world, &boris).await[0], (2026, StageName::Suspended));
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::SuspensionProposed));
    // The dates are the usual ones again: the next list names her.
    let flo = Browser::officer(&world, "unjspf", "Flo again").await;
    flo.post("/console/fund/dates/usual", &[("year", "2026"), ("country", "SEN")]).await;
    let order = [("year", "2026"), ("payroll", "2027-07-01")];
    let july = Browser::path_of(&flo.post("/console/fund/lists", &order).await);
    let csv = String::from_utf8(approved(&july).await.csv).unwrap();
    assert!(csv.contains(&amina) && !csv.contains(&boris), "{csv}");
    night(&world, "2027-07-01").await;
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Suspended));
}

#[tokio::test(flavor = "multi_thread")]
async fn hold_outs_of_a_person_and_of_a_country_are_spared_with_their_reason() {
    let (world, amina) = silent().await;
    let hold = NewHold {
        person: amina.clone(),
        kind: HoldKind::Hospital,
        reason: "a stroke in April".into(),
        until: Some("2027-08-31".parse().unwrap()),
    };
    let id = world.issuer.place_hold(&officer("ann"), &hold).await.unwrap();
    let blank = NewHold { reason: " ".into(), ..hold.clone() };
    assert!(world.issuer.place_hold(&officer("ann"), &blank).await.is_err());
    let flood = CalendarChange::HoldOut {
        country: "RUS".parse().unwrap(),
        from: "2027-05-01".parse().unwrap(),
        until: "2027-07-31".parse().unwrap(),
        reason: "floods".into(),
    };
    world.issuer.change_fund_calendar(&officer("chief"), 2026, &flood).await.unwrap();
    let payroll = "2027-06-01".parse().unwrap();
    let list = world.issuer.prepare_list(&officer("clerk"), 2026, payroll).await.unwrap();
    let view = world.issuer.fund_list("unjspf", &list).await.unwrap();
    let whys: Vec<&str> = view.list.held_out.iter().map(|held| held.why.as_str()).collect();
    assert_eq!((view.row.entries, whys.len()), (0, 2), "{whys:?}");
    assert!(whys.iter().any(|why| why.starts_with("Hospital: note ")), "{whys:?}");
    assert!(whys.contains(&"floods"));
    // The words are apart from the journal and from the list.
    assert!(whys.iter().all(|why| !why.contains("stroke")));
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    assert_eq!(page.notes[0].1, "a stroke in April");
    world.issuer.lift_hold(&officer("ann"), &amina, &id).await.unwrap();
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    assert!(page.years.iter().all(|year| year.holds.is_empty()));
}
