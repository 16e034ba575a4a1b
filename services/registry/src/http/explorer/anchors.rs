//! Anchors, and documents that were declared public.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get};
use askama::Template;
use registry_types::{AnchorRecord, DocumentRecord, state_key};
use web::page::Shell;
use web::{Problem, page};

use super::search::hash_of;
use super::words::{Named, anchor_kind, controller, organisation};
use super::{Cursor, Listed, Place, find, proof_link, shell};
use crate::http::views::time;
use crate::node::Node;
use crate::store::{Snapshot, index};

#[derive(Template)]
#[template(path = "anchors.html")]
struct AnchorsPage {
    shell: Shell,
    /// The issuer whose anchors these are; everybody's when absent.
    of: Option<(String, Named)>,
    anchors: Vec<Anchor>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "anchor.html")]
struct AnchorPage {
    shell: Shell,
    anchor: Anchor,
}

#[derive(Template)]
#[template(path = "documents.html")]
struct DocumentsPage {
    shell: Shell,
    documents: Vec<Document>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "document.html")]
struct DocumentPage {
    shell: Shell,
    document: Document,
}

struct Anchor {
    issuer: String,
    organisation: Named,
    sequence: u64,
    kind: &'static str,
    root: String,
    leaf_count: u32,
    height: u64,
    at: String,
    proof: String,
}

pub struct Document {
    pub digest: String,
    pub publications: Vec<PublicationLine>,
    pub proof: String,
}

pub struct PublicationLine {
    pub organisation: Named,
    pub issuer: String,
    pub height: u64,
    pub at: String,
}

#[get("/anchors")]
pub async fn list_anchors(cursor: Query<Cursor>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let listed = Listed::load(&snapshot, index::NEWEST_ANCHORS, &cursor)?;
    let mut anchors = Vec::new();
    for key in &listed.keys {
        // `{height}/{issuer}/{sequence}`
        let Some((_, rest)) = key.split_once('/') else { continue };
        let Some((issuer, sequence)) = rest.rsplit_once('/') else { continue };
        anchors.extend(anchor(&snapshot, issuer, sequence)?);
    }
    page::html(&AnchorsPage { shell: shell(&node, Place::Anchors), of: None, anchors, next: listed.next })
}

#[get("/anchors/{issuer}")]
pub async fn list_anchors_of(
    issuer: Path<String>,
    cursor: Query<Cursor>,
    node: Data<Node>,
) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let listed = Listed::load(&snapshot, &format!("{}{issuer}/", index::ANCHORS_OF), &cursor)?;
    let mut anchors = Vec::new();
    for key in &listed.keys {
        let Some((_, sequence)) = key.split_once('/') else { continue };
        anchors.extend(anchor(&snapshot, &issuer, sequence)?);
    }
    let of = Some((issuer.clone(), controller(&snapshot, &issuer)?));
    page::html(&AnchorsPage { shell: shell(&node, Place::Anchors), of, anchors, next: listed.next })
}

#[get("/anchors/{issuer}/{sequence}")]
pub async fn show_anchor(path: Path<(String, u64)>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let (issuer, sequence) = path.into_inner();
    let found = anchor(&node.snapshot(), &issuer, &sequence.to_string())?;
    let anchor = found.ok_or_else(Problem::not_found)?;
    page::html(&AnchorPage { shell: shell(&node, Place::Elsewhere), anchor })
}

#[get("/documents")]
pub async fn list_documents(cursor: Query<Cursor>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let listed = Listed::load(&snapshot, index::NEWEST_DOCUMENTS, &cursor)?;
    let mut documents = Vec::new();
    for key in &listed.keys {
        let Some(digest) = key.split_once('/').and_then(|(_, digest)| hash_of(digest)) else { continue };
        documents.extend(document(&snapshot, &digest)?);
    }
    page::html(&DocumentsPage { shell: shell(&node, Place::Elsewhere), documents, next: listed.next })
}

#[get("/documents/{digest}")]
pub async fn show_document(digest: Path<String>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let digest = hash_of(&digest).ok_or_else(Problem::not_found)?;
    let document = document(&node.snapshot(), &digest)?.ok_or_else(Problem::not_found)?;
    page::html(&DocumentPage { shell: shell(&node, Place::Elsewhere), document })
}

fn anchor(snapshot: &Snapshot, issuer: &str, sequence: &str) -> Result<Option<Anchor>, Problem> {
    let Ok(sequence) = sequence.parse() else { return Ok(None) };
    let record: Option<AnchorRecord> = find(snapshot, &state_key::anchor(issuer, sequence))?;
    let Some(record) = record else { return Ok(None) };
    Ok(Some(Anchor {
        organisation: controller(snapshot, issuer)?,
        issuer: issuer.to_owned(),
        sequence,
        kind: anchor_kind(record.kind),
        root: hex::encode(record.root),
        leaf_count: record.leaf_count,
        height: record.height,
        at: time(record.time_ms),
        proof: proof_link("anchor", &format!("{issuer}/{sequence}")),
    }))
}

/// Who published a document with this digest.
pub fn document(snapshot: &Snapshot, digest: &registry_types::Hash) -> Result<Option<Document>, Problem> {
    let record: Option<DocumentRecord> = find(snapshot, &state_key::document(digest))?;
    let Some(record) = record else { return Ok(None) };
    let lines = record.publications.into_iter().map(|by| {
        Ok(PublicationLine {
            organisation: organisation(snapshot, &by.organisation)?,
            issuer: by.issuer,
            height: by.height,
            at: time(by.time_ms),
        })
    });
    let digest = hex::encode(digest);
    let publications = lines.collect::<Result<_, Problem>>()?;
    Ok(Some(Document { publications, proof: proof_link("document", &digest), digest }))
}
