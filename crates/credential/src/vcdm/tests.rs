#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::json;

use super::*;

fn credential() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:1f8a9f4e-3f57-4b1f-9d3b-9e0d0d8a6f10",
        "type": ["VerifiableCredential", "ExampleCredential"],
        "issuer": {"id": "did:example:issuer", "name": "Issuer"},
        "name": {"@value": "Exemple", "@language": "fr", "@direction": "ltr"},
        "description": [{"@value": "Dog", "@language": "en"}, {"@value": "Chien", "@language": "fr-CH"}],
        "validFrom": "2024-01-01T00:00:00Z",
        "validUntil": "2025-01-01T00:00:00+02:00",
        "credentialSubject": {"id": "did:example:subject", "name": "Ana"},
        "credentialStatus": [{
            "id": "https://example.org/status/1#7", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
            "statusListIndex": "7", "statusListCredential": "https://example.org/status/1",
        }],
        "credentialSchema": {"id": "https://example.org/schema.json", "type": "JsonSchema"},
        "evidence": {"type": ["Evidence"]}, "termsOfUse": [{"type": "Policy", "id": "urn:x:1"}],
        "refreshService": {"type": "Refresh"}, "renderMethod": {"type": "Template"},
        "relatedResource": [{"id": "https://example.org/image.png", "digestMultibase": "uEiAzGFkQZz3RUDtjJCSgTJtTfvpZ7SPEg_LNO0ESlovQC0AA"}],
    })
}

/// The faults after one change, as `code at pointer`.
fn after(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut credential = credential();
    credential.as_object_mut().unwrap().remove("relatedResource");
    assert_eq!(validate_unsecured(&credential), Ok(()));
    change(&mut credential);
    match validate_unsecured(&credential) {
        Ok(()) => Vec::new(),
        Err(faults) => {
            faults.into_iter().map(|fault| format!("{} at {}", fault.code, fault.pointer.unwrap())).collect()
        }
    }
}

fn with(pointer: &str, value: Value) -> Vec<String> {
    after(|credential| {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match credential.pointer_mut(parent).unwrap() {
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
            object => object[name] = value,
        }
    })
}

fn without(name: &str) -> Vec<String> {
    after(|credential| drop(credential.as_object_mut().unwrap().remove(name)))
}

#[test]
fn each_change_is_named_with_its_place() {
    for (faults, expected) in [
        (without("@context"), "contextForm at /@context"),
        (with("/@context", json!([])), "contextForm at /@context/0"),
        (with("/@context", json!("https://www.w3.org/ns/credentials/v2")), "contextForm at /@context"),
        (
            with("/@context/0", json!("https://www.w3.org/ns/credentials/examples/v2")),
            "contextForm at /@context/0",
        ),
        (with("/@context/1", json!("https://example.com/unknown")), "unknownContext at /@context/1"),
        (with("/@context/1", json!(123_192_875)), "contextForm at /@context/1"),
        (with("/@context/1", json!(null)), "contextForm at /@context/1"),
        (without("type"), "typeMissing at /type"),
        (with("/type", json!([])), "typeMissing at /type"),
        (with("/type", json!(["ExampleCredential"])), "typeMissing at /type"),
        (with("/type", json!(["VerifiableCredential", 1])), "typeMissing at /type"),
        (with("/type", json!(["VerifiableCredential", ""])), "typeMissing at /type"),
        (with("/id", json!(null)), "notAUrl at /id"),
        (with("/id", json!(["urn:a:1", "urn:a:2"])), "notAUrl at /id"),
        (with("/id", json!("https ://not-a-url/1")), "notAUrl at /id"),
        (with("/id", json!("relative")), "notAUrl at /id"),
        (without("issuer"), "issuerMissing at /issuer"),
        (with("/issuer", json!(null)), "notAUrl at /issuer"),
        (with("/issuer", json!("fake-issuer")), "notAUrl at /issuer"),
        (with("/issuer", json!({})), "idMissing at /issuer/id"),
        (with("/issuer/id", json!(null)), "notAUrl at /issuer/id"),
        (
            with("/issuer/name", json!({"@value": "x", "url": "did:example:1"})),
            "languageValue at /issuer/name",
        ),
        (with("/issuer/description", json!(1)), "languageValue at /issuer/description"),
        (with("/name", json!({"@language": "en"})), "languageValue at /name"),
        (with("/name", json!({"@value": "x", "@language": "en_US"})), "languageValue at /name"),
        (with("/name", json!({"@value": "x", "@direction": "up"})), "languageValue at /name"),
        (with("/description", json!(["text"])), "languageValue at /description"),
        (with("/validFrom", json!("Sat 25 Feb 2023 07:16:31 PM CST")), "dateForm at /validFrom"),
        (with("/validFrom", json!("2024-01-01")), "dateForm at /validFrom"),
        (with("/validUntil", json!(1)), "dateForm at /validUntil"),
        (with("/validUntil", json!("2023-12-31T23:59:59Z")), "validityOrder at /validUntil"),
        (without("credentialSubject"), "subjectMissing at /credentialSubject"),
        (with("/credentialSubject", json!({})), "subjectForm at /credentialSubject"),
        (with("/credentialSubject", json!([])), "subjectForm at /credentialSubject/0"),
        (with("/credentialSubject", json!("did:example:1")), "subjectForm at /credentialSubject"),
        (with("/credentialSubject", json!([{"name": "x"}, {}])), "subjectForm at /credentialSubject/1"),
        (with("/credentialSubject/id", json!(["did:a:1", "did:a:2"])), "notAUrl at /credentialSubject/id"),
        (with("/credentialStatus/0/type", json!(null)), "typeMissing at /credentialStatus/0/type"),
        (with("/credentialStatus/0/type", json!(2)), "typeMissing at /credentialStatus/0/type"),
        (with("/credentialStatus/0/id", json!(["urn:a:1", "urn:a:2"])), "notAUrl at /credentialStatus/0/id"),
        (with("/credentialStatus/0/statusListIndex", json!("-1")), "statusForm at /credentialStatus/0"),
        (with("/credentialStatus/0/statusSize", json!(3)), "statusForm at /credentialStatus/0"),
        (with("/credentialStatus/0/statusPurpose", json!(null)), "statusForm at /credentialStatus/0"),
        (with("/credentialSchema", json!({"type": "JsonSchema"})), "idMissing at /credentialSchema/id"),
        (with("/credentialSchema/id", json!("https ://x")), "notAUrl at /credentialSchema/id"),
        (with("/credentialSchema/type", json!([])), "typeMissing at /credentialSchema/type"),
        (with("/evidence", json!({})), "typeMissing at /evidence/type"),
        (with("/termsOfUse", json!({"id": "urn:a:1"})), "typeMissing at /termsOfUse/type"),
        (with("/refreshService", json!({"id": "urn:a:1"})), "typeMissing at /refreshService/type"),
        (with("/renderMethod", json!(["x"])), "notAnObject at /renderMethod/0"),
        (with("/proof", json!({"created": "2024-01-01T00:00:00Z"})), "typeMissing at /proof/type"),
    ] {
        assert_eq!(faults, [expected]);
    }
}

