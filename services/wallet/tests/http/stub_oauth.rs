//! What an issuer may demand of a wallet as an OAuth client: DPoP, attestations, encryption. It stands before the other routes of
//! the issuer, which hear of nothing of it.
// A refusal is the whole answer, and nobody counts its bytes here.
#![allow(clippy::result_large_err)]

use std::collections::{HashMap, HashSet};

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpResponse};
use clock::Timestamp;
use credential::jwe::{DecryptionKey, Encryption, Recipient};
use credential::jwt;
use keys::PublicKey;
use serde_json::{Map, Value, json};
use testkit::{b64, sha256};

use crate::world::Others;

const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
const CHALLENGE: HeaderName = HeaderName::from_static("oauth-client-attestation-challenge");

/// Demands, and what came.
#[derive(Default)]
pub struct Oauth {
    pub binds_tokens: bool,
    /// And says nothing of it.
    pub hides_binding: bool,
    /// Binds nothing although it says so.
    pub grants_bearer: bool,
    /// Says `DPoP` to whoever asks.
    pub grants_bound: bool,
    /// No nonce is ever good enough.
    pub never_content: bool,
    /// Whose attestations are taken, and needed for a token.
    pub attester: Option<PublicKey>,
    /// `endpoint` or `header`: how challenges are given.
    pub challenges: Option<&'static str>,
    /// Requests and answers can be encrypted, or have to be.
    pub encryption: Option<bool>,
    /// Answers are in the clear whatever was asked for.
    pub answers_in_the_clear: bool,
    /// The seed of the key for requests.
    pub encryption_seed: u8,
    nonce: Option<String>,
    challenge: Option<String>,
    jtis: HashSet<String>,
    /// The thumbprint that each access token is bound to, and each refresh token.
    pub bound: HashMap<String, String>,
    /// Claims of each good proof, with the end of the path.
    pub proofs: Vec<(String, Value)>,
    /// `sub` and thumbprint of each good attestation.
    pub attested: Vec<(String, String)>,
    /// Ends of paths and bodies of everything that came.
    pub requests: Vec<(String, Bytes)>,
    /// Ends of paths of what came encrypted.
    pub encrypted: Vec<String>,
}

impl Oauth {
    /// The nonce that is known is good no more.
    pub fn forget_nonce(&mut self) {
        self.nonce = Some("another".to_owned());
    }

    fn key(&self) -> DecryptionKey {
        DecryptionKey::from_seed(&[self.encryption_seed; 32])
    }
}

/// Adds what the issuer says of encryption.
pub fn describe(world: &Others, metadata: &mut Value) {
    let oauth = world.oauth();
    let Some(required) = oauth.encryption else { return };
    let enc = json!(["A128GCM", "A256GCM"]);
    metadata["credential_request_encryption"] = json!({
        "jwks": {"keys": [oauth.key().public_jwk()]}, "enc_values_supported": enc, "encryption_required": required,
    });
    metadata["credential_response_encryption"] = json!({
        "alg_values_supported": ["ECDH-ES"], "enc_values_supported": enc, "encryption_required": required,
    });
}

pub async fn guard(
    world: Data<Others>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let path = request.path().to_owned();
    let end = path.rsplit('/').next().unwrap().to_owned();
    if path.starts_with("/.well-known/oauth-authorization-server") {
        let response = next.call(request).await?.map_into_boxed_body();
        return Ok(changed(response, |_, body| server(&world, body)).await);
    }
    let endpoints = ["token", "challenge", "credential", "deferred_credential", "notification"];
    if request.method() != Method::POST || !endpoints.contains(&end.as_str()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let mut body = request.extract::<Bytes>().await?;
    world.oauth().requests.push((end.clone(), body.clone()));
    if end == "challenge" {
        let challenge = world.token();
        world.oauth().challenge = Some(challenge.clone());
        let answer = HttpResponse::Ok().json(json!({ "attestation_challenge": challenge }));
        return Ok(request.into_response(answer));
    }
    let uri = format!("{}{path}", world.base);
    let shown = checked(&world, request.headers(), &uri, &end);
    let jkt = match shown {
        Ok(jkt) => jkt,
        Err(refusal) => return Ok(request.into_response(refusal)),
    };
    if end == "token" {
        return token(&world, request, next, (body, jkt)).await;
    }
    let bearer = request.headers().get(AUTHORIZATION).unwrap().to_str().unwrap().replace("DPoP ", "Bearer ");
    request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_str(&bearer).unwrap());
    let reply_to = match opened(&world, request.headers(), &body, &end) {
        Ok(None) => None,
        Ok(Some((plain, reply_to))) => {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            body = plain;
            reply_to
        }
        Err(refusal) => return Ok(request.into_response(refusal)),
    };
    request.headers_mut().remove("content-length");
    request.set_payload(Payload::from(body));
    let response = next.call(request).await?.map_into_boxed_body();
    let in_the_clear = world.oauth().answers_in_the_clear;
    let Some((recipient, encryption)) = reply_to.filter(|_| response.status().is_success() && !in_the_clear)
    else {
        return Ok(response);
    };
    let status = response.status();
    let (request, plain) = parts(response).await;
    let sealed = recipient.encrypt(&plain, encryption, &world.entropy).unwrap();
    Ok(ServiceResponse::new(
        request,
        HttpResponse::build(status).content_type("application/jwt").body(sealed),
    ))
}

