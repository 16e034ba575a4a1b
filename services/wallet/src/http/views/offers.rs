//! Offers and what they bring.

use holding::dcql::SD_JWT;
use holding::reception::Reception;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{PartyView, ToSignView};
use crate::app::offers::OfferState;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfferLink {
    #[serde(default)]
    pub credential_offer_uri: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub credential_offer: Option<Value>,
    /// Nobody offered it: the person asks this issuer for it, by signing in there.
    #[serde(default)]
    pub wish: Option<Wish>,
}

/// What somebody would like to have.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wish {
    /// An issuer's identifier (OID4VCI 1.0, 12.2.1).
    pub credential_issuer: String,
    pub credential_configuration_ids: Vec<String>,
    /// 16 to 64 letters, digits and hyphens, made anew for each wish: asked again with the same, it is the same offer.
    pub attempt: String,
}

/// With what a browser came back from an issuer, as its address said it (RFC 6749, 4.1.2; RFC 9207).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationBody {
    pub state: String,
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub iss: Option<String>,
    #[serde(default)]
    pub error: Option<String>,
}

/// Where the browser goes to sign in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizationView {
    pub url: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acceptance {
    /// Thumbprint of the device key the credentials will be bound to.
    pub device_key: String,
    #[serde(default)]
    pub tx_code: Option<String>,
    /// Public keys as JWK that serve nothing else: of P-256 at most `furtherKeys`, one further copy for each; of Ed25519 at most
    /// `ed25519Keys`, and one at least where there is room for any.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub copy_keys: Vec<Value>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferView {
    pub id: String,
    /// `opened`, `signing`, `waiting`, `received` or `refused`.
    pub state: String,
    /// `possible` beside a code, `needed` where there is no other way, `done` when the person is back; absent where nobody can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<&'static str>,
    /// Where the person signs in, when that is another site than the issuer's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_host: Option<String>,
    pub issuer: PartyView,
    pub credentials: Vec<OfferedView>,
    /// How many keys beside the device's may be proven, each for a copy of its own.
    pub further_keys: usize,
    /// How many Ed25519 keys may be named, where the issuer takes no other kind for something of it; none elsewhere.
    pub ed25519_keys: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tx_code: Option<TransactionCodeView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferedView {
    pub configuration_id: String,
    pub format: String,
    /// It can be shown in parts.
    pub in_parts: bool,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub claims: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<String>,
    /// `waiting` while the organisation has not released it, `refused` when it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<&'static str>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransactionCodeView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// `numeric` or `text`.
    pub input_mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl From<&OfferState> for OfferView {
    fn from(offer: &OfferState) -> Self {
        let stored = |slot: usize| {
            offer.stored.iter().find(|row| usize::try_from(row.slot) == Ok(slot)).map(|row| row.id.clone())
        };
        Self {
            id: offer.record.id.clone(),
            state: offer.reception.state().to_owned(),
            sign_in: sign_in(&offer.reception),
            sign_in_host: offer.reception.sign_in_host(),
            issuer: (&offer.reception.issuer).into(),
            credentials: offer
                .reception
                .offered
                .iter()
                .enumerate()
                .map(|(slot, one)| OfferedView {
                    configuration_id: one.configuration_id.clone(),
                    format: one.format.clone(),
                    // Older offers say it by their format alone.
                    in_parts: one.in_parts || one.format == SD_JWT,
                    name: one.name.clone(),
                    description: one.description.clone(),
                    claims: one.labels.iter().map(|(_, label)| label.clone()).collect(),
                    credential_id: stored(slot),
                    release: release(&offer.reception, slot),
                })
                .collect(),
            further_keys: offer.reception.places().copies,
            ed25519_keys: offer.reception.places().own,
            tx_code: offer.reception.transaction_code.as_ref().map(|code| TransactionCodeView {
                length: code.length,
                input_mode: if code.numeric { "numeric" } else { "text" },
                description: code.description.clone(),
            }),
        }
    }
}

/// A token that is over by the time it is used is refused then, and the page leads to the sign-in again.
fn sign_in(reception: &Reception) -> Option<&'static str> {
    let authorization = reception.authorization.as_ref()?;
    Some(match (authorization.granted.is_some(), reception.signs_in) {
        (true, _) => "done",
        (false, true) => "needed",
        (false, false) => "possible",
    })
}

fn release(reception: &Reception, slot: usize) -> Option<&'static str> {
    if reception.refused.contains(&slot) {
        return Some("refused");
    }
    reception.deferred.iter().any(|one| one.slot == slot).then_some("waiting")
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferStep {
    pub offer: OfferView,
    pub to_sign: Vec<ToSignView>,
}
