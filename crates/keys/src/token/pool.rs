use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use super::TokenError;
use super::place::Place;
use super::session::Connection;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Threads that each keep a session open, and take the next waiting job. They end with the pool.
pub(super) struct Pool(Mutex<Sender<Job>>);

impl Pool {
    pub fn start(place: &Arc<Place>, sessions: usize) -> Result<Self, TokenError> {
        let (sender, receiver) = channel::<Job>();
        let waiting = Arc::new(Mutex::new(receiver));
        for number in 0..sessions.clamp(1, 256) {
            let (mut connection, waiting) = (Connection::new(Arc::clone(place)), Arc::clone(&waiting));
            let thread = thread::Builder::new().name(format!("token-{number}"));
            let work = move || {
                while let Some(job) = next(&waiting) {
                    job(&mut connection);
                }
            };
            thread.spawn(work).map_err(TokenError::Thread)?;
        }
        Ok(Self(Mutex::new(sender)))
    }

    /// Waits for a thread, lets it do the job, and returns what came of it.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, TokenError> + Send + 'static,
    ) -> Result<T, TokenError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // Whoever asked may have gone.
            if !answer.is_closed() {
                let _ = answer.send(job(connection));
            }
        });
        let sent = self.0.lock().unwrap_or_else(PoisonError::into_inner).send(job);
        sent.map_err(|_| TokenError::Stopped)?;
        answered.await.map_err(|_| TokenError::Stopped)?
    }
}

fn next(waiting: &Mutex<Receiver<Job>>) -> Option<Job> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}
