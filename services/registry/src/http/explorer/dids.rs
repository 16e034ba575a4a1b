use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get};
use askama::Template;
use registry_types::record::Stop;
use registry_types::{DidRecord, DidVersion, state_key};
use web::page::Shell;
use web::{Problem, page};

use super::members::{DidLine, Entitlement, did_line, entitlements};
use super::{Cursor, Listed, Place, find, proof_link, shell};
use crate::http::views::time;
use crate::node::Node;

#[derive(Template)]
#[template(path = "dids.html")]
struct DidsPage {
    shell: Shell,
    dids: Vec<DidLine>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "did.html")]
struct DidPage {
    shell: Shell,
    line: DidLine,
    versions: Vec<Version>,
    accreditations: Vec<Entitlement>,
    deactivated: Option<String>,
    stops: Vec<StopLine>,
    proof: String,
}

/// An emergency stop, also one that is over.
pub struct StopLine {
    /// The key that it is about; everything in the DID's name when absent.
    pub key: Option<String>,
    pub from: String,
    /// When it ended, or lapses unless it is confirmed.
    pub until: Option<String>,
    pub holds: bool,
}

impl StopLine {
    pub fn new(stop: &Stop, now_ms: u64) -> Self {
        Self {
            key: stop.multikey.clone(),
            from: time(stop.from_ms),
            until: stop.until_ms.map(time),
            holds: stop.holds_at(now_ms),
        }
    }
}

struct Version {
    number: usize,
    current: bool,
    /// Made by the organisation's govern key, since the did keys were lost.
    recovered: bool,
    from: String,
    until: Option<String>,
    keys: Vec<Method>,
    services: Vec<(String, String)>,
}

struct Method {
    fragment: String,
    multikey: String,
    relationships: String,
    compromised: Option<String>,
}

#[get("/dids")]
pub async fn list_dids(cursor: Query<Cursor>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let listed = Listed::load(&snapshot, "did/", &cursor)?;
    let mut dids = Vec::new();
    for did in &listed.keys {
        if let Some(record) = find::<DidRecord>(&snapshot, &state_key::did(did))? {
            dids.push(did_line(&snapshot, did, &record)?);
        }
    }
    page::html(&DidsPage { shell: shell(&node, Place::Elsewhere), dids, next: listed.next })
}

#[get("/dids/{did}")]
pub async fn show_did(did: Path<String>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let record: DidRecord = find(&snapshot, &state_key::did(&did))?.ok_or_else(Problem::not_found)?;
    let versions = record.versions.iter().enumerate().rev();
    page::html(&DidPage {
        shell: shell(&node, Place::Elsewhere),
        line: did_line(&snapshot, &did, &record)?,
        versions: versions.map(|(number, it)| version(number + 1, it, &record)).collect(),
        accreditations: entitlements(&snapshot, &did, true)?,
        deactivated: record.deactivated_ms.map(time),
        stops: record.stops.iter().rev().map(|stop| StopLine::new(stop, snapshot.tip().time_ms)).collect(),
        proof: proof_link("did", &did),
    })
}

fn version(number: usize, version: &DidVersion, record: &DidRecord) -> Version {
    let methods = version.keys.iter().map(|key| Method {
        fragment: key.fragment.clone(),
        multikey: key.multikey.clone(),
        relationships: key.relationships.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", "),
        compromised: key.compromised_at.map(time),
    });
    let services = version.services.iter().map(|service| (service.kind.clone(), service.endpoint.clone()));
    Version {
        number,
        current: version.until_ms.is_none() && !record.deactivated(),
        recovered: u32::try_from(number).is_ok_and(|id| record.recovered.contains(&id)),
        from: time(version.from_ms),
        until: version.until_ms.map(time),
        keys: methods.collect(),
        services: services.collect(),
    }
}
