//! The letters that came, newest last.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::Letter;

/// Older letters are forgotten.
pub const MOST_LETTERS: usize = 500;

#[derive(Debug, Default)]
pub struct Sink {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    count: u64,
    letters: VecDeque<Letter>,
}

impl Sink {
    /// Keeps a letter and gives it a number. A Message-ID that came before marks it as a duplicate.
    pub(crate) fn take(&self, mut letter: Letter) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.count += 1;
        letter.number = kept.count;
        letter.duplicate = letter.message_id.is_some()
            && kept.letters.iter().any(|known| known.message_id == letter.message_id);
        if kept.letters.len() == MOST_LETTERS {
            kept.letters.pop_front();
        }
        kept.letters.push_back(letter);
    }

    /// Newest first.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.letters.iter().rev().cloned().collect()
    }

    #[must_use]
    pub fn find(&self, number: u64) -> Option<Letter> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.letters.iter().find(|letter| letter.number == number).cloned()
    }
}

#[async_trait::async_trait]
impl web::Ready for Sink {
    async fn ready(&self) -> Result<(), String> {
        Ok(())
    }
}
