//! A request as the consent page lays it out: choices, their alternatives, and the candidates of each.

use super::shown::label;
use crate::app::presentations::Asked;
use crate::http::views::{CandidateView, ClaimView, LessView, PresentationView, QueryView, StatusView};
use crate::words::Words;

/// One thing the verifier wants, or would like.
pub struct Choice {
    pub index: usize,
    pub required: bool,
    pub alternatives: Vec<Alternative>,
}

/// One way to give it.
pub struct Alternative {
    pub index: usize,
    pub title: String,
    /// The name of a sentence.
    pub note: &'static str,
    pub picked: bool,
    pub queries: Vec<Part>,
}

/// One credential of an alternative.
pub struct Part {
    pub id: String,
    pub multiple: bool,
    pub candidates: Vec<PartCandidate>,
}

pub struct PartCandidate {
    pub credential_id: String,
    pub name: String,
    pub issuer_name: String,
    pub holder_key: String,
    pub whole_credential: bool,
    pub everything: bool,
    pub status: StatusView,
    /// The name of the sentence that says its status.
    pub standing: &'static str,
    pub claims: Vec<ClaimView>,
    /// Less that would do as well: the set of claims, and the names of what is not shown then.
    pub less: Vec<(usize, String)>,
}

pub fn choices(view: &PresentationView, words: Words) -> Vec<Choice> {
    let query = |id: &String| view.queries.iter().find(|query| query.id == *id);
    view.options
        .iter()
        .filter(|option| !option.alternatives.is_empty())
        .enumerate()
        .map(|(index, option)| Choice {
            index,
            required: option.required,
            alternatives: option
                .alternatives
                .iter()
                .enumerate()
                .map(|(at, ids)| {
                    let queries = ids.iter().filter_map(query).collect();
                    alternative(words, at, option.required, queries)
                })
                .collect(),
        })
        .collect()
}

/// What is wanted and not here, by its type's name.
pub fn missing(words: Words, asked: &Asked) -> Vec<String> {
    let name = |iri: &String| iri.rsplit(['#', '/']).next().unwrap_or(iri).to_owned();
    let mut names: Vec<String> = Vec::new();
    for query in &asked.presentation.request.query.credentials {
        let of_sd_jwt = query.meta.vct_values.iter().flatten();
        let of_w3c = query.meta.type_values.iter().flatten().flatten();
        for iri in of_sd_jwt.chain(of_w3c) {
            let name = name(iri);
            if name != "VerifiableCredential" && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.truncate(6);
    names.iter().map(|name| words.kind(name)).collect()
}

fn alternative(words: Words, index: usize, required: bool, queries: Vec<&QueryView>) -> Alternative {
    let mut names: Vec<&str> = Vec::new();
    let mut whole = false;
    for candidate in queries.iter().filter_map(|query| query.candidates.first()) {
        whole |= candidate.whole_credential;
        // What is only wished for is named by its claims: the person decides about these, not about a document.
        let asked =
            candidate.claims.iter().filter(|claim| claim.asked && !required && !candidate.whole_credential);
        let labels: Vec<&str> = asked.map(|claim| claim.label.as_str()).take(6).collect();
        let titles = if labels.is_empty() { vec![candidate.name.as_str()] } else { labels };
        for title in titles {
            if !names.contains(&title) {
                names.push(title);
            }
        }
    }
    Alternative {
        index,
        title: words.list(&words.terms(&names)),
        note: if whole { "consent-whole" } else { "consent-parts" },
        picked: required && index == 0,
        queries: queries
            .into_iter()
            .map(|query| Part {
                id: query.id.clone(),
                multiple: query.multiple,
                candidates: query.candidates.iter().map(|one| part_candidate(words, one)).collect(),
            })
            .collect(),
    }
}

fn part_candidate(words: Words, candidate: &CandidateView) -> PartCandidate {
    let names = |less: &LessView| {
        let labels: Vec<&str> = less.withheld.iter().map(String::as_str).collect();
        words.list(&words.terms(&labels))
    };
    PartCandidate {
        less: candidate.less.iter().map(|less| (less.claim_set, names(less))).collect(),
        credential_id: candidate.credential_id.clone(),
        name: candidate.name.clone(),
        issuer_name: candidate.issuer_name.clone(),
        holder_key: candidate.holder_key.clone(),
        whole_credential: candidate.whole_credential,
        everything: candidate.everything,
        status: candidate.status.clone(),
        standing: label(candidate.status.state),
        claims: candidate.claims.clone(),
    }
}
