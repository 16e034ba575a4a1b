//! Proofs at a station of the Fund: who may vouch, what the officer sees, and what the evidence says.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::{Clock as _, SeededEntropy};
use entitlement::desk::{About, Helper, HelperKind, RecognisedBy, Statement};
use issuance::{Role, Roles, Scope};
use issuer::app::NewStation;
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::{Value, json};

use crate::console::Browser;
use crate::existence::{Phone, asked, fetch, officer, registered, send};
use crate::support::{Holder, World, json as body, problem};

/// A tablet in a country office, and the key that a wallet service keeps for somebody.
struct Station {
    key: SoftwareKey,
    kept: Holder,
}

impl Station {
    fn new(seed: u64) -> Self {
        let key = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(seed));
        Self { key, kept: Holder::new(seed + 1) }
    }

    fn did(&self) -> String {
        format!("did:key:{}", self.key.public_key().to_multikey())
    }

    fn thumbprint(&self) -> String {
        self.key.public_key().jwk_thumbprint()
    }

    async fn register(&self, world: &World, country: &str) {
        let new = NewStation { key: self.did(), name: "Dakar office".into(), country: country.into() };
        assert_eq!(world.issuer.register_station(&officer(), &new).await.unwrap(), self.thumbprint());
    }

    fn answer(&self, world: &World, request: &Value) -> Value {
        self.answer_with(world, request, None)
    }

    fn answer_with(&self, world: &World, request: &Value, helper: Option<Helper>) -> Value {
        let text = |member: &str| request[member].as_str().unwrap();
        let statement = Statement {
            station: self.thumbprint(),
            operator: "Awa Diop".into(),
            recognised_by: RecognisedBy::Document,
            helper,
        };
        let captured_at = world.clock.now();
        let about = About {
            request_id: text("id"),
            challenge: text("challenge"),
            holder_key: &self.kept.thumbprint(),
            captured_at,
            parts: &[],
        };
        let signature = self.key.sign_now(&statement.signing_input(&about)).unwrap();
        let mut answer = json!({
            "challenge": text("challenge"), "holderKey": self.kept.0.public_key().to_jwk(),
            "capturedAt": captured_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            "desk": {"station": statement.station, "operator": statement.operator,
                "recognisedBy": "document", "signature": URL_SAFE_NO_PAD.encode(signature)},
        });
        if let Some(helper) = &statement.helper {
            answer["desk"]["helper"] = json!({"name": helper.name, "kind": helper.kind.as_str()});
        }
        self.signed(answer)
    }

    fn signed(&self, mut answer: Value) -> Value {
        answer.as_object_mut().unwrap().remove("deviceSignature");
        let bytes = serde_json_canonicalizer::to_vec(&answer).unwrap();
        answer["deviceSignature"] = URL_SAFE_NO_PAD.encode(self.kept.0.sign_now(&bytes).unwrap()).into();
        answer
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operator_and_place_stand_in_the_evidence_and_the_same_certificate_comes() {
    let world = World::start().await;
    let person = registered(&world).await;
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let station = Station::new(40);
    station.register(&world, "GBR").await;
    let (id, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    let answer = station.answer(&world, &request);
    let answered = send(&world, &path, &answer).await;
    assert_eq!(answered.status, 200, "{}", String::from_utf8_lossy(&answered.body));
    assert_eq!(
        body(&send(&world, &path, &answer).await),
        body(&answered),
        "the same again is answered alike"
    );
    let fund_page = world.issuer.fund_person_page("unjspf", &person).await.unwrap();
    let receipt = &fund_page.receipts[0];
    assert_eq!((receipt.state.as_str(), receipt.channel.as_str()), ("waiting", "kiosk"));

    let page_path = format!("/console/requests/{id}");
    let page = browser.get(&page_path).await.text();
    for part in ["Awa Diop", "Dakar office", "(United Kingdom)", "compared an identity document"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let form = format!("{page_path}/confirm");
    assert_eq!(browser.post(&form, &[("channel", "kiosk")]).await.status, 422, "nobody said to believe it");
    let by_device = browser.post(&form, &[("channel", "device"), ("same_person", "yes")]).await;
    assert_eq!(by_device.status, 409, "the person has no device");
    let confirmed = browser.post(&form, &[("channel", "kiosk"), ("believed", "yes")]).await;
    assert_eq!(Browser::path_of(&confirmed), format!("{page_path}?done=confirmed"));
    assert!(browser.get(&page_path).await.text().contains("Confirmed by the word of a station"));

    let journal = world.issuer.export_journal(&officer(), &person).await.unwrap();
    let journal = serde_json::to_string(&journal).unwrap();
    assert!(journal.contains("Awa Diop (Dakar office)") && journal.contains("kiosk"), "{journal}");
    let offer = body(&world.get(&path).await)["credentialOfferUri"].as_str().unwrap().to_owned();
    let reply = fetch(&world, &offer, &station.kept).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let subject = body(&reply)["credentials"][0]["credential"]["credentialSubject"].clone();
    assert_eq!(subject["confirmedBy"], "kiosk");
    let Value::Object(mut claims) = subject else { panic!("no claims") };
    claims.remove("id");
    let kind = issuance::CredentialType::DigitalCertificateOfEntitlement;
    assert_eq!(issuance::schemas::subject_faults(kind, &claims), [], "as its schema says");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_kept_key_than_the_enrolled_one_is_told_to_the_officer_and_binds_nothing() {
    for (how, told) in [("station", true), ("enrolment", false)] {
        let world = World::start().await;
        let person = registered(&world).await;
        let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
        let station = Station::new(40);
        station.register(&world, "GBR").await;
        let (id, path) = asked(&world).await;
        let subject = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
        let key = store_issuer::BoundKey {
            device_key: "enrolled".into(),
            how: how.into(),
            by: "officer".into(),
            at: world.clock.now(),
        };
        let mut tx = world.issuer.store().write("bind").await.unwrap();
        tx.bind_key("unjspf", &subject, "bound-1", &key).await.unwrap();
        tx.commit().await.unwrap();
        let request = body(&world.get(&path).await);
        assert_eq!(send(&world, &path, &station.answer(&world, &request)).await.status, 200);
        let page_path = format!("/console/requests/{id}");
        let page = browser.get(&page_path).await.text();
        assert_eq!(page.contains("data-testid=\"new-key\""), told, "{how}");
        browser.post(&format!("{page_path}/confirm"), &[("channel", "kiosk"), ("believed", "yes")]).await;
        let bound = world.issuer.bound_key("unjspf", &subject).await.unwrap().unwrap();
        assert_eq!((bound.device_key.as_str(), bound.how.as_str()), ("enrolled", how));
        assert!(!world.issuer.fund_person_page("unjspf", &person).await.unwrap().receipts.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guardian_who_helped_is_named_to_the_officer_and_in_the_evidence() {
    let world = World::start().await;
    let person = registered(&world).await;
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let station = Station::new(40);
    station.register(&world, "GBR").await;
    let (id, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    let helper = || Some(Helper { name: "Omar Diop".into(), kind: HelperKind::Guardian });
    let mut moved = station.answer_with(&world, &request, helper());
    moved["desk"]["helper"]["name"] = json!("Somebody Else");
    assert_eq!(
        send(&world, &path, &station.signed(moved)).await.status,
        400,
        "the station signed another name"
    );
    let mut odd = station.answer_with(&world, &request, helper());
    odd["desk"]["helper"]["kind"] = json!("friend");
    assert_eq!(send(&world, &path, &station.signed(odd)).await.status, 400);
    let answered = send(&world, &path, &station.answer_with(&world, &request, helper())).await;
    assert_eq!(answered.status, 200, "{}", String::from_utf8_lossy(&answered.body));
    let page_path = format!("/console/requests/{id}");
    let page = browser.get(&page_path).await.text();
    assert!(page.contains("Omar Diop") && page.contains("guardian of the person, was there too"), "{page}");
    browser.post(&format!("{page_path}/confirm"), &[("channel", "kiosk"), ("believed", "yes")]).await;
    let journal = world.issuer.export_journal(&officer(), &person).await.unwrap();
    let journal = serde_json::to_string(&journal).unwrap();
    assert!(journal.contains("Awa Diop (Dakar office); Omar Diop (guardian)"), "{journal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn place_of_the_station_is_the_place_of_a_two_track_beneficiary() {
    let world = World::start().await;
    let listed = "100482317,Margaret,Ellison,1945-03-03,GBR,en,two,2008-01-01,,";
    crate::fund::import(&world, &[listed]).await;
    let station = Station::new(40);
    station.register(&world, "SEN").await;
    let (_, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    assert_eq!(body(&send(&world, &path, &station.answer(&world, &request)).await)["state"], "answered");
    let person = crate::fund::person(&world, "100482317").await;
    let journal = world.issuer.export_journal(&officer(), &person).await.unwrap();
    let journal = serde_json::to_string(&journal).unwrap();
    for part in ["residence-checked", "SEN", "case/residence/"] {
        assert!(journal.contains(part), "{part}: {journal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn word_counts_from_a_station_that_the_fund_knows_and_has_not_closed() {
    let world = World::start().await;
    let station = Station::new(40);
    let (_, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    let answer = station.answer(&world, &request);
    assert_eq!(problem(&send(&world, &path, &answer).await), (400, "station-unknown".into()));
    station.register(&world, "GBR").await;
    station.register(&world, "GBR").await;
    world.issuer.close_station(&officer(), &station.thumbprint()).await.unwrap();
    assert_eq!(problem(&send(&world, &path, &answer).await), (400, "station-unknown".into()));
    let again = NewStation { key: station.did(), name: "Dakar office".into(), country: "GBR".into() };
    assert!(world.issuer.register_station(&officer(), &again).await.is_err(), "closed for good");
    assert_eq!(body(&world.get(&path).await)["state"], "open", "the question is still there");
}

#[tokio::test(flavor = "multi_thread")]
async fn word_about_somebody_else_or_by_somebody_else_is_refused() {
    let world = World::start().await;
    let (station, other) = (Station::new(40), Station::new(50));
    station.register(&world, "GBR").await;
    other.register(&world, "SEN").await;
    let (id, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    let good = station.answer(&world, &request);
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut answer = good.clone();
        change(&mut answer);
        station.signed(answer)
    };
    let elsewhere = other.thumbprint();
    for (what, answer) in [
        ("another operator", changed(&|it| it["desk"]["operator"] = json!("Somebody else"))),
        ("another manner", changed(&|it| it["desk"]["recognisedBy"] = json!("acquaintance"))),
        ("another station", changed(&|it| it["desk"]["station"] = json!(elsewhere))),
        ("another time", changed(&|it| it["capturedAt"] = json!("2020-01-01T00:00:00Z"))),
        ("no time", changed(&|it| drop(it.as_object_mut().unwrap().remove("capturedAt")))),
        ("another key", {
            let thief = Holder::new(77);
            let mut answer = good.clone();
            answer["holderKey"] = thief.0.public_key().to_jwk();
            Station { key: Station::new(40).key, kept: thief }.signed(answer)
        }),
    ] {
        assert_eq!(problem(&send(&world, &path, &answer).await), (400, "answer-refused".into()), "{what}");
    }
    let mut both = Phone::new(5).answer(&request);
    both["desk"] = good["desk"].clone();
    assert_eq!(send(&world, &path, &both).await.status, 400, "one witness, not two");
    let neither = changed(&|it| drop(it.as_object_mut().unwrap().remove("desk")));
    assert_eq!(send(&world, &path, &neither).await.status, 400);
    assert_eq!(body(&send(&world, &path, &good).await)["state"], "answered");
    assert!(world.issuer.request_page("unjspf", &id).await.unwrap().station.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_of_a_phone_is_not_confirmed_by_the_word_of_a_station() {
    let world = World::start().await;
    let (id, path) = asked(&world).await;
    let request = body(&world.get(&path).await);
    send(&world, &path, &Phone::new(5).answer(&request)).await;
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let form = format!("/console/requests/{id}/confirm");
    assert_eq!(browser.post(&form, &[("channel", "kiosk"), ("believed", "yes")]).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_and_machines_register_and_close_stations() {
    let world = World::start().await;
    let station = Station::new(40);
    let agent = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let auditor = Browser::officer_as(&world, "unjspf", "Ola", Roles::of(&[Role::Auditor])).await;
    let (did, list) = (station.did(), "/console/fund/stations");
    let fields = [("key", did.as_str()), ("name", "Dakar office"), ("country", "sen")];
    assert_eq!(auditor.post(list, &fields).await.status, 403);
    assert_eq!(Browser::path_of(&agent.post(list, &fields).await), format!("{list}?done=registered"));
    let page = auditor.get(list).await.text();
    assert!(
        page.contains("Dakar office") && page.contains("Senegal") && !page.contains("Register a station")
    );
    for wrong in [("key", "did:key:z6Mk"), ("name", " "), ("country", "Senegal")] {
        let fields = fields.map(|field| if field.0 == wrong.0 { wrong } else { field });
        assert_eq!(agent.post(list, &fields).await.status, 400, "{wrong:?}");
    }
    let elsewhere = fields.map(|field| if field.0 == "country" { ("country", "GBR") } else { field });
    assert_eq!(agent.post(list, &elsewhere).await.status, 400, "its place does not change");
    let close = format!("{list}/{}/close", station.thumbprint());
    assert_eq!(Browser::path_of(&agent.post(&close, &[]).await), format!("{list}?done=closed"));
    assert!(agent.get("/console/activity").await.text().contains("closed a station"));

    let token = world.issuer.create_service_client(&officer(), "m", &[Scope::FundCycle]).await.unwrap();
    let new = json!({ "key": Station::new(60).did(), "name": "Geneva", "country": "CHE" });
    let made = world.post("/v1/fund/unjspf/stations", &new, Some(&token)).await;
    assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
    assert_eq!(body(&made)["key"], new["key"]);
}
