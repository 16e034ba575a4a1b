//! OID4VCI: codes, transaction codes, nonces, key proofs.

use actors::{Peer, code_of, text};
use anyhow::{Result, ensure};
use testkit::{Answer, HolderKey};

use super::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests_to_the_issuer_get_the_errors_of_the_specification() -> Result<()> {
    let mut scene = Scene::set().await?;
    a_code_works_once(&mut scene).await?;
    a_transaction_code_has_limited_tries(&mut scene).await?;
    key_proofs_must_be_fresh_and_ours(&mut scene).await?;
    scene.stack.finish().await
}

async fn a_code_works_once(scene: &mut Scene) -> Result<()> {
    let offer = scene.hr.offer(&scene.unused.remove(0))?;
    let peer = Peer::new("code");
    let (document, code) = (peer.offer(&offer.uri).await?, offer.tx_code.as_deref());
    refused(&peer.token(&document, "not-a-code", code).await?, 400, "invalid_grant")?;
    peer.token(&document, &code_of(&document)?, code).await?.expect(200)?;
    refused(&peer.token(&document, &code_of(&document)?, code).await?, 400, "invalid_grant")
}

async fn a_transaction_code_has_limited_tries(scene: &mut Scene) -> Result<()> {
    let offer = scene.hr.offer(&scene.unused.remove(0))?;
    let right = offer.tx_code.clone().unwrap_or_default();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let peer = Peer::new("tries");
    let document = peer.offer(&offer.uri).await?;
    refused(&peer.token(&document, &code_of(&document)?, None).await?, 400, "invalid_request")?;
    for _ in 0..5 {
        let document = peer.offer(&offer.uri).await?;
        refused(&peer.token(&document, &code_of(&document)?, Some(wrong)).await?, 400, "invalid_grant")?;
    }
    // A fresh code does not give fresh tries, and the right transaction code comes too late.
    let again = peer.agent.get(&offer.uri).await?;
    if again.status == 200 {
        let document = again.json()?;
        refused(&peer.token(&document, &code_of(&document)?, Some(&right)).await?, 400, "invalid_grant")?;
    }
    Ok(())
}

async fn key_proofs_must_be_fresh_and_ours(scene: &mut Scene) -> Result<()> {
    let offer = scene.hr.offer(&scene.unused.remove(0))?;
    let peer = Peer::new("proofs");
    let grant = peer.grant(&offer.uri, offer.tx_code.as_deref()).await?;
    let configuration = grant.configurations.first().cloned().unwrap_or_default();
    let try_with = async |proof: &str| peer.request(&grant, &configuration, proof).await;

    refused(&try_with(&peer.key.key_proof(&grant.issuer, "made-up")).await?, 400, "invalid_nonce")?;
    let nonce = peer.nonce(&grant).await?;
    refused(
        &try_with(&peer.key.key_proof("https://elsewhere.example", &nonce)).await?,
        400,
        "invalid_proof",
    )?;
    let nonce = peer.nonce(&grant).await?;
    let swapped = with_signature_of(&peer.key, &HolderKey::from_label("thief"), &grant.issuer, &nonce);
    refused(&try_with(&swapped).await?, 400, "invalid_proof")?;

    let used = peer.nonce(&grant).await?;
    let proof = peer.key.key_proof(&grant.issuer, &used);
    let first = try_with(&proof).await?.expect(200)?.json()?;
    // The offer belongs to the first key that took it, and a nonce to its first use.
    let other = HolderKey::from_label("another phone").key_proof(&grant.issuer, &peer.nonce(&grant).await?);
    refused(&try_with(&other).await?, 400, "credential_request_denied")?;
    if let Some(second) = grant.configurations.get(1) {
        refused(&peer.request(&grant, second, &proof).await?, 400, "invalid_nonce")?;
    }

    // The same offer, configuration and key give the stored copy, never a second one.
    let nonce = peer.nonce(&grant).await?;
    let second = try_with(&peer.key.key_proof(&grant.issuer, &nonce)).await?.expect(200)?.json()?;
    ensure!(
        first.pointer("/credentials/0/credential") == second.pointer("/credentials/0/credential"),
        "issued twice"
    );

    let mut stranger = grant.clone();
    stranger.access_token = "made-up".into();
    let nonce = peer.nonce(&grant).await?;
    let answer = peer.request(&stranger, &configuration, &peer.key.key_proof(&grant.issuer, &nonce)).await?;
    ensure!(answer.status == 401, "a made-up token: {answer}");
    ensure!(answer.header("www-authenticate").is_some(), "RFC 6750, 3: {answer}");
    Ok(())
}

/// A proof that names one key and is signed by another.
fn with_signature_of(named: &HolderKey, signer: &HolderKey, audience: &str, nonce: &str) -> String {
    let proof = named.key_proof(audience, nonce);
    let (signed, _) = proof.rsplit_once('.').unwrap_or_default();
    format!("{signed}.{}", testkit::b64(signer.sign(signed.as_bytes())))
}

/// RFC 6749, 5.2: status, error code, and a description for the developer.
fn refused(answer: &Answer, status: u16, error: &str) -> Result<()> {
    ensure!(answer.status == status, "expected {status} {error}: {answer}");
    let body = answer.json()?;
    ensure!(text(&body, "/error")? == error, "expected {error}: {answer}");
    ensure!(!text(&body, "/error_description")?.is_empty(), "no description: {answer}");
    ensure!(
        answer.header("cache-control").is_some_and(|value| value.contains("no-store")),
        "cacheable: {answer}"
    );
    Ok(())
}
