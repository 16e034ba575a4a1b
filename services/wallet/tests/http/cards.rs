//! Printed cards: what was chosen and no more, as codes that the issuer's signature still covers.

use credential::{Expect, Input};
use paper::Joining;
use serde_json::{Value, json};

use crate::copies::{holder, prepared_for};
use crate::world::{Person, World, problem};

async fn of_format(person: &Person, format: &str) -> String {
    let all = person.credentials().await;
    all.iter().find(|one| one["format"] == format).unwrap()["id"].as_str().unwrap().to_owned()
}

async fn card(person: &Person, id: &str, claims: Value) -> testkit::Answer {
    person.post(&format!("/v1/credentials/{id}/card"), json!({ "claims": claims })).await
}

/// The credential that the codes of a card make.
fn read(card: &Value) -> String {
    let mut joining = Joining::default();
    let mut codes: Vec<&str> =
        card["codes"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    codes.reverse();
    let text = codes.into_iter().find_map(|code| joining.add(code).unwrap());
    text.expect("all codes make a text")
}

async fn verifies(world: &World, text: &str) -> bool {
    let input = match serde_json::from_str::<Value>(text) {
        Ok(document) => Input::from_value(document),
        Err(_) => Input::from_value(json!(text)),
    };
    let expect = Expect::credential(clock::Clock::now(&world.others.clock));
    let outcome =
        credential::verify_credential(&input.unwrap(), world.wallet.resolver.as_ref(), &expect).await;
    outcome.faults.is_empty()
}

#[actix_web::test]
async fn card_says_what_was_chosen_and_is_still_signed_by_the_issuer() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let id = of_format(&person, "dc+sd-jwt").await;
    let made = card(&person, &id, json!(["givenName"])).await.expect(200).unwrap().json().unwrap();
    assert!(made["claims"].to_string().contains("Amina"));
    assert_eq!(made["issuer"], "United Nations Development Programme");
    let text = read(&made);
    assert!(verifies(&world, &text).await);
    let disclosures: Vec<String> = text
        .split('~')
        .skip(1)
        .filter(|part| !part.is_empty())
        .map(|part| String::from_utf8(testkit::unb64(part).unwrap()).unwrap())
        .collect();
    assert_eq!(disclosures.len(), 1, "{disclosures:?}");
    assert!(disclosures[0].contains("Amina"));
    assert!(!made.to_string().contains("Diallo") && !made.to_string().contains("1988-05-04"));
    let entries = person.get("/v1/activity").await.json().unwrap();
    let printed = entries["entries"].as_array().unwrap().iter().find(|one| one["kind"] == "cardPrinted");
    assert!(printed.unwrap()["claims"].to_string().contains("Given name"));
}

#[actix_web::test]
async fn whole_credential_is_printed_whole() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let id = of_format(&person, "ldp_vc").await;
    let made = card(&person, &id, json!([])).await.expect(200).unwrap().json().unwrap();
    assert!(verifies(&world, &read(&made)).await);
    assert_eq!(problem(card(&person, &id, json!(["givenName"])).await, 400), "bad-request");
}

#[actix_web::test]
async fn only_what_can_be_chosen_is_and_only_by_its_person() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let id = of_format(&person, "dc+sd-jwt").await;
    for wrong in [json!(["vct"]), json!(["nothing"]), json!(vec!["givenName"; 65])] {
        assert_eq!(problem(card(&person, &id, wrong).await, 400), "bad-request");
    }
    let other = world.person("bela").await;
    assert_eq!(problem(card(&other, &id, json!([])).await, 404), "not-found");
    assert!(!person.get("/v1/activity").await.text().contains("cardPrinted"));
}

#[actix_web::test]
async fn card_wants_a_fresh_proof() {
    let world = World::new().await;
    let mut person = world.holder("anna").await;
    let id = of_format(&person, "dc+sd-jwt").await;
    world.others.clock.advance(chrono::Duration::minutes(11));
    assert_eq!(problem(card(&person, &id, json!([])).await, 403), "sign-in-again");
    person.step_up().await.expect(204).unwrap();
    card(&person, &id, json!([])).await.expect(200).unwrap();
}

#[actix_web::test]
async fn cards_are_of_one_copy_that_no_verifier_sees() {
    let world = World::new().await;
    let (person, _) = holder(&world).await;
    let id = of_format(&person, "dc+sd-jwt").await;
    let key = |made: &Value| {
        let claims = testkit::jwt_payload(read(made).split('~').next().unwrap()).unwrap();
        keys::PublicKey::from_jwk(&claims["cnf"]["jwk"]).unwrap().jwk_thumbprint()
    };
    let first = card(&person, &id, json!([])).await.json().unwrap();
    let again = card(&person, &id, json!(["familyName"])).await.json().unwrap();
    assert_eq!(key(&first), key(&again));
    assert_ne!(key(&first), person.key.thumbprint());
    let shown = prepared_for(&world, &person, "first").await;
    assert!(shown.is_some_and(|shown| shown != key(&first)));
    assert_eq!(
        prepared_for(&world, &person, "second").await,
        None,
        "two copies: one for cards, one for the first"
    );
}

#[actix_web::test]
async fn page_lets_choose_and_says_what_a_card_is_worth() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let id = of_format(&person, "dc+sd-jwt").await;
    let page = person.page(&format!("/credentials/{id}/card")).await.expect(200).unwrap().text();
    for part in ["value=\"givenName\"", "Whoever has the card", "Only the codes count"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains(" checked"), "nothing is chosen beforehand");
    assert!(person.page(&format!("/credentials/{id}")).await.text().contains("/card\""));
}
