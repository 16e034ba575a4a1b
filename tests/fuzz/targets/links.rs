//! What another node sends: consensus messages, parts of blocks, answers to a node that catches up, pushed batches.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    registry::fuzzing::message(data);
    registry::fuzzing::batch(data);
});
