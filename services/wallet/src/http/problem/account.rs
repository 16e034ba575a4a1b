//! Ways into a wallet, who helps with it and who acts for somebody.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use holding::account::DeviceKeyFault;
use holding::assisted::AssistedFault;
use holding::mandate::MandateFault;
use holding::pin::PinFault;
use web::Problem;

use super::{UNPROCESSABLE, capitalised, fault, step, step_up};
use crate::app::accounts::AccountError;
use crate::app::assisted::AssistedError;
use crate::app::custody::CustodyError;
use crate::app::mandates::{InPerson, MandateError, OutsideMandate};
use crate::app::pins::PinError;

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
