//! Active contexts made of the embedded contexts alone, built once and kept.
//!
//! This is the context processing algorithm (JSON-LD 1.1 API, 4.1) for what those contexts use. Whatever
//! they do not use, or a document may do besides, is [`Unusual`] and left to `ssi`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use serde_json::{Map, Value};

use crate::context::EMBEDDED;

/// Not in error, but for the general path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unusual;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Id,
    Type,
    Iri(String),
    /// Keywords, terms without meaning, reverse properties: nothing for the quick path.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Coercion {
    None,
    Id,
    Vocab,
    Datatype(String),
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    None,
    Graph,
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) meaning: Meaning,
    pub(super) coercion: Coercion,
    pub(super) container: Container,
    /// A context for what stands under the term.
    pub(super) scoped: Option<&'static Value>,
    protected: bool,
}

impl Term {
    /// One member of an expanded term definition (4.2.2).
    fn take(
        &mut self,
        member: &str,
        value: &'static Value,
        lookup: &mut dyn FnMut(&str) -> Result<Meaning, Unusual>,
    ) -> Result<(), Unusual> {
        match (member, value) {
            ("@id", Value::String(id)) => self.meaning = lookup(id)?,
            ("@type", Value::String(datatype)) => self.coercion = Coercion::to(datatype, lookup)?,
            ("@container", Value::String(container)) => {
                self.container = match container.as_str() {
                    "@set" => Container::None,
                    "@graph" => Container::Graph,
                    _ => Container::Other,
                }
            }
            ("@context", scoped) => self.scoped = Some(scoped),
            ("@protected", Value::Bool(value)) => self.protected = *value,
            ("@language" | "@direction", Value::Null) => {}
            // Whether a term may be a prefix does not matter: such values are unusual anyway.
            ("@prefix", _) => {}
            _ => self.container = Container::Other,
        }
        Ok(())
    }
}

impl Coercion {
    fn to(datatype: &str, lookup: &mut dyn FnMut(&str) -> Result<Meaning, Unusual>) -> Result<Self, Unusual> {
        Ok(match datatype {
            "@id" => Self::Id,
            "@vocab" => Self::Vocab,
            other if other.starts_with('@') => Self::Other,
            other => match lookup(other)? {
                Meaning::Iri(iri) => Self::Datatype(iri),
                _ => Self::Other,
            },
        })
    }
}

#[derive(Debug)]
pub(super) struct Active {
    id: usize,
    terms: HashMap<String, Arc<Term>>,
    pub(super) vocab: Option<String>,
    /// What nested objects go back to, after a context that does not propagate.
    pub(super) previous: Option<Arc<Active>>,
}

static DOCUMENTS: LazyLock<HashMap<&'static str, Value>> = LazyLock::new(|| {
    EMBEDDED.iter().filter_map(|(url, text)| Some((*url, serde_json::from_str(text).ok()?))).collect()
});

static EMPTY: LazyLock<Arc<Active>> =
    LazyLock::new(|| Arc::new(Active { id: 0, terms: HashMap::new(), vocab: None, previous: None }));

static NEXT_ID: AtomicUsize = AtomicUsize::new(1);

/// Results by the context they were made from and what was applied to it. Scoped contexts are named by
/// their address, which never changes: they live in [`DOCUMENTS`].
#[derive(Clone, PartialEq, Eq, Hash)]
enum Step {
    Urls(Vec<String>),
    Property(usize),
    Type(usize),
}

/// A context object that is being read.
#[derive(Clone, Copy)]
struct Local {
    members: &'static Map<String, Value>,
    /// Its `@protected`.
    protected: bool,
}

type Kept = HashMap<(usize, Step), Arc<Active>>;
static KEPT: LazyLock<RwLock<Kept>> = LazyLock::new(RwLock::default);
/// Strangers choose the order of contexts; more combinations than this are worked out each time.
const KEPT_STEPS: usize = 2_000;

impl Active {
    pub(super) fn empty() -> Arc<Self> {
        Arc::clone(&EMPTY)
    }

    pub(super) fn term(&self, name: &str) -> Option<&Arc<Term>> {
        self.terms.get(name)
    }

    /// Applies the `@context` of a document: URLs of embedded contexts.
    pub(super) fn with_contexts(self: &Arc<Self>, contexts: &Value) -> Result<Arc<Self>, Unusual> {
        let urls: Vec<String> = match contexts {
            Value::String(url) => vec![url.clone()],
            Value::Array(urls) => urls
                .iter()
                .map(|url| url.as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .ok_or(Unusual)?,
            _ => return Err(Unusual),
        };
        self.step(Step::Urls(urls.clone()), || {
            let mut result = self.copy();
            for url in &urls {
                let document = DOCUMENTS.get(url.as_str()).ok_or(Unusual)?;
                result.apply(document.get("@context").ok_or(Unusual)?, false)?;
            }
            Ok(result)
        })
    }

    /// Applies the context of a property; it may redefine protected terms (4.1.2, "override protected").
    pub(super) fn under_property(self: &Arc<Self>, scoped: &'static Value) -> Result<Arc<Self>, Unusual> {
        self.step(Step::Property(std::ptr::from_ref(scoped).addr()), || {
            let mut result = self.copy();
            result.apply(scoped, true)?;
            Ok(result)
        })
    }

    /// Applies the context of a type; it does not propagate to nested objects.
    pub(super) fn under_type(self: &Arc<Self>, scoped: &'static Value) -> Result<Arc<Self>, Unusual> {
        self.step(Step::Type(std::ptr::from_ref(scoped).addr()), || {
            let mut result = self.copy();
            result.previous.get_or_insert_with(|| Arc::clone(self));
            result.apply(scoped, false)?;
            Ok(result)
        })
    }

    fn step(&self, step: Step, make: impl FnOnce() -> Result<Self, Unusual>) -> Result<Arc<Self>, Unusual> {
        let key = (self.id, step);
        if let Some(known) = KEPT.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(make()?);
        let mut kept = KEPT.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT_STEPS {
            // Somebody may have been faster; there must be one result, since its id names it.
            return Ok(Arc::clone(kept.entry(key).or_insert(made)));
        }
        Ok(made)
    }

    fn copy(&self) -> Self {
        Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            terms: self.terms.clone(),
            vocab: self.vocab.clone(),
            previous: self.previous.clone(),
        }
    }

