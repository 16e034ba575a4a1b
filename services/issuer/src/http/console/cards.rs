//! How credentials look in a wallet, with a preview.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::CredentialType;
use issuance::card::{CardDesign, LONGEST_CARD_NAME};
use issuance::message::Language;
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::session::{Administer, May};
use super::view::{Done, Place, When, shell};
use crate::app::{DesignError, Issuer};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_cards).service(card_page).service(save_card).service(restore_card);
}

#[derive(Template)]
#[template(path = "console/cards.html")]
struct CardsPage {
    shell: Shell,
    organisation: String,
    cards: Vec<CardLine>,
    done: Option<&'static str>,
}

struct CardLine {
    kind: CredentialType,
    title: String,
    background: String,
    text: String,
    own: bool,
}

#[get("/cards")]
async fn list_cards(
    officer: May<Administer>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let own = app.list_cards(&officer.tenant).await.map_err(|error| problem::store(&error))?;
    let cards = officer.tenant.types.iter().map(|kind| {
        let row = own.iter().find(|row| row.credential_type == *kind);
        let design = row.map_or_else(CardDesign::usual, |row| row.design.clone());
        let named = design.names.get(&Language::English).cloned();
        CardLine {
            kind: *kind,
            title: named.unwrap_or_else(|| kind.title().to_owned()),
            background: design.background.to_string(),
            text: design.text.to_string(),
            own: row.is_some(),
        }
    });
    html(&CardsPage {
        shell: shell(&officer, Place::Messages),
        organisation: officer.tenant.name.clone(),
        cards: cards.collect(),
        done: [
            ("saved", "The card is saved. Wallets see it with their next look."),
            ("restored", "The usual card is used again."),
        ]
        .into_iter()
        .find(|(word, _)| done.says(word))
        .map(|(_, sentence)| sentence),
    })
}

#[derive(Template)]
#[template(path = "console/card.html")]
struct CardPage {
    shell: Shell,
    kind: CredentialType,
    organisation: String,
    background: String,
    text: String,
    names: Vec<(Language, String)>,
    longest: usize,
    /// What the card says in the preview, once the design can be used.
    preview: Option<(String, String, String)>,
    refusal: Option<String>,
    changed: bool,
    own: Option<(String, When)>,
}

/// `background`, `text`, `name-fr` and so on, and `act`.
type Fields = BTreeMap<String, String>;

#[get("/cards/{kind}")]
async fn card_page(
    officer: May<Administer>,
    kind: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    html(&page(&officer, &app, &kind, None).await?.0)
}

#[post("/cards/{kind}")]
async fn save_card(
    officer: May<Administer>,
    kind: Path<String>,
    form: Form<Fields>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (mut page, design) = page(&officer, &app, &kind, Some(&form)).await?;
    if page.refusal.is_some() {
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    match design.filter(|_| form.get("act").is_none_or(|act| act != "preview")) {
        Some(design) => {
            app.save_card(&officer.actor(), &officer.tenant, page.kind, &design).await?;
            Ok(see_other("/console/cards?done=saved"))
        }
        None => {
            page.changed = true;
            html(&page)
        }
    }
}

#[post("/cards/{kind}/restore")]
async fn restore_card(
    officer: May<Administer>,
    kind: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let kind: CredentialType = kind.parse().map_err(|_| Problem::not_found())?;
    app.restore_card(&officer.actor(), kind).await.map_err(|error| problem::store(&error))?;
    Ok(see_other("/console/cards?done=restored"))
}

/// The design in use, or the one in the form, with what is wrong with it.
async fn page(
    officer: &May<Administer>,
    app: &Issuer,
    kind: &str,
    form: Option<&Fields>,
) -> Result<(CardPage, Option<CardDesign>), Problem> {
    let stored = |error| problem::store(&error);
    let kind: CredentialType = kind.parse().map_err(|_| Problem::not_found())?;
    if !officer.tenant.types.contains(&kind) {
        return Err(Problem::not_found());
    }
    let own = app.list_cards(&officer.tenant).await.map_err(stored)?;
    let own = own.into_iter().find(|row| row.credential_type == kind);
    let used = own.as_ref().map_or_else(CardDesign::usual, |row| row.design.clone());
    let given =
        |name: &str, usual: String| form.map_or(usual, |form| form.get(name).cloned().unwrap_or_default());
    let background = given("background", used.background.to_string());
    let text = given("text", used.text.to_string());
    let names = Language::ALL.map(|language| {
        let usual = used.names.get(&language).cloned().unwrap_or_default();
        (language, given(&format!("name-{}", language.code()), usual))
    });
    let checked = CardDesign::checked(&background, &text, names.clone());
    let officers = app.officer_names(&officer.tenant.id).await.map_err(stored)?;
    let preview = checked.as_ref().ok().map(|design| {
        let named = design.names.get(&Language::English).cloned();
        let title = named.unwrap_or_else(|| kind.title().to_owned());
        (title, design.background.to_string(), design.text.to_string())
    });
    let page = CardPage {
        shell: shell(officer, Place::Messages),
        kind,
        organisation: officer.tenant.name.clone(),
        background,
        text,
        names: names.into(),
        longest: LONGEST_CARD_NAME,
        preview,
        refusal: checked.as_ref().err().map(|refused| problem::sentence(&refused.to_string())),
        changed: false,
        own: own.map(|row| {
            let by = officers.get(&row.officer).cloned().unwrap_or_else(|| "Passerelle".to_owned());
            (by, row.updated_at.into())
        }),
    };
    Ok((page, checked.ok()))
}

impl From<DesignError> for Problem {
    fn from(error: DesignError) -> Self {
        match error {
            DesignError::Unknown => Self::not_found(),
            DesignError::Design(refused) => Self::bad_request(problem::sentence(&refused.to_string())),
            DesignError::Store(error) => problem::store(&error),
        }
    }
}
