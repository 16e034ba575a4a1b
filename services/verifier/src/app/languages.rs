//! Reports in the reader's language. What is stored stays as it was said first.

use verification::{Language, Words};
use wire::verifications::{Report, VerificationView, VerifyRequest};

use super::policies::StoredPolicyError;
use super::{Desk, Given, HandOverError, ViewError};
use crate::app::clients::Agency;

impl Desk {
    /// A verification as [`Desk::view`] gives it, in a language.
    pub async fn view_in(
        &self,
        words: Words,
        agency: &Agency,
        id: &str,
        response_code: Option<&str>,
    ) -> Result<VerificationView, ViewError> {
        let mut view = self.view(agency, id, response_code).await?;
        if let Some(report) = &mut view.report {
            self.speak(words, report).await?;
        }
        Ok(view)
    }

    /// Checks what is handed over as [`Desk::verify`] does, and reports in a language.
    pub async fn verify_in(
        &self,
        words: Words,
        agency: &Agency,
        request: VerifyRequest,
    ) -> Result<Report, HandOverError> {
        self.hand_over_in(words, agency, Given::Request(request)).await
    }

    /// The same for whatever can be handed over.
    pub async fn hand_over_in(
        &self,
        words: Words,
        agency: &Agency,
        given: Given,
    ) -> Result<Report, HandOverError> {
        let mut report = self.hand_over(agency, given).await?;
        if words.language() != Language::English
            && let Some(policy) = self.policy_named(agency, &report.policy).await?
        {
            words.speak(&mut report, &policy.title);
        }
        Ok(report)
    }

    /// Puts a stored report into a language; it was stored in English.
    pub(crate) async fn speak(&self, words: Words, report: &mut Report) -> Result<(), StoredPolicyError> {
        if words.language() == Language::English {
            return Ok(());
        }
        let policy = self.policy_begun(&report.id, &report.policy).await?;
        words.speak(report, policy.as_ref().map_or(report.policy.clone().as_str(), |policy| &policy.title));
        Ok(())
    }
}
