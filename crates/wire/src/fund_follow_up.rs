//! What focal points answer, and asking everybody for the yearly proof.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One answer of a focal point about one or several people.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FollowUpAnswers {
    /// Pseudonymous numbers, from 1 to 200.
    pub people: Vec<String>,
    /// `alive` (still has to confirm), `moved` (opens a residence case), `dead` (opens a case, decided by two with a document) or
    /// `not-found`.
    pub outcome: String,
    /// Who says it, and how they know; at most 2000 characters.
    pub words: String,
}

/// How many answers were new.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FollowUpEntered {
    pub entered: usize,
}

/// One time of asking everybody who is enrolled.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AskRun {
    pub id: String,
    /// The year of the proofs.
    pub year: i32,
    /// Who was asked by it so far.
    pub asked: u64,
    /// Who needed no question: asked already, proven, or not asked by the year.
    pub passed: u64,
    pub made_at: DateTime<Utc>,
    /// When everybody was behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
}
