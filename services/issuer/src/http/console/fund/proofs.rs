//! Entering a proof that was seen, and deciding about one that waits.

use actix_multipart::Multipart;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::NaiveTime;
use futures_util::TryStreamExt as _;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use web::Problem;
use web::page::{Shell, html, see_other};

use super::day;
use super::person::ReceiptLine;
use crate::app::{FundError, Issuer, NewHelper, NewProof, Receipt, channel_of};
use crate::http::console::session::{Issue, May, SeePeople};
use crate::http::console::view::{LINES, Place, page_of, shell};

/// A scan of a form of several pages.
const MOST_SCAN_BYTES: usize = 25 * 1024 * 1024;
const MOST_FIELD_BYTES: usize = 16 * 1024;

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

/// What the form holds; of the scans only their digests.
#[derive(Default)]
struct Entry {
    channel: String,
    captured_on: String,
    received_on: String,
    remark: String,
    helper_role: String,
    helper_name: String,
    waits: bool,
    digests: Vec<String>,
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
    let entry = read(form).await?;
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    let now = app.now();
    let moment = |day: chrono::NaiveDate| day.and_time(noon).and_utc().min(now);
    let new = NewProof {
        person: person.clone(),
        channel: channel_of(&entry.channel).ok_or(FundError::Form("choose how the proof came"))?,
        captured_at: moment(day(&entry.captured_on)?),
        received_at: match entry.received_on.trim().is_empty() {
            true => None,
            false => Some(moment(day(&entry.received_on)?)),
        },
        digests: entry.digests,
        helper: NewHelper::of(&entry.helper_role, &entry.helper_name)?,
        operator: None,
        remark: entry.remark,
        accept: !entry.waits,
    };
    let receipt = app.enter_proof(&officer.actor(), &new).await?;
    let done = if receipt.again { "again" } else { "proof" };
    Ok(see_other(&format!("/console/fund/people/{person}?done={done}")))
}

async fn read(mut form: Multipart) -> Result<Entry, Problem> {
    let broken = |_| Problem::bad_request("The upload was interrupted. Please try again.");
    let mut entry = Entry::default();
    while let Some(mut field) = form.try_next().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = name == "scan";
        let limit = if is_file { MOST_SCAN_BYTES } else { MOST_FIELD_BYTES };
        let (mut hash, mut bytes, mut size) = (Sha256::new(), Vec::new(), 0);
        while let Some(chunk) = field.try_next().await.map_err(broken)? {
            size += chunk.len();
            if size > limit {
                return Err(Problem::bad_request("A scan has at most 25 MB, a field far less."));
            }
            match is_file {
                true => hash.update(&chunk),
                false => bytes.extend_from_slice(&chunk),
            }
        }
        let text = || String::from_utf8(bytes.clone()).unwrap_or_default();
        match name.as_str() {
            "scan" if size > 0 => entry.digests.push(entitlement::journal::hex(&hash.finalize())),
            "channel" => entry.channel = text(),
            "captured_on" => entry.captured_on = text(),
            "received_on" => entry.received_on = text(),
            "remark" => entry.remark = text(),
            "helper_role" => entry.helper_role = text(),
            "helper_name" => entry.helper_name = text(),
            "waits" => entry.waits = true,
            _ => {}
        }
        if entry.digests.len() > entitlement::cycle::MOST_DIGESTS {
            return Err(Problem::bad_request("A proof has at most 64 scans."));
        }
    }
    Ok(entry)
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
