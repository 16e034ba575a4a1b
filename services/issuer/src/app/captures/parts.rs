//! The parts of an answer: decoded, and held against the digests that the device signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entitlement::DeviceKind;
use entitlement::bundle::{BundleFault, MOST_FRAMES, Opened, Part, check_parts};
use presence::Frame;
use wire::existence::{Capture, ExistenceAnswer};

use super::ExistenceError;

const DEVICE_FORM: ExistenceError = ExistenceError::Form(
    "one of the words of the request, with pictures of the person's own device: deviceKind",
);

/// The parts of an answer, decoded and held against what the device signed.
pub(in crate::app) struct Taken {
    pub(super) frames: Vec<Frame>,
    pub(super) place: Option<(i16, i16, u32)>,
    pub(super) device: Option<DeviceKind>,
}

/// Decodes the parts and holds them against the digests that the device signed. An answer without pictures has neither.
pub(in crate::app) fn taken(answer: &ExistenceAnswer) -> Result<Option<Taken>, ExistenceError> {
    let Some(Capture { frames, place }) = &answer.capture else {
        return match answer.parts.is_empty() {
            // Nothing is judged, so nothing about the device is needed.
            true if answer.device_kind.is_some() => Err(DEVICE_FORM),
            true => Ok(None),
            false => Err(ExistenceError::Bundle(BundleFault::Digest)),
        };
    };
    if frames.len() > MOST_FRAMES || answer.parts.len() > MOST_FRAMES + 1 {
        return Err(ExistenceError::Bundle(BundleFault::Many));
    }
    let mut decoded = Vec::with_capacity(frames.len());
    for frame in frames {
        decoded.push((salt(&frame.salt)?, frame.millis, bytes(&frame.jpeg, "base64url: jpeg")?));
    }
    let mut opened: Vec<Opened<'_>> = Vec::with_capacity(decoded.len() + 1);
    for (salt, millis, jpeg) in &decoded {
        opened.push(Opened { salt: *salt, part: Part::Frame { millis: *millis, jpeg } });
    }
    if let Some(place) = place {
        let part = Part::Place {
            latitude_tenths: place.latitude_tenths,
            longitude_tenths: place.longitude_tenths,
            accuracy_metres: place.accuracy_metres,
        };
        opened.push(Opened { salt: salt(&place.salt)?, part });
    }
    let digest = |text: &String| {
        let digest = bytes(text, "base64url: parts")?;
        digest.try_into().map_err(|_| ExistenceError::Form("a SHA-256 digest: parts"))
    };
    let signed: Vec<[u8; 32]> = answer.parts.iter().map(digest).collect::<Result<_, _>>()?;
    check_parts(&signed, &opened).map_err(ExistenceError::Bundle)?;
    let place =
        place.as_ref().map(|place| (place.latitude_tenths, place.longitude_tenths, place.accuracy_metres));
    let frames = decoded.into_iter().map(|(_, millis, jpeg)| Frame { millis, jpeg }).collect();
    Ok(Some(Taken { frames, place, device: device(answer)? }))
}

/// The kind of device that took the pictures. A station is known by its key.
fn device(answer: &ExistenceAnswer) -> Result<Option<DeviceKind>, ExistenceError> {
    match (&answer.desk, &answer.device_kind) {
        (Some(_), None) => Ok(Some(DeviceKind::Kiosk)),
        (None, None) => Ok(None),
        (None, Some(told)) => told.parse().map(Some).map_err(|_| DEVICE_FORM),
        (Some(_), Some(_)) => Err(DEVICE_FORM),
    }
}

fn salt(text: &str) -> Result<[u8; 16], ExistenceError> {
    bytes(text, "base64url: salt")?.try_into().map_err(|_| ExistenceError::Form("16 bytes: salt"))
}

fn bytes(text: &str, member: &'static str) -> Result<Vec<u8>, ExistenceError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| ExistenceError::Form(member))
}
