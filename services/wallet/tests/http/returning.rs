//! Who comes back: the wallet of this browser comes first, a PIN wallet has ways back, and pages say what a PIN cannot do.

use serde_json::{Value, json};
use testkit::{Agent, Answer, HolderKey, b64, unb64};

use crate::assisted::{approve, officers};
use crate::world::{Person, World, problem};

const PIN: &str = "271828";
const OTHER: &str = "602214";

/// A phone with neither passkey nor screen lock.
struct Phone {
    agent: Agent,
    key: HolderKey,
    url: String,
}

impl Phone {
    fn new(world: &World, label: &str) -> Self {
        Self { agent: Agent::new(), key: HolderKey::from_label(label), url: world.url.clone() }
    }

    /// With a wallet that a PIN opens.
    async fn with_wallet(world: &World, label: &str) -> Self {
        let phone = Self::new(world, label);
        let asked = json!({ "publicKey": phone.key.jwk() });
        phone.both("/v1/pin/registration", asked, &json!({}), PIN).await.expect(201).unwrap();
        phone
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.agent.post_json(format!("{}{path}", self.url), &body).await.unwrap()
    }

    async fn page(&self, path: &str) -> String {
        self.agent.get_as(format!("{}{path}", self.url), "text/html").await.unwrap().text()
    }

    async fn account(&self) -> Value {
        let answer = self.agent.get(format!("{}/v1/account", self.url)).await.unwrap();
        answer.expect(200).unwrap().json().unwrap()
    }

    /// Asks for a challenge and answers it with key and PIN; `extra` goes into the answer too.
    async fn both(&self, path: &str, asked: Value, extra: &Value, pin: &str) -> Answer {
        let start = self.post(&format!("{path}/options"), asked).await;
        if start.status != 200 {
            return start;
        }
        self.post(path, self.answer(&start.json().unwrap(), extra, pin)).await
    }

    fn answer(&self, start: &Value, extra: &Value, pin: &str) -> Value {
        let input = unb64(start["toSign"][0]["input"].as_str().unwrap()).unwrap();
        let signatures = json!([{ "id": "0", "signature": b64(self.key.sign(&input)) }]);
        let mut answer = json!({ "challenge": start["challenge"], "pin": pin, "signatures": signatures });
        answer.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        answer
    }

    async fn sign_in(&self, pin: &str) -> Answer {
        self.both("/v1/pin/sign-in", json!({ "thumbprint": self.key.thumbprint() }), &json!({}), pin).await
    }

    async fn recover(&self, code: &str, pin: &str) -> Answer {
        let asked = json!({ "code": code, "publicKey": self.key.jwk() });
        self.both("/v1/recovery/pin", asked, &json!({ "code": code }), pin).await
    }

    async fn ask_for_help(&self, number: &str) -> Answer {
        let asked = json!({ "wallet": number, "publicKey": self.key.jwk() });
        self.both("/v1/assisted-recovery/pin", asked, &json!({}), OTHER).await
    }

    async fn code(&self) -> String {
        let made = self.post("/v1/recovery-code", json!({})).await.expect(201).unwrap().json().unwrap();
        made["code"].as_str().unwrap().to_owned()
    }
}

async fn page(person: &Person, path: &str) -> String {
    person.agent.get_as(format!("{}{path}", person.url), "text/html").await.unwrap().text()
}

/// The classes of the element with this identifier.
fn classes<'a>(html: &'a str, id: &str) -> &'a str {
    let tag = html.split('<').find(|tag| tag.contains(&format!(" id=\"{id}\""))).unwrap();
    tag.split_once("class=\"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(classes, _)| classes)
}

#[actix_web::test]
async fn making_a_wallet_is_the_big_button_only_where_none_is_known() {
    let world = World::new().await;
    let fresh = Phone::new(&world, "fresh").page("/").await;
    assert_eq!(classes(&fresh, "create-wallet"), "large");
    assert!(fresh.contains("id=\"another-wallet\" hidden"));
    let anna = world.person("anna").await;
    anna.agent
        .send(testkit::Method::DELETE, format!("{}/v1/sessions/current", world.url), &[], Vec::new())
        .await
        .unwrap();
    for path in ["/", "/account", "/offer?credential_offer_uri=x"] {
        let again = page(&anna, path).await;
        assert_eq!(classes(&again, "sign-in"), "large", "{path}");
        assert_eq!(classes(&again, "create-wallet"), "secondary", "{path}");
        assert!(again.contains("id=\"another-wallet\"><summary>"), "{path}");
        assert!(again.contains("id=\"pin-first\" href=\"/pin\" hidden"), "{path}");
    }
    // Also a browser that remembers nothing is not shown it first where somebody was to be signed in.
    let stranger = Phone::new(&world, "stranger").page("/account").await;
    assert_eq!(classes(&stranger, "create-wallet"), "secondary");
}

#[actix_web::test]
async fn wallet_with_a_pin_is_offered_first_on_its_phone_until_it_is_deleted() {
    let world = World::new().await;
    let rosa = Phone::with_wallet(&world, "rosa").await;
    let delete = async |path: &str| {
        rosa.agent
            .send(testkit::Method::DELETE, format!("{}{path}", world.url), &[], Vec::new())
            .await
            .unwrap()
    };
    delete("/v1/sessions/current").await.expect(204).unwrap();
    let again = rosa.page("/").await;
    assert!(again.contains("id=\"pin-first\" href=\"/pin\">"));
    assert_eq!(classes(&again, "sign-in"), "large secondary");
    rosa.sign_in(PIN).await.expect(200).unwrap();
    delete("/v1/account").await.expect(204).unwrap();
    assert_eq!(classes(&rosa.page("/").await, "create-wallet"), "large");
}

