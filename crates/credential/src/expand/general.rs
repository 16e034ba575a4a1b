//! Expansion by `ssi`, for any document. It knows the whole of JSON-LD 1.1.

use std::borrow::Cow;
use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use serde_json::Value;
use ssi::json_ld::Iri;
use ssi::json_ld::object::FragmentRef;
use ssi::json_ld::syntax::{self, Parse as _};
use ssi::json_ld::{
    CompactJsonLd, Expandable as _, LoadError, Loader, LoadingResult, Node, Object, RemoteDocument,
};
use ssi::rdf::{AnyLdEnvironment as _, LdEnvironment, LexicalQuad};

use crate::context::EMBEDDED;
use crate::outcome::{CheckName, Fault};
use crate::rdf::{self, Dataset, Literal, Quad, Term};

/// Expands a document and turns it into a dataset; also gives the types of the outermost object.
pub(crate) fn expand(document: &Value) -> Result<(Dataset<'static>, Vec<String>), Fault> {
    let refused = |code, detail: String| Fault::new(CheckName::Form, code, detail);
    let document = with_plain_contexts(document);
    let text = serde_json::to_string(&document).map_err(|_| refused("jsonLd", String::new()))?;
    let (parsed, _) = syntax::Value::parse_str(&text)
        .map_err(|error| refused("jsonLd", format!("not JSON that JSON-LD can hold: {error}")))?;
    let mut environment: LdEnvironment = LdEnvironment::default();
    let expanded = ready(CompactJsonLd(parsed).expand_with(&mut environment, &Embedded))
        .ok_or_else(|| refused("jsonLd", "expansion did not end".to_owned()))?
        .map_err(|error| refused("jsonLd", error.to_string()))?;

    let mut types = Vec::new();
    if let Some(node) = expanded.main_node() {
        types.extend(node.types().iter().map(ToString::to_string));
    }
    for object in expanded.objects() {
        for fragment in object.traverse() {
            if mixes_graph(&fragment) {
                return Err(refused("graph", "an object has @graph beside other members".to_owned()));
            }
            if let Some(id) = fragment.into_id()
                && !id.is_valid()
            {
                return Err(refused("relativeIri", "an identifier is not an absolute URL".to_owned()));
            }
        }
    }
    let quads = environment
        .quads_of(&expanded)
        .map_err(|error| refused("jsonLd", format!("no RDF dataset: {error}")))?;
    Ok((dataset_of(quads)?, types))
}

/// Whether it is a node that is a graph and more. `ssi` makes no statements of the graph then, so whatever stands there
/// would verify without being signed.
fn mixes_graph<T, B>(fragment: &FragmentRef<'_, T, B>) -> bool {
    let mixed = |node: &Node<T, B>| node.graph_entry().is_some() && !node.is_graph();
    match fragment {
        FragmentRef::Node(node) => mixed(node),
        FragmentRef::IndexedNode(node) => mixed(node),
        FragmentRef::Object(Object::Node(node)) => mixed(node),
        FragmentRef::IndexedObject(object) => matches!(object.inner(), Object::Node(node) if mixed(node)),
        _ => false,
    }
}

/// Takes inline contexts out of a wrapping `@context`, as if each were a context document of its own. JSON-LD 1.1
/// API, 4.1.2 does not know the wrapping; jsonld.js and what the W3C's suites sign with it do.
fn with_plain_contexts(document: &Value) -> Cow<'_, Value> {
    let wrapped = |context: &Value| {
        context.as_object().is_some_and(|object| object.len() == 1 && object.contains_key("@context"))
    };
    let contexts = match document.get("@context") {
        Some(Value::Array(contexts)) if contexts.iter().any(wrapped) => contexts,
        _ => return Cow::Borrowed(document),
    };
    let plain: Vec<Value> = contexts
        .iter()
        .map(|context| context.get("@context").filter(|_| wrapped(context)).unwrap_or(context).clone())
        .collect();
    let mut document = document.clone();
    if let Some(object) = document.as_object_mut() {
        object.insert("@context".to_owned(), Value::Array(plain));
    }
    Cow::Owned(document)
}

/// The loader never waits, so the future is ready at once.
fn ready<F: Future>(future: F) -> Option<F::Output> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

struct Embedded;

static DOCUMENTS: LazyLock<HashMap<&'static str, syntax::Value>> = LazyLock::new(|| {
    EMBEDDED.iter().filter_map(|(url, text)| Some((*url, syntax::Value::parse_str(text).ok()?.0))).collect()
});

#[derive(Debug, thiserror::Error)]
#[error("the context is not known here")]
struct UnknownContext;

impl Loader for Embedded {
    async fn load(&self, url: &Iri) -> LoadingResult {
        let unknown = || LoadError::new(url.to_owned(), UnknownContext);
        let document = DOCUMENTS.get(url.as_str()).ok_or_else(unknown)?;
        let media_type = "application/ld+json".parse().map_err(|_| unknown())?;
        Ok(RemoteDocument::new(Some(url.to_owned()), Some(media_type), document.clone()))
    }
}

fn dataset_of(quads: Vec<LexicalQuad>) -> Result<Dataset<'static>, Fault> {
    let mut dataset = Dataset::default();
    let mut blanks = HashMap::new();
    for quad in quads {
        let mut term = |id: String| -> Result<Term<'static>, Fault> {
            if id.starts_with("_:") {
                let next = dataset.blanks;
                let blank = *blanks.entry(id).or_insert(next);
                dataset.blanks = dataset.blanks.max(blank + 1);
                Ok(Term::Blank(blank))
            } else {
                iri(id).map(Term::Iri)
            }
        };
        let subject = term(quad.0.to_string())?;
        let graph = quad.3.map(|graph| term(graph.to_string())).transpose()?;
        let object = match quad.2 {
            ssi::json_ld::rdf_types::Object::Id(id) => term(id.to_string())?,
            ssi::json_ld::rdf_types::Object::Literal(literal) => Term::Literal(Literal {
                value: Cow::Owned(literal.value.clone()),
                datatype: match &literal.type_ {
                    ssi::json_ld::rdf_types::LiteralType::Any(datatype)
                        if datatype.as_str() != rdf::iri::XSD_STRING =>
                    {
                        Some(iri(datatype.to_string())?)
                    }
                    _ => None,
                },
                language: match &literal.type_ {
                    ssi::json_ld::rdf_types::LiteralType::LangString(tag) => {
                        Some(Cow::Owned(tag.to_string()))
                    }
                    ssi::json_ld::rdf_types::LiteralType::Any(_) => None,
                },
            }),
        };
        let predicate = iri(quad.1.to_string())?;
        dataset.quads.push(Quad { subject, predicate, object, graph });
    }
    Ok(dataset)
}

/// An IRI that N-Quads can hold: nothing in it may end it early.
fn iri(text: String) -> Result<Cow<'static, str>, Fault> {
    if text.chars().any(|it| it <= ' ' || "<>\"{}|^`\\".contains(it)) {
        return Err(Fault::new(CheckName::Form, "badIri", "an IRI has characters that IRIs cannot have"));
    }
    Ok(Cow::Owned(text))
}
