//! Terms and quads. IRIs and literals are kept as text, blank nodes as numbers.

use std::borrow::Cow;

/// A blank node, by a number that means nothing outside its dataset.
pub(crate) type Blank = u32;

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Literal<'a> {
    pub(crate) value: Cow<'a, str>,
    /// Absent for `xsd:string` and for language-tagged strings.
    pub(crate) datatype: Option<Cow<'a, str>>,
    pub(crate) language: Option<Cow<'a, str>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Term<'a> {
    Iri(Cow<'a, str>),
    Blank(Blank),
    Literal(Literal<'a>),
}

/// Subject, predicate, object and the graph it is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Quad<'a> {
    pub(crate) subject: Term<'a>,
    pub(crate) predicate: Cow<'a, str>,
    pub(crate) object: Term<'a>,
    pub(crate) graph: Option<Term<'a>>,
}

/// A set of quads. Duplicates are removed when it is canonicalised.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dataset<'a> {
    pub(crate) quads: Vec<Quad<'a>>,
    pub(crate) blanks: Blank,
}

impl Dataset<'_> {
    pub(crate) fn fresh_blank(&mut self) -> Blank {
        let blank = self.blanks;
        self.blanks += 1;
        blank
    }
}
