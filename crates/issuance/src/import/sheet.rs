//! From the bytes somebody's spreadsheet wrote to records with line numbers.
//!
//! Real files come with a byte-order mark, in Windows-1252, with semicolons, old line endings and quotation marks
//! that never close. Each of these is read or reported; none of them swallows the rows behind it.

use std::borrow::Cow;

use super::SheetError;

/// What a file may cost us.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub size_bytes: usize,
    pub rows: usize,
    pub columns: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { size_bytes: 5 * 1024 * 1024, rows: 10_000, columns: 60 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf8WithMark,
    Utf16,
    Windows1252,
    /// XLSX, whose texts have one encoding.
    Workbook,
}

impl Encoding {
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8WithMark => "UTF-8 with byte-order mark",
            Self::Utf16 => "UTF-16",
            Self::Windows1252 => "Windows-1252",
            Self::Workbook => "XLSX workbook",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    Comma,
    Semicolon,
    Tab,
    /// Cells of a workbook, which nothing separates.
    Cells,
}

impl Delimiter {
    const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Cells => "cells",
        }
    }

    pub(super) fn char(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::Tab => '\t',
            // The ASCII unit separator; no text is cut by it.
            Self::Cells => '\u{1f}',
        }
    }
}

/// One record as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The line it begins on, counted from 1.
    pub line: u64,
    pub fields: Vec<String>,
    /// A quotation mark opens on this line and never closes; the line was then read without regard to it.
    pub unclosed: bool,
}

impl Record {
    fn is_empty(&self) -> bool {
        self.fields.iter().all(|field| clean(field).is_empty())
    }
}

#[derive(Debug)]
pub(super) struct Sheet {
    pub encoding: Encoding,
    pub delimiter: Delimiter,
    pub header: Record,
    pub records: Vec<Record>,
    pub empty_lines: u64,
}

/// An uploaded file, and which sheet of a workbook is meant.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    pub bytes: &'a [u8],
    /// The first sheet that holds something, when absent; of no meaning for text.
    pub sheet: Option<&'a str>,
}

impl<'a, T: AsRef<[u8]> + ?Sized> From<&'a T> for File<'a> {
    fn from(bytes: &'a T) -> Self {
        Self { bytes: bytes.as_ref(), sheet: None }
    }
}

pub(super) fn read(file: File<'_>, limits: Limits) -> Result<Sheet, SheetError> {
    let bytes = file.bytes;
    if super::workbook::is_archive(bytes) {
        return super::workbook::read(bytes, file.sheet, limits);
    }
    if bytes.len() > limits.size_bytes {
        return Err(SheetError::TooLarge { limit_bytes: limits.size_bytes });
    }
    let (text, encoding) = decode(bytes)?;
    let (text, first_line, hinted) = separator_hint(&text);
    let delimiter = hinted.unwrap_or_else(|| guess_delimiter(text));
    let mut header = None;
    let mut records = Vec::new();
    let mut empty_lines = 0;
    for record in (Records { rest: text, line: first_line, delimiter: delimiter.char() }) {
        if record.is_empty() {
            empty_lines += 1;
        } else if record.fields.len() > limits.columns {
            return Err(SheetError::TooManyColumns { line: record.line, limit: limits.columns });
        } else if header.is_none() {
            header = Some(record);
        } else if records.len() == limits.rows {
            return Err(SheetError::TooManyRows { limit: limits.rows });
        } else {
            records.push(record);
        }
    }
    let header = header.ok_or(SheetError::Empty)?;
    if records.is_empty() {
        return Err(SheetError::NoRows);
    }
    Ok(Sheet { encoding, delimiter, header, records, empty_lines })
}

/// A field without what spreadsheets add around it: blanks, no-break spaces, and the apostrophe that keeps a
/// spreadsheet from running a text as a formula (we write it ourselves, see `report`).
pub(super) fn clean(field: &str) -> &str {
    let field = field.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
    match field.strip_prefix('\'') {
        Some(rest) if rest.starts_with(super::report::FORMULA_STARTS) => rest,
        _ => field,
    }
}

fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), SheetError> {
    // A workbook from before 2007, or one with a password, is a compound file.
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(SheetError::Workbook);
    }
    let (text, encoding) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => {
            let (text, used, _) = encoding.decode(bytes);
            let utf8 = used == encoding_rs::UTF_8;
            (text, if utf8 { Encoding::Utf8WithMark } else { Encoding::Utf16 })
        }
        None => match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), Encoding::Utf8),
            Err(_) => (encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0, Encoding::Windows1252),
        },
    };
    if text.contains('\0') {
        return Err(SheetError::NotText);
    }
    Ok((text, encoding))
}

/// Some spreadsheets begin a file with `sep=;`, which is not part of the table.
fn separator_hint(text: &str) -> (&str, u64, Option<Delimiter>) {
    let (line, rest) = split_line(text);
    let hint = clean(line).to_ascii_lowercase();
    let hinted = hint
        .strip_prefix("sep=")
        .and_then(|mark| Delimiter::ALL.into_iter().find(|delimiter| mark.chars().eq([delimiter.char()])));
    match hinted {
        Some(delimiter) => (rest, 2, Some(delimiter)),
        None => (text, 1, None),
    }
}

/// The delimiter that cuts the first line with letters on it into the most fields.
fn guess_delimiter(text: &str) -> Delimiter {
    let fields = |delimiter: Delimiter| {
        let mut records = Records { rest: text, line: 1, delimiter: delimiter.char() };
        let worded =
            |record: &Record| record.fields.iter().any(|field| field.chars().any(char::is_alphanumeric));
        records.find(worded).map_or(0, |record| record.fields.len())
    };
    let mut best = (Delimiter::Comma, 0);
    for delimiter in Delimiter::ALL {
        let found = fields(delimiter);
        if found > best.1 {
            best = (delimiter, found);
        }
    }
    best.0
}

/// The first line without its ending, and what follows. Knows `\n`, `\r\n` and the lone `\r` of old systems.
fn split_line(text: &str) -> (&str, &str) {
    let Some(at) = text.find(['\n', '\r']) else { return (text, "") };
    let (line, rest) = text.split_at(at);
    let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r']));
    (line, rest.unwrap_or_default())
}

struct Records<'a> {
    rest: &'a str,
    line: u64,
    delimiter: char,
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.rest.is_empty() {
            return None;
        }
        let line = self.line;
        if let Some((fields, consumed, lines)) = quoted_record(self.rest, self.delimiter) {
            self.rest = self.rest.get(consumed..).unwrap_or_default();
            self.line += lines;
            return Some(Record { line, fields, unclosed: false });
        }
        // The quotation mark that never closes must not eat the rows behind it.
        let (text, rest) = split_line(self.rest);
        self.rest = rest;
        self.line += 1;
        let fields = text.split(self.delimiter).map(str::to_owned).collect();
        Some(Record { line, fields, unclosed: true })
    }
}

/// A record longer than this is a quotation mark gone astray, not an address with many lines.
const MAX_RECORD_LINES: u64 = 40;

/// RFC 4180 as spreadsheets practise it: a field is quoted when its first character is a quotation mark; a mark
/// further in is a plain character. `None` when a quoted field does not end.
fn quoted_record(text: &str, delimiter: char) -> Option<(Vec<String>, usize, u64)> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut fresh = true;
    let mut lines = 1;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let line_end = c == '\n' || c == '\r';
        if quoted {
            if c == '"' && chars.next_if(|(_, next)| *next == '"').is_some() {
                field.push('"');
            } else if c == '"' {
                quoted = false;
            } else {
                let pair = c == '\r' && chars.peek().is_some_and(|(_, next)| *next == '\n');
                if line_end && !pair {
                    lines += 1;
                }
                if lines > MAX_RECORD_LINES {
                    return None;
                }
                field.push(c);
            }
        } else if line_end {
            let mut end = at + 1;
            if c == '\r' && chars.next_if(|(_, next)| *next == '\n').is_some() {
                end += 1;
            }
            fields.push(field);
            return Some((fields, end, lines));
        } else if c == delimiter {
            fields.push(std::mem::take(&mut field));
            fresh = true;
            continue;
        } else if c == '"' && fresh {
            quoted = true;
        } else {
            field.push(c);
        }
        fresh = false;
    }
    if quoted {
        return None;
    }
    fields.push(field);
    Some((fields, text.len(), lines))
}
