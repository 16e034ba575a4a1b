//! Columns to domain types. Data that cannot be is named by table and column.

use serde_json::{Map, Value};
use sql::Row;

use crate::Error;

/// Shorthand for the columns of one table.
pub(crate) struct Columns<'a> {
    pub table: &'static str,
    pub row: &'a Row,
}

impl Columns<'_> {
    pub fn impossible(&self, column: &'static str) -> Error {
        Error::Impossible { table: self.table, column }
    }

    pub fn parsed<T>(&self, column: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Error> {
        parse(&self.row.text(column)?).ok_or_else(|| self.impossible(column))
    }

    pub fn number<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, Error> {
        T::try_from(self.row.int(column)?).map_err(|_| self.impossible(column))
    }

    pub fn opt_number<T: TryFrom<i64>>(&self, column: &'static str) -> Result<Option<T>, Error> {
        let number = self.row.opt_int(column)?;
        number.map(|number| T::try_from(number).map_err(|_| self.impossible(column))).transpose()
    }

    pub fn hash(&self, column: &'static str) -> Result<[u8; 32], Error> {
        self.row.blob(column)?.try_into().map_err(|_| self.impossible(column))
    }

    pub fn object(&self, column: &'static str) -> Result<Map<String, Value>, Error> {
        serde_json::from_str(&self.row.text(column)?).map_err(|_| self.impossible(column))
    }
}

/// JSON text of an object, which cannot fail.
pub(crate) fn json(object: &Map<String, Value>) -> String {
    Value::Object(object.clone()).to_string()
}

/// Counters are far below the range of the column.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