#[test]
fn related_resources_are_compared_where_the_resource_is_known() {
    let base = "https://www.w3.org/ns/credentials/v2";
    let faults = |value: Value| with("/relatedResource", value);
    let good = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU";
    for value in [
        json!({"id": base, "digestSRI": good}),
        json!([{"id": base, "digestSRI": good, "mediaType": "application/ld+json"}]),
        json!({"id": base, "digestMultibase": "uEiBZlVztZpfWHgPyslVv6-UwirFoQoRvW1htfx963sknNA"}),
        json!({"id": base, "digestMultibase": "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k"}),
        json!({"id": "https://example.org/x", "digestSRI": good}),
    ] {
        assert_eq!(faults(value.clone()), [""; 0], "{value}");
    }
    for value in [
        json!([base]),
        json!([{"digestSRI": good}]),
        json!([{"id": base}]),
        json!([{"id": base, "digestSRI": good}, {"id": base, "digestSRI": good}]),
        json!([{"id": base, "digestMultibase": "uM4RgWQc3RUDtjJCSgTJtTfvpZ7SPEg_LNO0ESlovQC0"}]),
        json!([{"id": base, "digestSRI": "sha384-_rCVIV7fSXXTNIvpiq26jRDyj8JG8TDjij-tD0ewLk4JpnXEz6a5AeeY_1qQ0d0P"}]),
        json!([{"id": base, "digestSRI": "md5-AAAA"}]),
        json!([{"id": "not a url", "digestSRI": good}]),
    ] {
        assert_eq!(faults(value.clone()).len(), 1, "{value}");
    }
}

#[test]
fn version_1_has_its_own_dates() {
    let mut credential = json!({
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "issuanceDate": "2020-03-16T22:37:26.544Z",
        "credentialSubject": {"id": "did:example:subject"},
    });
    assert_eq!(validate_unsecured(&credential), Ok(()));
    credential.as_object_mut().unwrap().remove("issuanceDate");
    assert_eq!(validate_unsecured(&credential).unwrap_err()[0].code, "issuanceDate");
}

#[test]
fn presentations_have_their_rules() {
    let good = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"],
        "holder": {"id": "did:example:holder"}, "verifiableCredential": [credential()],
    });
    assert_eq!(validate_presentation(&good), Ok(()));
    for (name, value, expected) in [
        ("@context", json!([{"A": "urn:a:b"}, "https://www.w3.org/ns/credentials/v2"]), "contextForm"),
        ("@context", json!(["https://www.w3.org/ns/credentials/examples/v2"]), "contextForm"),
        ("type", json!(["CredentialManagerPresentation"]), "typeMissing"),
        ("type", json!(null), "typeMissing"),
        ("id", json!("x"), "notAUrl"),
        ("holder", json!("z6Mk"), "notAUrl"),
        ("holder", json!({"name": "Acme"}), "idMissing"),
        ("holder", json!({"id": "z6Mk"}), "notAUrl"),
        ("verifiableCredential", json!(["eyJh.eyJh.x"]), "credentialForm"),
        ("verifiableCredential", json!(vec![credential(); 17]), "tooManyCredentials"),
        ("proof", json!([1]), "typeMissing"),
    ] {
        let mut changed = good.clone();
        changed[name] = value;
        assert_eq!(validate_presentation(&changed).unwrap_err()[0].code, expected, "{name}");
    }
    assert!(validate_presentation(&json!("x")).is_err());
    assert!(validate_unsecured(&json!([])).is_err());
}

#[tokio::test]
async fn types_are_named_by_their_iris() {
    let mut credential = credential();
    credential.as_object_mut().unwrap().remove("relatedResource");
    let mut types = type_iris(&credential).await.unwrap();
    types.sort();
    assert_eq!(
        types,
        [
            "https://www.w3.org/2018/credentials#VerifiableCredential",
            "https://www.w3.org/ns/credentials/examples#ExampleCredential",
        ]
    );
}
