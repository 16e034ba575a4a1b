//! What the kernel says of a process that holds keys. A test process of its own, because limits are for good.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;

use clock::SeededEntropy;
use keys::{Algorithm, SealingKey, SoftwareKey};

/// kB of locked memory, `VmLck` of proc(5).
fn locked() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().trim().parse().unwrap()
}

/// Runs the test again in a process of its own under a shell that first limits what the process may do.
fn alone(test: &str, limit: &str) -> Option<String> {
    const INNER: &str = "KEYS_MEMORY_INNER";
    if std::env::var_os(INNER).is_some() {
        return None;
    }
    let program = std::env::current_exe().unwrap();
    let script = format!("{limit}; exec {} --exact {test} --nocapture", program.display());
    let done = Command::new("sh").args(["-c", &script]).env(INNER, "1").output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && told.contains("1 passed"), "{told}");
    Some(told)
}

#[test]
fn keys_are_in_locked_pages_as_long_as_they_live() {
    if alone("keys_are_in_locked_pages_as_long_as_they_live", "ulimit -l 1024").is_some() {
        return;
    }
    let before = locked();
    let entropy = SeededEntropy::new(1);
    let made: Vec<_> = [Algorithm::Ed25519, Algorithm::P256]
        .into_iter()
        .map(|algorithm| SoftwareKey::generate(algorithm, &entropy))
        .collect();
    let sealing = SealingKey::from_bytes([1; 32]);
    let held = locked();
    assert!(held >= before + 12, "three keys in {} kB", held - before);
    drop(sealing.clone());
    assert_eq!(locked(), held, "a copy of the sealing key is the same memory");
    drop((made, sealing));
    assert_eq!(locked(), before);
}

#[test]
fn no_core_is_dumped() {
    if alone("no_core_is_dumped", "ulimit -c unlimited 2>/dev/null; true").is_some() {
        return;
    }
    keys::refuse_core_dumps().unwrap();
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let core: Vec<_> = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap()
        .split_whitespace()
        .collect();
    assert_eq!(core.get(4..6), Some(&["0", "0"][..]), "{core:?}");
    assert_eq!(rustix::process::dumpable_behavior().unwrap(), rustix::process::DumpableBehavior::NotDumpable);
}
