//! XLSX workbooks, read within bounds: a small file may say that it is an endless one.
//!
//! Before anything is parsed every part is unpacked once and counted, whatever the archive says of sizes, so that what
//! the parser unpacks again is known to be small. Cells are taken one by one, never as the rectangle a sheet claims.

mod references;

use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};

use super::SheetError;
use super::sheet::{Delimiter, Encoding, Limits, Record, Sheet};

/// Parts of an archive, of which a plain workbook has about ten.
const MOST_PARTS: usize = 256;
/// What all parts come to, unpacked.
const UNPACKED_BYTES: u64 = 48 * 1024 * 1024;
/// Texts that cells share, and cells of a sheet: each becomes a value in memory.
const MOST_ITEMS: usize = 700_000;

type Workbook<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Whether these bytes are a zip archive, as every XLSX file is.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The named sheet, or the first one that is shown and holds something.
pub(super) fn read(bytes: &[u8], name: Option<&str>, limits: Limits) -> Result<Sheet, SheetError> {
    if bytes.len() > limits.size_bytes {
        return Err(SheetError::TooLarge { limit_bytes: limits.size_bytes });
    }
    check_size(bytes)?;
    let mut workbook: Workbook<'_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| SheetError::NotWorkbook)?;
    let shown: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let wanted = match name {
        None => shown,
        Some(name) => match workbook.sheet_names().into_iter().find(|known| known.trim() == name.trim()) {
            Some(known) => vec![known],
            None => return Err(SheetError::NoSheet { found: shown }),
        },
    };
    for name in &wanted {
        let records = records(&mut workbook, name, limits)?;
        let mut records = records.into_iter();
        let Some(header) = records.next() else { continue };
        let records: Vec<Record> = records.collect();
        let last = records.last().map_or(header.line, |record| record.line);
        if records.is_empty() {
            return Err(SheetError::NoRows);
        }
        let empty_lines = last - records.len() as u64 - 1;
        let (encoding, delimiter) = (Encoding::Workbook, Delimiter::Cells);
        return Ok(Sheet { encoding, delimiter, header, records, empty_lines });
    }
    Err(SheetError::Empty)
}

/// Unpacks everything once, within bounds.
fn check_size(bytes: &[u8]) -> Result<(), SheetError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetError::NotWorkbook)?;
    if archive.len() > MOST_PARTS {
        return Err(SheetError::Bloated);
    }
    let mut left = UNPACKED_BYTES;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| SheetError::NotWorkbook)?;
        let mut content = Vec::new();
        // One byte more than is left shows that there is more.
        let read = part.take(left + 1).read_to_end(&mut content).map_err(|_| SheetError::NotWorkbook)?;
        left = left.checked_sub(read as u64).ok_or(SheetError::Bloated)?;
        if references::any_is_impossible(&content) {
            return Err(SheetError::NotWorkbook);
        }
        if count(&content, b"<si") > MOST_ITEMS
            || count(&content, b"<c ") + count(&content, b"<c>") > MOST_ITEMS
        {
            return Err(SheetError::Bloated);
        }
    }
    Ok(())
}

fn count(content: &[u8], wanted: &[u8]) -> usize {
    content.windows(wanted.len()).filter(|window| *window == wanted).count()
}

/// The rows that hold something, with the numbers a spreadsheet shows beside them.
fn records(workbook: &mut Workbook<'_>, name: &str, limits: Limits) -> Result<Vec<Record>, SheetError> {
    let mut cells = workbook.worksheet_cells_reader(name).map_err(|_| SheetError::NotWorkbook)?;
    let mut records: Vec<Record> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(|_| SheetError::NotWorkbook)? {
        let text = text_of(cell.get_value());
        if super::sheet::clean(&text).is_empty() {
            continue;
        }
        let (row, column) = cell.get_position();
        let (line, column) = (u64::from(row) + 1, column as usize);
        if column >= limits.columns {
            return Err(SheetError::TooManyColumns { line, limit: limits.columns });
        }
        // Rows come in order; a file in which they do not is read as it is written, and never merges two of them.
        if records.last().is_none_or(|record| record.line < line) {
            if records.len() > limits.rows {
                return Err(SheetError::TooManyRows { limit: limits.rows });
            }
            records.push(Record { line, fields: Vec::new(), unclosed: false });
        }
        let Some(record) = records.last_mut().filter(|record| record.line == line) else {
            return Err(SheetError::NotWorkbook);
        };
        if record.fields.len() <= column {
            record.fields.resize(column + 1, String::new());
        }
        if let Some(field) = record.fields.get_mut(column) {
            *field = text;
        }
    }
    Ok(records)
}

/// A cell as a person reads it: whole numbers without a point, dates as year-month-day. Control characters that nobody
/// sees are left out; with them the file of corrections could not be read again.
fn text_of(value: &DataRef<'_>) -> String {
    let mut text = written(value);
    text.retain(|character| !character.is_control() || matches!(character, '\t' | '\n' | '\r'));
    text
}

fn written(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => iso_day(text),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        // Rust writes the shortest text that is this number: 10023, not 10023.0.
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::Error(error) => error.to_string(),
        DataRef::DateTime(at) if at.is_duration() => at.as_f64().to_string(),
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
            }
        }
    }
}

/// `1985-12-31T00:00:00` is a day.
fn iso_day(text: &str) -> String {
    let day = text.strip_suffix("T00:00:00").or_else(|| text.strip_suffix("T00:00:00Z"));
    day.filter(|day| day.len() == 10).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file of corrections with such a character in it would not be read again.
    #[test]
    fn control_characters_that_nobody_sees_are_left_out() {
        let read = |text: &str| text_of(&DataRef::String(text.to_owned()));
        assert_eq!(read("Am\u{0}in\u{1f}a\u{85}"), "Amina");
        assert_eq!(read("two\nlines\tand a tab"), "two\nlines\tand a tab");
    }
}
