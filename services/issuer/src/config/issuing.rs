//! How often, how long and in which formats is issued.

use std::collections::BTreeSet;

use issuance::Format;
use serde::{Deserialize, Serialize};
use url::Url;

use super::ConfigError;

/// Longer than anybody is paid.
const MOST_AUDIT_YEARS: u16 = 100;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuing {
    /// The wallet whose links are shown beside the `openid-credential-offer` ones.
    pub wallet_url: Url,
    #[serde(default = "cadence")]
    pub anchor_interval_seconds: u64,
    #[serde(default = "cadence")]
    pub status_interval_seconds: u64,
    /// How long a published list may be relied on; it is signed again after half of that.
    #[serde(default = "status_validity")]
    pub status_validity_seconds: u64,
    /// How long earlier status lists are kept for auditors; 0 for not at all.
    #[serde(default = "status_history")]
    pub status_history_days: u32,
    #[serde(default = "credential_validity")]
    pub credential_validity_days: u32,
    #[serde(default = "offer_validity")]
    pub offer_validity_days: u32,
    /// How long a proof of existence may be made without a network after its challenge was fetched: at most 60 days.
    #[serde(default = "offline_proof")]
    pub offline_proof_days: u32,
    /// Within so many days an officer decides about a proof, as the Fund tells people until its own figures say it: 1 to 365.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof_answer_days: Option<u16>,
    /// For how many years after it a year of the Fund is kept for audit: nobody of it is erased before. 0 to 100.
    #[serde(default = "audit_years")]
    pub audit_years: u16,
    /// How long a wallet waits before it asks again for what a second person has to approve.
    #[serde(default = "deferred_interval")]
    pub deferred_interval_seconds: u64,
    /// In which formats each credential is offered, where a tenant says nothing else of its type: some of `ldp_vc`, `dc+sd-jwt`,
    /// `vc+jwt`, `vc+sd-jwt`, `vc+cose`, and `ldp_vc/SUITE` for cryptosuites other than `eddsa-rdfc-2022`.
    #[serde(default = "formats")]
    pub formats: Vec<String>,
}

impl Issuing {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let above_zero = [
            ("anchor_interval_seconds", self.anchor_interval_seconds),
            ("status_interval_seconds", self.status_interval_seconds),
            ("status_validity_seconds", self.status_validity_seconds),
            ("deferred_interval_seconds", self.deferred_interval_seconds),
            ("credential_validity_days", self.credential_validity_days.into()),
            ("offer_validity_days", self.offer_validity_days.into()),
            ("offline_proof_days", self.offline_proof_days.into()),
            ("proof_answer_days", self.proof_answer_days.unwrap_or(1).into()),
        ];
        if let Some((name, _)) = above_zero.into_iter().find(|(_, value)| *value == 0) {
            return Err(ConfigError::Zero(name));
        }
        if self.audit_years > MOST_AUDIT_YEARS {
            return Err(ConfigError::AuditYears);
        }
        if are_formats(&self.formats) { Ok(()) } else { Err(ConfigError::Formats) }
    }
}

/// Whether these are names of formats, each once.
pub(super) fn are_formats(names: &[String]) -> bool {
    let formats: BTreeSet<_> = names.iter().filter_map(|name| Format::parse(name)).collect();
    !formats.is_empty() && formats.len() == names.len()
}

const fn cadence() -> u64 {
    30
}

fn formats() -> Vec<String> {
    Format::USUAL.map(Format::name).to_vec()
}

const fn status_validity() -> u64 {
    24 * 60 * 60
}

const fn status_history() -> u32 {
    365
}

const fn credential_validity() -> u32 {
    365
}

/// People decide in hours.
const fn deferred_interval() -> u64 {
    300
}

const fn offer_validity() -> u32 {
    30
}

const fn offline_proof() -> u32 {
    14
}

const fn audit_years() -> u16 {
    7
}
