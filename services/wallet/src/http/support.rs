//! Support codes: where somebody is stuck, in eight characters that can be read out on a telephone.
//!
//! A code holds the page, the step, the kind of problem and the minute, and nothing about the person: it stands for itself, nothing
//! is stored for it, and so whoever reads it learns nothing else. That is why the officers' page needs no sign-in.

use clock::Timestamp;

use super::problem::PAGES;

/// Crockford's base 32: no I, L, O or U, which sound or look like others.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 1 January 2026, in minutes since 1970.
const BEGINNING: i64 = 29_454_240;
const MINUTE_BITS: u32 = 21;
const NO_PROBLEM: u64 = 0;
/// A problem that has no number of its own.
const OTHER_PROBLEM: u64 = 127;

/// Where in the wallet, by the name of the sentence that says it: the first part of an address, of a page or of what its script calls. Codes number these: append only.
const PLACES: [(&str, &[&str]); 17] = [
    ("support-place-other", &[]),
    ("support-place-first", &[""]),
    ("support-place-signing-in", &["registration", "sign-in", "sign-out"]),
    ("support-place-offer", &["offer", "offers"]),
    ("support-place-request", &["present", "presentations"]),
    ("support-place-proof", &["existence"]),
    ("support-place-credential", &["credentials", "statuses"]),
    ("support-place-activity", &["activity"]),
    ("support-place-account", &["account", "passkeys", "sessions", "device-keys", "export"]),
    ("support-place-language", &["language"]),
    ("support-place-recovery", &["recover", "recovered", "recovery", "assisted-recovery"]),
    ("support-place-officers", &["officers"]),
    ("support-place-ways-in", &["ways-in", "pin", "pins", "recovery-code", "step-up", "mandates"]),
    ("support-place-shared", &["shared", "looked", "sharings"]),
    ("support-place-desk", &["desk"]),
    ("support-place-enrolment", &["enrol", "enrolments"]),
    ("support-place-offline", &["offline", "offline-acts"]),
];

/// The last part of an address that is a step, and the name of its sentence. Codes number these: append only.
const STEPS: [(&str, &str); 8] = [
    ("", ""),
    ("accept", "support-step-accept"),
    ("proofs", "support-step-proofs"),
    ("prepare", "support-step-prepare"),
    ("submit", "support-step-submit"),
    ("refuse", "support-step-refuse"),
    ("assertion", "support-step-assertion"),
    ("answer", "support-step-answer"),
];

/// What a code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// The names of sentences.
    pub place: &'static str,
    /// Empty when the page was only looked at.
    pub step: &'static str,
    /// The problem's slug; empty when there was none.
    pub problem: &'static str,
    /// To the minute.
    pub at: Timestamp,
}

/// The code for an address and what went wrong there.
#[must_use]
pub fn code(path: &str, problem: Option<&str>, now: Timestamp) -> String {
    let parts: Vec<&str> = path.trim_start_matches("/v1").trim_matches('/').split('/').collect();
    let first = parts.first().copied().unwrap_or_default();
    let place = PLACES.iter().position(|(_, names)| names.contains(&first)).unwrap_or(0);
    let step = parts.last().and_then(|last| STEPS.iter().position(|(step, _)| step == last)).unwrap_or(0);
    let number = problem.map_or(NO_PROBLEM, |slug| {
        slugs()
            .position(|known| known == slug)
            .and_then(|at| u64::try_from(at + 1).ok())
            .unwrap_or(OTHER_PROBLEM)
    });
    let minute = (now.timestamp() / 60 - BEGINNING).rem_euclid(1 << MINUTE_BITS);
    let mut bits = place as u64;
    for (width, value) in
        [(3, step as u64), (7, number.min(OTHER_PROBLEM)), (MINUTE_BITS, minute.unsigned_abs())]
    {
        bits = (bits << width) | value;
    }
    spell((bits << 4) | check(bits))
}

/// What a code says, as it was read out: spaces, hyphens and small letters do not matter.
#[must_use]
pub fn read(code: &str) -> Option<Stuck> {
    let all = unspell(code)?;
    let (mut bits, sum) = (all >> 4, all & 15);
    if check(bits) != sum {
        return None;
    }
    let mut take = |width: u32| {
        let value = bits & ((1 << width) - 1);
        bits >>= width;
        value
    };
    let (minute, problem, step, place) = (take(MINUTE_BITS), take(7), take(3), take(5));
    let at = Timestamp::from_timestamp((i64::try_from(minute).ok()? + BEGINNING) * 60, 0)?;
    Some(Stuck {
        place: PLACES.get(usize::try_from(place).ok()?)?.0,
        step: STEPS.get(usize::try_from(step).ok()?)?.1,
        problem: match problem {
            NO_PROBLEM => "",
            OTHER_PROBLEM => "other",
            number => slugs().nth(usize::try_from(number - 1).ok()?)?,
        },
        at,
    })
}

