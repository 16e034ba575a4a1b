use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use askama::Template;
use registry_types::{Params, state_key};
use web::page::Shell;
use web::{Problem, page};

use super::blocks::{BlockLine, latest};
use super::concentration::concerns;
use super::members::{Member, summaries};
use super::validators::{Warning, warnings};
use super::{Cursor, Place, find, proof_link, shell};
use crate::http::views::time;
use crate::node::Node;

const MEMBERS: usize = 12;
const BLOCKS: u64 = 8;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    shell: Shell,
    chain_name: String,
    chain_id: String,
    height: u64,
    block_time: String,
    validators: usize,
    /// Somebody could decide alone.
    severe: bool,
    warnings: Vec<Warning>,
    members: Vec<Member>,
    more_members: bool,
    blocks: Vec<BlockLine>,
}

#[get("/")]
pub async fn show_home(node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let tip = snapshot.tip();
    let (mut members, next) = summaries(&snapshot, &Cursor { after: None })?;
    let more_members = next.is_some() || members.len() > MEMBERS;
    members.truncate(MEMBERS);
    let warnings = warnings(&snapshot, &concerns(&tip.validators))?;
    page::html(&Home {
        shell: shell(&node, Place::Chain),
        chain_name: node.genesis().name.clone(),
        chain_id: hex::encode(node.chain()),
        height: tip.height,
        block_time: time(tip.time_ms),
        validators: tip.validators.validators().len(),
        severe: warnings.iter().any(|warning| warning.severe),
        warnings,
        members,
        more_members,
        blocks: latest(&snapshot, tip.height, BLOCKS)?,
    })
}

#[derive(Template)]
#[template(path = "parameters.html")]
struct Parameters {
    shell: Shell,
    rows: Vec<Row>,
    proof: String,
}

struct Row {
    name: &'static str,
    value: String,
    why: &'static str,
}

#[get("/parameters")]
pub async fn show_parameters(node: Data<Node>) -> Result<HttpResponse, Problem> {
    let params: Params = find(&node.snapshot(), &state_key::params())?.unwrap_or_default();
    let row = |name, value: String, why| Row { name, value, why };
    let seconds = |ms: u64| format!("{} s", ms / 1_000);
    let rows = vec![
        row("Rules", params.rules.to_string(), "The version of the rules that blocks are judged by."),
        row(
            "Transactions in a block",
            format!("at most {}", params.max_block_transactions),
            "Keeps a block small enough to be checked before the next one is due.",
        ),
        row(
            "Expiry",
            format!("at most {} blocks ahead", params.max_expiry_heights),
            "A transaction that was forgotten cannot come back later than that.",
        ),
        row(
            "Clock drift",
            seconds(params.max_drift_ms),
            "How far a block's time may lie ahead of a validator's own clock.",
        ),
        row(
            "Heartbeat",
            seconds(params.heartbeat_ms),
            "The longest time between two blocks, so that old answers can be told from new ones.",
        ),
    ];
    page::html(&Parameters { shell: shell(&node, Place::Elsewhere), rows, proof: proof_link("params", "-") })
}
