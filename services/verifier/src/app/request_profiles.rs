//! Request profiles: as whom the verifier asks, and how the answer comes back. Several may be offered at once, since
//! what a wallet understands is the wallet's matter (OpenID4VP 1.0, 5.9.1).

use std::collections::BTreeMap;

use clock::Timestamp;
use credential::x509::{CertificateChain, CertificateFault, TrustAnchors};
use keys::PublicKey;
use serde_json::Value;
use wire::vp::client_id::ClientId;

/// Signed with the verifier's DID; always there.
pub const BY_DID: &str = "did";
/// The same with an encrypted answer; always there.
pub const BY_DID_ENCRYPTED: &str = "did-encrypted";

/// One way to ask.
#[derive(Clone, Debug)]
pub struct RequestProfile {
    pub name: String,
    pub identity: Identity,
    /// Whether the answer must be encrypted (`direct_post.jwt`).
    pub encrypted: bool,
    /// HAIP 1.0: the configuration has made sure that everything else fits, and only its formats are asked for.
    pub haip: bool,
}

/// As whom a request is made.
#[derive(Clone, Debug)]
pub enum Identity {
    /// `decentralized_identifier`, with the verifier's own DID.
    Did,
    /// `x509_san_dns` or `x509_hash`: the client identifier, and the certificates for the header.
    Certificate { client_id: String, x5c: Value },
    /// `redirect_uri`: unsigned; the client identifier is where the answer goes.
    ResponseUri,
}

/// The profiles of this verifier by name.
#[derive(Clone, Debug)]
pub struct RequestProfiles {
    all: BTreeMap<String, RequestProfile>,
    default: String,
}

#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    #[error("request profile {0} is defined twice")]
    Duplicate(String),
    #[error("there is no request profile {0}")]
    Unknown(String),
    #[error("the certificate of request profile {name} cannot be used")]
    Certificate {
        name: String,
        #[source]
        source: CertificateFault,
    },
    #[error("the certificate of request profile {0} is not of the key that signs requests")]
    ForeignKey(String),
    #[error("the certificate of request profile {name} does not name the host {host}")]
    Host { name: String, host: String },
    #[error(
        "request profile {0} is not HAIP 1.0: that takes x509_hash, direct_post.jwt and a certificate by an authority"
    )]
    NotHaip(String),
}

impl Default for RequestProfiles {
    fn default() -> Self {
        let own = |name: &str, encrypted| RequestProfile {
            name: name.to_owned(),
            identity: Identity::Did,
            encrypted,
            haip: false,
        };
        let all = [own(BY_DID, false), own(BY_DID_ENCRYPTED, true)];
        Self { all: all.into_iter().map(|one| (one.name.clone(), one)).collect(), default: BY_DID.to_owned() }
    }
}

impl RequestProfiles {
    /// Adds a profile that the operator configured.
    pub fn with(mut self, profile: RequestProfile) -> Result<Self, ProfileError> {
        let haip_holds = profile.encrypted
            && matches!(&profile.identity, Identity::Certificate { client_id, .. }
                if matches!(ClientId::parse(client_id), Ok(ClientId::X509Hash(_))));
        if profile.haip && !haip_holds {
            return Err(ProfileError::NotHaip(profile.name));
        }
        let name = profile.name.clone();
        match self.all.insert(name.clone(), profile) {
            Some(_) => Err(ProfileError::Duplicate(name)),
            None => Ok(self),
        }
    }

    /// Chooses the one that is used where nobody names another.
    pub fn by_default(mut self, name: &str) -> Result<Self, ProfileError> {
        let known = self.all.get(name).ok_or_else(|| ProfileError::Unknown(name.to_owned()))?;
        self.default = known.name.clone();
        Ok(self)
    }

    /// The one of that name; the default where there is no name.
    #[must_use]
    pub fn find(&self, name: Option<&str>) -> Option<&RequestProfile> {
        self.all.get(name.unwrap_or(&self.default))
    }
}

/// A certificate of the key that signs requests.
pub struct RequestCertificate<'a> {
    /// PEM, the leaf first.
    pub chain: &'a [u8],
    /// PEM; checked against and not sent along (HAIP 1.0, 5).
    pub anchor: &'a [u8],
    pub key: &'a PublicKey,
    pub now: Timestamp,
}

impl RequestCertificate<'_> {
    /// `x509_hash`.
    pub fn by_hash(&self, name: &str) -> Result<Identity, ProfileError> {
        let (chain, x5c) = self.read(name)?;
        let client_id = ClientId::X509Hash(&chain.leaf_hash()).to_string();
        Ok(Identity::Certificate { client_id, x5c })
    }

    /// `x509_san_dns`, with one of the names in the certificate.
    pub fn by_dns_name(&self, name: &str, host: &str) -> Result<Identity, ProfileError> {
        let (chain, x5c) = self.read(name)?;
        if !chain.dns_names().iter().any(|known| known == host) {
            return Err(ProfileError::Host { name: name.to_owned(), host: host.to_owned() });
        }
        Ok(Identity::Certificate { client_id: ClientId::X509SanDns(host).to_string(), x5c })
    }

    fn read(&self, name: &str) -> Result<(CertificateChain, Value), ProfileError> {
        let wrong = |source| ProfileError::Certificate { name: name.to_owned(), source };
        let chain = CertificateChain::from_pem(self.chain).map_err(wrong)?;
        if chain.leaf_key() != self.key {
            return Err(ProfileError::ForeignKey(name.to_owned()));
        }
        TrustAnchors::from_pem(self.anchor).and_then(|it| it.verify(&chain, self.now)).map_err(wrong)?;
        let x5c = chain.to_header().map_err(wrong)?;
        Ok((chain, x5c))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn certified(client_id: &str, encrypted: bool) -> RequestProfile {
        let identity = Identity::Certificate { client_id: client_id.to_owned(), x5c: json!([]) };
        RequestProfile { name: "haip".to_owned(), identity, encrypted, haip: true }
    }

    #[test]
    fn haip_profile_is_what_haip_says() {
        let hash = format!("x509_hash:{}", "A".repeat(43));
        assert!(RequestProfiles::default().with(certified(&hash, true)).is_ok());
        for wrong in [
            certified(&hash, false),
            certified("x509_san_dns:verifier.example", true),
            RequestProfile { identity: Identity::Did, ..certified(&hash, true) },
            RequestProfile { identity: Identity::ResponseUri, ..certified(&hash, true) },
        ] {
            assert!(matches!(RequestProfiles::default().with(wrong), Err(ProfileError::NotHaip(_))));
        }
    }

    #[test]
    fn a_name_stands_for_one_profile() {
        let again = RequestProfile { name: BY_DID.to_owned(), haip: false, ..certified("x", true) };
        assert!(matches!(RequestProfiles::default().with(again), Err(ProfileError::Duplicate(_))));
        assert!(matches!(RequestProfiles::default().by_default("haip"), Err(ProfileError::Unknown(_))));
        let profiles = RequestProfiles::default().by_default(BY_DID_ENCRYPTED).unwrap();
        assert_eq!(profiles.find(None).unwrap().name, BY_DID_ENCRYPTED);
        assert_eq!(profiles.find(Some(BY_DID)).unwrap().name, BY_DID);
        assert!(profiles.find(Some("nothing")).is_none());
    }
}
