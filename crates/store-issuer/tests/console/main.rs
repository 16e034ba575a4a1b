//! Officers, uploads and proof requests: SQLite always, PostgreSQL when `TEST_DATABASE_URL` names a server.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../engines/mod.rs"]
mod engines;
mod officers;
mod requests;
mod uploads;

use engines::engines;
use issuance::{Roles, Timestamp};
use store_issuer::Officer;

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn officer(id: &str, tenant: &str) -> Officer {
    Officer {
        id: id.into(),
        tenant: tenant.into(),
        name: format!("Officer {id}"),
        user_id: format!("user {id}"),
        roles: Roles::ALL,
        created_at: now(),
    }
}
