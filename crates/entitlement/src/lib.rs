//! The Fund's yearly question to a beneficiary: are you alive? One request, its answer, and the officer's word.
//!
//! It deliberately knows neither HTTP nor storage nor clocks. The question and its answer are in the crate's root; the
//! year's calendar, mailings, deadlines and suspension are in [`cycle`]. Words of its own: a *proof request* is one question to one beneficiary; an *answer* is what the
//! beneficiary's device sends back; the *reference* is the short code both sides can read aloud.
//! Read [`Request`], [`Answer`] and [`assertion::verify`] first.

mod answer;
pub mod assertion;
pub mod bundle;
pub mod cycle;
pub mod desk;
mod device;
pub mod enrolment;
pub mod journal;
mod request;
pub mod sample;

pub use answer::{
    Answer, AnswerFault, Expected, Passkey, Proof, Witness, Witnessed, bundle_challenge, reference,
};
pub use device::{DeviceKind, UnknownKind};
pub use request::{
    CHALLENGE_SECONDS, Challenge, Channel, ConfirmFault, Evidence, Request, RequestFault, Standing, State,
};
