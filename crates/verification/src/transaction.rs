//! Whether an answer authorises the transactions of its request (OpenID4VP 1.0, 8.4 and B.3.3.1).
//!
//! What is read here of a key binding is unverified; its signature is checked with the presentation, and both must hold.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential::jwt;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use wire::vp::VpToken;
use wire::vp::dcql::Query;
use wire::vp::transaction::{Approval, HASH_ALGORITHM};

use crate::finding::Finding;

/// What is wrong, if anything. `sent` are the strings of `transaction_data`.
pub(crate) fn fault(query: &Query, sent: &[String], token: &VpToken) -> Option<Finding> {
    let mut open: Vec<(Approval, String)> = Vec::new();
    for encoded in sent {
        let Ok(approval) = Approval::read(encoded, query) else {
            return Some(Finding::fail(
                "transactionForm",
                "What was to be approved cannot be read any more.",
            ));
        };
        open.push((approval, URL_SAFE_NO_PAD.encode(Sha256::digest(encoded.as_bytes()))));
    }
    let known: BTreeSet<String> = open.iter().map(|(_, hash)| hash.clone()).collect();
    for (id, presentations) in &token.0 {
        for presentation in presentations {
            let Some(hashes) = hashes(presentation) else { return Some(foreign()) };
            if !hashes.iter().all(|hash| known.contains(hash)) {
                return Some(foreign());
            }
            open.retain(|(approval, hash)| !(approval.credential_ids.contains(id) && hashes.contains(hash)));
        }
    }
    (!open.is_empty()).then(|| {
        Finding::fail("notApproved", "The person did not approve everything that was to be approved.")
    })
}

fn foreign() -> Finding {
    Finding::fail("otherTransaction", "The person's key approves something else than what was asked.")
}

/// The hashes in a key binding; empty where there is none, nothing where they are not of the form of the profile.
fn hashes(presentation: &Value) -> Option<Vec<String>> {
    let token = presentation.as_str().and_then(|text| text.rsplit_once('~')).map(|(_, last)| last);
    let Some(token) = token.filter(|token| !token.is_empty()) else { return Some(Vec::new()) };
    // What cannot be read authorises nothing, and its signature fails with the presentation.
    let Ok(token) = jwt::decode(token) else { return Some(Vec::new()) };
    let claims = token.claims;
    let algorithm = claims.get("transaction_data_hashes_alg");
    if algorithm.is_some_and(|name| name.as_str() != Some(HASH_ALGORITHM)) {
        return None;
    }
    let Some(hashes) = claims.get("transaction_data_hashes") else { return Some(Vec::new()) };
    hashes.as_array()?.iter().map(|hash| hash.as_str().map(str::to_owned)).collect()
}
