//! What payroll is told of holds, resumptions and ends of payments.

use actix_web::{HttpResponse, get, post};
use issuance::Scope;
use store_issuer::fund::PayrollFileRow;
use web::{Json, Problem};
use wire::fund::{PayrollChangeEntry, PayrollChangesView};

use super::register::file;
use super::{About, Allowed, Call};
use crate::app::{PayrollChange, PayrollChanges};

const FILES: u32 = 50;

/// Makes the file of every change that payroll was not told, or gives the one that waits for its acknowledgement
///
/// 204 when there is nothing to tell. Asked again it is the same file until it is acknowledged.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = PayrollChangesView), (status = 204, description = "Nothing to tell"), (status = "4XX", body = Problem)))]
#[post("/payroll-changes")]
pub(super) async fn make_payroll_changes(call: Call) -> Result<HttpResponse, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    match app.make_payroll_changes(&by).await? {
        Some(made) => Ok(HttpResponse::Ok().json(with_changes(made))),
        None => Ok(HttpResponse::NoContent().finish()),
    }
}

/// The files of changes, newest first
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = Vec<PayrollChangesView>), (status = "4XX", body = Problem)))]
#[get("/payroll-changes")]
pub(super) async fn list_payroll_changes(call: Call) -> Result<Json<Vec<PayrollChangesView>>, Problem> {
    let (by, app) = call.allowed(Scope::FundCycle).await?;
    let rows = app.list_payroll_changes(&by.tenant, FILES).await?;
    Ok(Json(rows.into_iter().map(|row| view(row, Vec::new())).collect()))
}

/// One file of changes as CSV
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The file")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem)))]
#[get("/payroll-changes/{id}/changes.csv")]
pub(super) async fn find_payroll_changes_csv(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    let made = app.payroll_changes_file(&by, &named).await?;
    Ok(file("text/csv; charset=utf-8", "changes.csv", made.csv))
}

/// The same as JSON in a JWS (RFC 7515) signed with the Fund's key
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The file")),
    responses((status = 200, body = String, content_type = "application/jose"), (status = "4XX", body = Problem)))]
#[get("/payroll-changes/{id}/changes.jws")]
pub(super) async fn find_payroll_changes_jws(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    let made = app.payroll_changes_file(&by, &named).await?;
    Ok(file("application/jose", "changes.jws", made.jws.into_bytes()))
}

/// Payroll has carried a file out; said again it is the same
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The file")),
    responses((status = 204, description = "Written down"), (status = "4XX", body = Problem)))]
#[post("/payroll-changes/{id}/acknowledgement")]
pub(super) async fn acknowledge_payroll_changes(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    app.acknowledge_payroll_changes(&by, &named).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn with_changes(PayrollChanges { row, changes }: PayrollChanges) -> PayrollChangesView {
    view(row, changes.into_iter().map(entry).collect())
}

fn view(row: PayrollFileRow, changes: Vec<PayrollChangeEntry>) -> PayrollChangesView {
    PayrollChangesView {
        id: row.id,
        made_at: row.made_at,
        digest: row.digest,
        acknowledged_at: row.acknowledged_at,
        count: row.changes,
        changes,
    }
}

fn entry(change: PayrollChange) -> PayrollChangeEntry {
    PayrollChangeEntry {
        change: change.change,
        uid: change.uid,
        person: change.person,
        year: change.year,
        effective_on: change.effective_on,
        reason: change.reason,
        reference: change.reference,
        country: change.country,
    }
}
