//! Every error of a use case as the outside sees it. No arm catches all: a new error is a decision made here.

mod authorizing;
mod oauth;
mod pages;
mod vc_api;

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use web::Problem;

pub(super) use self::pages::PAGES;
use crate::app::{
    ChangeError, DirectoryError, DocumentError, EraseError, FetchError, ListError, OfferError, ReceiptError,
};

impl From<FetchError> for Problem {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Unknown => Self::not_found(),
            FetchError::Closed(refusal) => closed(&refusal.to_string()),
            FetchError::TooOften => too_often(),
            FetchError::Store(error) => store(&error),
        }
    }
}

impl From<ReceiptError> for Problem {
    fn from(error: ReceiptError) -> Self {
        match error {
            ReceiptError::Unknown => Self::not_found(),
            ReceiptError::Damaged => Self::internal(&error),
            ReceiptError::Store(error) => store(&error),
        }
    }
}

impl From<DocumentError> for Problem {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::Tenant(_) => Self::not_found(),
            DocumentError::Label | DocumentError::TooMany => Self::bad_request(error.to_string()),
            DocumentError::Receipt(error) => error.into(),
            DocumentError::Store(error) => store(&error),
        }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Unknown => Self::not_found(),
            ListError::NoKeys => {
                tracing::error!("there is no key to sign a status list with");
                Self::unavailable("The list cannot be signed at the moment.").header(RETRY_AFTER, "5")
            }
            ListError::Secure(error) => Self::internal(&error),
            ListError::Store(error) => store(&error),
        }
    }
}

impl From<OfferError> for Problem {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::UnknownSubject | OfferError::UnknownOffer => Self::not_found(),
            OfferError::ForeignType(_) | OfferError::Empty => Self::bad_request(error.to_string()),
            OfferError::Claims(reason) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "record-incomplete",
                "The record does not make a credential",
            )
            .detail(reason.to_string()),
            OfferError::ServiceEnded => Self::conflict(
                "The person's service has ended. Take that back on their page first, if it was an error.",
            ),
            OfferError::Closed => closed("it was accepted, withdrawn or has expired"),
            OfferError::Store(error) => store(&error),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Unknown => Self::not_found(),
            ChangeError::Until => Self::bad_request(sentence(&error.to_string())),
            ChangeError::Refused(refused) => {
                Self::new(StatusCode::CONFLICT, "credential-final", "A revoked credential stays revoked")
                    .detail(refused.to_string())
            }
            ChangeError::Store(error) => store(&error),
        }
    }
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Self {
        let said = sentence(&error.to_string());
        match error {
            EraseError::Unknown => Self::not_found(),
            EraseError::Reason => Self::bad_request(said),
            EraseError::Held(_)
            | EraseError::Valid { .. }
            | EraseError::AtWork
            | EraseError::Undecided
            | EraseError::Paid
            | EraseError::KeptForAudit { .. } => {
                Self::new(StatusCode::CONFLICT, "kept-record", "The record has to be kept for now")
                    .detail(said)
            }
            EraseError::Fund(error) => error.into(),
            EraseError::Store(error) => store(&error),
        }
    }
}

impl From<DirectoryError> for Problem {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::Unknown => Self::not_found(),
            DirectoryError::Store(error) => store(&error),
        }
    }
}

/// A race that was lost to the last try is the caller's to repeat; anything else is ours.
pub(super) fn store(error: &store_issuer::Error) -> Problem {
    if error.is_retryable() {
        Problem::unavailable("The database is busy.").header(RETRY_AFTER, "1")
    } else {
        Problem::internal(error)
    }
}

/// An error's text as a sentence.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

fn closed(reason: &str) -> Problem {
    Problem::new(StatusCode::GONE, "offer-closed", "This offer is closed").detail(reason)
}

fn too_often() -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests")
        .detail("The offer was fetched too often in a short time.")
        .header(RETRY_AFTER, "300")
}
