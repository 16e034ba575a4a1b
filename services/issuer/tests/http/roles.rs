//! What each role may not do, and how roles change.

use clock::{Clock as _, SystemClock};
use issuance::{FourEyes, Role, Roles};
use issuer::LinkFor;
use testkit::Answer;

use crate::console::{Browser, between};
use crate::support::World;

fn id_of(page: &str, name: &str) -> String {
    let (before, _) = page.split_once(&format!("\">{name}</a>")).unwrap();
    before.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn guarded_roles_are_given_by_two_people() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    let _ben = Browser::officer_as(&world, "undp", "Ben", Roles::of(&[Role::Officer])).await;
    let officers = ann.get("/console/officers").await.text();
    let (ann_id, ben_id) = (id_of(&officers, "Ann"), id_of(&officers, "Ben"));
    let last = ann.post(&format!("/console/officers/{ann_id}/roles"), &[("officer", "yes")]).await;
    assert_eq!(last.status, 409, "somebody has to be administrator");
    // Alone, Ann gives the first colleague the role of the second person.
    let roles = [("officer", "yes"), ("approver", "yes")];
    let done = Browser::path_of(&ann.post(&format!("/console/officers/{ben_id}/roles"), &roles).await);
    assert_eq!(done, "/console/officers?done=changed");
    // From then on it takes both.
    let invited = ann.post("/console/officers/links", &[("administrator", "yes")]).await;
    assert_eq!(invited.status, 422);
    assert_eq!(ann.post("/console/officers/links", &[]).await.status, 422, "no role");
    let _eve = Browser::officer_as(&world, "undp", "Eve", Roles::of(&[Role::Auditor])).await;
    let eve_id = id_of(&ann.get("/console/officers").await.text(), "Eve");
    let path = format!("/console/officers/{eve_id}/roles");
    let done = Browser::path_of(&ann.post(&path, &[("approver", "yes")]).await);
    assert_eq!(done, "/console/officers?done=proposed");
    let page = ann.get("/console/approvals").await.text();
    assert!(page.contains("Make Eve approver") && page.contains("Until now: auditor"), "{page}");
    assert!(!page.contains("data-testid=\"approve\""), "not her own");
}

