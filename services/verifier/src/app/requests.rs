//! Starting a verification, and the signed request object a wallet fetches.

use chrono::Duration;
use credential::jwt;
use keys::SignError;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use store_verifier::{Idempotent, StoreError, Verification};
use url::Url;
use url::form_urlencoded::byte_serialize;
use verification::{Policy, readable};
use wire::verifications::{MAX_PURPOSE, StartVerification, StartedVerification, State};
use wire::vp::{
    ClientMetadata, JwtFormat, LdpVcFormat, MAX_WALLET_NONCE, REQUEST_OBJECT_TYPE, RequestObject,
    STATIC_AUDIENCE, SdJwtFormat, VpFormats,
};

use super::policies::{StoredPolicyError, keep_policy};
use super::{DEMO_TENANT, Desk, sandbox, sha256};
use crate::app::clients::Agency;

/// Requests of visitors that may wait at the same time.
const MAX_PUBLIC_WAITING: i64 = 5_000;
const MAX_KEY: usize = 255;

/// Who starts a verification.
pub enum Starter {
    Agency {
        agency: Agency,
        idempotency_key: Option<String>,
    },
    /// A visitor of the pages, known by a cookie.
    Visitor {
        page_key: String,
    },
}

pub struct Start {
    pub by: Starter,
    pub what: StartVerification,
}

