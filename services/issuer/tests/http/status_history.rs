//! Status lists as they were: for auditors, within what is kept, with the digest that the chain held then.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Duration, SecondsFormat};
use clock::{Clock as _, Timestamp};
use issuance::{ReasonCode, Role, Roles, Scope, Status, StatusMove};
use outbound::Reply;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use status_list::StatusList;

use crate::console::Browser;
use crate::support::{Holder, LDP, SD_JWT, UNDP, World, problem};

const REVOCATION: &str = "/t/undp/status/revocation-1";
const TOKEN: &str = "/t/undp/status/token-1";

/// One published state: when, and the digests of the two lists on the chain.
struct Moment {
    at: Timestamp,
    digests: [[u8; 32]; 2],
}

fn moment(world: &World) -> Moment {
    let on_chain = |path: &str| {
        let list = format!("http://issuer.test{path}");
        world.ledger.with(|state| state.statuses[&(UNDP.to_owned(), list)]).digest
    };
    Moment { at: world.clock.now(), digests: [REVOCATION, TOKEN].map(on_chain) }
}

/// A person whose credentials are valid for an hour and then revoked: the moments before and after.
async fn revoked_after_an_hour() -> (World, [Moment; 2]) {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    world.credential(&link, LDP, &holder).await;
    world.credential(&link, SD_JWT, &holder).await;
    world.publish().await;
    let before = moment(&world);
    world.clock.advance(Duration::hours(1));
    let change = StatusMove::new(Status::Revoked, ReasonCode::Other.into());
    world.issuer.change_subject_status(&World::officer(), "s-10023", None, &change).await.unwrap();
    world.publish().await;
    let after = moment(&world);
    world.clock.advance(Duration::minutes(10));
    assert_ne!(before.digests, after.digests);
    (world, [before, after])
}

fn asked(path: &str, at: Timestamp) -> String {
    match path {
        TOKEN => format!("{path}?time={}", at.timestamp()),
        _ => format!("{path}?timestamp={}", at.to_rfc3339_opts(SecondsFormat::Secs, true)),
    }
}

async fn get(world: &World, path: &str, at: Timestamp, bearer: Option<&str>) -> Reply {
    world.client.get(&world.url(&asked(path, at)), "", bearer).await.unwrap()
}

async fn machine(world: &World) -> String {
    world.issuer.create_service_client(&World::officer(), "Audit", &[Scope::StatusHistory]).await.unwrap()
}

