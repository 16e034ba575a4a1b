#![allow(clippy::unwrap_used)]

use clock::{SeededEntropy, TestClock};
use proptest::prelude::*;

use super::*;
use crate::face::{Pose, Template};

fn at(seconds: i64) -> Timestamp {
    chrono::DateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::seconds(seconds)
}

fn look() -> Look {
    Look {
        template: Template::new(&[0.0; 128]).unwrap(),
        face_width_px: 200.0,
        pose: Pose { yaw: 1.0, pitch: -3.0 },
        eyes: 0.3,
        sharpness: 100.0,
        light: 120.0,
    }
}

fn shows(prompt: Prompt) -> Look {
    let mut look = look();
    match prompt {
        Prompt::Left => look.pose.yaw += 9.0,
        Prompt::Right => look.pose.yaw -= 9.0,
        Prompt::Up => look.pose.pitch += 9.0,
        Prompt::Closer => look.face_width_px *= 1.3,
        Prompt::Blink => look.eyes *= 0.4,
    }
    look
}

fn challenge() -> Challenge {
    Challenge { id: "c".into(), prompts: [Prompt::Left, Prompt::Up, Prompt::Blink], expires_at: at(90) }
}

/// Quiet, each movement with a rest after it.
fn followed(prompts: &[Prompt]) -> Vec<Moment> {
    let looks = std::iter::once(look()).chain(prompts.iter().flat_map(|prompt| [shows(*prompt), look()]));
    (0..).zip(looks).map(|(second, look)| Moment { millis: second * 1000, look }).collect()
}

fn verify(moments: &[Moment], received: i64) -> Result<(), ChallengeFault> {
    ServerChallenge::default().verify(&challenge(), moments, at(received))
}

#[test]
fn followed_challenge_is_believed() {
    assert_eq!(verify(&followed(&challenge().prompts), 89), Ok(()));
}

#[test]
fn each_change_is_refused() {
    let good = followed(&challenge().prompts);
    assert_eq!(verify(&good, 90), Err(ChallengeFault::Expired));
    assert_eq!(verify(&good[..5], 9), Err(ChallengeFault::Frames));
    assert_eq!(verify(&[good.clone(), good.clone()].concat(), 9), Err(ChallengeFault::Frames));
    let mut reordered = good.clone();
    reordered.swap(1, 3);
    assert_eq!(verify(&reordered, 9), Err(ChallengeFault::Order));
    let mut slow = good.clone();
    slow.last_mut().unwrap().millis = 90_001;
    assert_eq!(verify(&slow, 9), Err(ChallengeFault::TooSlow));
    let mut other = good.clone();
    other[4].look.template = Template::new(&[0.05; 128]).unwrap();
    assert_eq!(verify(&other, 9), Err(ChallengeFault::SeveralPersons));
}

#[test]
fn movements_in_another_order_are_refused_even_with_new_times() {
    let moments = followed(&[Prompt::Up, Prompt::Left, Prompt::Blink]);
    assert_eq!(verify(&moments, 9), Err(ChallengeFault::Unasked));
}

#[test]
fn movements_of_another_challenge_are_refused() {
    let moments = followed(&[Prompt::Left, Prompt::Right, Prompt::Blink]);
    assert_eq!(verify(&moments, 9), Err(ChallengeFault::Unasked));
}

#[test]
fn face_that_does_not_move_follows_nothing() {
    let still: Vec<_> = (0..8).map(|second| Moment { millis: second * 1000, look: look() }).collect();
    assert_eq!(verify(&still, 9), Err(ChallengeFault::NotFollowed));
}

#[test]
fn movement_may_be_held_and_eyes_may_blink() {
    let mut moments = followed(&[Prompt::Left, Prompt::Blink, Prompt::Up, Prompt::Blink]);
    moments[2].look = shows(Prompt::Left);
    assert_eq!(verify(&moments, 9), Ok(()));
}

#[test]
fn drawn_movements_differ_and_all_come() {
    let (clock, entropy) = (TestClock::at(at(0)), SeededEntropy::new(9));
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..100 {
        let drawn = Challenge::draw(&clock, &entropy, Challenge::short_life());
        let [one, two, three] = drawn.prompts;
        assert!(one != two && two != three && one != three);
        assert_eq!(drawn.expires_at, at(90));
        seen.extend(drawn.prompts.map(|prompt| format!("{prompt:?}")));
    }
    assert_eq!(seen.len(), 5);
}

proptest! {
    /// Only a sequence that contains the three in order passes, whatever else is shown.
    #[test]
    fn nothing_passes_without_the_three_in_order(shown in prop::collection::vec(0u8..6, 5..=9)) {
        let all = [Prompt::Left, Prompt::Right, Prompt::Up, Prompt::Closer, Prompt::Blink];
        let looks = shown.iter().map(|index| all.get(usize::from(*index)).map_or_else(look, |p| shows(*p)));
        let moments: Vec<_> = (0..).zip(std::iter::once(look()).chain(looks))
            .map(|(second, look)| Moment { millis: second * 1000, look })
            .collect();
        let mut wanted = challenge().prompts.to_vec();
        for index in &shown {
            if all.get(usize::from(*index)).is_some_and(|shown| wanted.first() == Some(shown)) {
                wanted.remove(0);
            }
        }
        if verify(&moments, 9).is_ok() {
            prop_assert!(wanted.is_empty());
        }
    }
}
