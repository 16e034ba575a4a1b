//! The first journey, whole: HR issues, a person holds, an agency verifies, the chain vouches.

use std::time::Duration;

use actors::{Agency, Chain, Officer, Person, Report, text, until};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testkit::{Agent, Mode, Service, Stack, sha256};

use crate::{up, up_on_postgres};

const STAFF: &[u8] = include_bytes!("../services/issuer/samples/staff-undp.csv");
const STAFF_WITH_FAULTS: &[u8] = include_bytes!("../services/issuer/samples/staff-with-faults.csv");
const RETIREES: &[u8] = include_bytes!("../services/issuer/samples/retirees.csv");
const STAFF_IDENTITY: &str = "https://schemas.passerelle.example/v1#StaffIdentity";
const ENTITLEMENT: &str = "https://schemas.passerelle.example/v1#DigitalCertificateOfEntitlement";

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_on_sqlite() -> Result<()> {
    let stack = up().await?;
    whole_journey(&stack).await?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_on_postgresql() -> Result<()> {
    let Some((stack, _database)) = up_on_postgres(Mode::Together).await? else { return Ok(()) };
    whole_journey(&stack).await?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_with_each_service_in_its_own_process() -> Result<()> {
    let stack = Stack::start(testkit::StackOptions { mode: Mode::Apart, ..Default::default() }).await?;
    whole_journey(&stack).await?;
    stack.finish().await
}

async fn whole_journey(stack: &Stack) -> Result<()> {
    members_are_on_the_chain(stack).await.context("step 1")?;
    let hr = hr_uploads_staff(stack).await.context("step 2")?;
    let held = person_receives(stack, &hr).await.context("step 3")?;
    let agency = Agency::connect(stack).await?;
    agency_reads_a_report(stack, &agency, &held).await.context("steps 4 and 5")?;
    hr_changes_the_status(stack, &hr, &agency, &held).await.context("step 6")?;
    retiree_proves_existence(stack, &agency).await.context("step 7")?;
    logs_name_nobody(stack)
}

/// Logs outlive records and are read by many: no names, no transaction codes, no tokens.
fn logs_name_nobody(stack: &Stack) -> Result<()> {
    let logs = stack.logs();
    for row in String::from_utf8_lossy(STAFF)
        .lines()
        .skip(1)
        .chain(String::from_utf8_lossy(RETIREES).lines().skip(1))
    {
        let mut cells = row.split(',');
        let (number, given, family) = (cells.next(), cells.next(), cells.next());
        for said in [number, given, family].into_iter().flatten().filter(|said| said.chars().count() > 4) {
            let word = |c: char| !c.is_alphanumeric();
            ensure!(!logs.split(word).any(|found| found == said), "the logs say {said:?}");
        }
    }
    Ok(())
}

/// A person and both copies of the staff identity.
struct Held {
    person: Person,
    number: String,
    data_integrity: Value,
    sd_jwt: Value,
}

/// Step 1: organisations, DIDs, schemas and accreditations are records of the chain, each proven.
async fn members_are_on_the_chain(stack: &Stack) -> Result<()> {
    let (chain, welcome) = (Chain::connect(stack).await?, stack.welcome()?);
    for (organisation, accredited) in
        [("undp", STAFF_IDENTITY), ("wfp", STAFF_IDENTITY), ("unjspf", ENTITLEMENT)]
    {
        let did = text(&welcome, &format!("/dids/{organisation}"))?;
        ensure!(
            chain.registry.organisation(organisation).await?.value.is_some(),
            "{organisation} is no member"
        );
        ensure!(
            chain.registry.accreditation(&did, accredited).await?.value.is_some(),
            "{did} for {accredited}"
        );
        let url = format!("{}/1.0/identifiers/{did}", stack.url(Service::Registry));
        let resolved = Agent::new().get(url).await?.expect(200)?.json()?;
        ensure!(text(&resolved, "/didDocument/id")? == did, "{resolved}");
    }
    let unjspf = text(&welcome, "/dids/unjspf")?;
    ensure!(chain.registry.accreditation(&unjspf, STAFF_IDENTITY).await?.value.is_none(), "proven absence");
    for file in ["staff-identity.jsonld", "staff-identity.schema.json"] {
        let served = Agent::new()
            .get(format!("{}/schemas/v1/{file}", stack.url(Service::Issuer)))
            .await?
            .expect(200)?;
        let id = format!("https://schemas.passerelle.example/v1/{file}");
        let record =
            chain.registry.schema(&id).await?.value.with_context(|| format!("{id} is not registered"))?;
        ensure!(record.digest == sha256(&served.body), "{id}: another digest than the chain's");
    }
    Ok(())
}

/// Step 2: good rows become offers, bad rows are reported with line, column and reason.
async fn hr_uploads_staff(stack: &Stack) -> Result<Officer> {
    let hr = Officer::register(stack, "undp").await?;
    let import = hr.upload("staff-undp.csv", STAFF).await?;
    ensure!(import.good == 200 && import.faults.is_empty(), "{import:?}");
    let faulty = hr.upload("staff-with-faults.csv", STAFF_WITH_FAULTS).await?;
    ensure!(!faulty.faults.is_empty(), "{faulty:?}");
    for fault in &faulty.faults {
        ensure!(fault.line > 1 && !fault.reason.is_empty(), "{fault:?}");
    }
    ensure!(faulty.faults.iter().any(|fault| !fault.column.is_empty()), "{faulty:?}");
    Ok(hr)
}

/// Step 3: a passkey, an offer, a transaction code, two credentials.
async fn person_receives(stack: &Stack, hr: &Officer) -> Result<Held> {
    let number = hr.numbers(STAFF)?.into_iter().next().context("an empty list")?;
    let person = Person::register(stack, "asha").await?;
    let offer = hr.offer(&number)?;
    let credentials = person.receive(&offer.uri, offer.tx_code.as_deref()).await?;
    ensure!(credentials.len() == 2, "{credentials:?}");
    let of = |format: &str| {
        let found = credentials.iter().find(|one| one.get("format").and_then(Value::as_str) == Some(format));
        found.cloned().with_context(|| format!("no {format}"))
    };
    let (data_integrity, sd_jwt) = (of("ldp_vc")?, of("dc+sd-jwt")?);
    let document = data_integrity.get("credential").context("no credential")?;
    ensure!(text(document, "/proof/cryptosuite")? == "eddsa-rdfc-2022", "{document}");
    ensure!(text(document, "/credentialSubject/id")? == person.key.did_jwk(), "bound to the device key");
    let payload = testkit::SdJwt::parse(&text(&sd_jwt, "/credential")?)?.payload()?;
    ensure!(payload.pointer("/cnf/jwk/x") == person.key.jwk().get("x"), "bound to the device key: {payload}");
    Ok(Held { person, number, data_integrity, sd_jwt })
}

/// Steps 4 and 5: the person sees who asks for what; the agency reads every check by name, and the
/// issuer's right to issue rests on a proven record.
async fn agency_reads_a_report(stack: &Stack, agency: &Agency, held: &Held) -> Result<()> {
    for copy in [&held.data_integrity, &held.sd_jwt] {
        let report = present(agency, held, "staff-identity", copy).await?;
        report.expect("valid")?;
        for name in Report::CHECKS {
            ensure!(report.check(name)?.0 == "pass", "{name}: {}", report.summary());
        }
        let evidence = report.evidence("accreditation").to_string();
        ensure!(evidence.contains("eight"), "a height of the chain: {evidence}");
    }
    let shared = held.person.shared().await?;
    ensure!(text(&shared, "/receipt/outcome")? == "valid", "{shared}");
    ensure!(shared.get("keepsSeconds").is_some_and(Value::is_u64), "how long they keep it: {shared}");
    let receipt = held.person.receipt(&text(&held.sd_jwt, "/id")?).await?;
    held.person.receipt(&text(&held.data_integrity, "/id")?).await?;
    present(agency, held, "staff-identity-anchored", &held.sd_jwt).await?.expect("valid")?;
    let undp = text(&stack.welcome()?, "/dids/undp")?;
    ensure!(text(&receipt, "/issuer")? == undp, "{receipt}");

    let asked = agency.ask("staff-identity").await?;
    held.person.refuse(&text(&asked, "/link")?).await?;
    let view = agency.verification(&text(&asked, "/id")?).await?;
    ensure!(text(&view, "/state")? == "refused", "{view}");
    Ok(())
}

/// Step 6: the lists change, their digests are on the chain, the answer changes and says why.
async fn hr_changes_the_status(stack: &Stack, hr: &Officer, agency: &Agency, held: &Held) -> Result<()> {
    let copies = [&held.data_integrity, &held.sd_jwt];
    for wanted in ["suspended", "valid", "revoked"] {
        hr.change_status(&held.number, wanted).await?;
        for copy in copies {
            status_becomes(agency, held, copy, wanted).await?;
        }
    }
    // A revocation is final: whatever the console answers, nothing becomes valid again.
    let _ = hr.change_status(&held.number, "valid").await;
    for copy in hr.copies(&held.number).await? {
        ensure!(copy.status == "revoked", "{copy:?}");
    }
    let list = text(&held.data_integrity, "/credential/credentialStatus/0/statusListCredential")?;
    let (chain, undp) = (Chain::connect(stack).await?, text(&stack.welcome()?, "/dids/undp")?);
    until("the list and the chain to agree", Duration::from_secs(20), async || {
        let served = Agent::new().get(&list).await?.expect(200)?;
        let record = chain.registry.status(&undp, &list).await?.value.context("no such list on the chain")?;
        Ok((record.digest == sha256(&served.body)).then_some(()))
    })
    .await
}

/// Step 7: challenge, passkey, an officer's confirmation, a certificate, held and verified.
async fn retiree_proves_existence(stack: &Stack, agency: &Agency) -> Result<()> {
    let fund = Officer::register(stack, "unjspf").await?;
    fund.upload("retirees.csv", RETIREES).await?;
    let number = fund.numbers(RETIREES)?.into_iter().next().context("an empty list")?;
    let mut retiree = Person::register(stack, "retiree").await?;
    let (link, request) = fund.ask_existence(&number).await?;
    let answered = retiree.prove_existence(&link).await?;
    ensure!(text(&answered, "/state")? == "answered", "{answered}");
    let colleague = Officer::by_link(stack, "unjspf", &fund.invite_colleague().await?).await?;
    fund.confirm_existence(&request, "call").await?;
    colleague.confirm_existence(&request, "call").await?;
    let certificates = retiree.receive_entitlement(&text(&answered, "/id")?).await?;
    ensure!(!certificates.is_empty(), "no certificate");
    for certificate in &certificates {
        retiree.receipt(&text(certificate, "/id")?).await?;
    }
    let held = Held {
        person: retiree,
        number,
        data_integrity: certificates.first().cloned().unwrap_or_default(),
        sd_jwt: certificates.last().cloned().unwrap_or_default(),
    };
    for certificate in &certificates {
        present(agency, &held, "entitlement", certificate).await?.expect("valid")?;
    }
    Ok(())
}

/// One whole presentation of one copy.
async fn present(agency: &Agency, held: &Held, policy: &str, copy: &Value) -> Result<Report> {
    let asked = agency.ask(policy).await?;
    held.person.present(&text(&asked, "/link")?, Some(&text(copy, "/id")?)).await?;
    agency.report(&text(&asked, "/id")?).await
}

async fn status_becomes(agency: &Agency, held: &Held, copy: &Value, wanted: &str) -> Result<()> {
    until(&format!("the verifier to answer {wanted}"), Duration::from_secs(30), async || {
        let report = present(agency, held, "staff-identity", copy).await?;
        let (result, code) = report.check("status")?;
        let there = match wanted {
            "valid" => result == "pass" && report.outcome() == "valid",
            _ => result == "fail" && code.contains(wanted) && report.outcome() == "invalid",
        };
        Ok(there.then_some(()))
    })
    .await
}
