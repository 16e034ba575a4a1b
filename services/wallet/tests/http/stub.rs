//! The other side of each protocol, plainly written against its specification.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Form, Json, Path};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use chrono::SecondsFormat;
use credential::Input;
use credential::data_integrity::{self, ProofOptions, Purpose, Suite};
use credential::enveloped::{Envelope, EnvelopeOptions, secure_credential};
use credential::sd_jwt::{self, NewSdJwt, PathElement};
use keys::PublicKey;
use serde_json::{Map, Value, json};
use status_list::StatusList;
use testkit::{b64, jwt_payload, unb64};

use crate::world::{FUND, Knobs, Organisation, Others, UNDP};

pub const STAFF: &str = "https://schemas.passerelle.example/v1#StaffIdentity";
const ENTITLEMENT: &str = "https://schemas.passerelle.example/v1#DigitalCertificateOfEntitlement";
const LIST_LENGTH: usize = 131_072;
const INDEX: usize = 4_711;

type World = Data<Others>;

pub fn serve(listener: std::net::TcpListener, others: Arc<Others>) {
    let data = Data::from(others);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .route("/.well-known/openid-credential-issuer/t/{tenant}", web::get().to(metadata))
            .route("/.well-known/oauth-authorization-server/t/{tenant}", web::get().to(server_metadata))
            .route("/t/{tenant}/offers/{id}", web::get().to(offer))
            .route("/logo", web::get().to(logo))
            .route("/t/{tenant}/token", web::post().to(token))
            .route("/t/{tenant}/nonce", web::post().to(nonce))
            .route("/t/{tenant}/credential", web::post().to(issue))
            .route("/t/{tenant}/deferred_credential", web::post().to(deferred))
            .route("/t/{tenant}/notification", web::post().to(notification))
            .route("/t/{tenant}/receipts/{id}", web::get().to(receipt))
            .route("/t/{tenant}/status/{list}", web::get().to(status))
            .route("/t/unjspf/existence/{id}", web::get().to(existence))
            .route("/t/unjspf/existence/{id}/offline-challenge", web::post().to(existence_ahead))
            .route("/t/unjspf/existence/{id}/answer", web::post().to(existence_answer))
            .route("/t/unjspf/existence/{id}/appeal", web::post().to(existence_appeal))
            .route("/t/unjspf/existence/{id}/receipt", web::get().to(existence_receipt))
            .route("/t/unjspf/existence/{id}/form", web::post().to(existence_form))
            .route("/t/unjspf/existence/{act}", web::post().to(year))
            .route("/t/{tenant}/enrolment", web::get().to(enrolment))
            .route("/t/{tenant}/enrolment", web::post().to(enrolment_step))
            .route("/t/{tenant}/enrolment/{step}", web::post().to(enrolment_step))
            .route("/t/{tenant}/enrolment/separation/{step}", web::post().to(enrolment_step))
            .route("/oid4vp/requests/{id}", web::get().to(request_object))
            .route("/oid4vp/requests/{id}", web::post().to(request_object_by_post))
            .route("/oid4vp/responses/{id}", web::post().to(response))
            .route("/oid4vp/receipts/{id}/jwt", web::get().to(verifier_receipt))
    })
    .workers(1)
    .disable_signals()
    .listen(listener)
    .unwrap()
    .run();
    tokio::spawn(server);
}

fn organisation<'a>(world: &'a World, tenant: &str) -> &'a Organisation {
    if tenant == "unjspf" { &world.fund } else { &world.undp }
}

fn offered_by(world: &World, tenant: &str) -> Value {
    let knobs = world.knobs();
    configurations(&world.base, tenant, knobs.vc_jwt_of.is_some(), knobs.key_attestations.as_ref())
}

