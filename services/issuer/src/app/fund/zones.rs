//! When it is day where a person lives.
//!
//! `zones.csv` has, for each country, the least and the greatest offset from UTC in minutes of any of its zones in any
//! month (IANA time zone database, public domain). A message leaves when it is no quiet hour at either end: in a wide
//! country that is fewer hours a day, and nobody is woken because the Fund does not know the town. Where the register
//! says an offset of the person's own, that one counts.

use chrono::FixedOffset;
use clock::Timestamp;
use entitlement::cycle::{Person, QuietHours};

const ZONES: &str = include_str!("zones.csv");
/// Two ends agree within a day or not at all.
const MOST_STEPS: usize = 6;

/// The first moment from `ready` on at which it is no quiet hour where the person lives.
pub(super) fn awake(quiet: QuietHours, ready: Timestamp, person: &Person) -> Timestamp {
    awake_in(quiet, ready, (&person.country.to_string(), person.utc_offset_minutes))
}

/// The same by country and the person's own offset in minutes, 0 where none is known.
pub(in crate::app) fn awake_in(
    quiet: QuietHours,
    ready: Timestamp,
    (country, minutes): (&str, i32),
) -> Timestamp {
    let ends = match minutes {
        0 => span(country),
        _ => None,
    };
    let utc = chrono::Offset::fix(&chrono::Utc);
    let own = minutes.checked_mul(60).and_then(FixedOffset::east_opt).unwrap_or(utc);
    let [first, last] = ends.unwrap_or([own, own]);
    let mut at = ready;
    for _ in 0..MOST_STEPS {
        let next = quiet.earliest(at, first).max(quiet.earliest(at, last));
        if next == at {
            return at;
        }
        at = next;
    }
    quiet.earliest(ready, own)
}

/// The middle of a country's offsets from UTC, in minutes; 0 where it is not known.
pub(in crate::app) fn usual_offset(country: &str) -> i32 {
    span(country).map_or(0, |[first, last]| (first.local_minus_utc() + last.local_minus_utc()) / 120)
}

fn span(country: &str) -> Option<[FixedOffset; 2]> {
    let line = ZONES.lines().find_map(|line| line.strip_prefix(country)?.strip_prefix(','))?;
    let (first, last) = line.split_once(',')?;
    let offset = |minutes: &str| FixedOffset::east_opt(minutes.parse::<i32>().ok()? * 60);
    Some([offset(first)?, offset(last)?])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::{Timelike as _, Utc};
    use entitlement::cycle::{Medium, Track};

    use super::*;

    fn person(country: &str, minutes: i32) -> Person {
        Person {
            id: "p".into(),
            born: "1950-01-01".parse().unwrap(),
            country: country.parse().unwrap(),
            track: Track::One,
            in_payment_since: None,
            on_hold_since: None,
            medium: Medium::Mail,
            utc_offset_minutes: minutes,
        }
    }

    #[test]
    fn every_country_has_hours_in_which_nobody_sleeps_at_either_end() {
        let quiet = QuietHours::default();
        for line in ZONES.lines().skip(1) {
            let country = line.get(..3).unwrap();
            let [first, last] = span(country).unwrap();
            for hour in 0..24 {
                let ready = Utc::now_at(hour);
                let at = awake(quiet, ready, &person(country, 0));
                assert!(at >= ready && at - ready < chrono::Duration::hours(24), "{country} {hour}");
                for end in [first, last] {
                    let local = at.with_timezone(&end).hour();
                    assert!((9..20).contains(&local), "{country} at {hour}: {local}");
                }
            }
        }
    }

    #[test]
    fn the_offset_of_the_register_goes_before_that_of_the_country() {
        let night = "2026-07-01T02:00:00Z".parse::<Timestamp>().unwrap();
        let quiet = QuietHours::default();
        let at = |person: &Person| awake(quiet, night, person).to_rfc3339();
        assert_eq!(at(&person("USA", -240)), "2026-07-01T13:00:00+00:00");
        assert_eq!(at(&person("USA", 0)), "2026-07-01T19:00:00+00:00", "nine o'clock in Hawaii too");
        assert_eq!(at(&person("JPN", 0)), "2026-07-01T02:00:00+00:00");
        assert_eq!(at(&person("SEN", 0)), "2026-07-01T09:00:00+00:00");
    }

    trait At {
        fn now_at(hour: u32) -> Timestamp;
    }

    impl At for Utc {
        fn now_at(hour: u32) -> Timestamp {
            format!("2026-03-10T{hour:02}:30:00Z").parse().unwrap()
        }
    }
}
