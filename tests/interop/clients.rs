//! Clients that generators of others make of the verifier's OpenAPI document, used as an agency's system uses them.
//!
//! They are made of the running service's document each time, so that they cannot lag behind it, and are not committed.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use actors::{Person, text};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{Agent, Service, Stack};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

use super::person_with_credential;
use crate::up;

#[tokio::test(flavor = "multi_thread")]
async fn clients_made_of_the_openapi_document_run_verifications() -> Result<()> {
    let stack = up().await?;
    let input = input(&stack).await?;
    let person = person_with_credential(&stack).await?;
    python(&stack, &input, &person).await?;
    typescript(&stack, &input, &person).await?;
    stack.finish().await
}

/// What an agency's system is configured with; beside it lies the document.
async fn input(stack: &Stack) -> Result<PathBuf> {
    let verifier = stack.url(Service::Verifier);
    let document = Agent::new().get(format!("{verifier}/openapi.json")).await?.expect(200)?.text();
    std::fs::write(document_of(stack), document)?;
    let input = stack.data().join("agency.json");
    let agency = stack.welcome()?.get("agency").cloned();
    std::fs::write(&input, json!({ "verifier": verifier, "agency": agency }).to_string())?;
    Ok(input)
}

fn document_of(stack: &Stack) -> PathBuf {
    stack.data().join("verifier-openapi.json")
}

async fn python(stack: &Stack, input: &Path, person: &Person) -> Result<()> {
    let bin = folder().join(".venv/bin");
    let made = stack.data().join("clients");
    std::fs::create_dir_all(&made)?;
    let generated = Command::new(bin.join("python"))
        .args(["-m", "openapi_python_client", "generate", "--meta", "none", "--config"])
        .arg(folder().join("clients/python.yaml"))
        .arg("--path")
        .arg(document_of(stack))
        .arg("--output-path")
        .arg(made.join("passerelle_verifier"))
        .stdin(Stdio::null())
        .status()
        .await
        .context("no Python (tests/run --only tools makes tests/interop/.venv)")?;
    ensure!(generated.success(), "openapi-python-client refuses our document");
    let mut agency = Command::new(bin.join("python"));
    agency.arg(folder().join("clients/agency.py")).arg(input).env("PYTHONPATH", &made);
    answer(agency, person).await.context("agency.py")
}

async fn typescript(stack: &Stack, input: &Path, person: &Person) -> Result<()> {
    // Below our modules, so that the compiler finds them.
    let made = tempfile::tempdir_in(folder().join("node_modules")).context("npm ci in tests/interop?")?;
    std::fs::write(made.path().join("package.json"), r#"{"type":"module"}"#)?;
    let compiled = Command::new("node")
        .arg(folder().join("clients/make-typescript.mjs"))
        .arg(document_of(stack))
        .arg(made.path())
        .stdin(Stdio::null())
        .status()
        .await?;
    ensure!(compiled.success(), "agency.ts does not fit the types that are made of our document");
    let mut agency = Command::new("node");
    agency.arg(made.path().join("agency.js")).arg(input);
    answer(agency, person).await.context("agency.ts")
}

/// Runs an agency's system; the person answers each link it shows.
async fn answer(mut agency: Command, person: &Person) -> Result<()> {
    let mut agency = agency.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let mut shown = BufReader::new(agency.stdout.take().context("no output")?).lines();
    let mut told = agency.stdin.take().context("no input")?;
    while let Some(line) = shown.next_line().await? {
        let shown: Value = serde_json::from_str(&line).with_context(|| line.clone())?;
        person.present(&text(&shown, "/link")?, None).await?;
        told.write_all(b"answered\n").await?;
    }
    ensure!(agency.wait().await?.success(), "it did not end well");
    Ok(())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop")
}
