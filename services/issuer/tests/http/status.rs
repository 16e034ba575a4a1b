use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use issuance::{ReasonCode, Status, StatusMove};
use issuer::app::{ChangeError, PublishedStatus};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use status_list::StatusList;

use crate::ledger::Fault;
use crate::support::{Holder, LDP, SD_JWT, UNDP, World, json, problem};

const REVOCATION: &str = "/t/undp/status/revocation-1";
const SUSPENSION: &str = "/t/undp/status/suspension-1";
const TOKEN: &str = "/t/undp/status/token-1";

/// Values of the first credential's entries: revocation, suspension, token.
async fn values(world: &World) -> [u8; 3] {
    let page = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap();
    let mut found = [u8::MAX; 3];
    for view in &page.copies {
        if view.copy.document.starts_with('{') {
            let credential: Value = serde_json::from_str(&view.copy.document).unwrap();
            for (at, path) in [REVOCATION, SUSPENSION].into_iter().enumerate() {
                let index: usize =
                    credential["credentialStatus"][at]["statusListIndex"].as_str().unwrap().parse().unwrap();
                let list = json(&world.get(path).await);
                let encoded = list["credentialSubject"]["encodedList"].as_str().unwrap();
                found[at] = StatusList::decode_bitstring(encoded, 1).unwrap().value(index).unwrap();
            }
        } else {
            let jwt = view.copy.document.split('~').next().unwrap();
            let index = payload(jwt)["status"]["status_list"]["idx"].as_u64().unwrap();
            let token = String::from_utf8(world.get(TOKEN).await.body.to_vec()).unwrap();
            let list = payload(&token)["status_list"]["lst"].as_str().unwrap().to_owned();
            let list = StatusList::decode_token(&list, 2).unwrap();
            found[2] = list.value(usize::try_from(index).unwrap()).unwrap();
        }
    }
    found
}

