//! Where a person is reached and what was sent there: a part of the person's page.

use actix_web::web::{Data, Form, Path, ServiceConfig};
use actix_web::{HttpResponse, post};
use issuance::Permission;
use issuance::message::Language;
use serde::Deserialize;
use store_issuer::{MessageRow, MessageState};
use web::Problem;
use web::page::see_other;

use super::session::{Issue, May, Officer};
use super::view::{Badge, When};
use crate::app::{Contact, ContactError, ContactView, Issuer};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(set_contact);
}

/// What `console/contact.html` shows.
pub(super) struct ContactCard {
    pub email: String,
    pub language: &'static str,
    /// Code, name in the language itself, whether it is chosen.
    pub languages: [(&'static str, &'static str, bool); 6],
    pub messages: Vec<MessageLine>,
    pub issues: bool,
    /// Whether the service sends anything.
    pub sends: bool,
}

pub(super) struct MessageLine {
    pub title: &'static str,
    pub badge: Badge,
    pub at: When,
    pub why: Option<String>,
}

impl ContactCard {
    pub async fn load(officer: &Officer, app: &Issuer, id: &str) -> Result<Self, Problem> {
        let ContactView { contact, messages } = app.contact_of(&officer.tenant, id).await?;
        let chosen = contact.as_ref().and_then(|contact| contact.language);
        Ok(Self {
            email: contact.map(|contact| contact.email).unwrap_or_default(),
            language: chosen.map_or("", name),
            languages: Language::ALL.map(|it| (it.code(), name(it), chosen == Some(it))),
            messages: messages.iter().map(MessageLine::from).collect(),
            issues: officer.roles.may(Permission::Issue),
            sends: app.sends_messages(),
        })
    }
}

impl From<&MessageRow> for MessageLine {
    fn from(row: &MessageRow) -> Self {
        Self {
            title: row.event.title(),
            badge: state(row.state),
            at: row.finished_at.unwrap_or(row.created_at).into(),
            why: row.fault.as_deref().filter(|_| row.state != MessageState::Sent).map(fault),
        }
    }
}

pub(super) const fn state(state: MessageState) -> Badge {
    match state {
        MessageState::Waiting => Badge { class: "waiting", text: "Waiting" },
        MessageState::Sent => Badge { class: "success", text: "Sent" },
        MessageState::Failed => Badge { class: "error", text: "Not delivered" },
        MessageState::Dropped => Badge { class: "plain", text: "Not sent: no address" },
    }
}

/// A code of the outbox in words.
pub(super) fn fault(code: &str) -> String {
    match code {
        "connection" => "the mail server did not answer".to_owned(),
        "timeout" => "the mail server did not answer in time".to_owned(),
        "tls" => "the connection to the mail server could not be secured".to_owned(),
        "address" => "the address cannot be written to".to_owned(),
        other => format!("the mail server refused it ({other})"),
    }
}

/// A language's name for itself.
const fn name(language: Language) -> &'static str {
    match language {
        Language::Arabic => "العربية",
        Language::Chinese => "中文",
        Language::English => "English",
        Language::French => "Français",
        Language::Russian => "Русский",
        Language::Spanish => "Español",
    }
}

#[derive(Deserialize)]
struct ContactForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    language: String,
}

/// An empty address takes the old one away.
#[post("/people/{id}/contact")]
async fn set_contact(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<ContactForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let email = form.email.trim().to_owned();
    let language = Language::parse(&form.language);
    let contact = Some(Contact { email, language }).filter(|contact| !contact.email.is_empty());
    app.set_contact(&officer.actor(), &id, contact.as_ref()).await?;
    let place = if officer.tenant.has_staff() { "staff" } else { "retirees" };
    Ok(see_other(&format!("/console/{place}/{}?done=contact", *id)))
}

impl From<ContactError> for Problem {
    fn from(error: ContactError) -> Self {
        match error {
            ContactError::Unknown => Self::not_found(),
            ContactError::Address => Self::bad_request(
                "This is no e-mail address. It looks like name@example.org; go back and correct it.",
            ),
            ContactError::Store(error) => problem::store(&error),
        }
    }
}
