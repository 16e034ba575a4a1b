//! Ways in: PINs, fresh proofs, names.

use chrono::{DateTime, Utc};
use holding::pin::PinAccess;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{SignatureBody, SignaturesBody, ToSignView, to_sign};
use crate::app::pins::{PinAnswer, PinStart};
use crate::app::signing::Signatures;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewName {
    pub name: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceKeyName {
    /// RFC 7638 thumbprint of the device's public key.
    pub thumbprint: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPin {
    /// 6 to 12 digits.
    pub pin: String,
}

/// A challenge, and what of it the device key signs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PinStartView {
    pub challenge: String,
    pub to_sign: Vec<ToSignView>,
}

impl From<PinStart> for PinStartView {
    fn from(start: PinStart) -> Self {
        Self { challenge: start.challenge, to_sign: to_sign(vec![start.to_sign], "pin") }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PinAnswerBody {
    pub challenge: String,
    /// 6 to 12 digits.
    pub pin: String,
    pub signatures: Vec<SignatureBody>,
}

/// An answer with its signatures by what was asked for.
pub struct ReadPinAnswer {
    challenge: String,
    pin: String,
    signatures: Signatures,
}

impl PinAnswerBody {
    pub fn read(self) -> ReadPinAnswer {
        let signatures = SignaturesBody { signatures: self.signatures }.by_id();
        ReadPinAnswer { challenge: self.challenge, pin: self.pin, signatures }
    }
}

impl ReadPinAnswer {
    pub fn borrow(&self) -> PinAnswer<'_> {
        PinAnswer { challenge: &self.challenge, pin: &self.pin, signatures: &self.signatures }
    }
}

/// Twenty letters and digits in groups of four; read in any case, with or without the strokes.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryCodeBody {
    pub code: String,
}

/// The code beside the browser's RegistrationResponseJSON.
#[derive(Deserialize, ToSchema)]
pub struct RecoveryAnswer {
    pub code: String,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub registration: Map<String, Value>,
}

/// A recovery code, and the key of the device that is to open the wallet with a PIN.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecoveryPinStart {
    pub code: String,
    /// EC P-256, public.
    #[schema(value_type = Object)]
    pub public_key: Value,
}

/// The number of a wallet, and the key of the device that is to open it with a PIN.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssistedPinStart {
    /// Twelve letters and digits, as the account shows them.
    pub wallet: String,
    /// EC P-256, public.
    #[schema(value_type = Object)]
    pub public_key: Value,
}

/// The code beside the answer of key and PIN.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryPinAnswer {
    pub code: String,
    pub challenge: String,
    /// 6 to 12 digits.
    pub pin: String,
    pub signatures: Vec<SignatureBody>,
}

impl RecoveryPinAnswer {
    /// The code, and the rest.
    pub fn read(self) -> (String, ReadPinAnswer) {
        let Self { code, challenge, pin, signatures } = self;
        (code, PinAnswerBody { challenge, pin, signatures }.read())
    }
}

/// A PIN as the person sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PinView {
    /// Of the device key that it goes with.
    pub thumbprint: String,
    pub created_at: DateTime<Utc>,
    pub locked: bool,
    pub tries_left: i64,
}

impl From<&PinAccess> for PinView {
    fn from(pin: &PinAccess) -> Self {
        Self {
            thumbprint: pin.thumbprint.clone(),
            created_at: pin.created_at,
            locked: pin.is_locked(),
            tries_left: pin.tries_left(),
        }
    }
}
