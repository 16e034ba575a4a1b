//! A person is erased by two officers: afterwards neither file of the database leads from the chain to the person.

use chrono::Duration;
use issuance::{Decision, Role, Roles, Scope};
use issuer::app::{DecideError, EraseError, FundError, Outcome};
use serde_json::json;

use crate::console::{Browser, between};
use crate::fund::{AMINA, at, fund, import, night, officer, prove};
use crate::support::{Holder, LDP, SD_JWT, World, json as body, new_offer, problem};

const LIST: &[u8] =
    b"staff_number,given_name,family_name,job_title,grade,duty_station,contract_type,start_date,email\n\
    88123,Amina,Okaforsson,Programme Analyst,P-3,Nairobi,fixed-term,2024-02-01,amina@mail.example\n";
const REASON: &str = "asked for it by letter of 3 May";

/// Whether something stands in any file of the database.
fn stored(world: &World, what: &[u8]) -> bool {
    ["issuer.db", "issuer.db-wal", "issuer.db-shm"].iter().any(|name| {
        let bytes = std::fs::read(world.directory.path().join(name)).unwrap_or_default();
        bytes.windows(what.len()).any(|window| window == what)
    })
}

/// The identifier of the proposal that somebody else can decide.
async fn proposal(browser: &Browser) -> String {
    let page = browser.get("/console/approvals").await.text();
    between(&page, "action=\"/console/approvals/", "/").to_owned()
}

/// Somebody from a list, with two copies of a credential that are anchored.
struct Anchored {
    world: World,
    ann: Browser,
    ben: Browser,
    person: String,
    receipt: String,
    credential: String,
}

async fn anchored() -> Anchored {
    let world = World::start().await;
    let both = Roles::of(&[Role::Officer, Role::Approver]);
    let ann = Browser::officer_as(&world, "undp", "Ann", both).await;
    let ben = Browser::officer_as(&world, "undp", "Ben", both).await;
    let page = Browser::path_of(&ann.upload("/console/imports", "staff.csv", LIST).await);
    ann.post(&format!("{page}/confirm"), &[]).await;
    let id = proposal(&ben).await;
    ben.post(&format!("/console/approvals/{id}/approve"), &[]).await;
    world.issuer.work_off_uploads().await.unwrap();
    let person = world.issuer.find_by_staff_number("undp", "88123").await.unwrap();
    let link = world.issuer.create_offer(&World::officer(), &new_offer(person.clone())).await.unwrap();
    let holder = Holder::new(7);
    let copy = world.credential(&link, LDP, &holder).await["credentials"][0].clone();
    let credential = world.credential(&link, SD_JWT, &holder).await["credentials"][0]["credential"].clone();
    world.issuer.anchor(world.tenant("undp")).await.unwrap();
    let receipt = copy["receipt_uri"].as_str().unwrap().to_owned();
    Anchored { credential: credential.as_str().unwrap().to_owned(), world, ann, ben, person, receipt }
}

/// Ann proposes and Ben approves that what the person has is revoked.
async fn revoke(of: &Anchored) {
    let form = [("act", "revoke"), ("reason", "separated"), ("note", "left for Patagonia")];
    of.ann.post(&format!("/console/people/{}/status", of.person), &form).await;
    let id = proposal(&of.ben).await;
    of.ben.post(&format!("/console/approvals/{id}/approve"), &[]).await;
    of.world.publish().await;
}

