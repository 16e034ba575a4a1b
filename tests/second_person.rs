//! An organisation whose only second person has left: whoever runs the service names another with the program.

use std::process::Command;

use actors::Officer;
use anyhow::{Context as _, Result, ensure};
use testkit::{Service, Stack, binary};

use crate::up;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_runs_the_service_names_a_second_person_beside_the_running_service() -> Result<()> {
    let stack = up().await?;
    let hr = Officer::register(&stack, "undp").await?;
    let first = officer_link(&stack, &[])?;
    ensure!(!first.status.success(), "a first officer although there is one: {first:?}");
    let said = String::from_utf8_lossy(&first.stderr);
    ensure!(said.contains("undp has officers already"), "{said}");
    let unknown = officer_link(&stack, &["--tenant", "nobody", "--approver"])?;
    ensure!(!unknown.status.success(), "{unknown:?}");

    let made = officer_link(&stack, &["--approver"])?;
    ensure!(made.status.success(), "{made:?}");
    let link = String::from_utf8(made.stdout)?;
    let link = link.trim();
    ensure!(link.starts_with(&stack.url(Service::Issuer)), "{link}");
    // The link works once; that is tried where it is used.
    let second = Officer::by_link(&stack, "undp", link).await?;

    // Four eyes from now on: what was done alone before waits, and the second person may approve and nothing else.
    let key = first_key(&hr.page("/console/keys").await?)?;
    let order = [("change", "rotate-key"), ("multikey", key.1.as_str())];
    let console = stack.url(Service::Issuer);
    let path = format!("{console}/console/keys/{}/changes", key.0);
    let refused = second.agent.post_form(&path, &order).await?;
    ensure!(refused.status == 403, "an approver orders: {refused}");
    let answer = hr.agent.post_form(&path, &order).await?;
    let to = answer.redirect().with_context(|| format!("not proposed: {answer}"))?;
    ensure!(to.query() == Some("done=proposed"), "{to}");
    second.approve_next().await?;

    let trail = hr.page("/console/activity?area=officer").await?;
    ensure!(trail.contains("Passerelle") && trail.contains("made a one-time link"), "{trail}");
    stack.finish().await
}

/// `passerelle admin officer-link` for this stack; a tenant among the arguments goes before undp.
fn officer_link(stack: &Stack, more: &[&str]) -> Result<std::process::Output> {
    let mut command = Command::new(binary()?);
    command.args(["admin", "officer-link", "--data"]).arg(stack.data());
    if !more.contains(&"--tenant") {
        command.args(["--tenant", "undp"]);
    }
    Ok(command.args(more).output()?)
}

/// Fragment and Multikey of the first key that can be rotated.
fn first_key(page: &str) -> Result<(String, String)> {
    let (_, form) = page.split_once("action=\"/console/keys/").context("no key can be changed")?;
    let fragment = form.split('/').next().context("no fragment")?;
    let (_, multikey) = form.split_once("name=\"multikey\" value=\"").context("no key in the form")?;
    Ok((fragment.to_owned(), multikey.split('"').next().context("no key in the form")?.to_owned()))
}
