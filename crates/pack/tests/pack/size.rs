//! How large a pack is for thirty organisations and a hundred thousand people, and what a day adds.

use registry_state::Writes;
use registry_types::{AnchorKind, AnchorRecord, Canonical as _, state_key};

use crate::node::{Node, build, by_key, open, policy};
use crate::world::{Issuer, STAFF, World, sha256};

const ORGANISATIONS: usize = 30;
const PEOPLE: usize = 100_000;
/// One in fifty credentials is revoked, one in two hundred suspended, spread over the whole list.
const REVOKED: usize = PEOPLE / ORGANISATIONS / 50;
const SUSPENDED: usize = PEOPLE / ORGANISATIONS / 200;
/// What a day adds in each organisation: a revocation (a tenth of the people leave in a year), an anchored batch every
/// hour, each list published anew.
const REVOKED_A_DAY: usize = 1;
const BATCHES_A_DAY: usize = 24;
/// The chain has been running for a year.
const DAYS: usize = 365;

const MOST_BYTES: usize = 1_000_000;
const MOST_BYTES_A_DAY: usize = 50_000;
/// 720 roots more than without.
const MOST_BYTES_A_DAY_WITH_ANCHORS: usize = 100_000;

/// Indexes as an issuer hands them out: at random.
fn indexes(seed: usize, count: usize) -> Vec<usize> {
    let mut state = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % 131_072).unwrap()
    };
    std::iter::repeat_with(next).take(count).collect()
}

async fn publish(world: &World, issuers: &[Issuer], days: usize) {
    for (number, issuer) in issuers.iter().enumerate() {
        let revoked = indexes(number + 1, REVOKED + days * REVOKED_A_DAY);
        world.publish(issuer, &revoked, &indexes(number + 1_000, SUSPENDED)).await;
    }
}

/// A batch every hour, each issuer at minutes of its own, with roots as hard to compress as digests are.
fn anchors(issuers: &[Issuer], from: usize, until: usize) -> Writes {
    let batch = |key: &str, number: u64, sequence: u64| AnchorRecord {
        root: sha256(key.as_bytes()),
        leaf_count: 16,
        kind: AnchorKind::Credentials,
        height: 60 * sequence + number,
        time_ms: 1_780_000_000_000 + 3_600_000 * sequence + 61_357 * number,
    };
    let each = (from..until).flat_map(|sequence| (0..).zip(issuers).map(move |it| (it, sequence as u64)));
    each.map(|((number, issuer), sequence)| {
        let key = state_key::anchor(&issuer.did, sequence);
        let record = batch(&key, number, sequence).to_bytes();
        (key, record)
    })
    .collect()
}

#[tokio::test]
async fn a_pack_is_small_and_a_day_smaller() {
    let world = World::new();
    let mut issuers = Vec::new();
    for number in 0..ORGANISATIONS {
        let issuer = world.organisation(&format!("organisation-{number}")).await;
        world.accredit(&issuer, STAFF, &[&issuer.did]);
        issuers.push(issuer);
    }
    publish(&world, &issuers, 0).await;
    let policy = policy("staff-identity");
    let mut node = Node::new();
    node.store(&anchors(&issuers, 1, DAYS + 1));
    node.commit(&world);
    let today = build(&world, &node, &issuers[0], &policy).await;
    let anchored = crate::node::policy("staff-identity-anchored");
    let anchored_today = build(&world, &node, &issuers[0], &anchored).await;

    world.advance(86_000);
    world.rotate(&mut issuers[3], false);
    publish(&world, &issuers, 1).await;
    node.store(&anchors(&issuers, DAYS + 1, DAYS + 1 + BATCHES_A_DAY));
    node.commit(&world);
    let tomorrow = build(&world, &node, &issuers[0], &policy).await;
    let patch = pack::difference(&today, &tomorrow).unwrap();
    let anchored_tomorrow = build(&world, &node, &issuers[0], &anchored).await;
    let anchored_patch = pack::difference(&anchored_today, &anchored_tomorrow).unwrap();

    let pack = open(&world, &tomorrow, &by_key(&issuers[0].p256)).await.unwrap();
    let (records, documents) = (pack.content().records.len(), pack.content().documents.len());
    eprintln!(
        "pack: {} bytes, {records} records, {documents} documents, {} bytes before compression; a day: {} bytes",
        tomorrow.len(),
        pack.manifest().content_bytes,
        patch.len()
    );
    assert_eq!(documents, 3 * ORGANISATIONS);
    assert!(tomorrow.len() < MOST_BYTES, "{} bytes", tomorrow.len());
    assert!(patch.len() < MOST_BYTES_A_DAY, "{} bytes", patch.len());
    assert_eq!(pack::apply(&today, &patch).unwrap(), tomorrow);

    let pack = open(&world, &anchored_tomorrow, &by_key(&issuers[0].p256)).await.unwrap();
    pack.prove().unwrap();
    let anchors = pack.content().records.iter().filter(|record| record.key.starts_with("anchor/")).count();
    eprintln!(
        "with {anchors} anchors: {} bytes; a day: {} bytes",
        anchored_tomorrow.len(),
        anchored_patch.len()
    );
    assert!(anchored_tomorrow.len() < MOST_BYTES, "{} bytes", anchored_tomorrow.len());
    assert!(anchored_patch.len() < MOST_BYTES_A_DAY_WITH_ANCHORS, "{} bytes", anchored_patch.len());
    assert_eq!(pack::apply(&anchored_today, &anchored_patch).unwrap(), anchored_tomorrow);
}
