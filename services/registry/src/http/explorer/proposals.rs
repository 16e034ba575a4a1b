//! What is put to the vote: who voted how, what is still missing, and how long it takes.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get};
use askama::Template;
use registry_types::{Hash, Params, Proposal, state_key};
use web::page::Shell;
use web::{Problem, page};

use super::ballot::{Ballot, Cast, Clock, State, needed};
use super::search::hash_of;
use super::words::{Named, organisation};
use super::{Cursor, Listed, Place, find, kinds, proof_link, shell};
use crate::http::views::time;
use crate::node::Node;
use crate::store::{Snapshot, index};

#[derive(Template)]
#[template(path = "proposals.html")]
struct ProposalsPage {
    shell: Shell,
    /// Few: the parameters bound them.
    open: Vec<Line>,
    decided: Vec<Line>,
    governors: Vec<Named>,
    needed: usize,
    charter: Option<Charter>,
    upgrades: Vec<Upgrade>,
    first_page: bool,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "proposal.html")]
struct ProposalPage {
    shell: Shell,
    line: Line,
    emergency: bool,
    reason: &'static str,
    reason_digest: Option<String>,
    content: String,
    proof: String,
}

pub struct Line {
    pub id: String,
    pub number: u64,
    pub title: &'static str,
    pub subject: Named,
    pub proposer: Named,
    pub proposed: String,
    pub ballot: Ballot,
    pub state: State,
}

struct Charter {
    version: u32,
    digest: Option<String>,
    adopted: String,
}

struct Upgrade {
    rules: u32,
    at_height: u64,
    binary: String,
}

#[get("/proposals")]
pub async fn list_proposals(cursor: Query<Cursor>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let listed = Listed::load(&snapshot, index::NEWEST_PROPOSALS, &cursor)?;
    let mut decided = Vec::new();
    for key in &listed.keys {
        let id = key.split_once('/').and_then(|(_, id)| hash_of(id));
        let found = id.map(|id| load(&node, &snapshot, &id)).transpose()?.flatten();
        decided.extend(found.map(|(line, _)| line).filter(|line| !line.state.is_open()));
    }
    let first_page = cursor.after.is_none();
    let governors = governors(&snapshot)?;
    let names = governors.iter().map(|id| organisation(&snapshot, id));
    let agenda = agenda(&snapshot)?;
    let upgrades = agenda.upgrades.iter().map(|upgrade| Upgrade {
        rules: upgrade.rules,
        at_height: upgrade.at_height,
        binary: hex::encode(upgrade.binary),
    });
    page::html(&ProposalsPage {
        shell: shell(&node, Place::Proposals),
        open: if first_page { open(&node, &snapshot)? } else { Vec::new() },
        decided,
        needed: needed(governors.len()),
        governors: names.collect::<Result<_, _>>()?,
        charter: charter(&snapshot)?,
        upgrades: upgrades.collect(),
        first_page,
        next: listed.next,
    })
}

#[get("/proposals/{id}")]
pub async fn show_proposal(id: Path<String>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let id = hash_of(&id).ok_or_else(Problem::not_found)?;
    let snapshot = node.snapshot();
    let (line, record) = load(&node, &snapshot, &id)?.ok_or_else(Problem::not_found)?;
    let content = serde_json::to_string_pretty(&record.kind).map_err(|error| Problem::internal(&error))?;
    page::html(&ProposalPage {
        shell: shell(&node, Place::Elsewhere),
        emergency: record.kind.is_emergency(),
        reason: kinds::reason(record.reason.code),
        reason_digest: (record.reason.digest != [0; 32]).then(|| hex::encode(record.reason.digest)),
        content,
        proof: proof_link("proposal", &line.id),
        line,
    })
}

/// What governors can still vote on, or what waits for its notice to pass, in the order in which it was proposed.
pub fn open(node: &Node, snapshot: &Snapshot) -> Result<Vec<Line>, Problem> {
    let mut lines = Vec::new();
    for open in agenda(snapshot)?.open {
        lines.extend(load(node, snapshot, &open.id)?.map(|(line, _)| line));
    }
    Ok(lines)
}

fn load(node: &Node, snapshot: &Snapshot, id: &Hash) -> Result<Option<(Line, Proposal)>, Problem> {
    let record: Option<Proposal> = find(snapshot, &state_key::proposal(id))?;
    let Some(record) = record else { return Ok(None) };
    let tip = snapshot.tip();
    let params: Params = find(snapshot, &state_key::params())?.unwrap_or_default();
    let governors = governors(snapshot)?;
    // Between two blocks the clock goes on; it never runs behind the chain.
    let clock = Clock { now_ms: node.now_ms().max(tip.time_ms), height: tip.height };
    let name = |id: &str| organisation(snapshot, id);
    let ballot = Ballot::new(&record, &governors, &params.governance, name)?;
    let line = Line {
        id: hex::encode(id),
        number: record.number,
        title: kinds::title(&record.kind),
        subject: kinds::subject(snapshot, &record.kind)?,
        proposer: organisation(snapshot, &record.proposer)?,
        proposed: time(record.proposed_ms),
        state: State::new(&record, &ballot, clock),
        ballot,
    };
    Ok(Some((line, record)))
}

fn governors(snapshot: &Snapshot) -> Result<Vec<String>, Problem> {
    let record: Option<registry_types::Governors> = find(snapshot, &state_key::governors())?;
    Ok(record.map(|record| record.organisations).unwrap_or_default())
}

fn agenda(snapshot: &Snapshot) -> Result<registry_types::Agenda, Problem> {
    Ok(find(snapshot, &state_key::agenda())?.unwrap_or_default())
}

fn charter(snapshot: &Snapshot) -> Result<Option<Charter>, Problem> {
    let record: Option<registry_types::record::Charter> = find(snapshot, &state_key::charter())?;
    let last = record.and_then(|record| record.versions.last().copied());
    Ok(last.map(|last| Charter {
        version: last.version,
        digest: (last.digest != [0; 32]).then(|| hex::encode(last.digest)),
        adopted: time(last.adopted_ms),
    }))
}
