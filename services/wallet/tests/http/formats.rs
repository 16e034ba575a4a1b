//! Every format and cryptosuite: received, kept, shown as a whole or in parts, and refused where it does not verify.

use credential::{Expect, Input};
use paper::Joining;
use serde_json::{Value, json};

use crate::presenting::{consent, last_response};
use crate::stub::{FORMS, STAFF};
use crate::world::{Person, WFP, World, problem};

const NONCE: &str = "n-0S6_WzA2Mj-0123456789";
/// What is never asked for here.
const SECRETS: [&str; 2] = ["Diallo", "1988-05-04"];

pub async fn holder(world: &World, forms: &[&'static str]) -> Person {
    world.others.knobs().forms = forms.to_vec();
    world.holder("anna").await
}

/// The credential that came by this configuration.
pub async fn held(person: &Person, end: &str) -> Value {
    let all = person.credentials().await;
    let configuration = format!("StaffIdentity_{end}");
    for one in &all {
        let whole = person.get(&format!("/v1/credentials/{}", one["id"].as_str().unwrap())).await;
        let whole = whole.expect(200).unwrap().json().unwrap();
        if whole["configurationId"] == configuration.as_str() {
            return whole;
        }
    }
    panic!("no {configuration} among {all:?}");
}

/// Opens a request for one claim, or for more.
async fn ask(world: &World, person: &Person, id: &str, query: Value) -> Value {
    world.others.knobs().request["dcql_query"] = json!({ "credentials": [query] });
    let mut link = world.request();
    link["requestUri"] = format!("{}/oid4vp/requests/{id}", world.others.base).into();
    person.post("/v1/presentations", link).await.ok().unwrap().json().unwrap()
}

fn grade(format: &str) -> Value {
    json!({ "id": "staff", "format": format, "meta": { "type_values": [[STAFF]] },
        "claims": [{ "path": ["credentialSubject", "gradeLevel"] }] })
}

fn candidate<'a>(asked: &'a Value, credential: &Value) -> &'a Value {
    let all = asked["queries"][0]["candidates"].as_array().unwrap();
    all.iter().find(|one| one["credentialId"] == credential["id"]).unwrap()
}

fn only(credential: &Value) -> Value {
    json!({ "selection": [{ "queryId": "staff", "credentialIds": [credential["id"]] }] })
}

fn presented(world: &World) -> Value {
    let token: Value = serde_json::from_str(&last_response(world)["vp_token"]).unwrap();
    token["staff"][0].clone()
}

async fn verify(world: &World, presentation: &Value) -> credential::PresentationOutcome {
    let input = Input::from_value(presentation.clone()).unwrap();
    let audience = format!("decentralized_identifier:{WFP}");
    let expect = Expect::presentation(world.others.now(), NONCE, &audience);
    credential::verify_presentation(&input, world.wallet.resolver.as_ref(), &expect).await
}

