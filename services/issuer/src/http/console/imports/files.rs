//! What is taken away from a list: its result, the rows to correct, links and codes.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use web::Problem;

use crate::app::{Invitation, Issuer};
use crate::http::console::session::{Issue, May, SeePeople};

/// Without names, so that it can be kept beside the HR system's own record of the run.
#[get("/imports/{id}/result.csv")]
pub(super) async fn result_file(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    Ok(csv_file("result.csv", app.result_file(&officer.tenant.id, &id).await?))
}

#[get("/imports/{id}/rows-to-correct.csv")]
pub(super) async fn faults_file(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    Ok(csv_file("rows-to-correct.csv", app.faults_file(&officer.tenant.id, &id).await?))
}

/// Links without codes: the two go to the person by different ways, so they are two files.
#[get("/imports/{id}/links.csv")]
pub(super) async fn invitations_file(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let invitations = app.invitations(&officer.actor(), &id).await?;
    let rows = invitations.iter().map(|it: &Invitation| [&it.number, &it.name, &it.link].map(String::as_str));
    Ok(csv_file("links.csv", issuance::import::csv(&["number", "name", "link"], rows)))
}

#[get("/imports/{id}/codes.csv")]
pub(super) async fn codes_file(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let invitations = app.invitations(&officer.actor(), &id).await?;
    let rows = invitations
        .iter()
        .map(|it| [it.number.as_str(), it.name.as_str(), it.transaction_code.as_deref().unwrap_or_default()]);
    Ok(csv_file("codes.csv", issuance::import::csv(&["number", "name", "transaction_code"], rows)))
}

pub(in crate::http::console) fn csv_file(name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(bytes)
}
