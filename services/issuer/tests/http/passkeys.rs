//! The passkeys of a person, as an officer sees and takes them away.

use issuance::{Role, Roles};

use crate::authorization::Person;
use crate::console::{Browser, between};
use crate::support::World;

const PAGE: &str = "/console/staff/s-10023";
const REMOVE: &str = "/console/people/s-10023/passkeys/remove";

fn passkey(page: &str) -> String {
    between(page, "name=\"passkey\" value=\"", "\"").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_sees_when_a_passkey_was_made_and_used_and_takes_it_away() {
    let world = World::start().await;
    let ann = Browser::officer_as(&world, "undp", "Ann", Roles::of(&[Role::Officer])).await;
    let link = world.offer().await;
    assert!(ann.get(PAGE).await.text().contains("invited by an offer"));
    let mut person = Person::enrolled(&world, &link).await;
    let page = ann.get(PAGE).await.text();
    assert_eq!(page.matches("data-testid=\"passkey\"").count(), 1);
    assert!(page.contains("Not used since"), "{page}");
    world.clock.advance(chrono::Duration::minutes(3));
    person.code(&world, &[]).await;
    let page = ann.get(PAGE).await.text();
    assert!(page.contains("Last used") && page.contains("15 Jan 2027, 08:03 UTC"), "{page}");

    let id = passkey(&page);
    for _ in 0..2 {
        let answer = ann.post(REMOVE, &[("passkey", id.as_str())]).await;
        assert_eq!(Browser::path_of(&answer), format!("{PAGE}?done=passkey"));
    }
    assert_eq!(ann.get(PAGE).await.text().matches("data-testid=\"passkey\"").count(), 0);
    let request = world.request_uri(&[]).await;
    assert_eq!(person.sign_in(&request).await.status, 401, "it opens nothing any more");
    let eve = Browser::officer_as(&world, "undp", "Eve", Roles::of(&[Role::Auditor])).await;
    let trail = eve.get("/console/activity?area=person").await.text();
    assert_eq!(trail.matches("took a passkey of a person away").count(), 1, "{trail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_the_passkey_of_another_person_or_organisation() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    Person::enrolled(&world, &world.offer().await).await;
    world.person("20002").await;
    let id = passkey(&ann.get(PAGE).await.text());
    let form = [("passkey", id.as_str())];
    ann.post("/console/people/s-20002/passkeys/remove", &form).await;
    let stranger = Browser::officer(&world, "wfp", "Mallory").await;
    assert_eq!(stranger.post(REMOVE, &form).await.status, 404);
    let auditor = Browser::officer_as(&world, "undp", "Eve", Roles::of(&[Role::Auditor])).await;
    assert_eq!(auditor.post(REMOVE, &form).await.status, 403);
    assert!(!auditor.get(PAGE).await.text().contains("data-testid=\"remove-passkey\""));
    assert_eq!(ann.post(REMOVE, &[("passkey", "not base64!")]).await.status, 404);
    assert_eq!(ann.get(PAGE).await.text().matches("data-testid=\"passkey\"").count(), 1);
}
