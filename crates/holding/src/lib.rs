//! What the holder's side of an exchange may and must do: receive, keep, match, present, answer.
//!
//! Rules only: it does no I/O, knows no HTTP and no SQL, and holds no holder key (that one lives in the person's browser; of people
//! without a phone it is sealed or in a token, [`custody`]). Times and randomness are parameters. Read [`reception::Reception`],
//! [`dcql::evaluate`] and [`vault::DataKey`] first.

pub mod account;
pub mod activity;
pub mod assisted;
pub mod assurance;
pub mod client;
pub mod copies;
pub mod custody;
pub mod dcql;
pub mod device;
pub mod encryption;
pub mod existence;
pub mod held;
pub mod key_attestation;
pub mod key_kind;
pub mod key_proof;
pub mod labels;
pub mod look;
pub mod look_alike;
pub mod mandate;
pub mod party;
pub mod path;
pub mod pin;
pub mod presentation;
pub mod queued;
pub mod reception;
pub mod recovery;
pub mod request;
pub mod securing;
pub mod sharing;
pub mod signing;
pub mod station;
pub mod transaction;
pub mod vault;
pub mod year_word;

mod encoding;
