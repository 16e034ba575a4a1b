//! Whoever walks away with the database.

use serde_json::{Value, json};
use testkit::{b64, unb64};

use crate::custody::{PIN, opened};
use crate::presenting::{consent, open};
use crate::world::World;

/// The letters of base64url that stand for a text, wherever it begins among the bytes that were encoded.
fn inside(text: &str, shift: usize) -> String {
    let encoded = b64(format!("{}{text}", "x".repeat(shift)));
    let first = [0, 2, 3][shift];
    encoded[first..encoded.len() - 2].to_owned()
}

/// Of something that may stand on several pages of a file.
fn beginning(sealed: &[u8]) -> &[u8] {
    &sealed[..64]
}

/// Everything that a thief of the database's files has.
fn stolen(world: &World) -> Vec<u8> {
    let mut bytes = std::fs::read(&world.database).unwrap();
    bytes.extend(std::fs::read(world.database.with_extension("db-wal")).unwrap_or_default());
    bytes
}

#[actix_web::test]
async fn what_a_person_deletes_is_in_no_file_of_the_database() {
    let world = World::new().await;
    let mut person = world.holder("anna").await;
    let account = person.get("/v1/account").await.json().unwrap()["id"].as_str().unwrap().to_owned();
    let held = person.credentials().await;
    let (data_key, sealed) = {
        let mut tx = world.wallet.store.read().await.unwrap();
        let kept = tx.find_account(&account).await.unwrap().unwrap();
        (kept.data_key, tx.list_credentials(&account).await.unwrap())
    };
    let found = |secret: &[u8]| stolen(&world).windows(secret.len()).any(|window| window == secret);
    assert!(
        found(&data_key) && sealed.iter().all(|one| found(beginning(&one.sealed))),
        "the search finds what is there"
    );

    // One credential, by itself.
    let gone = held[0]["id"].as_str().unwrap();
    person.step_up().await.expect(204).unwrap();
    person.delete(&format!("/v1/credentials/{gone}")).await.expect(204).unwrap();
    for one in &sealed {
        assert_eq!(found(beginning(&one.sealed)), one.id != gone);
    }

    // Everything, while somebody reads what was there before: then the background work does it.
    let reading = world.wallet.store.read().await.unwrap();
    let mut reading = reading;
    reading.find_account(&account).await.unwrap().unwrap();
    person.delete("/v1/account").await.expect(204).unwrap();
    drop(reading);
    world.wallet.tend().await;
    assert!(!found(&data_key), "the key to everything");
    assert!(!sealed.iter().any(|one| found(beginning(&one.sealed))));
    assert!(!found(account.as_bytes()), "nor who it was");
}

#[actix_web::test]
async fn stolen_database_yields_no_claim_and_no_key_that_signs() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
    let held: Vec<Value> = {
        let export = person.get("/v1/export").await.expect(200).unwrap().json().unwrap();
        export["credentials"].as_array().unwrap().clone()
    };
    assert_eq!(held.len(), 2);
    let (desk, number) = opened(&world).await;
    crate::custody::receive(&world, &desk).await;
    let bytes = stolen(&world);
    let found = |secret: &str| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
    // Claims, in the forms in which they come and go.
    let mut secrets: Vec<String> = [
        "Amina",
        "Diallo",
        "1988-05-04",
        "10034521",
        "Programme analyst",
        "Dakar",
        "Rome office",
        "World Food",
    ]
    .map(str::to_owned)
    .to_vec();
    for claim in ["Amina Diallo", "1988-05-04", "Programme analyst"] {
        secrets.extend((0..3).map(|shift| inside(claim, shift)));
    }
    secrets.extend([PIN.to_owned(), "493051".to_owned(), number.clone(), "Awa Ndiaye".to_owned()]);
    secrets.extend(["\"d\":", "PRIVATE KEY", "pre-authorized_code", "access_token"].map(str::to_owned));
    for secret in &secrets {
        assert!(!found(secret), "{secret}");
    }
    // What is there of a device's key is its public half.
    let thumbprint = person.key.thumbprint();
    assert!(found(&thumbprint), "the search finds what is there");
    let private = unb64(person.key.private_jwk()["d"].as_str().unwrap()).unwrap();
    assert!(!bytes.windows(private.len()).any(|window| window == private), "of a device");
    // Nor do the sealed keys open without the service's key, which is elsewhere.
    let account = {
        let beginning = holding::assisted::read_wallet_number(&number);
        let mut tx = world.wallet.store.read().await.unwrap();
        tx.find_account_by_beginning(&beginning.unwrap()).await.unwrap().unwrap()
    };
    let custody = world.wallet.store.read().await.unwrap().find_custody(&account).await.unwrap().unwrap();
    let holding::custody::Kept::Sealed(sealed) = &custody.kept else { panic!("sealed") };
    let guessed = keys::SealingKey::from_bytes([6; 32]);
    assert!(custody.unseal(sealed, &guessed).is_err());
    assert!(custody.unseal(sealed, &world.wallet.sealing_key).is_ok());
}
