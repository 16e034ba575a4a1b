//! Staff lists over REST: the same preview, approval and steps as at the console.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpResponse, get, post};
use issuance::import::{File, Limits, ListKind};
use issuance::{Proposal, Scope};
use serde::Deserialize;
use web::{Json, Problem};
use wire::hr::{ListConfirmation, ListLink, StaffList};

use super::machine;
use super::message::{list, list_link};
use crate::app::{HrError, ImportError, Issuer, Outcome, UploadView};
use crate::http::extract::Of;
use crate::http::fund::Token;
use crate::http::fund::file;
use crate::http::fund::message::{body, json};

#[derive(Deserialize)]
pub(super) struct Sheet {
    sheet: Option<String>,
}

/// Hands in a staff list, CSV or a workbook
///
/// Every row is checked and kept, good or bad; nothing is offered before the confirmation. The same file again, while it waits,
/// is answered with the same list.
#[utoipa::path(tag = "hr", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation"),
    ("sheet" = Option<String>, Query, description = "Of a workbook; else the first that holds something")),
    request_body(content((String = "text/csv"))),
    responses((status = 201, body = StaffList), (status = "4XX", body = Problem)))]
#[post("/lists")]
pub(super) async fn upload_staff_list(
    of: Of,
    token: Token,
    sheet: Result<Query<Sheet>, actix_web::Error>,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let by = machine(&app, &of, &token, Scope::StaffLists).await?;
    let sheet = sheet.map_err(|_| HrError::Form("`sheet` names one sheet"))?.into_inner().sheet;
    let bytes = body(payload, Limits::default().size_bytes).await?;
    let read = File { bytes: &bytes, sheet: sheet.as_deref() };
    let id = app.upload_list(&by, ListKind::Staff, "by a machine", read).await?;
    let view = list(staff_list(&app, &of, &id).await?, None);
    Ok(HttpResponse::build(StatusCode::CREATED).json(view))
}

/// A list and how far it is worked off
#[utoipa::path(tag = "hr", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation"),
    ("id" = String, Path, description = "The list")),
    responses((status = 200, body = StaffList), (status = "4XX", body = Problem)))]
#[get("/lists/{id}")]
pub(super) async fn find_staff_list(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<Json<StaffList>, Problem> {
    machine(&app, &of, &token, Scope::StaffLists).await?;
    Ok(Json(list(staff_list(&app, &of, &path.1).await?, None)))
}

/// The rows that were left out, with line and reason, as a file to correct and send again
#[utoipa::path(tag = "hr", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation"),
    ("id" = String, Path, description = "The list")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem)))]
#[get("/lists/{id}/rows-to-correct.csv")]
pub(super) async fn list_staff_faults(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    machine(&app, &of, &token, Scope::StaffLists).await?;
    staff_list(&app, &of, &path.1).await?;
    Ok(file("text/csv; charset=utf-8", "rows-to-correct.csv", app.faults_file(&of.0.id, &path.1).await?))
}

/// Offers what the list says, once a second person has approved where the organisation's rules ask for one
///
/// Confirming again changes nothing.
#[utoipa::path(tag = "hr", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation"),
    ("id" = String, Path, description = "The list")), request_body = ListConfirmation,
    responses((status = 200, body = StaffList), (status = 202, body = StaffList, description = "A second person approves"),
        (status = "4XX", body = Problem)))]
#[post("/lists/{id}/confirmation")]
pub(super) async fn confirm_staff_list(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let by = machine(&app, &of, &token, Scope::StaffLists).await?;
    let ListConfirmation { employment } = json(payload).await?;
    staff_list(&app, &of, &path.1).await?;
    let proposal = Proposal::OfferList { upload: path.1.clone(), employment };
    let (status, approval) = match app.propose(&by, &proposal).await? {
        Outcome::Done => (StatusCode::OK, None),
        Outcome::Waits(approval) => (StatusCode::ACCEPTED, Some(approval)),
    };
    Ok(HttpResponse::build(status).json(list(staff_list(&app, &of, &path.1).await?, approval)))
}

/// Holds a list between two steps
#[utoipa::path(tag = "hr", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation"),
    ("id" = String, Path, description = "The list")),
    responses((status = 200, body = StaffList), (status = "4XX", body = Problem)))]
#[post("/lists/{id}/pause")]
pub(super) async fn pause_staff_list(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<Json<StaffList>, Problem> {
    hold(&app, &of, &token, &path.1, true).await
}

/// Goes on with a list that was held
#[utoipa::path(tag = "hr", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation"),
    ("id" = String, Path, description = "The list")),
    responses((status = 200, body = StaffList), (status = "4XX", body = Problem)))]
#[post("/lists/{id}/resumption")]
pub(super) async fn resume_staff_list(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<Json<StaffList>, Problem> {
    hold(&app, &of, &token, &path.1, false).await
}

/// The links and codes of what a list offered (scope `credentials`); the trail says who fetched them
#[utoipa::path(tag = "hr", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation"),
    ("id" = String, Path, description = "The list")),
    responses((status = 200, body = Vec<ListLink>), (status = "4XX", body = Problem)))]
#[get("/lists/{id}/links")]
pub(super) async fn find_list_links(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let by = machine(&app, &of, &token, Scope::Credentials).await?;
    staff_list(&app, &of, &path.1).await?;
    let links: Vec<ListLink> = app.invitations(&by, &path.1).await?.into_iter().map(list_link).collect();
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(links))
}

async fn hold(
    app: &Issuer,
    of: &Of,
    token: &Token,
    id: &str,
    pause: bool,
) -> Result<Json<StaffList>, Problem> {
    let by = machine(app, of, token, Scope::StaffLists).await?;
    staff_list(app, of, id).await?;
    app.pause_upload(&by, id, pause).await?;
    Ok(Json(list(staff_list(app, of, id).await?, None)))
}

/// Lists of beneficiaries are the console's alone.
async fn staff_list(app: &Issuer, of: &Of, id: &str) -> Result<UploadView, Problem> {
    let view = app.find_upload(&of.0.id, id).await?;
    if view.upload.kind == ListKind::Staff { Ok(view) } else { Err(ImportError::Unknown.into()) }
}
