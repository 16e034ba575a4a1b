//! A wallet of others that the issuer knows: authorization code flow, attestations, certificates, deferred issuance. What is
//! deferred comes to our wallet too.

use std::process::Stdio;

use actors::{Officer, Person, text};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{Agent, Authority, HolderKey, Mode, Service, Stack, StackOptions};

use super::{STAFF, offered, receiving};

/// An app on this machine that listens where a port is free; nothing has to listen, since the script reads the address.
const REDIRECT_URI: &str = "http://127.0.0.1:49731/callback";

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_of_others_completes_every_flow() -> Result<()> {
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..StackOptions::default() }).await?;
    let trust = Trust::new(&stack).await?;
    stack.terminate(Service::Issuer.name()).await?;
    trust.configure(&stack)?;
    stack.restart(Service::Issuer).await?;

    let hr = Officer::register(&stack, "undp").await?;
    let list = hr.submit_list("staff-undp.csv", STAFF).await?;
    hr.confirm_list_with(&list, &["employment"]).await?;
    hr.wait_for_list(&list).await?;
    hr.fetch_offers(&list).await?;
    let numbers = hr.numbers(STAFF)?;
    let offers: Result<Vec<Value>> = numbers.iter().take(5).map(|number| offered(&hr, number)).collect();
    // Only with a second person there is somebody to wait for.
    let link = hr.invite(&["officer", "approver"]).await?;
    let approver = Officer::by_link(&stack, "undp", &link).await?;

    let input = json!({
        "issuer": stack.url(Service::Issuer),
        "offers": offers?,
        "client": "demo-wallet",
        "attestedClient": "attested-wallet",
        "redirectUri": REDIRECT_URI,
        "attester": trust.attester.private_jwk(),
        "certified": trust.certified.private_jwk(),
        "certificates": trust.providers.x5c(&trust.certified.jwk())?,
        "anchor": trust.organisation.pem(),
    });
    let file = stack.data().join("flows.json");
    std::fs::write(&file, input.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/flows.mjs");
    let mut wallet =
        tokio::process::Command::new("node").arg(script).arg(&file).stdin(Stdio::null()).spawn()?;
    let status = tokio::select! {
        status = wallet.wait() => status?,
        approved = approver.approve_next() => {
            approved?;
            wallet.wait().await?
        }
    };
    ensure!(status.success(), "tests/interop/flows.mjs failed (npm ci in tests/interop?)");
    let copies = hr.copies(numbers.get(3).context("a short list")?).await?;
    ensure!(copies.iter().any(|copy| copy.kind.contains("Employment")), "no deferred copy: {copies:?}");

    let number = numbers.get(5).context("a short list")?;
    our_wallet_waits_too(&stack, &hr.offer(number)?, &approver).await?;
    let number = numbers.get(6).context("a short list")?;
    and_in_a_browser(&stack, &offered(&hr, number)?, &approver).await?;
    receiving::our_wallet_is_served(&stack).await?;
    stack.finish().await
}

async fn our_wallet_waits_too(stack: &Stack, offer: &actors::Offer, approver: &Officer) -> Result<()> {
    let person = Person::register(stack, "somebody who waits").await?;
    let opened = person.open_offer(&offer.uri).await?;
    let id = text(&opened, "/id")?;
    let waits = person.prove(&id, offer.tx_code.as_deref()).await?;
    ensure!(text(&waits, "/state")? == "waiting", "{waits}");
    let here = person.credentials().await?.len();
    // Each format is a request of its own.
    approver.approve_next().await?;
    approver.approve_next().await?;
    person.received(&id).await?;
    ensure!(person.credentials().await?.len() == here + 2, "both formats came");
    Ok(())
}

