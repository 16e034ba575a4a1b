//! The rows of the table: issue and verify, both formats.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use actors::{Agency, Grant, Officer, Peer};
use anyhow::{Context as _, Result, ensure};
use credential::data_integrity::derive;
use serde_json::{Value, json};
use testkit::{Agent, Service, Stack};

use crate::measure::row;

const STAFF: &str = include_str!("../../services/issuer/samples/staff-undp.csv");
/// The open instances of the VC API and their cryptosuites.
const INSTANCES: [(&str, &str); 8] = [
    ("eddsa", "eddsa-rdfc-2022"),
    (STORING, "eddsa-rdfc-2022"),
    ("eddsa-jcs", "eddsa-jcs-2022"),
    ("ecdsa-p256", "ecdsa-rdfc-2019"),
    ("ecdsa-jcs-p256", "ecdsa-jcs-2019"),
    ("ecdsa-p384", "ecdsa-rdfc-2019"),
    ("sd-p256", "ecdsa-sd-2023"),
    ("bbs", "bbs-2023"),
];
/// Gives each credential a place in two status lists, and keeps both before it answers.
const STORING: &str = "eddsa-status";
const POLICY: &str = "staff-identity";
const DESK: &str = "https://desk.example";
const NONCE: &str = "wT9wJ3n4kq2mVYb1sXc7dQ";
/// Enough offers that the rows of OID4VCI do not run dry at once.
const PEOPLE: usize = 1_000;

pub async fn print(stack: &Stack) -> Result<()> {
    let only = std::env::var("ROWS").unwrap_or_default();
    if only == "verify" {
        return reports(stack, &issue_to_people(stack).await?).await;
    }
    if only == "oid4vci" {
        issue_to_people(stack).await?;
        return Ok(());
    }
    suites(stack).await?;
    let held = issue_to_people(stack).await?;
    reports(stack, &held).await
}

async fn suites(stack: &Stack) -> Result<()> {
    let (issuer, verifier) = (stack.url(Service::Issuer), stack.url(Service::Verifier));
    let agent = Arc::new(Agent::new());

    for (instance, suite) in INSTANCES {
        let url = format!("{issuer}/vc-api/{instance}/credentials/issue");
        let issue = {
            let (agent, url) = (agent.clone(), url.clone());
            move || {
                let (agent, url) = (agent.clone(), url.clone());
                async move {
                    let answer =
                        agent.post_json(&url, &json!({ "credential": alumni() })).await?.expect(201)?;
                    drop(answer);
                    Ok(true)
                }
            }
        };
        let stored = if instance == STORING { "two places in status lists stored" } else { "nothing stored" };
        row(stack, Service::Issuer, &format!("issue {suite} ({instance}), VC API, {stored}"), issue).await?;

        let issued = agent.post_json(&url, &json!({ "credential": alumni() })).await?.expect(201)?.json()?;
        let issued = issued.get("verifiableCredential").cloned().unwrap_or(issued);
        let shown = match suite {
            "ecdsa-sd-2023" | "bbs-2023" => {
                derive(&issued, &["/credentialSubject/alumniOf/name".to_owned()]).await?
            }
            _ => issued,
        };
        let verify = {
            let (agent, body) = (agent.clone(), json!({ "verifiableCredential": shown, "options": {} }));
            let url = format!("{verifier}/vc-api/credentials/verify");
            move || {
                let (agent, url, body) = (agent.clone(), url.clone(), body.clone());
                async move {
                    agent.post_json(&url, &body).await?.expect(200)?;
                    Ok(true)
                }
            }
        };
        row(
            stack,
            Service::Verifier,
            &format!("verify {suite} ({instance}), VC API, did:key issuer"),
            verify,
        )
        .await?;
    }

    Ok(())
}

/// What one person was issued.
pub struct Held {
    peer: Arc<Peer>,
    ldp_vc: Value,
    sd_jwt: Value,
}

/// A kind of report, and the body that asks for it.
pub struct Report {
    pub what: &'static str,
    pub body: Value,
}

