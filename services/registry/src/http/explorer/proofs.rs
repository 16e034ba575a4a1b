//! "Show the proof": what a node's answer consists of, and how to check it without the node.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use askama::Template;
use borsh::BorshDeserialize as _;
use jmt::proof::SparseMerkleProof;
use registry_types::{Address, Canonical, Certificate, Header, ProvenRecord, ValidatorSet, state_key};
use web::page::Shell;
use web::{Problem, page};

use super::words::{Named, organisation};
use super::{Place, encoded, shell};
use crate::http::problem::no_block_yet;
use crate::http::records::state_key as checked_key;
use crate::http::views::{RecordView, record_json, time};
use crate::node::Node;
use crate::store::Snapshot;

/// How many changes of validators are looked through for the set of an old block.

#[derive(Template)]
#[template(path = "proof.html")]
struct ProofPage {
    shell: Shell,
    title: String,
    key: String,
    place: String,
    value: Option<String>,
    value_bytes: usize,
    path_hashes: usize,
    path_bytes: usize,
    size_bytes: usize,
    height: u64,
    block_time: String,
    state_root: String,
    seal: Seal,
    download: String,
    file_name: String,
}

/// Who signed a header.
pub struct Seal {
    pub header_hash: String,
    pub proposer: Named,
    pub round: u32,
    pub signatures: Vec<SignatureLine>,
    /// How many validators had a vote.
    pub validators: usize,
    pub power: u64,
    pub total: u64,
    pub quorum: bool,
}

pub struct SignatureLine {
    pub owner: Named,
    pub host: String,
    pub power: u64,
    pub address: String,
    pub signature: String,
}

#[get("/proof/{kind}/{key:.+}")]
pub async fn show_proof(path: Path<(String, String)>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let (kind, rest) = path.into_inner();
    let key = checked_key(&kind, rest.clone()).ok_or_else(Problem::not_found)?;
    let snapshot = node.snapshot();
    let proven = snapshot.prove(&key)?.ok_or_else(no_block_yet)?;
    let size_bytes = proven.to_bytes().len();
    let ProvenRecord { value, map_proof, header, certificate } = proven;
    let pretty = value.as_deref().map(|bytes| serde_json::to_string_pretty(&record_json(&key, bytes)));
    page::html(&ProofPage {
        shell: shell(&node, Place::Elsewhere),
        title: title(&kind, &rest),
        place: hex::encode(state_key::place(&key)),
        value: pretty.transpose().map_err(|error| Problem::internal(&error))?,
        value_bytes: value.as_deref().map_or(0, <[u8]>::len),
        path_hashes: path_hashes(&map_proof),
        path_bytes: map_proof.len(),
        size_bytes,
        height: header.height,
        block_time: time(header.time_ms),
        state_root: hex::encode(header.state_root),
        seal: seal(&node, &snapshot, &header, &certificate)?,
        download: format!("/proof-file/{kind}/{}", encoded(&rest)),
        file_name: file_name(&key),
        key,
    })
}

/// The proof as a file: the API's answer, which names its record.
#[get("/proof-file/{kind}/{key:.+}")]
pub async fn download_proof(path: Path<(String, String)>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let (kind, rest) = path.into_inner();
    let key = checked_key(&kind, rest).ok_or_else(Problem::not_found)?;
    let proven = node.snapshot().prove(&key)?.ok_or_else(no_block_yet)?;
    let name = format!("attachment; filename=\"{}\"", file_name(&key));
    Ok(HttpResponse::Ok().insert_header((CONTENT_DISPOSITION, name)).json(RecordView::new(key, proven, true)))
}

/// Who signed this header, with names from the validator set that it was decided by.
pub fn seal(
    node: &Node,
    snapshot: &Snapshot,
    header: &Header,
    certificate: &Certificate,
) -> Result<Seal, Problem> {
    let set = set_of(node, snapshot, header)?;
    let validator = |address: &Address| set.as_ref().and_then(|set| set.find(address));
    let mut signatures = Vec::new();
    for commit in &certificate.signatures {
        let known = validator(&commit.validator);
        signatures.push(SignatureLine {
            owner: match known {
                Some(validator) => organisation(snapshot, &validator.owner)?,
                None => Named::plain("unknown"),
            },
            host: known.map_or_else(String::new, |validator| validator.host.clone()),
            power: known.map_or(0, |validator| validator.power),
            address: hex::encode(commit.validator),
            signature: hex::encode(commit.signature),
        });
    }
    let power = signatures.iter().map(|line| line.power).fold(0, u64::saturating_add);
    Ok(Seal {
        header_hash: hex::encode(header.hash()),
        proposer: match validator(&header.proposer) {
            Some(validator) => organisation(snapshot, &validator.owner)?,
            None => Named::plain(hex::encode(header.proposer)),
        },
        round: certificate.round,
        signatures,
        validators: set.as_ref().map_or(0, |set| set.validators().len()),
        power,
        total: set.as_ref().map_or(0, ValidatorSet::total_power),
        quorum: set.as_ref().is_some_and(|set| set.is_quorum(power)),
    })
}

fn set_of(node: &Node, snapshot: &Snapshot, header: &Header) -> Result<Option<ValidatorSet>, Problem> {
    let tip = snapshot.tip();
    let near = [Some(&tip.validators), tip.decided_by.as_ref()];
    let named = |set: &ValidatorSet| set.hash() == header.validators_hash;
    if let Some(set) = near.into_iter().flatten().find(|set| named(set)) {
        return Ok(Some(set.clone()));
    }
    let first = node.genesis().validator_set().map_err(|error| Problem::internal(&error))?;
    if named(&first) {
        return Ok(Some(first));
    }
    Ok(snapshot.validators_at(header.height)?.filter(named))
}

/// How many hashes lead from the place to the root. The map keeps them to itself, but not from its JSON.
fn path_hashes(map_proof: &[u8]) -> usize {
    let proof = SparseMerkleProof::<sha2::Sha256>::try_from_slice(map_proof).ok();
    let json = proof.and_then(|proof| serde_json::to_value(proof).ok());
    json.and_then(|json| Some(json.get("siblings")?.as_array()?.len())).unwrap_or(0)
}

fn title(kind: &str, rest: &str) -> String {
    let what = match kind {
        "org" => "Organisation",
        "did" => "DID",
        "accreditation" => "Accreditation",
        "schema" => "Schema",
        "status" => "Status list",
        "anchor" => "Anchor",
        "document" => "Public document",
        "key" => "Key",
        "params" => return "Parameters".to_owned(),
        "validators" => return "Validators".to_owned(),
        "governors" => return "Governors".to_owned(),
        "agenda" => return "Agenda".to_owned(),
        "charter" => return "Charter".to_owned(),
        "proposal" => "Proposal",
        "validator" => "Validator",
        "dispute" => "Dispute",
        "usage" => "Quota used by",
        other => other,
    };
    format!("{what} {rest}")
}

/// Letters, digits and hyphens only: it stands in a header and in a command to copy.
fn file_name(key: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let name: String = key.chars().take(80).map(plain).collect();
    format!("{}.json", name.trim_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_holds_nothing_that_a_header_or_a_shell_would_read() {
        assert_eq!(file_name("schema/https://a/\"b\";$(c)\r\n"), "schema-https---a--b----c.json");
    }
}
