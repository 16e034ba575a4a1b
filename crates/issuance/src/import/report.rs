//! The rows that were not accepted, as a file to correct and send again.

use super::BadRow;

/// What would make a spreadsheet run a cell as a formula.
pub(super) const FORMULA_STARTS: [char; 4] = ['=', '+', '-', '@'];

/// UTF-8 with a byte-order mark (spreadsheets need it) and the given headings, followed by the line of each row in the
/// original file and what was wrong with it. Both extra columns are ignored when the file comes back.
#[must_use]
pub fn faults_csv<'a>(headings: &[String], rows: impl IntoIterator<Item = (u64, &'a BadRow)>) -> Vec<u8> {
    let mut writer = ::csv::WriterBuilder::new()
        .flexible(true)
        .terminator(::csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let extra = ["line_in_original", "what_to_correct"];
    let mut written =
        writer.write_record(headings.iter().map(|h| guarded(h)).chain(extra.map(str::to_owned)));
    for (line, row) in rows {
        // A row with too few or too many cells keeps its cells; the two columns stay in their place.
        let padding = headings.len().saturating_sub(row.fields.len());
        let reasons: Vec<String> =
            row.faults.iter().map(|fault| said(&fault.heading, &fault.reason)).collect();
        let cells = row.fields.iter().take(headings.len().max(1)).map(|field| guarded(field));
        let lost: Vec<String> = row.fields.iter().skip(headings.len()).map(|field| guarded(field)).collect();
        let record = cells
            .chain(std::iter::repeat_n(String::new(), padding))
            .chain([line.to_string(), guarded(&reasons.join("; "))])
            .chain(lost);
        written = written.and_then(|()| writer.write_record(record));
    }
    // Writing into memory cannot fail; were it to, an empty file says so better than half a one.
    written.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default()
}

/// A file for spreadsheets: UTF-8 with a byte-order mark, no cell that could run as a formula.
#[must_use]
pub fn csv<'a, const N: usize>(
    headings: &[&str; N],
    rows: impl IntoIterator<Item = [&'a str; N]>,
) -> Vec<u8> {
    let mut writer = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let mut written = writer.write_record(headings);
    for row in rows {
        written = written.and_then(|()| writer.write_record(row.map(guarded)));
    }
    written.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default()
}

fn said(heading: &str, reason: &str) -> String {
    match heading.is_empty() {
        true => reason.to_owned(),
        false => format!("{heading}: {reason}"),
    }
}

fn guarded(cell: &str) -> String {
    match cell.starts_with(FORMULA_STARTS) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}
