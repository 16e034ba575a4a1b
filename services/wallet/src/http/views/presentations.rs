//! Requests for a presentation, as a person must see them to decide.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use clock::Timestamp;
use holding::dcql::{ClaimSets, Evaluation, Match, Selection};
use holding::labels::ShownClaim;
use holding::path::ConcretePath;
use holding::presentation::Progress;
use holding::transaction::Transaction;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::vp::transaction::ApprovalText;

use super::{ClaimView, PartyView, StatusView, ToSignView};
use crate::app::disclosure::{is_asked, is_shown, withheld_paths};
use crate::app::presentations::Asked;

/// A credential that says fewer things is not worth a word when all of it is asked for.
const MANY: usize = 4;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestLink {
    #[serde(default)]
    pub client_id: Option<String>,
    #[serde(default)]
    pub request_uri: Option<String>,
    /// `get` (default) or `post`.
    #[serde(default)]
    pub request_uri_method: Option<String>,
    /// In place of the others: the query of a link that has the whole request in it, unsigned.
    #[serde(default)]
    pub query: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Absent: what the wallet proposes.
    #[serde(default)]
    pub selection: Option<Vec<SelectionItem>>,
}

#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SelectionItem {
    pub query_id: String,
    pub credential_ids: Vec<String>,
    /// Of a credential of which the request takes less as well: which set of claims goes out (`inSets` of its claims). Absent: all
    /// that is asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub claim_sets: BTreeMap<String, usize>,
}

