//! Input meant to cost more than it should: refused early, and the service goes on.

use std::time::{Duration, Instant};

use actors::Agency;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{Agent, Answer, Service, Stack};

use super::{Scene, set};

#[tokio::test(flavor = "multi_thread")]
async fn hostile_documents_are_refused_early() -> Result<()> {
    let scene = Scene::set().await?;
    let good = scene.ldp_vc.credential.clone();

    let mut context = good.clone();
    set(&mut context, "/@context/1", "https://unknown.example/context.jsonld")?;
    not_verified(&scene, context).await.context("unknown context")?;

    let mut clique = good.clone();
    set(&mut clique, "/credentialSubject", json!(blank_node_clique(12)))?;
    not_verified(&scene, clique).await.context("blank-node bomb")?;

    let deep = format!(r#"{{"verifiableCredential":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let answer = raw(&scene.stack, "/vc-api/credentials/verify", deep).await.context("deep JSON")?;
    problem(&answer, 400)?;

    let large = format!(r#"{{"verifiableCredential":{{"x":"{}"}}}}"#, "a".repeat(10_000_000));
    let answer = raw(&scene.stack, "/vc-api/credentials/verify", large).await.context("10 MB")?;
    problem(&answer, 413)?;

    let answer = raw(&scene.stack, "/vc-api/credentials/verify", r#"{"a":1,"a":2}"#.into()).await?;
    problem(&answer, 400)?;
    let answer = raw(&scene.stack, "/vc-api/credentials/verify", "{".into()).await?;
    problem(&answer, 400)?;

    still_serving(&scene.agency, &good).await?;
    scene.stack.finish().await
}

/// Every node points at every other: canonicalisation without a limit takes minutes.
fn blank_node_clique(size: usize) -> Value {
    let nodes: Vec<Value> = (0..size)
        .map(|node| {
            let others: Vec<Value> = (0..size)
                .filter(|other| *other != node)
                .map(|other| json!({ "id": format!("_:n{other}") }))
                .collect();
            json!({ "id": format!("_:n{node}"), "worksFor": others })
        })
        .collect();
    Value::from(nodes)
}

/// Refused by the report and by the VC API, within seconds.
async fn not_verified(scene: &Scene, credential: Value) -> Result<()> {
    let begun = Instant::now();
    let body = json!({ "policy": "staff-identity", "credential": credential });
    let answer = scene.agency.post("/v1/verify", &body).await?;
    let refused = (400..500).contains(&answer.status);
    ensure!(refused || answer.json()?.get("outcome") != Some(&json!("valid")), "{answer}");
    let body = json!({ "verifiableCredential": credential, "options": {} }).to_string();
    let answer = raw(&scene.stack, "/vc-api/credentials/verify", body).await?;
    ensure!(answer.status == 400, "{answer}");
    ensure!(begun.elapsed() < Duration::from_secs(5), "took {:?}", begun.elapsed());
    Ok(())
}

async fn raw(stack: &Stack, path: &str, body: String) -> Result<Answer> {
    let url = format!("{}{path}", stack.url(Service::Verifier));
    Agent::new().send("POST".parse()?, url, &[("content-type", "application/json")], body.into_bytes()).await
}

/// RFC 9457.
fn problem(answer: &Answer, status: u16) -> Result<()> {
    ensure!(answer.status == status, "expected {status}: {answer}");
    ensure!(answer.header("content-type").is_some_and(|kind| kind.contains("problem+json")), "{answer}");
    ensure!(answer.json()?.get("title").is_some(), "{answer}");
    Ok(())
}

async fn still_serving(agency: &Agency, credential: &Value) -> Result<()> {
    let report = agency.verify("staff-identity", credential, None).await?;
    ensure!(report.check("proof")?.0 == "pass", "{}", report.summary());
    Ok(())
}
