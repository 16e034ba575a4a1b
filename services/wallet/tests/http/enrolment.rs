//! Enrolment: the wallet's part between a person and the Fund.

use keys::PublicKey;
use serde_json::{Value, json};
use testkit::unb64;
use wire::enrolment::device_key_input;

use crate::world::{FUND, Person, World, problem};

/// What the Fund says of an enrolment that has just begun.
pub fn claimed() -> Value {
    let slot = |id: &str, day: u32, language: &str, way: &str| json!({"id": id, "startsAt": format!("2026-12-{day:02}T09:20:00Z"), "minutes": 20, "language": language, "way": way});
    json!({
        "id": "enrolment-1", "organisation": {"did": FUND, "name": "UNJSPF"}, "givenName": "Rosa", "state": "claimed",
        "language": "es", "due": "2026-12-31",
        "slots": [slot("s1", 3, "es", "video"), slot("s2", 2, "fr", "visit")],
        "noneBeforeDue": false, "placeKept": false
    })
}

fn fund(world: &World) -> String {
    format!("{}/t/unjspf", world.others.base)
}

async fn begun(world: &World, person: &Person) -> String {
    let body = json!({"fund": fund(world), "uid": "100482317", "code": "01AZH-ZZ045"});
    let begun = person.post("/v1/enrolments", body).await.expect(201).unwrap().json().unwrap();
    assert!(begun.get("secret").is_none() && !begun.to_string().contains("ZZ045"));
    begun["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn all_free_times_are_paged() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    world.others.knobs().enrolment["deviceKey"] = json!("k");
    let id = begun(&world, &person).await;
    let path = format!("/enrolments/{id}");
    assert!(!person.page(&path).await.text().contains("times-all"), "these are all");
    world.others.knobs().enrolment["moreTimes"] = json!(true);
    let page = person.page(&path).await.text();
    assert!(page.contains(&format!("{path}?times=#slots-title")) && !page.contains("times-later"), "{page}");
    let page = person.page(&format!("{path}?times=")).await.text();
    assert!(page.contains("data-slot=\"early\"") && !page.contains("data-slot=\"s1\""), "{page}");
    assert!(page.contains(&format!("{path}?times=1764752400000-earlyonclick#slots-title")), "{page}");
    let page = person.page(&format!("{path}?times=1764752400000-early")).await.text();
    assert!(page.contains("data-slot=\"late\"") && page.contains("times-first"), "{page}");
    assert!(!page.contains("times-later"), "the last page");
    let asked: Vec<_> = world.others.seen().enrolment_steps.iter().map(|(step, ..)| step.clone()).collect();
    assert!(asked.contains(&"times?after=1764752400000-early".to_owned()), "{asked:?}");
}

#[actix_web::test]
async fn a_letter_leads_to_a_named_key_and_an_appointment() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let page = person.page(&format!("/enrol?fund={}", fund(&world))).await.expect(200).unwrap().text();
    assert!(page.contains("id=\"invitation\"") && page.contains(&fund(&world)));
    assert!(
        page.contains("United Nations Joint Staff Pension Fund"),
        "who asks is said before anything is typed"
    );
    let id = begun(&world, &person).await;
    let base = format!("/v1/enrolments/{id}");
    let page = person.page(&format!("/enrolments/{id}")).await.expect(200).unwrap().text();
    assert!(
        page.contains("data-testid=\"name-key\"") && !page.contains("data-testid=\"slot\""),
        "the key comes first"
    );

    let device = json!({ "deviceKey": person.key.thumbprint() });
    let step =
        person.post(&format!("{base}/prepare"), device.clone()).await.expect(200).unwrap().json().unwrap();
    let signed =
        json!({"deviceKey": person.key.thumbprint(), "signatures": person.signatures(&step)["signatures"]});
    world.others.knobs().enrolment["deviceKey"] = json!(person.key.thumbprint());
    person.post(&format!("{base}/device-key"), signed).await.expect(200).unwrap();
    let page = person.page(&format!("/enrolments/{id}")).await.expect(200).unwrap().text();
    assert_eq!(page.matches("data-testid=\"slot\"").count(), 2);
    assert!(
        page.find("s1").unwrap() < page.find("s2").unwrap() && page.contains("Español"),
        "in the Fund's order"
    );
    assert!(person.page("/").await.text().contains(&format!("/enrolments/{id}")), "the way back");

    let chosen = person.post(&format!("{base}/appointment"), json!({"slot": "s1"})).await;
    chosen.expect(200).unwrap();
    person.post(&format!("{base}/appointment"), json!({"slot": null})).await.expect(200).unwrap();
    person.post(&format!("{base}/place"), json!({})).await.expect(200).unwrap();
    let heard = person.post(&format!("{base}/signals"), json!({"send": ["join"], "after": 3})).await;
    let heard = heard.expect(200).unwrap().json().unwrap();
    assert_eq!(
        (&heard["signals"][0]["body"], heard["iceServers"].as_array().unwrap().len()),
        (&json!("ready"), 1)
    );

    let steps = world.others.seen().enrolment_steps.clone();
    let (_, none, claim) = steps.iter().find(|(step, ..)| step == "claim").unwrap();
    let secret = claim["secret"].as_str().unwrap();
    assert_eq!((none.as_str(), unb64(secret).unwrap().len()), ("", 32));
    assert!(steps.iter().filter(|(step, ..)| step != "claim").all(|(_, bearer, _)| bearer == secret));
    let (_, _, named) = steps.iter().find(|(step, ..)| step == "device-key").unwrap();
    let key = PublicKey::from_jwk(&named["holderKey"]).unwrap();
    key.verify(&device_key_input(FUND, "enrolment-1"), &unb64(named["signature"].as_str().unwrap()).unwrap())
        .unwrap();
    let chosen: Vec<_> = steps
        .iter()
        .filter(|(step, ..)| step == "appointment")
        .map(|(.., body)| body["slot"].clone())
        .collect();
    assert_eq!(chosen, [json!("s1"), json!(null)]);
}

