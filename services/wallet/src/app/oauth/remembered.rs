//! What servers want to read in the next proofs: nonces (RFC 9449, 8.2) and challenges (Attestation-Based Client Authentication, 8).
//! In memory alone: what is forgotten costs one more request, and no proof is worth a write.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use outbound::Reply;

use super::attesting::CHALLENGE;

pub(super) const NONCE: &str = "dpop-nonce";
/// Keys that somebody is using at the same time.
const MOST_PLACES: usize = 10_000;
/// A longer one is not repeated: it would come back in a header.
const MOST_CHARACTERS: usize = 1024;

#[derive(Default)]
pub(super) struct Remembered(Mutex<Places>);

#[derive(Default)]
struct Places {
    wanted: HashMap<String, Wanted>,
    /// In the order in which they came.
    order: VecDeque<String>,
}

#[derive(Default)]
struct Wanted {
    nonce: Option<String>,
    challenge: Option<String>,
}

impl Remembered {
    /// What stands in an answer takes the place of what stood in the one before (8.2).
    pub(super) fn hear(&self, place: &str, reply: &Reply) {
        let said = |name| reply.header(name).filter(|value| fits(value)).map(str::to_owned);
        self.keep(place, said(NONCE), said(CHALLENGE));
    }

    fn keep(&self, place: &str, nonce: Option<String>, challenge: Option<String>) {
        if nonce.is_none() && challenge.is_none() {
            return;
        }
        let mut places = self.lock();
        if !places.wanted.contains_key(place) {
            places.order.push_back(place.to_owned());
            if places.order.len() > MOST_PLACES
                && let Some(oldest) = places.order.pop_front()
            {
                places.wanted.remove(&oldest);
            }
        }
        let wanted = places.wanted.entry(place.to_owned()).or_default();
        wanted.nonce = nonce.or_else(|| wanted.nonce.take());
        wanted.challenge = challenge.or_else(|| wanted.challenge.take());
    }

    /// The nonce for the next proof. It serves until there is another one.
    pub(super) fn nonce(&self, place: &str) -> Option<String> {
        self.lock().wanted.get(place)?.nonce.clone()
    }

    /// The challenge for the next proof, which serves once.
    pub(super) fn take_challenge(&self, place: &str) -> Option<String> {
        self.lock().wanted.get_mut(place)?.challenge.take()
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn fits(value: &str) -> bool {
    (1..=MOST_CHARACTERS).contains(&value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Option<String> {
        Some(value.to_owned())
    }

    #[test]
    fn nonce_serves_until_the_next_and_a_challenge_once() {
        let remembered = Remembered::default();
        assert_eq!((remembered.nonce("a"), remembered.take_challenge("a")), (None, None));
        remembered.keep("a", text("n1"), text("c1"));
        remembered.keep("a", None, None);
        assert_eq!((remembered.nonce("a"), remembered.nonce("a")), (text("n1"), text("n1")));
        assert_eq!((remembered.take_challenge("a"), remembered.take_challenge("a")), (text("c1"), None));
        remembered.keep("a", text("n2"), None);
        assert_eq!((remembered.nonce("a"), remembered.nonce("b")), (text("n2"), None));
    }

    #[test]
    fn the_oldest_are_forgotten_first() {
        let remembered = Remembered::default();
        for place in 0..=MOST_PLACES {
            remembered.keep(&place.to_string(), text("n"), None);
        }
        assert_eq!((remembered.nonce("0"), remembered.nonce("1")), (None, text("n")));
        assert_eq!(remembered.nonce(&MOST_PLACES.to_string()), text("n"));
        assert_eq!(remembered.lock().wanted.len(), MOST_PLACES);
    }
}
