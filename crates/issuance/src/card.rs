//! How a credential looks in a wallet: colours and names of an organisation's own (OID4VCI 1.0, 12.2.4, `display`).

use std::collections::BTreeMap;

use crate::message::Language;

/// Longest name on a card, in characters.
pub const LONGEST_CARD_NAME: usize = 60;
/// WCAG 2.2, 1.4.3.
const LEAST_CONTRAST: f64 = 4.5;

/// An opaque colour of sRGB, written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// A card whose text can be read on its background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardDesign {
    pub background: Colour,
    pub text: Colour,
    /// Instead of the published names of the type; a language that is absent keeps its own.
    pub names: BTreeMap<Language, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    #[error("a colour is written as # and six hexadecimal digits")]
    Colour,
    #[error("the text cannot be read on this background: their contrast is below 4.5 to 1")]
    Contrast,
    #[error("a name has at most {LONGEST_CARD_NAME} characters on one line")]
    Name,
}

impl Colour {
    pub fn parse(text: &str) -> Result<Self, CardError> {
        let digits = text.trim().strip_prefix('#').filter(|digits| digits.len() == 6);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let number =
            digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or(CardError::Colour)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }

    /// Relative luminance of WCAG 2.2.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl CardDesign {
    /// Names that are empty are left out.
    pub fn checked(
        background: &str,
        text: &str,
        names: impl IntoIterator<Item = (Language, String)>,
    ) -> Result<Self, CardError> {
        let (background, text) = (Colour::parse(background)?, Colour::parse(text)?);
        let (one, other) = (background.luminance(), text.luminance());
        if (one.max(other) + 0.05) / (one.min(other) + 0.05) < LEAST_CONTRAST {
            return Err(CardError::Contrast);
        }
        let mut kept = BTreeMap::new();
        for (language, name) in names {
            let name = name.trim().to_owned();
            if name.chars().count() > LONGEST_CARD_NAME || name.chars().any(char::is_control) {
                return Err(CardError::Name);
            }
            if !name.is_empty() {
                kept.insert(language, name);
            }
        }
        Ok(Self { background, text, names: kept })
    }

    /// What a card is without a design of the organisation's own.
    #[must_use]
    pub const fn usual() -> Self {
        Self {
            background: Colour([0x0b, 0x5a, 0x8a]),
            text: Colour([0xff, 0xff, 0xff]),
            names: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_card_is_readable_or_refused() {
        let check = |background: &str, text: &str| CardDesign::checked(background, text, []);
        let usual = CardDesign::usual();
        assert_eq!(check("#0b5a8a", "#FFFFFF"), Ok(usual));
        assert!(check("#767676", "#ffffff").is_ok(), "4.54 to 1");
        assert_eq!(check("#777777", "#ffffff"), Err(CardError::Contrast), "4.48 to 1");
        assert_eq!(check("#ffffff", "#ffffff"), Err(CardError::Contrast));
        for wrong in ["", "#fff", "ffffff", "#gggggg", "#+fffff", "#0b5a8a80", "red", "url(x)"] {
            assert_eq!(check(wrong, "#ffffff"), Err(CardError::Colour), "{wrong}");
        }
    }

    #[test]
    fn names_are_one_short_line_each() {
        let named = |name: &str| {
            CardDesign::checked("#000000", "#ffffff", [(Language::French, name.to_owned())])
                .map(|it| it.names)
        };
        assert_eq!(named("  Carte ").unwrap().get(&Language::French).map(String::as_str), Some("Carte"));
        assert!(named(" ").unwrap().is_empty());
        assert_eq!(named(&"x".repeat(61)), Err(CardError::Name));
        assert_eq!(named("a\nb"), Err(CardError::Name));
    }
}
