#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use clock::SeededEntropy;
use keys::{Algorithm, Signer as _, SoftwareKey};

use super::*;

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn claims() -> Map<String, Value> {
    let Value::Object(claims) = json!({
        "givenName": "Amina", "familyName": "Okafor", "identifier": "10023", "jobTitle": "Programme Analyst",
        "gradeLevel": "P-3", "dutyStation": "Nairobi", "contractType": "fixed-term", "startDate": "2024-02-01",
        "endDate": "2027-12-31", "unrelated": "never copied"
    }) else {
        unreachable!()
    };
    claims
}

fn holder() -> HolderKey {
    HolderKey::from_jwk(*SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(1)).public_key())
}

const ISSUER: Issuer<'_> =
    Issuer { did: "did:passerelle:abc", name: "UNDP", status_base: "http://localhost:7101/t/undp/status/" };

fn index(kind: ListKind, index: u32) -> StatusIndex {
    StatusIndex { list: StatusListId { kind, number: 1 }, index }
}

fn material<'a>(
    claims: &'a Map<String, Value>,
    holder: &'a HolderKey,
    indexes: &'a [StatusIndex],
) -> Material<'a> {
    Material {
        credential_type: CredentialType::StaffIdentity,
        issuer: ISSUER,
        claims,
        picture: None,
        holder,
        indexes,
        issued_at: now(),
        valid_until: now() + chrono::Duration::days(365),
    }
}

#[test]
fn credential_takes_the_claims_of_its_type_and_nothing_else() {
    let (claims, holder) = (claims(), holder());
    let indexes = [index(ListKind::Revocation, 7), index(ListKind::Suspension, 9)];
    let credential = material(&claims, &holder, &indexes).credential("urn:uuid:1").unwrap();
    let subject = credential["credentialSubject"].as_object().unwrap();
    assert_eq!(subject["id"], holder.did);
    assert_eq!(subject["worksFor"], json!({"id": "did:passerelle:abc", "name": "UNDP"}));
    assert!(!subject.contains_key("unrelated") && !subject.contains_key("contractType"));
    assert_eq!(credential["validFrom"], "2027-01-15T08:00:00Z");
    assert_eq!(
        credential["credentialStatus"][1],
        json!({
            "id": "http://localhost:7101/t/undp/status/suspension-1#9",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "suspension",
            "statusListIndex": "9",
            "statusListCredential": "http://localhost:7101/t/undp/status/suspension-1",
        })
    );
}

#[test]
fn sd_jwt_always_discloses_the_organisation_and_no_other_claim() {
    let (claims, holder) = (claims(), holder());
    let indexes = [index(ListKind::Token, 5)];
    let (payload, disclosable) = material(&claims, &holder, &indexes).sd_jwt().unwrap();
    assert_eq!(payload["vct"], "https://schemas.passerelle.example/v1#StaffIdentity");
    assert_eq!(payload["status"]["status_list"]["idx"], 5);
    assert_eq!(
        disclosable,
        ["givenName", "familyName", "identifier", "jobTitle", "gradeLevel", "dutyStation"]
    );
}

#[test]
fn missing_and_malformed_claims_are_named() {
    let holder = holder();
    let mut lacking = claims();
    lacking.remove("familyName");
    assert_eq!(
        material(&lacking, &holder, &[]).credential("urn:uuid:1").unwrap_err(),
        BuildError::Missing("familyName")
    );
    for (claim, value) in
        [("gradeLevel", json!(3)), ("birthDate", json!("31.12.1980")), ("givenName", json!(""))]
    {
        let mut wrong = claims();
        wrong.insert(claim.into(), value);
        let error = material(&wrong, &holder, &[]).sd_jwt().unwrap_err();
        assert_eq!(error, BuildError::Malformed(claim));
    }
}

#[test]
fn validity_ends_with_the_contract_or_the_next_due_date() {
    let usual = chrono::Duration::days(365);
    let end = |kind, claims: &Map<String, Value>| valid_until(kind, claims, now(), usual).map(rfc3339);
    let mut claims = claims();
    assert_eq!(end(CredentialType::StaffIdentity, &claims).unwrap(), "2027-12-31T23:59:59Z");
    claims.remove("endDate");
    assert_eq!(end(CredentialType::StaffIdentity, &claims).unwrap(), "2028-01-15T08:00:00Z");
    claims.insert("endDate".into(), "2026-12-31".into());
    assert_eq!(end(CredentialType::Employment, &claims), Err(BuildError::Ended));
    claims.insert("entitlementYear".into(), 2027.into());
    assert_eq!(
        end(CredentialType::DigitalCertificateOfEntitlement, &claims).unwrap(),
        "2028-12-31T23:59:59Z"
    );
}

#[test]
fn digest_of_an_sd_jwt_ignores_disclosures_and_of_json_its_layout() {
    assert_eq!(digest(Format::SdJwt, "a.b.c~x~y~"), digest(Format::SdJwt, "a.b.c~"));
    assert_eq!(digest(Format::LDP_VC, r#"{"b":1,"a":2}"#), digest(Format::LDP_VC, r#"{ "a": 2, "b": 1 }"#));
    assert_eq!(digest(Format::LDP_VC, "{"), None);
    assert_eq!(digest(Format::VcCose, r#"{"b":1}"#), None, "of another format");
    assert_ne!(digest(Format::VcJwt, "a.b.c"), digest(Format::VcJwt, "a.b.d"));
}
