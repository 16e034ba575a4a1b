//! store-issuer.
