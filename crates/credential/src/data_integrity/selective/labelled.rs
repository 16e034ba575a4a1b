//! The statements of a document under names for blank nodes that tell nothing, and which of them pointers
//! choose (vc-di-ecdsa 1.0, 3.4.1 to 3.4.17).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::Hash;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::Value;

use super::select::{Pointer, select};
use super::value::Label;
use crate::expand;
use crate::limits;
use crate::outcome::{CheckName, Fault};
use crate::rdf::{Dataset, Term, WorkLimit, canonical_nquads, canonical_numbers, nquads_with};

/// Stands for blank nodes while parts of the document are expanded on their own.
const PLACEHOLDER: &str = "urn:bnid:";

/// What blank nodes are named by.
pub(super) trait Name: Copy + Default + Eq + Hash {
    /// The names of all blank nodes by the numbers of their canonical names; a node in no quad has no number.
    fn all(hmac_key: &[u8; 32], numbers: &[Option<u32>]) -> Vec<Self>;

    /// Without `_:`.
    fn write(&self, text: &mut String);
}

/// 3.4.4: the HMAC of the canonical name.
impl Name for Label {
    fn all(hmac_key: &[u8; 32], numbers: &[Option<u32>]) -> Vec<Self> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, hmac_key);
        numbers.iter().map(|number| tag(&key, number.unwrap_or(u32::MAX))).collect()
    }

    fn write(&self, text: &mut String) {
        text.push('u');
        URL_SAFE_NO_PAD.encode_string(self, text);
    }
}

pub(super) struct Labelled<N = Label> {
    /// The document with a placeholder as identifier wherever there was none.
    named: Value,
    /// How many placeholders there are.
    count: u32,
    /// By the number of the placeholder.
    labels: Vec<N>,
    /// Sorted; an index into this list is what names a statement.
    pub(super) nquads: Vec<String>,
}

/// The statements that pointers choose.
pub(super) struct Selected<N = Label> {
    pub(super) indexes: BTreeSet<usize>,
    /// By the number of the canonical name that the blank node has among these statements alone.
    pub(super) labels: BTreeMap<u32, N>,
}

impl<N: Name> Labelled<N> {
    pub(super) fn new(document: &Value, hmac_key: &[u8; 32]) -> Result<Self, Fault> {
        limits::check(document)?;
        let mut named = document.clone();
        let mut count = 0;
        name_nodes(&mut named, &mut count);

        let whole =
            expand::read(document, |dataset, _| canonical_nquads(&dataset))?.map_err(too_much_work)?;
        let (nquads, labels) = expand::read(&named, |dataset, _| {
            let dataset = with_blanks_again(dataset, count)?;
            // Objects that are no nodes, lists and the like would make another graph: what cannot be taken
            // apart and put together again is not for selective disclosure.
            if canonical_nquads(&dataset).map_err(too_much_work)? != whole {
                return Err(not_selectable());
            }
            let numbers = canonical_numbers(&dataset).map_err(too_much_work)?;
            let labels = N::all(hmac_key, &numbers);
            Ok((written(&dataset, &labels), labels))
        })??;
        check_count(nquads.len())?;
        Ok(Self { named, count, labels, nquads })
    }

    pub(super) fn select(&self, pointers: &[Pointer]) -> Result<Selected<N>, Fault> {
        let Some(part) = select(&self.named, pointers)? else {
            return Ok(Selected { indexes: BTreeSet::new(), labels: BTreeMap::new() });
        };
        let (chosen, labels) = expand::read(&part, |dataset, _| {
            let dataset = with_blanks_again(dataset, self.count)?;
            let numbers = canonical_numbers(&dataset).map_err(too_much_work)?;
            let labels = numbers.iter().zip(&self.labels);
            let labels = labels.filter_map(|(number, label)| Some(((*number)?, *label))).collect();
            Ok::<_, Fault>((written(&dataset, &self.labels), labels))
        })??;
        let chosen: HashSet<String> = chosen.into_iter().collect();
        let indexes: BTreeSet<usize> = (0..self.nquads.len())
            .filter(|index| self.nquads.get(*index).is_some_and(|nquad| chosen.contains(nquad)))
            .collect();
        if indexes.len() == chosen.len() { Ok(Selected { indexes, labels }) } else { Err(not_selectable()) }
    }
}

