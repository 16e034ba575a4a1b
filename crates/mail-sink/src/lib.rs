//! A mail server for trying out: it takes every letter, delivers none, and shows them on a page.
//!
//! It exists so that `passerelle up` and the tests send real mail over real SMTP. It deliberately knows no accounts, no
//! TLS and no delivery, keeps letters in memory only, and listens on loopback addresses only; it is never part of an
//! installation. `DECISION.md` beside this crate says why it is ours. Read [`Sink`], [`Letter`] and [`start`] first.

mod http;
mod letter;
mod sink;
mod smtp;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use tokio::task::JoinHandle;
use web::{HttpConfig, Running, ServeError};

pub use letter::Letter;
pub use sink::{MOST_LETTERS, Sink};

#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    #[error("{0} is not on this machine's loopback: letters hold personal data")]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("the page of the letters cannot be served")]
    Serve(#[from] ServeError),
}

/// The SMTP side alone. It ends when this is dropped.
#[derive(Debug)]
pub struct Listening {
    pub addresses: Vec<SocketAddr>,
    loops: Vec<JoinHandle<()>>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        for running in &self.loops {
            running.abort();
        }
    }
}

/// Takes letters on these addresses; port 0 is any free one. Call it on a tokio runtime.
pub fn listen(sink: &Arc<Sink>, addresses: &[SocketAddr]) -> Result<Listening, SinkError> {
    let mut listening = Listening { addresses: Vec::new(), loops: Vec::new() };
    for address in addresses {
        let address = *address;
        if !address.ip().is_loopback() {
            return Err(SinkError::NotLoopback(address));
        }
        let bound = bind(address).map_err(|source| SinkError::Listen { address, source })?;
        listening.addresses.push(bound.local_addr().unwrap_or(address));
        listening.loops.push(tokio::spawn(smtp::accept(bound, Arc::clone(sink))));
    }
    Ok(listening)
}

/// Letters on `smtp`, their page at `/mail` of `http`.
pub async fn start(smtp: &[SocketAddr], http: &HttpConfig) -> Result<Running, SinkError> {
    let sink = Arc::new(Sink::default());
    if let Some(address) = http.listen.iter().find(|address| !address.ip().is_loopback()) {
        return Err(SinkError::NotLoopback(*address));
    }
    let listening = listen(&sink, smtp)?;
    let ready = Arc::clone(&sink);
    let data = actix_web::web::Data::from(sink);
    let mut running = web::serve("mail", http, Default::default(), ready, move |routes| {
        routes.app_data(data.clone());
        http::configure(routes);
    })
    .await?;
    running.on_stop(async move { drop(listening) });
    Ok(running)
}

fn bind(address: SocketAddr) -> std::io::Result<tokio::net::TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(listener)
}
