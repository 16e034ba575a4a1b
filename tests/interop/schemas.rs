//! A fuzzer of others (https://schemathesis.readthedocs.io) reads the OpenAPI document of each service and sends what it
//! allows and what it forbids: no answer is a 5xx, and each has a status, a media type and a shape that the document names.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Mutex;

use actors::{Agency, Officer, Person};
use anyhow::{Context as _, Result, anyhow, ensure};
use testkit::{Service, Stack};

use crate::up;

const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
/// Operations that take away what the fuzzer comes with.
const ENDS_SESSION: &str = "^/v1/(account|sessions|passkeys)";

/// With what an attempt comes.
struct Attempt {
    service: Service,
    who: &'static str,
    /// Made up organisations would all be answered with 404.
    tenant: &'static str,
    headers: Vec<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_a_fuzzer_as_its_document_says() -> Result<()> {
    let stack = up().await?;
    let nobody = |service| Attempt { service, who: "nobody", tenant: "undp", headers: Vec::new() };
    let mut attempts: Vec<_> = Service::ALL.into_iter().map(nobody).collect();
    attempts.extend(somebody(&stack).await?);
    // Those with the most operations first, so that both lanes end at the same time.
    attempts.sort_by_key(|attempt| match attempt.service {
        Service::Wallet => 0,
        Service::Issuer => 1,
        Service::Verifier => 2,
        Service::Registry => 3,
    });
    let waiting = Mutex::new(attempts.into_iter().enumerate());
    // The tool makes requests on one core for longer than a service answers on the other.
    tokio::try_join!(lane(&stack, &waiting), lane(&stack, &waiting))?;
    stack.finish().await
}

async fn lane(stack: &Stack, waiting: &Mutex<impl Iterator<Item = (usize, Attempt)>>) -> Result<()> {
    loop {
        let next = waiting.lock().map_err(|_| anyhow!("another lane panicked"))?.next();
        let Some((number, attempt)) = next else { return Ok(()) };
        fuzz(stack, number, &attempt).await?;
    }
}

/// A machine of an HR office and one of the Fund, a person with a wallet, an agency.
async fn somebody(stack: &Stack) -> Result<Vec<Attempt>> {
    let rights = ["scim", "staff-lists", "credentials", "status-history"];
    let machine = Officer::register(stack, "undp").await?.machine_for("Fuzzer", &rights).await?;
    let rights = ["fund-register", "fund-cycle", "fund-audit"];
    let funds = Officer::register(stack, "unjspf").await?.machine_for("Fuzzer", &rights).await?;
    let wallet = stack.url(Service::Wallet);
    let host = url::Url::parse(&wallet)?.host_str().context("no host")?.to_owned();
    let cookies = Person::register(stack, "fuzzer").await?.agent.cookies(&host).context("no session")?;
    let agency = Agency::connect(stack).await?;
    Ok(vec![
        Attempt {
            service: Service::Issuer,
            who: "a machine",
            tenant: "undp",
            headers: vec![format!("Authorization: Bearer {machine}")],
        },
        Attempt {
            service: Service::Issuer,
            who: "a machine of the Fund",
            tenant: "unjspf",
            headers: vec![format!("Authorization: Bearer {funds}")],
        },
        Attempt {
            service: Service::Wallet,
            who: "a person",
            tenant: "undp",
            headers: vec![format!("Cookie: {cookies}"), "Sec-Fetch-Site: same-origin".to_owned()],
        },
        Attempt {
            service: Service::Verifier,
            who: "an agency",
            tenant: "undp",
            headers: vec![format!("Authorization: {}", agency.authorization())],
        },
    ])
}

/// What CPython 3.11 says when threads parse at the same time: the tool broke off, it found nothing.
const BROKEN: &str = "AST constructor recursion depth mismatch";
const BROKEN_TRIES: usize = 3;

async fn fuzz(stack: &Stack, number: usize, attempt: &Attempt) -> Result<()> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let name = attempt.service.name();
    let settings = stack.data().join(format!("schemathesis-{number}.toml"));
    std::fs::write(&settings, format!("[parameters]\n\"path.tenant\" = \"{}\"\n", attempt.tenant))?;
    let variable = |name: &str, usual: &str| std::env::var(name).unwrap_or_else(|_| usual.to_owned());
    let mut command = tokio::process::Command::new(root.join("interop/.venv/bin/st"));
    command.arg("--config-file").arg(&settings).arg("run");
    command.arg(root.join("../openapi").join(name).with_extension("json"));
    // Not every resolver knows names under localhost; to machines the name does not matter.
    command.args(["--url", &stack.url(attempt.service).replace("wallet.localhost", "localhost")]);
    command.args([
        "--checks",
        CHECKS,
        "--exclude-path-regex",
        ENDS_SESSION,
        "--phases",
        "examples,coverage,fuzzing",
    ]);
    command.args(["--max-examples", &variable("EXAMPLES", "4"), "--seed", &variable("SEED", "1")]);
    // A verifier holds a question open for a minute when it is asked to.
    command.args(["--request-timeout", "75"]);
    command.args(["--continue-on-failure", "--no-color", "--warnings", "off", "--workers", "1"]);
    for header in &attempt.headers {
        command.args(["-H", header]);
    }
    command.stdin(Stdio::null()).current_dir(stack.data());
    let mut done = output(&mut command).await?;
    for _ in 0..BROKEN_TRIES {
        if !String::from_utf8_lossy(&done.stdout).contains(BROKEN) {
            break;
        }
        done = output(&mut command).await?;
    }
    let told = String::from_utf8_lossy(&done.stdout);
    ensure!(
        done.status.success(),
        "{name}, asked by {}:\n{told}\n{}",
        attempt.who,
        String::from_utf8_lossy(&done.stderr)
    );
    let count = told.lines().find(|line| line.contains(" generated, "));
    println!("{name}, asked by {}: {}", attempt.who, count.context("no count")?.trim());
    Ok(())
}

async fn output(command: &mut tokio::process::Command) -> Result<std::process::Output> {
    command.output().await.context("no schemathesis (tests/run --only tools makes tests/interop/.venv)")
}
