//! Enrolment for digital proofs: an invitation, a device key, an appointment, two officers.
//!
//! domain.md, section 3: number, identity document, reference face, one appointment with an agent, a second pair of eyes, then
//! a key on one device at a time. Here are the steps and who may take them; words, pictures and keys are kept elsewhere.

mod document;
mod forecast;
mod separation;
pub mod station;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Duration, Utc};

pub use document::{DocumentFault, DocumentKind, IdentityDocument};
pub use forecast::{Forecast, PACE_DAYS, Supply};
pub use separation::{RegisterFacts, SEPARATION, Separation, SeparationFault};

type Timestamp = DateTime<Utc>;

/// How long an invitation can be used.
pub const INVITATION_DAYS: i64 = 45;
/// How much longer one lives that comes by letter: the post to the other end of the world.
pub const POST_DAYS: i64 = 30;
/// Wrong codes after which an invitation is dead, so that its fifty bits are never guessed.
pub const MOST_WRONG_CODES: u32 = 10;
/// Letters of a code, without the dash in its middle.
pub const CODE_LETTERS: usize = 10;
/// Crockford's base 32: no letters that are mistaken for digits.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Where one enrolment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The person has a code.
    Invited,
    /// The code was used; a wallet speaks for the person from now on.
    Claimed,
    /// An agent has seen the person and proposes to enrol them.
    Proposed,
    /// A second officer agreed: the reference is kept and the key is bound.
    Approved,
    /// Refused by the agent or by the second officer.
    Refused,
    /// Taken back by the Fund before anything was decided.
    Withdrawn,
}

/// Why somebody is not enrolled, as the person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The identity document was missing, expired or not readable.
    Document,
    /// The face could not be compared with the document.
    Face,
    /// Answers did not fit what the Fund knows.
    Answers,
    /// Line, camera or sound were not good enough.
    Line,
    /// Something else; the agent explained it.
    Other,
}

/// One enrolment of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// Where it stands.
    pub stage: Stage,
    /// When the invitation dies.
    pub expires_at: Timestamp,
    /// Codes that were not the right one.
    pub wrong_codes: u32,
    /// RFC 7638 thumbprint of the wallet's device key, once it is named.
    pub device_key: Option<String>,
    /// The agent who proposed.
    pub proposed_by: Option<String>,
    /// Who approved, refused or withdrew.
    pub decided_by: Option<String>,
    /// Told to the person.
    pub refusal: Option<Refusal>,
}

/// Why a step is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentFault {
    /// Also for an unknown number or a used code: whoever guesses learns nothing.
    #[error("number and code do not fit an open invitation")]
    Code,
    #[error("this enrolment is over")]
    Over,
    #[error("the invitation was not used yet")]
    NotClaimed,
    #[error("the wallet has not named its device key yet")]
    NoDeviceKey,
    #[error("there is no reference picture yet")]
    NoPicture,
    #[error("no identity document was recorded yet")]
    NoDocument,
    #[error("nobody has proposed this enrolment yet")]
    NotProposed,
    #[error("whoever proposed an enrolment does not approve it; ask a colleague")]
    SamePerson,
    #[error("a person waits for a second officer; decide about that first")]
    Proposed,
    #[error("an enrolment of this person is under way on another wallet; the Fund can take it back")]
    UnderWay,
}

impl Enrolment {
    /// A fresh invitation.
    #[must_use]
    pub fn invited(now: Timestamp) -> Self {
        Self {
            stage: Stage::Invited,
            expires_at: now + Duration::days(INVITATION_DAYS),
            wrong_codes: 0,
            device_key: None,
            proposed_by: None,
            decided_by: None,
            refusal: None,
        }
    }

    /// A fresh invitation whose code goes by post.
    #[must_use]
    pub fn invited_by_letter(now: Timestamp) -> Self {
        let invited = Self::invited(now);
        Self { expires_at: invited.expires_at + Duration::days(POST_DAYS), ..invited }
    }

    /// Whether a code can still be entered.
    #[must_use]
    pub fn takes_codes(&self, now: Timestamp) -> bool {
        self.stage == Stage::Invited && now < self.expires_at && self.wrong_codes < MOST_WRONG_CODES
    }

