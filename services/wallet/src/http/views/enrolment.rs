//! Enrolment at the Fund.

use chrono::NaiveDate;
use entitlement::enrolment::{DocumentKind, IdentityDocument};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use web::Problem;
use wire::enrolment::EnrolmentStatus;

use super::{PartyView, Recognised, SignatureBody};
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
pub struct SeparationBody {
    /// The Fund's address, from its link.
    pub fund: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeparationStep {
    /// Path and query of this wallet's page that shows what is asked.
    pub present: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeparationReturn {
    /// From the address to which the verifier sent the person back.
    pub response_code: String,
}

/// What an officer at a station enters, and how the person shows that they are there: exactly one of `pin` and `assertion`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StationEnrolment {
    pub pin: Option<String>,
    /// AuthenticationResponseJSON of the person's card or key, in answer to a challenge for this act.
    #[schema(value_type = Option<Object>)]
    pub assertion: Option<Value>,
    /// How the officer knows who is there.
    pub recognised_by: Recognised,
    /// JPEG in base64url, at most 256 kB.
    pub picture: String,
    /// Needed where no Separation credential opened the enrolment.
    pub document: Option<SeenDocument>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeenDocument {
    /// `passport`, `card`, `permit` or `laissez`.
    pub kind: String,
    pub number: String,
    /// ISO 3166-1 alpha-3 of the state that issued it.
    pub state: String,
    /// The last day on which it is valid.
    pub expires_on: NaiveDate,
}

impl SeenDocument {
    pub fn read(self) -> Result<IdentityDocument, Problem> {
        let kind = DocumentKind::parse(&self.kind);
        let kind = kind.ok_or_else(|| Problem::bad_request("kind is passport, card, permit or laissez."))?;
        let state = self.state.trim().to_ascii_uppercase();
        Ok(IdentityDocument { kind, number: self.number, state, expires_on: self.expires_on })
    }
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
