//! A wallet that is kept for somebody without a phone, its key in a PKCS#11 token (SoftHSM 2), at the real issuer, Fund and verifier.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use actors::{Agency, Officer, Person, text, until};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{Agent, Authority, Mode, Service, SoftHsm, Stack, StackOptions, binary};

const STAFF: &[u8] = include_bytes!("../services/issuer/samples/staff-undp.csv");
const RETIREES: &[u8] = include_bytes!("../services/issuer/samples/retirees.csv");
const PIN: &str = "271828";

#[tokio::test(flavor = "multi_thread")]
async fn kept_key_in_a_token_is_attested_issued_to_shown_and_proves_existence() -> Result<()> {
    let test = "kept_keys::kept_key_in_a_token_is_attested_issued_to_shown_and_proves_existence";
    let Some(hsm) = SoftHsm::alone(test)? else { return Ok(()) };
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..Default::default() }).await?;
    attested(&stack, &hsm).await?;
    let hr = Officer::register(&stack, "undp").await?;
    hr.upload("staff-undp.csv", STAFF).await?;
    let number = hr.numbers(STAFF)?.into_iter().nth(1).context("a short list")?;
    let offer = hr.offer(&number)?;

    // The issuer wants attested keys, which a phone's is not.
    let phone = Person::register(&stack, "phone").await?;
    let refused = phone.post("/v1/offers", &json!({ "credentialOfferUri": offer.uri })).await?.expect(422)?;
    ensure!(text(&refused.json()?, "/type")?.ends_with("offer-refused"), "{refused}");

    let (desk, station) = desk(&stack).await?;
    let opened = desk.open_offer(&offer.uri).await?;
    let received = receive(&desk, &text(&opened, "/id")?, offer.tx_code.as_deref()).await?;
    ensure!(received.len() == 2, "{received:?}");
    let agency = Agency::connect(&stack).await?;
    let asked = agency.ask("staff-identity").await?;
    present(&desk, &text(&asked, "/link")?).await?;
    agency.report(&text(&asked, "/id")?).await?.expect("valid")?;
    proves_existence(&stack, &desk, &station).await?;
    stack.finish().await
}

/// The wallet gets a token and a certificate for the key that attests, and the issuer believes the authority and requires
/// attestations of staff.
async fn attested(stack: &Stack, hsm: &SoftHsm) -> Result<()> {
    let pin = hsm.token("wallet", "4711-geheim")?;
    let keys = format!(
        "\n[keys.pkcs11]\nmodule = {:?}\ntoken = \"wallet\"\npin_file = {:?}\n\n\
         [keys.attestation]\nkey_storage = [\"iso_18045_moderate\"]\nuser_authentication = [\"iso_18045_basic\"]\n",
        SoftHsm::module()?,
        pin,
    );
    change(stack, Service::Wallet, |config| config + &keys).await?;
    let url = format!("{}/v1/key-attester", stack.url(Service::Wallet));
    let said = Agent::new().get(&url).await?.expect(200)?.json()?;
    ensure!(said.get("x5c").is_none(), "{said}");
    let request = request_certificate(stack)?;
    ensure!(request.contains("Passerelle wallet"), "{request}");
    let authority = Authority::new("Wallet providers")?;
    let chain = authority.certify(said.pointer("/jwk").context("no key")?, 2039)?;
    let (chain, anchor) =
        (write(stack, "attester.pem", &chain)?, write(stack, "providers.pem", &authority.pem())?);
    let certificate = format!("\n[keys.attestation.certificate]\nchain = {chain:?}\nanchor = {anchor:?}\n");
    change(stack, Service::Wallet, |config| config + &certificate).await?;
    let attester = format!("\n[[attesters]]\nname = \"Wallet providers\"\ncertificates = {anchor:?}\n");
    let required = "id = \"undp\"\nkey_attestations = { StaffIdentity = { key_storage = [\"iso_18045_moderate\"], \
         user_authentication = [\"iso_18045_basic\"] } }\n";
    change(stack, Service::Issuer, |config| config.replacen("id = \"undp\"\n", required, 1) + &attester).await
}

/// What `keys certificate-request` makes for the attester, as OpenSSL reads it.
fn request_certificate(stack: &Stack) -> Result<String> {
    let out = stack.data().join("attester.csr");
    let config = stack.data().join("config").join("wallet.toml");
    let mut command = Command::new(binary()?);
    command
        .args(["keys", "certificate-request", "--key-attester", "Passerelle wallet", "--config"])
        .arg(config);
    let made = command.arg("--out").arg(&out).output()?;
    ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let read =
        Command::new("openssl").args(["req", "-verify", "-noout", "-text", "-in"]).arg(&out).output()?;
    ensure!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    Ok(String::from_utf8(read.stdout)?)
}

