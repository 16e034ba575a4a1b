//! Enrolment at a station of the Fund: somebody without a phone, a key that a wallet service keeps, and two officers all the same.

use chrono::{Duration, SecondsFormat};
use clock::{Clock as _, SeededEntropy};
use entitlement::desk::{Helper, HelperKind, RecognisedBy, Statement};
use entitlement::enrolment::station::Subject;
use entitlement::enrolment::{DocumentKind, IdentityDocument};
use issuer::app::NewStation;
use keys::{Algorithm, Signer as _, SoftwareKey};
use outbound::Reply;
use serde_json::{Value, json};
use testkit::{b64, faces};

use crate::console::Browser;
use crate::enrolment::{Claimed, choose, claimed, name_key, open, status};
use crate::existence::officer;
use crate::support::{Holder, World, json as body, problem};

const FUND: &str = "did:passerelle:unjspf";
const UID: &str = "100482317";
const SEED: u8 = 7;

/// A tablet in a country office and its operator.
struct Station(SoftwareKey);

impl Station {
    fn new(seed: u64) -> Self {
        Self(SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(seed)))
    }

    async fn registered(world: &World) -> Self {
        let station = Self::new(40);
        let key = format!("did:key:{}", station.0.public_key().to_multikey());
        let new = NewStation { key, name: "Dakar office".into(), country: "SEN".into() };
        world.issuer.register_station(&officer(), &new).await.unwrap();
        station
    }

    /// The word as the wallet service sends it.
    fn word(&self, world: &World, enrolment: &str, picture: &[u8], helper: Option<Helper>) -> Value {
        let document = document();
        let subject = Subject::new((FUND, enrolment), picture, Some(&document));
        let statement = Statement {
            station: self.0.public_key().jwk_thumbprint(),
            operator: "Awa Diop".into(),
            recognised_by: RecognisedBy::Document,
            helper,
        };
        let now = world.clock.now();
        let kept = Holder::new(SEED.into()).thumbprint();
        let signature = self.0.sign_now(&statement.signing_input(&subject.about(&kept, now))).unwrap();
        let mut word = json!({
            "picture": b64(picture), "document": document, "capturedAt": now.to_rfc3339_opts(SecondsFormat::Secs, true),
            "desk": {"station": statement.station, "operator": statement.operator, "recognisedBy": "document",
                "signature": b64(signature)},
        });
        if let Some(helper) = statement.helper {
            word["desk"]["helper"] = json!({"name": helper.name, "kind": helper.kind.as_str()});
        }
        word
    }
}

fn document() -> IdentityDocument {
    IdentityDocument {
        kind: DocumentKind::Passport,
        number: "AK12345".into(),
        state: "SEN".into(),
        expires_on: "2035-01-01".parse().unwrap(),
    }
}

