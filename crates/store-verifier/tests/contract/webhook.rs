//! Webhooks and their outbox: the same cases on SQLite, and on PostgreSQL when `TEST_DATABASE_URL` names a server.

use store_verifier::{Delivery, DeliveryState, Store, Verification, Webhook};

use super::{at, engines, waiting};

fn webhook(url: &str, secret: u8) -> Webhook {
    Webhook {
        client: "desk".into(),
        url: url.into(),
        secret_sealed: vec![secret],
        earlier: None,
        failing_since: None,
        paused: None,
        created: at(0),
    }
}

fn delivery(id: &str) -> Delivery {
    Delivery {
        id: id.into(),
        client: "desk".into(),
        body: "{}".into(),
        state: DeliveryState::Waiting,
        tries: 0,
        next: at(0),
        answer: None,
        created: at(0),
        finished: None,
    }
}

async fn address_changes_and_its_secret_overlaps(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    tx.set_webhook(&webhook("https://one.example/", 1), at(10)).await.unwrap();
    assert_eq!(tx.find_webhook("desk").await.unwrap(), Some(webhook("https://one.example/", 1)));
    tx.set_webhook_health("desk", Some(at(1)), Some(at(2))).await.unwrap();
    assert!(tx.list_webhooks().await.unwrap().is_empty(), "a paused one is not listed");
    tx.set_webhook(&webhook("https://two.example/", 2), at(20)).await.unwrap();
    let changed = Webhook { earlier: Some((vec![1], at(20))), ..webhook("https://two.example/", 2) };
    assert_eq!(tx.list_webhooks().await.unwrap(), [changed], "setting it again ends a pause");
    tx.commit().await.unwrap();
}

async fn only_listeners_are_told(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    for (id, tenant) in [("told", "desk"), ("untold", "other")] {
        tx.insert_verification(&Verification { tenant: tenant.into(), ..waiting(id) }).await.unwrap();
    }
    assert_eq!(tx.find_listened("told").await.unwrap().unwrap().client, "desk");
    assert_eq!(tx.find_listened("untold").await.unwrap(), None);
    assert!(tx.list_late_listened(at(599), 10).await.unwrap().is_empty());
    let late = tx.list_late_listened(at(600), 10).await.unwrap();
    assert_eq!(late.iter().map(|one| one.verification.as_str()).collect::<Vec<_>>(), ["told"]);
    assert!(tx.expire_one("told").await.unwrap() && !tx.expire_one("told").await.unwrap());
    tx.commit().await.unwrap();
}

async fn delivery_is_claimed_by_one_and_settled(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    tx.insert_delivery(&delivery("a")).await.unwrap();
    assert!(tx.list_due_deliveries("desk", at(-1), 10).await.unwrap().is_empty());
    let due = tx.list_due_deliveries("desk", at(0), 10).await.unwrap();
    assert_eq!(due, [delivery("a")]);
    assert!(tx.claim_delivery(&delivery("a"), at(60)).await.unwrap());
    assert!(!tx.claim_delivery(&delivery("a"), at(60)).await.unwrap());
    assert!(tx.list_due_deliveries("desk", at(59), 10).await.unwrap().is_empty(), "it is somebody's");
    assert_eq!(tx.count_waiting_deliveries("desk").await.unwrap(), 1);
    let done = Delivery {
        state: DeliveryState::Delivered,
        tries: 1,
        answer: Some("http-200".into()),
        finished: Some(at(1)),
        ..delivery("a")
    };
    tx.settle_delivery(&done).await.unwrap();
    assert_eq!(tx.count_waiting_deliveries("desk").await.unwrap(), 0);
    assert_eq!(tx.forget_deliveries(at(0), at(1)).await.unwrap(), 0);
    assert_eq!(tx.forget_deliveries(at(0), at(2)).await.unwrap(), 1);
    tx.insert_delivery(&delivery("b")).await.unwrap();
    assert!(tx.delete_webhook("desk").await.unwrap() && !tx.delete_webhook("desk").await.unwrap());
    assert!(tx.list_due_deliveries("desk", at(0), 10).await.unwrap().is_empty(), "they go with it");
    tx.commit().await.unwrap();
}

async fn contract(store: &Store) {
    address_changes_and_its_secret_overlaps(store).await;
    only_listeners_are_told(store).await;
    delivery_is_claimed_by_one_and_settled(store).await;
}

#[tokio::test]
async fn every_engine_keeps_the_contract() {
    for case in engines("webhook").await {
        contract(&case.store).await;
        case.store.close().await;
    }
}
