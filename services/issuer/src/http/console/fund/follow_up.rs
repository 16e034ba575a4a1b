//! Answers of focal points, and asking everybody who is enrolled, at the console.

use actix_web::web::{Data, Form, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::Permission;
use web::Problem;
use web::page::{Shell, html, see_other};

use crate::app::{FOLLOW_UP_OUTCOMES, Issuer, NewFollowUp};
use crate::http::console::session::{Issue, May, SeePeople};
use crate::http::console::view::{Badge, Place, When, grouped, shell};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(enter_answers).service(questions_page).service(ask_everybody);
}

/// The words for an answer.
pub(super) fn outcome_words(outcome: &str) -> &'static str {
    let found = FOLLOW_UP_OUTCOMES.iter().find(|(known, _)| *known == outcome);
    found.map_or("", |(_, words)| words.split(':').next().unwrap_or_default())
}

/// The same field once for each person.
#[post("/fund/follow-up/answers")]
async fn enter_answers(
    officer: May<Issue>,
    form: Form<Vec<(String, String)>>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let mut new = NewFollowUp::default();
    let mut country = String::new();
    for (name, value) in form.into_inner() {
        match name.as_str() {
            "person" => new.people.push(value),
            "year" => new.year = value.parse().unwrap_or_default(),
            "outcome" => new.outcome = value,
            "words" => new.words = value,
            "country" => country = value.chars().filter(char::is_ascii_uppercase).take(3).collect(),
            _ => {}
        }
    }
    app.enter_follow_up(&officer.actor(), &new).await?;
    Ok(see_other(&format!("/console/fund/follow-up?year={}&country={country}", new.year)))
}

#[derive(Template)]
#[template(path = "console/fund_questions.html")]
struct QuestionsPage {
    shell: Shell,
    runs: Vec<RunLine>,
    goes_on: bool,
    issues: bool,
}

struct RunLine {
    at: When,
    by: String,
    year: i32,
    asked: String,
    passed: String,
    badge: Badge,
}

#[get("/fund/questions")]
async fn questions_page(officer: May<SeePeople>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let runs = app.list_ask_runs(tenant).await?;
    let names = app.officer_names(tenant).await.map_err(|error| problem::store(&error))?;
    html(&QuestionsPage {
        shell: shell(&officer, Place::Fund),
        goes_on: runs.iter().any(|run| run.finished_at.is_none()),
        runs: runs
            .into_iter()
            .map(|run| RunLine {
                at: run.made_at.into(),
                by: names.get(&run.made_by).cloned().unwrap_or_else(|| "A machine".to_owned()),
                year: run.year,
                asked: grouped(run.asked),
                passed: grouped(run.passed),
                badge: match run.finished_at {
                    Some(_) => Badge { class: "success", text: "Done" },
                    None => Badge { class: "waiting", text: "Goes on" },
                },
            })
            .collect(),
        issues: officer.roles.may(Permission::Issue),
    })
}

#[post("/fund/questions")]
async fn ask_everybody(officer: May<Issue>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    app.ask_everybody(&officer.actor()).await?;
    Ok(see_other("/console/fund/questions"))
}
