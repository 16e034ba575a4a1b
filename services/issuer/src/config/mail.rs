//! How persons are told of their offers and credentials.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError};

/// How persons are told of their offers and credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessagesConfig {
    /// The address that letters come from. The organisation's name stands before it.
    pub from: String,
    /// Where answers go, by organisation; to the sender where none is named.
    #[serde(default)]
    pub reply_to: BTreeMap<String, String>,
    pub smtp: SmtpConfig,
}

/// The mail server that takes letters from here.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    pub host: String,
    pub port: u16,
    #[serde(default)]
    pub security: Security,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
    /// A PEM file that is believed beside the certificates of the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_certificate: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// The connection becomes TLS before anything is said (RFC 3207), or nothing is.
    #[default]
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// On this machine only.
    None,
}

impl Config {
    pub(super) fn check_messages(&self) -> Result<(), ConfigError> {
        let Some(messages) = &self.messages else { return Ok(()) };
        let addresses = messages.reply_to.values().chain([&messages.from]);
        if let Some(wrong) = addresses.into_iter().find(|address| !crate::mail::is_sender(address)) {
            return Err(ConfigError::Address(wrong.clone()));
        }
        let known = |id: &String| self.tenants.iter().any(|tenant| tenant.id == *id);
        if let Some(foreign) = messages.reply_to.keys().find(|id| !known(id)) {
            return Err(ConfigError::MailTenant(foreign.clone()));
        }
        let smtp = &messages.smtp;
        let plain = smtp.security == Security::None;
        let here = smtp.host == "localhost"
            || smtp.host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        if plain && !here {
            return Err(ConfigError::PlainMail);
        }
        if smtp.username.is_some() != smtp.password_file.is_some() || (plain && smtp.username.is_some()) {
            return Err(ConfigError::MailPassword);
        }
        Ok(())
    }
}
