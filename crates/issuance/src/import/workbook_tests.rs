#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::{Cursor, Read as _, Write as _};

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;

const STAFF: &[u8] = include_bytes!("workbooks/staff.xlsx");
const SHEETS: &[u8] = include_bytes!("workbooks/sheets.xlsx");
const SINCE_1904: &[u8] = include_bytes!("workbooks/since-1904.xlsx");
const WIDE: &[u8] = include_bytes!("workbooks/wide.xlsx");

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 28).unwrap()
}

fn read_with(bytes: &[u8], sheet: Option<&str>, limits: Limits) -> Result<Listing<Person>, SheetError> {
    staff(File { bytes, sheet }, limits, today())
}

fn read(bytes: &[u8], sheet: Option<&str>) -> Result<Listing<Person>, SheetError> {
    read_with(bytes, sheet, Limits::default())
}

fn refused(bytes: &[u8]) -> SheetError {
    read(bytes, None).unwrap_err()
}

/// The same archive with parts replaced or added.
fn with_parts(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(STAFF)).unwrap();
    let mut made = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let known = part.name().unwrap().into_owned();
        if parts.iter().all(|(name, _)| known != *name) {
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            made.start_file(known, options).unwrap();
            made.write_all(&content).unwrap();
        }
    }
    for (name, content) in parts {
        made.start_file(*name, options).unwrap();
        made.write_all(content).unwrap();
    }
    made.finish().unwrap().into_inner()
}

fn sheet_of(rows: &str) -> Vec<u8> {
    let xml = format!(
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
    );
    with_parts(&[("xl/worksheets/sheet1.xml", xml.as_bytes())])
}

#[test]
fn numbers_days_and_texts_are_read_as_they_are_shown() {
    for book in [STAFF, SINCE_1904] {
        let listing = read(book, None).unwrap();
        assert_eq!((listing.encoding, listing.delimiter), (Encoding::Workbook, Delimiter::Cells));
        assert_eq!((listing.empty_lines, listing.unused.as_slice()), (1, &["remarks".to_owned()][..]));
        let good: Vec<&Person> = listing.good().collect();
        let amina = good[0];
        assert_eq!((amina.staff_number.as_str(), amina.birth_date.as_deref()), ("10023", Some("1985-12-31")));
        let contract = amina.employment.as_ref().unwrap();
        assert_eq!(
            (contract.start_date.as_str(), contract.end_date.as_deref()),
            ("2024-02-01", Some("2028-01-31"))
        );
        let fatima = good[1];
        assert_eq!(
            (fatima.staff_number.as_str(), fatima.birth_date.as_deref()),
            ("00042", Some("1990-02-28"))
        );
        assert_eq!(fatima.original_name.as_deref(), Some("فاطمة حداد"));
        assert_eq!(fatima.employment.as_ref().unwrap().start_date, "2025-01-01");
    }
}

#[test]
fn a_fault_names_the_row_and_column_that_the_spreadsheet_shows() {
    let listing = read(STAFF, None).unwrap();
    let bad: Vec<&BadRow> = listing.bad().collect();
    let places: Vec<(u64, Option<usize>, &str)> =
        bad[0].faults.iter().map(|fault| (fault.line, fault.column, fault.heading.as_str())).collect();
    // A formula that nobody has calculated is an empty cell, half a day is no date, and there is no grade P-9.
    assert_eq!(places, [(5, Some(2), "given_name"), (5, Some(5), "birth_date"), (5, Some(8), "grade")]);
}

#[test]
fn the_first_sheet_that_holds_something_is_read_unless_another_is_named() {
    assert_eq!(read(SHEETS, None).unwrap().rows.len(), 3);
    assert_eq!(read(SHEETS, Some(" Staff 2026 ")).unwrap().rows.len(), 3);
    assert_eq!(read(SHEETS, Some("Other")).unwrap_err(), SheetError::NoRows);
    assert_eq!(read(SHEETS, Some("Empty")).unwrap_err(), SheetError::Empty);
    let found = vec!["Empty".to_owned(), "Staff 2026".to_owned(), "Other".to_owned()];
    assert_eq!(read(SHEETS, Some("Nowhere")).unwrap_err(), SheetError::NoSheet { found });
}

