//! The canonical form of JSON (JCS, RFC 8785).

use serde_json::{Number, Value};

use crate::outcome::{CheckName, Fault};

/// For values of ours and for digests. A number that is no IEEE double has no canonical form and is given an
/// impossible one; what is signed goes through [`to_sign`].
pub(crate) fn canonical_json(value: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

/// The canonical form of something that is signed. RFC 8785, 3.2.2.3 writes numbers as IEEE doubles, so two
/// numbers that round to the same double would share a signature: only those are taken that lose nothing.
pub(crate) fn to_sign(value: &Value) -> Result<Vec<u8>, Fault> {
    if !is_exact(value) {
        return Err(Fault::new(
            CheckName::Form,
            "numberNotExact",
            "a number cannot be written as an IEEE double without loss: write it as text, or with fewer digits",
        ));
    }
    serde_json_canonicalizer::to_vec(value)
        .map_err(|_| Fault::new(CheckName::Form, "notCanonical", "the document has no canonical form"))
}

fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => is_double(number),
        Value::Array(items) => items.iter().all(is_exact),
        Value::Object(members) => members.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// Whether the decimal text and the shortest text of the nearest double name the same number.
fn is_double(number: &Number) -> bool {
    let text = number.as_str();
    let short = text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    short
        || text
            .parse::<f64>()
            .is_ok_and(|double| double.is_finite() && decimal(text) == decimal(&format!("{double:e}")))
}

/// Sign, digits without zeros at either end, and the power of ten behind the last of them.
fn decimal(text: &str) -> Option<(bool, String, i64)> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let trimmed = digits.trim_end_matches('0');
    let significant = trimmed.trim_start_matches('0');
    if significant.is_empty() {
        return Some((false, String::new(), 0));
    }
    let dropped = i64::try_from(digits.len() - trimmed.len()).ok()?;
    let behind_point = i64::try_from(fraction.len()).ok()?;
    let power = exponent.parse::<i64>().ok()?.checked_sub(behind_point)?.checked_add(dropped)?;
    Some((negative, significant.to_owned(), power))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Value {
        serde_json::from_str(text).unwrap_or_default()
    }

    #[test]
    fn numbers_that_doubles_hold_are_signed() {
        for (text, canonical) in [
            ("0", "0"),
            ("-0", "0"),
            ("1.0", "1"),
            ("1.10", "1.1"),
            ("1e2", "100"),
            ("-1.5E-7", "-1.5e-7"),
            ("9007199254740992", "9007199254740992"),
            ("1e21", "1e+21"),
            ("0.1", "0.1"),
            ("5e-324", "5e-324"),
            ("333333333.33333329", "333333333.3333333"),
        ] {
            let signed = to_sign(&parse(text)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            // The example of RFC 8785, 3.2.3 rounds, and here is refused for that.
            let rounds = text.starts_with("333333333");
            assert_eq!(signed.ok().as_deref(), (!rounds).then_some(canonical), "{text}");
        }
    }

    #[test]
    fn numbers_that_would_share_a_signature_are_refused() {
        for text in
            ["9007199254740993", "0.1000000000000000000001", "1e400", "1e-400", "12345678901234567890123"]
        {
            let refused = to_sign(&serde_json::json!({ "a": [parse(text)] }));
            assert_eq!(refused.map_err(|fault| fault.code), Err("numberNotExact"), "{text}");
        }
    }

    /// RFC 8785, 3.2.3: members are sorted by UTF-16 code units.
    #[test]
    fn members_are_sorted_and_text_is_escaped() {
        let value =
            serde_json::json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6});
        let text = String::from_utf8(to_sign(&value).unwrap_or_default()).unwrap_or_default();
        assert_eq!(text, "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}");
    }
}
