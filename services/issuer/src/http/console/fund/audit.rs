//! The auditor's page of a year: counts that reconcile, and how far the journals are on the chain.

use actix_web::web::{Data, Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use web::Problem;
use web::page::{Shell, html};

use super::Asked;
use super::figures::years;
use crate::app::{HeadSet, Issuer, Reckoning};
use crate::http::console::session::{Audit, May};
use crate::http::console::view::{Badge, Place, When, counted, grouped, shell};

const SETS: u32 = 20;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(audit_page).service(journals_file);
}

#[derive(Template)]
#[template(path = "console/fund_audit.html")]
struct AuditPage {
    shell: Shell,
    year: i32,
    years: Vec<i32>,
    counted_at: When,
    balances: bool,
    lines: Vec<Line>,
    moved: String,
    sets: Vec<Set>,
}

struct Line {
    what: String,
    left: String,
    right: String,
    difference: String,
    off: bool,
}

struct Set {
    made: When,
    journals: String,
    root: String,
    badge: Badge,
    anchor: Option<(u64, String, When)>,
}

#[get("/fund/audit")]
async fn audit_page(
    officer: May<Audit>,
    asked: Query<Asked>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let (year, years) = years(&app, tenant, asked.year).await?;
    let made = app.reckon_fund(&officer.actor(), year).await?;
    let heads = app.fund_heads(tenant, SETS).await?;
    html(&AuditPage {
        shell: shell(&officer, Place::Fund),
        year,
        years,
        counted_at: made.at.into(),
        balances: made.balances(),
        lines: lines(&made),
        moved: counted(heads.moved, "journal", "journals"),
        sets: heads.sets.into_iter().map(Set::from).collect(),
    })
}

/// The auditor's frame: whom `passerelle audit draw` draws from.
#[get("/fund/audit/journals.json")]
async fn journals_file(officer: May<Audit>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let frame = app.journal_frame(&officer.actor()).await?;
    let bytes = serde_json::to_vec(&frame).map_err(|error| Problem::internal(&error))?;
    Ok(super::register::attachment("application/json", "journals.json", bytes))
}

fn lines(made: &Reckoning) -> Vec<Line> {
    let line = |line: &crate::app::ReckoningLine| Line {
        what: line.what.clone(),
        left: grouped(line.left),
        right: grouped(line.right),
        difference: line.difference().to_string(),
        off: line.difference() != 0,
    };
    made.lines.iter().map(line).collect()
}

impl From<HeadSet> for Set {
    fn from(set: HeadSet) -> Self {
        let anchor = set.anchor.zip(set.block);
        Self {
            made: set.row.made_at.into(),
            journals: grouped(set.row.heads),
            root: hex::encode(set.row.root),
            badge: match anchor {
                Some(_) => Badge { class: "success", text: "On the chain" },
                None => Badge { class: "waiting", text: "On its way" },
            },
            anchor: anchor.map(|(number, (height, at))| (number, grouped(height), at.into())),
        }
    }
}
