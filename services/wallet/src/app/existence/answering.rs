//! The person answers: the passkey over request and device key, then the device key over the whole.

use super::{ExistenceError, FLAGS_PRESENT_AND_VERIFIED, Pictures, TO_SIGN};
use crate::app::accounts::decode;
use crate::app::signing::Signatures;
use crate::app::{Person, Wallet};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holding::device::told_kind;
use holding::existence::{self, Existence, Progress, StepFault};
use holding::signing::{self, SignatureFault, ToSign};
use serde_json::{Value, json};
use store_wallet::records::{Record, Table};
use wire::existence::{AnswerPasskey, Assertion, ExistenceAnswer};

impl Wallet {
    /// The options for `navigator.credentials.get`, with a challenge that names request and device key.
    pub async fn prepare_existence(
        &self,
        person: &Person,
        id: &str,
        device_key: &str,
        pictures: Pictures,
    ) -> Result<Value, ExistenceError> {
        let (record, mut existence) = self.existence_record(person, id).await?;
        existence.may_answer(self.now())?;
        let capture = match pictures {
            Pictures { frames: 0, .. } => None,
            Pictures { frames, place } => {
                let place = place.map(|place| self.salted(place));
                Some(existence.bundle(frames, place)?)
            }
        };
        self.usable_key(&person.account, device_key).await?.ok_or(ExistenceError::DeviceKey)?;
        let passkeys = self.store.read().await?.list_passkeys(&person.account).await;
        let allowed: Vec<Value> = passkeys?
            .iter()
            .filter(|passkey| passkey.public_key.is_some())
            .map(|passkey| json!({ "type": "public-key", "id": passkey.credential_id }))
            .collect();
        if allowed.is_empty() {
            return Err(ExistenceError::NoPasskey);
        }
        let challenge = existence.webauthn_challenge(device_key)?;
        let (parts, capture) = capture.map_or((Vec::new(), None), |(parts, capture)| (parts, Some(capture)));
        existence.progress = Progress::Asserting { holder_thumbprint: device_key.to_owned(), parts, capture };
        let moved =
            self.moved(&person.data_key, Table::Existences, &record, existence.state(), &existence)?;
        self.replace("prepare_existence", Table::Existences, moved).await?;
        Ok(json!({ "publicKey": {
            "challenge": URL_SAFE_NO_PAD.encode(challenge),
            "rpId": self.passkeys.rp_id(),
            "allowCredentials": allowed,
            "userVerification": "required",
            "timeout": 300_000,
        } }))
    }

    /// Takes the passkey's answer and gives the page the bundle to sign with the device key.
    pub async fn assert_existence(
        &self,
        person: &Person,
        id: &str,
        response: &Value,
    ) -> Result<ToSign, ExistenceError> {
        let (record, mut existence) = self.existence_record(person, id).await?;
        existence.may_answer(self.now())?;
        let (thumbprint, parts, capture) = match existence.progress.clone() {
            Progress::Asserting { holder_thumbprint, parts, capture } => (holder_thumbprint, parts, capture),
            Progress::Signing { holder_thumbprint, answer } => {
                (holder_thumbprint, answer.parts, answer.capture)
            }
            _ => return Err(StepFault::NotPrepared.into()),
        };
        let key = self.usable_key(&person.account, &thumbprint).await?.ok_or(ExistenceError::DeviceKey)?;
        let challenge = existence.challenge.clone();
        let answer = self.by_passkey(person, &existence, (&challenge, &key), response).await?;
        let asked = existence.capture.as_ref().filter(|_| capture.is_some());
        let device_kind = asked.and_then(|asked| told_kind(asked, &person.session.device));
        let answer = ExistenceAnswer { parts, capture, device_kind, ..answer };
        let input = existence::device_signing_input(&answer)?;
        existence.progress = Progress::Signing { holder_thumbprint: thumbprint, answer };
        let moved =
            self.moved(&person.data_key, Table::Existences, &record, existence.state(), &existence)?;
        self.replace("assert_existence", Table::Existences, moved).await?;
        Ok(ToSign { id: TO_SIGN.to_owned(), input, key: None })
    }