/// The same on the wallet's pages in Chromium.
async fn and_in_a_browser(stack: &Stack, offer: &Value, approver: &Officer) -> Result<()> {
    let input = json!({
        "wallet": stack.url(Service::Wallet),
        "offer": offer,
        "shots": concat!(env!("CARGO_MANIFEST_DIR"), "/browser/shots/waiting"),
    });
    let file = stack.data().join("waiting.json");
    std::fs::write(&file, input.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/waiting.mjs");
    let mut browser =
        tokio::process::Command::new("node").arg(script).arg(&file).stdin(Stdio::null()).spawn()?;
    approver.approve_next().await?;
    approver.approve_next().await?;
    ensure!(browser.wait().await?.success(), "tests/browser/waiting.mjs failed (npm ci in tests/browser?)");
    Ok(())
}

/// Whom the issuer believes, and who vouches for its own key.
struct Trust {
    /// A wallet provider that is known by its key.
    attester: HolderKey,
    /// The authority of wallet providers, and one that it certified.
    providers: Authority,
    certified: HolderKey,
    /// The authority that certified UNDP's key.
    organisation: Authority,
    certificate: String,
}

impl Trust {
    async fn new(stack: &Stack) -> Result<Self> {
        let organisation = Authority::new("UNDP root")?;
        let url = format!("{}/t/undp/jwks", stack.url(Service::Issuer));
        let keys = Agent::new().get(url).await?.expect(200)?.json()?;
        let keys = keys.get("keys").and_then(Value::as_array).context("no keys")?;
        let p256 = keys.iter().find(|key| key.get("crv").and_then(Value::as_str) == Some("P-256"));
        Ok(Self {
            attester: HolderKey::from_label("the wallet provider"),
            providers: Authority::new("Wallet providers")?,
            certified: HolderKey::from_label("a wallet provider with a certificate"),
            certificate: organisation.certify(p256.context("no P-256 key")?, 2030)?,
            organisation,
        })
    }

    /// Employment waits for a second person, wallet providers are trusted, one wallet has to show that it is theirs, and UNDP has
    /// a certificate.
    fn configure(&self, stack: &Stack) -> Result<()> {
        let write = |name: &str, pem: &str| {
            let path = stack.data().join(name);
            std::fs::write(&path, pem).map(|()| path.display().to_string())
        };
        let chain = write("undp-chain.pem", &self.certificate)?;
        let anchor = write("undp-anchor.pem", &self.organisation.pem())?;
        let providers = write("providers.pem", &self.providers.pem())?;

        let path = stack.data().join("config/issuer.toml");
        let mut config: toml::Table = std::fs::read_to_string(&path)?.parse()?;
        let tenants = config.get_mut("tenants").and_then(toml::Value::as_array_mut).context("no tenants")?;
        let undp = tenants.iter_mut().find(|it| it.get("id").and_then(toml::Value::as_str) == Some("undp"));
        let undp = undp.and_then(toml::Value::as_table_mut).context("no UNDP")?;
        undp.insert("approved_types".into(), toml::Value::try_from(["Employment"])?);
        let certificates = json!([{ "chain": chain, "anchor": anchor }]);
        undp.insert("certificates".into(), toml::Value::try_from(certificates)?);
        let clients = config.get_mut("clients").and_then(toml::Value::as_array_mut).context("no clients")?;
        clients.push(toml::Value::try_from(json!({
            "client_id": "attested-wallet",
            "name": "A wallet with an attestation",
            "redirect_uris": [REDIRECT_URI],
            "dpop_bound_access_tokens": true,
            "attested": true,
        }))?);
        let attesters = json!([
            { "name": "The wallet provider", "jwk": self.attester.jwk() },
            { "name": "Wallet providers of an authority", "certificates": providers },
        ]);
        config.insert("attesters".into(), toml::Value::try_from(attesters)?);
        let issuing = config.get_mut("issuing").and_then(toml::Value::as_table_mut).context("no issuing")?;
        issuing.insert("deferred_interval_seconds".into(), 5.into());
        Ok(std::fs::write(&path, toml::to_string(&config)?)?)
    }
}
