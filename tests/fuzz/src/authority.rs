//! An authority whose keys and certificates are the same in every process, and one that it certified.

use clock::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, PKCS_ED25519, SanType,
    date_time_ymd,
};

/// PKCS#8 of an Ed25519 key up to its seed (RFC 8410, 7).
const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// In PEM.
pub struct Authority {
    pub root: String,
    pub between: String,
    pub leaf: String,
}

/// When the certificates are valid.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).expect("a time")
}

impl Authority {
    #[must_use]
    pub fn new() -> Self {
        let root = CertifiedIssuer::self_signed(authority("root"), key(1)).expect("a sound certificate");
        let between =
            CertifiedIssuer::signed_by(authority("between"), key(2), &root).expect("a sound certificate");
        let mut leaf = params("leaf");
        leaf.distinguished_name.push(DnType::OrganizationName, "An organisation");
        leaf.use_authority_key_identifier_extension = true;
        let host = "verifier.example".try_into().expect("a name");
        leaf.subject_alt_names.push(SanType::DnsName(host));
        let leaf = leaf.signed_by(&key(3), &between).expect("a sound certificate");
        Self { root: root.pem(), between: between.pem(), leaf: leaf.pem() }
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2028, 1, 1);
    params
}

fn authority(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn key(seed: u8) -> KeyPair {
    let der = [PKCS8.as_slice(), &[seed; 32]].concat();
    KeyPair::from_pkcs8_der_and_sign_algo(&der.as_slice().into(), &PKCS_ED25519).expect("a key")
}
