//! What kind of device a proof with pictures was made on, so that the Fund sees whether its checks fail more often on some.
//!
//! Four words and no more. A model, a version or a browser would tell people apart, and nobody needs it to ask whether old phones
//! of one maker are treated worse: so it is never asked for, never sent and nowhere kept. It is told with pictures alone, since
//! nothing else is judged by a machine, and counts where groups of ten are counted.

use std::str::FromStr;

/// A coarse kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceKind {
    /// A phone or tablet with Android.
    Android,
    /// An iPhone or iPad. An iPad that says it is a Mac counts as that.
    Ios,
    /// A computer.
    Desktop,
    /// A station of the Fund, which is known by its key and never by its own word.
    Kiosk,
}

impl DeviceKind {
    /// What a person's own device may say.
    pub const TOLD: [Self; 3] = [Self::Android, Self::Ios, Self::Desktop];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Android => "android",
            Self::Ios => "ios",
            Self::Desktop => "desktop",
            Self::Kiosk => "kiosk",
        }
    }
}

/// Another word than those of [`DeviceKind::TOLD`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownKind;

impl FromStr for DeviceKind {
    type Err = UnknownKind;

    /// What a device says of itself.
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::TOLD.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_may_not_say_that_it_is_a_station() {
        assert_eq!("ios".parse(), Ok(DeviceKind::Ios));
        for other in ["kiosk", "Android", "Pixel 8", ""] {
            assert_eq!(other.parse::<DeviceKind>(), Err(UnknownKind), "{other}");
        }
    }
}
