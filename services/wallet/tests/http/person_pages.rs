//! What a person meets who comes rarely: the way on after a recovery, who offers, how everything stands, a device that served others.

use serde_json::json;

use crate::custody::opened;
use crate::world::{Person, World};

/// A page as a reader of Arabic has it.
async fn in_arabic(person: &Person, path: &str) -> String {
    let headers = [("accept", "text/html"), ("accept-language", "ar")];
    let url = format!("{}{path}", person.url);
    let answer = person.agent.send(testkit::Method::GET, url, &headers, Vec::new()).await.unwrap();
    answer.expect(200).unwrap().text()
}

#[actix_web::test]
async fn after_a_recovery_the_first_step_names_the_old_phone() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let key = person.key.thumbprint();
    let page = person.page("/recovered").await.expect(200).unwrap().text();
    assert!(page.contains(&format!("data-old=\"{key}\"")) && page.contains("My old phone is lost"), "{page}");
    assert!(page.contains("Make a recovery code"));
    person.delete(&format!("/v1/device-keys/{key}")).await.expect(204).unwrap();
    let page = person.page("/recovered").await.expect(200).unwrap().text();
    assert!(!page.contains("data-old") && page.contains("the old phone is named as lost"), "{page}");
    let stranger = testkit::Agent::new();
    let answer = stranger.get_as(format!("{}/recovered", world.url), "text/html").await.unwrap();
    assert_eq!(answer.status, 401);
}

#[actix_web::test]
async fn a_device_that_got_a_name_still_says_which_browser_made_its_key() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let path = format!("/v1/device-keys/{}", person.key.thumbprint());
    let before = person.get("/v1/account").await.json().unwrap();
    person.patch(&path, json!({ "name": "The phone in the kitchen" })).await.expect(204).unwrap();
    let after = person.get("/v1/account").await.json().unwrap();
    assert_eq!(after["deviceKeys"][0]["device"], "The phone in the kitchen");
    assert_eq!(after["deviceKeys"][0]["madeOn"], before["deviceKeys"][0]["device"]);
}

#[actix_web::test]
async fn own_name_of_an_organisation_stands_beside_the_proven_one_and_never_alone() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let path = format!("/offers/{}", offer["id"].as_str().unwrap());
    let page = in_arabic(&person, &path).await;
    assert!(page.contains("<strong><bdi>United Nations Development Programme</bdi></strong>"), "{page}");
    assert!(page.contains("تسمّي نفسها: <bdi>برنامج الأمم المتحدة الإنمائي</bdi>"), "{page}");
    let english = person.page(&path).await.text();
    assert!(english.contains("They call themselves: <bdi>The issuer</bdi>"), "{english}");
    // Nobody proves who signed nothing.
    world.others.knobs().signed_metadata = false;
    let unknown = person.open_offer(&format!("{}?unsigned", world.offer_uri())).await;
    let page = in_arabic(&person, &format!("/offers/{}", unknown["id"].as_str().unwrap())).await;
    assert!(!page.contains("برنامج"), "{page}");
}

#[actix_web::test]
async fn an_offer_says_whether_the_chain_accredits_its_issuer_for_it() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let path = format!("/offers/{}", offer["id"].as_str().unwrap());
    let page = person.page(&path).await.text();
    assert_eq!(page.matches("Accredited to issue this kind").count(), 2, "in both forms: {page}");
    assert!(page.contains("data-testid=\"two-forms\""), "{page}");
    world.others.knobs().accredited = false;
    let page = person.page(&path).await.text();
    assert!(page.contains("Not accredited for this kind") && page.contains("Others may refuse it"), "{page}");
    world.others.knobs().signed_metadata = false;
    let unknown = person.open_offer(&format!("{}?unsigned", world.offer_uri())).await;
    let page = person.page(&format!("/offers/{}", unknown["id"].as_str().unwrap())).await.text();
    assert!(
        !page.contains("ccredited"),
        "who is unknown to the registry is not accredited nor the opposite: {page}"
    );
}

#[actix_web::test]
async fn one_request_says_how_everything_stands() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let states = |answer: serde_json::Value| -> Vec<String> {
        let all = answer["statuses"].as_array().unwrap().clone();
        all.iter().map(|one| one["status"]["state"].as_str().unwrap().to_owned()).collect()
    };
    let first = person.get("/v1/statuses").await.expect(200).unwrap().json().unwrap();
    assert_eq!(states(first), ["valid", "valid"]);
    world.others.knobs().suspended = true;
    let second = person.get("/v1/statuses").await.expect(200).unwrap().json().unwrap();
    assert_eq!(states(second), ["suspended", "suspended"]);
    let kept = person.page("/").await.text();
    assert_eq!(kept.matches("badge paused").count(), 2, "and it is kept: {kept}");
    // A list that the chain does not know says nothing, and what was known stays.
    world.others.knobs().chain_has_other_list = true;
    let third = person.get("/v1/statuses").await.expect(200).unwrap().json().unwrap();
    assert_eq!(states(third), ["unknown", "unknown"]);
    assert_eq!(person.page("/").await.text().matches("badge paused").count(), 2);
}

#[actix_web::test]
async fn after_a_visit_pages_lead_to_the_desk_until_the_officer_opens_their_own_wallet() {
    let world = World::new().await;
    let (desk, _) = opened(&world).await;
    desk.page("/account").await.expect(200).unwrap();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let press = |path: &'static str| {
        let url = format!("{}{path}", desk.url);
        desk.agent.send(testkit::Method::POST, url, &form, Vec::new())
    };
    press("/desk/finish").await.unwrap().expect(303).unwrap();
    let seen =
        ["/", "/account", "/ways-in", "/activity", "/offers/018f0000", "/offer?credential_offer_uri=x"];
    for path in seen {
        let answer = desk.page(path).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/officers/desk")), "{path}");
    }
    let page = desk.page("/officers/desk").await.expect(200).unwrap().text();
    assert!(page.contains("action=\"/desk/own\""), "{page}");
    let own = press("/desk/own").await.unwrap().expect(303).unwrap();
    assert_eq!(own.header("location"), Some("/"));
    desk.page("/account").await.expect(200).unwrap();
    let page = desk.page("/officers/desk").await.expect(200).unwrap().text();
    assert!(!page.contains("action=\"/desk/own\""));
}
