use serde_json::{Value, json};
use testkit::{Agent, Answer, Authenticator, HolderKey, b64, jwt_payload, unb64};

use crate::verifiers::unsigned;
use crate::world::{Person, World, problem};

/// Somebody whose phone has neither passkey nor screen lock.
struct PinPerson {
    agent: Agent,
    key: HolderKey,
    url: String,
}

const PIN: &str = "271828";

impl PinPerson {
    fn new(world: &World, label: &str) -> Self {
        Self { agent: Agent::new(), key: HolderKey::from_label(label), url: world.url.clone() }
    }

    async fn registered(world: &World, label: &str) -> Self {
        let person = Self::new(world, label);
        person.register(PIN).await.expect(201).unwrap();
        person
    }

    async fn register(&self, pin: &str) -> Answer {
        let start = self.post("/v1/pin/registration/options", json!({ "publicKey": self.key.jwk() })).await;
        self.finish("/v1/pin/registration", start, pin).await
    }

    async fn sign_in(&self, pin: &str) -> Answer {
        let start =
            self.post("/v1/pin/sign-in/options", json!({ "thumbprint": self.key.thumbprint() })).await;
        self.finish("/v1/pin/sign-in", start, pin).await
    }

    async fn step_up(&self, pin: &str) -> Answer {
        let start =
            self.post("/v1/step-up/pin/options", json!({ "thumbprint": self.key.thumbprint() })).await;
        self.finish("/v1/step-up/pin", start, pin).await
    }

    async fn finish(&self, path: &str, start: Answer, pin: &str) -> Answer {
        let start: Value = start.expect(200).unwrap().json().unwrap();
        self.post(path, self.answer(&start, pin)).await
    }

    fn answer(&self, start: &Value, pin: &str) -> Value {
        let input = unb64(start["toSign"][0]["input"].as_str().unwrap()).unwrap();
        let signature = b64(self.key.sign(&input));
        json!({ "challenge": start["challenge"], "pin": pin, "signatures": [{ "id": "0", "signature": signature }] })
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.agent.post_json(format!("{}{path}", self.url), &body).await.unwrap()
    }

    async fn send(&self, method: testkit::Method, path: &str) -> Answer {
        self.agent.send(method, format!("{}{path}", self.url), &[], Vec::new()).await.unwrap()
    }

    async fn account(&self) -> Value {
        let answer = self.agent.get(format!("{}/v1/account", self.url)).await.unwrap();
        answer.expect(200).unwrap().json().unwrap()
    }

    /// The same person as the rest of the tests know one; the authenticator knows no passkey yet.
    fn with_phone(self, world: &World) -> Person {
        let phone = Authenticator::new(&world.url, "later");
        Person { agent: self.agent, phone, key: self.key, url: world.url.clone() }
    }
}

#[actix_web::test]
async fn pin_and_device_key_make_a_wallet_and_open_it_again() {
    let world = World::new().await;
    let mut person = PinPerson::registered(&world, "rosa").await;
    let account = person.account().await;
    assert_eq!(account["passkeys"], json!([]));
    assert_eq!(account["deviceKeys"][0]["thumbprint"], person.key.thumbprint());
    assert_eq!(account["sessions"][0]["amr"], json!(["pin", "swk"]));
    person.agent = Agent::new();
    let again = person.sign_in(PIN).await.expect(200).unwrap().json().unwrap();
    assert_eq!(again["id"], account["id"]);
}

#[actix_web::test]
async fn pin_that_others_would_try_first_is_not_taken() {
    let world = World::new().await;
    for bad in ["123456", "000000", "12345", "abcdef"] {
        let answer = PinPerson::new(&world, bad).register(bad).await;
        assert_eq!(problem(answer, 422), "pin-unsuitable", "{bad}");
    }
}

#[actix_web::test]
async fn device_opens_one_wallet_by_pin() {
    let world = World::new().await;
    PinPerson::registered(&world, "rosa").await;
    assert_eq!(problem(PinPerson::new(&world, "rosa").register(PIN).await, 409), "conflict");
}

#[actix_web::test]
async fn pin_without_the_key_of_its_device_opens_nothing_and_costs_no_try() {
    let world = World::new().await;
    let person = PinPerson::registered(&world, "rosa").await;
    let thief = PinPerson::new(&world, "thief");
    for _ in 0..10 {
        let named = json!({ "thumbprint": person.key.thumbprint() });
        let start = thief.post("/v1/pin/sign-in/options", named).await;
        assert_eq!(problem(thief.finish("/v1/pin/sign-in", start, PIN).await, 422), "pin-refused");
    }
    person.sign_in(PIN).await.expect(200).unwrap();
    assert_eq!(problem(thief.sign_in(PIN).await, 422), "pin-refused");
}

