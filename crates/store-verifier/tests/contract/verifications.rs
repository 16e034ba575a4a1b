//! The same cases on SQLite, always, and on PostgreSQL when `TEST_DATABASE_URL` names a server.

use chrono::Duration;
use store_verifier::{AgencyPolicy, Client, Idempotent, Store, Token, Verification, WalletRequest};
use wire::verifications::State;

use super::{at, engines, waiting};

async fn client_round_trips_and_secret_changes(store: &Store) {
    let client = Client {
        id: "wfp-desk".into(),
        name: "WFP desk".into(),
        secret_hash: vec![1; 32],
        scopes: "verify".into(),
        return_urls: vec!["https://desk.example/back".into()],
        created: at(0),
    };
    let mut tx = store.write("test").await.unwrap();
    tx.insert_client(&client).await.unwrap();
    tx.insert_token(&Token {
        hash: vec![9; 32],
        client: client.id.clone(),
        scopes: "verify".into(),
        expires: at(60),
    })
    .await
    .unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.write("test").await.unwrap();
    assert_eq!(tx.find_client("wfp-desk").await.unwrap(), Some(client.clone()));
    assert_eq!(tx.find_client("nobody").await.unwrap(), None);
    assert!(tx.find_token(&[9; 32], at(59)).await.unwrap().is_some());
    assert!(tx.find_token(&[9; 32], at(60)).await.unwrap().is_none());
    tx.replace_secret("wfp-desk", &[2; 32]).await.unwrap();
    assert!(tx.find_token(&[9; 32], at(1)).await.unwrap().is_none());
    assert_eq!(tx.find_client("wfp-desk").await.unwrap().unwrap().secret_hash, vec![2; 32]);
    tx.commit().await.unwrap();

    let mut tx = store.write("test").await.unwrap();
    assert!(tx.insert_client(&client).await.unwrap_err().is_conflict());
}

async fn answer_is_taken_once_and_in_time(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    for id in ["once", "late", "refused"] {
        tx.insert_verification(&waiting(id)).await.unwrap();
    }
    assert_eq!(tx.find_verification("once").await.unwrap(), Some(waiting("once")));
    assert!(!tx.receive_response("late", &[1], &[2], at(600)).await.unwrap());
    assert!(!tx.complete("once", "{}", None).await.unwrap(), "nothing received yet");
    assert!(tx.receive_response("once", &[1], &[2], at(599)).await.unwrap());
    assert!(!tx.receive_response("once", &[3], &[4], at(599)).await.unwrap());
    assert!(tx.refuse("refused", &[5], "access_denied", at(10)).await.unwrap());
    assert!(!tx.refuse("once", &[5], "access_denied", at(10)).await.unwrap());
    tx.commit().await.unwrap();

    let mut tx = store.write("test").await.unwrap();
    let received = tx.find_verification("once").await.unwrap().unwrap();
    assert_eq!(received.state, State::Received);
    assert_eq!(received.response_digest.as_deref(), Some(&[1][..]));
    assert_eq!(received.response_sealed.as_deref(), Some(&[2][..]));
    assert_eq!(tx.list_received(at(599), 10).await.unwrap(), ["once"]);
    assert!(tx.list_received(at(598), 10).await.unwrap().is_empty());
    assert!(tx.complete("once", "{}", Some((vec![8], at(700)))).await.unwrap());
    assert!(!tx.complete("once", "{}", None).await.unwrap());
    let refused = tx.find_verification("refused").await.unwrap().unwrap();
    assert_eq!((refused.state, refused.refusal.as_deref()), (State::Refused, Some("access_denied")));
    tx.commit().await.unwrap();

    let mut tx = store.write("test").await.unwrap();
    let done = tx.find_verification("once").await.unwrap().unwrap();
    assert_eq!((done.state, done.response_sealed), (State::Verified, None));
    assert_eq!(done.claims_sealed, Some(vec![8]));
    assert_eq!(tx.erase_claims(at(699)).await.unwrap(), 0);
    assert_eq!(tx.erase_claims(at(700)).await.unwrap(), 1);
    assert_eq!(tx.find_verification("once").await.unwrap().unwrap().claims_sealed, None);
    assert_eq!(tx.expire(at(599)).await.unwrap(), 0);
    assert_eq!(tx.expire(at(600)).await.unwrap(), 1);
    assert_eq!(tx.find_verification("late").await.unwrap().unwrap().state, State::Expired);
    tx.commit().await.unwrap();
}

