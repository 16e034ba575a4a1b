//! OID4VCI and OID4VP by hand: a holder without our wallet, for wrong input and for load.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use testkit::{Agent, Answer, HolderKey, SdJwt};

use crate::text;

const PRE_AUTHORIZED: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

pub struct Peer {
    pub agent: Agent,
    pub key: HolderKey,
}

/// An access token and where to use it.
#[derive(Clone, Debug)]
pub struct Grant {
    pub issuer: String,
    pub metadata: Value,
    pub configurations: Vec<String>,
    pub access_token: String,
}

/// One copy of a credential as it was received.
#[derive(Clone, Debug)]
pub struct Issued {
    pub configuration: String,
    pub credential: Value,
    pub receipt_uri: Option<String>,
    pub notification_id: Option<String>,
}

/// A verifier's request, read without verifying it.
#[derive(Clone, Debug)]
pub struct RequestObject {
    pub claims: Value,
}

impl Peer {
    #[must_use]
    pub fn new(label: &str) -> Self {
        Self { agent: Agent::new(), key: HolderKey::from_label(label) }
    }

    /// Fetches an offer; each fetch mints a fresh code.
    pub async fn offer(&self, offer_uri: &str) -> Result<Value> {
        self.agent.get(offer_uri).await?.expect(200)?.json()
    }

    /// OID4VCI 1.0, 12.2.2: the well-known path goes before the issuer's own path.
    pub async fn metadata(&self, issuer: &str) -> Result<Value> {
        let url = url::Url::parse(issuer)?;
        let origin = url.origin().ascii_serialization();
        let well_known = format!("{origin}/.well-known/openid-credential-issuer{}", url.path());
        self.agent.get(well_known).await?.expect(200)?.json()
    }

    /// Sends a token request for an offer, with whatever code is given.
    pub async fn token(&self, offer: &Value, code: &str, tx_code: Option<&str>) -> Result<Answer> {
        let issuer = text(offer, "/credential_issuer")?;
        let url = url::Url::parse(&issuer)?;
        let origin = url.origin().ascii_serialization();
        let well_known = format!("{origin}/.well-known/oauth-authorization-server{}", url.path());
        let server = self.agent.get(well_known).await?.expect(200)?.json()?;
        let mut fields = vec![("grant_type", PRE_AUTHORIZED), ("pre-authorized_code", code)];
        fields.extend(tx_code.map(|code| ("tx_code", code)));
        self.agent.post_form(text(&server, "/token_endpoint")?, &fields).await
    }

    /// From an offer to an access token.
    pub async fn grant(&self, offer_uri: &str, tx_code: Option<&str>) -> Result<Grant> {
        let offer = self.offer(offer_uri).await?;
        let answer = self.token(&offer, &code_of(&offer)?, tx_code).await?.expect(200)?.json()?;
        self.grant_from(&offer, &answer).await
    }

    pub async fn grant_from(&self, offer: &Value, token: &Value) -> Result<Grant> {
        let issuer = text(offer, "/credential_issuer")?;
        let metadata = self.metadata(&issuer).await?;
        let ids = offer
            .get("credential_configuration_ids")
            .and_then(Value::as_array)
            .context("no configurations")?;
        let configurations = ids.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Ok(Grant { issuer, metadata, configurations, access_token: text(token, "/access_token")? })
    }

    pub async fn nonce(&self, grant: &Grant) -> Result<String> {
        let endpoint = text(&grant.metadata, "/nonce_endpoint")?;
        text(&self.agent.post_form(endpoint, &[]).await?.expect(200)?.json()?, "/c_nonce")
    }

    /// A credential request with a key proof that may be anything.
    pub async fn request(&self, grant: &Grant, configuration: &str, proof: &str) -> Result<Answer> {
        let body = json!({ "credential_configuration_id": configuration, "proofs": { "jwt": [proof] } });
        let authorization = format!("Bearer {}", grant.access_token);
        let endpoint = text(&grant.metadata, "/credential_endpoint")?;
        self.agent.post_json_with(endpoint, &body, &[("authorization", &authorization)]).await
    }

