//! Enrolment with the Fund and the yearly proof.

use actix_web::http::StatusCode;
use web::Problem;

use super::{PAGES, UNPROCESSABLE, capitalised, device_key, fault, remote, request_refused, signature, step};
use crate::app::enrolment::{EnrolmentError, SeparationRefusal};
use crate::app::existence::ExistenceError;
use crate::app::year::YearRefusal;

impl From<EnrolmentError> for Problem {
    fn from(error: EnrolmentError) -> Self {
        let error = match error {
            EnrolmentError::Custody(inner) => return inner.into(),
            EnrolmentError::Question(inner) => return (*inner).into(),
            other => other,
        };
        match &error {
            EnrolmentError::NoStation | EnrolmentError::Custody(_) | EnrolmentError::Question(_) => no_station(),
            EnrolmentError::Year(why) => year(*why),
            EnrolmentError::StationRefused => {
                Self::new(StatusCode::CONFLICT, "station-refused", "The Fund does not take the word of this station")
                    .detail("An administrator of the Fund registers the station, or has closed it. The person can enrol by a call.")
            }
            EnrolmentError::Picture => Self::bad_request("picture: a JPEG of at most 256 kB in base64url."),
            EnrolmentError::PictureRefused(reason) => {
                Self::new(UNPROCESSABLE, "picture-refused", "The picture cannot be used").detail(reason.clone())
            }
            EnrolmentError::Document(fault) => {
                Self::new(UNPROCESSABLE, "document-refused", "The document cannot be recorded").detail(fault.clone())
            }
            EnrolmentError::Fault(inner) => fault(inner),
            EnrolmentError::Unknown => Self::not_found(),
            EnrolmentError::Fund(inner) => remote(inner, "The Fund"),
            EnrolmentError::NotProven => request_refused(
                "the registry does not prove that this link comes from the organisation it names",
            ),
            EnrolmentError::Form | EnrolmentError::Code => {
                Self::new(UNPROCESSABLE, "invitation-refused", "Number and code do not fit").detail(
                    "Compare both with the letter. A code works once, for 45 days, and not after ten wrong tries. The Fund \
                     sends another one; the paper form counts the same.",
                )
            }
            EnrolmentError::TimeTaken => {
                Self::new(StatusCode::CONFLICT, "time-taken", "This time is taken")
                    .detail("Somebody else chose it at the same moment. Choose another one.")
            }
            EnrolmentError::Refused(reason) => {
                Self::new(StatusCode::CONFLICT, "enrolment-refused", "The Fund did not accept this step")
                    .detail(reason.clone())
            }
            EnrolmentError::Separation(why) => separation(*why),
            EnrolmentError::DeviceKey => device_key(),
            EnrolmentError::Signature(inner) => signature(&inner.to_string()),
        }
    }
}

impl From<ExistenceError> for Problem {
    fn from(error: ExistenceError) -> Self {
        if let ExistenceError::Custody(inner) = error {
            return inner.into();
        }
        match &error {
            ExistenceError::Time => Self::bad_request("capturedAt: a time of RFC 3339 in seconds."),
            ExistenceError::NoStation | ExistenceError::Custody(_) => no_station(),
            ExistenceError::Fault(inner) => fault(inner),
            ExistenceError::Unknown => Self::not_found(),
            ExistenceError::Fund(inner) => remote(inner, "The Fund"),
            ExistenceError::Gone => Self::new(StatusCode::GONE, "request-gone", "This request is over")
                .detail("It has expired. Ask the Fund for a new one."),
            ExistenceError::NotProven => request_refused(
                "the registry does not prove that this link comes from the organisation it names",
            ),
            ExistenceError::Step(inner) => step(&inner.to_string()),
            ExistenceError::DeviceKey => device_key(),
            ExistenceError::NoPasskey => {
                Self::new(StatusCode::CONFLICT, "passkey-unsuitable", "This needs another passkey").detail(
                    "The yearly proof needs a passkey that can answer the Fund, and this wallet has none; a PIN is not \
                     enough. Add one on a phone or a security key, or take the paper or in-person way: it counts the same.",
                )
            }
            ExistenceError::Assertion => {
                Self::new(UNPROCESSABLE, "passkey-refused", "The passkey was not accepted")
                    .detail("It did not answer this request, or did not confirm that it is you. Try again.")
            }
            ExistenceError::Signature(inner) => signature(&inner.to_string()),
            ExistenceError::Words => Self::bad_request(capitalised(&error.to_string())),
            ExistenceError::NoLetter => Self::not_found(),
            ExistenceError::FormType => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "form-not-taken",
                "The form was not taken",
            )
            .detail("Choose a photograph (JPEG or PNG) or a PDF of the signed page.")
            .with("reason", "type"),
            ExistenceError::FormRefused { reason, said } => {
                Self::new(UNPROCESSABLE, "form-not-taken", "The form was not taken")
                    .detail(said.clone())
                    .with("reason", *reason)
            }
            ExistenceError::AnswerRefused(reason) => {
                Self::new(StatusCode::BAD_GATEWAY, "answer-refused", "The Fund did not accept the proof")
                    .detail(reason.clone())
            }
        }
    }
}

fn no_station() -> Problem {
    Problem::new(StatusCode::CONFLICT, "no-station", "This device is no station of the Fund").detail(
        "The yearly proof at a desk is given at a station. An officer opens one on this device, and the Fund registers it.",
    )
}

/// The page behind each says what to do next.
fn year(why: YearRefusal) -> Problem {
    let slug = match why {
        YearRefusal::Word => "year-word-refused",
        YearRefusal::KeyUnknown => "year-key-unknown",
        YearRefusal::KeyReplaced => "year-key-replaced",
        YearRefusal::NotOpen => "year-not-open",
        YearRefusal::NotConcerned => "year-not-concerned",
        YearRefusal::WithFund => "year-with-fund",
        YearRefusal::Proven => "year-proven",
        YearRefusal::Ended => "year-ended",
    };
    let (title, text) =
        PAGES.find(slug).map_or(("The proof cannot begin", ""), |page| (page.title, page.text));
    Problem::new(StatusCode::CONFLICT, slug, title).detail(text)
}

/// The page behind each says what to do next.
fn separation(why: SeparationRefusal) -> Problem {
    let slug = match why {
        SeparationRefusal::NotOffered => "separation-not-offered",
        SeparationRefusal::Unanswered => "separation-unanswered",
        SeparationRefusal::Withdrawn => "separation-withdrawn",
        SeparationRefusal::Expired => "separation-expired",
        SeparationRefusal::NotValid => "separation-not-valid",
        SeparationRefusal::NotMatched => "separation-not-matched",
        SeparationRefusal::Used => "separation-used",
    };
    let page = PAGES.find(slug);
    let (title, text) =
        page.map_or(("The credential cannot be accepted", ""), |page| (page.title, page.text));
    Problem::new(StatusCode::CONFLICT, slug, title).detail(text)
}
