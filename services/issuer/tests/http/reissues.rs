//! Offers to many people who are on the list already.

use issuance::import::UploadState;
use issuance::{FourEyes, OfferState, Reissue, Role, Roles, Status};
use issuer::app::NewRun;

use crate::console::Browser;
use crate::support::{Holder, LDP, World, new_offer};

fn new(why: Reissue) -> NewRun {
    NewRun { why, station: None, ending_before: None }
}

async fn holders(world: &World, numbers: &[&str]) {
    for number in numbers {
        let mut offer = new_offer(world.person(number).await);
        offer.transaction_code = false;
        let link = world.issuer.create_offer(&World::officer(), &offer).await.unwrap();
        world.credential(&link, LDP, &Holder::new(7)).await;
    }
}

async fn run(browser: &Browser, fields: &[(&str, &str)]) -> String {
    Browser::path_of(&browser.post("/console/reissues", fields).await)
}

async fn outcomes(browser: &Browser, page: &str) -> [usize; 3] {
    let text = browser.get(&format!("{page}/result.csv")).await.text();
    ["waiting", "offered", "skipped"]
        .map(|word| text.lines().filter(|line| line.split(',').nth(2) == Some(word)).count())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_something_is_offered_it_again_and_the_old_one_ends() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    holders(&world, &["10001", "10002"]).await;
    world.person("10003").await;
    let page = run(&browser, &[("why", "renewal")]).await;
    assert!(browser.get(&page).await.text().contains("Offer to 2 people?"));
    assert_eq!(outcomes(&browser, &page).await, [2, 0, 0]);
    browser.post(&format!("{page}/confirm"), &[]).await;
    world.issuer.work_off_runs().await.unwrap();
    assert_eq!(outcomes(&browser, &page).await, [0, 2, 0]);
    assert!(browser.get(&page).await.text().contains("2 people got an offer."));
    let links = browser.get(&format!("{page}/links.csv")).await.text();
    assert!(links.contains("10001") && !links.contains("10003"), "{links}");
    let view = world.issuer.subject_page(world.tenant("undp"), "s-10001").await.unwrap();
    let replacing = view.offers.iter().find(|offer| offer.state == OfferState::Open).unwrap();
    let link = world.issuer.offer_link(&World::officer(), &replacing.id).await.unwrap();
    world.credential(&link, LDP, &Holder::new(8)).await;
    let copies = world.issuer.subject_page(world.tenant("undp"), "s-10001").await.unwrap().copies;
    let old = copies.iter().find(|view| view.copy.offer_id != replacing.id).unwrap();
    assert_eq!(old.copy.status, Status::Revoked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_offer_goes_to_those_who_have_nothing() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    holders(&world, &["10001"]).await;
    world.offer_for("10002").await;
    for number in ["10003", "10004"] {
        world.person(number).await;
    }
    let page = run(&browser, &[("why", "first"), ("station", "Nairobi")]).await;
    assert_eq!(outcomes(&browser, &page).await, [2, 0, 0]);
    // Somebody else offers to one of them, and the other leaves, before the run is worked off.
    world.issuer.create_offer(&World::officer(), &new_offer("s-10003".into())).await.unwrap();
    let end = [("how", "separated"), ("sure", "yes")];
    assert_eq!(browser.post("/console/staff/s-10004/end", &end).await.status, 303);
    browser.post(&format!("{page}/confirm"), &[]).await;
    world.issuer.work_off_runs().await.unwrap();
    assert_eq!(outcomes(&browser, &page).await, [0, 0, 2]);
    let text = browser.get(&format!("{page}/result.csv")).await.text();
    assert!(text.contains("10003,skipped,an offer waits already"), "{text}");
    assert!(text.contains("10004,skipped,the person's service has ended"), "{text}");
    for refused in
        [&[("why", "first"), ("station", "Nowhere")][..], &[("why", "phone-lost")], &[("why", "x")]]
    {
        assert_eq!(browser.post("/console/reissues", refused).await.status, 422, "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_held_and_goes_on_and_loses_and_doubles_nobody() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    for number in 0..100 {
        world.person(&format!("2{number:04}")).await;
    }
    let page = run(&browser, &[("why", "first")]).await;
    let id = page.rsplit('/').next().unwrap().to_owned();
    browser.post(&format!("{page}/confirm"), &[]).await;
    assert!(world.issuer.work_off_run_step("undp", &id).await.unwrap(), "there is more");
    browser.post(&format!("{page}/pause"), &[]).await;
    world.issuer.work_off_runs().await.unwrap();
    assert_eq!(outcomes(&browser, &page).await, [60, 40, 0]);
    let world = world.restart().await;
    let mut browser = browser.at(&world);
    browser.sign_in().await;
    world.issuer.work_off_runs().await.unwrap();
    assert_eq!(outcomes(&browser, &page).await, [60, 40, 0], "paused");
    browser.post(&format!("{page}/resume"), &[]).await;
    // Two workers at once, as when a second process starts before the first has ended.
    let (one, other) = tokio::join!(world.issuer.work_off_runs(), world.issuer.work_off_runs());
    one.and(other).unwrap();
    assert_eq!(outcomes(&browser, &page).await, [0, 100, 0]);
    let text = browser.get(&format!("{page}/result.csv")).await.text();
    let offers: std::collections::BTreeSet<&str> =
        text.lines().skip(1).filter_map(|line| line.rsplit(',').next()).collect();
    assert_eq!(offers.len(), 100, "everybody has one of their own");
    for number in 0..100 {
        let id = format!("s-2{number:04}");
        let view = world.issuer.subject_page(world.tenant("undp"), &id).await.unwrap();
        assert_eq!(view.offers.len(), 1, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_for_a_second_person() {
    let world = World::start_with(FourEyes::Always).await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    let approver = Browser::officer_as(&world, "undp", "Ben", Roles::of(&[Role::Approver])).await;
    world.person("10001").await;
    let page = run(&browser, &[("why", "first")]).await;
    browser.post(&format!("{page}/confirm"), &[]).await;
    world.issuer.work_off_runs().await.unwrap();
    assert_eq!(outcomes(&browser, &page).await, [1, 0, 0]);
    assert!(browser.get(&page).await.text().contains("waits for a second person"));
    let (waiting, _) = world.issuer.list_proposals("undp", 1).await.unwrap();
    let path = format!("/console/approvals/{}/approve", waiting[0].approval.id);
    assert!(approver.get("/console/approvals").await.text().contains("Offer credentials to 1 person"));
    assert_eq!(browser.post(&path, &[]).await.status, 403);
    assert_eq!(approver.post(&path, &[]).await.status, 303);
    world.issuer.work_off_runs().await.unwrap();
    assert_eq!(outcomes(&browser, &page).await, [0, 1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discarded_run_offers_nothing_any_more() {
    let world = World::start().await;
    world.person("10001").await;
    let by = World::officer();
    let id = world.issuer.create_run(&by, &new(Reissue::First)).await.unwrap();
    world.issuer.move_run(&by, &id, UploadState::Discarded).await.unwrap();
    let proposal = issuance::Proposal::Reissue { run: id.clone() };
    assert!(world.issuer.propose(&by, &proposal).await.is_err());
    assert!(world.issuer.move_run(&by, &id, UploadState::Confirmed).await.is_err());
    assert_eq!(world.issuer.find_run("undp", &id).await.unwrap().counts.waiting, 0);
}