    /// One credential, properly asked for.
    pub async fn credential(&self, grant: &Grant, configuration: &str) -> Result<Issued> {
        let proof = self.key.key_proof(&grant.issuer, &self.nonce(grant).await?);
        let answer = self.request(grant, configuration, &proof).await?.expect(200)?.json()?;
        Ok(Issued {
            configuration: configuration.to_owned(),
            credential: answer.pointer("/credentials/0/credential").cloned().context("no credential")?,
            receipt_uri: answer
                .pointer("/credentials/0/receipt_uri")
                .and_then(Value::as_str)
                .map(str::to_owned),
            notification_id: answer.get("notification_id").and_then(Value::as_str).map(str::to_owned),
        })
    }

    /// Everything an offer offers.
    pub async fn receive(&self, offer_uri: &str, tx_code: Option<&str>) -> Result<Vec<Issued>> {
        let grant = self.grant(offer_uri, tx_code).await?;
        let mut all = Vec::new();
        for configuration in &grant.configurations {
            all.push(self.credential(&grant, configuration).await?);
        }
        Ok(all)
    }

    /// Fetches a signed request by reference.
    pub async fn request_object(&self, request_uri: &str) -> Result<RequestObject> {
        let answer = self.agent.get_as(request_uri, "application/oauth-authz-req+jwt").await?.expect(200)?;
        Ok(RequestObject { claims: testkit::jwt_payload(&answer.text())? })
    }

    /// Presents an SD-JWT VC; `audience` and `nonce` of the request unless others are given.
    pub async fn present_sd_jwt(
        &self,
        request: &RequestObject,
        credential: &str,
        audience: Option<&str>,
        nonce: Option<&str>,
    ) -> Result<Answer> {
        let query = request.query("dc+sd-jwt")?;
        let names = claim_names(&query);
        let (own_audience, own_nonce) =
            (text(&request.claims, "/client_id")?, text(&request.claims, "/nonce")?);
        let (audience, nonce) = (audience.unwrap_or(&own_audience), nonce.unwrap_or(&own_nonce));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let bound = self.bound_sd_jwt(credential, &names, audience, nonce)?;
        self.respond(request, &json!({ text(&query, "/id")?: [bound] })).await
    }

    /// An SD-JWT VC with these claims, bound to the key for somebody who asked.
    pub fn bound_sd_jwt(
        &self,
        credential: &str,
        names: &[&str],
        audience: &str,
        nonce: &str,
    ) -> Result<String> {
        Ok(self.key.bind(&SdJwt::parse(credential)?.disclose(names), audience, nonce))
    }

    /// `direct_post` (OID4VP 1.0, 8.2).
    pub async fn respond(&self, request: &RequestObject, vp_token: &Value) -> Result<Answer> {
        let vp_token = vp_token.to_string();
        let state = text(&request.claims, "/state").unwrap_or_default();
        let fields = [("vp_token", vp_token.as_str()), ("state", state.as_str())];
        self.agent.post_form(text(&request.claims, "/response_uri")?, &fields).await
    }
}

impl RequestObject {
    /// The DCQL credential query for a format.
    pub fn query(&self, format: &str) -> Result<Value> {
        let queries =
            self.claims.pointer("/dcql_query/credentials").and_then(Value::as_array).context("no query")?;
        let found = queries.iter().find(|query| query.get("format").and_then(Value::as_str) == Some(format));
        found.cloned().with_context(|| format!("no query for {format} in {}", self.claims))
    }
}

/// The pre-authorized code of an offer.
pub fn code_of(offer: &Value) -> Result<String> {
    let grant = offer.get("grants").and_then(|grants| grants.get(PRE_AUTHORIZED)).context("no such grant")?;
    text(grant, "/pre-authorized_code")
}

fn claim_names(query: &Value) -> Vec<String> {
    let claims = query.get("claims").and_then(Value::as_array).cloned().unwrap_or_default();
    claims
        .iter()
        .filter_map(|claim| claim.pointer("/path/0").and_then(Value::as_str).map(str::to_owned))
        .collect()
}