async fn send(world: &World, person: &Claimed, word: &Value) -> Reply {
    world.post("/t/unjspf/enrolment/station", word, Some(&person.secret)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_word_of_a_station_stands_for_the_appointment_and_two_officers_bind_the_kept_key() {
    let world = World::start_seeing().await;
    let station = Station::registered(&world).await;
    let agent = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let person = claimed(&world, UID, SEED).await;
    open(&world, &agent, 1, "video").await;
    let slot = status(&world, &person).await["slots"][0]["id"].as_str().unwrap().to_owned();
    choose(&world, &person, Some(&slot)).await;
    let poor = station.word(&world, &person.id, &faces::empty(), None);
    let refused = send(&world, &person, &poor).await;
    assert_eq!(problem(&refused), (400, "picture-refused".into()));
    assert!(body(&refused)["detail"].as_str().unwrap().contains("no face in the picture"), "said at once");

    let picture = faces::closer(&faces::turn(92));
    let helper = Helper { name: "Omar Diop".into(), kind: HelperKind::Guardian };
    let word = station.word(&world, &person.id, &picture, Some(helper));
    let taken = body(&send(&world, &person, &word).await);
    assert_eq!((&taken["state"], &taken["seenAtStation"]), (&json!("claimed"), &json!(true)));
    assert!(taken.get("appointment").is_none(), "nobody has to call");
    assert_eq!(body(&send(&world, &person, &word).await), taken, "the same again changes nothing");

    let agenda = agent.get("/console/enrolment").await.text();
    let seen = agenda.split("seen-at-stations").nth(1).unwrap();
    assert!(seen.split("</table>").next().unwrap().contains("Margaret Ellison"));
    let desk = format!("/console/enrolment/{}", person.id);
    let page = agent.get(&desk).await.text();
    for said in [
        "data-testid=\"station\"",
        "Awa Diop (Dakar office); Omar Diop (guardian)",
        "SEN",
        "AK12345",
        "data:image/jpeg",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let proposed = agent.post(&format!("{desk}/propose"), &[("words", "one good face, document fits")]).await;
    assert_eq!(Browser::path_of(&proposed), format!("{desk}?done=proposed"), "without an appointment");
    assert_eq!(status(&world, &person).await["seenAtStation"], false, "nothing is left to do at the station");
    let decision = format!("{desk}/decision");
    let own = agent.post(&decision, &[("decision", "approve"), ("words", "me again")]).await;
    assert!(own.status == 422 && own.text().contains("ask a colleague"));
    let second = Browser::officer(&world, "unjspf", "Ben Second").await;
    assert!(second.get(&desk).await.text().contains("Awa Diop (Dakar office)"));
    second.post(&decision, &[("decision", "approve"), ("words", "I agree")]).await;
    assert_eq!(status(&world, &person).await["state"], "approved");
    let subject = world.issuer.desk_page(&officer(), &person.id, false).await.unwrap().subject.id;
    let bound = world.issuer.bound_key("unjspf", &subject).await.unwrap().unwrap();
    assert_eq!((bound.device_key, bound.how.as_str()), (Holder::new(SEED.into()).thumbprint(), "station"));
    assert!(world.issuer.portrait_of(world.tenant("unjspf"), &subject).await.unwrap().is_some());
    let late = station.word(&world, &person.id, &picture, None);
    assert_eq!(send(&world, &person, &late).await.status, 409, "it is over");
    let acts = agent.get("/console/activity").await.text();
    assert!(acts.contains("station") && !acts.contains("Awa Diop"), "who it was is sealed: {acts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_about_something_else_or_of_nobody_is_not_taken() {
    let world = World::start().await;
    let station = Station::registered(&world).await;
    let person = claimed(&world, UID, SEED).await;
    let other = claimed(&world, "100482318", 8).await;
    let picture = faces::still(0);
    let good = || station.word(&world, &person.id, &picture, None);
    let with = |change: &dyn Fn(&mut Value)| {
        let mut word = good();
        change(&mut word);
        word
    };
    let refused = (403, "station-refused".to_owned());
    for (what, word) in [
        ("another enrolment", station.word(&world, &other.id, &picture, None)),
        ("an unknown station", Station::new(41).word(&world, &person.id, &picture, None)),
        ("another picture", with(&|it| it["picture"] = json!(b64(faces::turn(31))))),
        ("another document", with(&|it| it["document"]["number"] = json!("AK12346"))),
        ("another operator", with(&|it| it["desk"]["operator"] = json!("Somebody Else"))),
        ("another manner", with(&|it| it["desk"]["recognisedBy"] = json!("acquaintance"))),
        (
            "a helper whom nobody named",
            with(&|it| it["desk"]["helper"] = json!({"name": "Omar", "kind": "guardian"})),
        ),
        ("no signature", with(&|it| it["desk"]["signature"] = json!("AA"))),
    ] {
        assert_eq!(problem(&send(&world, &person, &word).await), refused, "{what}");
    }
    for (what, word) in [
        ("no document", with(&|it| drop(it.as_object_mut().unwrap().remove("document")))),
        ("an expired document", with(&|it| it["document"]["expiresOn"] = json!("2020-01-01"))),
        ("a number that is not in its form", with(&|it| it["document"]["number"] = json!("ak 12345"))),
        ("no picture", with(&|it| it["picture"] = json!(""))),
        ("a picture that is too large", with(&|it| it["picture"] = json!(b64(vec![0; 256 * 1024 + 1])))),
        ("no time", with(&|it| it["capturedAt"] = json!("today"))),
        (
            "another kind of helper",
            with(&|it| it["desk"]["helper"] = json!({"name": "Omar", "kind": "friend"})),
        ),
    ] {
        let reply = send(&world, &person, &word).await;
        assert!(matches!(reply.status, 400 | 403), "{what}: {}", reply.status);
    }
    let early = good();
    world.clock.advance(Duration::minutes(61));
    assert_eq!(send(&world, &person, &early).await.status, 400, "an old word");
    assert_eq!(send(&world, &other, &good()).await.status, 403, "with the secret of another wallet");
    assert_eq!(status(&world, &person).await["seenAtStation"], false);
    assert_eq!(send(&world, &person, &good()).await.status, 200, "a retry with everything right");
    let thumbprint = station.0.public_key().jwk_thumbprint();
    world.issuer.close_station(&officer(), &thumbprint).await.unwrap();
    world.clock.advance(Duration::minutes(1));
    assert_eq!(problem(&send(&world, &person, &good()).await), refused, "a closed station");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_takes_the_word_away() {
    let world = World::start().await;
    let station = Station::registered(&world).await;
    let person = claimed(&world, UID, SEED).await;
    let word = station.word(&world, &person.id, &faces::still(0), None);
    assert_eq!(send(&world, &person, &word).await.status, 200);
    assert_eq!(name_key(&world, &person, &Holder::new(SEED.into())).await.status, 200);
    assert_eq!(status(&world, &person).await["seenAtStation"], true, "the same key again");
    assert_eq!(name_key(&world, &person, &Holder::new(99)).await.status, 200);
    assert_eq!(status(&world, &person).await["seenAtStation"], false);
    let agent = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let desk = format!("/console/enrolment/{}", person.id);
    let proposed = agent.post(&format!("{desk}/propose"), &[("words", "sure")]).await;
    assert!(
        proposed.status == 422 && proposed.text().contains("No identity document"),
        "nothing is left of it"
    );
    assert_eq!(problem(&send(&world, &person, &word).await).0, 403, "it was about the other key");
}
