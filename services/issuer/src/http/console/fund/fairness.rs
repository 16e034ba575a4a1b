//! The report on fairness, and the days of the draw for attended checks.

use actix_web::web::{Data, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use web::Problem;
use web::page::{Shell, html};

use super::Asked;
use super::figures::years;
use super::register::attachment;
use crate::app::{AppealFigures, GroupTable, Issuer};
use crate::http::console::session::{Audit, May, SeePeople};
use crate::http::console::view::{Place, grouped, shell};

const DAYS: u32 = 60;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(fairness_page).service(samples_page).service(sample_file);
}

#[derive(Template)]
#[template(path = "console/fund_fairness.html")]
struct FairnessPage {
    shell: Shell,
    year: i32,
    years: Vec<i32>,
    tables: Vec<Table>,
    appeals: AppealFigures,
    smallest: u64,
}

struct Table {
    title: &'static str,
    heading: &'static str,
    failed: &'static str,
    reviewed: &'static str,
    rows: Vec<[String; 4]>,
    suppressed: usize,
}

#[get("/fund/fairness")]
async fn fairness_page(
    officer: May<SeePeople>,
    asked: Query<Asked>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let (year, years) = years(&app, tenant, asked.year).await?;
    let made = app.fairness(tenant, year).await?;
    let pictures = ("Not good enough", "An officer looks");
    let proofs = ("Refused", "Waiting");
    html(&FairnessPage {
        shell: shell(&officer, Place::Fund),
        year,
        years,
        tables: vec![
            table("Answers with pictures, by age", "Age", pictures, &made.pictures_by_age),
            table("Answers with pictures, by region", "Region", pictures, &made.pictures_by_region),
            table("Answers with pictures, by device", "Device", pictures, &made.pictures_by_device),
            table("Decisions on pictures, by device", "Device", proofs, &made.decisions_by_device),
            table("Proofs, by channel", "Channel", proofs, &made.proofs_by_channel),
            table("Proofs, by age", "Age", proofs, &made.proofs_by_age),
            table("Proofs, by region", "Region", proofs, &made.proofs_by_region),
        ],
        appeals: made.appeals,
        smallest: crate::app::SMALLEST_GROUP,
    })
}

fn table(
    title: &'static str,
    heading: &'static str,
    (failed, reviewed): (&'static str, &'static str),
    made: &GroupTable,
) -> Table {
    let share = |part: u64, all: u64| format!("{}, {} %", grouped(part), (part * 100).div_ceil(all.max(1)));
    let row = |it: &crate::app::GroupRates| {
        [it.name.clone(), grouped(it.cases), share(it.failed, it.cases), share(it.reviewed, it.cases)]
    };
    Table {
        title,
        heading,
        failed,
        reviewed,
        rows: made.groups.iter().map(row).collect(),
        suppressed: made.suppressed,
    }
}

#[derive(Template)]
#[template(path = "console/fund_samples.html")]
struct SamplesPage {
    shell: Shell,
    rows: Vec<DayLine>,
}

struct DayLine {
    day: String,
    drawn: bool,
    rate: String,
    proofs: String,
    chosen: String,
    commitment: String,
}

#[get("/fund/samples")]
async fn samples_page(officer: May<Audit>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let days = app.sample_days(&officer.tenant.id, DAYS).await?;
    let line = |row: store_issuer::fund::SampleDayRow| DayLine {
        day: row.day.to_string(),
        drawn: row.drawn_at.is_some(),
        rate: format!("{} of 1,000", row.per_mille),
        proofs: grouped(row.proofs),
        chosen: grouped(row.chosen),
        commitment: hex::encode(row.commitment),
    };
    html(&SamplesPage { shell: shell(&officer, Place::Fund), rows: days.into_iter().map(line).collect() })
}

/// The auditor's file of a day: `passerelle audit sample` computes the draw again.
#[get("/fund/samples/{day}.json")]
async fn sample_file(
    officer: May<Audit>,
    day: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let day = super::day(&day)?;
    let made = app.export_sample(&officer.actor(), day).await?;
    let bytes = serde_json::to_vec_pretty(&made).map_err(|error| Problem::internal(&error))?;
    Ok(attachment("application/json", &format!("sample-{day}.json"), bytes))
}
