//! entitlement.
