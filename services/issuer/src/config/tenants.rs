//! The organisations whose credentials this service issues.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use issuance::CredentialType;
use issuance::assurance::{BelowPasskey, ByRepresentative};
use issuance::message::Language;
use serde::{Deserialize, Serialize};

use super::issuing::are_formats;
use super::{AttesterConfig, CertificateConfig, ConfigError, HelpConfig, KeyAttestations, is_name};

const LONGEST_NAME: usize = 200;

/// An organisation whose credentials this service issues.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantConfig {
    /// Part of every address of the tenant, also the first part of its key files' names.
    pub id: String,
    /// In English; what it is called in other languages, `{ fr = "…" }`, is for wallets.
    pub name: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// Whom people can call, on the pages on which they sign in: `{ telephone = "+41 …", hours = { en = "…" } }`.
    #[serde(default, skip_serializing_if = "HelpConfig::is_empty")]
    pub help: HelpConfig,
    pub did: String,
    pub types: Vec<CredentialType>,
    /// In which formats its types are offered, where not in those of `[issuing]`:
    /// `{ StaffIdentity = ["ldp_vc", "dc+sd-jwt", "ldp_vc/ecdsa-sd-2023"] }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub formats: BTreeMap<CredentialType, Vec<String>>,
    /// Those of its types whose issue a second person approves once a wallet has shown its keys; the wallet waits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_types: Vec<CredentialType>,
    /// Those of its types that a wallet gets at once only where it does not say that a PIN opened it, and what becomes of the
    /// others: `{ StaffIdentity = "refuse", Employment = "second-person" }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub passkey_types: BTreeMap<CredentialType, BelowPasskey>,
    /// Those of its types that a guardian or an attorney does not get at once for the person, as the wallet says, and what becomes of
    /// it: `{ StaffIdentity = "refuse", Employment = "second-person" }`. Without a word they get them like the person.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub representative_types: BTreeMap<CredentialType, ByRepresentative>,
    /// Whether what is issued as W3C credentials also stands in a list of messages: replaced, new key, issued in error.
    #[serde(default)]
    pub status_messages: bool,
    /// A PNG or SVG of at most 64 kB for the organisation's cards; its initials without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<PathBuf>,
    /// Those of its types that are bound to attested keys only: `{ StaffIdentity = { key_storage = ["iso_18045_high"] } }`.
    #[serde(default, skip_serializing_if = "KeyAttestations::is_empty")]
    pub key_attestations: KeyAttestations,
    /// Certificates of its P-256 keys, for readers outside of the chain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<CertificateConfig>,
}

impl TenantConfig {
    pub(super) fn check(&self, attesters: &[AttesterConfig]) -> Result<(), ConfigError> {
        if !is_name(&self.id) {
            return Err(ConfigError::TenantId(self.id.clone()));
        }
        if !did::is_did(&self.did) {
            return Err(ConfigError::TenantDid(self.id.clone()));
        }
        let types: BTreeSet<_> = self.types.iter().collect();
        if types.is_empty() || types.len() != self.types.len() {
            return Err(ConfigError::TenantTypes(self.id.clone()));
        }
        if !self.formats.iter().all(|(kind, names)| types.contains(kind) && are_formats(names)) {
            return Err(ConfigError::TenantFormats(self.id.clone()));
        }
        if !self.approved_types.iter().all(|kind| types.contains(kind)) {
            return Err(ConfigError::ApprovedTypes(self.id.clone()));
        }
        self.check_names()?;
        self.help.check(&self.id)?;
        if !self.passkey_types.keys().all(|kind| types.contains(kind)) {
            return Err(ConfigError::PasskeyTypes(self.id.clone()));
        }
        if !self.representative_types.keys().all(|kind| types.contains(kind)) {
            return Err(ConfigError::RepresentativeTypes(self.id.clone()));
        }
        self.check_attestations(attesters)
    }

    fn check_names(&self) -> Result<(), ConfigError> {
        let other = |code: &str| Language::parse(code).is_some_and(|it| it != Language::English);
        let fits = |name: &str| !name.trim().is_empty() && name.chars().count() <= LONGEST_NAME;
        match self.names.iter().all(|(code, name)| other(code) && fits(name)) {
            true => Ok(()),
            false => Err(ConfigError::Names(self.id.clone())),
        }
    }
}
