//! Errors of the VC-API, with the codes of the VC Data Model.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use credential::Fault;
use serde_json::{Value, json};
use web::Problem;

use super::store;
use crate::app::VcApiError;

/// VC Data Model 2.0, 7.2.
const MALFORMED: &str = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR";

impl From<VcApiError> for Problem {
    fn from(error: VcApiError) -> Self {
        match error {
            VcApiError::Unknown => Self::not_found(),
            VcApiError::NotAnObject => {
                malformed().detail("credential must be an object").with("errors", json!([{"pointer": ""}]))
            }
            VcApiError::IssuerMismatch => {
                Self::new(StatusCode::BAD_REQUEST, "issuer-mismatch", "The credential names another issuer")
                    .detail("Leave the issuer out, or name the one that /vc-api/ids lists for this instance.")
            }
            VcApiError::Faults(faults) => {
                let detail = faults.first().map_or_else(String::new, |fault| fault.detail.clone());
                malformed().detail(detail).with("errors", faults.iter().map(fault).collect::<Vec<_>>())
            }
            VcApiError::StatusPurpose => {
                malformed().detail("statusPurpose is revocation or suspension").with(
                    "errors",
                    json!([
                        {"pointer": "/credentialStatus/statusPurpose"}
                    ]),
                )
            }
            VcApiError::NoStatus => Self::not_found().detail(
                "This instance gave no status for that purpose to such a credential, list and index.",
            ),
            VcApiError::Overloaded => Self::unavailable("Too much work is waiting.").header(RETRY_AFTER, "1"),
            VcApiError::Secure(_) | VcApiError::List(_) => Self::internal(&error),
            VcApiError::Store(error) => store(&error),
        }
    }
}

fn malformed() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, MALFORMED, "The credential breaks rules of the VC data model")
}

fn fault(fault: &Fault) -> Value {
    json!({
        "pointer": fault.pointer.clone().unwrap_or_default(),
        "code": fault.code,
        "detail": fault.detail,
    })
}