fn configurations(base: &str, tenant: &str, vc_jwt: bool, attested: Option<&Value>) -> Value {
    let mut common = json!({
        "cryptographic_binding_methods_supported": ["jwk", "did:jwk"],
        "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256", "EdDSA"]}}
    });
    if let Some(required) = attested {
        common["proof_types_supported"]["jwt"]["key_attestations_required"] = required.clone();
    }
    let with = |mut more: Value, name: &str| {
        let members = more.as_object_mut().unwrap();
        members.extend(common.as_object().unwrap().clone());
        let logo = json!({"uri": format!("{base}/logo"), "alt_text": "The mark of the organisation"});
        let display = json!({"name": name, "locale": "en", "logo": logo,
            "background_color": "#0b5a8a", "text_color": "#ffffff"});
        members.insert("credential_metadata".into(), json!({"display": [display]}));
        more
    };
    if tenant == "unjspf" {
        let dce = json!({"format": "dc+sd-jwt", "vct": ENTITLEMENT});
        return json!({"DigitalCertificateOfEntitlement_dc_sd-jwt": with(dce, "Certificate of Entitlement")});
    }
    let w3c = |format: &str| {
        json!({"format": format, "credential_definition": {
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential", "StaffIdentity"]}})
    };
    let mut all = json!({
        "StaffIdentity_ldp_vc": with(w3c("ldp_vc"), "Staff identity"),
        "StaffIdentity_dc_sd-jwt": with(json!({"format": "dc+sd-jwt", "vct": STAFF}), "Staff identity"),
    });
    if vc_jwt {
        all["StaffIdentity_vc_jwt"] = with(w3c("vc+jwt"), "Staff identity");
    }
    all
}

async fn metadata(world: World, tenant: Path<String>, request: HttpRequest) -> HttpResponse {
    let issuer = format!("{}/t/{tenant}", world.base);
    let mut metadata = json!({
        "credential_issuer": issuer,
        "credential_endpoint": format!("{issuer}/credential"),
        "nonce_endpoint": format!("{issuer}/nonce"),
        "notification_endpoint": format!("{issuer}/notification"),
        "deferred_credential_endpoint": format!("{issuer}/deferred_credential"),
        "credential_configurations_supported": offered_by(&world, &tenant),
    });
    if let Some(size) = world.knobs().batch_size {
        metadata["batch_credential_issuance"] = json!({"batch_size": size});
    }
    let accepts = request
        .headers()
        .get("accept")
        .is_some_and(|value| value.to_str().unwrap().contains("application/jwt"));
    let signed = world.knobs().signed_metadata;
    if !(signed && accepts) {
        return HttpResponse::Ok().json(metadata);
    }
    let members = metadata.as_object_mut().unwrap();
    members.insert("sub".into(), issuer.into());
    members.insert("iat".into(), world.now().timestamp().into());
    let key = organisation(&world, &tenant).p256_key();
    let header = header("openidvci-issuer-metadata+jwt", &key.verification_method);
    let token = credential::jwt::sign(header, members, key.signer.as_ref()).await.unwrap();
    HttpResponse::Ok().content_type("application/jwt").body(token)
}

fn header(typ: &str, kid: &str) -> Map<String, Value> {
    json!({"typ": typ, "kid": kid}).as_object().unwrap().clone()
}

async fn logo() -> HttpResponse {
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="#fff" d="M1 1h6v6H1z"/></svg>"##;
    HttpResponse::Ok().content_type("image/svg+xml").body(svg)
}

async fn server_metadata(world: World, tenant: Path<String>) -> HttpResponse {
    let issuer = format!("{}/t/{tenant}", world.base);
    HttpResponse::Ok().json(json!({"issuer": issuer, "token_endpoint": format!("{issuer}/token")}))
}

async fn offer(world: World, path: Path<(String, String)>) -> HttpResponse {
    let (tenant, _) = path.into_inner();
    let (status, tx_code) = {
        let knobs = world.knobs();
        (knobs.offer_status, knobs.tx_code)
    };
    if status != 200 {
        return HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish();
    }
    let code = world.token();
    world.seen().codes.insert(code.clone());
    let mut grant = json!({"pre-authorized_code": code});
    if tenant == "undp" && tx_code.is_some() {
        grant["tx_code"] =
            json!({"input_mode": "numeric", "length": 6, "description": "On the letter from HR"});
    }
    let ids: Vec<String> = offered_by(&world, &tenant).as_object().unwrap().keys().cloned().collect();
    HttpResponse::Ok().json(json!({
        "credential_issuer": format!("{}/t/{tenant}", world.base),
        "credential_configuration_ids": ids,
        "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code": grant},
    }))
}

fn oauth(status: u16, error: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::from_u16(status).unwrap()).json(json!({"error": error}))
}

