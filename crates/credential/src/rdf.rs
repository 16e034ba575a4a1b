//! RDF datasets and their canonical form.

mod canonical;
mod term;

pub(crate) use canonical::{
    WorkLimit, canonical_nquads, canonical_nquads_by, canonical_numbers, nquads_with,
};
pub(crate) use term::{Dataset, Literal, Quad, Term};

/// Vocabulary that the conversions need by name.
pub(crate) mod iri {
    pub(crate) const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
    pub(crate) const XSD_STRING: &str = "http://www.w3.org/2001/XMLSchema#string";
    pub(crate) const XSD_BOOLEAN: &str = "http://www.w3.org/2001/XMLSchema#boolean";
    pub(crate) const XSD_INTEGER: &str = "http://www.w3.org/2001/XMLSchema#integer";
    pub(crate) const XSD_DOUBLE: &str = "http://www.w3.org/2001/XMLSchema#double";
}
