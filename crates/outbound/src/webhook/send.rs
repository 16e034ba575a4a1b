//! One try of one delivery.

use clock::Timestamp;
use url::Url;

use super::{WebhookSecret, signed};
use crate::{Outbound, OutboundError, Reply};

/// What is sent, the same in every try.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    pub id: &'a str,
    /// JSON.
    pub body: &'a str,
}

/// What came of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub taken: bool,
    /// 410: nothing more is wanted here.
    pub gone: bool,
    /// A code of ours: words of others could hold anything.
    pub code: String,
    /// Seconds.
    pub retry_after: Option<u32>,
}

/// Posts a message, signed with each secret in force. Nothing of the answer's body is kept.
pub async fn send(
    client: &Outbound,
    url: &Url,
    secrets: &[WebhookSecret],
    message: Message<'_>,
    now: Timestamp,
) -> Answer {
    let signed = signed(secrets, message.id, message.body, now);
    let headers = [
        ("webhook-id", signed.id.as_str()),
        ("webhook-timestamp", &signed.timestamp),
        ("webhook-signature", &signed.signature),
    ];
    let body = message.body.as_bytes().to_vec();
    match client.post_unheard(url, "application/json", body, &headers).await {
        Ok(reply) => Answer::of(&reply),
        Err(error) => Answer::failed(fault(&error)),
    }
}

impl Answer {
    /// Standard Webhooks 1.0, "Delivery success and failure": anything but 2xx is a failure, redirects too.
    fn of(reply: &Reply) -> Self {
        Self {
            taken: reply.is_success(),
            gone: reply.status == 410,
            code: format!("http-{}", reply.status),
            // RFC 9110, 10.2.3; a date is rare, and the schedule waits long enough without it.
            retry_after: reply.header("retry-after").and_then(|seconds| seconds.parse().ok()),
        }
    }

    /// A try that reached nobody.
    #[must_use]
    pub fn failed(code: &str) -> Self {
        Self { taken: false, gone: false, code: code.to_owned(), retry_after: None }
    }
}

const fn fault(error: &OutboundError) -> &'static str {
    match error {
        OutboundError::TimedOut(_) => "timeout",
        OutboundError::Refused(_) => "refused",
        OutboundError::Unreachable { .. } => "unreachable",
        OutboundError::RootCertificates { .. }
        | OutboundError::RootForm { .. }
        | OutboundError::Client(_)
        | OutboundError::Header(_)
        | OutboundError::TooLarge(_) => "request",
    }
}
