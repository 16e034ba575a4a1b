//! What one input may cost: every target whose input is a stranger's holds itself to it.

use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// The 50 MB that no input of a verifier may take.
pub const MOST_BYTES: usize = 50 * 1000 * 1000;
/// Instrumented code with its assertions takes about ten times the 100 ms that no input may take.
const MOST_MILLISECONDS: i64 = 1_000;

/// Does the work, and panics when it took more CPU time, of all threads, or more memory at once than an input may.
pub fn bounded<T>(work: impl FnOnce() -> T) -> T {
    within(MOST_BYTES, work)
}

/// The same with another bound on memory, for pictures and archives that people hand in at a desk.
pub fn within<T>(most_bytes: usize, work: impl FnOnce() -> T) -> T {
    let (before, began) = (ALLOCATED.current_usage(), milliseconds());
    ALLOCATED.reset_peak_usage();
    let done = work();
    let (took, rose) = (milliseconds() - began, ALLOCATED.peak_usage().saturating_sub(before));
    assert!(took <= MOST_MILLISECONDS, "it took {took} ms");
    assert!(rose <= most_bytes, "it took {rose} bytes");
    done
}

fn milliseconds() -> i64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec * 1_000 + now.tv_nsec / 1_000_000
}
