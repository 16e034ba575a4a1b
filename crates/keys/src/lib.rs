//! Keys that sign, keys that seal, and the public forms in which the outside sees them.
//!
//! It does not decide which key may be used for what (that is in DID documents) and never hands out
//! private bytes. Read [`PublicKey`], [`Signer`] and [`KeyStore`] first.

mod bbs;
mod cose;
mod encoding;
mod envelope;
mod files;
mod locked;
mod point;
mod process;
mod public;
mod seal;
mod signer;
mod store;
mod stretch;
mod token;

pub use bbs::Disclosed;
pub use files::{KeyFileError, KeyFiles};
pub use process::refuse_core_dumps;
pub use public::{Algorithm, BadSignature, InvalidKey, PublicKey};
pub use seal::{SealError, SealingKey, write_new_private};
pub use signer::{SignError, Signer, SoftwareKey};
pub use store::{KeyStore, KeyStoreError};
pub use stretch::stretch;
pub use token::{Token, TokenConfig, TokenError, end_tokens};
pub use zeroize::Zeroizing;
