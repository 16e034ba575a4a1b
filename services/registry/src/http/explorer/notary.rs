//! The notary: when was this file anchored, and by whom? The file stays where it is; its digest is enough.

use actix_web::web::{Data, Form};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use registry_client::{Receipt, ReceiptError};
use registry_types::{AnchorRecord, Hash};
use serde::Deserialize;
use web::page::Shell;
use web::{Problem, page};

use super::anchors::{Document, document};
use super::search::hash_of;
use super::words::{Named, anchor_kind, controller};
use super::{Place, find, proof_link, shell};
use crate::http::views::time;
use crate::node::Node;
use crate::store::Snapshot;

#[derive(Template)]
#[template(path = "notary.html")]
struct NotaryPage {
    shell: Shell,
    digest: String,
    receipt: String,
    finding: Option<Finding>,
}

/// What the person handed over. A receipt is sent in the body, since an address ends in logs.
#[derive(Deserialize)]
struct Handed {
    digest: String,
    #[serde(default)]
    receipt: String,
}

/// What the chain says about a document.
enum Finding {
    /// The text is no SHA-256 digest.
    NoDigest,
    Receipt(Anchored),
    Refused {
        reason: ReceiptError,
    },
    /// The receipt is sound in form, and names an anchor that is not on this chain.
    NoAnchor {
        issuer: String,
        sequence: u64,
    },
    Public(Document),
    Unknown,
}

struct Anchored {
    organisation: Named,
    issuer: String,
    sequence: u64,
    kind: &'static str,
    leaf_count: u32,
    height: u64,
    at: String,
    proof: String,
    public: Option<Document>,
}

#[get("/notary")]
pub async fn show_notary(node: Data<Node>) -> Result<HttpResponse, Problem> {
    let shell = shell(&node, Place::Notary);
    page::html(&NotaryPage { shell, digest: String::new(), receipt: String::new(), finding: None })
}

/// Reads only, so it needs no token against forged forms.
#[post("/notary")]
pub async fn check_document(handed: Form<Handed>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let Handed { digest, receipt } = handed.into_inner();
    let finding = examine(&node.snapshot(), &digest, &receipt)?;
    let shell = shell(&node, Place::Notary);
    page::html(&NotaryPage { shell, digest, receipt, finding: Some(finding) })
}

fn examine(snapshot: &Snapshot, digest: &str, receipt: &str) -> Result<Finding, Problem> {
    let Some(digest) = hash_of(digest) else { return Ok(Finding::NoDigest) };
    let public = document(snapshot, &digest)?;
    if receipt.trim().is_empty() {
        return Ok(public.map_or(Finding::Unknown, Finding::Public));
    }
    match Receipt::from_json(receipt.trim().as_bytes()) {
        Ok(receipt) => against_chain(snapshot, &digest, &receipt, public),
        Err(reason) => Ok(Finding::Refused { reason }),
    }
}

fn against_chain(
    snapshot: &Snapshot,
    digest: &Hash,
    receipt: &Receipt,
    public: Option<Document>,
) -> Result<Finding, Problem> {
    let (issuer, sequence) = (receipt.issuer().to_owned(), receipt.sequence());
    let record: Option<AnchorRecord> = find(snapshot, &receipt.state_key())?;
    let Some(record) = record else { return Ok(Finding::NoAnchor { issuer, sequence }) };
    if let Err(reason) = receipt.check(digest, &record) {
        return Ok(Finding::Refused { reason });
    }
    Ok(Finding::Receipt(Anchored {
        organisation: controller(snapshot, &issuer)?,
        kind: anchor_kind(record.kind),
        leaf_count: record.leaf_count,
        height: record.height,
        at: time(record.time_ms),
        proof: proof_link("anchor", &format!("{issuer}/{sequence}")),
        issuer,
        sequence,
        public,
    }))
}
