//! Certificates in the `x5c` header of a JWS (RFC 7515, 4.1.6): whose key it is, by a path to a configured anchor (RFC 5280, 6).
//!
//! Paths are checked by `webpki`: signatures, dates, basic constraints, name constraints. Revocation lists are not asked, and
//! extended key usage says nothing, since none is registered for these purposes: an anchor vouches for every certificate
//! below it and so must be one for this purpose alone.

mod names;
mod own;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clock::Timestamp;
use keys::{Algorithm, PublicKey};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use serde_json::{Value, json};
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter};

pub use names::authority_key_ids_of;
pub use own::OwnCertificate;

/// Longer paths than any in use.
const MOST_CERTIFICATES: usize = 5;
const MOST_BYTES: usize = 8 * 1024;
/// SubjectPublicKeyInfo of an uncompressed P-256 key up to its coordinates (RFC 5480, 2).
const P256: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
/// SubjectPublicKeyInfo of an Ed25519 key up to its bytes (RFC 8410, 4).
const ED25519: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    #[error("x5c is not an array of 1 to {MOST_CERTIFICATES} certificates in base64")]
    Header,
    #[error("the file holds no PEM certificate, or more than {MOST_CERTIFICATES}")]
    Pem,
    #[error("a certificate is malformed")]
    Form,
    #[error("the certificate is of no key of P-256 or Ed25519")]
    Key,
    #[error("a certificate has expired or is not valid yet")]
    Dates,
    #[error("no path leads from the certificate to a trusted one")]
    Path,
    #[error(
        "a certificate that signs itself must not be sent: neither the trust anchor nor the key's own (HAIP 1.0)"
    )]
    Anchor,
}

/// Certificates that are trusted by configuration.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors(Vec<TrustAnchor<'static>>);

/// A certificate and those between it and an anchor, in order. Nothing of it has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateChain {
    certificates: Vec<CertificateDer<'static>>,
    leaf_key: PublicKey,
}

impl TrustAnchors {
    /// Every certificate of a PEM file.
    pub fn from_pem(pem: &[u8]) -> Result<Self, CertificateFault> {
        let anchors = certificates(pem)?.into_iter().map(|certificate| {
            let anchor =
                webpki::anchor_from_trusted_cert(&certificate).map_err(|_| CertificateFault::Form)?;
            Ok(anchor.to_owned())
        });
        anchors.collect::<Result<_, _>>().map(Self)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the anchors of another file.
    pub fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// Whether a path leads from the chain's leaf to one of these at that time. The leaf must be no authority itself.
    pub fn verify(&self, chain: &CertificateChain, now: Timestamp) -> Result<(), CertificateFault> {
        let (leaf, others) = chain.certificates.split_first().ok_or(CertificateFault::Header)?;
        let leaf = EndEntityCert::try_from(leaf).map_err(|_| CertificateFault::Form)?;
        let seconds = u64::try_from(now.timestamp()).map_err(|_| CertificateFault::Dates)?;
        let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let algorithms = webpki::ALL_VERIFICATION_ALGS;
        let path = leaf.verify_for_usage(algorithms, &self.0, others, time, AnyUsage, None, None);
        path.map(drop).map_err(|error| match error {
            Error::CertExpired { .. } | Error::CertNotValidYet { .. } => CertificateFault::Dates,
            _ => CertificateFault::Path,
        })
    }

    /// The same for a chain that came from somebody else under HAIP 1.0 (4.4.1 and 4.5.1): besides, nothing in it may have signed
    /// itself. A leaf that is trusted as its own anchor is a pinned key in disguise, whose end nobody watches.
    pub fn verify_sent(&self, chain: &CertificateChain, now: Timestamp) -> Result<(), CertificateFault> {
        chain.check_none_signs_itself()?;
        self.verify(chain, now)
    }
}

impl CertificateChain {
    /// The value of an `x5c` header: base64, not base64url, of each certificate, the leaf first.
    pub fn from_header(x5c: &Value) -> Result<Self, CertificateFault> {
        let encoded = x5c.as_array().ok_or(CertificateFault::Header)?;
        if !(1..=MOST_CERTIFICATES).contains(&encoded.len()) {
            return Err(CertificateFault::Header);
        }
        let decoded = encoded.iter().map(|one| {
            let text =
                one.as_str().filter(|text| text.len() <= MOST_BYTES).ok_or(CertificateFault::Header)?;
            STANDARD.decode(text).map(CertificateDer::from).map_err(|_| CertificateFault::Header)
        });
        Self::of(decoded.collect::<Result<_, _>>()?)
    }

    /// The certificates of a PEM file, the leaf first.
    pub fn from_pem(pem: &[u8]) -> Result<Self, CertificateFault> {
        Self::of(certificates(pem)?)
    }

    fn of(certificates: Vec<CertificateDer<'static>>) -> Result<Self, CertificateFault> {
        let leaf = certificates.first().ok_or(CertificateFault::Header)?;
        let leaf = EndEntityCert::try_from(leaf).map_err(|_| CertificateFault::Form)?;
        let leaf_key = public_key(&leaf.subject_public_key_info()).ok_or(CertificateFault::Key)?;
        Ok(Self { certificates, leaf_key })
    }

    #[must_use]
    pub const fn leaf_key(&self) -> &PublicKey {
        &self.leaf_key
    }

    /// For a header of ours. HAIP 1.0 and SD-JWT VC: the trust anchor, which signs itself, is not sent along.
    pub fn to_header(&self) -> Result<Value, CertificateFault> {
        self.check_none_signs_itself()?;
        Ok(json!(self.certificates.iter().map(|it| STANDARD.encode(it)).collect::<Vec<_>>()))
    }

    fn check_none_signs_itself(&self) -> Result<(), CertificateFault> {
        for certificate in &self.certificates {
            let read = EndEntityCert::try_from(certificate).map_err(|_| CertificateFault::Form)?;
            if read.subject() == read.issuer() {
                return Err(CertificateFault::Anchor);
            }
        }
        Ok(())
    }
}

struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, mut purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        purposes.try_for_each(|purpose| purpose.map(drop))
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, CertificateFault> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|_| CertificateFault::Pem)?;
    if (1..=MOST_CERTIFICATES).contains(&found.len()) { Ok(found) } else { Err(CertificateFault::Pem) }
}

fn public_key(info: &[u8]) -> Option<PublicKey> {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let jwk = if let Some(point) = info.strip_prefix(&P256).filter(|point| point.len() == 64) {
        let (x, y) = point.split_at(32);
        json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)})
    } else {
        let bytes = info.strip_prefix(&ED25519).filter(|bytes| bytes.len() == 32)?;
        json!({"kty": "OKP", "crv": "Ed25519", "x": encode(bytes)})
    };
    let key = PublicKey::from_jwk(&jwk).ok()?;
    matches!(key.algorithm(), Algorithm::P256 | Algorithm::Ed25519).then_some(key)
}

#[cfg(test)]
#[path = "x509_tests.rs"]
mod tests;