async fn token(world: World, tenant: Path<String>, form: Form<HashMap<String, String>>) -> HttpResponse {
    let (wanted, refresh, renames) = {
        let knobs = world.knobs();
        (knobs.tx_code.filter(|_| *tenant == "undp"), knobs.refresh, knobs.renames)
    };
    let mut seen = world.seen();
    seen.token_requests += 1;
    if let Some(used) = form.get("refresh_token") {
        assert_eq!(form["grant_type"], "refresh_token");
        // RFC 9700, 4.14.2: each serves once.
        if !refresh || !seen.refresh_tokens.remove(used) {
            return oauth(400, "invalid_grant");
        }
        seen.issued.clear();
        seen.renamed = renames;
        drop(seen);
        return granted(&world, refresh);
    }
    if !seen.codes.remove(form.get("pre-authorized_code").unwrap()) {
        return oauth(400, "invalid_grant");
    }
    if wanted.is_some_and(|code| form.get("tx_code").map(String::as_str) != Some(code)) {
        seen.wrong_codes += 1;
        return oauth(400, "invalid_grant");
    }
    drop(seen);
    granted(&world, refresh)
}

fn granted(world: &World, refresh: bool) -> HttpResponse {
    let token = world.token();
    let mut answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": 300});
    if refresh {
        let refresh_token = world.token();
        answer["refresh_token"] = refresh_token.clone().into();
        world.seen().refresh_tokens.insert(refresh_token);
    }
    world.seen().tokens.insert(token);
    HttpResponse::Ok().json(answer)
}

async fn nonce(world: World) -> HttpResponse {
    let nonce = world.token();
    world.seen().nonces.insert(nonce.clone());
    HttpResponse::Ok().json(json!({"c_nonce": nonce}))
}

async fn issue(world: World, tenant: Path<String>, request: HttpRequest, body: Json<Value>) -> HttpResponse {
    let bearer = request.headers().get("authorization").unwrap().to_str().unwrap().to_owned();
    let known = world.seen().tokens.contains(bearer.trim_start_matches("Bearer "));
    let (dead, status) = {
        let knobs = world.knobs();
        (knobs.tokens_dead, knobs.credential_status)
    };
    if dead || !known {
        return oauth(401, "invalid_token");
    }
    if status != 200 {
        return oauth(status, "credential_request_denied");
    }
    let proofs: Vec<&str> = body
        .pointer("/proofs/jwt")
        .and_then(Value::as_array)
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let proof = proofs[0];
    let header: Value = serde_json::from_slice(&unb64(proof.split('.').next().unwrap()).unwrap()).unwrap();
    let claims = jwt_payload(proof).unwrap();
    let key = PublicKey::from_jwk(&header["jwk"]).unwrap();
    let (signed, signature) = proof.rsplit_once('.').unwrap();
    key.verify(signed.as_bytes(), &unb64(signature).unwrap()).unwrap();
    assert_eq!(claims["aud"], format!("{}/t/{tenant}", world.base));
    assert_eq!(header["typ"], "openid4vci-proof+jwt");
    world.seen().key_attestations.push(header["key_attestation"].clone());
    let fresh = world.seen().nonces.remove(claims["nonce"].as_str().unwrap());
    let refuse = {
        let mut knobs = world.knobs();
        let refuse = knobs.nonce_refusals > 0;
        knobs.nonce_refusals = knobs.nonce_refusals.saturating_sub(1);
        refuse
    };
    if refuse || !fresh {
        return oauth(400, "invalid_nonce");
    }
    let configuration = body["credential_configuration_id"].as_str().unwrap();
    let slot = format!("{configuration} {}", key.jwk_thumbprint());
    let issued = world.seen().issued.get(&slot).cloned();
    let issued = match issued {
        Some(issued) => issued,
        None => make(&world, configuration, &key).await,
    };
    world.seen().issued.insert(slot.clone(), issued);
    let (deferred, release) = {
        let knobs = world.knobs();
        (knobs.deferred, knobs.release)
    };
    if release != "released" && deferred.is_some_and(|end| configuration.ends_with(end)) {
        return HttpResponse::Accepted().json(json!({"transaction_id": slot, "interval": 60}));
    }
    let mut answer = issued_answer(&world, &tenant, &slot);
    let times = world.knobs().answered_times;
    if times > 1 {
        let one = answer["credentials"][0].clone();
        answer["credentials"] = vec![one; times].into();
        return HttpResponse::Ok().json(answer);
    }
    for proof in &proofs[1..] {
        let further = further_copy(&world, configuration, proof, claims["nonce"].as_str().unwrap()).await;
        answer["credentials"].as_array_mut().unwrap().insert(0, json!({"credential": further}));
    }
    HttpResponse::Ok().json(answer)
}

