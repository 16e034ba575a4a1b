//! The certificates of a key of ours, which are sent along with what it signs.

use clock::Timestamp;
use keys::PublicKey;
use serde_json::Value;

use super::{CertificateChain, CertificateFault, TrustAnchors};

/// A chain of ours and the anchor it leads to, as the operator named them. The anchor is not sent along.
#[derive(Clone, Debug)]
pub struct OwnCertificate {
    chain: CertificateChain,
    anchors: TrustAnchors,
    x5c: Value,
}

impl OwnCertificate {
    /// Reads two PEM files: the chain, the leaf first, and the anchor. The path must hold at that time.
    pub fn read(chain: &[u8], anchor: &[u8], now: Timestamp) -> Result<Self, CertificateFault> {
        let chain = CertificateChain::from_pem(chain)?;
        let anchors = TrustAnchors::from_pem(anchor)?;
        anchors.verify(&chain, now)?;
        let x5c = chain.to_header()?;
        Ok(Self { chain, anchors, x5c })
    }

    /// Whether it is of this key and valid at that time.
    #[must_use]
    pub fn fits(&self, key: &PublicKey, now: Timestamp) -> bool {
        self.chain.leaf_key() == key && self.anchors.verify(&self.chain, now).is_ok()
    }

    /// The `x5c` header.
    #[must_use]
    pub const fn x5c(&self) -> &Value {
        &self.x5c
    }

    /// When the first of its certificates ends.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.chain.ends_at()
    }
}
