//! Entering a proof that was seen, and deciding about one that waits.

use actix_multipart::Multipart;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::NaiveTime;
use entitlement::cycle::MOST_DIGESTS;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::day;
use super::person::ReceiptLine;
use super::scanned_form::ScannedForm;
use crate::app::{FundError, Issuer, NewHelper, NewProof, Receipt, channel_of};
use crate::http::console::session::{Issue, May, SeePeople};
use crate::http::console::view::{LINES, Place, page_of, shell};

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_waiting).service(enter_proof).service(decide_proof);
}

#[derive(Debug, Deserialize)]
struct After {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "console/fund_proofs.html")]
struct ProofsPage {
    shell: Shell,
    rows: Vec<(String, ReceiptLine)>,
    next: Option<String>,
}

#[get("/fund/proofs")]
async fn list_waiting(
    officer: May<SeePeople>,
    asked: Query<After>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let after = asked.after.as_deref().unwrap_or_default();
    let (rows, more) = page_of(app.list_waiting_proofs(&officer.tenant.id, after, LINES + 1).await?);
    let next = rows.last().filter(|_| more).map(|last| format!("/console/fund/proofs?after={}", last.id));
    let rows = rows.iter().map(|row| (row.person.clone(), ReceiptLine::from(&Receipt::from(row))));
    html(&ProofsPage { shell: shell(&officer, Place::Fund), rows: rows.collect(), next })
}

/// The scans are read for their digest and kept in the Fund's own archive, not here.
#[post("/fund/people/{person}/proofs")]
async fn enter_proof(
    officer: May<Issue>,
    person: Path<String>,
    form: Multipart,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.fund_person_page(&officer.tenant.id, &person).await?;
    let sent = ScannedForm::read(form, MOST_DIGESTS, "A proof has at most 64 scans.").await?;
    let field = |name: &str| sent.fields.get(name).map(String::as_str).unwrap_or_default();
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    let now = app.now();
    let moment = |day: chrono::NaiveDate| day.and_time(noon).and_utc().min(now);
    let new = NewProof {
        person: person.clone(),
        channel: channel_of(field("channel")).ok_or(FundError::Form("choose how the proof came"))?,
        captured_at: moment(day(field("captured_on"))?),
        received_at: match field("received_on").trim().is_empty() {
            true => None,
            false => Some(moment(day(field("received_on"))?)),
        },
        digests: sent.digests.clone(),
        helper: NewHelper::of(field("helper_role"), field("helper_name"))?,
        operator: None,
        remark: field("remark").to_owned(),
        accept: !sent.fields.contains_key("waits"),
    };
    if !sent.fields.contains_key("anyway") {
        app.counts_for_an_open_year(&officer.tenant.id, &new).await?;
    }
    let receipt = app.enter_proof(&officer.actor(), &new).await?;
    let done = match (receipt.again, receipt.state.as_str()) {
        (true, _) => "again",
        (false, "accepted") if receipt.years.is_empty() => "no-year",
        (false, _) => "proof",
    };
    Ok(see_other(&format!("/console/fund/people/{person}?done={done}")))
}

#[derive(Deserialize)]
struct Decision {
    accept: String,
    #[serde(default)]
    reason: String,
    person: String,
}

#[post("/fund/proofs/{id}/decision")]
async fn decide_proof(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<Decision>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.decide_proof(&officer.actor(), &id, form.accept == "yes", &form.reason).await?;
    let person: String =
        form.person.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(20).collect();
    Ok(see_other(&format!("/console/fund/people/{person}?done=decided")))
}
