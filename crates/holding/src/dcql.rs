//! The holder's side of DCQL (OID4VP 1.0, 6): which credentials answer a query, what each would show,
//! what is proposed, and whether what the person chose answers the request.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use wire::vp::dcql::authorities::Authorities;
use wire::vp::dcql::{ClaimsQuery, CredentialQuery, Query};

use crate::path::{self, ConcretePath};

/// The formats this wallet can present.
pub const SD_JWT: &str = "dc+sd-jwt";
pub const LDP_VC: &str = "ldp_vc";
/// No identifier of OID4VCI: the form of VC Data Model 2.0 as a JWT.
pub const VC_JWT: &str = "vc+jwt";
/// The same as an SD-JWT.
pub const VC_SD_JWT: &str = "vc+sd-jwt";
/// The same in a COSE_Sign1.
pub const VC_COSE: &str = "vc+cose";

/// All of them.
pub const FORMATS: [&str; 5] = [SD_JWT, LDP_VC, VC_JWT, VC_SD_JWT, VC_COSE];

/// A held credential as a query sees it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    pub id: &'a str,
    pub format: &'a str,
    /// Expanded type IRIs, or the `vct` (`dc+sd-jwt`).
    pub types: &'a [String],
    /// The document, or the processed payload with every disclosure put back.
    pub root: &'a Value,
    pub authorities: Authorities<'a>,
}

/// A credential that answers a query, and what of it must be disclosed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    pub credential: String,
    pub disclose: Vec<ConcretePath>,
    /// What the verifier takes as well, and is less: proper parts of `disclose`, in its order (`claim_sets`). The person may choose one
    /// of them, and so withhold what is not in it.
    pub lesser: Vec<Vec<ConcretePath>>,
}

/// A credential query with everything that answers it, in the order the candidates were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryMatches {
    pub id: String,
    pub format: String,
    pub multiple: bool,
    pub holder_binding: bool,
    pub matches: Vec<Match>,
}

/// One use case of the verifier: any one of the alternatives, each a list of credential queries.
/// Only alternatives that can be answered are here, the verifier's most wanted first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub required: bool,
    pub alternatives: Vec<Vec<String>>,
}

/// What a query means for this holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    pub queries: Vec<QueryMatches>,
    pub choices: Vec<Choice>,
}

/// What the person decided to send: credential identifiers by credential query.
pub type Selection = BTreeMap<String, Vec<String>>;

/// Which of the lesser sets of claims the person chose, by credential query and credential: 1 is the first of [`Match::lesser`]. What is
/// not here, or 0, discloses the whole that was asked for.
pub type ClaimSets = BTreeMap<(String, String), usize>;

/// Why a selection does not answer the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionFault {
    #[error("the selection names a part of the request that does not exist")]
    UnknownQuery,
    #[error("the selection names a credential that does not answer this part of the request")]
    NotAMatch,
    #[error("the selection gives several credentials where one is asked for, or none")]
    WrongCount,
    #[error("something the request requires is not selected")]
    Incomplete,
    #[error("the selection names a set of claims that the request does not offer")]
    UnknownClaims,
}