    /// 4.1.2, for one local context.
    fn apply(&mut self, local: &'static Value, overriding: bool) -> Result<(), Unusual> {
        match local {
            Value::Null => {
                // Only the context of a property may forget protected terms.
                if !overriding && self.terms.values().any(|term| term.protected) {
                    return Err(Unusual);
                }
                self.terms.clear();
                self.vocab = None;
                self.previous = None;
                Ok(())
            }
            Value::Array(items) => items.iter().try_for_each(|item| self.apply(item, overriding)),
            Value::String(url) => {
                let document = DOCUMENTS.get(url.as_str()).ok_or(Unusual)?;
                self.apply(document.get("@context").ok_or(Unusual)?, overriding)
            }
            Value::Object(members) => self.apply_object(members, overriding),
            _ => Err(Unusual),
        }
    }

    fn apply_object(
        &mut self,
        members: &'static Map<String, Value>,
        overriding: bool,
    ) -> Result<(), Unusual> {
        let mut protected = false;
        for (name, value) in members.iter().filter(|(name, _)| name.starts_with('@')) {
            match (name.as_str(), value) {
                ("@version", _) => {}
                ("@protected", Value::Bool(value)) => protected = *value,
                ("@vocab", Value::String(vocab)) if vocab.contains("://") => self.vocab = Some(vocab.clone()),
                _ => return Err(Unusual),
            }
        }
        let local = Local { members, protected };
        let mut defined = HashMap::new();
        for name in members.keys().filter(|name| !name.starts_with('@')) {
            self.define(name, local, &mut defined, 0)?;
        }
        for (name, mut term) in defined {
            if let Some(present) = self.terms.get(&name)
                && present.protected
                && !overriding
            {
                // 4.2.2, 26: the same but for the protection is no redefinition.
                let same = Term { protected: present.protected, ..term.clone() } == **present;
                if !same {
                    return Err(Unusual);
                }
                term.protected = true;
            }
            self.terms.insert(name, Arc::new(term));
        }
        Ok(())
    }

    /// 4.2.2: one term; the terms its IRI is made of come first.
    fn define(
        &self,
        name: &str,
        local: Local,
        defined: &mut HashMap<String, Term>,
        depth: usize,
    ) -> Result<(), Unusual> {
        if defined.contains_key(name) {
            return Ok(());
        }
        if depth > 8 {
            return Err(Unusual);
        }
        let value = local.members.get(name).ok_or(Unusual)?;
        let mut term = Term {
            meaning: Meaning::Other,
            coercion: Coercion::None,
            container: Container::None,
            scoped: None,
            protected: local.protected,
        };
        let mut lookup = |text: &str| self.meaning(text, name, local, defined, depth);
        match value {
            Value::Null => {}
            Value::String(id) => term.meaning = lookup(id)?,
            Value::Object(definition) => {
                for (member, value) in definition {
                    term.take(member, value, &mut lookup)?;
                }
                if !definition.contains_key("@id") {
                    term.meaning = lookup(name)?;
                }
            }
            _ => return Err(Unusual),
        }
        defined.insert(name.to_owned(), term);
        Ok(())
    }

    /// IRI expansion (5.2) inside a context definition.
    fn meaning(
        &self,
        text: &str,
        of: &str,
        local: Local,
        defined: &mut HashMap<String, Term>,
        depth: usize,
    ) -> Result<Meaning, Unusual> {
        match text {
            "@id" => return Ok(Meaning::Id),
            "@type" => return Ok(Meaning::Type),
            keyword if keyword.starts_with('@') => return Ok(Meaning::Other),
            _ => {}
        }
        let known = |name: &str, defined: &mut HashMap<String, Term>| -> Result<Option<Meaning>, Unusual> {
            if local.members.contains_key(name) {
                self.define(name, local, defined, depth + 1)?;
                return Ok(defined.get(name).map(|term| term.meaning.clone()));
            }
            Ok(self.terms.get(name).map(|term| term.meaning.clone()))
        };
        if let Some((prefix, suffix)) = text.split_once(':') {
            if !suffix.starts_with("//") && prefix != of {
                match known(prefix, defined)? {
                    Some(Meaning::Iri(iri)) => return Ok(Meaning::Iri(format!("{iri}{suffix}"))),
                    Some(_) => return Err(Unusual),
                    None => {}
                }
            }
            return Ok(Meaning::Iri(text.to_owned()));
        }
        if text != of
            && let Some(meaning) = known(text, defined)?
        {
            return Ok(meaning);
        }
        match &self.vocab {
            Some(vocab) => Ok(Meaning::Iri(format!("{vocab}{text}"))),
            None => Ok(Meaning::Other),
        }
    }
}
