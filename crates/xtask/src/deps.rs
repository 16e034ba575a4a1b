use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

/// A package of the workspace and what it names in `[dependencies]`.
struct Package {
    name: String,
    folder: PathBuf,
    dependencies: Vec<String>,
}

const SERVICES: [&str; 4] = ["registry", "issuer", "wallet", "verifier"];
/// May link several services.
const LINKERS: [&str; 2] = ["passerelle", "xtask"];
/// Rules and types without I/O.
const DOMAIN: [&str; 5] = ["issuance", "holding", "verification", "entitlement", "pack"];
const PURE: [&str; 5] = ["language", "status-list", "merkle", "registry-types", "registry-state"];
/// Test equipment, which no program contains, may use anything.
const TESTS: [&str; 2] = ["testkit", "journeys"];

/// Who may depend on these, by the beginning of the dependency's name.
const KEPT: &[(&str, &[&str], &str)] = &[
    ("sqlx", &["sql"], "SQL engines are known to `sql` alone"),
    ("rusqlite", &["sql"], "SQL engines are known to `sql` alone"),
    ("ssi", &["credential"], "an upgrade of ssi touches one crate"),
    ("arc-malachitebft", &["registry"], "the consensus engine is the registry's own affair"),
    (
        "actix",
        &["web", "registry", "issuer", "wallet", "verifier", "mail-sink"],
        "HTTP belongs to `web` and the services",
    ),
    (
        "utoipa",
        &["web", "wire", "registry", "issuer", "wallet", "verifier"],
        "API documents belong to `web`, `wire` and the services",
    ),
    ("reqwest", &["outbound"], "every request that leaves passes the guards of `outbound`"),
    ("cryptoki", &["keys"], "hardware keys hide behind `keys::Signer`"),
    ("lettre", &["issuer"], "mail is sent by the issuer's background work alone"),
    ("mail-sink", &["passerelle"], "the mail sink is for trying out"),
    ("webauthn-rs", &["web"], "passkeys are wrapped once, in `web`"),
    ("store-issuer", &["issuer"], "a store belongs to one service"),
    ("store-wallet", &["wallet"], "a store belongs to one service"),
    ("store-verifier", &["verifier"], "a store belongs to one service"),
];

/// Names in source text and where, beside `src/http`, they may stand.
const NAMED: &[(&str, &[&str])] =
    &[("actix_web", &["src/lib.rs", "src/wiring.rs"]), ("utoipa", &["src/lib.rs", "src/wiring.rs"])];

/// Checks the rules of the design; each breach is one line.
pub fn run(root: &Path) -> anyhow::Result<()> {
    let packages = packages(root)?;
    let mut breaches = Vec::new();
    for package in &packages {
        if TESTS.contains(&package.name.as_str()) {
            continue;
        }
        check_dependencies(package, &mut breaches);
        check_sources(package, root, &mut breaches)?;
    }
    if breaches.is_empty() {
        println!("{} packages keep the dependency rules", packages.len());
        return Ok(());
    }
    bail!("{} breaches of the dependency rules:\n{}", breaches.len(), breaches.join("\n"))
}

fn packages(root: &Path) -> anyhow::Result<Vec<Package>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .context("cannot run cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata.get("packages").and_then(Value::as_array).context("no packages")?;
    packages.iter().map(package).collect()
}

fn package(package: &Value) -> anyhow::Result<Package> {
    let text = |value: &Value, member: &str| value.get(member).and_then(Value::as_str).map(str::to_owned);
    let manifest = PathBuf::from(text(package, "manifest_path").context("no manifest path")?);
    let all = package.get("dependencies").and_then(Value::as_array).context("no dependencies")?;
    // Of kind null are ordinary ones; tests and build scripts may use more.
    let ordinary = all.iter().filter(|dependency| dependency.get("kind").is_none_or(Value::is_null));
    Ok(Package {
        name: text(package, "name").context("no name")?,
        folder: manifest.parent().context("no folder")?.to_owned(),
        dependencies: ordinary.filter_map(|dependency| text(dependency, "name")).collect(),
    })
}

