//! The OpenID Connect bridge: an application that knows nothing of credentials signs people in with them.
//!
//! A sign-in is a verification under the policy of the application (OpenID Connect Core 1.0, 3.1: authorization code
//! with PKCE). `request` checks what the application asks for, `login` leads the person through, `redeem` gives tokens
//! for the code. Claims stay sealed with the verification from the answer to the code's redemption, two minutes at most.

mod claims;
mod client;
mod login;
mod redeem;
mod request;
mod subject;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keys::SealError;
use serde_json::{Value, json};
use store_verifier::StoreError;
use wire::oidc::ProviderMetadata;
use zeroize::Zeroizing;

use super::Desk;

pub use client::{Client, RegistrationError};
pub use login::{Begun, LoginError, LoginPage, Stage};
pub use redeem::{ClientProof, MAX_ACCESS_TOKEN, Redemption, TokenError, Tokens, UserInfoError};
pub use request::{Asked, OPENID, PROFILE, Refusal};

/// From the answer of the wallet to the end of claims and code alike.
pub const CLAIMS_SECONDS: u64 = 120;
/// Beginning of the tenant of sign-ins. No agency client can have such an id, so none reads another's sign-ins.
const TENANT: &str = "oidc/";
const PAIRWISE: &str = "pairwise";
const KEY_BYTES: usize = 32;

/// Whether a verification is a sign-in.
pub(super) fn is_login(tenant: &str) -> bool {
    tenant.starts_with(TENANT)
}

impl Desk {
    /// The issuer identifier (OpenID Connect Discovery 1.0, 3).
    #[must_use]
    pub fn oidc_issuer(&self) -> String {
        format!("{}/oidc", self.settings.public_origin)
    }

    /// Whether any application is registered.
    #[must_use]
    pub fn oidc_is_on(&self) -> bool {
        !self.settings.oidc_clients.is_empty()
    }

    fn oidc_client(&self, id: &str) -> Option<&Client> {
        self.settings.oidc_clients.iter().find(|client| client.id == id)
    }

    #[must_use]
    pub fn oidc_metadata(&self) -> ProviderMetadata {
        let issuer = self.oidc_issuer();
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut claims: Vec<String> = own(&["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce"]);
        for name in self.settings.oidc_clients.iter().flat_map(|client| client.claims.keys()) {
            if !claims.contains(name) {
                claims.push(name.clone());
            }
        }
        ProviderMetadata {
            authorization_endpoint: format!("{issuer}/authorize"),
            token_endpoint: format!("{issuer}/token"),
            userinfo_endpoint: format!("{issuer}/userinfo"),
            jwks_uri: format!("{issuer}/jwks"),
            issuer,
            scopes_supported: own(&[OPENID, PROFILE]),
            response_types_supported: own(&["code"]),
            response_modes_supported: own(&["query"]),
            grant_types_supported: own(&["authorization_code"]),
            subject_types_supported: own(&["pairwise"]),
            id_token_signing_alg_values_supported: own(&[self.signer.public_key().algorithm().jose()]),
            token_endpoint_auth_methods_supported: own(&[
                "client_secret_basic",
                "client_secret_post",
                "none",
            ]),
            code_challenge_methods_supported: own(&["S256"]),
            claims_supported: claims,
            claims_parameter_supported: false,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            authorization_response_iss_parameter_supported: true,
        }
    }

    /// The key of ID tokens (RFC 7517, 5).
    #[must_use]
    pub fn oidc_jwks(&self) -> Value {
        let key = self.signer.public_key();
        let mut jwk = key.to_jwk();
        if let Value::Object(members) = &mut jwk {
            members.insert("kid".to_owned(), self.oidc_key_id().into());
            members.insert("use".to_owned(), "sig".into());
            members.insert("alg".to_owned(), key.algorithm().jose().into());
        }
        json!({ "keys": [jwk] })
    }

    fn oidc_key_id(&self) -> String {
        self.signer.public_key().jwk_thumbprint()
    }

    /// The key of pairwise identifiers, made when it is first needed. Losing it gives everybody other identifiers.
    async fn oidc_pairwise_key(&self) -> Result<Zeroizing<Vec<u8>>, PairwiseKeyError> {
        let aad = b"verifier/oidc/pairwise";
        let found = self.store.read().await?.find_oidc_secret(PAIRWISE).await?;
        let sealed = match found {
            Some(sealed) => sealed,
            None => {
                let mut key = Zeroizing::new([0; KEY_BYTES]);
                self.entropy.fill(key.as_mut());
                let sealed = self.sealing.seal(aad, key.as_ref(), self.entropy.as_ref());
                let mut tx = self.store.write("make_pairwise_key").await?;
                tx.insert_oidc_secret(PAIRWISE, &sealed).await?;
                let kept = tx.find_oidc_secret(PAIRWISE).await?;
                tx.commit().await?;
                kept.unwrap_or(sealed)
            }
        };
        Ok(self.sealing.open(aad, &sealed)?)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PairwiseKeyError {
    #[error("the key of pairwise identifiers cannot be opened")]
    Sealed(#[from] SealError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether a code verifier fits its challenge (RFC 7636, 4.6).
fn fits_challenge(verifier: &str, challenge: &str) -> bool {
    let characters = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let well_formed = (43..=128).contains(&verifier.len()) && verifier.bytes().all(characters);
    let hashed = URL_SAFE_NO_PAD.encode(super::sha256(verifier.as_bytes()));
    well_formed && super::same(hashed.as_bytes(), challenge.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_of_rfc_7636_fits() {
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(fits_challenge(verifier, challenge));
        assert!(!fits_challenge(challenge, challenge), "plain is not supported");
        assert!(!fits_challenge("", challenge));
    }
}
