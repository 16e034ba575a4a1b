//! What members hand in. The signature is set right, so that what lies behind it is reached.
#![no_main]

use std::sync::LazyLock;

use ed25519_dalek::Signer as _;
use libfuzzer_sys::fuzz_target;
use registry_state::memory::MemoryMap;
use registry_state::{BlockContext, Execution, check_against, check_stateless};
use registry_types::SignedTransaction;

static CHAIN: LazyLock<([u8; 32], MemoryMap)> = LazyLock::new(|| {
    let genesis = fuzz::genesis();
    (genesis.chain_id(), MemoryMap::from_genesis(&genesis).expect("a sound genesis"))
});

fuzz_target!(|data: &[u8]| {
    let Some(mut signed) = fuzz::read::<SignedTransaction>(data) else { return };
    let (chain, state) = &*CHAIN;
    let _ = check_stateless(signed.clone(), chain);
    signed.transaction.chain = *chain;
    signed.transaction.sequence = 0;
    signed.transaction.expires_at_height = 100;
    signed.public_key = fuzz::public(1);
    signed.signature = fuzz::key(1).sign(&signed.transaction.signing_bytes()).to_bytes();
    let Ok(checked) = check_stateless(signed, chain) else { return };
    let block = BlockContext { height: 2, time_ms: fuzz::START_MS + 2_000 };
    let _ = check_against(state, &checked, 2);
    let mut execution = Execution::begin(state, block).expect("the state is whole");
    let _ = execution.apply(&checked);
});