#[actix_web::test]
async fn signature_serves_one_challenge_once_and_one_purpose() {
    let world = World::new().await;
    let person = PinPerson::registered(&world, "rosa").await;
    let named = json!({ "thumbprint": person.key.thumbprint() });
    let start = person.post("/v1/pin/sign-in/options", named.clone()).await.json().unwrap();
    let answer = person.answer(&start, PIN);
    person.post("/v1/pin/sign-in", answer.clone()).await.expect(200).unwrap();
    assert_eq!(problem(person.post("/v1/pin/sign-in", answer).await, 422), "ceremony-over");
    let start = person.post("/v1/pin/sign-in/options", named).await.json().unwrap();
    let answer = person.answer(&start, PIN);
    assert_eq!(problem(person.post("/v1/step-up/pin", answer).await, 422), "ceremony-over");
}

#[actix_web::test]
async fn wrong_pins_wait_and_then_lock_and_the_person_reads_of_it() {
    let world = World::new().await;
    let person = PinPerson::registered(&world, "rosa").await;
    for left in [7, 6, 5] {
        let refused = person.sign_in("314159").await.expect(422).unwrap().json().unwrap();
        assert_eq!(refused["triesLeft"], left);
    }
    assert_eq!(problem(person.sign_in(PIN).await, 429), "pin-wait");
    for minutes in [1, 5, 15, 60] {
        world.others.clock.advance(chrono::Duration::minutes(minutes));
        assert_eq!(problem(person.sign_in("314159").await, 422), "pin-refused");
    }
    world.others.clock.advance(chrono::Duration::days(1));
    assert_eq!(problem(person.sign_in("314159").await, 403), "pin-locked");
    world.others.clock.advance(chrono::Duration::days(365));
    assert_eq!(problem(person.sign_in(PIN).await, 403), "pin-locked");
    let mut database = std::fs::read(&world.database).unwrap();
    database.extend(std::fs::read(world.database.with_extension("db-wal")).unwrap_or_default());
    assert!(!database.windows(PIN.len()).any(|window| window == PIN.as_bytes()));
}

#[actix_web::test]
async fn right_pin_ends_the_counting() {
    let world = World::new().await;
    let person = PinPerson::registered(&world, "rosa").await;
    for _ in 0..2 {
        assert_eq!(problem(person.sign_in("314159").await, 422), "pin-refused");
    }
    person.sign_in(PIN).await.expect(200).unwrap();
    let refused = person.sign_in("314159").await.expect(422).unwrap().json().unwrap();
    assert_eq!(refused["triesLeft"], 7);
}

#[actix_web::test]
async fn device_whose_pin_is_the_only_way_in_is_not_lost_until_there_is_another_one() {
    let world = World::new().await;
    let person = PinPerson::registered(&world, "rosa").await;
    let device = format!("/v1/device-keys/{}", person.key.thumbprint());
    assert_eq!(problem(person.send(testkit::Method::DELETE, &device).await, 409), "last-passkey");
    person.sign_in(PIN).await.expect(200).unwrap();
    let second = HolderKey::from_label("second device");
    person.post("/v1/device-keys", json!({ "publicKey": second.jwk() })).await.expect(201).unwrap();
    let other = format!("/v1/device-keys/{}", second.thumbprint());
    person.send(testkit::Method::DELETE, &other).await.expect(204).unwrap();
    let mut phone = Authenticator::new(&world.url, "later");
    let options = person.post("/v1/registration/options", json!({})).await.json().unwrap();
    person.post("/v1/registration", phone.register(&options).unwrap()).await.expect(201).unwrap();
    person.send(testkit::Method::DELETE, &device).await.expect(204).unwrap();
    assert_eq!(
        problem(person.sign_in(PIN).await, 422),
        "pin-refused",
        "the PIN of a lost device opens nothing"
    );
}

#[actix_web::test]
async fn thumbprint_that_is_none_is_refused_before_it_is_kept() {
    let world = World::new().await;
    let person = PinPerson::registered(&world, "rosa").await;
    for named in ["", "x", &"A".repeat(44), &"A".repeat(60_000), &"é".repeat(20)] {
        for path in ["/v1/pin/sign-in/options", "/v1/step-up/pin/options"] {
            let answer = person.post(path, json!({ "thumbprint": named })).await;
            assert_eq!(problem(answer, 400), "bad-request", "{path} {}", named.len());
        }
    }
}

