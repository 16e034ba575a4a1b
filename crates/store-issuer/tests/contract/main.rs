//! What every engine must do alike: SQLite always, PostgreSQL when `TEST_DATABASE_URL` names a server.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod anchoring;
#[path = "../engines/mod.rs"]
mod engines;
mod erasing;
mod offers;
mod people;
mod status;

use engines::engines;
use issuance::anchoring::WaitingLeaf;
use issuance::{
    Actor, Configuration, CredentialCopy, CredentialType, Delivery, Format, ListKind, Offer, OfferState,
    Status, StatusIndex, StatusListId, Subject, Timestamp,
};
use serde_json::{Map, json};

const TENANT: &str = "undp";

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn subject(number: &str, name: &str) -> Subject {
    let mut claims = Map::new();
    claims.insert("givenName".into(), name.into());
    Subject {
        id: format!("s-{number}"),
        number: number.into(),
        name: name.into(),
        claims,
        created_at: now(),
        updated_at: now(),
    }
}

fn offer(id: &str) -> Offer {
    Offer {
        id: id.into(),
        subject_id: "s-1".into(),
        token: format!("token-{id}"),
        configurations: Configuration::of_types(&[CredentialType::StaffIdentity]),
        state: OfferState::Open,
        extra_claims: Map::from_iter([("year".to_owned(), json!(2027))]),
        code_hash: Some(vec![1, 2, 3]),
        code_sealed: None,
        tries_left: 2,
        bound_key: None,
        holder_key: None,
        created_by: "officer".into(),
        created_at: now(),
        expires_at: now() + chrono::Duration::days(30),
    }
}

fn copy(id: &str, offer: &str, format: Format) -> (CredentialCopy, Vec<StatusIndex>, WaitingLeaf) {
    let copy = CredentialCopy {
        id: id.into(),
        offer_id: offer.into(),
        subject_id: "s-1".into(),
        configuration: Configuration::new(CredentialType::StaffIdentity, format),
        document: "{}".into(),
        holder_key: "key".into(),
        receipt_token: format!("receipt-{id}"),
        notification_id: format!("notification-{id}"),
        status: Status::Valid,
        delivery: Delivery::Issued,
        issued_at: now(),
        valid_until: now() + chrono::Duration::days(365),
        batch_position: 0,
    };
    let place = u32::try_from(id.len()).unwrap();
    let index = |kind| StatusIndex { list: StatusListId { kind, number: 1 }, index: place };
    let indexes = ListKind::of_format(format, true).iter().map(|kind| index(*kind)).collect();
    (copy, indexes, WaitingLeaf { id: id.into(), salt: [3; 32], digest: [4; 32] })
}

fn officer() -> Actor {
    Actor { tenant: TENANT.into(), officer: "officer".into() }
}
