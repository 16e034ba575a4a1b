//! holding.
