//! Keyed and plain hashes under which secrets are stored and compared.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{digest, hmac};

/// Keys an attacker with only the database does not have.
///
/// A six-digit code under a plain hash is found by trying a million values; under a keyed one it is not.
#[derive(Clone)]
pub struct Secrets {
    transaction_code: hmac::Key,
    nonce: hmac::Key,
    dpop_nonce: hmac::Key,
    issuer_state: hmac::Key,
    transaction_id: hmac::Key,
    refresh_token: hmac::Key,
    encryption: hmac::Key,
    register: hmac::Key,
}

impl Secrets {
    /// Derives one key for each purpose from 32 random bytes.
    #[must_use]
    pub fn new(pepper: &[u8; 32]) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, pepper);
        let derive = |purpose: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&root, purpose).as_ref());
        Self {
            transaction_code: derive(b"transaction code"),
            nonce: derive(b"c_nonce"),
            dpop_nonce: derive(b"dpop nonce"),
            issuer_state: derive(b"issuer_state"),
            transaction_id: derive(b"transaction_id"),
            refresh_token: derive(b"refresh token"),
            encryption: derive(b"request encryption"),
            register: derive(b"the Fund's register"),
        }
    }

    #[must_use]
    pub fn transaction_code(&self, tenant: &str, offer: &str, code: &str) -> Vec<u8> {
        hmac::sign(&self.transaction_code, &parts(&[tenant, offer, code])).as_ref().to_vec()
    }

    /// Compares in constant time.
    #[must_use]
    pub fn is_transaction_code(&self, tenant: &str, offer: &str, code: &str, stored: &[u8]) -> bool {
        hmac::verify(&self.transaction_code, &parts(&[tenant, offer, code]), stored).is_ok()
    }

    /// The `issuer_state` by which an authorization request names an offer (OID4VCI 1.0, 5.1.3). It is under a MAC,
    /// because a wallet may hand in anything.
    #[must_use]
    pub fn issuer_state(&self, tenant: &str, offer: &str) -> String {
        named(&self.issuer_state, tenant, offer)
    }

    /// The offer an `issuer_state` of ours names.
    #[must_use]
    pub fn offer_of<'a>(&self, tenant: &str, issuer_state: &'a str) -> Option<&'a str> {
        name_in(&self.issuer_state, tenant, issuer_state)
    }

    /// The `transaction_id` by which a wallet asks for a deferred credential (OID4VCI 1.0, 9.1).
    #[must_use]
    pub fn transaction_id(&self, tenant: &str, deferral: &str) -> String {
        named(&self.transaction_id, tenant, deferral)
    }

    /// The deferral a `transaction_id` of ours names.
    #[must_use]
    pub fn deferral_of<'a>(&self, tenant: &str, transaction_id: &'a str) -> Option<&'a str> {
        name_in(&self.transaction_id, tenant, transaction_id)
    }

    /// The refresh token of this name (RFC 6749, 1.5).
    #[must_use]
    pub fn refresh_token(&self, tenant: &str, name: &str) -> String {
        named(&self.refresh_token, tenant, name)
    }

    /// What a refresh token of ours names.
    #[must_use]
    pub fn renewed_by<'a>(&self, tenant: &str, refresh_token: &'a str) -> Option<&'a str> {
        name_in(&self.refresh_token, tenant, refresh_token)
    }

    /// What the key is made of to which requests to an organisation are encrypted (OID4VCI 1.0, 10).
    #[must_use]
    pub fn encryption_seed(&self, tenant: &str) -> [u8; 32] {
        let mac = hmac::sign(&self.encryption, &parts(&[tenant]));
        mac.as_ref().try_into().unwrap_or_else(|_| unreachable!("HMAC-SHA256 has 32 bytes"))
    }

    /// What finds a person of the Fund's register by a number of nine digits, and tells whether a row of a file says
    /// something new. A plain hash of so short a number is found by trying all of them.
    #[must_use]
    pub fn register_mark(&self, tenant: &str, what: &str, content: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.register, &parts(&[tenant, what, content])).as_ref())
    }

    /// What shows that the number of a form of the Fund came from here.
    #[must_use]
    pub fn form_code(&self, tenant: &str, number: &str) -> Vec<u8> {
        hmac::sign(&self.register, &parts(&[tenant, "form", number])).as_ref().to_vec()
    }

    pub(crate) const fn dpop_nonce_key(&self) -> &hmac::Key {
        &self.dpop_nonce
    }

    pub(crate) const fn nonce_key(&self) -> &hmac::Key {
        &self.nonce
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

/// SHA-256 of a token with 256 random bits, in hexadecimal: what the database holds in its place.
#[must_use]
pub fn fingerprint(token: &str) -> String {
    use std::fmt::Write as _;
    let digest = digest::digest(&digest::SHA256, token.as_bytes());
    digest.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// An identifier with the MAC that shows it came from here.
fn named(key: &hmac::Key, tenant: &str, id: &str) -> String {
    let mac = hmac::sign(key, &parts(&[tenant, id]));
    format!("{id}.{}", URL_SAFE_NO_PAD.encode(mac.as_ref()))
}

fn name_in<'a>(key: &hmac::Key, tenant: &str, text: &'a str) -> Option<&'a str> {
    let (id, mac) = text.rsplit_once('.')?;
    let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
    hmac::verify(key, &parts(&[tenant, id]), &mac).ok().map(|()| id)
}

/// Lengths go in front, so that no two lists of parts give the same bytes.
fn parts(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_bound_to_tenant_and_offer() {
        let secrets = Secrets::new(&[7; 32]);
        let stored = secrets.transaction_code("undp", "offer", "123456");
        assert!(secrets.is_transaction_code("undp", "offer", "123456", &stored));
        for (tenant, offer, code) in [
            ("wfp", "offer", "123456"),
            ("undp", "other", "123456"),
            ("undp", "offer", "123457"),
            ("undp", "offer1", "23456"),
        ] {
            assert!(!secrets.is_transaction_code(tenant, offer, code, &stored));
        }
        assert!(!Secrets::new(&[8; 32]).is_transaction_code("undp", "offer", "123456", &stored));
    }

    #[test]
    fn issuer_state_names_one_offer_of_one_tenant() {
        let secrets = Secrets::new(&[7; 32]);
        let state = secrets.issuer_state("undp", "offer");
        assert_eq!(secrets.offer_of("undp", &state), Some("offer"));
        assert_eq!(secrets.offer_of("wfp", &state), None);
        assert_eq!(Secrets::new(&[8; 32]).offer_of("undp", &state), None);
        for wrong in ["", ".", "offer", "offer.", &state.replace("offer", "other"), &format!("{state}A")] {
            assert_eq!(secrets.offer_of("undp", wrong), None, "{wrong}");
        }
    }

    #[test]
    fn fingerprint_is_sha_256_in_hexadecimal() {
        assert_eq!(fingerprint("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
