//! A phone was lost: on the new one the same wallet renews what it holds by its refresh token, without an officer.

use actors::{Agency, Officer, Person, text};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::HolderKey;

use crate::up;

const STAFF: &[u8] = include_bytes!("../services/issuer/samples/staff-undp.csv");

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_renews_on_a_new_phone_what_the_lost_one_held() -> Result<()> {
    let stack = up().await?;
    let hr = Officer::register(&stack, "undp").await?;
    hr.upload("staff-undp.csv", STAFF).await?;
    let number = hr.numbers(STAFF)?.into_iter().next().context("an empty list")?;
    let mut person = Person::register(&stack, "renewing").await?;
    let offer = hr.offer(&number)?;
    let first = person.receive(&offer.uri, offer.tx_code.as_deref()).await?;
    let id = text(first.first().context("nothing received")?, "/id")?;
    let early = person.post(&format!("/v1/credentials/{id}/renewal"), &json!({})).await?;
    ensure!(early.status == 409, "nothing is due: {early}");

    let lost = person.key.thumbprint();
    person.key = HolderKey::from_label("the new phone");
    person.post("/v1/device-keys", &json!({ "publicKey": person.key.jwk() })).await?.ok()?;
    person.delete(&format!("/v1/device-keys/{lost}")).await?.expect(204)?;
    let renewal = person.post(&format!("/v1/credentials/{id}/renewal"), &json!({})).await?.ok()?.json()?;
    let second = person.accept(&text(&renewal, "/id")?, None).await?;
    ensure!(second.len() == first.len(), "{second:?}");

    let held: Vec<Value> = person.credentials().await?;
    ensure!(held.len() == second.len(), "the earlier ones are gone: {held:?}");
    let copies = hr.copies(&number).await?;
    let revoked = copies.iter().filter(|copy| copy.status == "revoked").count();
    ensure!((copies.len(), revoked) == (4, 2), "{copies:?}");

    let agency = Agency::connect(&stack).await?;
    let asked = agency.ask("staff-identity").await?;
    person.present(&text(&asked, "/link")?, None).await?;
    agency.report(&text(&asked, "/id")?).await?.expect("valid")?;
    stack.finish().await
}
