//! What was done, the person and their devices, and the way out.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use web::Problem;
use web::page::{html, see_other};

use super::entry::sign_in_first;
use super::frame::Frame;
use super::shown::{Entry, entries};
use crate::http::auth::{find_person, removal_cookie};
use crate::http::views::{AccountView, HelpView};
use crate::http::{App, desk, resting};
use crate::words::Words;

pub fn configure(config: &mut ServiceConfig) {
    config.service(activity).service(account).service(sign_out);
}

#[derive(Template)]
#[template(path = "activity.html")]
struct ActivityPage {
    shell: Frame,
    words: Words,
    entries: Vec<Entry>,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    shell: Frame,
    words: Words,
    asked: Option<HelpView>,
    view: AccountView,
}

#[get("/activity")]
async fn activity(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let entries = entries(words, app.wallet.activities(&person).await?);
    html(&ActivityPage { shell: Frame::inside(&request, &app, &person, "/activity"), words, entries })
}

#[get("/account")]
async fn account(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let overview = app.wallet.account(&person.account).await?;
    html(&AccountPage {
        shell: Frame::inside(&request, &app, &person, "/account"),
        words,
        asked: app.wallet.help_under_way(&person).await?.as_ref().map(HelpView::from),
        view: AccountView::new(&overview, Some(&person.session.id)),
    })
}

#[post("/sign-out")]
async fn sign_out(request: HttpRequest, app: App) -> Result<HttpResponse, Problem> {
    if let Some(person) = find_person(&request).await? {
        if person.desk.is_some() {
            return desk::finish_visit(&app, &person).await;
        }
        app.wallet.end_session(&person, "current").await?;
    }
    let mut response = see_other("/");
    for cookie in [removal_cookie(&app), resting::removal(&app)] {
        response.add_cookie(&cookie).map_err(|error| Problem::bad_request(error.to_string()))?;
    }
    Ok(response)
}
