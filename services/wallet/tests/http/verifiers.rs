//! Who asks, and how they are answered: certificates, unsigned links, encrypted answers, errors by their codes.

use credential::Expect;
use credential::Input;
use credential::jwe::DecryptionKey;
use credential::x509::{CertificateChain, TrustAnchors};
use serde_json::{Value, json};
use testkit::{Authority, x5c_of};
use wire::vp::RequestObject;
use wire::vp::by_value;

use crate::presenting::{consent, last_response, open};
use crate::world::{Person, UNDP, World, problem};

const NONCE: &str = "n-0S6_WzA2Mj-0123456789";

/// A wallet that trusts an authority, and a verifier with a certificate from it.
struct Scene {
    world: World,
    authority: Authority,
}

impl Scene {
    async fn new() -> Self {
        let authority = Authority::new("Agencies' authority").unwrap();
        let anchors = TrustAnchors::from_pem(authority.pem().as_bytes()).unwrap();
        Self { world: World::with(|wallet| wallet.verifier_anchors = anchors).await, authority }
    }

    fn certificate(&self, by: &Authority, host: &str) -> Value {
        let jwk = self.world.others.wfp.p256.public_key().to_jwk();
        x5c_of(&by.certify_host(&jwk, "World \u{202e}Food Programme", host).unwrap())
    }

    /// The verifier asks under this identifier with these certificates; gives the link.
    fn ask(&self, client_id: &str, x5c: Value) -> Value {
        let mut knobs = self.world.others.knobs();
        knobs.request["client_id"] = json!(client_id);
        knobs.request_x5c = Some(x5c);
        drop(knobs);
        let mut link = self.world.request();
        link["clientId"] = json!(client_id);
        link
    }
}

fn by_hash(x5c: &Value) -> String {
    format!("x509_hash:{}", CertificateChain::from_header(x5c).unwrap().leaf_hash())
}

async fn opened(person: &Person, link: Value) -> Value {
    person.post("/v1/presentations", link).await.expect(201).unwrap().json().unwrap()
}

async fn refused(person: &Person, link: Value) {
    assert_eq!(problem(person.post("/v1/presentations", link).await, 422), "request-refused");
}

async fn is_verified(world: &World, presentation: Value, audience: &str) -> bool {
    let input = Input::from_value(presentation).unwrap();
    let expect = Expect::presentation(world.others.now(), NONCE, audience);
    credential::verify_presentation(&input, world.wallet.resolver.as_ref(), &expect).await.is_verified()
}

#[actix_web::test]
async fn verifier_with_a_trusted_certificate_is_named_by_it() {
    let scene = Scene::new().await;
    let person = scene.world.holder("anna").await;
    let x5c = scene.certificate(&scene.authority, "localhost");
    for client_id in [by_hash(&x5c), "x509_san_dns:localhost".to_owned()] {
        let asked = opened(&person, scene.ask(&client_id, x5c.clone())).await;
        assert_eq!(asked["verifier"]["name"], "World Food Programme", "fit to be shown");
        assert_eq!(
            (asked["verifier"]["certified"].as_bool(), asked["verifier"]["proven"].as_bool()),
            (Some(true), Some(false))
        );
        consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
        let token: Value = serde_json::from_str(&last_response(&scene.world)["vp_token"]).unwrap();
        assert!(is_verified(&scene.world, token["sd"][0].clone(), &client_id).await);
    }
    let page = person.page("/activity").await.text();
    assert!(page.contains("World Food Programme"));
}

#[actix_web::test]
async fn certificate_that_is_not_trusted_or_another_ones_stops_the_request() {
    let scene = Scene::new().await;
    let person = scene.world.person("anna").await;
    let stranger = Authority::new("Stranger").unwrap();
    let good = scene.certificate(&scene.authority, "localhost");
    let other = scene.certificate(&scene.authority, "other.example");
    let strange = scene.certificate(&stranger, "localhost");
    let san = "x509_san_dns:localhost".to_owned();
    for (client_id, x5c, why) in [
        (by_hash(&strange), strange.clone(), "another authority"),
        (san.clone(), strange, "another authority, by name"),
        (by_hash(&other), good.clone(), "the hash of another certificate"),
        (san.clone(), other.clone(), "a certificate of another host"),
        ("x509_san_dns:other.example".to_owned(), other, "an answer to another host"),
        (san.clone(), json!([]), "no certificate"),
        (san.clone(), x5c_of(&scene.authority.pem()), "the authority itself"),
        ("x509_hash:short".to_owned(), good.clone(), "no hash"),
    ] {
        let answer = person.post("/v1/presentations", scene.ask(&client_id, x5c)).await;
        assert_eq!(problem(answer, 422), "request-refused", "{why}");
    }
    scene.world.others.knobs().request_signed_by_other = true;
    refused(&person, scene.ask(&san, good.clone())).await;
    scene.world.others.knobs().request_signed_by_other = false;
    assert!(scene.world.others.seen().responses.is_empty(), "nobody is told who is not proven");
    opened(&person, scene.ask(&san, good)).await;
}

