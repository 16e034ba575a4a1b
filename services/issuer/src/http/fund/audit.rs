//! For auditors: counts that reconcile, and how far the journals are on the chain.

use actix_web::{HttpResponse, get};
use issuance::Scope;
use web::{Json, Problem};
use wire::fund::{JournalAnchors, JournalSet, ReckoningLine, YearReckoning};

use super::{About, Allowed, Call};
use crate::app::{HeadSet, HeadsView, Reckoning};

const SETS: u32 = 100;

/// A year counted twice from two places each: records, journals, proofs, lists
///
/// Every line comes out at zero. It opens every record of the year, so it takes some seconds for a whole register.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("year" = i32, Path, description = "The year of the proofs")),
    responses((status = 200, body = YearReckoning), (status = "4XX", body = Problem)))]
#[get("/reckonings/{year}")]
pub(super) async fn reckon_year(about: About) -> Result<Json<YearReckoning>, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundAudit).await?;
    let year = named.parse().map_err(|_| Problem::not_found())?;
    Ok(Json(reckoning(app.reckon_fund(&by, year).await?)))
}

/// How far the journals are on the chain: the last roots over their last links
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = JournalAnchors), (status = "4XX", body = Problem)))]
#[get("/journal-anchors")]
pub(super) async fn list_journal_anchors(call: Call) -> Result<Json<JournalAnchors>, Problem> {
    let (by, app) = call.allowed(Scope::FundAudit).await?;
    Ok(Json(anchors(app.fund_heads(&by.tenant, SETS).await?)))
}

/// All journals of one moment, each with its last link: the frame from which an auditor draws
///
/// `passerelle audit draw` says whom a seed draws, and `passerelle audit verify --frame` holds the journals against it.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    responses((status = 200, body = Object), (status = "4XX", body = Problem)))]
#[get("/journals")]
pub(super) async fn list_journals(call: Call) -> Result<HttpResponse, Problem> {
    let (by, app) = call.allowed(Scope::FundAudit).await?;
    Ok(HttpResponse::Ok().json(app.journal_frame(&by).await?))
}

fn reckoning(made: Reckoning) -> YearReckoning {
    let balances = made.balances();
    let line = |line: crate::app::ReckoningLine| ReckoningLine {
        difference: i64::try_from(line.difference()).unwrap_or(i64::MAX),
        what: line.what,
        left: line.left,
        right: line.right,
    };
    YearReckoning {
        year: made.year,
        at: made.at,
        balances,
        lines: made.lines.into_iter().map(line).collect(),
    }
}

fn anchors(view: HeadsView) -> JournalAnchors {
    let set = |set: HeadSet| JournalSet {
        made_at: set.row.made_at,
        journals: set.row.heads,
        root: hex::encode(set.row.root),
        anchor: set.anchor,
        block: set.block.map(|(height, _)| height),
        block_time: set.block.map(|(_, at)| at),
    };
    JournalAnchors { moved: view.moved, sets: view.sets.into_iter().map(set).collect() }
}
