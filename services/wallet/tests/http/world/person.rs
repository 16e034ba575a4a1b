//! A person with a phone, as a program.

use serde_json::{Value, json};
use testkit::{Agent, Answer, Authenticator, HolderKey, b64, unb64};

/// Somebody with a phone, as a program.
pub struct Person {
    pub agent: Agent,
    pub phone: Authenticator,
    pub key: HolderKey,
    pub url: String,
}

impl Person {
    pub async fn get(&self, path: &str) -> Answer {
        self.agent.get(format!("{}{path}", self.url)).await.unwrap()
    }

    pub async fn page(&self, path: &str) -> Answer {
        self.agent.get_as(format!("{}{path}", self.url), "text/html").await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.agent.post_json(format!("{}{path}", self.url), &body).await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.agent
            .send(testkit::Method::DELETE, format!("{}{path}", self.url), &[], Vec::new())
            .await
            .unwrap()
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        let (url, headers) = (format!("{}{path}", self.url), [("content-type", "application/json")]);
        let body = serde_json::to_vec(&body).unwrap();
        self.agent.send(testkit::Method::PUT, url, &headers, body).await.unwrap()
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        let (url, headers) = (format!("{}{path}", self.url), [("content-type", "application/json")]);
        let body = serde_json::to_vec(&body).unwrap();
        self.agent.send(testkit::Method::PATCH, url, &headers, body).await.unwrap()
    }

    /// Proves the person afresh, in the session that is open.
    pub async fn step_up(&mut self) -> Answer {
        let options = self.post("/v1/step-up/options", json!({})).await.json().unwrap();
        let assertion = self.phone.log_in(&options).unwrap();
        self.post("/v1/step-up", assertion).await
    }

    pub async fn sign_in(&mut self) {
        self.agent = Agent::new();
        let options = self.post("/v1/sign-in/options", json!({})).await.json().unwrap();
        let assertion = self.phone.log_in(&options).unwrap();
        self.post("/v1/sign-in", assertion).await.expect(200).unwrap();
    }

    /// The same in a browser that says this of itself.
    pub async fn sign_in_as(&mut self, user_agent: &str) {
        self.agent = Agent::new();
        let options = self.post("/v1/sign-in/options", json!({})).await.json().unwrap();
        let assertion = serde_json::to_vec(&self.phone.log_in(&options).unwrap()).unwrap();
        let headers = [("content-type", "application/json"), ("user-agent", user_agent)];
        let url = format!("{}/v1/sign-in", self.url);
        let answer = self.agent.send(testkit::Method::POST, url, &headers, assertion).await;
        answer.unwrap().expect(200).unwrap();
    }

    /// The same in this browser, with its other cookies.
    pub async fn sign_in_here(&mut self) {
        let options = self.post("/v1/sign-in/options", json!({})).await.json().unwrap();
        let assertion = self.phone.log_in(&options).unwrap();
        self.post("/v1/sign-in", assertion).await.expect(200).unwrap();
    }

    pub async fn open_offer(&self, uri: &str) -> Value {
        self.post("/v1/offers", json!({ "credentialOfferUri": uri })).await.ok().unwrap().json().unwrap()
    }

    pub async fn accept(&self, offer: &str, code: Option<&str>) -> Answer {
        let body = json!({ "deviceKey": self.key.thumbprint(), "txCode": code });
        self.post(&format!("/v1/offers/{offer}/accept"), body).await
    }

    pub async fn prove(&self, offer: &str, step: &Value) -> Answer {
        self.post(&format!("/v1/offers/{offer}/proofs"), self.signatures(step)).await
    }

    pub async fn receive(&self, offer: &str, code: Option<&str>) -> Value {
        let mut step: Value = self.accept(offer, code).await.expect(200).unwrap().json().unwrap();
        while !step["toSign"].as_array().unwrap().is_empty() {
            step = self.prove(offer, &step).await.expect(200).unwrap().json().unwrap();
        }
        step["offer"].clone()
    }

    pub async fn credentials(&self) -> Vec<Value> {
        let list = self.get("/v1/credentials").await.expect(200).unwrap().json().unwrap();
        list["credentials"].as_array().unwrap().clone()
    }

    pub fn signatures(&self, step: &Value) -> Value {
        let signed: Vec<Value> = step["toSign"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let input = unb64(one["input"].as_str().unwrap()).unwrap();
                json!({ "id": one["id"], "signature": b64(self.key.sign(&input)) })
            })
            .collect();
        json!({ "signatures": signed })
    }
}

/// The problem's slug, with its status checked.
pub fn problem(answer: Answer, status: u16) -> String {
    let problem = answer.expect(status).unwrap().json().unwrap();
    problem["type"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}
