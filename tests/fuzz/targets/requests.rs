//! Presentation requests as a wallet reads them from strangers: links, client identifiers, queries, transaction data; and the
//! `vp_token` a verifier reads.
#![no_main]

use std::sync::LazyLock;

use holding::dcql::{Candidate, SD_JWT, evaluate};
use holding::encryption;
use holding::request::{self, Came};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use wire::vp::client_id::ClientId;
use wire::vp::dcql::Query;
use wire::vp::dcql::authorities::Authorities;
use wire::vp::transaction::Approval;
use wire::vp::{VpToken, by_value};

/// What is held, with every kind of place that a path can lead to.
static HELD: LazyLock<Value> = LazyLock::new(
    || json!({"vct": "v", "a": [{"b": 1, "c": ["x", "y"]}, {"b": true}], "d": {"e": null, "f": "text"}, "g": [[1, 2], [3]]}),
);
static ASKED: LazyLock<Query> = LazyLock::new(|| {
    let query = json!({"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["v"]}}]});
    serde_json::from_value(query).expect("a query")
});

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    match kind % 5 {
        0 => link(text),
        1 => {
            if let Ok(id) = ClientId::parse(text) {
                assert_eq!(id.to_string(), text, "an identifier is written as it was read");
            }
        }
        2 => query(text),
        3 => {
            if let Ok(approval) = Approval::read(text, &ASKED) {
                assert_eq!(approval.credential_ids, ["a"], "nothing else can carry it");
            }
        }
        _ => {
            let token = serde_json::from_str(text).map(VpToken::from_value);
            if let Ok(Ok(token)) = token {
                assert!(token.0.values().all(|shown| !shown.is_empty()));
            }
        }
    }
});

/// What is read from a link says the same when it is written again; what passes the rules goes to its own identifier.
fn link(text: &str) {
    let Ok(object) = by_value::from_query(text) else { return };
    let again = by_value::to_query(&object).expect("what was read can be written");
    if again.len() <= by_value::MAX_QUERY {
        assert_eq!(by_value::from_query(&again).expect("it was read before"), object);
    }
    if let Some(metadata) = &object.client_metadata {
        let _ = encryption::choose(metadata);
    }
    let client_id = object.client_id.clone();
    let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
    let came = Came { client_id: &client_id, request_uri: None, wallet_nonce: None, now };
    if let Ok(request) = request::check(object, came) {
        assert!(client_id.starts_with("redirect_uri:"), "nothing else may be unsigned");
        let own = client_id.trim_start_matches("redirect_uri:");
        assert_eq!(Some(request.response_uri), url::Url::parse(own).ok());
    }
}

/// A valid query stays valid in fewer formats, and what is proposed for it is accepted.
fn query(text: &str) {
    let Ok(query) = serde_json::from_str::<Query>(text) else { return };
    if query.validate().is_err() {
        return;
    }
    if let Some(narrowed) = query.narrowed_to(&["dc+sd-jwt"]) {
        narrowed.validate().expect("a part of a valid query");
    }
    let types = ["v".to_owned()];
    let candidate = Candidate {
        id: "c",
        format: SD_JWT,
        types: &types,
        root: &HELD,
        authorities: Authorities::default(),
    };
    let evaluation = evaluate(&query, &[candidate]);
    if let Some(proposed) = evaluation.proposed().filter(|proposed| !proposed.is_empty()) {
        evaluation.check(&proposed).expect("what is proposed answers the request");
    }
}