async fn idempotency_key_belongs_to_a_tenant(store: &Store) {
    let made = Idempotent { request_digest: vec![1], verification: "v".into() };
    let mut tx = store.write("test").await.unwrap();
    tx.insert_idempotency_key("a", "key", &made, at(0)).await.unwrap();
    tx.insert_idempotency_key("b", "key", &made, at(0)).await.unwrap();
    assert_eq!(tx.find_idempotency_key("a", "key").await.unwrap(), Some(made.clone()));
    assert_eq!(tx.find_idempotency_key("c", "key").await.unwrap(), None);
    tx.commit().await.unwrap();

    let mut tx = store.write("test").await.unwrap();
    assert!(tx.insert_idempotency_key("a", "key", &made, at(0)).await.unwrap_err().is_conflict());
    drop(tx);

    let mut tx = store.write("test").await.unwrap();
    assert_eq!(tx.delete_idempotency_keys(at(0) + Duration::seconds(1)).await.unwrap(), 2);
    tx.commit().await.unwrap();
}

async fn verifications_are_counted_and_deleted_by_tenant(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    for (id, tenant) in [("a", "one"), ("b", "one"), ("c", "two")] {
        tx.insert_verification(&Verification { tenant: tenant.into(), ..waiting(id) }).await.unwrap();
    }
    assert!(tx.receive_response("b", &[1], &[2], at(1)).await.unwrap());
    assert_eq!(tx.count_waiting("one").await.unwrap(), 1);
    assert_eq!(tx.count_waiting("nobody").await.unwrap(), 0);
    assert_eq!(tx.delete_verifications("one", at(-1)).await.unwrap(), 0);
    assert_eq!(tx.delete_verifications("one", at(0)).await.unwrap(), 2);
    assert!(tx.find_verification("c").await.unwrap().is_some());
    tx.commit().await.unwrap();
}

async fn policies_have_versions_and_belong_to_a_tenant(store: &Store) {
    let new = |tenant: &str, name: &str, version| AgencyPolicy {
        tenant: tenant.into(),
        name: name.into(),
        version,
        draft: "{}".into(),
        policy: format!("{version}"),
        created: at(0),
        retired: None,
    };
    let mut tx = store.write("test").await.unwrap();
    for (tenant, name, version) in
        [("one", "gate", 1), ("one", "gate", 2), ("one", "desk", 1), ("two", "gate", 1)]
    {
        tx.insert_policy(&new(tenant, name, version)).await.unwrap();
    }
    assert!(tx.retire_policy("one", "gate", 2, at(5)).await.unwrap());
    assert!(!tx.retire_policy("one", "gate", 2, at(6)).await.unwrap(), "the first time counts");
    assert!(!tx.retire_policy("two", "gate", 2, at(6)).await.unwrap());
    tx.commit().await.unwrap();

    let mut tx = store.read().await.unwrap();
    let newest = tx.find_newest_policy("one", "gate").await.unwrap().unwrap();
    assert_eq!((newest.version, newest.retired), (2, Some(at(5))));
    assert_eq!(tx.find_policy_in_force("one", "gate").await.unwrap(), Some(new("one", "gate", 1)));
    assert_eq!(tx.find_policy("one", "gate", 3).await.unwrap(), None);
    assert_eq!(tx.find_policy("three", "gate", 1).await.unwrap(), None);
    assert_eq!(tx.count_policies("one").await.unwrap(), 3);
    let mut walked = Vec::new();
    let mut after = (String::new(), 0);
    while let Some(next) = tx.list_policies("one", (&after.0, after.1), 1).await.unwrap().pop() {
        after = (next.name, next.version);
        walked.push(after.clone());
    }
    assert_eq!(walked, [("desk".to_owned(), 1), ("gate".to_owned(), 2), ("gate".to_owned(), 1)]);
    drop(tx);

    let mut tx = store.write("test").await.unwrap();
    assert!(tx.insert_policy(&new("one", "desk", 1)).await.unwrap_err().is_conflict());
}

