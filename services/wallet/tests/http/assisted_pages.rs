use serde_json::json;
use testkit::Agent;

use crate::assisted::{approve, asked, newcomer, number_of, officers};
use crate::world::{Person, World};

async fn shows(person: &Person, path: &str, status: u16, parts: &[&str]) -> String {
    let text = person.page(path).await.expect(status).unwrap().text();
    for part in parts {
        assert!(text.contains(part), "{path} has no {part}: {text}");
    }
    text
}

/// Text as it stands in a page.
fn code(request: &serde_json::Value) -> &str {
    request["code"].as_str().unwrap()
}

#[actix_web::test]
async fn who_has_no_code_is_led_to_the_page_that_asks_for_help() {
    let world = World::new().await;
    let stranger = newcomer(&world, "new");
    for path in ["/", "/recover"] {
        shows(&stranger, path, 200, &["href=\"/recover/help\""]).await;
    }
    shows(&stranger, "/recover/help", 200, &["id=\"ask-help\"", "id=\"wallet-number\"", "72"]).await;
}

#[actix_web::test]
async fn request_is_left_and_come_back_to_on_the_device_that_made_it_alone() {
    let world = World::new().await;
    let (one, two) = officers(&world).await;
    let anna = world.holder("anna").await;
    let mut again = newcomer(&world, "new phone");
    let request = asked(&mut again, &number_of(&anna).await).await;
    let page = "/recover/help";
    shows(&again, page, 200, &[code(&request), "No officer has agreed yet"]).await;
    shows(&newcomer(&world, "elsewhere"), page, 200, &["id=\"ask-help\""]).await;
    approve(&one, &request).await.expect(200).unwrap();
    shows(&again, page, 200, &[code(&request), "Awa Ndiaye"]).await;
    approve(&two, &request).await.expect(200).unwrap();
    let waiting = shows(&again, page, 200, &["Two officers agreed", "Li Wei"]).await;
    assert!(!waiting.contains(code(&request)), "it is of no use any more");
    world.others.clock.advance(chrono::Duration::hours(72));
    shows(&again, page, 200, &["Almost there"]).await;
    world.wallet.tend().await;
    shows(&again, page, 200, &["Your wallet is open again", "id=\"help-sign-in\""]).await;
}

#[actix_web::test]
async fn request_that_ended_says_how_and_can_be_put_away() {
    let world = World::new().await;
    let (one, _) = officers(&world).await;
    let anna = world.person("anna").await;
    let number = number_of(&anna).await;
    let mut again = newcomer(&world, "new");
    let request = asked(&mut again, &number).await;
    let path = format!("/v1/officers/recoveries/{}/refusal", request["id"].as_str().unwrap());
    one.post(&path, json!({ "why": "Not her voice" })).await.expect(200).unwrap();
    let refused = shows(&again, "/recover/help", 200, &["An officer said no", "data-withdraw"]).await;
    assert!(!refused.contains("Not her voice"), "whoever asked may be a stranger");
    let away = format!("/v1/assisted-recovery/{}", request["id"].as_str().unwrap());
    again.delete(&away).await.expect(204).unwrap();
    shows(&again, "/recover/help", 200, &["id=\"ask-help\""]).await;
    asked(&mut again, &number).await;
    world.others.clock.advance(chrono::Duration::days(14));
    shows(&again, "/recover/help", 200, &["It took too long"]).await;
}

#[actix_web::test]
async fn person_who_has_the_wallet_reads_of_a_request_at_once_and_stops_it() {
    let world = World::new().await;
    let (one, two) = officers(&world).await;
    let anna = world.person("anna").await;
    for path in ["/", "/account"] {
        assert!(!anna.page(path).await.text().contains("stop-asked"), "{path}");
    }
    let request = asked(&mut newcomer(&world, "thief"), &number_of(&anna).await).await;
    for path in ["/", "/account"] {
        shows(&anna, path, 200, &["id=\"stop-asked\"", "No officer has agreed yet"]).await;
    }
    approve(&one, &request).await.expect(200).unwrap();
    approve(&two, &request).await.expect(200).unwrap();
    shows(&anna, "/", 200, &["Awa Ndiaye", "If nobody stops it"]).await;
    assert!(!one.page("/").await.text().contains("stop-asked"), "it is not the officer's wallet");
    anna.delete("/v1/assisted-recovery").await.expect(204).unwrap();
    assert!(!anna.page("/").await.text().contains("stop-asked"));
}

