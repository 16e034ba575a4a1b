//! The JSON of `/v1`, beside the domain types it shows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use clock::Timestamp;
use holding::activity::Activity;
use holding::dcql::{Evaluation, Selection};
use holding::existence::{Existence, Progress as ExistenceProgress};
use holding::held::{SeenStatus, Standing};
use holding::labels::ShownClaim;
use holding::party::Party;
use holding::path;
use holding::presentation::Progress;
use holding::signing::ToSign;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::accounts::AccountOverview;
use crate::app::credentials::Kept;
use crate::app::offers::OfferState;
use crate::app::presentations::{Asked, is_asked, is_shown, withheld_paths};
use crate::app::signing::Signatures;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    pub id: String,
    pub created_at: DateTime<Utc>,
    pub passkeys: Vec<PasskeyView>,
    pub device_keys: Vec<DeviceKeyView>,
    pub sessions: Vec<SessionView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyView {
    pub id: String,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceKeyView {
    pub thumbprint: String,
    pub device: String,
    pub created_at: DateTime<Utc>,
    pub lost: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    pub id: String,
    pub device: String,
    pub created_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
    pub current: bool,
}

impl AccountView {
    pub fn new(overview: &AccountOverview, current: Option<&str>) -> Self {
        Self {
            id: overview.account.id.clone(),
            created_at: overview.account.created_at,
            passkeys: overview
                .passkeys
                .iter()
                .map(|passkey| PasskeyView {
                    id: passkey.credential_id.clone(),
                    name: passkey.name.clone(),
                    created_at: passkey.created_at,
                    last_used_at: passkey.last_used_at,
                })
                .collect(),
            device_keys: overview
                .device_keys
                .iter()
                .map(|key| DeviceKeyView {
                    thumbprint: key.thumbprint.clone(),
                    device: key.device.clone(),
                    created_at: key.created_at,
                    lost: key.lost_at.is_some(),
                })
                .collect(),
            sessions: overview
                .sessions
                .iter()
                .map(|session| SessionView {
                    id: session.id.clone(),
                    device: session.device.clone(),
                    created_at: session.created_at,
                    seen_at: session.seen_at,
                    current: Some(session.id.as_str()) == current,
                })
                .collect(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDeviceKey {
    /// P-256 public key as a JWK.
    #[schema(value_type = Object)]
    pub public_key: Value,
}

/// Nothing but an object.
#[derive(Deserialize, ToSchema)]
pub struct Empty {}

/// The other side: `name` is the organisation's registered name when `proven`, else the host.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartyView {
    pub name: String,
    pub proven: bool,
    pub host: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did: Option<String>,
}

impl From<&Party> for PartyView {
    fn from(party: &Party) -> Self {
        Self {
            name: party.name().to_owned(),
            proven: party.is_proven(),
            host: party.host.clone(),
            did: party.did.clone(),
        }
    }
}

/// Bytes for the device key: ES256 over `input` (base64url), answered as raw `r||s`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ToSignView {
    pub id: String,
    #[schema(example = "keyProof")]
    pub purpose: &'static str,
    pub input: String,
}

pub fn to_sign(items: Vec<ToSign>, purpose: &'static str) -> Vec<ToSignView> {
    items.into_iter().map(|item| ToSignView { id: item.id, purpose, input: base64url(&item.input) }).collect()
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignaturesBody {
    pub signatures: Vec<SignatureBody>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureBody {
    pub id: String,
    pub signature: String,
}

impl SignaturesBody {
    pub fn by_id(self) -> Signatures {
        self.signatures.into_iter().map(|item| (item.id, item.signature)).collect::<BTreeMap<_, _>>()
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfferLink {
    #[serde(default)]
    pub credential_offer_uri: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub credential_offer: Option<Value>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acceptance {
    /// Thumbprint of the device key the credentials will be bound to.
    pub device_key: String,
    #[serde(default)]
    pub tx_code: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferView {
    pub id: String,
    /// `opened`, `signing` or `received`.
    pub state: String,
    pub issuer: PartyView,
    pub credentials: Vec<OfferedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tx_code: Option<TransactionCodeView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferedView {
    pub configuration_id: String,
    pub format: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub claims: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<String>,
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
            issuer: (&offer.reception.issuer).into(),
            credentials: offer
                .reception
                .offered
                .iter()
                .enumerate()
                .map(|(slot, one)| OfferedView {
                    configuration_id: one.configuration_id.clone(),
                    format: one.format.clone(),
                    name: one.name.clone(),
                    description: one.description.clone(),
                    claims: one.labels.iter().map(|(_, label)| label.clone()).collect(),
                    credential_id: stored(slot),
                })
                .collect(),
            tx_code: offer.reception.transaction_code.as_ref().map(|code| TransactionCodeView {
                length: code.length,
                input_mode: if code.numeric { "numeric" } else { "text" },
                description: code.description.clone(),
            }),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferStep {
    pub offer: OfferView,
    pub to_sign: Vec<ToSignView>,
}

#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimView {
    #[schema(value_type = Vec<String>)]
    pub path: Vec<Value>,
    pub label: String,
    pub value: String,
    /// In a request: whether the claim goes out because it is asked for, or cannot be withheld.
    pub asked: bool,
}

impl ClaimView {
    fn new(claim: &ShownClaim, asked: bool) -> Self {
        Self {
            path: path::to_json(&claim.path),
            label: claim.label.clone(),
            value: claim.value.clone(),
            asked,
        }
    }
}

impl From<&ShownClaim> for ClaimView {
    fn from(claim: &ShownClaim) -> Self {
        Self::new(claim, false)
    }
}

#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    /// `valid`, `suspended`, `revoked`, `expired`, `notYetValid` or `unknown`.
    pub state: &'static str,
    pub label: &'static str,
    pub sentence: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<DateTime<Utc>>,
}

impl StatusView {
    pub fn new(standing: Standing, checked_at: Option<Timestamp>) -> Self {
        Self { state: standing.as_str(), label: standing.label(), sentence: standing.sentence(), checked_at }
    }
}

impl From<&SeenStatus> for StatusView {
    fn from(seen: &SeenStatus) -> Self {
        Self::new(seen.standing, Some(seen.checked_at))
    }
}

#[derive(Serialize, ToSchema)]
pub struct CredentialList {
    pub credentials: Vec<CredentialView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialView {
    pub id: String,
    pub format: String,
    pub types: Vec<String>,
    pub name: String,
    pub issuer: PartyView,
    pub received_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
    pub holder_key: String,
    pub offer_id: String,
    pub configuration_id: String,
    /// Whether the receipt of the anchor on the chain is here.
    pub anchored: bool,
    pub status: StatusView,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub receipt: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Vec<ClaimView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub credential: Option<Value>,
}

impl CredentialView {
    pub fn summary(kept: &Kept, now: Timestamp) -> Self {
        let Kept { row, held, annex } = kept;
        let checked_at = annex.status.as_ref().map(|seen| seen.checked_at);
        Self {
            id: row.id.clone(),
            format: held.format.clone(),
            types: held.types.clone(),
            name: held.name.clone(),
            issuer: (&held.issuer).into(),
            received_at: held.received_at,
            valid_from: held.valid_from,
            valid_until: held.valid_until,
            holder_key: held.holder_thumbprint.clone(),
            offer_id: row.offer.clone(),
            configuration_id: held.configuration_id.clone(),
            anchored: annex.receipt.is_some(),
            status: StatusView::new(held.standing(annex, now), checked_at),
            receipt: None,
            claims: None,
            credential: None,
        }
    }

    pub fn whole(kept: &Kept, now: Timestamp) -> Self {
        Self {
            receipt: kept.annex.receipt.clone(),
            claims: Some(kept.held.claims().iter().map(ClaimView::from).collect()),
            credential: Some(kept.held.credential.clone()),
            ..Self::summary(kept, now)
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestLink {
    pub client_id: String,
    pub request_uri: String,
    /// `get` (default) or `post`.
    #[serde(default)]
    pub request_uri_method: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Absent: what the wallet proposes.
    #[serde(default)]
    pub selection: Option<Vec<SelectionItem>>,
}

#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SelectionItem {
    pub query_id: String,
    pub credential_ids: Vec<String>,
}

impl Consent {
    pub fn selection(self) -> Option<Selection> {
        let items = self.selection?;
        Some(items.into_iter().map(|item| (item.query_id, item.credential_ids)).collect())
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresentationView {
    pub id: String,
    /// `asked`, `sending`, `sent`, `refused` or `failed`.
    pub state: &'static str,
    pub verifier: PartyView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    pub expires_at: DateTime<Utc>,
    pub anchor_receipts: bool,
    pub satisfiable: bool,
    pub queries: Vec<QueryView>,
    /// One of each required entry's alternatives must be answered whole.
    pub options: Vec<OptionView>,
    pub proposed: Vec<SelectionItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueryView {
    pub id: String,
    pub format: String,
    pub optional: bool,
    pub multiple: bool,
    pub candidates: Vec<CandidateView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CandidateView {
    pub credential_id: String,
    pub name: String,
    pub issuer_name: String,
    pub holder_key: String,
    pub status: StatusView,
    /// The format has no selective disclosure: every claim goes out.
    pub whole_credential: bool,
    pub claims: Vec<ClaimView>,
}

#[derive(Serialize, ToSchema)]
pub struct OptionView {
    pub required: bool,
    pub alternatives: Vec<Vec<String>>,
}

impl PresentationView {
    pub fn new(asked: &Asked, now: Timestamp) -> Self {
        let Asked { record, presentation, evaluation, .. } = asked;
        let (reason, redirect_uri) = match &presentation.progress {
            Progress::Sent { redirect_uri, .. } | Progress::Refused { redirect_uri, .. } => {
                (None, redirect_uri.clone())
            }
            Progress::Failed { reason } => (Some(reason.clone()), None),
            Progress::Asked | Progress::Prepared { .. } | Progress::Sending { .. } => (None, None),
        };
        Self {
            id: record.id.clone(),
            state: presentation.state(),
            verifier: (&presentation.verifier).into(),
            purpose: presentation.request.purpose.clone(),
            expires_at: presentation.request.expires_at,
            anchor_receipts: presentation.request.anchor_receipts,
            satisfiable: evaluation.is_satisfiable(),
            queries: queries(asked, now),
            options: evaluation
                .choices
                .iter()
                .map(|choice| OptionView {
                    required: choice.required,
                    alternatives: choice.alternatives.clone(),
                })
                .collect(),
            proposed: proposed(evaluation),
            reason,
            redirect_uri,
        }
    }
}

fn proposed(evaluation: &Evaluation) -> Vec<SelectionItem> {
    let selection = evaluation.proposed().unwrap_or_default();
    selection
        .into_iter()
        .map(|(query_id, credential_ids)| SelectionItem { query_id, credential_ids })
        .collect()
}

fn queries(asked: &Asked, now: Timestamp) -> Vec<QueryView> {
    let is_required = |id: &String| {
        asked
            .evaluation
            .choices
            .iter()
            .any(|choice| choice.required && choice.alternatives.iter().any(|ids| ids.contains(id)))
    };
    asked
        .evaluation
        .queries
        .iter()
        .map(|query| QueryView {
            id: query.id.clone(),
            format: query.format.clone(),
            optional: !is_required(&query.id),
            multiple: query.multiple,
            candidates: query
                .matches
                .iter()
                .filter_map(|matched| {
                    let kept = asked.credentials.iter().find(|kept| kept.row.id == matched.credential)?;
                    let withheld = withheld_paths(kept);
                    let whole = kept.held.is_w3c();
                    let claims = kept.held.claims();
                    let shown = claims
                        .iter()
                        .filter(|claim| whole || is_shown(&claim.path, &matched.disclose, &withheld));
                    let checked_at = kept.annex.status.as_ref().map(|seen| seen.checked_at);
                    Some(CandidateView {
                        credential_id: kept.row.id.clone(),
                        name: kept.held.name.clone(),
                        issuer_name: kept.held.issuer.name().to_owned(),
                        holder_key: kept.held.holder_thumbprint.clone(),
                        status: StatusView::new(kept.held.standing(&kept.annex, now), checked_at),
                        whole_credential: whole,
                        claims: shown
                            .map(|claim| ClaimView::new(claim, is_asked(&claim.path, &matched.disclose)))
                            .collect(),
                    })
                })
                .collect(),
        })
        .collect()
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresentationStep {
    pub presentation: PresentationView,
    pub to_sign: Vec<ToSignView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresentationResult {
    pub presentation: PresentationView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
}

impl PresentationResult {
    pub fn new(asked: &Asked, now: Timestamp) -> Self {
        let presentation = PresentationView::new(asked, now);
        Self { redirect_uri: presentation.redirect_uri.clone(), presentation }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExistenceLink {
    pub request_uri: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExistenceKey {
    pub device_key: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExistenceView {
    pub id: String,
    /// `opened`, `sending`, `answered`, `confirmed`, `refused` or `expired`.
    pub state: &'static str,
    pub organisation: PartyView,
    pub year: i64,
    pub given_name: String,
    pub expires_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The opened offer of the certificate, once confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer_id: Option<String>,
}

impl ExistenceView {
    pub fn new(id: &str, existence: &Existence) -> Self {
        let (reference, offer_id) = match &existence.progress {
            ExistenceProgress::Confirmed { reference, offer_id, .. } => (reference.clone(), offer_id.clone()),
            _ => (None, None),
        };
        Self {
            id: id.to_owned(),
            state: existence.state(),
            organisation: (&existence.fund).into(),
            year: existence.year,
            given_name: existence.given_name.clone(),
            expires_at: existence.expires_at,
            reference,
            offer_id,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SigningStep {
    pub to_sign: Vec<ToSignView>,
}

#[derive(Serialize, ToSchema)]
pub struct ActivityList {
    pub entries: Vec<ActivityView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    pub at: DateTime<Utc>,
    pub kind: &'static str,
    pub sentence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
}

impl From<(Timestamp, Activity)> for ActivityView {
    fn from((at, activity): (Timestamp, Activity)) -> Self {
        Self {
            at,
            kind: activity.kind(),
            sentence: activity.sentence(),
            who: activity.who().map(str::to_owned),
            claims: activity.claims().to_vec(),
        }
    }
}
