//! Every way a use case fails, as a status and words.

mod pages;
mod sign_in;

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use holding::account::{DeviceKeyFault, StepUp};
use holding::assisted::AssistedFault;
use holding::mandate::MandateFault;
use holding::pin::PinFault;
use keys::{SignError, TokenError};
use serde_json::{Value, json};
use web::Problem;

pub use self::pages::PAGES;
use crate::app::accounts::AccountError;
use crate::app::assisted::AssistedError;
use crate::app::cards::CardError;
use crate::app::credentials::{CredentialError, RemovalError};
use crate::app::custody::CustodyError;
use crate::app::desk_queue::QueueError;
use crate::app::enrolment::{EnrolmentError, SeparationRefusal};
use crate::app::existence::ExistenceError;
use crate::app::fault::{Fault, RemoteFault};
use crate::app::mandates::{InPerson, MandateError, OutsideMandate};
use crate::app::offers::OfferError;
use crate::app::offline::OfflineError;
use crate::app::pins::PinError;
use crate::app::presentations::PresentationError;
use crate::app::stations::StationError;
use crate::app::vc_api::DeriveError;
use crate::app::year::YearRefusal;

const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const MALFORMED: &str = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR";

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

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match &error {
            AccountError::Fault(inner) => fault(inner),
            AccountError::Ceremony => Self::new(UNPROCESSABLE, "ceremony-over", "This sign-in has run out")
                .detail("It took too long, or was used already. Begin again."),
            AccountError::Passkey(inner) => {
                tracing::info!(error = inner as &dyn std::error::Error, "a passkey was refused");
                Self::new(UNPROCESSABLE, "passkey-refused", "The passkey was not accepted").detail(
                    "This wallet does not know the passkey, or it did not confirm that it is you. Try another one.",
                )
            }
            AccountError::Registered => {
                Self::new(StatusCode::CONFLICT, "passkey-registered", "This passkey is in use already")
                    .detail("Sign in with it instead.")
            }
            AccountError::TooManyPasskeys => {
                Self::new(StatusCode::CONFLICT, "too-many", "There is no room for one more")
                    .detail("Remove a passkey that you do not use any more.")
            }
            AccountError::LastPasskey => {
                Self::new(StatusCode::CONFLICT, "last-passkey", "This is your only passkey")
                    .detail("Without it nobody could sign in to this wallet. Add another one first.")
            }
            AccountError::OnlyWayIn => PinError::OnlyWayIn.into(),
            AccountError::AtDesk => {
                Self::new(StatusCode::FORBIDDEN, "at-desk", "This is not done at a desk").detail(
                    "It would leave something of yours on the officer's device. Do it on a device of your own.",
                )
            }
            AccountError::AlreadyOfficer => {
                Self::conflict("This wallet is an officer's already. The link is still good for somebody else.")
            }
            AccountError::Unknown => Self::not_found(),
            AccountError::StepUp(inner) => step_up(*inner),
            AccountError::RecoveryCode => {
                Self::new(UNPROCESSABLE, "recovery-code-refused", "The recovery code was not accepted")
                    .detail("It opens no wallet. Read it from the paper once more. A code serves once, and the newest alone.")
            }
            AccountError::NoPasskey => {
                Self::conflict("This wallet has no passkey. Use the PIN of your device.")
            }
            AccountError::NoDeskKey => Self::new(StatusCode::CONFLICT, "no-desk-key", "There is no card or key")
                .detail("None was added to this wallet. The person types the PIN, and can add a card or key then."),
            AccountError::EmptyName => Self::bad_request("Give a name of at least one letter."),
            AccountError::DeviceKey(DeviceKeyFault::NotP256 | DeviceKeyFault::Unknown | DeviceKeyFault::Repeated) => {
                Self::bad_request(error.to_string())
            }
            AccountError::DeviceKey(DeviceKeyFault::TooMany | DeviceKeyFault::Lost) => {
                Self::conflict(capitalised(&error.to_string()))
            }
        }
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

impl From<AssistedError> for Problem {
    fn from(error: AssistedError) -> Self {
        match error {
            AssistedError::Account(inner) => inner.into(),
            AssistedError::Unknown => Self::not_found(),
            AssistedError::UnderWay => {
                Self::conflict("Somebody has asked for this wallet already. Read that code to an officer.")
            }
            AssistedError::Assisted(AssistedFault::Over) => step(&AssistedFault::Over.to_string()),
            AssistedError::Assisted(
                fault @ (AssistedFault::SameOfficer | AssistedFault::OwnWallet | AssistedFault::Unsaid),
            ) => Self::new(UNPROCESSABLE, "help-refused", "This officer cannot agree")
                .detail(format!("{}.", capitalised(&fault.to_string()))),
        }
    }
}

