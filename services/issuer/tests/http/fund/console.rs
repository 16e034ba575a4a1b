//! The year at the console.

use entitlement::cycle::StageName;
use entitlement::journal::{Export, verify};

use super::{AMINA, BORIS, HEAD, fund, night, person, prove, silent, stages};
use crate::console::{Browser, between};

#[tokio::test(flavor = "multi_thread")]
async fn officers_do_the_year_at_the_console() {
    let world = fund(&[AMINA, BORIS]).await;
    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    let rows = format!("{HEAD}\n{}\n", AMINA.replace("SEN", "FRA"));
    let page = Browser::path_of(&ann.upload("/console/fund/register", "people.csv", rows.as_bytes()).await);
    let text = ann.get(&page).await.text();
    assert!(text.contains("Amina Diallomensah") && text.contains("France (FRA)"), "{text}");
    ann.post(&format!("{page}/confirm"), &[]).await;
    world.issuer.work_off_registers().await.unwrap();
    assert!(ann.get(&page).await.text().contains("Done"));
    ann.post("/console/fund/nights", &[]).await;
    let text = ann.get("/console/fund?year=2026").await.text();
    assert!(
        text.contains("2 person-years") && text.contains("FRA") && text.contains("2 looked at"),
        "{text}"
    );
    let list = ann.get("/console/fund/people?year=2026&stage=open").await.text();
    assert!(list.contains("Diallomensah") && list.contains("Petrovskij"));
    let person = Browser::path_of(&ann.post("/console/fund/find", &[("uid", "100 000 001")]).await);
    assert!(!person.contains("100000001"), "no number in an address: {person}");
    let nobody = ann.post("/console/fund/find", &[("uid", "1")]).await;
    assert!(Browser::path_of(&nobody).contains("unknown"));

    let scan = ("scan", "form.pdf", "application/pdf", b"a signed form".as_slice());
    let fields = [("channel", "paper"), ("captured_on", "2026-01-05"), ("received_on", ""), ("remark", "")];
    let sent = ann.agent.post_file(world.url(&format!("{person}/proofs")), &fields, scan).await.unwrap();
    assert_eq!(sent.status, 303, "{}", sent.text());
    let text = ann.get(&person).await.text();
    assert!(
        text.contains("Accepted") && text.contains("31 December 2027") && text.contains("Proof accepted"),
        "{text}"
    );
    // A proof of before the year is asked about, and written down where the officer says so.
    let boris = Browser::path_of(&ann.post("/console/fund/find", &[("uid", "100000002")]).await);
    assert!(ann.get(&boris).await.text().contains("for 2026 when made on or after 1 January 2026"));
    let early = ("scan", "visit.pdf", "application/pdf", b"a visit".as_slice());
    let mut before =
        vec![("channel", "visit"), ("captured_on", "2025-12-20"), ("received_on", ""), ("remark", "")];
    let asked = ann.agent.post_file(world.url(&format!("{boris}/proofs")), &before, early).await.unwrap();
    assert_eq!(asked.status, 409);
    assert!(asked.text().contains("counts for no open year"), "{}", asked.text());
    before.push(("anyway", "yes"));
    let kept = ann.agent.post_file(world.url(&format!("{boris}/proofs")), &before, early).await.unwrap();
    assert!(Browser::path_of(&kept).ends_with("done=no-year"));
    let again = ann.agent.post_file(world.url(&format!("{person}/proofs")), &fields, scan).await.unwrap();
    assert!(Browser::path_of(&again).ends_with("done=again"));
    let empty = ("scan", "form.pdf", "application/pdf", b"".as_slice());
    let refused = ann.agent.post_file(world.url(&format!("{person}/proofs")), &fields, empty).await.unwrap();
    assert_eq!(refused.status, 400);

    let hold = [("kind", "hospital"), ("reason", "a broken hip"), ("until", "")];
    ann.post(&format!("{person}/holds"), &hold).await;
    assert!(ann.get(&person).await.text().contains("a broken hip"));
    let journal = ann.get(&format!("{person}/journal.json")).await;
    let export: Export = serde_json::from_slice(&journal.body).unwrap();
    assert!(verify(&export).holds());
    assert!(!journal.text().contains("broken hip"));
}

#[tokio::test(flavor = "multi_thread")]
async fn list_is_approved_at_the_console_by_two_who_did_not_prepare_it() {
    let (world, _) = silent().await;
    let [ann, ben, eve] = [
        Browser::officer(&world, "unjspf", "Ann").await,
        Browser::officer(&world, "unjspf", "Ben").await,
        Browser::officer(&world, "unjspf", "Eve").await,
    ];
    let order = [("year", "2026"), ("payroll", "2027-06-01")];
    let page = Browser::path_of(&ann.post("/console/fund/lists", &order).await);
    let text = ann.get(&page).await.text();
    assert!(text.contains("2 people") && !text.contains("data-testid=\"approve-list\""), "{text}");
    assert!(text.contains("Amina Diallomensah") && text.contains("SEN"), "who they are: {text}");
    let file = ann.get(&format!("{page}/dry-run.csv")).await.text();
    assert!(file.contains("100000002") && file.contains("would be held,2027-05-14"), "{file}");
    let digest = between(&ben.get(&page).await.text(), "name=\"digest\" value=\"", "\"").to_owned();
    let form = [("digest", digest.as_str())];
    assert_eq!(ann.post(&format!("{page}/approve"), &form).await.status, 409);
    assert_eq!(ben.post(&format!("{page}/approve"), &[("digest", "another")]).await.status, 409);
    assert_eq!(ben.post(&format!("{page}/approve"), &form).await.status, 303);
    assert_eq!(ben.post(&format!("{page}/approve"), &form).await.status, 409, "twice");
    assert_eq!(eve.post(&format!("{page}/approve"), &form).await.status, 303);
    night(&world, "2027-06-01").await;
    // The night was later than a session lives.
    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    let csv = ann.get(&format!("{page}/payroll.csv")).await;
    assert!(csv.status == 200 && csv.text().contains("100000001"));
    assert_eq!(ann.get(&format!("{page}/payroll.jws")).await.text().split('.').count(), 3);
    assert!(ann.get(&page).await.text().contains("Payment of 2 people is held"));

    assert!(ann.get("/console/fund/payroll").await.text().contains("2 changes that no file holds yet"));
    ann.post("/console/fund/payroll", &[]).await;
    let text = ann.get("/console/fund/payroll").await.text();
    let file = between(&text, "href=\"/console/fund/payroll/", "/changes.csv\"");
    let csv = format!("/console/fund/payroll/{file}/changes.csv");
    assert!(ann.get(&csv).await.text().contains("100000001"), "{csv}");
    let acknowledge = csv.replace("changes.csv", "acknowledge");
    assert_eq!(ann.post(&acknowledge, &[]).await.status, 303);
    assert!(ann.get("/console/fund/payroll").await.text().contains("Payroll knows every change"));
    let amina = person(&world, "100000001").await;
    prove(&world, &amina, 1, "2027-05-31").await;
    let page = format!("/console/fund/people/{amina}");
    assert!(ann.get(&page).await.text().contains("data-testid=\"paid-again\""));
    assert_eq!(ann.post(&format!("{page}/paid"), &[("on", "2027-06-01")]).await.status, 303);
    assert!(!ann.get(&page).await.text().contains("data-testid=\"paid-again\""));
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Closed));
}
