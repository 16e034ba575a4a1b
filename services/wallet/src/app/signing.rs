//! Signatures that come back from the page.

use std::collections::BTreeMap;

/// Signatures by the identifier of what was to be signed.
pub type Signatures = BTreeMap<String, String>;
