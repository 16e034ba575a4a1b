//! Enrolment for officers: the agenda with a forecast, the times that are open, invitations; the desk is in [`desk`].

mod calls;
mod desk;

use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::{Duration, NaiveDateTime};
use entitlement::enrolment::{Stage, Supply};
use issuance::Permission;
use issuance::import::LANGUAGES;
use serde::Deserialize;
use store_issuer::EnrolmentRow;
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::session::{Issue, May, Officer, SeePeople};
use super::view::{Badge, Done, Place, When, counted, day, grouped, shell};
use crate::app::{After, AgendaLine, EnrolmentError, Issuer, NewSlots, PaperInvitation, SupplyView};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(show_agenda)
        .service(open_slots)
        .service(close_slot)
        .service(invite_to_enrol)
        .service(miss_appointment)
        .configure(calls::configure)
        .configure(desk::configure);
}

/// Appointments from half a day back are shown: what was forgotten to be written down is still there.
const BACK_HOURS: i64 = 12;
const AHEAD_DAYS: i64 = 14;
const LANGUAGE_NAMES: [&str; 6] = ["Arabic", "English", "Spanish", "French", "Russian", "Chinese"];

#[derive(Template)]
#[template(path = "console/enrolment.html")]
struct AgendaPage {
    shell: Shell,
    lines: Vec<Line>,
    proposed: Vec<(String, String, When)>,
    /// Seen at a station; an agent proposes.
    seen: Vec<(String, String, When)>,
    waiting: Vec<(String, String, When)>,
    /// How many they are in all, and where the next page of them begins.
    waiting_all: String,
    waiting_next: Option<String>,
    /// Not the first page of either list.
    later: bool,
    supply: SupplyLine,
    free: Vec<FreeSlot>,
    free_next: Option<String>,
    form: SlotForm,
    languages: Vec<(&'static str, &'static str)>,
    zones: Vec<(i32, String)>,
    link: String,
    issues: bool,
    approves: bool,
    done: Option<&'static str>,
    fault: Option<String>,
}

struct Line {
    id: String,
    appointment: String,
    name: String,
    country: String,
    at: When,
    minutes: u32,
    way: &'static str,
    language: &'static str,
    badge: Badge,
    may_miss: bool,
}

struct SupplyLine {
    class: &'static str,
    title: &'static str,
    words: String,
    by_language: Vec<LanguageLine>,
}

/// One language: how many are free, how many people need one, and how that looks.
struct LanguageLine {
    name: &'static str,
    free: u64,
    needing: u64,
    uninvited: u64,
    badge: Badge,
}

struct FreeSlot {
    id: String,
    at: When,
    minutes: u32,
    language: &'static str,
    way: &'static str,
    mine: bool,
}

/// Times as an officer enters them, in a zone of their choice.
#[derive(Clone, Debug, Deserialize)]
struct SlotForm {
    starts: String,
    /// Minutes east of Greenwich.
    zone: i32,
    minutes: u32,
    count: u32,
    language: String,
    way: String,
}

/// Behind which lines the lists of free times and of people who wait begin.
#[derive(Default, Deserialize)]
struct Pages {
    free: Option<String>,
    kept: Option<String>,
}

#[get("/enrolment")]
async fn show_agenda(
    officer: May<SeePeople>,
    done: Query<Done>,
    pages: Query<Pages>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    html(&load(&officer, &app, (&done, &pages)).await?)
}

