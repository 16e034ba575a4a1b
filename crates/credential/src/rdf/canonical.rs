//! RDF Dataset Canonicalization (RDFC-1.0). Step numbers are those of the Recommendation,
//! section 4.4 and following.
//!
//! Quads are serialised once, with holes where blank nodes stand; every later step fills the holes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;

use ring::digest::{Algorithm, Context, SHA256, digest};

use super::iri::XSD_STRING;
use super::term::{Blank, Dataset, Literal, Term};

/// The dataset is a puzzle made to keep the machine busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the graph of blank nodes needs too much work to canonicalise")]
pub(crate) struct WorkLimit;

/// Hashes computed for nodes that share a first-degree hash. Documents from life need a handful.
const WORK: usize = 50_000;
/// Nesting of Hash N-Degree Quads; each level takes about a kilobyte of stack.
const DEPTH: usize = 256;

/// The canonical N-Quads form: sorted lines, each ended by a line feed.
pub(crate) fn canonical_nquads(dataset: &Dataset<'_>) -> Result<String, WorkLimit> {
    canonical_nquads_by(&SHA256, dataset)
}

/// The same with another hash algorithm, which may name blank nodes in another order.
pub(crate) fn canonical_nquads_by(
    hash: &'static Algorithm,
    dataset: &Dataset<'_>,
) -> Result<String, WorkLimit> {
    let lines = lines_of(dataset);
    let issued = State::new(hash, &lines, dataset.blanks).canonicalise()?;
    let texts = written(&lines, |blank, text| {
        let number = issued.get(blank as usize).copied().flatten().unwrap_or(u32::MAX);
        let _ = write!(text, "_:c14n{number}");
    });
    Ok(texts.concat())
}

/// The numbers of the canonical names, by blank node; none for a node that is in no quad.
pub(crate) fn canonical_numbers(dataset: &Dataset<'_>) -> Result<Vec<Option<u32>>, WorkLimit> {
    State::new(&SHA256, &lines_of(dataset), dataset.blanks).canonicalise()
}

/// Sorted lines with blank nodes under names of the caller's.
pub(crate) fn nquads_with(dataset: &Dataset<'_>, name: impl Fn(Blank, &mut String)) -> Vec<String> {
    written(&lines_of(dataset), name)
}

fn lines_of(dataset: &Dataset<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = dataset.quads.iter().map(Line::new).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

fn written(lines: &[Line], name: impl Fn(Blank, &mut String)) -> Vec<String> {
    let mut texts: Vec<String> = lines
        .iter()
        .map(|line| {
            let mut text = String::with_capacity(line.length());
            line.fill(&mut text, &name);
            text
        })
        .collect();
    texts.sort_unstable();
    texts
}

/// A quad as text, with its blank nodes left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    subject: Part,
    /// With the spaces around it.
    predicate: String,
    object: Part,
    graph: Option<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Text(String),
    Blank(Blank),
}

impl Line {
    fn new(quad: &super::Quad<'_>) -> Self {
        Self {
            subject: Part::new(&quad.subject),
            predicate: format!(" <{}> ", quad.predicate),
            object: Part::new(&quad.object),
            graph: quad.graph.as_ref().map(Part::new),
        }
    }

    /// The blank nodes with their positions (4.8.3, 3.1).
    fn blanks(&self) -> impl Iterator<Item = (Blank, char)> + '_ {
        [(Some(&self.subject), 's'), (Some(&self.object), 'o'), (self.graph.as_ref(), 'g')]
            .into_iter()
            .filter_map(|(part, position)| match part {
                Some(Part::Blank(blank)) => Some((*blank, position)),
                _ => None,
            })
    }

    fn fill(&self, text: &mut String, mut name: impl FnMut(Blank, &mut String)) {
        let mut part = |part: &Part, text: &mut String| match part {
            Part::Text(known) => text.push_str(known),
            Part::Blank(blank) => name(*blank, text),
        };
        part(&self.subject, text);
        text.push_str(&self.predicate);
        part(&self.object, text);
        if let Some(graph) = &self.graph {
            text.push(' ');
            part(graph, text);
        }
        text.push_str(" .\n");
    }

    fn length(&self) -> usize {
        let part = |part: &Part| match part {
            Part::Text(text) => text.len(),
            Part::Blank(_) => 10,
        };
        part(&self.subject)
            + self.predicate.len()
            + part(&self.object)
            + self.graph.as_ref().map_or(0, part)
            + 4
    }
}

impl Part {
    fn new(term: &Term<'_>) -> Self {
        match term {
            Term::Iri(iri) => Self::Text(format!("<{iri}>")),
            Term::Blank(blank) => Self::Blank(*blank),
            Term::Literal(literal) => Self::Text(literal_text(literal)),
        }
    }
}