#[test]
fn a_sheet_has_bounds_wherever_its_cells_stand() {
    assert_eq!(refused(WIDE), SheetError::TooManyColumns { line: 2, limit: 60 });
    let few = Limits { rows: 2, ..Limits::default() };
    assert_eq!(read_with(STAFF, None, few).unwrap_err(), SheetError::TooManyRows { limit: 2 });
    let small = Limits { size_bytes: 100, ..Limits::default() };
    assert_eq!(read_with(STAFF, None, small).unwrap_err(), SheetError::TooLarge { limit_bytes: 100 });
    let far = sheet_of(
        "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"B1048576\"><v>2</v></c></row>",
    );
    assert!(
        matches!(refused(&far), SheetError::MissingColumns { .. }),
        "read without the million rows between"
    );
    let back =
        sheet_of("<row r=\"9\"><c r=\"A9\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\"><v>2</v></c></row>");
    assert_eq!(refused(&back), SheetError::NotWorkbook);
    for beyond in ["<row r=\"1\"><c r=\"AAAAAAAAA1\"><v>1</v></c></row>", "<row r=\"99999999999\"/>"] {
        assert_eq!(refused(&sheet_of(beyond)), SheetError::NotWorkbook, "{beyond}");
    }
}

#[test]
fn a_small_archive_that_unpacks_to_a_large_one_is_refused() {
    let bomb = with_parts(&[("xl/media/image1.png", &vec![0; 50 * 1024 * 1024])]);
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    assert_eq!(refused(&bomb), SheetError::Bloated);
    let texts = format!("<sst>{}</sst>", "<si/>".repeat(800_000));
    assert_eq!(refused(&with_parts(&[("xl/sharedStrings.xml", texts.as_bytes())])), SheetError::Bloated);
    assert_eq!(refused(&sheet_of(&"<c t=\"b\"/>".repeat(800_000))), SheetError::Bloated);
    let names: Vec<String> = (0..300).map(|n| format!("x/{n}")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(refused(&with_parts(&many)), SheetError::Bloated);
}

#[test]
fn entities_are_not_expanded() {
    let laughs = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let xml = format!(
        "<?xml version=\"1.0\"?>{laughs}<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&b;</t></is></c></row></sheetData></worksheet>"
    );
    let read = read(&with_parts(&[("xl/worksheets/sheet1.xml", xml.as_bytes())]), None);
    let said = format!("{:?}", read.unwrap_err());
    assert!(!said.contains("aaaa"), "{said}");
}

#[test]
fn other_archives_and_old_workbooks_are_told_apart() {
    assert_eq!(refused(b"PK\x03\x04rest"), SheetError::NotWorkbook);
    assert_eq!(refused(&STAFF[..STAFF.len() / 2]), SheetError::NotWorkbook);
    assert_eq!(refused(b"\xd0\xcf\x11\xe0rest"), SheetError::Workbook);
    let mut other = zip::ZipWriter::new(Cursor::new(Vec::new()));
    other.start_file("letter.txt", zip::write::SimpleFileOptions::default()).unwrap();
    assert_eq!(refused(&other.finish().unwrap().into_inner()), SheetError::NotWorkbook);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever becomes of the bytes of a workbook, reading it ends with rows or an error.
    #[test]
    fn damaged_workbooks_are_survived(at in 0..STAFF.len(), byte in any::<u8>(), cut in 0..STAFF.len()) {
        let mut damaged = STAFF.to_vec();
        damaged[at] = byte;
        let _ = read(&damaged, None);
        let _ = read(&STAFF[..cut], None);
    }

    /// The same for the XML of a sheet, which the archive's check sum does not let through otherwise.
    #[test]
    fn damaged_sheets_are_survived(rows in "(<row r=\"[0-9]{1,7}\">|</row>|<c( r=\"[A-Z]{0,4}[0-9]{0,8}\")?( t=\"(s|b|n|e|d|str)\")?>|</c>|<v>[-0-9a-zE.]{0,12}</v>|<f>[A-Z0-9(]{0,5}</f>){0,20}") {
        let _ = read(&sheet_of(&rows), None);
    }
}
