//! What checking one input costs.

use std::fmt;
use std::time::Duration;

use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// An attack must not occupy the machine. The mark of 100 ms is for optimised builds on a quiet machine, and the
/// benchmark of the services measures it; this bound only tells a bomb from a refusal.
const MOST_CPU: Duration = Duration::from_secs(2);
const MOST_BYTES: usize = 50 * 1024 * 1024;

#[derive(Clone, Copy, Default)]
pub struct Cost {
    pub cpu: Duration,
    bytes: usize,
}

/// The work of this thread: tests run it on a current-thread runtime.
pub async fn of<T>(work: impl Future<Output = T>) -> (T, Cost) {
    MEMORY.reset_peak_usage();
    let (bytes, begun) = (MEMORY.current_usage(), thread_time());
    let done = work.await;
    let cpu = thread_time().saturating_sub(begun);
    (done, Cost { cpu, bytes: MEMORY.peak_usage().saturating_sub(bytes) })
}

impl Cost {
    #[track_caller]
    pub fn assert_bearable(&self, name: &str) {
        assert!(self.cpu < MOST_CPU && self.bytes < MOST_BYTES, "{name} costs {self}");
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} ms, {} kB", self.cpu.as_secs_f64() * 1000.0, self.bytes / 1024)
    }
}

fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}
