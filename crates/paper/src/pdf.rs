//! Certificates as PDF/A-3 (ISO 19005-3): a page for people, the credential itself embedded and in QR codes on it.

mod acting;
mod embedded;
mod fonts;
mod layout;
mod letter;
mod objects;
mod pen;
mod slip;
mod text;
mod tokens;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use krilla::Document;
use krilla::SerializeSettings;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::metadata::{DateTime as PdfDateTime, Metadata, TextDirection};

use crate::parts::PartsError;

pub(crate) use embedded::jpegs;
pub(crate) use embedded::texts;
pub use embedded::{MAX_PDF_BYTES, PdfError};
pub use letter::{FormPart, Letter, LetterError, check_address, letters, sample_letters};
pub use slip::Slip;

/// What is said of the embedded file; readers of the file show it beside its name.
const DESCRIPTION: &str = "The signed credential of which this page is a rendering";

/// What a certificate says and holds. The words are for people; what counts is the credential.
#[derive(Clone, Debug)]
pub struct Certificate<'a> {
    /// Of the words, by ISO 639-1.
    pub language: &'a str,
    pub direction: Direction,
    pub title: &'a str,
    /// Who issued it, with the words that say so.
    pub issuer: &'a str,
    pub facts: &'a [Fact],
    /// How to check it, and what a copy is worth.
    pub notes: &'a [String],
    /// The credential as text: an SD-JWT, a JWT or JSON. It is embedded unchanged.
    pub credential: &'a str,
    /// Such as `application/dc+sd-jwt`.
    pub media_type: &'a str,
    /// Of the embedded file, such as `credential.sd-jwt`.
    pub file_name: &'a str,
    pub made: DateTime<Utc>,
}

/// One line of what the credential says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub label: String,
    pub value: String,
}

/// How the words of a language run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    LeftToRight,
    RightToLeft,
}

/// Why no certificate was made.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Nothing is printed with a gap in it: a name without one of its letters is another name.
    #[error("no font of this program has the character {0:?}")]
    Character(char),
    #[error("there is more to say than fits the pages")]
    TooLong,
    #[error(transparent)]
    Codes(#[from] PartsError),
    #[error("a code cannot be drawn")]
    Code(#[from] qrcode::types::QrError),
    #[error("{0} is no media type")]
    MediaType(String),
    #[error("the file cannot be written as PDF/A-3: {0}")]
    Archive(String),
}

/// Writes it. The result is checked against the rules of PDF/A-3u while it is written.
pub fn certificate(what: &Certificate<'_>) -> Result<Vec<u8>, CertificateError> {
    let archive = |error: String| CertificateError::Archive(error);
    let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A3_U).finish();
    let configuration = configuration.map_err(|error| archive(format!("{error:?}")))?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(what));
    let media_type = MimeType::new(what.media_type);
    let embedded = EmbeddedFile {
        path: what.file_name.to_owned(),
        mime_type: Some(media_type.ok_or_else(|| CertificateError::MediaType(what.media_type.to_owned()))?),
        description: Some(DESCRIPTION.to_owned()),
        // ISO 19005-3, 6.8: what the page shows was made from it.
        association_kind: AssociationKind::Source,
        data: what.credential.as_bytes().to_vec().into(),
        modification_date: Some(date(what.made)),
        compress: None,
        location: None,
    };
    document.embed_file(embedded).ok_or_else(|| archive("the file name is taken".to_owned()))?;
    layout::draw(&mut document, what)?;
    document.finish().map_err(|error| archive(format!("{error:?}")))
}

fn metadata(what: &Certificate<'_>) -> Metadata {
    let direction = match what.direction {
        Direction::LeftToRight => TextDirection::LeftToRight,
        Direction::RightToLeft => TextDirection::RightToLeft,
    };
    Metadata::new()
        .title(what.title.to_owned())
        .authors(vec![what.issuer.to_owned()])
        .language(what.language.to_owned())
        .text_direction(direction)
        .creator("Passerelle".to_owned())
        .creation_date(date(what.made))
}

fn date(at: DateTime<Utc>) -> PdfDateTime {
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    PdfDateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(part(at.month()))
        .day(part(at.day()))
        .hour(part(at.hour()))
        .minute(part(at.minute()))
        .second(part(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}