/// The kinds of problem, in the order of their numbers.
fn slugs() -> impl Iterator<Item = &'static str> {
    [
        "internal",
        "not-found",
        "unauthorized",
        "conflict",
        "cross-site",
        "bad-request",
        "unavailable",
        "forbidden",
    ]
    .into_iter()
    .chain(PAGES.0.iter().map(|page| page.slug))
}

/// Finds a wrong or exchanged character in fifteen cases of sixteen.
fn check(bits: u64) -> u64 {
    (0..8).fold(7, |sum, at| sum * 3 + (at + 1) * ((bits >> (at * 5)) & 31)) % 16
}

fn spell(bits: u64) -> String {
    let mut text = String::new();
    for at in (0..8).rev() {
        if at == 3 {
            text.push('-');
        }
        let digit = usize::try_from((bits >> (at * 5)) & 31).unwrap_or_default();
        text.push(char::from(DIGITS.get(digit).copied().unwrap_or(b'0')));
    }
    text
}

fn unspell(code: &str) -> Option<u64> {
    let mut bits = 0;
    let mut count = 0;
    for character in code.chars().filter(|character| character.is_ascii_alphanumeric()) {
        let character = match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let digit = DIGITS.iter().position(|digit| char::from(*digit) == character)?;
        bits = (bits << 5) | u64::try_from(digit).ok()?;
        count += 1;
        if count > 8 {
            return None;
        }
    }
    (count == 8).then_some(bits)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_timestamp(1_795_392_135, 0).unwrap()
    }

    #[test]
    fn code_says_page_step_problem_and_minute() {
        let path = "/v1/offers/01kge3h900pytgrvmv8tmvxqpt/accept";
        let code = code(path, Some("transaction-code-refused"), now());
        assert_eq!(code.len(), 9, "{code}");
        let stuck = read(&code.to_lowercase().replace('-', " ")).unwrap();
        assert_eq!((stuck.place, stuck.step), ("support-place-offer", "support-step-accept"));
        assert_eq!(stuck.problem, "transaction-code-refused");
        assert_eq!(stuck.at.timestamp(), 1_795_392_120);
        let quiet = read(&super::code("/", None, now())).unwrap();
        assert_eq!((quiet.place, quiet.step, quiet.problem), ("support-place-first", "", ""));
    }

    #[test]
    fn code_of_an_enrolment_and_of_the_page_without_a_network_says_so() {
        for (path, place) in [
            ("/enrol", "support-place-enrolment"),
            ("/v1/enrolments/01kge3h900pytgrvmv8tmvxqpt/key", "support-place-enrolment"),
            ("/offline", "support-place-offline"),
        ] {
            assert_eq!(read(&code(path, None, now())).unwrap().place, place, "{path}");
        }
    }

    /// `static/offline-code.js` makes the same code, since the page without a network is kept for any minute.
    #[test]
    fn page_without_a_network_makes_the_codes_that_are_read_here() {
        let place = PLACES.iter().position(|(name, _)| *name == "support-place-offline").unwrap();
        let script = include_str!("../../static/offline-code.js");
        assert!(script.contains(&format!("const PLACE = {place};")));
        assert!(script.contains(&format!("const BEGINNING = {BEGINNING};")));
        assert_eq!(code("/offline", None, now()), "G007-4ZHC");
    }

    #[test]
    fn code_holds_nothing_of_the_person() {
        let of = |id: &str| code(&format!("/credentials/{id}"), None, now());
        assert_eq!(of("01kge3h900pytgrvmv8tmvxqpt"), of("another"));
    }

    #[test]
    fn misheard_code_is_found_out() {
        let code = code("/account", Some("last-passkey"), now());
        let wrong: Vec<String> = (0..9)
            .filter(|at| *at != 4)
            .map(|at| {
                let other = if code.as_bytes().get(at) == Some(&b'7') { "8" } else { "7" };
                format!("{}{other}{}", &code[..at], &code[at + 1..])
            })
            .collect();
        let believed = wrong.iter().filter(|wrong| read(wrong).is_some()).count();
        assert!(believed <= 1, "{believed} of {}", wrong.len());
        for junk in ["", "1234", "UUUU-UUUU", "12345678901"] {
            assert_eq!(read(junk), None, "{junk}");
        }
    }

    #[test]
    fn every_problem_of_this_service_has_a_number() {
        assert!(slugs().count() < 127);
        assert!(slugs().all(|slug| read(&code("/", Some(slug), now())).unwrap().problem == slug));
    }
}
