//! did.
