//! A verifier (OpenID4VP 1.0), and its receipts.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Form};
use serde_json::json;
use testkit::b64;

use super::{World, header, slow};

pub(super) async fn request_object(world: World) -> HttpResponse {
    signed_request(&world, None).await
}

pub(super) async fn request_object_by_post(
    world: World,
    form: Form<HashMap<String, String>>,
) -> HttpResponse {
    signed_request(&world, form.get("wallet_nonce").cloned()).await
}

pub(super) async fn signed_request(world: &World, wallet_nonce: Option<String>) -> HttpResponse {
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

pub(super) async fn response(world: World, body: Bytes) -> HttpResponse {
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
pub(super) async fn verifier_receipt(world: World) -> HttpResponse {
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
pub(super) fn answer_digest(form: &HashMap<String, String>) -> String {
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
