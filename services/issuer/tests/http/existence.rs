//! The Fund's proof requests from the question to the certificate, with the wallet's part played.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use entitlement::bundle_challenge;
use issuance::import::Retiree;
use issuance::{Actor, Role, Roles};
use keys::{Algorithm, Signer as _, SoftwareKey};
use outbound::Reply;
use serde_json::{Value, json};
use testkit::Authenticator;

use crate::console::{Browser, between};
use crate::support::{GRANT, Holder, ORIGIN, World, json as body, problem};

const WALLET: &str = "http://wallet.test";

/// A beneficiary's phone: a device key and a passkey.
pub struct Phone {
    pub holder: Holder,
    passkey: Authenticator,
}

impl Phone {
    pub fn new(seed: u64) -> Self {
        let mut passkey = Authenticator::new(WALLET, &format!("phone {seed}"));
        let creation = json!({"publicKey": {
            "rp": {"id": "wallet.test", "name": "Wallet"}, "challenge": "AQ",
            "user": {"id": "AQ", "name": "m", "displayName": "m"},
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}]}});
        passkey.register(&creation).unwrap();
        Self { holder: Holder::new(seed), passkey }
    }

    fn jwk(&self) -> Value {
        self.holder.0.public_key().to_jwk()
    }

    /// The answer to what the Fund asks.
    pub fn answer(&mut self, request: &Value) -> Value {
        let text = |member: &str| request[member].as_str().unwrap().to_owned();
        let challenge = bundle_challenge(&text("id"), &text("challenge"), &self.holder.thumbprint());
        let options = json!({"challenge": URL_SAFE_NO_PAD.encode(challenge), "rpId": "wallet.test"});
        let got = self.passkey.log_in(&options).unwrap();
        let (id, cose) = self.passkey.passkey().unwrap();
        let answer = json!({
            "challenge": text("challenge"),
            "holderKey": self.jwk(),
            "passkey": {
                "credentialId": URL_SAFE_NO_PAD.encode(id), "publicKeyCose": URL_SAFE_NO_PAD.encode(cose),
                "rpId": "wallet.test", "origin": WALLET
            },
            "assertion": {
                "authenticatorData": got["response"]["authenticatorData"],
                "clientDataJSON": got["response"]["clientDataJSON"],
                "signature": got["response"]["signature"]
            }
        });
        self.signed(answer)
    }

    /// The message with the device's signature over everything but the pictures.
    pub fn signed(&self, mut answer: Value) -> Value {
        let capture = answer.as_object_mut().unwrap().remove("capture");
        answer.as_object_mut().unwrap().remove("deviceSignature");
        let signature = self.holder.0.sign_now(&serde_json_canonicalizer::to_vec(&answer).unwrap()).unwrap();
        if let Some(capture) = capture {
            answer["capture"] = capture;
        }
        answer["deviceSignature"] = URL_SAFE_NO_PAD.encode(signature).into();
        answer
    }
}

pub fn officer() -> Actor {
    Actor { tenant: "unjspf".into(), officer: "officer".into() }
}

async fn beneficiary(world: &World, uid: &str) -> String {
    let retiree = Retiree {
        uid: uid.into(),
        given_name: "Margaret".into(),
        family_name: "Ellison".into(),
        country: Some("GBR".into()),
        language: Some("en".into()),
        email: None,
    };
    world.issuer.add_beneficiary(&officer(), retiree).await.unwrap()
}

/// An open question: its id and the path of its link.
pub async fn asked(world: &World) -> (String, String) {
    let person = beneficiary(world, "100482317").await;
    let id = world.issuer.ask(&officer(), &person).await.unwrap();
    let link = world.issuer.request_link(&officer(), &id).await.unwrap();
    (id, link.uri.strip_prefix(ORIGIN).unwrap().to_owned())
}

