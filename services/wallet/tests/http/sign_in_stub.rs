//! An issuer at which people sign in: pushed requests and codes (RFC 9126, RFC 7636), as far as a wallet sees it.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde_json::{Value, json};
use testkit::{b64, sha256};
use url::Url;

use crate::world::Others;

/// How the issuer lets people sign in.
#[derive(Clone, Copy)]
pub struct SignIn {
    /// Its offers have no other way.
    pub alone: bool,
    /// Requests are pushed beforehand.
    pub pushed: bool,
    /// Its tokens call credentials by names of their own (OID4VCI 1.0, 6.2).
    pub names_credentials: bool,
    /// What the token endpoint says to codes.
    pub token_status: u16,
}

pub const SIGN_IN: SignIn = SignIn { alone: true, pushed: true, names_credentials: false, token_status: 200 };

#[derive(Default)]
pub struct Asked {
    /// Requests by the names that they were given.
    pub pushed: HashMap<String, HashMap<String, String>>,
    codes: HashMap<String, HashMap<String, String>>,
}

/// The person signs in: what the browser comes back with.
pub fn signed_in(others: &Others, address: &str) -> Value {
    let address = Url::parse(address).unwrap();
    assert_eq!(address.path(), "/t/undp/authorize");
    let mut request: HashMap<String, String> = address.query_pairs().into_owned().collect();
    if let Some(name) = request.get("request_uri") {
        let pushed = others.seen().sign_in.pushed.remove(name).expect("a pushed request");
        assert_eq!(pushed["client_id"], request["client_id"]);
        request = pushed;
    }
    let code = others.token();
    let back = json!({"code": code, "state": request["state"], "iss": format!("{}/t/undp", others.base)});
    others.seen().sign_in.codes.insert(code, request);
    back
}

/// Adds what the metadata of the authorization server says of it.
pub fn describe(others: &Others, metadata: &mut Value) {
    let Some(sign_in) = others.knobs().sign_in else { return };
    let issuer = metadata["issuer"].as_str().unwrap().to_owned();
    metadata["authorization_endpoint"] = format!("{issuer}/authorize").into();
    metadata["response_types_supported"] = json!(["code"]);
    metadata["code_challenge_methods_supported"] = json!(["S256"]);
    metadata["authorization_response_iss_parameter_supported"] = true.into();
    if sign_in.pushed {
        metadata["pushed_authorization_request_endpoint"] = format!("{issuer}/par").into();
    }
}

/// The grants of an offer.
pub fn grants(others: &Others, grants: &mut Value) {
    let Some(sign_in) = others.knobs().sign_in else { return };
    if sign_in.alone {
        *grants = json!({});
    }
    grants["authorization_code"] = json!({"issuer_state": "of the offer"});
}

pub async fn push(
    others: Data<Others>,
    _: Path<String>,
    form: Form<HashMap<String, String>>,
) -> HttpResponse {
    check(&form);
    let name = format!("urn:ietf:params:oauth:request_uri:{}", others.token());
    others.seen().sign_in.pushed.insert(name.clone(), form.into_inner());
    HttpResponse::Created().json(json!({"request_uri": name, "expires_in": 60}))
}

fn check(request: &HashMap<String, String>) {
    assert_eq!(request["response_type"], "code");
    assert_eq!(request["client_id"], "https://wallet.example");
    assert!(request["redirect_uri"].ends_with("/authorized"));
    assert_eq!(request["code_challenge_method"], "S256");
}

/// Whether the code, with all that belongs to it, is worth a token. It serves once.
pub fn redeem(others: &Others, form: &HashMap<String, String>) -> Result<Value, u16> {
    let sign_in = others.knobs().sign_in.unwrap();
    if sign_in.token_status >= 500 {
        return Err(sign_in.token_status);
    }
    let asked = others.seen().sign_in.codes.remove(&form["code"]).ok_or(400_u16)?;
    check(&asked);
    let fits = asked["code_challenge"] == b64(sha256(form["code_verifier"].as_bytes()))
        && asked["redirect_uri"] == form["redirect_uri"]
        && asked["client_id"] == form["client_id"];
    if !fits || sign_in.token_status != 200 {
        return Err(400);
    }
    if !sign_in.names_credentials {
        return Ok(Value::Null);
    }
    let names = ["StaffIdentity_ldp_vc", "StaffIdentity_dc_sd-jwt"].map(|configuration| {
        json!({"type": "openid_credential", "credential_configuration_id": configuration,
            "credential_identifiers": [format!("name of {configuration}"), "another"]})
    });
    Ok(json!(names))
}
