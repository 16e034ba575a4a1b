//! A credential to try the open interface with: signed once by a key that nobody keeps.

use std::sync::Arc;

use credential::data_integrity::{ProofOptions, Purpose, SecureError, SigningKey, Suite, secure};
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::{Value, json};

use super::Desk;

#[derive(Debug, thiserror::Error)]
#[error("the sample credential cannot be signed")]
pub struct SampleError(#[from] SecureError);

impl Desk {
    /// A valid credential of a did:key issuer, in the body that the verifying route takes.
    pub async fn sample(&self) -> Result<&Value, SampleError> {
        self.sample.get_or_try_init(|| self.make_sample()).await
    }

    async fn make_sample(&self) -> Result<Value, SampleError> {
        let signer = Arc::new(SoftwareKey::generate(Algorithm::Ed25519, self.entropy.as_ref()));
        let issuer = signer.public_key().did_key();
        let fragment = issuer.trim_start_matches("did:key:").to_owned();
        let unsecured = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
            "type": ["VerifiableCredential"],
            "issuer": issuer,
            "validFrom": super::views::text(self.now()),
            "credentialSubject": { "id": "did:example:subject", "name": "A sample, about nobody" }
        });
        let key = SigningKey { verification_method: format!("{issuer}#{fragment}"), signer };
        let options = ProofOptions {
            created: Some(self.now()),
            purpose: Purpose::AssertionMethod,
            challenge: None,
            domain: None,
            expires: None,
        };
        let credential = secure(&unsecured, Suite::EddsaRdfc2022, &key, &options).await?;
        Ok(json!({ "verifiableCredential": credential }))
    }
}
