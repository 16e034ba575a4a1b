//! Four eyes: what one officer proposes and another decides.

use issuance::{Role, Roles};

use crate::console::{Browser, between};
use crate::support::{Holder, LDP, World};

const SAMPLE: &[u8] = include_bytes!("../../samples/staff-wfp.csv");

fn officer() -> Roles {
    Roles::of(&[Role::Officer])
}

fn approver() -> Roles {
    Roles::of(&[Role::Approver])
}

/// The identifier of the one proposal that waits.
async fn proposal(browser: &Browser) -> String {
    let page = browser.get("/console/approvals").await.text();
    between(&page, "action=\"/console/approvals/", "/").to_owned()
}

async fn issued(world: &World) {
    let link = world.offer().await;
    world.credential(&link, LDP, &Holder::new(7)).await;
}

async fn state(browser: &Browser) -> String {
    let page = browser.get("/console/staff/s-10023").await.text();
    between(&page, "data-testid=\"person-state\">", "<").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_decides_their_own_proposal() {
    let world = World::start().await;
    let both = Roles::of(&[Role::Officer, Role::Approver]);
    let ann = Browser::officer_as(&world, "undp", "Ann", both).await;
    let ben = Browser::officer_as(&world, "undp", "Ben", both).await;
    issued(&world).await;
    let form = [("act", "revoke"), ("reason", "separated"), ("note", "left in March")];
    let answer = ann.post("/console/people/s-10023/status", &form).await;
    assert_eq!(Browser::path_of(&answer), "/console/staff/s-10023?done=proposed");
    assert_eq!(state(&ann).await, "Valid", "not before somebody approved");
    let id = proposal(&ben).await;
    for act in ["approve", "refuse"] {
        let answer = ann.post(&format!("/console/approvals/{id}/{act}"), &[("remark", "r")]).await;
        assert_eq!(answer.status, 403, "{act}");
    }
    assert_eq!(ben.post(&format!("/console/approvals/{id}/withdraw"), &[]).await.status, 403, "not his");
    assert_eq!(ben.post(&format!("/console/approvals/{id}/refuse"), &[]).await.status, 400, "no reason");
    assert_eq!(state(&ann).await, "Valid");
    let done = Browser::path_of(&ben.post(&format!("/console/approvals/{id}/approve"), &[]).await);
    assert_eq!(done, "/console/approvals?done=approved");
    assert_eq!(state(&ann).await, "Revoked");
    let page = ann.get("/console/staff/s-10023").await.text();
    assert!(page.contains("Ann, approved by Ben") && page.contains("left in March"), "{page}");
    assert_eq!(ben.post(&format!("/console/approvals/{id}/approve"), &[]).await.status, 409, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_other_organisations_decide_nothing() {
    let world = World::start().await;
    let ann = Browser::officer_as(&world, "undp", "Ann", officer()).await;
    let _ben = Browser::officer_as(&world, "undp", "Ben", approver()).await;
    let theirs = Browser::officer_as(&world, "wfp", "Eve", Roles::ALL).await;
    issued(&world).await;
    ann.post("/console/people/s-10023/status", &[("act", "revoke"), ("reason", "other")]).await;
    let id = proposal(&ann).await;
    for act in ["approve", "withdraw"] {
        assert_eq!(theirs.post(&format!("/console/approvals/{id}/{act}"), &[]).await.status, 404, "{act}");
    }
    assert!(!theirs.get("/console/approvals").await.text().contains("Okafor"));
    let stranger = Browser::new(&world, "stranger");
    assert_eq!(
        stranger.post(&format!("/console/approvals/{id}/approve"), &[]).await.status,
        401,
        "no session"
    );
    assert_eq!(state(&ann).await, "Valid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_offered_once_a_second_person_approved_it() {
    let world = World::start().await;
    let ann = Browser::officer_as(&world, "undp", "Ann", officer()).await;
    let ben = Browser::officer_as(&world, "undp", "Ben", approver()).await;
    let page = Browser::path_of(&ann.upload("/console/imports", "staff.csv", SAMPLE).await);
    assert_eq!(ben.post(&format!("{page}/confirm"), &[]).await.status, 403, "an approver proposes nothing");
    for _ in 0..2 {
        assert_eq!(Browser::path_of(&ann.post(&format!("{page}/confirm"), &[]).await), page);
    }
    world.issuer.work_off_uploads().await.unwrap();
    let text = ann.get(&page).await.text();
    assert!(text.contains("data-testid=\"waits\"") && !text.contains("data-testid=\"confirm-import\""));
    let waiting = ben.get("/console/approvals").await.text();
    assert_eq!(waiting.matches("data-testid=\"proposal\"").count(), 1, "proposed twice is once");
    let id = proposal(&ben).await;
    ben.post(&format!("/console/approvals/{id}/approve"), &[]).await;
    world.issuer.work_off_uploads().await.unwrap();
    assert!(ann.get(&page).await.text().contains("were imported."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_for_a_discarded_list_cannot_be_approved_and_stays_to_be_refused() {
    let world = World::start().await;
    let ann = Browser::officer_as(&world, "undp", "Ann", officer()).await;
    let ben = Browser::officer_as(&world, "undp", "Ben", approver()).await;
    let page = Browser::path_of(&ann.upload("/console/imports", "staff.csv", SAMPLE).await);
    ann.post(&format!("{page}/confirm"), &[]).await;
    ann.post(&format!("{page}/discard"), &[]).await;
    let id = proposal(&ben).await;
    assert_eq!(ben.post(&format!("/console/approvals/{id}/approve"), &[]).await.status, 409);
    let done = ben.post(&format!("/console/approvals/{id}/refuse"), &[("remark", "it was discarded")]).await;
    assert_eq!(Browser::path_of(&done), "/console/approvals?done=refused");
    assert!(ann.get("/console/approvals").await.text().contains("it was discarded"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_alone_works_alone_and_suspending_never_waits() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    issued(&world).await;
    let _ben = Browser::officer_as(&world, "undp", "Ben", approver()).await;
    let form = "/console/people/s-10023/status";
    assert_eq!(
        ann.post(form, &[("act", "suspend"), ("reason", "inquiry"), ("until", "x")]).await.status,
        400
    );
    let past = [("act", "suspend"), ("reason", "inquiry"), ("until", "2020-01-01")];
    assert_eq!(ann.post(form, &past).await.status, 400);
    let week = [("act", "suspend"), ("reason", "inquiry"), ("until", "2027-01-22")];
    assert_eq!(Browser::path_of(&ann.post(form, &week).await), "/console/staff/s-10023?done=suspended");
    let page = ann.get("/console/staff/s-10023").await.text();
    assert!(page.contains("until 22 January 2027") && page.contains("lifts itself"), "{page}");
    let page = ann.get(&format!("{form}?act=revoke")).await.text();
    assert!(page.contains("A second person has to approve this.") && page.contains("Propose to revoke"));
}
