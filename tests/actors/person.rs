//! A person with a phone, using our wallet through the endpoints that its pages use.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{Agent, Answer, Authenticator, HolderKey, Service, Stack, b64, unb64};

use crate::{parameter, text, until};

pub struct Person {
    pub agent: Agent,
    pub phone: Authenticator,
    pub key: HolderKey,
    wallet: String,
}

/// A proof of existence that only has to be sent: these signatures to this path.
pub struct MadeProof {
    pub id: String,
    pub path: String,
    pub signatures: Value,
}

impl Person {
    /// Makes an account with a passkey and tells the wallet the device key.
    pub async fn register(stack: &Stack, label: &str) -> Result<Self> {
        let wallet = stack.url(Service::Wallet);
        let mut person = Self {
            agent: Agent::new(),
            phone: Authenticator::new(&wallet, label),
            key: HolderKey::from_label(label),
            wallet,
        };
        let options = person.post("/v1/registration/options", &json!({})).await?.expect(200)?.json()?;
        let made = person.phone.register(&options)?;
        person.post("/v1/registration", &made).await?.expect(201)?;
        person.post("/v1/device-keys", &json!({ "publicKey": person.key.jwk() })).await?.ok()?;
        Ok(person)
    }

    /// A new session with the passkey, as after the phone was put away.
    pub async fn sign_in(&mut self) -> Result<()> {
        self.agent = Agent::new();
        let options = self.post("/v1/sign-in/options", &json!({})).await?.expect(200)?.json()?;
        let assertion = self.phone.log_in(&options)?;
        self.post("/v1/sign-in", &assertion).await?.expect(200)?;
        Ok(())
    }

    /// Opens an offer; the answer names issuer and credentials.
    pub async fn open_offer(&self, offer_uri: &str) -> Result<Value> {
        self.post("/v1/offers", &json!({ "credentialOfferUri": offer_uri })).await?.ok()?.json()
    }

    /// Accepts an offer wholly and returns the credentials with claims.
    pub async fn receive(&self, offer_uri: &str, tx_code: Option<&str>) -> Result<Vec<Value>> {
        let offer = self.open_offer(offer_uri).await?;
        self.accept(&text(&offer, "/id")?, tx_code).await
    }

    /// The second half of [`Self::receive`].
    pub async fn accept(&self, offer_id: &str, tx_code: Option<&str>) -> Result<Vec<Value>> {
        let offer = self.prove(offer_id, tx_code).await?;
        ensure!(text(&offer, "/state")? == "received", "not received: {offer}");
        let mut credentials = Vec::new();
        for one in offer.get("credentials").and_then(Value::as_array).context("no credentials")? {
            credentials.push(self.credential(&text(one, "/credentialId")?).await?);
        }
        Ok(credentials)
    }

    /// Accepts an offer and proves the key; answers the offer as it is then, received or waiting.
    pub async fn prove(&self, offer_id: &str, tx_code: Option<&str>) -> Result<Value> {
        let mut body = json!({ "deviceKey": self.key.thumbprint() });
        if let (Some(code), Some(members)) = (tx_code, body.as_object_mut()) {
            members.insert("txCode".into(), code.into());
        }
        let mut step =
            self.post(&format!("/v1/offers/{offer_id}/accept"), &body).await?.expect(200)?.json()?;
        // A refused nonce makes the wallet ask for another round of signatures.
        for _ in 0..3 {
            let Some(signatures) = self.signatures(&step)? else { break };
            step = self
                .post(&format!("/v1/offers/{offer_id}/proofs"), &signatures)
                .await?
                .expect(200)?
                .json()?;
        }
        step.get("offer").cloned().context("no offer")
    }

    /// Waits until everything of an offer has come.
    pub async fn received(&self, offer_id: &str) -> Result<()> {
        until("the offer", Duration::from_secs(60), async || {
            let offer = self.get(&format!("/v1/offers/{offer_id}")).await?.expect(200)?.json()?;
            Ok((text(&offer, "/state")? == "received").then_some(()))
        })
        .await
    }

