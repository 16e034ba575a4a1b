use issuer::app::KeysError;
use keys::Algorithm;

use crate::support::{Holder, LDP, SD_JWT, UNDP, World, add_key, json, start_time};

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_takes_effect_without_a_restart() {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    let second = add_key(&world.directory, "undp", "key-ed25519-2", Algorithm::Ed25519, 200);
    world.ledger.with(|state| {
        let keys = state.keys.get_mut(UNDP).unwrap();
        keys.remove(0);
        keys.push(second);
    });
    world.issuer.refresh_keys(world.tenant("undp")).await.unwrap();
    let credential = world.credential(&link, LDP, &holder).await;
    let proof = &credential["credentials"][0]["credential"]["proof"];
    assert_eq!(proof["verificationMethod"], format!("{UNDP}#key-ed25519-2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_does_not_fit_the_document_signs_nothing() {
    let world = World::start().await;
    let foreign = add_key(&world.directory, "wfp", "key-ed25519-2", Algorithm::Ed25519, 300);
    // The file of that name holds another key than the document lists.
    add_key(&world.directory, "undp", "key-ed25519-2", Algorithm::Ed25519, 301);
    world.ledger.with(|state| state.keys.get_mut(UNDP).unwrap()[0] = foreign);
    let error = world.issuer.refresh_keys(world.tenant("undp")).await.unwrap_err();
    assert!(matches!(error, KeysError::None { algorithm: Algorithm::Ed25519, .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keys_the_service_is_not_ready_and_says_so() {
    let world = World::start().await;
    assert_eq!(world.get("/readyz").await.status, 200);
    let (link, holder) = (world.offer().await, Holder::new(1));
    world.ledger.with(|state| state.keys.clear());
    // A running issuer keeps what it proved last; a starting one has nothing to sign with.
    assert!(world.issuer.refresh_keys(world.tenant("undp")).await.is_err());
    world.credential(&link, LDP, &holder).await;
    let keys = json(&world.get("/t/undp/jwks").await);
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
    assert!(keys["keys"].as_array().unwrap().iter().all(|key| key.get("d").is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_after_a_compromise_names_what_that_key_signed_and_is_live() {
    let world = World::start().await;
    let holder = Holder::new(1);
    let link = world.offer_for("10023").await;
    for configuration in [LDP, SD_JWT] {
        world.credential(&link, configuration, &holder).await;
    }
    let second = add_key(&world.directory, "undp", "key-ed25519-2", Algorithm::Ed25519, 200);
    world.ledger.with(|state| state.keys.get_mut(UNDP).unwrap().push(second));
    world.issuer.refresh_keys(world.tenant("undp")).await.unwrap();
    world.credential(&world.offer_for("10024").await, LDP, &holder).await;

    let plan = async |key: &str, since| {
        let planned = issuer::reissue_plan(&world.config(), "undp", key, since, start_time()).await.unwrap();
        let told =
            planned.into_iter().map(|it| (it.subject_number, it.configuration, it.anchored_at.is_some()));
        told.collect::<Vec<_>>()
    };
    let (first, other) = ("10023".to_owned(), "10024".to_owned());
    assert_eq!(plan("key-ed25519-1", None).await, [(first.clone(), LDP.to_owned(), false)]);
    assert_eq!(plan("key-ed25519-2", None).await, [(other, LDP.to_owned(), false)]);
    assert_eq!(plan("key-p256-1", None).await, [(first.clone(), SD_JWT.to_owned(), false)]);
    assert!(plan("key-p256-1", Some(start_time() + chrono::Duration::days(1))).await.is_empty());
    world.issuer.anchor(world.tenant("undp")).await.unwrap();
    assert_eq!(plan("key-ed25519-1", None).await, [(first, LDP.to_owned(), true)]);
    assert!(issuer::reissue_plan(&world.config(), "nobody", "key-p256-1", None, start_time()).await.is_err());
}
