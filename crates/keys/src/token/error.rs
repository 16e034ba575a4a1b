use std::io;

use cryptoki::error::{Error, RvError};

use crate::public::Algorithm;

/// Why a token, or a key in it, could not be used. Each says where to look.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error(
        "the PKCS#11 module {module} cannot be loaded; see that it is installed and that `module` is its path"
    )]
    Load { module: String, source: Error },
    #[error("the PKCS#11 module {module} does not start; see its own configuration and its service")]
    Start { module: String, source: Error },
    #[error(
        "no slot of {module} has a token labelled {token:?} (there: {found}); see that it is connected and \
         initialised, and that `token` is its label"
    )]
    NoToken { module: String, token: String, found: String },
    #[error("several slots of {module} have a token labelled {token:?}; give each a label of its own")]
    SeveralTokens { module: String, token: String },
    #[error("the PIN of the token {token:?} cannot be read from {origin}")]
    Pin { token: String, origin: String, source: io::Error },
    #[error(
        "the token {token:?} in slot {slot} refuses the PIN from {origin}; it is not tried again before it changes, \
         so that the token does not lock itself"
    )]
    PinRefused { token: String, slot: u64, origin: String, source: Error },
    #[error(
        "the token {token:?} in slot {slot} was refused this PIN from {origin} before; correct it, nothing needs a \
         restart"
    )]
    PinKnownWrong { token: String, slot: u64, origin: String },
    #[error(
        "a key's label has letters, digits, dots, hyphens and underscores, and does not begin with a dot"
    )]
    Name,
    #[error("the token {token:?} in slot {slot} has no private key labelled {key:?}")]
    Missing { token: String, slot: u64, key: String },
    #[error(
        "the token {token:?} in slot {slot} has {count} private keys labelled {key:?}; remove or rename all but one"
    )]
    Ambiguous { token: String, slot: u64, key: String, count: usize },
    #[error(
        "the key {key:?} in the token {token:?} can be read out of it (not sensitive, or extractable); make a new one"
    )]
    Extractable { token: String, key: String },
    #[error(
        "the token {token:?} has no public key object beside the private key {key:?} that is an Ed25519 or P-256 key"
    )]
    PublicKey { token: String, key: String },
    #[error("the private key {key:?} in the token {token:?} does not belong to the public key beside it")]
    Mismatch { token: String, key: String },
    #[error("the token {token:?} in slot {slot} does not make {algorithm:?} keys")]
    Algorithm { token: String, slot: u64, algorithm: Algorithm, source: Error },
    #[error(
        "the token {token:?} gave a signature of {length} bytes for the key {key:?}, which is not what its algorithm gives"
    )]
    Signature { token: String, key: String, length: usize },
    #[error("cannot {doing} in the token {token:?} in slot {slot}; see that it is connected and in order")]
    Call { doing: &'static str, token: String, slot: u64, source: Error },
    #[error("no thread for the token could be started")]
    Thread(#[source] io::Error),
    #[error("the threads of the token have ended")]
    Stopped,
}

impl TokenError {
    /// Whether the session, the login or the token went away, so that a new session may help.
    pub(super) fn is_lost(&self) -> bool {
        match self {
            Self::NoToken { .. } | Self::Start { .. } => true,
            Self::Call { source, .. } => is_lost(source),
            _ => false,
        }
    }
}

fn is_lost(error: &Error) -> bool {
    let Error::Pkcs11(code, _) = error else { return false };
    matches!(
        code,
        RvError::CryptokiNotInitialized
            | RvError::DeviceError
            | RvError::DeviceRemoved
            | RvError::FunctionCanceled
            | RvError::FunctionFailed
            | RvError::GeneralError
            | RvError::KeyHandleInvalid
            | RvError::ObjectHandleInvalid
            | RvError::OperationActive
            | RvError::SessionClosed
            | RvError::SessionHandleInvalid
            | RvError::SlotIdInvalid
            | RvError::TokenNotPresent
            | RvError::TokenNotRecognized
            | RvError::UserNotLoggedIn
            | RvError::VendorDefined(_)
    )
}
