//! The trial page: a policy, a sample or something pasted, and every check explained.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use futures_util::TryStreamExt as _;
use paper::Kind;
use utoipa::ToSchema;
use verification::{Language, Words};
use web::Problem;
use web::page::{Shell, html, html_with};
use wire::verifications::PolicyView;

use super::language::Spoken;
use super::render::ReportPage;
use crate::app::{Desk, Explained, ReadingError, SampleKind, TrialError, Tried};

/// Longest form without its file, in bytes: a credential and its envelope.
const MAX_FORM: usize = 300 * 1024;
/// Longest file, in bytes: a photograph as phones take it.
const MAX_FILE: usize = 8 * 1024 * 1024;

#[derive(Template)]
#[template(path = "trial.html")]
struct TrialPage {
    shell: Shell,
    words: Words,
    languages: [Language; 6],
    policies: Vec<PolicyView>,
    samples: [SampleKind; 5],
    open: bool,
    form: TrialForm,
    fault: Option<String>,
    explained: Option<ExplainedPage>,
}

struct ExplainedPage {
    report: ReportPage,
    pretended: bool,
}

/// What the page sends (`multipart/form-data`). A file or a text goes before a sample.
#[derive(Default, ToSchema)]
pub struct TrialForm {
    policy: String,
    /// `good`, `revoked`, `expired`, `unaccredited` or `back-dated`.
    sample: String,
    /// A credential or a presentation as JSON, SD-JWT or JWT.
    credential: String,
    /// The same as a file, a picture of its QR codes, or a PDF certificate.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Language of the report.
    lang: String,
}

/// Pick a policy and something to check.
#[utoipa::path(
    tag = "pages", operation_id = "show_trial",
    params(("lang" = Option<String>, Query, description = "Language of the report: ar, en, es, fr, ru or zh; before Accept-Language.")),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, body = Problem))
)]
#[get("/trial")]
pub async fn show_trial(spoken: Spoken, desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    html(&TrialPage::of(&desk, spoken.0, TrialForm::default())?)
}

/// Checks it and explains every check. Nothing is stored.
#[utoipa::path(
    tag = "pages", operation_id = "run_trial",
    request_body(content = TrialForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 400, content((String = "text/html"), (Problem = "application/problem+json"))),
        (status = 404, body = Problem), (status = 413, body = Problem),
        (status = 503, content_type = "text/html", body = String)
    )
)]
#[post("/trial")]
pub async fn run_trial(spoken: Spoken, body: Multipart, desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    let form = TrialForm::read(body).await?;
    let words = Language::of_tag(&form.lang).map_or(spoken.0, Words);
    let outcome = match form.tried() {
        Ok(tried) => desk.try_out(words, &form.policy, tried).await,
        Err(error) => Err(error),
    };
    answer(TrialPage::of(&desk, words, form)?, outcome)
}

fn answer(page: TrialPage, outcome: Result<Explained, TrialError>) -> Result<HttpResponse, Problem> {
    match outcome {
        Ok(explained) => html(&page.with(&explained)),
        Err(TrialError::Samples(error)) => Err(Problem::internal(&error)),
        Err(TrialError::Present(error)) => Err(Problem::internal(&error)),
        Err(
            error @ (TrialError::UnknownPolicy(_)
            | TrialError::UnknownSample
            | TrialError::SamplesOnly
            | TrialError::Unreadable(_)
            | TrialError::File(_)),
        ) => {
            let fault = Some(super::problem::sentence(&error));
            html_with(status(&error), &TrialPage { fault, ..page })
        }
    }
}

/// Nothing is wrong with a file that has only to wait.
fn status(error: &TrialError) -> StatusCode {
    match error {
        TrialError::File(ReadingError::Busy) => StatusCode::SERVICE_UNAVAILABLE,
        TrialError::Samples(_) | TrialError::Present(_) => StatusCode::INTERNAL_SERVER_ERROR,
        TrialError::UnknownPolicy(_)
        | TrialError::UnknownSample
        | TrialError::SamplesOnly
        | TrialError::Unreadable(_)
        | TrialError::File(ReadingError::OtherKind | ReadingError::Unreadable(_) | ReadingError::Broken) => {
            StatusCode::BAD_REQUEST
        }
    }
}

fn too_large() -> Problem {
    let detail =
        format!("A file has at most {MAX_FILE} bytes here, and everything else in the form {MAX_FORM}.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The form is too large").detail(detail)
}

impl TrialForm {
    async fn read(mut body: Multipart) -> Result<Self, Problem> {
        let mut form = Self::default();
        let (mut received, mut received_file) = (0, 0);
        let broken = |_| Problem::bad_request("The form cannot be read to its end.");
        while let Some(mut field) = body.try_next().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            let mut bytes = Vec::new();
            while let Some(chunk) = field.try_next().await.map_err(broken)? {
                let counted = if name == "file" { &mut received_file } else { &mut received };
                *counted += chunk.len();
                if received > MAX_FORM || received_file > MAX_FILE {
                    return Err(too_large());
                }
                bytes.extend_from_slice(&chunk);
            }
            form.set(&name, bytes);
        }
        Ok(form)
    }

    fn set(&mut self, name: &str, value: Vec<u8>) {
        let text = |value: Vec<u8>| String::from_utf8_lossy(&value).into_owned();
        match name {
            "policy" => self.policy = text(value),
            "sample" => self.sample = text(value),
            "credential" => self.credential = text(value),
            "file" => self.file = value,
            "lang" => self.lang = text(value),
            _ => {}
        }
    }

    fn tried(&self) -> Result<Tried, TrialError> {
        if let Some(kind) = Kind::of(&self.file) {
            return Ok(Tried::File(kind, self.file.clone()));
        }
        let file = String::from_utf8_lossy(&self.file);
        let given =
            [file.as_ref(), self.credential.as_str()].into_iter().find(|text| !text.trim().is_empty());
        match given {
            Some(text) => Ok(Tried::Given(text.to_owned())),
            None => SampleKind::parse(&self.sample).map(Tried::Sample).ok_or(TrialError::UnknownSample),
        }
    }
}

impl TrialPage {
    /// Where visitors may try nothing, there is no page.
    fn of(desk: &Desk, words: Words, form: TrialForm) -> Result<Self, Problem> {
        let policies = desk.trial_policies();
        if policies.is_empty() {
            return Err(Problem::not_found());
        }
        Ok(Self {
            shell: Shell::new("Verifier").place(desk.settings.client_name.clone()),
            words,
            languages: Language::ALL,
            policies,
            samples: SampleKind::ALL,
            open: desk.settings.vc_api.open,
            form,
            fault: None,
            explained: None,
        })
    }

    fn with(mut self, explained: &Explained) -> Self {
        let report = ReportPage::of(&explained.report, self.words, &explained.policy.title);
        self.explained = Some(ExplainedPage { report, pretended: explained.pretended });
        self
    }
}