/// A copy for a further key, proven under the same nonce.
async fn further_copy(world: &World, configuration: &str, proof: &str, nonce: &str) -> Value {
    let header: Value = serde_json::from_slice(&unb64(proof.split('.').next().unwrap()).unwrap()).unwrap();
    let key = PublicKey::from_jwk(&header["jwk"]).unwrap();
    let (signed, signature) = proof.rsplit_once('.').unwrap();
    key.verify(signed.as_bytes(), &unb64(signature).unwrap()).unwrap();
    assert_eq!(jwt_payload(proof).unwrap()["nonce"], nonce);
    let differs = world.knobs().copies_differ;
    if differs {
        world.seen().renamed = true;
    }
    let made = make(world, configuration, &key).await;
    world.seen().renamed = false;
    made
}

fn issued_answer(world: &World, tenant: &str, slot: &str) -> Value {
    let configuration = slot.split(' ').next().unwrap();
    let receipt_uri = format!("{}/t/{tenant}/receipts/{}", world.base, b64(configuration));
    json!({
        "credentials": [{"credential": world.seen().issued[slot].clone(), "receipt_uri": receipt_uri}],
        "notification_id": format!("n-{configuration}"),
    })
}

/// OID4VCI 1.0, 9.
async fn deferred(
    world: World,
    tenant: Path<String>,
    request: HttpRequest,
    body: Json<Value>,
) -> HttpResponse {
    let bearer = request.headers().get("authorization").unwrap().to_str().unwrap().to_owned();
    assert!(world.seen().tokens.contains(bearer.trim_start_matches("Bearer ")));
    let transaction = body["transaction_id"].as_str().unwrap().to_owned();
    assert!(world.seen().issued.contains_key(&transaction));
    world.seen().deferred_requests += 1;
    let release = world.knobs().release;
    match release {
        "waiting" => HttpResponse::Accepted().json(json!({"transaction_id": transaction, "interval": 60})),
        "released" => HttpResponse::Ok().json(issued_answer(&world, &tenant, &transaction)),
        "invalid_token" => oauth(401, release),
        "slow_down" => oauth(429, release),
        error => oauth(400, error),
    }
}

fn staff_claims(world: &World) -> Value {
    let given = if world.seen().renamed { "Aminata" } else { "Amina" };
    json!({
        "givenName": given, "familyName": "Diallo", "birthDate": "1988-05-04", "identifier": "10034521",
        "worksFor": {"id": UNDP, "name": "United Nations Development Programme"},
        "jobTitle": "Programme analyst", "gradeLevel": "P-3", "dutyStation": "Dakar",
    })
}

async fn make(world: &World, configuration: &str, key: &PublicKey) -> Value {
    let (other_issuer, tamper, other_key) = {
        let knobs = world.knobs();
        (knobs.other_issuer, knobs.tamper, knobs.bind_to_other_key)
    };
    let by = if other_issuer {
        &world.wfp
    } else if configuration.starts_with("Digital") {
        &world.fund
    } else {
        &world.undp
    };
    let key = if other_key { *world.wfp.p256.public_key() } else { *key };
    if configuration.ends_with("vc_jwt") {
        let (mut document, entropy) = (unsecured(world, by, &key), &world.entropy);
        document["issuer"] = world.knobs().vc_jwt_of.into();
        let options = EnvelopeOptions { holder_key: Some(key), ..EnvelopeOptions::at(world.now()) };
        let issued = secure_credential(&document, Envelope::Jwt, &by.p256_key(), &options, entropy).await;
        let Ok(Input::Jwt(token)) = issued else { panic!("no JWT") };
        return Value::String(token);
    }
    if configuration.ends_with("ldp_vc") {
        let mut document = w3c(world, by, &key).await;
        if tamper {
            document["credentialSubject"]["gradeLevel"] = json!("D-2");
        }
        return document;
    }
    let (vct, claims) = if configuration.starts_with("Digital") {
        (
            ENTITLEMENT,
            json!({"identifier": "123456789", "givenName": "Rosa", "familyName": "Keller", "entitlementYear": 2026,
            "paidBy": {"id": FUND, "name": "Fund"}, "confirmedBy": "call", "confirmedOn": "2026-02-02"}),
        )
    } else {
        (STAFF, staff_claims(world))
    };
    let names: Vec<String> = claims
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| !name.ends_with("For") && !name.ends_with("By"))
        .cloned()
        .collect();
    let mut payload = claims.as_object().unwrap().clone();
    payload.insert("vct".into(), vct.into());
    payload.insert("iss".into(), by.did.into());
    payload.insert("iat".into(), world.now().timestamp().into());
    payload.insert(
        "status".into(),
        json!({"status_list": {"idx": INDEX, "uri": format!("{}/t/undp/status/token", world.base)}}),
    );
    let new = NewSdJwt {
        claims: payload,
        disclosable: names.into_iter().map(|name| vec![PathElement::Name(name)]).collect(),
        holder_key: Some(key),
        decoys: 2,
    };
    let mut text = sd_jwt::issue(&new, &by.p256_key(), &world.entropy).await.unwrap();
    if tamper {
        text = text.replacen('~', "AA~", 1);
    }
    Value::String(text)
}

