#![allow(clippy::unwrap_used)]
use serde_json::json;

use super::*;
use crate::key_attestation::KeyStatement;

fn offer() -> Value {
    json!({
        "credential_issuer": "https://i.example/t/undp",
        "credential_configuration_ids": ["StaffIdentity_dc_sd-jwt"],
        "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code":
            {"pre-authorized_code": "c", "tx_code": {"length": 6, "input_mode": "numeric"}}}
    })
}

fn metadata() -> Value {
    json!({
        "credential_issuer": "https://i.example/t/undp",
        "credential_endpoint": "https://i.example/t/undp/credential",
        "nonce_endpoint": "https://i.example/t/undp/nonce",
        "deferred_credential_endpoint": "https://i.example/t/undp/deferred_credential",
        "credential_configurations_supported": {"StaffIdentity_dc_sd-jwt": {
            "format": "dc+sd-jwt", "vct": "https://schemas.passerelle.example/v1#StaffIdentity",
            "cryptographic_binding_methods_supported": ["jwk"],
            "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
            "credential_metadata": {
                "display": [{"name": "Identité", "locale": "fr"}, {"name": "Staff identity", "locale": "en"}],
                "claims": [{"path": ["givenName"], "display": [{"name": "First name"}]}]
            }
        }}
    })
}

fn server() -> wire::vci::AuthorizationServerMetadata {
    let known =
        json!({ "issuer": "https://i.example/t/undp", "token_endpoint": "https://i.example/t/undp/token" });
    serde_json::from_value(known).unwrap()
}

fn opened(offer: Value, metadata: Value) -> Result<Reception, OfferFault> {
    open(
        Source::Reference("https://i.example/t/undp/offers/x".into()),
        &serde_json::from_value(offer).unwrap(),
        (&serde_json::from_value(metadata).unwrap(), &server()),
        (Party::unverified("i.example"), None),
    )
}

#[test]
fn good_offer_is_described_in_english_where_there_is_english() {
    let reception = opened(offer(), metadata()).unwrap();
    let first = reception.offered.first().unwrap();
    assert_eq!(first.name, "Staff identity");
    assert_eq!(first.labels, vec![(vec![Step::Key("givenName".into())], "First name".to_owned())]);
    assert_eq!(reception.transaction_code.as_ref().unwrap().length, Some(6));
}

#[test]
fn offer_that_does_not_fit_is_refused() {
    let change = |value: &mut Value, pointer: &str, to: Value| *value.pointer_mut(pointer).unwrap() = to;
    let configuration = "/credential_configurations_supported/StaffIdentity_dc_sd-jwt";
    for (pointer, to, in_offer, fault) in [
        ("/credential_configuration_ids".to_owned(), json!([]), true, OfferFault::Credentials),
        ("/credential_configuration_ids".to_owned(), json!(["a", "a"]), true, OfferFault::Duplicate),
        (
            "/credential_configuration_ids".to_owned(),
            json!(["other"]),
            true,
            OfferFault::UnknownConfiguration,
        ),
        ("/grants".to_owned(), json!({"authorization_code": {}}), true, OfferFault::Grant),
        (
            "/credential_issuer".to_owned(),
            json!("https://i.example/t/undp/"),
            false,
            OfferFault::IssuerMismatch,
        ),
        (format!("{configuration}/format"), json!("mso_mdoc"), false, OfferFault::Format),
        (
            format!("{configuration}/proof_types_supported"),
            json!({"attestation": {}}),
            false,
            OfferFault::ProofType,
        ),
        (
            format!("{configuration}/proof_types_supported/jwt"),
            json!({"proof_signing_alg_values_supported": ["ES256"], "key_attestations_required": {}}),
            false,
            OfferFault::Attestation,
        ),
        ("/credential_endpoint".to_owned(), json!("https://evil.example/c"), false, OfferFault::Endpoint),
        ("/nonce_endpoint".to_owned(), json!("javascript:1"), false, OfferFault::Endpoint),
        (
            "/deferred_credential_endpoint".to_owned(),
            json!("https://evil.example/d"),
            false,
            OfferFault::Endpoint,
        ),
    ] {
        let (mut offer, mut metadata) = (offer(), metadata());
        change(if in_offer { &mut offer } else { &mut metadata }, &pointer, to);
        assert_eq!(opened(offer, metadata).err(), Some(fault), "{pointer}");
    }
}

#[test]
fn renewal_is_of_the_same_issuer_and_of_what_came() {
    let mut earlier = opened(offer(), metadata()).unwrap();
    let renewed = |earlier: &Reception, metadata: Value, issuer: Party| {
        let metadata = serde_json::from_value(metadata).unwrap();
        renew(("o1", earlier), (&metadata, &server()), (issuer, None))
    };
    let same = || Party::unverified("i.example");
    assert_eq!(renewed(&earlier, metadata(), same()).err(), Some(OfferFault::Grant));
    earlier.refresh_token = Some("r".into());
    let reception = renewed(&earlier, metadata(), same()).unwrap();
    assert_eq!(reception.renews.as_deref(), Some("o1"));
    assert_eq!(reception.offered, earlier.offered);
    assert!(reception.transaction_code.is_none());
    let other = Party { did: Some("did:passerelle:other".into()), ..same() };
    assert_eq!(renewed(&earlier, metadata(), other).err(), Some(OfferFault::IssuerMismatch));
    let mut moved = metadata();
    moved["credential_endpoint"] = json!("https://evil.example/c");
    assert_eq!(renewed(&earlier, moved, same()).err(), Some(OfferFault::Endpoint));
    earlier.refused = vec![0];
    assert_eq!(renewed(&earlier, metadata(), same()).err(), Some(OfferFault::Credentials));
}

