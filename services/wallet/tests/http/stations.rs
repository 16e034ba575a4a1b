//! Stations, and the yearly proof of somebody without a phone at one of them.

use entitlement::desk::{About, RecognisedBy, Statement, Vouched};
use entitlement::enrolment::station::Subject;
use entitlement::enrolment::{DocumentKind, IdentityDocument};
use keys::PublicKey;
use serde_json::{Value, json};
use testkit::{b64, jcs, unb64};
use wire::enrolment::device_key_input;

use crate::assisted::officers;
use crate::custody::{PIN, activity, key_of, opened, sign};
use crate::world::{FUND, Person, World, problem};

/// The officer's device, made a station before somebody has a wallet opened at it; the key that the Fund registers.
pub async fn at_station(world: &World) -> (Person, PublicKey) {
    let (desk, number) = opened(world).await;
    desk.delete("/v1/desk").await.expect(204).unwrap();
    let made = desk.post("/v1/officers/stations", json!({ "name": "Dakar office", "country": "SEN" })).await;
    let made = made.expect(201).unwrap().json().unwrap();
    let key = made["key"].as_str().unwrap().strip_prefix("did:key:").unwrap();
    let key = PublicKey::from_multikey(key).unwrap();
    assert_eq!(made["thumbprint"], key.jwk_thumbprint().as_str());
    crate::custody::enter(&desk, &number, PIN).await.expect(200).unwrap();
    (desk, key)
}

pub async fn opened_request(world: &World, desk: &Person) -> String {
    let body = json!({ "requestUri": world.existence_uri() });
    let opened = desk.post("/v1/existence", body).await.ok().unwrap().json().unwrap();
    opened["id"].as_str().unwrap().to_owned()
}

pub fn proof(pin: &str) -> Value {
    json!({ "pin": pin, "recognisedBy": "document" })
}

#[actix_web::test]
async fn operator_vouches_the_kept_key_signs_and_the_certificate_comes_at_the_desk() {
    let world = World::new().await;
    let (desk, station) = at_station(&world).await;
    let id = opened_request(&world, &desk).await;
    let page = desk.page(&format!("/existence/{id}")).await.expect(200).unwrap().text();
    assert!(page.contains("Dakar office") && page.contains("name=\"recognised\""), "{page}");
    let base = format!("/v1/existence/{id}");
    let sent = desk.post(&format!("{base}/desk"), proof(PIN)).await.expect(200).unwrap().json().unwrap();
    assert_eq!(sent["state"], "answered");

    let answer = world.others.seen().existence_answers[0].clone();
    assert!(answer.get("passkey").is_none() && answer.get("assertion").is_none());
    let said = &answer["desk"];
    assert_eq!((&said["operator"], &said["recognisedBy"]), (&json!("Awa Ndiaye"), &json!("document")));
    let statement = Statement {
        station: said["station"].as_str().unwrap().to_owned(),
        operator: "Awa Ndiaye".into(),
        recognised_by: RecognisedBy::Document,
        helper: None,
    };
    let kept = key_of(&desk).await;
    let about = About {
        request_id: "ex-1",
        challenge: "Y2hhbGxlbmdl",
        holder_key: &kept,
        captured_at: answer["capturedAt"].as_str().unwrap().parse().unwrap(),
        parts: &[],
    };
    let signature = unb64(said["signature"].as_str().unwrap()).unwrap();
    assert!(Vouched { statement, station_key: station, signature }.holds(&about));
    let holder = PublicKey::from_jwk(&answer["holderKey"]).unwrap();
    assert_eq!(holder.jwk_thumbprint(), kept);
    let mut unsigned = answer.clone();
    let signature = unsigned.as_object_mut().unwrap().remove("deviceSignature").unwrap();
    holder.verify(&jcs(&unsigned), &unb64(signature.as_str().unwrap()).unwrap()).unwrap();

    let noted = activity(&desk).await;
    let noted = noted.iter().find(|entry| entry["kind"] == "existenceAnswered").unwrap();
    assert_eq!(noted["officer"], "Awa Ndiaye");
    assert!(desk.page(&format!("/existence/{id}")).await.text().contains("at your next visit"));

    world.others.knobs().existence_state = "confirmed";
    let confirmed = desk.get(&base).await.expect(200).unwrap().json().unwrap();
    let offer = confirmed["offerId"].as_str().unwrap();
    let accept = json!({ "deviceKey": kept });
    desk.post(&format!("/v1/offers/{offer}/accept"), accept).await.expect(200).unwrap();
    let signed = sign(&desk, "offers", offer, PIN).await.expect(200).unwrap().json().unwrap();
    desk.post(&format!("/v1/offers/{offer}/proofs"), signed).await.expect(200).unwrap();
    assert_eq!(desk.credentials().await[0]["name"], "Certificate of Entitlement");
}

