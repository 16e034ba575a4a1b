//! What the person reads of a question about where they live. It names no country and no place.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The Fund looks at where a person lives, or did so within the last year. It touches neither the proof of life nor a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResidenceNote {
    pub state: ResidenceState,
    /// While it is open: the day by which an officer decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<chrono::DateTime<chrono::Utc>>,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<chrono::DateTime<chrono::Utc>>,
    /// Whom to call, as it stands on letters of the Fund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ResidenceState {
    /// An officer looks at it.
    Open,
    /// The declared country stays.
    Stays,
    /// The person has moved, and the pension system is told.
    Moved,
    /// The country was not shown in time.
    NotShown,
}
