//! Files that people hand each other: a genesis, a checkpoint.
#![no_main]

use libfuzzer_sys::fuzz_target;
use registry_client::{Checkpoint, LightClient, Policy};
use registry_types::Genesis;

const NOW_MS: u64 = fuzz::START_MS + 5_000;

fuzz_target!(|data: &[u8]| {
    if let Ok(genesis) = serde_json::from_slice::<Genesis>(data)
        && genesis.check().is_ok()
    {
        let again = serde_json::to_vec(&genesis).expect("what was read can be written");
        let again: Genesis = serde_json::from_slice(&again).expect("what was written can be read");
        assert_eq!(again.chain_id(), genesis.chain_id());
    }
    if let Ok(checkpoint) = Checkpoint::from_json(data) {
        assert_eq!(Checkpoint::from_json(&checkpoint.to_json()).expect("our own file"), checkpoint);
        let policy = Policy::with_max_age(std::time::Duration::from_secs(60));
        let _ = LightClient::from_checkpoint(&checkpoint, policy, NOW_MS);
    }
});
