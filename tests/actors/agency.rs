//! An agency's system at the verifier's REST API.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};
use testkit::{Agent, Service, Stack};

use crate::{Report, text, until};

pub struct Agency {
    agent: Agent,
    verifier: String,
    authorization: String,
}

impl Agency {
    /// With the client credentials that `up` made.
    pub async fn connect(stack: &Stack) -> Result<Self> {
        let welcome = stack.welcome()?;
        let (agent, verifier) = (Agent::new(), stack.url(Service::Verifier));
        let token = agent
            .post_form(
                format!("{verifier}/oauth/token"),
                &[
                    ("grant_type", "client_credentials"),
                    ("client_id", &text(&welcome, "/agency/client_id")?),
                    ("client_secret", &text(&welcome, "/agency/client_secret")?),
                    ("scope", "verify"),
                ],
            )
            .await?
            .expect(200)?
            .json()?;
        let authorization = format!("Bearer {}", text(&token, "/access_token")?);
        Ok(Self { agent, verifier, authorization })
    }

    /// What it sends as `Authorization`.
    #[must_use]
    pub fn authorization(&self) -> &str {
        &self.authorization
    }

    /// A request for a presentation: `{id, link, openidLink, requestUri, …}`.
    pub async fn ask(&self, policy: &str) -> Result<Value> {
        let body = json!({ "policy": policy, "purpose": "Access to the country office" });
        self.post("/v1/verifications", &body).await?.expect(201)?.json()
    }

    pub async fn verification(&self, id: &str) -> Result<Value> {
        let url = format!("{}/v1/verifications/{id}", self.verifier);
        let headers = [("authorization", self.authorization.as_str())];
        self.agent.send("GET".parse()?, url, &headers, Vec::new()).await?.expect(200)?.json()
    }

    /// The report of a verification that the person answered.
    pub async fn report(&self, id: &str) -> Result<Report> {
        until("the report", Duration::from_secs(20), async || {
            let view = self.verification(id).await?;
            Ok(view.get("report").filter(|report| report.is_object()).cloned().map(Report))
        })
        .await
    }

    /// Verifies a copy that the agency has already; `receipt` proves its time of issue.
    pub async fn verify(&self, policy: &str, credential: &Value, receipt: Option<&Value>) -> Result<Report> {
        let mut body = json!({ "policy": policy, "credential": credential });
        if let (Some(receipt), Some(members)) = (receipt, body.as_object_mut()) {
            members.insert("receipt".into(), receipt.clone());
        }
        self.report_on(&body).await
    }

    /// The report on what a body of `POST /v1/verify` hands over.
    pub async fn report_on(&self, body: &Value) -> Result<Report> {
        Ok(Report(self.post("/v1/verify", body).await?.expect(200)?.json()?))
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<testkit::Answer> {
        let headers = [("authorization", self.authorization.as_str())];
        self.agent.post_json_with(format!("{}{path}", self.verifier), body, &headers).await
    }
}
