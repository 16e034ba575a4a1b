//! Credentials that look right: tampered, signed by others, for others, too late, or for something else.

use std::sync::Arc;
use std::time::Duration;

use actors::{Chain, Report, text, until};
use anyhow::{Context as _, Result, ensure};
use clock::{Clock as _, SystemClock, SystemEntropy};
use credential::data_integrity::{ProofOptions, Purpose, SigningKey, Suite, secure};
use keys::{Algorithm, Signer, SoftwareKey};
use serde_json::{Value, json};
use testkit::sha256;

use super::{Scene, set};

const POLICY: &str = "staff-identity";

#[tokio::test(flavor = "multi_thread")]
async fn forged_credentials_are_refused_by_the_check_that_sees_it() -> Result<()> {
    let scene = Scene::set().await?;
    let chain = Chain::connect(&scene.stack).await?;
    tampered(&scene).await.context("tampered")?;
    by_another_key(&scene).await.context("by another key")?;
    by_members_without_the_right(&scene, &chain).await.context("without the right")?;
    with_a_wrong_proof(&scene, &chain).await.context("with a wrong proof")?;
    back_dated_by_a_rotated_key(&scene, &chain).await.context("back-dated")?;
    scene.stack.finish().await
}

async fn tampered(scene: &Scene) -> Result<()> {
    let mut changed = scene.ldp_vc.credential.clone();
    set(&mut changed, "/credentialSubject/jobTitle", "Secretary-General")?;
    verify(scene, &changed).await?.expect_failed("proof")?;

    let text = scene.sd_jwt.credential.as_str().context("an SD-JWT is text")?;
    let (jwt, rest) = text.split_once('~').context("no disclosures")?;
    let mut parts: Vec<&str> = jwt.split('.').collect();
    let mut payload = testkit::jwt_payload(jwt)?;
    set(&mut payload, "/vct", "https://schemas.passerelle.example/v1#Employment")?;
    let payload = testkit::b64(payload.to_string());
    if let Some(middle) = parts.get_mut(1) {
        *middle = &payload;
    }
    let changed = format!("{}~{rest}", parts.join("."));
    verify(scene, &changed.into()).await?.expect_failed("proof")
}

async fn by_another_key(scene: &Scene) -> Result<()> {
    let key = stranger();
    let did = key.public_key().did_key();
    let method = format!("{did}#{}", key.public_key().to_multikey());
    // Any did:key can sign; it must not sign for an organisation.
    let signed = sign(&scene.unsecured()?, &method, key.clone(), options(Purpose::AssertionMethod)).await?;
    let report = verify(scene, &signed).await?;
    ensure!(report.outcome() == "invalid", "{}", report.summary());
    let failed =
        ["proof", "issuerKey"].iter().any(|name| report.check(name).is_ok_and(|found| found.0 == "fail"));
    ensure!(failed, "{}", report.summary());

    // Nor does it get far by taking the organisation's key for its own.
    let own = format!("{}#key-ed25519-1", scene.did("undp")?);
    let signed = sign(&scene.unsecured()?, &own, key, options(Purpose::AssertionMethod)).await?;
    verify(scene, &signed).await?.expect_failed("proof")
}

async fn by_members_without_the_right(scene: &Scene, chain: &Chain) -> Result<()> {
    // The Fund is a member with a key on the chain, but may not issue staff identities at all.
    let mut document = scene.unsecured()?;
    let fund = scene.did("unjspf")?;
    set_issuer(&mut document, &fund)?;
    set(&mut document, "/credentialSubject/worksFor/id", fund.as_str())?;
    let signed = sign_as(chain, "unjspf", &fund, &document).await?;
    verify(scene, &signed).await?.expect_failed("accreditation")?;

    // WFP may, for its own staff; these are UNDP's.
    let mut document = scene.unsecured()?;
    let wfp = scene.did("wfp")?;
    set_issuer(&mut document, &wfp)?;
    let signed = sign_as(chain, "wfp", &wfp, &document).await?;
    verify(scene, &signed).await?.expect_failed("accreditation")?;

    // Somebody with a key and nothing else.
    let key = stranger();
    let did = key.public_key().did_key();
    let mut document = scene.unsecured()?;
    set_issuer(&mut document, &did)?;
    let method = format!("{did}#{}", key.public_key().to_multikey());
    let signed = sign(&document, &method, key, options(Purpose::AssertionMethod)).await?;
    verify(scene, &signed).await?.expect_failed("accreditation")
}

