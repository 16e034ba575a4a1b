//! Where work that takes milliseconds is done: off the async threads, as many jobs at once as there are
//! cores, and no endless queue before them.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

/// So much is waiting already that an answer would come too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much work is waiting")]
pub(crate) struct Overloaded;

static CORES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, std::num::NonZero::get)));
static WAITING: AtomicUsize = AtomicUsize::new(0);
const QUEUE: usize = 512;

/// Runs work on the pool. Outside a tokio runtime it runs in place.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Overloaded> {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return Ok(work()) };
    let _place = Place::take()?;
    let _permit = CORES.acquire().await.map_err(|_| Overloaded)?;
    // Work that panics is a bug of ours; the caller hears that it was not done.
    runtime.spawn_blocking(work).await.map_err(|_| Overloaded)
}

struct Place;

impl Place {
    fn take() -> Result<Self, Overloaded> {
        if WAITING.fetch_add(1, Ordering::AcqRel) >= QUEUE {
            WAITING.fetch_sub(1, Ordering::AcqRel);
            return Err(Overloaded);
        }
        Ok(Self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        WAITING.fetch_sub(1, Ordering::AcqRel);
    }
}
