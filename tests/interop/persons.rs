//! Persons sign in for their credentials by an OpenID provider of others: the offer's person gets them, nobody else.

use std::process::Stdio;

use actors::{Officer, text};
use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::{Agent, Mode, Service, Stack, StackOptions, free_base_port};
use url::Url;

use super::STAFF;
use super::login::{name_provider, serve};

const VERIFIER: &str = "the-verifier-of-a-wallet-has-forty-three-letters-or-more";

#[tokio::test(flavor = "multi_thread")]
async fn persons_sign_in_by_a_provider_of_others() -> Result<()> {
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..StackOptions::default() }).await?;
    let port = free_base_port(2)?;
    let issuer = stack.url(Service::Issuer);
    let mut provider = serve(port, &format!("{issuer}/t/undp/authorize/callback")).await?;
    stack.terminate(Service::Issuer.name()).await?;
    configure(&stack, port)?;
    stack.restart(Service::Issuer).await?;
    let hr = Officer::register(&stack, "undp").await?;
    hr.upload("staff-undp.csv", STAFF).await?;
    let numbers = hr.numbers(STAFF)?;
    let [number, other] = [0, 1].map(|at| numbers.get(at).cloned().unwrap_or_default());
    let offer = Agent::new().get(&hr.offer(&number)?.uri).await?.expect(200)?.json()?;
    let issuer_state = text(&offer, "/grants/authorization_code/issuer_state")?;
    let redirect_uri = format!("http://127.0.0.1:{}/callback", port + 1);
    let wallet = Wallet { issuer, provider: format!("http://localhost:{port}"), issuer_state, redirect_uri };

    let code = wallet.sign_in(&format!("who=ann&number={number}")).await?.context("no code")?;
    let token = wallet.redeem(&code).await?;
    ensure!(token.pointer("/access_token").is_some_and(Value::is_string), "{token}");
    ensure!(wallet.sign_in(&format!("who=ben&number={other}")).await?.is_none(), "another person's offer");
    for (who, why) in [
        // No staff number, and one that is on no list.
        ("who=cam".to_owned(), "unknown"),
        (format!("who=dan&number={number}0"), "unknown"),
        (format!("who=eve&number={number}&ago=400"), "old"),
        ("who=nobody".to_owned(), "declined"),
    ] {
        let refused = wallet.sign_in(&who).await.err();
        ensure!(refused.is_some_and(|error| error.to_string().contains(&format!("refused={why}"))), "{who}");
    }
    wallet.in_a_browser(&stack, &number).await?;
    drop(provider.stdin.take());
    provider.wait().await?;
    stack.finish().await
}

/// A wallet and, each time anew, the browser of whoever uses it.
struct Wallet {
    issuer: String,
    provider: String,
    issuer_state: String,
    redirect_uri: String,
}

impl Wallet {
    /// Pushes a request; answers its name and the address of its page.
    async fn push(&self, agent: &Agent) -> Result<(String, Url)> {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let form = [
            ("response_type", "code"),
            ("client_id", "demo-wallet"),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("scope", "StaffIdentity_dc_sd-jwt"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("issuer_state", self.issuer_state.as_str()),
        ];
        let base = format!("{}/t/undp", self.issuer);
        let pushed = agent.post_form(format!("{base}/par"), &form).await?.expect(201)?.json()?;
        let request_uri = text(&pushed, "/request_uri")?;
        let mut page = Url::parse(&format!("{base}/authorize"))?;
        page.query_pairs_mut()
            .append_pair("client_id", "demo-wallet")
            .append_pair("request_uri", &request_uri);
        Ok((request_uri, page))
    }

    /// From the pushed request over page and provider back to the wallet: its code, or nothing where access was denied.
    async fn sign_in(&self, who: &str) -> Result<Option<String>> {
        let agent = Agent::new();
        agent.get(format!("{}/as?{who}", self.provider)).await?.expect(200)?;
        let (request_uri, page) = self.push(&agent).await?;
        let shown = agent.get_as(page.as_str(), "text/html").await?.expect(200)?.text();
        let named = shown.contains("data-testid=\"provider\"") && shown.contains("The staff login");
        ensure!(named, "no button: {shown}");
        let start = json!({ "request_uri": request_uri });
        let left = agent
            .post_json(format!("{}/t/undp/authorize/provider/start", self.issuer), &start)
            .await?
            .expect(200)?;
        let mut to = Url::parse(&text(&left.json()?, "/provider")?)?;
        for _ in 0..10 {
            if to.as_str().starts_with(&self.redirect_uri) {
                return Ok(to.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into()));
            }
            let answer = agent.get_as(to.as_str(), "text/html").await?;
            let next = answer.headers.get("location").with_context(|| format!("no redirect: {answer}"))?;
            to = answer.url.join(next.to_str()?)?;
        }
        anyhow::bail!("redirects without end")
    }

    /// The same with the pages and their scripts in Chromium.
    async fn in_a_browser(&self, stack: &Stack, number: &str) -> Result<()> {
        let agent = Agent::new();
        let pages = [self.push(&agent).await?.1, self.push(&agent).await?.1].map(String::from);
        let input = json!({
            "pages": pages,
            "provider": self.provider,
            "number": number,
            "redirectUri": self.redirect_uri,
            "shots": concat!(env!("CARGO_MANIFEST_DIR"), "/browser/shots/provider"),
        });
        let file = stack.data().join("provider.json");
        std::fs::write(&file, input.to_string())?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/provider.mjs");
        let status =
            tokio::process::Command::new("node").arg(script).arg(&file).stdin(Stdio::null()).status().await?;
        ensure!(status.success(), "tests/browser/provider.mjs failed (npm ci in tests/browser?)");
        Ok(())
    }

    async fn redeem(&self, code: &str) -> Result<Value> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", "demo-wallet"),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        Agent::new().post_form(format!("{}/t/undp/token", self.issuer), &form).await?.expect(200)?.json()
    }
}

fn configure(stack: &Stack, port: u16) -> Result<()> {
    let rest = "name = \"The staff login\"\nstaff_number_claim = \"employee_number\"";
    name_provider(stack, port, "persons", rest)
}
