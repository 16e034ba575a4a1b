//! Starting a verification, and the signed request object a wallet fetches.

use chrono::Duration;
use sha2::{Digest as _, Sha256};
use store_verifier::{Idempotent, StoreError, Verification, WalletRequest};
use url::Url;
use verification::{Policy, readable};
use wire::verifications::{MAX_PURPOSE, StartVerification, StartedVerification, State};
use wire::vp::MAX_WALLET_NONCE;
use wire::vp::transaction::{ApprovalText, MAX_TRANSACTIONS, TransactionFault};

use super::policies::StoredPolicyError;
use super::request_profiles::RequestProfile;
use super::wallet_requests::{WalletRequestError, query_under};
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

/// What is asked, how, and why.
pub(super) struct Asking<'a> {
    pub(super) policy: &'a Policy,
    pub(super) profile: &'a RequestProfile,
    pub(super) purpose: String,
    /// Strings of `transaction_data`.
    pub(super) transactions: Vec<String>,
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
    #[error("there is no request profile {0}")]
    UnknownProfile(String),
    #[error("policy {policy} asks for formats that request profile {profile} does not allow")]
    Formats { policy: String, profile: String },
    #[error("this cannot be approved: {0}")]
    Approvals(TransactionFault),
    #[error("too many visitors are trying at the moment")]
    Busy,
    #[error("at most {0} verifications of a client wait at the same time")]
    TooManyOpen(u32),
    #[error(transparent)]
    Policy(#[from] StoredPolicyError),
    #[error("the request cannot be made")]
    Request(#[from] WalletRequestError),
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
    #[error("the request cannot be made")]
    Request(#[from] WalletRequestError),
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
        let profile = self.profile(start.what.profile.as_deref(), policy)?;
        let verification = match &start.by {
            Starter::Agency { agency, idempotency_key } => {
                if sandbox::is_sandbox(&agency.id) && !self.settings.public_demo.contains(&policy.name) {
                    return Err(RequestError::NotForVisitors(policy.name.clone()));
                }
                let transactions = transactions(policy, profile, start.what.approvals.as_deref())?;
                let asking = Asking { policy, profile, purpose, transactions };
                self.start_for_agency(agency, idempotency_key.as_deref(), &start.what, asking).await?
            }
            Starter::Visitor { page_key } => {
                let asking = Asking { policy, profile, purpose, transactions: Vec::new() };
                self.start_for_visitor(page_key, asking).await?
            }
        };
        metrics::counter!("verifier_started_total", "policy" => policy.name.clone()).increment(1);
        let request = self.wallet_request(&verification).await?;
        Ok(self.started(&verification, &request).await?)
    }

    /// The profile of that name, if the policy can be asked under it.
    pub(super) fn profile(
        &self,
        name: Option<&str>,
        policy: &Policy,
    ) -> Result<&RequestProfile, RequestError> {
        let unknown = || RequestError::UnknownProfile(name.unwrap_or_default().to_owned());
        let profile = self.settings.profiles.find(name).ok_or_else(unknown)?;
        if query_under(policy, profile).is_none() {
            let (policy, profile) = (policy.name.clone(), profile.name.clone());
            return Err(RequestError::Formats { policy, profile });
        }
        Ok(profile)
    }

    async fn start_for_agency(
        &self,
        agency: &Agency,
        key: Option<&str>,
        what: &StartVerification,
        asking: Asking<'_>,
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
            let new = Verification { return_url, ..self.new_verification(&agency.id, &asking) };
            self.insert(&mut tx, &new, &asking).await?;
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
        asking: Asking<'_>,
    ) -> Result<Verification, RequestError> {
        if !self.settings.public_demo.contains(&asking.policy.name) {
            return Err(RequestError::NotForVisitors(asking.policy.name.clone()));
        }
        sql::retry(|| async {
            let mut tx = self.store.write("start_demonstration").await?;
            if tx.count_waiting(DEMO_TENANT).await? >= MAX_PUBLIC_WAITING {
                return Err(RequestError::Busy);
            }
            let new = Verification {
                page_key_hash: Some(sha256(page_key.as_bytes())),
                ..self.new_verification(DEMO_TENANT, &asking)
            };
            self.insert(&mut tx, &new, &asking).await?;
            tx.commit().await?;
            Ok(new)
        })
        .await
    }

    pub(super) fn new_verification(&self, tenant: &str, asking: &Asking<'_>) -> Verification {
        let created = self.now();
        Verification {
            id: self.new_id(),
            tenant: tenant.to_owned(),
            policy: asking.policy.name.clone(),
            purpose: asking.purpose.clone(),
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

    pub(crate) async fn started(
        &self,
        verification: &Verification,
        request: &WalletRequest,
    ) -> Result<StartedVerification, WalletRequestError> {
        let query = self.authorization_query(verification, request).await?;
        let mut wallet: Url = self.settings.wallet_url.clone();
        wallet.set_path("/present");
        wallet.set_query(Some(&query));
        let link = wallet.to_string();
        Ok(StartedVerification {
            id: verification.id.clone(),
            state: verification.state,
            qr_svg: web::qr::svg(&link),
            link,
            openid_link: format!("openid4vp://?{query}"),
            request_uri: self.is_by_reference(request).then(|| self.request_uri(&verification.id)),
            expires_at: super::views::text(verification.expires),
        })
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
        let request = self.wallet_request(&verification).await?;
        match self.signed_request(&verification, &request, wallet_nonce).await {
            // An unsigned request is whole in its link; there is nothing to fetch.
            Err(WalletRequestError::ByValue) => Err(RequestObjectError::Unknown),
            other => Ok(other?),
        }
    }
}

/// What is to be approved, as the request carries it: by any credential that can.
fn transactions(
    policy: &Policy,
    profile: &RequestProfile,
    approvals: Option<&[ApprovalText]>,
) -> Result<Vec<String>, RequestError> {
    let Some(approvals) = approvals else { return Ok(Vec::new()) };
    if !(1..=MAX_TRANSACTIONS).contains(&approvals.len()) {
        return Err(RequestError::Approvals(TransactionFault::Count));
    }
    approvals.iter().try_for_each(ApprovalText::check).map_err(RequestError::Approvals)?;
    let ids = query_under(policy, profile).map(|query| query.authorising_ids()).unwrap_or_default();
    if ids.is_empty() {
        return Err(RequestError::Approvals(TransactionFault::Credentials));
    }
    Ok(approvals.iter().map(|approval| approval.encode(ids.clone())).collect())
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
    // A start without these keeps the digest that it had before there were any.
    if let Some(profile) = &what.profile {
        hash.update(b"profile");
        hash.update((profile.len() as u64).to_be_bytes());
        hash.update(profile);
    }
    if let Some(approvals) = &what.approvals {
        hash.update(b"approvals");
        hash.update(serde_json::to_vec(approvals).unwrap_or_default());
    }
    hash.finalize().to_vec()
}