    pub async fn credential(&self, id: &str) -> Result<Value> {
        self.get(&format!("/v1/credentials/{id}")).await?.expect(200)?.json()
    }

    pub async fn credentials(&self) -> Result<Vec<Value>> {
        let list = self.get("/v1/credentials").await?.expect(200)?.json()?;
        Ok(list.get("credentials").and_then(Value::as_array).cloned().unwrap_or_default())
    }

    /// Waits until the wallet holds the anchoring receipt of a credential.
    pub async fn receipt(&self, credential_id: &str) -> Result<Value> {
        until("the receipt", Duration::from_secs(60), async || {
            Ok(self
                .credential(credential_id)
                .await?
                .get("receipt")
                .filter(|receipt| receipt.is_object())
                .cloned())
        })
        .await
    }

    /// Waits until the wallet holds the verifier's signed receipt of what was shared last, and returns the act.
    pub async fn shared(&self) -> Result<Value> {
        until("the verifier's receipt", Duration::from_secs(60), async || {
            let list = self.get("/v1/sharings").await?.expect(200)?.json()?;
            let last = list.pointer("/sharings/0").context("nothing was shared")?;
            Ok((text(last, "/receipt/state")? == "signed").then(|| last.clone()))
        })
        .await
    }

    /// Opens a verifier's link and returns what the person is shown.
    pub async fn open_request(&self, link: &str) -> Result<Value> {
        let body = json!({ "clientId": parameter(link, "client_id")?, "requestUri": parameter(link, "request_uri")? });
        self.post("/v1/presentations", &body).await?.ok()?.json()
    }

    /// Consents to a shown request with the given selection (the proposed one by default) and sends it.
    pub async fn consent(&self, presentation_id: &str, selection: Option<Value>) -> Result<Value> {
        let body = selection.map_or_else(|| json!({}), |chosen| json!({ "selection": chosen }));
        let step = self.post(&format!("/v1/presentations/{presentation_id}/prepare"), &body).await?;
        let step = step.expect(200)?.json()?;
        let signatures = self.signatures(&step)?.with_context(|| format!("nothing to sign: {step}"))?;
        let path = format!("/v1/presentations/{presentation_id}/submit");
        self.post(&path, &signatures).await?.expect(200)?.json()
    }

    /// Opens, consents and sends, with one chosen credential where `credential_id` is given.
    pub async fn present(&self, link: &str, credential_id: Option<&str>) -> Result<Value> {
        let shown = self.open_request(link).await?;
        let selection = match credential_id {
            None => None,
            Some(id) => {
                let queries = shown.get("queries").and_then(Value::as_array).context("no queries")?;
                let query = queries.iter().find(|query| {
                    let candidates = query.get("candidates").and_then(Value::as_array);
                    candidates.is_some_and(|all| {
                        all.iter().any(|one| one.get("credentialId").and_then(Value::as_str) == Some(id))
                    })
                });
                let query = query.with_context(|| format!("{id} answers no query of {shown}"))?;
                Some(json!([{ "queryId": text(query, "/id")?, "credentialIds": [id] }]))
            }
        };
        self.consent(&text(&shown, "/id")?, selection).await
    }

    pub async fn refuse(&self, link: &str) -> Result<Value> {
        let shown = self.open_request(link).await?;
        let path = format!("/v1/presentations/{}/refuse", text(&shown, "/id")?);
        self.post(&path, &json!({})).await?.expect(200)?.json()
    }

    /// Answers the Fund's challenge: passkey first, then the device key over the bundle.
    pub async fn prove_existence(&mut self, link: &str) -> Result<Value> {
        let body = json!({ "requestUri": parameter(link, "request_uri")? });
        let opened = self.post("/v1/existence", &body).await?.ok()?.json()?;
        let base = format!("/v1/existence/{}", text(&opened, "/id")?);
        let device = json!({ "deviceKey": self.key.thumbprint() });
        let options = self.post(&format!("{base}/prepare"), &device).await?.expect(200)?.json()?;
        let assertion = self.phone.log_in(&options)?;
        let step = self.post(&format!("{base}/assertion"), &assertion).await?.expect(200)?.json()?;
        let signatures = self.signatures(&step)?.with_context(|| format!("nothing to sign: {step}"))?;
        self.post(&format!("{base}/answer"), &signatures).await?.expect(200)?.json()
    }

