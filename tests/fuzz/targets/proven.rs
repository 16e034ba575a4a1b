//! What a node answers to a reader: a record with its proof, or changes of the validators. The reader must not
//! believe what the fuzzer made up, whatever it looks like.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use registry_client::{LightClient, Policy};
use registry_state::memory::MemoryMap;
use registry_types::{Genesis, ProvenRecord, SetChange};

const KEY: &str = "org/board";
const NOW_MS: u64 = fuzz::START_MS + 5_000;

struct Chain {
    genesis: Genesis,
    root: [u8; 32],
    value: Vec<u8>,
}

static CHAIN: LazyLock<Chain> = LazyLock::new(|| {
    let genesis = fuzz::genesis();
    let state = MemoryMap::from_genesis(&genesis).expect("a sound genesis");
    let value = state.prove(KEY).expect("a whole map").0.expect("the board is a member");
    Chain { root: state.root(), value, genesis }
});

fn client(chain: &Chain) -> LightClient {
    let policy = Policy::with_max_age(std::time::Duration::from_secs(60));
    LightClient::from_genesis(&chain.genesis, policy).expect("a sound genesis")
}

fuzz_target!(|data: &[u8]| {
    let chain = &*CHAIN;
    if let Some(answer) = fuzz::read::<ProvenRecord>(data) {
        let _ = client(chain).check(KEY, &answer, 0, NOW_MS);
        // Under a true header and certificate only the true value, truly proven, is believed.
        let header = fuzz::header(&chain.genesis, chain.root);
        let certificate = fuzz::certify(&header);
        let under = ProvenRecord { header, certificate, ..answer };
        if client(chain).check(KEY, &under, 0, NOW_MS).is_ok() {
            assert_eq!(under.value.as_deref(), Some(&*chain.value), "a false value is believed");
        }
    }
    for change in fuzz::read::<Vec<SetChange>>(data).unwrap_or_default() {
        let _ = client(chain).follow(&change, NOW_MS);
    }
});
