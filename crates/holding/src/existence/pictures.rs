//! Pictures of a proof: kept until the answer leaves, and signed by their digests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entitlement::bundle::{MOST_FRAME_BYTES, Opened, Part, SALT_BYTES};
use wire::existence::{Capture, CapturedFrame, CapturedPlace};

use super::{Existence, Progress, StepFault};

impl Existence {
    /// Keeps one picture that was taken without a network, under the salt that the phone signed it with.
    pub fn keep_frame_ahead(
        &mut self,
        place: u8,
        millis: u32,
        jpeg: &[u8],
        salt: [u8; SALT_BYTES],
    ) -> Result<(), StepFault> {
        let asked = self.ahead.as_ref().and_then(|ahead| ahead.capture.as_ref());
        let most = asked.ok_or(StepFault::NoPictures)?.most_frames;
        self.put_frame(most, place, (millis, jpeg, salt))
    }

    /// Keeps one picture. The first of a series begins anew, and any of them does away with a half-made answer.
    pub fn keep_frame(
        &mut self,
        place: u8,
        millis: u32,
        jpeg: &[u8],
        salt: [u8; SALT_BYTES],
    ) -> Result<(), StepFault> {
        let most = self.capture.as_ref().ok_or(StepFault::NoPictures)?.most_frames;
        self.put_frame(most, place, (millis, jpeg, salt))
    }

    fn put_frame(
        &mut self,
        most: u8,
        place: u8,
        (millis, jpeg, salt): (u32, &[u8], [u8; SALT_BYTES]),
    ) -> Result<(), StepFault> {
        let is_jpeg = jpeg.starts_with(&[0xff, 0xd8, 0xff]);
        if place >= most || jpeg.len() > MOST_FRAME_BYTES || !is_jpeg {
            return Err(StepFault::Picture);
        }
        let jpeg = URL_SAFE_NO_PAD.encode(jpeg);
        let same = |known: &CapturedFrame| known.jpeg == jpeg && known.millis == millis;
        if self.frames.get(&place).is_some_and(same) {
            return Ok(());
        }
        if place == 0 {
            self.frames.clear();
        }
        self.frames.insert(place, CapturedFrame { salt: URL_SAFE_NO_PAD.encode(salt), millis, jpeg });
        self.progress = Progress::Opened;
        Ok(())
    }

    /// The first so many pictures and the place, with the digests that are signed in their stead.
    pub fn bundle(
        &self,
        frames: u8,
        place: Option<CapturedPlace>,
    ) -> Result<(Vec<String>, Capture), StepFault> {
        let taken: Option<Vec<_>> = (0..frames).map(|at| self.frames.get(&at).cloned()).collect();
        let taken = taken.ok_or(StepFault::PictureMissing)?;
        let mut parts = Vec::with_capacity(taken.len() + 1);
        for frame in &taken {
            let jpeg = URL_SAFE_NO_PAD.decode(&frame.jpeg).map_err(|_| StepFault::Picture)?;
            parts.push(digest(&frame.salt, Part::Frame { millis: frame.millis, jpeg: &jpeg })?);
        }
        if let Some(place) = &place {
            let part = Part::Place {
                latitude_tenths: place.latitude_tenths,
                longitude_tenths: place.longitude_tenths,
                accuracy_metres: place.accuracy_metres,
            };
            parts.push(digest(&place.salt, part)?);
        }
        Ok((parts, Capture { frames: taken, place }))
    }
}

fn digest(salt: &str, part: Part<'_>) -> Result<String, StepFault> {
    let salt = URL_SAFE_NO_PAD.decode(salt).ok().and_then(|salt| salt.try_into().ok());
    let opened = Opened { salt: salt.ok_or(StepFault::Picture)?, part };
    Ok(URL_SAFE_NO_PAD.encode(opened.digest()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::{JPEG, existence};
    use super::*;

    #[test]
    fn pictures_come_in_any_order_and_the_first_begins_anew() {
        let mut made = existence();
        for place in [1, 0, 1] {
            made.keep_frame(place, 900 * u32::from(place), JPEG, [3; 16]).unwrap();
        }
        assert_eq!(made.bundle(3, None), Err(StepFault::PictureMissing));
        let (parts, capture) = made.bundle(2, None).unwrap();
        assert_eq!((parts.len(), capture.frames.len()), (2, 2));
        let signed = Opened { salt: [3; 16], part: Part::Frame { millis: 900, jpeg: JPEG } }.digest();
        assert_eq!(parts[1], URL_SAFE_NO_PAD.encode(signed));

        made.keep_frame(0, 0, JPEG, [4; 16]).unwrap();
        assert_eq!(made.bundle(2, None).unwrap().0, parts, "the same picture again changes nothing");
        made.keep_frame(0, 0, &[0xff, 0xd8, 0xff, 2], [4; 16]).unwrap();
        assert_eq!(made.bundle(2, None), Err(StepFault::PictureMissing));
    }

    #[test]
    fn pictures_are_bounded_and_asked_for() {
        let large = [JPEG, &vec![0; MOST_FRAME_BYTES]].concat();
        for (place, jpeg) in [(10, JPEG), (0, &b"GIF89a"[..]), (0, &large)] {
            assert_eq!(existence().keep_frame(place, 0, jpeg, [3; 16]), Err(StepFault::Picture));
        }
        let mut unasked = Existence { capture: None, ..existence() };
        assert_eq!(unasked.keep_frame(0, 0, JPEG, [3; 16]), Err(StepFault::NoPictures));
    }
}