#[actix_web::test]
async fn recovery_code_sets_a_new_pin_on_a_phone_without_passkeys() {
    let world = World::new().await;
    let rosa = Phone::with_wallet(&world, "rosa").await;
    let (code, before) = (rosa.code().await, rosa.account().await);
    let again = Phone::new(&world, "another phone");
    assert_eq!(problem(again.recover(&code, "123456").await, 422), "pin-unsuitable");
    let typed = code.to_lowercase().replace('-', " ");
    let account = again.recover(&typed, OTHER).await.expect(200).unwrap().json().unwrap();
    assert_eq!(account["id"], before["id"]);
    let pins = account["pins"].as_array().unwrap();
    assert_eq!((pins.len(), &pins[0]["thumbprint"]), (1, &json!(again.key.thumbprint())));
    assert_eq!(
        again.account().await["sessions"][0]["amr"],
        json!(["pin", "swk"]),
        "worth no more than a PIN"
    );
    assert!(account.get("recoveryCodeMadeAt").is_none());
    assert_eq!(
        problem(rosa.agent.get(format!("{}/v1/account", world.url)).await.unwrap(), 401),
        "unauthorized"
    );
    assert_eq!(problem(rosa.sign_in(PIN).await, 422), "pin-refused", "the PIN from before ended");
    again.sign_in(OTHER).await.expect(200).unwrap();
    let late = Phone::new(&world, "late").recover(&code, PIN).await;
    assert_eq!(problem(late, 422), "recovery-code-refused");
}

#[actix_web::test]
async fn challenge_of_one_wallet_does_not_end_the_recovery_of_another() {
    let world = World::new().await;
    let (rosa, omar) = (Phone::with_wallet(&world, "rosa").await, Phone::with_wallet(&world, "omar").await);
    let (hers, his) = (rosa.code().await, omar.code().await);
    let thief = Phone::new(&world, "thief");
    let asked = json!({ "code": his, "publicKey": thief.key.jwk() });
    let start = thief.post("/v1/recovery/pin/options", asked).await.expect(200).unwrap().json().unwrap();
    let crossed = thief.answer(&start, &json!({ "code": hers }), OTHER);
    assert_eq!(problem(thief.post("/v1/recovery/pin", crossed).await, 422), "ceremony-over");
    rosa.sign_in(PIN).await.expect(200).unwrap();
    // A key that opens one wallet is not taken for a second one.
    assert_eq!(problem(omar.recover(&hers, OTHER).await, 409), "conflict");
    assert!(omar.account().await["recoveryCodeMadeAt"].is_string());
}

#[actix_web::test]
async fn two_officers_bring_back_a_wallet_on_a_phone_without_passkeys() {
    let world = World::new().await;
    let (one, two) = officers(&world).await;
    let rosa = Phone::with_wallet(&world, "rosa").await;
    let number = rosa.account().await["number"].as_str().unwrap().to_owned();
    let again = Phone::new(&world, "another phone");
    let request = again.ask_for_help(&number).await.expect(201).unwrap().json().unwrap();
    assert_eq!(problem(again.sign_in(OTHER).await, 422), "pin-refused", "it opens nothing yet");
    assert_eq!(problem(Phone::new(&world, "third").ask_for_help(&number).await, 409), "conflict");
    for officer in [&one, &two] {
        approve(officer, &request).await.expect(200).unwrap();
    }
    world.wallet.tend().await;
    assert_eq!(problem(again.sign_in(OTHER).await, 422), "pin-refused", "the time to wait has begun");
    world.others.clock.advance(chrono::Duration::hours(73));
    world.wallet.tend().await;
    let account = again.sign_in(OTHER).await.expect(200).unwrap().json().unwrap();
    assert_eq!(account["number"], json!(number));
    assert_eq!(problem(rosa.sign_in(PIN).await, 422), "pin-refused");
    assert!(again.page("/recover/help").await.contains("id=\"help-pin\""));
}

#[actix_web::test]
async fn yearly_proof_shows_a_wallet_with_a_pin_the_other_ways_and_no_button_that_fails() {
    let world = World::new().await;
    let rosa = Phone::with_wallet(&world, "rosa").await;
    let opened = rosa.post("/v1/existence", json!({ "requestUri": world.existence_uri() })).await;
    let opened = opened.expect(201).unwrap().json().unwrap();
    let path = format!("/existence/{}", opened["id"].as_str().unwrap());
    let html = rosa.page(&path).await;
    assert!(
        html.contains("id=\"pin-alone\"")
            && html.contains("href=\"#paper\"")
            && html.contains("id=\"paper\"")
    );
    for failing in ["id=\"begin\"", "id=\"with-pictures\"", "id=\"ahead\""] {
        assert!(!html.contains(failing), "{failing}");
    }
    let anna = world.person("anna").await;
    let opened = anna.post("/v1/existence", json!({ "requestUri": world.existence_uri() })).await;
    let opened = opened.expect(201).unwrap().json().unwrap();
    let html = page(&anna, &format!("/existence/{}", opened["id"].as_str().unwrap())).await;
    assert!(html.contains("id=\"begin\"") && !html.contains("id=\"pin-alone\""));
}

#[actix_web::test]
async fn first_page_reminds_of_a_way_back_while_there_is_none() {
    let world = World::new().await;
    let empty = world.person("empty").await;
    assert!(!page(&empty, "/").await.contains("id=\"lost-phone\""), "nothing can be lost yet");
    let anna = world.holder("anna").await;
    assert!(page(&anna, "/").await.contains("id=\"lost-phone\""));
    anna.post("/v1/recovery-code", json!({})).await.expect(201).unwrap();
    assert!(!page(&anna, "/").await.contains("id=\"lost-phone\""));
}
