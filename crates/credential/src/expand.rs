//! From JSON-LD to the canonical form of its RDF dataset, without losing anything on the way.
//!
//! Two ways lead there: a quick one for usual documents under the embedded contexts, and `ssi`, which
//! knows all of JSON-LD, for every other. They give the same bytes wherever the quick one answers.

mod active;
mod general;
mod quick;

use ring::digest::{Algorithm, SHA256};
use serde_json::Value;

use crate::limits::{self, Size};
use crate::outcome::{CheckName, Fault};
use crate::pool;
use crate::rdf::canonical_nquads_by;

/// What a document says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Canonical {
    /// RDFC-1.0, as N-Quads.
    pub(crate) nquads: String,
    /// The type IRIs of the outermost object.
    pub(crate) types: Vec<String>,
}

/// Documents of this size take well under a millisecond and are done in place.
const SMALL: Size = Size { nodes: 400, bytes: 32 * 1024 };

/// The canonical form of a document under the embedded contexts.
pub(crate) async fn canonical(document: &Value) -> Result<Canonical, Fault> {
    canonical_by(&SHA256, document).await
}

/// The same with another hash algorithm for the names of blank nodes.
pub(crate) async fn canonical_by(hash: &'static Algorithm, document: &Value) -> Result<Canonical, Fault> {
    let size = limits::check(document)?;
    if size.nodes <= SMALL.nodes && size.bytes <= SMALL.bytes {
        match quick_form(hash, document) {
            Some(answer) => return answer,
            None => {
                let document = document.clone();
                return pool::run(move || general_form(hash, &document)).await.map_err(overloaded)?;
            }
        }
    }
    let document = document.clone();
    let work = move || quick_form(hash, &document).unwrap_or_else(|| general_form(hash, &document));
    pool::run(work).await.map_err(overloaded)?
}

/// Hands the dataset and the types of the outermost object on, by whichever way knows the document.
pub(crate) fn read<T>(
    document: &Value,
    then: impl FnOnce(crate::rdf::Dataset<'_>, Vec<String>) -> T,
) -> Result<T, Fault> {
    limits::check(document)?;
    let (dataset, types) = match quick::expand(document) {
        Ok((dataset, types)) => return Ok(then(dataset, types)),
        Err(quick::Stop::Fault(fault)) => return Err(fault),
        Err(quick::Stop::Unusual) => general::expand(document)?,
    };
    Ok(then(dataset, types))
}

/// The quick way; nothing where the document is not of the usual shape.
fn quick_form(hash: &'static Algorithm, document: &Value) -> Option<Result<Canonical, Fault>> {
    match quick::expand(document) {
        Ok((dataset, types)) => Some(finish(hash, &dataset, types)),
        Err(quick::Stop::Fault(fault)) => Some(Err(fault)),
        Err(quick::Stop::Unusual) => None,
    }
}

/// By `ssi` alone.
fn general_form(hash: &'static Algorithm, document: &Value) -> Result<Canonical, Fault> {
    let (dataset, types) = general::expand(document)?;
    finish(hash, &dataset, types)
}

fn finish(
    hash: &'static Algorithm,
    dataset: &crate::rdf::Dataset<'_>,
    types: Vec<String>,
) -> Result<Canonical, Fault> {
    let nquads = canonical_nquads_by(hash, dataset)
        .map_err(|error| Fault::new(CheckName::Form, "tooMuchWork", error.to_string()))?;
    Ok(Canonical { nquads, types })
}

pub(crate) fn overloaded(error: pool::Overloaded) -> Fault {
    Fault::new(CheckName::Form, "overloaded", error.to_string()).unfinished()
}

#[cfg(test)]
mod tests;
