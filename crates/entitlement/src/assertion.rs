//! Our own verification of a WebAuthn assertion (WebAuthn Level 3, 7.2).
//!
//! A library that picks its own challenge cannot bind an assertion to our bundle, so the steps are here: client data
//! (type, challenge, origin), authenticator data (relying party, flags) and the signature over both.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keys::PublicKey;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// What the authenticator sent, decoded.
#[derive(Clone, PartialEq, Eq)]
pub struct Assertion {
    pub authenticator_data: Vec<u8>,
    pub client_data_json: Vec<u8>,
    /// ECDSA in DER for ES256 (WebAuthn Level 3, 6.5.5), 64 bytes for EdDSA.
    pub signature: Vec<u8>,
}

/// What an acceptable assertion speaks about.
#[derive(Clone, Copy, Debug)]
pub struct Ceremony<'a> {
    pub challenge: &'a [u8],
    pub rp_id: &'a str,
    pub origin: &'a str,
}

/// What a verified assertion says beyond being authentic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The passkey may exist on more than one device (flag BE).
    pub synced: bool,
    pub counter: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionFault {
    #[error("the client data is not what a browser writes")]
    ClientData,
    #[error("the client data is of another ceremony")]
    Type,
    #[error("the assertion answers another challenge")]
    Challenge,
    #[error("the assertion was made on another site")]
    Origin,
    #[error("the authenticator data is malformed")]
    AuthenticatorData,
    #[error("the authenticator answered for another relying party")]
    RelyingParty,
    #[error("nobody was present at the device")]
    NotPresent,
    #[error("the person was not verified by the device")]
    NotVerified,
    #[error("the passkey's signature does not match")]
    Signature,
}

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const LONGEST_CLIENT_DATA: usize = 4096;
const LONGEST_AUTHENTICATOR_DATA: usize = 1024;

/// Verifies the assertion in the order of WebAuthn Level 3, 7.2, steps 11 to 24.
pub fn verify(
    key: &PublicKey,
    assertion: &Assertion,
    ceremony: &Ceremony<'_>,
) -> Result<Facts, AssertionFault> {
    check_client_data(&assertion.client_data_json, ceremony)?;
    let facts = check_authenticator_data(&assertion.authenticator_data, ceremony.rp_id)?;
    let mut signed = assertion.authenticator_data.clone();
    signed.extend_from_slice(&Sha256::digest(&assertion.client_data_json));
    let signature = match key {
        PublicKey::P256(_) => raw_from_der(&assertion.signature).ok_or(AssertionFault::Signature)?.to_vec(),
        PublicKey::Ed25519(_) => assertion.signature.clone(),
        // No authenticator is registered with such a key.
        PublicKey::P384(_) | PublicKey::Bls12381G2(_) => return Err(AssertionFault::Signature),
    };
    key.verify(&signed, &signature).map_err(|_| AssertionFault::Signature)?;
    Ok(facts)
}

// Unknown members are ignored, as WebAuthn Level 3, 5.8.1 demands; a repeated one is an error of serde's.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

fn check_client_data(bytes: &[u8], ceremony: &Ceremony<'_>) -> Result<(), AssertionFault> {
    if bytes.len() > LONGEST_CLIENT_DATA {
        return Err(AssertionFault::ClientData);
    }
    let data: ClientData = serde_json::from_slice(bytes).map_err(|_| AssertionFault::ClientData)?;
    if data.r#type != "webauthn.get" {
        return Err(AssertionFault::Type);
    }
    if URL_SAFE_NO_PAD.decode(&data.challenge).ok().as_deref() != Some(ceremony.challenge) {
        return Err(AssertionFault::Challenge);
    }
    // A frame inside somebody else's page could hide what the person agrees to.
    if data.origin != ceremony.origin || data.cross_origin || data.top_origin.is_some() {
        return Err(AssertionFault::Origin);
    }
    Ok(())
}

