//! What records are called on pages.

use registry_types::{AnchorKind, DidRecord, KeyRole, Organisation, SignedTransaction, state_key};
use web::Problem;

use super::{find, proof_link};
use crate::store::Snapshot;

/// A name with the page it leads to, where there is one.
#[derive(Clone)]
pub struct Named {
    pub name: String,
    pub href: Option<String>,
}

impl Named {
    pub fn plain(name: impl Into<String>) -> Self {
        Self { name: name.into(), href: None }
    }

    pub fn link(name: impl Into<String>, href: impl Into<String>) -> Self {
        Self { name: name.into(), href: Some(href.into()) }
    }
}

/// An organisation by its id: its full name and its page.
pub fn organisation(snapshot: &Snapshot, id: &str) -> Result<Named, Problem> {
    let record: Option<Organisation> = find(snapshot, &state_key::organisation(id))?;
    Ok(match record {
        Some(record) => Named::link(record.name, format!("/members/{}", record.id)),
        None if id == "genesis" => Named::plain("the genesis"),
        None => Named::plain(id),
    })
}

/// The organisation that controls a DID; the DID itself when the chain does not know it.
pub fn controller(snapshot: &Snapshot, did: &str) -> Result<Named, Problem> {
    let record: Option<DidRecord> = find(snapshot, &state_key::did(did))?;
    match record {
        Some(record) => organisation(snapshot, &record.organisation),
        None => Ok(Named::plain(did)),
    }
}

/// Whose key signed a transaction.
pub fn signer(snapshot: &Snapshot, signed: &SignedTransaction) -> Result<(Named, String), Problem> {
    let key: Option<registry_types::KeyRecord> = find(snapshot, &state_key::key(&signed.public_key))?;
    let Some(key) = key else { return Ok((Named::plain("an unknown key"), String::new())) };
    Ok((organisation(snapshot, &key.organisation)?, role(key.role).to_owned()))
}

pub fn role(role: KeyRole) -> &'static str {
    match role {
        KeyRole::Govern => "govern key",
        KeyRole::Did => "did key",
        KeyRole::Operate => "operate key",
    }
}

pub fn anchor_kind(kind: AnchorKind) -> &'static str {
    match kind {
        AnchorKind::Credentials => "Credentials",
        AnchorKind::Evidence => "Evidence",
        AnchorKind::Audit => "Audit log",
        AnchorKind::Documents => "Documents",
    }
}

/// A DID by its own page.
pub fn did(did: &str) -> Named {
    Named::link(did, format!("/dids/{did}"))
}

/// An accreditation by its proof.
pub fn accreditation(snapshot: &Snapshot, issuer: &str, type_iri: &str) -> Result<Named, Problem> {
    let href = proof_link("accreditation", &format!("{issuer}/{type_iri}"));
    let who = controller(snapshot, issuer)?.name;
    Ok(Named::link(format!("{} by {who}", short_name(type_iri)), href))
}

/// The last part of a type's IRI, in words: `…#StaffIdentity` is "Staff identity".
pub fn short_name(iri: &str) -> String {
    let last = iri.rsplit(['#', '/']).find(|part| !part.is_empty()).unwrap_or(iri);
    let mut words = String::new();
    for letter in last.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_named_in_words() {
        assert_eq!(short_name("https://schemas.passerelle.example/v1#StaffIdentity"), "Staff identity");
        assert_eq!(short_name("urn:x"), "urn:x");
    }
}