/// Places of the list of revocations that say something.
async fn revoked(world: &World) -> Vec<(u32, issuance::Standing)> {
    let mut tx = world.issuer.store().read().await.unwrap();
    let mut found = Vec::new();
    for list in tx.list_status_lists("undp").await.unwrap() {
        found.extend(tx.list_status_entries("undp", &list.list).await.unwrap());
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_is_in_no_file_and_the_leaf_on_the_chain_leads_nowhere() {
    let of = anchored().await;
    let Anchored { world, ann, ben, person, receipt, credential } = &of;
    let copies = world.issuer.subject_page(world.tenant("undp"), person).await.unwrap().copies;
    let mut tx = world.issuer.store().read().await.unwrap();
    let leaf = tx.find_leaf("undp", &copies[0].copy.id).await.unwrap().unwrap();
    let batch = tx.find_batch("undp", leaf.batch.unwrap().0).await.unwrap().unwrap();
    drop(tx);
    let commitment = merkle::leaf(&leaf.salt, &leaf.digest);
    assert!(batch.leaves.contains(&commitment), "the anchor has it");
    assert_eq!(world.get(receipt).await.status, 200, "and it is proven");

    let page = format!("/console/people/{person}/erase");
    let form = [("reason", REASON), ("sure", "yes")];
    let early = ann.post(&page, &form).await;
    assert_eq!(early.status, 409);
    assert!(early.text().contains("valid until"), "{}", early.text());
    let shown = ann.get(&page).await.text();
    assert!(shown.contains("erasure-refused") && !shown.contains("propose-erasure"), "{shown}");
    revoke(&of).await;
    let standing = revoked(world).await;
    assert!(standing.len() >= 2, "{standing:?}");

    let before: [&[u8]; 9] = [
        &leaf.salt,
        &leaf.digest,
        b"Okaforsson",
        b"88123",
        b"left for Patagonia",
        copies[0].copy.holder_key.as_bytes(),
        copies[0].copy.receipt_token.as_bytes(),
        copies[0].copy.id.as_bytes(),
        credential.as_bytes(),
    ];
    for what in before {
        assert!(stored(world, what), "{}", String::from_utf8_lossy(what));
    }
    assert_eq!(ann.post(&page, &[("reason", REASON)]).await.status, 400, "not sure");
    assert_eq!(ann.post(&page, &[("reason", " "), ("sure", "yes")]).await.status, 400, "no reason");
    assert!(ann.get(&page).await.text().contains("data-testid=\"propose-erasure\""));
    assert_eq!(Browser::path_of(&ann.post(&page, &form).await), "/console/approvals?done=proposed");
    let waiting = ben.get("/console/approvals").await.text();
    assert!(waiting.contains("Erase everything about") && waiting.contains(REASON), "{waiting}");
    let id = proposal(ben).await;
    assert_eq!(ann.post(&format!("/console/approvals/{id}/approve"), &[]).await.status, 403, "her own");
    assert!(stored(world, b"Okaforsson"));
    let done = ben.post(&format!("/console/approvals/{id}/approve"), &[]).await;
    assert_eq!(Browser::path_of(&done), "/console/approvals?done=approved");

    for what in before {
        // Ids of copies are in the audit trail: pseudonyms that nothing leads from.
        if what != copies[0].copy.id.as_bytes() {
            assert!(!stored(world, what), "{}", String::from_utf8_lossy(what));
        }
    }
    assert!(!stored(world, REASON.as_bytes()));
    assert!(stored(world, &commitment), "the number on the chain stays what it is");
    assert_eq!(problem(&world.get(receipt).await), (404, "not-found".into()), "no proof is given any more");
    let gone = ann.get(&format!("/console/staff/{person}")).await;
    assert_eq!(gone.status, 404);
    assert_eq!(revoked(world).await, standing, "a revoked credential stays revoked wherever it is");
    assert_eq!(ben.post(&format!("/console/approvals/{id}/approve"), &[]).await.status, 409, "once");
    assert_eq!(ann.get(&page).await.status, 404);
    let approvals = ann.get("/console/approvals").await.text();
    assert!(!approvals.contains("Okaforsson") && approvals.contains("Erase everything about a person"));

    let trail = world.issuer.list_audit(world.tenant("undp"), &Default::default(), 50).await.unwrap();
    let act = trail.iter().find(|entry| entry.action == "person.erase").unwrap();
    assert_eq!((act.target.as_str(), act.detail.as_str()), (person.as_str(), ""), "the id, and no word");
    let verdict = world.issuer.check_audit(world.tenant("undp")).await.unwrap();
    assert!(matches!(verdict, issuer::app::AuditVerdict::Unbroken { .. }), "{verdict:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_proposes_and_whoever_made_its_token_does_not_approve() {
    let of = anchored().await;
    revoke(&of).await;
    let world = &of.world;
    let maker = world.issuer.subject_page(world.tenant("undp"), &of.person).await.unwrap();
    assert_eq!(maker.copies.len(), 2);
    let token = world
        .issuer
        .create_service_client(&World::officer(), "Privacy", &[Scope::Credentials])
        .await
        .unwrap();
    let path = format!("/v1/hr/undp/people/{}/erasure", of.person);
    let sent = world.post(&path, &json!({"reason": REASON}), Some(&token)).await;
    assert_eq!((sent.status, body(&sent)["outcome"].clone()), (202, json!("waits")));
    let again = body(&world.post(&path, &json!({"reason": "other words"}), Some(&token)).await);
    assert_eq!(again["approval"], body(&sent)["approval"], "the same proposal");
    assert_eq!(world.post(&path, &json!({"why": 1}), Some(&token)).await.status, 400);
    let unknown = "/v1/hr/undp/people/unknown/erasure";
    assert_eq!(world.post(unknown, &json!({"reason": REASON}), Some(&token)).await.status, 404);
    let id = body(&sent)["approval"].as_str().unwrap().to_owned();
    let own = world.issuer.decide(&World::officer(), &id, Decision::Approve, "").await;
    assert!(matches!(own, Err(DecideError::Refused(_))), "{own:?}");
    of.ben.post(&format!("/console/approvals/{id}/approve"), &[]).await;
    assert!(!stored(world, b"Okaforsson"));
}

/// Amina of the register with a record in the directory, a proof of 2026, and what payroll was told of her death.
async fn proven() -> (World, String, String) {
    let world = fund(&[AMINA]).await;
    let retiree = issuance::import::Retiree {
        uid: "100000001".into(),
        given_name: "Amina".into(),
        family_name: "Diallomensah".into(),
        country: None,
        language: None,
        email: None,
    };
    let record = world.issuer.add_beneficiary(&officer("ann"), retiree).await.unwrap();
    night(&world, "2026-01-06").await;
    let register = crate::fund::person(&world, "100000001").await;
    world.clock.set(at("2026-01-21", 12));
    prove(&world, &register, 1, "2026-01-20").await;
    (world, record, register)
}

async fn dead(world: &World) {
    world.clock.set(at("2026-03-05", 12));
    import(world, &[&AMINA.replace(",2012-01-01,,", ",2012-01-01,,2026-03-01")]).await;
    for day in ["2026-03-10", "2026-06-30"] {
        night(world, day).await;
    }
}

async fn refusal(world: &World, id: &str) -> EraseError {
    match world.issuer.propose_erasure(&officer("ann"), id, REASON).await {
        Err(DecideError::Erase(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fund_keeps_its_years_for_audit_and_then_a_chain_of_numbers_alone() {
    let (world, record, register) = proven().await;
    assert!(matches!(refusal(&world, &record).await, EraseError::Paid));
    dead(&world).await;
    if let Some(file) = world.issuer.make_payroll_changes(&officer("ann")).await.unwrap() {
        world.issuer.acknowledge_payroll_changes(&officer("ann"), &file.row.id).await.unwrap();
    }
    let kept = refusal(&world, &record).await;
    assert_eq!(
        kept.to_string(),
        "the year 2026 is kept for audit until 2033-12-31; the person can be erased from the day after"
    );
    world.clock.set(at("2033-12-31", 23));
    assert!(matches!(refusal(&world, &register).await, EraseError::KeptForAudit { year: 2026, .. }));
    world.clock.advance(Duration::hours(2));
    let review = "2034-06-01".parse().unwrap();
    let hold = world.issuer.place_legal_hold(&officer("ann"), &record, "a court", review).await.unwrap();
    assert!(matches!(refusal(&world, &register).await, EraseError::Held(day) if day == review));
    world.issuer.lift_legal_hold(&officer("ben"), &record, &hold).await.unwrap();

    let balanced = world.issuer.reckon_fund(&officer("eve"), 2026).await.unwrap();
    assert!(balanced.balances(), "{:?}", balanced.lines);
    let mut tx = world.issuer.store().read().await.unwrap();
    let entries = tx.list_fund_journal("unjspf", &register, 0, 100).await.unwrap();
    let row = tx.find_fund_person("unjspf", &register).await.unwrap().unwrap();
    drop(tx);
    let secret: Vec<&[u8]> = entries
        .iter()
        .flat_map(|entry| [&entry.salt[..], &entry.sealed[..]])
        .chain([row.number_mark.as_bytes(), &row.sealed, &row.facts, b"Diallomensah", b"100000001"])
        .collect();
    assert!(secret.iter().all(|what| stored(&world, what)));

    let asked = world.issuer.propose_erasure(&officer("ann"), &register, REASON).await.unwrap();
    let Outcome::Waits(id) = asked else { panic!("{asked:?}") };
    let own = world.issuer.decide(&officer("ann"), &id, Decision::Approve, "").await;
    assert!(matches!(own, Err(DecideError::Refused(_))), "the officer who proposed it");
    world.issuer.decide(&officer("ben"), &id, Decision::Approve, "").await.unwrap();

    for what in secret {
        assert!(!stored(&world, what), "{}", String::from_utf8_lossy(what));
    }
    for entry in &entries {
        assert!(stored(&world, entry.commitment.as_bytes()), "the chain of events stays with its digests");
    }
    assert!(world.issuer.find_fund_person("unjspf", "100000001").await.unwrap().is_none());
    let export = world.issuer.export_journal(&officer("eve"), &register).await;
    let Err(FundError::Erased { entries: many, head, .. }) = export else { panic!("{export:?}") };
    assert_eq!((many, head), (entries.len() as u64, hex::encode(row.head)));
    let after = world.issuer.reckon_fund(&officer("eve"), 2026).await.unwrap();
    assert!(after.balances(), "{:?}", after.lines);
    for file in world.issuer.list_payroll_changes("unjspf", 10).await.unwrap() {
        let told = world.issuer.payroll_changes("unjspf", &file.id).await.unwrap().changes;
        assert!(told.iter().all(|change| change.uid.is_empty() && change.person == register));
    }
    // The register may name somebody with the same number: a new record begins.
    import(&world, &[AMINA]).await;
    assert_ne!(crate::fund::person(&world, "100000001").await, register);
}
