//! Lists that offices upload: text and workbooks of staff and of beneficiaries.
#![no_main]

use std::io::{Cursor, Read as _, Write as _};
use std::sync::LazyLock;

use chrono::NaiveDate;
use fuzz::bounds::{bounded, within};
use issuance::import::{BadRow, Limits, Listing, SheetError, faults_csv, retirees, staff};
use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;

/// A workbook may unpack to 48 MB, which its cells become in memory.
const WORKBOOK_BYTES: usize = 250 * 1000 * 1000;

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % 5 {
        0 => people(bounded(|| staff(rest, Limits::default(), today())), rest),
        1 => people(bounded(|| retirees(rest, Limits::default())), rest),
        2 => workbook(&[("xl/worksheets/sheet1.xml", rest)]),
        3 => workbook(&[("xl/worksheets/sheet1.xml", &SHEET), ("xl/sharedStrings.xml", rest)]),
        _ => people(within(WORKBOOK_BYTES, || staff(rest, Limits::default(), today())), rest),
    }
});

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).expect("a day")
}

/// Every row is there once, good or bad, in its order; the bad ones can be sent again.
fn people<T>(listing: Result<Listing<T>, SheetError>, file: &[u8]) {
    let Ok(listing) = listing else { return };
    let limits = Limits::default();
    assert!((1..=limits.rows).contains(&listing.rows.len()));
    assert!(listing.rows.is_sorted_by(|one, next| one.line < next.line), "rows out of order");
    assert!(listing.headings.len() <= limits.columns);
    assert!(!file.is_empty());
    let bad: Vec<(u64, &BadRow)> =
        listing.rows.iter().filter_map(|row| Some((row.line, row.outcome.as_ref().err()?))).collect();
    let widest = bad.iter().map(|(_, row)| row.fields.len()).max().unwrap_or_default();
    if !bad.is_empty() && widest.max(listing.headings.len()) + 2 <= limits.columns {
        let count = bad.len();
        let again = faults_csv(&listing.headings, bad);
        sent_again(&again, count);
    }
    assert!(listing.bad().all(|row| !row.faults.is_empty()), "a bad row without a fault");
}

/// No row of the file of faults is lost when it comes back, whichever list it belongs to.
fn sent_again(file: &[u8], count: usize) {
    let as_staff = staff(file, Limits::default(), today()).map(|listing| listing.rows.len());
    let as_retirees = retirees(file, Limits::default()).map(|listing| listing.rows.len());
    assert!([as_staff, as_retirees].contains(&Ok(count)), "a row is lost on the way back");
}

/// A true workbook with parts of another.
fn workbook(parts: &[(&str, &[u8])]) {
    let mut made = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let kept = PARTS.iter().map(|(name, content)| (name.as_str(), content.as_slice()));
    let kept = kept.filter(|(name, _)| parts.iter().all(|(other, _)| name != other));
    for (name, content) in kept.chain(parts.iter().copied()) {
        made.start_file(name, SimpleFileOptions::default()).expect("writing to memory");
        made.write_all(content).expect("writing to memory");
    }
    let file = made.finish().expect("writing to memory").into_inner();
    people(within(WORKBOOK_BYTES, || staff(&file, Limits::default(), today())), &file);
}

/// The parts of a workbook of staff, by name.
static PARTS: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let mut archive = zip::ZipArchive::new(Cursor::new(WORKBOOK)).expect("our own workbook");
    let mut parts = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("our own workbook");
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("our own workbook");
        parts.push((part.name().expect("a name in UTF-8").into_owned(), content));
    }
    parts
});
const WORKBOOK: &[u8] = include_bytes!("../../../crates/issuance/src/import/workbooks/staff.xlsx");
/// Two rows of twelve cells whose texts are the shared ones, one after the other.
static SHEET: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let row = |number: usize| {
        let cells = (0..12).map(|at| {
            let column = char::from(b'A' + u8::try_from(at).expect("few columns"));
            format!("<c r=\"{column}{number}\" t=\"s\"><v>{}</v></c>", (number - 1) * 12 + at)
        });
        format!("<row r=\"{number}\">{}</row>", cells.collect::<String>())
    };
    let namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rows = [row(1), row(2)].concat();
    format!("<worksheet xmlns=\"{namespace}\"><sheetData>{rows}</sheetData></worksheet>").into_bytes()
});
