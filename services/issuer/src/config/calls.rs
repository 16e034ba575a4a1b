//! STUN and TURN servers for video calls. None is built in: calls never go through somebody else's machines unasked.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clock::Timestamp;
use ring::hmac;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ConfigError;

/// How long a name and password for TURN can be used: longer than any call.
const CREDENTIAL_SECONDS: i64 = 4 * 3600;
const MOST_SERVERS: usize = 8;

/// The operator's servers. Without any, calls work inside one network only.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallsConfig {
    /// `stun:HOST:PORT`
    pub stun: Vec<String>,
    /// `turn:HOST:PORT` or `turns:HOST:PORT`, optionally with `?transport=tcp`
    pub turn: Vec<String>,
    /// The secret that is shared with the TURN server (`static-auth-secret` of coturn); browsers get passwords that live for
    /// hours.
    pub turn_secret_file: Option<PathBuf>,
    #[serde(skip)]
    secret: Option<hmac::Key>,
}

impl CallsConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let begins = |urls: &[String], schemes: &[&str]| {
            urls.iter()
                .all(|url| schemes.iter().any(|it| url.strip_prefix(it).is_some_and(|host| !host.is_empty())))
        };
        let right = begins(&self.stun, &["stun:", "stuns:"])
            && begins(&self.turn, &["turn:", "turns:"])
            && self.stun.len() + self.turn.len() <= MOST_SERVERS
            && self.turn.is_empty() == self.turn_secret_file.is_none();
        if right { Ok(()) } else { Err(ConfigError::Calls) }
    }

    /// With the secret read from its file.
    pub(crate) fn opened(mut self) -> Result<Self, std::io::Error> {
        if let Some(path) = &self.turn_secret_file {
            let text = std::fs::read_to_string(path)?;
            let text = text.trim();
            if text.len() < 16 {
                return Err(std::io::Error::other(
                    "the secret of the TURN server has at least 16 characters",
                ));
            }
            self.secret = Some(hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()));
        }
        Ok(self)
    }

    /// `RTCConfiguration.iceServers`. Name and password for TURN follow the REST API of TURN servers
    /// (draft-uberti-behave-turn-rest-00, 2.2): the name is the time at which both lapse.
    pub(crate) fn ice_servers(&self, now: Timestamp) -> Vec<Value> {
        let mut servers = Vec::new();
        if !self.stun.is_empty() {
            servers.push(json!({ "urls": self.stun }));
        }
        if let Some(secret) = self.secret.as_ref().filter(|_| !self.turn.is_empty()) {
            let name = (now.timestamp() + CREDENTIAL_SECONDS).to_string();
            let password = STANDARD.encode(hmac::sign(secret, name.as_bytes()));
            servers.push(json!({ "urls": self.turn, "username": name, "credential": password }));
        }
        servers
    }
}

impl std::fmt::Debug for CallsConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallsConfig")
            .field("stun", &self.stun)
            .field("turn", &self.turn)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn passwords_for_turn_lapse() {
        let now = Timestamp::from_timestamp(1_433_895_918 - CREDENTIAL_SECONDS, 0).unwrap();
        let calls = CallsConfig {
            turn: vec!["turn:turn.example.org:3478".into()],
            secret: Some(hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"my_secret")),
            ..CallsConfig::default()
        };
        let servers = calls.ice_servers(now);
        assert_eq!(servers[0]["username"], "1433895918");
        let expected = STANDARD.encode(hmac::sign(calls.secret.as_ref().unwrap(), b"1433895918"));
        assert_eq!(servers[0]["credential"], expected);
        assert_eq!(CallsConfig::default().ice_servers(now), Vec::<Value>::new(), "none is built in");
    }

    #[test]
    fn servers_of_another_kind_and_turn_without_a_secret_are_refused() {
        let stun = |url: &str| CallsConfig { stun: vec![url.into()], ..CallsConfig::default() };
        assert!(stun("stun:stun.example.org").check().is_ok());
        for wrong in ["https://example.org", "stun:", "turn:example.org"] {
            assert!(stun(wrong).check().is_err(), "{wrong}");
        }
        let turn = CallsConfig { turn: vec!["turns:example.org".into()], ..CallsConfig::default() };
        assert!(turn.check().is_err());
        assert!(CallsConfig { turn_secret_file: Some("/x".into()), ..turn }.check().is_ok());
    }
}
