//! Clients of the sandbox: the same cases on SQLite, and on PostgreSQL when `TEST_DATABASE_URL` names a server.

use store_verifier::{Client, Store, Token};

use super::{at, engines};

fn client(id: &str) -> Client {
    Client {
        id: id.into(),
        name: "Sandbox".into(),
        secret_hash: vec![1; 32],
        scopes: "verify".into(),
        return_urls: Vec::new(),
        created: at(0),
    }
}

async fn client_ends_with_everything_it_has(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    tx.insert_client(&client("agency")).await.unwrap();
    tx.insert_sandbox_client(&client("a"), at(10)).await.unwrap();
    tx.insert_sandbox_client(&client("b"), at(20)).await.unwrap();
    let token = Token { hash: vec![9; 32], client: "a".into(), scopes: "verify".into(), expires: at(60) };
    tx.insert_token(&token).await.unwrap();
    assert_eq!(tx.count_sandbox_clients().await.unwrap(), 2);
    assert!(tx.list_ended_sandbox_clients(at(9), 10).await.unwrap().is_empty());
    assert_eq!(tx.list_ended_sandbox_clients(at(10), 10).await.unwrap(), ["a"]);
    tx.delete_sandbox_client("a").await.unwrap();
    assert_eq!(tx.find_client("a").await.unwrap(), None);
    assert!(tx.find_token(&[9; 32], at(1)).await.unwrap().is_none());
    assert_eq!(tx.count_sandbox_clients().await.unwrap(), 1);
    assert!(tx.find_client("agency").await.unwrap().is_some());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn every_engine_keeps_the_contract() {
    for case in engines("sandbox").await {
        client_ends_with_everything_it_has(&case.store).await;
        case.store.close().await;
    }
}
