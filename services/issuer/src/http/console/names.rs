//! Codes in the words of whoever reads a page: countries, languages, ways of a proof, and what a night asks for.

use issuance::message::Language;

use crate::app;

/// The name of a country in English; its letters where none is known.
pub(super) fn country(code: &str) -> String {
    app::country_name(code).unwrap_or(code).to_owned()
}

/// The name of a language in English; what was said where it is none of the six.
pub(super) fn language(code: &str) -> String {
    Language::parse(code).map_or_else(|| code.to_owned(), |known| known.title().to_owned())
}

/// The way a proof came, with a capital.
pub(super) fn channel(code: &str) -> String {
    match code {
        "own-device" => "Own phone".to_owned(),
        "kiosk" => "Station of the Fund".to_owned(),
        "paper" => "Form by post".to_owned(),
        "upload" => "Form, scanned or photographed".to_owned(),
        "letter" => "Signed letter".to_owned(),
        "visit" => "Visit".to_owned(),
        "video-call" => "Video call".to_owned(),
        "authority" => "Certificate of an authority".to_owned(),
        other => sentence(other),
    }
}

/// What a night asks for.
pub(super) fn effect(code: &str) -> String {
    match code {
        "mail-paper" => "Forms to print and post",
        "remind" => "Reminders to send",
        "list-for-follow-up" => "People to be found",
        "send-notice" => "Notices before suspension to post",
        "propose-suspension" => "People to propose for suspension",
        "hold-payment" => "Payments for payroll to hold",
        "resume-payment" => "Payments for payroll to resume",
        "stop-payment" => "Payments for payroll to stop",
        "moved" => "Moves for the pension system to know of",
        "send-receipt" => "Receipts to send",
        "offer-another-channel" => "Offers of another way to send",
        "open-case" => "Cases to open",
        "revoke-certificates" => "Certificates to revoke",
        "invite-survivor" => "Survivors to write to",
        other => return sentence(other),
    }
    .to_owned()
}

/// `a-word-of-ours` as `A word of ours`.
pub(super) fn sentence(code: &str) -> String {
    let words = code.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// An address of the register, whose lines end with a bar, in one line.
pub(super) fn address(lines: &str) -> String {
    lines.split('|').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}

/// A day as the register writes it, with its month in words.
pub(super) fn day(written: &str) -> String {
    written.parse::<chrono::NaiveDate>().map_or_else(|_| written.to_owned(), date)
}

/// A day with its month in words.
pub(super) fn date(day: chrono::NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_said_in_words_and_unknown_ones_as_they_are() {
        assert_eq!((country("PHL"), country("XXX")), ("Philippines".to_owned(), "XXX".to_owned()));
        assert_eq!((language("ar"), language("tlh")), ("Arabic".to_owned(), "tlh".to_owned()));
        assert_eq!(channel("some-new-way"), "Some new way");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn address_has_no_blank_before_a_comma() {
        assert_eq!(address("33 Example Street | 10073 Town||"), "33 Example Street, 10073 Town");
    }
}
