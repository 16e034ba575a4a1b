//! The yearly proof at a station whose network is gone: prepared while there is one, sealed in the browser, brought once.
//!
//! What comes is opened here and goes the way of a proof that is given at once: the PIN with its counted tries, the Fund's challenge
//! and the times are looked at, the station's and the kept key sign, and it is sent until the Fund has it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Duration, SubsecRound as _};
use clock::Timestamp;
use credential::jwe::DecryptionKey;
use entitlement::bundle::SALT_BYTES;
use holding::existence::{Existence, Progress, StepFault};
use holding::pin::{PinAccess, PinFault};
use holding::queued::{LONGEST_MESSAGE, MOST_OPEN, QueuedFault, QueuedProof, expires_at};
use holding::station::Station;
use holding::vault::DataKey;
use serde_json::Value;
use store_wallet::desk_queue::Prepared;
use store_wallet::records::{Record, Table};
use wire::existence::CaptureRequest;

use super::accounts::AccountError;
use super::custody::{CustodyError, away_from_desk};
use super::desk_proof::{Vouching, pictures};
use super::existence::ExistenceError;
use super::fault::Fault;
use super::mandates::OutsideMandate;
use super::officers::Officer;
use super::pins::PinError;
use super::{ALONE_SECONDS, Person, Wallet, open_record};

/// How deep a sealed proof is nested.
const DEPTH: usize = 4;
/// How long it is remembered that a proof has come, or that it came too late.
const REMEMBERED_DAYS: i64 = 7;

/// Why a queued proof is not prepared, or not taken.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Existence(#[from] ExistenceError),
    #[error(transparent)]
    Queued(#[from] QueuedFault),
    /// Never prepared, or long over.
    #[error("this proof was not prepared, or is over")]
    Over,
    #[error("another officer or another station took this proof")]
    Elsewhere,
    #[error("this station has as many proofs under way as it may")]
    TooMany,
}

impl From<Fault> for QueueError {
    fn from(fault: Fault) -> Self {
        AccountError::from(fault).into()
    }
}

/// What a station needs to take a proof without a network.
pub struct Ready {
    pub id: String,
    /// The public key under which it is sealed, as a JWK.
    pub key: Value,
    pub expires_at: Timestamp,
    /// What the Fund asks to be recorded with this challenge.
    pub capture: Option<CaptureRequest>,
}

impl Wallet {
    /// Prepares a proof for the case that the line goes during the visit: the Fund's challenge is fetched, and a key is made.
    pub async fn prepare_queued(&self, person: &Person, id: &str) -> Result<Ready, QueueError> {
        let desk = person.desk.as_ref().ok_or(ExistenceError::NoStation)?;
        let station = desk.station.as_ref().ok_or(ExistenceError::NoStation)?;
        // Whether a mandate is in force is seen when it is used, which nobody can see here later.
        if person.acting().is_some() {
            return Err(ExistenceError::from(CustodyError::from(OutsideMandate)).into());
        }
        let (record, mut existence) = self.known_existence(person, id).await?;
        existence.may_answer(self.now()).map_err(ExistenceError::from)?;
        let now = self.now();
        let known = self.store.read().await?.list_prepared(&station.thumbprint, now).await?;
        // The page may be opened again: the same preparation serves, and it serves once.
        let again = known.iter().find(|one| one.existence == record.id && one.officer == desk.officer);
        if let (Some(known), Ok(ahead)) = (again, existence.may_answer_ahead(now)) {
            let key = self.queue_key(known)?.public_jwk();
            let (capture, ends) = (ahead.capture.clone(), known.expires_at);
            return Ok(Ready { id: known.id.clone(), key, expires_at: ends, capture });
        }
        if known.len() >= MOST_OPEN {
            return Err(QueueError::TooMany);
        }
        let ahead = self.fetch_ahead(&existence.request_uri).await?;
        let (ends, capture) = (expires_at(ahead.expires_at, now), ahead.capture.clone());
        existence.ahead = Some(ahead);
        let mut seed = keys::Zeroizing::new([0u8; 32]);
        self.entropy.fill(seed.as_mut());
        let prepared_id = clock::token(self.entropy.as_ref());
        let prepared = Prepared {
            sealed: self.sealing_key.seal(&aad(&prepared_id), seed.as_ref(), self.entropy.as_ref()),
            id: prepared_id,
            account: person.account.clone(),
            existence: record.id.clone(),
            station: station.thumbprint.clone(),
            officer: desk.officer.clone(),
            created_at: now,
            expires_at: ends,
            done_at: None,
        };
        let moved =
            self.moved(&person.data_key, Table::Existences, &record, existence.state(), &existence)?;
        let mut tx = self.store.write("prepare_queued").await?;
        tx.replace_record(Table::Existences, &moved).await?;
        tx.insert_prepared(&prepared).await?;
        tx.commit().await?;
        let key = DecryptionKey::from_seed(&seed).public_jwk();
        Ok(Ready { id: prepared.id, key, expires_at: ends, capture })
    }

