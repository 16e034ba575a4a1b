//! One credential in every format and cryptosuite: offered by the issuer, kept by the wallet, shown to the verifier, in parts where
//! the form allows it, and refused once it was changed.

use std::process::{Command, Stdio};
use std::time::Duration;

use actors::{Agency, Officer, Person, Report, text, until};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{Agent, Mode, Service, Stack, StackOptions, binary};

const STAFF: &[u8] = include_bytes!("../services/issuer/samples/staff-undp.csv");
const STAFF_IDENTITY: &str = "https://schemas.passerelle.example/v1#StaffIdentity";
/// The end of the configuration's name, the name in a configuration file, the format identifier, and whether it is shown in parts.
const FORMS: [(&str, &str, &str, bool); 9] = [
    ("ldp_vc", "ldp_vc", "ldp_vc", false),
    ("ldp_vc_eddsa-jcs-2022", "ldp_vc/eddsa-jcs-2022", "ldp_vc", false),
    ("ldp_vc_ecdsa-rdfc-2019", "ldp_vc/ecdsa-rdfc-2019", "ldp_vc", false),
    ("ldp_vc_ecdsa-jcs-2019", "ldp_vc/ecdsa-jcs-2019", "ldp_vc", false),
    ("ldp_vc_ecdsa-sd-2023", "ldp_vc/ecdsa-sd-2023", "ldp_vc", true),
    ("ldp_vc_bbs-2023", "ldp_vc/bbs-2023", "ldp_vc", true),
    ("vc_jwt", "vc+jwt", "vc+jwt", false),
    ("vc_sd-jwt", "vc+sd-jwt", "vc+sd-jwt", true),
    ("vc_cose", "vc+cose", "vc+cose", false),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_in_every_format_is_offered_held_shown_and_refused_when_changed() -> Result<()> {
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..Default::default() }).await?;
    offer_every_format(&stack).await?;
    let hr = Officer::register(&stack, "undp").await?;
    hr.upload("staff-undp.csv", STAFF).await?;
    let number = hr.numbers(STAFF)?.into_iter().next().context("an empty list")?;
    let offer = hr.offer(&number)?;
    let person = Person::register(&stack, "every format").await?;
    let held = person.receive(&offer.uri, offer.tx_code.as_deref()).await?;
    ensure!(held.len() == FORMS.len() + 1, "all of them, and an SD-JWT VC: {held:?}");

    let agency = Agency::connect(&stack).await?;
    for format in ["ldp_vc", "vc+jwt", "vc+sd-jwt", "vc+cose"] {
        agency.post("/v1/agency-policies", &gate(format)).await?.ok()?;
    }
    for (end, _, format, in_parts) in FORMS {
        let credential = of_configuration(&held, end)?;
        told_what_leaves(&agency, &person, credential, (format, in_parts)).await.context(end)?;
        let report = present(&agency, &person, credential, format).await?;
        report.expect("valid").context(end)?;
        ensure!(
            report.0["claims"] == json!({ "givenName": given_name(credential)? }),
            "{end}: {:?}",
            report.0
        );
        refused_when_changed(&stack, &agency, (credential, format, in_parts)).await.context(end)?;
    }
    others_verify_what_is_derived(&stack, &held).await?;
    hr.change_status(&number, "suspended").await?;
    for (end, _, format, _) in FORMS {
        until("the suspension", Duration::from_secs(60), async || {
            let report = present(&agency, &person, of_configuration(&held, end)?, format).await?;
            let (result, code) = report.check("status")?;
            Ok((result == "fail" && code == "suspended").then_some(()))
        })
        .await
        .context(end)?;
    }
    stack.finish().await
}

fn of_configuration<'a>(held: &'a [Value], end: &str) -> Result<&'a Value> {
    let configuration = format!("StaffIdentity_{end}");
    let found = held.iter().find(|one| one["configurationId"] == configuration.as_str());
    found.with_context(|| format!("no {configuration}"))
}

/// Shows one credential to whoever asks for the given name in its format.
async fn present(agency: &Agency, person: &Person, credential: &Value, format: &str) -> Result<Report> {
    let asked = agency.ask(&policy_of(format)).await?;
    person.present(&text(&asked, "/link")?, Some(&text(credential, "/id")?)).await?;
    agency.report(&text(&asked, "/id")?).await
}

/// UNDP gets a key for `bbs-2023`, and its staff identities are offered in each format.
async fn offer_every_format(stack: &Stack) -> Result<()> {
    let mut command = Command::new(binary()?);
    command.args(["admin", "add-signing-key", "--org", "undp", "bls12381", "--data"]).arg(stack.data());
    for said in ["is listed since block", "is listed already"] {
        let done = command.output()?;
        let told = String::from_utf8_lossy(&done.stdout).into_owned();
        ensure!(done.status.success() && told.contains(said), "{done:?}");
    }
    let path = stack.data().join("config/issuer.toml");
    stack.terminate(Service::Issuer.name()).await?;
    let before = std::fs::read_to_string(&path)?;
    let names: Vec<String> = FORMS
        .iter()
        .map(|(_, name, ..)| *name)
        .chain(["dc+sd-jwt"])
        .map(|name| format!("{name:?}"))
        .collect();
    let tenant = "[[tenants]]\nid = \"undp\"\n";
    let chosen = format!("{tenant}formats = {{ StaffIdentity = [{}] }}\n", names.join(", "));
    ensure!(before.contains(tenant), "{before}");
    std::fs::write(&path, before.replace(tenant, &chosen))?;
    stack.spawn(Service::Issuer)?;
    stack.wait_ready(Service::Issuer).await
}

