//! What auditors of the Fund see: journals on the chain, and counts that reconcile.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entitlement::journal::{Export, Frame, verify};
use issuance::Scope;
use serde_json::{Value, json};

use crate::console::Browser;
use crate::fund::{
    AMINA, BORIS, approved_list, at, fund, night, officer, person, proof, prove, send, silent,
};
use crate::ledger::Fault;
use crate::support::World;

async fn export(world: &World, person: &str) -> Export {
    world.issuer.export_journal(&officer("eve"), person).await.unwrap()
}

async fn anchor(world: &World) {
    world.issuer.anchor(world.tenant("unjspf")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn journals_that_moved_are_on_the_chain_and_a_stranger_follows_the_path() {
    let world = fund(&[AMINA, BORIS]).await;
    night(&world, "2026-01-06").await;
    let amina = person(&world, "100000001").await;
    assert!(export(&world, &amina).await.anchors.is_empty(), "not before it is bound");
    anchor(&world).await;
    let first = export(&world, &amina).await;
    let report = verify(&first);
    assert!(report.holds(), "{:?}", report.checks);
    assert_eq!((report.bound.len(), report.bound[0].entry), (1, first.entries.len() as u64));
    let receipt = report.bound[0].receipt.clone().unwrap();
    let there = world
        .ledger
        .with(|state| state.anchors.get(&(first.organisation.clone(), receipt.sequence)).copied())
        .unwrap();
    let bytes = |text: &str| -> [u8; 32] { URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap() };
    let path: Vec<[u8; 32]> = receipt.path.iter().map(|hash| bytes(hash)).collect();
    let leaf = merkle::leaf(&bytes(&receipt.salt), &report.bound[0].root);
    let (index, count) = (receipt.leaf_index.try_into().unwrap(), receipt.leaf_count.try_into().unwrap());
    merkle::verify(&leaf, index, count, &path, &there.root).unwrap();
    assert!(first.anchors[0].proof.is_some(), "the chain's own proof goes with it");
    // Boris is under the same root, and does not show.
    let text = serde_json::to_string(&first).unwrap();
    assert!(!text.contains(&person(&world, "100000002").await));

    // Nothing moved: nothing is bound.
    let writes = world.ledger.with(|state| state.writes);
    anchor(&world).await;
    assert_eq!(world.ledger.with(|state| state.writes), writes);
    // By day one journal moves, and only that one.
    world.clock.set(at("2026-01-07", 12));
    prove(&world, &amina, 1, "2026-01-07").await;
    let between = export(&world, &amina).await;
    assert!(between.anchors[0].entry < between.entries.len() as u64);
    anchor(&world).await;
    let heads = world.issuer.fund_heads("unjspf", 10).await.unwrap();
    assert_eq!((heads.moved, heads.sets[0].row.heads, heads.sets[1].row.heads), (0, 1, 2));
    assert!(heads.sets.iter().all(|set| set.anchor.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn link_whose_root_is_not_on_the_chain_yet_has_no_receipt_and_gets_it_later() {
    let world = fund(&[AMINA]).await;
    night(&world, "2026-01-06").await;
    let amina = person(&world, "100000001").await;
    world.ledger.fail_next(Fault::Lost);
    assert!(world.issuer.anchor(world.tenant("unjspf")).await.is_err());
    let waiting = export(&world, &amina).await;
    assert!(verify(&waiting).holds() && waiting.anchors.len() == 1 && waiting.anchors[0].receipt.is_none());
    assert_eq!(world.issuer.fund_heads("unjspf", 10).await.unwrap().sets[0].anchor, None);
    let world = world.restart().await;
    anchor(&world).await;
    let after = export(&world, &amina).await;
    assert_eq!(after.anchors.len(), 1, "bound once");
    assert!(after.anchors[0].receipt.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_of_a_whole_year_comes_out_at_zero_and_a_tampered_table_shows() {
    let (world, amina) = silent().await;
    approved_list(&world).await;
    night(&world, "2027-06-01").await;
    let waits = issuer::app::NewProof { accept: false, ..proof(&amina, 7, "2027-05-30") };
    let waiting = world.issuer.enter_proof(&officer("ann"), &waits).await.unwrap();
    for year in [2026, 2027] {
        let made = world.issuer.reckon_fund(&officer("eve"), year).await.unwrap();
        assert!(made.balances(), "{:#?}", made.lines);
    }
    world.issuer.decide_proof(&officer("ben"), &waiting.id, false, "another's signature").await.unwrap();
    world.clock.set(at("2027-08-10", 12));
    prove(&world, &amina, 1, "2027-08-09").await;
    let made = world.issuer.reckon_fund(&officer("eve"), 2026).await.unwrap();
    assert!(made.balances(), "{:#?}", made.lines);
    let find = |part: &str| made.lines.iter().find(|line| line.what.contains(part)).unwrap().left;
    assert_eq!((find("people on the register"), find("person-years with a proof")), (2, 1));
    assert_eq!((find("suspended = suspended by"), find("reinstated:")), (1, 1));

    // Somebody writes another stage into the table behind our back.
    let mut tx = world.issuer.store().write("tamper").await.unwrap();
    let cycle = tx.list_fund_cycles("unjspf", &amina).await.unwrap().remove(0);
    let forged = store_issuer::fund::CycleRow { stage: "closed".into(), ..cycle.clone() };
    tx.replace_fund_cycle("unjspf", cycle.applied, &forged).await.unwrap();
    tx.commit().await.unwrap();
    let made = world.issuer.reckon_fund(&officer("eve"), 2026).await.unwrap();
    let off: Vec<_> = made.lines.iter().filter(|line| line.difference() != 0).collect();
    assert!(off.len() == 1 && off[0].what.contains("another stage"), "{off:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn auditor_reads_it_at_the_console_and_by_machine() {
    let world = fund(&[AMINA, BORIS]).await;
    night(&world, "2026-01-06").await;
    anchor(&world).await;
    let eve = Browser::officer(&world, "unjspf", "Eve").await;
    let text = eve.get("/console/fund/audit?year=2026").await.text();
    assert!(text.contains("Everything comes out at zero") && text.contains("On the chain"), "{text}");
    let by = issuance::Actor { tenant: "unjspf".into(), officer: "admin".into() };
    let token = world.issuer.create_service_client(&by, "m", &[Scope::FundAudit]).await.unwrap();
    let get = async |path: &str| -> Value {
        let (status, body) = send(&world, "GET", path, &token, "application/json", "").await;
        assert_eq!(status, 200);
        serde_json::from_slice(&body).unwrap()
    };
    let made = get("reckonings/2026").await;
    assert_eq!((&made["balances"], &made["lines"][0]["left"]), (&json!(true), &json!(2)));
    let anchors = get("journal-anchors").await;
    assert_eq!((&anchors["moved"], &anchors["sets"][0]["journals"]), (&json!(0), &json!(2)));
    assert!(anchors["sets"][0]["block"].is_number());
}

#[tokio::test(flavor = "multi_thread")]
async fn auditor_draws_from_all_journals_and_finds_one_that_was_written_anew() {
    let world = fund(&[AMINA, BORIS]).await;
    night(&world, "2026-01-06").await;
    let eve = Browser::officer(&world, "unjspf", "Eve").await;
    assert!(eve.get("/console/fund/audit").await.text().contains("/console/fund/audit/journals.json"));
    let file = eve.get("/console/fund/audit/journals.json").await.text();
    let frame: Frame = serde_json::from_str(&file).unwrap();
    assert_eq!((frame.fault(), frame.people.len()), (None, 2));
    assert!(!file.contains("Diallomensah") && !file.contains("100000001"), "pseudonymous numbers alone");
    let by = issuance::Actor { tenant: "unjspf".into(), officer: "admin".into() };
    let token = world.issuer.create_service_client(&by, "m", &[Scope::FundAudit]).await.unwrap();
    let (status, body) = send(&world, "GET", "journals", &token, "application/json", "").await;
    let again: Frame = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &again.people), (200, &frame.people));

    // The journal goes on, and is still the one of the frame.
    let amina = person(&world, "100000001").await;
    world.clock.set(at("2026-01-07", 12));
    prove(&world, &amina, 1, "2026-01-07").await;
    let after = export(&world, &amina).await;
    assert_eq!(frame.differs(&after), None);
    let mut anew = after.clone();
    anew.entries[0].entry.at += chrono::Duration::seconds(1);
    assert!(frame.differs(&anew).is_some());
    let mut shorter = after;
    shorter.entries.clear();
    assert!(frame.differs(&shorter).is_some());
}
