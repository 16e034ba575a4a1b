#![allow(clippy::unwrap_used)]
use serde_json::json;

use super::*;
use crate::party::Party;

fn held(format: &str, credential: Value) -> Held {
    Held {
        format: format.into(),
        root: credential.clone(),
        credential,
        types: vec![],
        name: String::new(),
        description: None,
        labels: vec![],
        issuer: Party::unverified("i.example"),
        holder_thumbprint: String::new(),
        configuration_id: String::new(),
        received_at: chrono::DateTime::UNIX_EPOCH,
        valid_from: None,
        valid_until: None,
        status: vec![],
        receipt_uri: None,
        notification: None,
        copy: None,
        colours: None,
        logo: None,
    }
}

fn proven(suite: &str) -> Held {
    held(LDP_VC, json!({ "proof": { "cryptosuite": suite } }))
}

#[test]
fn each_form_says_how_it_is_shown() {
    for (one, securing, whole) in [
        (held(SD_JWT, json!("a.b.c~")), Securing::SdJwt, false),
        (held(VC_SD_JWT, json!("a.b.c~")), Securing::SdJwt, false),
        (held(VC_JWT, json!("a.b.c")), Securing::Envelope, true),
        (held(VC_COSE, json!({ "id": "data:application/vc+cose;base64,0oRD" })), Securing::Envelope, true),
        (proven("eddsa-rdfc-2022"), Securing::Proof, true),
        (proven("ecdsa-jcs-2019"), Securing::Proof, true),
        (proven("ecdsa-sd-2023"), Securing::Proof, false),
        (proven("bbs-2023"), Securing::Proof, false),
    ] {
        assert_eq!((one.securing(), one.is_whole()), (securing, whole), "{} {:?}", one.format, one.suite());
        assert_eq!(one.is_w3c(), one.format != SD_JWT);
    }
}

#[test]
fn receipts_go_with_what_is_linkable_anyway() {
    assert!(proven("ecdsa-sd-2023").shows_receipts() && proven("eddsa-jcs-2022").shows_receipts());
    assert!(held(SD_JWT, json!("a.b.c~")).shows_receipts());
    assert!(!proven("bbs-2023").shows_receipts());
}

#[test]
fn verifier_is_shown_only_suites_that_it_knows() {
    let knows = ["eddsa-rdfc-2022".to_owned()];
    assert!(proven("eddsa-rdfc-2022").is_read_with(&knows) && !proven("bbs-2023").is_read_with(&knows));
    assert!(proven("bbs-2023").is_read_with(&[]), "one that does not say");
    assert!(held(VC_JWT, json!("a.b.c")).is_read_with(&knows), "no suite at all");
    let several = held(LDP_VC, json!({ "proof": [{ "cryptosuite": "a" }, { "cryptosuite": "b" }] }));
    assert!(!several.is_read_with(&knows));
}

#[test]
fn offers_in_unknown_suites_and_formats_are_not_readable() {
    for (format, algorithms, readable, parts) in [
        (LDP_VC, json!([]), true, false),
        (LDP_VC, json!(["eddsa-rdfc-2022"]), true, false),
        (LDP_VC, json!(["ecdsa-sd-2023"]), true, true),
        (LDP_VC, json!(["ecdsa-sd-2023", "eddsa-rdfc-2022"]), true, false),
        (LDP_VC, json!(["quantum-2030"]), false, false),
        (LDP_VC, json!(["Ed25519Signature2018"]), false, false),
        (LDP_VC, json!(["EdDSA"]), true, false),
        (LDP_VC, json!(["quantum-2030", "bbs-2023"]), true, false),
        (VC_COSE, json!([-7]), true, false),
        (VC_SD_JWT, json!(["ES256"]), true, true),
        (SD_JWT, json!(["ES256"]), true, true),
        ("mso_mdoc", json!([-7]), false, false),
    ] {
        let algorithms = algorithms.as_array().unwrap();
        assert_eq!(is_readable(format, algorithms), readable, "{format} {algorithms:?}");
        assert_eq!(is_offered_in_parts(format, algorithms), parts, "{format} {algorithms:?}");
    }
}

#[test]
fn what_is_not_mandatory_may_be_left_out_claim_by_claim() {
    let document = json!({
        "@context": ["c"], "id": "urn:x", "type": ["VerifiableCredential"], "issuer": {"id": "did:i", "name": "I"},
        "name": "A credential", "evidence": [{"type": "E", "a": 1}, {"type": "E", "b": 2}],
        "credentialSubject": {"id": "did:s", "givenName": "Amina", "worksFor": {"id": "did:w", "name": "W", "unit": "U"},
            "address": {"city": "Dakar"}},
    });
    let mandatory = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let found = |texts: &[&str]| {
        let mut all: Vec<String> =
            left_out(&document, &mandatory(texts)).iter().map(|path| pointer(path)).collect();
        all.sort();
        all
    };
    assert_eq!(
        found(&["/issuer", "/credentialSubject/worksFor/name", "/evidence/1"]),
        [
            "/credentialSubject/address",
            "/credentialSubject/givenName",
            "/credentialSubject/worksFor/unit",
            "/evidence/0",
            "/name",
        ]
    );
    assert_eq!(
        found(&["/issuer"]),
        [
            "/credentialSubject/address",
            "/credentialSubject/givenName",
            "/credentialSubject/worksFor",
            "/evidence",
            "/name",
        ]
    );
    assert!(found(&[""]).is_empty());
}

#[test]
fn several_subjects_are_chosen_from_each() {
    let document = json!({"credentialSubject": [{"id": "a", "x": 1}, {"id": "b", "y": 2}]});
    let all: Vec<String> = left_out(&document, &[]).iter().map(|path| pointer(path)).collect();
    assert_eq!(all, ["/credentialSubject/0/x", "/credentialSubject/1/y"]);
}

#[test]
fn pointers_escape_what_they_must() {
    let path = [Step::Key("a/b".into()), Step::Index(3), Step::Key("m~n".into())];
    assert_eq!(pointer(&path), "/a~1b/3/m~0n");
    assert_eq!(steps("/a~1b/3/m~0n"), ["a/b", "3", "m~n"]);
}
