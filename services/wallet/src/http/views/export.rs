//! The file with everything that is kept of a person.

use chrono::{DateTime, Utc};
use holding::sharing::Receipt;
use serde::Serialize;
use utoipa::ToSchema;

use super::account::{AccountView, ActivityView};
use super::credentials::CredentialView;
use super::sharings::SharingView;
use crate::app::export::Export;
use crate::app::sharings::KeptSharing;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportView {
    pub exported_at: DateTime<Utc>,
    pub account: AccountView,
    /// Each with its claims, as it was issued, and with the receipt of its anchor.
    pub credentials: Vec<CredentialView>,
    pub activity: Vec<ActivityView>,
    /// What was shared with whom; each receipt as it was signed.
    pub sharings: Vec<ExportedSharing>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedSharing {
    #[serde(flatten)]
    pub sharing: SharingView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_jwt: Option<String>,
}

impl From<KeptSharing> for ExportedSharing {
    fn from(kept: KeptSharing) -> Self {
        let sharing = SharingView::from(&kept);
        let receipt_jwt = match kept.sharing.receipt {
            Receipt::Signed { jwt, .. } => Some(jwt),
            _ => None,
        };
        Self { sharing, receipt_jwt }
    }
}

impl From<Export> for ExportView {
    fn from(export: Export) -> Self {
        Self {
            exported_at: export.at,
            account: AccountView::new(&export.account, None),
            credentials: export
                .credentials
                .iter()
                .map(|kept| CredentialView::whole(kept, export.at))
                .collect(),
            activity: export.activity.into_iter().map(Into::into).collect(),
            sharings: export.sharings.into_iter().map(Into::into).collect(),
        }
    }
}
