//! OID4VP: nonces, audiences, states, presentations that were used already.

use actors::{Report, text};
use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use testkit::HolderKey;

use super::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn presentations_for_another_request_or_by_another_holder_are_refused() -> Result<()> {
    let scene = Scene::set().await?;
    let credential = scene.sd_jwt.credential.as_str().context("an SD-JWT is text")?.to_owned();

    let (id, request) = ask(&scene).await?;
    scene.peer.present_sd_jwt(&request, &credential, None, Some("another-nonce")).await?;
    reported(&scene, &id).await?.expect_failed("holderBinding")?;

    let (id, request) = ask(&scene).await?;
    scene.peer.present_sd_jwt(&request, &credential, Some("https://another.example"), None).await?;
    reported(&scene, &id).await?.expect_failed("holderBinding")?;

    let (id, request) = ask(&scene).await?;
    let query = request.query("dc+sd-jwt")?;
    let thief = HolderKey::from_label("thief");
    let disclosed = testkit::SdJwt::parse(&credential)?.disclose(&["givenName", "familyName", "identifier"]);
    let (audience, nonce) = (text(&request.claims, "/client_id")?, text(&request.claims, "/nonce")?);
    let bound = thief.bind(&disclosed, &audience, &nonce);
    scene.peer.respond(&request, &json!({ text(&query, "/id")?: [bound] })).await?;
    reported(&scene, &id).await?.expect_failed("holderBinding")?;

    let (id, request) = ask(&scene).await?;
    let query = request.query("dc+sd-jwt")?;
    scene.peer.respond(&request, &json!({ text(&query, "/id")?: [disclosed] })).await?;
    reported(&scene, &id).await?.expect_failed("holderBinding")?;

    an_answer_counts_once(&scene, &credential).await?;
    scene.stack.finish().await
}

async fn an_answer_counts_once(scene: &Scene, credential: &str) -> Result<()> {
    let (id, request) = ask(scene).await?;
    let mut stolen = request.clone();
    super::set(&mut stolen.claims, "/state", "made-up")?;
    let answer = scene.peer.present_sd_jwt(&stolen, credential, None, None).await?;
    ensure!((400..500).contains(&answer.status), "a made-up state: {answer}");

    scene.peer.present_sd_jwt(&request, credential, None, None).await?.expect(200)?;
    reported(scene, &id).await?.expect("valid")?;
    let other =
        scene.peer.present_sd_jwt(&request, credential, Some("https://another.example"), None).await?;
    ensure!((400..500).contains(&other.status), "a second answer: {other}");
    reported(scene, &id).await?.expect("valid")
}

async fn ask(scene: &Scene) -> Result<(String, actors::RequestObject)> {
    let asked = scene.agency.ask("staff-identity").await?;
    let request_uri = actors::parameter(&text(&asked, "/link")?, "request_uri")?;
    Ok((text(&asked, "/id")?, scene.peer.request_object(&request_uri).await?))
}

async fn reported(scene: &Scene, id: &str) -> Result<Report> {
    scene.agency.report(id).await
}
