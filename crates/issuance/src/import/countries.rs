//! Countries by their three letters (ISO 3166-1 alpha-3), with their names in English.

/// Three letters and the name, apart by a semicolon.
const NAMES: &str = include_str!("countries.csv");

/// Each country's three letters and name, by the letters.
pub fn countries() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.lines().filter_map(|line| line.split_once(';'))
}

/// The name of a country by its three letters.
#[must_use]
pub fn country_name(code: &str) -> Option<&'static str> {
    countries().find(|(known, _)| *known == code).map(|(_, name)| name)
}