#[actix_web::test]
async fn wallet_without_anchors_trusts_no_certificate() {
    let scene = Scene { world: World::new().await, authority: Authority::new("Any").unwrap() };
    let person = scene.world.person("anna").await;
    let x5c = scene.certificate(&scene.authority, "localhost");
    refused(&person, scene.ask(&by_hash(&x5c), x5c.clone())).await;
}

#[actix_web::test]
async fn unsigned_link_is_answered_at_its_own_address_and_shown_as_unproven() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let (request, response_uri) = unsigned(&world);
    let query = by_value::to_query(&request).unwrap();
    let asked = opened(&person, json!({ "query": query })).await;
    assert_eq!(
        (asked["verifier"]["proven"].as_bool(), asked["verifier"]["certified"].as_bool()),
        (Some(false), Some(false))
    );
    let host = asked["verifier"]["name"].as_str().unwrap();
    assert!(host.starts_with("localhost:") && response_uri.contains(host));
    let page = person.page(&format!("/presentations/{}", asked["id"].as_str().unwrap())).await.text();
    assert!(page.contains("We know the address only, not who is behind it."));
    assert!(page.find("id=\"refuse\"") < page.find("id=\"agree\""), "no is the first button");
    let again = person.post("/v1/presentations", json!({ "query": query })).await.expect(200).unwrap();
    assert_eq!(again.json().unwrap()["id"], asked["id"], "the same link is the same request");
    consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
    let token: Value = serde_json::from_str(&last_response(&world)["vp_token"]).unwrap();
    assert!(is_verified(&world, token["sd"][0].clone(), &request.client_id).await);
}

#[actix_web::test]
async fn link_that_only_a_signature_could_prove_is_refused() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let (request, response_uri) = unsigned(&world);
    let query = |request: &RequestObject| json!({ "query": by_value::to_query(request).unwrap() });
    let did = format!("decentralized_identifier:{UNDP}");
    for changed in [
        RequestObject { client_id: did, ..request.clone() },
        RequestObject { client_id: "x509_san_dns:localhost".into(), ..request.clone() },
        RequestObject { response_uri: Some(format!("{response_uri}-other")), ..request.clone() },
        RequestObject { redirect_uri: Some(response_uri.clone()), ..request.clone() },
        RequestObject { nonce: "short".into(), ..request.clone() },
    ] {
        refused(&person, query(&changed)).await;
    }
    refused(&person, json!({ "query": "client_id=a" })).await;
    let mut both = query(&request);
    both["requestUri"] = world.request()["requestUri"].clone();
    assert_eq!(problem(person.post("/v1/presentations", both).await, 400), "bad-request");
    assert_eq!(problem(person.post("/v1/presentations", json!({})).await, 400), "bad-request");
    assert!(world.others.seen().responses.is_empty(), "anybody can write a link, so nobody is told");
}

pub fn unsigned(world: &World) -> (RequestObject, String) {
    let request: RequestObject = serde_json::from_value(world.others.knobs().request.clone()).unwrap();
    let response_uri = request.response_uri.clone().unwrap();
    let client_id = format!("redirect_uri:{response_uri}");
    (RequestObject { client_id, aud: None, iat: None, exp: None, ..request }, response_uri)
}

