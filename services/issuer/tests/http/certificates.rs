//! Credentials, lists and metadata with the certificate of the key that signed them (HAIP 1.0).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential::x509::{CertificateChain, CertificateFault, TrustAnchors};
use issuer::{CertificateConfig, StartError};
use keys::{Algorithm, PublicKey};
use serde_json::Value;
use testkit::Authority;

use crate::support::{Holder, SD_JWT, World, add_key, start_time};

fn header(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

fn sd_jwt(answer: &Value) -> &str {
    answer["credentials"][0]["credential"].as_str().unwrap()
}

/// The P-256 key that UNDP signs with.
fn signing_key(world: &World) -> PublicKey {
    let keys = world.ledger.with(|state| state.keys["did:passerelle:undp"].clone());
    PublicKey::from_multikey(&keys.last().unwrap().multikey).unwrap()
}

/// UNDP's configuration, with a certificate of its key that lasts until a year.
fn certified(world: &World, authority: &Authority, key: &PublicKey, until: i32) -> CertificateConfig {
    let write = |name: &str, pem: &str| {
        let path = world.directory.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path
    };
    CertificateConfig {
        chain: write("chain.pem", &authority.certify(&key.to_jwk(), until).unwrap()),
        anchor: write("anchor.pem", &authority.pem()),
    }
}

/// The header leads from the key that signed to the organisation's anchor, and does not hold that.
fn check(header: &Value, authority: &Authority, key: &PublicKey) {
    let chain = CertificateChain::from_header(&header["x5c"]).unwrap();
    assert_eq!((chain.leaf_key(), header["x5c"].as_array().unwrap().len()), (key, 1));
    let anchors = TrustAnchors::from_pem(authority.pem().as_bytes()).unwrap();
    anchors.verify(&chain, start_time()).unwrap();
    assert!(
        header["kid"].as_str().unwrap().starts_with("did:passerelle:undp#"),
        "readers of the chain go on"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_certified_key_signs_carries_its_certificate() {
    let (world, authority) = (World::start().await, Authority::new("UNDP root").unwrap());
    let key = signing_key(&world);
    let certificate = certified(&world, &authority, &key, 2029);
    let world = world.restart_certified(vec![certificate]).await;
    let credential = world.credential(&world.offer().await, SD_JWT, &Holder::new(1)).await;
    check(&header(sd_jwt(&credential)), &authority, &key);
    let url = world.url("/.well-known/openid-credential-issuer/t/undp");
    let metadata = world.client.get(&url, "application/jwt", None).await.unwrap();
    check(&header(std::str::from_utf8(&metadata.body).unwrap()), &authority, &key);
    world.clock.advance(chrono::Duration::days(1));
    world.publish().await;
    let list =
        world.client.get(&world.url("/t/undp/status/token-1"), "application/statuslist+jwt", None).await;
    check(&header(std::str::from_utf8(&list.unwrap().body).unwrap()), &authority, &key);
    let url = world.url("/.well-known/openid-credential-issuer/t/wfp");
    let other = world.client.get(&url, "application/jwt", None).await.unwrap();
    assert_eq!(header(std::str::from_utf8(&other.body).unwrap()).get("x5c"), None, "another organisation");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_key_or_time_is_never_sent() {
    let (world, authority) = (World::start().await, Authority::new("UNDP root").unwrap());
    let certificate = certified(&world, &authority, &signing_key(&world), 2028);
    let world = world.restart_certified(vec![certificate]).await;
    let trouble = |world: &World| {
        let troubles = world.tenant("undp").troubles();
        troubles.iter().any(|(doing, ..)| doing.contains("certificate"))
    };
    assert!(!trouble(&world));
    let x5c = async |world: &World, number: &str| {
        let link = world.offer_for(number).await;
        let credential = world.credential(&link, SD_JWT, &Holder::new(1)).await;
        header(sd_jwt(&credential)).get("x5c").cloned()
    };
    assert!(x5c(&world, "10023").await.is_some());
    // The key is rotated, and nobody has a certificate for the new one yet.
    let fresh = add_key(&world.directory, "undp", "key-p256-2", Algorithm::P256, 777);
    world.ledger.with(|state| state.keys.get_mut("did:passerelle:undp").unwrap().push(fresh.clone()));
    world.issuer.refresh_keys(world.tenant("undp")).await.unwrap();
    assert_eq!(x5c(&world, "10024").await, None);
    assert!(trouble(&world), "the officers see it");
    world.ledger.with(|state| state.keys.get_mut("did:passerelle:undp").unwrap().retain(|it| *it != fresh));
    world.issuer.refresh_keys(world.tenant("undp")).await.unwrap();
    assert!(!trouble(&world));
    world.clock.advance(chrono::Duration::days(365));
    world.issuer.refresh_keys(world.tenant("undp")).await.unwrap();
    assert!(trouble(&world), "it expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_does_not_start_with_certificates_that_prove_nothing() {
    let (world, authority) = (World::start().await, Authority::new("UNDP root").unwrap());
    let (stranger, key) = (Authority::new("UNDP root").unwrap(), signing_key(&world));
    let good = certified(&world, &authority, &key, 2029);
    let write = |name: &str, pem: String| {
        let path = world.directory.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path
    };
    let leaf = authority.certify(&key.to_jwk(), 2029).unwrap();
    for (chain, anchor, fault) in [
        (
            write("expired", authority.certify(&key.to_jwk(), 2027).unwrap()),
            good.anchor.clone(),
            CertificateFault::Dates,
        ),
        (good.chain.clone(), write("stranger", stranger.pem()), CertificateFault::Path),
        (write("whole", leaf.clone() + &authority.pem()), good.anchor.clone(), CertificateFault::Anchor),
        (write("empty", String::new()), good.anchor.clone(), CertificateFault::Pem),
    ] {
        let refused = world.start_again(vec![CertificateConfig { chain, anchor }]).await;
        let Err(StartError::Certificate { source, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(source, fault);
    }
    let absent = CertificateConfig { chain: world.directory.path().join("absent"), ..good };
    assert!(matches!(world.start_again(vec![absent]).await, Err(StartError::CertificateFile { .. })));
}