fn check_dependencies(package: &Package, breaches: &mut Vec<String>) {
    let name = package.name.as_str();
    let mut refuse = |dependency: &str, why: &str| {
        breaches.push(format!("{name} depends on {dependency}: {why}"));
    };
    for dependency in &package.dependencies {
        for (kept, allowed, why) in KEPT {
            let named =
                dependency == kept || dependency.strip_prefix(kept).is_some_and(|rest| rest.starts_with('-'));
            if named && !allowed.contains(&name) {
                refuse(dependency, why);
            }
        }
        let dependency = dependency.as_str();
        if SERVICES.contains(&dependency) && !LINKERS.contains(&name) {
            refuse(dependency, "services meet over HTTP, never by import");
        }
        if TESTS.contains(&dependency) {
            refuse(dependency, "no program contains test equipment");
        }
        let outward = ["web", "sql", "outbound"].contains(&dependency) || dependency.starts_with("store-");
        if DOMAIN.contains(&name) && outward {
            refuse(dependency, "rules know neither HTTP nor SQL");
        }
        if PURE.contains(&name) && (outward || ["tokio", "clock", "rand", "getrandom"].contains(&dependency))
        {
            refuse(dependency, "pure crates have no I/O, no clock and no randomness");
        }
    }
}

fn check_sources(package: &Package, root: &Path, breaches: &mut Vec<String>) -> anyhow::Result<()> {
    let service = SERVICES.contains(&package.name.as_str());
    let hashed = ["registry-state", "registry-types"].contains(&package.name.as_str());
    if !service && !hashed {
        return Ok(());
    }
    let mut sources = BTreeMap::new();
    read_sources(&package.folder.join("src"), &mut sources)?;
    for (path, text) in sources {
        let below = path.strip_prefix(&package.folder).unwrap_or(&path).display().to_string();
        let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        for (number, line) in (1..).zip(text.lines()) {
            let code = line.split("//").next().unwrap_or_default();
            if service && !is_http(&below) {
                for (name, beside) in NAMED {
                    if code.contains(name) && !beside.contains(&below.as_str()) {
                        breaches.push(format!("{shown}:{number} names {name} outside of src/http"));
                    }
                }
            }
            if hashed && ["HashMap", "HashSet"].iter().any(|name| code.contains(name)) {
                breaches.push(format!(
                    "{shown}:{number} uses a map without order, where everything may be hashed"
                ));
            }
        }
    }
    Ok(())
}

fn is_http(below: &str) -> bool {
    below == "src/http.rs" || below.starts_with("src/http/")
}

fn read_sources(folder: &Path, into: &mut BTreeMap<PathBuf, String>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            read_sources(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path)?;
            into.insert(path, text);
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn breaches(name: &str, dependencies: &[&str]) -> Vec<String> {
        let dependencies = dependencies.iter().map(|&name| name.to_owned()).collect();
        let mut breaches = Vec::new();
        check_dependencies(
            &Package { name: name.to_owned(), folder: PathBuf::new(), dependencies },
            &mut breaches,
        );
        breaches
    }

    #[test]
    fn the_workspace_keeps_its_rules() {
        run(&crate::root().unwrap()).unwrap();
    }

    #[test]
    fn each_forbidden_arrow_is_seen() {
        let forbidden = [
            ("issuance", "sqlx"),
            ("issuance", "web"),
            ("issuance", "store-issuer"),
            ("did", "ssi"),
            ("verifier", "issuer"),
            ("verification", "actix-web"),
            ("wallet", "store-issuer"),
            ("merkle", "tokio"),
            ("credential", "arc-malachitebft-app-channel"),
            ("registry-client", "reqwest"),
            ("wallet", "testkit"),
            ("registry-state", "clock"),
            ("pack", "outbound"),
        ];
        for (name, dependency) in forbidden {
            assert!(!breaches(name, &[dependency]).is_empty(), "{name} -> {dependency}");
        }
    }

    #[test]
    fn allowed_arrows_are_left_alone() {
        assert!(breaches("sql", &["sqlx"]).is_empty());
        assert!(breaches("passerelle", &["issuer", "wallet"]).is_empty());
        assert!(breaches("credential", &["ssi", "ssi-json-ld", "did", "keys"]).is_empty());
    }
}
