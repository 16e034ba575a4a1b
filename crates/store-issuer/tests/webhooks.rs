//! Webhooks and their outbox, alike on both engines.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod engines;

use chrono::Duration;
use engines::engines;
use issuance::webhook::EventKind;
use issuance::{Configuration, CredentialType, Offer, OfferState, Timestamp};
use serde_json::Map;
use store_issuer::{DeliveryState, Transaction, Webhook, WebhookDelivery, WebhookHealth};

const TENANT: &str = "undp";

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn webhook(id: &str) -> Webhook {
    Webhook {
        id: id.into(),
        url: "https://hr.example/?key=k".into(),
        events: vec![EventKind::OfferCreated, EventKind::CredentialRevoked],
        secret_sealed: vec![1, 2, 3],
        earlier: None,
        created_by: "o".into(),
        created_at: now(),
        health: WebhookHealth::default(),
        looked: (now(), String::new()),
    }
}

fn delivery(id: &str, next_at: Timestamp) -> WebhookDelivery {
    WebhookDelivery {
        id: id.into(),
        event: EventKind::OfferCreated,
        body: "{}".into(),
        once_key: id.into(),
        state: DeliveryState::Waiting,
        tries: 0,
        next_at,
        answer: None,
        created_at: now(),
        finished_at: None,
    }
}

fn offer(id: &str, state: OfferState, expires_at: Timestamp) -> Offer {
    Offer {
        id: id.into(),
        subject_id: "s".into(),
        token: format!("token-{id}"),
        configurations: Configuration::of_types(&[CredentialType::StaffIdentity]),
        state,
        extra_claims: Map::new(),
        code_hash: None,
        code_sealed: None,
        tries_left: 5,
        bound_key: None,
        holder_key: None,
        created_by: "o".into(),
        created_at: now(),
        expires_at,
    }
}

async fn ids(tx: &mut Transaction, tenant: &str, at: Timestamp, limit: u32) -> Vec<String> {
    let due = tx.list_due_webhook_deliveries(tenant, "w", at, limit).await.unwrap();
    due.into_iter().map(|it| it.id).collect()
}

