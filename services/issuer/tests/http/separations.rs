//! Enrolment by a Separation credential. The verifier is played here, so that it says what a test wants; `tests/separation.rs` has
//! the real one.

use std::sync::{Arc, Mutex};

use chrono::Duration;
use issuance::import::File;
use issuer::app::RegisterSource;
use outbound::Reply;
use serde_json::{Value, json};
use testkit::{b64, faces};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::console::Browser;
use crate::enrolment::{Claimed, claim, name_key, retiree, status};
use crate::existence::{Phone, officer};
use crate::support::{World, json as body, problem, start_time};

const CHECKS: [&str; 9] = [
    "form",
    "proof",
    "issuerKey",
    "accreditation",
    "schema",
    "validity",
    "status",
    "holderBinding",
    "policy",
];
const UID: &str = "100482317";
const OTHER: &str = "100482318";
const CODE: &str = "the-code-that-came-back";

/// A verifier that answers what it is told, and remembers what it was asked.
struct Verifier {
    url: String,
    view: Arc<Mutex<Value>>,
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

impl Verifier {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let (view, asked) = (Arc::new(Mutex::new(valid())), Arc::new(Mutex::new(Vec::new())));
        let (said, heard, base) = (Arc::clone(&view), Arc::clone(&asked), url.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serve(stream, &base, &said, &heard).await;
            }
        });
        Self { url, view, asked }
    }

    /// From now on the report is like this.
    fn says(&self, change: impl FnOnce(&mut Value)) {
        let mut view = valid();
        change(&mut view);
        *self.view.lock().unwrap() = view;
    }

    fn asked(&self, path: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(at, _)| at.starts_with(path)).map(|(_, body)| body.clone()).collect()
    }
}

/// What a verifier says of a presentation that holds in every way.
fn valid() -> Value {
    let checks = CHECKS.map(|name| {
        json!({"name": name, "result": "pass", "required": true, "code": "ok", "sentence": "It holds."})
    });
    json!({
        "id": "v1", "policy": "separation", "purpose": "p", "state": "verified", "createdAt": "2027-01-15T08:00:00Z",
        "expiresAt": "2027-01-15T08:10:00Z", "responseCodeMatches": true,
        "report": {
            "id": "report-1", "policy": "separation", "policyVersion": 1, "checkedAt": "2027-01-15T08:01:00Z",
            "outcome": "valid", "sentence": "It holds.", "checks": checks,
            "credential": {
                "format": "dc+sd-jwt", "issuer": "did:passerelle:undp",
                "issuerName": "United Nations Development Programme",
                "types": ["https://schemas.passerelle.example/v1#Separation"]
            },
            "claims": {
                "identifier": "UNDP-4711", "givenName": "Margaret", "familyName": "Ellison-Before", "birthDate": "1961-05-05",
                "separatedFrom": {"id": "did:passerelle:undp", "name": "UNDP"}, "separatedOn": "2026-12-31"
            }
        }
    })
}

fn fails(view: &mut Value, check: &str, outcome: &str) {
    let at = CHECKS.iter().position(|name| *name == check).unwrap();
    view["report"]["checks"][at]["result"] = json!(if outcome == "invalid" { "fail" } else { "notChecked" });
    view["report"]["outcome"] = json!(outcome);
}

async fn serve(stream: TcpStream, base: &str, view: &Mutex<Value>, asked: &Mutex<Vec<(String, String)>>) {
    let mut stream = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    stream.read_line(&mut first).await.unwrap();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        let Some((name, value)) = line.trim().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut sent = vec![0; length];
    stream.read_exact(&mut sent).await.unwrap();
    let path = first.split(' ').nth(1).unwrap().to_owned();
    let number = {
        let mut asked = asked.lock().unwrap();
        asked.push((path.clone(), String::from_utf8(sent).unwrap()));
        asked.len()
    };
    let answer = match path.as_str() {
        "/oauth/token" => {
            json!({"access_token": "t", "token_type": "Bearer", "expires_in": 600, "scope": "verify"})
        }
        "/v1/verifications" => json!({
            "id": format!("v{number}"), "state": "waiting", "link": format!("http://wallet.test/present?client_id=c&request_uri={base}/r/{number}"),
            "openidLink": format!("openid4vp://?client_id=c&request_uri=http%3A%2F%2Fverifier.test%2F{number}"), "qrSvg": "",
            "expiresAt": (start_time() + Duration::minutes(10)).to_rfc3339(),
        }),
        other => {
            let mut view = view.lock().unwrap().clone();
            if !other.ends_with(&format!("?response_code={CODE}")) {
                view["responseCodeMatches"] = json!(false);
                view.as_object_mut().unwrap().remove("report");
            }
            view
        }
    };
    let answer = answer.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close",
        answer.len()
    );
    stream.write_all(format!("{head}\r\n\r\n{answer}").as_bytes()).await.unwrap();
}

