//! What can break under any use case, and is nobody's mistake but ours.

use holding::vault::VaultError;

/// The store, a sealed record, or a library failed. The use cases' own errors carry it.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the store failed")]
    Store(#[from] sql::Error),
    #[error("a sealed record cannot be used")]
    Vault(#[from] VaultError),
    #[error("a passkey ceremony cannot be prepared")]
    Passkey(#[source] web::passkey::PasskeyError),
    #[error("a value cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error("a presentation cannot be prepared: {0}")]
    Prepare(String),
    #[error("a key of this service as a client of an issuer failed")]
    ClientKey(#[from] holding::client::ClientKeyFault),
    #[error("the key that this service keeps could not be made or could not sign")]
    KeptKey(#[from] keys::SignError),
    #[error("the token with the keys that this service keeps did not answer in time")]
    KeptKeySlow,
}

impl Fault {
    /// Another request wrote the same record first: what stands now is to be read again.
    pub(super) fn is_overtaken(&self) -> bool {
        matches!(self, Self::Store(store) if store.is_retryable())
    }
}

/// Another service could not be asked, or did not answer as its standard says.
#[derive(Debug, thiserror::Error)]
pub enum RemoteFault {
    #[error("the other side could not be reached")]
    Unreachable(#[source] outbound::OutboundError),
    #[error("the address is not one this wallet may use")]
    Address,
    #[error("the other side answered with status {status}")]
    Status { status: u16, code: Option<String> },
    #[error("the other side's answer does not have the form of its standard: {0}")]
    Form(&'static str),
    #[error("the registry could not be asked")]
    Registry,
}

impl From<outbound::OutboundError> for RemoteFault {
    fn from(error: outbound::OutboundError) -> Self {
        match error {
            outbound::OutboundError::Refused(_) => Self::Address,
            other => Self::Unreachable(other),
        }
    }
}

/// Lets the use cases' errors carry what breaks under them, with `?` alone.
macro_rules! carry_faults {
    ($($error:ty),*) => {$(
        impl From<sql::Error> for $error {
            fn from(error: sql::Error) -> Self {
                Fault::from(error).into()
            }
        }

        impl From<serde_json::Error> for $error {
            fn from(error: serde_json::Error) -> Self {
                Fault::from(error).into()
            }
        }
    )*};
}

carry_faults!(
    super::accounts::AccountError,
    super::assisted::AssistedError,
    super::cards::CardError,
    super::credentials::CredentialError,
    super::credentials::RemovalError,
    super::custody::CustodyError,
    super::desk_queue::QueueError,
    super::enrolment::EnrolmentError,
    super::existence::ExistenceError,
    super::mandates::MandateError,
    super::offers::OfferError,
    super::pins::PinError,
    super::presentations::PresentationError
);
