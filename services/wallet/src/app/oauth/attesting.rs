//! Showing authorization servers that this is the wallet it says (OAuth 2.0 Attestation-Based Client Authentication; HAIP 1.0, 4.4.1).

use std::sync::Arc;

use clock::Timestamp;
use credential::x509::{CertificateFault, OwnCertificate};
use holding::client::ClientKey;
use holding::client::attestation::{Attester, Possession, Statement};
use holding::reception::Reception;
use holding::signing::compact_jws;
use keys::{PublicKey, Signer};
use serde::Deserialize;
use serde_json::Value;

use super::place;
use super::remembered::fits;
use crate::app::Wallet;
use crate::app::fault::{Fault, RemoteFault};
use crate::app::issuers::parse;
use crate::app::offers::OfferError;

pub(super) const CHALLENGE: &str = "oauth-client-attestation-challenge";
const ATTESTATION: &str = "oauth-client-attestation";
const POSSESSION: &str = "oauth-client-attestation-pop";

/// With which this service, as the provider of the wallet, vouches for the wallet.
pub struct ClientAttester {
    key: Arc<dyn Signer>,
    certificate: Option<OwnCertificate>,
}

/// Why the attester cannot have the certificate that was named for it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientAttesterError {
    #[error(transparent)]
    Certificate(#[from] CertificateFault),
    #[error("the certificate is of another key than the client attester's")]
    OtherKey,
}

impl ClientAttester {
    #[must_use]
    pub fn new(key: Arc<dyn Signer>) -> Self {
        Self { key, certificate: None }
    }

    /// With a chain, the key's own certificate first, which must hold now, and the anchor; both as PEM.
    pub fn certified(self, chain: &[u8], anchor: &[u8], now: Timestamp) -> Result<Self, ClientAttesterError> {
        let certificate = OwnCertificate::read(chain, anchor, now)?;
        if !certificate.fits(self.public_key(), now) {
            return Err(ClientAttesterError::OtherKey);
        }
        Ok(Self { certificate: Some(certificate), ..self })
    }

    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    /// Its certificates, while they hold. After their end the key alone is named: issuers that know it go on believing it.
    #[must_use]
    pub fn certificates(&self, now: Timestamp) -> Option<&Value> {
        let certificate = self.certificate.as_ref().filter(|it| it.fits(self.public_key(), now));
        certificate.map(OwnCertificate::x5c)
    }
}

#[derive(Deserialize)]
struct ChallengeResponse {
    attestation_challenge: String,
}

impl Wallet {
    /// Who attests to the server of a reception, and which key; nothing where it wants none or nobody does.
    pub(super) fn attested<'a>(
        &'a self,
        reception: &'a Reception,
    ) -> Option<(&'a ClientAttester, &'a ClientKey)> {
        let attester = self.client.attester.as_ref().filter(|_| reception.server.takes_attestations)?;
        Some((attester, reception.client_key.as_ref()?))
    }

    /// The two headers for one request. Each has an attestation of its own, which no other server sees.
    pub(super) async fn attestation(
        &self,
        (attester, key): (&ClientAttester, &ClientKey),
        reception: &Reception,
    ) -> Result<[(&'static str, String); 2], OfferError> {
        let (server, client_id, now) = (&reception.server, self.client.id.as_str(), self.now());
        let challenge = self.challenge(key, reception).await?;
        let public = key.public_key().map_err(Fault::from)?;
        let statement = Statement { client_id, provider: &self.client.provider, key: &public };
        let named =
            attester.certificates(now).map_or(Attester::Key(attester.public_key()), Attester::Certificates);
        let input = statement.signing_input(named, now);
        let attestation = compact_jws(&input, &self.sign_kept(attester.key.as_ref(), &input).await?);
        let jti = clock::token(self.entropy.as_ref());
        let possession =
            Possession { client_id, server: &server.issuer, challenge: challenge.as_deref(), jti: &jti };
        let possession = possession.sign(key, now).map_err(Fault::from)?;
        Ok([(ATTESTATION, attestation), (POSSESSION, possession)])
    }

    /// What the server gave in its last answer, or gives when it is asked; nothing where it wants none.
    async fn challenge(&self, key: &ClientKey, reception: &Reception) -> Result<Option<String>, OfferError> {
        let server = parse(&reception.endpoints.token)?;
        if let Some(given) = self.client.remembered.take_challenge(&place(key, &server)?) {
            return Ok(Some(given));
        }
        let Some(endpoint) = &reception.server.challenge else { return Ok(None) };
        let reply = self
            .outbound
            .post_bytes(
                &parse(endpoint)?,
                "application/x-www-form-urlencoded",
                Vec::new(),
                &[("accept", super::JSON)],
            )
            .await
            .map_err(RemoteFault::from)?;
        if !reply.is_success() {
            return Err(RemoteFault::Status { status: reply.status, code: None }.into());
        }
        let answer: ChallengeResponse = reply.json().map_err(|_| RemoteFault::Form("challenge response"))?;
        let challenge = Some(answer.attestation_challenge).filter(|challenge| fits(challenge));
        Ok(Some(challenge.ok_or(RemoteFault::Form("challenge response"))?))
    }
}