    /// The answer to one of the request's challenges as far as the passkey vouches for it: without parts and the signature of
    /// the device.
    pub(in crate::app) async fn by_passkey(
        &self,
        person: &Person,
        existence: &Existence,
        (challenge, key): (&str, &keys::PublicKey),
        response: &Value,
    ) -> Result<ExistenceAnswer, ExistenceError> {
        let expected = existence.webauthn_challenge_of(challenge, &key.jwk_thumbprint())?;
        let assertion = self.read_assertion(response, &expected)?;
        let credential_id = response.get("id").and_then(Value::as_str).ok_or(ExistenceError::Assertion)?;
        let mut tx = self.store.read().await?;
        let passkey = tx.find_passkey(credential_id).await?;
        drop(tx);
        let passkey = passkey.filter(|passkey| passkey.account == person.account);
        let public_key = passkey.and_then(|passkey| passkey.public_key).ok_or(ExistenceError::Assertion)?;
        Ok(ExistenceAnswer {
            challenge: challenge.to_owned(),
            holder_key: key.to_jwk(),
            passkey: Some(AnswerPasskey {
                credential_id: credential_id.to_owned(),
                public_key_cose: URL_SAFE_NO_PAD.encode(public_key),
                rp_id: self.passkeys.rp_id().to_owned(),
                origin: self.origin.clone(),
            }),
            assertion: Some(assertion),
            desk: None,
            captured_at: None,
            parts: Vec::new(),
            device_kind: None,
            device_signature: String::new(),
            capture: None,
        })
    }

    /// Completes the answer, stores it, sends it. One that is stored already is sent again as it is.
    pub async fn answer_existence(
        &self,
        person: &Person,
        id: &str,
        signatures: &Signatures,
    ) -> Result<(Record, Existence), ExistenceError> {
        let (record, mut existence) = self.existence_record(person, id).await?;
        let (thumbprint, mut answer) = match existence.progress.clone() {
            Progress::Signing { holder_thumbprint, answer } => (holder_thumbprint, answer),
            Progress::Sending { .. } => {
                return self.send_existence(&person.data_key, record, existence).await;
            }
            Progress::Opened | Progress::Asserting { .. } => return Err(StepFault::NotPrepared.into()),
            Progress::Answered { .. }
            | Progress::Confirmed { .. }
            | Progress::Refused
            | Progress::Expired => {
                return Ok((record, existence));
            }
        };
        existence.may_answer(self.now())?;
        let key = self.usable_key(&person.account, &thumbprint).await?.ok_or(ExistenceError::DeviceKey)?;
        let input = existence::device_signing_input(&answer)?;
        let asked = ToSign { id: TO_SIGN.to_owned(), input, key: None };
        let checked = signing::check(std::slice::from_ref(&asked), signatures, &key)?;
        let signature = checked.get(TO_SIGN).ok_or(SignatureFault::Missing)?;
        answer.device_signature = URL_SAFE_NO_PAD.encode(signature);
        existence.progress = Progress::Sending { answer };
        existence.frames.clear();
        let record = self.keep_to_send("keep_existence", person, &record, &existence).await?;
        self.send_existence(&person.data_key, record, existence).await
    }

    /// The raw parts of an assertion over exactly this challenge, made here, with the person verified. The
    /// Fund checks the signature; what it would refuse for other reasons is caught while the person is present.
    fn read_assertion(&self, response: &Value, challenge: &[u8; 32]) -> Result<Assertion, ExistenceError> {
        let part = |name: &str| {
            let text = response.get("response").and_then(|parts| parts.get(name)).and_then(Value::as_str);
            text.and_then(decode).ok_or(ExistenceError::Assertion)
        };
        let (authenticator_data, client_data, signature) =
            (part("authenticatorData")?, part("clientDataJSON")?, part("signature")?);
        let data: Value = web::json::parse(&client_data, 8).map_err(|_| ExistenceError::Assertion)?;
        let says = |name: &str, expected: &str| data.get(name).and_then(Value::as_str) == Some(expected);
        let flags = authenticator_data.get(32).copied().unwrap_or(0);
        let right = says("type", "webauthn.get")
            && says("challenge", &URL_SAFE_NO_PAD.encode(challenge))
            && says("origin", &self.origin)
            && flags & FLAGS_PRESENT_AND_VERIFIED == FLAGS_PRESENT_AND_VERIFIED;
        if !right {
            return Err(ExistenceError::Assertion);
        }
        Ok(Assertion {
            authenticator_data: URL_SAFE_NO_PAD.encode(authenticator_data),
            client_data_json: URL_SAFE_NO_PAD.encode(client_data),
            signature: URL_SAFE_NO_PAD.encode(signature),
        })
    }
}
