//! The VC API's instances for machines.

use credential::data_integrity::Suite;
use credential::enveloped::Envelope;
use keys::Algorithm;
use serde::{Deserialize, Serialize};

use super::{ConfigError, is_name};

/// A VC API instance for machines.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceConfig {
    pub name: String,
    /// Whether it answers without authentication. A closed one answers nobody for now.
    #[serde(default)]
    pub open: bool,
    /// The policy it is named by; accreditation is optional in an open one.
    #[serde(default = "open_policy")]
    pub policy: String,
    /// The cryptosuite it secures with; the kind of its key follows from it where `key` says nothing.
    #[serde(default = "usual_suite")]
    pub cryptosuite: String,
    /// The kind of its key, such as `p384`, for cryptosuites that take several kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The envelope that credentials go into instead of getting a proof: `vc+jwt`, `vc+sd-jwt` or `vc+cose`. The
    /// cryptosuite then says the kind of key, and secures the status lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<String>,
    /// Whether credentials get a status that anybody who knows their place can change.
    #[serde(default)]
    pub status: bool,
}

impl InstanceConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !is_name(&self.name) {
            return Err(ConfigError::Instance(self.name.clone()));
        }
        // A status list is shown whole, and its place in a list would link what the suite keeps apart.
        if self.suite_and_key()?.0 == Suite::Bbs2023 && self.status {
            return Err(ConfigError::InstanceStatus(self.name.clone()));
        }
        self.envelope().map(drop)
    }

    /// The cryptosuite and the kind of key it signs with.
    pub fn suite_and_key(&self) -> Result<(Suite, Algorithm), ConfigError> {
        let suite = Suite::parse(&self.cryptosuite);
        let suite = suite.ok_or_else(|| ConfigError::InstanceSuite(self.name.clone()))?;
        let algorithm = self.key.as_deref().map_or(Some(suite.algorithm()), Algorithm::parse);
        let algorithm = algorithm.filter(|algorithm| suite.takes(*algorithm));
        Ok((suite, algorithm.ok_or_else(|| ConfigError::InstanceKey(self.name.clone()))?))
    }

    /// The envelope, where it has one.
    pub fn envelope(&self) -> Result<Option<Envelope>, ConfigError> {
        let parse = |text: &String| {
            Envelope::parse(text).ok_or_else(|| ConfigError::InstanceEnvelope(self.name.clone()))
        };
        self.envelope.as_ref().map(parse).transpose()
    }
}

fn open_policy() -> String {
    "open".to_owned()
}

fn usual_suite() -> String {
    Suite::EddsaRdfc2022.as_str().to_owned()
}