/// The token of the link that the page shows.
fn link_on(page: &Answer) -> String {
    assert_eq!(page.status, 200, "{}", page.text());
    let page = page.text();
    between(&page, "/console/register/", "<").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_who_sends_the_only_approver_away_gains_nothing() {
    let world = World::start_with(FourEyes::Always).await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    let _ben = Browser::officer_as(&world, "undp", "Ben", Roles::of(&[Role::Approver])).await;
    let _eve = Browser::officer_as(&world, "undp", "Eve", Roles::of(&[Role::Auditor])).await;
    let officers = ann.get("/console/officers").await.text();
    let (ben_id, eve_id) = (id_of(&officers, "Ben"), id_of(&officers, "Eve"));
    let done = ann.post(&format!("/console/officers/{ben_id}/roles"), &[]).await;
    assert_eq!(Browser::path_of(&done), "/console/officers?done=changed", "access ends at once");
    assert_eq!(ann.post("/console/officers/links", &[("approver", "yes")]).await.status, 422);
    let path = format!("/console/officers/{eve_id}/roles");
    let done = Browser::path_of(&ann.post(&path, &[("approver", "yes")]).await);
    assert_eq!(done, "/console/officers?done=proposed");
    // Whoever runs the service names a second person; the trail says so.
    let second = world.officer_link_as("undp", Roles::of(&[Role::Approver])).await;
    let mut zoe = Browser::new(&world, "Zoe");
    assert_eq!(zoe.register(&second, "Zoe").await.status, 200);
    let waiting = zoe.get("/console/approvals").await.text();
    let id = between(&waiting, "action=\"/console/approvals/", "/").to_owned();
    let done = Browser::path_of(&zoe.post(&format!("/console/approvals/{id}/approve"), &[]).await);
    assert_eq!(done, "/console/approvals?done=approved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_with_what_its_maker_may_give() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    let ada = Browser::officer_as(&world, "undp", "Ada", Roles::of(&[Role::Administrator])).await;
    let _ben = Browser::officer_as(&world, "undp", "Ben", Roles::of(&[Role::Officer])).await;
    let hers = link_on(&ada.post("/console/officers/links", &[("officer", "yes")]).await);
    let officers = ann.get("/console/officers").await.text();
    let (ada_id, ben_id) = (id_of(&officers, "Ada"), id_of(&officers, "Ben"));
    ann.post(&format!("/console/officers/{ada_id}/roles"), &[]).await;
    let mut late = Browser::new(&world, "late");
    assert_eq!(late.register(&hers, "Late").await.status, 410, "its maker has no access any more");
    // A link for an approver, made while there was nobody else to ask.
    let early = link_on(&ann.post("/console/officers/links", &[("approver", "yes")]).await);
    ann.post(&format!("/console/officers/{ben_id}/roles"), &[("officer", "yes"), ("approver", "yes")]).await;
    assert_eq!(late.register(&early, "Late").await.status, 410, "now Ben is to be asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_sees_what_is_proposed_about_colleagues_and_nobody_else() {
    let world = World::start().await;
    let ann = Browser::officer_as(&world, "undp", "Ann", Roles::of(&[Role::Officer])).await;
    let _ben = Browser::officer_as(&world, "undp", "Ben", Roles::of(&[Role::Approver])).await;
    let ada = Browser::officer_as(&world, "undp", "Ada", Roles::of(&[Role::Administrator])).await;
    let person = world.person("10023").await;
    ann.post(&format!("/console/people/{person}/status"), &[("act", "revoke"), ("reason", "other")]).await;
    let ann_id = id_of(&ada.get("/console/officers").await.text(), "Ann");
    ada.post(&format!("/console/officers/{ann_id}/roles"), &[("officer", "yes"), ("approver", "yes")]).await;
    let page = ada.get("/console/approvals").await.text();
    assert!(page.contains("Make Ann officer and approver") && !page.contains("Okafor"), "{page}");
    let id = between(&page, "action=\"/console/approvals/", "/").to_owned();
    let back = Browser::path_of(&ada.post(&format!("/console/approvals/{id}/withdraw"), &[]).await);
    assert_eq!(back, "/console/approvals?done=withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_every_role_is_out_at_once_and_stays_out() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    let mut ben = Browser::officer_as(&world, "undp", "Ben", Roles::of(&[Role::Officer])).await;
    assert_eq!(ben.get("/console/staff").await.status, 200);
    let id = id_of(&ann.get("/console/officers").await.text(), "Ben");
    let foreign = Browser::officer(&world, "wfp", "Eve").await;
    assert_eq!(foreign.post(&format!("/console/officers/{id}/roles"), &[]).await.status, 404);
    assert_eq!(ann.post(&format!("/console/officers/{id}/roles"), &[]).await.status, 303);
    assert_eq!(ben.get("/console/staff").await.status, 303, "signed out");
    assert_eq!(ben.sign_in().await.status, 401);
}

/// What `passerelle admin officer-link --approver` calls, beside the running service.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_runs_the_service_names_a_second_person_who_may_approve_and_nothing_else() {
    let world = World::start_with(FourEyes::Always).await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    world.offer().await;
    ann.post("/console/people/s-10023/status", &[("act", "revoke"), ("reason", "other")]).await;
    let link = async |tenant: &'static str, whom| issuer::officer_link(&world.config(), tenant, whom).await;
    assert!(link("nobody", LinkFor::Approver).await.is_err());
    assert!(link("undp", LinkFor::FirstOfficer).await.unwrap().is_none(), "there is a first one");

    let token = |link: &url::Url| link.path_segments().unwrap().next_back().unwrap().to_owned();
    let first = link("undp", LinkFor::Approver).await.unwrap().unwrap();
    let second = link("undp", LinkFor::Approver).await.unwrap().unwrap();
    // The program says the time of this machine, the service that of the test.
    world.clock.set(SystemClock.now());
    let mut ben = Browser::new(&world, "ben");
    assert_eq!(ben.register(&token(&first), "Ben").await.status, 410, "the newest one works");
    assert_eq!(ben.register(&token(&second), "Ben").await.status, 200);
    assert_eq!(Browser::new(&world, "eve").register(&token(&second), "Eve").await.status, 410, "once");
    assert_eq!(ben.post("/console/officers/links", &[("officer", "yes")]).await.status, 403);
    assert_eq!(ben.post("/console/staff/s-10023/offers", &[]).await.status, 403);
    let proposals = ben.get("/console/approvals").await.text();
    assert!(!proposals.contains("data-testid=\"take-back\""), "not his own");
    let mut ann = ann;
    ann.sign_in().await;
    let trail = ann.get("/console/activity?area=officer").await.text();
    assert!(trail.contains("Passerelle") && trail.contains("made a one-time link"), "{trail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_searched_taken_away_and_checked() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    let person = world.person("10023").await;
    ann.post(&format!("/console/staff/{person}/offers"), &[]).await;
    let found = ann.get("/console/activity?number=10023").await.text();
    assert!(found.contains("made an offer") && !found.contains("registered a passkey"), "{found}");
    let none = ann.get("/console/activity?number=99999").await.text();
    assert!(none.contains("Nothing found"));
    let none = ann.get("/console/activity?to=2020-01-01").await.text();
    assert!(none.contains("Nothing found"));
    let area = ann.get("/console/activity?area=officer").await.text();
    assert!(area.contains("registered a passkey") && !area.contains("made an offer"));
    let file = ann.get("/console/activity.csv?area=offer").await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(file.text().lines().count(), 2, "{}", file.text());
    let checked = ann.get("/console/activity?check=yes").await.text();
    assert!(between(&checked, "banner ", "</div>").contains("Unbroken: "), "{checked}");
}
