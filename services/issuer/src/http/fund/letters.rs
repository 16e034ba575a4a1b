//! Letters before they are gathered, and many parts of a mailing in one file.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Bytes, Data, Path, Payload, Query};
use actix_web::{HttpResponse, get, put};
use futures_util::StreamExt as _;
use issuance::{Actor, Scope};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Json, Problem};
use wire::fund_mail::LetterSettingsView;

use super::message::json;
use super::register::file;
use super::{About, Allowed, Call, Token, machine};
use crate::app::{Archive, Issuer, LetterSettings};
use crate::http::extract::Of;

/// Which parts of a mailing are meant.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Parts {
    /// The first part, from 1; the first of all where it is left out.
    #[serde(default)]
    pub from: Option<u64>,
    /// The last part; the last of all where it is left out.
    #[serde(default)]
    pub to: Option<u64>,
}

/// What stands on every letter
///
/// 404 as long as nobody said so.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = LetterSettingsView), (status = "4XX", body = Problem)))]
#[get("/letter-settings")]
pub(super) async fn find_letter_settings(call: Call) -> Result<Json<LetterSettingsView>, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let known = app.letter_settings(&by.tenant).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(LetterSettingsView { telephone: known.telephone, return_address: known.return_address }))
}

/// Says what stands on every letter from the next mailing on
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body = LetterSettingsView,
    responses((status = 204, description = "Kept"), (status = "4XX", body = Problem)))]
#[put("/letter-settings")]
pub(super) async fn put_letter_settings(call: Call, payload: Payload) -> Result<HttpResponse, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let sent: LetterSettingsView = json(payload).await?;
    let new = LetterSettings { telephone: sent.telephone, return_address: sent.return_address };
    app.put_letter_settings(&by, &new).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One letter of a kind in each of the six languages, to nobody, as PDF/A
///
/// `first`, `second`, `notice`, `hold`, `resumed`, `survivor`, `another-way`, `reminder` or `receipt`.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("part" = String, Path, description = "The kind of letter")),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), (status = "4XX", body = Problem)))]
#[get("/letter-samples/{part}")]
pub(super) async fn find_letter_sample(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    let pdf = app.letter_samples(&by, &named, None).await?;
    Ok(file("application/pdf", &format!("sample-{named}.pdf"), pdf))
}

/// All parts of a mailing, or those from one number to another, as one ZIP
///
/// Each is made while it is fetched. They count as fetched when the file has come to its end; whoever is cut off asks for the parts
/// that are missing.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The mailing"), Parts),
    responses((status = 200, body = Vec<u8>, content_type = "application/zip"), (status = "4XX", body = Problem)))]
#[get("/mailings/{id}/parts.zip")]
pub(super) async fn find_mailing_archive(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    parts: Query<Parts>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let by = machine(&app, &of, &token, Scope::FundCycle).await?;
    archive(app, by, &path.1, *parts).await
}

/// Who was left out of a mailing, each person once with the reason
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The mailing")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem)))]
#[get("/mailings/{id}/left-out.csv")]
pub(super) async fn list_left_out(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    Ok(file("text/csv; charset=utf-8", "left-out.csv", app.left_out_file(&by, &named).await?))
}

/// What is to be done next.
enum Next {
    Part(Box<Archive>),
    End(Box<Archive>),
}

/// The archive part by part. The first is made before the answer begins, so that a refusal is one.
pub(in crate::http) async fn archive(
    app: Data<Issuer>,
    by: Actor,
    id: &str,
    parts: Parts,
) -> Result<HttpResponse, Problem> {
    let mut begun = app.begin_archive(&by, id, (parts.from, parts.to)).await?;
    let name = format!("letters-{:03}-{:03}.zip", begun.row.from, begun.row.to);
    let first = app.next_of_archive(&by, &mut begun).await?.unwrap_or_default();
    let rest = futures_util::stream::unfold(Some(Next::Part(Box::new(begun))), move |next| {
        let (app, by) = (app.clone(), by.clone());
        async move {
            match step(&app, &by, next?).await {
                Ok(Some((bytes, next))) => Some((Ok(Bytes::from(bytes)), Some(next))),
                Ok(None) => None,
                // The connection breaks off, so that nobody takes half an archive for the whole.
                Err(error) => Some((Err(error), None)),
            }
        }
    });
    let first = futures_util::stream::once(async move { Ok::<Bytes, std::io::Error>(Bytes::from(first)) });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(Box::pin(first.chain(rest))))
}

/// A part; behind the last one the list of files; and when that has been taken as well, everything counts as printed.
async fn step(app: &Issuer, by: &Actor, next: Next) -> Result<Option<(Vec<u8>, Next)>, std::io::Error> {
    let failed = |error: crate::app::FundError| std::io::Error::other(error.to_string());
    match next {
        Next::Part(mut archive) => match app.next_of_archive(by, &mut archive).await.map_err(failed)? {
            Some(bytes) => Ok(Some((bytes, Next::Part(archive)))),
            None => Ok(Some((archive.end()?, Next::End(archive)))),
        },
        Next::End(archive) => {
            app.end_archive(by, &archive).await.map_err(failed)?;
            Ok(None)
        }
    }
}
