//! PDFs that claim or unpack to far more than they are: nothing of it is made room for.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use paper::{PdfError, ReadError, text_of};

/// Above what a file of the longest length takes by itself.
const MOST_KB: u64 = 48 * 1024;
const LONGEST: Duration = Duration::from_secs(4);

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn stream(number: usize, dictionary: &str, content: &[u8]) -> Vec<u8> {
    let head =
        format!("{number} 0 obj\n<<{dictionary}/Filter/FlateDecode/Length {}>>\nstream\n", content.len());
    [head.as_bytes(), content, b"\nendstream\nendobj\n"].concat()
}

/// Ended by a reference to what begins at `table`.
fn ended(file: Vec<u8>, table: usize) -> Vec<u8> {
    [file, format!("startxref\n{table}\n%%EOF\n").into_bytes()].concat()
}

/// A table of forty million objects in entries of no bytes.
fn claims_to_be_huge() -> Vec<u8> {
    let head = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n".to_vec();
    let table = head.len();
    let dictionary = "/Type/XRef/Root 1 0 R/Size 40000000/W[0 0 0]/Index[0 40000000]";
    ended([head, stream(2, dictionary, &packed(b""))].concat(), table)
}

/// The same as text: a section that says how many lines it has.
fn claims_many_lines() -> Vec<u8> {
    let head = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n".to_vec();
    let table = head.len();
    let lines =
        b"xref\n0 4294967295\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Size 4294967295>>\n".to_vec();
    ended([head, lines].concat(), table)
}

/// Object streams of a million bytes each, every second one of which begins an object.
fn unpacks_without_end() -> Vec<u8> {
    let count = 40_000;
    let offsets: String = (0..count).map(|number| format!("{} 0 ", number + 100)).collect();
    let content = [offsets.as_bytes(), b"[", &b"0 ".repeat(300_000), b"]"].concat();
    let dictionary = format!("/Type/ObjStm/N {count}/First {}", offsets.len());
    let content = packed(&content);
    let mut file = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n".to_vec();
    for number in 2..14 {
        file.extend(stream(number, &dictionary, &content));
    }
    let table = file.len();
    let lines = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Size 100000>>\n".to_vec();
    ended([file, lines].concat(), table)
}

/// Eight million bytes of words.
fn words_without_end() -> Vec<u8> {
    [&b"%PDF-1.7\n"[..], &b"1 0 obj<</A[<</B(".repeat(400_000), b"%%EOF"].concat()
}

/// Half of the file are beginnings of streams that end nowhere.
fn streams_without_end() -> Vec<u8> {
    [&b"%PDF-1.7\n"[..], &b"1 0 obj<</Length 99>>stream\n".repeat(250_000), b"%%EOF"].concat()
}

/// In a process of its own, as nextest runs each test, the peak is this test's.
#[test]
fn nothing_is_made_room_for_that_a_file_only_claims() {
    for (why, file, refused) in [
        ("a table of no bytes", claims_to_be_huge(), PdfError::Nothing),
        ("a table of many lines", claims_many_lines(), PdfError::Nothing),
        ("object streams", unpacks_without_end(), PdfError::Nothing),
        ("words", words_without_end(), PdfError::TooMuch),
        ("streams", streams_without_end(), PdfError::Form),
    ] {
        let _ = fs::write("/proc/self/clear_refs", "5");
        let (before, begun) = (status("VmRSS:"), Instant::now());
        let read = text_of([file.as_slice()]);
        let (taken, lasted) = (status("VmHWM:").saturating_sub(before), begun.elapsed());
        assert!(taken < MOST_KB && lasted < LONGEST, "{why}: {taken} kB, {lasted:?}");
        assert!(matches!(read, Err(ReadError::Pdf(error)) if error == refused), "{why}: {read:?}");
    }
}

/// A certificate that another program saved again, its dictionaries in an object stream: the credential is still found.
#[test]
fn a_credential_is_found_beside_object_streams_that_stay_closed() {
    let embedded =
        stream(7, "/Type/EmbeddedFile/Subtype/application#2Fdc+sd-jwt", &packed(b"eyJ0.e30.c2ln~"));
    let closed = unpacks_without_end();
    let end = closed.windows(9).rposition(|bytes| bytes == b"startxref").unwrap();
    let (before, after) = closed.split_at(end);
    // Written again later, the object counts instead of the object stream of its number.
    let file = [before, embedded.as_slice(), after].concat();
    assert_eq!(text_of([file.as_slice()]).unwrap(), "eyJ0.e30.c2ln~");
}

/// Kilobytes, from `/proc`.
fn status(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