#[actix_web::test]
async fn language_of_the_account_is_taken_up_by_every_way_in() {
    let world = World::new().await;
    let page = |agent: Agent| {
        let url = format!("{}/account", world.url);
        async move { agent.get_as(url, "text/html").await.unwrap().text() }
    };
    let mut rosa = PinPerson::new(&world, "rosa");
    let start = rosa.post("/v1/pin/registration/options", json!({ "publicKey": rosa.key.jwk() })).await;
    let answer = serde_json::to_vec(&rosa.answer(&start.json().unwrap(), PIN)).unwrap();
    let headers = [("content-type", "application/json"), ("accept-language", "zh")];
    let made = rosa.agent.send(
        testkit::Method::POST,
        format!("{}/v1/pin/registration", world.url),
        &headers,
        answer,
    );
    made.await.unwrap().expect(201).unwrap();
    // Another browser, which speaks English: the account is Chinese.
    rosa.agent = Agent::new();
    rosa.sign_in(PIN).await.expect(200).unwrap();
    assert!(page(rosa.agent).await.contains("<html lang=\"zh\""));
    let anna = world.person("anna").await;
    let form = b"language=ru&back=/".to_vec();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let url = format!("{}/language", world.url);
    anna.agent.send(testkit::Method::POST, url, &headers, form).await.unwrap().expect(303).unwrap();
    let code = anna.post("/v1/recovery-code", json!({})).await.json().unwrap()["code"].clone();
    let mut again = Person { agent: Agent::new(), phone: Authenticator::new(&world.url, "new"), ..anna };
    let options = again.post("/v1/recovery/options", json!({ "code": code })).await.json().unwrap();
    let mut made = again.phone.register(&options).unwrap();
    made["code"] = code;
    again.post("/v1/recovery", made).await.expect(200).unwrap();
    assert!(again.page("/account").await.text().contains("<html lang=\"ru\""));
}

#[actix_web::test]
async fn pages_know_which_pin_is_changed_or_removed() {
    let world = World::new().await;
    let person = PinPerson::registered(&world, "rosa").await;
    let page = person.agent.get_as(format!("{}/ways-in", world.url), "text/html").await.unwrap();
    let page = page.expect(200).unwrap().text();
    let named = format!("data-pin=\"{}\"", person.key.thumbprint());
    assert_eq!(page.matches(&named).count(), 1, "the form to change it");
    assert!(!page.contains("data-end=\"/v1/pins"), "the only way in is not removed");
}

#[actix_web::test]
async fn issuer_and_verifier_hear_that_there_was_only_a_pin_and_the_fund_is_not_asked() {
    let world = World::new().await;
    let person = PinPerson::registered(&world, "rosa").await.with_phone(&world);
    let offer = person.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    let step = person.accept(id, Some("493051")).await.expect(200).unwrap().json().unwrap();
    let input = unb64(step["toSign"][0]["input"].as_str().unwrap()).unwrap();
    let claims = jwt_payload(&format!("{}.x", String::from_utf8(input).unwrap())).unwrap();
    assert_eq!(claims["amr"], json!(["pin", "swk"]));
    person.receive(id, Some("493051")).await;
    let asked = person.post("/v1/presentations", world.request()).await.json().unwrap();
    let base = format!("/v1/presentations/{}", asked["id"].as_str().unwrap());
    let step = person.post(&format!("{base}/prepare"), json!({})).await.json().unwrap();
    person.post(&format!("{base}/submit"), person.signatures(&step)).await.expect(200).unwrap();
    assert_eq!(world.others.seen().responses[0]["amr"], r#"["pin","swk"]"#);
    let proof =
        person.post("/v1/existence", json!({ "requestUri": world.existence_uri() })).await.json().unwrap();
    let prepare = format!("/v1/existence/{}/prepare", proof["id"].as_str().unwrap());
    let answer = person.post(&prepare, json!({ "deviceKey": person.key.thumbprint() })).await;
    assert_eq!(problem(answer, 409), "passkey-unsuitable");
}

#[actix_web::test]
async fn what_would_be_refused_after_a_pin_is_not_sent() {
    let world = World::new().await;
    let person = PinPerson::registered(&world, "rosa").await.with_phone(&world);
    let offer = person.open_offer(&world.offer_uri()).await;
    person.receive(offer["id"].as_str().unwrap(), Some("493051")).await;
    let wanted = json!({ "least": "passkey", "below": "refuse" });
    world.others.knobs().request["holder_assurance"] = wanted;
    let asked = person.post("/v1/presentations", world.request()).await.json().unwrap();
    let id = asked["id"].as_str().unwrap();
    let page = person.page(&format!("/presentations/{id}")).await.text();
    assert!(
        page.contains("data-testid=\"passkey-first\"") && page.contains("They want your passkey"),
        "{page}"
    );
    let prepared = person.post(&format!("/v1/presentations/{id}/prepare"), json!({})).await;
    assert_eq!(problem(prepared, 403), "passkey-needed");
    assert!(world.others.seen().responses.is_empty());

    let other = world.holder("anna").await;
    let asked = other.post("/v1/presentations", world.request()).await.json().unwrap();
    let base = format!("/v1/presentations/{}", asked["id"].as_str().unwrap());
    let step = other.post(&format!("{base}/prepare"), json!({})).await.expect(200).unwrap().json().unwrap();
    other.post(&format!("{base}/submit"), other.signatures(&step)).await.expect(200).unwrap();
}

#[actix_web::test]
async fn verifier_hears_nothing_of_the_kind_after_a_passkey() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = person.post("/v1/presentations", world.request()).await.json().unwrap();
    let base = format!("/v1/presentations/{}", asked["id"].as_str().unwrap());
    let step = person.post(&format!("{base}/prepare"), json!({})).await.json().unwrap();
    person.post(&format!("{base}/submit"), person.signatures(&step)).await.expect(200).unwrap();
    assert!(!world.others.seen().responses[0].contains_key("amr"));
}

