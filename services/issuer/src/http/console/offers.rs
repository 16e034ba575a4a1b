//! One offer: its link, its QR code, its transaction code.

use actix_web::web::{Data, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::Permission;
use serde::Deserialize;
use store_issuer::{StuckOffer, Unclaimed};
use web::Problem;
use web::page::{Shell, html, see_other};

use super::imports::csv_file;
use super::session::{Issue, May, Officer, SeePeople};
use super::view::{Badge, Done, LINES, Place, When, counted, day, page_of, shell};
use crate::app::Issuer;
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_stuck).service(remind).service(offer_page).service(renew).service(withdraw);
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    state: Stuck,
    after: Option<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stuck {
    #[default]
    Locked,
    Lapsed,
    /// Open, whatever their age.
    Waiting,
    /// Open, and the person is to be reminded.
    Due,
}

#[derive(Template)]
#[template(path = "console/stuck_offers.html")]
struct StuckPage {
    shell: Shell,
    locked: bool,
    issues: bool,
    rows: Vec<StuckRow>,
    next: Option<String>,
}

struct StuckRow {
    id: String,
    name: String,
    number: String,
    until: When,
}

#[get("/offers")]
async fn list_stuck(
    officer: May<SeePeople>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    if matches!(wanted.state, Stuck::Waiting | Stuck::Due) {
        return unclaimed(&officer, wanted.state == Stuck::Due, wanted.after.as_deref(), &app).await;
    }
    let locked = wanted.state == Stuck::Locked;
    let rows = app.stuck_offers(&officer.tenant, locked, wanted.after.as_deref(), LINES + 1).await;
    let (rows, more) = page_of(rows.map_err(|error| problem::store(&error))?);
    let state = if locked { "locked" } else { "lapsed" };
    let next = rows
        .last()
        .filter(|_| more)
        .map(|last| format!("/console/offers?state={state}&after={}", last.offer_id));
    let row = |it: StuckOffer| StuckRow {
        id: it.offer_id,
        name: it.name,
        number: it.number,
        until: it.expires_at.into(),
    };
    html(&StuckPage {
        shell: shell(&officer, home_of(&officer)),
        locked,
        issues: officer.roles.may(Permission::Issue),
        rows: rows.into_iter().map(row).collect(),
        next,
    })
}

#[derive(Template)]
#[template(path = "console/unclaimed.html")]
struct UnclaimedPage {
    shell: Shell,
    due: bool,
    total: u64,
    words: String,
    rows: Vec<UnclaimedRow>,
    next: Option<String>,
    place: &'static str,
    issues: bool,
}

struct UnclaimedRow {
    person: String,
    name: String,
    number: String,
    made: String,
    reminded: Option<String>,
    left: String,
}

async fn unclaimed(
    officer: &Officer,
    due: bool,
    after: Option<&str>,
    app: &Issuer,
) -> Result<HttpResponse, Problem> {
    let found = app.list_unclaimed(&officer.tenant, due, after, LINES + 1).await;
    let (rows, total) = found.map_err(|error| problem::store(&error))?;
    let (rows, more) = page_of(rows);
    let state = if due { "due" } else { "waiting" };
    let next = rows.last().filter(|_| more);
    let next = next.map(|last| format!("/console/offers?state={state}&after={}", last.offer_id));
    let now = app.clock_now();
    let row = |it: Unclaimed| UnclaimedRow {
        person: it.subject_id,
        name: it.name,
        number: it.number,
        made: day(it.created_at),
        reminded: it.reminded_at.map(day),
        left: counted((it.expires_at - now).num_days().unsigned_abs(), "day", "days"),
    };
    html(&UnclaimedPage {
        shell: shell(officer, home_of(officer)),
        due,
        total,
        words: counted(total, "offer", "offers"),
        rows: rows.into_iter().map(row).collect(),
        next,
        place: if officer.tenant.has_staff() { "staff" } else { "retirees" },
        issues: officer.roles.may(Permission::Issue),
    })
}

/// The links to send again, as a file; whoever is in it counts as reminded.
#[post("/offers/remind")]
async fn remind(officer: May<Issue>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let links = app.remind(&officer.actor()).await?;
    let rows = links.iter().map(|it| [&it.number, &it.name, &it.link].map(String::as_str));
    Ok(csv_file("reminders.csv", issuance::import::csv(&["number", "name", "link"], rows)))
}

fn home_of(officer: &Officer) -> Place {
    if officer.tenant.has_staff() { Place::Staff } else { Place::Retirees }
}

#[derive(Template)]
#[template(path = "console/offer.html")]
struct OfferPage {
    shell: Shell,
    id: String,
    name: String,
    back: String,
    badge: Badge,
    open: bool,
    link: String,
    openid_link: String,
    qr: String,
    code: Option<String>,
    bound: bool,
    until: When,
    done: Option<&'static str>,
}

#[get("/offers/{id}")]
async fn offer_page(
    officer: May<Issue>,
    id: Path<String>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (offer, subject, link) = app.shown_offer(&officer.actor(), &id).await?;
    let now = app.clock_now();
    let home = officer.tenant.has_staff();
    html(&OfferPage {
        shell: shell(&officer, home_of(&officer)),
        id: offer.id.clone(),
        back: format!("/console/{}/{}", if home { "staff" } else { "retirees" }, subject.id),
        name: subject.name,
        badge: Badge::offer(offer.state, offer.expires_at, now),
        open: offer.check_open(now).is_ok() && offer.state == issuance::OfferState::Open,
        qr: web::qr::svg(&link.wallet_link),
        link: link.wallet_link,
        openid_link: link.openid_link,
        code: link.transaction_code.map(|code| spaced(&code)),
        bound: offer.bound_key.is_some(),
        until: offer.expires_at.into(),
        done: said(&done),
    })
}

fn said(done: &Done) -> Option<&'static str> {
    [
        ("made", "The offer is ready. Send the link, and tell the code by another way."),
        ("renewed", "There is a new transaction code. The old one no longer works."),
    ]
    .into_iter()
    .find(|(word, _)| done.says(word))
    .map(|(_, sentence)| sentence)
}

#[post("/offers/{id}/renew")]
async fn renew(officer: May<Issue>, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    app.renew_transaction_code(&officer.actor(), &id).await?;
    Ok(see_other(&format!("/console/offers/{id}?done=renewed")))
}

#[post("/offers/{id}/withdraw")]
async fn withdraw(officer: May<Issue>, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let subject = app.offered_to(&officer.actor(), &id).await?;
    app.withdraw_offer(&officer.actor(), &id).await?;
    let place = if officer.tenant.has_staff() { "staff" } else { "retirees" };
    Ok(see_other(&format!("/console/{place}/{subject}?done=withdrawn")))
}

/// `493051` as `493 051`, which is how people read six digits aloud.
fn spaced(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((head, tail)) => format!("{head} {tail}"),
        None => code.to_owned(),
    }
}
