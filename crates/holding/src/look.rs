//! How an issuer wants its credentials to look (OID4VCI 1.0, 12.2.4, `display`): colours that can be read, and a mark that is a
//! picture and nothing else. What does not fit is left out; a credential is not refused for its looks.

use serde::{Deserialize, Serialize};

use crate::encoding::{base64url, from_base64url};
use crate::request::plain_text;

/// Bytes of a mark. Five megabytes of it would be the whole month's line of some people.
pub const LONGEST_LOGO: usize = 64 * 1024;
/// Pixels of a side; the header of a small file may promise any number.
const WIDEST: u32 = 2048;
/// Text on its ground. WCAG 2.2, 1.4.3 wants 4.5; small lines of a card are a little lighter than the rest.
const LEAST_CONTRAST: f64 = 5.5;

/// What the issuer says of a credential's looks, as far as it may be followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colours: Option<Colours>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<LogoPlace>,
}

/// `#rrggbb`, text that can be read on its ground.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colours {
    pub ground: String,
    pub text: String,
}

/// Where a mark is, before it was fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoPlace {
    pub uri: String,
    /// What it shows, for who does not see it.
    pub words: String,
}

/// A mark as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    pub kind: LogoKind,
    pub words: String,
    #[serde(with = "as_base64url")]
    pub bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LogoKind {
    Png,
    Svg,
}

impl LogoKind {
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
        }
    }
}

impl Look {
    /// `logo` is its address and what it shows.
    #[must_use]
    pub fn new(ground: Option<&str>, text: Option<&str>, logo: Option<(&str, Option<&str>)>) -> Self {
        let logo = logo.filter(|(uri, _)| uri.len() <= 2048).map(|(uri, words)| LogoPlace {
            uri: uri.to_owned(),
            words: plain_text(words.unwrap_or_default(), 100),
        });
        Self { colours: Colours::new(ground, text), logo }
    }
}

impl Colours {
    /// Nothing where one is missing or no plain colour, or where the text could not be read.
    #[must_use]
    pub fn new(ground: Option<&str>, text: Option<&str>) -> Option<Self> {
        let (ground, text) = (Colour::parse(ground?)?, Colour::parse(text?)?);
        let (one, other) = (ground.luminance(), text.luminance());
        let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
        (contrast >= LEAST_CONTRAST).then(|| Self { ground: ground.hex(), text: text.hex() })
    }
}

impl Logo {
    /// A mark that is small and what it seems, told by its bytes and not by what the sender calls it.
    #[must_use]
    pub fn new(bytes: &[u8], words: &str) -> Option<Self> {
        if bytes.is_empty() || bytes.len() > LONGEST_LOGO {
            return None;
        }
        let kind = if is_png(bytes) { LogoKind::Png } else { is_svg(bytes).then_some(LogoKind::Svg)? };
        Some(Self { kind, words: words.to_owned(), bytes: bytes.to_vec() })
    }
}

/// The signature and the sides in the first chunk (PNG, 5.2 and 11.2.2).
fn is_png(bytes: &[u8]) -> bool {
    let side = |at: usize| {
        let four = bytes.get(at..at + 4)?;
        Some(u32::from_be_bytes(four.try_into().ok()?))
    };
    let fits = |side: Option<u32>| side.is_some_and(|side| (1..=WIDEST).contains(&side));
    bytes.starts_with(b"\x89PNG\r\n\x1a\n")
        && bytes.get(12..16) == Some(b"IHDR")
        && fits(side(16))
        && fits(side(20))
}

/// An image element runs no script of it and loads nothing; what could be meant for another place is refused all the same.
fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let text = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    let begins = text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg"));
    let hostile = ["<script", "<foreignobject", "<!entity", "<!doctype", "<iframe", "javascript:"];
    begins && !hostile.iter().any(|part| text.contains(part))
}

#[derive(Clone, Copy)]
struct Colour([u8; 3]);

impl Colour {
    /// `#rgb` or `#rrggbb`.
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let digits: Vec<u8> =
            digits.chars().map(|digit| digit.to_digit(16)?.try_into().ok()).collect::<Option<_>>()?;
        match *digits.as_slice() {
            [r, g, b] => Some(Self([r * 17, g * 17, b * 17])),
            [r, q, g, h, b, c] => Some(Self([r * 16 + q, g * 16 + h, b * 16 + c])),
            _ => None,
        }
    }

    fn hex(self) -> String {
        let [r, g, b] = self.0;
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// WCAG 2.2, relative luminance.
    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }
}

mod as_base64url {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::base64url(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::from_base64url(&text).ok_or_else(|| D::Error::custom("not base64url"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
        [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &sides, b"\x08\x06\0\0\0"].concat()
    }

    #[test]
    fn colours_are_followed_where_they_can_be_read() {
        let both = |ground, text| Colours::new(Some(ground), Some(text));
        let blue = both("#0b5a8a", "#FFF").unwrap();
        assert_eq!((blue.ground.as_str(), blue.text.as_str()), ("#0b5a8a", "#ffffff"));
        for (ground, text) in [
            ("#ffffff", "#ffffff"),
            ("#777777", "#ffffff"),
            ("red", "#ffffff"),
            ("#0b5a8a;background:url(//x)", "#ffffff"),
            ("#0b5a8", "#ffffff"),
            ("", ""),
        ] {
            assert_eq!(both(ground, text), None, "{ground} {text}");
        }
        assert_eq!(Colours::new(Some("#000"), None), None);
    }

    #[test]
    fn mark_is_a_small_picture_told_by_its_bytes() {
        assert_eq!(Logo::new(&png(128, 64), "UNDP").unwrap().kind, LogoKind::Png);
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h1\"/></svg>";
        assert_eq!(Logo::new(svg, "").unwrap().kind, LogoKind::Svg);
        for wrong in [
            png(60_000, 60_000),
            png(0, 1),
            b"GIF89a".to_vec(),
            b"<html><svg></svg></html>".to_vec(),
            b"<svg><ScRipt>alert(1)</ScRipt></svg>".to_vec(),
            b"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"b\">]><svg/>".to_vec(),
            [svg.to_vec(), vec![b' '; LONGEST_LOGO]].concat(),
            Vec::new(),
        ] {
            assert_eq!(
                Logo::new(&wrong, ""),
                None,
                "{}",
                String::from_utf8_lossy(&wrong[..wrong.len().min(40)])
            );
        }
    }
}
