//! The report on fairness, and the draw for attended checks.

use chrono::Duration;
use entitlement::cycle::Channel;
use entitlement::sample::verify;
use issuance::Scope;
use issuer::app::{CaseDecision, CaseType, FundError, NewProof};
use serde_json::{Value, json};

use crate::console::Browser;
use crate::fund::{at, fund, night, officer, person, proof, send};

fn rows(many: usize) -> Vec<String> {
    (0..many).map(|at| format!("1000000{at:02},A,Person{at},1950-05-05,SEN,fr,one,2012-01-01,,")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_are_drawn_by_a_seed_that_was_committed_to_before() {
    let rows = rows(60);
    let world = fund(&rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    night(&world, "2026-01-06").await;
    world.issuer.anchor(world.tenant("unjspf")).await.unwrap();
    world.clock.set(at("2026-01-07", 12));
    for n in 0..60_u8 {
        let whom = person(&world, &format!("1000000{n:02}")).await;
        let channel = if n == 0 { Channel::Visit } else { Channel::Paper };
        let new = NewProof { channel, ..proof(&whom, n, "2026-01-06") };
        world.issuer.enter_proof(&officer("ann"), &new).await.unwrap();
    }
    let day = "2026-01-07".parse().unwrap();
    let early = world.issuer.export_sample(&officer("eve"), day).await;
    assert!(matches!(early, Err(FundError::Form(_))), "the seed is a secret until the day is over");
    night(&world, "2026-01-08").await;
    let made = world.issuer.export_sample(&officer("eve"), day).await.unwrap();
    assert_eq!(verify(&made), None);
    assert_eq!(made.proofs.len(), 59, "who was visited was attended");
    assert!(made.committed_at < at("2026-01-07", 0) && made.receipt.is_some());
    // Whoever is drawn is a case with its time; run again nobody is drawn twice.
    night(&world, "2026-01-08").await;
    let open = world.issuer.list_open_cases("unjspf", Some(CaseType::Sample), None, 100).await.unwrap();
    assert_eq!(open.len(), made.drawn.len());
    let named: Vec<String> = open.iter().map(|(row, _)| row.name.clone()).collect();
    assert!(made.drawn.iter().all(|it| named.contains(&format!("sample/{it}"))));
    for (row, _) in open.iter().take(1) {
        let decision = CaseDecision {
            outcome: "confirmed".into(),
            reason: "called her".into(),
            ..CaseDecision::default()
        };
        world.issuer.decide_case(&officer("ben"), &row.id, &decision).await.unwrap();
    }
    let forged = entitlement::sample::SampleDay { drawn: vec![made.proofs[0].clone(); 3], ..made };
    assert!(verify(&forged).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn report_shows_large_groups_alone_and_what_became_of_appeals() {
    let rows = rows(12);
    let mut all: Vec<&str> = rows.iter().map(String::as_str).collect();
    let alone = "100000099,Boris,Petrovskij,1940-02-01,RUS,ru,one,2003-01-01,,";
    all.push(alone);
    let world = fund(&all).await;
    night(&world, "2026-01-06").await;
    world.clock.set(at("2026-01-07", 12));
    let mut refused = Vec::new();
    for (n, row) in (0..).zip(&all) {
        let whom = person(&world, &row[..9]).await;
        let new = NewProof { accept: n > 2, ..proof(&whom, n, "2026-01-06") };
        let receipt = world.issuer.enter_proof(&officer("ann"), &new).await.unwrap();
        if n < 2 {
            world.issuer.decide_proof(&officer("dan"), &receipt.id, false, "blurred").await.unwrap();
            refused.push(receipt.id);
        }
    }
    let appeal = world.issuer.appeal(&officer("clerk"), &refused[0], "look again").await.unwrap();
    world.issuer.appeal(&officer("clerk"), &refused[1], "look again").await.unwrap();
    world.clock.advance(Duration::days(4));
    let no =
        CaseDecision { outcome: "not-upheld".into(), reason: "blurred".into(), ..CaseDecision::default() };
    world.issuer.decide_case(&officer("ben"), &appeal, &no).await.unwrap();
    let made = world.issuer.fairness("unjspf", 2026).await.unwrap();
    let africa = &made.proofs_by_region.groups[0];
    assert_eq!((africa.name.as_str(), africa.cases, africa.failed, africa.reviewed), ("Africa", 12, 2, 1));
    assert_eq!((made.proofs_by_region.groups.len(), made.proofs_by_region.suppressed), (1, 1));
    assert_eq!((made.appeals.opened, made.appeals.open, made.appeals.median_days), (2, 1, Some(4)));

    let eve = Browser::officer(&world, "unjspf", "Eve").await;
    let text = eve.get("/console/fund/fairness?year=2026").await.text();
    assert!(text.contains("Africa") && !text.contains("Europe") && text.contains("not shown"), "{text}");
    assert!(eve.get("/console/fund/samples").await.text().contains("2026-01-07"));
    let by = issuance::Actor { tenant: "unjspf".into(), officer: "admin".into() };
    let token = world.issuer.create_service_client(&by, "m", &[Scope::FundAudit]).await.unwrap();
    let get = async |path: &str| send(&world, "GET", path, &token, "application/json", "").await;
    let (status, bytes) = get("fairness/2026").await;
    let report: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((status, &report["proofsByRegion"]["suppressed"]), (200, &json!(1)));
    assert_eq!((get("samples/2026-01-07").await.0, get("samples/today").await.0), (400, 400));
    assert_eq!(get("samples/1999-01-01").await.0, 404);
}
