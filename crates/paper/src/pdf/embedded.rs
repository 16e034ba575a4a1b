//! What a PDF from a stranger holds: a credential as an associated file, or scanned pages with codes on them.

use lopdf::{Dictionary, Document, LoadOptions, Object, Stream};

use crate::parts::MAX_TEXT_BYTES;
use crate::read::{Found, ReadError};
use crate::scan::Picture;

/// Longer files are refused unread; a certificate has some 100 kB.
pub const MAX_PDF_BYTES: usize = 8 * 1024 * 1024;
/// Each may unpack to [`MAX_UNPACKED_BYTES`] while the file is loaded.
const MAX_STREAMS: usize = 1_000;
const MAX_UNPACKED_BYTES: usize = 1024 * 1024;
const MAX_OBJECTS: usize = 20_000;
/// Where the mark of the end must stand.
const TAIL_BYTES: usize = 1024;
/// Scanned pages that are looked at.
const MAX_PICTURES: usize = 8;
/// Names are looked up at most so deep.
const MAX_DEPTH: usize = 8;

/// The media types of credentials and presentations that certificates embed.
const MEDIA_TYPES: [&str; 9] = [
    "application/vc",
    "application/vp",
    "application/vc+jwt",
    "application/vp+jwt",
    "application/vc+sd-jwt",
    "application/vp+sd-jwt",
    "application/dc+sd-jwt",
    "application/ld+json",
    "application/json",
];

/// Why a PDF gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    #[error("the PDF is longer than {MAX_PDF_BYTES} bytes")]
    TooLong,
    #[error("the PDF has more parts than a certificate or a few scanned pages")]
    TooMuch,
    #[error("the PDF cannot be read")]
    Form,
    #[error("the file embedded in the PDF is too long or no text")]
    Embedded,
    #[error("the PDF has neither a credential embedded nor a scanned page")]
    Nothing,
}

/// Puts into `found` what the file holds. An embedded credential goes before pictures of pages, which show its codes again.
pub(crate) fn texts(file: &[u8], found: &mut Found) -> Result<(), ReadError> {
    let document = load(file)?;
    let embedded = embedded(&document)?;
    if embedded.is_empty() {
        return pictures(&document, found);
    }
    for text in embedded {
        found.add(text.trim())?;
    }
    Ok(())
}

fn load(file: &[u8]) -> Result<Document, PdfError> {
    if file.len() > MAX_PDF_BYTES {
        return Err(PdfError::TooLong);
    }
    // A file that was cut off could hold half a credential; ISO 32000-1, 7.5.5 says how it ends.
    let end = file.get(file.len().saturating_sub(TAIL_BYTES)..).unwrap_or_default();
    if !end.windows(5).any(|bytes| bytes == b"%%EOF") {
        return Err(PdfError::Form);
    }
    // Whatever unpacks is announced by this word; counted before anything is unpacked.
    let streams = file.windows(6).filter(|bytes| bytes == b"stream").count();
    if streams > 2 * MAX_STREAMS {
        return Err(PdfError::TooMuch);
    }
    let options = LoadOptions { max_decompressed_size: Some(MAX_UNPACKED_BYTES), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(file, options).map_err(|_| PdfError::Form)?;
    if document.objects.len() > MAX_OBJECTS { Err(PdfError::TooMuch) } else { Ok(document) }
}

/// Files that the document's catalogue or its name tree lists and that are credentials by their media type.
fn embedded(document: &Document) -> Result<Vec<String>, PdfError> {
    let specifications = document.objects.values().filter_map(|object| object.as_dict().ok());
    let mut files = Vec::new();
    for specification in specifications.filter(|dictionary| is(dictionary, b"Type", b"Filespec")) {
        let Some(stream) = file_of(document, specification) else { continue };
        if MEDIA_TYPES.iter().any(|known| is(&stream.dict, b"Subtype", known.as_bytes())) {
            files.push(text(stream)?);
        }
    }
    Ok(files)
}

/// ISO 32000-1, 7.11.4: the stream of a file specification.
fn file_of<'a>(document: &'a Document, specification: &'a Dictionary) -> Option<&'a Stream> {
    let files = resolve(document, specification.get(b"EF").ok()?)?.as_dict().ok()?;
    let file = files.get(b"F").or_else(|_| files.get(b"UF")).ok()?;
    resolve(document, file)?.as_stream().ok()
}

fn resolve<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Object> {
    let mut object = object;
    for _ in 0..MAX_DEPTH {
        let Object::Reference(id) = object else { return Some(object) };
        object = document.objects.get(id)?;
    }
    None
}

fn text(stream: &Stream) -> Result<String, PdfError> {
    let bytes = if stream.dict.has(b"Filter") {
        stream.decompressed_content_with_limit(MAX_TEXT_BYTES).map_err(|_| PdfError::Embedded)?
    } else {
        stream.content.clone()
    };
    let fits = bytes.len() <= MAX_TEXT_BYTES;
    String::from_utf8(bytes).ok().filter(|_| fits).ok_or(PdfError::Embedded)
}

/// JPEG pictures, as scanners write pages.
fn pictures(document: &Document, found: &mut Found) -> Result<(), ReadError> {
    let streams = document.objects.values().filter_map(|object| object.as_stream().ok());
    let mut jpegs =
        streams.filter(|stream| is(&stream.dict, b"Subtype", b"Image") && is_jpeg(&stream.dict)).peekable();
    if jpegs.peek().is_none() {
        return Err(PdfError::Nothing.into());
    }
    for stream in jpegs.take(MAX_PICTURES) {
        let picture = Picture::decode(&stream.content)?;
        found.look_at(&picture)?;
    }
    Ok(())
}

/// The only filter, or the only one in a list.
fn is_jpeg(dictionary: &Dictionary) -> bool {
    match dictionary.get(b"Filter") {
        Ok(Object::Name(name)) => name == b"DCTDecode",
        Ok(Object::Array(filters)) => {
            matches!(filters.as_slice(), [Object::Name(name)] if name == b"DCTDecode")
        }
        _ => false,
    }
}

fn is(dictionary: &Dictionary, key: &[u8], name: &[u8]) -> bool {
    dictionary.get(key).and_then(Object::as_name).is_ok_and(|found| found == name)
}
