//! Credentials on paper: as QR codes or as a PDF/A-3 certificate, and back from a picture or the file.
//!
//! It knows nothing of what the text means and checks no signature; a picture that was changed gives another text, which
//! then does not verify. Every input is a stranger's and bounded. Read [`parts`], [`Joining`] and [`text_of`] first; the
//! form of a sequence is in README.md.

mod draw;
mod form;
mod kind;
mod parts;
mod pdf;
mod read;
mod scan;

pub use draw::{DrawError, png};
pub use form::FORM_PREFIX;
pub use kind::Kind;
pub use parts::{Joining, MAX_PARTS, MAX_TEXT_BYTES, PartsError, parts};
pub use pdf::{Certificate, CertificateError, Direction, Fact, MAX_PDF_BYTES, PdfError, certificate};
pub use pdf::{FormPart, Letter, LetterError, Slip, check_address, letters, sample_letters};
pub use read::{ReadError, text_of};
pub use scan::{MAX_FILE_BYTES, MAX_PIXELS, ScanError, scan};
pub use scan::{MAX_FORM_FILE_BYTES, MAX_FORM_PAGES, PageFault, ScannedForm, ScannedPage, forms};
