use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get};
use askama::Template;
use registry_types::{RestartCertificate, SignedTransaction, TransactionId};
use serde::Deserialize;
use web::page::Shell;
use web::{Problem, page};

use super::operations::{about, sentence};
use super::proofs::{Seal, seal};
use super::words::{Named, signer};
use super::{Place, shell};
use crate::http::views::time;
use crate::node::{Node, Standing};
use crate::store::Snapshot;

const PAGE: u64 = 50;

#[derive(Template)]
#[template(path = "blocks.html")]
struct BlocksPage {
    shell: Shell,
    blocks: Vec<BlockLine>,
    newer: Option<u64>,
    older: Option<u64>,
}

#[derive(Template)]
#[template(path = "block.html")]
struct BlockPage {
    shell: Shell,
    height: u64,
    newest: u64,
    block_time: String,
    previous: String,
    data_hash: String,
    state_root: String,
    seal: Seal,
    transactions: Vec<TransactionLine>,
    /// The organisations whose governors' signatures restarted the chain here.
    restarted_by: Option<String>,
}

#[derive(Template)]
#[template(path = "transaction.html")]
struct TransactionPage {
    shell: Shell,
    id: String,
    operation: String,
    about: Named,
    signed_by: Named,
    role: String,
    public_key: String,
    signature: String,
    sequence: u64,
    expires_at_height: u64,
    height: u64,
    index: u32,
    block_time: String,
    content: String,
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage {
    shell: Shell,
    id: String,
}

pub struct BlockLine {
    pub height: u64,
    pub block_time: String,
    pub transactions: Vec<String>,
}

struct TransactionLine {
    id: String,
    operation: String,
    signed_by: Named,
    role: String,
    about: Named,
}

#[derive(Deserialize)]
struct From {
    /// The highest block shown.
    from: Option<u64>,
}

#[get("/blocks")]
pub async fn list_blocks(query: Query<From>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let newest = snapshot.tip().height;
    let from = query.from.unwrap_or(newest).min(newest);
    page::html(&BlocksPage {
        shell: shell(&node, Place::Elsewhere),
        blocks: latest(&snapshot, from, PAGE)?,
        newer: (from < newest).then(|| from.saturating_add(PAGE).min(newest)),
        older: from.checked_sub(PAGE).filter(|height| *height > 0),
    })
}

#[get("/blocks/{height}")]
pub async fn show_block(height: Path<u64>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let block = snapshot.block(*height)?.ok_or_else(Problem::not_found)?;
    let certificate = snapshot.certificate(*height)?.ok_or_else(Problem::not_found)?;
    let lines = block.transactions.iter().map(|signed| transaction_line(&snapshot, signed));
    page::html(&BlockPage {
        shell: shell(&node, Place::Elsewhere),
        height: *height,
        newest: snapshot.tip().height,
        block_time: time(block.header.time_ms),
        previous: hex::encode(block.header.previous),
        data_hash: hex::encode(block.header.data_hash),
        state_root: hex::encode(block.header.state_root),
        seal: seal(&node, &snapshot, &block.header, &certificate)?,
        transactions: lines.collect::<Result<_, Problem>>()?,
        restarted_by: block.restart.as_ref().map(governors),
    })
}

/// Names of those who signed a restart.
fn governors(restart: &RestartCertificate) -> String {
    let names: Vec<_> = restart.signatures.iter().map(|one| one.organisation.as_str()).collect();
    names.join(", ")
}

#[get("/transactions/{id}")]
pub async fn show_transaction(id: Path<String>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let id: TransactionId = id.parse().map_err(|_| Problem::not_found())?;
    let place = match node.find(id)?.ok_or_else(Problem::not_found)? {
        Standing::Committed(place) => place,
        Standing::Pending => {
            let shell = shell(&node, Place::Elsewhere);
            return page::html(&WaitingPage { shell, id: id.to_string() });
        }
    };
    let snapshot = node.snapshot();
    let block = snapshot.block(place.height)?.ok_or_else(Problem::not_found)?;
    let at = usize::try_from(place.index).unwrap_or(usize::MAX);
    let signed = block.transactions.get(at).ok_or_else(Problem::not_found)?;
    let (signed_by, role) = signer(&snapshot, signed)?;
    let operation = &signed.transaction.operation;
    page::html(&TransactionPage {
        shell: shell(&node, Place::Elsewhere),
        id: id.to_string(),
        operation: sentence(operation),
        about: about(&snapshot, signed)?,
        signed_by,
        role,
        public_key: hex::encode(signed.public_key),
        signature: hex::encode(signed.signature),
        sequence: signed.transaction.sequence,
        expires_at_height: signed.transaction.expires_at_height,
        height: place.height,
        index: place.index,
        block_time: time(place.block_time_ms),
        content: serde_json::to_string_pretty(operation).map_err(|error| Problem::internal(&error))?,
    })
}

/// At most `count` blocks from a height downwards.
pub fn latest(snapshot: &Snapshot, from: u64, count: u64) -> Result<Vec<BlockLine>, Problem> {
    let mut lines = Vec::new();
    for height in (from.saturating_sub(count - 1).max(1)..=from).rev() {
        let Some(block) = snapshot.block(height)? else { continue };
        let what = block.transactions.iter().map(|signed| sentence(&signed.transaction.operation));
        lines.push(BlockLine {
            height,
            block_time: time(block.header.time_ms),
            transactions: what.collect(),
        });
    }
    Ok(lines)
}

fn transaction_line(snapshot: &Snapshot, signed: &SignedTransaction) -> Result<TransactionLine, Problem> {
    let (signed_by, role) = signer(snapshot, signed)?;
    Ok(TransactionLine {
        id: signed.id().to_string(),
        operation: sentence(&signed.transaction.operation),
        signed_by,
        role,
        about: about(snapshot, signed)?,
    })
}
