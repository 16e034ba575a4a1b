//! Where commitments on the chain point after a wallet is deleted: to nobody.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holding::vault::{DataKey, Purpose};
use serde_json::Value;

use crate::world::World;

/// Whether something stands in any file of the database.
fn stored(world: &World, what: &[u8]) -> bool {
    [world.database.clone(), world.database.with_extension("db-wal")].iter().any(|file| {
        let bytes = std::fs::read(file).unwrap_or_default();
        bytes.windows(what.len()).any(|window| window == what)
    })
}

#[actix_web::test]
async fn no_salt_and_no_commitment_of_a_deleted_person_is_left() {
    let world = World::new().await;
    let mut person = world.holder("anna").await;
    world.others.knobs().receipt_ready = true;
    world.wallet.tend().await;
    let account = person.get("/v1/account").await.json().unwrap()["id"].as_str().unwrap().to_owned();
    let id = person.credentials().await[0]["id"].as_str().unwrap().to_owned();
    let shown = person.get(&format!("/v1/credentials/{id}")).await.json().unwrap();
    let receipt = &shown["receipt"];
    assert_eq!(receipt["leafCount"], 16, "{receipt}");

    let (data_key, annexes) = {
        let mut tx = world.wallet.store.read().await.unwrap();
        let kept = tx.find_account(&account).await.unwrap().unwrap();
        (kept.data_key, tx.list_credentials(&account).await.unwrap())
    };
    // The salt is in what is sealed, and whoever has the key reads it.
    let key = DataKey::open(&world.wallet.sealing_key, &account, &data_key).unwrap();
    let annex = annexes.iter().find(|row| row.id == id).unwrap();
    let read: Value = key.unseal(Purpose::Annex, &annex.id, &annex.annex).unwrap();
    let salt = read["receipt"]["salt"].as_str().unwrap().to_owned();
    assert!(stored(&world, &data_key) && annexes.iter().all(|row| stored(&world, &row.annex[..64])));

    person.step_up().await.expect(204).unwrap();
    person.delete("/v1/account").await.expect(204).unwrap();
    world.wallet.tend().await;
    assert!(!stored(&world, &data_key), "the key to everything");
    assert!(!annexes.iter().any(|row| stored(&world, &row.annex[..64])), "what the salts were sealed in");
    let commitments = [salt]
        .into_iter()
        .chain(receipt["path"].as_array().unwrap().iter().map(|hash| hash.as_str().unwrap().to_owned()));
    for text in commitments {
        assert!(!stored(&world, text.as_bytes()), "{text}");
        assert!(!stored(&world, &URL_SAFE_NO_PAD.decode(&text).unwrap()), "{text}");
    }
    let page = person.get("/?deleted").await.text();
    assert!(page.contains("salted number") && page.contains("ask it to erase"), "{page}");
}
