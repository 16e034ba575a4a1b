//! Pages about what went wrong, and the officers' page that reads support codes.

use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use clock::Timestamp;
use language::Language;
use serde::Deserialize;
use web::Problem;
use web::page::html;
use web::voice::{Rendered, Speak};

use super::frame::Frame;
use crate::http::problem::PAGES;
use crate::http::{App, support};
use crate::words::Words;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    shell: Frame,
    words: Words,
    title: String,
    text: String,
    /// The organisation's own words.
    detail: Option<String>,
    /// Names the request in the service's record.
    request_id: String,
}

#[derive(Template)]
#[template(path = "support.html")]
struct SupportPage {
    shell: Frame,
    words: Words,
    code: String,
    stuck: Option<support::Stuck>,
    /// The name of the sentence for the problem.
    said: String,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    code: String,
}

/// Problems in the six languages.
pub struct Voice;

impl Speak for Voice {
    fn problem(&self, request: &HttpRequest, problem: Problem) -> Problem {
        let words = Words::of(request);
        let code = support::code(request.path(), Some(problem.slug()), now(request));
        let problem = problem.with("supportCode", code);
        if words.language() == Language::English {
            return problem;
        }
        let [title, text] = said(words, problem.slug());
        let own = problem.detail_text().filter(|_| has_own_words(problem.slug()));
        let own = own.map(|detail| format!("{text} ({detail})"));
        problem
            .titled(title)
            .detail(own.unwrap_or(text))
            .header(actix_web::http::header::CONTENT_LANGUAGE, words.language().code())
    }

    fn error_page(&self, request: &HttpRequest, problem: &Problem, request_id: &str) -> Rendered {
        let words = Words::of(request);
        let [title, text] = said(words, problem.slug());
        let Some(app) = request.app_data::<App>() else { return Ok(title) };
        let detail = problem.detail_text().filter(|_| has_own_words(problem.slug()));
        ProblemPage {
            shell: Frame::outside(request, app).stuck(request, app, Some(problem.slug())),
            words,
            title,
            text,
            detail: detail.map(str::to_owned),
            request_id: request_id.to_owned(),
        }
        .render()
    }

    fn explanation(&self, request: &HttpRequest, slug: &str) -> Option<Rendered> {
        let words = Words::of(request);
        let app = request.app_data::<App>()?;
        let known = PAGES.find(slug)?;
        let [title, text] = match words.language() {
            Language::English => [known.title.to_owned(), known.text.to_owned()],
            _ => said(words, known.slug),
        };
        let shell = Frame::outside(request, app);
        Some(ProblemPage { shell, words, title, text, detail: None, request_id: String::new() }.render())
    }
}

/// Whether the detail may hold an organisation's own words; they are shown as they are.
fn has_own_words(slug: &str) -> bool {
    ["issuer-refused", "answer-refused", "enrolment-refused"].contains(&slug)
}

/// The title and the advice for a kind of problem; what only programs meet has a general one.
fn said(words: Words, slug: &str) -> [String; 2] {
    let id = format!("problem-{slug}");
    let known = words.knows(&id);
    let id = if known { id.as_str() } else { "problem-other" };
    [words.say(id).plain(), words.say(&format!("{id}-what")).plain()]
}

fn now(request: &HttpRequest) -> Timestamp {
    request.app_data::<App>().map_or_else(Timestamp::default, |app| app.wallet.now())
}

/// For officers: what a support code says.
#[get("/support")]
pub async fn read_code(
    request: HttpRequest,
    app: App,
    words: Words,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let code = asked.into_inner().code;
    let stuck = support::read(&code);
    let said = stuck.as_ref().map(|stuck| format!("problem-{}", stuck.problem)).unwrap_or_default();
    html(&SupportPage { shell: Frame::outside(&request, &app), words, code, stuck, said })
}
