//! Names as they are compared: without case, without marks above and below the letters, words apart by one blank.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Letters of their own in Unicode that people type without the stroke or as two.
const OTHERS: [(char, &str); 10] = [
    ('ł', "l"),
    ('ø', "o"),
    ('đ', "d"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('þ', "th"),
    ('ð', "d"),
];

/// `Émile O'Brien-Łęcki` as `emile o brien lecki`.
pub(super) fn folded(text: &str) -> String {
    words(text).join(" ")
}

/// The words of a text, folded.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match OTHERS.iter().find(|(known, _)| *known == letter) {
            Some((_, written)) => plain.push_str(written),
            None => plain.push(letter),
        }
    }
    let parts = plain.split(|letter: char| !letter.is_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_typed() {
        for (one, other) in [
            ("Émile O\u{2019}Brien-Łęcki", "EMILE o'brien lecki"),
            ("Müller Straße", "muller strasse"),
            ("Søren Ærø", "SOREN AERO"),
            ("Nguyễn Thị Hồng", "nguyen thi hong"),
            ("E\u{301}mile", "\u{c9}mile"),
            ("Пётр Ильич", "петр ильич"),
            ("سُعاد", "سعاد"),
            ("１００", "100"),
        ] {
            assert_eq!(folded(one), folded(other), "{one}");
        }
        assert_eq!(folded("  ' - "), "");
        assert_ne!(folded("Иван"), folded("Ivan"), "no transcription");
    }
}