#[actix_web::test]
async fn nothing_is_sent_without_the_pin_and_nothing_twice() {
    let world = World::new().await;
    let (desk, _) = at_station(&world).await;
    let id = opened_request(&world, &desk).await;
    let path = format!("/v1/existence/{id}/desk");
    assert_eq!(problem(desk.post(&path, proof("314159")).await, 422), "pin-refused");
    assert!(world.others.seen().existence_answers.is_empty());
    world.others.knobs().existence_status = 503;
    assert_eq!(problem(desk.post(&path, proof(PIN)).await, 502), "other-side-unavailable");
    world.others.knobs().existence_status = 200;
    for _ in 0..2 {
        let sent = desk.post(&path, proof(PIN)).await.expect(200).unwrap().json().unwrap();
        assert_eq!(sent["state"], "answered");
    }
    let seen = world.others.seen();
    assert_eq!(seen.existence_answers.len(), 2, "what was answered is not sent again");
    assert_eq!(seen.existence_answers[0], seen.existence_answers[1], "and always the same bytes");
}

#[actix_web::test]
async fn desk_that_is_no_station_says_what_to_do() {
    let world = World::new().await;
    let (desk, _) = opened(&world).await;
    let id = opened_request(&world, &desk).await;
    assert_eq!(problem(desk.post(&format!("/v1/existence/{id}/desk"), proof(PIN)).await, 409), "no-station");
    let page = desk.page(&format!("/existence/{id}")).await.expect(200).unwrap().text();
    assert!(
        page.contains("This device is no station of the Fund") && !page.contains("id=\"begin\""),
        "{page}"
    );
    let person = world.person("rosa").await;
    let id = opened_request(&world, &person).await;
    let refused = person.post(&format!("/v1/existence/{id}/desk"), proof(PIN)).await;
    assert_eq!(problem(refused, 409), "no-station", "a phone vouches for nobody");
}

#[actix_web::test]
async fn only_officers_open_and_close_stations_and_a_closed_one_vouches_no_more() {
    let world = World::new().await;
    let (desk, key) = at_station(&world).await;
    let id = opened_request(&world, &desk).await;
    let stranger = world.person("rosa").await;
    let new = json!({ "name": "Mine", "country": "SEN" });
    assert_eq!(problem(stranger.post("/v1/officers/stations", new.clone()).await, 404), "not-found");
    assert_eq!(problem(stranger.get("/v1/officers/stations").await, 404), "not-found");
    let path = format!("/v1/officers/stations/{}", key.jwk_thumbprint());
    assert_eq!(problem(stranger.delete(&path).await, 404), "not-found");
    assert_eq!(problem(desk.delete(&path).await, 403), "at-desk", "the visitor is no officer");
    let ended = desk.delete("/v1/desk").await.expect(204).unwrap();
    assert_eq!(ended.header("clear-site-data"), Some("\"cache\", \"storage\""), "a station is shared");
    for wrong in [json!({ "name": " ", "country": "SEN" }), json!({ "name": "Dakar", "country": "Senegal" })]
    {
        assert_eq!(problem(desk.post("/v1/officers/stations", wrong).await, 400), "bad-request");
    }
    let page = desk.page("/officers/stations").await.expect(200).unwrap().text();
    assert!(page.contains("Dakar office") && page.contains("did:key:zDn"), "{page}");
    desk.delete(&path).await.expect(204).unwrap();
    assert_eq!(problem(desk.delete(&path).await, 404), "not-found");
    let page = desk.page("/officers/stations").await.expect(200).unwrap().text();
    assert!(page.contains("id=\"station-open\""), "{page}");
    let database = std::fs::read(&world.database).unwrap();
    assert!(!database.is_empty());
    let number = desk.post("/v1/officers/wallets", json!({ "pin": PIN })).await;
    number.expect(201).unwrap();
    let id_of_new = opened_request(&world, &desk).await;
    assert_ne!(id, id_of_new);
    let refused = desk.post(&format!("/v1/existence/{id_of_new}/desk"), proof(PIN)).await;
    assert_eq!(problem(refused, 409), "no-station");
}

