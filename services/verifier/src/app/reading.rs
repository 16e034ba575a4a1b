//! Reading pictures and PDFs from strangers: off the async threads, few at once, and no endless queue before them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use paper::{Kind, ReadError};
use tokio::sync::{AcquireError, Semaphore};

/// Pictures that are decoded at the same time; each may take some 300 MB for a moment.
const AT_ONCE: usize = 2;
/// Files that wait for their turn; more would be answered too late.
const QUEUE: usize = 16;

/// Why a file gave no text.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    #[error("too many files are being read at the moment")]
    Busy,
    #[error("the file is not of the media type that it was sent as")]
    OtherKind,
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] ReadError),
    /// A decoder gave up; what made it do so is in the file.
    #[error("the file cannot be read: it is broken")]
    Broken,
}

/// Where files are read. One per process; clones share the places.
#[derive(Clone)]
pub struct Reading {
    running: Arc<Semaphore>,
    inside: Arc<AtomicUsize>,
}

impl Default for Reading {
    fn default() -> Self {
        Self { running: Arc::new(Semaphore::new(AT_ONCE)), inside: Arc::default() }
    }
}

impl Reading {
    /// The text in a file of one kind.
    pub async fn text_of(&self, kind: Kind, file: Vec<u8>) -> Result<String, ReadingError> {
        if Kind::of(&file) == Some(kind) {
            self.text_of_files(vec![file]).await
        } else {
            Err(ReadingError::OtherKind)
        }
    }

    /// The one text in files of any kind.
    pub async fn text_of_files(&self, files: Vec<Vec<u8>>) -> Result<String, ReadingError> {
        let place = Place::take(&self.inside).ok_or(ReadingError::Busy)?;
        let closed = |_: AcquireError| ReadingError::Busy;
        let permit = Arc::clone(&self.running).acquire_owned().await.map_err(closed)?;
        let work = move || {
            // Held by the work itself: whoever stops waiting for it does not let another one begin.
            let _held = (place, permit);
            paper::text_of(files.iter().map(Vec::as_slice))
        };
        let read = tokio::task::spawn_blocking(work).await.map_err(|_| ReadingError::Broken)?;
        Ok(read?)
    }
}

struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(inside: &Arc<AtomicUsize>) -> Option<Self> {
        let place = Self(Arc::clone(inside));
        (inside.fetch_add(1, Ordering::AcqRel) < AT_ONCE + QUEUE).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_turns_away_and_has_room_again() {
        let reading = Reading::default();
        let places: Vec<_> =
            std::iter::repeat_with(|| Place::take(&reading.inside)).take(AT_ONCE + QUEUE).collect();
        assert!(places.iter().all(Option::is_some));
        let code = paper::png("eyJ0.e30.c2ln~", 4).unwrap();
        assert!(matches!(reading.text_of(Kind::Png, code.clone()).await, Err(ReadingError::Busy)));
        drop(places);
        assert_eq!(reading.text_of(Kind::Png, code.clone()).await.unwrap(), "eyJ0.e30.c2ln~");
        assert!(matches!(reading.text_of(Kind::Jpeg, code).await, Err(ReadingError::OtherKind)));
        assert_eq!(reading.inside.load(Ordering::Acquire), 0);
    }
}
