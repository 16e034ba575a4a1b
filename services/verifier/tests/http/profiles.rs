//! As whom the verifier asks: by its DID, by a certificate, or unsigned.

use clock::{SeededEntropy, Timestamp};
use credential::x509::CertificateChain;
use keys::{Algorithm, PublicKey, Signer as _, SoftwareKey};
use serde_json::{Value, json};
use testkit::Authority;
use verifier::app::{Identity, ProfileError, RequestCertificate, RequestProfile, RequestProfiles};
use wire::vp::by_value;

use crate::harness::{Service, json_of, part};

const HOST: &str = "verifier.example.org";

fn key(seed: u64) -> PublicKey {
    *SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(seed)).public_key()
}

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_790_000_000, 0).unwrap()
}

/// An authority, and the certificate it gave to the key of the harness's verifier.
fn certified() -> (Authority, String) {
    let authority = Authority::new("Agencies' authority").unwrap();
    let leaf = authority.certify_host(&key(5).to_jwk(), "World Food Programme", HOST).unwrap();
    (authority, leaf)
}

fn identity(by_hash: bool) -> Identity {
    let (authority, leaf) = certified();
    let (anchor, key) = (authority.pem(), key(5));
    let certificate =
        RequestCertificate { chain: leaf.as_bytes(), anchor: anchor.as_bytes(), key: &key, now: now() };
    if by_hash { certificate.by_hash("x").unwrap() } else { certificate.by_dns_name("x", HOST).unwrap() }
}

fn profile(name: &str, identity: Identity, haip: bool) -> RequestProfile {
    RequestProfile { name: name.to_owned(), identity, encrypted: haip, haip }
}

async fn service() -> Service {
    Service::start_with(|settings| {
        settings.profiles = RequestProfiles::default()
            .with(profile("haip", identity(true), true))
            .and_then(|it| it.with(profile("by-host", identity(false), false)))
            .and_then(|it| it.with(profile("unsigned", Identity::ResponseUri, false)))
            .unwrap();
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn request_by_certificate_is_signed_by_the_key_in_it() {
    let service = service().await;
    for (name, prefix) in [("haip", "x509_hash:"), ("by-host", "x509_san_dns:")] {
        let asked = service.ask_as(&json!({ "policy": "staff-identity", "profile": name })).await;
        let header = part(&asked.jwt, 0);
        assert_eq!((header["alg"].as_str(), header.get("kid")), (Some("ES256"), None));
        let chain = CertificateChain::from_header(&header["x5c"]).unwrap();
        let now = service.desk.clock.now();
        credential::jwt::verify_with_key(&asked.jwt, "oauth-authz-req+jwt", chain.leaf_key(), now).unwrap();
        let named = asked.text("client_id").strip_prefix(prefix).unwrap();
        assert!(named == HOST || named == chain.leaf_hash());
        assert!(asked.started["link"].as_str().unwrap().contains(&prefix.replace(':', "%3A")));
        assert_eq!(header["x5c"].as_array().unwrap().len(), 1, "the anchor is not sent along");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn haip_profile_asks_for_its_format_and_an_encrypted_answer() {
    let service = service().await;
    let asked = service.ask_as(&json!({ "policy": "staff-identity", "profile": "haip" })).await;
    assert_eq!(asked.text("response_mode"), "direct_post.jwt");
    let credentials = asked.request["dcql_query"]["credentials"].as_array().unwrap();
    assert!(!credentials.is_empty() && credentials.iter().all(|one| one["format"] == "dc+sd-jwt"));
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_names_the_identifier_under_which_it_was_asked() {
    let service = service().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    for right in [true, false] {
        let asked = service.ask_as(&json!({ "policy": "staff-identity", "profile": "by-host" })).await;
        let did = service.desk.client_id();
        let audience = if right { asked.text("client_id") } else { did.as_str() };
        let presentation = service.world.present(&holder, &copy, asked.text("nonce"), audience).await;
        let token = json!({ copy.query_id(): [presentation] }).to_string();
        let form = [("vp_token", token.as_str()), ("state", asked.text("state"))];
        service.post_form(&format!("/oid4vp/responses/{}", asked.id), &form, &[]).await;
        let outcome = if right { "valid" } else { "invalid" };
        assert_eq!(service.view(&asked).await["report"]["outcome"], outcome);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unsigned_request_is_whole_in_its_link() {
    let service = service().await;
    let bearer = format!("Bearer {}", service.token().await);
    let body = json!({ "policy": "entitlement", "profile": "unsigned" });
    let started = json_of(&service.post("/v1/verifications", &body, &[("authorization", &bearer)]).await);
    assert!(started.get("requestUri").is_none());
    let id = started["id"].as_str().unwrap();
    let response_uri = format!("{}/oid4vp/responses/{id}", service.origin);
    for link in ["link", "openidLink"] {
        let (_, query) = started[link].as_str().unwrap().split_once('?').unwrap();
        let request = by_value::from_query(query).unwrap();
        assert_eq!(request.client_id, format!("redirect_uri:{response_uri}"));
        assert_eq!(request.response_uri.as_deref(), Some(response_uri.as_str()));
        assert!(request.dcql_query.is_some() && request.client_metadata.is_some());
        assert!(request.iat.is_none() && request.exp.is_none() && request.aud.is_none());
    }
    assert_eq!(service.get(&format!("/oid4vp/requests/{id}"), None).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn profile_must_be_there() {
    let service = service().await;
    let bearer = format!("Bearer {}", service.token().await);
    let body = json!({ "policy": "staff-identity", "profile": "nothing" });
    let reply = service.post("/v1/verifications", &body, &[("authorization", &bearer)]).await;
    let problem: Value = json_of(&reply);
    assert_eq!(reply.status, 400);
    assert!(problem["type"].as_str().unwrap().ends_with("request-profile"), "{problem}");
}

#[test]
fn certificate_must_be_of_the_key_and_lead_to_its_anchor() {
    let (authority, leaf) = certified();
    let (own, other) = (key(5), key(6));
    let late = Timestamp::from_timestamp(2_500_000_000, 0).unwrap();
    let (anchor, stranger) = (authority.pem(), Authority::new("Stranger").unwrap().pem());
    let whole = format!("{leaf}{anchor}");
    let by = |chain: &str, anchor: &str, key: &PublicKey, now| {
        let certificate = RequestCertificate { chain: chain.as_bytes(), anchor: anchor.as_bytes(), key, now };
        certificate.by_hash("x").map(drop)
    };
    assert!(by(&leaf, &anchor, &own, now()).is_ok());
    assert!(matches!(by(&leaf, &anchor, &other, now()), Err(ProfileError::ForeignKey(_))));
    for (chain, anchor, now, why) in [
        (leaf.as_str(), stranger.as_str(), now(), "another authority"),
        (&leaf, &anchor, late, "expired"),
        (&whole, &anchor, now(), "the anchor sent along"),
        (&leaf, "", now(), "no anchor"),
    ] {
        let found = by(chain, anchor, &own, now);
        assert!(matches!(found, Err(ProfileError::Certificate { .. })), "{why}");
    }
    let certificate =
        RequestCertificate { chain: leaf.as_bytes(), anchor: anchor.as_bytes(), key: &own, now: now() };
    assert!(matches!(certificate.by_dns_name("x", "other.example"), Err(ProfileError::Host { .. })));
}
