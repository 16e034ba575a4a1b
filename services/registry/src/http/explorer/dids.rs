use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get};
use askama::Template;
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
    proof: String,
}

struct Version {
    number: usize,
    current: bool,
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
        versions: versions.map(|(number, it)| version(number + 1, it, record.deactivated())).collect(),
        accreditations: entitlements(&snapshot, &did, true)?,
        deactivated: record.deactivated_ms.map(time),
        proof: proof_link("did", &did),
    })
}

fn version(number: usize, version: &DidVersion, deactivated: bool) -> Version {
    let methods = version.keys.iter().map(|key| Method {
        fragment: key.fragment.clone(),
        multikey: key.multikey.clone(),
        relationships: key.relationships.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", "),
        compromised: key.compromised_at.map(time),
    });
    let services = version.services.iter().map(|service| (service.kind.clone(), service.endpoint.clone()));
    Version {
        number,
        current: version.until_ms.is_none() && !deactivated,
        from: time(version.from_ms),
        until: version.until_ms.map(time),
        keys: methods.collect(),
        services: services.collect(),
    }
}
