use std::sync::Arc;

use crate::{Error, Timestamp, Value};

/// The names of a result's columns.
pub(crate) type Columns = Arc<[String]>;

/// One row of a result, wholly read; it borrows nothing from the connection.
#[derive(Clone, Debug)]
pub struct Row {
    pub(crate) columns: Columns,
    pub(crate) values: Vec<Value>,
}

impl Row {
    fn value(&self, column: &'static str) -> Result<&Value, Error> {
        let at = self.columns.iter().position(|name| name == column);
        at.and_then(|at| self.values.get(at)).ok_or(Error::NoColumn(column))
    }

    pub fn opt_text(&self, column: &'static str) -> Result<Option<String>, Error> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text.clone())),
            other => Err(Error::Column { column, found: other.kind(), wanted: "text" }),
        }
    }

    pub fn opt_int(&self, column: &'static str) -> Result<Option<i64>, Error> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Int(number) => Ok(Some(*number)),
            other => Err(Error::Column { column, found: other.kind(), wanted: "integer" }),
        }
    }

    pub fn opt_blob(&self, column: &'static str) -> Result<Option<Vec<u8>>, Error> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Blob(bytes) => Ok(Some(bytes.clone())),
            other => Err(Error::Column { column, found: other.kind(), wanted: "blob" }),
        }
    }

    pub fn opt_time(&self, column: &'static str) -> Result<Option<Timestamp>, Error> {
        let Some(millis) = self.opt_int(column)? else { return Ok(None) };
        let time = Timestamp::from_timestamp_millis(millis);
        time.map(Some).ok_or(Error::Column { column, found: "integer", wanted: "time in milliseconds" })
    }

    pub fn opt_flag(&self, column: &'static str) -> Result<Option<bool>, Error> {
        match self.opt_int(column)? {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(_) => Err(Error::Column { column, found: "integer", wanted: "0 or 1" }),
        }
    }

    pub fn text(&self, column: &'static str) -> Result<String, Error> {
        self.opt_text(column)?.ok_or(Error::Column { column, found: "null", wanted: "text" })
    }

    pub fn int(&self, column: &'static str) -> Result<i64, Error> {
        self.opt_int(column)?.ok_or(Error::Column { column, found: "null", wanted: "integer" })
    }

    pub fn blob(&self, column: &'static str) -> Result<Vec<u8>, Error> {
        self.opt_blob(column)?.ok_or(Error::Column { column, found: "null", wanted: "blob" })
    }

    pub fn time(&self, column: &'static str) -> Result<Timestamp, Error> {
        self.opt_time(column)?.ok_or(Error::Column { column, found: "null", wanted: "time in milliseconds" })
    }

    pub fn flag(&self, column: &'static str) -> Result<bool, Error> {
        self.opt_flag(column)?.ok_or(Error::Column { column, found: "null", wanted: "0 or 1" })
    }
}