#[actix_web::test]
async fn a_cut_line_costs_no_code() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let body = json!({"fund": fund(&world), "uid": "100482317", "code": "01AZH-ZZ045"});
    world.others.knobs().enrolment_refusal = Some((502, "gateway"));
    assert_eq!(problem(person.post("/v1/enrolments", body.clone()).await, 502), "other-side-unavailable");
    world.others.knobs().enrolment_refusal = None;
    person.post("/v1/enrolments", body).await.expect(201).unwrap();
    let steps = world.others.seen().enrolment_steps.clone();
    assert_eq!(steps[0].2["secret"], steps[1].2["secret"], "the same secret, so the Fund answers the same");
}

#[actix_web::test]
async fn refusals_are_told_kindly() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let body = json!({"fund": fund(&world), "uid": "100482317", "code": "01AZH-ZZ045"});
    world.others.knobs().enrolment_refusal = Some((403, "invitation-refused"));
    assert_eq!(problem(person.post("/v1/enrolments", body.clone()).await, 422), "invitation-refused");
    let long = json!({"fund": fund(&world), "uid": "1".repeat(21), "code": "x"});
    assert_eq!(problem(person.post("/v1/enrolments", long).await, 422), "invitation-refused");
    world.others.knobs().enrolment_refusal = None;
    let id = begun(&world, &person).await;
    world.others.knobs().enrolment_refusal = Some((409, "time-taken"));
    let taken = person.post(&format!("/v1/enrolments/{id}/appointment"), json!({"slot": "s1"})).await;
    assert_eq!(problem(taken, 409), "time-taken");
    world.others.knobs().enrolment_refusal = Some((409, "conflict"));
    let refused = person.post(&format!("/v1/enrolments/{id}/place"), json!({})).await;
    assert_eq!(problem(refused, 409), "enrolment-refused");
    let other = world.person("eve").await;
    other.get(&format!("/v1/enrolments/{id}")).await.expect(404).unwrap();
    let unknown = json!({ "deviceKey": other.key.thumbprint() });
    assert_eq!(
        problem(person.post(&format!("/v1/enrolments/{id}/prepare"), unknown).await, 409),
        "device-key-unknown"
    );
}

#[actix_web::test]
async fn an_organisation_that_the_registry_does_not_prove_gets_nothing() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    world.others.knobs().signed_metadata = false;
    let body = json!({"fund": fund(&world), "uid": "100482317", "code": "01AZH-ZZ045"});
    person.post("/v1/enrolments", body).await.expect(422).unwrap();
    assert!(world.others.seen().enrolment_steps.is_empty(), "neither number nor code left the wallet");
}

