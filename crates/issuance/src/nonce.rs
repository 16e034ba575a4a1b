//! `c_nonce` values that cost no write to hand out: random bytes and an expiry under a MAC.
//!
//! Single use comes from the store, which remembers the spent ones until they expire. An attacker who asks for a million
//! nonces therefore fills nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Entropy;
use ring::hmac;

use crate::{Secrets, Timestamp, fingerprint};

/// How long a nonce can be used: time for a person to unlock a key on a slow line.
pub const NONCE_LIFETIME_SECONDS: i64 = 300;

const RANDOM: usize = 16;
const EXPIRY: usize = 8;
const MAC: usize = 32;

/// A nonce that is ours and has not expired; whether it was used already, the store knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedNonce {
    pub fingerprint: String,
    pub expires_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NonceError {
    #[error("the nonce was not made by this issuer")]
    Unknown,
    #[error("the nonce has expired")]
    Expired,
}

impl Secrets {
    #[must_use]
    pub fn mint_nonce(&self, tenant: &str, now: Timestamp, entropy: &dyn Entropy) -> String {
        mint(self.nonce_key(), tenant, now, entropy)
    }

    pub fn check_nonce(&self, tenant: &str, nonce: &str, now: Timestamp) -> Result<CheckedNonce, NonceError> {
        check(self.nonce_key(), tenant, nonce, now)
    }

    /// A nonce for DPoP proofs (RFC 9449, 8). It says how old a proof can be and may be used until it expires; that a
    /// proof is used once is the affair of its `jti`.
    #[must_use]
    pub fn mint_dpop_nonce(&self, tenant: &str, now: Timestamp, entropy: &dyn Entropy) -> String {
        mint(self.dpop_nonce_key(), tenant, now, entropy)
    }

    pub fn check_dpop_nonce(
        &self,
        tenant: &str,
        nonce: &str,
        now: Timestamp,
    ) -> Result<CheckedNonce, NonceError> {
        check(self.dpop_nonce_key(), tenant, nonce, now)
    }
}

fn mint(key: &hmac::Key, tenant: &str, now: Timestamp, entropy: &dyn Entropy) -> String {
    let mut bytes = Vec::with_capacity(RANDOM + EXPIRY + MAC);
    let mut random = [0u8; RANDOM];
    entropy.fill(&mut random);
    bytes.extend_from_slice(&random);
    bytes.extend_from_slice(&(now.timestamp() + NONCE_LIFETIME_SECONDS).to_be_bytes());
    let mac = hmac::sign(key, &signed(tenant, &bytes));
    bytes.extend_from_slice(mac.as_ref());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn check(key: &hmac::Key, tenant: &str, nonce: &str, now: Timestamp) -> Result<CheckedNonce, NonceError> {
    let bytes = URL_SAFE_NO_PAD.decode(nonce).map_err(|_| NonceError::Unknown)?;
    let bytes = <[u8; RANDOM + EXPIRY + MAC]>::try_from(bytes).map_err(|_| NonceError::Unknown)?;
    let (ours, mac) = bytes.split_at(RANDOM + EXPIRY);
    hmac::verify(key, &signed(tenant, ours), mac).map_err(|_| NonceError::Unknown)?;
    let (_, expiry) = ours.split_at(RANDOM);
    let expiry = <[u8; EXPIRY]>::try_from(expiry).map_err(|_| NonceError::Unknown)?;
    let expires_at = Timestamp::from_timestamp(i64::from_be_bytes(expiry), 0).ok_or(NonceError::Unknown)?;
    if now >= expires_at {
        return Err(NonceError::Expired);
    }
    Ok(CheckedNonce { fingerprint: fingerprint(nonce), expires_at })
}

fn signed(tenant: &str, ours: &[u8]) -> Vec<u8> {
    [ours, tenant.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use clock::SeededEntropy;

    use super::*;

    #[test]
    fn nonce_lives_five_minutes_for_its_tenant_only() {
        let secrets = Secrets::new(&[1; 32]);
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let nonce = secrets.mint_nonce("undp", now, &SeededEntropy::new(1));
        let end = now + chrono::Duration::seconds(NONCE_LIFETIME_SECONDS);
        assert!(secrets.check_nonce("undp", &nonce, now).is_ok());
        assert_eq!(secrets.check_nonce("undp", &nonce, end), Err(NonceError::Expired));
        assert_eq!(secrets.check_nonce("wfp", &nonce, now), Err(NonceError::Unknown));
        assert_eq!(
            secrets.check_dpop_nonce("undp", &nonce, now),
            Err(NonceError::Unknown),
            "another purpose"
        );
        assert_eq!(secrets.check_nonce("undp", "", now), Err(NonceError::Unknown));
        let bytes = URL_SAFE_NO_PAD.decode(&nonce).unwrap();
        for at in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[at] ^= 1;
            let broken = URL_SAFE_NO_PAD.encode(broken);
            assert_eq!(secrets.check_nonce("undp", &broken, now), Err(NonceError::Unknown), "byte {at}");
        }
    }
}
