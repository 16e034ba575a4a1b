//! From coordinates to a country, in memory; the coordinates go no further.

mod boundaries;
mod point;
mod policy;

pub use boundaries::{Boundaries, BoundariesFault};
pub use point::{Accuracy, Point, PointFault};
pub use policy::{BoundaryPolicy, Finding, LocationPolicy};

#[cfg(test)]
mod tests;