async fn load(
    officer: &Officer,
    app: &Issuer,
    (done, pages): (&Done, &Pages),
) -> Result<AgendaPage, Problem> {
    let tenant = &officer.tenant.id;
    let now = app.now();
    let window = (now - Duration::hours(BACK_HOURS), now + Duration::days(AHEAD_DAYS));
    let lines = app.agenda(tenant, window).await?;
    let after = |text: &Option<String>| text.as_deref().and_then(After::parse);
    let proposed = app.proposed_enrolments(tenant).await?;
    let (waiting, waiting_next) = app.list_kept_places(tenant, after(&pages.kept).as_ref()).await?;
    let supply = app.appointment_supply(tenant).await?;
    let named = |rows: Vec<(EnrolmentRow, String)>, at: fn(&EnrolmentRow) -> Option<clock::Timestamp>| {
        let line = |(row, name): (EnrolmentRow, String)| {
            let at = at(&row).unwrap_or(row.invited_at);
            (row.id, name, When::from(at))
        };
        rows.into_iter().map(line).collect()
    };
    let issues = officer.roles.may(Permission::Issue);
    let (free, free_next) = match issues {
        true => app.list_free_slots(tenant, after(&pages.free).as_ref()).await?,
        false => (Vec::new(), None),
    };
    Ok(AgendaPage {
        shell: shell(officer, Place::Enrolment),
        lines: lines.iter().map(|line| Line::new(line, now)).collect(),
        proposed: named(proposed, |row| row.proposed_at),
        seen: named(app.seen_at_stations(tenant).await?, |row| row.claimed_at),
        waiting: named(waiting, |row| row.place_kept_at),
        waiting_all: grouped(supply.waiting),
        waiting_next: waiting_next.map(|next| format!("/console/enrolment?kept={next}#kept-places")),
        later: pages.free.is_some() || pages.kept.is_some(),
        supply: SupplyLine::from(&supply),
        free_next: free_next.map(|next| format!("/console/enrolment?free={next}#free-slots")),
        free: free
            .into_iter()
            .map(|slot| FreeSlot {
                mine: slot.agent == officer.id,
                id: slot.id,
                at: slot.starts_at.into(),
                minutes: slot.minutes,
                language: language_name(&slot.language),
                way: way_words(&slot.way),
            })
            .collect(),
        form: SlotForm {
            starts: (now + Duration::days(1)).format("%Y-%m-%dT09:00").to_string(),
            zone: 0,
            minutes: 20,
            count: 6,
            language: "en".to_owned(),
            way: "video".to_owned(),
        },
        languages: LANGUAGES.into_iter().zip(LANGUAGE_NAMES).collect(),
        zones: zones(),
        link: app.enrolment_link(&officer.tenant),
        issues,
        approves: officer.roles.may(Permission::Approve),
        done: said(done),
        fault: None,
    })
}

fn said(done: &Done) -> Option<&'static str> {
    [
        ("opened", "The times are open. People with a kept place choose first, for a day."),
        ("closed", "The time is closed."),
        ("missed", "Written down. The person can book again in the wallet, without calling."),
        ("decided", "The decision is written down, and the person sees it in the wallet."),
    ]
    .into_iter()
    .find(|(word, _)| done.says(word))
    .map(|(_, sentence)| sentence)
}

impl Line {
    fn new(line: &AgendaLine, now: clock::Timestamp) -> Self {
        let slot = &line.appointment.slot;
        Self {
            id: line.appointment.enrolment_id.clone(),
            appointment: line.appointment.id.clone(),
            name: line.name.clone(),
            country: line.country.clone(),
            at: slot.starts_at.into(),
            minutes: slot.minutes,
            way: way_words(&slot.way),
            language: language_name(&slot.language),
            badge: match line.appointment.state.as_str() {
                "missed" => Badge { class: "warning", text: "Did not come" },
                "held" => stage_badge(line.stage),
                _ => Badge { class: "info", text: "Booked" },
            },
            may_miss: line.appointment.state == "booked" && slot.starts_at <= now,
        }
    }
}

