//! What payroll is told: files of changes, fetched and acknowledged, and that payroll pays somebody again.

use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::register::attachment;
use super::{Asked, day, said};
use crate::app::Issuer;
use crate::http::console::session::{Issue, May, SeePeople};
use crate::http::console::view::{Place, When, counted, grouped, shell};
use crate::http::problem;

const FILES: u32 = 24;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(payroll_page)
        .service(make_changes)
        .service(changes_csv)
        .service(changes_jws)
        .service(acknowledge)
        .service(paid_again);
}

#[derive(Template)]
#[template(path = "console/fund_payroll.html")]
struct PayrollPage {
    shell: Shell,
    waiting: u64,
    waiting_words: String,
    files: Vec<FileLine>,
    open: bool,
    issues: bool,
    done: Option<&'static str>,
}

struct FileLine {
    id: String,
    at: When,
    by: String,
    changes: String,
    acknowledged: Option<(When, String)>,
}

#[get("/fund/payroll")]
async fn payroll_page(
    officer: May<SeePeople>,
    asked: Query<Asked>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let names = app.officer_names(tenant).await.map_err(|error| problem::store(&error))?;
    let name = |id: &str| names.get(id).cloned().unwrap_or_else(|| "A machine".to_owned());
    let files = app.list_payroll_changes(tenant, FILES).await?;
    let waiting = app.payroll_changes_waiting(tenant).await?;
    html(&PayrollPage {
        shell: shell(&officer, Place::Fund),
        waiting,
        waiting_words: counted(waiting, "change", "changes"),
        open: files.iter().any(|file| file.acknowledged_at.is_none()),
        files: files
            .into_iter()
            .map(|file| FileLine {
                at: file.made_at.into(),
                by: name(&file.made_by),
                changes: grouped(file.changes),
                acknowledged: file
                    .acknowledged_at
                    .map(|at| (at.into(), name(file.acknowledged_by.as_deref().unwrap_or_default()))),
                id: file.id,
            })
            .collect(),
        issues: officer.roles.may(Permission::Issue),
        done: said(
            asked.done.as_deref(),
            &[
                ("made", "The file is made. Fetch it, carry it out, then say that payroll has it."),
                ("nothing", "There is nothing that payroll does not know."),
                ("acknowledged", "Payroll has it. The next file holds what comes from now on."),
            ],
        ),
    })
}

#[post("/fund/payroll")]
async fn make_changes(officer: May<Issue>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let made = app.make_payroll_changes(&officer.actor()).await?;
    let done = if made.is_some() { "made" } else { "nothing" };
    Ok(see_other(&format!("/console/fund/payroll?done={done}")))
}

#[get("/fund/payroll/{id}/changes.csv")]
async fn changes_csv(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let file = app.payroll_changes_file(&officer.actor(), &id).await?;
    Ok(attachment("text/csv; charset=utf-8", "changes.csv", file.csv))
}

#[get("/fund/payroll/{id}/changes.jws")]
async fn changes_jws(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let file = app.payroll_changes_file(&officer.actor(), &id).await?;
    Ok(attachment("application/jose", "changes.jws", file.jws.into_bytes()))
}

#[post("/fund/payroll/{id}/acknowledge")]
async fn acknowledge(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.acknowledge_payroll_changes(&officer.actor(), &id).await?;
    Ok(see_other("/console/fund/payroll?done=acknowledged"))
}

#[derive(Deserialize)]
struct PaidAgain {
    on: String,
}

/// Payroll pays a reinstated person again: the year is closed.
#[post("/fund/people/{person}/paid")]
async fn paid_again(
    officer: May<Issue>,
    person: Path<String>,
    form: Form<PaidAgain>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.payment_resumed(&officer.actor(), &person, day(&form.on)?).await?;
    Ok(see_other(&format!("/console/fund/people/{person}?done=paid")))
}
