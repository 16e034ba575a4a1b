//! Evidence of a fork, as a stranger may send it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use registry_client::Evidence;

fuzz_target!(|data: &[u8]| {
    let Some(evidence) = fuzz::read::<Evidence>(data) else { return };
    let genesis = fuzz::genesis();
    let set = genesis.validator_set().expect("one validator");
    if let Ok(verdict) = evidence.verify(&genesis.chain_id(), &[set]) {
        assert!(!verdict.validators().is_empty(), "two certificates without a common signer");
    }
    let _ = evidence.double_precommits();
});
