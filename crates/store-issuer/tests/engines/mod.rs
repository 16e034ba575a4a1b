//! SQLite always, PostgreSQL when `TEST_DATABASE_URL` names a server.

use std::sync::atomic::{AtomicU32, Ordering};

use store_issuer::Store;
use tempfile::TempDir;

pub struct Engines {
    pub stores: Vec<Store>,
    _directory: TempDir,
}

pub async fn engines() -> Engines {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("issuer.db");
    let mut stores = vec![Store::open(&format!("sqlite:{}", path.display()), "issuer").await.unwrap()];
    if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("issuer_{}_{}_{number}", env!("CARGO_CRATE_NAME"), std::process::id());
        stores.push(Store::open(&url, &schema).await.unwrap());
    }
    Engines { stores, _directory: directory }
}
