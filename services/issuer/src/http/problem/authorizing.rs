//! Why somebody does not get on at the page where people sign in and agree.

use actix_web::http::StatusCode;
use issuance::CodeRefusal;
use web::Problem;
use web::passkey::PasskeyError;

use super::store;
use crate::app::AuthorizeError;

impl From<AuthorizeError> for Problem {
    fn from(error: AuthorizeError) -> Self {
        let said = error.to_string();
        let reason = reason(&error);
        let unauthorized = |detail: &str| Self::unauthorized().detail(detail);
        let problem = match error {
            AuthorizeError::Request => Self::new(
                StatusCode::BAD_REQUEST,
                "authorization-expired",
                "This request is over",
            )
            .detail(
                "It is unknown, was answered already or has expired. Go back to the wallet and start again.",
            ),
            AuthorizeError::Ceremony => {
                Self::bad_request("It took too long, or was answered before. Please try again.")
            }
            AuthorizeError::UnknownPasskey | AuthorizeError::Passkey(PasskeyError::Unknown) => {
                unauthorized("This passkey is not registered here. Use the code of an offer to make one.")
            }
            AuthorizeError::WrongCode { tries_left } => code_refused(said).with("triesLeft", tries_left),
            AuthorizeError::NoCode
            | AuthorizeError::Refused(
                CodeRefusal::Missing
                | CodeRefusal::Unexpected
                | CodeRefusal::Wrong
                | CodeRefusal::Locked
                | CodeRefusal::Withdrawn
                | CodeRefusal::Expired,
            ) => code_refused(said),
            AuthorizeError::TooManyPasskeys => Self::conflict(said),
            AuthorizeError::Passkey(PasskeyError::Form(_)) => Self::bad_request(said),
            AuthorizeError::Passkey(PasskeyError::Refused(_)) => {
                unauthorized("The passkey was refused. Please try again.")
            }
            AuthorizeError::Passkey(PasskeyError::Configuration(_) | PasskeyError::Stored(_)) => {
                return Self::internal(&error);
            }
            AuthorizeError::Store(error) => return store(&error),
        };
        problem.with("reason", reason)
    }
}

fn code_refused(said: String) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "code-refused", "The transaction code was refused").detail(said)
}

/// By which the page finds the sentence in the person's language.
const fn reason(error: &AuthorizeError) -> &'static str {
    match error {
        AuthorizeError::Request | AuthorizeError::Store(_) => "authorization-expired",
        AuthorizeError::Ceremony => "ceremony",
        AuthorizeError::UnknownPasskey | AuthorizeError::Passkey(PasskeyError::Unknown) => "unknown-passkey",
        AuthorizeError::NoCode => "no-code",
        AuthorizeError::WrongCode { .. } => "wrong-code",
        AuthorizeError::Refused(CodeRefusal::Locked) => "code-locked",
        AuthorizeError::Refused(CodeRefusal::Withdrawn | CodeRefusal::Expired) => "offer-ended",
        AuthorizeError::Refused(CodeRefusal::Missing | CodeRefusal::Unexpected | CodeRefusal::Wrong) => {
            "code-needed"
        }
        AuthorizeError::TooManyPasskeys => "too-many-passkeys",
        AuthorizeError::Passkey(_) => "passkey-refused",
    }
}
