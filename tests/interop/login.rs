//! Officers sign in by an OpenID provider of others: invited first, bound to it once, and nobody else.

use std::process::Stdio;

use actors::Officer;
use anyhow::{Context as _, Result, ensure};
use testkit::{Agent, Answer, Mode, Service, Stack, StackOptions, free_base_port};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

#[tokio::test(flavor = "multi_thread")]
async fn officers_sign_in_by_a_provider_of_others() -> Result<()> {
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..StackOptions::default() }).await?;
    let port = free_base_port(1)?;
    let callback = format!("{}/console/sign-in/callback", stack.url(Service::Issuer));
    let mut provider = serve(port, &callback).await?;
    stack.terminate(Service::Issuer.name()).await?;
    configure(&stack, port)?;
    stack.restart(Service::Issuer).await?;
    let browser = Browser { agent: Agent::new(), issuer: stack.url(Service::Issuer), port };

    // Whoever the provider knows is nobody here before a colleague invited them.
    browser.choose("ben", "pwd,mfa").await?;
    let stranger = browser.walk("/console/sign-in/provider/undp?next=/console/officers").await?;
    ensure!(stranger.status == 401 && stranger.text().contains("no officer here"), "{stranger}");

    let ann = Officer::register(&stack, "undp").await?;
    let link = ann.invite_colleague().await?;
    let page = browser.agent.get_as(&link, "text/html").await?.expect(200)?.text();
    ensure!(page.contains("The house login"), "the page of the link offers the provider");
    let path = link.strip_prefix(&browser.issuer).context("a link of another service")?;
    browser.choose("ben", "pwd").await?;
    // From another device: the provider remembers for a while how somebody signed in.
    let weak = browser.another().walk(&format!("{path}/provider")).await?;
    ensure!(weak.status == 401 && weak.text().contains("stronger"), "{weak}");
    browser.choose("ben", "pwd,mfa").await?;
    let welcome = browser.walk(&format!("{path}/provider")).await?;
    ensure!(welcome.status == 200 && welcome.text().contains("Hello, Person"), "{welcome}");
    let used = browser.walk(&format!("{path}/provider")).await?;
    ensure!(used.status == 410, "the link was used: {used}");

    let other = browser.another();
    let back = other.walk("/console/sign-in/provider/undp?next=/console/officers").await?;
    ensure!(back.status == 200 && back.text().contains("Person ben"), "{back}");
    let staff = other.agent.get_as(format!("{}/console/keys", other.issuer), "text/html").await?;
    ensure!(staff.status == 403, "roles come from the invitation, not from the provider");

    // Somebody else's answer, an answer that comes twice, and a person who says no.
    let third = browser.another();
    let callback = third.callback("/console/sign-in/provider/undp").await?;
    let victim = browser.another();
    let planted = victim.agent.get_as(&callback, "text/html").await?;
    ensure!(planted.status == 400, "another browser is not signed in: {planted}");
    let again = third.agent.get_as(&callback, "text/html").await?;
    ensure!(again.status == 400, "what was refused is used up: {again}");
    let foreign = third.callback("/console/sign-in/provider/undp").await?;
    let foreign =
        foreign.replace(&format!("iss=http%3A%2F%2Flocalhost%3A{port}"), "iss=http%3A%2F%2Fevil.example");
    let mixed = third.agent.get_as(&foreign, "text/html").await?;
    ensure!(mixed.status == 401 && mixed.text().contains("cannot be believed"), "{mixed}");
    let fourth = browser.another();
    fourth.choose("nobody", "pwd").await?;
    let declined = fourth.walk("/console/sign-in/provider/undp").await?;
    ensure!(declined.status == 401 && declined.text().contains("did not sign you in"), "{declined}");
    let unknown =
        third.agent.get_as(format!("{}/console/sign-in/provider/wfp", third.issuer), "text/html").await?;
    ensure!(unknown.status == 404, "an organisation without provider");

    // The provider is away: passkeys go on, and the page says so.
    drop(provider.stdin.take());
    provider.wait().await?;
    let away = third.walk("/console/sign-in/provider/undp").await;
    ensure!(away.is_err() || away.is_ok_and(|answer| answer.status >= 400), "nobody answers there");
    ensure!(!stack.logs().contains("the-secret"), "the log holds the client secret");
    stack.finish().await
}

struct Browser {
    agent: Agent,
    issuer: String,
    port: u16,
}

impl Browser {
    /// On another device, with no cookie of this one.
    fn another(&self) -> Self {
        Self { agent: Agent::new(), issuer: self.issuer.clone(), port: self.port }
    }

    /// Who signs in at the provider from now on, and how.
    async fn choose(&self, who: &str, amr: &str) -> Result<()> {
        let url = format!("http://localhost:{}/as?who={who}&amr={amr}", self.port);
        self.agent.get(url).await?.expect(200).map(drop)
    }

    /// Follows redirects to the end.
    async fn walk(&self, path: &str) -> Result<Answer> {
        let mut answer = self.agent.get_as(format!("{}{path}", self.issuer), "text/html").await?;
        for _ in 0..10 {
            let Some(to) = answer.headers.get("location") else { return Ok(answer) };
            let to = answer.url.join(to.to_str()?)?;
            answer = self.agent.get_as(to.as_str(), "text/html").await?;
        }
        anyhow::bail!("redirects without end")
    }

    /// The address to which the provider sends the browser back; it is not opened.
    async fn callback(&self, path: &str) -> Result<String> {
        let mut answer = self.agent.get_as(format!("{}{path}", self.issuer), "text/html").await?;
        for _ in 0..10 {
            let to = answer.headers.get("location").context("no redirect")?;
            let to = answer.url.join(to.to_str()?)?;
            if to.path() == "/console/sign-in/callback" {
                return Ok(to.into());
            }
            answer = self.agent.get_as(to.as_str(), "text/html").await?;
        }
        anyhow::bail!("redirects without end")
    }
}

pub(super) async fn serve(port: u16, redirect_uri: &str) -> Result<Child> {
    let mut provider = Command::new("node")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/interop/provider.mjs"))
        .args([&port.to_string(), "passerelle", "the-secret"])
        .arg(redirect_uri)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let said = BufReader::new(provider.stdout.take().context("no output")?).lines().next_line().await?;
    ensure!(
        said.as_deref() == Some("ready"),
        "provider.mjs does not start (npm ci in tests/interop?): {said:?}"
    );
    Ok(provider)
}

/// The issuer's configuration names the provider; a second factor is asked for.
fn configure(stack: &Stack, port: u16) -> Result<()> {
    name_provider(stack, port, "console", "name = \"The house login\"\namr = [\"mfa\"]")
}

/// Adds a provider of UNDP's to what a part of the issuer reads.
pub fn name_provider(stack: &Stack, port: u16, part: &str, rest: &str) -> Result<()> {
    let secret = stack.data().join("provider.secret");
    std::fs::write(&secret, "the-secret\n")?;
    let path = stack.data().join("config/issuer.toml");
    let mut text = std::fs::read_to_string(&path)?;
    text.push_str(&format!(
        "\n[[{part}.oidc]]\ntenant = \"undp\"\nissuer = \"http://localhost:{port}\"\nclient_id = \"passerelle\"\n\
        client_secret_file = \"{}\"\n{rest}\n",
        secret.display()
    ));
    Ok(std::fs::write(&path, text)?)
}
