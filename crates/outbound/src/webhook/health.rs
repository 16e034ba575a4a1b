//! How an address does, by what came of the deliveries to it.

use chrono::Duration;
use clock::Timestamp;

use super::retry::PAUSE_AFTER_DAYS;
use super::send::Answer;

/// Since when an address takes nothing, and since when it is paused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    pub failing_since: Option<Timestamp>,
    pub paused_at: Option<Timestamp>,
}

impl Health {
    /// One that takes anything does well; one that takes nothing for days, or says that it is gone, is paused. A pause ends
    /// only by hand.
    #[must_use]
    pub fn after<'a>(self, answers: impl Iterator<Item = &'a Answer>, now: Timestamp) -> Self {
        let seen = |(taken, gone), answer: &Answer| (taken | answer.taken, gone | answer.gone);
        let (taken, gone) = answers.fold((false, false), seen);
        let failing_since = if taken { None } else { Some(self.failing_since.unwrap_or(now)) };
        let too_long = failing_since.is_some_and(|since| now - since >= Duration::days(PAUSE_AFTER_DAYS));
        Self { failing_since, paused_at: self.paused_at.or((gone || too_long).then_some(now)) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn answered(status: u16) -> Answer {
        Answer {
            taken: (200..300).contains(&status),
            gone: status == 410,
            ..Answer::failed(&format!("http-{status}"))
        }
    }

    #[test]
    fn an_address_is_paused_when_it_took_nothing_for_days_or_is_gone() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let well = Health::default();
        let failing = Health { failing_since: Some(now - Duration::days(2)), paused_at: None };
        let long = Health { failing_since: Some(now - Duration::days(3)), paused_at: None };
        let after = |before: Health, statuses: &[u16]| {
            let answers: Vec<_> = statuses.iter().copied().map(answered).collect();
            before.after(answers.iter(), now)
        };
        assert_eq!(after(well, &[200, 500]), well, "one it cannot digest says nothing about the address");
        assert_eq!(after(well, &[500]), Health { failing_since: Some(now), paused_at: None });
        assert_eq!(after(failing, &[503]), failing);
        assert_eq!(after(failing, &[204]), well);
        assert_eq!(after(long, &[301]).paused_at, Some(now));
        assert_eq!(after(long, &[201]), well);
        assert_eq!(after(well, &[410]).paused_at, Some(now));
    }
}
