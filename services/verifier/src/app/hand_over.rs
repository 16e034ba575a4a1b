//! Checking what somebody already has. Nothing is stored: no claim outlives the answer.

use credential::{ControllerPolicy, Input, InputError};
use paper::Kind;
use serde_json::Value;
use verification::{HandedOver, Occasion, Policy, Subject, problems};
use wire::vc_api::VerifyOptions;
use wire::verifications::{CheckName, Outcome, ProblemDetail, Report, VcApiResult, VerifyRequest};

use super::Desk;
use super::policies::StoredPolicyError;
use super::reading::ReadingError;
use crate::app::clients::Agency;

#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    #[error("there is no policy {0}")]
    UnknownPolicy(String),
    #[error("exactly one of credential and presentation must be there")]
    OneOfTwo,
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] InputError),
    #[error(transparent)]
    File(#[from] ReadingError),
    #[error(transparent)]
    Policy(#[from] StoredPolicyError),
}

/// A file with a credential or presentation in its QR codes, and what goes with it.
pub struct Document {
    pub policy: String,
    pub challenge: Option<String>,
    pub domain: Option<String>,
    pub kind: Kind,
    pub bytes: Vec<u8>,
}

/// What an agency hands over.
pub enum Given {
    Request(VerifyRequest),
    Document(Document),
}

impl Desk {
    /// Checks what was handed over in either form.
    pub async fn hand_over(&self, agency: &Agency, given: Given) -> Result<Report, HandOverError> {
        match given {
            Given::Request(request) => self.verify(agency, request).await,
            Given::Document(document) => self.verify_document(agency, document).await,
        }
    }

    /// Checks what a file holds under a named policy. The report is the one that the text would have.
    async fn verify_document(&self, agency: &Agency, document: Document) -> Result<Report, HandOverError> {
        let Document { policy, challenge, domain, kind, bytes } = document;
        let policy = self.policy_to_check(agency, policy).await?;
        let text = self.reading.text_of(kind, bytes).await?;
        let given = HandedOver {
            subject: Subject::from(Input::parse(&text)?),
            receipt: None,
            challenge: challenge.as_deref(),
            domain: domain.as_deref(),
            controller: ControllerPolicy::Strict,
        };
        Ok(self.check(&policy, given).await)
    }

    /// Checks a credential or presentation under a named policy.
    pub async fn verify(&self, agency: &Agency, request: VerifyRequest) -> Result<Report, HandOverError> {
        let policy = self.policy_to_check(agency, request.policy).await?;
        let subject = match (request.credential, request.presentation) {
            (Some(credential), None) => Subject::Credential(Input::from_value(credential)?),
            (None, Some(presentation)) => Subject::Presentation(Input::from_value(presentation)?),
            _ => return Err(HandOverError::OneOfTwo),
        };
        let given = HandedOver {
            subject,
            receipt: request.receipt.as_ref(),
            challenge: request.challenge.as_deref(),
            domain: request.domain.as_deref(),
            controller: ControllerPolicy::Strict,
        };
        Ok(self.check(&policy, given).await)
    }

    async fn policy_to_check(&self, agency: &Agency, name: String) -> Result<Policy, HandOverError> {
        let policy = self.policy_named(agency, &name).await?;
        policy.ok_or(HandOverError::UnknownPolicy(name))
    }

    /// `POST /vc-api/credentials/verify`.
    pub async fn vc_api_credential(&self, credential: Value) -> Result<VcApiResult, HandOverError> {
        let subject = Input::from_value(credential).map(Subject::Credential);
        self.vc_api(subject, &VerifyOptions::default()).await
    }

    /// `POST /vc-api/presentations/verify`.
    pub async fn vc_api_presentation(
        &self,
        presentation: Value,
        options: &VerifyOptions,
    ) -> Result<VcApiResult, HandOverError> {
        let subject = Input::from_value(presentation).map(Subject::Presentation);
        self.vc_api(subject, options).await
    }

    async fn vc_api(
        &self,
        subject: Result<Subject, InputError>,
        options: &VerifyOptions,
    ) -> Result<VcApiResult, HandOverError> {
        let name = &self.settings.vc_api.policy;
        let policy = self.policies.find(name).ok_or_else(|| HandOverError::UnknownPolicy(name.clone()))?;
        let subject = match subject {
            Ok(subject) => subject,
            Err(error) => {
                let problem = problems::parsing(&format!("The body cannot be read: {error}."));
                return Ok(result(policy, false, vec![problem], None));
            }
        };
        let controller = if self.settings.vc_api.issuers_without_did {
            ControllerPolicy::OpenForUrls
        } else {
            ControllerPolicy::Strict
        };
        let (challenge, domain) = (options.challenge.as_deref(), options.domain.as_deref());
        let given = HandedOver { subject, receipt: None, challenge, domain, controller };
        let report = self.check(policy, given).await;
        let verified = report.outcome == Outcome::Valid;
        Ok(result(policy, verified, problems::problems(&report), Some(report)))
    }

    async fn check(&self, policy: &Policy, given: HandedOver<'_>) -> Report {
        let report_id = self.new_id();
        let occasion = Occasion { report_id: &report_id, now: self.now() };
        self.verifier.handed_over(policy, given, occasion).await
    }
}

fn result(
    policy: &Policy,
    verified: bool,
    problems: Vec<ProblemDetail>,
    report: Option<Report>,
) -> VcApiResult {
    let required = policy.requires(CheckName::Accreditation);
    VcApiResult {
        verified,
        policy: policy.name.clone(),
        accreditation: if required { "required" } else { "optional" }.to_owned(),
        problem_details: problems,
        warnings: report.as_ref().map(problems::warnings).unwrap_or_default(),
        checks: report.map(|report| report.checks).unwrap_or_default(),
    }
}
