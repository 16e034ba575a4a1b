//! Trying a policy out: a sample, or what a visitor pastes, explained check by check. Nothing of it is stored.

mod registry;
mod samples;

use std::sync::Arc;
use std::time::Duration;

use credential::data_integrity::{ProofOptions, Purpose, SecureError, secure};
use credential::data_integrity::{SigningKey, Suite};
use credential::{ControllerPolicy, Input, InputError};
use did::{DidRecords, Resolvers};
use paper::Kind;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use verification::{HandedOver, Occasion, Policy, Subject, Verifier, Words};
use wire::verifications::{PolicyView, Report};

use self::registry::Pretended;
use self::samples::{Sample, Workshop};
use super::Desk;
use super::reading::ReadingError;

pub use samples::{SampleFault, SampleKind};

/// What is tried.
pub enum Tried {
    Sample(SampleKind),
    /// The text of a credential or a presentation.
    Given(String),
    /// A picture with one in its QR codes.
    File(Kind, Vec<u8>),
}

/// An outcome to explain.
pub struct Explained {
    pub report: Report,
    pub policy: PolicyView,
    /// Whether the registry behind it was pretended.
    pub pretended: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// Also for policies that visitors may not try.
    #[error("there is no policy {0} to try")]
    UnknownPolicy(String),
    #[error("there is no sample of that name")]
    UnknownSample,
    #[error("this verifier shows samples only")]
    SamplesOnly,
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] InputError),
    #[error(transparent)]
    File(#[from] ReadingError),
    #[error(transparent)]
    Samples(#[from] SampleFault),
    #[error("a sample cannot be presented")]
    Present(#[from] SecureError),
}

/// The samples and the verifier that knows their registry; made when the first one is tried.
#[derive(Default)]
pub struct Trial(OnceCell<Scene>);

struct Scene {
    verifier: Verifier,
    holder: SigningKey,
    samples: Vec<(SampleKind, Sample)>,
}

impl Desk {
    /// The policies that can be tried: those marked for visitors, and the open one where there is one.
    #[must_use]
    pub fn trial_policies(&self) -> Vec<PolicyView> {
        let open = self.policies.find(&self.settings.vc_api.policy).filter(|_| self.settings.vc_api.open);
        self.demo_policies().into_iter().chain(open.map(Policy::view)).collect()
    }

    /// Checks a sample or a given credential under a policy, and says each sentence in these words.
    pub async fn try_out(&self, words: Words, name: &str, tried: Tried) -> Result<Explained, TrialError> {
        let known = self.trial_policies().iter().any(|policy| policy.name == name);
        let policy = self.policies.find(name).filter(|_| known);
        let policy = policy.ok_or_else(|| TrialError::UnknownPolicy(name.to_owned()))?;
        let pretended = matches!(tried, Tried::Sample(_));
        let mut report = match tried {
            Tried::Sample(kind) => self.try_sample(policy, kind).await?,
            Tried::Given(text) => self.try_given(policy, &text).await?,
            Tried::File(kind, bytes) => self.try_file(policy, kind, bytes).await?,
        };
        words.speak(&mut report, &policy.title);
        Ok(Explained { report, policy: policy.view(), pretended })
    }

    async fn try_sample(&self, policy: &Policy, kind: SampleKind) -> Result<Report, TrialError> {
        let scene = self.trial.0.get_or_try_init(|| self.make_scene()).await?;
        let sample = scene.samples.iter().find(|(one, _)| *one == kind);
        let (_, sample) = sample.ok_or(TrialError::UnknownSample)?;
        let (challenge, domain) = (self.token(), self.client_id());
        let holder = scene.holder.verification_method.split('#').next().unwrap_or_default();
        let presentation = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": holder,
            "verifiableCredential": [sample.credential]
        });
        let options = ProofOptions {
            created: Some(self.now()),
            purpose: Purpose::Authentication,
            challenge: Some(challenge.clone()),
            domain: Some(domain.clone()),
            expires: None,
        };
        let signed = secure(&presentation, Suite::EcdsaRdfc2019, &scene.holder, &options).await?;
        let given = HandedOver {
            subject: Subject::Presentation(Input::Json(signed)),
            receipt: sample.receipt.as_ref(),
            challenge: Some(&challenge),
            domain: Some(&domain),
            controller: ControllerPolicy::Strict,
        };
        Ok(self.trial_report(&scene.verifier, policy, given).await)
    }

    /// Files are read for strangers only where strangers' credentials are checked.
    async fn try_file(&self, policy: &Policy, kind: Kind, bytes: Vec<u8>) -> Result<Report, TrialError> {
        if !self.settings.vc_api.open {
            return Err(TrialError::SamplesOnly);
        }
        let text = self.reading.text_of(kind, bytes).await?;
        self.try_given(policy, &text).await
    }

    async fn try_given(&self, policy: &Policy, text: &str) -> Result<Report, TrialError> {
        if !self.settings.vc_api.open {
            return Err(TrialError::SamplesOnly);
        }
        let input = Input::parse(text)?;
        let subject =
            if is_presentation(&input) { Subject::Presentation(input) } else { Subject::Credential(input) };
        let given = HandedOver {
            subject,
            receipt: None,
            challenge: None,
            domain: None,
            controller: ControllerPolicy::Strict,
        };
        Ok(self.trial_report(&self.verifier, policy, given).await)
    }

    async fn trial_report(&self, verifier: &Verifier, policy: &Policy, given: HandedOver<'_>) -> Report {
        let report_id = self.new_id();
        let occasion = Occasion { report_id: &report_id, now: self.now() };
        verifier.handed_over(policy, given, occasion).await
    }

    async fn make_scene(&self) -> Result<Scene, SampleFault> {
        let Workshop { records, holder, samples, .. } =
            Workshop::open(self.entropy.as_ref(), self.now()).await?;
        let pretended = Arc::new(Pretended { records, clock: Arc::clone(&self.clock) });
        let dids: Arc<dyn DidRecords> = Arc::clone(&pretended) as Arc<dyn DidRecords>;
        let resolver = Arc::new(Resolvers::new(dids, Duration::ZERO));
        let verifier = Verifier::new(Arc::clone(&pretended) as _, pretended, resolver);
        Ok(Scene { verifier, holder, samples })
    }
}

/// A presentation says so by its type, or as an SD-JWT by the key binding JWT after its last tilde.
fn is_presentation(input: &Input) -> bool {
    match input {
        Input::Json(value) => match value.get("type") {
            Some(Value::String(one)) => one == "VerifiablePresentation",
            Some(Value::Array(all)) => all.iter().any(|one| one == "VerifiablePresentation"),
            _ => false,
        },
        Input::Compact(text) => !text.ends_with('~'),
        Input::Jwt(_) | Input::Cose(_) => false,
    }
}
