//! A country as the register names it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// ISO 3166-1 alpha-3: three capital letters. Whether such a country exists is the register's affair.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode([u8; 3]);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a country is three capital letters")]
pub struct CountryCodeFault;

impl CountryCode {
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only capital letters get in, so this never falls back.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for CountryCode {
    type Err = CountryCodeFault;

    fn from_str(text: &str) -> Result<Self, CountryCodeFault> {
        let bytes: [u8; 3] = text.as_bytes().try_into().map_err(|_| CountryCodeFault)?;
        match bytes.iter().all(u8::is_ascii_uppercase) {
            true => Ok(Self(bytes)),
            false => Err(CountryCodeFault),
        }
    }
}

impl TryFrom<String> for CountryCode {
    type Error = CountryCodeFault;

    fn try_from(text: String) -> Result<Self, CountryCodeFault> {
        text.parse()
    }
}

impl From<CountryCode> for String {
    fn from(country: CountryCode) -> Self {
        country.as_str().to_owned()
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}
