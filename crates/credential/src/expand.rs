//! From JSON-LD to an RDF dataset, without losing anything on the way.

mod general;

use serde_json::Value;

use crate::limits;
use crate::outcome::{CheckName, Fault};
use crate::rdf::canonical_nquads;

/// What expansion yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Canonical {
    /// RDFC-1.0, as N-Quads.
    pub(crate) nquads: String,
    /// The type IRIs of the outermost object.
    pub(crate) types: Vec<String>,
}

/// The canonical form of a document under the embedded contexts.
pub(crate) fn canonicalise(document: &Value) -> Result<Canonical, Fault> {
    limits::check(document)?;
    let (dataset, types) = general::expand(document)?;
    let nquads = canonical_nquads(&dataset)
        .map_err(|error| Fault::new(CheckName::Form, "tooMuchWork", error.to_string()))?;
    Ok(Canonical { nquads, types })
}
