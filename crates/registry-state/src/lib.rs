//! registry-state.
