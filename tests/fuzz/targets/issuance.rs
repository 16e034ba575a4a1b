//! What wallets send an issuer: requests of OID4VCI, and proofs, truly signed where nothing behind the signature would
//! otherwise be reached. The first line is a header, the second a payload.
#![no_main]

use std::sync::LazyLock;

use clock::{SeededEntropy, Timestamp};
use credential::x509::TrustAnchors;
use fuzz::bounds::bounded;
use fuzz::world::base64url;
use issuance::attestation::{Attesters, BATCH_SIZE, ClientAttestation, KeyAttestation};
use issuance::authorization::{Asked, Client};
use issuance::dpop::{DpopProof, DpopRequest};
use issuance::{CredentialType, KeyProof};
use keys::{Algorithm, Signer as _, SoftwareKey};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wire::vci::{
    AuthorizationDetail, CredentialOffer, CredentialRequest, DeferredCredentialRequest, IssuerMetadata,
    NotificationRequest, PushedAuthorizationRequest, TokenRequest,
};

const ISSUER: &str = "https://issuer.example/t/undp";
static KEY: LazyLock<SoftwareKey> =
    LazyLock::new(|| SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(1)));
static ATTESTERS: LazyLock<Attesters> =
    LazyLock::new(|| Attesters { keys: vec![*KEY.public_key()], ..Attesters::default() });

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).expect("a time")
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    LazyLock::force(&ATTESTERS);
    match kind % 8 {
        0 => token_request(rest),
        1 => pushed(rest),
        2 => requests(rest),
        3 => key_proof(rest),
        4 => dpop(rest),
        5 => key_attestation(rest),
        6 => client_attestation(rest),
        _ => {
            same::<CredentialOffer>(rest);
            same::<IssuerMetadata>(rest);
        }
    }
});

/// What is read and written again is read the same. As text, since a `Value` cannot give back every number it holds.
fn same<T: DeserializeOwned + Serialize>(json: &[u8]) -> Option<T> {
    let read: T = bounded(|| serde_json::from_slice(json)).ok()?;
    let written = serde_json::to_vec(&read).expect("what was read can be written");
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(serde_json::to_vec(&again).ok(), Some(written), "the second reading differs");
    Some(read)
}

fn form<T: DeserializeOwned>(rest: &[u8]) -> Option<T> {
    let pairs = url::form_urlencoded::parse(rest);
    let members: Map<String, Value> = pairs.map(|(name, value)| (name.into_owned(), value.into())).collect();
    serde_json::from_value(Value::Object(members)).ok()
}

fn token_request(rest: &[u8]) {
    let Some(request) = form::<TokenRequest>(rest) else { return };
    if let Some(details) = request.authorization_details {
        same::<Vec<AuthorizationDetail>>(details.as_bytes());
    }
}

/// A request that is taken goes back to an address that was registered.
fn pushed(rest: &[u8]) {
    let Some(request) = form::<PushedAuthorizationRequest>(rest) else { return };
    let client = Client {
        id: "wallet".to_owned(),
        name: "Wallet".to_owned(),
        redirect_uris: vec!["https://wallet.example/cb".to_owned(), "http://127.0.0.1/cb".to_owned()],
        is_attested: false,
        is_dpop_bound: false,
    };
    let asked = Asked {
        response_type: request.response_type.as_deref(),
        redirect_uri: request.redirect_uri.as_deref(),
        scope: request.scope.as_deref(),
        details: None,
        state: request.state.as_deref(),
        code_challenge: request.code_challenge.as_deref(),
        code_challenge_method: request.code_challenge_method.as_deref(),
        has_offer: request.issuer_state.is_some(),
    };
    let types = [CredentialType::StaffIdentity, CredentialType::Employment];
    if let Ok(taken) = bounded(|| client.check(&asked, &types)) {
        let target = url::Url::parse(&taken.redirect_uri).expect("a registered address is one");
        let host = (target.scheme(), target.host_str(), target.path());
        let known = [("https", Some("wallet.example"), "/cb"), ("http", Some("127.0.0.1"), "/cb")];
        assert!(known.contains(&host), "a code for a stranger");
        assert_eq!(taken.code_challenge.len(), 43);
    }
}

fn requests(rest: &[u8]) {
    same::<CredentialRequest>(rest);
    same::<DeferredCredentialRequest>(rest);
    same::<NotificationRequest>(rest);
}

/// Header and payload under a true signature. `"#jwk"` in the header stands for the key.
fn signed(rest: &[u8]) -> Option<(String, String)> {
    let (header, payload) = std::str::from_utf8(rest).ok()?.split_once('\n')?;
    let header = header.replace("\"#jwk\"", &KEY.public_key().to_jwk().to_string());
    let input = format!("{}.{}", base64url(header.as_bytes()), base64url(payload.as_bytes()));
    let signature = KEY.sign_now(input.as_bytes()).expect("a key in memory");
    Some((format!("{input}.{}", base64url(&signature)), payload.to_owned()))
}

fn said(payload: &str) -> Value {
    serde_json::from_str(payload).expect("it was accepted")
}

fn key_proof(rest: &[u8]) {
    let Some((jwt, payload)) = signed(rest) else { return };
    let Ok(proof) = bounded(|| KeyProof::verify(&jwt, ISSUER, &TrustAnchors::default(), now())) else {
        return;
    };
    assert_eq!(proof.holder.public, *KEY.public_key(), "a key that did not sign");
    let said = said(&payload);
    assert_eq!((&said["aud"], &said["nonce"]), (&ISSUER.into(), &proof.nonce.as_str().into()));
}

fn dpop(rest: &[u8]) {
    let Some((jwt, payload)) = signed(rest) else { return };
    let request = DpopRequest { uri: ISSUER, access_token: None };
    let Ok(proof) = bounded(|| DpopProof::verify(&jwt, request, now())) else { return };
    assert_eq!(proof.jkt, KEY.public_key().jwk_thumbprint(), "a key that did not sign");
    assert_eq!(said(&payload)["htm"], "POST");
    assert!(proof.remembered_until > now());
}

fn key_attestation(rest: &[u8]) {
    let Some((jwt, payload)) = signed(rest) else { return };
    let attested = bounded(|| KeyAttestation::verify(&jwt, &ATTESTERS, true, now()));
    let Ok(attestation) = attested else { return };
    let keys = &attestation.keys;
    assert!((1..=BATCH_SIZE).contains(&keys.len()));
    assert!(keys.iter().enumerate().all(|(at, key)| !keys[..at].contains(key)), "a key twice");
    assert!(said(&payload)["exp"].is_number(), "an attestation without an end");
}

/// The payload is the wallet's; what shows possession of its key is the same token, which has another type.
fn client_attestation(rest: &[u8]) {
    let Some((jwt, _)) = signed(rest) else { return };
    let shown = bounded(|| ClientAttestation::verify(&jwt, &jwt, ISSUER, &ATTESTERS, now()));
    assert!(shown.is_err(), "one token as attestation and as proof of possession");
}
