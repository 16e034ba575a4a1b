//! One issued credential in one format.

use crate::{Configuration, Status, Timestamp};

/// A copy: what was issued, to which key, and where its status and anchor are.
#[derive(Clone, PartialEq)]
pub struct CredentialCopy {
    pub id: String,
    pub offer_id: String,
    pub subject_id: String,
    pub configuration: Configuration,
    /// The secured credential: JSON text for `ldp_vc`, the JWT for `vc+jwt`, the SD-JWT with all disclosures for
    /// `dc+sd-jwt`.
    pub document: String,
    /// RFC 7638 thumbprint.
    pub holder_key: String,
    /// Secret part of the receipt's URL.
    pub receipt_token: String,
    /// Shared by the copies of one response.
    pub notification_id: String,
    pub status: Status,
    pub delivery: Delivery,
    pub issued_at: Timestamp,
    pub valid_until: Timestamp,
    /// Which key of the request it is bound to: 0 for the first.
    pub batch_position: u32,
}

impl std::fmt::Debug for CredentialCopy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CredentialCopy")
            .field("id", &self.id)
            .field("configuration", &self.configuration)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// What the wallet said about it (OID4VCI 1.0, section 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    Issued,
    Accepted,
    Failed,
    Deleted,
}

impl Delivery {
    const ALL: [Self; 4] = [Self::Issued, Self::Accepted, Self::Failed, Self::Deleted];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::Deleted => "deleted",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|delivery| delivery.as_str() == text)
    }

    /// The values of section 11.1, which are case sensitive.
    #[must_use]
    pub fn from_event(event: &str) -> Option<Self> {
        match event {
            "credential_accepted" => Some(Self::Accepted),
            "credential_failure" => Some(Self::Failed),
            "credential_deleted" => Some(Self::Deleted),
            _ => None,
        }
    }
}