#[tokio::test]
async fn a_webhook_is_kept_changed_and_ended_within_its_organisation() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_webhook(TENANT, &webhook("w")).await.unwrap();
        assert_eq!(tx.find_webhook(TENANT, "w").await.unwrap(), Some(webhook("w")));
        assert_eq!(tx.list_webhooks("wfp").await.unwrap(), []);
        assert!(!tx.set_webhook_events("wfp", "w", &[EventKind::OfferExpired]).await.unwrap());
        let until = now() + Duration::hours(24);
        assert!(!tx.rotate_webhook_secret("wfp", "w", vec![9], until).await.unwrap());
        assert!(!tx.delete_webhook("wfp", "w").await.unwrap());

        assert!(tx.set_webhook_events(TENANT, "w", &[EventKind::OfferExpired]).await.unwrap());
        assert!(tx.rotate_webhook_secret(TENANT, "w", vec![4], until).await.unwrap());
        let health = WebhookHealth { failing_since: Some(now()), paused_at: Some(until) };
        tx.set_webhook_health(TENANT, "w", health).await.unwrap();
        tx.set_webhook_looked(TENANT, "w", (until, "o9")).await.unwrap();
        let changed = Webhook {
            events: vec![EventKind::OfferExpired],
            secret_sealed: vec![4],
            earlier: Some((vec![1, 2, 3], until)),
            health,
            looked: (until, "o9".into()),
            ..webhook("w")
        };
        assert_eq!(tx.list_webhooks(TENANT).await.unwrap(), [changed]);

        tx.insert_webhook_delivery(TENANT, "w", &delivery("e", now())).await.unwrap();
        assert!(tx.delete_webhook(TENANT, "w").await.unwrap());
        assert!(tx.list_webhook_deliveries(TENANT, "w", 10).await.unwrap().is_empty());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_delivery_is_taken_by_one_at_a_time_and_settled_by_whoever_took_it_last() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let later = now() + Duration::minutes(1);
        for (id, at) in [("b", now()), ("a", now()), ("c", later)] {
            assert!(tx.insert_webhook_delivery(TENANT, "w", &delivery(id, at)).await.unwrap());
        }
        let again = WebhookDelivery { once_key: "a".into(), ..delivery("z", now()) };
        assert!(!tx.insert_webhook_delivery(TENANT, "w", &again).await.unwrap(), "the same event");
        assert_eq!(ids(&mut tx, TENANT, now(), 10).await, ["a", "b"]);
        assert_eq!(ids(&mut tx, TENANT, now(), 1).await, ["a"]);
        assert!(ids(&mut tx, "wfp", later, 10).await.is_empty());

        let taken = delivery("a", now());
        assert!(!tx.claim_webhook_delivery("wfp", "w", &taken, later).await.unwrap());
        assert!(tx.claim_webhook_delivery(TENANT, "w", &taken, later).await.unwrap());
        assert!(!tx.claim_webhook_delivery(TENANT, "w", &taken, later).await.unwrap(), "somebody was faster");
        assert_eq!(ids(&mut tx, TENANT, now(), 10).await, ["b"]);
        let first = WebhookDelivery { tries: 1, ..taken };
        assert!(tx.claim_webhook_delivery(TENANT, "w", &first, later).await.unwrap(), "the lease is over");
        let settled = WebhookDelivery {
            tries: 2,
            state: DeliveryState::Delivered,
            answer: Some("http-204".into()),
            finished_at: Some(later),
            ..first.clone()
        };
        let late = WebhookDelivery { state: DeliveryState::Failed, ..first };
        tx.settle_webhook_delivery(TENANT, "w", &late).await.unwrap();
        tx.settle_webhook_delivery(TENANT, "w", &settled).await.unwrap();
        let listed = tx.list_webhook_deliveries(TENANT, "w", 10).await.unwrap();
        assert_eq!(listed.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
        assert_eq!(listed[2], settled);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn what_was_taken_or_is_old_is_forgotten_and_the_rest_can_be_sent_again() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        for (id, state) in
            [("d", DeliveryState::Delivered), ("f", DeliveryState::Failed), ("w", DeliveryState::Waiting)]
        {
            let made = delivery(id, now());
            tx.insert_webhook_delivery(TENANT, "w", &made).await.unwrap();
            tx.claim_webhook_delivery(TENANT, "w", &made, now()).await.unwrap();
            let finished_at = (state != DeliveryState::Waiting).then(now);
            let after = WebhookDelivery { tries: 1, state, finished_at, ..made };
            tx.settle_webhook_delivery(TENANT, "w", &after).await.unwrap();
        }
        let at = now() + Duration::minutes(1);
        assert!(!tx.send_webhook_delivery_again(TENANT, "w", "x", at).await.unwrap());
        assert!(!tx.send_webhook_delivery_again("wfp", "w", "d", at).await.unwrap());
        assert_eq!(tx.count_webhook_deliveries(TENANT, "w", DeliveryState::Failed).await.unwrap(), 1);
        assert_eq!(tx.send_webhook_deliveries_again(TENANT, "w", at).await.unwrap(), 2);
        assert_eq!(ids(&mut tx, TENANT, at, 10).await, ["f", "w"]);
        assert!(tx.send_webhook_delivery_again(TENANT, "w", "d", at).await.unwrap());
        assert_eq!(ids(&mut tx, TENANT, at, 10).await, ["d", "f", "w"]);

        let taken = WebhookDelivery {
            state: DeliveryState::Delivered,
            finished_at: Some(now()),
            ..delivery("d", at)
        };
        tx.settle_webhook_delivery(TENANT, "w", &taken).await.unwrap();
        let gone = tx.forget_webhook_deliveries(TENANT, now() + Duration::days(1), now()).await.unwrap();
        assert_eq!(gone, 1);
        assert_eq!(ids(&mut tx, TENANT, at, 10).await, ["f", "w"]);
        let after = now() + Duration::days(1);
        assert_eq!(tx.forget_webhook_deliveries("wfp", after, after).await.unwrap(), 0);
        assert_eq!(tx.forget_webhook_deliveries(TENANT, after, after).await.unwrap(), 2);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn offers_that_ended_untaken_come_in_the_order_of_their_ends() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let end = now() + Duration::days(1);
        for (id, state, expires_at) in [
            ("o2", OfferState::Open, end),
            ("o1", OfferState::Locked, end),
            ("o0", OfferState::Open, end + Duration::hours(1)),
            ("o3", OfferState::Accepted, end),
            ("o4", OfferState::Withdrawn, end),
            ("o5", OfferState::Open, end + Duration::days(9)),
        ] {
            tx.insert_offer(TENANT, &offer(id, state, expires_at)).await.unwrap();
        }
        let at = end + Duration::days(1);
        let mut looked = (now(), String::new());
        let mut found = Vec::new();
        for _ in 0..4 {
            let page = tx.list_untaken_offers(TENANT, at, (looked.0, &looked.1), 1).await.unwrap();
            let Some(next) = page.first() else { break };
            looked = (next.expires_at, next.id.clone());
            found.push(next.id.clone());
        }
        assert_eq!(found, ["o1", "o2", "o0"]);
        assert!(tx.list_untaken_offers("wfp", at, (now(), ""), 9).await.unwrap().is_empty());
        tx.commit().await.unwrap();
    }
}