#[actix_web::test]
async fn every_state_has_a_page_with_a_next_step() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let id = begun(&world, &person).await;
    let path = format!("/enrolments/{id}");
    let cases = [
        (
            json!({"state": "claimed", "deviceKey": "k", "noneBeforeDue": true, "slots": []}),
            "data-testid=\"keep-place\"",
        ),
        (
            json!({"state": "claimed", "deviceKey": "k", "noneBeforeDue": true, "placeKept": true, "slots": []}),
            "Your place is kept",
        ),
        (json!({"state": "claimed", "deviceKey": "k", "missed": true}), "We missed you"),
        (
            json!({"state": "claimed", "deviceKey": "k", "appointment": {"id": "a1", "callOpen": true,
            "slot": claimed()["slots"][0]}}),
            "data-testid=\"call-join\"",
        ),
        (
            json!({"state": "claimed", "deviceKey": "k", "appointment": {"id": "a1", "callOpen": false,
            "slot": claimed()["slots"][0]}}),
            "Ten minutes before",
        ),
        (
            json!({"state": "claimed", "deviceKey": "k", "appointment": {"id": "a1", "callOpen": false,
            "slot": claimed()["slots"][1]}}),
            "An agent calls you",
        ),
        (json!({"state": "proposed"}), "Almost done"),
        (json!({"state": "approved"}), "You are enrolled"),
        (json!({"state": "refused", "refusal": "document"}), "The identity document was missing"),
        (json!({"state": "refused", "refusal": "a later word"}), "The agent has told you why"),
        (json!({"state": "withdrawn"}), "This invitation is over"),
    ];
    for (change, says) in cases {
        let mut now = claimed();
        for (member, value) in change.as_object().unwrap() {
            now[member] = value.clone();
        }
        world.others.knobs().enrolment = now;
        let page = person.page(&path).await.expect(200).unwrap().text();
        assert!(page.contains(says), "{change}: {page}");
    }
}

#[actix_web::test]
async fn a_separation_credential_is_shown_and_its_code_goes_with_the_secret_of_this_wallet() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let page = person.page(&format!("/enrol?fund={}", fund(&world))).await.text();
    assert!(page.contains("separation-title") && !page.contains("id=\"separation-begin\""), "none is held");
    let begin = json!({ "fund": fund(&world) });
    for _ in 0..2 {
        let step = person.post("/v1/enrolments/separation", begin.clone()).await.expect(200).unwrap();
        assert_eq!(
            step.json().unwrap()["present"],
            "/present?client_id=did%3Ax%3Av&request_uri=https%3A%2F%2Fv.example%2Fr%2F1"
        );
    }
    let page = person.page("/enrol/separation?response_code=c%22ode").await.expect(200).unwrap().text();
    assert!(page.contains("data-code=\"c&#34;ode\""), "{page}");
    assert!(page.contains("id=\"separation-again\""), "the way back to the page of the Fund");
    world.others.knobs().enrolment["separatedFrom"] = json!("UNDP");
    let answered = person.post("/v1/enrolments/separation/answer", json!({"responseCode": "code"})).await;
    let answered = answered.expect(200).unwrap().json().unwrap();
    assert_eq!(answered["status"]["separatedFrom"], "UNDP");
    let id = answered["id"].as_str().unwrap();
    let page = person.page(&format!("/enrolments/{id}")).await.text();
    assert!(page.contains("data-testid=\"separated-from\"") && page.contains("UNDP"), "{page}");
    let steps = world.others.seen().enrolment_steps.clone();
    let of = |step: &str| steps.iter().filter(|(at, ..)| at == step).cloned().collect::<Vec<_>>();
    let (begun, answers) = (of("separation"), of("answer"));
    assert_eq!((begun.len(), begun[0].1.as_str()), (2, ""), "the first word carries the secret itself");
    assert_eq!(begun[0].2["secret"], begun[1].2["secret"], "begun again it is the same");
    assert_eq!(answers[0].1, begun[0].2["secret"].as_str().unwrap());
    assert_eq!(answers[0].2, json!({"responseCode": "code"}));
    assert!(!answered.to_string().contains(&answers[0].1), "the secret stays in the service");
}

#[actix_web::test]
async fn what_the_fund_says_of_a_credential_is_said_in_the_persons_words() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    let answer = || json!({"responseCode": "code"});
    let nothing = person.post("/v1/enrolments/separation/answer", answer()).await;
    assert_eq!(problem(nothing, 409), "separation-unanswered", "nothing was begun here");
    let begin = json!({ "fund": fund(&world) });
    world.others.knobs().enrolment_refusal = Some((404, "not-found"));
    let refused = person.post("/v1/enrolments/separation", begin.clone()).await;
    assert_eq!(problem(refused, 409), "separation-not-offered");
    world.others.knobs().enrolment_refusal = None;
    world.others.knobs().separation_link = "https://evil.example/?a=b";
    let refused = person.post("/v1/enrolments/separation", begin.clone()).await;
    assert_eq!(problem(refused, 502), "answer-not-understood", "only a request of the protocol is opened");
    for (status, slug) in [
        (403, "separation-withdrawn"),
        (403, "separation-expired"),
        (403, "separation-not-valid"),
        (403, "separation-not-matched"),
        (409, "separation-used"),
        (409, "separation-unanswered"),
    ] {
        world.others.knobs().enrolment_refusal = Some((status, slug));
        let refused = person.post("/v1/enrolments/separation/answer", answer()).await;
        assert_eq!(problem(refused, 409), slug);
    }
    world.others.knobs().enrolment_refusal = Some((503, "unavailable"));
    let refused = person.post("/v1/enrolments/separation/answer", answer()).await;
    assert_eq!(problem(refused, 502), "other-side-unavailable");
}
