//! Visits at a desk.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SignatureBody;
use crate::app::custody::Signed;
use crate::app::signing::Signatures;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustody {
    /// 6 to 12 digits, chosen and typed by the person.
    pub pin: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskVisit {
    /// The number of the wallet.
    pub wallet: String,
    /// Typed by the person.
    pub pin: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskReset {
    /// The recovery code, from the person's paper.
    pub code: String,
    /// Another PIN, chosen and typed by the person.
    pub pin: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskPin {
    pub pin: String,
}

/// What is to be signed: an offer's key proofs, or an answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskWork {
    pub of: DeskRecord,
    pub id: String,
    /// Typed by the person.
    pub pin: String,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum DeskRecord {
    Offers,
    Presentations,
}

impl From<DeskRecord> for Signed {
    fn from(of: DeskRecord) -> Self {
        match of {
            DeskRecord::Offers => Self::Offer,
            DeskRecord::Presentations => Self::Presentation,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct DeskView {
    /// The number of the wallet, under which it is found again.
    pub number: String,
}

#[derive(Serialize, ToSchema)]
pub struct DeskSignatures {
    pub signatures: Vec<SignatureBody>,
}

impl From<Signatures> for DeskSignatures {
    fn from(signatures: Signatures) -> Self {
        let signed = signatures.into_iter().map(|(id, signature)| SignatureBody { id, signature });
        Self { signatures: signed.collect() }
    }
}
