use issuer::app::KeysError;
use keys::Algorithm;

use crate::support::{Holder, LDP, UNDP, World, add_key, json};

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