/// Reports with every check that needs no request of OID4VP.
pub fn reports_of(held: &Held) -> Result<[Report; 3]> {
    let compact = held.sd_jwt.as_str().context("no text")?;
    let shown = ["givenName", "familyName", "jobTitle", "dutyStation"];
    let bound = held.peer.bound_sd_jwt(compact, &shown, DESK, NONCE)?;
    Ok([
        Report {
            what: "verify ldp_vc, whole report: chain, schema, status",
            body: json!({ "policy": POLICY, "credential": held.ldp_vc }),
        },
        Report {
            what: "verify dc+sd-jwt, whole report: chain, schema, status",
            body: json!({ "policy": POLICY, "credential": held.sd_jwt }),
        },
        Report {
            what: "the same with key binding",
            body: json!({ "policy": POLICY, "presentation": bound, "challenge": NONCE, "domain": DESK }),
        },
    ])
}

/// The registry's answers and the lists are known already.
pub async fn reports(stack: &Stack, held: &Held) -> Result<()> {
    let agency = Arc::new(Agency::connect(stack).await?);
    for Report { what, body } in reports_of(held)? {
        let agency = agency.clone();
        let verify = move || {
            let (agency, body) = (agency.clone(), body.clone());
            async move {
                let report = agency.report_on(&body).await?;
                ensure!(report.check("status")?.0 == "pass", "{}", report.summary());
                Ok(true)
            }
        };
        row(stack, Service::Verifier, what, verify).await?;
    }
    Ok(())
}

/// Measures OID4VCI with real offers, stored and anchored; returns one copy of each format.
pub async fn issue_to_people(stack: &Stack) -> Result<Held> {
    let hr = Officer::register(stack, "undp").await?;
    let people = std::env::var("PEOPLE").ok().and_then(|text| text.parse().ok()).unwrap_or(PEOPLE);
    let csv = list(0, people)?;
    hr.upload("bench.csv", csv.as_bytes()).await?;
    let mut ready = Vec::new();
    for number in hr.numbers(csv.as_bytes())? {
        let offer = hr.offer(&number)?;
        let peer = Arc::new(Peer::new(&number));
        let grant = Arc::new(peer.grant(&offer.uri, offer.tx_code.as_deref()).await?);
        ready.push((peer, grant));
    }
    let (first_peer, first_grant) = ready.first().cloned().context("nobody")?;
    let mut copies = Vec::new();
    for format in ["ldp_vc", "sd-jwt"] {
        let configuration = first_grant.configurations.iter().find(|one| one.ends_with(format));
        let configuration = configuration.with_context(|| format!("no {format}"))?.clone();
        let queue: VecDeque<(Arc<Peer>, Arc<Grant>)> = ready.iter().cloned().collect();
        let (queue, name) = (Arc::new(Mutex::new(queue)), configuration.clone());
        let issue = move || {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let configuration = name.clone();
            async move {
                let Some((peer, grant)) = next else { return Ok(false) };
                peer.credential(&grant, &configuration).await?;
                Ok(true)
            }
        };
        let what = format!("issue {format}, OID4VCI nonce and credential, stored");
        row(stack, Service::Issuer, &what, issue).await?;
        copies.push(first_peer.credential(&first_grant, &configuration).await?.credential);
    }
    let mut copies = copies.into_iter();
    let (ldp_vc, sd_jwt) = (copies.next().context("no copy")?, copies.next().context("no copy")?);
    Ok(Held { peer: first_peer, ldp_vc, sd_jwt })
}

/// A list of staff with numbers of their own.
pub fn list(first: usize, people: usize) -> Result<String> {
    let rows: Vec<&str> = STAFF.lines().skip(1).collect();
    let mut csv = STAFF.lines().next().context("an empty sample")?.to_owned();
    for number in first..first + people {
        let (_, rest) =
            rows.get(number % rows.len()).and_then(|row| row.split_once(',')).context("a bad sample")?;
        csv.push_str(&format!("\n{},{rest}", 200_000 + number));
    }
    Ok(csv)
}

fn alumni() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "ExampleAlumniCredential"],
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:abcdefgh",
            "alumniOf": { "id": "did:example:c276e12ec21ebfeb1f712ebc6f1", "name": "Example University" },
        },
    })
}
