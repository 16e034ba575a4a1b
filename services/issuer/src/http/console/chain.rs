//! What of the organisation is on the chain, and what waits to be.

use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use issuance::anchoring::LeafKind;
use store_issuer::BatchRow;
use web::Problem;
use web::page::{Shell, html};

use super::dashboard::list_name;
use super::session::Officer;
use super::view::{Place, When, counted, grouped, shell};
use crate::app::{Issuer, ListView};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(show_chain);
}

#[derive(Template)]
#[template(path = "console/chain.html")]
struct ChainPage {
    shell: Shell,
    waiting: String,
    oldest: Option<String>,
    newest: Option<(u64, String)>,
    batches: Vec<BatchLine>,
    lists: Vec<ListLine>,
    troubles: Vec<(String, When, String)>,
}

struct BatchLine {
    sequence: u64,
    kind: &'static str,
    leaves: String,
    root: String,
    built: When,
    /// Block time and height.
    confirmed: Option<(When, String)>,
}

struct ListLine {
    name: String,
    open: bool,
    served: Option<ServedLine>,
    pending: bool,
}

struct ServedLine {
    version: u64,
    digest: String,
    height: String,
    published: Option<When>,
    until: When,
    size: String,
}

#[get("/chain")]
async fn show_chain(officer: Officer, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let view = app.chain_view(&officer.tenant).await.map_err(|error| problem::store(&error))?;
    let now = app.clock_now();
    let age = |since: clock::Timestamp| match (now - since).num_minutes() {
        ..1 => "less than a minute".to_owned(),
        minutes @ 1..120 => counted(minutes.unsigned_abs(), "minute", "minutes"),
        minutes => counted(minutes.unsigned_abs() / 60, "hour", "hours"),
    };
    let newest = view.batches.iter().find_map(|batch| batch.block_time.map(|at| (batch.sequence, age(at))));
    html(&ChainPage {
        shell: shell(&officer, Place::Chain),
        waiting: grouped(view.waiting),
        oldest: view.oldest_waiting.map(age),
        newest,
        batches: view.batches.iter().map(BatchLine::from).collect(),
        lists: view.lists.iter().map(ListLine::from).collect(),
        troubles: view
            .troubles
            .into_iter()
            .map(|(doing, since, why)| (problem::sentence(doing), since.into(), why))
            .collect(),
    })
}

impl From<&BatchRow> for BatchLine {
    fn from(batch: &BatchRow) -> Self {
        let height = grouped(batch.height.unwrap_or_default());
        Self {
            sequence: batch.sequence,
            kind: match batch.kind {
                LeafKind::Credentials => "Credentials",
                LeafKind::Documents => "Documents",
                LeafKind::Audit => "Journals of the Fund",
            },
            leaves: grouped(batch.leaves.len() as u64),
            root: hex::encode(batch.root),
            built: batch.built_at.into(),
            confirmed: batch.block_time.map(|at| (at.into(), height)),
        }
    }
}

impl From<&ListView> for ListLine {
    fn from(view: &ListView) -> Self {
        Self {
            name: list_name(&view.list),
            open: view.is_open,
            pending: view.pending,
            served: view.served.as_ref().map(|served| ServedLine {
                version: served.version,
                digest: hex::encode(served.digest),
                height: grouped(served.height),
                published: served.published_at.map(When::from),
                until: served.valid_until.into(),
                size: grouped(served.size_bytes as u64),
            }),
        }
    }
}