#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    #[error("there is no policy {0}")]
    UnknownPolicy(String),
    #[error("policy {0} asks for nothing, so no request can be made under it")]
    NothingAsked(String),
    #[error("policy {0} is not one that visitors may try")]
    NotForVisitors(String),
    #[error("the purpose is empty, longer than 200 characters or holds control characters")]
    Purpose,
    #[error("the return URL is not registered for this client")]
    ReturnUrl,
    #[error("the idempotency key is empty, longer than 255 characters or not printable")]
    Key,
    #[error("the idempotency key was used for another request")]
    KeyReused,
    #[error("too many visitors are trying at the moment")]
    Busy,
    #[error("at most {0} verifications of a client wait at the same time")]
    TooManyOpen(u32),
    #[error(transparent)]
    Policy(#[from] StoredPolicyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug, thiserror::Error)]
pub enum RequestObjectError {
    #[error("there is no such request")]
    Unknown,
    #[error("the request was answered or has expired")]
    Over,
    #[error("the wallet nonce is too long")]
    WalletNonce,
    #[error("the policy of the request is not there any more")]
    PolicyGone,
    #[error(transparent)]
    Policy(#[from] StoredPolicyError),
    #[error("the request object cannot be written")]
    Form(#[from] serde_json::Error),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// Starts a verification. The same idempotency key and body give the same verification again.
    pub async fn start(&self, start: Start) -> Result<StartedVerification, RequestError> {
        let name = &start.what.policy;
        let found = match &start.by {
            Starter::Agency { agency, .. } => self.policy_named(agency, name).await?,
            Starter::Visitor { .. } => self.policies.find(name).cloned(),
        };
        let policy = &found.ok_or_else(|| RequestError::UnknownPolicy(name.clone()))?;
        if policy.query.is_none() {
            return Err(RequestError::NothingAsked(policy.name.clone()));
        }
        let purpose = purpose(policy, start.what.purpose.as_deref())?;
        let verification = match &start.by {
            Starter::Agency { agency, idempotency_key } => {
                if sandbox::is_sandbox(&agency.id) && !self.settings.public_demo.contains(&policy.name) {
                    return Err(RequestError::NotForVisitors(policy.name.clone()));
                }
                self.start_for_agency(agency, idempotency_key.as_deref(), &start.what, policy, purpose)
                    .await?
            }
            Starter::Visitor { page_key } => self.start_for_visitor(page_key, policy, purpose).await?,
        };
        metrics::counter!("verifier_started_total", "policy" => policy.name.clone()).increment(1);
        Ok(self.started(&verification))
    }

    async fn start_for_agency(
        &self,
        agency: &Agency,
        key: Option<&str>,
        what: &StartVerification,
        policy: &Policy,
        purpose: String,
    ) -> Result<Verification, RequestError> {
        if key.is_some_and(|key| {
            key.is_empty() || key.len() > MAX_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic())
        }) {
            return Err(RequestError::Key);
        }
        let digest = digest(what);
        sql::retry(|| async {
            let mut tx = self.store.write("start_verification").await?;
            if let Some(key) = key
                && let Some(made) = tx.find_idempotency_key(&agency.id, key).await?
            {
                if made.request_digest != digest {
                    return Err(RequestError::KeyReused);
                }
                // It is kept as long as its key is.
                return tx.find_verification(&made.verification).await?.ok_or(RequestError::KeyReused);
            }
            let most = self.open_verifications(agency);
            if tx.count_waiting(&agency.id).await? >= i64::from(most) {
                return Err(RequestError::TooManyOpen(most));
            }
            let return_url = match &what.return_url {
                None => None,
                Some(wanted) => {
                    let client = tx.find_client(&agency.id).await?;
                    let registered = client.is_some_and(|client| client.return_urls.contains(wanted));
                    Some(wanted.clone()).filter(|_| registered).ok_or(RequestError::ReturnUrl).map(Some)?
                }
            };
            let new =
                Verification { return_url, ..self.new_verification(&agency.id, policy, purpose.clone()) };
            tx.insert_verification(&new).await?;
            keep_policy(&mut tx, &new.id, policy).await?;
            if let Some(key) = key {
                let made = Idempotent { request_digest: digest.clone(), verification: new.id.clone() };
                tx.insert_idempotency_key(&agency.id, key, &made, self.now()).await?;
            }
            tx.commit().await?;
            Ok(new)
        })
        .await
    }

    async fn start_for_visitor(
        &self,
        page_key: &str,
        policy: &Policy,
        purpose: String,
    ) -> Result<Verification, RequestError> {
        if !self.settings.public_demo.contains(&policy.name) {
            return Err(RequestError::NotForVisitors(policy.name.clone()));
        }
        sql::retry(|| async {
            let mut tx = self.store.write("start_demonstration").await?;
            if tx.count_waiting(DEMO_TENANT).await? >= MAX_PUBLIC_WAITING {
                return Err(RequestError::Busy);
            }
            let new = Verification {
                page_key_hash: Some(sha256(page_key.as_bytes())),
                ..self.new_verification(DEMO_TENANT, policy, purpose.clone())
            };
            tx.insert_verification(&new).await?;
            keep_policy(&mut tx, &new.id, policy).await?;
            tx.commit().await?;
            Ok(new)
        })
        .await
    }

    pub(super) fn new_verification(&self, tenant: &str, policy: &Policy, purpose: String) -> Verification {
        let created = self.now();
        Verification {
            id: self.new_id(),
            tenant: tenant.to_owned(),
            policy: policy.name.clone(),
            purpose,
            state: State::Waiting,
            nonce: self.token(),
            request_state: self.token(),
            response_code: self.token(),
            return_url: None,
            page_key_hash: None,
            created,
            expires: created + Duration::seconds(self.settings.request_seconds),
            answered: None,
            response_digest: None,
            response_sealed: None,
            refusal: None,
            report: None,
            claims_sealed: None,
            claims_until: None,
        }
    }

    /// Where a wallet fetches the request.
    fn request_uri(&self, id: &str) -> String {
        format!("{}/oid4vp/requests/{id}", self.settings.public_origin)
    }

    /// Where it sends the answer; on the same origin as the request.
    fn response_uri(&self, id: &str) -> String {
        format!("{}/oid4vp/responses/{id}", self.settings.public_origin)
    }

    pub(crate) fn started(&self, verification: &Verification) -> StartedVerification {
        let request_uri = self.request_uri(&verification.id);
        let client_id: String = byte_serialize(self.client_id().as_bytes()).collect();
        let uri: String = byte_serialize(request_uri.as_bytes()).collect();
        // `request_uri_method=post` lets a wallet bind the request to its own nonce (OID4VP 1.0, 5.10).
        let query = format!("client_id={client_id}&request_uri={uri}&request_uri_method=post");
        let mut wallet: Url = self.settings.wallet_url.clone();
        wallet.set_path("/present");
        wallet.set_query(Some(&query));
        let link = wallet.to_string();
        StartedVerification {
            id: verification.id.clone(),
            state: verification.state,
            qr_svg: web::qr::svg(&link),
            link,
            openid_link: format!("openid4vp://?{query}"),
            request_uri,
            expires_at: super::views::text(verification.expires),
        }
    }

    /// The signed request object (OID4VP 1.0, 5; RFC 9101). Fetching it changes nothing, so it may be fetched again.
    pub async fn request_object(
        &self,
        id: &str,
        wallet_nonce: Option<&str>,
    ) -> Result<String, RequestObjectError> {
        if wallet_nonce.is_some_and(|nonce| nonce.len() > MAX_WALLET_NONCE) {
            return Err(RequestObjectError::WalletNonce);
        }
        let found = self.store.read().await?.find_verification(id).await?;
        let verification = found.ok_or(RequestObjectError::Unknown)?;
        if verification.state != State::Waiting || verification.expires <= self.now() {
            return Err(RequestObjectError::Over);
        }
        let policy = self.policy_of(&verification).await?.ok_or(RequestObjectError::PolicyGone)?;
        let request = RequestObject {
            client_id: self.client_id(),
            response_type: "vp_token".to_owned(),
            response_mode: "direct_post".to_owned(),
            response_uri: Some(self.response_uri(id)),
            redirect_uri: None,
            nonce: verification.nonce.clone(),
            state: Some(verification.request_state.clone()),
            aud: Some(STATIC_AUDIENCE.to_owned()),
            iat: Some(self.now().timestamp()),
            exp: Some(verification.expires.timestamp()),
            dcql_query: policy.query.clone(),
            scope: None,
            client_metadata: Some(self.client_metadata()),
            wallet_nonce: wallet_nonce.map(str::to_owned),
            transaction_data: None,
            purpose: Some(verification.purpose.clone()),
            anchor_receipts: policy.anchored,
        };
        let Value::Object(claims) = serde_json::to_value(&request)? else {
            return Err(RequestObjectError::Unknown);
        };
        let mut header = Map::new();
        header.insert("typ".to_owned(), json!(REQUEST_OBJECT_TYPE));
        header
            .insert("kid".to_owned(), json!(format!("{}#{}", self.settings.did, self.settings.key_fragment)));
        Ok(jwt::sign(header, &claims, self.signer.as_ref()).await?)
    }

    fn client_metadata(&self) -> ClientMetadata {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        ClientMetadata {
            client_name: Some(self.settings.client_name.clone()),
            logo_uri: None,
            vp_formats_supported: VpFormats {
                ldp_vc: Some(LdpVcFormat {
                    proof_type_values: owned(&["DataIntegrityProof"]),
                    cryptosuite_values: owned(&["eddsa-rdfc-2022", "ecdsa-rdfc-2019"]),
                }),
                sd_jwt: Some(SdJwtFormat {
                    sd_jwt_alg_values: owned(&["ES256", "EdDSA"]),
                    kb_jwt_alg_values: owned(&["ES256", "EdDSA"]),
                }),
                vc_jwt: Some(JwtFormat { alg_values: owned(&["ES256", "EdDSA"]) }),
            },
            jwks: None,
        }
    }
}

pub(super) fn purpose(policy: &Policy, wanted: Option<&str>) -> Result<String, RequestError> {
    let Some(wanted) = wanted else { return Ok(policy.purpose.clone()) };
    let wanted = wanted.trim();
    if !readable(wanted, MAX_PURPOSE) {
        return Err(RequestError::Purpose);
    }
    Ok(wanted.to_owned())
}

/// Identifies the content of a start, whatever its layout.
fn digest(what: &StartVerification) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in [Some(what.policy.as_str()), what.purpose.as_deref(), what.return_url.as_deref()] {
        hash.update([u8::from(part.is_some())]);
        let part = part.unwrap_or_default();
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}