fn write(stack: &Stack, name: &str, pem: &str) -> Result<PathBuf> {
    let path = stack.data().join(name);
    std::fs::write(&path, pem)?;
    Ok(path)
}

async fn change(stack: &Stack, service: Service, change: impl FnOnce(String) -> String) -> Result<()> {
    let path = stack.data().join("config").join(format!("{}.toml", service.name()));
    stack.terminate(service.name()).await?;
    std::fs::write(&path, change(std::fs::read_to_string(&path)?))?;
    stack.spawn(service)?;
    stack.wait_ready(service).await
}

/// An officer at a station, and somebody who has a wallet opened there; with the station's key.
async fn desk(stack: &Stack) -> Result<(Person, String)> {
    let mut command = Command::new(binary()?);
    let printed = command.args(["admin", "wallet-officer-link", "--data"]).arg(stack.data()).output()?;
    let printed = String::from_utf8(printed.stdout)?;
    let link = printed.split_whitespace().find_map(|word| Some(word.split_once("/officers/join#")?.1));
    let officer = Person::register(stack, "officer").await?;
    let joining = json!({ "link": link.context("no link was printed")?, "name": "Awa Ndiaye" });
    officer.post("/v1/officers", &joining).await?.expect(204)?;
    let station = json!({ "name": "Dakar office", "country": "SEN" });
    let station = officer.post("/v1/officers/stations", &station).await?.expect(201)?.json()?;
    officer.post("/v1/officers/wallets", &json!({ "pin": PIN })).await?.expect(201)?;
    Ok((officer, text(&station, "/key")?))
}

async fn receive(desk: &Person, id: &str, code: Option<&str>) -> Result<Vec<Value>> {
    let account = desk.get("/v1/account").await?.expect(200)?.json()?;
    let key = text(&account, "/deviceKeys/0/thumbprint")?;
    let accept = json!({ "deviceKey": key, "txCode": code });
    desk.post(&format!("/v1/offers/{id}/accept"), &accept).await?.expect(200)?;
    let signed = sign(desk, "offers", id).await?;
    let done = desk.post(&format!("/v1/offers/{id}/proofs"), &signed).await?.expect(200)?.json()?;
    ensure!(text(&done, "/offer/state")? == "received", "{done}");
    desk.credentials().await
}

async fn present(desk: &Person, link: &str) -> Result<()> {
    let shown = desk.open_request(link).await?;
    let id = text(&shown, "/id")?;
    desk.post(&format!("/v1/presentations/{id}/prepare"), &json!({})).await?.expect(200)?;
    let signed = sign(desk, "presentations", &id).await?;
    desk.post(&format!("/v1/presentations/{id}/submit"), &signed).await?.expect(200).map(drop)
}

async fn sign(desk: &Person, of: &str, id: &str) -> Result<Value> {
    let asked = json!({ "of": of, "id": id, "pin": PIN });
    desk.post("/v1/desk/signatures", &asked).await?.expect(200)?.json()
}

/// The yearly proof, vouched for by a station that the Fund knows, and the certificate that follows.
async fn proves_existence(stack: &Stack, desk: &Person, station: &str) -> Result<()> {
    let fund = Officer::register(stack, "unjspf").await?;
    fund.upload("retirees.csv", RETIREES).await?;
    let registration = [("key", station), ("name", "Dakar office"), ("country", "SEN")];
    fund.send("/console/fund/stations", &registration).await?;
    let number = fund.numbers(RETIREES)?.into_iter().next().context("an empty list")?;
    let (link, request) = fund.ask_existence(&number).await?;
    let body = json!({ "requestUri": actors::parameter(&link, "request_uri")? });
    let opened = desk.post("/v1/existence", &body).await?.ok()?.json()?;
    let base = format!("/v1/existence/{}", text(&opened, "/id")?);
    let given = json!({ "pin": PIN, "recognisedBy": "document" });
    let answered = desk.post(&format!("{base}/desk"), &given).await?.expect(200)?.json()?;
    ensure!(text(&answered, "/state")? == "answered", "{answered}");
    fund.confirm_existence(&request, "visit").await?;
    let offer = until("the confirmation", Duration::from_secs(20), async || {
        let now = desk.get(&base).await?.expect(200)?.json()?;
        Ok(now.get("offerId").and_then(Value::as_str).map(str::to_owned))
    })
    .await?;
    let held = receive(desk, &offer, None).await?;
    ensure!(held.len() > 2, "no certificate: {held:?}");
    Ok(())
}
