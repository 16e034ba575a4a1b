//! Points of the NIST curves in the two forms of SEC 1, 2.3.3.

use p256::elliptic_curve::sec1::ToEncodedPoint as _;

use crate::public::{InvalidKey, PublicKey};

/// A point of P-256 in its compressed form, from either form.
pub(crate) fn compress_p256(sec1: &[u8]) -> Result<[u8; 33], InvalidKey> {
    if !matches!((sec1.first(), sec1.len()), (Some(2 | 3), 33) | (Some(4), 65)) {
        return Err(InvalidKey::Malformed);
    }
    let point = p256::PublicKey::from_sec1_bytes(sec1).map_err(|_| InvalidKey::NotOnCurve)?;
    point.to_encoded_point(true).as_bytes().try_into().map_err(|_| InvalidKey::Malformed)
}

/// The same for P-384.
pub(crate) fn compress_p384(sec1: &[u8]) -> Result<[u8; 49], InvalidKey> {
    if !matches!((sec1.first(), sec1.len()), (Some(2 | 3), 49) | (Some(4), 97)) {
        return Err(InvalidKey::Malformed);
    }
    let point = p384::PublicKey::from_sec1_bytes(sec1).map_err(|_| InvalidKey::NotOnCurve)?;
    point.to_encoded_point(true).as_bytes().try_into().map_err(|_| InvalidKey::Malformed)
}

/// The uncompressed form of two coordinates.
pub(crate) fn uncompressed(x: &[u8], y: &[u8]) -> Vec<u8> {
    [&[4], x, y].concat()
}

/// The uncompressed form of a key; empty for a key of another kind and for what is no point, which verifies nothing.
pub(crate) fn uncompressed_of(key: &PublicKey) -> Vec<u8> {
    match key {
        PublicKey::Ed25519(_) | PublicKey::Bls12381G2(_) => Vec::new(),
        PublicKey::P256(point) => p256::PublicKey::from_sec1_bytes(point)
            .map(|point| point.to_encoded_point(false).as_bytes().to_vec())
            .unwrap_or_default(),
        PublicKey::P384(point) => p384::PublicKey::from_sec1_bytes(point)
            .map(|point| point.to_encoded_point(false).as_bytes().to_vec())
            .unwrap_or_default(),
    }
}