/// A Fund whose register knows two people by what they were at UNDP.
async fn fund(verifier: &Verifier) -> World {
    let world = World::start_verifying(&verifier.url).await;
    let rows = "uid,given_name,family_name,birth_date,country,employer,staff_number\n\
        100482317,Margaret,Ellison,1961-05-05,GBR,did:passerelle:undp,UNDP-4711\n\
        100482318,Margaret,Ellison-Before,1961-05-05,GBR,did:passerelle:undp,UNDP-9000\n";
    let file = File { bytes: rows.as_bytes(), sheet: None };
    let source = RegisterSource::Sheet { name: "people.csv", file };
    let id = world.issuer.upload_register(&officer(), source).await.unwrap();
    world.issuer.confirm_register(&officer(), &id).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    retiree(&world, UID, "Margaret").await;
    retiree(&world, OTHER, "Margaret").await;
    world
}

async fn beneficiary(world: &World) -> String {
    let mut tx = world.issuer.store().read().await.unwrap();
    tx.find_subject_by_number("unjspf", UID).await.unwrap().unwrap().id
}

async fn begin(world: &World, secret: &str) -> Reply {
    world.post("/t/unjspf/enrolment/separation", &json!({ "secret": secret }), None).await
}

async fn answer(world: &World, secret: &str, code: &str) -> Reply {
    let sent = json!({ "responseCode": code });
    world.post("/t/unjspf/enrolment/separation/answer", &sent, Some(secret)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_credential_stands_for_number_code_and_document_and_two_officers_still_decide() {
    let verifier = Verifier::start().await;
    let world = fund(&verifier).await;
    let secret = b64([7; 32]);
    let begun = begin(&world, &secret).await;
    assert_eq!(begun.status, 201);
    let link = body(&begun)["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with("openid4vp://?client_id=c&request_uri="), "{link}");
    assert_eq!(body(&begin(&world, &secret).await)["link"], link, "the same while it can be answered");
    let asked = verifier.asked("/v1/verifications");
    assert_eq!(asked.len(), 1);
    let asked: Value = serde_json::from_str(&asked[0]).unwrap();
    assert_eq!(
        (&asked["policy"], &asked["returnUrl"]),
        (&json!("separation"), &json!("http://wallet.test/enrol/separation"))
    );
    let token = verifier.asked("/oauth/token").remove(0);
    assert!(token.contains("client_assertion=ey") && !token.contains("client_secret"), "{token}");

    let opened = body(&answer(&world, &secret, CODE).await);
    assert_eq!((&opened["state"], &opened["givenName"]), (&json!("claimed"), &json!("Margaret")));
    assert_eq!(opened["separatedFrom"], "United Nations Development Programme");
    let heard = verifier.asked("/v1/verifications/").len();
    assert_eq!(
        body(&answer(&world, &secret, CODE).await)["id"],
        opened["id"],
        "the answer was lost on its way"
    );
    assert_eq!(verifier.asked("/v1/verifications/").len(), heard, "and nobody is asked again");

    let claimed = Claimed::new(secret, opened["id"].as_str().unwrap().to_owned());
    let phone = Phone::new(5);
    assert_eq!(name_key(&world, &claimed, &phone.holder).await.status, 200);
    let agent = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let desk = format!("/console/enrolment/{}", claimed.id);
    let page = agent.get(&desk).await.text();
    for said in [
        "data-testid=\"separation\"",
        "United Nations Development Programme",
        "did:passerelle:undp",
        "UNDP-4711",
        "Margaret Ellison-Before",
        "5 May 1961",
        "31 December 2026",
        "report-1",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let taken = agent.upload(&format!("{desk}/picture"), "face.jpg", &faces::closer(&faces::turn(92))).await;
    assert_eq!(Browser::path_of(&taken), format!("{desk}?done=picture"));
    let proposed = agent.post(&format!("{desk}/propose"), &[("words", "as UNDP says")]).await;
    assert_eq!(Browser::path_of(&proposed), format!("{desk}?done=proposed"), "without a document");
    let decision = format!("{desk}/decision");
    let own = agent.post(&decision, &[("decision", "approve"), ("words", "me again")]).await;
    assert!(own.status == 422 && own.text().contains("ask a colleague"));
    let second = Browser::officer(&world, "unjspf", "Ben Second").await;
    assert!(
        second.get(&desk).await.text().contains("data-testid=\"separation\""),
        "the second officer sees it too"
    );
    second.post(&decision, &[("decision", "approve"), ("words", "I agree")]).await;
    assert_eq!(status(&world, &claimed).await["state"], "approved");
    let person = beneficiary(&world).await;
    let bound = world.issuer.bound_key("unjspf", &person).await.unwrap().unwrap();
    assert_eq!(bound.device_key, phone.holder.thumbprint());
}

/// What is wrong, how the verifier says so, and what the wallet is told.
type Case = (&'static str, fn(&mut Value), (u16, &'static str));

#[tokio::test(flavor = "multi_thread")]
async fn whatever_does_not_hold_opens_nothing_and_says_what_to_do() {
    let verifier = Verifier::start().await;
    let world = fund(&verifier).await;
    let cases: [Case; 16] = [
        ("revoked", |it| fails(it, "status", "invalid"), (403, "separation-withdrawn")),
        ("expired", |it| fails(it, "validity", "invalid"), (403, "separation-expired")),
        ("not accredited", |it| fails(it, "accreditation", "invalid"), (403, "separation-not-valid")),
        ("forged", |it| fails(it, "proof", "invalid"), (403, "separation-not-valid")),
        ("another's", |it| fails(it, "holderBinding", "invalid"), (403, "separation-not-valid")),
        ("status unknown", |it| fails(it, "status", "undetermined"), (503, "unavailable")),
        (
            "a check that the policy does not require",
            |it| it["report"]["checks"][6] = json!({"name": "status", "result": "notChecked", "required": false, "code": "x", "sentence": "s"}),
            (403, "separation-not-valid"),
        ),
        (
            "a check that is left out",
            |it| drop(it["report"]["checks"].as_array_mut().unwrap().remove(3)),
            (403, "separation-not-valid"),
        ),
        (
            "another type",
            |it| {
                it["report"]["credential"]["types"] =
                    json!(["https://schemas.passerelle.example/v1#StaffIdentity"])
            },
            (403, "separation-not-valid"),
        ),
        ("another policy", |it| it["policy"] = json!("open"), (409, "separation-unanswered")),
        ("declined", |it| it["state"] = json!("refused"), (409, "separation-unanswered")),
        ("not answered", |it| it["state"] = json!("waiting"), (409, "separation-unanswered")),
        (
            "claims that were erased",
            |it| drop(it["report"].as_object_mut().unwrap().remove("claims")),
            (409, "separation-unanswered"),
        ),
        (
            "an unknown number",
            |it| it["report"]["claims"]["identifier"] = json!("UNDP-1"),
            (403, "separation-not-matched"),
        ),
        (
            "the number at another organisation",
            |it| it["report"]["claims"]["separatedFrom"]["id"] = json!("did:passerelle:wfp"),
            (403, "separation-not-matched"),
        ),
        (
            "another birth date",
            |it| it["report"]["claims"]["birthDate"] = json!("1961-05-06"),
            (403, "separation-not-matched"),
        ),
    ];
    for (at, (what, change, expected)) in cases.into_iter().enumerate() {
        let secret = b64([u8::try_from(at).unwrap(); 32]);
        verifier.says(change);
        let first = body(&begin(&world, &secret).await)["link"].clone();
        let refused = answer(&world, &secret, CODE).await;
        assert_eq!(problem(&refused), (expected.0, expected.1.to_owned()), "{what}");
        assert!(body(&refused)["detail"].as_str().is_some_and(|said| said.len() > 30), "{what}: what to do");
        assert_eq!(
            world.post("/t/unjspf/enrolment/place", &json!({}), Some(&secret)).await.status,
            401,
            "{what}: nothing is open"
        );
        let again = begin(&world, &secret).await;
        let waits = what == "not answered";
        assert_eq!(body(&again)["link"] == first, waits, "{what}: what was answered is asked anew");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_wallet_that_answered_and_that_began_opens_anything() {
    let verifier = Verifier::start().await;
    let world = fund(&verifier).await;
    let (mine, other) = (b64([1; 32]), b64([2; 32]));
    begin(&world, &mine).await;
    let without = answer(&world, &mine, "guessed").await;
    assert_eq!(problem(&without), (409, "separation-unanswered".into()), "no report without the code");
    assert_eq!(answer(&world, &other, CODE).await.status, 401, "the code alone");
    assert_eq!(answer(&world, &mine, "").await.status, 400);
    assert_eq!(begin(&world, "short").await.status, 400);
    assert_eq!(world.post("/t/undp/enrolment/separation", &json!({"secret": mine}), None).await.status, 404);
    assert_eq!(answer(&world, &mine, CODE).await.status, 200);

    // The same service on another wallet: the person has an open enrolment already.
    begin(&world, &other).await;
    let under_way = answer(&world, &other, CODE).await;
    assert_eq!(under_way.status, 409);
    assert!(body(&under_way)["detail"].as_str().unwrap().contains("under way"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_enrols_one_person_for_ever() {
    let verifier = Verifier::start().await;
    let world = fund(&verifier).await;
    let (mine, other) = (b64([1; 32]), b64([2; 32]));
    begin(&world, &mine).await;
    assert_eq!(answer(&world, &mine, CODE).await.status, 200);
    // The register is corrected: the number belongs to somebody else from now on.
    let rows = "uid,given_name,family_name,birth_date,country,employer,staff_number\n\
        100482317,Margaret,Ellison,1961-05-05,GBR,did:passerelle:undp,UNDP-1\n\
        100482318,Margaret,Ellison-Before,1961-05-05,GBR,did:passerelle:undp,UNDP-4711\n";
    let file = File { bytes: rows.as_bytes(), sheet: None };
    let source = RegisterSource::Sheet { name: "corrected.csv", file };
    let id = world.issuer.upload_register(&officer(), source).await.unwrap();
    world.issuer.confirm_register(&officer(), &id).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    begin(&world, &other).await;
    assert_eq!(problem(&answer(&world, &other, CODE).await), (409, "separation-used".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_with_one_number_are_found_by_nobody() {
    let verifier = Verifier::start().await;
    let world = fund(&verifier).await;
    let rows = "uid,given_name,family_name,birth_date,country,employer,staff_number\n\
        100482319,Margaret,Ellison,1961-05-05,GBR,did:passerelle:undp,undp-4711\n";
    let file = File { bytes: rows.as_bytes(), sheet: None };
    let source = RegisterSource::Sheet { name: "mistake.csv", file };
    let id = world.issuer.upload_register(&officer(), source).await.unwrap();
    world.issuer.confirm_register(&officer(), &id).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    let secret = b64([1; 32]);
    begin(&world, &secret).await;
    assert_eq!(problem(&answer(&world, &secret, CODE).await), (403, "separation-not-matched".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_waits_is_opened_by_the_credential_and_its_code_is_dead() {
    let verifier = Verifier::start().await;
    let world = fund(&verifier).await;
    let person = beneficiary(&world).await;
    let invited = world.issuer.invite_to_enrol(&officer(), &person).await.unwrap();
    let secret = b64([1; 32]);
    begin(&world, &secret).await;
    assert_eq!(body(&answer(&world, &secret, CODE).await)["id"], invited.enrolment.as_str());
    let late = claim(&world, UID, &invited.code, &b64([3; 32])).await;
    assert_eq!(problem(&late), (403, "invitation-refused".into()));
    // An officer may still take it back and invite anew, as after every lost phone.
    let again = world.issuer.invite_to_enrol(&officer(), &person).await.unwrap();
    assert_eq!(claim(&world, UID, &again.code, &b64([3; 32])).await.status, 200);
    let view = status(&world, &Claimed::new(secret, invited.enrolment)).await;
    assert_eq!(view["state"], "withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_nobody_answered_is_asked_anew_and_then_erased() {
    let verifier = Verifier::start().await;
    let world = fund(&verifier).await;
    let secret = b64([1; 32]);
    let first = body(&begin(&world, &secret).await)["link"].clone();
    world.clock.advance(Duration::minutes(9));
    let anew = begin(&world, &secret).await;
    assert_eq!(anew.status, 201);
    assert_ne!(body(&anew)["link"], first, "there was no time left for the first");
    world.clock.advance(Duration::days(2));
    let mut tx = world.issuer.store().write("test").await.unwrap();
    assert_eq!(tx.erase_separations(clock::Clock::now(&world.clock) - Duration::hours(24)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(answer(&world, &secret, CODE).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_verifier_invitations_are_the_way() {
    let world = World::start().await;
    assert_eq!(begin(&world, &b64([1; 32])).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_that_is_down_costs_nothing() {
    let world = World::start_verifying("http://127.0.0.1:9").await;
    let refused = begin(&world, &b64([1; 32])).await;
    assert_eq!(refused.status, 503);
    assert!(body(&refused)["detail"].as_str().unwrap().contains("Nothing is lost"));
}
