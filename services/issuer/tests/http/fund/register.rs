//! The register of the people in payment: uploaded, looked at, confirmed.

use chrono::Duration;
use entitlement::cycle::StageName;
use issuance::Actor;
use issuer::app::FundError;

use super::{AMINA, BORIS, at, fund, import, night, officer, person, stages, upload};
use crate::console::Browser;
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn file_is_looked_at_before_it_counts_and_nothing_of_it_is_lost() {
    let world = World::start().await;
    world.clock.set(at("2026-01-05", 12));
    let bad = "10000000,No,Number,1950-05-05,SEN,fr,one,,,";
    let id = upload(&world, &[AMINA, bad, BORIS]).await;
    let preview = world.issuer.register_preview("unjspf", &id).await.unwrap();
    assert_eq!((preview.counts.new, preview.counts.bad, preview.import.absent), (2, 1, 0));
    assert_eq!((preview.faults[0].line, preview.faults[0].heading.as_str()), (3, "uid"));
    assert_eq!(world.issuer.find_fund_person("unjspf", "100000001").await.unwrap(), None);
    let faults = world.issuer.register_faults_file("unjspf", &id).await.unwrap();
    let faults = String::from_utf8(faults).unwrap();
    assert!(faults.contains("10000000,No,Number") && faults.contains("nine digits"), "{faults}");

    world.issuer.confirm_register(&officer("clerk"), &id).await.unwrap();
    world.issuer.confirm_register(&officer("clerk"), &id).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    let after = world.issuer.register_preview("unjspf", &id).await.unwrap();
    assert_eq!((after.import.state.as_str(), after.counts.done, after.counts.bad), ("finished", 2, 1));
    // The same file again is the same import.
    assert_eq!(upload(&world, &[AMINA, bad, BORIS]).await, id);
}

#[tokio::test(flavor = "multi_thread")]
async fn preview_says_who_is_new_changed_ended_the_same_or_absent() {
    let world = fund(&[AMINA, BORIS, "100000003,Cleo,Same,1960-01-01,GRC,en,one,2020-01-01,,"]).await;
    let moved = AMINA.replace("SEN", "FRA");
    let dead = format!("{}2026-01-03", BORIS);
    let id = upload(&world, &[&moved, &dead, "100000004,Dina,New,1960-01-01,EGY,ar,two,2020-01-01,,"]).await;
    let preview = world.issuer.register_preview("unjspf", &id).await.unwrap();
    let counts = preview.counts;
    assert_eq!(
        (counts.new, counts.changed, counts.ends, counts.same, preview.import.absent),
        (1, 1, 1, 0, 1)
    );
    let changes = world.issuer.register_changes("unjspf", (&id, None), (0, 9)).await.unwrap();
    assert_eq!((changes.counts, changes.total), ([0, 0, 1, 1, 1], 3));
    let said = |row: &issuer::app::ChangedRow| {
        let fields = row.fields.iter().map(|it| format!("{} {} > {}", it.column, it.before, it.now));
        (row.kind, row.line, row.name.clone(), fields.collect::<Vec<_>>().join(", "))
    };
    let rows: Vec<_> = changes.rows.iter().map(said).collect();
    assert_eq!(
        rows[0],
        ("ends", 3, "Boris Petrovskij".into(), "died_on  > 2026-01-03".into()),
        "deaths first"
    );
    assert_eq!(rows[1], ("changed", 2, "Amina Diallomensah".into(), "country SEN > FRA".into()));
    assert_eq!(rows[2].0, "new");
    let second = world.issuer.register_changes("unjspf", (&id, None), (1, 1)).await.unwrap();
    assert_eq!((second.total, second.rows.len()), (3, 1));
    assert_eq!(said(&second.rows[0]), rows[1], "the second page of one row each");
    let ends = world.issuer.register_changes("unjspf", (&id, Some("ends")), (0, 9)).await.unwrap();
    assert_eq!((ends.total, ends.rows.len()), (1, 1));

    let before = person(&world, "100000001").await;
    world.issuer.confirm_register(&officer("clerk"), &id).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    assert_eq!(person(&world, "100000001").await, before, "the pseudonymous number stays");
    night(&world, "2026-01-06").await;
    let boris = person(&world, "100000002").await;
    assert_eq!(stages(&world, &boris).await, [(2026, StageName::Closed)]);
    let cleo = person(&world, "100000003").await;
    assert_eq!(stages(&world, &cleo).await, [(2026, StageName::Open)], "absent, and left as she was");
    // The register was wrong: the death is withdrawn.
    import(&world, &[BORIS]).await;
    night(&world, "2026-01-07").await;
    assert_eq!(stages(&world, &boris).await, [(2026, StageName::Open)]);
}

