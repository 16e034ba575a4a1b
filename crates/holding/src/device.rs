//! What kind of device the Fund is told of with pictures.

use entitlement::DeviceKind;
use wire::existence::CaptureRequest;

/// The kind of a device by the name that its session has (`account::device_name`), where the Fund counts that kind. One that says
/// nothing of itself, or a Fund that does not ask, is told nothing.
#[must_use]
pub fn told_kind(asked: &CaptureRequest, device: &str) -> Option<String> {
    let kind = kind_of(device)?.as_str();
    asked.device_kinds.iter().any(|it| it == kind).then(|| kind.to_owned())
}

fn kind_of(device: &str) -> Option<DeviceKind> {
    let (_, system) = device.rsplit_once(" on ")?;
    match system {
        "Android" => Some(DeviceKind::Android),
        "iPhone" | "iPad" => Some(DeviceKind::Ios),
        "Windows" | "Mac" | "Chromebook" | "Linux" => Some(DeviceKind::Desktop),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::device_name;

    fn asked(kinds: &[&str]) -> CaptureRequest {
        CaptureRequest {
            movements: Vec::new(),
            fewest_frames: 6,
            most_frames: 10,
            most_seconds: 90,
            most_frame_bytes: 1,
            location_required: false,
            tries_left: 1,
            device_kinds: kinds.iter().map(|&kind| kind.to_owned()).collect(),
        }
    }

    #[test]
    fn the_kind_alone_is_told_and_only_where_it_is_asked_for() {
        let agent = "Mozilla/5.0 (Linux; Android 7.0; SM-G930V) AppleWebKit/537.36 Chrome/70.0.3538.80 Mobile Safari/537.36";
        let all = asked(&["android", "ios", "desktop"]);
        assert_eq!(told_kind(&all, &device_name(agent)).as_deref(), Some("android"));
        assert_eq!(told_kind(&all, "Safari on iPad").as_deref(), Some("ios"));
        assert_eq!(told_kind(&all, "Firefox on Windows").as_deref(), Some("desktop"));
        assert_eq!(told_kind(&all, "A device"), None);
        assert_eq!(
            told_kind(&asked(&[]), "Safari on iPad"),
            None,
            "an older Fund refuses what it does not know"
        );
    }
}
