//! The keys by which a token may be signed: those that its `kid` names.

use did::{Resolver, did_of, is_did};
use serde_json::{Map, Value};

use crate::data_integrity::{FoundKeys, Purpose, keys_in, unresolved};
use crate::outcome::{CheckName, Fault};

/// The DID URL of the key. A fragment alone belongs to the owner's DID; without a `kid` it is the owner's only
/// key.
pub(super) async fn key_id(
    header: &Map<String, Value>,
    owner: Option<&str>,
    resolver: &dyn Resolver,
) -> Result<String, Fault> {
    match (header.get("kid"), owner) {
        (Some(kid), owner) => {
            let kid = kid.as_str().unwrap_or_default();
            Ok(match owner.filter(|_| kid.starts_with('#')) {
                Some(owner) => format!("{owner}{kid}"),
                None => kid.to_owned(),
            })
        }
        (None, Some(owner)) if is_did(owner) => {
            let resolution = resolver.resolve(owner).await.map_err(|error| unresolved(&error))?;
            match resolution.document.methods.as_slice() {
                [method] => Ok(method.id.clone()),
                _ => Err(unknown("the token does not say which key of the issuer signed it")),
            }
        }
        (None, _) => Err(unknown("the token names no key")),
    }
}

/// The keys with that id which are listed for the purpose.
pub(super) async fn keys_of(
    kid: &str,
    purpose: Purpose,
    resolver: &dyn Resolver,
) -> Result<FoundKeys, Fault> {
    let did = did_of(kid).ok_or_else(|| unknown("the kid is not a DID URL with a fragment"))?;
    let resolution = resolver.resolve(did).await.map_err(|error| unresolved(&error))?;
    keys_in(&resolution, kid, purpose)
}

fn unknown(detail: &str) -> Fault {
    Fault::new(CheckName::IssuerKey, "keyUnknown", detail)
}
