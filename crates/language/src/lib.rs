//! The six official languages, which of them a reader asked for, and what is said in them.
//!
//! Rules need the languages alone. Texts by Fluent come with the feature `catalogues`, sentences in HTML with `pages`.

#[cfg(feature = "catalogues")]
mod catalogue;
#[cfg(feature = "pages")]
mod dates;
#[cfg(feature = "pages")]
mod sentence;

#[cfg(feature = "catalogues")]
pub use catalogue::Catalogue;
#[cfg(feature = "pages")]
pub use sentence::Sentence;

/// One of the six official languages of the United Nations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    Arabic,
    Chinese,
    #[default]
    English,
    French,
    Russian,
    Spanish,
}

impl Language {
    pub const ALL: [Self; 6] =
        [Self::Arabic, Self::Chinese, Self::English, Self::French, Self::Russian, Self::Spanish];

    /// ISO 639-1.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Arabic => "ar",
            Self::Chinese => "zh",
            Self::English => "en",
            Self::French => "fr",
            Self::Russian => "ru",
            Self::Spanish => "es",
        }
    }

    /// What the language calls itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Arabic => "العربية",
            Self::Chinese => "中文",
            Self::English => "English",
            Self::French => "Français",
            Self::Russian => "Русский",
            Self::Spanish => "Español",
        }
    }

    /// In English, for officers.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Arabic => "Arabic",
            Self::Chinese => "Chinese",
            Self::English => "English",
            Self::French => "French",
            Self::Russian => "Russian",
            Self::Spanish => "Spanish",
        }
    }

    /// Exactly a code, as it is stored.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// `rtl` or `ltr`.
    #[must_use]
    pub const fn direction(self) -> &'static str {
        match self {
            Self::Arabic => "rtl",
            Self::Chinese | Self::English | Self::French | Self::Russian | Self::Spanish => "ltr",
        }
    }

    /// The language of a tag such as `fr-CH` (RFC 5646), by its first part.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let first = tag.trim().split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(first))
    }

    /// The best one for an `Accept-Language` header (RFC 9110, 12.5.4).
    #[must_use]
    pub fn of_header(header: &str) -> Option<Self> {
        let ranges: Vec<_> = header.split(',').take(MAX_RANGES).collect();
        let wanted = ranges.into_iter().rev().filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight = thousandths(weight).filter(|weight| *weight > 0)?;
            Some((weight, Self::of_tag(tag)?))
        });
        // `max_by_key` takes the last of equals, and the first one named is meant: hence the reversed order.
        wanted.max_by_key(|(weight, _)| *weight).map(|(_, language)| language)
    }

    /// What was asked for by name, or else by header, or else English.
    #[must_use]
    pub fn chosen(named: Option<&str>, header: Option<&str>) -> Self {
        named.and_then(Self::of_tag).or_else(|| header.and_then(Self::of_header)).unwrap_or_default()
    }
}

const MAX_RANGES: usize = 32;

/// A weight as thousandths; floating point has no place here.
fn thousandths(parameter: &str) -> Option<u32> {
    let value = parameter.trim().strip_prefix("q=")?.trim();
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 {
        return None;
    }
    let fraction: u32 = format!("{fraction:0<3}").parse().ok()?;
    let whole: u32 = whole.parse().ok()?;
    Some(whole.checked_mul(1000)? + fraction).filter(|weight| *weight <= 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_read_by_weight_and_order() {
        let of = Language::of_header;
        assert_eq!(of("fr-CH, fr;q=0.9, en;q=0.8"), Some(Language::French));
        assert_eq!(of("de, es;q=0.4, ar;q=0.5"), Some(Language::Arabic));
        assert_eq!(of("en;q=0, ru;q=0.001"), Some(Language::Russian));
        assert_eq!(of("zh-Hant-TW"), Some(Language::Chinese));
        assert_eq!(of("es, fr"), Some(Language::Spanish), "of equal ones the first");
        for nothing in ["", "de", "*", "en;q=2", "en;q=0.0001", "en;q=abc", "en;q=99999999999"] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn named_language_beats_the_header() {
        assert_eq!(Language::chosen(Some("ar"), Some("fr")), Language::Arabic);
        assert_eq!(Language::chosen(Some("tlh"), Some("fr")), Language::French);
        assert_eq!(Language::chosen(None, None), Language::English);
    }
}
