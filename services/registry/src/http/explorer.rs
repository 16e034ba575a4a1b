//! Pages for people: who the members are, what each may issue, what was decided, and how to check all of it.

mod anchors;
mod ballot;
mod blocks;
mod concentration;
mod dids;
mod home;
mod kinds;
mod members;
mod notary;
mod operations;
mod proofs;
mod proposals;
mod schemas;
mod search;
mod validators;
mod words;

use serde::Deserialize;
use url::form_urlencoded::byte_serialize;
use web::page::Shell;
use web::{Problem, assets};

use crate::node::Node;
use crate::store::Snapshot;

/// Lines on one page of a list.
const PAGE: usize = 50;

pub const ASSETS: assets::Assets = assets::Assets(&[
    assets::Asset {
        name: "notary.js",
        content_type: assets::SCRIPT,
        body: include_bytes!("../../assets/notary.js"),
    },
    assets::Asset {
        name: "registry.css",
        content_type: "text/css; charset=utf-8",
        body: include_bytes!("../../assets/registry.css"),
    },
    assets::Asset {
        name: "countdown.js",
        content_type: assets::SCRIPT,
        body: include_bytes!("../../assets/countdown.js"),
    },
]);

pub fn configure(config: &mut actix_web::web::ServiceConfig) {
    config
        .service(home::show_home)
        .service(home::show_parameters)
        .service(members::list_members)
        .service(members::show_member)
        .service(validators::show_validators)
        .service(proposals::list_proposals)
        .service(proposals::show_proposal)
        .service(schemas::list_schemas)
        .service(dids::list_dids)
        .service(dids::show_did)
        .service(anchors::list_anchors)
        .service(anchors::list_anchors_of)
        .service(anchors::show_anchor)
        .service(anchors::list_documents)
        .service(anchors::show_document)
        .service(blocks::list_blocks)
        .service(blocks::show_block)
        .service(blocks::show_transaction)
        .service(search::search)
        .service(proofs::show_proof)
        .service(proofs::download_proof)
        .service(notary::show_notary)
        .service(notary::check_document);
}

/// The entries of the navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Chain,
    Members,
    Validators,
    Proposals,
    Anchors,
    Notary,
    Elsewhere,
}

fn shell(node: &Node, here: Place) -> Shell {
    let links = [
        (Place::Chain, "/", "The chain"),
        (Place::Members, "/members", "Members"),
        (Place::Validators, "/validators", "Validators"),
        (Place::Proposals, "/proposals", "Proposals"),
        (Place::Anchors, "/anchors", "Anchors"),
        (Place::Notary, "/notary", "Check a document"),
    ];
    let shell = Shell::new("Registry").place(node.genesis().name.clone());
    links.into_iter().fold(shell, |shell, (place, href, label)| shell.link(href, label, place == here))
}

/// Where a list goes on.
#[derive(Deserialize)]
struct Cursor {
    after: Option<String>,
}

/// One page of listed keys, without their prefix.
struct Listed {
    keys: Vec<String>,
    /// The query of the next page.
    next: Option<String>,
}

impl Listed {
    fn load(snapshot: &Snapshot, prefix: &str, cursor: &Cursor) -> Result<Self, Problem> {
        let after = cursor.after.as_ref().map(|after| format!("{prefix}{after}"));
        let mut found = snapshot.listed(prefix, after.as_deref(), PAGE + 1)?;
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        let keys: Vec<_> =
            found.iter().filter_map(|key| key.strip_prefix(prefix)).map(str::to_owned).collect();
        let next = keys.last().filter(|_| more).map(|last| format!("?after={}", encoded(last)));
        Ok(Self { keys, next })
    }
}

/// As one segment of a path or one value of a query.
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// The page that shows the proof of a record.
fn proof_link(kind: &str, key: &str) -> String {
    format!("/proof/{kind}/{}", encoded(key))
}

fn find<T: registry_types::Canonical>(snapshot: &Snapshot, key: &str) -> Result<Option<T>, Problem> {
    use registry_state::View as _;
    snapshot.find(key).map_err(|error| Problem::internal(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_link_keeps_a_key_in_one_segment() {
        assert_eq!(proof_link("schema", "https://a/b#c d"), "/proof/schema/https%3A%2F%2Fa%2Fb%23c%20d");
    }
}
