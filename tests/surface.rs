//! Every service's whole surface: documents, pages for operators, and each operation called by a
//! stranger.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testkit::{Agent, Method, Service, Stack};

use crate::up;

#[tokio::test(flavor = "multi_thread")]
async fn strangers_meet_documents_health_and_refusals_but_no_faults() -> Result<()> {
    let stack = up().await?;
    for service in Service::ALL {
        operators_pages(&stack, service).await.with_context(|| service.name().to_owned())?;
        every_operation_anonymously(&stack, service).await.with_context(|| service.name().to_owned())?;
    }
    stack.finish().await
}

async fn operators_pages(stack: &Stack, service: Service) -> Result<()> {
    let (agent, base) = (Agent::new(), stack.url(service));
    agent.get(format!("{base}/healthz")).await?.expect(200)?;
    agent.get(format!("{base}/readyz")).await?.expect(200)?;
    let metrics = agent.get(format!("{base}/metrics")).await?.expect(200)?.text();
    ensure!(metrics.contains("# TYPE"), "no metrics: {metrics}");
    let docs = agent.follow(agent.get(format!("{base}/docs")).await?).await?.expect(200)?;
    ensure!(!docs.text().contains("https://"), "the documentation page loads something from outside");

    let missing = agent.get(format!("{base}/no-such-page")).await?.expect(404)?;
    ensure!(missing.header("content-type").is_some_and(|kind| kind.contains("problem+json")), "{missing}");
    ensure!(missing.header("x-request-id").is_some(), "no request id: {:?}", missing.headers);
    let page = agent.get_as(format!("{base}/"), "text/html").await?;
    let policy = page.header("content-security-policy").unwrap_or_default();
    ensure!(
        policy.contains("default-src 'none'") || policy.contains("default-src 'self'"),
        "weak policy: {policy}"
    );
    ensure!(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"), "weak policy: {policy}");
    Ok(())
}

/// Calls each documented operation without authentication and with made-up parameters.
async fn every_operation_anonymously(stack: &Stack, service: Service) -> Result<()> {
    let (agent, base) = (Agent::new(), stack.url(service));
    let document = agent.get(format!("{base}/openapi.json")).await?.expect(200)?.json()?;
    let version = document.get("openapi").and_then(Value::as_str).unwrap_or_default();
    ensure!(version.starts_with("3.1"), "OpenAPI {version}");
    let paths = document.get("paths").and_then(Value::as_object).context("no paths")?;
    let mut called = 0;
    for (path, item) in paths {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            if !operation.is_object() {
                continue;
            }
            let url = format!("{base}{}", filled(path));
            let answer =
                agent.send(method.clone(), &url, &[("accept", "application/json")], Vec::new()).await?;
            ensure!(answer.status < 500, "{method} {path}: {answer}");
            let security = operation.get("security").or_else(|| document.get("security"));
            let protected = security.and_then(Value::as_array).is_some_and(|all| {
                !all.is_empty() && all.iter().all(|one| one.as_object().is_some_and(|one| !one.is_empty()))
            });
            if protected {
                // An organisation that does not exist is not found before anybody is asked who they are.
                ensure!([401, 403, 404].contains(&answer.status), "{method} {path} is protected: {answer}");
            }
            called += 1;
        }
    }
    ensure!(called > 0, "no operations");
    println!("{}: {called} operations called", service.name());
    Ok(())
}

/// Path parameters with a value that exists nowhere.
fn filled(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, behind)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str("01arz3ndektsv4rrffq69g5fav");
        rest = behind;
    }
    out + rest
}
