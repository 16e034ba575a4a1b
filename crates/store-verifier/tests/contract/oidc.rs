//! Sign-ins by OpenID Connect: the same cases on SQLite, and on PostgreSQL when `TEST_DATABASE_URL` names a server.

use store_verifier::{OidcLogin, Store};

use super::{at, engines};

fn login(verification: &str) -> OidcLogin {
    OidcLogin {
        verification: verification.into(),
        client: "app".into(),
        redirect_uri: "https://app.example/callback".into(),
        scope: "openid profile".into(),
        state: Some("state".into()),
        nonce: None,
        code_challenge: "challenge".into(),
        browser_hash: vec![7; 32],
        redeemed: None,
        revoked: None,
        created: at(0),
    }
}

async fn newest_code_is_redeemed_once(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    tx.insert_oidc_login(&login("a")).await.unwrap();
    tx.insert_oidc_login(&login("b")).await.unwrap();
    assert!(tx.set_oidc_code("a", &[1]).await.unwrap());
    assert!(tx.set_oidc_code("a", &[2]).await.unwrap());
    tx.commit().await.unwrap();

    let mut tx = store.write("test").await.unwrap();
    assert_eq!(tx.find_oidc_login("a").await.unwrap(), Some(login("a")));
    assert_eq!(tx.find_oidc_login_by_code(&[1]).await.unwrap(), None, "an earlier code is worth nothing");
    assert_eq!(tx.find_oidc_login_by_code(&[2]).await.unwrap(), Some(login("a")));
    assert!(tx.redeem_oidc_code(&[2], at(1)).await.unwrap());
    assert!(!tx.redeem_oidc_code(&[2], at(1)).await.unwrap());
    assert!(!tx.set_oidc_code("a", &[3]).await.unwrap(), "no code after the first was redeemed");
    tx.revoke_oidc_login("a", at(2)).await.unwrap();
    let after = tx.find_oidc_login("a").await.unwrap().unwrap();
    assert_eq!((after.redeemed, after.revoked), (Some(at(1)), Some(at(2))));
    assert_eq!(tx.delete_oidc_logins(at(-1)).await.unwrap(), 0);
    assert_eq!(tx.delete_oidc_logins(at(0)).await.unwrap(), 2);
    tx.commit().await.unwrap();
}

async fn first_secret_stays(store: &Store) {
    let mut tx = store.write("test").await.unwrap();
    assert_eq!(tx.find_oidc_secret("pairwise").await.unwrap(), None);
    tx.insert_oidc_secret("pairwise", &[1]).await.unwrap();
    tx.insert_oidc_secret("pairwise", &[2]).await.unwrap();
    assert_eq!(tx.find_oidc_secret("pairwise").await.unwrap(), Some(vec![1]));
    tx.commit().await.unwrap();
}

async fn contract(store: &Store) {
    newest_code_is_redeemed_once(store).await;
    first_secret_stays(store).await;
}

#[tokio::test]
async fn every_engine_keeps_the_contract() {
    for case in engines("oidc").await {
        contract(&case.store).await;
        case.store.close().await;
    }
}
