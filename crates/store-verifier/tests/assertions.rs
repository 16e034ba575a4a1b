//! Each assertion is spent once: the same cases on SQLite, and on PostgreSQL when `TEST_DATABASE_URL` names a server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clock::Timestamp;
use store_verifier::{Client, Store};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(1_750_000_000 + seconds, 0).unwrap()
}

async fn an_assertion_is_spent_once_until_it_is_forgotten(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    assert!(tx.spend_assertion(&[1; 32], at(60)).await.unwrap());
    assert!(!tx.spend_assertion(&[1; 32], at(90)).await.unwrap());
    assert!(tx.spend_assertion(&[2; 32], at(90)).await.unwrap());
    tx.commit().await.unwrap();

    // What is rolled back was not spent.
    let mut tx = store.write("test").await.unwrap();
    assert!(tx.spend_assertion(&[3; 32], at(60)).await.unwrap());
    drop(tx);
    let mut tx = store.write("test").await.unwrap();
    assert!(tx.spend_assertion(&[3; 32], at(60)).await.unwrap());
    assert_eq!(tx.delete_dead_assertions(at(59)).await.unwrap(), 0);
    assert_eq!(tx.delete_dead_assertions(at(60)).await.unwrap(), 2);
    assert!(!tx.spend_assertion(&[2; 32], at(90)).await.unwrap());
    tx.commit().await.unwrap();
}

async fn a_client_is_updated_where_it_is_there(store: &Store) {
    let mut client = Client {
        id: "desk".into(),
        name: "Desk".into(),
        secret_hash: vec![1; 32],
        scopes: "verify".into(),
        return_urls: Vec::new(),
        created: at(0),
    };
    let mut tx = store.write("test").await.unwrap();
    assert!(!tx.update_client(&client).await.unwrap());
    tx.insert_client(&client).await.unwrap();
    client.name = "Another desk".into();
    client.return_urls = vec!["https://desk.example/back".into()];
    // Neither the secret nor the day it was made changes.
    assert!(
        tx.update_client(&Client { secret_hash: vec![2; 32], created: at(9), ..client.clone() })
            .await
            .unwrap()
    );
    assert_eq!(tx.find_client("desk").await.unwrap(), Some(client));
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn sqlite_keeps_the_contract() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("verifier.db").display());
    let store = Store::open(&url, "verifier").await.unwrap();
    an_assertion_is_spent_once_until_it_is_forgotten(&store).await;
    a_client_is_updated_where_it_is_there(&store).await;
}

#[tokio::test]
async fn postgres_keeps_the_contract() {
    let Ok(url) = std::env::var("TEST_DATABASE_URL") else { return };
    let schema = format!("verifier_assertions_{}", std::process::id());
    let store = Store::open(&url, &schema).await.unwrap();
    an_assertion_is_spent_once_until_it_is_forgotten(&store).await;
    a_client_is_updated_where_it_is_there(&store).await;
}
