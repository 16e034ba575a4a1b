//! The rules of VC Data Model 2.0 for what a credential and a presentation look like.

use serde_json::Value;

use crate::outcome::Fault;

/// Checks a credential that is to be secured: form only, no expansion.
pub fn validate_unsecured(_credential: &Value) -> Result<(), Vec<Fault>> {
    Ok(())
}

/// The same for a presentation.
pub fn validate_presentation(_presentation: &Value) -> Result<(), Vec<Fault>> {
    Ok(())
}

/// The type IRIs of a credential, by the embedded contexts.
pub async fn type_iris(_credential: &Value) -> Result<Vec<String>, Vec<Fault>> {
    Ok(Vec::new())
}
