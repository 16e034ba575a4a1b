//! The Fund's cycle lived through by invented people: two calendars, many nights, every rule watched.
//!
//! It decides nothing itself: people and post are here, all rules are in `entitlement`. It knows neither HTTP nor storage,
//! and one seed gives one history. Read [`World`], [`Watch`] and [`report()`] first.

mod dice;
mod figures;
mod office;
mod people;
mod plots;
mod reactions;
mod report;
mod watch;
mod world;

pub use figures::{Day, Figures};
pub use report::report;
pub use watch::{Breach, Watch};
pub use world::{Settings, World};

#[cfg(test)]
mod tests;
