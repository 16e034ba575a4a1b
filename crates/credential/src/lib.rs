//! credential.
