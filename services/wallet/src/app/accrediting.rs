//! Whether the registry accredits an issuer for what it offers, so that the person reads it before saying yes.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use holding::reception::{Offered, Reception};

use super::Wallet;
use crate::words::published_type;

impl Wallet {
    /// For each credential of an offer, in its order: accredited or not. Nothing where nobody can say, because the issuer is unknown
    /// to the registry, the kind has no published name, or the registry does not answer now.
    pub async fn accreditations(&self, reception: &Reception) -> Vec<Option<bool>> {
        let Some(issuer) = reception.issuer.did.as_deref().filter(|_| reception.issuer.is_proven()) else {
            return vec![None; reception.offered.len()];
        };
        let kinds: Vec<Option<String>> = reception.offered.iter().map(kind).collect();
        let distinct: BTreeMap<&str, ()> = kinds.iter().flatten().map(|kind| (kind.as_str(), ())).collect();
        let asked = distinct.into_keys().map(|kind| async move {
            let answer = self.chain.accredited(issuer, kind, self.now()).await;
            Some((kind, answer.inspect_err(|error| tracing::info!(%error, "accreditation unknown")).ok()?))
        });
        let known: BTreeMap<&str, bool> = join_all(asked).await.into_iter().flatten().collect();
        kinds.iter().map(|kind| known.get(kind.as_deref()?).copied()).collect()
    }
}

/// The name of the accreditation: an address as it stands, and the short name of a W3C type by the published vocabulary.
fn kind(offered: &Offered) -> Option<String> {
    let own = offered.types.iter().find(|one| *one != "VerifiableCredential")?;
    if own.contains(':') { Some(own.clone()) } else { published_type(own).map(str::to_owned) }
}