/// How many entries of the list are set.
fn set_entries(path: &str, body: &[u8]) -> usize {
    let list = if path == TOKEN {
        let payload = std::str::from_utf8(body).unwrap().split('.').nth(1).unwrap();
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
        StatusList::decode_token(claims["status_list"]["lst"].as_str().unwrap(), 2).unwrap()
    } else {
        let list: Value = serde_json::from_slice(body).unwrap();
        let encoded = list["credentialSubject"]["encodedList"].as_str().unwrap();
        StatusList::decode_bitstring(encoded, 1).unwrap()
    };
    (0..issuance::LIST_LENGTH as usize).filter(|place| list.value(*place).unwrap() != 0).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_gets_the_list_that_was_served_then_with_its_digest_of_the_chain() {
    let (world, moments) = revoked_after_an_hour().await;
    let token = machine(&world).await;
    for (number, path) in [REVOCATION, TOKEN].into_iter().enumerate() {
        for (moment, set) in moments.iter().zip([0, 1]) {
            for later in [0, 5] {
                let reply = get(&world, path, moment.at + Duration::minutes(later), Some(&token)).await;
                assert_eq!(reply.status, 200, "{path}");
                assert_eq!(<[u8; 32]>::from(Sha256::digest(&reply.body)), moment.digests[number], "{path}");
                assert_eq!(set_entries(path, &reply.body), set, "{path}");
                assert_eq!(reply.header("cache-control"), Some("private, no-store"));
                assert!(reply.header("passerelle-registry-height").is_some());
            }
        }
        let current = world.get(path).await;
        assert_eq!((current.status, current.header("cache-control")), (200, Some("no-cache")));
    }
    let browser = Browser::officer(&world, "undp", "Ann").await;
    let trail = browser.get("/console/activity?area=status").await.text();
    assert!(trail.contains("read an earlier status list") && trail.contains("revocation-1"), "{trail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_others_and_lesser_roles_are_told_that_there_is_none() {
    let (world, [before, _]) = revoked_after_an_hour().await;
    let by = World::officer();
    let eve = issuance::Actor { tenant: "wfp".into(), officer: "eve".into() };
    let scim = world.issuer.create_service_client(&by, "HR", &[Scope::Scim]).await.unwrap();
    let theirs = world.issuer.create_service_client(&eve, "Audit", &[Scope::StatusHistory]).await.unwrap();
    for path in [REVOCATION, TOKEN] {
        for bearer in [None, Some("guessed"), Some(scim.as_str()), Some(theirs.as_str())] {
            let reply = get(&world, path, before.at, bearer).await;
            assert_eq!(problem(&reply), (404, "not-found".into()), "{path} {bearer:?}");
        }
        for (tenant, role, status) in [
            ("undp", Role::Auditor, 200),
            ("undp", Role::Administrator, 200),
            ("undp", Role::Officer, 404),
            ("undp", Role::Approver, 404),
            ("wfp", Role::Auditor, 404),
        ] {
            let browser = Browser::officer_as(&world, tenant, "Ann", Roles::of(&[role])).await;
            assert_eq!(browser.get(&asked(path, before.at)).await.status, status, "{tenant} {role:?} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_served_or_is_asked_in_the_words_of_the_other_list_is_not_found() {
    let (world, [before, after]) = revoked_after_an_hour().await;
    let token = machine(&world).await;
    for path in [REVOCATION, TOKEN] {
        let past = before.at - Duration::days(1);
        let future = world.clock.now() + Duration::minutes(1);
        for at in [past, future] {
            assert_eq!(get(&world, path, at, Some(&token)).await.status, 404, "{path} {at}");
        }
        let unknown = path.replace("-1", "-9");
        assert_eq!(get(&world, &unknown, after.at, Some(&token)).await.status, 404);
    }
    let swapped = [
        format!("{REVOCATION}?time={}", after.at.timestamp()),
        format!("{TOKEN}?timestamp={}", after.at.to_rfc3339_opts(SecondsFormat::Secs, true)),
    ];
    for path in swapped {
        let reply = world.client.get(&world.url(&path), "", Some(&token)).await.unwrap();
        assert_eq!(reply.status, 404, "{path}");
    }
    for wrong in ["time=yesterday", "timestamp=2027-01-15", "time=1&time=2"] {
        assert_eq!(world.get(&format!("{TOKEN}?{wrong}")).await.status, 400, "{wrong}");
    }
    // A list whose validity was over before another was published was of no use then.
    world.clock.advance(Duration::days(3));
    world.publish().await;
    let gap = after.at + Duration::days(2);
    assert_eq!(get(&world, TOKEN, gap, Some(&token)).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_no_longer_is_gone_and_what_is_served_stays() {
    let (world, [before, _]) = revoked_after_an_hour().await;
    let token = machine(&world).await;
    world.clock.advance(Duration::days(360));
    world.issuer.delete_expired().await.unwrap();
    assert_eq!(get(&world, TOKEN, before.at, Some(&token)).await.status, 200);
    world.clock.advance(Duration::days(7));
    world.issuer.delete_expired().await.unwrap();
    for path in [REVOCATION, TOKEN] {
        assert_eq!(get(&world, path, before.at, Some(&token)).await.status, 404, "{path}");
        assert_eq!(world.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_history_says_so() {
    let world = World::start_forgetful().await;
    let token = machine(&world).await;
    let reply = get(&world, TOKEN, world.clock.now(), Some(&token)).await;
    assert_eq!(problem(&reply), (501, "no-status-history".into()));
    assert_eq!(world.get(TOKEN).await.status, 200);
}
