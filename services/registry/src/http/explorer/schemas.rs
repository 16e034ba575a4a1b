use actix_web::web::{Data, Query};
use actix_web::{HttpResponse, get};
use askama::Template;
use registry_types::{SchemaRecord, state_key};
use web::page::Shell;
use web::{Problem, page};

use super::words::{Named, organisation};
use super::{Cursor, Listed, Place, find, proof_link, shell};
use crate::http::views::time;
use crate::node::Node;

#[derive(Template)]
#[template(path = "schemas.html")]
struct SchemasPage {
    shell: Shell,
    schemas: Vec<Schema>,
    next: Option<String>,
}

struct Schema {
    id: String,
    digest: String,
    owner: Named,
    registered: String,
    proof: String,
}

#[get("/schemas")]
pub async fn list_schemas(cursor: Query<Cursor>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let listed = Listed::load(&snapshot, "schema/", &cursor)?;
    let mut schemas = Vec::new();
    for id in listed.keys {
        let Some(record) = find::<SchemaRecord>(&snapshot, &state_key::schema(&id))? else { continue };
        schemas.push(Schema {
            digest: hex::encode(record.digest),
            owner: organisation(&snapshot, &record.owner)?,
            registered: time(record.registered_ms),
            proof: proof_link("schema", &id),
            id,
        });
    }
    page::html(&SchemasPage { shell: shell(&node, Place::Elsewhere), schemas, next: listed.next })
}
