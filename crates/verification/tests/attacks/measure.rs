//! CPU time and memory of one attack, from `/proc`: work handed to other threads counts too.

use std::fs;
use std::time::Duration;

pub struct Started {
    cpu: Duration,
    resident_kb: u64,
}

/// Begins a measurement and forgets the highest memory use so far.
pub fn start() -> Started {
    // "5" resets the peak (proc(5), clear_refs); where that is not allowed the peak counts from the beginning.
    let _ = fs::write("/proc/self/clear_refs", "5");
    Started { cpu: cpu(), resident_kb: status("VmRSS:") }
}

impl Started {
    /// CPU time spent, and how far memory rose above where it began, in kilobytes.
    pub fn stop(self) -> (Duration, u64) {
        (cpu().saturating_sub(self.cpu), status("VmHWM:").saturating_sub(self.resident_kb))
    }
}

/// Time on a CPU of all threads; the first field of `schedstat` is nanoseconds.
fn cpu() -> Duration {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux");
    let of = |task: fs::DirEntry| fs::read_to_string(task.path().join("schedstat")).ok();
    let nanoseconds =
        tasks.flatten().filter_map(of).filter_map(|text| text.split(' ').next()?.parse::<u64>().ok());
    Duration::from_nanos(nanoseconds.sum())
}

fn status(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = text.lines().find_map(|line| line.strip_prefix(name)).expect("a line of proc(5)");
    line.split_whitespace().next().unwrap().parse().unwrap()
}