/// The token endpoint behind what was shown; what it grants is bound to the key.
async fn token(
    world: &Others,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    (body, jkt): (Bytes, Option<String>),
) -> Result<ServiceResponse<BoxBody>, Error> {
    let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    if let Some(refresh) = form.get("refresh_token") {
        let bound = world.oauth().bound.get(refresh).cloned();
        if bound.is_some() && bound != jkt {
            return Ok(request.into_response(refused(400, "invalid_grant", None)));
        }
    }
    request.set_payload(Payload::from(body));
    let response = next.call(request).await?.map_into_boxed_body();
    let (bearer, unasked) = {
        let oauth = world.oauth();
        (oauth.grants_bearer, oauth.grants_bound)
    };
    let grants = |status: StatusCode, answer: &mut Value| {
        if status != StatusCode::OK {
            return;
        }
        if unasked {
            answer["token_type"] = "DPoP".into();
        }
        let Some(jkt) = jkt.filter(|_| !bearer) else { return };
        answer["token_type"] = "DPoP".into();
        for name in ["access_token", "refresh_token"] {
            if let Some(token) = answer[name].as_str() {
                world.oauth().bound.insert(token.to_owned(), jkt.clone());
            }
        }
    };
    Ok(changed(response, grants).await)
}

/// RFC 8414 with what is demanded.
fn server(world: &Others, metadata: &mut Value) {
    let oauth = world.oauth();
    let issuer = metadata["issuer"].as_str().unwrap().to_owned();
    if oauth.binds_tokens && !oauth.hides_binding {
        metadata["dpop_signing_alg_values_supported"] = json!(["EdDSA", "ES256"]);
    }
    if oauth.attester.is_some() {
        metadata["token_endpoint_auth_methods_supported"] = json!(["none", "attest_jwt_client_auth"]);
        for name in [
            "client_attestation_signing_alg_values_supported",
            "client_attestation_pop_signing_alg_values_supported",
        ] {
            metadata[name] = json!(["ES256"]);
        }
    }
    if oauth.challenges == Some("endpoint") {
        metadata["challenge_endpoint"] = format!("{issuer}/challenge").into();
    }
}