    /// Whether more can happen.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Invited | Stage::Claimed | Stage::Proposed)
    }

    /// The right code was entered.
    pub fn claimed(self, now: Timestamp) -> Result<Self, EnrolmentFault> {
        match self.takes_codes(now) {
            true => Ok(Self { stage: Stage::Claimed, ..self }),
            false => Err(EnrolmentFault::Code),
        }
    }

    /// A verified credential was presented in the place of the code. The invitation need not be alive: the code of a letter that
    /// was lost or mistyped too often is not what is believed here.
    pub fn presented(self) -> Result<Self, EnrolmentFault> {
        match self.stage {
            Stage::Invited => Ok(Self { stage: Stage::Claimed, ..self }),
            Stage::Claimed | Stage::Proposed => Err(EnrolmentFault::UnderWay),
            Stage::Approved | Stage::Refused | Stage::Withdrawn => Err(EnrolmentFault::Over),
        }
    }

    /// A wrong code was entered.
    #[must_use]
    pub fn mistyped(self) -> Self {
        Self { wrong_codes: self.wrong_codes.saturating_add(1), ..self }
    }

    /// The wallet names the key of the device in the person's hand. Another one takes its place until an agent has proposed.
    pub fn keyed(self, thumbprint: &str) -> Result<Self, EnrolmentFault> {
        match self.stage {
            Stage::Claimed => Ok(Self { device_key: Some(thumbprint.to_owned()), ..self }),
            Stage::Proposed if self.device_key.as_deref() == Some(thumbprint) => Ok(self),
            Stage::Proposed => Err(EnrolmentFault::Proposed),
            Stage::Invited => Err(EnrolmentFault::NotClaimed),
            Stage::Approved | Stage::Refused | Stage::Withdrawn => Err(EnrolmentFault::Over),
        }
    }

    /// Whether the word of a station about the person is taken: it names the key that is to be bound.
    pub fn takes_station_word(&self, thumbprint: &str) -> Result<(), EnrolmentFault> {
        match self.stage {
            Stage::Claimed if self.device_key.as_deref() == Some(thumbprint) => Ok(()),
            Stage::Claimed => Err(EnrolmentFault::NoDeviceKey),
            Stage::Invited => Err(EnrolmentFault::NotClaimed),
            Stage::Proposed => Err(EnrolmentFault::Proposed),
            Stage::Approved | Stage::Refused | Stage::Withdrawn => Err(EnrolmentFault::Over),
        }
    }

    /// The agent saw the person, the document or a verified credential in its place, and the picture.
    pub fn proposed(self, by: &str, has_document: bool, has_picture: bool) -> Result<Self, EnrolmentFault> {
        match self.stage {
            Stage::Invited => return Err(EnrolmentFault::NotClaimed),
            Stage::Proposed => return Err(EnrolmentFault::Proposed),
            Stage::Approved | Stage::Refused | Stage::Withdrawn => return Err(EnrolmentFault::Over),
            Stage::Claimed => {}
        }
        if self.device_key.is_none() {
            return Err(EnrolmentFault::NoDeviceKey);
        }
        if !has_document {
            return Err(EnrolmentFault::NoDocument);
        }
        if !has_picture {
            return Err(EnrolmentFault::NoPicture);
        }
        Ok(Self { stage: Stage::Proposed, proposed_by: Some(by.to_owned()), ..self })
    }

    /// The second pair of eyes agrees.
    pub fn approved(self, by: &str) -> Result<Self, EnrolmentFault> {
        match self.stage {
            Stage::Proposed if self.proposed_by.as_deref() == Some(by) => Err(EnrolmentFault::SamePerson),
            Stage::Proposed => Ok(Self { stage: Stage::Approved, decided_by: Some(by.to_owned()), ..self }),
            Stage::Invited | Stage::Claimed => Err(EnrolmentFault::NotProposed),
            Stage::Approved | Stage::Refused | Stage::Withdrawn => Err(EnrolmentFault::Over),
        }
    }

    /// Refused: by the agent while nothing is proposed, afterwards by somebody else.
    pub fn refused(self, by: &str, why: Refusal) -> Result<Self, EnrolmentFault> {
        match self.stage {
            Stage::Invited => Err(EnrolmentFault::NotClaimed),
            Stage::Proposed if self.proposed_by.as_deref() == Some(by) => Err(EnrolmentFault::SamePerson),
            Stage::Claimed | Stage::Proposed => Ok(Self {
                stage: Stage::Refused,
                decided_by: Some(by.to_owned()),
                refusal: Some(why),
                ..self
            }),
            Stage::Approved | Stage::Refused | Stage::Withdrawn => Err(EnrolmentFault::Over),
        }
    }

    /// Taken back: a lost letter, or a new invitation in its place.
    pub fn withdrawn(self, by: &str) -> Result<Self, EnrolmentFault> {
        match self.stage {
            Stage::Invited | Stage::Claimed => {
                Ok(Self { stage: Stage::Withdrawn, decided_by: Some(by.to_owned()), ..self })
            }
            Stage::Proposed => Err(EnrolmentFault::Proposed),
            Stage::Approved | Stage::Refused | Stage::Withdrawn => Err(EnrolmentFault::Over),
        }
    }

    /// The person has died: whatever is open is taken back, also what waits for a second officer.
    #[must_use]
    pub fn ended(self, by: &str) -> Self {
        match self.is_open() {
            true => Self { stage: Stage::Withdrawn, decided_by: Some(by.to_owned()), ..self },
            false => self,
        }
    }
}

/// A code for people from random bytes: ten letters, fifty bits, a dash in the middle.
#[must_use]
pub fn code(random: [u8; CODE_LETTERS]) -> String {
    let letter = |byte: u8| ALPHABET.get(usize::from(byte & 0x1f)).copied().map_or('0', char::from);
    let mut text: String = random.into_iter().map(letter).collect();
    text.insert(CODE_LETTERS / 2, '-');
    text
}

/// A code as somebody typed it, in the form in which it is compared; nothing where it cannot be one.
#[must_use]
pub fn typed_code(text: &str) -> Option<String> {
    let mut out = String::with_capacity(CODE_LETTERS);
    for letter in text.chars().take(40) {
        match letter.to_ascii_uppercase() {
            ' ' | '-' | '\u{2010}' | '\u{2013}' => {}
            'O' => out.push('0'),
            'I' | 'L' => out.push('1'),
            letter if u8::try_from(letter).is_ok_and(|byte| ALPHABET.contains(&byte)) => out.push(letter),
            _ => return None,
        }
    }
    (out.len() == CODE_LETTERS).then_some(out)
}

macro_rules! words {
    ($name:ident, $doc:literal: $($variant:ident = $word:literal,)*) => {
        impl $name {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            #[doc = $doc]
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// From that word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
pub(crate) use words;

words! { Stage, "The word by which it is stored and sent.":
    Invited = "invited", Claimed = "claimed", Proposed = "proposed", Approved = "approved", Refused = "refused",
    Withdrawn = "withdrawn",
}

words! { Refusal, "The word by which it is stored and sent.":
    Document = "document", Face = "face", Answers = "answers", Line = "line", Other = "other",
}