/// RDFC-1.0, A: the canonical form of N-Quads.
fn literal_text(literal: &Literal<'_>) -> String {
    let mut text = String::with_capacity(literal.value.len() + 48);
    text.push('"');
    for character in literal.value.chars() {
        match character {
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            control @ ('\u{0}'..='\u{1f}' | '\u{7f}') => {
                let _ = write!(text, "\\u{:04X}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
    if let Some(language) = &literal.language {
        text.push('@');
        text.push_str(language);
    } else if let Some(datatype) = literal.datatype.as_deref().filter(|datatype| *datatype != XSD_STRING) {
        let _ = write!(text, "^^<{datatype}>");
    }
    text
}

/// A hexadecimal hash, shared because paths repeat it.
type Hash = Rc<str>;

fn hex(bytes: &[u8]) -> Hash {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from));
        }
    }
    text.into()
}

/// The identifier issuer (4.5). `order` keeps the order of issuing.
#[derive(Clone, Default)]
struct Issuer {
    order: Vec<Blank>,
}

impl Issuer {
    fn find(&self, blank: Blank) -> Option<usize> {
        self.order.iter().position(|known| *known == blank)
    }

    fn issue(&mut self, blank: Blank) -> usize {
        self.find(blank).unwrap_or_else(|| {
            self.order.push(blank);
            self.order.len() - 1
        })
    }
}

/// The canonicalisation state (4.3).
struct State<'a> {
    hash: &'static Algorithm,
    /// Blank node to quads.
    quads: Vec<Vec<&'a Line>>,
    first_degree: Vec<Option<Hash>>,
    /// Canonical numbers by blank node.
    issued: Vec<Option<u32>>,
    next: u32,
    work: usize,
}

impl<'a> State<'a> {
    fn new(hash: &'static Algorithm, lines: &'a [Line], blanks: Blank) -> Self {
        let count = blanks as usize;
        let mut quads: Vec<Vec<&Line>> = vec![Vec::new(); count];
        for line in lines {
            for (blank, _) in line.blanks() {
                if let Some(of_blank) = quads.get_mut(blank as usize) {
                    // A quad that names the node twice counts once.
                    if !of_blank.last().is_some_and(|last| std::ptr::eq(*last, line)) {
                        of_blank.push(line);
                    }
                }
            }
        }
        Self { hash, quads, first_degree: vec![None; count], issued: vec![None; count], next: 0, work: 0 }
    }

    fn canonicalise(mut self) -> Result<Vec<Option<u32>>, WorkLimit> {
        // 4.4.3, 3: hash to blank nodes; the map iterates in code point order.
        let mut by_hash: BTreeMap<Hash, Vec<Blank>> = BTreeMap::new();
        for blank in 0..self.quads.len() {
            if self.quads.get(blank).is_some_and(|quads| !quads.is_empty()) {
                let blank = Blank::try_from(blank).map_err(|_| WorkLimit)?;
                by_hash.entry(self.hash_first_degree(blank)).or_default().push(blank);
            }
        }
        // 4: nodes with a hash of their own.
        let mut ambiguous = Vec::new();
        for blanks in by_hash.into_values() {
            match blanks.as_slice() {
                [blank] => self.issue(*blank),
                _ => ambiguous.push(blanks),
            }
        }
        // 5: the others, by what surrounds them.
        for blanks in ambiguous {
            let mut paths: Vec<(Hash, Issuer)> = Vec::new();
            for blank in blanks {
                if self.issued(blank).is_some() {
                    continue;
                }
                let mut issuer = Issuer::default();
                issuer.issue(blank);
                paths.push(self.hash_n_degree(blank, issuer, DEPTH)?);
            }
            paths.sort_by(|(left, _), (right, _)| left.cmp(right));
            for (_, issuer) in paths {
                for blank in issuer.order {
                    self.issue(blank);
                }
            }
        }
        Ok(self.issued)
    }

    fn issued(&self, blank: Blank) -> Option<u32> {
        self.issued.get(blank as usize).copied().flatten()
    }

    fn issue(&mut self, blank: Blank) {
        if let Some(slot @ None) = self.issued.get_mut(blank as usize) {
            *slot = Some(self.next);
            self.next += 1;
        }
    }

