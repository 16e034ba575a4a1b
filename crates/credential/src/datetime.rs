//! XML Schema 1.1 `dateTimeStamp`, the only form of a time in VC Data Model 2.0.

use chrono::{Duration, NaiveDate, SecondsFormat, TimeZone as _, Utc};
use clock::Timestamp;

/// Whether a time without offset is read as UTC. VC Data Integrity 1.0, 2.1 allows that for proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offset {
    Required,
    UtcIfMissing,
}

/// Parses `[-]YYYY-MM-DDThh:mm:ss[.s](Z|±hh:mm)`.
pub(crate) fn parse(text: &str, offset: Offset) -> Option<Timestamp> {
    if text.len() > 64 || !text.is_ascii() {
        return None;
    }
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (date, time) = rest.split_once('T')?;
    let (year_text, month, day) = split3(date, '-')?;
    // No leading zeros beyond four digits; chrono ends before six.
    if year_text.len() < 4 || year_text.len() > 6 || (year_text.len() > 4 && year_text.starts_with('0')) {
        return None;
    }
    let year = i32::try_from(number(year_text)?).ok()?;
    let date = NaiveDate::from_ymd_opt(if negative { -year } else { year }, two(month)?, two(day)?)?;

    let (clock, offset_minutes) = match time.find(['Z', '+', '-']) {
        None if offset == Offset::UtcIfMissing => (time, 0),
        None => return None,
        Some(at) => {
            let (clock, zone) = time.split_at_checked(at)?;
            (clock, zone_minutes(zone)?)
        }
    };
    let (hour, minute, second) = split3(clock, ':')?;
    let (second, fraction) = second.split_once('.').map_or((second, None), |(s, f)| (s, Some(f)));
    let (hour, minute, second) = (two(hour)?, two(minute)?, two(second)?);
    let nanos = match fraction {
        None => 0,
        Some(digits) if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            return None;
        }
        Some(digits) => {
            let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
            number(&nine)?
        }
    };
    let moment = match (hour, minute, second, nanos) {
        // The end of the day is the beginning of the next.
        (24, 0, 0, 0) => date.succ_opt()?.and_hms_opt(0, 0, 0)?,
        _ => date.and_hms_nano_opt(hour, minute, second, nanos)?,
    };
    Utc.from_utc_datetime(&moment).checked_sub_signed(Duration::minutes(offset_minutes))
}

/// The form in which this workspace writes times: UTC, whole seconds.
pub(crate) fn write(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn split3(text: &str, separator: char) -> Option<(&str, &str, &str)> {
    let (first, rest) = text.split_once(separator)?;
    let (second, third) = rest.split_once(separator)?;
    Some((first, second, third))
}

fn two(text: &str) -> Option<u32> {
    if text.len() == 2 { number(text) } else { None }
}

fn number(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn zone_minutes(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let (hours, minutes) = (i64::from(two(hours)?), i64::from(two(minutes)?));
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 14 * 60).then_some(sign * total)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn date_time_stamps_are_read() {
        let at = |text| parse(text, Offset::Required).map(write);
        for (text, expected) in [
            ("2023-01-01T00:00:00Z", "2023-01-01T00:00:00Z"),
            ("2023-01-01T00:00:00.123Z", "2023-01-01T00:00:00Z"),
            ("2023-01-01T01:30:00+01:30", "2023-01-01T00:00:00Z"),
            ("2022-12-31T10:00:00-14:00", "2023-01-01T00:00:00Z"),
            ("2022-12-31T24:00:00Z", "2023-01-01T00:00:00Z"),
        ] {
            assert_eq!(at(text).as_deref(), Some(expected), "{text}");
        }
        assert!(at("12023-01-01T00:00:00Z").is_some());
        assert!(at("-0044-03-15T12:00:00Z").is_some());
    }

    #[test]
    fn other_texts_are_not() {
        for text in [
            "",
            "2023-01-01",
            "2023-01-01T00:00Z",
            "2023-1-1T00:00:00Z",
            "2023-01-01T00:00:00",
            "2023-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2023-01-01T25:00:00Z",
            "2023-01-01T00:60:00Z",
            "2023-01-01T00:00:60Z",
            "2023-01-01T24:00:01Z",
            "2023-01-01 00:00:00Z",
            "2023-01-01T00:00:00.Z",
            "2023-01-01T00:00:00+15:00",
            "2023-01-01T00:00:00+1:00",
            "2023-01-01T00:00:00z",
            "02023-01-01T00:00:00Z",
            "123-01-01T00:00:00Z",
            "2023-01-01T00:00:00Zx",
            "Sat 25 Feb 2023 07:16:31 PM CST",
            "٢٠٢٣-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(text, Offset::Required), None, "{text}");
        }
        assert!(parse("2023-01-01T00:00:00", Offset::UtcIfMissing).is_some());
    }
}
