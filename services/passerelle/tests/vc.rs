//! `passerelle vc` with the real program, over inputs of every kind that W3C's vc-jose-cose test suite has.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        for (name, jwk) in keys() {
            let mut public = jwk.clone();
            public.as_object_mut().unwrap().remove("d");
            let method = json!({
                "id": format!("https://college.example/issuers/1#{name}"),
                "type": "JsonWebKey",
                "controller": "https://college.example/issuers/1",
                "publicKeyJwk": public,
                "secretKeyJwk": jwk,
            });
            desk.write(&format!("{name}.json"), &method.to_string());
        }
        desk
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn run(&self, verb: &str, input: &str, key: &str, feature: &str, more: &[&str]) -> (String, String) {
        self.write("input", input);
        let (key, output) = (self.path(&format!("{key}.json")), self.path("output.json"));
        let _ = fs::remove_file(&output);
        let done = Command::new(env!("CARGO_BIN_EXE_passerelle"))
            .args(["vc", verb, "--input"])
            .arg(self.path("input"))
            .arg("--key")
            .arg(key)
            .args(["--feature", feature, "--output"])
            .arg(&output)
            .args(more)
            .output()
            .unwrap();
        let answer = answer(&output);
        assert_eq!(done.status.success(), answer.0 == "success", "{}", String::from_utf8_lossy(&done.stderr));
        answer
    }

    fn issue(&self, document: &Value, key: &str, feature: &str) -> (String, String) {
        self.run("issue", &document.to_string(), key, feature, &[])
    }

    fn verify(&self, token: &str, key: &str, feature: &str) -> String {
        self.run("verify", token, key, feature, &[]).0
    }

    /// What is signed by the key whatever it says.
    fn token(&self, header: Value, payload: &Value, key: &str) -> String {
        let jwk: Value =
            serde_json::from_slice(&fs::read(self.path(&format!("{key}.json"))).unwrap()).unwrap();
        sign(header, payload, &jwk["secretKeyJwk"])
    }
}

fn answer(output: &Path) -> (String, String) {
    let answer: Value = serde_json::from_slice(&fs::read(output).unwrap()).unwrap();
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    (text("result"), text("data"))
}

/// Ed25519 by the `keys` crate, so that the program is not asked to sign what it would refuse.
fn sign(mut header: Value, payload: &Value, jwk: &Value) -> String {
    let secret = URL_SAFE_NO_PAD.decode(jwk["d"].as_str().unwrap()).unwrap();
    let secret: [u8; 32] = secret.as_slice().try_into().unwrap();
    let (alg, algorithm) = match jwk["crv"].as_str().unwrap() {
        "Ed25519" => ("EdDSA", keys::Algorithm::Ed25519),
        _ => ("ES256", keys::Algorithm::P256),
    };
    header["alg"] = json!(alg);
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&header), encode(payload));
    let key = keys::SoftwareKey::from_secret(algorithm, &secret).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign_now(signed.as_bytes()).unwrap()))
}

