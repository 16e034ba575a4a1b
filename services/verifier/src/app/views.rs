//! What an agency or a visitor may see of a verification.

use chrono::SecondsFormat;
use clock::Timestamp;
use keys::SealError;
use serde_json::Value;
use store_verifier::{StoreError, Verification};
use verification::Words;
use wire::verifications::{PolicyView, Report, StartedVerification, State, VerificationView};

use super::policies::StoredPolicyError;
use super::responses::claims_aad;
use super::wallet_requests::WalletRequestError;
use super::{DEMO_TENANT, Desk, same, sha256};
use crate::app::clients::Agency;

#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// Also for what belongs to somebody else.
    #[error("there is no such verification")]
    Unknown,
    #[error("the verification does not wait for an answer any more")]
    Over,
    #[error("the stored report cannot be read")]
    Report(#[from] serde_json::Error),
    #[error("the kept claims cannot be opened")]
    Sealed(#[from] SealError),
    #[error("the request cannot be made out any more")]
    Request(#[from] WalletRequestError),
    #[error(transparent)]
    Policy(#[from] StoredPolicyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A verification as the page of the visitor who started it shows it.
pub struct PageView {
    pub view: VerificationView,
    pub policy: PolicyView,
    /// While it waits.
    pub started: Option<StartedVerification>,
}

impl Desk {
    pub async fn view(
        &self,
        agency: &Agency,
        id: &str,
        response_code: Option<&str>,
    ) -> Result<VerificationView, ViewError> {
        let found = self.store.read().await?.find_verification(id).await?;
        let found = found.filter(|found| found.tenant == agency.id).ok_or(ViewError::Unknown)?;
        let matches = response_code.map(|code| same(code.as_bytes(), found.response_code.as_bytes()));
        let view = VerificationView { response_code_matches: matches, ..self.view_of(&found)? };
        let held_back = is_held_back(&found, response_code);
        Ok(VerificationView { report: view.report.filter(|_| !held_back), ..view })
    }

    /// What a wallet opens, while the verification waits.
    pub async fn link(&self, agency: &Agency, id: &str) -> Result<String, ViewError> {
        let found = self.store.read().await?.find_verification(id).await?;
        let found = found.filter(|found| found.tenant == agency.id).ok_or(ViewError::Unknown)?;
        if found.state != State::Waiting || found.expires <= self.now() {
            return Err(ViewError::Over);
        }
        Ok(self.started(&found, &self.wallet_request(&found).await?).await?.link)
    }

    /// The page's view; only for the browser that started it.
    pub async fn page_view(&self, words: Words, page_key: &str, id: &str) -> Result<PageView, ViewError> {
        let found = self.store.read().await?.find_verification(id).await?;
        let own = |found: &Verification| {
            let hash = found.page_key_hash.as_deref().unwrap_or_default();
            found.tenant == DEMO_TENANT && same(hash, &sha256(page_key.as_bytes()))
        };
        let found = found.filter(own).ok_or(ViewError::Unknown)?;
        let policy = self.policy_of(&found).await?.ok_or(ViewError::Unknown)?.view();
        let mut view = self.view_of(&found)?;
        if let Some(report) = &mut view.report {
            words.speak(report, &policy.title);
        }
        let started = match view.state {
            State::Waiting => Some(self.started(&found, &self.wallet_request(&found).await?).await?),
            State::Received | State::Verified | State::Refused | State::Expired => None,
        };
        Ok(PageView { view, policy, started })
    }

    #[must_use]
    pub fn policy_views(&self) -> Vec<PolicyView> {
        self.policies.iter().map(verification::Policy::view).collect()
    }

    /// The policies that visitors may try.
    #[must_use]
    pub fn demo_policies(&self) -> Vec<PolicyView> {
        let names = self.settings.public_demo.iter();
        names.filter_map(|name| self.policies.find(name)).map(verification::Policy::view).collect()
    }

    pub(super) fn view_of(&self, found: &Verification) -> Result<VerificationView, ViewError> {
        let late = found.state == State::Waiting && found.expires <= self.now();
        Ok(VerificationView {
            id: found.id.clone(),
            policy: found.policy.clone(),
            purpose: found.purpose.clone(),
            state: if late { State::Expired } else { found.state },
            created_at: text(found.created),
            expires_at: text(found.expires),
            answered_at: found.answered.map(text),
            refusal: found.refusal.clone(),
            response_code_matches: None,
            report: self.report_of(found)?,
        })
    }

    fn report_of(&self, found: &Verification) -> Result<Option<Report>, ViewError> {
        let Some(stored) = &found.report else { return Ok(None) };
        let mut report: Report = serde_json::from_str(stored)?;
        // The erasing job may be a little late; what is over is over.
        let kept =
            found.claims_sealed.as_deref().zip(found.claims_until).filter(|(_, until)| self.now() < *until);
        if let Some((sealed, until)) = kept {
            let plain = self.sealing.open(&claims_aad(&found.id), sealed)?;
            let claims: Vec<Option<Value>> = serde_json::from_slice(&plain)?;
            let mut claims = claims.into_iter();
            report.claims = claims.next().flatten();
            for (one, claims) in report.further.iter_mut().zip(claims) {
                one.claims = claims;
            }
            report.claims_kept_until = Some(text(until));
        }
        Ok(Some(report))
    }
}

/// OID4VP 1.0, 14.2: where the person comes back on the same device, only who brings the code learns what came of it.
/// Somebody who passed the link on to another person never learns what that person showed.
pub(super) fn is_held_back(of: &Verification, response_code: Option<&str>) -> bool {
    let matches = response_code.is_some_and(|code| same(code.as_bytes(), of.response_code.as_bytes()));
    of.return_url.is_some() && !matches
}

pub(crate) fn text(time: Timestamp) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