impl Consent {
    pub fn selection(self) -> (Option<Selection>, ClaimSets) {
        let Some(items) = self.selection else { return (None, ClaimSets::new()) };
        let (mut selection, mut sets) = (Selection::new(), ClaimSets::new());
        for item in items {
            let of_query = |(credential, set)| ((item.query_id.clone(), credential), set);
            sets.extend(item.claim_sets.into_iter().map(of_query));
            selection.insert(item.query_id, item.credential_ids);
        }
        (Some(selection), sets)
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresentationView {
    pub id: String,
    /// `asked`, `sending`, `sent`, `refused` or `failed`.
    pub state: &'static str,
    pub verifier: PartyView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    pub expires_at: DateTime<Utc>,
    pub anchor_receipts: bool,
    pub satisfiable: bool,
    pub queries: Vec<QueryView>,
    /// One of each required entry's alternatives must be answered whole.
    pub options: Vec<OptionView>,
    pub proposed: Vec<SelectionItem>,
    /// What the person approves by answering.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<ApprovalText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueryView {
    pub id: String,
    pub format: String,
    pub optional: bool,
    pub multiple: bool,
    pub candidates: Vec<CandidateView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CandidateView {
    pub credential_id: String,
    pub name: String,
    pub issuer_name: String,
    /// Thumbprint of the device's key that has to be here.
    pub holder_key: String,
    pub status: StatusView,
    /// The format has no selective disclosure: every claim goes out.
    pub whole_credential: bool,
    /// All that could be withheld is asked for.
    pub everything: bool,
    pub claims: Vec<ClaimView>,
    /// How many sets of claims the request takes of it, the first of which is all that is asked for.
    pub claim_sets: usize,
}

#[derive(Serialize, ToSchema)]
pub struct OptionView {
    pub required: bool,
    pub alternatives: Vec<Vec<String>>,
}

impl PresentationView {
    pub fn new(asked: &Asked, now: Timestamp) -> Self {
        let Asked { record, presentation, evaluation, .. } = asked;
        let (reason, redirect_uri) = match &presentation.progress {
            Progress::Sent { redirect_uri, .. } | Progress::Refused { redirect_uri, .. } => {
                (None, redirect_uri.clone())
            }
            Progress::Failed { reason } => (Some(reason.clone()), None),
            Progress::Asked | Progress::Prepared { .. } | Progress::Sending { .. } => (None, None),
        };
        Self {
            id: record.id.clone(),
            state: presentation.state(),
            verifier: (&presentation.verifier).into(),
            purpose: presentation.request.purpose.clone(),
            expires_at: presentation.request.expires_at,
            anchor_receipts: presentation.request.anchor_receipts,
            satisfiable: evaluation.is_satisfiable(),
            queries: queries(asked, now),
            options: evaluation
                .choices
                .iter()
                .map(|choice| OptionView {
                    required: choice.required,
                    alternatives: choice.alternatives.clone(),
                })
                .collect(),
            proposed: proposed(evaluation),
            approvals: presentation.request.transactions.iter().map(approval).collect(),
            reason,
            redirect_uri,
        }
    }
}

fn approval(transaction: &Transaction) -> ApprovalText {
    let approval = &transaction.approval;
    ApprovalText {
        title: approval.title.clone(),
        text: approval.text.clone(),
        reference: approval.reference.clone(),
    }
}

fn proposed(evaluation: &Evaluation) -> Vec<SelectionItem> {
    let selection = evaluation.proposed().unwrap_or_default();
    selection
        .into_iter()
        .map(|(query_id, credential_ids)| SelectionItem {
            query_id,
            credential_ids,
            claim_sets: BTreeMap::new(),
        })
        .collect()
}

fn queries(asked: &Asked, now: Timestamp) -> Vec<QueryView> {
    let is_required = |id: &String| {
        asked
            .evaluation
            .choices
            .iter()
            .any(|choice| choice.required && choice.alternatives.iter().any(|ids| ids.contains(id)))
    };
    asked
        .evaluation
        .queries
        .iter()
        .map(|query| QueryView {
            id: query.id.clone(),
            format: query.format.clone(),
            optional: !is_required(&query.id),
            multiple: query.multiple,
            candidates: query
                .matches
                .iter()
                .filter_map(|matched| {
                    let kept = asked.credentials.iter().find(|kept| kept.row.id == matched.credential)?;
                    let withheld = withheld_paths(kept);
                    let whole = kept.held.is_whole();
                    let claims = kept.held.claims();
                    let visible =
                        |claim: &&ShownClaim| whole || is_shown(&claim.path, &matched.disclose, &withheld);
                    let shown: Vec<_> = claims.iter().filter(visible).collect();
                    let everything = !whole && withheld.len() >= MANY && shown.len() == claims.len();
                    let checked_at = kept.annex.status.as_ref().map(|seen| seen.checked_at);
                    Some(CandidateView {
                        credential_id: kept.row.id.clone(),
                        name: kept.held.name.clone(),
                        issuer_name: kept.held.issuer.name().to_owned(),
                        holder_key: kept.held.device_key().to_owned(),
                        status: StatusView::new(kept.held.standing(&kept.annex, now), checked_at),
                        whole_credential: whole,
                        everything,
                        claim_sets: if whole { 1 } else { 1 + matched.lesser.len() },
                        claims: shown
                            .into_iter()
                            .map(|claim| claim_view(claim, matched, &withheld))
                            .collect(),
                    })
                })
                .collect(),
        })
        .collect()
}

/// A claim that goes out; with the sets of claims that have it where it may be withheld.
fn claim_view(claim: &ShownClaim, matched: &Match, withheld: &[ConcretePath]) -> ClaimView {
    let asked = is_asked(&claim.path, &matched.disclose);
    let has = |set: &[ConcretePath]| is_asked(&claim.path, set);
    let held_back = withheld.iter().any(|path| claim.path.starts_with(path));
    let mut in_sets = Vec::new();
    if asked && held_back && !matched.lesser.iter().all(|set| has(set)) {
        let lesser = matched.lesser.iter().enumerate().filter(|(_, set)| has(set)).map(|(at, _)| at + 1);
        in_sets = std::iter::once(0).chain(lesser).collect();
    }
    ClaimView { in_sets, ..ClaimView::new(claim, asked) }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresentationStep {
    pub presentation: PresentationView,
    pub to_sign: Vec<ToSignView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresentationResult {
    pub presentation: PresentationView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
}

impl PresentationResult {
    pub fn new(asked: &Asked, now: Timestamp) -> Self {
        let presentation = PresentationView::new(asked, now);
        Self { redirect_uri: presentation.redirect_uri.clone(), presentation }
    }
}
