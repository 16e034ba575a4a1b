//! What this service is to an issuer as an OAuth client: a key of its own for each reception, with which it shows that a token is
//! its own (RFC 9449) and that it is the wallet its provider attests (OAuth 2.0 Attestation-Based Client Authentication).
//!
//! The key is never the holder's, and no two receptions have the same one: issuers could link people by it.

pub mod attestation;
pub mod dpop;
mod key;
mod token;

pub use key::{ClientKey, ClientKeyFault};
pub use token::{AccessToken, TokenTypeFault};