/// The statements of a shown document under the names that were signed, with its types.
pub(super) fn relabelled<N: Name>(
    document: &Value,
    labels: &BTreeMap<u32, N>,
) -> Result<(Vec<String>, Vec<String>), Fault> {
    let (nquads, types) = expand::read(document, |dataset, types| {
        let numbers = canonical_numbers(&dataset).map_err(too_much_work)?;
        // One name for each blank node and one node for each name: else one thing could be shown as two.
        let known = numbers.iter().flatten().all(|number| labels.contains_key(number));
        let distinct: HashSet<&N> = labels.values().collect();
        let nodes = numbers.iter().flatten().count();
        if !known || distinct.len() != labels.len() || nodes != labels.len() {
            return Err(Fault::new(
                CheckName::Proof,
                "labelMap",
                "the names of blank nodes in the proof are not those of the document",
            ));
        }
        let by_blank: Vec<N> = numbers
            .iter()
            .map(|number| number.and_then(|number| labels.get(&number)).copied().unwrap_or_default())
            .collect();
        Ok((written(&dataset, &by_blank), types))
    })??;
    check_count(nquads.len())?;
    Ok((nquads, types))
}

fn check_count(statements: usize) -> Result<(), Fault> {
    if statements > limits::STATEMENTS {
        return Err(Fault::new(
            CheckName::Form,
            "tooManyStatements",
            "the document makes too many statements",
        ));
    }
    Ok(())
}

/// The HMAC of a canonical name.
pub(super) fn tag(key: &hmac::Key, number: u32) -> [u8; 32] {
    let tag = hmac::sign(key, format!("c14n{number}").as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    bytes
}

fn written<N: Name>(dataset: &Dataset<'_>, labels: &[N]) -> Vec<String> {
    nquads_with(dataset, |blank, text| {
        text.push_str("_:");
        if let Some(label) = labels.get(blank as usize) {
            label.write(text);
        }
    })
}

/// 3.4.8 and 3.4.9, on the compact form: every object without an identifier gets one, but for values.
fn name_nodes(value: &mut Value, count: &mut u32) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| name_nodes(item, count)),
        Value::Object(members) if !members.contains_key("@value") => {
            let members_but_contexts = members.iter_mut().filter(|(name, _)| *name != "@context");
            members_but_contexts.for_each(|(_, member)| name_nodes(member, count));
            if !members.contains_key("id") && !members.contains_key("@id") {
                members.insert("id".to_owned(), Value::String(format!("{PLACEHOLDER}{count}")));
                *count += 1;
            }
        }
        _ => {}
    }
}

/// 3.4.6 and 3.4.10. Blank nodes that have no placeholder could not be told apart in a part of the document.
fn with_blanks_again(mut dataset: Dataset<'_>, count: u32) -> Result<Dataset<'_>, Fault> {
    if dataset.blanks > 0 {
        return Err(not_selectable());
    }
    for quad in &mut dataset.quads {
        for term in [Some(&mut quad.subject), Some(&mut quad.object), quad.graph.as_mut()] {
            if let Some(term) = term
                && let Some(number) = placeholder(term, count)
            {
                *term = Term::Blank(number);
            }
        }
    }
    dataset.blanks = count;
    Ok(dataset)
}

fn placeholder(term: &Term<'_>, count: u32) -> Option<u32> {
    let Term::Iri(iri) = term else { return None };
    let iri: &Cow<'_, str> = iri;
    iri.strip_prefix(PLACEHOLDER)?.parse().ok().filter(|number| *number < count)
}

fn too_much_work(error: WorkLimit) -> Fault {
    Fault::new(CheckName::Form, "tooMuchWork", error.to_string())
}

fn not_selectable() -> Fault {
    Fault::new(CheckName::Form, "notSelectable", "parts of the document cannot be shown on their own")
}