#[test]
fn token_is_usable_only_with_its_key_and_before_its_end() {
    let mut reception = opened(offer(), metadata()).unwrap();
    let now = chrono::DateTime::UNIX_EPOCH;
    reception.progress = Progress::Signing {
        access_token: crate::client::AccessToken::Bearer("t".into()),
        expires_at: now + Duration::minutes(5),
        holder_thumbprint: "k".into(),
        copy_keys: vec![],
        proofs: vec![],
        presentations: BTreeMap::new(),
    };
    assert!(reception.usable_token("k", now).is_some());
    assert!(reception.usable_token("other", now).is_none());
    assert!(reception.usable_token("k", now + Duration::minutes(5)).is_none());
}

#[test]
fn attested_key_is_offered_to_an_issuer_that_wants_no_more_than_is_said() {
    let said = KeyStatement { key_storage: vec!["iso_18045_moderate".into()], ..KeyStatement::default() };
    for (required, vouched, result) in [
        (json!({}), Some(&said), Ok(true)),
        (json!({"key_storage": ["iso_18045_high", "iso_18045_moderate"]}), Some(&said), Ok(true)),
        (json!({"key_storage": ["iso_18045_high"]}), Some(&said), Err(OfferFault::Attestation)),
        (json!({"user_authentication": ["iso_18045_basic"]}), Some(&said), Err(OfferFault::Attestation)),
        (json!({"key_storage": []}), Some(&said), Err(OfferFault::Attestation)),
        (json!("yes"), Some(&said), Err(OfferFault::Attestation)),
        (json!({}), None, Err(OfferFault::Attestation)),
    ] {
        let mut metadata = metadata();
        metadata["credential_configurations_supported"]["StaffIdentity_dc_sd-jwt"]["proof_types_supported"]
            ["jwt"]["key_attestations_required"] = required.clone();
        let opened = open(
            Source::Reference("https://i.example/t/undp/offers/x".into()),
            &serde_json::from_value(offer()).unwrap(),
            (&serde_json::from_value(metadata).unwrap(), &server()),
            (Party::unverified("i.example"), vouched),
        );
        let needs = opened.map(|reception| reception.offered.iter().any(|one| one.needs_attestation));
        assert_eq!(needs, result, "{required}");
    }
}

#[test]
fn attestation_alone_is_enough_where_the_issuer_has_no_other_proof() {
    let said = KeyStatement { key_storage: vec!["iso_18045_moderate".into()], ..KeyStatement::default() };
    let offered = |types: Value, vouched: Option<&KeyStatement>| {
        let mut metadata = metadata();
        metadata["credential_configurations_supported"]["StaffIdentity_dc_sd-jwt"]["proof_types_supported"] =
            types;
        let opened = open(
            Source::Reference("https://i.example/t/undp/offers/x".into()),
            &serde_json::from_value(offer()).unwrap(),
            (&serde_json::from_value(metadata).unwrap(), &server()),
            (Party::unverified("i.example"), vouched),
        );
        let slot = "StaffIdentity_dc_sd-jwt";
        opened.map(|reception| {
            let one = &reception.offered[reception.slot(slot).unwrap()];
            (one.needs_attestation, one.attestation_alone)
        })
    };
    let with = |alg: &str| json!({ "proof_signing_alg_values_supported": [alg] });
    let alone = json!({ "attestation": with("ES256") });
    assert_eq!(offered(alone.clone(), Some(&said)), Ok((true, true)));
    assert_eq!(offered(alone, None), Err(OfferFault::Attestation), "a browser's key");
    let demanding = json!({ "attestation": {
        "proof_signing_alg_values_supported": ["ES256"], "key_attestations_required": { "key_storage": ["iso_18045_high"] },
    }});
    assert_eq!(offered(demanding, Some(&said)), Err(OfferFault::Attestation));
    let both = json!({ "jwt": with("ES256"), "attestation": with("ES256") });
    assert_eq!(offered(both, None), Ok((false, false)), "one that everybody has goes before");
    let other = json!({ "jwt": with("EdDSA"), "attestation": with("ES256") });
    assert_eq!(offered(other, Some(&said)), Ok((true, true)));
    assert_eq!(offered(json!({ "di_vp": with("ES256") }), Some(&said)), Err(OfferFault::ProofType));
}

#[test]
fn key_for_a_server_is_made_where_it_has_a_use_and_stays_with_what_is_renewed() {
    let entropy = clock::SeededEntropy::new(1);
    let mut plain = opened(offer(), metadata()).unwrap();
    plain.make_client_key(&entropy);
    assert_eq!(plain.client_key, None);
    let mut bound = opened(offer(), metadata()).unwrap();
    bound.server.binds_tokens = true;
    bound.make_client_key(&entropy);
    let key = bound.client_key.clone().unwrap();
    bound.make_client_key(&entropy);
    assert_eq!(bound.client_key.as_ref(), Some(&key), "once");
    assert_eq!(bound.proving_key(), Some(&key));
    bound.refresh_token = Some("r".into());
    let metadata = serde_json::from_value(metadata()).unwrap();
    let again =
        renew(("o1", &bound), (&metadata, &server()), (Party::unverified("i.example"), None)).unwrap();
    assert_eq!(again.proving_key(), Some(&key), "whatever the server says of new ones");
    // What was kept before there were keys is read as it was.
    let mut kept = serde_json::to_value(&plain).unwrap();
    kept["progress"] = json!({ "state": "waiting", "access_token": "old", "holder_thumbprint": "t" });
    let read: Reception = serde_json::from_value(kept).unwrap();
    let Progress::Waiting { access_token, .. } = read.progress else { panic!("another state") };
    assert_eq!(access_token, crate::client::AccessToken::Bearer("old".into()));
}