    /// The same with pictures of the movements that the Fund asks for.
    pub async fn prove_existence_with(
        &mut self,
        link: &str,
        frames: impl Fn(&[String]) -> Vec<Vec<u8>>,
    ) -> Result<Value> {
        let made = self.make_existence(link, frames).await?;
        let answer = self.post(&made.path, &made.signatures).await?;
        // Where the Fund could not take it at once, the wallet has it and goes on by itself.
        if answer.status == 200 { answer.json() } else { Ok(json!({ "id": made.id, "state": "sending" })) }
    }

    /// Everything but sending the answer.
    pub async fn make_existence(
        &mut self,
        link: &str,
        frames: impl Fn(&[String]) -> Vec<Vec<u8>>,
    ) -> Result<MadeProof> {
        let body = json!({ "requestUri": parameter(link, "request_uri")? });
        let opened = self.post("/v1/existence", &body).await?.ok()?.json()?;
        let id = text(&opened, "/id")?;
        let base = format!("/v1/existence/{id}");
        let asked = opened.pointer("/capture/movements").and_then(Value::as_array);
        let asked = asked.with_context(|| format!("no pictures are asked for: {opened}"))?;
        let asked: Vec<String> = asked.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let frames = frames(&asked);
        for (place, jpeg) in frames.iter().enumerate() {
            let body = json!({ "millis": place * 900, "jpeg": b64(jpeg) });
            self.put(&format!("{base}/frames/{place}"), &body).await?.expect(200)?;
        }
        let device = json!({ "deviceKey": self.key.thumbprint(), "frames": frames.len() });
        let options = self.post(&format!("{base}/prepare"), &device).await?.expect(200)?.json()?;
        let assertion = self.phone.log_in(&options)?;
        let step = self.post(&format!("{base}/assertion"), &assertion).await?.expect(200)?.json()?;
        let signatures = self.signatures(&step)?.with_context(|| format!("nothing to sign: {step}"))?;
        Ok(MadeProof { path: format!("{base}/answer"), id, signatures })
    }

    /// Waits until the Fund has confirmed, and takes the certificate of entitlement.
    pub async fn receive_entitlement(&self, existence_id: &str) -> Result<Vec<Value>> {
        let offer_id = until("the confirmation", Duration::from_secs(20), async || {
            let now = self.get(&format!("/v1/existence/{existence_id}")).await?.expect(200)?.json()?;
            Ok(now.get("offerId").and_then(Value::as_str).map(str::to_owned))
        })
        .await?;
        self.accept(&offer_id, None).await
    }

    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.agent.get(format!("{}{path}", self.wallet)).await
    }

    /// A page as the browser shows it.
    pub async fn page(&self, path: &str) -> Result<String> {
        let answer = self.agent.get_as(format!("{}{path}", self.wallet), "text/html").await?;
        Ok(answer.expect(200)?.text())
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.agent.post_json(format!("{}{path}", self.wallet), body).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Result<Answer> {
        let (url, headers) = (format!("{}{path}", self.wallet), [("content-type", "application/json")]);
        self.agent.send("PUT".parse()?, url, &headers, body.to_string().into_bytes()).await
    }

    pub async fn delete(&self, path: &str) -> Result<Answer> {
        self.agent.send("DELETE".parse()?, format!("{}{path}", self.wallet), &[], Vec::new()).await
    }

    /// What the page does with `toSign`; nothing where it is empty.
    fn signatures(&self, step: &Value) -> Result<Option<Value>> {
        let wanted = step.get("toSign").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut signatures = Vec::new();
        for one in &wanted {
            let signature = self.key.sign(&unb64(&text(one, "/input")?)?);
            signatures.push(json!({ "id": text(one, "/id")?, "signature": b64(signature) }));
        }
        Ok((!signatures.is_empty()).then(|| json!({ "signatures": signatures })))
    }
}
