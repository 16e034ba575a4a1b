//! What wallets and OpenID providers send an issuer, and wallets a verifier.

use std::io;

use credential::Input;
use fuzz::scene::{AUDIENCE, NONCE, Scene, now};
use fuzz::world::Copy;
use serde_json::json;

use crate::{Write, of_kind};

const ISSUER: &str = "https://issuer.example/t/undp";
const AT: i64 = 1_800_000_000;

pub fn write(write: &Write<'_>) -> io::Result<()> {
    answers(write)?;
    requests(write)?;
    proofs(write)?;
    identities(write)
}

fn answers(write: &Write<'_>) -> io::Result<()> {
    let scene = Scene::new();
    let Input::Compact(text) = &scene.credentials[1] else { unreachable!("the second one is an SD-JWT VC") };
    let shown = now(scene.world.present(&scene.holder, &Copy::Compact(text.clone()), NONCE, AUDIENCE));
    let token = json!({"staff_sd_jwt": [shown]});
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("vp_token", &token.to_string())
        .append_pair("state", "s")
        .finish();
    write("answers", "form", &of_kind(0, form.as_bytes()))?;
    write(
        "answers",
        "encrypted",
        &of_kind(1, json!({"vp_token": token, "state": "s"}).to_string().as_bytes()),
    )?;
    write("answers", "token", &of_kind(2, token.to_string().as_bytes()))?;
    let binding =
        json!({"nonce": NONCE, "aud": AUDIENCE, "iat": scene.time().timestamp(), "sd_hash": "#sd_hash"});
    write("answers", "binding", &of_kind(3, binding.to_string().as_bytes()))?;
    write("answers", "receipt", &of_kind(4, br##"{"staff_sd_jwt":["#receipt"]}"##))?;
    let receipt = scene.world.anchor(&scene.issuer, &Copy::Compact(text.clone()), 1);
    write("answers", "other-receipt", &of_kind(4, json!({"staff_sd_jwt": [receipt]}).to_string().as_bytes()))
}

fn requests(write: &Write<'_>) -> io::Result<()> {
    let token = b"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code&pre-authorized_code=c&tx_code=123456&authorization_details=%5B%7B%22type%22%3A%22openid_credential%22%2C%22credential_configuration_id%22%3A%22a%22%7D%5D";
    write("issuance", "token", &of_kind(0, token))?;
    let pushed = b"response_type=code&client_id=wallet&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fcb&scope=StaffIdentity_dc_sd-jwt&state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    write("issuance", "pushed", &of_kind(1, pushed))?;
    let request = json!({"credential_configuration_id": "a", "proofs": {"jwt": ["x"], "other": [1]},
        "credential_response_encryption": {"jwk": {}, "enc": "A128GCM"}});
    write("issuance", "credential", &of_kind(2, request.to_string().as_bytes()))?;
    let offer = json!({"credential_issuer": ISSUER, "credential_configuration_ids": ["a"],
        "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code": {"pre-authorized_code": "c", "tx_code": {"length": 6}}}});
    write("issuance", "offer", &of_kind(7, offer.to_string().as_bytes()))
}

/// A header and a payload, each on its line.
fn lines(kind: u8, typ: &str, payload: &serde_json::Value) -> Vec<u8> {
    let header = format!(r##"{{"alg":"ES256","typ":"{typ}","jwk":"#jwk"}}"##);
    of_kind(kind, format!("{header}\n{payload}").as_bytes())
}

fn proofs(write: &Write<'_>) -> io::Result<()> {
    let proof = json!({"aud": ISSUER, "iat": AT, "nonce": "n"});
    write("issuance", "proof", &lines(3, "openid4vci-proof+jwt", &proof))?;
    let dpop = json!({"htm": "POST", "htu": ISSUER, "iat": AT, "jti": "j", "nonce": "n"});
    write("issuance", "dpop", &lines(4, "dpop+jwt", &dpop))?;
    let key = json!({"kty": "EC", "crv": "P-256", "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
        "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"});
    let attestation = json!({"iat": AT, "exp": AT + 60, "nonce": "n", "attested_keys": [key], "key_storage": ["iso_18045_high"]});
    write("issuance", "attestation", &lines(5, "key-attestation+jwt", &attestation))?;
    let client =
        json!({"iat": AT, "exp": AT + 60, "sub": "wallet", "cnf": {"jwk": key}, "aud": ISSUER, "jti": "j"});
    write("issuance", "client", &lines(6, "oauth-client-attestation+jwt", &client))
}

fn identities(write: &Write<'_>) -> io::Result<()> {
    let claims = json!({"iss": "https://login.example", "aud": ["c"], "azp": "c", "sub": "s", "nonce": "n", "iat": AT, "exp": AT + 60,
        "name": "Amina", "staff": 10023, "acr": "high", "amr": ["hwk"], "auth_time": AT});
    let payload = format!("{{\"alg\":\"ES256\",\"kid\":\"k\"}}\n{claims}");
    write("identities", "payload", &of_kind(0, payload.as_bytes()))?;
    let keys = br##"{"keys":["#jwk",{"kty":"EC","crv":"P-256","kid":"other","alg":"ES256","use":"sig","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"},{"kty":"RSA","kid":"r","n":"AQAB","e":"AQAB"},{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"##;
    write("identities", "keys", &of_kind(1, keys))?;
    write("identities", "name", &of_kind(3, " Amina\tOkafor ".as_bytes()))
}
