//! The verifier that checks Separation credentials for the Fund.

use serde::{Deserialize, Serialize};
use url::Url;

use super::ConfigError;

/// Without it nobody enrols by presenting a Separation credential; invitations stay.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeparationConfig {
    /// Where the verifier is, as it names itself: `http.public_url` there.
    pub verifier_url: Url,
    /// As whom this service is registered there (`verifier.clients`), with the wallet's page `enrol/separation` among its
    /// `return_urls`.
    pub client_id: String,
    /// The file of the key that is shown there. It is made at the first start; the public half is logged then.
    #[serde(default = "key")]
    pub key: String,
    /// The policy that is verified under. Every check of it has to pass here, whatever it requires.
    #[serde(default = "policy")]
    pub policy: String,
}

impl SeparationConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let plain = |text: &str| {
            let letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
            (1..=64).contains(&text.len()) && text.bytes().all(letter)
        };
        let url = &self.verifier_url;
        let right = matches!(url.scheme(), "https" | "http")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && [&self.client_id, &self.key, &self.policy].into_iter().all(|text| plain(text));
        if right { Ok(()) } else { Err(ConfigError::Separation) }
    }
}

fn key() -> String {
    "enrolment-client.key-ed25519-1".to_owned()
}

fn policy() -> String {
    "separation".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_verifier_is_named_by_its_origin() {
        let of = |url: &str, client_id: &str| SeparationConfig {
            verifier_url: url.parse().unwrap(),
            client_id: client_id.into(),
            key: key(),
            policy: policy(),
        };
        assert!(of("https://verifier.example/", "fund").check().is_ok());
        for wrong in
            ["https://verifier.example/v1", "https://verifier.example/?a=b", "ftp://verifier.example/"]
        {
            assert!(of(wrong, "fund").check().is_err(), "{wrong}");
        }
        for wrong in ["", "a b", "../fund"] {
            assert!(of("https://verifier.example/", wrong).check().is_err(), "{wrong}");
        }
    }
}
