//! An issuer and the authorization server beside it (OID4VCI 1.0).

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Form, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use keys::PublicKey;
use serde_json::{Value, json};
use testkit::b64;

use super::credentials::{ENTITLEMENT, STAFF, make};
use super::proofs::{Proven, proven};
use super::{World, header};
use crate::sign_in_stub;
use crate::world::Organisation;

pub(super) fn organisation<'a>(world: &'a World, tenant: &str) -> &'a Organisation {
    if tenant == "unjspf" { &world.fund } else { &world.undp }
}

pub(super) fn offered_by(world: &World, tenant: &str) -> Value {
    let knobs = world.knobs();
    let required = (knobs.key_attestations.as_ref(), knobs.representative);
    let mut all = configurations(&world.base, tenant, knobs.vc_jwt_of.is_some(), required);
    if tenant == "undp" {
        super::forms::describe(&mut all, &knobs.forms);
    }
    for (name, one) in all.as_object_mut().unwrap() {
        one["cryptographic_binding_methods_supported"] = knobs.binding_methods.clone();
        if let Some((end, types)) = &knobs.proof_types
            && name.ends_with(end)
        {
            one["proof_types_supported"] = types.clone();
        }
    }
    all
}

pub(super) fn configurations(
    base: &str,
    tenant: &str,
    vc_jwt: bool,
    required: (Option<&Value>, Option<&str>),
) -> Value {
    let (attested, representative) = required;
    let mut common = json!({
        "cryptographic_binding_methods_supported": ["jwk", "did:jwk"],
        "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256", "EdDSA"]}}
    });
    if let Some(required) = attested {
        common["proof_types_supported"]["jwt"]["key_attestations_required"] = required.clone();
    }
    if let Some(rule) = representative {
        common["representative"] = rule.into();
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

pub(super) async fn metadata(world: World, tenant: Path<String>, request: HttpRequest) -> HttpResponse {
    let issuer = format!("{}/t/{tenant}", world.base);
    let mut metadata = json!({
        "credential_issuer": issuer,
        "credential_endpoint": format!("{issuer}/credential"),
        "nonce_endpoint": format!("{issuer}/nonce"),
        "notification_endpoint": format!("{issuer}/notification"),
        "deferred_credential_endpoint": format!("{issuer}/deferred_credential"),
        "credential_configurations_supported": offered_by(&world, &tenant),
    });
    let (english, arabic) = match tenant.as_str() {
        "unjspf" => ("The Fund", "الصندوق المشترك للمعاشات"),
        _ => ("The issuer", "برنامج الأمم المتحدة الإنمائي"),
    };
    metadata["display"] = json!([{"name": english, "locale": "en"}, {"name": arabic, "locale": "ar"}]);
    if let Some(size) = world.knobs().batch_size {
        metadata["batch_credential_issuance"] = json!({"batch_size": size});
    }
    crate::stub_oauth::describe(&world, &mut metadata);
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

pub(super) async fn logo() -> HttpResponse {
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="#fff" d="M1 1h6v6H1z"/></svg>"##;
    HttpResponse::Ok().content_type("image/svg+xml").body(svg)
}

pub(super) async fn server_metadata(world: World, tenant: Path<String>) -> HttpResponse {
    let issuer = format!("{}/t/{tenant}", world.base);
    let mut metadata = json!({"issuer": issuer, "token_endpoint": format!("{issuer}/token")});
    sign_in_stub::describe(&world, &mut metadata);
    HttpResponse::Ok().json(metadata)
}

pub(super) async fn offer(world: World, path: Path<(String, String)>) -> HttpResponse {
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
    let mut grants = json!({"urn:ietf:params:oauth:grant-type:pre-authorized_code": grant});
    sign_in_stub::grants(&world, &mut grants);
    HttpResponse::Ok().json(json!({
        "credential_issuer": format!("{}/t/{tenant}", world.base),
        "credential_configuration_ids": ids,
        "grants": grants,
    }))
}

pub(super) fn oauth(status: u16, error: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::from_u16(status).unwrap()).json(json!({"error": error}))
}

pub(super) async fn token(
    world: World,
    tenant: Path<String>,
    form: Form<HashMap<String, String>>,
) -> HttpResponse {
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
    if form["grant_type"] == "authorization_code" {
        drop(seen);
        return match sign_in_stub::redeem(&world, &form) {
            Ok(names) => granted_for(&world, refresh, names),
            Err(status) => oauth(status, "invalid_grant"),
        };
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

pub(super) fn granted(world: &World, refresh: bool) -> HttpResponse {
    granted_for(world, refresh, Value::Null)
}

fn granted_for(world: &World, refresh: bool, names: Value) -> HttpResponse {
    let token = world.token();
    let mut answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": 300});
    if !names.is_null() {
        answer["authorization_details"] = names;
    }
    if refresh {
        let refresh_token = world.token();
        answer["refresh_token"] = refresh_token.clone().into();
        world.seen().refresh_tokens.insert(refresh_token);
    }
    world.seen().tokens.insert(token);
    HttpResponse::Ok().json(answer)
}

pub(super) async fn nonce(world: World) -> HttpResponse {
    let nonce = world.token();
    world.seen().nonces.insert(nonce.clone());
    HttpResponse::Ok().json(json!({"c_nonce": nonce}))
}

pub(super) async fn issue(
    world: World,
    tenant: Path<String>,
    request: HttpRequest,
    body: Json<Value>,
) -> HttpResponse {
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
    let proofs = proven(&world, &tenant, &body).await;
    let Proven { key, nonce, attestation } = &proofs[0];
    world.seen().key_attestations.push(attestation.clone());
    let fresh = world.seen().nonces.remove(nonce);
    let refuse = {
        let mut knobs = world.knobs();
        let refuse = knobs.nonce_refusals > 0;
        knobs.nonce_refusals = knobs.nonce_refusals.saturating_sub(1);
        refuse
    };
    if refuse || !fresh {
        return oauth(400, "invalid_nonce");
    }
    let configuration = match body["credential_identifier"].as_str() {
        Some(name) => name.strip_prefix("name of ").unwrap(),
        None => body["credential_configuration_id"].as_str().unwrap(),
    };
    let slot = format!("{configuration} {}", key.jwk_thumbprint());
    let issued = world.seen().issued.get(&slot).cloned();
    let issued = match issued {
        Some(issued) => issued,
        None => make(&world, configuration, key).await,
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
        assert_eq!(proof.nonce, *nonce);
        let further = further_copy(&world, configuration, &proof.key).await;
        answer["credentials"].as_array_mut().unwrap().insert(0, json!({"credential": further}));
    }
    HttpResponse::Ok().json(answer)
}

/// A copy for a further key.
pub(super) async fn further_copy(world: &World, configuration: &str, key: &PublicKey) -> Value {
    let differs = world.knobs().copies_differ;
    if differs {
        world.seen().renamed = true;
    }
    let made = make(world, configuration, key).await;
    world.seen().renamed = false;
    made
}

pub(super) fn issued_answer(world: &World, tenant: &str, slot: &str) -> Value {
    let configuration = slot.split(' ').next().unwrap();
    let receipt_uri = format!("{}/t/{tenant}/receipts/{}", world.base, b64(configuration));
    json!({
        "credentials": [{"credential": world.seen().issued[slot].clone(), "receipt_uri": receipt_uri}],
        "notification_id": format!("n-{configuration}"),
    })
}

/// OID4VCI 1.0, 9.
pub(super) async fn deferred(
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

pub(super) async fn notification(world: World, body: Json<Value>) -> HttpResponse {
    world.seen().notifications.push(body.into_inner());
    let status = world.knobs().notification_status;
    HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish()
}
