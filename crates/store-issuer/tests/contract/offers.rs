//! Offers and what serves once.

use issuance::{Configuration, CredentialType, Offer, OfferState};
use store_issuer::AccessToken;

use super::{TENANT, engines, now, offer, subject};

#[tokio::test]
async fn offers_are_read_as_they_were_written() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_offer(TENANT, &offer("o")).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert_eq!(tx.find_offer(TENANT, "o").await.unwrap().unwrap(), offer("o"));
        assert_eq!(tx.find_offer_by_token(TENANT, "token-o").await.unwrap().unwrap(), offer("o"));
        assert_eq!(tx.find_offer_by_token("wfp", "token-o").await.unwrap(), None);
        assert_eq!(tx.list_offers(TENANT, "s-1").await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_last_wrong_code_locks_and_renewing_unlocks() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_offer(TENANT, &offer("o")).await.unwrap();
        assert_eq!(tx.count_wrong_code(TENANT, "o").await.unwrap(), Some(1));
        assert_eq!(tx.find_offer(TENANT, "o").await.unwrap().unwrap().state, OfferState::Open);
        assert_eq!(tx.count_wrong_code(TENANT, "o").await.unwrap(), Some(0));
        assert_eq!(tx.find_offer(TENANT, "o").await.unwrap().unwrap().state, OfferState::Locked);
        assert_eq!(tx.count_wrong_code(TENANT, "o").await.unwrap(), None);
        assert!(tx.renew_offer(TENANT, &offer("o")).await.unwrap());
        assert_eq!(tx.find_offer(TENANT, "o").await.unwrap().unwrap(), offer("o"));
        assert!(tx.withdraw_offer(TENANT, "o").await.unwrap());
        assert!(!tx.withdraw_offer(TENANT, "o").await.unwrap());
        assert!(!tx.renew_offer(TENANT, &offer("o")).await.unwrap());
    }
}

#[tokio::test]
async fn an_offer_belongs_to_the_first_key() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.insert_offer(TENANT, &offer("o")).await.unwrap();
        assert!(tx.accept_offer(TENANT, "o", "a").await.unwrap());
        assert!(tx.accept_offer(TENANT, "o", "a").await.unwrap());
        assert!(!tx.accept_offer(TENANT, "o", "b").await.unwrap());
        let accepted = tx.find_offer(TENANT, "o").await.unwrap().unwrap();
        assert_eq!((accepted.state, accepted.holder_key.as_deref()), (OfferState::Accepted, Some("a")));
        tx.insert_offer(TENANT, &Offer { bound_key: Some("b".into()), ..offer("p") }).await.unwrap();
        assert!(!tx.accept_offer(TENANT, "p", "a").await.unwrap());
        assert!(tx.accept_offer(TENANT, "p", "b").await.unwrap());
    }
}

#[tokio::test]
async fn one_time_things_work_once() {
    for store in engines().await.stores {
        let later = now() + chrono::Duration::seconds(300);
        let mut tx = store.write("test").await.unwrap();
        tx.insert_code(TENANT, "c", "o", later).await.unwrap();
        assert_eq!(tx.count_codes(TENANT, "o", now()).await.unwrap(), 1);
        assert_eq!(tx.find_code(TENANT, "c", later).await.unwrap(), None, "expired at that moment");
        assert!(!tx.consume_code("wfp", "c", now()).await.unwrap());
        assert!(tx.consume_code(TENANT, "c", now()).await.unwrap());
        assert!(!tx.consume_code(TENANT, "c", now()).await.unwrap());
        assert!(tx.spend_nonce(TENANT, "n", later).await.unwrap());
        assert!(!tx.spend_nonce(TENANT, "n", later).await.unwrap());
        assert!(tx.spend_nonce("wfp", "n", later).await.unwrap());
        let token = AccessToken {
            offer_id: "o".into(),
            identified: Some(Configuration::of_types(&[CredentialType::Employment])),
            scope: Some(Configuration::of_types(&[CredentialType::StaffIdentity])),
            dpop_jkt: Some("key".into()),
            expires_at: later,
        };
        tx.insert_access_token(TENANT, "t", &token).await.unwrap();
        assert_eq!(tx.find_access_token(TENANT, "t").await.unwrap(), Some(token));
        assert_eq!(tx.delete_expired(later, now()).await.unwrap(), 2, "both nonces");
        assert_eq!(tx.delete_expired(later, later).await.unwrap(), 1, "the token");
    }
}

#[tokio::test]
async fn the_first_stored_secret_stays() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        assert_eq!(tx.find_secret("pepper").await.unwrap(), None);
        tx.insert_secret("pepper", b"one").await.unwrap();
        tx.insert_secret("pepper", b"two").await.unwrap();
        assert_eq!(tx.find_secret("pepper").await.unwrap(), Some(b"one".to_vec()));
    }
}

#[tokio::test]
async fn an_accepted_offer_ends_and_is_not_accepted_again() {
    for store in engines().await.stores {
        let mut tx = store.write("test").await.unwrap();
        tx.put_subject(TENANT, &subject("1", "Amina")).await.unwrap();
        tx.insert_offer(TENANT, &offer("o")).await.unwrap();
        assert!(tx.accept_offer(TENANT, "o", "key").await.unwrap());
        assert!(!tx.withdraw_offer(TENANT, "o").await.unwrap(), "an officer does not take back what is held");
        assert!(!tx.end_offer("wfp", "o").await.unwrap());
        assert!(tx.end_offer(TENANT, "o").await.unwrap());
        assert!(!tx.end_offer(TENANT, "o").await.unwrap(), "once");
        assert!(!tx.accept_offer(TENANT, "o", "key").await.unwrap());
        assert_eq!(tx.find_offer(TENANT, "o").await.unwrap().unwrap().state, OfferState::Withdrawn);
    }
}
