use std::collections::BTreeMap;

use registry_types::{Canonical, DecodeError};

use crate::map::MapError;

/// Changed records by state key, in order.
pub type Writes = BTreeMap<String, Vec<u8>>;

/// One consistent version of the state.
pub trait View {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, ViewError>;

    fn find<T: Canonical>(&self, key: &str) -> Result<Option<T>, ViewError>
    where
        Self: Sized,
    {
        find(self, key)
    }
}

/// The state cannot be read. Never the fault of a transaction: whoever decides must stop, not refuse.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    #[error("cannot read {key} from the store")]
    Store {
        key: String,
        #[source]
        source: MapError,
    },
    #[error("the stored record {key} cannot be read")]
    Record {
        key: String,
        #[source]
        source: DecodeError,
    },
    #[error(
        "height {height} follows rules version {version}, which this version of the software does not know; install the release that the upgrade names"
    )]
    UnknownRules { version: u32, height: u64 },
}

pub(crate) fn find<T: Canonical>(view: &dyn View, key: &str) -> Result<Option<T>, ViewError> {
    view.read(key)?
        .map(|bytes| T::from_bytes(&bytes))
        .transpose()
        .map_err(|source| ViewError::Record { key: key.to_owned(), source })
}
