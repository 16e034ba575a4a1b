//! Reading the lists that offices upload: staff of an organisation, beneficiaries of the Fund.
//!
//! The whole file is read whatever is wrong with single rows: every row ends up good or with its faults, each fault
//! with line, column and a reason in words. Only a file that cannot be a list at all is refused ([`SheetError`]).
//! Read [`staff`], [`Listing`] and [`RowFault`] first.

mod columns;
mod countries;
mod register;
#[cfg(test)]
mod register_tests;
mod report;
mod retirees;
mod row;
mod sheet;
mod staff;
#[cfg(test)]
mod tests;
mod upload;
mod workbook;
#[cfg(test)]
mod workbook_tests;

pub use countries::{countries, country_name};
pub use register::{REGISTER_LIMITS, Registered, register, register_headings, register_rows};
pub use report::{csv, faults_csv};
pub use retirees::{LANGUAGES, Retiree, retirees};
pub use sheet::{Delimiter, Encoding, File, Limits};
pub use staff::{Employment, Person, staff, written_grade};
pub use upload::{GoodRow, ListKind, RowContent, RowCounts, RowState, Upload, UploadRow, UploadState};

/// Why a file is refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    #[error("the file is empty")]
    Empty,
    #[error("the file has headings but no rows")]
    NoRows,
    #[error("the file is larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: usize },
    #[error("the file has more than {limit} rows; split it into several lists")]
    TooManyRows { limit: usize },
    #[error("line {line} has more than {limit} columns")]
    TooManyColumns { line: u64, limit: usize },
    #[error(
        "this is an old or locked workbook; save it as XLSX without a password, or as CSV, and upload that file"
    )]
    Workbook,
    #[error("the file is no XLSX workbook, or it is damaged")]
    NotWorkbook,
    #[error("the workbook unpacks to more than a list of people can be; copy the list into a new workbook")]
    Bloated,
    #[error("the workbook has no sheet of that name; it has: {}", found.join(", "))]
    NoSheet { found: Vec<String> },
    #[error("the file is not text")]
    NotText,
    #[error("the first line must hold the headings; missing: {}; found: {}", missing.join(", "), found.join(", "))]
    MissingColumns { missing: Vec<&'static str>, found: Vec<String> },
    #[error("the heading {heading} means the same as an earlier one")]
    ColumnTwice { heading: String },
}

/// One thing wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RowFault {
    /// Line in the file, counted from 1, headings included.
    pub line: u64,
    /// Column in the file, counted from 1; absent when the row as a whole is at fault.
    pub column: Option<usize>,
    /// The heading over that column as the file spells it.
    pub heading: String,
    pub reason: String,
}

/// A row of a list: what it says, or what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRow<T> {
    pub line: u64,
    /// The cells as they stand in the file.
    pub fields: Vec<String>,
    pub outcome: Result<T, BadRow>,
}

/// A row that was not accepted, kept as it was written so that it can be corrected and sent again.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BadRow {
    pub fields: Vec<String>,
    pub faults: Vec<RowFault>,
}

/// A whole list, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T> {
    pub encoding: Encoding,
    pub delimiter: Delimiter,
    pub headings: Vec<String>,
    /// Headings we do not know; their cells are kept only where a row must be corrected.
    pub unused: Vec<String>,
    pub empty_lines: u64,
    pub rows: Vec<ListedRow<T>>,
}

/// The column of the staff number or beneficiary number in a file with these headings, counted from 1, and its heading.
#[must_use]
pub fn number_column(kind: ListKind, headings: &[String]) -> (Option<usize>, String) {
    match kind {
        ListKind::Staff => columns::place(headings, staff::Staff::Number),
        ListKind::Retirees => columns::place(headings, retirees::Fund::Uid),
    }
}

impl<T> Listing<T> {
    pub fn good(&self) -> impl Iterator<Item = &T> {
        self.rows.iter().filter_map(|row| row.outcome.as_ref().ok())
    }

    pub fn bad(&self) -> impl Iterator<Item = &BadRow> {
        self.rows.iter().filter_map(|row| row.outcome.as_ref().err())
    }
}
