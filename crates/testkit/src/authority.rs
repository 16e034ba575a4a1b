//! A certificate authority in software.

use anyhow::{Context as _, Result};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, PKCS_ECDSA_P256_SHA256,
    PublicKeyData, SanType, SignatureAlgorithm, date_time_ymd,
};
use serde_json::{Value, json};

use crate::unb64;

/// It certifies from 2026 on and is valid until 2040 itself.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A public key that somebody else holds, as a point.
struct Subject(Vec<u8>);

impl Subject {
    fn of(jwk: &Value) -> Result<Self> {
        let part = |name: &str| unb64(jwk.get(name).and_then(Value::as_str).context("no coordinate")?);
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

impl Authority {
    pub fn new(name: &str) -> Result<Self> {
        let mut authority = params(name, 2040);
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(Self(CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?))
    }

    /// Its own certificate.
    #[must_use]
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate of a P-256 key, given as a JWK, until the beginning of a year.
    pub fn certify(&self, jwk: &Value, until: i32) -> Result<String> {
        Ok(params("A key", until).signed_by(&Subject::of(jwk)?, &self.0)?.pem())
    }

    /// A certificate of an organisation's server: its name, and the host it answers under.
    pub fn certify_host(&self, jwk: &Value, organisation: &str, host: &str) -> Result<String> {
        let mut params = params("A server", 2039);
        params.distinguished_name.push(DnType::OrganizationName, organisation);
        params.subject_alt_names.push(SanType::DnsName(host.try_into()?));
        Ok(params.signed_by(&Subject::of(jwk)?, &self.0)?.pem())
    }

    /// The same as the `x5c` header of a JWS.
    pub fn x5c(&self, jwk: &Value) -> Result<Value> {
        Ok(x5c_of(&self.certify(jwk, 2039)?))
    }
}

/// One certificate in PEM as the `x5c` header of a JWS.
#[must_use]
pub fn x5c_of(pem: &str) -> Value {
    json!([pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()])
}

fn params(name: &str, until: i32) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    params
}
