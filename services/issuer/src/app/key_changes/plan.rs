//! What is left to do for a change of a key, read from the DID document and its past. Without I/O: run again after any
//! interruption, it finds the place where the change stands.

use issuance::{KeyAct, KeyChange};
use keys::{Algorithm, PublicKey};
use registry_types::{DidKey, DidRecord, DocumentKey};

/// The next thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The new key gets this fragment.
    Name(String),
    /// The document gets these keys, and the new one after them.
    Replace { kept: Vec<DocumentKey>, fresh: Option<FreshKey> },
    /// The key is marked as compromised.
    Mark,
    /// The chain says all of it.
    OnChain,
}

/// A key that has a name and is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FreshKey {
    pub fragment: String,
    pub algorithm: Algorithm,
    /// Listed for the same as the key whose place it takes.
    pub like: DocumentKey,
}

/// Why a change cannot be made, now or ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    #[error("the DID is not on the chain, or deactivated")]
    NoDocument,
    #[error("the document never listed that key")]
    UnknownKey,
    #[error("the key is not in the document any more")]
    LeftDocument,
    #[error("this service does not sign with keys of that kind")]
    Kind,
    #[error("the key is the newest of its kind; rotate it first")]
    Newest,
    #[error("a newer key of its kind is listed beside it already; retire the old one")]
    HasNewer,
    #[error("the key is marked as compromised already")]
    Marked,
}

/// Whether the change can be ordered at all, as the document stands.
pub(super) fn check(
    change: KeyChange,
    fragment: &str,
    multikey: &str,
    record: &DidRecord,
) -> Result<(), Obstacle> {
    let current = &record.current().ok_or(Obstacle::NoDocument)?.keys;
    let known = every_key(record).any(|key| key.fragment == fragment && key.multikey == multikey);
    if !known {
        return Err(Obstacle::UnknownKey);
    }
    let listed = current.iter().find(|key| key.multikey == multikey);
    match (change, listed) {
        (KeyChange::MarkCompromised, None) if is_marked(record, multikey) => Err(Obstacle::Marked),
        (KeyChange::MarkCompromised, None) => Ok(()),
        (KeyChange::MarkCompromised, Some(_)) => algorithm_of(multikey).map(drop),
        (KeyChange::Rotate | KeyChange::Retire, None) => Err(Obstacle::LeftDocument),
        (KeyChange::Rotate, Some(_)) => {
            algorithm_of(multikey)?;
            newer(current, multikey).map_or(Ok(()), |_| Err(Obstacle::HasNewer))
        }
        (KeyChange::Retire, Some(_)) => newer(current, multikey).map(drop).ok_or(Obstacle::Newest),
    }
}

/// `taken` are the fragments that other open changes have given away.
pub(super) fn next(act: &KeyAct, record: &DidRecord, taken: &[String]) -> Result<Step, Obstacle> {
    let current = &record.current().ok_or(Obstacle::NoDocument)?.keys;
    let listed = current.iter().find(|key| key.multikey == act.multikey);
    match (act.change, listed) {
        (KeyChange::Rotate, _) if was_listed(act, record) => Ok(Step::OnChain),
        (KeyChange::Rotate, None) => Err(Obstacle::LeftDocument),
        (KeyChange::Rotate, Some(old)) => with_fresh(act, old, record, kept(current, None), taken),
        (KeyChange::Retire, None) => Ok(Step::OnChain),
        (KeyChange::Retire, Some(old)) => {
            newer(current, &old.multikey).ok_or(Obstacle::Newest)?;
            Ok(Step::Replace { kept: kept(current, Some(&old.multikey)), fresh: None })
        }
        // The key leaves first: that alone ends it, and the next credential is signed by a key that counts.
        (KeyChange::MarkCompromised, Some(old)) => {
            let kept = kept(current, Some(&old.multikey));
            match newer(current, &old.multikey) {
                Some(_) => Ok(Step::Replace { kept, fresh: None }),
                None => with_fresh(act, old, record, kept, taken),
            }
        }
        (KeyChange::MarkCompromised, None) if is_marked(record, &act.multikey) => Ok(Step::OnChain),
        (KeyChange::MarkCompromised, None) => Ok(Step::Mark),
    }
}

fn with_fresh(
    act: &KeyAct,
    old: &DidKey,
    record: &DidRecord,
    kept: Vec<DocumentKey>,
    taken: &[String],
) -> Result<Step, Obstacle> {
    let algorithm = algorithm_of(&old.multikey)?;
    let Some(fragment) = act.fresh.clone() else {
        return Ok(Step::Name(next_fragment(algorithm, record, taken)));
    };
    Ok(Step::Replace { kept, fresh: Some(FreshKey { fragment, algorithm, like: as_document_key(old) }) })
}

/// Numbers are never used twice, so that a fragment means one key for ever.
fn next_fragment(algorithm: Algorithm, record: &DidRecord, taken: &[String]) -> String {
    let stem = format!("key-{}-", algorithm.as_str());
    let fragments = every_key(record).map(|key| &key.fragment).chain(taken);
    let numbers = fragments.filter_map(|fragment| fragment.strip_prefix(&stem)?.parse::<u32>().ok());
    format!("{stem}{}", numbers.max().unwrap_or(0) + 1)
}

fn every_key(record: &DidRecord) -> impl Iterator<Item = &DidKey> {
    record.versions.iter().flat_map(|version| &version.keys)
}

fn was_listed(act: &KeyAct, record: &DidRecord) -> bool {
    act.fresh.as_ref().is_some_and(|fresh| every_key(record).any(|key| key.fragment == *fresh))
}

fn is_marked(record: &DidRecord, multikey: &str) -> bool {
    every_key(record).any(|key| key.multikey == multikey && key.compromised_at.is_some())
}

/// The chain takes no document that lists a compromised key.
fn kept(current: &[DidKey], without: Option<&str>) -> Vec<DocumentKey> {
    let stays = |key: &&DidKey| key.compromised_at.is_none() && without != Some(key.multikey.as_str());
    current.iter().filter(stays).map(as_document_key).collect()
}

/// The next key of the same kind and use that is listed after it and is fit to sign: the issuer signs with the last one.
fn newer<'a>(current: &'a [DidKey], multikey: &str) -> Option<&'a DidKey> {
    let at = current.iter().position(|key| key.multikey == multikey)?;
    let (before, after) = current.split_at(at + 1);
    let (old, kind) = (before.last()?, algorithm_of(multikey).ok()?);
    after.iter().find(|key| {
        key.compromised_at.is_none()
            && key.relationships == old.relationships
            && algorithm_of(&key.multikey) == Ok(kind)
    })
}

fn algorithm_of(multikey: &str) -> Result<Algorithm, Obstacle> {
    let public = PublicKey::from_multikey(multikey).map_err(|_| Obstacle::Kind)?;
    match public.algorithm() {
        kind @ (Algorithm::Ed25519 | Algorithm::P256) => Ok(kind),
        Algorithm::P384 | Algorithm::Bls12381G2 => Err(Obstacle::Kind),
    }
}

fn as_document_key(key: &DidKey) -> DocumentKey {
    DocumentKey {
        fragment: key.fragment.clone(),
        multikey: key.multikey.clone(),
        relationships: key.relationships.clone(),
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
