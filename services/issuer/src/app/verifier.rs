//! The verifier's REST API, by which what people present to the Fund is checked.
//!
//! This service verifies no presentation itself: nonce, audience, holder, status, accreditation and schema are the verifier's
//! work, which does it for every agency. What it answers is held against more than its verdict: every check must have passed.

use std::sync::Arc;

use ::keys::Signer;
use clock::Timestamp;
use outbound::{Outbound, OutboundError, Reply};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use url::{Url, form_urlencoded};
use wire::verifications::{
    CheckName, CheckResult, Outcome, Report, StartVerification, StartedVerification, State, VerificationView,
};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// RFC 7523, 3: an assertion is for one request.
const ASSERTION_SECONDS: i64 = 60;

/// The verifier as this service knows it.
pub(crate) struct Verifier {
    pub url: Url,
    pub client_id: String,
    pub policy: String,
    pub signer: Arc<dyn Signer>,
    pub outbound: Outbound,
}

/// Why the verifier did not answer.
#[derive(Debug, thiserror::Error)]
pub enum VerifierFault {
    #[error("the verifier cannot be reached")]
    Unreachable(#[from] OutboundError),
    #[error("the verifier answers with status {0}")]
    Status(u16),
    #[error("the verifier answers in another form")]
    Form,
    #[error("the key that is shown to the verifier does not sign")]
    Key(#[from] ::keys::SignError),
}

/// Why a presentation is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAccepted {
    /// Not answered, declined, over, or answered by another wallet than the one that brings the code.
    #[error("nothing was presented for this enrolment, or not from this wallet; begin again")]
    Unanswered,
    #[error("the organisation has revoked or suspended the credential; ask its human resources office")]
    Withdrawn,
    #[error("the credential has expired or is not valid yet; ask the organisation for a new one")]
    Dates,
    #[error("the credential is not bound to the key of this wallet")]
    NotYours,
    /// Nothing failed, but something could not be looked up.
    #[error("the credential cannot be checked at this moment; try again in a few minutes")]
    Unchecked,
    #[error("the credential is not one that an accredited organisation has issued for itself")]
    NotValid,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

impl Verifier {
    /// Asks for a presentation. `jti` and `once` are new; the same `once` starts one verification, however often it is sent.
    pub async fn start(
        &self,
        (purpose, return_url): (&str, &Url),
        (now, jti, once): (Timestamp, &str, &str),
    ) -> Result<StartedVerification, VerifierFault> {
        let bearer = format!("Bearer {}", self.token(now, jti).await?);
        let asked = StartVerification {
            policy: self.policy.clone(),
            purpose: Some(purpose.to_owned()),
            return_url: Some(return_url.to_string()),
            profile: None,
            approvals: None,
        };
        let body = serde_json::to_value(asked).map_err(|_| VerifierFault::Form)?;
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", once)];
        answered(self.outbound.post_json(&self.below("v1/verifications")?, &body, &headers).await?)
    }

    /// What came of it, for whoever brings this response code.
    pub async fn find(
        &self,
        (id, response_code): (&str, &str),
        (now, jti): (Timestamp, &str),
    ) -> Result<VerificationView, VerifierFault> {
        let token = self.token(now, jti).await?;
        let mut url = self.below(&format!("v1/verifications/{id}"))?;
        url.query_pairs_mut().append_pair("response_code", response_code);
        answered(self.outbound.get(&url, "application/json", Some(&token)).await?)
    }

    /// RFC 6749, 4.4 with RFC 7523, 2.2.
    async fn token(&self, now: Timestamp, jti: &str) -> Result<String, VerifierFault> {
        let claims = json!({
            "iss": self.client_id, "sub": self.client_id, "aud": self.url.origin().ascii_serialization(),
            "jti": jti, "iat": now.timestamp(), "exp": now.timestamp() + ASSERTION_SECONDS,
        });
        let header = Map::from_iter([("typ".to_owned(), Value::from("JWT"))]);
        let claims = claims.as_object().ok_or(VerifierFault::Form)?;
        let assertion = credential::jwt::sign(header, claims, self.signer.as_ref()).await?;
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "verify"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        let token: Token = answered(self.outbound.post_form(&self.below("oauth/token")?, &form, &[]).await?)?;
        Ok(token.access_token)
    }

    fn below(&self, path: &str) -> Result<Url, VerifierFault> {
        self.url.join(path).map_err(|_| VerifierFault::Form)
    }

    /// The report on a presentation of one credential of this type, where every check passed.
    pub fn accepted(&self, view: VerificationView, wanted_type: &str) -> Result<Report, NotAccepted> {
        if view.policy != self.policy || view.response_code_matches != Some(true) {
            return Err(NotAccepted::Unanswered);
        }
        let report = match view.state {
            State::Verified => view.report.ok_or(NotAccepted::Unanswered)?,
            State::Waiting | State::Received | State::Refused | State::Expired => {
                return Err(NotAccepted::Unanswered);
            }
        };
        let passed = |name: &CheckName| {
            report.checks.iter().any(|check| check.name == *name && check.result == CheckResult::Pass)
        };
        let is_type = report
            .credential
            .as_ref()
            .is_some_and(|credential| credential.types.iter().any(|one| one == wanted_type));
        let all = report.outcome == Outcome::Valid && CheckName::ALL.iter().all(passed);
        match all && is_type && report.further.is_empty() {
            true => Ok(report),
            false => Err(refused(&report)),
        }
    }
}

/// The first of what failed that tells the person most.
fn refused(report: &Report) -> NotAccepted {
    let failed = |name: CheckName| {
        report.checks.iter().any(|check| check.name == name && check.result == CheckResult::Fail)
    };
    let told = [
        (CheckName::Form, NotAccepted::NotValid),
        (CheckName::Proof, NotAccepted::NotValid),
        (CheckName::IssuerKey, NotAccepted::NotValid),
        (CheckName::Accreditation, NotAccepted::NotValid),
        (CheckName::Schema, NotAccepted::NotValid),
        (CheckName::HolderBinding, NotAccepted::NotYours),
        (CheckName::Status, NotAccepted::Withdrawn),
        (CheckName::Validity, NotAccepted::Dates),
    ];
    let first = told.into_iter().find(|(name, _)| failed(*name)).map(|(_, why)| why);
    first.unwrap_or(match report.outcome {
        Outcome::Undetermined => NotAccepted::Unchecked,
        Outcome::Valid | Outcome::Invalid => NotAccepted::NotValid,
    })
}

fn answered<T: DeserializeOwned>(reply: Reply) -> Result<T, VerifierFault> {
    match reply.is_success() {
        true => reply.json().map_err(|_| VerifierFault::Form),
        false => Err(VerifierFault::Status(reply.status)),
    }
}

/// The return address of a wallet: its own page, which takes the response code.
pub(crate) fn return_url(wallet: &Url) -> Option<Url> {
    let base = wallet.as_str().trim_end_matches('/');
    Url::parse(&format!("{base}/enrol/separation")).ok()
}

/// `openid4vp://?…`, as a wallet opens it, with nothing but a query.
pub(crate) fn is_request_link(link: &str) -> bool {
    let query = link.strip_prefix("openid4vp://?").or_else(|| link.strip_prefix("openid4vp:///?"));
    query.is_some_and(|query| {
        link.len() <= 4096 && form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "client_id")
    })
}