impl From<&SupplyView> for SupplyLine {
    fn from(view: &SupplyView) -> Self {
        let it = &view.forecast;
        let (class, title) = match it.supply() {
            Supply::Enough if it.free == 0 => ("info", "No appointment is open, and nobody needs one"),
            Supply::Enough => ("info", "There are enough appointments"),
            Supply::NoneOpen => ("warning", "No appointment is open"),
            Supply::NotForAll => {
                ("info", "There are enough appointments for those who are invited, not for all")
            }
            Supply::Tight => ("warning", "Appointments are getting scarce"),
            Supply::Short => ("warning", "There are fewer appointments than people who need one"),
            Supply::Gone => ("error", "No appointment is left before the due date"),
        };
        let due = it.due.format("%-d %B %Y");
        let mut words = format!(
            "{} until {due}, for {} without a time.",
            counted(it.free, "free time", "free times"),
            counted(it.needing, "invited person", "invited people")
        );
        if it.uninvited > 0 {
            words += &format!(
                " {} who can take part {} neither enrolled nor invited with a code that lives.",
                counted(it.uninvited, "person", "people"),
                if it.uninvited == 1 { "is" } else { "are" }
            );
        }
        if it.missing_for_all() > it.missing() {
            words += &format!(" For everybody {} are missing.", grouped(it.missing_for_all()));
        }
        if it.missing() > 0 {
            words += &format!(" {} to open.", counted(it.missing(), "more is needed", "more are needed"));
        }
        if let Some(gone) = it.gone_on().filter(|gone| it.free > 0 && *gone < it.due) {
            words +=
                &format!(" At the pace of the last two weeks they are gone on {}.", gone.format("%-d %B"));
        }
        if view.waiting > 0 {
            let waiting = counted(view.waiting, "person waits", "people wait");
            words += &format!(" {waiting} with a kept place.");
        }
        let by_language = view.by_language.iter().map(|(code, it)| LanguageLine {
            name: if code.is_empty() { "Language not known" } else { language_name(code) },
            free: it.free,
            needing: it.needing,
            uninvited: it.uninvited,
            badge: if code.is_empty() { ANY_LANGUAGE } else { supply_badge(it.supply()) },
        });
        Self { class, title, words, by_language: by_language.collect() }
    }
}

/// Whose language nobody knows may take any time.
const ANY_LANGUAGE: Badge = Badge { class: "plain", text: "Any language" };

const fn supply_badge(supply: Supply) -> Badge {
    match supply {
        Supply::Enough => Badge { class: "success", text: "Enough" },
        Supply::NoneOpen => Badge { class: "warning", text: "None open" },
        Supply::NotForAll => Badge { class: "info", text: "Not for all" },
        Supply::Tight => Badge { class: "warning", text: "Getting scarce" },
        Supply::Short => Badge { class: "warning", text: "Too few" },
        Supply::Gone => Badge { class: "error", text: "None left" },
    }
}

/// Offsets that are in use anywhere, so that an officer who travels need not reckon.
fn zones() -> Vec<(i32, String)> {
    let hours = (-12..=14).map(|hour| hour * 60);
    let mut minutes: Vec<i32> =
        hours.chain([-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765]).collect();
    minutes.sort_unstable();
    minutes.into_iter().map(|offset| (offset, zone_name(offset))).collect()
}

fn zone_name(offset: i32) -> String {
    match offset {
        0 => "UTC".to_owned(),
        _ => {
            let sign = if offset < 0 { '\u{2212}' } else { '+' };
            format!("UTC{sign}{}:{:02}", offset.abs() / 60, offset.abs() % 60)
        }
    }
}

pub(super) fn language_name(code: &str) -> &'static str {
    LANGUAGES.iter().zip(LANGUAGE_NAMES).find(|(known, _)| **known == code).map_or("", |(_, name)| name)
}

pub(super) fn way_words(way: &str) -> &'static str {
    match way {
        "video" => "Video call",
        _ => "Visit, arranged by telephone",
    }
}

pub(super) const fn stage_badge(stage: Stage) -> Badge {
    match stage {
        Stage::Invited => Badge { class: "waiting", text: "Invited" },
        Stage::Claimed => Badge { class: "info", text: "Under way" },
        Stage::Proposed => Badge { class: "waiting", text: "Second officer" },
        Stage::Approved => Badge { class: "success", text: "Enrolled" },
        Stage::Refused => Badge { class: "error", text: "Refused" },
        Stage::Withdrawn => Badge { class: "plain", text: "Withdrawn" },
    }
}