    /// Takes a proof that a station made without a network; the officer who had the person in front of them brings it. Brought
    /// again, it is found and not sent twice. The state of the request is what comes back.
    pub async fn bring_queued(
        &self,
        officer: &Person,
        station: Option<&Station>,
        id: &str,
        message: &str,
    ) -> Result<&'static str, QueueError> {
        away_from_desk(officer)?;
        // No fresh proof: the word was given before, and it is brought by itself.
        let Officer { account, name } =
            self.officer_of(&officer.account).await?.ok_or(AccountError::Unknown)?;
        let prepared = self.store.read().await?.find_prepared(id).await?.ok_or(QueueError::Over)?;
        let station = station.filter(|station| station.thumbprint == prepared.station);
        let (Some(station), true) = (station, prepared.officer == account) else {
            return Err(QueueError::Elsewhere);
        };
        let now = self.now();
        let key = self.data_key(&prepared.account).await?.ok_or(QueueError::Over)?;
        let mut tx = self.store.read().await?;
        let found = tx.find_record(Table::Existences, &prepared.account, &prepared.existence).await?;
        drop(tx);
        let (record, existence) =
            open_record::<Existence>(&key, Table::Existences, found.ok_or(QueueError::Over)?)?;
        // One that had come and left the request open was of no use: the PIN was wrong, or the Fund wants better pictures.
        let useless = prepared.done_at.is_some() && existence.state() == "opened";
        if prepared.done_at.is_some() && !useless {
            return Ok(existence.state());
        }
        if useless || prepared.expires_at <= now {
            return Err(QueueError::Over);
        }
        if existence.state() != "opened" {
            // It was answered at once after all, and the station did not hear of it.
            self.finish(&prepared).await?;
            return Ok(existence.state());
        }
        let proof = self.read_queued(&prepared, message)?;
        proof.check(&prepared.id, prepared.created_at, now)?;
        self.keep_queued((&key, record, existence), (station, &name), &prepared, proof).await
    }

    /// Opens nothing but what was sealed under the key of this preparation.
    fn read_queued(&self, prepared: &Prepared, message: &str) -> Result<QueuedProof, QueueError> {
        if message.len() > LONGEST_MESSAGE {
            return Err(QueuedFault::Form.into());
        }
        let plain = self.queue_key(prepared)?.decrypt(message).map_err(|_| QueuedFault::Form)?;
        let plain = keys::Zeroizing::new(plain);
        let value = web::json::parse(&plain, DEPTH).map_err(|_| QueuedFault::Form)?;
        Ok(serde_json::from_value(value).map_err(|_| QueuedFault::Form)?)
    }

    /// Checks the PIN, makes the answer, and stores both at once; then sends.
    async fn keep_queued(
        &self,
        (key, record, mut existence): (&DataKey, Record, Existence),
        (station, operator): (&Station, &str),
        prepared: &Prepared,
        proof: QueuedProof,
    ) -> Result<&'static str, QueueError> {
        let step = |fault: StepFault| QueueError::from(ExistenceError::from(fault));
        let challenge = existence.may_answer_ahead(self.now()).map_err(step)?.challenge.clone();
        let recognised_by = proof.recognised_by.parse().map_err(|()| QueuedFault::Form)?;
        let frames = u8::try_from(proof.frames.len()).map_err(|_| QueuedFault::Form)?;
        existence.frames.clear();
        for (place, frame) in (0u8..).zip(&proof.frames) {
            let jpeg = URL_SAFE_NO_PAD.decode(&frame.jpeg).map_err(|_| QueuedFault::Form)?;
            let mut salt = [0; SALT_BYTES];
            self.entropy.fill(&mut salt);
            existence.keep_frame_ahead(place, frame.millis, &jpeg, salt).map_err(step)?;
        }
        let custody = self.store.read().await?.find_custody(&prepared.account).await?;
        let custody = custody.ok_or(QueueError::Over)?;
        let pictures = pictures(&existence, frames)?;
        let (tried, cleared) = self.tried_queued(&custody.thumbprint, prepared, &proof.pin).await?;
        let vouching = Vouching {
            station,
            operator,
            helper: None,
            recognised_by,
            captured_at: proof.captured_at.trunc_subsecs(0),
            challenge: &challenge,
        };
        let answer = self.vouched_answer(&custody, &existence, &vouching, pictures).await;
        if answer.is_err() {
            // The PIN was right: a token that is away for a while must not lock it.
            let mut tx = self.store.write("clear_pin_tries").await?;
            tx.replace_pin_tries(&tried, &cleared).await?;
            tx.commit().await?;
        }
        let answer = answer?;
        existence.progress = Progress::Sending { answer };
        existence.frames.clear();
        let mut moved = self.moved(key, Table::Existences, &record, existence.state(), &existence)?;
        moved.resend_due_at = Some(self.now() + Duration::seconds(ALONE_SECONDS));
        let mut tx = self.store.write("keep_queued").await?;
        tx.replace_pin_tries(&tried, &cleared).await?;
        tx.replace_record(Table::Existences, &moved).await?;
        if !tx.finish_prepared(&prepared.id, self.now()).await? {
            return Err(QueueError::Over);
        }
        tx.commit().await?;
        let record = Record { revision: moved.revision + 1, ..moved };
        Ok(self.send_existence(key, record, existence).await?.1.state())
    }

    /// A wrong PIN ends the preparation: brought once more, it must not count once more.
    async fn tried_queued(
        &self,
        key: &str,
        prepared: &Prepared,
        pin: &str,
    ) -> Result<(PinAccess, PinAccess), QueueError> {
        let access = self.store.read().await?.find_pin(key).await?.ok_or(QueueError::Over)?;
        let tried = self.tried_pin(access, pin).await;
        if let Err(PinError::Wrong { .. } | PinError::Pin(PinFault::Locked | PinFault::Form)) = &tried {
            self.finish(prepared).await?;
        }
        Ok(tried.map_err(CustodyError::from).map_err(ExistenceError::from)?)
    }

    fn queue_key(&self, prepared: &Prepared) -> Result<DecryptionKey, Fault> {
        let opened = self.sealing_key.open(&aad(&prepared.id), &prepared.sealed);
        let seed = opened.map_err(|error| Fault::Vault(error.into()))?;
        let seed = seed.as_slice().try_into().map_err(|_| Fault::Vault(keys::SealError::Damaged.into()))?;
        Ok(DecryptionKey::from_seed(seed))
    }

    async fn finish(&self, prepared: &Prepared) -> Result<(), Fault> {
        let mut tx = self.store.write("finish_prepared").await?;
        tx.finish_prepared(&prepared.id, self.now()).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets what is long over.
    pub(super) async fn tend_queue(&self) -> Result<(), Fault> {
        let mut tx = self.store.write("tend_queue").await?;
        tx.delete_prepared(self.now() - Duration::days(REMEMBERED_DAYS)).await?;
        Ok(tx.commit().await?)
    }
}

fn aad(id: &str) -> Vec<u8> {
    format!("passerelle wallet desk queue 1:{id}").into_bytes()
}
