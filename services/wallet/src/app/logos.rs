//! Marks of credentials: fetched once, when an offer is opened, by this service and from the issuer's own site, so that nobody
//! learns when a person looks at a card. What is late, large or no picture is done without.

use std::collections::BTreeSet;
use std::time::Duration;

use holding::look::Logo;
use holding::reception::Reception;

use super::Wallet;
use super::issuers::parse;

/// A mark is not worth waiting for longer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Different marks of one offer.
const MOST: usize = 2;

impl Wallet {
    pub(super) async fn fetch_logos(&self, reception: &mut Reception) {
        let places: BTreeSet<(String, String)> = reception
            .offered
            .iter()
            .filter_map(|one| one.look.logo.as_ref())
            .map(|place| (place.uri.clone(), place.words.clone()))
            .collect();
        for (uri, words) in places {
            if reception.logos.len() >= MOST {
                return;
            }
            if !reception.logos.contains_key(&uri)
                && let Some(logo) = self.fetch_logo(&reception.endpoints.issuer, &uri, &words).await
            {
                reception.logos.insert(uri, logo);
            }
        }
    }

    async fn fetch_logo(&self, issuer: &str, uri: &str, words: &str) -> Option<Logo> {
        let (home, url) = (parse(issuer).ok()?, parse(uri).ok()?);
        if home.origin() != url.origin() {
            return None;
        }
        let fetching = self.outbound.get(&url, "image/png, image/svg+xml", None);
        let reply = tokio::time::timeout(PATIENCE, fetching).await.ok()?.ok()?;
        Logo::new(&reply.body, words).filter(|_| reply.is_success())
    }
}
