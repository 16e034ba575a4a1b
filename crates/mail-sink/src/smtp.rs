//! Receiving (RFC 5321), as little of it as a sender needs: one transaction after another, no extension but `8BITMIME`
//! and `SIZE`, nothing relayed.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufStream,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::{Letter, Sink};

/// RFC 5321, 4.5.3.1.6 allows 1,000 octets; addresses of the extensions may be longer.
const LONGEST_LINE: u64 = 2048;
const LARGEST_LETTER: u64 = 1024 * 1024;
const MOST_RECIPIENTS: usize = 100;
const CONNECTIONS: usize = 16;
/// RFC 5321, 4.5.3.2.7.
const IDLE: Duration = Duration::from_secs(300);

pub(crate) async fn accept(listener: TcpListener, sink: Arc<Sink>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let sink = Arc::clone(&sink);
        tokio::spawn(async move {
            // A sender that goes away in the middle has sent nothing.
            let _ = tokio::time::timeout(IDLE, converse(stream, &sink)).await;
            drop(place);
        });
    }
}

#[derive(Default)]
struct Transaction {
    sender: bool,
    recipients: Vec<String>,
}

async fn converse(stream: TcpStream, sink: &Sink) -> io::Result<()> {
    let mut stream = BufStream::new(stream);
    say(&mut stream, "220 localhost Passerelle mail sink").await?;
    let mut now = Transaction::default();
    while let Some(line) = line(&mut stream).await? {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                now = Transaction::default();
                format!("250-localhost\r\n250-8BITMIME\r\n250 SIZE {LARGEST_LETTER}")
            }
            "HELO" | "RSET" => {
                now = Transaction::default();
                "250 OK".to_owned()
            }
            "MAIL" => {
                now = Transaction { sender: path(rest, "FROM:").is_some(), ..Transaction::default() };
                if now.sender { "250 OK" } else { "501 MAIL FROM:<address>" }.to_owned()
            }
            "RCPT" => recipient(&mut now, rest).to_owned(),
            "DATA" if now.recipients.is_empty() => "503 no recipient".to_owned(),
            "DATA" => {
                say(&mut stream, "354 end with a line of a single dot").await?;
                let taken = std::mem::take(&mut now);
                match data(&mut stream).await? {
                    Some(bytes) => {
                        sink.take(Letter::read(taken.recipients, &bytes));
                        "250 taken".to_owned()
                    }
                    None => "552 the letter is too large".to_owned(),
                }
            }
            "NOOP" => "250 OK".to_owned(),
            "VRFY" => "252 everybody is known here".to_owned(),
            "QUIT" => return say(&mut stream, "221 bye").await,
            _ => "500 unknown command".to_owned(),
        };
        say(&mut stream, &answer).await?;
    }
    Ok(())
}

fn recipient(now: &mut Transaction, rest: &str) -> &'static str {
    match path(rest, "TO:") {
        _ if !now.sender => "503 no sender",
        _ if now.recipients.len() >= MOST_RECIPIENTS => "452 too many recipients",
        Some(address) if !address.is_empty() => {
            now.recipients.push(address);
            "250 OK"
        }
        _ => "501 RCPT TO:<address>",
    }
}

/// `FROM:<a@b> SIZE=1` gives `a@b`; the null sender is empty.
fn path(rest: &str, keyword: &str) -> Option<String> {
    let begins = rest.get(..keyword.len()).is_some_and(|head| head.eq_ignore_ascii_case(keyword));
    let inner = rest.get(keyword.len()..).filter(|_| begins)?.trim_start().strip_prefix('<')?;
    inner.split_once('>').map(|(address, _)| address.to_owned())
}

/// The letter up to the single dot, without the dots that were doubled (4.5.2). Nothing when it is too large; it is read
/// to its end all the same.
async fn data(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let (mut letter, mut fits) = (Vec::new(), true);
    loop {
        let Some(line) = line(stream).await? else { return Err(io::ErrorKind::UnexpectedEof.into()) };
        if line == b".\r\n" || line == b".\n" {
            return Ok(fits.then_some(letter));
        }
        let line = line.strip_prefix(b".").unwrap_or(&line);
        fits &= (letter.len() + line.len()) as u64 <= LARGEST_LETTER;
        if fits {
            letter.extend_from_slice(line);
        }
    }
}

/// A line with its end; nothing once the sender has closed.
async fn line(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let read = stream.take(LONGEST_LINE).read_until(b'\n', &mut line).await?;
    if read as u64 == LONGEST_LINE && line.last() != Some(&b'\n') {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok((read > 0).then_some(line))
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), answer: &str) -> io::Result<()> {
    stream.write_all(answer.as_bytes()).await?;
    stream.write_all(b"\r\n").await?;
    stream.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_stands_between_the_brackets() {
        assert_eq!(path("FROM:<a@b.org> SIZE=12", "FROM:").as_deref(), Some("a@b.org"));
        assert_eq!(path("from: <a@b.org>", "FROM:").as_deref(), Some("a@b.org"));
        assert_eq!(path("FROM:<>", "FROM:").as_deref(), Some(""));
        for wrong in ["", "FROM", "FROM:a@b.org", "TO:<a@b.org>", "FROM:<a@b.org"] {
            assert_eq!(path(wrong, "FROM:"), None, "{wrong}");
        }
    }
}
