use std::time::Instant;

use anyhow::Context as _;
use futures_util::future::select_all;
use web::{HttpConfig, Running};

use crate::cli::Place;
use crate::config::{self, read};
use crate::organisations::{Everyone, ISSUING, VERIFYING};
use crate::plan::{Plan, Service};
use crate::{files, found, one, say, trial_authority, welcome};

/// Keys, genesis and configuration files, without starting anything.
pub async fn setup(place: &Place) -> anyhow::Result<()> {
    let (plan, _) = prepare(place).await?;
    say::line(format!("Prepared {}. Start the services in this order:\n", plan.data().display()));
    for service in Service::ALL {
        say::line(format!("  passerelle {} --config {}", service.name(), plan.config(service).display()));
        if service == Service::Registry {
            say::line(format!("  passerelle admin bootstrap --data {}", plan.data().display()));
        }
    }
    Ok(())
}

async fn prepare(place: &Place) -> anyhow::Result<(Plan, Everyone)> {
    let plan = Plan::make(place)?;
    if plan.is_self_signed() {
        self_signed_certificate(&plan)?;
    }
    let everyone = Everyone::load_or_create(&plan)?;
    let agency = ISSUING.iter().find(|one| one.id == VERIFYING);
    let agency = agency.context("the verifier's organisation is not among the members")?;
    trial_authority::certify(&plan, &everyone.verifier_key, agency.name)?;
    config::write_all(&plan, &everyone)?;
    found::write_genesis(&plan, &everyone).await?;
    Ok((plan, everyone))
}

fn self_signed_certificate(plan: &Plan) -> anyhow::Result<()> {
    let Some((certificate, private_key)) = plan.tls() else { return Ok(()) };
    if certificate.exists() && private_key.exists() {
        return Ok(());
    }
    files::folder(&plan.path("tls"))?;
    let (made, key) = web::self_signed(vec!["localhost".to_owned(), "wallet.localhost".to_owned()])?;
    files::replace(&private_key, key.as_bytes())?;
    files::replace(&certificate, made.as_bytes())
}

/// Runs all four until asked to stop, or until one of them ends by itself.
pub async fn up(place: &Place) -> anyhow::Result<()> {
    let begun = Instant::now();
    let (plan, everyone) = prepare(place).await?;
    say::heading(&format!("Passerelle · data in {}", plan.data().display()));
    say::step("keys, genesis and configuration", begun);

    let since = Instant::now();
    let mut mail = start_mail(&plan).await?;
    say::step("mail sink", since);
    let mut services = Vec::new();
    let started = start(&plan, &everyone, &mut services).await;
    let ended = match started {
        Ok(links) => {
            welcome::show(&plan, &everyone, &links, begun)?;
            wait(&mut services).await
        }
        Err(error) => Err(error),
    };
    say::line("Stopping …");
    // The registry last, so that the others can still finish what they send to it.
    while let Some((_, mut running)) = services.pop() {
        running.stop().await;
    }
    mail.stop().await;
    ended
}

/// A mail server that delivers nothing, so that messages can be seen.
async fn start_mail(plan: &Plan) -> anyhow::Result<Running> {
    let (listen, url) = plan.mail_page();
    let http = HttpConfig { listen: listen.to_vec(), public_url: url?, tls: None, workers: Some(1) };
    mail_sink::start(&plan.mail(), &http).await.context("the mail sink does not start")
}

async fn start(
    plan: &Plan,
    everyone: &Everyone,
    services: &mut Vec<(Service, Running)>,
) -> anyhow::Result<welcome::Links> {
    let since = Instant::now();
    let registry = registry::start(read(&plan.config(Service::Registry))?);
    services.push((Service::Registry, registry.await.context("the registry does not start")?));
    say::step("registry node", since);

    let since = Instant::now();
    let sent = found::found(&found::connect(plan)?, everyone).await;
    match sent.context("the first transactions did not reach the chain")? {
        0 => say::step("organisations are on the chain", since),
        sent => say::step(&format!("organisations on the chain ({sent} transactions)"), since),
    }

    let since = Instant::now();
    let issuer_config: issuer::Config = read(&plan.config(Service::Issuer))?;
    let issuer = issuer::start(issuer_config.clone());
    services.push((Service::Issuer, issuer.await.context("the issuer does not start")?));
    let links = welcome::Links::make(&issuer_config).await?;
    say::step("issuer", since);

    let since = Instant::now();
    let wallet = wallet::start(read(&plan.config(Service::Wallet))?);
    services.push((Service::Wallet, wallet.await.context("the wallet does not start")?));
    say::step("wallet", since);

    let since = Instant::now();
    let verifier = verifier::start(read(&plan.config(Service::Verifier))?);
    services.push((Service::Verifier, verifier.await.context("the verifier does not start")?));
    say::step("verifier", since);
    Ok(links)
}

async fn wait(services: &mut [(Service, Running)]) -> anyhow::Result<()> {
    let endings = services.iter_mut().map(|(service, running)| {
        Box::pin(async move {
            running.wait().await;
            service.name()
        })
    });
    tokio::select! {
        (name, ..) = select_all(endings) => anyhow::bail!("the {name} ended by itself"),
        signal = one::asked_to_stop() => Ok(signal?),
    }
}
