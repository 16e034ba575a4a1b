//! The yearly proof of somebody without a phone: at a station, with their PIN, before an operator who vouches for it.
//!
//! The station's key signs the operator's word over request, challenge, kept key and pictures; the kept key signs the whole. The
//! Fund looks at it like at every other answer.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{SecondsFormat, SubsecRound as _};
use clock::Timestamp;
use entitlement::desk::{About, RecognisedBy};
use holding::custody::Custody;
use holding::existence::{self, Existence, Progress};
use holding::mandate::{Act, Representative};
use holding::station::Station;
use store_wallet::records::Record;
use wire::existence::{Capture, DeskHelper, DeskStatement, ExistenceAnswer};

use super::custody::CustodyError;
use super::desk_keys::{KeyUse, Presence};
use super::existence::ExistenceError;
use super::fault::Fault;
use super::{Person, Wallet};

pub(super) type Pictures = (Vec<String>, Option<Capture>);

/// What an operator stands for.
pub(super) struct Vouching<'a> {
    pub station: &'a Station,
    pub operator: &'a str,
    /// Who acts for the person.
    pub helper: Option<&'a Representative>,
    pub recognised_by: RecognisedBy,
    pub captured_at: Timestamp,
    /// The Fund's, of the request.
    pub challenge: &'a str,
}

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
        let pictures = pictures(&existence, frames)?;
        self.prove_at_desk(person, KeyUse::Existence(id), presence).await?;
        let custody = self.store.read().await.map_err(Fault::from)?.find_custody(&person.account).await;
        let custody = custody.map_err(Fault::from)?.ok_or(ExistenceError::DeviceKey)?;
        let vouching = Vouching {
            station,
            operator: &desk.name,
            helper: person.representative(),
            recognised_by,
            captured_at: self.now().trunc_subsecs(0),
            challenge: &existence.challenge,
        };
        let answer = self.vouched_answer(&custody, &existence, &vouching, pictures).await?;
        existence.progress = Progress::Sending { answer };
        existence.frames.clear();
        let record = self.keep_to_send("keep_existence", person, &record, &existence).await?;
        self.send_existence(&person.data_key, record, existence).await
    }

    /// The whole answer: the station's word over request, challenge, kept key, time and pictures, and the kept key's signature.
    pub(super) async fn vouched_answer(
        &self,
        custody: &Custody,
        existence: &Existence,
        vouching: &Vouching<'_>,
        (parts, capture): Pictures,
    ) -> Result<ExistenceAnswer, ExistenceError> {
        let Vouching { station, operator, helper, recognised_by, captured_at, challenge } = *vouching;
        let key = self.kept_key(custody).await?;
        let about = About {
            request_id: &existence.request_id,
            challenge,
            holder_key: &custody.thumbprint,
            captured_at,
            parts: &parts,
        };
        let vouched = station.vouch(&self.sealing_key, (operator, helper), recognised_by, &about);
        let (statement, signature) = vouched.map_err(|error| Fault::Vault(error.into()))?;
        let helper = statement.helper;
        let mut answer = ExistenceAnswer {
            challenge: challenge.to_owned(),
            holder_key: key.public_key().to_jwk(),
            passkey: None,
            assertion: None,
            desk: Some(DeskStatement {
                station: statement.station,
                operator: statement.operator,
                recognised_by: statement.recognised_by.as_str().to_owned(),
                helper: helper.map(|one| DeskHelper { name: one.name, kind: one.kind.as_str().to_owned() }),
                signature: URL_SAFE_NO_PAD.encode(signature),
            }),
            captured_at: Some(captured_at.to_rfc3339_opts(SecondsFormat::Secs, true)),
            parts,
            // The Fund knows a station by its key.
            device_kind: None,
            device_signature: String::new(),
            capture,
        };
        let signature = self.sign_kept(key.as_ref(), &existence::device_signing_input(&answer)?).await?;
        answer.device_signature = URL_SAFE_NO_PAD.encode(signature);
        Ok(answer)
    }
}

/// The digests of the pictures that belong to an answer, and those.
pub(super) fn pictures(existence: &Existence, frames: u8) -> Result<Pictures, ExistenceError> {
    if frames == 0 {
        return Ok((Vec::new(), None));
    }
    let (parts, capture) = existence.bundle(frames, None)?;
    Ok((parts, Some(capture)))
}
