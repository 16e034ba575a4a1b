//! What a phone takes along of a credential for times without a network: the credential itself where the phone can sign a showing of
//! it alone, and under which name it signs.

use holding::held::Held;
use holding::key_kind::holder_did;
use holding::securing::Securing;
use keys::PublicKey;

use super::credentials::{CredentialError, Kept};
use super::holder_binding::subject;
use super::{Person, Wallet};

/// How a browser that has the key shows a credential by itself (`static/offline-showing.js`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showing {
    /// Chosen disclosures and a key-binding JWT (RFC 9901, 4.3).
    KeyBinding,
    /// Whole, in a presentation that is a JWT (Securing Verifiable Credentials using JOSE and COSE, 3.1.2).
    Envelope,
    /// Whole, in a presentation with a proof over its canonical JSON (vc-di-ecdsa and vc-di-eddsa, 3.3).
    Proof,
}

impl Showing {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeyBinding => "keyBinding",
            Self::Envelope => "envelope",
            Self::Proof => "proof",
        }
    }

    /// Nothing where a proof would have to be derived first: that takes RDF canonicalisation, and for `bbs-2023` pairings, which no
    /// browser has.
    #[must_use]
    pub fn of(held: &Held) -> Option<Self> {
        match held.securing() {
            Securing::SdJwt => Some(Self::KeyBinding),
            Securing::Envelope => Some(Self::Envelope),
            Securing::Proof => held.is_whole().then_some(Self::Proof),
        }
    }
}

/// Who signs a showing.
pub struct Holder {
    pub did: String,
    pub verification_method: String,
    pub key: PublicKey,
}

/// What the phone takes along.
pub struct OfflineCopy {
    pub kept: Kept,
    pub showing: Option<Showing>,
    /// Nothing where the device of its key is lost.
    pub holder: Option<Holder>,
}

impl Wallet {
    pub async fn offline_copy(&self, person: &Person, id: &str) -> Result<OfflineCopy, CredentialError> {
        let kept = self.credential(person, id).await?;
        let holder = self.signing_key(&kept).await?.map(|key| {
            let (did, verification_method) = holder_did(&key, subject(&kept.held));
            Holder { did, verification_method, key }
        });
        Ok(OfflineCopy { showing: Showing::of(&kept.held), kept, holder })
    }
}
