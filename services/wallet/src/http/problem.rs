//! Every way a use case fails, as a status and words.

mod account;
mod credentials;
mod fund;
mod pages;
mod sign_in;

use actix_web::http::StatusCode;
use holding::account::StepUp;
use keys::{SignError, TokenError};
use web::Problem;

pub use self::pages::PAGES;
use crate::app::desk_queue::QueueError;
use crate::app::fault::{Fault, RemoteFault};
use crate::app::offline::OfflineError;
use crate::app::stations::StationError;

const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

pub fn fault(error: &Fault) -> Problem {
    match error {
        Fault::Store(store) if store.is_retryable() => {
            Problem::conflict("Another request changed this at the same moment. Try again.")
        }
        Fault::KeptKey(inner) if !may_pass(inner) => Problem::internal(error),
        Fault::KeptKey(_) | Fault::KeptKeySlow => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "the token with kept keys does not answer"
            );
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "kept-key-away", "The key cannot be reached")
                .detail("The device that holds the keys of wallets kept here does not answer. Nothing was signed or sent, and nothing is lost. Try again in some minutes.")
        }
        Fault::Store(_)
        | Fault::Vault(_)
        | Fault::Passkey(_)
        | Fault::Json(_)
        | Fault::Prepare(_)
        | Fault::ClientKey(_) => Problem::internal(error),
    }
}

/// A token that is away comes back; a key that is gone from it does not.
const fn may_pass(error: &SignError) -> bool {
    match error {
        SignError::Memory | SignError::Kind => false,
        SignError::Token(error) => !matches!(
            error,
            TokenError::Missing { .. }
                | TokenError::Ambiguous { .. }
                | TokenError::Extractable { .. }
                | TokenError::PublicKey { .. }
                | TokenError::Mismatch { .. }
                | TokenError::Signature { .. }
        ),
    }
}

pub fn remote(error: &RemoteFault, who: &'static str) -> Problem {
    match error {
        RemoteFault::Unreachable(_) => {
            tracing::info!(error = error as &dyn std::error::Error, "another service could not be reached");
            Problem::new(
                StatusCode::BAD_GATEWAY,
                "other-side-unavailable",
                "The other side cannot be reached",
            )
            .detail(format!("{who} did not answer. Nothing is lost; try again in a moment."))
        }
        RemoteFault::Address => Problem::new(UNPROCESSABLE, "address-refused", "The link cannot be used")
            .detail("The address in the link is not one this wallet may open."),
        RemoteFault::Status { status, .. } => Problem::new(
            StatusCode::BAD_GATEWAY,
            "other-side-unavailable",
            "The other side cannot be reached",
        )
        .detail(format!("{who} answered with status {status}. Nothing is lost; try again in a moment.")),
        RemoteFault::Form(what) => {
            Problem::new(StatusCode::BAD_GATEWAY, "answer-not-understood", "The answer cannot be used")
                .detail(format!("{who} sent something that this wallet does not accept: {what}."))
        }
        RemoteFault::Registry => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "registry-unavailable",
            "The registry cannot be asked",
        )
        .detail(
            "We cannot prove at the moment who you are dealing with, so nothing was done. Try again soon.",
        ),
    }
}

impl From<Fault> for Problem {
    fn from(error: Fault) -> Self {
        fault(&error)
    }
}

impl From<OfflineError> for Problem {
    fn from(error: OfflineError) -> Self {
        match &error {
            OfflineError::Fault(inner) => fault(inner),
            OfflineError::Form => Self::bad_request(capitalised(&error.to_string())),
        }
    }
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Account(inner) => inner.into(),
            QueueError::Existence(inner) => inner.into(),
            QueueError::Queued(inner) => Self::new(UNPROCESSABLE, "queue-refused", "The waiting proof was not taken")
                .detail(format!("{}.", capitalised(&inner.to_string()))),
            QueueError::Over => Self::new(StatusCode::GONE, "queue-over", "The waiting proof came too late")
                .detail("It was not brought in time, or was of no use before. Ask the person to come once more, or take paper."),
            QueueError::Elsewhere => {
                Self::new(StatusCode::FORBIDDEN, "queue-elsewhere", "Another officer brings this proof").detail(
                    "Only the officer who had the person in front of them brings it, from the same station.",
                )
            }
            QueueError::TooMany => Self::new(StatusCode::CONFLICT, "too-many", "There is no room for one more")
                .detail("As many proofs as may are under way at this station. It works on while there is a network."),
        }
    }
}

impl From<StationError> for Problem {
    fn from(error: StationError) -> Self {
        match error {
            StationError::Account(inner) => inner.into(),
            StationError::Station(inner) => Self::bad_request(capitalised(&inner.to_string())),
            StationError::Unknown => Self::not_found(),
        }
    }
}

fn step_up(missing: StepUp) -> Problem {
    match missing {
        StepUp::Old => Problem::new(StatusCode::FORBIDDEN, "sign-in-again", "Please confirm that it is you")
            .detail("This step needs a fresh proof. Use your passkey or your PIN once more."),
        StepUp::Weak => Problem::new(StatusCode::FORBIDDEN, "passkey-needed", "This needs your passkey")
            .detail("This wallet has a passkey, so a PIN is not enough for this step."),
    }
}

fn device_key() -> Problem {
    Problem::new(StatusCode::CONFLICT, "device-key-unknown", "This device does not hold the key")
        .detail("The key is not registered with your wallet, or was marked as lost. Use the device that received the credential.")
}

fn signature(reason: &str) -> Problem {
    Problem::new(UNPROCESSABLE, "signature-refused", "The signature is not right")
        .detail(format!("{}.", capitalised(reason)))
}

fn step(reason: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, "step-over", "This step is not possible now")
        .detail(format!("{}.", capitalised(reason)))
}

fn request_refused(reason: &str) -> Problem {
    Problem::new(UNPROCESSABLE, "request-refused", "This request was stopped for your safety")
        .detail(format!("{}. Nothing was shared.", capitalised(reason)))
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