async fn w3c(world: &World, by: &Organisation, key: &PublicKey) -> Value {
    let document = unsecured(world, by, key);
    let options = ProofOptions {
        created: Some(world.now()),
        purpose: Purpose::AssertionMethod,
        challenge: None,
        domain: None,
        expires: None,
    };
    data_integrity::secure(&document, Suite::EddsaRdfc2022, &by.ed25519_key(), &options).await.unwrap()
}

fn unsecured(world: &World, by: &Organisation, key: &PublicKey) -> Value {
    let mut subject = staff_claims(world);
    subject["id"] = key.did_jwk().into();
    let entry = |purpose: &str| {
        json!({
            "type": "BitstringStatusListEntry", "statusPurpose": purpose, "statusListIndex": INDEX.to_string(),
            "statusListCredential": format!("{}/t/undp/status/{purpose}", world.base),
        })
    };
    let day =
        |days: i64| (world.now() + chrono::Duration::days(days)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let ends = world.knobs().ends_in_days;
    let mut document = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://schemas.passerelle.example/v1/staff-identity.jsonld"],
        "type": ["VerifiableCredential", "StaffIdentity"], "issuer": by.did,
        "validFrom": day(if ends.is_some() { -365 } else { 0 }),
        "credentialSubject": subject,
        "credentialStatus": [entry("revocation"), entry("suspension")],
    });
    if let Some(days) = ends {
        document["validUntil"] = day(days).into();
    }
    document
}

async fn notification(world: World, body: Json<Value>) -> HttpResponse {
    world.seen().notifications.push(body.into_inner());
    let status = world.knobs().notification_status;
    HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish()
}

/// A tree over what was issued, in the order of the configurations' names.
pub fn tree(others: &Others) -> merkle::Tree {
    let seen = others.seen();
    let mut slots: Vec<_> = seen.issued.iter().collect();
    slots.sort_by_key(|(slot, _)| slot.as_str().to_owned());
    let mut leaves: Vec<_> = slots
        .iter()
        .map(|(_, issued)| {
            let input = credential::Input::from_value((*issued).clone()).unwrap();
            merkle::leaf(&[3; 32], &credential::digest(&input))
        })
        .collect();
    leaves.resize(16, [0; 32]);
    merkle::Tree::build(leaves).unwrap()
}

async fn receipt(world: World, path: Path<(String, String)>) -> HttpResponse {
    let (ready, forged) = {
        let knobs = world.knobs();
        (knobs.receipt_ready, knobs.receipt_forged)
    };
    if !ready {
        return HttpResponse::Accepted().json(json!({"state": "pending"}));
    }
    let configuration = String::from_utf8(unb64(&path.1).unwrap()).unwrap();
    let index = {
        let seen = world.seen();
        let mut slots: Vec<_> = seen.issued.keys().cloned().collect();
        slots.sort();
        slots.iter().position(|slot| slot.starts_with(&configuration)).unwrap()
    };
    let index = u32::try_from(if forged { 15 - index } else { index }).unwrap();
    let path: Vec<String> = tree(&world).path(index).unwrap().iter().map(b64).collect();
    HttpResponse::Ok().json(json!({
        "version": 1, "issuer": UNDP, "sequence": 1, "salt": b64([3; 32]), "leafIndex": index, "leafCount": 16, "path": path,
    }))
}

