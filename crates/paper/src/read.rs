//! From files to the one text in them.

use std::collections::BTreeSet;

use crate::kind::Kind;
use crate::parts::{Joining, PartsError};
use crate::pdf::{self, PdfError};
use crate::scan::{Picture, ScanError};

/// Why files gave no text.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Scan(#[from] ScanError),
    #[error(transparent)]
    Pdf(#[from] PdfError),
    #[error("the codes make no text")]
    Parts(#[from] PartsError),
    #[error("{have} of {count} codes are there; hand over the pictures of the others together with these")]
    Missing { have: usize, count: usize },
    #[error("there is no file to read; choose one")]
    Nothing,
    #[error("there are codes of several documents; show one alone")]
    Several,
    #[error("neither text nor a picture nor a PDF")]
    OtherKind,
}

/// The one text in one or several files: pictures of QR codes, whose parts are put together, a PDF, or a file of text.
/// Files that hold more than one document are refused, since nobody could say which of them was checked.
pub fn text_of<'a>(files: impl IntoIterator<Item = &'a [u8]>) -> Result<String, ReadError> {
    let mut found = Found::default();
    for file in files {
        match Kind::of(file) {
            Some(Kind::Png | Kind::Jpeg) => found.add_picture(&Picture::decode(file)?)?,
            Some(Kind::Pdf) => pdf::texts(file, &mut found)?,
            None => found.add(std::str::from_utf8(file).map_err(|_| ReadError::OtherKind)?.trim())?,
        }
    }
    found.only()
}

/// What the codes of still pictures make. Unlike at a camera the order says nothing, so that every document is kept.
#[derive(Default)]
pub(crate) struct Found {
    sequences: Vec<Joining>,
    whole: BTreeSet<String>,
}

impl Found {
    /// Looks at smaller and smaller copies until every code that began something has its others.
    fn add_picture(&mut self, picture: &Picture) -> Result<(), ReadError> {
        if self.look_at(picture)? { Ok(()) } else { Err(ScanError::NoCode.into()) }
    }

    /// The same for pictures of which some may show no code; whether this one does.
    pub(crate) fn look_at(&mut self, picture: &Picture) -> Result<bool, PartsError> {
        let mut seen = false;
        for codes in picture.looks() {
            seen |= !codes.is_empty();
            for code in codes {
                self.add(&code)?;
            }
            if seen && self.missing().is_none() {
                return Ok(true);
            }
        }
        Ok(seen)
    }

    pub(crate) fn add(&mut self, code: &str) -> Result<(), PartsError> {
        let place = self.sequences.iter().position(|sequence| sequence.takes(code));
        let mut sequence = place.map(|place| self.sequences.swap_remove(place)).unwrap_or_default();
        self.whole.extend(sequence.add(code)?);
        // Nothing is kept of a code that is a text by itself.
        self.sequences.extend(Some(sequence).filter(|sequence| sequence.progress().1 > 0));
        Ok(())
    }

    /// A sequence that is not complete: how many codes of it there are, and of how many.
    fn missing(&self) -> Option<(usize, usize)> {
        self.sequences.iter().map(Joining::progress).find(|(have, count)| have < count)
    }

    fn only(mut self) -> Result<String, ReadError> {
        let begun = self.sequences.iter().map(Joining::progress).filter(|(have, count)| have < count).count();
        match (self.whole.len(), begun) {
            (1, 0) => self.whole.pop_first().ok_or(ReadError::Several),
            (0, 0 | 1) => {
                let missing = self.missing().map(|(have, count)| ReadError::Missing { have, count });
                Err(missing.unwrap_or(ReadError::Nothing))
            }
            _ => Err(ReadError::Several),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::parts;

    /// Long enough for several codes, and another one for each seed.
    fn text(seed: u64) -> String {
        let mut state = seed;
        let digit = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from_digit(u32::try_from(state >> 59).unwrap(), 36).unwrap()
        };
        std::iter::repeat_with(digit).take(1_500).collect()
    }

    fn only(codes: &[String]) -> Result<String, ReadError> {
        text_of(codes.iter().map(String::as_bytes))
    }

    #[test]
    fn codes_of_two_documents_are_refused_in_whatever_order() {
        let (one, two) = (parts(&text(1)).unwrap(), parts(&text(2)).unwrap());
        assert!(one.len() > 1 && two.len() > 1);
        let mixed: Vec<_> = one.iter().zip(&two).flat_map(|(a, b)| [a.clone(), b.clone()]).collect();
        for codes in [mixed, [one.clone(), two].concat(), [one.clone(), vec!["eyJ~".to_owned()]].concat()] {
            assert!(matches!(only(&codes), Err(ReadError::Several)));
        }
        assert!(matches!(only(&["a~".to_owned(), "b~".to_owned()]), Err(ReadError::Several)));
        assert_eq!(only(&[one.clone(), one].concat()).unwrap(), text(1), "the same document twice is one");
    }

    #[test]
    fn half_of_a_document_beside_a_whole_one_is_refused_too() {
        let (one, two) = (parts(&text(1)).unwrap(), parts(&text(2)).unwrap());
        assert!(matches!(only(&[one, two[..1].to_vec()].concat()), Err(ReadError::Several)));
    }

    #[test]
    fn no_file_is_no_document() {
        assert!(matches!(only(&[]), Err(ReadError::Nothing)));
    }
}
