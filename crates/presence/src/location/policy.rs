//! What a place says about a declared country of residence.

use serde::{Deserialize, Serialize};

use super::boundaries::Boundaries;
use super::point::Point;

/// Compares a place with the declared country.
pub trait LocationPolicy: Send + Sync {
    /// `declared` is ISO 3166-1 alpha-3.
    fn compare(&self, point: Point, declared: &str) -> Finding;
}

/// All that is kept, beside the class of accuracy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Finding {
    Inside,
    /// Beyond the border or off the coast, but by no more than the tolerance.
    AtTheBorder,
    Elsewhere {
        country: String,
    },
    /// At sea, or in an area without an ISO code: no answer, and no suspicion.
    NoCountry,
}

/// The embedded policy: Natural Earth and a tolerance.
pub struct BoundaryPolicy {
    boundaries: Boundaries,
    tolerance_km: f64,
}

impl BoundaryPolicy {
    /// Rounding moves a point by up to 8 km and the outlines are as coarse again: 20 km is the least that makes sense.
    pub const LEAST_TOLERANCE_KM: f64 = 20.0;

    #[must_use]
    pub fn new(boundaries: Boundaries, tolerance_km: f64) -> Self {
        Self { boundaries, tolerance_km: tolerance_km.max(Self::LEAST_TOLERANCE_KM) }
    }
}

impl LocationPolicy for BoundaryPolicy {
    fn compare(&self, point: Point, declared: &str) -> Finding {
        match self.boundaries.country(point) {
            Some(country) if country == declared => Finding::Inside,
            _ if self.boundaries.is_near(point, declared, self.tolerance_km) => Finding::AtTheBorder,
            Some(country) => Finding::Elsewhere { country: country.to_owned() },
            None => Finding::NoCountry,
        }
    }
}
