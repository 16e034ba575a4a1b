//! The way in, and links from elsewhere that lead to it first.

use actix_web::http::StatusCode;
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use web::Problem;
use web::page::{html, html_with, see_other};

use super::frame::Frame;
use crate::app::Person;
use crate::http::auth::find_person;
use crate::http::known::Known;
use crate::http::{App, resting};
use crate::words::Words;

pub fn configure(config: &mut ServiceConfig) {
    config.service(open_offer).service(open_presentation).service(come_back).service(open_existence);
}

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryPage {
    shell: Frame,
    words: Words,
    title: &'static str,
    lead: &'static str,
    welcome: bool,
    deleted: bool,
    /// Somebody was signed in here a moment ago, so there is a wallet.
    again: bool,
    /// How a wallet was opened in this browser before.
    known: Option<Known>,
}

impl EntryPage {
    /// There is a wallet to come back to: its way in stands first, and a new one is made only after a question.
    const fn returns(&self) -> bool {
        self.again || self.known.is_some()
    }

    fn by_pin(&self) -> bool {
        self.known == Some(Known::Pin)
    }
}

#[derive(Template)]
#[template(path = "opening.html")]
struct OpeningPage {
    shell: Frame,
    words: Words,
    account: String,
    kind: &'static str,
    title: &'static str,
}

#[get("/offer")]
async fn open_offer(request: HttpRequest, app: App) -> Result<HttpResponse, Problem> {
    opening(&request, &app, "offer", "opening-offer", "entry-offer").await
}

/// Back from the sign-in at an issuer.
#[get("/authorized")]
async fn come_back(request: HttpRequest, app: App) -> Result<HttpResponse, Problem> {
    opening(&request, &app, "authorized", "opening-authorized", "entry-authorized").await
}

#[get("/present")]
async fn open_presentation(request: HttpRequest, app: App) -> Result<HttpResponse, Problem> {
    opening(&request, &app, "present", "opening-request", "entry-request").await
}

#[get("/existence")]
async fn open_existence(request: HttpRequest, app: App) -> Result<HttpResponse, Problem> {
    opening(&request, &app, "existence", "opening-request", "entry-existence").await
}

/// A link that was opened: `title` while it is looked at, `before` for who is not signed in yet.
async fn opening(
    request: &HttpRequest,
    app: &App,
    kind: &'static str,
    title: &'static str,
    before: &'static str,
) -> Result<HttpResponse, Problem> {
    let person: Option<Person> = find_person(request).await?;
    match person {
        Some(person) => html(&OpeningPage {
            shell: Frame::inside(request, app, &person, ""),
            words: Words::of(request),
            account: person.account,
            kind,
            title,
        }),
        None => entry(request, app, StatusCode::OK, [before, "entry-to-look"], false, false),
    }
}

/// The way in, with the words that the page asked for is behind it.
pub(super) fn sign_in_first(request: &HttpRequest, app: &App) -> Result<HttpResponse, Problem> {
    let said = ["entry-again", "entry-again-lead"];
    entry(request, app, StatusCode::UNAUTHORIZED, said, false, false)
}

/// The page for who is not signed in, with the names of its title and of the sentence below.
pub(super) fn entry(
    request: &HttpRequest,
    app: &App,
    status: StatusCode,
    [title, lead]: [&'static str; 2],
    welcome: bool,
    deleted: bool,
) -> Result<HttpResponse, Problem> {
    if resting::is_closed(request) {
        return Ok(see_other(resting::DESK));
    }
    let shell = Frame::outside(request, app);
    html_with(
        status,
        &EntryPage {
            shell,
            words: Words::of(request),
            title,
            lead,
            welcome,
            deleted,
            again: status == StatusCode::UNAUTHORIZED,
            known: Known::of(request).filter(|_| !deleted),
        },
    )
}