pub async fn send(world: &World, path: &str, answer: &Value) -> Reply {
    world.post(&format!("{path}/answer"), answer, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn question_answer_word_and_certificate() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let (id, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    assert_eq!(request["state"], "open");
    let until = |member: &str| request[member].as_str().unwrap().parse::<clock::Timestamp>().unwrap();
    let now = clock::Clock::now(&world.clock);
    assert_eq!(until("expiresAt") - now, Duration::minutes(10), "of the challenge");
    assert_eq!(until("answerBy") - now, Duration::days(60), "of the question");
    assert_eq!(request["beneficiary"], json!({"givenName": "Margaret"}));
    assert_eq!(request["organisation"], json!({"did": "did:passerelle:unjspf", "name": "UNJSPF"}));

    let mut phone = Phone::new(5);
    let answered = send(&world, &path, &phone.answer(&request)).await;
    assert_eq!(answered.status, 200, "{}", String::from_utf8_lossy(&answered.body));
    let answered = body(&answered);
    assert_eq!((&answered["state"], &answered["challenge"]), (&json!("answered"), &json!("")));

    let page = browser.get(&format!("/console/requests/{id}")).await.text();
    assert_eq!(
        between(&page, "data-testid=\"reference\">", "<"),
        answered["reference"],
        "both read the same code"
    );
    assert!(page.contains("First time with this passkey"));
    assert!(browser.get("/console/requests").await.text().contains("Margaret Ellison"));

    let confirm = format!("/console/requests/{id}/confirm");
    assert_eq!(
        browser.post(&confirm, &[("channel", "call")]).await.status,
        422,
        "the reference was not compared"
    );
    assert_eq!(browser.post(&confirm, &[("compared", "yes")]).await.status, 422, "neither visit nor call");
    let fields = [("channel", "call"), ("compared", "yes"), ("notes", "spoke with her")];
    // Nobody has enrolled her: one officer's word waits for another's, however often it is said.
    for _ in 0..2 {
        let said = Browser::path_of(&browser.post(&confirm, &fields).await);
        assert_eq!(said, format!("/console/requests/{id}?done=first"));
    }
    assert_eq!(body(&world.get(&path).await)["state"], "answered");
    let by_pictures = browser.post(&confirm, &[("channel", "device"), ("same_person", "yes")]).await;
    assert_eq!(by_pictures.status, 409, "pictures do not say whose key it is");
    let colleague = Browser::officer(&world, "unjspf", "Second").await;
    let page = colleague.get(&format!("/console/requests/{id}")).await.text();
    assert!(page.contains("data-testid=\"first-word\"") && page.contains("spoke with her"), "{page}");
    let stored = std::fs::read(world.directory.path().join("issuer.db")).unwrap();
    assert!(!stored.windows(14).any(|window| window == b"spoke with her"), "words are sealed");
    let said = Browser::path_of(&colleague.post(&confirm, &fields).await);
    assert_eq!(said, format!("/console/requests/{id}?done=confirmed"));
    assert!(browser.get(&format!("/console/requests/{id}")).await.text().contains("Confirmed after a call"));

    let confirmed = body(&world.get(&path).await);
    assert_eq!(confirmed["state"], "confirmed");
    let offer = confirmed["credentialOfferUri"].as_str().unwrap().to_owned();
    let stranger = Holder::new(6);
    assert_eq!(fetch(&world, &offer, &stranger).await.status, 400, "bound to the key that answered");
    let reply = fetch(&world, &offer, &phone.holder).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let credential = &body(&reply)["credentials"][0]["credential"];
    let subject = &credential["credentialSubject"];
    assert_eq!(subject["identifier"], "100482317");
    assert_eq!(subject["confirmedBy"], "call");
    assert_eq!(subject["entitlementYear"].to_string(), "2027");
    assert_eq!(subject["paidBy"]["id"], "did:passerelle:unjspf");
    let Value::Object(mut claims) = subject.clone() else { panic!("{credential}") };
    claims.remove("id");
    let kind = issuance::CredentialType::DigitalCertificateOfEntitlement;
    assert_eq!(issuance::schemas::subject_faults(kind, &claims), [], "as its schema says");
}

/// The person of the link, on the register under the same number.
pub async fn registered(world: &World) -> String {
    let rows =
        "uid,family_name,birth_date,country,in_payment_since\n100482317,Ellison,1950-01-01,GBR,2010-01-01\n";
    let file = issuance::import::File { bytes: rows.as_bytes(), sheet: None };
    let source = issuer::app::RegisterSource::Sheet { name: "people.csv", file };
    let import = world.issuer.upload_register(&officer(), source).await.unwrap();
    world.issuer.confirm_register(&officer(), &import).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    world.issuer.find_fund_person("unjspf", "100482317").await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_stops_the_letters_and_the_word_closes_the_year() {
    let world = World::start().await;
    let person = registered(&world).await;
    world.issuer.run_fund_night(&officer()).await.unwrap();
    let (id, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    assert_eq!(send(&world, &path, &Phone::new(5).answer(&request)).await.status, 200);
    let page = world.issuer.fund_person_page("unjspf", &person).await.unwrap();
    assert!(page.years.iter().all(|year| year.waiting.len() == 1 && !year.wants_reminders()));
    assert_eq!(
        (page.receipts[0].state.as_str(), page.receipts[0].channel.as_str()),
        ("waiting", "own-device")
    );
    for by in [officer(), crate::fund::officer("second")] {
        world.issuer.confirm_existence(&by, &id, entitlement::Channel::Call, "").await.unwrap();
    }
    let page = world.issuer.fund_person_page("unjspf", &person).await.unwrap();
    assert_eq!(
        (page.receipts[0].state.as_str(), page.receipts[0].years.as_slice()),
        ("accepted", &[2026, 2027][..])
    );
    assert_eq!(page.receipts.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_answer_offers_another_way() {
    let world = World::start().await;
    let person = registered(&world).await;
    let (id, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    send(&world, &path, &Phone::new(5).answer(&request)).await;
    world.issuer.refuse_existence(&officer(), &id, "another voice").await.unwrap();
    let page = world.issuer.fund_person_page("unjspf", &person).await.unwrap();
    assert_eq!(page.receipts[0].state, "refused");
    assert!(page.effects.iter().any(|effect| effect.kind == "offer-another-channel"));
}

/// Takes the certificate, which needs no transaction code, with one holder's key.
pub async fn fetch(world: &World, offer: &str, holder: &Holder) -> Reply {
    let offer = body(&world.get(offer).await);
    let code = offer["grants"][GRANT]["pre-authorized_code"].as_str().unwrap().to_owned();
    let form = [("grant_type", GRANT), ("pre-authorized_code", code.as_str())];
    let token = world.client.post_form(&world.url("/t/unjspf/token"), &form, &[]).await.unwrap();
    let token = body(&token)["access_token"].as_str().unwrap().to_owned();
    let nonce =
        world.client.post_bytes(&world.url("/t/unjspf/nonce"), "text/plain", Vec::new(), &[]).await.unwrap();
    let nonce = body(&nonce)["c_nonce"].as_str().unwrap().to_owned();
    let proof = holder.proof_with(&nonce, &json!({}), &json!({"aud": format!("{ORIGIN}/t/unjspf")}));
    let request = json!({
        "credential_configuration_id": "DigitalCertificateOfEntitlement_ldp_vc", "proofs": {"jwt": [proof]}
    });
    world.post("/t/unjspf/credential", &request, Some(&token)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn same_answer_again_is_the_same_and_another_is_a_conflict() {
    let world = World::start().await;
    let (id, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    let mut phone = Phone::new(5);
    let answer = phone.answer(&request);
    let first = body(&send(&world, &path, &answer).await);
    assert_eq!(body(&send(&world, &path, &answer).await), first);
    assert_eq!(
        body(&send(&world, &path, &phone.signed(answer.clone())).await),
        first,
        "signed again, same words"
    );
    let mut other = Phone::new(6);
    assert_eq!(problem(&send(&world, &path, &other.answer(&request)).await), (409, "answered-before".into()));

    world.issuer.refuse_existence(&officer(), &id, "another voice").await.unwrap();
    assert_eq!(body(&send(&world, &path, &answer).await)["state"], "refused");
    assert_eq!(body(&world.get(&path).await)["state"], "refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn challenge_lives_ten_minutes_and_is_not_spoiled_by_looking() {
    let world = World::start().await;
    let (_, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    world.clock.advance(Duration::minutes(5));
    assert_eq!(body(&world.get(&path).await)["challenge"], request["challenge"]);
    world.clock.advance(Duration::minutes(5));
    let mut phone = Phone::new(5);
    assert_eq!(
        problem(&send(&world, &path, &phone.answer(&request)).await),
        (400, "challenge-expired".into())
    );
    let fresh = body(&world.get(&path).await);
    assert_ne!(fresh["challenge"], request["challenge"]);
    assert_eq!(send(&world, &path, &phone.answer(&fresh)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn lapsed_and_unknown_links_say_so() {
    let world = World::start().await;
    let (_, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    world.clock.advance(Duration::days(60));
    assert_eq!(body(&world.get(&path).await)["state"], "expired");
    assert_eq!(
        problem(&send(&world, &path, &Phone::new(5).answer(&request)).await),
        (410, "request-expired".into())
    );
    assert_eq!(problem(&world.get("/t/unjspf/existence/unknown").await), (404, "not-found".into()));
    assert_eq!(problem(&world.get(&path.replace("unjspf", "undp")).await), (404, "not-found".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_of_an_answer_is_refused() {
    let world = World::start().await;
    let (_, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    let mut phone = Phone::new(5);
    let good = phone.answer(&request);
    let change = |pointer: &str, value: Value| {
        let mut answer = good.clone();
        *answer.pointer_mut(pointer).unwrap() = value;
        answer
    };
    let other = Phone::new(6);
    let ed25519 =
        SoftwareKey::generate(Algorithm::Ed25519, &clock::SeededEntropy::new(9)).public_key().to_jwk();
    let refused = |status: u16, slug: &str| (status, slug.to_owned());
    let cases = [
        // Unsigned changes break the device's signature; signed ones break the passkey's or the site.
        (change("/holderKey", other.jwk()), refused(400, "answer-refused")),
        (change("/passkey/credentialId", json!("AAAA")), refused(400, "answer-refused")),
        (phone.signed(change("/passkey/rpId", json!("evil.test"))), refused(400, "answer-refused")),
        (phone.signed(change("/passkey/origin", json!("http://evil.test"))), refused(400, "answer-refused")),
        (phone.signed(change("/challenge", json!("AAAA"))), refused(400, "answer-refused")),
        (phone.signed(change("/assertion/signature", json!("AAAA"))), refused(400, "answer-refused")),
        (change("/holderKey", ed25519), refused(400, "answer-refused")),
        (other.signed(change("/holderKey", other.jwk())), refused(400, "answer-refused")),
        (change("/passkey/publicKeyCose", json!("oA")), refused(400, "bad-request")),
        (change("/assertion/clientDataJSON", json!("!")), refused(400, "bad-request")),
        (change("/holderKey", json!({})), refused(400, "bad-request")),
    ];
    for (at, (answer, expected)) in cases.into_iter().enumerate() {
        assert_eq!(problem(&send(&world, &path, &answer).await), expected, "case {at}");
    }
    let mut extra = good.clone();
    extra["extra"] = json!(1);
    assert_eq!(problem(&send(&world, &path, &extra).await), refused(400, "json-shape"));
    phone.passkey.user_verified = false;
    assert_eq!(problem(&send(&world, &path, &phone.answer(&request)).await), refused(400, "answer-refused"));
    assert_eq!(send(&world, &path, &good).await.status, 200, "none of it used the challenge up");
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_to_one_question_is_none_to_another() {
    let world = World::start().await;
    let (_, first) = asked(&world).await;
    let other = beneficiary(&world, "100733902").await;
    let id = world.issuer.ask(&officer(), &other).await.unwrap();
    let second = world.issuer.request_link(&officer(), &id).await.unwrap().uri;
    let answer = Phone::new(5).answer(&body(&world.get(&first).await));
    world.get(&second).await;
    assert_eq!(problem(&send(&world, &second, &answer).await), (400, "answer-refused".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_proof_a_year() {
    let world = World::start().await;
    let (id, path) = asked(&world).await;
    let person = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
    assert_eq!(
        world.issuer.ask(&officer(), &person).await.unwrap(),
        id,
        "an open question is not asked twice"
    );
    let mut phone = Phone::new(5);
    let answer = phone.answer(&body(&world.get(&path).await));
    assert_eq!(send(&world, &path, &answer).await.status, 200);
    let again = world.issuer.ask(&officer(), &person).await.unwrap_err();
    assert_eq!(again.to_string(), "there is a proof for 2027 already");
    let channel = entitlement::Channel::Visit;
    for by in [crate::fund::officer("second"), officer()] {
        world.issuer.confirm_existence(&by, &id, channel, "").await.unwrap();
    }
    let twice = world.issuer.confirm_existence(&officer(), &id, channel, "").await.unwrap_err();
    assert_eq!(twice.to_string(), "the request was decided before");

    // Next year the same passkey is known.
    world.clock.advance(Duration::days(365));
    let next = world.issuer.ask(&officer(), &person).await.unwrap();
    let path = world.issuer.request_link(&officer(), &next).await.unwrap().uri;
    let answer = phone.answer(&body(&world.get(&path).await));
    assert_eq!(send(&world, &path, &answer).await.status, 200);
    let page = world.issuer.request_page("unjspf", &next).await.unwrap();
    assert_eq!((page.request.year, page.known_since), (2028, Some(2027)));
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_answer_can_be_asked_for_again() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let (id, path) = asked(&world).await;
    let answer = Phone::new(5).answer(&body(&world.get(&path).await));
    send(&world, &path, &answer).await;
    let refuse = format!("/console/requests/{id}/refuse");
    assert_eq!(browser.post(&refuse, &[("reason", " ")]).await.status, 422);
    Browser::path_of(&browser.post(&refuse, &[("reason", "not her voice")]).await);
    assert!(browser.get(&format!("/console/requests/{id}")).await.text().contains("not her voice"));
    let person = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
    assert_ne!(world.issuer.ask(&officer(), &person).await.unwrap(), id);
}

#[tokio::test(flavor = "multi_thread")]
async fn beneficiaries_are_added_by_hand_and_by_list() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let fields = [
        ("uid", "1004-82317"),
        ("given_name", "Margaret"),
        ("family_name", "Ellison"),
        ("country", "gbr"),
        ("language", "en"),
    ];
    let page = Browser::path_of(&browser.post("/console/retirees", &fields).await);
    assert!(browser.get(&page).await.text().contains("Beneficiary number 100482317"));
    let again = browser.post("/console/retirees", &fields).await;
    assert!(again.status == 422 && again.text().contains("on the list already"));
    let wrong =
        [("uid", "12"), ("given_name", ""), ("family_name", "E"), ("country", "Britain"), ("language", "en")];
    let answer = browser.post("/console/retirees", &wrong).await;
    assert_eq!((answer.status, answer.text().matches("field-error").count()), (422, 3));

    let list = include_bytes!("../../samples/retirees.csv");
    let page = Browser::path_of(&browser.upload("/console/retirees/imports", "retirees.csv", list).await);
    assert!(
        browser.get(&page).await.text().contains("Put 23 beneficiaries on the list?"),
        "one is on it already"
    );
    browser.post(&format!("{page}/confirm"), &[]).await;
    world.issuer.work_off_uploads().await.unwrap();
    assert!(browser.get("/console/retirees").await.text().contains("24 beneficiaries"));
    assert!(browser.get("/console/retirees?q=valdivia").await.text().contains("Carmen Valdivia Rojas"));
}

#[test]
fn wallet_and_fund_agree_on_the_bundle() {
    // Written out, so that a change of either side shows: SHA-256 of JCS {challenge, holderKeyThumbprint, requestId}.
    let digest = bundle_challenge("01j", "Y2hhbGxlbmdl", "dGh1bWI");
    let text = r#"{"challenge":"Y2hhbGxlbmdl","holderKeyThumbprint":"dGh1bWI","requestId":"01j"}"#;
    assert_eq!(digest, testkit::sha256(text));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_only_looks_gets_no_link_and_a_death_ends_the_questions() {
    let world = World::start().await;
    let (request, _) = asked(&world).await;
    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    let auditor = Browser::officer_as(&world, "unjspf", "Aud", Roles::of(&[Role::Auditor])).await;
    let page = format!("/console/requests/{request}");
    assert!(ann.get(&page).await.text().contains("wallet.test"));
    let seen = auditor.get(&page).await.text();
    assert!(seen.contains("An officer has the link.") && !seen.contains("wallet.test"), "{seen}");
    let person = between(&seen, "href=\"/console/retirees/", "\"").to_owned();
    let end = format!("/console/retirees/{person}/end");
    let done = ann.post(&end, &[("how", "deceased"), ("sure", "yes")]).await;
    assert_eq!(Browser::path_of(&done), format!("/console/retirees/{person}?done=ended"));
    let page = ann.get(&format!("/console/retirees/{person}")).await.text();
    assert!(page.contains("Deceased.") && !page.contains("data-testid=\"ask\""), "{page}");
    assert_eq!(ann.post(&format!("/console/retirees/{person}/requests"), &[]).await.status, 409);
}