#[actix_web::test]
async fn pin_is_enough_for_its_own_wallet_until_there_is_a_passkey() {
    let world = World::new().await;
    let person = PinPerson::registered(&world, "rosa").await;
    let pin = format!("/v1/pins/{}", person.key.thumbprint());
    assert_eq!(problem(person.send(testkit::Method::DELETE, &pin).await, 409), "last-passkey");
    world.others.clock.advance(chrono::Duration::minutes(11));
    let options = person.post("/v1/registration/options", json!({})).await;
    assert_eq!(problem(options, 403), "sign-in-again");
    assert_eq!(problem(person.step_up("314159").await, 422), "pin-refused");
    person.step_up(PIN).await.expect(204).unwrap();
    let mut person = person.with_phone(&world);
    let options =
        person.post("/v1/registration/options", json!({})).await.expect(200).unwrap().json().unwrap();
    let made = person.phone.register(&options).unwrap();
    person.post("/v1/registration", made).await.expect(201).unwrap();
    assert_eq!(problem(person.post("/v1/registration/options", json!({})).await, 403), "passkey-needed");
    assert_eq!(problem(person.delete(&pin).await, 403), "passkey-needed");
    person.step_up().await.expect(204).unwrap();
    person.delete(&pin).await.expect(204).unwrap();
}

#[actix_web::test]
async fn another_pin_replaces_the_first() {
    let world = World::new().await;
    let person = PinPerson::registered(&world, "rosa").await;
    let url = format!("{}/v1/pins/{}", world.url, person.key.thumbprint());
    let change = |pin: &str| serde_json::to_vec(&json!({ "pin": pin })).unwrap();
    let json = [("content-type", "application/json")];
    let answer = person.agent.send(testkit::Method::PUT, url.clone(), &json, change("111111")).await.unwrap();
    assert_eq!(problem(answer, 422), "pin-unsuitable");
    person.agent.send(testkit::Method::PUT, url, &json, change("602214")).await.unwrap().expect(204).unwrap();
    assert_eq!(problem(person.sign_in(PIN).await, 422), "pin-refused");
    person.sign_in("602214").await.expect(200).unwrap();
}

