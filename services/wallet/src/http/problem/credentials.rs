//! Offers, what the wallet holds, and what is shown of it.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use serde_json::{Value, json};
use web::Problem;

use super::{
    UNPROCESSABLE, capitalised, device_key, fault, remote, request_refused, sign_in, signature, step, step_up,
};
use crate::app::accounts::AccountError;
use crate::app::cards::CardError;
use crate::app::credentials::{CredentialError, RemovalError};
use crate::app::offers::OfferError;
use crate::app::presentations::PresentationError;
use crate::app::vc_api::DeriveError;

const MALFORMED: &str = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR";

impl From<OfferError> for Problem {
    fn from(error: OfferError) -> Self {
        match &error {
            OfferError::Fault(inner) => fault(inner),
            OfferError::Unknown => Self::not_found(),
            OfferError::Refused(inner) => Self::new(UNPROCESSABLE, "offer-refused", "This offer cannot be used")
                .detail(format!("{}.", capitalised(&inner.to_string()))),
            OfferError::Issuer(inner) => remote(inner, "The organisation that offers this"),
            OfferError::Gone => Self::new(StatusCode::GONE, "offer-gone", "This offer is over")
                .detail("It was withdrawn, locked after wrong codes, or has expired. Ask the organisation for a new one."),
            OfferError::RenewalOver => {
                Self::new(StatusCode::CONFLICT, "renewal-over", "This is not renewed by itself")
                    .detail("Ask the organisation to offer it to you again.")
            }
            OfferError::NotDue => Self::conflict("It is valid for a while yet, and copies are left."),
            OfferError::SignInFirst => {
                Self::new(StatusCode::CONFLICT, "sign-in-first", "Sign in at the organisation first")
                    .detail("The organisation gives this to whoever signs in there. Begin the sign-in of this offer.")
            }
            OfferError::Answer(inner) => sign_in::fault(inner),
            OfferError::AtDesk => AccountError::AtDesk.into(),
            OfferError::TransactionCodeMissing => {
                Self::new(UNPROCESSABLE, "transaction-code-missing", "The code is missing")
                    .detail("Enter the code that the organisation gave you.")
            }
            OfferError::TransactionCodeRefused => {
                Self::new(UNPROCESSABLE, "transaction-code-refused", "The code was not accepted")
                    .detail("Check the code and enter it again. After a few wrong codes the offer is locked.")
            }
            OfferError::IssuerRefused(reason) => {
                Self::new(StatusCode::BAD_GATEWAY, "issuer-refused", "The organisation did not issue the credential")
                    .detail(format!(
                        "It may have been taken already, or withdrawn. Ask the organisation for a new offer. It said: {reason}"
                    ))
            }
            OfferError::InPerson(inner) => (*inner).into(),
            OfferError::Full => Self::new(StatusCode::CONFLICT, "wallet-full", "This wallet holds no more")
                .detail("It holds five hundred certificates. Delete what you do not need, and accept the offer then."),
            OfferError::KeyKind => {
                Self::new(UNPROCESSABLE, "key-kind-missing", "This device cannot make the key that is asked for")
                    .detail("This organisation takes only a kind of key (Ed25519) that this browser or desk does not make. Nothing is lost and no code was used. Open the offer again on a phone or computer with a newer browser, or ask the organisation to take the usual kind of key (ES256).")
            }
            OfferError::DeviceKey => device_key(),
            OfferError::CopyKey(inner) => Self::bad_request(format!("{}.", capitalised(&inner.to_string()))),
            OfferError::TokenOver => {
                Self::new(StatusCode::CONFLICT, "accept-again", "It took too long")
                    .detail("Nothing is lost. Accept the offer once more.")
            }
            OfferError::Signature(inner) => signature(&inner.to_string()),
            OfferError::Credential(faults) => {
                Self::new(StatusCode::BAD_GATEWAY, "credential-refused", "The credential is not sound")
                    .detail("What the organisation sent does not verify, so it was not kept. Tell the organisation.")
                    .with("faults", faults.clone())
            }
        }
    }
}

impl From<CredentialError> for Problem {
    fn from(error: CredentialError) -> Self {
        match &error {
            CredentialError::Fault(inner) => fault(inner),
            CredentialError::Unknown => Self::not_found(),
        }
    }
}

impl From<RemovalError> for Problem {
    fn from(error: RemovalError) -> Self {
        match error {
            RemovalError::Credential(inner) => inner.into(),
            RemovalError::StepUp(inner) => step_up(inner),
        }
    }
}

impl From<CardError> for Problem {
    fn from(error: CardError) -> Self {
        match &error {
            CardError::Fault(inner) => fault(inner),
            CardError::Unknown => Self::not_found(),
            CardError::StepUp(inner) => step_up(*inner),
            CardError::Choice => Self::bad_request("claims: names that this credential lets be withheld."),
            CardError::TooLong => Self::new(UNPROCESSABLE, "card-too-long", "This is too much for a card")
                .detail("Choose less. A portrait does not fit."),
        }
    }
}

impl From<PresentationError> for Problem {
    fn from(error: PresentationError) -> Self {
        match &error {
            PresentationError::Fault(inner) => fault(inner),
            PresentationError::Unknown => Self::not_found(),
            PresentationError::Refused(inner) => request_refused(&inner.to_string()),
            PresentationError::Signature => {
                request_refused("the signature on the request is not one of the organisation it names")
            }
            PresentationError::Verifier(inner) => remote(inner, "The organisation that asks"),
            PresentationError::Gone => Self::new(StatusCode::GONE, "request-gone", "This request is over")
                .detail("It has expired or was answered already. Ask for a new one."),
            PresentationError::Selection(inner) => {
                Self::new(UNPROCESSABLE, "selection-refused", "Your choice does not answer the request")
                    .detail(format!("{}.", capitalised(&inner.to_string())))
            }
            PresentationError::Step(inner) => step(&inner.to_string()),
            PresentationError::DeviceSignature(inner) => signature(&inner.to_string()),
            PresentationError::DeviceKey => device_key(),
            PresentationError::StepUp(inner) => step_up(*inner),
            PresentationError::InPerson(inner) => (*inner).into(),
        }
    }
}

impl From<DeriveError> for Problem {
    fn from(error: DeriveError) -> Self {
        match &error {
            DeriveError::Closed => Self::not_found(),
            DeriveError::Faults(faults) => {
                let detail = faults.first().map_or_else(String::new, |fault| fault.detail.clone());
                let errors: Vec<Value> = faults
                    .iter()
                    .map(|it| json!({"pointer": it.pointer, "code": it.code, "detail": it.detail}))
                    .collect();
                Self::new(StatusCode::BAD_REQUEST, MALFORMED, "The credential cannot be shown in part")
                    .detail(detail)
                    .with("errors", errors)
            }
            DeriveError::Overloaded => {
                Self::unavailable("Too much work is waiting.").header(RETRY_AFTER, "1")
            }
            DeriveError::Proof(_) => Self::internal(&error),
        }
    }
}
