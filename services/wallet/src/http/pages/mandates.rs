//! Guardians and attorneys: what the person sees of them, and the officers' pages.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chrono::{NaiveDate, NaiveTime};
use clock::Timestamp;
use holding::mandate::{Act, Kind, LONGEST_DAYS, Standing, State};
use web::Problem;
use web::page::html;

use super::frame::Frame;
use super::officers::{closed, enter};
use crate::app::Acting;
use crate::app::mandates::KeptMandate;
use crate::http::App;
use crate::http::views::{MandateView, OfficerMandateView};
use crate::words::{Sentence, Words};

pub fn configure(config: &mut ServiceConfig) {
    config.service(mandates).service(show_mandate);
}

#[derive(Template)]
#[template(path = "officer-mandates.html")]
struct MandatesPage {
    shell: Frame,
    words: Words,
    waiting: Vec<Waiting>,
    /// The first day that can be chosen, and the last one.
    today: String,
    latest: String,
}

/// A mandate that a second officer has to look at.
struct Waiting {
    id: String,
    wallet: String,
    name: String,
    until: Timestamp,
}

#[derive(Template)]
#[template(path = "officer-mandate.html")]
struct MandatePage {
    shell: Frame,
    words: Words,
    view: OfficerMandateView,
    mandate: Mandate,
    until: Timestamp,
    /// This officer recorded it.
    own: bool,
}

/// A mandate in words.
pub struct Mandate {
    pub id: String,
    pub name: String,
    /// Names of sentences: as what they act, and how it stands.
    pub kind: &'static str,
    pub standing: &'static str,
    pub tone: &'static str,
    pub acts: Vec<&'static str>,
    pub from: String,
    pub to: String,
    pub recorded_by: String,
    pub confirmed_by: Option<String>,
    pub waiting: bool,
    pub open: bool,
}

impl Mandate {
    pub fn new(words: Words, KeptMandate { row, mandate, standing }: &KeptMandate) -> Self {
        let (said, tone) = match standing {
            Standing::Waiting => ("mandate-waiting", "waiting"),
            Standing::Lapsed => ("mandate-lapsed", "plain"),
            Standing::Upcoming => ("mandate-upcoming", "info"),
            Standing::InForce => ("mandate-in-force", "success"),
            Standing::Over => ("mandate-over", "plain"),
            Standing::Ended => ("mandate-ended", "error"),
        };
        let kind = match mandate.representative.kind {
            Kind::Guardian => "mandate-guardian",
            Kind::Attorney => "mandate-attorney",
        };
        let confirmed_by = match &mandate.state {
            State::Confirmed { word } => Some(word.name.clone()),
            State::Recorded | State::Ended { .. } => None,
        };
        Self {
            id: row.id.clone(),
            name: mandate.representative.name.clone(),
            kind,
            standing: said,
            tone,
            acts: mandate.acts.iter().map(|act| act_name(*act)).collect(),
            from: words.day(&midnight(mandate.starts_on)),
            to: words.day(&midnight(mandate.ends_on)),
            recorded_by: mandate.recorded.name.clone(),
            confirmed_by,
            waiting: *standing == Standing::Waiting,
            open: matches!(standing, Standing::Waiting | Standing::Upcoming | Standing::InForce),
        }
    }
}

fn act_name(act: Act) -> &'static str {
    match act {
        Act::Receive => "mandate-receive",
        Act::Present => "mandate-present",
        Act::Prove => "mandate-prove",
    }
}

/// The beginning of a day, in UTC.
pub fn midnight(day: NaiveDate) -> Timestamp {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// Who is at the desk for the person.
pub fn here_for(words: &Words, acting: &Acting) -> Sentence {
    let said = match acting.representative.kind {
        Kind::Guardian => words.say("mandate-here-guardian"),
        Kind::Attorney => words.say("mandate-here-attorney"),
    };
    said.with("who", &acting.representative.name).with("until", words.day(&midnight(acting.ends_on)))
}

/// The names of what they may do.
pub fn acts(acting: &Acting) -> Vec<&'static str> {
    acting.acts.iter().map(|act| act_name(*act)).collect()
}

/// The officers' page: what waits, what a wallet has, and a form to record one.
#[get("/officers/mandates")]
async fn mandates(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let (person, officer) = match enter(&request, &app).await? {
        Ok(entered) => entered,
        Err(gate) => return closed(&request, &app, words, gate),
    };
    let waiting = app.wallet.recorded_mandates(&person).await?;
    let today = app.wallet.now().date_naive();
    html(&MandatesPage {
        shell: Frame::officer(&request, &app, &officer.name),
        words,
        waiting: waiting.iter().map(Waiting::new).collect(),
        today: today.to_string(),
        latest: (today + chrono::Duration::days(LONGEST_DAYS - 1)).to_string(),
    })
}

#[get("/officers/mandates/{id}")]
async fn show_mandate(
    request: HttpRequest,
    app: App,
    words: Words,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let (person, officer) = match enter(&request, &app).await? {
        Ok(entered) => entered,
        Err(gate) => return closed(&request, &app, words, gate),
    };
    let kept = app.wallet.mandate_for_officer(&person, &id).await?;
    html(&MandatePage {
        shell: Frame::officer(&request, &app, &officer.name),
        words,
        own: kept.mandate.recorded.officer == officer.account,
        until: kept.mandate.lapses_at(),
        mandate: Mandate::new(words, &kept),
        view: (&kept).into(),
    })
}

impl Waiting {
    fn new(kept: &KeptMandate) -> Self {
        let OfficerMandateView { mandate: MandateView { id, name, .. }, wallet, .. } = kept.into();
        Self { id, wallet, name, until: kept.mandate.lapses_at() }
    }
}