#[post("/enrolment/slots")]
async fn open_slots(
    officer: May<Issue>,
    form: Form<SlotForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let opened = match form.slots() {
        Some(new) => app.open_slots(&officer.actor(), &new).await,
        None => Err(EnrolmentError::Form("day and time of the first appointment are needed")),
    };
    match opened {
        Ok(_) => Ok(see_other("/console/enrolment?done=opened")),
        Err(error @ (EnrolmentError::Form(_) | EnrolmentError::Overlap)) => {
            let page = load(&officer, &app, (&Done::default(), &Pages::default())).await?;
            let fault = Some(problem::sentence(&error.to_string()));
            html_with(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, &AgendaPage { form, fault, ..page })
        }
        Err(error) => Err(error.into()),
    }
}

impl SlotForm {
    fn slots(&self) -> Option<NewSlots> {
        let local = NaiveDateTime::parse_from_str(self.starts.trim(), "%Y-%m-%dT%H:%M").ok()?;
        let offset = Some(self.zone).filter(|zone| (-14 * 60..=14 * 60).contains(zone))?;
        let utc = local.checked_sub_signed(Duration::minutes(offset.into()))?;
        Some(NewSlots {
            starts_at: utc.and_utc(),
            minutes: self.minutes,
            count: self.count,
            language: self.language.clone(),
            way: self.way.clone(),
        })
    }
}

#[post("/enrolment/slots/{id}/close")]
async fn close_slot(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.close_slot(&officer.actor(), &id).await?;
    Ok(see_other("/console/enrolment?done=closed"))
}

#[post("/enrolment/appointments/{id}/missed")]
async fn miss_appointment(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.miss_appointment(&officer.actor(), &id).await?;
    Ok(see_other("/console/enrolment?done=missed"))
}

#[derive(Template)]
#[template(path = "console/invitation.html")]
struct InvitationPage {
    shell: Shell,
    person: String,
    name: String,
    uid: String,
    code: String,
    link: String,
    qr: String,
    until: String,
    enrolment: String,
    /// The same as a letter says it, in the person's language.
    words: PaperInvitation,
}

/// Invites a beneficiary and shows the code, once.
#[post("/retirees/{id}/enrolment")]
async fn invite_to_enrol(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let invitation = app.invite_to_enrol(&officer.actor(), &id).await?;
    let subject = app.find_person(&officer.tenant.id, &id).await.map_err(|error| problem::store(&error))?;
    let subject = subject.ok_or_else(Problem::not_found)?;
    html(&InvitationPage {
        shell: shell(&officer, Place::Retirees),
        person: id.into_inner(),
        words: app.paper_invitation(&subject, &invitation),
        name: subject.name,
        uid: subject.number,
        qr: web::qr::svg(&invitation.link),
        code: invitation.code,
        link: invitation.link,
        until: day(invitation.expires_at),
        enrolment: invitation.enrolment,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn form(starts: &str, zone: i32) -> SlotForm {
        let (language, way) = ("fr".to_owned(), "video".to_owned());
        SlotForm { starts: starts.to_owned(), zone, minutes: 20, count: 3, language, way }
    }

    #[test]
    fn a_time_in_any_zone_is_kept_in_utc() {
        let utc = |starts, zone| form(starts, zone).slots().map(|it| it.starts_at.to_rfc3339());
        assert_eq!(utc("2026-12-01T09:00", 0).unwrap(), "2026-12-01T09:00:00+00:00");
        assert_eq!(utc("2026-12-01T09:00", 345).unwrap(), "2026-12-01T03:15:00+00:00");
        assert_eq!(utc("2026-12-01T09:00", -300).unwrap(), "2026-12-01T14:00:00+00:00");
        for (starts, zone) in [("", 0), ("2026-12-01", 0), ("2026-13-01T09:00", 0), ("2026-12-01T09:00", 841)]
        {
            assert_eq!(utc(starts, zone), None, "{starts} {zone}");
        }
    }

    #[test]
    fn zones_have_names() {
        assert_eq!(zone_name(0), "UTC");
        assert_eq!(zone_name(-210), "UTC\u{2212}3:30");
        assert_eq!(zone_name(345), "UTC+5:45");
        assert!(zones().windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
