//! Four organisations found a network and let in a fifth: it runs a node, decides with the others, is accredited,
//! issues, and loses its accreditation by their vote. Everything is done as operators do it, by commands and
//! configuration files; a verifier at another organisation says at each step what holds.

mod keys;
mod restart;
mod services;
mod time;

use std::time::Duration;

use actors::{Agency, Network, Officer, Person, Report, text, until};
use anyhow::{Context as _, Result, ensure};
use testkit::{Agent, Service, Stack};

const STAFF: &[u8] = include_bytes!("../services/issuer/samples/staff-undp.csv");
const STAFF_IDENTITY: &str = "https://schemas.passerelle.example/v1#StaffIdentity";

#[tokio::test(flavor = "multi_thread")]
async fn a_fifth_member_joins_issues_and_is_suspended_by_vote() -> Result<()> {
    let mut network = Network::found().await?;
    network.admit("unesco").await.context("admission")?;
    let stack = services::prepare(&mut network, "unesco").await.context("its node")?;
    its_node_decides_with_the_others(&network, &stack).await.context("its node's vote")?;

    services::start(&network, &stack, "unesco").await.context("its services")?;
    let did = text(&stack.welcome()?, "/dids/unesco")?;
    let (person, agency) = issue(&stack).await?;
    let report = present(&person, &agency).await?;
    report.expect("valid")?;
    let (result, _) = report.check("accreditation")?;
    ensure!(result == "pass", "{}", report.summary());

    network.decide(&["suspend-accreditation", &did, STAFF_IDENTITY])?;
    let report = until("the suspension to be seen", Duration::from_secs(60), async || {
        let report = present(&person, &agency).await?;
        Ok((report.outcome() != "valid").then_some(report))
    })
    .await?;
    report.expect_failed("accreditation")?;
    let evidence = report.evidence("accreditation");
    ensure!(evidence.to_string().contains("eight"), "a height of the chain: {evidence}");
    anybody_can_check_the_record(&network, &did).await?;

    network.decide(&["reinstate-accreditation", &did, STAFF_IDENTITY])?;
    until("the end of the suspension", Duration::from_secs(60), async || {
        let report = present(&person, &agency).await?;
        Ok((report.outcome() == "valid").then_some(()))
    })
    .await?;
    stack.finish().await?;
    network.finish()
}

/// The fifth node follows first; once its key is added by vote, certificates carry its signature. Four of five are
/// enough for a certificate, so not each holds it.
async fn its_node_decides_with_the_others(network: &Network, stack: &Stack) -> Result<()> {
    let key = network.validator_key("unesco")?;
    network.decide(&["add-validator", &key, "--owner", "unesco", "--host", "UNESCO"])?;
    keys::signs(network, &stack.url(Service::Registry), &key).await
}

async fn issue(stack: &Stack) -> Result<(Person, Agency)> {
    let hr = Officer::register(stack, "unesco").await?;
    hr.upload("staff.csv", STAFF).await?;
    let number = hr.numbers(STAFF)?.into_iter().next().context("an empty list")?;
    let offer = hr.offer(&number)?;
    let person = Person::register(stack, "staff").await?;
    let held = person.receive(&offer.uri, offer.tx_code.as_deref()).await?;
    ensure!(held.len() == 2, "{held:?}");
    Ok((person, Agency::connect(stack).await?))
}

async fn present(person: &Person, agency: &Agency) -> Result<Report> {
    let asked = agency.ask("staff-identity").await?;
    person.present(&text(&asked, "/link")?, None).await?;
    agency.report(&text(&asked, "/id")?).await
}

/// A file from one node, checked without a network against the genesis.
async fn anybody_can_check_the_record(network: &Network, did: &str) -> Result<()> {
    let mut url: url::Url = network.node("unicef").parse()?;
    url.path_segments_mut().map_err(|()| anyhow::anyhow!("not a base"))?.extend([
        "v1",
        "records",
        "accreditation",
        &format!("{did}/{STAFF_IDENTITY}"),
    ]);
    url.set_query(Some("proof=true"));
    let proof = Agent::new().get(url.as_str()).await?.expect(200)?;
    std::fs::write(network.path("accreditation.json"), &proof.body)?;
    // The fifth validator has come since the genesis.
    let changes = format!("{}/v1/validators/changes?after=0", network.node("unicef"));
    let changes = Agent::new().get_as(changes, "application/octet-stream").await?.expect(200)?;
    std::fs::write(network.path("changes"), &changes.body)?;
    let told = network.registry(&[
        "verify-proof",
        "accreditation.json",
        "--genesis",
        "genesis.json",
        "--changes",
        "changes",
    ])?;
    ensure!(told.contains("It is suspended since") && told.contains("by the governors' vote"), "{told}");
    Ok(())
}