async fn with_a_wrong_proof(scene: &Scene, chain: &Chain) -> Result<()> {
    let undp = scene.did("undp")?;
    let (method, key) = (format!("{undp}#key-ed25519-1"), chain.key("undp.key-ed25519-1")?);
    let unsecured = scene.unsecured()?;

    let good = sign(&unsecured, &method, key.clone(), options(Purpose::AssertionMethod)).await?;
    ensure!(verify(scene, &good).await?.check("proof")?.0 == "pass", "the starting point is accepted");

    let signed = sign(&unsecured, &method, key.clone(), options(Purpose::Authentication)).await?;
    verify(scene, &signed).await?.expect_failed("proof")?;

    let now = SystemClock.now();
    let expired = ProofOptions {
        created: Some(now - Duration::from_secs(7200)),
        expires: Some(now - Duration::from_secs(3600)),
        ..options(Purpose::AssertionMethod)
    };
    let signed = sign(&unsecured, &method, key.clone(), expired).await?;
    verify(scene, &signed).await?.expect_failed("proof")?;

    let mut unknown = good.clone();
    set(&mut unknown, "/proof/cryptosuite", "eddsa-rdfc-2099")?;
    let report = verify(scene, &unknown).await?;
    ensure!(report.outcome() != "valid" && report.check("proof")?.0 != "pass", "{}", report.summary());
    Ok(())
}

/// A thief with yesterday's key can write any date; what was anchored before the rotation stays good.
async fn back_dated_by_a_rotated_key(scene: &Scene, chain: &Chain) -> Result<()> {
    let undp = scene.did("undp")?;
    let old = chain.key("undp.key-ed25519-1")?;
    let receipt_uri = scene.ldp_vc.receipt_uri.clone().context("no receipt_uri")?;
    let receipt = until("the receipt", Duration::from_secs(60), async || {
        let answer = scene.peer.agent.get(&receipt_uri).await?;
        Ok(if answer.status == 200 { Some(answer.json()?) } else { None })
    })
    .await?;
    chain.check_receipt(&receipt, &sha256(testkit::jcs(&scene.ldp_vc.credential))).await?;

    chain.rotate("undp", &undp, "key-ed25519-1", stranger().public_key()).await?;

    let mut document = scene.unsecured()?;
    set(&mut document, "/validFrom", "2026-01-01T00:00:00Z")?;
    let signed =
        sign(&document, &format!("{undp}#key-ed25519-1"), old, options(Purpose::AssertionMethod)).await?;
    until("the verifier to see the rotation", Duration::from_secs(30), async || {
        let report = verify(scene, &signed).await?;
        Ok((report.outcome() == "invalid").then_some(report))
    })
    .await?
    .expect_failed("issuerKey")?;
    let without = verify(scene, &scene.ldp_vc.credential).await?;
    ensure!(without.outcome() == "invalid", "without a receipt the key must hold now: {}", without.summary());
    let with =
        scene.agency.verify("staff-identity-anchored", &scene.ldp_vc.credential, Some(&receipt)).await?;
    ensure!(with.check("issuerKey")?.0 == "pass", "anchored before the rotation: {}", with.summary());
    let stolen = scene.agency.verify("staff-identity-anchored", &signed, Some(&receipt)).await?;
    ensure!(stolen.outcome() == "invalid", "a receipt of another copy: {}", stolen.summary());
    Ok(())
}

async fn verify(scene: &Scene, credential: &Value) -> Result<Report> {
    scene.agency.verify(POLICY, credential, None).await
}

fn stranger() -> Arc<dyn Signer> {
    Arc::new(SoftwareKey::generate(Algorithm::Ed25519, &SystemEntropy))
}

fn options(purpose: Purpose) -> ProofOptions {
    ProofOptions { created: Some(SystemClock.now()), purpose, challenge: None, domain: None, expires: None }
}

async fn sign(
    document: &Value,
    method: &str,
    signer: Arc<dyn Signer>,
    options: ProofOptions,
) -> Result<Value> {
    let key = SigningKey { verification_method: method.to_owned(), signer };
    Ok(secure(document, Suite::EddsaRdfc2022, &key, &options).await?)
}

async fn sign_as(chain: &Chain, organisation: &str, did: &str, document: &Value) -> Result<Value> {
    let key = chain.key(&format!("{organisation}.key-ed25519-1"))?;
    sign(document, &format!("{did}#key-ed25519-1"), key, options(Purpose::AssertionMethod)).await
}

/// `issuer` may be a text or an object with `id`.
fn set_issuer(document: &mut Value, did: &str) -> Result<()> {
    if document.pointer("/issuer/id").is_some() {
        return set(document, "/issuer/id", did);
    }
    let _ = text(document, "/issuer")?;
    set(document, "/issuer", json!(did))
}
