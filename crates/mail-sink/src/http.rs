//! The page of the letters.

use actix_web::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use askama::Template;
use web::page::{Shell, html, see_other};
use web::{Problem, ServiceConfig};

use crate::{Letter, Sink};

pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config.map(|config| config.service(home).service(list_letters).service(letter_page).service(letter_html));
}

#[derive(Template)]
#[template(path = "letters.html")]
struct Letters {
    shell: Shell,
    letters: Vec<Letter>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct OneLetter {
    shell: Shell,
    letter: Letter,
}

fn shell() -> Shell {
    let mut shell = Shell::new("Mail sink").notice("For trying out: nothing here was delivered to anybody.");
    shell.home = "/mail";
    shell
}

#[get("/")]
async fn home() -> HttpResponse {
    see_other("/mail")
}

#[get("/mail")]
async fn list_letters(sink: Data<Sink>) -> Result<HttpResponse, Problem> {
    html(&Letters { shell: shell(), letters: sink.letters() })
}

#[get("/mail/{number}")]
async fn letter_page(number: Path<u64>, sink: Data<Sink>) -> Result<HttpResponse, Problem> {
    let letter = sink.find(*number).ok_or_else(Problem::not_found)?;
    html(&OneLetter { shell: shell(), letter })
}

/// The HTML part as it is. The policy of every page here lets it load and run nothing.
#[get("/mail/{number}/html")]
async fn letter_html(number: Path<u64>, sink: Data<Sink>) -> Result<HttpResponse, Problem> {
    let letter = sink.find(*number).ok_or_else(Problem::not_found)?;
    let language = letter.language.unwrap_or_default();
    let part = letter.html.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_LANGUAGE, language))
        .body(part))
}
