//! The authority of a trial: made at the first start, it certifies the verifier's key once, and the wallet trusts it for that.
//! Its own key is kept nowhere, so nobody can certify anything else with it.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keys::PublicKey;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, PKCS_ECDSA_P256_SHA256,
    PublicKeyData, SanType, SignatureAlgorithm,
};

use crate::files;
use crate::plan::{Plan, Service};

/// What the wallet trusts, and what the verifier does not send along.
pub const ANCHOR: &str = "keys/verifiers-authority.pem";
/// What the verifier sends along.
pub const CERTIFICATE: &str = "keys/verifier-certificate.pem";

/// Writes both files unless they are there.
pub fn certify(plan: &Plan, key: &PublicKey, organisation: &str) -> anyhow::Result<()> {
    let (anchor, certificate) = (plan.path(ANCHOR), plan.path(CERTIFICATE));
    if anchor.exists() && certificate.exists() {
        return Ok(());
    }
    let url = plan.url(Service::Verifier)?;
    let host = url.host_str().context("the verifier's address has no host")?;
    let mut params = named("Verifiers of a trial");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let mut params = named(organisation);
    params.distinguished_name.push(DnType::OrganizationName, organisation);
    params.subject_alt_names.push(SanType::DnsName(host.try_into()?));
    params.use_authority_key_identifier_extension = true;
    let leaf = params.signed_by(&Subject::of(key)?, &authority)?;
    files::replace(&certificate, leaf.pem().as_bytes())?;
    files::replace(&anchor, authority.pem().as_bytes())
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// A P-256 key that is somewhere else, as a point.
struct Subject(Vec<u8>);

impl Subject {
    fn of(key: &PublicKey) -> anyhow::Result<Self> {
        let jwk = key.to_jwk();
        let part = |name: &str| {
            let encoded = jwk.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
            URL_SAFE_NO_PAD.decode(encoded)
        };
        Ok(Self([vec![4], part("x")?, part("y")?].concat()))
    }
}

impl PublicKeyData for Subject {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}