/// The bytes of a published list; the chain knows their digest.
pub fn status_list(others: &Others, list: &str) -> Vec<u8> {
    let (revoked, suspended) = {
        let knobs = others.knobs();
        (knobs.revoked, knobs.suspended)
    };
    let list = list.rsplit('/').next().unwrap();
    if list == "token" {
        let mut values = StatusList::new(2, LIST_LENGTH).unwrap();
        values
            .set(
                INDEX,
                if revoked {
                    1
                } else if suspended {
                    2
                } else {
                    0
                },
            )
            .unwrap();
        let payload = json!({"status_list": {"bits": 2, "lst": values.encode_token()}});
        return format!("{}.{}.{}", b64("{}"), b64(payload.to_string()), b64("x")).into_bytes();
    }
    let mut values = StatusList::new(1, LIST_LENGTH).unwrap();
    let set = if list == "revocation" { revoked } else { suspended };
    values.set(INDEX, u8::from(set)).unwrap();
    json!({"credentialSubject": {"statusPurpose": list, "encodedList": values.encode_bitstring()}})
        .to_string()
        .into_bytes()
}

async fn status(world: World, request: HttpRequest) -> HttpResponse {
    HttpResponse::Ok().body(status_list(&world, request.path()))
}

async fn request_object(world: World) -> HttpResponse {
    signed_request(&world, None).await
}

async fn request_object_by_post(world: World, form: Form<HashMap<String, String>>) -> HttpResponse {
    signed_request(&world, form.get("wallet_nonce").cloned()).await
}

async fn signed_request(world: &World, wallet_nonce: Option<String>) -> HttpResponse {
    let (mut claims, typ, by_other, x5c) = {
        let knobs = world.knobs();
        let x5c = knobs.request_x5c.clone();
        (knobs.request.clone(), knobs.request_typ, knobs.request_signed_by_other, x5c)
    };
    if let Some(nonce) = wallet_nonce {
        claims["wallet_nonce"] = nonce.into();
    }
    let kid = world.wfp.p256_key().verification_method;
    let signer = if by_other { &world.undp.p256 } else { &world.wfp.p256 };
    let header = match x5c {
        Some(x5c) => json!({"typ": typ, "x5c": x5c}).as_object().unwrap().clone(),
        None => header(typ, &kid),
    };
    let token = credential::jwt::sign(header, claims.as_object().unwrap(), signer.as_ref()).await.unwrap();
    HttpResponse::Ok().content_type("application/oauth-authz-req+jwt").body(token)
}

/// The status of an answer, which takes its time where the test says so. Others that come meanwhile are put off.
async fn slow(world: &World, status: fn(&mut Knobs) -> &mut u16) -> u16 {
    let before = *status(&mut world.knobs());
    let gate = world.knobs().answer_waits.take();
    if let Some(gate) = gate {
        *status(&mut world.knobs()) = 503;
        gate.notified().await;
        *status(&mut world.knobs()) = before;
    }
    before
}

async fn response(world: World, body: Bytes) -> HttpResponse {
    let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    world.seen().responses.push(form);
    let status = slow(&world, |knobs| &mut knobs.response_status).await;
    let (redirect, receipt) = {
        let knobs = world.knobs();
        (knobs.redirect_uri.clone(), knobs.receipt_uri.clone())
    };
    let mut answer = json!({});
    if let Some(receipt) = receipt {
        answer["receipt_uri"] = receipt.into();
    }
    if let Some(redirect) = redirect {
        answer["redirect_uri"] = redirect.into();
    }
    HttpResponse::build(StatusCode::from_u16(status).unwrap()).json(answer)
}