    /// 4.6.3
    fn hash_first_degree(&mut self, reference: Blank) -> Hash {
        if let Some(known) = self.first_degree.get(reference as usize).cloned().flatten() {
            return known;
        }
        let quads = self.quads.get(reference as usize).map_or(&[][..], Vec::as_slice);
        let mut texts: Vec<String> = quads
            .iter()
            .map(|line| {
                let mut text = String::with_capacity(line.length());
                line.fill(&mut text, |blank, text| {
                    text.push_str(if blank == reference { "_:a" } else { "_:z" });
                });
                text
            })
            .collect();
        texts.sort_unstable();
        let mut context = Context::new(self.hash);
        for text in &texts {
            context.update(text.as_bytes());
        }
        let hash = hex(context.finish().as_ref());
        if let Some(slot) = self.first_degree.get_mut(reference as usize) {
            *slot = Some(Rc::clone(&hash));
        }
        hash
    }

    /// 4.7.3
    fn hash_related(&mut self, related: Blank, line: &Line, issuer: &Issuer, position: char) -> Hash {
        let mut input = String::with_capacity(128);
        input.push(position);
        if position != 'g' {
            input.push_str(line.predicate.trim());
        }
        match (self.issued(related), issuer.find(related)) {
            (Some(number), _) => drop(write!(input, "_:c14n{number}")),
            (None, Some(number)) => drop(write!(input, "_:b{number}")),
            (None, None) => input.push_str(&self.hash_first_degree(related)),
        }
        hex(digest(self.hash, input.as_bytes()).as_ref())
    }

    /// 4.8.3
    fn hash_n_degree(
        &mut self,
        identifier: Blank,
        mut issuer: Issuer,
        depth: usize,
    ) -> Result<(Hash, Issuer), WorkLimit> {
        let depth = depth.checked_sub(1).ok_or(WorkLimit)?;
        let mut related_by_hash: BTreeMap<Hash, Vec<Blank>> = BTreeMap::new();
        let quads = self.quads.get(identifier as usize).cloned().unwrap_or_default();
        self.spend(1 + quads.len())?;
        for line in quads {
            for (component, position) in line.blanks() {
                if component != identifier {
                    let hash = self.hash_related(component, line, &issuer, position);
                    related_by_hash.entry(hash).or_default().push(component);
                }
            }
        }
        let mut data = String::new();
        for (hash, mut blanks) in related_by_hash {
            data.push_str(&hash);
            let mut chosen: Option<(String, Issuer)> = None;
            // 5.4: every order of the nodes.
            blanks.sort_unstable();
            loop {
                self.spend(blanks.len())?;
                let best = chosen.as_ref().map(|(path, _)| path);
                if let Some(better) = self.try_order(&blanks, &issuer, best, depth)? {
                    chosen = Some(better);
                }
                if !next_permutation(&mut blanks) {
                    break;
                }
            }
            let Some((path, chosen_issuer)) = chosen else { continue };
            data.push_str(&path);
            issuer = chosen_issuer;
        }
        Ok((hex(digest(self.hash, data.as_bytes()).as_ref()), issuer))
    }

    /// 5.4.1 to 5.4.6: the path of one order, if it is smaller than the best so far.
    fn try_order(
        &mut self,
        order: &[Blank],
        issuer: &Issuer,
        best: Option<&String>,
        depth: usize,
    ) -> Result<Option<(String, Issuer)>, WorkLimit> {
        let worse = |path: &str| best.is_some_and(|best| path.len() >= best.len() && path > best.as_str());
        let mut copy = issuer.clone();
        let mut path = String::new();
        let mut recursion = Vec::new();
        for related in order {
            if let Some(number) = self.issued(*related) {
                let _ = write!(path, "_:c14n{number}");
            } else {
                if copy.find(*related).is_none() {
                    recursion.push(*related);
                }
                let _ = write!(path, "_:b{}", copy.issue(*related));
            }
            if worse(&path) {
                return Ok(None);
            }
        }
        for related in recursion {
            let (hash, deeper) = self.hash_n_degree(related, copy.clone(), depth)?;
            let _ = write!(path, "_:b{}<{hash}>", copy.issue(related));
            copy = deeper;
            if worse(&path) {
                return Ok(None);
            }
        }
        Ok(best.is_none_or(|best| path < *best).then_some((path, copy)))
    }

    fn spend(&mut self, hashes: usize) -> Result<(), WorkLimit> {
        self.work += hashes;
        if self.work > WORK { Err(WorkLimit) } else { Ok(()) }
    }
}

/// The next order in lexicographic sequence, or false after the last one.
fn next_permutation(items: &mut [Blank]) -> bool {
    let Some(pivot) = items.windows(2).rposition(|pair| matches!(pair, [a, b] if a < b)) else {
        return false;
    };
    let Some(&at_pivot) = items.get(pivot) else { return false };
    let Some(swap) = items.iter().rposition(|item| *item > at_pivot) else { return false };
    items.swap(pivot, swap);
    if let Some(tail) = items.get_mut(pivot + 1..) {
        tail.reverse();
    }
    true
}

#[cfg(test)]
#[path = "canonical_tests.rs"]
mod tests;
