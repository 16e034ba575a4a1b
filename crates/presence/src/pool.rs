//! Heavy work beside an asynchronous service, bounded twice: how much runs, and how much waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

/// So many at once, so many in the queue; one more is told to come back.
#[derive(Clone, Debug)]
pub struct Pool {
    running: Arc<Semaphore>,
    inside: Arc<AtomicUsize>,
    most_inside: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    #[error("too many proofs wait for the face engine")]
    Full,
    #[error("the work ended without an answer")]
    Lost,
}

/// Leaves the queue also when its future is dropped.
struct Place(Arc<AtomicUsize>);

impl Pool {
    #[must_use]
    pub fn new(running: usize, waiting: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(running.max(1))),
            inside: Arc::default(),
            most_inside: running.max(1) + waiting,
        }
    }

    /// Runs work on a thread where it may take its time.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let place = Place(Arc::clone(&self.inside));
        if self.inside.fetch_add(1, Ordering::AcqRel) >= self.most_inside {
            return Err(Busy::Full);
        }
        let permit = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Busy::Lost)?;
        // Place and permit go along: work goes on when whoever asked for it is gone, and counts until it ends.
        let work = move || {
            let _kept = (place, permit);
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Busy::Lost)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn work_runs_and_answers() {
        assert_eq!(Pool::new(1, 0).run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn one_more_than_fits_is_told_to_come_back() {
        let pool = Pool::new(1, 1);
        let (go, wait) = mpsc::channel::<()>();
        let running = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || wait.recv().is_ok()).await }
        });
        let waiting = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(|| true).await }
        });
        while pool.inside.load(Ordering::Acquire) < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.run(|| true).await, Err(Busy::Full));
        go.send(()).unwrap();
        assert_eq!((running.await.unwrap(), waiting.await.unwrap()), (Ok(true), Ok(true)));
        assert_eq!(pool.run(|| true).await, Ok(true));
    }

    #[tokio::test]
    async fn work_that_panics_frees_its_place() {
        let pool = Pool::new(1, 0);
        assert_eq!(pool.run(|| panic!("on purpose")).await, Err::<(), _>(Busy::Lost));
        assert_eq!(pool.run(|| 7).await, Ok(7));
    }
}
