//! One box for everything: what was typed decides what is looked for.

use actix_web::web::{Data, Query};
use actix_web::{HttpResponse, get};
use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registry_types::{
    DidRecord, DocumentRecord, Hash, KeyRecord, Organisation, Proposal, SchemaRecord, TransactionId,
    ValidatorRecord, state_key,
};
use serde::Deserialize;
use web::page::{Shell, see_other};
use web::{Problem, page};

use super::kinds;
use super::words::{controller, organisation, short_name};
use super::{Place, find, proof_link, shell};
use crate::node::Node;
use crate::store::{Snapshot, index};

/// Nothing on this chain has a longer name.
const MAX_CHARACTERS: usize = 600;
/// Records that a word is compared with.
const LOOKED_THROUGH: usize = 2_000;
const HITS: usize = 50;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    shell: Shell,
    asked: String,
    what: &'static str,
    hits: Vec<Hit>,
}

struct Hit {
    kind: &'static str,
    title: String,
    detail: String,
    href: String,
}

/// What somebody may be looking for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted<'a> {
    Height(u64),
    /// A header, a transaction, a proposal, an anchor's root, a public document, a key or a validator.
    Hash(Hash),
    Did(&'a str),
    /// A schema or a credential type.
    Iri(&'a str),
    /// Part of an organisation's name, or its id.
    Word(&'a str),
}

/// A page with what was found; one find leads straight to it.
#[get("/search")]
pub async fn search(asked: Query<Asked>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let text: String = asked.q.trim().chars().take(MAX_CHARACTERS).collect();
    let snapshot = node.snapshot();
    let (what, hits) = match Wanted::parse(&text) {
        Some(wanted) => (wanted.described(), wanted.find(&snapshot)?),
        None => ("", Vec::new()),
    };
    if let [only] = hits.as_slice() {
        return Ok(see_other(&only.href));
    }
    page::html(&SearchPage { shell: shell(&node, Place::Elsewhere), asked: text, what, hits })
}

impl<'a> Wanted<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let height = text.replace([',', ' ', '\u{202f}', '\''], "");
        if height.bytes().all(|b| b.is_ascii_digit()) && height.len() < 20 {
            return height.parse().ok().map(Self::Height);
        }
        if let Some(hash) = hash_of(text) {
            return Some(Self::Hash(hash));
        }
        // A DID URL leads to its DID.
        if text.starts_with("did:") {
            return Some(Self::Did(text.split(['#', '?', '/']).next().unwrap_or(text)));
        }
        if text.contains("://") || text.starts_with("urn:") {
            return Some(Self::Iri(text));
        }
        Some(Self::Word(text))
    }

    fn described(&self) -> &'static str {
        match self {
            Self::Height(_) => "a block of this height",
            Self::Hash(_) => {
                "a block header, a transaction, a proposal, the root of an anchor, a public document or a key with this value"
            }
            Self::Did(_) => "this DID",
            Self::Iri(_) => "a schema or a credential type with this address",
            Self::Word(_) => "an organisation or a schema with this in its name",
        }
    }

    fn find(&self, snapshot: &Snapshot) -> Result<Vec<Hit>, Problem> {
        match self {
            Self::Height(height) => block(snapshot, *height),
            Self::Hash(hash) => by_hash(snapshot, hash),
            Self::Did(did) => by_did(snapshot, did),
            Self::Iri(iri) => by_iri(snapshot, iri),
            Self::Word(word) => by_word(snapshot, word),
        }
    }
}

/// 64 hexadecimal digits, with or without `sha256:` or `0x` before them, or 43 characters of base64url.
pub fn hash_of(text: &str) -> Option<Hash> {
    let text = text.trim();
    let bare = text.strip_prefix("sha256:").or_else(|| text.strip_prefix("0x")).unwrap_or(text);
    match bare.len() {
        64 => hex::decode(bare).ok()?.try_into().ok(),
        43 => URL_SAFE_NO_PAD.decode(bare).ok()?.try_into().ok(),
        _ => None,
    }
}

fn block(snapshot: &Snapshot, height: u64) -> Result<Vec<Hit>, Problem> {
    Ok(snapshot.header(height)?.map(|header| block_hit(header.height)).into_iter().collect())
}

fn block_hit(height: u64) -> Hit {
    let href = format!("/blocks/{height}");
    Hit { kind: "Block", title: format!("Block {height}"), detail: String::new(), href }
}