/// The verifier's signed word of what it did with the last answer (`services/verifier/README.md`, "The receipt").
async fn verifier_receipt(world: World) -> HttpResponse {
    let (kind, outcome) = {
        let knobs = world.knobs();
        (knobs.verifier_receipt, knobs.receipt_outcome)
    };
    let body = match kind {
        "absent" => return HttpResponse::NotFound().finish(),
        "deleted" => return HttpResponse::Gone().finish(),
        "nonsense" => return HttpResponse::Ok().content_type("application/jwt").body("a.b.c"),
        _ => answer_digest(world.seen().responses.last().unwrap()),
    };
    let digest = if kind == "about another" { b64(testkit::sha256("another")) } else { body };
    let signer = if kind == "foreign" { &world.undp } else { &world.wfp };
    let claims = json!({
        "iss": signer.did, "jti": "v1", "iat": world.now().timestamp(), "answerDigest": digest,
        "report": {"id": "v1", "checkedAt": "2026-02-02T02:40:05Z", "outcome": outcome,
            "checks": [{"name": "proof", "result": "pass", "required": true, "code": "ok", "sentence": "", "evidence": {}}]},
    });
    let key = signer.p256_key();
    let header = header("verification-receipt+jwt", &key.verification_method);
    let token =
        credential::jwt::sign(header, claims.as_object().unwrap(), key.signer.as_ref()).await.unwrap();
    HttpResponse::Ok().content_type("application/jwt").body(token)
}

/// As the verifier works it out: of each part whether it is there, its length and its text.
fn answer_digest(form: &HashMap<String, String>) -> String {
    let mut bytes = Vec::new();
    for name in ["response", "vp_token", "anchor_receipts", "error"] {
        let part = form.get(name);
        bytes.push(u8::from(part.is_some()));
        let part = part.map(String::as_str).unwrap_or_default();
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part.as_bytes());
    }
    b64(testkit::sha256(bytes))
}

async fn enrolment(world: World, request: HttpRequest) -> HttpResponse {
    world.seen().enrolment_steps.push(("get".to_owned(), bearer(&request), Value::Null));
    HttpResponse::Ok().json(world.knobs().enrolment.clone())
}

async fn enrolment_step(world: World, request: HttpRequest, body: Json<Value>) -> HttpResponse {
    let step = request.match_info().get("step").unwrap_or("claim").to_owned();
    world.seen().enrolment_steps.push((step.clone(), bearer(&request), body.into_inner()));
    if let Some((status, slug)) = world.knobs().enrolment_refusal {
        let problem =
            json!({"type": format!("https://fund.example/problems/{slug}"), "detail": "Call the Fund."});
        return HttpResponse::build(StatusCode::from_u16(status).unwrap()).json(problem);
    }
    match step.as_str() {
        "signals" => HttpResponse::Ok().json(json!({
            "signals": [{"number": 7, "body": "ready"}], "iceServers": [{"urls": ["stun:stun.example"]}]})),
        "separation" => HttpResponse::Created().json(json!({
            "link": world.knobs().separation_link, "expiresAt": "2026-12-01T10:00:00Z"})),
        _ => HttpResponse::Ok().json(world.knobs().enrolment.clone()),
    }
}

async fn year(world: World, request: HttpRequest, body: Json<Value>) -> HttpResponse {
    let act = request.match_info().get("act").unwrap().to_owned();
    world.seen().year_words.push((act.clone(), bearer(&request), body.into_inner()));
    if let Some((status, slug)) = world.knobs().year_refusal {
        let problem =
            json!({"type": format!("https://fund.example/problems/{slug}"), "detail": "Call the Fund."});
        return HttpResponse::build(StatusCode::from_u16(status).unwrap()).json(problem);
    }
    if act == "begin" {
        let uri = format!("{}/t/unjspf/existence/begun", world.base);
        world.knobs().year["requestUri"] = json!(uri);
    }
    HttpResponse::Ok().json(world.knobs().year.clone())
}

fn bearer(request: &HttpRequest) -> String {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned()
}

