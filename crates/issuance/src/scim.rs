//! Persons as an HR system pushes them: users of SCIM 2.0 (RFC 7643, RFC 7644), without transport and storage.
//!
//! A user is kept as a JSON object in the spelling of its schemas: what a client writes otherwise (letter case of names,
//! `"False"` for a boolean, a single value for a list) is taken and put right, what no schema names is left out and never
//! kept. Read [`User`], [`apply`] and [`person`] first.

mod filter;
mod patch;
mod path;
mod record;
mod schema;
#[cfg(test)]
mod tests;
mod user;

pub use filter::Filter;
pub use patch::{Operation, apply, operations};
pub use record::{RecordFault, person};
pub use schema::{CORE, ENTERPRISE, RECORD, STAFF, schema_document, schema_documents};
pub use user::{Projection, User};

/// Why a request is refused: RFC 7644, 3.12. The detail never repeats a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Fault {
    pub kind: FaultKind,
    pub detail: String,
}

/// The `scimType` words that this service uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    InvalidFilter,
    InvalidPath,
    InvalidSyntax,
    InvalidValue,
    Mutability,
    NoTarget,
    TooMany,
    Uniqueness,
}

impl FaultKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::InvalidPath => "invalidPath",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidValue => "invalidValue",
            Self::Mutability => "mutability",
            Self::NoTarget => "noTarget",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
        }
    }
}

impl Fault {
    pub fn new(kind: FaultKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    pub(crate) fn value(detail: impl Into<String>) -> Self {
        Self::new(FaultKind::InvalidValue, detail)
    }
}