async fn verification_keeps_the_policy_it_began_with(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    for id in ["began", "also"] {
        tx.insert_verification(&Verification { tenant: "kept".into(), ..waiting(id) }).await.unwrap();
        tx.insert_policy_of(id, &[4; 32], "the policy").await.unwrap();
    }
    assert_eq!(tx.find_policy_of("began").await.unwrap().as_deref(), Some("the policy"));
    assert_eq!(tx.find_policy_of("nobody").await.unwrap(), None);
    assert_eq!(tx.delete_dead_policy_uses().await.unwrap(), 0);
    tx.delete_verifications("kept", at(0)).await.unwrap();
    assert_eq!(tx.delete_dead_policy_uses().await.unwrap(), 2);
    assert_eq!(tx.find_policy_of("began").await.unwrap(), None);
    tx.commit().await.unwrap();
}

async fn receipt_is_stored_once_and_goes_with_its_verification(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    tx.insert_verification(&Verification { tenant: "receipts".into(), ..waiting("received") }).await.unwrap();
    tx.insert_receipt("received", "a.b.c", at(1)).await.unwrap();
    assert_eq!(tx.find_receipt("received").await.unwrap().as_deref(), Some("a.b.c"));
    assert_eq!(tx.delete_dead_receipts().await.unwrap(), 0);
    tx.delete_verifications("receipts", at(0)).await.unwrap();
    assert_eq!(tx.delete_dead_receipts().await.unwrap(), 1);
    assert_eq!(tx.find_receipt("received").await.unwrap(), None);
}

async fn key_of_an_answer_is_forgotten_with_the_answer_or_in_time(store: &Store) {
    let request = |id: &str| WalletRequest {
        verification: id.into(),
        profile: "haip".into(),
        client_id: "x509_hash:abc".into(),
        key_sealed: Some(vec![4; 32]),
        transaction_data: Some("[]".into()),
        expires: at(600),
    };
    let mut tx = store.write("test").await.unwrap();
    for id in ["taken", "unanswered"] {
        tx.insert_verification(&Verification { tenant: "sealed".into(), ..waiting(id) }).await.unwrap();
        tx.insert_wallet_request(&request(id)).await.unwrap();
    }
    assert_eq!(tx.find_wallet_request("taken").await.unwrap(), Some(request("taken")));
    assert_eq!(tx.find_wallet_request("nothing").await.unwrap(), None);
    tx.forget_response_key("taken").await.unwrap();
    let forgotten = |id| WalletRequest { key_sealed: None, ..request(id) };
    assert_eq!(tx.find_wallet_request("taken").await.unwrap(), Some(forgotten("taken")));
    assert_eq!(tx.forget_late_response_keys(at(599)).await.unwrap(), 0);
    assert_eq!(tx.forget_late_response_keys(at(600)).await.unwrap(), 1);
    assert_eq!(tx.find_wallet_request("unanswered").await.unwrap(), Some(forgotten("unanswered")));
    assert_eq!(tx.delete_verifications("sealed", at(0)).await.unwrap(), 2);
    assert_eq!(tx.find_wallet_request("taken").await.unwrap(), None);
    tx.commit().await.unwrap();
}

async fn dropped_transaction_leaves_nothing(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    tx.insert_verification(&waiting("dropped")).await.unwrap();
    drop(tx);
    assert_eq!(store.read().await.unwrap().find_verification("dropped").await.unwrap(), None);
}

async fn contract(store: &Store) {
    client_round_trips_and_secret_changes(store).await;
    answer_is_taken_once_and_in_time(store).await;
    idempotency_key_belongs_to_a_tenant(store).await;
    verifications_are_counted_and_deleted_by_tenant(store).await;
    policies_have_versions_and_belong_to_a_tenant(store).await;
    verification_keeps_the_policy_it_began_with(store).await;
    receipt_is_stored_once_and_goes_with_its_verification(store).await;
    key_of_an_answer_is_forgotten_with_the_answer_or_in_time(store).await;
    dropped_transaction_leaves_nothing(store).await;
}

#[tokio::test]
async fn every_engine_keeps_the_contract() {
    for case in engines("contract").await {
        contract(&case.store).await;
        case.store.close().await;
        // A second opening finds the migrations applied.
        Store::open(&case.url, &case.schema).await.unwrap().close().await;
    }
}
