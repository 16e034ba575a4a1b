//! The parts of a proof that was made before a camera, and what remains of them.
//!
//! The device signs salted digests of the parts, not the parts. So pictures and coordinates can be deleted, with their
//! salts, and the signature can still be checked; what remains points to nobody's face and to no place.

use sha2::{Digest as _, Sha256};

/// Bytes of a part's salt. Without it the digest of a place could be found by trying all places.
pub const SALT_BYTES: usize = 16;
/// Frames of one proof.
pub const MOST_FRAMES: usize = 10;
/// Bytes of one frame.
pub const MOST_FRAME_BYTES: usize = 96 * 1024;

/// What a part is made of.
#[derive(Clone, Copy)]
pub enum Part<'a> {
    /// A picture, taken so long after the first.
    Frame { millis: u32, jpeg: &'a [u8] },
    /// A place that the device rounded: tenths of a degree, and how exact it was before.
    Place { latitude_tenths: i16, longitude_tenths: i16, accuracy_metres: u32 },
}

/// A part with the salt it was digested with.
#[derive(Clone, Copy)]
pub struct Opened<'a> {
    pub salt: [u8; SALT_BYTES],
    pub part: Part<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleFault {
    #[error("the pictures are not those that the device signed")]
    Digest,
    #[error("a proof has at most {MOST_FRAMES} pictures and one place")]
    Many,
    #[error("a picture has at most {MOST_FRAME_BYTES} bytes")]
    Large,
}

impl Opened<'_> {
    /// SHA-256 of salt, kind and content. Lengths are fixed, but for the picture at the end, so no two parts read alike.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(self.salt);
        match self.part {
            Part::Frame { millis, jpeg } => {
                digest.update([0]);
                digest.update(millis.to_be_bytes());
                digest.update(jpeg);
            }
            Part::Place { latitude_tenths, longitude_tenths, accuracy_metres } => {
                digest.update([1]);
                digest.update(latitude_tenths.to_be_bytes());
                digest.update(longitude_tenths.to_be_bytes());
                digest.update(accuracy_metres.to_be_bytes());
            }
        }
        digest.finalize().into()
    }
}

/// Whether these are the parts that the device signed, all of them and in their order.
pub fn check_parts(signed: &[[u8; 32]], opened: &[Opened<'_>]) -> Result<(), BundleFault> {
    let frames = opened.iter().filter(|opened| matches!(opened.part, Part::Frame { .. })).count();
    if frames > MOST_FRAMES || opened.len() > frames + 1 {
        return Err(BundleFault::Many);
    }
    let large = |opened: &Opened<'_>| matches!(opened.part, Part::Frame { jpeg, .. } if jpeg.len() > MOST_FRAME_BYTES);
    if opened.iter().any(large) {
        return Err(BundleFault::Large);
    }
    match signed.iter().copied().eq(opened.iter().map(Opened::digest)) {
        true => Ok(()),
        false => Err(BundleFault::Digest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: [u8; SALT_BYTES] = [7; SALT_BYTES];
    const PLACE: Part<'static> =
        Part::Place { latitude_tenths: 463, longitude_tenths: 61, accuracy_metres: 20 };

    fn opened(part: Part<'_>) -> Opened<'_> {
        Opened { salt: SALT, part }
    }

    fn frame(millis: u32, jpeg: &[u8]) -> Opened<'_> {
        opened(Part::Frame { millis, jpeg })
    }

    #[test]
    fn every_bit_of_a_part_is_signed() {
        let parts = [frame(0, b"one"), frame(900, b"two"), opened(PLACE)];
        let signed: Vec<_> = parts.iter().map(Opened::digest).collect();
        assert_eq!(check_parts(&signed, &parts), Ok(()));
        let elsewhere = Part::Place { latitude_tenths: 464, longitude_tenths: 61, accuracy_metres: 20 };
        let other_salt = Opened { salt: [8; SALT_BYTES], part: PLACE };
        for changed in [
            [frame(1, b"one"), frame(900, b"two"), opened(PLACE)],
            [frame(0, b"onE"), frame(900, b"two"), opened(PLACE)],
            [frame(900, b"two"), frame(0, b"one"), opened(PLACE)],
            [frame(0, b"one"), frame(900, b"two"), opened(elsewhere)],
            [frame(0, b"one"), frame(900, b"two"), other_salt],
        ] {
            assert_eq!(check_parts(&signed, &changed), Err(BundleFault::Digest));
        }
        assert_eq!(check_parts(&signed, &parts[..2]), Err(BundleFault::Digest), "one is missing");
        assert_eq!(check_parts(&signed[..2], &parts), Err(BundleFault::Digest), "one was not signed");
    }

    #[test]
    fn parts_are_bounded_before_anything_is_digested() {
        let frames: Vec<_> = (0..11).map(|at| frame(at, b"x")).collect();
        assert_eq!(check_parts(&[], &frames), Err(BundleFault::Many));
        assert_eq!(check_parts(&[], &[opened(PLACE), opened(PLACE)]), Err(BundleFault::Many));
        let large = vec![0; MOST_FRAME_BYTES + 1];
        assert_eq!(check_parts(&[], &[frame(0, &large)]), Err(BundleFault::Large));
    }
}