fn check_authenticator_data(bytes: &[u8], rp_id: &str) -> Result<Facts, AssertionFault> {
    if bytes.len() > LONGEST_AUTHENTICATOR_DATA {
        return Err(AssertionFault::AuthenticatorData);
    }
    let (rp_id_hash, rest) = bytes.split_first_chunk::<32>().ok_or(AssertionFault::AuthenticatorData)?;
    let (&[flags], rest) = rest.split_first_chunk::<1>().ok_or(AssertionFault::AuthenticatorData)?;
    let (counter, _extensions) = rest.split_first_chunk::<4>().ok_or(AssertionFault::AuthenticatorData)?;
    if rp_id_hash[..] != Sha256::digest(rp_id)[..] {
        return Err(AssertionFault::RelyingParty);
    }
    if flags & USER_PRESENT == 0 {
        return Err(AssertionFault::NotPresent);
    }
    if flags & USER_VERIFIED == 0 {
        return Err(AssertionFault::NotVerified);
    }
    // 7.2, step 19: a passkey that cannot be backed up cannot have been.
    if flags & BACKUP_ELIGIBLE == 0 && flags & BACKED_UP != 0 {
        return Err(AssertionFault::AuthenticatorData);
    }
    Ok(Facts { synced: flags & BACKUP_ELIGIBLE != 0, counter: u32::from_be_bytes(*counter) })
}

/// ECDSA-Sig-Value (RFC 3279, 2.2.3) in strict DER to `r || s`; anything looser would let one signature have two forms.
fn raw_from_der(der: &[u8]) -> Option<[u8; 64]> {
    let (&[tag, length], body) = der.split_first_chunk::<2>()?;
    if tag != 0x30 || usize::from(length) != body.len() || length >= 0x80 {
        return None;
    }
    let (r, rest) = integer(body)?;
    let (s, rest) = integer(rest)?;
    if !rest.is_empty() {
        return None;
    }
    let mut raw = [0; 64];
    raw.get_mut(..32)?.copy_from_slice(&r);
    raw.get_mut(32..)?.copy_from_slice(&s);
    Some(raw)
}

fn integer(bytes: &[u8]) -> Option<([u8; 32], &[u8])> {
    let (&[tag, length], rest) = bytes.split_first_chunk::<2>()?;
    let (digits, rest) = rest.split_at_checked(usize::from(length))?;
    if tag != 0x02 {
        return None;
    }
    let negative = |digits: &[u8]| digits.first().is_some_and(|byte| *byte >= 0x80);
    let digits = match digits {
        [] | [0] => return None,
        digits if negative(digits) => return None,
        // The leading zero is there if and only if the next bit would look like a sign.
        [0, next @ ..] if negative(next) => next,
        [0, ..] => return None,
        digits => digits,
    };
    let mut padded = [0; 32];
    padded.get_mut(32usize.checked_sub(digits.len())?..)?.copy_from_slice(digits);
    Some((padded, rest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
        let part = |bytes: &[u8]| [&[0x02, u8::try_from(bytes.len()).unwrap()], bytes].concat();
        let body = [part(r), part(s)].concat();
        [vec![0x30, u8::try_from(body.len()).unwrap()], body].concat()
    }

    #[test]
    fn der_pads_short_numbers() {
        let raw = raw_from_der(&der(&[5], &[0, 0x90, 1])).unwrap();
        assert_eq!((raw[31], raw[62], raw[63]), (5, 0x90, 1));
        assert!(raw[..31].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn loose_der_is_refused() {
        let good = der(&[5], &[6]);
        let mut longer = good.clone();
        longer.push(0);
        let cases: [&[u8]; 8] = [
            &[],
            &longer,
            &good[..good.len() - 1],
            &der(&[0, 5], &[6]),
            &der(&[], &[6]),
            &der(&[0x85], &[6]),
            &der(&[0], &[6]),
            &der(&[1; 33], &[6]),
        ];
        for case in cases {
            assert_eq!(raw_from_der(case), None, "{case:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..90)) {
            let _ = raw_from_der(&bytes);
            let _ = check_authenticator_data(&bytes, "wallet.localhost");
            let _ = check_client_data(&bytes, &Ceremony { challenge: &[1], rp_id: "x", origin: "https://x" });
        }
    }
}
