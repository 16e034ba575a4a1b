//! Receipts: for the agency under its token, for the person by the link that the wallet got.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get};
use askama::Template;
use serde::Deserialize;
use verification::{Language, Words};
use web::Problem;
use web::page::{Shell, html};

use super::auth::SignedIn;
use super::language::Spoken;
use super::render::ReportPage;
use crate::app::{Desk, ReceiptView};

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    shell: Shell,
    words: Words,
    languages: [Language; 6],
    place: String,
    purpose: String,
    report: ReportPage,
}

#[derive(Deserialize)]
pub struct ReceiptQuery {
    response_code: Option<String>,
}

/// The signed receipt of a verification: a JWT (RFC 7519) with the report and no claims, signed by the verifier's key.
#[utoipa::path(
    tag = "verifications", operation_id = "find_receipt",
    params(
        ("id" = String, Path),
        ("response_code" = Option<String>, Query, description = "What the person's browser brought back: where the person returns to the agency's page, there is no receipt without it.")
    ),
    responses(
        (status = 200, description = "The receipt.", content_type = "application/jwt", body = String),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem)
    ),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[get("/verifications/{id}/receipt")]
pub async fn find_receipt(
    by: SignedIn,
    id: Path<String>,
    query: Query<ReceiptQuery>,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    Ok(jwt(desk.receipt(&by.0, &id, query.response_code.as_deref()).await?))
}

/// What was checked of the person's answer, in their language. The link is what lets them in.
#[utoipa::path(
    tag = "pages", operation_id = "show_receipt",
    params(
        ("id" = String, Path), ("key" = String, Path),
        ("lang" = Option<String>, Query, description = "ar, en, es, fr, ru or zh; before Accept-Language.")
    ),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, body = Problem))
)]
#[get("/receipts/{id}/{key}")]
pub async fn show_receipt(
    place: Path<(String, String)>,
    spoken: Spoken,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    let view = desk.receipt_view(spoken.0, &place.0, &place.1).await?;
    html(&ReceiptPage::of(&desk, spoken.0, &place, view))
}

/// The same receipt, signed, for software.
#[utoipa::path(
    tag = "pages", operation_id = "download_receipt", params(("id" = String, Path), ("key" = String, Path)),
    responses(
        (status = 200, description = "The receipt.", content_type = "application/jwt", body = String),
        (status = 404, body = Problem)
    )
)]
#[get("/receipts/{id}/{key}/jwt")]
pub async fn download_receipt(
    place: Path<(String, String)>,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    Ok(jwt(desk.receipt_of_link(&place.0, &place.1).await?))
}

impl ReceiptPage {
    fn of(desk: &Desk, words: Words, place: &(String, String), view: ReceiptView) -> Self {
        let language = words.language();
        let mut shell = Shell::new("Verifier").place(desk.settings.client_name.clone());
        (shell.lang, shell.dir) = (language.code(), language.direction());
        Self {
            shell,
            words,
            languages: Language::ALL,
            place: format!("/receipts/{}/{}", place.0, place.1),
            purpose: view.purpose,
            report: ReportPage::of(&view.report, words, &view.title),
        }
    }
}

fn jwt(receipt: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/jwt"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(receipt)
}