fn by_hash(snapshot: &Snapshot, hash: &Hash) -> Result<Vec<Hit>, Problem> {
    let text = hex::encode(hash);
    let mut hits = Vec::new();
    hits.extend(snapshot.height_of(hash)?.map(block_hit));
    if snapshot.place(TransactionId(*hash))?.is_some() {
        let href = format!("/transactions/{text}");
        hits.push(Hit { kind: "Transaction", title: text.clone(), detail: String::new(), href });
    }
    let prefix = format!("{}{text}/", index::ANCHOR_ROOTS);
    for key in snapshot.listed(&prefix, None, HITS)? {
        let Some(rest) = key.strip_prefix(&prefix) else { continue };
        let Some((issuer, sequence)) = rest.rsplit_once('/') else { continue };
        hits.push(Hit {
            kind: "Anchor",
            title: format!("Anchor {sequence} of {}", controller(snapshot, issuer)?.name),
            detail: issuer.to_owned(),
            href: format!("/anchors/{issuer}/{sequence}"),
        });
    }
    if let Some(record) = find::<DocumentRecord>(snapshot, &state_key::document(hash))? {
        let by =
            record.publications.first().map(|by| organisation(snapshot, &by.organisation)).transpose()?;
        hits.push(Hit {
            kind: "Public document",
            title: format!("Published by {}", by.map_or_else(String::new, |by| by.name)),
            detail: text.clone(),
            href: format!("/documents/{text}"),
        });
    }
    if let Some(key) = find::<KeyRecord>(snapshot, &state_key::key(hash))? {
        hits.push(Hit {
            kind: "Key",
            title: format!("{} key of {}", key.role, organisation(snapshot, &key.organisation)?.name),
            detail: text.clone(),
            href: format!("/members/{}", key.organisation),
        });
    }
    hits.extend(governing(snapshot, hash)?);
    Ok(hits)
}

/// A proposal, or a validator by its key.
fn governing(snapshot: &Snapshot, hash: &Hash) -> Result<Vec<Hit>, Problem> {
    let text = hex::encode(hash);
    let mut hits = Vec::new();
    if let Some(record) = find::<Proposal>(snapshot, &state_key::proposal(hash))? {
        hits.push(Hit {
            kind: "Proposal",
            title: format!("{}: {}", record.number, kinds::title(&record.kind)),
            detail: kinds::subject(snapshot, &record.kind)?.name,
            href: format!("/proposals/{text}"),
        });
    }
    if let Some(record) = find::<ValidatorRecord>(snapshot, &state_key::validator(hash))? {
        hits.push(Hit {
            kind: "Validator",
            title: format!("Validator of {}", organisation(snapshot, &record.owner)?.name),
            detail: text.clone(),
            href: proof_link("validator", &text),
        });
    }
    Ok(hits)
}

fn by_did(snapshot: &Snapshot, did: &str) -> Result<Vec<Hit>, Problem> {
    let record: Option<DidRecord> = find(snapshot, &state_key::did(did))?;
    let Some(record) = record else { return Ok(Vec::new()) };
    let title = organisation(snapshot, &record.organisation)?.name;
    Ok(vec![Hit { kind: "DID", title, detail: did.to_owned(), href: format!("/dids/{did}") }])
}

fn by_iri(snapshot: &Snapshot, iri: &str) -> Result<Vec<Hit>, Problem> {
    let mut hits = Vec::new();
    if find::<SchemaRecord>(snapshot, &state_key::schema(iri))?.is_some() {
        hits.push(schema_hit(iri));
    }
    for key in snapshot.listed("accreditation/", None, LOOKED_THROUGH)? {
        let Some((issuer, type_iri)) = key.strip_prefix("accreditation/").and_then(|it| it.split_once('/'))
        else {
            continue;
        };
        if type_iri == iri && hits.len() < HITS {
            let who = controller(snapshot, issuer)?.name;
            hits.push(Hit {
                kind: "Accreditation",
                title: format!("{} by {who}", short_name(iri)),
                detail: issuer.to_owned(),
                href: format!("/dids/{issuer}"),
            });
        }
    }
    Ok(hits)
}

fn by_word(snapshot: &Snapshot, word: &str) -> Result<Vec<Hit>, Problem> {
    let wanted = word.to_lowercase();
    let mut hits = Vec::new();
    for key in snapshot.listed("org/", None, LOOKED_THROUGH)? {
        let Some(record) = find::<Organisation>(snapshot, &key)? else { continue };
        if record.id == wanted || record.name.to_lowercase().contains(&wanted) {
            let href = format!("/members/{}", record.id);
            hits.push(Hit { kind: "Organisation", title: record.name, detail: record.id, href });
        }
    }
    for key in snapshot.listed("schema/", None, LOOKED_THROUGH)? {
        let Some(id) = key.strip_prefix("schema/") else { continue };
        if id.to_lowercase().contains(&wanted) {
            hits.push(schema_hit(id));
        }
    }
    hits.truncate(HITS);
    Ok(hits)
}

fn schema_hit(id: &str) -> Hit {
    Hit { kind: "Schema", title: short_name(id), detail: id.to_owned(), href: proof_link("schema", id) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_decides_what_is_looked_for() {
        let hex = "07".repeat(32);
        let prefixed = format!("sha256:{hex}");
        let base64 = URL_SAFE_NO_PAD.encode([7; 32]);
        let cases = [
            ("12", Wanted::Height(12)),
            ("12,345", Wanted::Height(12_345)),
            (hex.as_str(), Wanted::Hash([7; 32])),
            (prefixed.as_str(), Wanted::Hash([7; 32])),
            (base64.as_str(), Wanted::Hash([7; 32])),
            ("did:passerelle:zQ#key-1", Wanted::Did("did:passerelle:zQ")),
            ("https://a.example/x.json", Wanted::Iri("https://a.example/x.json")),
            ("undp", Wanted::Word("undp")),
            ("99999999999999999999999", Wanted::Word("99999999999999999999999")),
            ("م", Wanted::Word("م")),
        ];
        for (text, wanted) in cases {
            assert_eq!(Wanted::parse(text), Some(wanted), "{text}");
        }
        assert_eq!(Wanted::parse(""), None);
    }
}
