//! The JSON of `/v1`, beside the domain types it shows.

mod access;
mod account;
mod credentials;
mod desk;
mod desk_queue;
mod enrolment;
mod existence;
mod export;
mod mandates;
mod offers;
mod officers;
mod offline;
mod presentations;
mod sharings;
mod stations;
mod year;

use std::collections::BTreeMap;

use holding::party::Party;
use holding::signing::ToSign;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use access::{
    AssistedPinStart, DeviceKeyName, NewName, NewPin, PinAnswerBody, PinStartView, PinView, RecoveryAnswer,
    RecoveryCodeBody, RecoveryPinAnswer, RecoveryPinStart,
};
pub use account::{AccountView, ActivityList, DeviceKeyView, NewDeviceKey};
pub use credentials::{
    CardChoice, CardView, ClaimView, CredentialList, CredentialStatusView, CredentialView, StatusView,
    StatusesView,
};
pub use desk::{
    DeskKeyView, DeskKeysView, DeskPresence, DeskReset, DeskSignatures, DeskView, DeskVisit, DeskWork,
    KeyUseBody, NewCustody, presence,
};
pub use desk_queue::{QueueReady, QueueTaken, SealedProof};
pub use enrolment::{
    EnrolmentKeyBody, EnrolmentKeySigned, EnrolmentView, InvitationBody, SeenDocument, SeparationBody,
    SeparationReturn, SeparationStep, StationEnrolment,
};
pub use existence::{
    AheadAnswer, AheadKey, AheadPasskey, AheadView, AppealBody, ExistenceKey, ExistenceLink, ExistenceView,
    FrameBody, SigningStep,
};
pub use export::ExportView;
pub use mandates::{
    Confirmed, MandateAct, MandateKind, MandateView, MandatesView, NewMandate, OfficerMandateView,
    OfficerMandatesView, RepresentativeView, RepresentativeVisit,
};
pub use offers::{Acceptance, AuthorizationBody, AuthorizationView, OfferLink, OfferStep, OfferView, Wish};
pub use officers::{
    Agreement, HelpAsked, HelpCode, HelpView, NewOfficer, OfficerLinkView, Refusal, WalletNumber,
};
pub use offline::CredentialCopy;
pub use presentations::{
    CandidateView, Consent, PresentationResult, PresentationStep, PresentationView, QueryView, RequestLink,
};
pub use sharings::{SharingList, SharingView};
pub use stations::{DeskProof, NewStation, Recognised, StationView, StationsView};
pub use year::{YearQuestion, YearView};

use crate::app::signing::Signatures;
use crate::words::Words;

/// Nothing but an object.
#[derive(Deserialize, ToSchema)]
pub struct Empty {}

/// The other side: `name` is the organisation's registered name when `proven`, the one in its certificate when `certified`,
/// else the host.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartyView {
    pub name: String,
    pub proven: bool,
    /// A certificate names it, by an authority that this wallet trusts.
    pub certified: bool,
    pub host: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did: Option<String>,
    /// What it calls itself in other languages, by their codes. Nobody proved these.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
}

impl From<&Party> for PartyView {
    fn from(party: &Party) -> Self {
        Self {
            name: party.name().to_owned(),
            proven: party.is_proven(),
            certified: party.is_certified(),
            host: party.host.clone(),
            did: party.did.clone(),
            names: own_names(party),
        }
    }
}

impl PartyView {
    /// What it calls itself in the reader's language, where that is not the name that is proven.
    #[must_use]
    pub fn own_name(&self, words: &Words) -> Option<&str> {
        self.names.get(words.language().code()).map(String::as_str)
    }
}

fn own_names(party: &Party) -> BTreeMap<String, String> {
    let own = |code: &String| Some((code.clone(), party.own_name(code)?.to_owned()));
    party.names.keys().filter_map(own).collect()
}

/// Bytes for the device key: ES256 over `input` (base64url), answered as raw `r||s`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ToSignView {
    pub id: String,
    #[schema(example = "keyProof")]
    pub purpose: &'static str,
    pub input: String,
    /// The thumbprint of the key that signs, where it is one of a copy and not the device's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

pub fn to_sign(items: Vec<ToSign>, purpose: &'static str) -> Vec<ToSignView> {
    let view =
        |item: ToSign| ToSignView { id: item.id, purpose, input: base64url(&item.input), key: item.key };
    items.into_iter().map(view).collect()
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

#[derive(Deserialize, Serialize, ToSchema)]
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