fn policy_of(format: &str) -> String {
    format!("gate-{}", format.replace(['+', '_'], "-"))
}

fn gate(format: &str) -> Value {
    json!({
        "name": policy_of(format), "title": "Main gate", "description": "Who may enter.",
        "purpose": "To let you into the building.", "purposeCode": "premises-access",
        "credentials": [{ "type": STAFF_IDENTITY, "formats": [format], "claims": ["givenName"] }],
        "claimsRetentionSeconds": 600
    })
}

fn given_name(credential: &Value) -> Result<String> {
    let claims = credential["claims"].as_array().context("no claims")?;
    let found = claims.iter().find(|claim| claim["path"] == json!(["credentialSubject", "givenName"]));
    text(found.context("no given name")?, "/value")
}

/// The person is told what leaves: of what is shown in parts the given name and for whom it speaks, and everything of the others.
async fn told_what_leaves(
    agency: &Agency,
    person: &Person,
    credential: &Value,
    (format, in_parts): (&str, bool),
) -> Result<()> {
    let asked = agency.ask(&policy_of(format)).await?;
    let opened = person.open_request(&text(&asked, "/link")?).await?;
    let candidates = opened["queries"][0]["candidates"].as_array().context("no candidates")?;
    let one = candidates.iter().find(|one| one["credentialId"] == credential["id"]).context("not offered")?;
    ensure!(one["wholeCredential"] == !in_parts, "{one}");
    let told: Vec<&Value> =
        one["claims"].as_array().into_iter().flatten().map(|claim| &claim["path"][1]).collect();
    ensure!(told.iter().any(|name| *name == "givenName"), "{told:?}");
    ensure!(told.iter().any(|name| *name == "familyName") != in_parts, "{told:?}");
    Ok(())
}

/// What the wallet derives to show the given name.
async fn derived(stack: &Stack, base: &Value) -> Result<Value> {
    let url = format!("{}/vc-api/credentials/derive", stack.url(Service::Wallet));
    let options = json!({ "selectivePointers": ["/credentialSubject/givenName"] });
    let body = json!({ "verifiableCredential": base, "options": options });
    Agent::new().post_json(url, &body).await?.ok()?.json()
}

/// Digital Bazaar's libraries know the issuer by the registry.
async fn others_verify_what_is_derived(stack: &Stack, held: &[Value]) -> Result<()> {
    let mut shown = serde_json::Map::new();
    for suite in ["ecdsa-sd-2023", "bbs-2023"] {
        let credential = of_configuration(held, &format!("ldp_vc_{suite}"))?;
        shown.insert(suite.to_owned(), derived(stack, &credential["credential"]).await?);
    }
    let input = json!({
        "registry": stack.url(Service::Registry), "issuer": stack.url(Service::Issuer), "derived": shown,
    });
    let file = stack.data().join("derived.json");
    std::fs::write(&file, input.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/derived.mjs");
    let status =
        tokio::process::Command::new("node").arg(script).arg(&file).stdin(Stdio::null()).status().await?;
    ensure!(status.success(), "tests/interop/derived.mjs failed (npm ci in tests/interop?)");
    Ok(())
}

/// A base proof is refused as it is; what is derived from it, and everything else, once something in it was changed.
async fn refused_when_changed(
    stack: &Stack,
    agency: &Agency,
    (credential, format, in_parts): (&Value, &str, bool),
) -> Result<()> {
    let policy = "open";
    let mut made = credential["credential"].clone();
    if in_parts && made.is_object() {
        agency.verify(policy, &made, None).await?.expect_failed("proof")?;
        made = derived(stack, &made).await?;
    }
    let before = agency.verify(policy, &made, None).await?;
    ensure!(before.check("proof")?.0 == "pass", "{}: {:?}", format, before.0);
    let changed = match &made {
        Value::String(token) => Value::from(another_letter(token)),
        enveloped if enveloped["type"] == "EnvelopedVerifiableCredential" => {
            let mut enveloped = enveloped.clone();
            enveloped["id"] = another_letter(&text(&enveloped, "/id")?).into();
            enveloped
        }
        document => {
            let mut document = document.clone();
            document["credentialSubject"]["givenName"] = "Somebody".into();
            document
        }
    };
    let after = agency.verify(policy, &changed, None).await?;
    ensure!(after.outcome() == "invalid", "{format}: {:?}", after.0);
    Ok(())
}

/// One letter in the middle, which is signed.
fn another_letter(text: &str) -> String {
    let at = text.split('~').next().unwrap_or_default().len() / 2;
    let other = if text.as_bytes().get(at) == Some(&b'A') { "B" } else { "A" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}
