//! Visits at a desk.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store_wallet::desk_keys::DeskKey;
use utoipa::ToSchema;
use web::Problem;

use super::SignatureBody;
use crate::app::custody::Signed;
use crate::app::desk_keys::{KeyUse, Presence};
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

/// How the person shows that they are there: exactly one of both.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskPresence {
    /// Typed by the person.
    pub pin: Option<String>,
    /// AuthenticationResponseJSON of their card or key, in answer to a challenge for this act.
    #[schema(value_type = Option<Object>)]
    pub assertion: Option<Value>,
}

/// Reads what shows that the person is there.
pub fn presence<'a>(pin: Option<&'a String>, assertion: Option<&'a Value>) -> Result<Presence<'a>, Problem> {
    match (pin, assertion) {
        (Some(pin), None) => Ok(Presence::Pin(pin)),
        (None, Some(assertion)) => Ok(Presence::Key(assertion)),
        _ => Err(Problem::bad_request("Send either pin or assertion.")),
    }
}

/// What is to be signed: an offer's key proofs, or an answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskWork {
    pub of: DeskRecord,
    pub id: String,
    /// Typed by the person.
    pub pin: Option<String>,
    /// In the place of the PIN: AuthenticationResponseJSON of their card or key, in answer to a challenge for this act.
    #[schema(value_type = Option<Object>)]
    pub assertion: Option<Value>,
}

/// For which act a card or key is asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyUseBody {
    /// `proof`, a fresh proof, is of nothing else; the others name the record.
    pub of: KeyUseOf,
    pub id: Option<String>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum KeyUseOf {
    Proof,
    Offers,
    Presentations,
    Existence,
    Enrolments,
    Years,
}

impl KeyUseBody {
    pub fn read(&self) -> Result<KeyUse<'_>, Problem> {
        match (self.of, self.id.as_deref()) {
            (KeyUseOf::Proof, None) => Ok(KeyUse::Proof),
            (KeyUseOf::Offers, Some(id)) => Ok(KeyUse::Signature(Signed::Offer, id)),
            (KeyUseOf::Presentations, Some(id)) => Ok(KeyUse::Signature(Signed::Presentation, id)),
            (KeyUseOf::Years, Some(id)) => Ok(KeyUse::Signature(Signed::Year, id)),
            (KeyUseOf::Existence, Some(id)) => Ok(KeyUse::Existence(id)),
            (KeyUseOf::Enrolments, Some(id)) => Ok(KeyUse::Enrolment(id)),
            _ => Err(Problem::bad_request("Name the record in id; a fresh proof has none.")),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeskKeyView {
    pub id: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct DeskKeysView {
    pub keys: Vec<DeskKeyView>,
}

impl From<&DeskKey> for DeskKeyView {
    fn from(key: &DeskKey) -> Self {
        Self { id: key.credential_id.clone(), created_at: key.created_at, last_used_at: key.last_used_at }
    }
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum DeskRecord {
    Offers,
    Presentations,
    /// What is asked of the Fund about the yearly proof; named by the enrolment.
    Years,
}

impl From<DeskRecord> for Signed {
    fn from(of: DeskRecord) -> Self {
        match of {
            DeskRecord::Offers => Self::Offer,
            DeskRecord::Presentations => Self::Presentation,
            DeskRecord::Years => Self::Year,
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
