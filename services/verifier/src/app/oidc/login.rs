//! Leading the person through: from the application's request over the presentation back to the application.

use store_verifier::{OidcLogin, StoreError, Verification};
use url::Url;
use wire::verifications::{Outcome, PolicyView, StartedVerification, State, VerificationView};

use super::request::{Asked, Refusal, SignIn, refusal};
use super::{Client, TENANT};
use crate::app::policies::StoredPolicyError;
use crate::app::requests::Asking;
use crate::app::{Desk, ViewError, same, sha256};

/// Sign-ins of one application that may wait at the same time.
const MAX_WAITING: i64 = 5_000;

/// What came of a request at the authorization endpoint.
#[derive(Debug)]
pub enum Begun {
    /// The person goes on here; the browser keeps the key, and only with it the sign-in can be finished.
    Login { id: String, browser_key: String },
    /// The application is told no, at its own address.
    Refused { to: String },
}

/// Said to the person, because there is no application that could be told.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    #[error("no application of this name is registered")]
    UnknownClient,
    #[error("the redirect URI is not registered for this application")]
    RedirectUri,
    /// Also in another browser than the one that began.
    #[error("there is no such sign-in in this browser")]
    Unknown,
    #[error("the sign-in is over")]
    Over,
    #[error(transparent)]
    View(#[from] ViewError),
    #[error(transparent)]
    Policy(#[from] StoredPolicyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where a sign-in stands.
#[derive(Debug)]
pub enum Stage {
    Waiting(StartedVerification),
    /// The answer is being checked.
    Received,
    /// The application may have its code.
    Ready,
    /// The credential was not accepted, with the sentence of the report.
    NotAccepted(String),
    /// A required check could not be made.
    Undetermined(String),
    Declined,
    /// Nobody answered in time, or nobody came back for the code in time.
    TooLate,
    /// The application has redeemed its code.
    Done,
}

/// What the page of a sign-in shows.
pub struct LoginPage {
    pub id: String,
    /// The application.
    pub name: String,
    pub purpose: String,
    pub policy: PolicyView,
    /// Names of the claims that the application is given.
    pub given: Vec<String>,
    pub stage: Stage,
}

impl Desk {
    /// Begins a sign-in (OpenID Connect Core 1.0, 3.1.2.1).
    pub async fn begin_login(&self, asked: &Asked) -> Result<Begun, LoginError> {
        let client = asked.once("client_id").and_then(|id| self.oidc_client(id));
        let client = client.ok_or(LoginError::UnknownClient)?;
        let redirect_uri = client.redirect_uri(asked).ok_or(LoginError::RedirectUri)?;
        let refuse = |why| Ok(Begun::Refused { to: self.back(redirect_uri, asked.state(), Err(why)) });
        let sign_in = match asked.check(redirect_uri) {
            Ok(sign_in) => sign_in,
            Err(why) => return refuse(why),
        };
        let Some(policy) = self.policies.find(&client.policy) else {
            return refuse(refusal("server_error", "the policy of the application is not there any more"));
        };
        let browser_key = self.token();
        let Ok(profile) = self.profile(None, policy) else {
            return refuse(refusal("server_error", "the policy of the application cannot be asked for"));
        };
        let asking = Asking { policy, profile, purpose: client.purpose.clone(), transactions: Vec::new() };
        match self.insert_login(client, &asking, sign_in, &browser_key).await? {
            Some(id) => {
                metrics::counter!("verifier_logins_total", "client" => client.id.clone()).increment(1);
                Ok(Begun::Login { id, browser_key })
            }
            None => {
                refuse(refusal("temporarily_unavailable", "too many people are signing in at the moment"))
            }
        }
    }

    /// Stores a sign-in with its verification. None when too many wait already.
    async fn insert_login(
        &self,
        client: &Client,
        asking: &Asking<'_>,
        sign_in: SignIn,
        browser_key: &str,
    ) -> Result<Option<String>, StoredPolicyError> {
        let tenant = format!("{TENANT}{}", client.id);
        let mut verification = self.new_verification(&tenant, asking);
        // A wallet on the same device sends the browser back here.
        verification.return_url = Some(format!("{}/login/{}", self.oidc_issuer(), verification.id));
        let login = OidcLogin {
            verification: verification.id.clone(),
            client: client.id.clone(),
            redirect_uri: sign_in.redirect_uri,
            scope: sign_in.scope,
            state: sign_in.state,
            nonce: sign_in.nonce,
            code_challenge: sign_in.code_challenge,
            browser_hash: sha256(browser_key.as_bytes()),
            redeemed: None,
            revoked: None,
            created: verification.created,
        };
        sql::retry(|| async {
            let mut tx = self.store.write("begin_login").await?;
            if tx.count_waiting(&tenant).await? >= MAX_WAITING {
                return Ok(None);
            }
            self.insert(&mut tx, &verification, asking).await?;
            tx.insert_oidc_login(&login).await?;
            tx.commit().await?;
            Ok(Some(verification.id.clone()))
        })
        .await
    }

    /// The page of a sign-in, in the browser that began it.
    pub async fn login_page(&self, browser_key: &str, id: &str) -> Result<LoginPage, LoginError> {
        let (login, verification) = self.own_login(browser_key, id).await?;
        let client = self.oidc_client(&login.client).ok_or(LoginError::Over)?;
        let policy = self.policies.find(&verification.policy).ok_or(LoginError::Over)?;
        let words = |name: &String| name.replace('_', " ");
        Ok(LoginPage {
            id: id.to_owned(),
            name: client.name.clone(),
            purpose: verification.purpose.clone(),
            policy: policy.view(),
            given: client.claims.keys().map(words).collect(),
            stage: self.stage(&login, &verification).await?,
        })
    }

    /// Where the browser goes on: to the application with a code or with a refusal. None while the person has not
    /// answered. A code that was not redeemed is replaced when the browser comes again.
    pub async fn finish_login(&self, browser_key: &str, id: &str) -> Result<Option<String>, LoginError> {
        let (login, verification) = self.own_login(browser_key, id).await?;
        let refused = match self.stage(&login, &verification).await? {
            Stage::Waiting(_) | Stage::Received => return Ok(None),
            Stage::Done => return Err(LoginError::Over),
            Stage::Ready => {
                let code = self.give_code(id).await?.ok_or(LoginError::Over)?;
                return Ok(Some(self.back(&login.redirect_uri, login.state.as_deref(), Ok(&code))));
            }
            Stage::NotAccepted(_) => refusal("access_denied", "the credential was not accepted"),
            Stage::Undetermined(_) => {
                refusal("temporarily_unavailable", "the credential could not be checked")
            }
            Stage::Declined => refusal("access_denied", "the person or their wallet declined"),
            Stage::TooLate => refusal("access_denied", "the person did not answer in time"),
        };
        Ok(Some(self.back(&login.redirect_uri, login.state.as_deref(), Err(refused))))
    }

    async fn give_code(&self, id: &str) -> Result<Option<String>, StoreError> {
        let code = self.token();
        sql::retry(|| async {
            let mut tx = self.store.write("give_code").await?;
            let given = tx.set_oidc_code(id, &sha256(code.as_bytes())).await?;
            tx.commit().await?;
            Ok(given.then(|| code.clone()))
        })
        .await
    }

    /// A login is its browser's: without the cookie, whoever learns the identifier could take over the sign-in.
    async fn own_login(&self, browser_key: &str, id: &str) -> Result<(OidcLogin, Verification), LoginError> {
        let mut tx = self.store.read().await?;
        let own = |login: &OidcLogin| same(&login.browser_hash, &sha256(browser_key.as_bytes()));
        let login = tx.find_oidc_login(id).await?.filter(own).ok_or(LoginError::Unknown)?;
        let verification = tx.find_verification(id).await?.ok_or(LoginError::Unknown)?;
        Ok((login, verification))
    }

    async fn stage(&self, login: &OidcLogin, verification: &Verification) -> Result<Stage, ViewError> {
        if login.redeemed.is_some() {
            return Ok(Stage::Done);
        }
        let VerificationView { state, report, .. } = self.view_of(verification)?;
        Ok(match (state, report) {
            (State::Waiting, _) => {
                let request = self.wallet_request(verification).await?;
                Stage::Waiting(self.started(verification, &request).await?)
            }
            (State::Received | State::Verified, None) | (State::Received, Some(_)) => Stage::Received,
            (State::Refused, _) => Stage::Declined,
            (State::Expired, _) => Stage::TooLate,
            (State::Verified, Some(report)) => match report.outcome {
                Outcome::Valid if report.claims.is_some() => Stage::Ready,
                Outcome::Valid => Stage::TooLate,
                Outcome::Invalid => Stage::NotAccepted(report.sentence),
                Outcome::Undetermined => Stage::Undetermined(report.sentence),
            },
        })
    }

    /// The address that tells the application (RFC 6749, 4.1.2), with the issuer, so that it is not mixed up with
    /// another one (RFC 9207).
    fn back(&self, redirect_uri: &str, state: Option<&str>, what: Result<&str, Refusal>) -> String {
        let Ok(mut url) = Url::parse(redirect_uri) else { return redirect_uri.to_owned() };
        {
            let mut query = url.query_pairs_mut();
            match what {
                Ok(code) => query.append_pair("code", code),
                Err(Refusal { error, description }) => {
                    query.append_pair("error", error).append_pair("error_description", description)
                }
            };
            if let Some(state) = state {
                query.append_pair("state", state);
            }
            query.append_pair("iss", &self.oidc_issuer());
        }
        url.into()
    }
}
