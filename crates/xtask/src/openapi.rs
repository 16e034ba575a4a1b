use std::path::Path;

use anyhow::{Context as _, bail};

/// Writes one document per service, or compares them with what is checked in.
pub fn run(folder: &Path, check: bool) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut drifted = Vec::new();
    for (name, document) in documents()? {
        let path = folder.join(format!("{name}.json"));
        let present = std::fs::read_to_string(&path).unwrap_or_default();
        if present == document {
            continue;
        }
        if check {
            drifted.push(difference(name, &present, &document));
        } else {
            std::fs::write(&path, document).with_context(|| format!("cannot write {}", path.display()))?;
            println!("wrote {}", path.display());
        }
    }
    if !drifted.is_empty() {
        bail!(
            "the API documents differ from the code; run `cargo run -p xtask -- openapi`\n{}",
            drifted.join("\n")
        );
    }
    Ok(())
}

fn documents() -> anyhow::Result<[(&'static str, String); 4]> {
    let services = [
        ("registry", registry::openapi().to_pretty_json()),
        ("issuer", issuer::openapi().to_pretty_json()),
        ("wallet", wallet::openapi().to_pretty_json()),
        ("verifier", verifier::openapi().to_pretty_json()),
    ];
    let mut documents = [("", String::new()), ("", String::new()), ("", String::new()), ("", String::new())];
    for (slot, (name, json)) in documents.iter_mut().zip(services) {
        let json = json.with_context(|| format!("the document of the {name} cannot be written"))?;
        *slot = (name, json + "\n");
    }
    Ok(documents)
}

/// The first line that differs is enough to find the change.
fn difference(name: &str, present: &str, now: &str) -> String {
    let pairs = present.lines().map(Some).chain(std::iter::repeat(None)).zip(now.lines());
    let first = (1..).zip(pairs).find(|(_, (before, after))| *before != Some(*after));
    match first {
        Some((line, (before, after))) => {
            format!(
                "{name}.json:{line}: checked in {:?}, code says {:?}",
                before.unwrap_or("nothing").trim(),
                after.trim()
            )
        }
        None => format!("{name}.json: the checked-in document is longer"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_documents_are_what_the_code_says() {
        run(&crate::root().unwrap().join("openapi"), true).unwrap();
    }

    #[test]
    fn drift_is_found_and_named() {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path(), false).unwrap();
        run(folder.path(), true).unwrap();
        let path = folder.path().join("wallet.json");
        let changed = std::fs::read_to_string(&path).unwrap().replacen("3.1.0", "3.0.0", 1);
        std::fs::write(&path, changed).unwrap();
        let error = run(folder.path(), true).unwrap_err().to_string();
        assert!(error.contains("wallet.json:2"), "{error}");
    }

    #[test]
    fn every_operation_has_a_unique_id_and_an_answer() {
        for (name, document) in documents().unwrap() {
            let document: serde_json::Value = serde_json::from_str(&document).unwrap();
            let mut seen = std::collections::BTreeSet::new();
            for (path, item) in document["paths"].as_object().unwrap() {
                for (method, operation) in item.as_object().unwrap() {
                    if !["get", "put", "post", "delete", "patch"].contains(&method.as_str()) {
                        continue;
                    }
                    let id = operation["operationId"].as_str().unwrap_or_default();
                    assert!(!id.is_empty(), "{name}: {method} {path} has no operationId");
                    assert!(seen.insert(id.to_owned()), "{name}: operationId {id} is used twice");
                    let answers = operation["responses"].as_object().map_or(0, serde_json::Map::len);
                    assert!(answers > 0, "{name}: {method} {path} says nothing about its answers");
                }
            }
        }
    }
}
