//! A desk without a network: one pack, no storage. What is checked is forgotten with the answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Duration;
use clock::{Clock, Entropy, Timestamp};
use credential::{ControllerPolicy, Input, InputError};
use pack::{Manifest, OpenError, Pack};
use sha2::{Digest as _, Sha256};
use verification::{HandedOver, Occasion, Subject};
use wire::anchors::Receipt;
use wire::verifications::Report;
use wire::vp::client_id::ClientId;

use super::reading::{Reading, ReadingError};

/// How long a wallet may take to answer a code.
const CODE_MINUTES: i64 = 10;
/// Codes that are waited for; the oldest gives way.
const MAX_CODES: usize = 256;
/// Copies that are known again; the one that was shown longest ago gives way.
const MAX_SHOWN: usize = 4096;

/// A desk with its pack.
pub struct LocalDesk {
    pack: Pack,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    codes: Mutex<HashMap<String, Timestamp>>,
    /// When a copy was first shown that anybody could show, by its digest under a salt of this run: it names nobody, and ends with
    /// the program.
    shown: Mutex<HashMap<[u8; 32], Timestamp>>,
    salt: String,
    reading: Reading,
}

/// What a wallet must sign to answer this desk at this moment.
#[derive(Clone, Debug)]
pub struct DeskCode {
    pub nonce: String,
    pub audience: String,
}

impl DeskCode {
    /// What the QR code on the page says; both values need no escaping.
    #[must_use]
    pub fn text(&self) -> String {
        format!("passerelle-desk:?nonce={}&audience={}", self.nonce, self.audience)
    }
}

/// The answer, and whether the same thing could be shown again by somebody else.
pub struct DeskChecked {
    pub report: Report,
    pub replay: Replay,
}

/// What stands against a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// Signed for a code of this desk, which has been used up.
    Answered,
    /// Nothing was signed for this desk: whoever has a copy can show it until it expires. Perhaps somebody did before.
    Replayable { shown_before: Option<Timestamp> },
}

/// Why nothing was checked.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] InputError),
    #[error("more than one receipt was handed over for one credential")]
    Receipts,
    #[error("what was given as the receipt is none")]
    NoReceipt,
    #[error(transparent)]
    File(#[from] ReadingError),
    #[error(transparent)]
    Pack(#[from] OpenError),
}

impl LocalDesk {
    #[must_use]
    pub fn new(pack: Pack, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let (salt, reading) = (clock::token(entropy.as_ref()), Reading::default());
        Self { pack, clock, entropy, codes: Mutex::default(), shown: Mutex::default(), salt, reading }
    }

    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        self.pack.manifest()
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether the pack is young enough to decide anything.
    pub fn check_age(&self) -> Result<(), DeskError> {
        Ok(self.pack.check_age(self.now())?)
    }

    /// A code for the next person.
    #[must_use]
    pub fn new_code(&self) -> DeskCode {
        let nonce = clock::token(self.entropy.as_ref());
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        if codes.len() >= MAX_CODES {
            let oldest = codes.iter().min_by_key(|(_, made)| **made).map(|(nonce, _)| nonce.clone());
            oldest.and_then(|nonce| codes.remove(&nonce));
        }
        codes.insert(nonce.clone(), self.now());
        DeskCode { nonce, audience: self.audience() }
    }

    /// Checks text that was scanned, uploaded or pasted, as an answer to the code that the page showed. The text of the copy's
    /// anchoring receipt may come with it; an empty one is none.
    pub async fn check(&self, text: &str, nonce: &str, receipt: &str) -> Result<DeskChecked, DeskError> {
        let receipt = match receipt.trim() {
            "" => None,
            given => Some(Receipt::from_file(given.as_bytes()).ok_or(DeskError::NoReceipt)?),
        };
        self.check_with(text, nonce, receipt.as_ref()).await
    }

    async fn check_with(
        &self,
        text: &str,
        nonce: &str,
        receipt: Option<&Receipt>,
    ) -> Result<DeskChecked, DeskError> {
        let subject = Subject::from(Input::parse(text)?);
        let is_answer = matches!(subject, Subject::Presentation(_)) && self.use_up(nonce);
        let audience = self.audience();
        let given = HandedOver {
            subject,
            receipt,
            challenge: is_answer.then_some(nonce),
            domain: is_answer.then_some(audience.as_str()),
            controller: ControllerPolicy::Strict,
        };
        let report_id = clock::new_id(self.clock.as_ref(), self.entropy.as_ref());
        let report = self.pack.verify(given, Occasion { report_id: &report_id, now: self.now() }).await?;
        let replay = match is_answer {
            true => Replay::Answered,
            false => Replay::Replayable { shown_before: self.note_shown(text) },
        };
        Ok(DeskChecked { report, replay })
    }

    /// The same for what stands in files: pictures of every code of an answer, a PDF certificate, or text. One of them may
    /// be the copy's anchoring receipt.
    pub async fn check_files(&self, mut files: Vec<Vec<u8>>, nonce: &str) -> Result<DeskChecked, DeskError> {
        let mut receipts: Vec<Receipt> = Vec::new();
        files.retain(|file| {
            let receipt = Receipt::from_file(file);
            let is_other = receipt.is_none();
            receipts.extend(receipt);
            is_other
        });
        if receipts.len() > 1 {
            return Err(DeskError::Receipts);
        }
        let text = self.reading.text_of_files(files).await?;
        self.check_with(&text, nonce, receipts.pop().as_ref()).await
    }

    /// The name under which the verifier that made the pack asks online as well.
    fn audience(&self) -> String {
        ClientId::DecentralizedIdentifier(&self.manifest().signed_by.did).to_string()
    }

    /// Remembers that a copy was shown, and tells when it was before. Of an SD-JWT the issuer's part counts, so that a card with other
    /// claims of the same copy is known again.
    fn note_shown(&self, text: &str) -> Option<Timestamp> {
        let text = text.trim();
        let signed = if text.starts_with('{') { text } else { text.split('~').next().unwrap_or(text) };
        let digest = Sha256::new().chain_update(&self.salt).chain_update(signed).finalize().into();
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = shown.get(&digest) {
            return Some(*before);
        }
        if shown.len() >= MAX_SHOWN {
            let oldest = shown.iter().min_by_key(|(_, at)| **at).map(|(digest, _)| *digest);
            oldest.and_then(|digest| shown.remove(&digest));
        }
        shown.insert(digest, self.now());
        None
    }

    /// A code counts once, and only while it is young.
    fn use_up(&self, nonce: &str) -> bool {
        let made = self.codes.lock().unwrap_or_else(PoisonError::into_inner).remove(nonce);
        made.is_some_and(|made| self.now() - made <= Duration::minutes(CODE_MINUTES))
    }
}
