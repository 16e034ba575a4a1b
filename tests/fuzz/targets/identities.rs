//! ID tokens and key sets of OpenID providers: any payload under a true signature, any key set for a true token.
#![no_main]

use std::sync::LazyLock;

use clock::{SeededEntropy, Timestamp};
use fuzz::bounds::bounded;
use fuzz::world::base64url;
use issuance::oidc::{ExpectedIdentity, IdTokenError, Identity, check_id_token, person_name};
use keys::{Algorithm, Signer as _, SoftwareKey};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const ISSUER: &str = "https://login.example";
static KEY: LazyLock<SoftwareKey> =
    LazyLock::new(|| SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(1)));
static KEYS: LazyLock<Value> = LazyLock::new(|| {
    let mut jwk = KEY.public_key().to_jwk();
    jwk["kid"] = "k".into();
    json!({"keys": [jwk]})
});

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    LazyLock::force(&KEYS);
    match kind % 4 {
        0 => payload(rest),
        1 => {
            // `"#jwk"` stands for the true key.
            let Ok(text) = std::str::from_utf8(rest) else { return };
            let text = text.replace("\"#jwk\"", &KEYS["keys"][0].to_string());
            let Ok(keys) = serde_json::from_str::<Value>(&text) else { return };
            let payload = json!({"iss": ISSUER, "aud": "c", "sub": "s", "nonce": "n", "iat": 1_800_000_000, "exp": 1_800_000_060});
            let token = signed(br#"{"alg":"ES256","kid":"k"}"#, payload.to_string().as_bytes());
            if let Ok(identity) = check(&token, &keys) {
                assert_eq!(identity.subject, "s");
            }
        }
        2 => {
            let Ok(text) = std::str::from_utf8(rest) else { return };
            assert!(check(text, &KEYS).is_err(), "a token that nobody signed");
        }
        _ => {
            let named = std::str::from_utf8(rest).ok().and_then(person_name);
            assert!(
                named.is_none_or(|name| (1..=80).contains(&name.chars().count()) && !name.contains('\n'))
            );
        }
    }
});

/// The first line is the header, the second the payload.
fn payload(rest: &[u8]) {
    let Some(at) = rest.iter().position(|byte| *byte == b'\n') else { return };
    let (header, payload) = (&rest[..at], &rest[at + 1..]);
    let Ok(identity) = check(&signed(header, payload), &KEYS) else { return };
    let said: Value = serde_json::from_slice(payload).expect("it was accepted");
    assert_eq!(
        (&said["iss"], &said["nonce"], &said["sub"]),
        (&ISSUER.into(), &"n".into(), &identity.subject.into())
    );
    let audience = said["aud"].as_array().map_or(said["aud"] == "c", |all| all.contains(&"c".into()));
    assert!(audience, "a token for others");
}

fn signed(header: &[u8], payload: &[u8]) -> String {
    let input = format!("{}.{}", base64url(header), base64url(payload));
    format!("{input}.{}", base64url(&KEY.sign_now(input.as_bytes()).expect("a key in memory")))
}

fn check(token: &str, keys: &Value) -> Result<Identity, IdTokenError> {
    let expected = ExpectedIdentity {
        issuer: ISSUER,
        client_id: "c",
        nonce: "n",
        acr: &[],
        amr: &[],
        max_age_seconds: None,
        staff_number_claim: Some("staff"),
        now: Timestamp::from_timestamp(1_800_000_000, 0).expect("a time"),
    };
    bounded(|| check_id_token(token, keys, &expected))
}
