//! Token Status Lists as CWT, chosen by `Accept`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Clock as _;
use credential::status_list_cwt::{StatusListToken, verify};
use did::{Document, Relationship, Resolution, ResolveError, Resolver, VerificationMethod};
use issuance::{ReasonCode, Status, StatusMove};
use outbound::Reply;
use serde_json::Value;
use status_list::StatusList;

use crate::support::{Holder, SD_JWT, UNDP, World};

const TOKEN: &str = "/t/undp/status/token-1";
const CWT: &str = "application/statuslist+cwt";

/// The DID documents as the chain lists their keys.
struct Directory(Vec<(String, String)>);

#[async_trait::async_trait]
impl Resolver for Directory {
    async fn resolve(&self, did: &str) -> Result<Arc<Resolution>, ResolveError> {
        let method = |(fragment, multikey): &(String, String)| VerificationMethod {
            id: format!("{did}#{fragment}"),
            controller: did.to_owned(),
            public_key: keys::PublicKey::from_multikey(multikey).unwrap(),
            relationships: vec![Relationship::AssertionMethod],
        };
        let methods = self.0.iter().map(method).collect();
        Ok(Arc::new(Resolution::of_document(Document::new(did.to_owned(), methods, Vec::new()))))
    }
}

async fn get(world: &World, path: &str, accept: &str) -> Reply {
    world.client.get(&world.url(path), accept, None).await.unwrap()
}

async fn read(world: &World, bytes: &[u8]) -> StatusListToken {
    let keys = world.ledger.with(|state| state.keys[UNDP].clone());
    let directory = Directory(keys.into_iter().map(|key| (key.fragment, key.multikey)).collect());
    let verified = verify(bytes, &directory, world.clock.now()).await.unwrap();
    assert_eq!(verified.key_id, format!("{UNDP}#key-p256-1"));
    verified.token
}

fn claims(jwt: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_prefers_cwt_gets_what_the_jwt_says() {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    world.credential(&link, SD_JWT, &holder).await;
    let moved = StatusMove::new(Status::Suspended, ReasonCode::Inquiry.into());
    let officer = World::officer();
    world.issuer.change_subject_status(&officer, "s-10023", None, &moved).await.unwrap();
    world.publish().await;

    let reply = get(&world, TOKEN, CWT).await;
    assert_eq!((reply.status, reply.content_type.as_str()), (200, CWT));
    assert_eq!(reply.header("vary"), Some("Accept"));
    let token = read(&world, &reply.body).await;
    let jwt = get(&world, TOKEN, "application/statuslist+jwt").await;
    assert_eq!(jwt.content_type, "application/statuslist+jwt");
    let claims = claims(std::str::from_utf8(&jwt.body).unwrap());
    assert_eq!((Some(token.subject.as_str()), token.issuer.as_deref()), (claims["sub"].as_str(), Some(UNDP)));
    assert_eq!((Some(token.issued_at), token.expires), (claims["iat"].as_i64(), claims["exp"].as_i64()));
    assert_eq!((token.bits, token.ttl_seconds), (2, claims["ttl"].as_i64()));
    let list = URL_SAFE_NO_PAD.encode(&token.list);
    assert_eq!(Some(list.as_str()), claims["status_list"]["lst"].as_str());
    let list = StatusList::decode_token(&list, token.bits).unwrap();
    assert_eq!((0..list.len()).filter(|index| list.value(*index) == Some(2)).count(), 1);

    // The same bytes again, with their own tag; a new version is another.
    let again = get(&world, TOKEN, CWT).await;
    assert_eq!((&again.body, again.header("etag")), (&reply.body, reply.header("etag")));
    assert_ne!(jwt.header("etag"), reply.header("etag"));
    let moved = StatusMove::new(Status::Valid, ReasonCode::Inquiry.into());
    world.issuer.change_subject_status(&officer, "s-10023", None, &moved).await.unwrap();
    world.publish().await;
    let token = read(&world, &get(&world, TOKEN, CWT).await.body).await;
    let list = StatusList::decode_token(&URL_SAFE_NO_PAD.encode(&token.list), token.bits).unwrap();
    assert!((0..list.len()).all(|index| list.value(index) == Some(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_follows_the_ranking_and_the_one_of_bitstrings_has_three_names() {
    let world = World::start().await;
    for (accept, expected) in [
        ("application/statuslist+cwt;q=0.5, application/statuslist+jwt", "application/statuslist+jwt"),
        ("application/statuslist+jwt;q=0.5, application/statuslist+cwt", CWT),
        ("text/html, application/statuslist+cwt", CWT),
        ("*/*", "application/statuslist+jwt"),
        ("application/json", "application/statuslist+jwt"),
        ("not a media type", "application/statuslist+jwt"),
    ] {
        let reply = get(&world, TOKEN, accept).await;
        assert_eq!((reply.status, reply.content_type.as_str()), (200, expected), "{accept}");
    }
    for (accept, expected) in [
        (CWT, "application/vc"),
        ("*/*", "application/vc"),
        ("application/ld+json, application/json;q=0.9, */*;q=0.1", "application/ld+json"),
        ("application/json", "application/json"),
        ("application/json;q=0.9, application/vc", "application/vc"),
    ] {
        let reply = get(&world, "/t/undp/status/revocation-1", accept).await;
        assert_eq!((reply.status, reply.content_type.as_str()), (200, expected), "{accept}");
    }
    assert_eq!(get(&world, "/t/undp/status/token-2", CWT).await.status, 404);
}
