use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::TokenError;
use super::place::Place;
use super::session::Connection;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Threads that each keep a session open, and take the next waiting job. They end with the pool, which waits for them:
/// a program that ended meanwhile would take the module away under a session that is being closed.
pub(super) struct Pool {
    /// Nothing once the pool ends.
    jobs: Mutex<Option<Sender<Job>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    pub fn start(place: &Arc<Place>, sessions: usize) -> Result<Self, TokenError> {
        let (sender, receiver) = channel::<Job>();
        let waiting = Arc::new(Mutex::new(receiver));
        let mut threads = Vec::new();
        for number in 0..sessions.clamp(1, 256) {
            let (mut connection, waiting) = (Connection::new(Arc::clone(place)), Arc::clone(&waiting));
            let thread = thread::Builder::new().name(format!("token-{number}"));
            let work = move || {
                while let Some(job) = next(&waiting) {
                    job(&mut connection);
                }
            };
            threads.push(thread.spawn(work).map_err(TokenError::Thread)?);
        }
        Ok(Self { jobs: Mutex::new(Some(sender)), threads })
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
        self.send(job).ok_or(TokenError::Stopped)?;
        answered.await.map_err(|_| TokenError::Stopped)?
    }

    fn send(&self, job: Job) -> Option<()> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.send(job).ok()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let here = thread::current().id();
        // A thread that panicked has ended as well.
        self.threads.drain(..).filter(|it| it.thread().id() != here).for_each(|it| drop(it.join()));
    }
}

fn next(waiting: &Mutex<Receiver<Job>>) -> Option<Job> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}
