//! The yearly proof of somebody without a phone: at a station, with their PIN, before an operator who vouches for it.
//!
//! The station's key signs the operator's word over request, challenge, kept key and pictures; the kept key signs the whole. The
//! Fund looks at it like at every other answer.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Duration, SecondsFormat, SubsecRound as _};
use entitlement::desk::{About, RecognisedBy};
use holding::existence::{self, Existence, Progress};
use holding::mandate::Act;
use store_wallet::records::{Record, Table};
use wire::existence::{DeskHelper, DeskStatement, ExistenceAnswer};

use super::custody::CustodyError;
use super::desk_keys::{KeyUse, Presence};
use super::existence::ExistenceError;
use super::fault::Fault;
use super::{Person, Wallet};

impl Wallet {
    /// Completes and sends the answer. One that is stored already is sent again as it is, without the PIN.
    pub async fn prove_existence_at_desk(
        &self,
        person: &Person,
        id: &str,
        presence: Presence<'_>,
        (recognised_by, frames): (RecognisedBy, u8),
    ) -> Result<(Record, Existence), ExistenceError> {
        let desk = person.desk.as_ref().ok_or(ExistenceError::NoStation)?;
        person.may_act(Act::Prove).map_err(CustodyError::from)?;
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
        existence.may_answer(self.now())?;
        let station = desk.station.as_ref().ok_or(ExistenceError::NoStation)?;
        let (parts, capture) = match frames {
            0 => (Vec::new(), None),
            frames => {
                let (parts, capture) = existence.bundle(frames, None)?;
                (parts, Some(capture))
            }
        };
        self.prove_at_desk(person, KeyUse::Existence(id), presence).await?;
        let custody = self.store.read().await.map_err(Fault::from)?.find_custody(&person.account).await;
        let custody = custody.map_err(Fault::from)?.ok_or(ExistenceError::DeviceKey)?;
        let key = custody.key(&self.sealing_key).map_err(|error| Fault::Vault(error.into()))?;
        let captured_at = self.now().trunc_subsecs(0);
        let about = About {
            request_id: &existence.request_id,
            challenge: &existence.challenge,
            holder_key: &custody.thumbprint,
            captured_at,
            parts: &parts,
        };
        let vouched =
            station.vouch(&self.sealing_key, (&desk.name, person.representative()), recognised_by, &about);
        let (statement, signature) = vouched.map_err(|error| Fault::Vault(error.into()))?;
        let mut answer = ExistenceAnswer {
            challenge: existence.challenge.clone(),
            holder_key: keys::Signer::public_key(&key).to_jwk(),
            passkey: None,
            assertion: None,
            desk: Some(DeskStatement {
                station: statement.station,
                operator: statement.operator,
                recognised_by: statement.recognised_by.as_str().to_owned(),
                helper: statement
                    .helper
                    .map(|helper| DeskHelper { name: helper.name, kind: helper.kind.as_str().to_owned() }),
                signature: URL_SAFE_NO_PAD.encode(signature),
            }),
            captured_at: Some(captured_at.to_rfc3339_opts(SecondsFormat::Secs, true)),
            parts,
            device_signature: String::new(),
            capture,
        };
        let signature = key.sign_now(&existence::device_signing_input(&answer)?);
        let signature = signature.map_err(|error| Fault::Prepare(error.to_string()))?;
        answer.device_signature = URL_SAFE_NO_PAD.encode(signature);
        existence.progress = Progress::Sending { answer };
        existence.frames.clear();
        let mut moved =
            self.moved(&person.data_key, Table::Existences, &record, existence.state(), &existence)?;
        moved.resend_due_at = Some(self.now() + Duration::seconds(5));
        let record = self.replace("keep_existence", Table::Existences, moved).await?;
        self.send_existence(&person.data_key, record, existence).await
    }
}
