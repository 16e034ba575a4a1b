//! A verifier of others before our wallet: by certificate, by DID, unsigned; encrypted and with transaction data.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::Stdio;

use actors::{Officer, Person, text};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{Authority, HolderKey, Mode, Service, Stack, StackOptions, x5c_of};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::STAFF;

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_of_others_is_answered_by_our_wallet() -> Result<()> {
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..StackOptions::default() }).await?;
    let authority = Authority::new("Verifiers of others")?;
    let key = HolderKey::from_label("verifier of others");
    trust(&stack, &authority).await?;
    let person = holder(&stack).await?;

    let certificate = authority.certify_host(&key.jwk(), "A verifier of others", "localhost")?;
    let input = json!({
        "registry": stack.url(Service::Registry),
        "key": key.private_jwk(),
        "x5c": x5c_of(&certificate),
    });
    let file = stack.data().join("verifiers.json");
    std::fs::write(&file, input.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/verifier.mjs");
    let mut verifier = tokio::process::Command::new("node")
        .arg(script)
        .arg(&file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(verifier.stdout.take().context("no output")?).lines();
    let links = lines.next_line().await?.context("no links (npm ci in tests/interop?)")?;
    for link in serde_json::from_str::<Vec<String>>(&links)? {
        answer(&person, &link).await?;
    }
    while let Some(line) = lines.next_line().await? {
        println!("{line}");
    }
    ensure!(verifier.wait().await?.success(), "tests/interop/verifier.mjs failed");
    stack.finish().await
}

/// The wallet trusts the authority of the verifier beside that of the trial.
async fn trust(stack: &Stack, authority: &Authority) -> Result<()> {
    stack.terminate(Service::Wallet.name()).await?;
    let anchors = stack.data().join("keys/verifiers-authority.pem");
    OpenOptions::new().append(true).open(anchors)?.write_all(authority.pem().as_bytes())?;
    stack.restart(Service::Wallet).await
}

/// Somebody with a staff identity.
async fn holder(stack: &Stack) -> Result<Person> {
    let hr = Officer::register(stack, "undp").await?;
    hr.upload("staff-undp.csv", STAFF).await?;
    let numbers = hr.numbers(STAFF)?;
    let offer = hr.offer(numbers.first().context("an empty list")?)?;
    let person = Person::register(stack, "anna").await?;
    person.receive(&offer.uri, offer.tx_code.as_deref()).await?;
    Ok(person)
}

/// The person looks at the request and consents. A link without a reference has all of it.
async fn answer(person: &Person, link: &str) -> Result<()> {
    let (_, query) = link.split_once('?').context("no query")?;
    let shown = if query.contains("request_uri=") {
        person.open_request(link).await?
    } else {
        person.post("/v1/presentations", &json!({ "query": query })).await?.expect(201)?.json()?
    };
    let certified = shown.pointer("/verifier/certified").and_then(Value::as_bool);
    ensure!(certified == Some(query.contains("x509_")), "who is named by a certificate: {shown}");
    let sent = person.consent(&text(&shown, "/id")?, None).await?;
    ensure!(text(&sent, "/presentation/state")? == "sent", "{sent}");
    Ok(())
}
