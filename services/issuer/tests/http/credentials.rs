use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use issuer::app::NewOffer;
use keys::Signer as _;
use serde_json::{Value, json};

use crate::support::{GRANT, Holder, LDP, SD_JWT, UNDP, World, json, new_offer, refusal, refused};

const PATH: &str = "/t/undp/credential";

#[tokio::test(flavor = "multi_thread")]
async fn one_token_obtains_both_formats() {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    let token = world.token(&link).await;

    let reply = world.request(&token, LDP, &holder).await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")));
    let answer = json(&reply);
    let credential = &answer["credentials"][0]["credential"];
    assert_eq!(credential["type"], json!(["VerifiableCredential", "StaffIdentity"]));
    assert_eq!(credential["issuer"], json!({"id": UNDP, "name": "UNDP"}));
    assert_eq!(credential["credentialSubject"]["id"], holder.0.public_key().did_jwk());
    assert_eq!(credential["proof"]["cryptosuite"], "eddsa-rdfc-2022");
    assert_eq!(credential["proof"]["proofPurpose"], "assertionMethod");
    assert_eq!(credential["proof"]["verificationMethod"], format!("{UNDP}#key-ed25519-1"));
    let status = credential["credentialStatus"].as_array().unwrap();
    assert_eq!(status.len(), 2);
    assert_ne!(status[0]["statusListCredential"], status[1]["statusListCredential"]);

    let sd_jwt = json(&world.request(&token, SD_JWT, &holder).await);
    let sd_jwt = sd_jwt["credentials"][0]["credential"].as_str().unwrap().to_owned();
    let part = |at| -> Value {
        let part = sd_jwt.split('~').next().unwrap().split('.').nth(at).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let (header, payload) = (part(0), part(1));
    assert_eq!((header["typ"].as_str(), header["alg"].as_str()), (Some("dc+sd-jwt"), Some("ES256")));
    assert_eq!(header["kid"], format!("{UNDP}#key-p256-1"));
    assert_eq!(payload["cnf"]["jwk"], holder.0.public_key().to_jwk());
    assert_eq!(payload["worksFor"]["id"], UNDP);
    assert!(payload.get("familyName").is_none() && payload["_sd"].as_array().unwrap().len() > 6);
    assert!(payload["status"]["status_list"]["idx"].is_number());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gets_the_stored_credential_and_another_key_nothing() {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    let first = world.credential(&link, LDP, &holder).await;
    assert_eq!(world.credential(&link, LDP, &holder).await, first);
    let token = world.token(&link).await;
    let thief = Holder::new(2);
    for configuration in [LDP, SD_JWT] {
        let reply = world.request(&token, configuration, &thief).await;
        assert_eq!(refusal(&reply), refused("credential_request_denied"), "{configuration}");
    }
    // The holder's right to the rest of the offer is not touched.
    assert_eq!(world.request(&token, SD_JWT, &holder).await.status, 200);
    let world = world.restart().await;
    assert_eq!(world.credential(&link, LDP, &holder).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_bound_to_a_key_takes_no_other() {
    let world = World::start().await;
    let (holder, other) = (Holder::new(1), Holder::new(2));
    let person = world.person("10023").await;
    let offer =
        NewOffer { bound_key: Some(holder.thumbprint()), transaction_code: false, ..new_offer(person) };
    let link = world.issuer.create_offer(&World::officer(), &offer).await.unwrap();
    let token = world.token(&link).await;
    assert_eq!(refusal(&world.request(&token, LDP, &other).await), refused("credential_request_denied"));
    assert_eq!(world.request(&token, LDP, &holder).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_must_be_there_known_and_alive() {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    let token = world.token(&link).await;
    let nonsense = json!({"nonsense": true});
    for bearer in [None, Some("unknown")] {
        let reply = world.post(PATH, &nonsense, bearer).await;
        assert_eq!(refusal(&reply), (401, "invalid_token".into()), "before the body is looked at");
        assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer"));
    }
    let body = json!({"credential_configuration_id": LDP});
    assert_eq!(
        refusal(&world.post("/t/wfp/credential", &body, Some(&token)).await),
        (401, "invalid_token".into())
    );
    world.clock.advance(Duration::seconds(900));
    assert_eq!(refusal(&world.request(&token, LDP, &holder).await), (401, "invalid_token".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_malformed_credential_request_has_its_error() {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    let token = world.token(&link).await;
    let proof = holder.proof(&world.nonce().await);
    let good = json!({"jwt": [proof]});
    for (body, error) in [
        (json!({"proofs": good}), "invalid_credential_request"),
        (json!([]), "invalid_credential_request"),
        (json!({"credential_configuration_id": 1, "proofs": good}), "invalid_credential_request"),
        (
            json!({"credential_configuration_id": LDP, "credential_identifier": "x", "proofs": good}),
            "invalid_credential_request",
        ),
        (json!({"credential_identifier": "x", "proofs": good}), "unknown_credential_identifier"),
        (
            json!({"credential_configuration_id": "Unknown", "proofs": good}),
            "unknown_credential_configuration",
        ),
        (
            json!({"credential_configuration_id": "DigitalCertificateOfEntitlement_ldp_vc", "proofs": good}),
            "unknown_credential_configuration",
        ),
        (json!({"credential_configuration_id": LDP}), "invalid_proof"),
        (json!({"credential_configuration_id": LDP, "proofs": {}}), "invalid_proof"),
        (json!({"credential_configuration_id": LDP, "proofs": {"jwt": []}}), "invalid_proof"),
        (json!({"credential_configuration_id": LDP, "proofs": {"di_vp": [{}]}}), "invalid_proof"),
        (
            json!({"credential_configuration_id": LDP, "proofs": {"jwt": [proof], "di_vp": [{}]}}),
            "invalid_credential_request",
        ),
        (json!({"credential_configuration_id": LDP, "proofs": {"jwt": [proof, proof]}}), "invalid_proof"),
        (
            json!({"credential_configuration_id": LDP, "proofs": good,
                "credential_response_encryption": {"jwk": {}, "enc": "A128GCM"}}),
            "invalid_encryption_parameters",
        ),
    ] {
        let reply = world.post(PATH, &body, Some(&token)).await;
        assert_eq!(refusal(&reply), refused(error), "{body}");
    }
    let not_offered = json!({"credential_configuration_id": "Employment_ldp_vc", "proofs": good});
    let reply = world.post(PATH, &not_offered, Some(&token)).await;
    assert_eq!(refusal(&reply), (403, "insufficient_scope".into()));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let headers = [("authorization", format!("Bearer {token}"))];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for bytes in [deep.as_bytes(), br#"{"a":1,"a":2}"#, b"", b"{"] {
        let url = world.url(PATH);
        let reply =
            world.client.post_bytes(&url, "application/json", bytes.to_vec(), &headers).await.unwrap();
        assert_eq!(
            refusal(&reply).1,
            if bytes.len() > 65_536 { "invalid_request" } else { "invalid_credential_request" }
        );
    }
    // None of all that spoiled the offer.
    assert_eq!(world.request(&token, LDP, &holder).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_key_proof_is_invalid_proof() {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    let token = world.token(&link).await;
    let other = Holder::new(2).0.public_key().to_jwk();
    let seconds = crate::support::start_time().timestamp();
    for (header, payload) in [
        (json!({"typ": "JWT"}), json!({})),
        (json!({"alg": "none"}), json!({})),
        (json!({"alg": "EdDSA"}), json!({})),
        (json!({"jwk": other}), json!({})),
        (json!({"jwk": null}), json!({})),
        (json!({"kid": "did:key:z#z"}), json!({})),
        (json!({}), json!({"aud": "http://issuer.test/t/wfp"})),
        (json!({}), json!({"iat": seconds - 301})),
        (json!({}), json!({"iat": null})),
        (json!({}), json!({"exp": seconds - 1})),
        (json!({}), json!({"nonce": null})),
    ] {
        let proof = holder.proof_with(&world.nonce().await, &header, &payload);
        let body = json!({"credential_configuration_id": LDP, "proofs": {"jwt": [proof]}});
        let reply = world.post(PATH, &body, Some(&token)).await;
        assert_eq!(refusal(&reply), refused("invalid_proof"), "{header} {payload}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_is_ours_fresh_and_used_once() {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    let token = world.token(&link).await;
    let ask = async |nonce: &str| {
        let body = json!({"credential_configuration_id": LDP, "proofs": {"jwt": [holder.proof(nonce)]}});
        world.post(PATH, &body, Some(&token)).await
    };
    assert_eq!(refusal(&ask("made-up").await), refused("invalid_nonce"));
    let wfp = world.issuer.mint_nonce(world.tenant("wfp"));
    assert_eq!(refusal(&ask(&wfp).await), refused("invalid_nonce"), "of another organisation");
    let nonce = world.nonce().await;
    assert_eq!(ask(&nonce).await.status, 200);
    assert_eq!(refusal(&ask(&nonce).await), refused("invalid_nonce"), "used");
    let nonce = world.nonce().await;
    world.clock.advance(Duration::seconds(300));
    assert_eq!(refusal(&ask(&nonce).await), refused("invalid_nonce"), "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn identifiers_are_used_when_they_were_granted() {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    let code = world.code(&link).await;
    let details = json!([{"type": "openid_credential", "credential_configuration_id": SD_JWT}]).to_string();
    let tx_code = link.transaction_code.clone().unwrap();
    let form = [
        ("grant_type", GRANT),
        ("pre-authorized_code", code.as_str()),
        ("tx_code", tx_code.as_str()),
        ("authorization_details", details.as_str()),
    ];
    let answer = json(&world.token_reply(&form).await);
    let token = answer["access_token"].as_str().unwrap();
    let identifier = &answer["authorization_details"][0]["credential_identifiers"][0];
    let reply = world.request(token, SD_JWT, &holder).await;
    assert_eq!(refusal(&reply), refused("invalid_credential_request"), "the identifier is needed");
    let proofs = json!({"jwt": [holder.proof(&world.nonce().await)]});
    let unknown = json!({"credential_identifier": format!("{LDP}.{}", link.offer_id), "proofs": proofs});
    let reply = world.post(PATH, &unknown, Some(token)).await;
    assert_eq!(refusal(&reply), refused("unknown_credential_identifier"), "not granted to this token");
    let known = json!({"credential_identifier": identifier, "proofs": proofs});
    assert_eq!(world.post(PATH, &known, Some(token)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_the_same_time_end_with_one_credential() {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    let token = world.token(&link).await;
    let (a, b, c) = tokio::join!(
        world.request(&token, LDP, &holder),
        world.request(&token, LDP, &holder),
        world.request(&token, LDP, &holder)
    );
    let answers = [json(&a), json(&b), json(&c)];
    assert!(answers.iter().all(|answer| answer["credentials"].is_array()), "{answers:?}");
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_are_noted_and_may_come_late() {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    let token = world.token(&link).await;
    let answer = json(&world.request(&token, LDP, &holder).await);
    let id = &answer["notification_id"];
    let notify =
        async |body: Value, bearer: Option<&str>| world.post("/t/undp/notification", &body, bearer).await;
    let good = json!({"notification_id": id, "event": "credential_accepted"});
    for _ in 0..2 {
        assert_eq!(notify(good.clone(), Some(&token)).await.status, 204, "repeating is harmless");
    }
    let page = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap();
    assert_eq!(page.copies[0].copy.delivery, issuance::Delivery::Accepted);
    for (body, error) in [
        (json!({"event": "credential_accepted"}), "invalid_notification_request"),
        (json!({"notification_id": id}), "invalid_notification_request"),
        (json!({"notification_id": id, "event": "CREDENTIAL_ACCEPTED"}), "invalid_notification_request"),
        (json!({"notification_id": id, "event": 5}), "invalid_notification_request"),
        (json!({"notification_id": "unknown", "event": "credential_failure"}), "invalid_notification_id"),
    ] {
        assert_eq!(refusal(&notify(body.clone(), Some(&token)).await), refused(error), "{body}");
    }
    assert_eq!(refusal(&notify(good.clone(), None).await), (401, "invalid_token".into()));
    world.clock.advance(Duration::seconds(900 + 3599));
    assert_eq!(notify(good.clone(), Some(&token)).await.status, 204);
    world.clock.advance(Duration::seconds(1));
    assert_eq!(refusal(&notify(good, Some(&token)).await), (401, "invalid_token".into()));
}
