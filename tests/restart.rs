//! Kill -9 between the steps, a second start on the same data, and services one by one.

use actors::{Agency, Officer, Person, text};
use anyhow::{Context as _, Result, ensure};
use testkit::{Mode, Service, Stack, StackOptions};

use crate::{up, up_on_postgres};

const STAFF: &[u8] = include_bytes!("../services/issuer/samples/staff-undp.csv");

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_continues_where_the_first_was_killed() -> Result<()> {
    let stack = up().await?;
    interrupted_journey(&stack).await?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_service_killed_between_steps_on_postgresql() -> Result<()> {
    let Some((stack, _database)) = up_on_postgres(Mode::Apart).await? else { return Ok(()) };
    interrupted_journey(&stack).await?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_service_killed_between_steps_on_sqlite() -> Result<()> {
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..Default::default() }).await?;
    interrupted_journey(&stack).await?;
    stack.finish().await
}

/// Every service dies and comes back between any two steps; sessions, offers and copies outlive it.
async fn interrupted_journey(stack: &Stack) -> Result<()> {
    let hr = Officer::register(stack, "undp").await?;
    hr.upload("staff-undp.csv", STAFF).await?;
    let number = hr.numbers(STAFF)?.into_iter().nth(1).context("a short list")?;
    let offer = hr.offer(&number)?;
    interrupt(stack).await?;

    let mut person = Person::register(stack, "interrupted").await?;
    let opened = person.open_offer(&offer.uri).await?;
    interrupt(stack).await?;

    let held = person.accept(&text(&opened, "/id")?, offer.tx_code.as_deref()).await?;
    ensure!(held.len() == 2, "{held:?}");
    interrupt(stack).await?;

    person.sign_in().await?;
    let again = person.credentials().await?;
    ensure!(again.len() == 2, "acknowledged credentials are kept: {again:?}");
    for copy in &held {
        person.receipt(&text(copy, "/id")?).await.context("an anchoring cut off half way is finished")?;
    }
    let agency = Agency::connect(stack).await?;
    let asked = agency.ask("staff-identity-anchored").await?;
    interrupt(stack).await?;

    person.present(&text(&asked, "/link")?, None).await?;
    interrupt(stack).await?;
    let report = Agency::connect(stack).await?.report(&text(&asked, "/id")?).await?;
    report.expect("valid")?;
    let copies = hr.copies(&number).await?;
    ensure!(copies.len() == 2, "nothing is issued twice: {copies:?}");
    Ok(())
}

async fn interrupt(stack: &Stack) -> Result<()> {
    match stack.mode() {
        Mode::Together => {
            stack.kill(Service::Issuer)?;
            stack.restart(Service::Issuer).await
        }
        Mode::Apart => {
            for service in Service::ALL {
                stack.kill(service)?;
            }
            // Each must cope with the others being away: in reverse order, the registry comes last.
            for service in Service::ALL.into_iter().rev() {
                stack.spawn(service)?;
            }
            for service in Service::ALL {
                stack.wait_ready(service).await?;
            }
            Ok(())
        }
    }
}
