//! Waiting for a verification to change: long polls and event streams, a bounded number of each agency's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::{Instant, timeout};
use wire::verifications::{State, VerificationView};

use super::{Agency, Desk, ViewError};

/// Requests of one agency that may wait at the same time.
pub const MAX_FOLLOWING: usize = 64;
/// Longest wait of a long poll.
pub const MAX_WAIT_SECONDS: u64 = 60;
/// Another process may have changed it, or its time may be over: looked at again after so long.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Changes that a slow follower may be behind before it looks for itself.
const BEHIND: usize = 256;

#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    #[error("at most {MAX_FOLLOWING} requests of one client wait at the same time")]
    TooMany,
    #[error("wait is between 0 and {MAX_WAIT_SECONDS} seconds")]
    Wait,
    #[error(transparent)]
    View(#[from] ViewError),
}

/// Who waits for what in this process.
pub struct Following {
    changes: broadcast::Sender<Arc<str>>,
    places: Arc<Mutex<HashMap<String, usize>>>,
}

/// A place among those who wait; given back when dropped.
struct Place {
    who: String,
    places: Arc<Mutex<HashMap<String, usize>>>,
}

/// One verification and the wish to hear of its changes.
pub struct Follower {
    desk: Arc<Desk>,
    agency: Agency,
    id: String,
    changes: broadcast::Receiver<Arc<str>>,
    told: Option<State>,
    _place: Place,
}

impl Default for Following {
    fn default() -> Self {
        Self { changes: broadcast::Sender::new(BEHIND), places: Arc::default() }
    }
}

impl Following {
    /// Wakes those who wait for this verification.
    pub(super) fn changed(&self, id: &str) {
        // Nobody waits: nobody is told.
        let _ = self.changes.send(id.into());
    }

    fn place(&self, who: &str) -> Result<Place, FollowError> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = places.entry(who.to_owned()).or_default();
        if *taken >= MAX_FOLLOWING {
            return Err(FollowError::TooMany);
        }
        *taken += 1;
        Ok(Place { who: who.to_owned(), places: Arc::clone(&self.places) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = places.get_mut(&self.who) {
            *taken -= 1;
            if *taken == 0 {
                places.remove(&self.who);
            }
        }
    }
}

impl Desk {
    /// Returns when the verification is settled, or after so many seconds.
    pub async fn wait_until_settled(
        self: &Arc<Self>,
        agency: &Agency,
        id: &str,
        wait_seconds: u64,
    ) -> Result<(), FollowError> {
        if wait_seconds > MAX_WAIT_SECONDS {
            return Err(FollowError::Wait);
        }
        if wait_seconds > 0 {
            let mut follower = self.follow(agency, id).await?;
            let until = Instant::now() + Duration::from_secs(wait_seconds);
            while let Some(view) = follower.next(until.saturating_duration_since(Instant::now())).await? {
                if view.state.is_final() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Follows a verification of the agency's.
    pub async fn follow(self: &Arc<Self>, agency: &Agency, id: &str) -> Result<Follower, FollowError> {
        // Before the first look, so that no change falls between.
        let changes = self.following.changes.subscribe();
        self.view(agency, id, None).await?;
        let place = self.following.place(&agency.id)?;
        Ok(Follower {
            desk: Arc::clone(self),
            agency: agency.clone(),
            id: id.to_owned(),
            changes,
            told: None,
            _place: place,
        })
    }
}

impl Follower {
    /// The verification as soon as its state is another one than was told last; at once the first time. None when
    /// nothing changed for so long.
    pub async fn next(&mut self, patience: Duration) -> Result<Option<VerificationView>, ViewError> {
        let until = Instant::now() + patience;
        loop {
            let view = self.desk.view(&self.agency, &self.id, None).await?;
            if self.told != Some(view.state) {
                self.told = Some(view.state);
                return Ok(Some(view));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.woken(left.min(LOOK_AGAIN)).await;
        }
    }

    /// Returns when this verification changed, when that cannot be excluded, or after so long.
    async fn woken(&mut self, most: Duration) {
        let change = async {
            while let Ok(id) = self.changes.recv().await {
                if *id == *self.id {
                    return;
                }
            }
        };
        // Time that is over is a reason to look as well.
        let _ = timeout(most, change).await;
    }
}