#[actix_web::test]
async fn cookie_of_a_station_opens_nothing_by_itself() {
    let world = World::new().await;
    let (one, two) = officers(&world).await;
    let made = one.post("/v1/officers/stations", json!({ "name": "Dakar", "country": "SEN" })).await;
    let made = made.expect(201).unwrap();
    let cookie = made.header("set-cookie").unwrap().to_owned();
    assert!(cookie.starts_with("passerelle_wallet_station=") && cookie.contains("HttpOnly"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    let url = format!("{}/v1/account", world.url);
    let headers = [("cookie", pair)];
    let answer = testkit::Agent::new().send(testkit::Method::GET, url, &headers, Vec::new()).await.unwrap();
    assert_eq!(answer.status, 401);
    let listed = two.get("/v1/officers/stations").await.expect(200).unwrap().json().unwrap();
    assert_eq!(listed["stations"].as_array().unwrap().len(), 1);
}

const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 0xe0, 1, 2, 3];

fn enrolment(pin: &str) -> Value {
    json!({
        "pin": pin, "recognisedBy": "document", "picture": b64(JPEG),
        "document": {"kind": "passport", "number": "ak 12345", "state": "sen", "expiresOn": "2035-01-01"}
    })
}

async fn begun(world: &World, desk: &Person) -> String {
    let fund = format!("{}/t/unjspf", world.others.base);
    let body = json!({"fund": fund, "uid": "100482317", "code": "01AZH-ZZ045"});
    let begun = desk.post("/v1/enrolments", body).await.expect(201).unwrap().json().unwrap();
    begun["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_person_without_a_phone_enrols_at_a_station_with_the_kept_key() {
    let world = World::new().await;
    let (desk, station) = at_station(&world).await;
    let id = begun(&world, &desk).await;
    let page = desk.page(&format!("/enrolments/{id}")).await.expect(200).unwrap().text();
    assert!(page.contains("Dakar office") && page.contains("id=\"station-enrolment\""), "{page}");
    assert!(
        !page.contains("id=\"name-key\"") && !page.contains("data-slot"),
        "no phone and no appointment here"
    );

    let path = format!("/v1/enrolments/{id}/station");
    assert_eq!(problem(desk.post(&path, enrolment("314159")).await, 422), "pin-refused");
    let steps = |world: &World| world.others.seen().enrolment_steps.clone();
    assert!(
        !steps(&world).iter().any(|(at, ..)| at == "station" || at == "device-key"),
        "nothing without the PIN"
    );
    world.others.knobs().enrolment["seenAtStation"] = json!(true);
    let sent = desk.post(&path, enrolment(PIN)).await.expect(200).unwrap().json().unwrap();
    assert_eq!(sent["status"]["seenAtStation"], true);

    let kept = key_of(&desk).await;
    let steps = steps(&world);
    let of = |step: &str| steps.iter().find(|(at, ..)| at == step).cloned().unwrap();
    let (_, secret, named) = of("device-key");
    let key = PublicKey::from_jwk(&named["holderKey"]).unwrap();
    assert_eq!(key.jwk_thumbprint(), kept);
    let signature = unb64(named["signature"].as_str().unwrap()).unwrap();
    key.verify(&device_key_input(FUND, "enrolment-1"), &signature).unwrap();
    let (_, same, word) = of("station");
    assert_eq!(same, secret);
    let document = IdentityDocument {
        kind: DocumentKind::Passport,
        number: "AK12345".into(),
        state: "SEN".into(),
        expires_on: "2035-01-01".parse().unwrap(),
    };
    assert_eq!(word["document"], serde_json::to_value(&document).unwrap());
    let subject = Subject::new((FUND, "enrolment-1"), JPEG, Some(&document));
    let said = &word["desk"];
    let statement = Statement {
        station: said["station"].as_str().unwrap().to_owned(),
        operator: "Awa Ndiaye".into(),
        recognised_by: RecognisedBy::Document,
        helper: None,
    };
    let signature = unb64(said["signature"].as_str().unwrap()).unwrap();
    let at = word["capturedAt"].as_str().unwrap().parse().unwrap();
    assert!(Vouched { statement, station_key: station, signature }.holds(&subject.about(&kept, at)));

    let noted = activity(&desk).await;
    let noted = noted.iter().find(|entry| entry["kind"] == "enrolledAtStation").unwrap();
    assert_eq!(noted["officer"], "Awa Ndiaye", "the record names the officer");
    let page = desk.page(&format!("/enrolments/{id}")).await.text();
    assert!(page.contains("data-testid=\"seen-at-station\""), "{page}");
    for (state, said) in [("proposed", "at your next visit"), ("approved", "at a station, with your PIN")] {
        world.others.knobs().enrolment["state"] = json!(state);
        assert!(desk.page(&format!("/enrolments/{id}")).await.text().contains(said), "{state}");
    }

    // From then on the yearly proof begins with the kept key, and the PIN.
    let year = format!("/v1/enrolments/{id}/year");
    let asked = json!({"deviceKey": kept, "act": "begin"});
    desk.post(&format!("{year}/prepare"), asked).await.expect(200).unwrap();
    let work = |pin: &str| json!({"of": "years", "id": id, "pin": pin});
    assert_eq!(problem(desk.post("/v1/desk/signatures", work("314159")).await, 422), "pin-refused");
    let signed = desk.post("/v1/desk/signatures", work(PIN)).await.expect(200).unwrap().json().unwrap();
    let begun = desk.post(&year, signed).await.expect(200).unwrap().json().unwrap();
    assert!(
        desk.page("/").await.text().contains(begun["existence"].as_str().unwrap()),
        "the card leads there"
    );
    assert_eq!(desk.post("/v1/desk/signatures", work(PIN)).await.expect(409).unwrap().status, 409);
}

#[actix_web::test]
async fn what_the_station_or_the_fund_does_not_take_is_said_and_nothing_is_noted() {
    let world = World::new().await;
    let (desk, _) = at_station(&world).await;
    let id = begun(&world, &desk).await;
    let path = format!("/v1/enrolments/{id}/station");
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = enrolment(PIN);
        change(&mut body);
        body
    };
    let refused = |body| desk.post(&path, body);
    assert_eq!(problem(refused(with(&|it| it["picture"] = json!(b64("text")))).await, 400), "bad-request");
    let large = [JPEG, &[0; 256 * 1024]].concat();
    assert_eq!(problem(refused(with(&|it| it["picture"] = json!(b64(&large)))).await, 400), "bad-request");
    assert_eq!(
        problem(refused(with(&|it| it["document"]["kind"] = json!("licence"))).await, 400),
        "bad-request"
    );
    for (member, wrong) in [("number", "1"), ("state", "Senegal"), ("expiresOn", "2020-01-01")] {
        let body = with(&|it| it["document"][member] = json!(wrong));
        assert_eq!(problem(refused(body).await, 422), "document-refused", "{member}");
    }
    world.others.knobs().enrolment_refusal = Some((403, "station-refused"));
    assert_eq!(problem(refused(enrolment(PIN)).await, 409), "station-refused");
    world.others.knobs().enrolment_refusal = Some((400, "picture-refused"));
    assert_eq!(problem(refused(enrolment(PIN)).await, 422), "picture-refused");
    world.others.knobs().enrolment_refusal = Some((503, "unavailable"));
    assert_eq!(problem(refused(enrolment(PIN)).await, 502), "other-side-unavailable");
    assert!(!activity(&desk).await.iter().any(|entry| entry["kind"] == "enrolledAtStation"));
}

#[actix_web::test]
async fn a_desk_that_is_no_station_and_a_phone_enrol_nobody_this_way() {
    let world = World::new().await;
    let (desk, _) = opened(&world).await;
    let id = begun(&world, &desk).await;
    let path = format!("/v1/enrolments/{id}/station");
    assert_eq!(problem(desk.post(&path, enrolment(PIN)).await, 409), "no-station");
    let page = desk.page(&format!("/enrolments/{id}")).await.expect(200).unwrap().text();
    assert!(!page.contains("id=\"station-enrolment\"") && page.contains("banner warning"), "{page}");
    let person = world.person("rosa").await;
    let id = begun(&world, &person).await;
    let path = format!("/v1/enrolments/{id}/station");
    assert_eq!(
        problem(person.post(&path, enrolment(PIN)).await, 409),
        "no-station",
        "a phone vouches for nobody"
    );
}
