//! Collecting what is wrong with one row, in words for the person who wrote the list.

use serde_json::{Map, Value};

use super::columns::{Column, Columns};
use super::sheet::Record;
use super::{BadRow, RowFault};
use crate::schemas::FaultKind;

pub(super) struct Faults<'a, C> {
    record: &'a Record,
    columns: &'a Columns<C>,
    found: Vec<RowFault>,
}

impl<'a, C: Column> Faults<'a, C> {
    pub(super) fn new(record: &'a Record, columns: &'a Columns<C>) -> Self {
        let mut faults = Self { record, columns, found: Vec::new() };
        if record.unclosed {
            faults.row("a quotation mark opens on this line and never closes");
        }
        if columns.overflow(record) {
            faults.row("the row has more cells than there are headings; put quotation marks around a cell that holds the separator");
        }
        faults
    }

    /// Reports a claim the schema refused; a claim no column stands for is the row's fault.
    pub(super) fn claim(&mut self, column: Option<C>, kind: FaultKind) {
        let Some(column) = column else { return self.row("the row does not fit the schema") };
        let cell = self.columns.cell(self.record, column).unwrap_or_default();
        self.add(column, column.reason(kind, cell));
    }

    pub(super) fn add(&mut self, column: C, reason: String) {
        let (number, heading) = self.columns.place(column);
        // Two schemas may refuse the same cell; the person corrects it once.
        if number.is_some() && self.found.iter().any(|fault| fault.column == number) {
            return;
        }
        let written = self.record.fields.len();
        if number.is_some_and(|number| number > written) {
            let all = self.columns.count();
            return self.row(&format!("the row ends after {written} of {all} cells"));
        }
        self.found.push(RowFault { line: self.record.line, column: number, heading, reason });
    }

    fn row(&mut self, reason: &str) {
        if !self.found.iter().any(|fault| fault.reason == reason) {
            let fault = RowFault {
                line: self.record.line,
                column: None,
                heading: String::new(),
                reason: reason.to_owned(),
            };
            self.found.push(fault);
        }
    }

    pub(super) fn finish(mut self) -> Result<(), BadRow> {
        if self.found.is_empty() {
            return Ok(());
        }
        self.found.sort_by_key(|fault| fault.column);
        Err(BadRow { fields: self.record.fields.clone(), faults: self.found })
    }
}

/// Adds a claim when there is something to say.
pub(super) fn put(claims: &mut Map<String, Value>, claim: &str, value: Option<&str>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        claims.insert(claim.to_owned(), Value::from(value));
    }
}

pub(super) fn reason(kind: FaultKind, value: &str, expected: &str) -> String {
    match kind {
        FaultKind::Missing => "this cell is empty".to_owned(),
        FaultKind::TooLong(limit) => format!("longer than {limit} characters"),
        FaultKind::Format | FaultKind::Shape => format!("“{}” does not fit: {expected}", short(value)),
    }
}

pub(super) fn date_reason(kind: FaultKind, value: &str) -> String {
    match kind {
        FaultKind::Format => format!("there is no such day as {}", short(value)),
        other => reason(other, value, "write dates as year-month-day, such as 1985-12-31"),
    }
}

/// Enough of a cell to find it again, without control characters that would disturb a page or a log.
fn short(value: &str) -> String {
    const LONGEST: usize = 40;
    let mut text: String = value
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .take(LONGEST)
        .collect();
    if value.chars().count() > LONGEST {
        text.push('…');
    }
    text
}
