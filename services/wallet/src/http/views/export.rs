//! The file with everything that is kept of a person.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::account::{AccountView, ActivityView};
use super::credentials::CredentialView;
use crate::app::export::Export;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportView {
    pub exported_at: DateTime<Utc>,
    pub account: AccountView,
    /// Each with its claims, as it was issued, and with the receipt of its anchor.
    pub credentials: Vec<CredentialView>,
    pub activity: Vec<ActivityView>,
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
        }
    }
}
