//! A separating official enrols at the Fund by presenting what the organisation says: the real issuer of both, the real wallet,
//! verifier and registry.

use std::time::Duration;

use actors::{Officer, Person, parameter, text, until};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{Answer, Service, Stack, unb64};

use crate::up;

const STAFF: &[u8] = include_bytes!("../services/issuer/samples/staff-undp.csv");

/// Somebody of the list of staff.
struct Official {
    number: String,
    given: String,
    family: String,
    born: String,
    wallet: Person,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_separating_official_enrols_by_presenting_the_credential() -> Result<()> {
    let stack = up().await?;
    let hr = Officer::register(&stack, "undp").await?;
    hr.upload("staff-undp.csv", STAFF).await?;
    let fund = Officer::register(&stack, "unjspf").await?;
    let mut people = Vec::new();
    for row in 0..3 {
        people.push(official(&stack, &hr, row).await?);
    }
    let [leaves, revoked, unknown] = people.as_slice() else { anyhow::bail!("three people") };
    let undp = text(&stack.welcome()?, "/dids/undp")?;
    on_register(&fund, &undp, &[(leaves, "300000001"), (revoked, "300000002")]).await?;

    whole_enrolment(&stack, &fund, leaves).await.context("the official who leaves")?;
    somebody_elses_code(&stack, leaves, unknown).await.context("a code of another")?;
    let refused = presented(&stack, unknown).await?;
    ensure!(slug(&refused)? == "separation-not-matched", "not on the register: {refused}");
    hr.change_status(&revoked.number, "revoked").await?;
    until("the revocation to be seen", Duration::from_secs(40), async || {
        let refused = presented(&stack, revoked).await?;
        ensure!(refused.status != 200, "a revoked credential enrols: {refused}");
        Ok((slug(&refused)? == "separation-withdrawn").then_some(()))
    })
    .await?;
    stack.finish().await
}

/// Holds a Separation credential of UNDP.
async fn official(stack: &Stack, hr: &Officer, row: usize) -> Result<Official> {
    let list = String::from_utf8_lossy(STAFF);
    let line = list.lines().nth(row + 1).context("no such row")?;
    let cells: Vec<&str> = line.split(',').collect();
    let cell = |at: usize| cells.get(at).map(|cell| (*cell).to_owned()).context("a short row");
    let number = cell(0)?;
    let offer = hr
        .grant(
            &number,
            &[
                ("type", "Separation"),
                ("startDate", "2004-02-01"),
                ("separatedOn", "2026-10-31"),
                ("separationType", "retirement"),
            ],
        )
        .await?;
    let wallet = Person::register(stack, &number).await?;
    wallet.receive(&offer.uri, offer.tx_code.as_deref()).await?;
    Ok(Official { given: cell(1)?, family: cell(2)?, born: cell(4)?, number, wallet })
}

/// The pension system knows them, and the Fund pays them.
async fn on_register(fund: &Officer, undp: &str, people: &[(&Official, &str)]) -> Result<()> {
    let mut register = "uid,given_name,family_name,birth_date,country,employer,staff_number\n".to_owned();
    let mut retirees = "uid,given_name,family_name,country,language\n".to_owned();
    for (person, uid) in people {
        let Official { number, given, family, born, .. } = person;
        register.push_str(&format!("{uid},{given},{family},{born},KEN,{undp},{number}\n"));
        retirees.push_str(&format!("{uid},{given},{family},KEN,en\n"));
    }
    fund.import_register(register.as_bytes()).await?;
    fund.upload("retirees.csv", retirees.as_bytes()).await?;
    Ok(())
}

async fn begin(stack: &Stack, person: &Official) -> Result<String> {
    let fund = format!("{}/t/unjspf", stack.url(Service::Issuer));
    let begun = person.wallet.post("/v1/enrolments/separation", &json!({ "fund": fund })).await?;
    let path = text(&begun.expect(200)?.json()?, "/present")?;
    Ok(format!("{}{path}", stack.url(Service::Wallet)))
}

/// Begins, consents, and comes back with the code.
async fn shown(stack: &Stack, person: &Official) -> Result<String> {
    let sent = person.wallet.present(&begin(stack, person).await?, None).await?;
    let back = text(&sent, "/redirectUri").with_context(|| format!("no way back: {sent}"))?;
    ensure!(back.starts_with(&format!("{}/enrol/separation?", stack.url(Service::Wallet))), "{back}");
    parameter(&back, "response_code")
}

async fn answer(person: &Official, code: &str) -> Result<Answer> {
    person.wallet.post("/v1/enrolments/separation/answer", &json!({ "responseCode": code })).await
}

async fn presented(stack: &Stack, person: &Official) -> Result<Answer> {
    let code = shown(stack, person).await?;
    answer(person, &code).await
}

async fn whole_enrolment(stack: &Stack, fund: &Officer, person: &Official) -> Result<()> {
    let asked = person.wallet.open_request(&begin(stack, person).await?).await?;
    ensure!(
        text(&asked, "/purpose").unwrap_or_default().contains("Pension Fund"),
        "the person reads why: {asked}"
    );
    let opened = presented(stack, person).await?.expect(200)?.json()?;
    ensure!(text(&opened, "/status/state")? == "claimed", "{opened}");
    ensure!(text(&opened, "/status/separatedFrom")? == "United Nations Development Programme", "{opened}");
    ensure!(text(&opened, "/status/givenName")? == person.given, "{opened}");
    let id = text(&opened, "/id")?;
    let base = format!("/v1/enrolments/{id}");
    let key = &person.wallet.key;
    let device = json!({ "deviceKey": key.thumbprint() });
    let step = person.wallet.post(&format!("{base}/prepare"), &device).await?.expect(200)?.json()?;
    let input = unb64(&text(&step, "/toSign/0/input")?)?;
    let signature =
        json!({ "id": text(&step, "/toSign/0/id")?, "signature": testkit::b64(key.sign(&input)) });
    let named = json!({ "deviceKey": key.thumbprint(), "signatures": [signature] });
    let named = person.wallet.post(&format!("{base}/device-key"), &named).await?.expect(200)?.json()?;
    ensure!(text(&named, "/status/deviceKey")? == key.thumbprint(), "{named}");
    let page = person.wallet.page(&format!("/enrolments/{id}")).await?;
    ensure!(page.contains("data-testid=\"separated-from\""), "the page says whose word it is");

    let desk = fund.page(&format!("/console/enrolment/{}", text(&opened, "/status/id")?)).await?;
    for said in ["data-testid=\"separation\"", "United Nations Development Programme", person.number.as_str()]
    {
        ensure!(desk.contains(said), "the agent reads {said}");
    }
    Ok(())
}

/// Whoever gets hold of somebody's code has nothing: it goes with the secret of the wallet that began.
async fn somebody_elses_code(stack: &Stack, victim: &Official, thief: &Official) -> Result<()> {
    let links = [begin(stack, victim).await?, begin(stack, thief).await?];
    let sent = thief.wallet.present(&links[0], None).await;
    // The thief's wallet may answer the victim's request, with the thief's own credential.
    if let Ok(sent) = sent {
        let code = parameter(&text(&sent, "/redirectUri")?, "response_code")?;
        let refused = answer(thief, &code).await?;
        ensure!(slug(&refused)? == "separation-unanswered", "{refused}");
    }
    Ok(())
}

fn slug(answer: &Answer) -> Result<String> {
    let problem: Value = answer.json()?;
    let kind = text(&problem, "/type")?;
    Ok(kind.rsplit('/').next().unwrap_or_default().to_owned())
}
