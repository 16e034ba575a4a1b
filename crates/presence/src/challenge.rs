//! A random challenge: three movements, asked by the server and judged on the server.
//!
//! A flat photograph cannot follow it. Somebody with a moving model of the face can; the README says so.

use std::num::NonZeroUsize;

use chrono::Duration;
use clock::{Clock, Entropy, Timestamp, below, new_id};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::face::Look;
use crate::thresholds::Thresholds;

/// How many movements a challenge asks for.
pub const PROMPTS: usize = 3;
/// From the first frame to the last, and the life of a challenge that is answered at once.
const MOST_SECONDS: i64 = 90;
const FRAMES: std::ops::RangeInclusive<usize> = 6..=10;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Prompt {
    /// To the person's own left.
    Left,
    Right,
    Up,
    Closer,
    Blink,
}

impl Prompt {
    pub const ALL: [Self; 5] = [Self::Left, Self::Right, Self::Up, Self::Closer, Self::Blink];
}

/// One challenge. Whoever stores it lets it be answered once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Challenge {
    pub id: String,
    pub prompts: [Prompt; PROMPTS],
    /// On this instant it can be answered no more.
    pub expires_at: Timestamp,
}

/// What was seen at one moment, in milliseconds after the first.
#[derive(Clone, Debug)]
pub struct Moment {
    pub millis: u32,
    pub look: Look,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChallengeFault {
    #[error("the challenge has expired")]
    Expired,
    #[error("a proof has six to ten frames")]
    Frames,
    #[error("the frames are not in the order of their times")]
    Order,
    #[error("the frames are more than 90 seconds apart")]
    TooSlow,
    #[error("the frames do not show one person")]
    SeveralPersons,
    #[error("the person moved otherwise than asked")]
    Unasked,
    #[error("a movement is missing")]
    NotFollowed,
}

/// Judges whether a challenge was followed.
pub trait ChallengeVerification: Send + Sync {
    fn verify(
        &self,
        challenge: &Challenge,
        moments: &[Moment],
        received_at: Timestamp,
    ) -> Result<(), ChallengeFault>;
}

/// The embedded judge: movements are read from the face mesh, against the first frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerChallenge {
    pub thresholds: Thresholds,
}

impl Challenge {
    /// Draws three different movements. A challenge for later, without a network, is given more time by `life`.
    #[must_use]
    pub fn draw(clock: &dyn Clock, entropy: &dyn Entropy, life: Duration) -> Self {
        let mut left = Prompt::ALL.to_vec();
        let prompts = std::array::from_fn(|_| {
            let many = u64::try_from(left.len()).unwrap_or(1);
            left.remove(usize::try_from(below(entropy, many)).unwrap_or_default())
        });
        Self { id: new_id(clock, entropy), prompts, expires_at: clock.now() + life }
    }

    /// The movements that a random value asks for: the same value always asks for the same three, so that nothing is kept
    /// beside it. Whoever knows the value knows them, which is as it is with being told. `None` where fewer than three
    /// different movements are allowed.
    #[must_use]
    pub fn of_value(value: &str, allowed: &[Prompt], expires_at: Timestamp) -> Option<Self> {
        let mut left: Vec<Prompt> = Vec::new();
        for prompt in allowed {
            if !left.contains(prompt) {
                left.push(*prompt);
            }
        }
        let digest = Sha256::digest(format!("movements of {value}"));
        let mut prompts = Vec::with_capacity(PROMPTS);
        for byte in digest.iter().take(PROMPTS) {
            // A byte over at most five movements: none comes up more than one time in fifty more often than another.
            let many = NonZeroUsize::new(left.len())?;
            prompts.push(left.remove(usize::from(*byte) % many));
        }
        Some(Self { id: value.to_owned(), prompts: prompts.try_into().ok()?, expires_at })
    }

    /// The life of a challenge that is answered at once.
    #[must_use]
    pub fn short_life() -> Duration {
        Duration::seconds(MOST_SECONDS)
    }
}

impl ChallengeVerification for ServerChallenge {
    fn verify(
        &self,
        challenge: &Challenge,
        moments: &[Moment],
        received_at: Timestamp,
    ) -> Result<(), ChallengeFault> {
        if received_at >= challenge.expires_at {
            return Err(ChallengeFault::Expired);
        }
        if !FRAMES.contains(&moments.len()) {
            return Err(ChallengeFault::Frames);
        }
        if !moments.is_sorted_by(|one, next| one.millis < next.millis) {
            return Err(ChallengeFault::Order);
        }
        let [quiet, others @ ..] = moments else { return Err(ChallengeFault::Frames) };
        let last = others.last().map_or(0, |moment| moment.millis);
        if i64::from(last - quiet.millis) > MOST_SECONDS * 1000 {
            return Err(ChallengeFault::TooSlow);
        }
        let same = |moment: &Moment| {
            moment.look.template.distance(&quiet.look.template) <= self.thresholds.same_person
        };
        if !others.iter().all(same) {
            return Err(ChallengeFault::SeveralPersons);
        }
        self.follow(&challenge.prompts, &quiet.look, others)
    }
}

impl ServerChallenge {
    /// Each movement in its turn; a person may rest between them, hold the last one, and blink as they like.
    fn follow(&self, prompts: &[Prompt], quiet: &Look, moments: &[Moment]) -> Result<(), ChallengeFault> {
        let mut asked = prompts.iter();
        let (mut next, mut held) = (asked.next(), None);
        for moment in moments {
            let shown = self.shown(quiet, &moment.look);
            if next.is_some_and(|next| shown.contains(next)) {
                held = next;
                next = asked.next();
            } else if shown.iter().any(|shown| *shown != Prompt::Blink && Some(shown) != held) {
                return Err(ChallengeFault::Unasked);
            }
        }
        next.map_or(Ok(()), |_| Err(ChallengeFault::NotFollowed))
    }

    /// The movements of a moment against the quiet first one.
    fn shown(&self, quiet: &Look, look: &Look) -> Vec<Prompt> {
        let thresholds = &self.thresholds;
        let turned = look.pose.yaw - quiet.pose.yaw;
        let raised = look.pose.pitch - quiet.pose.pitch;
        [
            (Prompt::Left, turned >= thresholds.turn),
            (Prompt::Right, turned <= -thresholds.turn),
            (Prompt::Up, raised >= thresholds.turn),
            (Prompt::Closer, look.face_width_px >= quiet.face_width_px * thresholds.closer),
            (Prompt::Blink, look.eyes <= quiet.eyes * thresholds.blink),
        ]
        .into_iter()
        .filter(|(_, shown)| *shown)
        .map(|(prompt, _)| prompt)
        .collect()
    }
}

#[cfg(test)]
mod tests;