impl From<PinError> for Problem {
    fn from(error: PinError) -> Self {
        match &error {
            PinError::Fault(inner) => fault(inner),
            PinError::Ceremony => AccountError::Ceremony.into(),
            PinError::Refused => Self::new(UNPROCESSABLE, "pin-refused", "The PIN was not accepted")
                .detail("This device and this PIN open no wallet."),
            PinError::Wrong { left } => Self::new(UNPROCESSABLE, "pin-refused", "The PIN was not accepted")
                .detail(format!("The PIN is wrong. Wrong tries that are left: {left}."))
                .with("triesLeft", *left),
            PinError::Pin(PinFault::Form | PinFault::Guessable) => {
                Self::new(UNPROCESSABLE, "pin-unsuitable", "This PIN cannot be used")
                    .detail(format!("{}.", capitalised(&error.to_string())))
            }
            PinError::Pin(PinFault::Wait { until }) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "pin-wait", "The PIN cannot be tried again yet")
                    .detail("There were several wrong tries. Each further one makes the wait longer.")
                    .with("until", until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
            }
            PinError::Pin(PinFault::Locked) => {
                Self::new(StatusCode::FORBIDDEN, "pin-locked", "The PIN is locked").detail(
                    "There were too many wrong tries. Recover your wallet, or sign in with a passkey.",
                )
            }
            PinError::DeviceKey(_) => Self::bad_request(error.to_string()),
            PinError::Thumbprint => Self::bad_request("thumbprint: 43 characters of base64url (RFC 7638)."),
            PinError::Overloaded => {
                Self::unavailable("Too many people try a PIN at this moment. No try was counted.")
                    .header(RETRY_AFTER, "2")
            }
            PinError::Taken => {
                Self::conflict("This device opens a wallet with a PIN already. Sign in with it.")
            }
            PinError::Unknown => Self::not_found(),
            PinError::OnlyWayIn => {
                Self::new(StatusCode::CONFLICT, "last-passkey", "This is your only way in")
                    .detail("Without it nobody could sign in to this wallet. Add a passkey first.")
            }
            PinError::StepUp(inner) => step_up(*inner),
        }
    }
}

impl From<CustodyError> for Problem {
    fn from(error: CustodyError) -> Self {
        match error {
            CustodyError::Pin(inner) => inner.into(),
            CustodyError::Account(inner) => inner.into(),
            CustodyError::Unknown => Self::not_found(),
            CustodyError::Outside(inner) => inner.into(),
            CustodyError::NothingToSign => step("nothing waits for a signature"),
        }
    }
}

impl From<OutsideMandate> for Problem {
    fn from(_: OutsideMandate) -> Self {
        Self::new(StatusCode::FORBIDDEN, "outside-mandate", "The mandate does not hold this").detail(
            "Who acts for somebody may do what the mandate names and nothing else. The person does this, or an officer records \
             another mandate from the document.",
        )
    }
}

impl From<InPerson> for Problem {
    fn from(_: InPerson) -> Self {
        Self::new(StatusCode::FORBIDDEN, "in-person", "They take this from the person alone").detail(
            "The organisation takes it from nobody who acts for the person. Nothing was sent and nothing is used up: the person comes \
             and does it with their own PIN or card, or asks the organisation for another way.",
        )
    }
}

impl From<MandateError> for Problem {
    fn from(error: MandateError) -> Self {
        match error {
            MandateError::Account(inner) => inner.into(),
            MandateError::Pin(inner) => inner.into(),
            MandateError::Unknown => Self::not_found(),
            MandateError::Mandate(MandateFault::Over) => {
                Self::new(StatusCode::CONFLICT, "mandate-over", "This mandate is not in force")
                    .detail("It waits for a second officer, has not begun, is over, or was ended. Look at it under “Representatives”.")
            }
            MandateError::Mandate(inner) => {
                Self::new(UNPROCESSABLE, "mandate-refused", "The mandate is not recorded like this")
                    .detail(format!("{}.", capitalised(&inner.to_string())))
            }
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
