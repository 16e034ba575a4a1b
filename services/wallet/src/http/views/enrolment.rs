//! Enrolment at the Fund.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::enrolment::EnrolmentStatus;

use super::{PartyView, SignatureBody};
use crate::app::enrolment::{Enrolment, EnrolmentError};

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InvitationBody {
    /// The Fund's address, from the link in the letter.
    pub fund: String,
    /// The nine-digit number.
    pub uid: String,
    pub code: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnrolmentKeyBody {
    pub device_key: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnrolmentKeySigned {
    pub device_key: String,
    pub signatures: Vec<SignatureBody>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentView {
    /// In this wallet.
    pub id: String,
    pub fund: PartyView,
    pub status: EnrolmentStatus,
}

impl EnrolmentView {
    pub fn new(id: &str, enrolment: &Enrolment) -> Result<Self, EnrolmentError> {
        let status = enrolment.status.clone().ok_or(EnrolmentError::Unknown)?;
        Ok(Self { id: id.to_owned(), fund: (&enrolment.fund).into(), status })
    }
}
