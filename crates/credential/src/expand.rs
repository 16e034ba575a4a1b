//! From JSON-LD to the canonical form of its RDF dataset, without losing anything on the way.

mod general;

use serde_json::Value;

use crate::limits::{self, Size};
use crate::outcome::{CheckName, Fault};
use crate::pool;
use crate::rdf::canonical_nquads;

/// What a document says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Canonical {
    /// RDFC-1.0, as N-Quads.
    pub(crate) nquads: String,
    /// The type IRIs of the outermost object.
    pub(crate) types: Vec<String>,
}

/// The canonical form of a document under the embedded contexts.
pub(crate) async fn canonical(document: &Value) -> Result<Canonical, Fault> {
    let _: Size = limits::check(document)?;
    let document = document.clone();
    pool::run(move || general_form(&document)).await.map_err(overloaded)?
}

/// By `ssi` alone, which knows all of JSON-LD.
fn general_form(document: &Value) -> Result<Canonical, Fault> {
    let (dataset, types) = general::expand(document)?;
    let nquads = canonical_nquads(&dataset)
        .map_err(|error| Fault::new(CheckName::Form, "tooMuchWork", error.to_string()))?;
    Ok(Canonical { nquads, types })
}

fn overloaded(error: pool::Overloaded) -> Fault {
    Fault::new(CheckName::Form, "overloaded", error.to_string()).unfinished()
}
