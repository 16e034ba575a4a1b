//! Versions of status lists by time, and how long they are kept, alike on both engines.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod engines;

use chrono::Duration;
use engines::engines;
use issuance::{ListKind, StatusListId, Timestamp};
use store_issuer::{ListVersion, Transaction};

const TENANT: &str = "undp";

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn list() -> StatusListId {
    StatusListId { kind: ListKind::Token, number: 1 }
}

/// Valid for a day from then on.
fn version(number: u64, built_at: Timestamp) -> ListVersion {
    ListVersion {
        list: list(),
        version: number,
        revision: number,
        document: vec![],
        digest: [7; 32],
        built_at,
        valid_until: built_at + Duration::days(1),
        confirmed_at: None,
        height: None,
    }
}

async fn as_of(tx: &mut Transaction, tenant: &str, at: Timestamp) -> Option<u64> {
    tx.list_version_as_of(tenant, &list(), at).await.unwrap().map(|version| version.version)
}

#[tokio::test]
async fn the_version_of_a_time_is_the_newest_that_was_on_the_chain_and_valid_then() {
    let engines = engines().await;
    for store in &engines.stores {
        let mut tx = store.write("test").await.unwrap();
        let hours = |count| now() + Duration::hours(count);
        for (number, built) in [(1, 0), (2, 2), (3, 30), (4, 31)] {
            tx.insert_list_version(TENANT, &version(number, hours(built))).await.unwrap();
        }
        for (number, confirmed) in [(1, 1), (2, 3), (3, 30)] {
            tx.confirm_list_version(TENANT, &list(), number, hours(confirmed), number).await.unwrap();
        }
        for (at, found) in [
            (0, None),
            (1, Some(1)),
            (2, Some(1)),
            (3, Some(2)),
            (25, Some(2)),
            (26, None),
            (29, None),
            (30, Some(3)),
            (40, Some(3)),
        ] {
            assert_eq!(as_of(&mut tx, TENANT, hours(at)).await, found, "after {at} hours");
        }
        assert_eq!(as_of(&mut tx, "wfp", hours(3)).await, None);

        assert_eq!(tx.forget_list_versions("wfp", hours(999)).await.unwrap(), 0);
        assert_eq!(tx.forget_list_versions(TENANT, hours(25)).await.unwrap(), 1, "the first was over");
        assert_eq!(as_of(&mut tx, TENANT, hours(1)).await, None);
        assert_eq!(tx.forget_list_versions(TENANT, hours(999)).await.unwrap(), 1);
        let served = tx.served_list_version(TENANT, &list()).await.unwrap().unwrap();
        let newest = tx.newest_list_version(TENANT, &list()).await.unwrap().unwrap();
        assert_eq!(
            (served.version, newest.version),
            (3, 4),
            "what is served, and what waits for the chain, stays"
        );
        tx.commit().await.unwrap();
    }
}
