//! The yearly proof without a network: what the phone takes along, and what it brings back.
//!
//! The challenge is the Fund's, lives for days and serves once. The phone takes the pictures, asks the passkey and signs with its
//! key when the person is there; all of it waits sealed on the phone and comes here when there is a network, once.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use holding::device::told_kind;
use holding::existence::{self, Ahead, Existence, Progress};
use holding::signing::{self, SignatureFault, ToSign};
use serde_json::{Value, json};
use store_wallet::records::{Record, Table};
use wire::existence::{AheadChallenge, CapturedPlace, ExistenceAnswer};

use super::existence::{ExistenceError, TO_SIGN};
use super::fault::RemoteFault;
use super::issuers::parse;
use super::{ALONE_SECONDS, Person, Wallet};

/// What a phone needs to make a proof alone.
pub struct TakenAlong {
    pub existence: Existence,
    pub ahead: Ahead,
    /// As it will stand in the answer.
    pub holder_key: Value,
    /// PublicKeyCredentialRequestOptionsJSON.
    pub public_key: Value,
    /// Identifiers and COSE keys of the passkeys that can answer, in base64url.
    pub passkeys: Vec<(String, String)>,
    pub rp_id: String,
    pub origin: String,
}

/// A proof that was made without a network. Its pictures came before it, one by one.
pub struct MadeAhead {
    pub device_key: String,
    /// RFC 3339, in seconds.
    pub captured_at: String,
    pub frames: u8,
    pub place: Option<CapturedPlace>,
    /// As it was taken along and signed; a page of an earlier version signs none.
    pub device_kind: Option<String>,
    /// AuthenticationResponseJSON.
    pub assertion: Value,
    /// Of the device key, base64url.
    pub signature: String,
}

impl Wallet {
    /// Fetches a challenge to be answered later.
    pub async fn take_existence_along(
        &self,
        person: &Person,
        id: &str,
        device_key: &str,
    ) -> Result<TakenAlong, ExistenceError> {
        let (record, mut existence) = self.known_existence(person, id).await?;
        let key = self.usable_key(&person.account, device_key).await?.ok_or(ExistenceError::DeviceKey)?;
        let known = self.store.read().await?.list_passkeys(&person.account).await?;
        let passkeys: Vec<_> = known
            .into_iter()
            .filter_map(|passkey| Some((passkey.credential_id, URL_SAFE_NO_PAD.encode(passkey.public_key?))))
            .collect();
        if passkeys.is_empty() || person.desk.is_some() {
            return Err(ExistenceError::NoPasskey);
        }
        let mut ahead = self.fetch_ahead(&existence.request_uri).await?;
        let asked = ahead.capture.as_ref();
        ahead.device_kind = asked.and_then(|asked| told_kind(asked, &person.session.device));
        existence.ahead = Some(ahead.clone());
        let challenge = existence.webauthn_challenge_of(&ahead.challenge, device_key)?;
        let allowed = passkeys.iter().map(|(id, _)| json!({ "type": "public-key", "id": id }));
        let public_key = json!({
            "challenge": URL_SAFE_NO_PAD.encode(challenge),
            "rpId": self.passkeys.rp_id(),
            "allowCredentials": allowed.collect::<Vec<_>>(),
            "userVerification": "required",
            "timeout": 300_000,
        });
        let moved =
            self.moved(&person.data_key, Table::Existences, &record, existence.state(), &existence)?;
        self.replace("take_existence_along", Table::Existences, moved).await?;
        Ok(TakenAlong {
            existence,
            ahead,
            holder_key: key.to_jwk(),
            public_key,
            passkeys,
            rp_id: self.passkeys.rp_id().to_owned(),
            origin: self.origin.clone(),
        })
    }

    pub(super) async fn fetch_ahead(&self, request_uri: &str) -> Result<Ahead, ExistenceError> {
        let url = parse(&format!("{}/offline-challenge", request_uri.trim_end_matches('/')))?;
        let reply = self.outbound.post_json(&url, &json!({}), &[("accept", "application/json")]).await;
        let reply = reply.map_err(RemoteFault::from)?;
        match reply.status {
            200 => {
                let got: AheadChallenge =
                    reply.json().map_err(|_| RemoteFault::Form("challenge to be answered later"))?;
                Ok(Ahead {
                    challenge: got.challenge,
                    expires_at: got.expires_at,
                    capture: got.capture,
                    device_kind: None,
                })
            }
            404 | 410 => Err(ExistenceError::Gone),
            409 => Err(existence::StepFault::Answered.into()),
            status => Err(RemoteFault::Status { status, code: None }.into()),
        }
    }

    /// Stores a proof that was made without a network, and sends it. Brought again, it is found here and not sent twice.
    pub async fn bring_existence_back(
        &self,
        person: &Person,
        id: &str,
        made: &MadeAhead,
    ) -> Result<(Record, Existence), ExistenceError> {
        let (record, mut existence) = self.known_existence(person, id).await?;
        match existence.progress {
            Progress::Sending { .. } => {
                return self.send_existence(&person.data_key, record, existence).await;
            }
            Progress::Answered { .. }
            | Progress::Confirmed { .. }
            | Progress::Refused
            | Progress::Expired => return Ok((record, existence)),
            Progress::Opened | Progress::Asserting { .. } | Progress::Signing { .. } => {}
        }
        let ahead = existence.may_answer_ahead(self.now())?;
        let challenge = ahead.challenge.clone();
        let device_kind = made.device_kind.clone().filter(|_| made.frames > 0);
        if device_kind.is_some() && device_kind != ahead.device_kind {
            return Err(SignatureFault::Wrong.into());
        }
        let captured_at = &made.captured_at;
        if captured_at.len() > 30 || captured_at.parse::<clock::Timestamp>().is_err() {
            return Err(ExistenceError::Time);
        }
        let key = self.usable_key(&person.account, &made.device_key).await?;
        let key = key.ok_or(ExistenceError::DeviceKey)?;
        let (parts, capture) = match made.frames {
            0 => (Vec::new(), None),
            frames => {
                let (parts, capture) = existence.bundle(frames, made.place.clone())?;
                (parts, Some(capture))
            }
        };
        let answer = self.by_passkey(person, &existence, (&challenge, &key), &made.assertion).await?;
        let captured_at = Some(captured_at.clone());
        let mut answer = ExistenceAnswer { parts, capture, captured_at, device_kind, ..answer };
        let input = existence::device_signing_input(&answer)?;
        let asked = ToSign { id: TO_SIGN.to_owned(), input, key: None };
        let signatures = [(TO_SIGN.to_owned(), made.signature.clone())].into();
        let checked = signing::check(std::slice::from_ref(&asked), &signatures, &key)?;
        let signature = checked.get(TO_SIGN).ok_or(SignatureFault::Missing)?;
        answer.device_signature = URL_SAFE_NO_PAD.encode(signature);
        existence.progress = Progress::Sending { answer };
        existence.frames.clear();
        let mut moved =
            self.moved(&person.data_key, Table::Existences, &record, existence.state(), &existence)?;
        moved.resend_due_at = Some(self.now() + Duration::seconds(ALONE_SECONDS));
        let record = self.replace("bring_existence_back", Table::Existences, moved).await?;
        self.send_existence(&person.data_key, record, existence).await
    }
}
