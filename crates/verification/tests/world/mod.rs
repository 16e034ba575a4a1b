//! A small world for tests: a chain in memory, pages on a pretended web, organisations that issue, people that hold.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod chain;
mod issuing;
mod lists;
mod members;

use std::sync::{Arc, Mutex};

use clock::{Clock as _, SeededEntropy, TestClock, Timestamp};
use did::{DidRecords, Resolvers};
use registry_types::SchemaRecord;
use sha2::{Digest as _, Sha256};
use verification::Verifier;

// Not every crate whose tests stand in this world needs all of it.
#[allow(unused_imports)]
pub use chain::{Ledger, MemoryChain, MemoryWeb};
#[allow(unused_imports)]
pub use issuing::{Copy, Holder, Staff};
#[allow(unused_imports)]
pub use lists::LIST_LENGTH;
pub use members::Issuer;

pub const STAFF: &str = "https://schemas.passerelle.example/v1#StaffIdentity";
pub const STAFF_SCHEMA: &str = "https://schemas.passerelle.example/v1/staff-identity.schema.json";

pub fn milliseconds(time: Timestamp) -> u64 {
    u64::try_from(time.timestamp_millis()).unwrap()
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub struct World {
    pub clock: TestClock,
    pub entropy: SeededEntropy,
    pub chain: Arc<MemoryChain>,
    pub web: Arc<MemoryWeb>,
    pub verifier: Verifier,
}

impl World {
    pub fn new() -> Self {
        let clock = TestClock::at(Timestamp::from_timestamp(1_780_000_000, 0).unwrap());
        let chain = Arc::new(MemoryChain { ledger: Mutex::default(), clock: clock.clone() });
        let web = Arc::new(MemoryWeb::default());
        let resolver = Resolvers::new(chain.clone() as Arc<dyn DidRecords>, std::time::Duration::ZERO);
        let verifier = Verifier::new(chain.clone(), web.clone(), Arc::new(resolver));
        let world = Self { clock, entropy: SeededEntropy::new(11), chain, web, verifier };
        let schema = include_bytes!("../../../../schemas/v1/staff-identity.schema.json");
        let record = SchemaRecord { digest: sha256(schema), owner: "unsscb".into(), registered_ms: 0 };
        world.chain.change(|ledger| {
            ledger.schemas.insert(STAFF_SCHEMA.into(), record);
        });
        world
    }

    /// With an organisation that is accredited for its staff since an hour, and a person of theirs.
    pub async fn accredited() -> (Self, Issuer, Holder) {
        let world = Self::new();
        let undp = world.organisation("undp").await;
        world.accredit(&undp, STAFF, &[&undp.did]);
        world.advance(3600);
        let holder = world.holder();
        (world, undp, holder)
    }

    pub fn now_ms(&self) -> u64 {
        milliseconds(self.clock.now())
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.advance(chrono::Duration::seconds(seconds));
    }
}

pub fn rfc3339(time: Timestamp) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

pub fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