fn keys() -> [(&'static str, Value); 4] {
    let small = |algorithm| {
        let key = keys::SoftwareKey::from_secret(algorithm, &[5; 32]).unwrap();
        let mut jwk = keys::Signer::public_key(&key).to_jwk();
        jwk["d"] = json!(URL_SAFE_NO_PAD.encode([5; 32]));
        jwk
    };
    [
        ("ed25519", small(keys::Algorithm::Ed25519)),
        ("p256", small(keys::Algorithm::P256)),
        (
            "p384",
            json!({"kty": "EC", "crv": "P-384", "alg": "ES384", "x": "dewXQN5Ly3k4gjMup34_8LgbVp8j7xX3pKzdOc8VEwfe1EVBZGMxLlKDnI-SqgTo",
            "y": "EMdAfuvyy9XbZXwmTDN83ZqFLKlDUd9YL7gnPSf3rj8yb63mWeqODBR0WgXb1Ykb",
            "d": "mEFmKEkorVzGLAq_itffvY5OCQNdOXrcUqY-BKqzmxyNLNF1sJWj9zpLSS7mlqRT"}),
        ),
        (
            "p521",
            json!({"kty": "EC", "crv": "P-521", "alg": "ES512", "x": "AfamZPi_SvizvYRfzEYvxCrfynioye6oH9lpI8UnR8NA0u2pZfSw1p15n8s3luOZ5KFGo0vZnHtMp1t-6sYjW4LW",
            "y": "ACgjiqWlsTfsWK6kte6MSH1NIoYMVnsWg8GILoy9KO6cjn_WaZ13L0k-IzaqJ1-ifb8fd_zGAiOhzvPcnXwXDPlv",
            "d": "ABqhfXMv1tNC8zYYUgKfbwr8sv_bAk_rk7IvDaHoB4Dkh0htJEuelZB2bbhVVgAu41Lk7h03qu5Jf6oxY1PMO0nY"}),
        ),
    ]
}

const CONTEXTS: [&str; 2] =
    ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"];

fn minimal() -> Value {
    json!({
        "@context": CONTEXTS,
        "id": "https://college.example/credentials/7",
        "type": ["VerifiableCredential", "ExampleDegreeCredential"],
        "issuer": "https://college.example/issuers/1",
        "validFrom": "2011-02-03T04:05:06Z",
        "credentialSchema": {"id": "https://college.example/schemas/degree.json", "type": "JsonSchema"},
        "credentialSubject": {"id": "did:example:pupil", "degree": {"type": "ExampleBachelorDegree", "name": "Arts"}},
    })
}

fn full() -> Value {
    let mut credential = minimal();
    credential["validUntil"] = json!("2031-02-03T04:05:06Z");
    credential["credentialStatus"] = json!({
        "id": "https://college.example/status/3#94", "type": "ExampleStatusEntry", "statusPurpose": "revocation",
    });
    credential["evidence"] = json!([{
        "id": "https://college.example/evidence/1", "type": ["DocumentVerification"], "verifier": "https://college.example/v",
    }]);
    credential["termsOfUse"] =
        json!([{"id": "https://college.example/terms/1", "type": "https://college.example/terms/v1"}]);
    credential["refreshService"] =
        json!({"id": "https://college.example/refresh/1", "type": "ExampleManualRefreshService"});
    credential
}

fn selective() -> Value {
    let mut credential = minimal();
    credential["credentialSubject"] = json!({
        "id": "did:example:pupil", "firstName": "Ana", "lastName": "Silva",
        "address": {"street": "1 Main Street", "city": "Maputo", "country": "MZ"},
        "phoneNumbers": [{"number": "+258 1", "type": "work"}, {"number": "+258 2", "type": "mobile"}],
    });
    credential
}

fn presentation(ids: &[&str]) -> Value {
    let credentials: Vec<Value> = ids
        .iter()
        .map(|id| json!({"@context": CONTEXTS[0], "type": "EnvelopedVerifiableCredential", "id": id}))
        .collect();
    json!({
        "@context": CONTEXTS,
        "id": "urn:uuid:1f8a9f4e-3f57-4b1f-9d3b-9e0d0d8a6f10",
        "type": ["VerifiablePresentation"],
        "holder": "https://college.example/issuers/1",
        "verifiableCredential": credentials,
    })
}

fn with(mut document: Value, member: &str, value: Value) -> Value {
    document[member] = value;
    document
}

const ENVELOPED: &str = "data:application/vc+jwt,eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.AAAA";
const SD: &str = "data:application/vc+sd-jwt,eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.AAAA~";

/// Cases 1 to 16.
#[test]
fn jose() {
    let desk = Desk::new();
    let issued = |document: &Value, key, feature| {
        let (result, token) = desk.issue(document, key, feature);
        assert_eq!(result, "success", "{token}");
        assert_eq!(desk.verify(&token, key, feature), "success");
        let written = json!({"result": result, "data": token}).to_string();
        assert_eq!(desk.verify(&written, key, feature), "success", "as `issue` wrote it");
        token
    };
    let token = issued(&minimal(), "p256", "credential_jose");
    issued(&full(), "p384", "credential_jose");
    issued(&presentation(&[ENVELOPED]), "p256", "presentation_jose");
    let several = issued(&presentation(&[ENVELOPED, SD, ENVELOPED]), "p521", "presentation_jose");
    let unknown = with(minimal(), "neverHeardOf", json!({"what": "this"}));
    assert_eq!(desk.issue(&unknown, "p521", "credential_jose").0, "failure");

    let header = json!({"typ": "vc+jwt", "cty": "vc", "kid": "thumbprint"});
    let signed = |header: &Value, payload: &Value| desk.token(header.clone(), payload, "ed25519");
    let check = |token: &str, feature| desk.verify(token, "ed25519", feature);
    // A time of issue that is no number is not judged here, nor is an end that is past.
    let plain = with(
        with(minimal(), "iss", json!("https://college.example/issuers/1")),
        "iat",
        json!("2011-02-03T04:05:06Z"),
    );
    assert_eq!(check(&signed(&header, &plain), "credential_jose"), "success");
    assert_eq!(
        check(&signed(&header, &with(plain.clone(), "exp", json!(1_700_000_000))), "credential_jose"),
        "success"
    );
    let other = with(plain.clone(), "iss", json!("https://college.example/issuers/2"));
    assert_eq!(check(&signed(&header, &other), "credential_jose"), "failure");
    for claim in ["vc", "vp"] {
        let with_claim = with(plain.clone(), claim, json!("x"));
        assert_eq!(check(&signed(&header, &with_claim), "credential_jose"), "failure");
    }
    // Unsecured, of another key, of another type, with a changed signature.
    assert_eq!(check(&minimal().to_string(), "credential_jose"), "failure");
    assert_eq!(check(&presentation(&[ENVELOPED]).to_string(), "presentation_jose"), "failure");
    assert_eq!(check(&token, "credential_jose"), "failure");
    assert_eq!(check(&several, "presentation_jose"), "failure");
    let mut changed = signed(&header, &plain);
    let last = changed.rfind('.').unwrap() + 3;
    let replacement = if changed.as_bytes()[last] == b'A' { "B" } else { "A" };
    changed.replace_range(last..=last, replacement);
    assert_eq!(check(&changed, "credential_jose"), "failure");
    let wrong = json!({"typ": "wrong+typ", "cty": "wrong+cty"});
    assert_eq!(check(&signed(&wrong, &plain), "credential_jose"), "failure");
    assert_eq!(check(&signed(&wrong, &presentation(&[ENVELOPED])), "presentation_jose"), "failure");
    let header = json!({"typ": "vp+jwt", "cty": "vp"});
    assert_eq!(check(&signed(&header, &presentation(&[ENVELOPED])), "presentation_jose"), "success");
    assert_eq!(check(&signed(&header, &presentation(&["not-a-credential"])), "presentation_jose"), "failure");
    let unsecured = with(presentation(&[]), "verifiableCredential", json!([minimal()]));
    assert_eq!(check(&signed(&header, &unsecured), "presentation_jose"), "failure");
}

/// Cases 17 to 26.
#[test]
fn sd_jwt() {
    let desk = Desk::new();
    let issued = |document: &Value, key, feature, sd: &str| {
        let (result, token) = desk.run("issue", &document.to_string(), key, feature, &["--sd", sd]);
        assert_eq!(result, "success", "{token}");
        assert_eq!(desk.verify(&token, key, feature), "success");
        token
    };
    let simple = issued(
        &selective(),
        "p384",
        "credential_sdjwt",
        r#"["credentialSubject.firstName", "credentialSubject.lastName"]"#,
    );
    assert_eq!(simple.matches('~').count(), 3);
    let nested = issued(
        &selective(),
        "p521",
        "credential_sdjwt",
        r#"["credentialSubject.address.street", "credentialSubject.address.city", "credentialSubject.phoneNumbers[0]"]"#,
    );
    assert_eq!(nested.matches('~').count(), 4);
    let shown = issued(
        &presentation(&[SD]),
        "p384",
        "presentation_sdjwt",
        r#"["holder", "verifiableCredential[0]"]"#,
    );
    assert_eq!(shown.matches('~').count(), 3);
    // What is withheld is not missing; what was changed is.
    let (first, _) = simple.split_at(simple.find('~').unwrap() + 1);
    assert_eq!(desk.verify(first, "p384", "credential_sdjwt"), "success");
    assert_eq!(desk.verify(&simple.replacen('~', "x~", 1), "p384", "credential_sdjwt"), "failure");
    assert_eq!(desk.verify(&simple, "p521", "credential_sdjwt"), "failure");
    assert_eq!(desk.verify(&simple, "p384", "presentation_sdjwt"), "failure");
    let wrong = json!({"typ": "wrong+typ", "cty": "wrong+cty"});
    for (header, document, feature, expected) in [
        (wrong.clone(), selective(), "credential_sdjwt", "failure"),
        (wrong, presentation(&[SD]), "presentation_sdjwt", "failure"),
        (json!({"typ": "vp+sd-jwt", "cty": "vp"}), presentation(&[SD]), "presentation_sdjwt", "success"),
        (json!({"typ": "vp+sd-jwt", "cty": "vp"}), presentation(&["wrong"]), "presentation_sdjwt", "failure"),
    ] {
        let token = format!("{}~", desk.token(header, &document, "p256"));
        assert_eq!(desk.verify(&token, "p256", feature), expected, "{feature}");
    }
}

/// Cases 27 to 35.
#[test]
fn cose() {
    let desk = Desk::new();
    for (document, key, feature) in [
        (minimal(), "ed25519", "credential_cose"),
        (minimal(), "p256", "credential_cose"),
        (presentation(&[ENVELOPED]), "p384", "presentation_cose"),
        (presentation(&["data:application/vc+cose;base64,0oRD\n"]), "p521", "presentation_cose"),
    ] {
        let (result, data) = desk.issue(&document, key, feature);
        assert_eq!(result, "success", "{data}");
        assert_eq!(desk.verify(&data, key, feature), "success");
        let bytes = STANDARD_NO_PAD.decode(&data).unwrap();
        assert_eq!(desk.verify(&hex::encode(&bytes), key, feature), "failure", "not base64 but base16");
        let mut changed = bytes.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(desk.verify(&STANDARD_NO_PAD.encode(changed), key, feature), "failure");
        let other = if feature == "credential_cose" { "presentation_cose" } else { "credential_cose" };
        assert_eq!(desk.verify(&data, key, other), "failure", "another media type");
        let other = if key == "p384" { "p521" } else { "p384" };
        assert_eq!(desk.verify(&data, other, feature), "failure", "another key");
    }
    assert_eq!(desk.issue(&presentation(&["wrong"]), "p256", "presentation_cose").0, "failure");
}

#[test]
fn a_key_of_an_unknown_kind_leaves_it_open() {
    let desk = Desk::new();
    let key = json!({"id": "x#1", "publicKeyJwk": {"kty": "OKP", "crv": "Ed448", "x": "AA"}});
    desk.write("ed448.json", &key.to_string());
    assert_eq!(desk.verify("a.b.c", "ed448", "credential_jose"), "indeterminate");
}