/// The thumbprint of the key that a request was proven with, where tokens are bound; and at the token endpoint the attestation.
fn checked(
    world: &Others,
    headers: &HeaderMap,
    uri: &str,
    end: &str,
) -> Result<Option<String>, HttpResponse> {
    if end == "token" {
        attested(world, headers, uri)?;
    }
    if !world.oauth().binds_tokens {
        return Ok(None);
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let token = text("authorization").map(|value| value.trim_start_matches("DPoP ").to_owned());
    let Some(proof) = text("dpop") else {
        // A token that is bound to nothing is shown without a proof.
        let bound = token.as_ref().is_some_and(|token| world.oauth().bound.contains_key(token));
        return if bound { Err(refused(401, "invalid_token", None)) } else { Ok(None) };
    };
    assert_eq!(headers.get_all("dpop").count(), 1);
    let (claims, key) = signed(&proof, "dpop+jwt", world.now());
    assert_eq!((&claims["htm"], &claims["htu"]), (&json!("POST"), &json!(uri)));
    assert_eq!(claims["iat"], world.now().timestamp());
    let ath = token.as_ref().map(|token| Value::from(b64(sha256(token))));
    assert_eq!(claims.get("ath"), ath.as_ref());
    assert!(world.oauth().jtis.insert(claims["jti"].as_str().unwrap().to_owned()), "a proof came twice");
    let next = world.token();
    let mut oauth = world.oauth();
    let good = oauth.nonce.is_some() && claims.get("nonce").and_then(Value::as_str) == oauth.nonce.as_deref();
    if !good || oauth.never_content {
        oauth.nonce = Some(next.clone());
        let status = if end == "token" { 400 } else { 401 };
        return Err(refused(status, "use_dpop_nonce", Some((NONCE, next))));
    }
    oauth.proofs.push((end.to_owned(), Value::Object(claims)));
    if let Some(token) = token {
        assert_eq!(oauth.bound.get(&token), Some(&key), "the token is bound to another key");
    }
    Ok(Some(key))
}

/// Sections 5 and 7 of the draft.
fn attested(world: &Others, headers: &HeaderMap, uri: &str) -> Result<(), HttpResponse> {
    let Some(attester) = world.oauth().attester else { return Ok(()) };
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let Some(attestation) = text("oauth-client-attestation") else {
        return Err(refused(401, "invalid_client", None));
    };
    let now = world.now();
    let claims =
        jwt::verify_with_key(&attestation, "oauth-client-attestation+jwt", &attester, now).unwrap().claims;
    let key = PublicKey::from_jwk(&claims["cnf"]["jwk"]).unwrap();
    let possession = text("oauth-client-attestation-pop").unwrap();
    let shown =
        jwt::verify_with_key(&possession, "oauth-client-attestation-pop+jwt", &key, now).unwrap().claims;
    assert_eq!(shown["aud"], uri.trim_end_matches("/token"));
    assert_eq!(shown["iss"], claims["sub"]);
    assert!(claims["exp"].as_i64().unwrap() > now.timestamp() && shown["iat"] == now.timestamp());
    assert!(world.oauth().jtis.insert(shown["jti"].as_str().unwrap().to_owned()), "a proof came twice");
    let next = world.token();
    let mut oauth = world.oauth();
    if oauth.challenges.is_some() {
        let given = oauth.challenge.take();
        if given.is_none() || shown.get("challenge").and_then(Value::as_str) != given.as_deref() {
            oauth.challenge = Some(next.clone());
            return Err(refused(400, "use_attestation_challenge", Some((CHALLENGE, next))));
        }
    }
    oauth.attested.push((claims["sub"].as_str().unwrap().to_owned(), key.jwk_thumbprint()));
    Ok(())
}

type ReplyTo = Option<(Recipient, Encryption)>;

/// The request inside of a JWE, and whom its answer is for.
fn opened(
    world: &Others,
    headers: &HeaderMap,
    body: &Bytes,
    end: &str,
) -> Result<Option<(Bytes, ReplyTo)>, HttpResponse> {
    if headers.get(CONTENT_TYPE).is_none_or(|kind| kind != "application/jwt") {
        let wanted = world.oauth().encryption == Some(true) && end != "notification";
        return if wanted { Err(refused(400, "invalid_encryption_parameters", None)) } else { Ok(None) };
    }
    let plain = world.oauth().key().decrypt(std::str::from_utf8(body).unwrap());
    let Ok(plain) = plain else { return Err(refused(400, "invalid_encryption_parameters", None)) };
    world.oauth().encrypted.push(end.to_owned());
    let request: Value = serde_json::from_slice(&plain).unwrap();
    let reply_to = request.get("credential_response_encryption").map(|wanted| {
        let encryption = Encryption::parse(wanted["enc"].as_str().unwrap()).unwrap();
        (Recipient::from_jwk(&wanted["jwk"]).unwrap(), encryption)
    });
    Ok(Some((plain.into(), reply_to)))
}

/// The claims of a JWS by the key in its header, and that key's thumbprint.
fn signed(token: &str, typ: &str, now: Timestamp) -> (Map<String, Value>, String) {
    let header = jwt::decode(token).unwrap().header;
    assert!(header["jwk"].get("d").is_none());
    let key = PublicKey::from_jwk(&header["jwk"]).unwrap();
    (jwt::verify_with_key(token, typ, &key, now).unwrap().claims, key.jwk_thumbprint())
}

fn refused(status: u16, error: &str, header: Option<(HeaderName, String)>) -> HttpResponse {
    let mut answer = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    if let Some(header) = header {
        answer.insert_header(header);
    }
    answer.json(json!({ "error": error }))
}

/// A response with its JSON changed.
async fn changed(
    response: ServiceResponse<BoxBody>,
    change: impl FnOnce(StatusCode, &mut Value),
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let (request, body) = parts(response).await;
    let mut body: Value = serde_json::from_slice(&body).unwrap_or_default();
    change(status, &mut body);
    ServiceResponse::new(request, HttpResponse::build(status).json(body))
}

async fn parts(response: ServiceResponse<BoxBody>) -> (actix_web::HttpRequest, Bytes) {
    let (request, response) = response.into_parts();
    (request, to_bytes(response.into_body()).await.unwrap())
}
