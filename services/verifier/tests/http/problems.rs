//! Every problem type that the routes answer with is a URL with a page (RFC 9457, 3.1.1).

use std::collections::BTreeSet;
use std::path::Path;

use crate::harness::Service;

/// Problem types in a source: a word in quotes, then a title in quotes, with nothing but a comma between.
fn types(source: &str) -> BTreeSet<String> {
    let pieces: Vec<_> = source.split('"').collect();
    let kebab =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    pieces
        .windows(3)
        .filter(|three| kebab(three[0]) && three[1].trim() == "," && three[2].starts_with(char::is_uppercase))
        .map(|three| three[0].to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_type_in_the_routes_has_a_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        found.extend(types(&std::fs::read_to_string(entry.unwrap().path()).unwrap()));
    }
    assert!(found.len() > 12 && found.contains("policy-refused") && found.contains("scope"), "{found:?}");
    let service = Service::start().await;
    for slug in found {
        let reply = service.get(&format!("/problems/{slug}"), None).await;
        assert_eq!(reply.status, 200, "{slug}");
    }
}
