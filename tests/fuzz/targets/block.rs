//! What nodes send each other.
#![no_main]

use libfuzzer_sys::fuzz_target;
use registry_types::{
    Block, Certificate, Header, MemberStatement, RestartCertificate, RestartPlan, SignedStatement,
    TransactionPlace, ValidatorSet,
};

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else { return };
    match kind % 9 {
        0 => drop(fuzz::read::<Block>(data)),
        1 => drop(fuzz::read::<Certificate>(data)),
        2 => drop(fuzz::read::<Header>(data).map(|header| header.hash())),
        3 => drop(fuzz::read::<ValidatorSet>(data).map(|set| (set.is_well_formed(), set.hash()))),
        4 => drop(fuzz::read::<SignedStatement>(data).map(|signed| signed.check())),
        5 => drop(fuzz::read::<MemberStatement>(data)),
        6 => drop(fuzz::read::<RestartPlan>(data)),
        7 => drop(fuzz::read::<RestartCertificate>(data)),
        _ => drop(fuzz::read::<TransactionPlace>(data)),
    }
});
