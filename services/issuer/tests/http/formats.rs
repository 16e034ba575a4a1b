//! Credentials of people in every format and cryptosuite, as an organisation chooses for its types.

use std::collections::BTreeMap;

use clock::Clock as _;
use credential::data_integrity::{Suite, derive, mandatory_pointers};
use credential::{Expect, Input};
use did::{Document, Relationship, Resolution, ResolveError, Resolver, Resolvers, VerificationMethod};
use issuance::{CredentialType, Format};
use issuer::app::DocumentKey;
use keys::{Algorithm, PublicKey, Signer as _};
use serde_json::{Value, json};

use crate::support::{Holder, UNDP, World, add_key, json, refusal};

/// What the chain says of the keys of UNDP.
struct Keys(std::sync::Arc<Resolution>);

#[async_trait::async_trait]
impl Resolver for Keys {
    async fn resolve(&self, did: &str) -> Result<std::sync::Arc<Resolution>, ResolveError> {
        if did == UNDP { Ok(self.0.clone()) } else { Resolvers::offline().resolve(did).await }
    }
}

impl Keys {
    fn of(world: &World) -> Self {
        let method = |key: &DocumentKey| VerificationMethod {
            id: format!("{UNDP}#{}", key.fragment),
            controller: UNDP.to_owned(),
            public_key: PublicKey::from_multikey(&key.multikey).unwrap(),
            relationships: vec![Relationship::AssertionMethod],
        };
        let methods = world.ledger.with(|state| state.keys[UNDP].iter().map(method).collect());
        Self(Resolution::of_document(Document::new(UNDP.to_owned(), methods, Vec::new())).into())
    }
}

/// UNDP with a key for `bbs-2023`, and its staff identities in each format there is.
async fn every_format() -> World {
    let formats = BTreeMap::from([(CredentialType::StaffIdentity, Format::ALL.to_vec())]);
    let world = World::start_with_formats(formats).await;
    let key = add_key(&world.directory, "undp", "key-bls12381-1", Algorithm::Bls12381G2, 381);
    world.ledger.with(|state| state.keys.get_mut(UNDP).unwrap().push(key));
    world.issuer.refresh_keys(world.tenant("undp")).await.unwrap();
    world
}

async fn verify(world: &World, credential: &Value) -> credential::Outcome {
    let input = Input::from_value(credential.clone()).unwrap();
    let expect = Expect::credential(world.clock.now());
    credential::verify_credential(&input, &Keys::of(world), &expect).await
}

