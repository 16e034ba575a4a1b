use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use askama::Template;
use registry_types::{GovernanceParams, Params, Quotas, state_key};
use web::page::Shell;
use web::{Problem, page};

use super::blocks::{BlockLine, latest};
use super::concentration::concerns;
use super::members::{Member, summaries};
use super::proposals::{self, Line};
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
    open: Vec<Line>,
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
        open: proposals::open(&node, &snapshot)?,
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

fn row(name: &'static str, value: String, why: &'static str) -> Row {
    Row { name, value, why }
}

fn seconds(ms: u64) -> String {
    format!("{} s", ms / 1_000)
}

/// In the largest unit that says it exactly.
fn duration(ms: u64) -> String {
    let units = [("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1_000)];
    let exact = units.into_iter().find(|(_, length)| ms > 0 && ms.is_multiple_of(*length));
    match exact.map(|(name, length)| (name, ms / length)) {
        Some((name, 1)) => format!("1 {name}"),
        Some((name, count)) => format!("{count} {name}s"),
        None => format!("{ms} ms"),
    }
}

fn governance(params: &GovernanceParams) -> Vec<Row> {
    vec![
        row(
            "Notice",
            format!("at least {}", duration(params.min_notice_ms)),
            "So long after it was proposed, at the earliest, something takes effect: nobody is taken by surprise.",
        ),
        row(
            "Voting",
            format!("at most {}", duration(params.max_voting_ms)),
            "The longest time that a proposal may stay open.",
        ),
        row(
            "Open proposals",
            format!("{}, of one governor {}", params.max_open_proposals, params.max_open_per_governor),
            "Every block looks at all of them, and no governor takes the others' room.",
        ),
        row(
            "Emergency stop",
            format!("{}/{} of the governors", params.emergency_numerator, params.emergency_denominator),
            "The share that may stop an issuer or a key at once.",
        ),
        row(
            "A stop lapses",
            format!("after {}", duration(params.emergency_ms)),
            "Unless all governors' quorum confirms it.",
        ),
        row(
            "Rest after a stop",
            duration(params.emergency_rest_ms),
            "So long after a stop lapsed, the smaller group cannot repeat it.",
        ),
        row(
            "Delegation",
            format!("at most {} levels", params.max_delegation),
            "How far an accreditation may be handed on.",
        ),
    ]
}

/// What one member may write, where it is limited.
fn quotas(quotas: &Quotas) -> Vec<Row> {
    let limit = |name, value: u64, unit: &str, why| {
        (value > 0).then(|| row(name, format!("at most {value} {unit}"), why))
    };
    let per_block = "Of one member in one block, so that nobody crowds out the others.";
    let per_window = "Of one member in one window.";
    let window = quotas.has_window().then(|| {
        row(
            "Window",
            duration(quotas.window_ms),
            "The length of time over which a member's writing is counted.",
        )
    });
    let rows = [
        limit("Quota in a block", quotas.block_transactions.into(), "transactions", per_block),
        limit("Size in a block", quotas.block_bytes, "bytes", per_block),
        window,
        limit("Quota in a window", quotas.window_transactions, "transactions", per_window),
        limit("Size in a window", quotas.window_bytes, "bytes", per_window),
    ];
    rows.into_iter().flatten().collect()
}

#[get("/parameters")]
pub async fn show_parameters(node: Data<Node>) -> Result<HttpResponse, Problem> {
    let params: Params = find(&node.snapshot(), &state_key::params())?.unwrap_or_default();
    let mut rows = vec![
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
    rows.extend(governance(&params.governance));
    rows.extend(quotas(&params.quotas));
    page::html(&Parameters { shell: shell(&node, Place::Elsewhere), rows, proof: proof_link("params", "-") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_said_in_its_largest_exact_unit() {
        let said = [0, 1, 1_500, 60_000, 90_000, 86_400_000, 604_800_000].map(duration);
        assert_eq!(said, ["0 ms", "1 ms", "1500 ms", "1 minute", "90 seconds", "1 day", "7 days"]);
    }
}
