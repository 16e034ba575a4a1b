//! Passkeys (WebAuthn) with user verification always required: a thin wrapper that keeps webauthn-rs in one place.
//!
//! Challenges and responses are the JSON of WebAuthn Level 3 (`toJSON`), so `passkey.js` passes them through.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::Url;
pub use webauthn_rs::prelude::Uuid;
use webauthn_rs::prelude::{
    COSEKey, COSEKeyType, CredentialID, DiscoverableAuthentication, DiscoverableKey, ECDSACurve, Passkey,
    PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Webauthn,
    WebauthnBuilder, WebauthnError,
};

/// One relying party. Cloning is cheap enough for app data.
#[derive(Clone, Debug)]
pub struct Passkeys {
    webauthn: Webauthn,
    rp_id: String,
}

/// A new passkey: keep `json`, look it up by `credential_id`.
#[derive(Clone, Debug)]
pub struct Registered {
    pub credential_id: Vec<u8>,
    pub json: String,
    /// The public key as COSE_Key bytes; absent for algorithms other than ES256.
    pub public_key_cose: Option<Vec<u8>>,
}

/// A successful sign-in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub credential_id: Vec<u8>,
    /// The passkey with its new counter, when it has to be stored again.
    pub updated_json: Option<String>,
}

/// Why a ceremony cannot start or did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    #[error("the relying party is misconfigured")]
    Configuration(#[source] WebauthnError),
    #[error("the stored passkey or ceremony cannot be read")]
    Stored(#[source] serde_json::Error),
    #[error("the browser's answer is not a WebAuthn response")]
    Form(#[source] serde_json::Error),
    #[error("the passkey was refused")]
    Refused(#[source] WebauthnError),
    #[error("no stored passkey matches this answer")]
    Unknown,
}

impl Passkeys {
    pub fn new(rp_id: &str, origin: &Url, rp_name: &str) -> Result<Self, PasskeyError> {
        let webauthn = WebauthnBuilder::new(rp_id, origin)
            .and_then(|builder| builder.rp_name(rp_name).build())
            .map_err(PasskeyError::Configuration)?;
        Ok(Self { webauthn, rp_id: rp_id.to_owned() })
    }

    #[must_use]
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// The challenge for the browser (`{"publicKey":{…}}`) and the state to keep until it answers.
    pub fn start_registration(
        &self,
        user_id: Uuid,
        name: &str,
        exclude: &[Vec<u8>],
    ) -> Result<(Value, String), PasskeyError> {
        let exclude: Vec<CredentialID> = exclude.iter().map(|id| CredentialID::from(id.clone())).collect();
        let (challenge, state) = self
            .webauthn
            .start_passkey_registration(user_id, name, name, Some(exclude))
            .map_err(PasskeyError::Refused)?;
        let mut challenge = serde_json::to_value(challenge).map_err(PasskeyError::Stored)?;
        if let Some(selection) = challenge.pointer_mut("/publicKey/authenticatorSelection") {
            // People sign in without typing a name, so the passkey must be discoverable.
            merge(selection, &json!({ "residentKey": "required", "requireResidentKey": true }));
        }
        Ok((challenge, serde_json::to_string(&state).map_err(PasskeyError::Stored)?))
    }

    pub fn finish_registration(&self, state: &str, response: &Value) -> Result<Registered, PasskeyError> {
        let state: PasskeyRegistration = serde_json::from_str(state).map_err(PasskeyError::Stored)?;
        let response: RegisterPublicKeyCredential = from_browser(response)?;
        let passkey =
            self.webauthn.finish_passkey_registration(&response, &state).map_err(PasskeyError::Refused)?;
        Ok(Registered {
            credential_id: passkey.cred_id().to_vec(),
            public_key_cose: cose_bytes(passkey.get_public_key()),
            json: serde_json::to_string(&passkey).map_err(PasskeyError::Stored)?,
        })
    }

    /// Starts a sign-in with one of these stored passkeys, or with any discoverable one when there are none.
    pub fn start_login(&self, passkeys: &[String]) -> Result<(Value, String), PasskeyError> {
        let (challenge, state) = if passkeys.is_empty() {
            let (challenge, state) =
                self.webauthn.start_discoverable_authentication().map_err(PasskeyError::Refused)?;
            (serde_json::to_value(challenge), json!({ "discoverable": state }))
        } else {
            let stored: Result<Vec<Passkey>, _> =
                passkeys.iter().map(|json| serde_json::from_str(json)).collect();
            let (challenge, state) = self
                .webauthn
                .start_passkey_authentication(&stored.map_err(PasskeyError::Stored)?)
                .map_err(PasskeyError::Refused)?;
            (serde_json::to_value(challenge), json!({ "named": state }))
        };
        let mut challenge = challenge.map_err(PasskeyError::Stored)?;
        if let Some(challenge) = challenge.as_object_mut() {
            // webauthn-rs asks for autofill; our pages have a button.
            challenge.remove("mediation");
        }
        Ok((challenge, state.to_string()))
    }

    /// Who a discoverable answer claims to be: account and credential id, to find the stored passkey by.
    pub fn identify(&self, response: &Value) -> Result<(Uuid, Vec<u8>), PasskeyError> {
        let response: PublicKeyCredential = from_browser(response)?;
        let (user, credential) =
            self.webauthn.identify_discoverable_authentication(&response).map_err(PasskeyError::Refused)?;
        Ok((user, credential.to_vec()))
    }

    /// Verifies the answer against the stored passkey it names (for discoverable ones: see [`Self::identify`]).
    pub fn finish_login(
        &self,
        state: &str,
        response: &Value,
        passkeys: &[String],
    ) -> Result<SignedIn, PasskeyError> {
        let response: PublicKeyCredential = from_browser(response)?;
        let mut state: Value = serde_json::from_str(state).map_err(PasskeyError::Stored)?;
        let mut passkey = find(passkeys, response.get_credential_id())?;
        let result = if let Some(state) = state.get_mut("discoverable") {
            let state: DiscoverableAuthentication =
                serde_json::from_value(state.take()).map_err(PasskeyError::Stored)?;
            let key = DiscoverableKey::from(&passkey);
            self.webauthn.finish_discoverable_authentication_v2(&response, state, &key)
        } else {
            let state = state.get_mut("named").map(Value::take).unwrap_or_default();
            let state: PasskeyAuthentication = serde_json::from_value(state).map_err(PasskeyError::Stored)?;
            self.webauthn.finish_passkey_authentication(&response, &state)
        };
        let result = result.map_err(PasskeyError::Refused)?;
        let changed = passkey.update_credential(&result) == Some(true);
        let updated = changed.then(|| serde_json::to_string(&passkey)).transpose();
        Ok(SignedIn {
            credential_id: passkey.cred_id().to_vec(),
            updated_json: updated.map_err(PasskeyError::Stored)?,
        })
    }
}

/// The challenge inside a start answer, base64url: a key under which to keep the state.
#[must_use]
pub fn challenge_of(start: &Value) -> Option<&str> {
    start.pointer("/publicKey/challenge").and_then(Value::as_str)
}

/// The challenge a browser's answer responds to, from its `clientDataJSON`; unverified until the ceremony ends.
#[must_use]
pub fn answered_challenge(response: &Value) -> Option<String> {
    let data = response.pointer("/response/clientDataJSON")?.as_str()?;
    let data = URL_SAFE_NO_PAD.decode(data.trim_end_matches('=')).ok()?;
    let data: Value = crate::json::parse(&data, 4).ok()?;
    data.get("challenge")?.as_str().map(str::to_owned)
}

fn find(passkeys: &[String], credential_id: &[u8]) -> Result<Passkey, PasskeyError> {
    for json in passkeys {
        let passkey: Passkey = serde_json::from_str(json).map_err(PasskeyError::Stored)?;
        if passkey.cred_id().as_slice() == credential_id {
            return Ok(passkey);
        }
    }
    Err(PasskeyError::Unknown)
}

fn from_browser<T: serde::de::DeserializeOwned>(response: &Value) -> Result<T, PasskeyError> {
    serde_json::from_value(response.clone()).map_err(PasskeyError::Form)
}

fn merge(into: &mut Value, members: &Value) {
    if let (Some(into), Some(members)) = (into.as_object_mut(), members.as_object()) {
        into.extend(members.clone());
    }
}

/// RFC 9052, 7 and RFC 9053, 7.1: the COSE_Key of an ES256 key in deterministic CBOR.
fn cose_bytes(key: &COSEKey) -> Option<Vec<u8>> {
    let COSEKeyType::EC_EC2(ec) = &key.key else { return None };
    let (x, y): (&[u8], &[u8]) = (ec.x.as_ref(), ec.y.as_ref());
    if ec.curve != ECDSACurve::SECP256R1 || x.len() != 32 || y.len() != 32 {
        return None;
    }
    // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
    let mut cbor = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    cbor.extend_from_slice(x);
    cbor.extend_from_slice(&[0x22, 0x58, 0x20]);
    cbor.extend_from_slice(y);
    Some(cbor)
}
