//! The credentials that are given, and what the registry and the issuer say of them later.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::SecondsFormat;
use credential::data_integrity::{ProofOptions, Purpose, Suite};
use credential::enveloped::{Envelope, EnvelopeOptions, secure_credential};
use credential::sd_jwt::{NewSdJwt, PathElement};
use credential::{Input, data_integrity, sd_jwt};
use keys::PublicKey;
use serde_json::{Value, json};
use status_list::StatusList;
use testkit::{b64, unb64};

use super::World;
use crate::world::{FUND, Organisation, Others, UNDP};

pub const STAFF: &str = "https://schemas.passerelle.example/v1#StaffIdentity";
pub(super) const ENTITLEMENT: &str = "https://schemas.passerelle.example/v1#DigitalCertificateOfEntitlement";
const LIST_LENGTH: usize = 131_072;
const INDEX: usize = 4_711;

pub(super) fn staff_claims(world: &World) -> Value {
    let given = if world.seen().renamed { "Aminata" } else { "Amina" };
    json!({
        "givenName": given, "familyName": "Diallo", "birthDate": "1988-05-04", "identifier": "10034521",
        "worksFor": {"id": UNDP, "name": "United Nations Development Programme"},
        "jobTitle": "Programme analyst", "gradeLevel": "P-3", "dutyStation": "Dakar",
    })
}

pub(super) async fn make(world: &World, configuration: &str, key: &PublicKey) -> Value {
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
    if let Some(form) = super::forms::of_configuration(configuration) {
        return form.make(world, by, &key).await;
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

pub(super) async fn w3c(world: &World, by: &Organisation, key: &PublicKey) -> Value {
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

pub(super) fn unsecured(world: &World, by: &Organisation, key: &PublicKey) -> Value {
    let mut subject = staff_claims(world);
    let by_did_key = world.knobs().binding_methods == json!(["did:key"]);
    subject["id"] = if by_did_key { key.did_key() } else { key.did_jwk() }.into();
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

pub(super) async fn receipt(world: World, path: Path<(String, String)>) -> HttpResponse {
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

pub(super) async fn status(world: World, request: HttpRequest) -> HttpResponse {
    HttpResponse::Ok().body(status_list(&world, request.path()))
}
