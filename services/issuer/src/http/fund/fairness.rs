//! The report on fairness, and days of the draw for attended checks.

use actix_web::{HttpResponse, get};
use issuance::Scope;
use web::{Json, Problem};
use wire::fund::{AppealNumbers, FairnessReport, GroupNumbers, GroupsOfKind};

use super::{About, Allowed};
use crate::app::{Fairness, FundError, GroupTable};

/// How often checks fail, by age, region, channel and kind of device, and what became of appeals
///
/// Groups with fewer than ten cases are not shown.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("year" = i32, Path, description = "The year of the proofs")),
    responses((status = 200, body = FairnessReport), (status = "4XX", body = Problem)))]
#[get("/fairness/{year}")]
pub(super) async fn find_fairness(about: About) -> Result<Json<FairnessReport>, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundAudit).await?;
    let year = named.parse().map_err(|_| Problem::not_found())?;
    Ok(Json(report(&app.fairness(&by.tenant, year).await?)))
}

/// A day of the draw for attended checks: seed, commitment, proofs, and who was drawn
///
/// `passerelle audit sample` computes the draw again. The seed is a secret until the day is over.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("day" = String, Path, description = "Year-month-day")),
    responses((status = 200, body = Object), (status = "4XX", body = Problem)))]
#[get("/samples/{day}")]
pub(super) async fn find_sample(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundAudit).await?;
    let day = named.parse().map_err(|_| FundError::Form("a day is written year-month-day"))?;
    Ok(HttpResponse::Ok().json(app.export_sample(&by, day).await?))
}

fn report(made: &Fairness) -> FairnessReport {
    FairnessReport {
        year: made.year,
        pictures_by_age: groups(&made.pictures_by_age),
        pictures_by_region: groups(&made.pictures_by_region),
        pictures_by_device: groups(&made.pictures_by_device),
        decisions_by_device: groups(&made.decisions_by_device),
        proofs_by_channel: groups(&made.proofs_by_channel),
        proofs_by_age: groups(&made.proofs_by_age),
        proofs_by_region: groups(&made.proofs_by_region),
        appeals: AppealNumbers {
            opened: made.appeals.opened,
            open: made.appeals.open,
            late: made.appeals.late,
            upheld: made.appeals.upheld,
            median_days: made.appeals.median_days,
        },
    }
}

fn groups(table: &GroupTable) -> GroupsOfKind {
    let group = |it: &crate::app::GroupRates| GroupNumbers {
        name: it.name.clone(),
        cases: it.cases,
        failed: it.failed,
        reviewed: it.reviewed,
    };
    GroupsOfKind { groups: table.groups.iter().map(group).collect(), suppressed: table.suppressed }
}
