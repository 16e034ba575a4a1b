//! The Fund's yearly question to a beneficiary: are you alive? One request, its answer, and the officer's word.
//!
//! It deliberately knows neither HTTP nor storage, and no calendar yet: mailings, deadlines and suspension come with the
//! year's cycle. Words of its own: a *proof request* is one question to one beneficiary; an *answer* is what the
//! beneficiary's device sends back; the *reference* is the short code both sides can read aloud.
//! Read [`Request`], [`Answer`] and [`assertion::verify`] first.

mod answer;
pub mod assertion;
mod request;

pub use answer::{Answer, AnswerFault, Expected, Passkey, Proof, bundle_challenge, reference};
pub use request::{
    CHALLENGE_SECONDS, Challenge, Channel, ConfirmFault, Evidence, Request, RequestFault, Standing, State,
};
