//! Which heading means which claim: offices name their columns in their own words.

use super::SheetError;
use super::sheet::{Record, clean};
use crate::schemas::FaultKind;

/// A kind of column of one sort of list.
pub(super) trait Column: Copy + PartialEq + Sized + 'static {
    const ALL: &'static [Self];
    /// The heading the samples use.
    fn heading(self) -> &'static str;
    /// Other headings, already in the form [`plain`] gives them.
    fn aliases(self) -> &'static [&'static str];
    fn required(self) -> bool;
    /// What to tell the writer of the list about a cell of this column.
    fn reason(self, kind: FaultKind, value: &str) -> String;
}

/// Where each known column stands in a file.
#[derive(Debug)]
pub(super) struct Columns<C> {
    found: Vec<(usize, C)>,
    headings: Vec<String>,
    pub unused: Vec<String>,
}

impl<C: Column> Columns<C> {
    pub(super) fn of(header: &Record) -> Result<Self, SheetError> {
        let mut columns = Self { found: Vec::new(), headings: Vec::new(), unused: Vec::new() };
        for (at, heading) in header.fields.iter().enumerate() {
            let heading = clean(heading);
            columns.headings.push(heading.to_owned());
            match recognise::<C>(heading) {
                Some(column) if columns.found.iter().any(|(_, known)| *known == column) => {
                    return Err(SheetError::ColumnTwice { heading: heading.to_owned() });
                }
                Some(column) => columns.found.push((at, column)),
                None if heading.is_empty() => {}
                None => columns.unused.push(heading.to_owned()),
            }
        }
        let missing: Vec<&'static str> = C::ALL
            .iter()
            .filter(|column| column.required() && columns.at(**column).is_none())
            .map(|column| column.heading())
            .collect();
        match missing.is_empty() {
            true => Ok(columns),
            false => Err(SheetError::MissingColumns { missing, found: columns.headings }),
        }
    }

    fn at(&self, column: C) -> Option<usize> {
        self.found.iter().find(|(_, known)| *known == column).map(|(at, _)| *at)
    }

    /// The number of a column as a person counts it, and its heading in this file.
    pub(super) fn place(&self, column: C) -> (Option<usize>, String) {
        let at = self.at(column);
        let heading = at.and_then(|at| self.headings.get(at)).cloned();
        (at.map(|at| at + 1), heading.unwrap_or_else(|| column.heading().to_owned()))
    }

    /// The cell of a column, cleaned; `None` when it is empty or the file has no such column.
    pub(super) fn cell<'a>(&self, record: &'a Record, column: C) -> Option<&'a str> {
        let field = self.at(column).and_then(|at| record.fields.get(at))?;
        Some(clean(field)).filter(|field| !field.is_empty())
    }

    /// Fields beyond the last heading that hold something: a sign that a delimiter slipped into a cell.
    pub(super) fn overflow(&self, record: &Record) -> bool {
        record.fields.iter().skip(self.headings.len()).any(|field| !clean(field).is_empty())
    }

    pub(super) fn headings(self) -> Vec<String> {
        self.headings
    }

    pub(super) fn count(&self) -> usize {
        self.headings.len()
    }
}

/// Where a column stands in a file with these headings.
pub(super) fn place<C: Column>(headings: &[String], column: C) -> (Option<usize>, String) {
    let header = Record { line: 1, fields: headings.to_vec(), unclosed: false };
    Columns::of(&header).map_or_else(|_| (None, column.heading().to_owned()), |columns| columns.place(column))
}

fn recognise<C: Column>(heading: &str) -> Option<C> {
    let heading = plain(heading);
    C::ALL
        .iter()
        .copied()
        .find(|column| plain(column.heading()) == heading || column.aliases().contains(&heading.as_str()))
}

/// Letters and digits only, in lower case, without the accents of the Latin headings in the lists below.
pub(super) fn plain(heading: &str) -> String {
    let letters = heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    letters
        .map(|c| match c {
            'á' | 'à' | 'â' | 'ä' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'í' | 'î' | 'ï' => 'i',
            'ó' | 'ô' | 'ö' => 'o',
            'ú' | 'û' | 'ü' => 'u',
            'ñ' => 'n',
            'ç' => 'c',
            other => other,
        })
        .collect()
}
