//! A server that takes events, or does not.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub content_type: String,
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub body: String,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn parse(head: &str, body: String) -> Self {
        let header = |name: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            let found = lines.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.to_owned()).unwrap_or_default()
        };
        Self {
            path: head.split_whitespace().nth(1).unwrap().to_owned(),
            content_type: header("content-type"),
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
            body,
        }
    }
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    /// The next answers; 204 when there are none.
    answers: VecDeque<u16>,
    /// The event that is always refused.
    refused: String,
}

pub struct Receiver {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Receiver {
    pub async fn start() -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    async fn at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(socket, Arc::clone(&shared)));
            }
        });
        Self { address, state, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook?key=k", self.address)
    }

    /// What the next requests are answered with.
    pub fn answer(&self, statuses: &[u16]) {
        self.state.lock().unwrap().answers.extend(statuses);
    }

    /// Answers this event with 422 from now on.
    pub fn refuse(&self, id: &str) {
        id.clone_into(&mut self.state.lock().unwrap().refused);
    }

    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.state.lock().unwrap().received)
    }

    /// No connection any more.
    pub fn close(&self) {
        self.task.abort();
    }

    /// Another one at the same address.
    pub async fn reopen(&self) -> Self {
        Self::at(self.address).await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut socket: TcpStream, state: Arc<Mutex<State>>) {
    let mut bytes = Vec::new();
    let (head, body) = loop {
        let mut chunk = [0; 4096];
        let Ok(length @ 1..) = socket.read(&mut chunk).await else { return };
        bytes.extend_from_slice(&chunk[..length]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let announced = head.to_ascii_lowercase();
        let announced = announced.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        if body.len() >= announced.map_or(0, |length| length.parse().unwrap()) {
            break (head.to_owned(), body.to_owned());
        }
    };
    let received = Received::parse(&head, body);
    let status = {
        let mut state = state.lock().unwrap();
        let refused = received.id == state.refused;
        state.received.push(received);
        if refused { 422 } else { state.answers.pop_front().unwrap_or(204) }
    };
    let patience = if status == 429 { "Retry-After: 3600\r\n" } else { "" };
    let answer = format!(
        "HTTP/1.1 {status} Answer\r\n{patience}Location: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    let _ = socket.write_all(answer.as_bytes()).await;
}
