//! The outbox of messages, and their texts with a preview.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::message::{
    LONGEST_BODY, LONGEST_SUBJECT, Language, MessageEvent, Rendered, Template as Text, TemplateError,
};
use serde::Deserialize;
use store_issuer::{MessageRow, MessageState};
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::contact::{fault, state};
use super::session::{Administer, May};
use super::view::{Badge, Done, Place, When, grouped, shell};
use crate::app::{Issuer, TextError};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(outbox).service(send_again).service(text_page).service(save_text).service(restore_text);
}

#[derive(Template)]
#[template(path = "console/messages.html")]
struct MessagesPage {
    shell: Shell,
    sends: bool,
    /// The last member hides what is nothing to look at.
    counts: Vec<(Badge, String, bool)>,
    troubled: Vec<Line>,
    can_repeat: bool,
    languages: [Language; 6],
    events: Vec<EventLine>,
    done: Option<&'static str>,
}

/// A message that was not delivered, or is being tried again. It says nobody's name: administrators see no records.
struct Line {
    title: &'static str,
    badge: Badge,
    at: When,
    tries: u32,
    why: String,
}

struct EventLine {
    event: MessageEvent,
    /// For each language, whether the organisation wrote the text itself.
    own: Vec<(Language, bool)>,
}

#[get("/messages")]
async fn outbox(
    officer: May<Administer>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let stored = |error| problem::store(&error);
    let view = app.outbox(&officer.tenant).await.map_err(stored)?;
    let own = app.list_own_texts(&officer.tenant).await.map_err(stored)?;
    let wrote = |event, language| own.iter().any(|row| row.event == event && row.language == language);
    let troubled = view.failed.iter().chain(view.waiting.iter().filter(|row| row.fault.is_some()));
    html(&MessagesPage {
        shell: shell(&officer, Place::Messages),
        sends: view.sends,
        can_repeat: !view.failed.is_empty(),
        troubled: troubled.map(Line::from).collect(),
        counts: view
            .counts
            .iter()
            .map(|(it, count)| (state(*it), grouped(*count), *it == MessageState::Dropped && *count == 0))
            .collect(),
        languages: Language::ALL,
        events: MessageEvent::ALL
            .into_iter()
            .filter(|event| !event.is_of_the_fund() || app.is_pension_fund(&officer.tenant))
            .map(|event| EventLine {
                event,
                own: Language::ALL.map(|language| (language, wrote(event, language))).into(),
            })
            .collect(),
        done: [
            ("saved", "The text is saved. Messages from now on use it."),
            ("restored", "The text that comes with Passerelle is used again."),
            ("again", "The messages are tried again within seconds."),
        ]
        .into_iter()
        .find(|(word, _)| done.says(word))
        .map(|(_, sentence)| sentence),
    })
}

impl From<&MessageRow> for Line {
    fn from(row: &MessageRow) -> Self {
        Self {
            title: row.event.title(),
            badge: match row.state {
                MessageState::Waiting => Badge { class: "waiting", text: "Being tried again" },
                other => state(other),
            },
            at: row.finished_at.unwrap_or(row.created_at).into(),
            tries: row.tries,
            why: row.fault.as_deref().map(fault).unwrap_or_default(),
        }
    }
}

#[post("/messages/again")]
async fn send_again(officer: May<Administer>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    app.send_failed_again(&officer.actor()).await.map_err(|error| problem::store(&error))?;
    Ok(see_other("/console/messages?done=again"))
}

#[derive(Template)]
#[template(path = "console/message_text.html")]
struct TextPage {
    shell: Shell,
    event: MessageEvent,
    language: Language,
    subject: String,
    body: String,
    longest_subject: usize,
    longest_body: usize,
    preview: Option<Rendered>,
    organisation: String,
    refusal: Option<String>,
    own: Option<(String, When)>,
    changed: bool,
}

#[derive(Deserialize)]
struct TextForm {
    subject: String,
    body: String,
    /// `preview` shows the text and keeps nothing.
    #[serde(default)]
    act: String,
}

/// The text of one event in one language, as the address names them.
fn about(path: &(String, String)) -> Result<(MessageEvent, Language), Problem> {
    MessageEvent::parse(&path.0).zip(Language::parse(&path.1)).ok_or_else(Problem::not_found)
}

#[get("/messages/texts/{event}/{language}")]
async fn text_page(
    officer: May<Administer>,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    html(&page(&officer, &app, about(&path)?, None).await?)
}

#[post("/messages/texts/{event}/{language}")]
async fn save_text(
    officer: May<Administer>,
    path: Path<(String, String)>,
    form: Form<TextForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (event, language) = about(&path)?;
    let TextForm { subject, body, act } = form.into_inner();
    let saved = match act.as_str() {
        "preview" => Text::checked(event, &subject, &body).map(|_| false).map_err(TextError::from),
        _ => app.save_text(&officer.actor(), (event, language), (&subject, &body)).await.map(|()| true),
    };
    match saved {
        Ok(true) => Ok(see_other("/console/messages?done=saved")),
        Ok(false) => html(&page(&officer, &app, (event, language), Some((subject, body, None))).await?),
        Err(TextError::Text(refused)) => {
            let edited = Some((subject, body, Some(refused)));
            let page = page(&officer, &app, (event, language), edited).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(TextError::Store(error)) => Err(problem::store(&error)),
    }
}

#[post("/messages/texts/{event}/{language}/restore")]
async fn restore_text(
    officer: May<Administer>,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (event, language) = about(&path)?;
    let restored = app.restore_text(&officer.actor(), event, language).await;
    restored.map_err(|error| problem::store(&error))?;
    Ok(see_other("/console/messages?done=restored"))
}

/// The text that is in use, or the one in the form, with what is wrong with it.
async fn page(
    officer: &May<Administer>,
    app: &Issuer,
    (event, language): (MessageEvent, Language),
    edited: Option<(String, String, Option<TemplateError>)>,
) -> Result<TextPage, Problem> {
    let stored = |error| problem::store(&error);
    let used = app.find_text(&officer.tenant, event, language).await.map_err(stored)?;
    let names = app.officer_names(&officer.tenant.id).await.map_err(stored)?;
    let changed = edited.is_some();
    let (subject, body, refused) =
        edited.unwrap_or((used.template.subject.clone(), used.template.body.clone(), None));
    let text = Text::checked(event, &subject, &body).ok();
    Ok(TextPage {
        shell: shell(officer, Place::Messages),
        event,
        language,
        longest_subject: LONGEST_SUBJECT,
        longest_body: LONGEST_BODY,
        preview: text.map(|text| app.preview_text(&officer.tenant, language, &text)),
        organisation: officer.tenant.name.clone(),
        refusal: refused.map(|refused| problem::sentence(&refused.to_string())),
        own: used.own.map(|own| {
            let by = names.get(&own.officer).cloned().unwrap_or_else(|| "Passerelle".to_owned());
            (by, own.updated_at.into())
        }),
        changed,
        subject,
        body,
    })
}
