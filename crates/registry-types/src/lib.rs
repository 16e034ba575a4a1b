//! registry-types.
