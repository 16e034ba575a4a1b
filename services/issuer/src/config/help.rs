//! Whom people can call, on the pages that they meet here.

use std::collections::BTreeMap;

use issuance::message::Language;
use serde::{Deserialize, Serialize};

use super::ConfigError;

const LONGEST: usize = 200;

/// The office of an organisation that helps people with their credentials.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HelpConfig {
    /// As it is dialled from abroad: "+41 22 555 01 00".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// When somebody answers, by language (`en`, `ar`, ...); English where a language has none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub hours: BTreeMap<String, String>,
}

impl HelpConfig {
    pub(super) fn check(&self, tenant: &str) -> Result<(), ConfigError> {
        let fits = |text: &str| !text.trim().is_empty() && text.chars().count() <= LONGEST;
        let dialled = |text: &str| {
            fits(text)
                && text.chars().all(|it| it.is_ascii_digit() || matches!(it, '+' | ' ' | '-' | '(' | ')'))
        };
        let hours = self.hours.iter().all(|(code, text)| Language::parse(code).is_some() && fits(text));
        match hours && self.telephone.as_deref().is_none_or(dialled) {
            true => Ok(()),
            false => Err(ConfigError::Help(tenant.to_owned())),
        }
    }

    /// The hours in a language.
    #[must_use]
    pub fn hours_in(&self, language: Language) -> Option<&str> {
        let known = self.hours.get(language.code()).or_else(|| self.hours.get(Language::English.code()));
        known.map(String::as_str)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.telephone.is_none() && self.hours.is_empty()
    }
}