#[actix_web::test]
async fn fresh_proof_is_of_ones_own_passkey_and_raises_this_session_alone() {
    let world = World::new().await;
    let (mut anna, mut boris) = (world.person("anna").await, world.person("boris").await);
    world.others.clock.advance(chrono::Duration::minutes(11));
    assert_eq!(problem(anna.delete("/v1/account").await, 403), "sign-in-again");
    let mut options = anna.post("/v1/step-up/options", json!({})).await.json().unwrap();
    options["publicKey"]["allowCredentials"] = json!([]);
    let wrong = anna.post("/v1/step-up", boris.phone.log_in(&options).unwrap()).await;
    assert_eq!(problem(wrong, 422), "passkey-refused");
    let options = anna.post("/v1/step-up/options", json!({})).await.json().unwrap();
    let answered = anna.phone.log_in(&options).unwrap();
    assert_eq!(problem(boris.post("/v1/step-up", answered.clone()).await, 422), "ceremony-over");
    assert_eq!(problem(anna.post("/v1/step-up", answered).await, 422), "ceremony-over");
    anna.step_up().await.expect(204).unwrap();
    assert_eq!(anna.get("/v1/account").await.json().unwrap()["sessions"].as_array().unwrap().len(), 1);
    anna.delete("/v1/account").await.expect(204).unwrap();
    assert_eq!(problem(boris.delete("/v1/account").await, 403), "sign-in-again");
}

#[actix_web::test]
async fn whom_nothing_names_is_shown_something_only_after_a_fresh_proof() {
    let world = World::new().await;
    let mut person = world.holder("anna").await;
    world.others.clock.advance(chrono::Duration::minutes(10));
    let query = wire::vp::by_value::to_query(&unsigned(&world).0).unwrap();
    let asked = person.post("/v1/presentations", json!({ "query": query })).await;
    let asked = asked.expect(201).unwrap().json().unwrap();
    let prepare = format!("/v1/presentations/{}/prepare", asked["id"].as_str().unwrap());
    assert_eq!(problem(person.post(&prepare, json!({})).await, 403), "sign-in-again");
    person.step_up().await.expect(204).unwrap();
    person.post(&prepare, json!({})).await.expect(200).unwrap();
}

#[actix_web::test]
async fn passkeys_and_devices_bear_the_persons_names_and_the_database_does_not() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let account = person.get("/v1/account").await.json().unwrap();
    let passkey = format!("/v1/passkeys/{}", account["passkeys"][0]["id"].as_str().unwrap());
    let device = format!("/v1/device-keys/{}", person.key.thumbprint());
    let name = |name: &str| json!({ "name": name });
    assert_eq!(problem(person.patch(&passkey, name("\u{202e} ")).await, 400), "bad-request");
    assert_eq!(problem(person.patch("/v1/passkeys/AAAA", name("x")).await, 404), "not-found");
    let boris = world.person("boris").await;
    assert_eq!(problem(boris.patch(&passkey, name("mine")).await, 404), "not-found");
    person.patch(&passkey, name("Amina's ring")).await.expect(204).unwrap();
    person.patch(&device, name("Amina's old phone")).await.expect(204).unwrap();
    let account = person.get("/v1/account").await.json().unwrap();
    assert_eq!(account["passkeys"][0]["name"], "Amina's ring");
    assert_eq!(account["deviceKeys"][0]["device"], "Amina's old phone");
    let mut database = std::fs::read(&world.database).unwrap();
    database.extend(std::fs::read(world.database.with_extension("db-wal")).unwrap_or_default());
    assert!(!database.windows(5).any(|window| window == b"Amina"));
}

#[actix_web::test]
async fn pages_for_ways_in_are_plain_and_speak_the_readers_language() {
    let world = World::new().await;
    let person = world.person("anna").await;
    for (path, title) in [
        ("/pin", "رقم سري لهذا الهاتف"),
        ("/recover", "استعمل رمز الاستعادة"),
        ("/ways-in", "طرق الدخول إلى محفظتك"),
    ] {
        let url = format!("{}{path}", world.url);
        let headers = [("accept", "text/html"), ("accept-language", "ar")];
        let page = person.agent.send(testkit::Method::GET, url, &headers, Vec::new()).await.unwrap();
        let text = page.expect(200).unwrap().text();
        assert!(text.contains(title) && text.contains("dir=\"rtl\""), "{path}");
        assert!(!text.contains(" style=") && !text.contains("onclick="), "{path}");
    }
    let stranger = Agent::new().get_as(format!("{}/ways-in", world.url), "text/html").await.unwrap();
    assert!(stranger.expect(401).unwrap().text().contains("id=\"sign-in\""));
}

#[actix_web::test]
async fn page_tells_whom_to_ask_again_after_a_lost_device() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let before = person.page("/ways-in").await.expect(200).unwrap().text();
    assert!(!before.contains("United Nations Development Programme"));
    let lost = format!("/v1/device-keys/{}", person.key.thumbprint());
    person.delete(&lost).await.expect(204).unwrap();
    let after = person.page("/ways-in").await.expect(200).unwrap().text();
    assert!(after.contains("United Nations Development Programme") && after.contains("Staff identity"));
}