fn payload(jwt: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

async fn with_both_formats() -> World {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    world.credential(&link, LDP, &holder).await;
    world.credential(&link, SD_JWT, &holder).await;
    world
}

async fn change(world: &World, to: Status) -> Result<usize, ChangeError> {
    let reason = ReasonCode::Inquiry.into();
    world.issuer.change_subject_status(&World::officer(), "s-10023", None, &StatusMove::new(to, reason)).await
}

fn on_chain(world: &World, path: &str) -> PublishedStatus {
    let list = format!("http://issuer.test{path}");
    world.ledger.with(|state| state.statuses[&(UNDP.to_owned(), list)])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_served_has_the_digest_that_is_on_the_chain() {
    let world = World::start().await;
    for (path, media_type) in [
        (REVOCATION, "application/vc"),
        (SUSPENSION, "application/vc"),
        (TOKEN, "application/statuslist+jwt"),
    ] {
        let reply = world.client.get(&world.url(path), "*/*", None).await.unwrap();
        assert_eq!((reply.status, reply.content_type.as_str()), (200, media_type));
        assert_eq!(on_chain(&world, path).digest, <[u8; 32]>::from(Sha256::digest(&reply.body)));
        assert_eq!(reply.header("cache-control"), Some("no-cache"));
    }
    let list = json(&world.get(REVOCATION).await);
    assert_eq!(list["id"], format!("http://issuer.test{REVOCATION}"));
    assert_eq!(list["credentialSubject"]["statusPurpose"], "revocation");
    let encoded = list["credentialSubject"]["encodedList"].as_str().unwrap();
    assert_eq!(StatusList::decode_bitstring(encoded, 1).unwrap().len(), 131_072);
    for unknown in ["revocation-2", "revocation-01", "other-1"] {
        let reply = world.get(&format!("/t/undp/status/{unknown}")).await;
        assert_eq!(problem(&reply), (404, "not-found".into()), "{unknown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn suspended_reinstated_and_revoked_show_in_every_list() {
    let world = with_both_formats().await;
    assert_eq!(values(&world).await, [0, 0, 0]);
    assert_eq!(change(&world, Status::Suspended).await.unwrap(), 2);
    assert_eq!(values(&world).await, [0, 0, 0], "not before the cadence");
    world.publish().await;
    assert_eq!(values(&world).await, [0, 1, 2]);
    assert_eq!(change(&world, Status::Suspended).await.unwrap(), 0, "repeating changes nothing");
    change(&world, Status::Valid).await.unwrap();
    world.publish().await;
    assert_eq!(values(&world).await, [0, 0, 0]);
    change(&world, Status::Revoked).await.unwrap();
    world.publish().await;
    assert_eq!(values(&world).await, [1, 0, 1]);

    let page = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap();
    assert_eq!(page.changes.len(), 6);
    let copy = &page.copies[0].copy.id;
    let valid = StatusMove::new(Status::Valid, ReasonCode::Other.into());
    let reinstated = world.issuer.change_status(&World::officer(), copy, &valid).await;
    assert!(matches!(reinstated, Err(ChangeError::Refused(_))), "revoking is final");
    assert_eq!(change(&world, Status::Valid).await.unwrap(), 0);
    let foreigner = issuance::Actor { tenant: "wfp".into(), officer: "officer".into() };
    let revoked = StatusMove::new(Status::Revoked, ReasonCode::Other.into());
    let foreign = world.issuer.change_status(&foreigner, copy, &revoked).await;
    assert!(matches!(foreign, Err(ChangeError::Unknown)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_messages_says_whether_there_is_something_newer_and_never_why_somebody_left() {
    let path = "/t/undp/status/message-1";
    assert_eq!(World::start().await.get(path).await.status, 404, "published where the organisation wants it");
    for (reason, value) in [(ReasonCode::Superseded, 1), (ReasonCode::KeyLost, 2), (ReasonCode::Deceased, 0)]
    {
        let world = World::with_status_messages().await;
        let (link, holder) = (world.offer().await, Holder::new(1));
        let issued = world.credential(&link, LDP, &holder).await;
        let entry = issued["credentials"][0]["credential"]["credentialStatus"][2].clone();
        assert_eq!((&entry["statusPurpose"], &entry["statusSize"]), (&"message".into(), &2.into()));
        assert_eq!(entry["statusMessage"].as_array().unwrap().len(), 4);
        let revoked = StatusMove::new(Status::Revoked, reason.into());
        world.issuer.change_subject_status(&World::officer(), "s-10023", None, &revoked).await.unwrap();
        world.publish().await;
        let list = json(&world.get(path).await);
        assert_eq!(list["credentialSubject"]["statusPurpose"], "message");
        let encoded = list["credentialSubject"]["encodedList"].as_str().unwrap();
        let index = entry["statusListIndex"].as_str().unwrap().parse().unwrap();
        let values = StatusList::decode_bitstring(encoded, 2).unwrap();
        assert_eq!(values.value(index), Some(value), "{reason:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_published_while_nothing_changes() {
    let world = with_both_formats().await;
    let writes = world.ledger.with(|state| state.writes);
    world.publish().await;
    assert_eq!(world.ledger.with(|state| state.writes), writes, "a copy that is valid changes no list");
    world.clock.advance(Duration::hours(12));
    world.publish().await;
    let lists = 3 * world.issuer.tenants().count() as u64;
    assert_eq!(world.ledger.with(|state| state.writes), writes + lists, "half of the validity is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_cut_off_at_either_side_is_finished() {
    for fault in [Fault::Lost, Fault::AnswerLost] {
        let world = with_both_formats().await;
        change(&world, Status::Suspended).await.unwrap();
        world.ledger.fail_next(fault);
        let tenant = world.tenant("undp");
        assert!(world.issuer.publish_status_lists(tenant).await.is_err(), "{fault:?}");
        let served = Sha256::digest(&world.get(REVOCATION).await.body);
        assert_eq!(json(&world.get(SUSPENSION).await)["credentialSubject"]["statusPurpose"], "suspension");
        if fault == Fault::Lost {
            assert_eq!(
                on_chain(&world, REVOCATION).digest,
                <[u8; 32]>::from(served),
                "nothing is served early"
            );
        }
        let world = world.restart().await;
        assert_eq!(values(&world).await, [0, 1, 2], "{fault:?}");
        for path in [REVOCATION, SUSPENSION, TOKEN] {
            let digest: [u8; 32] = Sha256::digest(&world.get(path).await.body).into();
            assert_eq!(on_chain(&world, path).digest, digest, "{fault:?} {path}");
            assert_eq!(on_chain(&world, path).version, 2, "{fault:?} {path}: no version is lost or skipped");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_is_ahead_is_caught_up_with() {
    let world = with_both_formats().await;
    let key = (UNDP.to_owned(), format!("http://issuer.test{REVOCATION}"));
    let ahead = PublishedStatus { digest: [7; 32], version: 9, height: 50 };
    // As after a database that was restored from a backup.
    world.ledger.with(|state| state.statuses.insert(key, ahead));
    change(&world, Status::Revoked).await.unwrap();
    world.publish().await;
    world.publish().await;
    assert_eq!(on_chain(&world, REVOCATION).version, 10);
    assert_eq!(values(&world).await, [1, 0, 1]);

    // And without any change of ours: the next start compares what it serves.
    let key = (UNDP.to_owned(), format!("http://issuer.test{TOKEN}"));
    world.ledger.with(|state| state.statuses.insert(key, PublishedStatus { version: 20, ..ahead }));
    let world = world.restart().await;
    let digest: [u8; 32] = Sha256::digest(&world.get(TOKEN).await.body).into();
    assert_eq!((on_chain(&world, TOKEN).version, on_chain(&world, TOKEN).digest), (21, digest));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_list_is_not_sent_twice() {
    let world = World::start().await;
    let tag = world.get(REVOCATION).await.header("etag").unwrap().to_owned();
    let url = world.url(REVOCATION);
    let reply = world.client.get(&url, "application/vc", None).await.unwrap();
    assert_eq!(reply.header("etag"), Some(tag.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_ends_within_a_year_and_lifts_itself_on_its_day() {
    let world = with_both_formats().await;
    let until =
        |at| StatusMove { until: Some(at), ..StatusMove::new(Status::Suspended, ReasonCode::Inquiry.into()) };
    let now = world.issuer.clock_now();
    for wrong in [now, now + chrono::Duration::days(367)] {
        let refused =
            world.issuer.change_subject_status(&World::officer(), "s-10023", None, &until(wrong)).await;
        assert!(matches!(refused, Err(ChangeError::Until)), "{wrong}");
    }
    let day = now + chrono::Duration::days(3);
    world.issuer.change_subject_status(&World::officer(), "s-10023", None, &until(day)).await.unwrap();
    let tenant = world.tenant("undp");
    world.clock.advance(chrono::Duration::days(3) - chrono::Duration::seconds(1));
    assert_eq!(world.issuer.lift_suspensions(tenant).await.unwrap(), 0, "not before its day");
    world.clock.advance(chrono::Duration::seconds(1));
    assert_eq!(world.issuer.lift_suspensions(tenant).await.unwrap(), 2);
    assert_eq!(world.issuer.lift_suspensions(tenant).await.unwrap(), 0, "once");
    world.publish().await;
    assert_eq!(values(&world).await, [0, 0, 0]);
    let page = world.issuer.subject_page(tenant, "s-10023").await.unwrap();
    assert_eq!(
        (page.changes[0].reason.code, page.changes[0].officer.as_str()),
        (ReasonCode::PeriodOver, "system")
    );
}
