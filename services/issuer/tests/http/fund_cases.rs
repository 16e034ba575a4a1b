//! Cases and receipts: who decides what, what the cycle makes of it, and the same receipt for every channel.

use entitlement::cycle::{Channel, StageName};
use issuance::Scope;
use issuer::app::{CaseDecision, CaseType, FundError, NewProof, ReceiptState};
use serde_json::{Value, json};

use crate::console::Browser;
use crate::fund::{
    AMINA, BORIS, approved_list, at, fund, night, officer, person, proof, prove, send, silent, stages,
};
use crate::support::World;

fn decision(outcome: &str) -> CaseDecision {
    CaseDecision { outcome: outcome.into(), reason: "as the file shows".into(), ..CaseDecision::default() }
}

async fn open(world: &World, person: &str, kind: CaseType) -> String {
    world.issuer.open_case(&officer("clerk"), person, kind, "a neighbour called").await.unwrap()
}

fn death(on: &str) -> CaseDecision {
    CaseDecision { on: Some(on.parse().unwrap()), documents: vec!["ab".repeat(32)], ..decision("confirmed") }
}

#[tokio::test(flavor = "multi_thread")]
async fn reported_death_holds_out_and_counts_when_a_second_officer_has_seen_the_document() {
    let (world, amina) = silent().await;
    let id = open(&world, &amina, CaseType::Death).await;
    assert_eq!(open(&world, &amina, CaseType::Death).await, id, "one case at a time");
    let payroll = "2027-06-01".parse().unwrap();
    let list = world.issuer.prepare_list(&officer("clerk"), 2026, payroll).await.unwrap();
    let view = world.issuer.fund_list("unjspf", &list).await.unwrap();
    assert!(view.list.entries.iter().all(|entry| entry.person != amina), "held out by the open case");
    let no_paper = CaseDecision { documents: vec![], ..death("2027-05-01") };
    let refused = world.issuer.decide_case(&officer("ann"), &id, &no_paper).await;
    assert!(matches!(refused, Err(FundError::Form(_))));
    let future = death("2027-09-01");
    assert!(world.issuer.decide_case(&officer("ann"), &id, &future).await.is_err());
    world.issuer.decide_case(&officer("ann"), &id, &death("2027-05-01")).await.unwrap();
    assert_ne!(stages(&world, &amina).await[0].1, StageName::Closed, "one officer is not enough");
    let own = world.issuer.answer_case(&officer("ann"), &id, true, "").await;
    assert!(matches!(own, Err(FundError::FourEyes)));
    world.issuer.answer_case(&officer("ben"), &id, true, "").await.unwrap();
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Closed));
    let again = world.issuer.answer_case(&officer("eve"), &id, true, "").await;
    assert!(matches!(again, Err(FundError::Decided)));

    // The person writes: one officer takes it back, and the year goes on.
    world.issuer.reverse_death(&officer("eve"), &id, "she came to the office").await.unwrap();
    assert_ne!(stages(&world, &amina).await[0].1, StageName::Closed);
    let twice = world.issuer.reverse_death(&officer("eve"), &id, "again").await;
    assert!(matches!(twice, Err(FundError::Decided)));
    let view = world.issuer.fund_case("unjspf", &id).await.unwrap();
    let done: Vec<&str> = view.history.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(done, ["opened", "proposed: confirmed", "confirmed", "reversed"]);
    assert!(view.history[1].words.contains("SHA-256 abab"));
    // The words are no part of the journal.
    let export = world.issuer.export_journal(&officer("eve"), &amina).await.unwrap();
    assert!(entitlement::journal::verify(&export).holds());
    assert!(!serde_json::to_string(&export).unwrap().contains("neighbour"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_report_of_a_death_is_closed_by_one_and_a_proposal_can_be_rejected() {
    let world = fund(&[AMINA]).await;
    night(&world, "2026-01-06").await;
    let amina = person(&world, "100000001").await;
    let id = open(&world, &amina, CaseType::Death).await;
    world.issuer.decide_case(&officer("ann"), &id, &death("2026-01-02")).await.unwrap();
    let silent = world.issuer.answer_case(&officer("ben"), &id, false, " ").await;
    assert!(matches!(silent, Err(FundError::Form(_))), "a no needs a reason");
    world.issuer.answer_case(&officer("ben"), &id, false, "the paper is of a namesake").await.unwrap();
    world.issuer.decide_case(&officer("ann"), &id, &decision("wrong")).await.unwrap();
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    assert!(page.years[0].cases.is_empty());
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Open)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_account_is_paid_after_two_officers_alone() {
    let (world, amina) = silent().await;
    let early = world.issuer.open_case(&officer("clerk"), &amina, CaseType::Account, "a letter").await;
    assert!(matches!(early, Err(FundError::Form(_))), "payment is not on hold");
    approved_list(&world).await;
    night(&world, "2027-06-01").await;
    let id = open(&world, &amina, CaseType::Account).await;
    world.clock.set(at("2027-08-10", 12));
    prove(&world, &amina, 1, "2027-08-09").await;
    assert_eq!(stages(&world, &amina).await[0].1, StageName::Suspended, "the money waits");
    assert_eq!(
        world.issuer.cases_of("unjspf", &amina).await.unwrap().len(),
        1,
        "the rules open no second one"
    );
    world.issuer.decide_case(&officer("ann"), &id, &decision("checked")).await.unwrap();
    assert_eq!(stages(&world, &amina).await[0].1, StageName::Suspended);
    world.issuer.answer_case(&officer("ben"), &id, true, "").await.unwrap();
    assert_eq!(stages(&world, &amina).await[0].1, StageName::Reinstated);
}

#[tokio::test(flavor = "multi_thread")]
async fn benefit_goes_on_to_a_survivor_of_the_register_by_two() {
    let world = fund(&[AMINA, BORIS]).await;
    night(&world, "2026-01-06").await;
    let (amina, boris) = (person(&world, "100000001").await, person(&world, "100000002").await);
    let id = open(&world, &amina, CaseType::Survivor).await;
    let on = Some("2026-01-04".parse().unwrap());
    for nobody in ["999999999", "100000001"] {
        let whom = CaseDecision { on, survivor_uid: nobody.into(), ..decision("converted") };
        assert!(world.issuer.decide_case(&officer("ann"), &id, &whom).await.is_err(), "{nobody}");
    }
    let whom = CaseDecision { on, survivor_uid: "100 000 002".into(), ..decision("converted") };
    world.issuer.decide_case(&officer("ann"), &id, &whom).await.unwrap();
    world.issuer.answer_case(&officer("ben"), &id, true, "").await.unwrap();
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    assert_eq!(page.years[0].stage.name(), StageName::Closed);
    let invited = page.effects.iter().find(|effect| effect.kind == "invite-survivor").unwrap();
    assert!(invited.content.contains(&boris));
}

#[tokio::test(flavor = "multi_thread")]
async fn appeal_reaches_another_officer_and_counts_for_the_year() {
    let (world, amina) = silent().await;
    let waits = NewProof { accept: false, ..proof(&amina, 1, "2027-05-19") };
    let receipt = world.issuer.enter_proof(&officer("clerk"), &waits).await.unwrap();
    let early = world.issuer.appeal(&officer("clerk"), &receipt.id, "why").await;
    assert!(matches!(early, Err(FundError::Form(_))), "nothing was refused");
    world.issuer.decide_proof(&officer("ann"), &receipt.id, false, "another's signature").await.unwrap();
    let id = world.issuer.appeal(&officer("clerk"), &receipt.id, "my hand shakes").await.unwrap();
    assert_eq!(world.issuer.appeal(&officer("clerk"), &receipt.id, "again").await.unwrap(), id);
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    assert!(page.years[0].is_held("2027-05-20".parse().unwrap()), "nobody is suspended meanwhile");
    let same = world.issuer.decide_case(&officer("ann"), &id, &decision("upheld")).await;
    assert!(matches!(same, Err(FundError::FourEyes)), "not by whoever refused");
    world.issuer.decide_case(&officer("ben"), &id, &decision("upheld")).await.unwrap();
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::Closed));
    let view = world.issuer.fund_receipt("unjspf", &receipt.id).await.unwrap();
    assert_eq!((view.receipt.state.as_str(), view.receipt.years.as_slice()), ("accepted", &[2026, 2027][..]));
    let made = world.issuer.reckon_fund(&officer("eve"), 2026).await.unwrap();
    assert!(made.balances(), "{:#?}", made.lines);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_channel_has_the_same_receipt_on_the_chain_and_on_paper() {
    for (digest, channel) in (1..).zip(Channel::ALL) {
        for row in [AMINA, BORIS] {
            let world = fund(&[row]).await;
            let whom = person(&world, &row[..9]).await;
            let new = NewProof { channel, ..proof(&whom, digest, "2026-01-05") };
            let receipt = world.issuer.enter_proof(&officer("ann"), &new).await.unwrap();
            let view = world.issuer.fund_receipt("unjspf", &receipt.id).await.unwrap();
            let document = view.document.unwrap();
            assert_eq!((document.years.as_slice(), document.valid_until), (&[2026][..], receipt.valid_until));
            assert_eq!(document.next_opens, "2027-01-02".parse().unwrap());
            assert_eq!(view.anchor, ReceiptState::Pending);
            world.issuer.anchor(world.tenant("unjspf")).await.unwrap();
            let view = world.issuer.fund_receipt("unjspf", &receipt.id).await.unwrap();
            let ReceiptState::Anchored(_) = view.anchor else { panic!("{channel:?} is not anchored") };
            let pdf = world.issuer.receipt_pdf(&officer("ann"), &receipt.id).await.unwrap();
            assert!(pdf.starts_with(b"%PDF"));
            let inside = pdf.windows(11).any(|it| it == b"receipt.jws");
            assert!(inside, "{channel:?}: the receipt, signed by the Fund, is in the letter");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn second_proof_of_a_year_has_a_receipt_that_says_until_when_the_person_is_covered() {
    let world = fund(&[AMINA]).await;
    let amina = person(&world, "100000001").await;
    let first = prove(&world, &amina, 1, "2026-01-04").await;
    let second = prove(&world, &amina, 2, "2026-01-05").await;
    assert_eq!((second.state.as_str(), second.years.len()), ("accepted", 0));
    let document = world.issuer.fund_receipt("unjspf", &second.id).await.unwrap().document.unwrap();
    assert_eq!((document.years.len(), document.valid_until), (0, first.valid_until));
    let offered = world.issuer.offer_certificate(&officer("ann"), &second.id).await;
    assert!(matches!(offered, Err(FundError::Form(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn certificate_is_offered_once_to_whoever_is_on_the_register() {
    let world = fund(&[AMINA]).await;
    let amina = person(&world, "100000001").await;
    let receipt = prove(&world, &amina, 1, "2026-01-05").await;
    let offer = world.issuer.offer_certificate(&officer("ann"), &receipt.id).await.unwrap();
    assert_eq!(world.issuer.offer_certificate(&officer("ben"), &receipt.id).await.unwrap(), offer);
    let link = world.issuer.offer_link(&officer("ann"), &offer).await.unwrap();
    assert!(link.transaction_code.is_some(), "no key is known, so a code goes another way");
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_tend_cases_at_the_console_and_machines_report_them() {
    let (world, amina) = silent().await;
    let by = issuance::Actor { tenant: "unjspf".into(), officer: "admin".into() };
    let token = world.issuer.create_service_client(&by, "m", &[Scope::FundCycle]).await.unwrap();
    let call = async |method: &str, path: &str, sent: &Value| -> (u16, Value) {
        let (status, bytes) = send(&world, method, path, &token, "application/json", &sent.to_string()).await;
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    };
    let report = json!({"uid": "100000001", "kind": "death", "words": "a form from the embassy"});
    let (status, opened) = call("POST", "cases", &report).await;
    assert_eq!((status, &opened["state"]), (201, &json!("open")));
    assert_eq!(
        call("POST", "cases", &json!({"uid": "100000001", "kind": "sample", "words": "x"})).await.0,
        400
    );
    assert_eq!(call("GET", "cases", &Value::Null).await.1[0]["person"], json!(amina));
    let id = opened["id"].as_str().unwrap();
    assert_eq!(call("GET", &format!("cases/{id}"), &Value::Null).await.1["kind"], json!("death"));

    let [ann, ben] =
        [Browser::officer(&world, "unjspf", "Ann").await, Browser::officer(&world, "unjspf", "Ben").await];
    let text = ann.get("/console/fund/cases").await.text();
    assert!(text.contains("Amina Diallomensah") && text.contains("Death reported"), "{text}");
    let page = format!("/console/fund/cases/{id}");
    assert!(ann.get(&page).await.text().contains("a form from the embassy"));
    let fields = [("outcome", "confirmed"), ("reason", "seen"), ("on", "2027-05-01"), ("survivor", "")];
    let scan = ("scan", "death.pdf", "application/pdf", b"a certificate".as_slice());
    let sent = ann.agent.post_file(world.url(&format!("{page}/decide")), &fields, scan).await.unwrap();
    assert_eq!(sent.status, 303, "{}", sent.text());
    let yes = [("confirm", "yes"), ("reason", "")];
    assert_eq!(ann.post(&format!("{page}/answer"), &yes).await.status, 409, "not by herself");
    assert_eq!(ben.post(&format!("{page}/answer"), &yes).await.status, 303);
    assert!(ben.get("/console/fund/cases?state=closed").await.text().contains("Amina"));
    assert_eq!(ann.post(&format!("{page}/reverse"), &[("words", "she lives")]).await.status, 303);
    let text = ann.get(&format!("/console/fund/people/{amina}")).await.text();
    assert!(text.contains("Death reported") && text.contains("Closed"), "{text}");
    let opened = ann
        .post(
            &format!("/console/fund/people/{amina}/cases"),
            &[("kind", "residence"), ("words", "a postcard")],
        )
        .await;
    assert_eq!(opened.status, 303);
    world.clock.advance(chrono::Duration::days(31));
    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    assert!(ann.get("/console/fund/cases?kind=residence").await.text().contains("1 day late"));

    let receipt = prove(&world, &amina, 9, "2027-05-20").await;
    let page = format!("/console/fund/receipts/{}", receipt.id);
    let text = ann.get(&page).await.text();
    assert!(text.contains(&receipt.reference) && text.contains("Next window opens"), "{text}");
    assert!(ann.get(&format!("{page}/receipt.pdf")).await.body.starts_with(b"%PDF"));
    assert!(ann.get(&format!("{page}/receipt.json")).await.text().contains("nextOpens"));
    let (status, file) = call("GET", &format!("receipts/{}", receipt.id), &Value::Null).await;
    assert_eq!((status, &file["document"]["reference"]), (200, &json!(receipt.reference)));
    assert_eq!(call("GET", "receipts/nothing/receipt.pdf", &Value::Null).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_and_work_lists_say_who_is_to_be_found_and_where() {
    let (world, amina) = silent().await;
    prove(&world, &amina, 1, "2027-05-20").await;
    let figures = world.issuer.fund_figures("unjspf", 2026).await.unwrap();
    assert_eq!(figures.follow_up, [("RUS".to_owned(), 1)]);
    let by_kind = |kind: &str| figures.effects.iter().find(|it| it.kind == kind).unwrap();
    let asked = |kind: &str| (by_kind(kind).asked, by_kind(kind).withdrawn);
    assert_eq!(asked("send-notice"), (2, 0), "both had left");
    assert_eq!(asked("propose-suspension"), (2, 1), "hers was taken back");
    let monday = "2027-05-17".parse().unwrap();
    assert_eq!(world.issuer.fund_figures("unjspf", 2027).await.unwrap().weeks, [(monday, 1)]);

    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    let text = ann.get("/console/fund/figures?year=2026").await.text();
    assert!(text.contains("<svg") && text.contains("<desc") && text.contains("As a table"), "{text}");
    let text = ann.get("/console/fund/follow-up?year=2026").await.text();
    assert!(text.contains("Petrovskij") && !text.contains("Diallomensah"), "{text}");
    let csv = ann.get("/console/fund/follow-up.csv?year=2026&country=RUS").await.text();
    assert!(csv.contains("100000002,Boris Petrovskij,ru,86,suspension-proposed,no"), "{csv}");
    let by = issuance::Actor { tenant: "unjspf".into(), officer: "admin".into() };
    let token = world.issuer.create_service_client(&by, "m", &[Scope::FundCycle]).await.unwrap();
    let get = async |path: &str| send(&world, "GET", path, &token, "application/json", "").await;
    // Who waits for a decision, and how long others waited.
    world.clock.set(crate::fund::at("2027-05-21", 9));
    let boris = crate::fund::person(&world, "100000002").await;
    let new = crate::fund::proof(&boris, 8, "2027-05-20");
    let waits = NewProof { accept: false, ..new };
    let waits = world.issuer.enter_proof(&officer("ann"), &waits).await.unwrap();
    world.clock.set(crate::fund::at("2027-05-22", 9));
    let figures = world.issuer.fund_figures("unjspf", 2027).await.unwrap();
    assert_eq!((figures.waiting[0].many, figures.service[0].decided), (1, 1));
    let ann = Browser::officer(&world, "unjspf", "Ann again").await;
    let text = ann.get("/console/fund/figures?year=2027").await.text();
    assert!(text.contains("data-label=\"Longest\">24 h"), "{text}");
    world.issuer.decide_proof(&officer("ben"), &waits.id, true, "").await.unwrap();
    let figures = world.issuer.fund_figures("unjspf", 2027).await.unwrap();
    let times = &figures.service[0];
    let hours = (times.half.num_hours(), times.most.num_hours());
    assert_eq!((times.decided, times.automatic, hours), (2, 0, (0, 24)));
    assert!(figures.waiting.is_empty());
    let csv = ann.get("/console/fund/follow-up.csv?year=2026&country=RUS").await.text();
    assert_eq!(get("follow-up/2026/RUS").await.1, csv.as_bytes());
    assert_eq!((get("follow-up/2026/rus").await.0, get("follow-up/x/RUS").await.0), (400, 404));
}
