//! Independent JavaScript and Python libraries verify ours, and ours verifies theirs (`tests/interop`).

mod clients;
mod flows;
mod login;
mod mail;
mod oidc;
mod persons;
mod receiving;
mod schemas;
mod verifiers;
mod webhooks;

use std::process::Stdio;

use actors::{Officer, Peer, Person, text};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{Agent, SdJwt, Service, Stack};

use crate::up;

pub const STAFF: &[u8] = include_bytes!("../services/issuer/samples/staff-undp.csv");

#[tokio::test(flavor = "multi_thread")]
async fn credentials_cross_over_to_libraries_of_others_and_back() -> Result<()> {
    let stack = up().await?;
    let hr = Officer::register(&stack, "undp").await?;
    hr.upload("staff-undp.csv", STAFF).await?;
    let numbers = hr.numbers(STAFF)?;
    let offer = hr.offer(numbers.first().context("an empty list")?)?;
    let offers: Result<Vec<Value>> =
        numbers.iter().skip(1).take(4).map(|number| offered(&hr, number)).collect();
    let peer = Peer::new("interop");
    let issued = peer.receive(&offer.uri, offer.tx_code.as_deref()).await?;
    let of = |ending: &str| {
        let found = issued.iter().find(|one| one.configuration.ends_with(ending));
        found.map(|one| one.credential.clone()).with_context(|| format!("no {ending}"))
    };
    let sd_jwt = of("sd-jwt")?.as_str().context("an SD-JWT is text")?.to_owned();
    let disclosed = SdJwt::parse(&sd_jwt)?.disclose(&["givenName", "familyName"]);
    let mut selective = serde_json::Map::new();
    for instance in ["sd-p256", "bbs"] {
        selective.insert(instance.to_owned(), selectively(&stack, instance).await?);
    }
    let input = json!({
        "registry": stack.url(Service::Registry),
        "issuer": stack.url(Service::Issuer),
        "verifier": stack.url(Service::Verifier),
        // Not every resolver knows names under localhost; to machines the name does not matter.
        "wallet": stack.url(Service::Wallet).replace("wallet.localhost", "localhost"),
        "agency": stack.welcome()?.get("agency"),
        "anchor": std::fs::read_to_string(stack.data().join("keys/verifiers-authority.pem"))?,
        "offers": offers?,
        "ldpVc": of("ldp_vc")?,
        "sdJwt": sd_jwt,
        "boundSdJwt": peer.key.bind(&disclosed, "https://verifier.example", "nonce-1"),
        "boundNonce": "nonce-1",
        "selective": selective,
    });
    let file = stack.data().join("interop.json");
    std::fs::write(&file, input.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/run.mjs");
    let status =
        tokio::process::Command::new("node").arg(script).arg(&file).stdin(Stdio::null()).status().await?;
    ensure!(status.success(), "tests/interop/run.mjs failed (npm ci in tests/interop?)");
    python("credentials.py", &[file.to_str().context("no text")?]).await?;
    stack.finish().await
}

/// Runs a script of `tests/interop` with the libraries of its virtual environment.
async fn python(script: &str, arguments: &[&str]) -> Result<()> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/interop");
    let status = tokio::process::Command::new(format!("{folder}/.venv/bin/python"))
        .arg(format!("{folder}/{script}"))
        .args(arguments)
        .stdin(Stdio::null())
        .status()
        .await
        .context("no Python (tests/run --only tools makes tests/interop/.venv)")?;
    ensure!(status.success(), "tests/interop/{script} failed");
    Ok(())
}

/// An offer as a person holds it: the link, and the code that came by another way.
fn offered(hr: &Officer, number: &str) -> Result<Value> {
    let offer = hr.offer(number)?;
    Ok(json!({ "uri": offer.uri, "txCode": offer.tx_code }))
}

/// Somebody at UNDP whose wallet has the receipts of their credentials.
pub async fn person_with_credential(stack: &Stack) -> Result<Person> {
    let hr = Officer::register(stack, "undp").await?;
    hr.upload("staff-undp.csv", STAFF).await?;
    let offer = hr.offer(hr.numbers(STAFF)?.first().context("an empty list")?)?;
    let person = Person::register(stack, "somebody who is asked").await?;
    for credential in person.receive(&offer.uri, offer.tx_code.as_deref()).await? {
        person.receipt(&text(&credential, "/id")?).await?;
    }
    Ok(person)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scim_validator_of_others_agrees() -> Result<()> {
    let stack = up().await?;
    let token = Officer::register(&stack, "undp").await?.machine("Validator").await?;
    let address = format!("{}/scim/v2/undp", stack.url(Service::Issuer));
    python("scim.py", &[&address, &token]).await?;
    stack.finish().await
}

const POINTERS: [&str; 2] = ["/credentialSubject/alumniOf/name", "/id"];

/// A credential for selective disclosure by our open VC API, and what our wallet's open VC API shows of it.
async fn selectively(stack: &Stack, instance: &str) -> Result<Value> {
    let url = format!("{}/vc-api/{instance}/credentials/issue", stack.url(Service::Issuer));
    let credential = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "ExampleAlumniCredential"],
        "name": "An alumni credential",
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": { "alumniOf": { "name": "Example University", "department": "History" } },
    });
    let body = json!({ "credential": credential, "options": { "mandatoryPointers": ["/issuer"] } });
    let issued = Agent::new().post_json(&url, &body).await?.expect(201)?.json()?;
    let base = issued.get("verifiableCredential").cloned().context("no credential")?;
    let url = format!("{}/vc-api/credentials/derive", stack.url(Service::Wallet));
    let body = json!({ "verifiableCredential": base, "options": { "selectivePointers": POINTERS } });
    let shown = Agent::new().post_json(&url, &body).await?.expect(201)?.json()?;
    Ok(json!({ "base": base, "pointers": POINTERS, "shown": shown }))
}
