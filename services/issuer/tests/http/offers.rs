use chrono::Duration;
use issuance::CredentialType;
use issuer::app::{AuditQuery, NewOffer, OfferError};
use serde_json::{Map, json};

use crate::support::{GRANT, LDP, ORIGIN, SD_JWT, World, json, new_offer, problem};

#[tokio::test(flavor = "multi_thread")]
async fn each_fetch_mints_another_code() {
    let world = World::start().await;
    let link = world.offer().await;
    let reply = world.get(&link.uri).await;
    assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/json"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let offer = json(&reply);
    assert_eq!(offer["credential_issuer"], format!("{ORIGIN}/t/undp"));
    assert_eq!(offer["credential_configuration_ids"], json!([LDP, SD_JWT]));
    let tx_code = &offer["grants"][GRANT]["tx_code"];
    assert_eq!((tx_code["input_mode"].as_str(), tx_code["length"].as_u64()), (Some("numeric"), Some(6)));
    assert_ne!(world.code(&link).await, world.code(&link).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_lead_to_our_wallet_and_to_any_other() {
    let world = World::start().await;
    let link = world.offer().await;
    let encoded = link.uri.replace(':', "%3A").replace('/', "%2F");
    assert_eq!(link.wallet_link, format!("http://wallet.test/offer?credential_offer_uri={encoded}"));
    assert_eq!(link.openid_link, format!("openid-credential-offer://?credential_offer_uri={encoded}"));
    let by_value = world.issuer.offer_by_value(&World::officer(), &link.offer_id).await.unwrap();
    let (_, value) = by_value.split_once("credential_offer=").unwrap();
    let value: String =
        url::form_urlencoded::parse(format!("o={value}").as_bytes()).map(|(_, v)| v).collect();
    let offer: serde_json::Value = serde_json::from_str(&value).unwrap();
    assert!(offer["grants"][GRANT]["pre-authorized_code"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_withdrawn_and_expired_offers_are_not_served() {
    let world = World::start().await;
    let link = world.offer().await;
    assert_eq!(problem(&world.get("/t/undp/offers/unknown").await), (404, "not-found".into()));
    let other_tenant = link.uri.replace("/undp/", "/wfp/");
    assert_eq!(problem(&world.get(&other_tenant).await), (404, "not-found".into()));
    assert_eq!(problem(&world.get("/t/nobody/offers/x").await), (404, "not-found".into()));

    world.issuer.withdraw_offer(&World::officer(), &link.offer_id).await.unwrap();
    assert_eq!(problem(&world.get(&link.uri).await), (410, "offer-closed".into()));

    let link = world.offer().await;
    world.clock.advance(Duration::days(30));
    assert_eq!(problem(&world.get(&link.uri).await), (410, "offer-closed".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_fetched_in_a_loop_is_slowed_down() {
    let world = World::start().await;
    let link = world.offer().await;
    for _ in 0..20 {
        assert_eq!(world.get(&link.uri).await.status, 200);
    }
    let reply = world.get(&link.uri).await;
    assert_eq!(problem(&reply), (429, "too-many-requests".into()));
    assert_eq!(reply.header("retry-after"), Some("300"));
    world.clock.advance(Duration::seconds(300));
    assert_eq!(world.get(&link.uri).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_could_not_be_issued_is_not_made() {
    let world = World::start().await;
    let person = world.person("10023").await;
    let officer = World::officer();
    let make = async |new: NewOffer| world.issuer.create_offer(&officer, &new).await.unwrap_err();
    let base = || new_offer(person.clone());
    assert!(matches!(make(NewOffer { types: vec![], ..base() }).await, OfferError::Empty));
    let foreign = vec![CredentialType::DigitalCertificateOfEntitlement];
    assert!(matches!(make(NewOffer { types: foreign, ..base() }).await, OfferError::ForeignType(_)));
    assert!(matches!(make(new_offer("nobody".into())).await, OfferError::UnknownSubject));
    let wrong = Map::from_iter([("gradeLevel".to_owned(), json!("P-99"))]);
    assert!(matches!(make(NewOffer { extra_claims: wrong, ..base() }).await, OfferError::Claims(_)));
    let ended = Map::from_iter([("endDate".to_owned(), json!("2020-01-01"))]);
    assert!(matches!(make(NewOffer { extra_claims: ended, ..base() }).await, OfferError::Claims(_)));
    let foreigner = issuance::Actor { tenant: "wfp".into(), officer: "officer".into() };
    let error = world.issuer.create_offer(&foreigner, &base()).await.unwrap_err();
    assert!(matches!(error, OfferError::UnknownSubject), "another organisation's people do not exist");
}

#[tokio::test(flavor = "multi_thread")]
async fn showing_a_code_again_is_audited() {
    let world = World::start().await;
    let link = world.offer().await;
    let again = world.issuer.offer_link(&World::officer(), &link.offer_id).await.unwrap();
    assert_eq!(again.transaction_code, link.transaction_code);
    let trail = world.issuer.list_audit(world.tenant("undp"), &AuditQuery::default(), 10).await.unwrap();
    let actions: Vec<_> = trail.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["offer.show", "offer.create"]);
}
