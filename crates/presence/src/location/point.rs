//! A place on the earth, as coarse as the device already made it.

use serde::{Deserialize, Serialize};

/// Rounded to a tenth of a degree: about eleven kilometres. Not to be stored, so it has no `Serialize`.
#[derive(Clone, Copy, PartialEq)]
pub struct Point {
    latitude: f64,
    longitude: f64,
}

/// What remains of a device's accuracy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Accuracy {
    Within1Km,
    Within10Km,
    Coarser,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointFault {
    #[error("the coordinates are not a place on the earth")]
    OutOfRange,
    /// Where broken and fooled devices believe to be: 0 N, 0 E.
    #[error("the coordinates are the origin of the map")]
    NullIsland,
    #[error("the device does not know its place within 50 km")]
    TooCoarse,
}

/// Above this a place tells nothing about a country.
const COARSEST_METRES: f64 = 50_000.0;

impl Point {
    /// Rounds again what the device should have rounded: nothing finer stays in memory.
    pub fn rounded(latitude: f64, longitude: f64) -> Result<Self, PointFault> {
        let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        if !on_earth {
            return Err(PointFault::OutOfRange);
        }
        let tenth = |degrees: f64| (degrees * 10.0).round() / 10.0;
        let (latitude, longitude) = (tenth(latitude), tenth(longitude));
        if latitude.abs() < 0.05 && longitude.abs() < 0.05 {
            return Err(PointFault::NullIsland);
        }
        Ok(Self { latitude, longitude })
    }

    pub(super) fn latitude(self) -> f64 {
        self.latitude
    }

    pub(super) fn longitude(self) -> f64 {
        self.longitude
    }
}

impl std::fmt::Debug for Point {
    /// Locations stay out of logs.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Point(..)")
    }
}

impl Accuracy {
    /// The class of an accuracy in metres.
    pub fn of_metres(metres: f64) -> Result<Self, PointFault> {
        match metres {
            0.0..=1_000.0 => Ok(Self::Within1Km),
            0.0..=10_000.0 => Ok(Self::Within10Km),
            0.0..=COARSEST_METRES => Ok(Self::Coarser),
            _ => Err(PointFault::TooCoarse),
        }
    }
}