#[actix_web::test]
async fn officers_pages_open_to_officers_with_a_fresh_proof() {
    let world = World::new().await;
    let (mut one, _) = officers(&world).await;
    let anna = world.person("anna").await;
    let request = asked(&mut newcomer(&world, "new"), &number_of(&anna).await).await;
    let path = format!("/officers/requests/{}", request["id"].as_str().unwrap());
    let stranger = Person { agent: Agent::new(), ..newcomer(&world, "stranger") };
    for page in ["/officers", path.as_str()] {
        shows(&stranger, page, 401, &["id=\"officer-sign-in\""]).await;
        let closed = shows(&anna, page, 403, &["This wallet is not an officer"]).await;
        assert!(!closed.contains(&number_of(&anna).await));
    }
    shows(&one, "/officers", 200, &["id=\"find-request\"", "Awa Ndiaye", "action=\"/sign-out\""]).await;
    world.others.clock.advance(chrono::Duration::minutes(11));
    for page in ["/officers", path.as_str()] {
        let locked = shows(&one, page, 403, &["id=\"officer-prove\""]).await;
        assert!(!locked.contains(&number_of(&anna).await));
    }
    one.step_up().await.expect(204).unwrap();
    shows(&one, &path, 200, &["id=\"agree\"", "id=\"refuse-help\""]).await;
    one.page("/officers/requests/AAAA").await.expect(404).unwrap();
}

#[actix_web::test]
async fn officer_sees_what_waits_and_nothing_of_what_is_in_the_wallet() {
    let world = World::new().await;
    let (one, two) = officers(&world).await;
    let anna = world.holder("anna").await;
    let number = number_of(&anna).await;
    shows(&one, "/officers", 200, &["There are none."]).await;
    let request = asked(&mut newcomer(&world, "new"), &number).await;
    let path = format!("/officers/requests/{}", request["id"].as_str().unwrap());
    shows(&one, "/officers", 200, &[&number, "Waits for officers", &path]).await;
    let seen = shows(&one, &path, 200, &[&number, "Nobody yet"]).await;
    for secret in [code(&request), "Amina", "Diallo"] {
        assert!(!seen.contains(secret), "{secret}");
    }
    approve(&one, &request).await.expect(200).unwrap();
    let agreed = shows(&one, &path, 200, &["A second officer has to agree", "id=\"refuse-help\""]).await;
    assert!(!agreed.contains("id=\"agree\""));
    approve(&two, &request).await.expect(200).unwrap();
    let waiting = shows(&two, "/officers", 200, &["Waiting time runs"]).await;
    assert!(waiting.contains(&number));
    let refusal = format!("/v1/officers/recoveries/{}/refusal", request["id"].as_str().unwrap());
    two.post(&refusal, json!({ "why": "She called: not her" })).await.expect(200).unwrap();
    let over = shows(&one, &path, 200, &["Li Wei", "She called: not her"]).await;
    assert!(!over.contains("id=\"refuse-help\""));
    shows(&one, "/officers", 200, &["There are none."]).await;
}

#[actix_web::test]
async fn link_is_redeemed_on_a_page_that_asks_for_a_wallet_first() {
    let world = World::new().await;
    shows(&newcomer(&world, "new"), "/officers/join", 200, &["id=\"create-wallet\"", "id=\"sign-in\""]).await;
    let anna = world.person("anna").await;
    shows(&anna, "/officers/join", 200, &["id=\"join\"", "id=\"link\"", "id=\"name\""]).await;
}

#[actix_web::test]
async fn link_that_the_program_prints_is_the_address_of_that_page_and_makes_the_first_officer() {
    let world = World::new().await;
    let config: wallet::Config = serde_json::from_value(json!({
        "http": { "listen": ["127.0.0.1:0"], "public_url": world.url },
        "store": { "database_url": format!("sqlite:{}", world.database.display()) },
        "registry": { "url": "http://localhost", "genesis": "genesis.json" },
        "keys": { "sealing_key": "sealing.key" },
    }))
    .unwrap();
    let link = wallet::officer_link(&config).await.unwrap().unwrap();
    let (page, token) = link.split_once('#').unwrap();
    assert_eq!(page, format!("{}/officers/join", world.url));
    let awa = world.person("awa").await;
    awa.post("/v1/officers", json!({ "link": token, "name": "Awa Ndiaye" })).await.expect(204).unwrap();
    shows(&awa, "/officers", 200, &["Awa Ndiaye", "id=\"find-request\""]).await;
    assert!(wallet::officer_link(&config).await.unwrap().is_none());
}

#[actix_web::test]
async fn pages_of_help_speak_arabic_from_right_to_left() {
    let world = World::new().await;
    let anna = world.person("anna").await;
    let mut again = newcomer(&world, "new");
    asked(&mut again, &number_of(&anna).await).await;
    for path in ["/recover/help", "/officers", "/officers/join"] {
        let url = format!("{}{path}", world.url);
        let headers = [("accept", "text/html"), ("accept-language", "ar")];
        let page = again.agent.send(testkit::Method::GET, url, &headers, Vec::new()).await.unwrap().text();
        assert!(page.contains("<html lang=\"ar\" dir=\"rtl\">"), "{path}");
        assert!(!page.contains(">helped-") && !page.contains(">officer-"), "{path}");
    }
}
