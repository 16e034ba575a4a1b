//! Messages reach a mail server of others over STARTTLS with a password, and its refusals are understood.

use std::process::Stdio;
use std::time::Duration;

use actors::{Officer, until};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testkit::{Mode, Service, Stack, StackOptions, free_base_port};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

const LIST: &str = "staff_number,given_name,family_name,job_title,grade,duty_station,email,language\n\
    7001,Leïla,Haddad,Analyst,P-3,Amman,leila.haddad@undp.example,ar\n\
    7002,Gone,Away,Analyst,P-3,Amman,gone.away@undp.example,fr\n\
    7003,Busy,Server,Analyst,P-3,Amman,busy.server@undp.example,\n";

#[tokio::test(flavor = "multi_thread")]
async fn letters_reach_a_mail_server_of_others() -> Result<()> {
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..StackOptions::default() }).await?;
    let port = free_base_port(1)?;
    let (mut server, letters) = serve(&stack, port).await?;
    stack.terminate(Service::Issuer.name()).await?;
    configure(&stack, port)?;
    stack.restart(Service::Issuer).await?;

    let hr = Officer::register(&stack, "undp").await?;
    hr.upload("staff.csv", LIST.as_bytes()).await?;
    let read = || async {
        let text = std::fs::read_to_string(&letters).unwrap_or_default();
        Ok(text.lines().next().and_then(|line| serde_json::from_str::<Value>(line).ok()))
    };
    let letter = until("a letter", Duration::from_secs(30), read).await?;
    let at = |pointer: &str| letter.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    ensure!(letter["tls"] == true && letter["authenticated"] == true, "{letter}");
    ensure!(letter["recipients"] == serde_json::json!(["leila.haddad@undp.example"]), "{letter}");
    ensure!(letter["defects"] == serde_json::json!([]), "{letter}");
    ensure!(at("/headers/Content-Language") == "ar" && at("/headers/Auto-Submitted") == "auto-generated");
    ensure!(at("/headers/Message-ID").ends_with("@passerelle.example>"), "{letter}");
    ensure!(at("/headers/Subject").contains("تعرض عليك"), "{letter}");
    ensure!(at("/text").contains("Leïla Haddad") && at("/html").contains("dir=\"rtl\""), "{letter}");

    let page = || async {
        let text = hr.page("/console/messages").await?;
        Ok(["smtp-550", "smtp-451"].iter().all(|code| text.contains(code)).then_some(text))
    };
    let page = until("both refusals", Duration::from_secs(30), page).await?;
    ensure!(page.contains("Not delivered") && page.contains("Being tried again"), "{page}");
    let logs = stack.logs();
    for secret in ["undp.example", "Haddad", "the-password"] {
        ensure!(!logs.contains(secret), "the log names {secret}");
    }
    // Its standard input ends, and with it the server.
    drop(server.stdin.take());
    server.wait().await?;
    stack.finish().await
}

/// Starts the server; answers with the file that its letters come into.
async fn serve(stack: &Stack, port: u16) -> Result<(Child, std::path::PathBuf)> {
    let file = |name: &str| stack.data().join(name);
    let (certificate, private_key) = web::self_signed(vec!["localhost".to_owned()])?;
    std::fs::write(file("mail.pem"), certificate)?;
    std::fs::write(file("mail.key"), private_key)?;
    std::fs::write(file("mail.password"), "the-password\n")?;
    let letters = file("letters.jsonl");
    let mut server = Command::new("/usr/bin/python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/interop/mail.py"))
        .arg(port.to_string())
        .args([&file("mail.pem"), &file("mail.key")])
        .arg("the-password")
        .arg(&letters)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let said = BufReader::new(server.stdout.take().context("no output")?).lines().next_line().await?;
    ensure!(said.as_deref() == Some("ready"), "mail.py does not start (Debian package python3-aiosmtpd?)");
    Ok((server, letters))
}

/// The issuer sends to that server instead of the sink of `up`.
fn configure(stack: &Stack, port: u16) -> Result<()> {
    let path = stack.data().join("config/issuer.toml");
    let mut config: toml::Table = toml::from_str(&std::fs::read_to_string(&path)?)?;
    let file = |name: &str| stack.data().join(name).display().to_string();
    let smtp = toml::toml! {
        host = "localhost"
        security = "starttls"
        username = "passerelle"
    };
    let messages = config.get_mut("messages").and_then(|it| it.as_table_mut()).context("no [messages]")?;
    messages.insert("smtp".to_owned(), smtp.into());
    let smtp = messages.get_mut("smtp").and_then(|it| it.as_table_mut()).context("no smtp")?;
    smtp.insert("port".to_owned(), i64::from(port).into());
    smtp.insert("password_file".to_owned(), file("mail.password").into());
    smtp.insert("root_certificate".to_owned(), file("mail.pem").into());
    Ok(std::fs::write(&path, toml::to_string(&config)?)?)
}
