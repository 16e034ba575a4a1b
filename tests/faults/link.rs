//! A wire between two nodes that can be cut: a relay of TCP, because network namespaces need root and this does not.

use std::sync::Arc;

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    /// Nothing passes and nobody is told, as when a router drops packets.
    Silent,
    /// Connections break and new ones are refused, as when a firewall answers for the other side.
    Refused,
}

pub struct Link {
    pub port: u16,
    state: Arc<watch::Sender<State>>,
    relay: JoinHandle<()>,
}

impl Link {
    /// Listens on a port of its own and relays to `target`.
    pub async fn open(target: u16) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(watch::Sender::new(State::Open));
        let relay = tokio::spawn(accept(listener, target, Arc::clone(&state)));
        Ok(Self { port, state, relay })
    }

    pub fn set(&self, state: State) {
        self.state.send_replace(state);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.relay.abort();
        self.state.send_replace(State::Refused);
    }
}

async fn accept(listener: TcpListener, target: u16, state: Arc<watch::Sender<State>>) {
    while let Ok((near, _)) = listener.accept().await {
        let mut state = state.subscribe();
        if *state.borrow_and_update() == State::Refused {
            continue;
        }
        tokio::spawn(async move {
            // A connection made during a silent cut hangs, as it would on a real wire.
            if !opened(&mut state).await {
                return;
            }
            let Ok(far) = TcpStream::connect(("127.0.0.1", target)).await else { return };
            let _ = (near.set_nodelay(true), far.set_nodelay(true));
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            tokio::select! {
                () = pump(near_in, far_out, state.clone()) => {}
                () = pump(far_in, near_out, state) => {}
            }
        });
    }
}

/// One direction, until either side ends or the link refuses.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<State>) {
    let mut buffer = vec![0u8; 64 * 1024];
    loop {
        let read = tokio::select! {
            read = from.read(&mut buffer) => read.unwrap_or(0),
            _ = state.wait_for(|state| *state == State::Refused) => return,
        };
        if read == 0 || !opened(&mut state).await || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

/// Waits while the link is silent; false when it refuses.
async fn opened(state: &mut watch::Receiver<State>) -> bool {
    state.wait_for(|state| *state != State::Silent).await.is_ok_and(|state| *state == State::Open)
}
