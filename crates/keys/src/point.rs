//! Points of the NIST curves in the two forms of SEC 1, 2.3.3.
//!
//! Keys are kept compressed, and libraries that verify want both coordinates: a square root in the field each time. One key is
//! looked at several times in a request, and that of an issuer in most requests, so points are remembered.

use std::cell::RefCell;

use p256::elliptic_curve::sec1::ToEncodedPoint as _;

use crate::public::{InvalidKey, PublicKey};

/// A point of P-256 in its compressed form, from either form.
pub(crate) fn compress_p256(sec1: &[u8]) -> Result<[u8; 33], InvalidKey> {
    if !matches!((sec1.first(), sec1.len()), (Some(2 | 3), 33) | (Some(4), 65)) {
        return Err(InvalidKey::Malformed);
    }
    let point = p256::PublicKey::from_sec1_bytes(sec1).map_err(|_| InvalidKey::NotOnCurve)?;
    let (short, long) = (point.to_encoded_point(true), point.to_encoded_point(false));
    let short = short.as_bytes().try_into().map_err(|_| InvalidKey::Malformed)?;
    remember(&short, long.as_bytes());
    Ok(short)
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
        PublicKey::P256(point) => remembered(point).unwrap_or_else(|| decompressed_p256(point)),
        PublicKey::P384(point) => p384::PublicKey::from_sec1_bytes(point)
            .map(|point| point.to_encoded_point(false).as_bytes().to_vec())
            .unwrap_or_default(),
    }
}

fn decompressed_p256(point: &[u8; 33]) -> Vec<u8> {
    let Ok(found) = p256::PublicKey::from_sec1_bytes(point) else { return Vec::new() };
    let long = found.to_encoded_point(false);
    remember(point, long.as_bytes());
    long.as_bytes().to_vec()
}

/// How many points each thread remembers. Public keys, so nothing is told by what is there.
const REMEMBERED: usize = 64;

type Point = ([u8; 33], [u8; 65]);

thread_local! {
    /// Each in the place that its coordinate chooses; a newer one replaces it.
    static POINTS: RefCell<[Option<Point>; REMEMBERED]> = const { RefCell::new([None; REMEMBERED]) };
}

/// The last byte of a coordinate is as good as random.
fn place_of(short: &[u8; 33]) -> usize {
    short.last().map_or(0, |byte| usize::from(*byte) % REMEMBERED)
}

fn remember(short: &[u8; 33], long: &[u8]) {
    let Ok(long) = <[u8; 65]>::try_from(long) else { return };
    POINTS.with_borrow_mut(|points| {
        if let Some(place) = points.get_mut(place_of(short)) {
            *place = Some((*short, long));
        }
    });
}

fn remembered(short: &[u8; 33]) -> Option<Vec<u8>> {
    POINTS.with_borrow(|points| {
        let (known, long) = points.get(place_of(short))?.as_ref()?;
        (known == short).then(|| long.to_vec())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn key(seed: u8) -> p256::PublicKey {
        p256::SecretKey::from_slice(&[seed; 32]).unwrap().public_key()
    }

    #[test]
    fn a_point_is_the_same_whether_it_is_remembered_or_not() {
        // More keys than places, each looked at before and after others took its place.
        for _ in 0..2 {
            for seed in 1..=200 {
                let long = key(seed).to_encoded_point(false);
                let short = compress_p256(long.as_bytes()).unwrap();
                assert_eq!(uncompressed_of(&PublicKey::P256(short)), long.as_bytes());
            }
            for seed in 1..=200 {
                let short: [u8; 33] = key(seed).to_encoded_point(true).as_bytes().try_into().unwrap();
                assert_eq!(
                    uncompressed_of(&PublicKey::P256(short)),
                    key(seed).to_encoded_point(false).as_bytes()
                );
            }
        }
    }

    #[test]
    fn two_points_with_one_coordinate_are_told_apart() {
        let short: [u8; 33] = key(1).to_encoded_point(true).as_bytes().try_into().unwrap();
        let mut other = short;
        *other.first_mut().unwrap() ^= 1;
        let (one, two) = (uncompressed_of(&PublicKey::P256(short)), uncompressed_of(&PublicKey::P256(other)));
        assert_eq!((one.get(1..33), one == two), (two.get(1..33), false));
    }

    #[test]
    fn what_is_no_point_stays_none() {
        assert!(uncompressed_of(&PublicKey::P256([0xff; 33])).is_empty());
        assert!(uncompressed_of(&PublicKey::P256([0xff; 33])).is_empty());
    }
}
