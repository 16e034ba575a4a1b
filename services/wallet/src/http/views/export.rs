//! The file with everything that is kept of a person.

use chrono::{DateTime, Utc};
use holding::presentation::Presentation;
use holding::reception::Reception;
use holding::sharing::Receipt;
use serde::Serialize;
use store_wallet::records::Record;
use utoipa::ToSchema;

use super::account::{AccountView, ActivityView};
use super::credentials::CredentialView;
use super::sharings::SharingView;
use super::{DeskKeyView, EnrolmentView, ExistenceView, MandateView, PartyView};
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
    /// The yearly proofs, each with the Fund's receipt.
    pub proofs: Vec<ExistenceView>,
    pub enrolments: Vec<EnrolmentView>,
    /// Who asked to see something and for what, whether it was answered or not.
    pub requests: Vec<ExportedRequest>,
    /// Who offered something.
    pub offers: Vec<ExportedOffer>,
    pub mandates: Vec<MandateView>,
    /// Cards and keys for desks.
    pub desk_keys: Vec<DeskKeyView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedRequest {
    pub id: String,
    pub verifier: PartyView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// `asked`, `sending`, `sent`, `refused` or `failed`.
    pub state: String,
    pub opened_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedOffer {
    pub id: String,
    pub issuer: PartyView,
    pub state: String,
    pub opened_at: DateTime<Utc>,
}

impl From<(Record, Presentation)> for ExportedRequest {
    fn from((record, presentation): (Record, Presentation)) -> Self {
        Self {
            id: record.id,
            verifier: (&presentation.verifier).into(),
            purpose: presentation.request.purpose,
            state: record.state,
            opened_at: record.created_at,
        }
    }
}

impl From<(Record, Reception)> for ExportedOffer {
    fn from((record, reception): (Record, Reception)) -> Self {
        Self {
            id: record.id,
            issuer: (&reception.issuer).into(),
            state: record.state,
            opened_at: record.created_at,
        }
    }
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
            proofs: export
                .proofs
                .iter()
                .map(|(record, proof)| ExistenceView::new(&record.id, proof))
                .collect(),
            // One that the Fund never answered says nothing yet.
            enrolments: export
                .enrolments
                .iter()
                .filter_map(|(record, enrolment)| EnrolmentView::new(&record.id, enrolment).ok())
                .collect(),
            requests: export.requests.into_iter().map(Into::into).collect(),
            offers: export.offers.into_iter().map(Into::into).collect(),
            mandates: export.mandates.iter().map(MandateView::from).collect(),
            desk_keys: export.desk_keys.iter().map(DeskKeyView::from).collect(),
        }
    }
}
