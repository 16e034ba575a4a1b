use std::time::Instant;

use anyhow::Context as _;
use serde_json::{Map, Value, json};
use url::Url;

use crate::config::{AGENCY_SECRET, APPLICATION_CALLBACK, APPLICATION_SECRET, DEMO_AGENCY, DEMO_APPLICATION};
use crate::organisations::{Everyone, ISSUING};
use crate::plan::{Plan, Service};
use crate::{files, say};

/// One-time links for organisations that have no officer yet.
pub struct Links(Vec<(&'static str, Option<Url>)>);

impl Links {
    pub async fn make(config: &issuer::Config) -> anyhow::Result<Self> {
        let mut links = Vec::new();
        for organisation in ISSUING {
            let link = issuer::officer_link(config, organisation.id, issuer::LinkFor::FirstOfficer).await;
            let link =
                link.with_context(|| format!("cannot make the officer link of {}", organisation.short))?;
            links.push((organisation.id, link));
        }
        Ok(Self(links))
    }

    fn of(&self, organisation: &str) -> Option<&Url> {
        self.0.iter().find(|(id, _)| *id == organisation).and_then(|(_, link)| link.as_ref())
    }
}

/// Says where to click, and writes the same for programs to DATA/welcome.json, which only this account may read.
pub fn show(plan: &Plan, everyone: &Everyone, links: &Links, begun: Instant) -> anyhow::Result<()> {
    files::replace(
        &plan.path("welcome.json"),
        &serde_json::to_vec_pretty(&for_programs(plan, everyone, links)?)?,
    )?;
    let url = |service| plan.url(service).map(|url| url.to_string());

    say::line("");
    say::heading(&format!("Ready after {:.1} s. Where to click:", begun.elapsed().as_secs_f32()));
    say::line(format!("\n  Registry explorer   {}", url(Service::Registry)?));
    say::line(format!("  Wallet              {}", url(Service::Wallet)?));
    say::line(format!("  Verifier            {}   (API: {0}docs)", url(Service::Verifier)?));
    say::line(format!(
        "    agency client     {DEMO_AGENCY}, its secret is in {}",
        plan.path(AGENCY_SECRET).display()
    ));
    say::line(format!(
        "    OpenID Connect    {}oidc, for the application {DEMO_APPLICATION}",
        url(Service::Verifier)?
    ));
    say::line(format!("  Issuer console      {}console/sign-in", url(Service::Issuer)?));
    for organisation in ISSUING {
        match links.of(organisation.id) {
            Some(link) => say::line(format!(
                "    {:<17} first officer registers here, once: {link}",
                organisation.short
            )),
            None => {
                say::line(format!("    {:<17} has officers: sign in with the passkey", organisation.short))
            }
        }
    }
    say::line(format!(
        "  Mail sink           {}mail   (what was sent; nothing is delivered)",
        plan.mail_page().1?
    ));
    if plan.is_self_signed() {
        say::line("\n  The certificate is made here: browsers warn, and allow no passkeys with it.");
    }
    say::line("\nCtrl-C stops everything; the next `up` continues here.\n");
    Ok(())
}

fn for_programs(plan: &Plan, everyone: &Everyone, links: &Links) -> anyhow::Result<Value> {
    let mut all = Map::new();
    for service in Service::ALL {
        let url = plan.url(service)?;
        all.insert(service.name().to_owned(), url.origin().ascii_serialization().into());
    }
    let mail = plan.mail_page().1?;
    all.insert("mail".to_owned(), mail.origin().ascii_serialization().into());
    let mut officers = Map::new();
    let mut dids = Map::new();
    for organisation in ISSUING {
        if let Some(link) = links.of(organisation.id) {
            officers.insert(organisation.id.to_owned(), link.as_str().into());
        }
        dids.insert(organisation.id.to_owned(), everyone.did(organisation.id).into());
    }
    dids.insert("verifier".to_owned(), everyone.verifier_did.as_str().into());
    let secret = std::fs::read(plan.path(AGENCY_SECRET)).ok();
    let agency: Value =
        secret.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_else(|| json!({}));
    let issuer = format!("{}/oidc", plan.url(Service::Verifier)?.origin().ascii_serialization());
    let application = json!({
        "issuer": issuer,
        "client_id": DEMO_APPLICATION,
        "client_secret": std::fs::read_to_string(plan.path(APPLICATION_SECRET)).ok(),
        "redirect_uri": APPLICATION_CALLBACK,
    });
    all.insert("officers".to_owned(), officers.into());
    all.insert("application".to_owned(), application);
    all.insert("agency".to_owned(), agency);
    all.insert("dids".to_owned(), dids.into());
    Ok(all.into())
}