/// Whatever of it can be read, in disclosures, too.
fn readable(presentation: &Value) -> String {
    let text = match presentation {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let parts = text.split(['.', '~', ',']).filter_map(|part| testkit::unb64(part).ok());
    let inside: String = parts.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
    format!("{text} {inside}")
}

#[actix_web::test]
async fn each_form_is_received_shown_and_verified() {
    let world = World::new().await;
    let person = holder(&world, &FORMS.map(|(end, ..)| end)).await;
    for (number, (end, format, _, in_parts)) in FORMS.into_iter().enumerate() {
        // So that what is shared last is listed first.
        world.others.clock.advance(chrono::Duration::seconds(1));
        let credential = held(&person, end).await;
        assert_eq!(credential["format"], format, "{end}");
        assert_eq!(credential["holderKey"], person.key.thumbprint(), "{end}");
        assert!(credential["claims"].to_string().contains("Diallo"), "{end}: {credential}");
        let asked = ask(&world, &person, &format!("r{number}"), grade(format)).await;
        let one = candidate(&asked, &credential);
        assert_eq!(one["wholeCredential"], !in_parts, "{end}");
        let told = one["claims"].to_string();
        assert!(told.contains("P-3"), "{end}: {told}");
        assert_eq!(SECRETS.iter().any(|secret| told.contains(secret)), !in_parts, "{end}: {told}");
        let done = consent(&person, asked["id"].as_str().unwrap(), only(&credential)).await;
        assert_eq!(done["presentation"]["state"], "sent", "{end}");

        let shown = presented(&world);
        let outcome = verify(&world, &shown).await;
        assert!(outcome.is_verified(), "{end}: {:?} {:?}", outcome.faults, outcome.credentials);
        assert_eq!(outcome.holder_key.unwrap().jwk_thumbprint(), person.key.thumbprint(), "{end}");
        let found = &outcome.credentials[0];
        assert_eq!(found.format.as_str(), format, "{end}");
        assert_eq!(found.claims["gradeLevel"], "P-3", "{end}");
        assert!(found.claims["worksFor"]["id"].is_string(), "{end}: always shown");
        assert_eq!(found.claims.get("familyName").is_some(), !in_parts, "{end}");
        if in_parts {
            let text = readable(&shown);
            assert!(
                text.contains("P-3") && !SECRETS.iter().any(|secret| text.contains(secret)),
                "{end}: {text}"
            );
        }
        let shared = person.get("/v1/sharings").await.json().unwrap();
        let told = shared["sharings"][0]["credentials"][0]["claims"].to_string();
        assert!(told.contains("Grade"), "{end}: {told}");
        assert_eq!(told.to_lowercase().contains("birth"), !in_parts, "{end}: {told}");
    }
}

#[actix_web::test]
async fn a_changed_answer_is_refused_in_each_form() {
    let world = World::new().await;
    let person = holder(&world, &FORMS.map(|(end, ..)| end)).await;
    for (number, (end, format, ..)) in FORMS.into_iter().enumerate() {
        let credential = held(&person, end).await;
        let asked = ask(&world, &person, &format!("r{number}"), grade(format)).await;
        consent(&person, asked["id"].as_str().unwrap(), only(&credential)).await;
        let mut shown = presented(&world);
        match &mut shown {
            Value::String(text) => {
                // A letter of the issuer's part, or of the envelope around it.
                let at = text.find('.').unwrap() + 40;
                let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
                text.replace_range(at..=at, other);
            }
            document => document["verifiableCredential"][0]["credentialSubject"]["gradeLevel"] = "D-2".into(),
        }
        let refused = match Input::from_value(shown.clone()) {
            Err(_) => true,
            Ok(_) => !verify(&world, &shown).await.is_verified(),
        };
        assert!(refused, "{end}");
    }
}

#[actix_web::test]
async fn claims_that_they_can_do_without_are_withheld_from_a_derived_proof() {
    let world = World::new().await;
    let person = holder(&world, &["ldp_vc_ecdsa-sd-2023", "ldp_vc_bbs-2023", "vc_sd-jwt"]).await;
    for (number, (end, format)) in
        [("ldp_vc_ecdsa-sd-2023", "ldp_vc"), ("ldp_vc_bbs-2023", "ldp_vc"), ("vc_sd-jwt", "vc+sd-jwt")]
            .into_iter()
            .enumerate()
    {
        let credential = held(&person, end).await;
        let mut query = grade(format);
        query["claims"] = json!([
            { "id": "g", "path": ["credentialSubject", "gradeLevel"] },
            { "id": "b", "path": ["credentialSubject", "birthDate"] },
        ]);
        query["claim_sets"] = json!([["g", "b"], ["g"]]);
        let asked = ask(&world, &person, &format!("r{number}"), query).await;
        assert_eq!(candidate(&asked, &credential)["claimSets"], 2, "{end}");
        let id = credential["id"].as_str().unwrap();
        let less = json!({ "selection": [
            { "queryId": "staff", "credentialIds": [id], "claimSets": { id: 1 } }] });
        consent(&person, asked["id"].as_str().unwrap(), less).await;
        let outcome = verify(&world, &presented(&world)).await;
        assert!(outcome.is_verified(), "{end}: {:?} {:?}", outcome.faults, outcome.credentials);
        assert_eq!(outcome.credentials[0].claims.get("birthDate"), None, "{end}");
        assert_eq!(outcome.credentials[0].claims["gradeLevel"], "P-3", "{end}");
    }
}

/// A base proof opens everything of a credential to whoever has it.
#[actix_web::test]
async fn a_base_proof_never_leaves_the_wallet() {
    let world = World::new().await;
    let person = holder(&world, &["ldp_vc_ecdsa-sd-2023", "ldp_vc_bbs-2023"]).await;
    for end in ["ldp_vc_ecdsa-sd-2023", "ldp_vc_bbs-2023"] {
        let credential = held(&person, end).await;
        let mut query = grade("ldp_vc");
        query["require_cryptographic_holder_binding"] = false.into();
        let asked = ask(&world, &person, end, query).await;
        let step = person
            .post(&format!("/v1/presentations/{}/prepare", asked["id"].as_str().unwrap()), only(&credential))
            .await;
        assert_eq!(step.expect(200).unwrap().json().unwrap()["toSign"], json!([]), "nothing to sign");
        let submit = format!("/v1/presentations/{}/submit", asked["id"].as_str().unwrap());
        person.post(&submit, json!({ "signatures": [] })).await.expect(200).unwrap();
        let shown = presented(&world);
        let issued = {
            let slot = format!("StaffIdentity_{end} {}", person.key.thumbprint());
            world.others.seen().issued[&slot].clone()
        };
        assert_ne!(shown["proof"]["proofValue"], issued["proof"]["proofValue"]);
        assert!(!shown.to_string().contains("Diallo"), "{shown}");
        let input = Input::from_value(shown).unwrap();
        let expect = Expect::credential(world.others.now());
        let outcome = credential::verify_credential(&input, world.wallet.resolver.as_ref(), &expect).await;
        assert!(outcome.is_verified(), "{end}: {:?}", outcome.faults);
        assert_eq!(outcome.claims["gradeLevel"], "P-3");
    }
}

#[actix_web::test]
async fn what_shows_less_is_proposed_first_and_only_in_a_suite_that_they_know() {
    let world = World::new().await;
    let person = holder(&world, &["ldp_vc_ecdsa-sd-2023", "ldp_vc_bbs-2023"]).await;
    let asked = ask(&world, &person, "r1", grade("ldp_vc")).await;
    let proposed = &asked["proposed"][0]["credentialIds"][0];
    let first = candidate(&asked, &json!({ "id": proposed }));
    assert_eq!(first["wholeCredential"], false, "{asked}");
    world.others.knobs().request["client_metadata"] = json!({ "vp_formats_supported": {
        "ldp_vc": { "proof_type_values": ["DataIntegrityProof"], "cryptosuite_values": ["eddsa-rdfc-2022", "ecdsa-rdfc-2019"] } } });
    let asked = ask(&world, &person, "r2", grade("ldp_vc")).await;
    let candidates = asked["queries"][0]["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), 1);
    assert_eq!(candidates[0]["wholeCredential"], true);
}

async fn refused_faults(world: &World, person: &Person) -> Value {
    let offer = person.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    let step = person.accept(id, Some("493051")).await.json().unwrap();
    person.prove(id, &step).await.expect(502).unwrap().json().unwrap()["faults"].clone()
}

#[actix_web::test]
async fn what_was_changed_on_the_way_is_not_kept() {
    for (end, codes) in [
        ("ldp_vc_ecdsa-sd-2023", "proof."),
        ("ldp_vc_bbs-2023", "proof.badSignature"),
        ("ldp_vc_eddsa-jcs-2022", "proof.badSignature"),
    ] {
        let world = World::new().await;
        world.others.knobs().forms = vec![end];
        world.others.knobs().tamper = true;
        let person = world.person("anna").await;
        let faults = refused_faults(&world, &person).await.to_string();
        assert!(faults.contains(codes), "{end}: {faults}");
        let kept = person.credentials().await;
        assert!(kept.iter().all(|one| one["format"] != "ldp_vc"), "{kept:?}");
    }
}

#[actix_web::test]
async fn what_another_holder_derived_is_not_kept() {
    let world = World::new().await;
    world.others.knobs().forms = vec!["ldp_vc_ecdsa-sd-2023"];
    world.others.knobs().derived_already = true;
    let person = world.person("anna").await;
    assert_eq!(refused_faults(&world, &person).await, json!(["proof.notABaseProof"]));
}

#[actix_web::test]
async fn an_offer_in_a_cryptosuite_that_nobody_knows_is_refused_before_anything_is_signed() {
    let world = World::new().await;
    world.others.knobs().forms = vec!["ldp_vc_quantum-2030"];
    let person = world.person("anna").await;
    let answer = person.post("/v1/offers", json!({ "credentialOfferUri": world.offer_uri() })).await;
    let told = answer.expect(422).unwrap().json().unwrap();
    assert!(told["detail"].as_str().unwrap().contains("cryptosuite"), "{told}");
    assert!(world.others.seen().token_requests == 0, "the code is still good");
}

#[actix_web::test]
async fn an_offer_and_its_pages_say_what_can_be_shown_in_parts() {
    let world = World::new().await;
    world.others.knobs().forms = vec!["ldp_vc_ecdsa-sd-2023", "vc_cose"];
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let parts = |end: &str| {
        let all = offer["credentials"].as_array().unwrap();
        all.iter().find(|one| one["configurationId"] == format!("StaffIdentity_{end}")).unwrap()["inParts"]
            .clone()
    };
    assert_eq!(
        [parts("ldp_vc"), parts("dc_sd-jwt"), parts("ldp_vc_ecdsa-sd-2023"), parts("vc_cose")],
        [json!(false), json!(true), json!(true), json!(false)]
    );
    person.receive(offer["id"].as_str().unwrap(), Some("493051")).await;
    for (end, said) in
        [("ldp_vc_ecdsa-sd-2023", "value=\"gradeLevel\""), ("vc_cose", "can only be shown as a whole")]
    {
        let credential = held(&person, end).await;
        let id = credential["id"].as_str().unwrap();
        let page = person.page(&format!("/credentials/{id}/card")).await.expect(200).unwrap().text();
        assert!(page.contains(said), "{end}: {page}");
        person.page(&format!("/credentials/{id}")).await.expect(200).unwrap();
    }
}

#[actix_web::test]
async fn a_card_of_a_derived_proof_says_what_was_chosen() {
    let world = World::new().await;
    let person = holder(&world, &["ldp_vc_ecdsa-sd-2023", "vc_sd-jwt"]).await;
    for end in ["ldp_vc_ecdsa-sd-2023", "vc_sd-jwt"] {
        let credential = held(&person, end).await;
        let path = format!("/v1/credentials/{}/card", credential["id"].as_str().unwrap());
        let made = person.post(&path, json!({ "claims": ["gradeLevel"] })).await;
        let made = made.expect(200).unwrap().json().unwrap();
        let mut joining = Joining::default();
        let codes = made["codes"].as_array().unwrap().iter().map(|one| one.as_str().unwrap());
        let text = codes.into_iter().find_map(|code| joining.add(code).unwrap()).unwrap();
        let input = Input::parse(&text).unwrap();
        let expect = Expect::credential(world.others.now());
        let outcome = credential::verify_credential(&input, world.wallet.resolver.as_ref(), &expect).await;
        assert!(outcome.is_verified(), "{end}: {:?}", outcome.faults);
        assert_eq!(outcome.claims["gradeLevel"], "P-3");
        assert_eq!(outcome.claims.get("familyName"), None, "{end}");
        let claims = made["claims"].to_string();
        assert!(claims.contains("P-3") && !claims.contains("Diallo"), "{end}: {claims}");
        assert_eq!(problem(person.post(&path, json!({ "claims": ["worksFor"] })).await, 400), "bad-request");
    }
}

/// A receipt belongs to the whole; of `bbs-2023` it would link what is unlinkable.
#[actix_web::test]
async fn receipts_go_with_all_but_what_cannot_be_linked() {
    let world = World::new().await;
    world.others.knobs().receipt_ready = true;
    world.others.knobs().request["anchor_receipts"] = true.into();
    let person = holder(&world, &["ldp_vc_ecdsa-sd-2023", "ldp_vc_bbs-2023"]).await;
    for (end, goes) in [("ldp_vc_ecdsa-sd-2023", true), ("ldp_vc_bbs-2023", false)] {
        let credential = held(&person, end).await;
        world.wallet.tend().await;
        let receipt = held(&person, end).await["receipt"].clone();
        assert!(receipt.is_object(), "{end}");
        let asked = ask(&world, &person, end, grade("ldp_vc")).await;
        consent(&person, asked["id"].as_str().unwrap(), only(&credential)).await;
        let sent: Value = serde_json::from_str(&last_response(&world)["anchor_receipts"]).unwrap();
        assert_eq!(sent["staff"][0].is_object(), goes, "{end}: {sent}");
    }
}