fn suite(configuration: &str) -> Option<Suite> {
    Suite::parse(configuration.strip_prefix("StaffIdentity_ldp_vc_")?)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_offer_gives_the_type_in_every_format() {
    let world = every_format().await;
    let metadata = json(&world.get("/.well-known/openid-credential-issuer/t/undp").await);
    let described = &metadata["credential_configurations_supported"];
    let (link, holder) = (world.offer().await, Holder::new(1));
    let offer = json(&world.get(&link.uri).await);
    let offered = offer["credential_configuration_ids"].as_array().unwrap().clone();
    assert_eq!(offered.len(), Format::ALL.len());
    let token = world.token(&link).await;
    for name in offered.iter().map(|name| name.as_str().unwrap()) {
        let one = &described[name];
        let algorithm = &one["credential_signing_alg_values_supported"];
        let reply = world.request(&token, name, &holder).await;
        assert_eq!(reply.status, 200, "{name}: {}", String::from_utf8_lossy(&reply.body));
        let issued = json(&reply)["credentials"][0]["credential"].clone();
        match suite(name) {
            Some(suite) => {
                assert_eq!((&one["format"], algorithm), (&json!("ldp_vc"), &json!([suite.as_str()])));
                assert_eq!(issued["proof"]["cryptosuite"], suite.as_str());
            }
            None if name.ends_with("vc_cose") => assert_eq!(algorithm, &json!([-7])),
            None if name.ends_with("ldp_vc") => assert_eq!(algorithm, &json!(["eddsa-rdfc-2022"])),
            None => assert_eq!(algorithm, &json!(["ES256"])),
        }
        if one["format"] == "dc+sd-jwt" {
            continue;
        }
        assert_eq!(one["credential_definition"]["type"], json!(["VerifiableCredential", "StaffIdentity"]));
        let whole = match suite(name).filter(|suite| suite.is_selective()) {
            Some(_) => derive(&issued, &[String::new()]).await.unwrap(),
            None => issued.clone(),
        };
        let outcome = verify(&world, &whole).await;
        assert!(outcome.is_verified(), "{name}: {:?}", outcome.faults);
        assert_eq!(outcome.format.as_str(), one["format"], "{name}");
        assert_eq!(outcome.holder_key.unwrap().to_jwk(), holder.0.public_key().to_jwk(), "{name}");
        assert_eq!(outcome.status.len(), 2, "{name}");
        assert_eq!(outcome.claims["familyName"], "Okafor", "{name}");
        // A repetition gives the same.
        let again = json(&world.request(&token, name, &holder).await);
        assert_eq!(again["credentials"][0]["credential"], issued, "{name}");
    }
}

/// What no holder can leave out is what every verifier needs: who issued it, until when, its status, for whom it speaks.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_shows_what_is_mandatory_and_no_more() {
    let world = every_format().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    for suite in ["ecdsa-sd-2023", "bbs-2023"] {
        let name = format!("StaffIdentity_ldp_vc_{suite}");
        let issued = world.credential(&link, &name, &holder).await["credentials"][0]["credential"].clone();
        assert_eq!(issued["proof"].get("created"), None);
        let mandatory = mandatory_pointers(&issued).unwrap();
        assert!(mandatory.contains(&"/credentialStatus".to_owned()), "{mandatory:?}");
        let least = derive(&issued, &[]).await.unwrap();
        let names: Vec<&String> = least["credentialSubject"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["id", "worksFor"], "{suite}");
        for member in ["issuer", "validFrom", "validUntil", "credentialStatus", "credentialSchema"] {
            assert_eq!(least[member], issued[member], "{suite}: {member}");
        }
        assert!(verify(&world, &least).await.is_verified(), "{suite}");
        let one = derive(&issued, &["/credentialSubject/gradeLevel".to_owned()]).await.unwrap();
        assert_eq!(one["credentialSubject"]["gradeLevel"], "P-3");
        let mut changed = one.clone();
        assert!(verify(&world, &one).await.is_verified(), "{suite}");
        changed["credentialSubject"]["gradeLevel"] = "D-2".into();
        assert!(!verify(&world, &changed).await.is_verified(), "{suite}");
    }
    let name = "StaffIdentity_vc_sd-jwt";
    let issued = world.credential(&link, name, &holder).await["credentials"][0]["credential"].clone();
    let least = credential::sd_jwt::select(issued.as_str().unwrap(), &[]).unwrap();
    let outcome = verify(&world, &json!(least)).await;
    assert!(outcome.is_verified(), "{:?}", outcome.faults);
    let names: Vec<&String> = outcome.claims.as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "worksFor"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_for_it_bbs_is_refused_and_everything_else_is_given() {
    let formats = vec![Format::LDP_VC, Format::LdpVc(Suite::Bbs2023)];
    let world = World::start_with_formats([(CredentialType::StaffIdentity, formats)].into()).await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    let token = world.token(&link).await;
    let reply = world.request(&token, "StaffIdentity_ldp_vc_bbs-2023", &holder).await;
    assert_eq!(reply.status / 100, 5, "{}", String::from_utf8_lossy(&reply.body));
    assert_eq!(world.request(&token, "StaffIdentity_ldp_vc", &holder).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_choice_is_of_one_type_of_one_organisation() {
    let world = every_format().await;
    let offered = async |tenant: &str| {
        let metadata = json(&world.get(&format!("/.well-known/openid-credential-issuer/t/{tenant}")).await);
        metadata["credential_configurations_supported"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let undp = offered("undp").await;
    assert_eq!(undp.iter().filter(|name| name.starts_with("StaffIdentity_")).count(), Format::ALL.len());
    assert_eq!(undp.iter().filter(|name| name.starts_with("Employment_")).count(), 2);
    assert_eq!(offered("wfp").await.len(), 2);
    let (link, holder) = (world.offer().await, Holder::new(1));
    let token = world.token(&link).await;
    let reply = world.request(&token, "Employment_vc_cose", &holder).await;
    assert_eq!(refusal(&reply), (403, "insufficient_scope".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_names_formats_that_there_are_for_types_that_it_has() {
    use issuer::ConfigError;
    let world = World::start().await;
    let of_undp = |kind: CredentialType, names: &[&str]| {
        let mut config = world.config();
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        config.tenants[0].formats = [(kind, names)].into();
        config.check()
    };
    let staff = CredentialType::StaffIdentity;
    assert!(of_undp(staff, &["ldp_vc", "ldp_vc/bbs-2023", "vc+sd-jwt", "vc+cose"]).is_ok());
    for (kind, names) in [
        (CredentialType::DigitalCertificateOfEntitlement, &["ldp_vc"][..]),
        (staff, &[]),
        (staff, &["ldp_vc", "ldp_vc"]),
        (staff, &["ldp_vc/quantum-2030"]),
        (staff, &["mso_mdoc"]),
    ] {
        let error = of_undp(kind, names).unwrap_err();
        assert!(matches!(&error, ConfigError::TenantFormats(id) if id == "undp"), "{error}");
        assert!(error.to_string().contains("ldp_vc/ecdsa-sd-2023"), "says what there is: {error}");
    }
}