#[actix_web::test]
async fn answer_is_encrypted_to_the_verifiers_key() {
    let world = World::new().await;
    let key = DecryptionKey::generate(&world.others.entropy);
    {
        let mut knobs = world.others.knobs();
        knobs.request["response_mode"] = json!("direct_post.jwt");
        knobs.request["anchor_receipts"] = json!(true);
        knobs.request["client_metadata"] = json!({
            "vp_formats_supported": {}, "jwks": { "keys": [key.public_jwk()] },
            "encrypted_response_enc_values_supported": ["A128GCM", "A256GCM"]
        });
    }
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
    let form = last_response(&world);
    assert_eq!(form.len(), 1, "nothing stands beside it");
    let header = testkit::unb64(form["response"].split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!((header["alg"].as_str(), header["enc"].as_str()), (Some("ECDH-ES"), Some("A256GCM")));
    assert_eq!(header["kid"], key.public_jwk()["kid"]);
    let plain: Value = serde_json::from_slice(&key.decrypt(&form["response"]).unwrap()).unwrap();
    assert_eq!(plain["state"], "st-1");
    assert!(plain["anchor_receipts"]["sd"].is_array());
    let audience = asked_client(&world);
    assert!(is_verified(&world, plain["vp_token"]["sd"][0].clone(), &audience).await);
}

#[actix_web::test]
async fn refusal_is_encrypted_like_an_answer() {
    let world = World::new().await;
    let key = DecryptionKey::generate(&world.others.entropy);
    {
        let mut knobs = world.others.knobs();
        knobs.request["response_mode"] = json!("direct_post.jwt");
        let metadata = json!({ "vp_formats_supported": {}, "jwks": { "keys": [key.public_jwk()] } });
        knobs.request["client_metadata"] = metadata;
    }
    let person = world.person("anna").await;
    let asked = open(&world, &person).await;
    let path = format!("/v1/presentations/{}/refuse", asked["id"].as_str().unwrap());
    person.post(&path, json!({})).await.expect(200).unwrap();
    let form = last_response(&world);
    let plain: Value = serde_json::from_slice(&key.decrypt(&form["response"]).unwrap()).unwrap();
    assert_eq!(plain, json!({ "error": "access_denied", "state": "st-1" }));
}

#[actix_web::test]
async fn key_that_is_none_stops_the_request_before_anybody_consents() {
    let world = World::new().await;
    {
        let mut knobs = world.others.knobs();
        knobs.request["response_mode"] = json!("direct_post.jwt");
        let mut jwk = DecryptionKey::generate(&world.others.entropy).public_jwk();
        jwk["y"] = jwk["x"].clone();
        knobs.request["client_metadata"] = json!({ "vp_formats_supported": {}, "jwks": { "keys": [jwk] } });
    }
    refused(&world.person("anna").await, world.request()).await;
    assert_eq!(last_response(&world)["error"], "invalid_request");
}

fn asked_client(world: &World) -> String {
    world.others.knobs().request["client_id"].as_str().unwrap().to_owned()
}

/// 8.5, for a verifier whose signature holds.
#[actix_web::test]
async fn verifier_is_told_what_is_wrong_with_its_request() {
    let mdoc =
        json!({ "credentials": [{ "id": "m", "format": "mso_mdoc", "meta": { "doctype_value": "d" } }] });
    for (member, value, code) in [
        ("response_mode", json!("fragment"), "invalid_request"),
        ("response_mode", json!("direct_post.jwt"), "invalid_request"),
        ("redirect_uri", json!("https://verifier.example/cb"), "invalid_request"),
        ("scope", json!("staff"), "invalid_request"),
        ("dcql_query", Value::Null, "invalid_request"),
        ("dcql_query", json!({ "credentials": [] }), "invalid_request"),
        ("dcql_query", mdoc, "vp_formats_not_supported"),
        ("transaction_data", json!(["e30"]), "invalid_transaction_data"),
    ] {
        let world = World::new().await;
        world.others.knobs().request[member] = value;
        let person = world.person("anna").await;
        refused(&person, world.request()).await;
        let told = last_response(&world);
        assert_eq!((told["error"].as_str(), told["state"].as_str()), (code, "st-1"), "{member}");
        assert!(!told.contains_key("vp_token"));
    }
}

#[actix_web::test]
async fn nobody_is_told_who_is_not_proven_to_ask_now() {
    for (member, value) in [
        ("response_uri", json!("https://attacker.example/r")),
        ("client_id", json!("decentralized_identifier:did:passerelle:undp")),
        ("exp", json!(1_769_999_999)),
    ] {
        let world = World::new().await;
        world.others.knobs().request[member] = value;
        refused(&world.person("anna").await, world.request()).await;
        assert!(world.others.seen().responses.is_empty(), "{member}");
    }
}
