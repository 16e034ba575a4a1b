use std::cell::RefCell;
use std::collections::HashMap;

use registry_state::{View, ViewError};

use crate::store::Snapshot;

/// The state before a block with what was read of it: most transactions of a block ask for the same few records, and each
/// is read from the disk once. Lives as long as one block is executed.
pub struct Remembered<'a> {
    snapshot: &'a Snapshot,
    read: RefCell<HashMap<String, Option<Vec<u8>>>>,
}

impl<'a> Remembered<'a> {
    pub fn new(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, read: RefCell::default() }
    }

    pub fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }
}

impl View for Remembered<'_> {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, ViewError> {
        if let Some(value) = self.read.borrow().get(key) {
            return Ok(value.clone());
        }
        let value = self.snapshot.read(key)?;
        self.read.borrow_mut().insert(key.to_owned(), value.clone());
        Ok(value)
    }
}
