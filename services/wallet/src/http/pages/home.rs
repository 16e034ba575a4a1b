//! The first page of who is signed in: what there is, what waits, and what ends soon.

use actix_web::http::StatusCode;
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use web::Problem;
use web::page::html;

use super::entry::entry;
use super::frame::Frame;
use super::mandates::Mandate;
use super::shown::{Card, Reminder, Unfinished, unfinished};
use super::year::{self, YearCard};
use crate::app::Person;
use crate::http::App;
use crate::http::auth::find_person;
use crate::http::views::HelpView;
use crate::words::Words;

pub fn configure(config: &mut ServiceConfig) {
    config.service(home);
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Frame,
    words: Words,
    account: String,
    /// Somebody asks to open this wallet elsewhere.
    asked: Option<HelpView>,
    /// Who may act for the person, so that nobody does so unseen.
    mandates: Vec<Mandate>,
    /// The yearly proof, for whoever is enrolled with a Fund.
    years: Vec<YearCard>,
    cards: Vec<Card>,
    unfinished: Vec<Unfinished>,
    /// Something lies at the Fund: the page asks what became of it.
    awaits_news: bool,
    reminders: Vec<Reminder>,
    /// There are organisations to turn to, and this is the person's own device.
    may_ask: bool,
    /// Nothing would bring the person back in if this phone were lost.
    without_return: bool,
}

#[get("/")]
async fn home(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else {
        let deleted = request.query_string() == "deleted";
        let said = ["entry-title", "entry-lead"];
        return entry(&request, &app, StatusCode::OK, said, true, deleted);
    };
    let kept = app.wallet.credentials(&person).await?;
    let now = app.wallet.now();
    let mandates = match person.acting() {
        None => app.wallet.open_mandates(&person).await?,
        Some(_) => Vec::new(),
    };
    let years = year::cards(&app.wallet, &person, words).await?;
    html(&HomePage {
        mandates: mandates.iter().map(|one| Mandate::new(words, one)).collect(),
        shell: Frame::inside(&request, &app, &person, "/"),
        words,
        asked: app.wallet.help_under_way(&person).await?.as_ref().map(HelpView::from),
        cards: kept.iter().map(|one| Card::new(one, now)).collect(),
        unfinished: year::without_told(unfinished(&app.wallet, &person).await?, &years),
        awaits_news: app.wallet.awaits_news(&person).await?,
        years,
        reminders: app.wallet.endings(&person).await?.iter().map(|one| Reminder::new(one, now)).collect(),
        may_ask: !app.wallet.issuers.is_empty() && person.desk.is_none(),
        without_return: !kept.is_empty() && without_return(&app, &person).await?,
        account: person.account,
    })
}

/// Neither recovery code nor second passkey, on a device of the person's own.
async fn without_return(app: &App, person: &Person) -> Result<bool, Problem> {
    if person.desk.is_some() {
        return Ok(false);
    }
    let overview = app.wallet.account(&person.account).await?;
    Ok(overview.recovery_code_made.is_none() && overview.passkeys.len() < 2)
}