/// Evaluates a query that has been validated.
#[must_use]
pub fn evaluate(query: &Query, held: &[Candidate<'_>]) -> Evaluation {
    let queries: Vec<QueryMatches> = query
        .credentials
        .iter()
        .map(|asked| QueryMatches {
            id: asked.id.clone(),
            format: asked.format.clone(),
            multiple: asked.multiple,
            holder_binding: asked.require_cryptographic_holder_binding,
            matches: held.iter().filter_map(|candidate| answer(asked, candidate)).collect(),
        })
        .collect();
    let answerable: BTreeSet<&str> =
        queries.iter().filter(|one| !one.matches.is_empty()).map(|one| one.id.as_str()).collect();
    let choices = match &query.credential_sets {
        None => queries
            .iter()
            .map(|one| Choice {
                required: true,
                alternatives: if one.matches.is_empty() { Vec::new() } else { vec![vec![one.id.clone()]] },
            })
            .collect(),
        Some(sets) => sets
            .iter()
            .map(|set| Choice {
                required: set.required,
                alternatives: set
                    .options
                    .iter()
                    .filter(|option| option.iter().all(|id| answerable.contains(id.as_str())))
                    .cloned()
                    .collect(),
            })
            .collect(),
    };
    Evaluation { queries, choices }
}

impl Evaluation {
    /// Whether everything required can be given. If not, nothing may be sent (6.4.2).
    #[must_use]
    pub fn is_satisfiable(&self) -> bool {
        self.choices.iter().all(|choice| !choice.required || !choice.alternatives.is_empty())
            && self.choices.iter().any(|choice| !choice.alternatives.is_empty())
    }

    #[must_use]
    pub fn query(&self, id: &str) -> Option<&QueryMatches> {
        self.queries.iter().find(|one| one.id == id)
    }

    /// The least that answers the request: the first alternative of what is required, one credential each.
    /// What is optional is withheld until the person adds it.
    #[must_use]
    pub fn proposed(&self) -> Option<Selection> {
        if !self.is_satisfiable() {
            return None;
        }
        let mut selection = Selection::new();
        for choice in self.choices.iter().filter(|choice| choice.required) {
            for id in choice.alternatives.first()? {
                let first = self.query(id)?.matches.first()?;
                selection.insert(id.clone(), vec![first.credential.clone()]);
            }
        }
        Some(selection)
    }

    /// Accepts a selection that answers the request, and returns what each chosen credential discloses.
    pub fn check(&self, selection: &Selection) -> Result<Vec<Chosen<'_>>, SelectionFault> {
        let mut chosen = Vec::new();
        for (id, credentials) in selection {
            let query = self.query(id).ok_or(SelectionFault::UnknownQuery)?;
            let distinct: BTreeSet<&String> = credentials.iter().collect();
            if credentials.is_empty()
                || distinct.len() != credentials.len()
                || (credentials.len() > 1 && !query.multiple)
                || credentials.len() > wire::vp::MAX_PRESENTATIONS
            {
                return Err(SelectionFault::WrongCount);
            }
            for credential in credentials {
                let found = query.matches.iter().find(|one| one.credential == *credential);
                chosen.push(Chosen { query, matched: found.ok_or(SelectionFault::NotAMatch)? });
            }
        }
        let answered = |ids: &Vec<String>| ids.iter().all(|id| selection.contains_key(id));
        let complete =
            self.choices.iter().all(|choice| !choice.required || choice.alternatives.iter().any(answered));
        // A part that belongs to no satisfied alternative would be shown for nothing.
        let wanted = |id: &String| {
            self.choices
                .iter()
                .any(|choice| choice.alternatives.iter().any(|ids| ids.contains(id) && answered(ids)))
        };
        if chosen.is_empty() || !complete || !selection.keys().all(wanted) {
            return Err(SelectionFault::Incomplete);
        }
        Ok(chosen)
    }
}

/// One credential of an accepted selection.
#[derive(Clone, Copy, Debug)]
pub struct Chosen<'a> {
    pub query: &'a QueryMatches,
    pub matched: &'a Match,
}

impl Chosen<'_> {
    /// What goes out of this credential.
    pub fn disclose(&self, sets: &ClaimSets) -> Result<&[ConcretePath], SelectionFault> {
        let key = (self.query.id.clone(), self.matched.credential.clone());
        match sets.get(&key).copied().unwrap_or_default().checked_sub(1) {
            None => Ok(&self.matched.disclose),
            Some(lesser) => {
                self.matched.lesser.get(lesser).map(Vec::as_slice).ok_or(SelectionFault::UnknownClaims)
            }
        }
    }
}

fn answer(asked: &CredentialQuery, candidate: &Candidate<'_>) -> Option<Match> {
    let known = FORMATS.contains(&asked.format.as_str());
    if !known || asked.format != candidate.format {
        return None;
    }
    // To show a credential whose issuer the verifier says it would reject helps nobody (6.1.1).
    if !asked.trusts(candidate.authorities) {
        return None;
    }
    if !asked.meta.accepts(&asked.format, candidate.types) {
        return None;
    }
    let mut sets = asked.deliverable_sets(candidate.root).into_iter();
    let disclose = places(candidate.root, &sets.next()?)?;
    let mut lesser: Vec<Vec<ConcretePath>> = Vec::new();
    for set in sets.filter_map(|set| places(candidate.root, &set)) {
        let is_part = set.len() < disclose.len() && set.iter().all(|place| disclose.contains(place));
        if is_part && !lesser.contains(&set) {
            lesser.push(set);
        }
    }
    Some(Match { credential: candidate.id.to_owned(), disclose, lesser })
}

/// Where the claims of a set stand in a credential.
fn places(root: &Value, claims: &[&ClaimsQuery]) -> Option<Vec<ConcretePath>> {
    let mut places = Vec::new();
    for claim in claims {
        for (place, value) in path::select(root, &claim.path.0).ok()? {
            // 6.4.1: a claim whose value was not asked for is treated as if it did not exist.
            let wanted =
                claim.values.as_ref().is_none_or(|values| values.iter().any(|one| one.equals(value)));
            if wanted && !places.contains(&place) {
                places.push(place);
            }
        }
    }
    Some(places)
}

#[cfg(test)]
#[path = "dcql_tests.rs"]
mod tests;