async fn existence(world: World) -> HttpResponse {
    let state = world.knobs().existence_state;
    let mut request = json!({
        "id": "ex-1", "organisation": {"did": FUND, "name": "The Fund"}, "beneficiary": {"givenName": "Rosa"},
        "year": world.knobs().existence_year, "challenge": "Y2hhbGxlbmdl", "state": state,
        "expiresAt": (world.now() + chrono::Duration::minutes(10)).to_rfc3339_opts(SecondsFormat::Secs, true),
    });
    if matches!(state, "answered" | "confirmed") {
        request["reference"] = "DCE-2026-0001".into();
    }
    if state == "confirmed" {
        request["credentialOfferUri"] = format!("{}/t/unjspf/offers/dce1", world.base).into();
    }
    if state == "confirmed" || world.knobs().appeal_state == "upheld" {
        request["receipt"] = json!({
            "reference": "RCPT-2026", "channel": "own-device", "capturedAt": "2026-01-05T09:00:00Z",
            "receivedAt": "2026-01-05T09:01:00Z", "acceptedAt": "2026-01-06T10:00:00Z", "years": [2025, 2026],
            "validUntil": "2027-12-31", "nextOpens": "2027-01-02", "letter": true,
        });
    }
    if let Some(kept) = world.knobs().existence_kept.clone() {
        request["kept"] = kept;
    }
    if state == "refused" {
        let mut appeal = json!({ "state": world.knobs().appeal_state });
        if world.knobs().appeal_state != "possible" {
            appeal["openedAt"] = "2026-01-07T10:00:00Z".into();
            appeal["dueAt"] = "2026-01-17T10:00:00Z".into();
        }
        request["appeal"] = appeal;
    }
    if let Some(form) = world.knobs().existence_form {
        request["form"] =
            json!({ "state": form, "sentAt": "2026-02-03T08:00:00Z", "reference": "FORM-2026" });
        if form == "accepted" {
            request["receipt"] = json!({
                "reference": "FORM-2026", "channel": "upload", "capturedAt": "2026-02-03T08:00:00Z",
                "receivedAt": "2026-02-03T08:00:00Z", "acceptedAt": "2026-02-04T10:00:00Z", "years": [2026],
                "validUntil": "2027-12-31", "nextOpens": "2027-01-02", "letter": true,
            });
        }
    }
    HttpResponse::Ok().json(request)
}

/// Reads what is a JPEG, or whatever comes as it is.
async fn existence_form(world: World, request: actix_web::HttpRequest, body: web::Bytes) -> HttpResponse {
    let kind = request.headers().get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default();
    world.seen().existence_forms.push((kind.to_owned(), body.len(), request.query_string().to_owned()));
    if world.knobs().existence_status != 200 {
        let problem = json!({"detail": "The Fund has no form of this person."});
        return HttpResponse::build(StatusCode::from_u16(world.knobs().existence_status).unwrap())
            .json(problem);
    }
    let read = body.starts_with(&[0xff, 0xd8, 0xff]) || request.query_string() == "as_it_is=true";
    world.knobs().existence_form = read.then_some("waiting");
    if read {
        return existence(world).await;
    }
    world.knobs().existence_form = Some("unread");
    let answer = existence(world.clone()).await;
    world.knobs().existence_form = None;
    answer
}

async fn existence_appeal(world: World, body: Json<Value>) -> HttpResponse {
    world.seen().existence_appeals.push(body.into_inner());
    let status = world.knobs().existence_status;
    if status != 200 {
        return HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish();
    }
    world.knobs().appeal_state = "open";
    existence(world).await
}

async fn existence_receipt(world: World) -> HttpResponse {
    HttpResponse::Ok().content_type("application/pdf").body(world.knobs().existence_letter)
}

async fn existence_ahead(world: World) -> HttpResponse {
    if world.knobs().existence_state != "open" {
        return HttpResponse::Conflict().finish();
    }
    let kinds: &[&str] = if world.knobs().device_kinds { &["android", "ios", "desktop"] } else { &[] };
    let time = |days| (world.now() + chrono::Duration::days(days)).to_rfc3339_opts(SecondsFormat::Secs, true);
    HttpResponse::Ok().json(json!({
        "challenge": "YWhlYWQ", "issuedAt": time(0), "expiresAt": time(14),
        "capture": {"movements": ["left", "up", "closer"], "fewestFrames": 6, "mostFrames": 10, "mostSeconds": 90,
            "mostFrameBytes": 98304, "locationRequired": false, "triesLeft": 3, "deviceKinds": kinds},
    }))
}

async fn existence_answer(world: World, body: Json<Value>) -> HttpResponse {
    world.seen().existence_answers.push(body.into_inner());
    let status = slow(&world, |knobs| &mut knobs.existence_status).await;
    if status == 200 {
        world.knobs().existence_state = "answered";
    }
    HttpResponse::build(StatusCode::from_u16(status).unwrap())
        .json(json!({"detail": "The challenge has expired."}))
}
