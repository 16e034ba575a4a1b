//! The authorization server of an issuer: where it is, and what it knows how to ask of a wallet.

use serde::{Deserialize, Serialize};
use url::Url;
use wire::vci::AuthorizationServerMetadata;

use super::OfferFault;

const ES256: &str = "ES256";
/// OAuth 2.0 Attestation-Based Client Authentication, 13.4.
const ATTESTED: &str = "attest_jwt_client_auth";

/// What matters here of the metadata of RFC 8414. It may be another site than the issuer's, which names it (OID4VCI 1.0, 12.2.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthorizationServer {
    /// Its identifier, by which it is also the audience of what is signed for it.
    pub issuer: String,
    /// Where people sign in, if they can.
    pub authorization: Option<String>,
    /// Where requests are pushed beforehand (RFC 9126).
    pub pushed: Option<String>,
    /// It says in its answers who it is (RFC 9207, 3).
    pub names_itself: bool,
    /// It binds tokens to keys (RFC 9449, 5.1) with ES256.
    pub binds_tokens: bool,
    /// It takes attestations of wallets with ES256.
    pub takes_attestations: bool,
    /// Where it gives the challenges that go into their proofs of possession, if it wants any.
    pub challenge: Option<String>,
}

impl AuthorizationServer {
    /// Reads its metadata. What it sends people and secrets to has to be on its own site; of ways to sign in only the code with S256
    /// counts (HAIP 1.0, 4).
    pub fn read(metadata: &AuthorizationServerMetadata) -> Result<Self, OfferFault> {
        let supports = |list: &[String], value: &str| list.is_empty() || list.iter().any(|one| one == value);
        let says = |list: &[String], value: &str| list.iter().any(|one| one == value);
        let has_code = supports(&metadata.response_types_supported, "code")
            && says(&metadata.code_challenge_methods_supported, "S256");
        let server = Self {
            issuer: metadata.issuer.clone(),
            authorization: metadata.authorization_endpoint.clone().filter(|_| has_code),
            pushed: metadata.pushed_authorization_request_endpoint.clone(),
            names_itself: metadata.authorization_response_iss_parameter_supported,
            binds_tokens: says(&metadata.dpop_signing_alg_values_supported, ES256),
            takes_attestations: says(&metadata.token_endpoint_auth_methods_supported, ATTESTED)
                && supports(&metadata.client_attestation_signing_alg_values_supported, ES256)
                && supports(&metadata.client_attestation_pop_signing_alg_values_supported, ES256),
            challenge: metadata.challenge_endpoint.clone(),
        };
        let home = origin(&server.issuer).ok_or(OfferFault::Endpoint)?;
        let all = [
            Some(&metadata.token_endpoint),
            server.authorization.as_ref(),
            server.pushed.as_ref(),
            server.challenge.as_ref(),
        ];
        let stays = all.into_iter().flatten().all(|address| origin(address).as_ref() == Some(&home));
        if stays { Ok(server) } else { Err(OfferFault::Endpoint) }
    }
}

impl AuthorizationServer {
    /// Its identifier, where one was kept.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        Some(self.issuer.as_str()).filter(|name| !name.is_empty())
    }
}

pub(super) fn origin(address: &str) -> Option<url::Origin> {
    Url::parse(address).ok().map(|url| url.origin()).filter(url::Origin::is_tuple)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> AuthorizationServerMetadata {
        AuthorizationServerMetadata {
            issuer: "https://as.example/a".into(),
            token_endpoint: "https://as.example/token".into(),
            authorization_endpoint: Some("https://as.example/authorize".into()),
            response_types_supported: vec!["code".into()],
            code_challenge_methods_supported: vec!["plain".into(), "S256".into()],
            ..AuthorizationServerMetadata::default()
        }
    }

    #[test]
    fn sign_in_counts_with_code_and_s256_alone() {
        let has_sign_in = |metadata: AuthorizationServerMetadata| {
            AuthorizationServer::read(&metadata).map(|server| server.authorization.is_some())
        };
        assert_eq!(has_sign_in(metadata()), Ok(true));
        let plain = vec!["plain".to_owned()];
        let without = AuthorizationServerMetadata { code_challenge_methods_supported: plain, ..metadata() };
        assert_eq!(has_sign_in(without), Ok(false));
        let token = vec!["token".to_owned()];
        let implicit = AuthorizationServerMetadata { response_types_supported: token, ..metadata() };
        assert_eq!(has_sign_in(implicit), Ok(false));
    }

    #[test]
    fn every_endpoint_is_on_its_own_site() {
        let elsewhere = || "https://evil.example/x".to_owned();
        let wrong = [
            AuthorizationServerMetadata { token_endpoint: elsewhere(), ..metadata() },
            AuthorizationServerMetadata { authorization_endpoint: Some(elsewhere()), ..metadata() },
            AuthorizationServerMetadata {
                pushed_authorization_request_endpoint: Some(elsewhere()),
                ..metadata()
            },
            AuthorizationServerMetadata { challenge_endpoint: Some(elsewhere()), ..metadata() },
            AuthorizationServerMetadata { issuer: "nonsense".into(), ..metadata() },
        ];
        for metadata in wrong {
            assert_eq!(AuthorizationServer::read(&metadata), Err(OfferFault::Endpoint), "{metadata:?}");
        }
    }
}
