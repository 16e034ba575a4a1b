//! What each role may not do, and how roles change.

use issuance::{Role, Roles};
use testkit::Answer;

use crate::console::{Browser, between};
use crate::support::World;

async fn person_with(world: &World, role: Role) -> Browser {
    Browser::officer_as(world, "undp", role.title(), Roles::of(&[role])).await
}

fn id_of(page: &str, name: &str) -> String {
    let (before, _) = page.split_once(&format!("\">{name}</a>")).unwrap();
    before.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_and_form_asks_for_its_role() {
    let world = World::start().await;
    let person = world.person("10023").await;
    let offer = world.offer().await.offer_id;
    let reads = [
        ("/console/staff".to_owned(), [true, true, true, false]),
        (format!("/console/staff/{person}"), [true, true, true, false]),
        (format!("/console/people/{person}/status?act=revoke"), [true, true, true, false]),
        (format!("/console/offers/{offer}"), [true, false, false, false]),
        ("/console/imports".to_owned(), [true, true, true, false]),
        ("/console/approvals".to_owned(), [true, true, true, false]),
        ("/console/documents".to_owned(), [true, true, true, false]),
        ("/console/activity".to_owned(), [false, false, true, true]),
        ("/console/activity.csv".to_owned(), [false, false, true, true]),
        ("/console/officers".to_owned(), [true, true, true, true]),
        ("/console".to_owned(), [true, true, true, true]),
    ];
    let writes = [
        (format!("/console/people/{person}/status"), [true, false, false, false]),
        (format!("/console/staff/{person}/offers"), [true, false, false, false]),
        (format!("/console/offers/{offer}/renew"), [true, false, false, false]),
        ("/console/approvals/x/approve".to_owned(), [false, true, false, false]),
        ("/console/officers/links".to_owned(), [false, false, false, true]),
        ("/console/officers/x/roles".to_owned(), [false, false, false, true]),
    ];
    for (at, role) in Role::ALL.into_iter().enumerate() {
        let browser = person_with(&world, role).await;
        let refused = |answer: &Answer| answer.status == 403;
        for (path, allowed) in &reads {
            assert_eq!(refused(&browser.get(path).await), !allowed[at], "{role:?} {path}");
        }
        for (path, allowed) in &writes {
            // The forms are empty: whoever may use them is told what is missing.
            assert_eq!(refused(&browser.post(path, &[]).await), !allowed[at], "{role:?} {path}");
        }
    }
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
