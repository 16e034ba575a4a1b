//! store-verifier.
