#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout)]

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use super::super::Quad;
use super::*;

/// A reader of N-Quads for the published tests; it trusts its input.
fn parse(text: &str) -> Dataset<'static> {
    let mut dataset = Dataset::default();
    let mut blanks: HashMap<String, Blank> = HashMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let mut terms = Vec::new();
        let mut rest = line.trim();
        while rest != "." {
            let (term, tail) = read_term(rest, &mut dataset, &mut blanks);
            terms.push(term);
            rest = tail.trim_start();
        }
        let graph = terms.get(3).cloned();
        let Term::Iri(predicate) = terms[1].clone() else { panic!() };
        dataset.quads.push(Quad { subject: terms[0].clone(), predicate, object: terms[2].clone(), graph });
    }
    dataset
}

fn read_term<'t>(
    text: &'t str,
    dataset: &mut Dataset<'static>,
    blanks: &mut HashMap<String, Blank>,
) -> (Term<'static>, &'t str) {
    if let Some(rest) = text.strip_prefix('<') {
        let (iri, rest) = rest.split_once('>').unwrap();
        return (Term::Iri(Cow::Owned(unescape(iri))), rest);
    }
    if text.starts_with("_:") {
        let end = text.find([' ', '\t']).unwrap();
        let blank = *blanks.entry(text[..end].to_owned()).or_insert_with(|| dataset.fresh_blank());
        return (Term::Blank(blank), &text[end..]);
    }
    let mut end = 1;
    while text.as_bytes()[end] != b'"' {
        end += if text.as_bytes()[end] == b'\\' { 2 } else { 1 };
    }
    let mut literal = Literal { value: Cow::Owned(unescape(&text[1..end])), datatype: None, language: None };
    let mut rest = &text[end + 1..];
    if let Some(typed) = rest.strip_prefix("^^<") {
        let (iri, tail) = typed.split_once('>').unwrap();
        literal.datatype = Some(Cow::Owned(unescape(iri)));
        rest = tail;
    } else if let Some(tagged) = rest.strip_prefix('@') {
        let end = tagged.find(' ').unwrap();
        literal.language = Some(Cow::Owned(tagged[..end].to_owned()));
        rest = &tagged[end..];
    }
    (Term::Literal(literal), rest)
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(character) = chars.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        let hex = |chars: &mut std::str::Chars<'_>, count: usize| {
            let digits: String = chars.take(count).collect();
            char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
        };
        out.push(match chars.next().unwrap() {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            'u' => hex(&mut chars, 4),
            'U' => hex(&mut chars, 8),
            other => other,
        });
    }
    out
}

#[test]
fn published_tests_of_rdf_canon() {
    let Some(folder) = std::env::var_os("VECTORS").map(std::path::PathBuf::from) else {
        println!("SKIPPED: VECTORS does not name the folder of published test vectors");
        return;
    };
    let folder = folder.join("rdf-canon");
    let read = |name: &Value| std::fs::read_to_string(folder.join(name.as_str().unwrap())).unwrap();
    let manifest: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("manifest.jsonld")).unwrap()).unwrap();
    let mut done = 0;
    for entry in manifest["entries"].as_array().unwrap() {
        // The map tests show intermediate numbers of the same runs.
        if entry["type"] == "rdfc:RDFC10MapTest" {
            continue;
        }
        let hash = match entry.get("hashAlgorithm").and_then(Value::as_str) {
            None => &SHA256,
            Some("SHA384") => &ring::digest::SHA384,
            Some(other) => panic!("{other}"),
        };
        let result = canonical_nquads_by(hash, &parse(&read(&entry["action"])));
        if entry["type"] == "rdfc:RDFC10NegativeEvalTest" {
            assert_eq!(result, Err(WorkLimit), "{}", entry["id"]);
        } else {
            assert_eq!(result.expect("canonical form"), read(&entry["result"]), "{}", entry["id"]);
        }
        done += 1;
    }
    assert_eq!(done, 65);
}

#[test]
fn duplicates_and_order_make_no_difference() {
    let forward = "_:x <urn:p> \"a\" .\n_:x <urn:q> _:y .\n_:y <urn:p> \"b\" .\n";
    let shuffled = "_:1 <urn:p> \"b\" .\n_:2 <urn:q> _:1 .\n_:2 <urn:p> \"a\" .\n_:2 <urn:p> \"a\" .\n";
    let form = canonical_nquads(&parse(forward)).unwrap();
    assert_eq!(form, canonical_nquads(&parse(shuffled)).unwrap());
    assert_eq!(form.lines().count(), 3);
}

#[test]
fn poison_is_refused_quickly() {
    for size in [8, 12, 40] {
        let mut text = String::new();
        for a in 0..size {
            for b in 0..size {
                if a != b {
                    let _ = writeln!(text, "_:n{a} <urn:p> _:n{b} .");
                }
            }
        }
        let started = std::time::Instant::now();
        assert_eq!(canonical_nquads(&parse(&text)), Err(WorkLimit), "{size}");
        assert!(started.elapsed() < std::time::Duration::from_secs(2));
    }
    // Two equal chains are ambiguous from end to end: a question of depth, not of orders.
    let mut chains = String::new();
    for chain in ["a", "b"] {
        for link in 0..5_000 {
            let _ = writeln!(chains, "_:{chain}{link} <urn:next> _:{chain}{} .", link + 1);
        }
    }
    assert_eq!(canonical_nquads(&parse(&chains)), Err(WorkLimit));
}
