//! What records are called on pages.

use registry_types::{AnchorKind, DidRecord, KeyRole, Operation, Organisation, SignedTransaction, state_key};
use web::Problem;

use super::{encoded, find};
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

/// What a transaction is about, with the page that shows it.
pub fn about(operation: &Operation) -> Named {
    match operation {
        Operation::AdmitMember(admit) => Named::link(&admit.name, format!("/members/{}", admit.id)),
        Operation::RegisterSchema(schema) => {
            Named::link(&schema.id, format!("/proof/schema/{}", encoded(&schema.id)))
        }
        Operation::GrantAccreditation(grant) => accreditation(&grant.issuer, &grant.type_iri),
        Operation::WithdrawAccreditation(end) => accreditation(&end.issuer, &end.type_iri),
        Operation::CreateDid(create) => did(&registry_types::did_from_inception(&create.inception)),
        Operation::UpdateDid(update) => did(&update.did),
        Operation::PublishStatus(status) => Named::link(
            format!("{}, version {}", status.list, status.version),
            format!("/proof/status/{}", encoded(&format!("{}/{}", status.issuer, status.list))),
        ),
        Operation::Anchor(anchor) => Named::link(
            format!("number {} of {}", anchor.sequence, anchor.issuer),
            format!("/anchors/{}/{}", anchor.issuer, anchor.sequence),
        ),
        Operation::PublishDocuments(publish) => {
            let name = match publish.digests.len() {
                1 => "one document".to_owned(),
                many => format!("{many} documents"),
            };
            match publish.digests.first() {
                Some(first) => Named::link(name, format!("/documents/{}", hex::encode(first))),
                None => Named::plain(name),
            }
        }
    }
}

fn did(did: &str) -> Named {
    Named::link(did, format!("/dids/{did}"))
}

fn accreditation(issuer: &str, type_iri: &str) -> Named {
    let href = format!("/proof/accreditation/{}", encoded(&format!("{issuer}/{type_iri}")));
    Named::link(format!("{} for {issuer}", short_name(type_iri)), href)
}

pub fn sentence(operation: &Operation) -> &'static str {
    match operation {
        Operation::AdmitMember(_) => "Member admitted",
        Operation::RegisterSchema(_) => "Schema registered",
        Operation::GrantAccreditation(_) => "Accreditation granted",
        Operation::WithdrawAccreditation(_) => "Accreditation withdrawn",
        Operation::CreateDid(_) => "DID created",
        Operation::UpdateDid(_) => "DID changed",
        Operation::PublishStatus(_) => "Status list published",
        Operation::Anchor(_) => "Batch anchored",
        Operation::PublishDocuments(_) => "Documents published",
    }
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
