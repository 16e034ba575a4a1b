//! With which key this service vouches for keys in its token (OID4VCI 1.0, appendix D), and by what issuers know it: the key
//! itself, or certificates that lead to an authority they trust (HAIP 1.0, 4.5.1).

use std::sync::Arc;

use clock::Timestamp;
use credential::x509::{CertificateFault, OwnCertificate};
use holding::custody::Kept;
use holding::key_attestation::{KeyStatement, SignedBy};
use holding::signing::compact_jws;
use keys::{PublicKey, Signer};
use serde_json::Value;

use super::{Fault, KeptKeys, TokenKeys};
use crate::app::{Person, Wallet};

/// Longest `x5c`, in bytes of JSON: it goes into every attestation and that into every key proof, each time a third longer, and
/// issuers bound what they read.
const MOST_HEADER_BYTES: usize = 6 * 1024;

/// With which this service vouches for keys in its token.
#[derive(Clone)]
pub struct Attester {
    pub(super) key: Arc<dyn Signer>,
    pub says: KeyStatement,
    certificate: Option<OwnCertificate>,
}

/// Why a certificate is not the attester's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttesterCertificateFault {
    #[error(transparent)]
    Certificate(#[from] CertificateFault),
    #[error(
        "the certificate is of another key: ask for one with `passerelle keys certificate-request --key-attester`"
    )]
    Key,
    #[error(
        "the chain is longer than {MOST_HEADER_BYTES} bytes in base64: have the key certified closer to the anchor"
    )]
    Long,
    #[error("nothing is attested: the keys of [keys.pkcs11] need [keys.attestation]")]
    Nobody,
}

impl Attester {
    pub(super) const fn new(key: Arc<dyn Signer>, says: KeyStatement) -> Self {
        Self { key, says, certificate: None }
    }

    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    /// The certificates for `x5c`, while they hold. After their end issuers that know the key itself go on, and the log says why
    /// others refuse.
    #[must_use]
    pub fn certificates(&self, now: Timestamp) -> Option<&Value> {
        let certificate = self.certificate.as_ref()?;
        if certificate.fits(self.public_key(), now) {
            return Some(certificate.x5c());
        }
        tracing::error!(
            "the certificate of the key attester has ended: name another in keys.attestation.certificate"
        );
        None
    }

    /// When the first of the certificates ends, where there are any.
    #[must_use]
    pub fn certified_until(&self) -> Option<Timestamp> {
        self.certificate.as_ref()?.ends_at()
    }
}

impl KeptKeys {
    /// Names the attester's certificates: two PEM files, the chain from its own to below the anchor, and the anchor. Also when the
    /// first of them ends.
    pub fn certified(
        self,
        chain: &[u8],
        anchor: &[u8],
        now: Timestamp,
    ) -> Result<(Self, Timestamp), AttesterCertificateFault> {
        let Self::Token(TokenKeys { token, attester: Some(attester) }) = self else {
            return Err(AttesterCertificateFault::Nobody);
        };
        let certificate = OwnCertificate::read(chain, anchor, now)?;
        if !certificate.fits(attester.public_key(), now) {
            return Err(AttesterCertificateFault::Key);
        }
        if certificate.x5c().to_string().len() > MOST_HEADER_BYTES {
            return Err(AttesterCertificateFault::Long);
        }
        let ends_at = certificate.ends_at().ok_or(CertificateFault::Form)?;
        let attester = Attester { certificate: Some(certificate), ..attester.as_ref().clone() };
        Ok((Self::Token(TokenKeys { token, attester: Some(Arc::new(attester)) }), ends_at))
    }

    /// With which kept keys are attested, where the operator says something of them.
    #[must_use]
    pub fn attester(&self) -> Option<&Attester> {
        match self {
            Self::Sealed => None,
            Self::Token(keys) => keys.attester.as_deref(),
        }
    }
}

impl Wallet {
    /// With which the key of the person at a desk can be attested: only one that is in the token.
    pub(in crate::app) async fn attester_of(&self, person: &Person) -> Result<Option<&Attester>, Fault> {
        let (Some(desk), Some(attester)) = (&person.desk, self.kept_keys.attester()) else { return Ok(None) };
        let custody = self.store.read().await?.find_custody(&person.account).await?;
        let in_token =
            custody.is_some_and(|it| matches!(it.kept, Kept::Token(_)) && it.thumbprint == desk.key);
        Ok(in_token.then_some(attester))
    }

    /// The attestation of a kept key for one key proof.
    pub(in crate::app) async fn attest(
        &self,
        attester: &Attester,
        key: &PublicKey,
        nonce: Option<&str>,
    ) -> Result<String, Fault> {
        let now = self.now();
        let by =
            attester.certificates(now).map_or(SignedBy::Key(attester.public_key()), SignedBy::Certificates);
        let input = attester.says.signing_input(by, key, nonce, now);
        let signature = self.sign_kept(attester.key.as_ref(), &input).await?;
        Ok(compact_jws(&input, &signature))
    }
}