/// More rows than a page and than a piece of the file.
#[tokio::test(flavor = "multi_thread")]
async fn every_difference_can_be_looked_at_and_downloaded() {
    let row = |at: u32, country: &str, died: &str| {
        format!("1000{at:05},A,=Person{at},1950-05-05,{country},fr,one,2012-01-01,,{died}")
    };
    let before: Vec<String> = (0..620).map(|at| row(at, "SEN", "")).collect();
    let world = fund(&before.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let now: Vec<String> =
        (0..620).map(|at| row(at, "FRA", if at == 600 { "2026-01-01" } else { "" })).collect();
    let id = upload(&world, &now.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let browser = Browser::officer(&world, "unjspf", "Elena").await;
    let page = format!("/console/fund/register/{id}");
    let shown = browser.get(&page).await.text();
    assert!(shown.contains("Page 1 of 25"), "{shown}");
    let rows = shown.split("register-changes").nth(1).unwrap();
    assert!(rows.find("=Person600<").unwrap() < rows.find("=Person0<").unwrap(), "the death first");
    assert!(rows.contains("Senegal") && rows.contains("France"), "from what to what");
    let last = browser.get(&format!("{page}?kind=changed&page=25")).await.text();
    assert!(last.contains("Page 25 of 25") && last.contains("=Person619<") && !last.contains("=Person600<"));
    assert!(browser.get(&format!("{page}?kind=x&page=99999999")).await.text().contains("Page 25 of 25"));

    let file = browser.get(&format!("{page}/differences.csv")).await;
    assert_eq!((file.status, file.header("cache-control").unwrap()), (200, "no-store"));
    let file = file.text();
    let lines: Vec<&str> = file.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "line,kind,uid,name,column,before,now");
    assert_eq!(lines[1], "602,ends,100000600,A =Person600,died_on,,2026-01-01");
    assert_eq!(lines[2], "602,ends,100000600,A =Person600,country,SEN,FRA");
    assert_eq!(lines.len(), 1 + 2 + 619, "the headings once, and each difference once");
    assert_eq!(file.matches('\u{feff}').count(), 1);
    let activity = browser.get("/console/activity").await.text();
    assert!(activity.contains("downloaded the differences"), "{activity}");
}

#[tokio::test(flavor = "multi_thread")]
async fn file_that_would_end_many_waits_for_somebody_else() {
    let rows: Vec<String> =
        (0..30).map(|at| format!("1000000{at:02},A,Person{at},1950-05-05,SEN,fr,one,2012-01-01,,")).collect();
    let world = fund(&rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let dead: Vec<String> = rows.iter().map(|row| format!("{row}2026-01-01")).collect();
    let id = upload(&world, &dead.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert!(world.issuer.register_preview("unjspf", &id).await.unwrap().braked);
    let machine = Actor::client("unjspf", "m");
    for by in [officer("clerk"), machine] {
        let refused = world.issuer.confirm_register(&by, &id).await.unwrap_err();
        assert!(matches!(refused, FundError::Brake { ends: 30, people: 30, .. }), "{refused}");
    }
    world.issuer.confirm_register(&officer("ann"), &id).await.unwrap();
}

/// Found by use: an older file, confirmed after a newer one, brought the dead back to life.
#[tokio::test(flavor = "multi_thread")]
async fn older_file_is_not_put_over_a_newer_one_and_deaths_taken_back_are_seen() {
    let world = fund(&[AMINA, BORIS]).await;
    world.clock.advance(Duration::minutes(1));
    let moved = BORIS.replace("RUS", "FRA");
    let older = upload(&world, &[&moved]).await;
    world.clock.advance(Duration::minutes(1));
    let dead = format!("{BORIS}2026-01-02");
    import(&world, &[&dead]).await;
    let refused = world.issuer.confirm_register(&officer("ann"), &older).await.unwrap_err();
    assert!(matches!(refused, FundError::Conflict(_)) && refused.to_string().contains("later"), "{refused}");
    assert!(world.issuer.register_preview("unjspf", &older).await.unwrap().overtaken);
    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    let page = ann.get(&format!("/console/fund/register/{older}")).await.text();
    assert!(page.contains("data-testid=\"overtaken\"") && !page.contains("register-confirm"), "{page}");

    // Handed in again it is another import, compared with what stands now: a death would be taken back, and it says so first.
    let again = upload(&world, &[AMINA, &moved]).await;
    let same = upload(&world, &[&moved]).await;
    assert!(same != older && again != older);
    let gone = world.issuer.register_preview("unjspf", &older).await.unwrap();
    assert_eq!(gone.import.state, "discarded");
    let preview = world.issuer.register_preview("unjspf", &same).await.unwrap();
    assert_eq!((preview.counts.revives, preview.counts.changed, preview.overtaken), (1, 0, false));
    let changes = world.issuer.register_changes("unjspf", (&same, None), (0, 9)).await.unwrap();
    assert_eq!((changes.rows[0].kind, changes.rows[0].fields[0].column), ("revives", "died_on"));
    world.issuer.confirm_register(&officer("clerk"), &same).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn several_deaths_taken_back_need_somebody_else() {
    let rows: Vec<String> =
        (0..4).map(|at| format!("1000000{at:02},A,Person{at},1950-05-05,SEN,fr,one,2012-01-01,,")).collect();
    let dead: Vec<String> = rows.iter().map(|row| format!("{row}2026-01-01")).collect();
    let world = fund(&dead.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let id = upload(&world, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert!(world.issuer.register_preview("unjspf", &id).await.unwrap().braked);
    for by in [officer("clerk"), Actor::client("unjspf", "m")] {
        let refused = world.issuer.confirm_register(&by, &id).await.unwrap_err();
        assert!(refused.to_string().contains("several deaths"), "{refused}");
    }
    world.issuer.confirm_register(&officer("ann"), &id).await.unwrap();
}
