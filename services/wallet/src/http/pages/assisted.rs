//! The person's side of a recovery by officers: asking, and how the request of this device stands.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use clock::Timestamp;
use holding::assisted::{AssistedRecovery, State, WAIT_HOURS};
use web::Problem;
use web::page::html;

use super::frame::Frame;
use crate::app::assisted::{AssistedError, Help};
use crate::http::App;
use crate::http::request_cookie::AskedHere;
use crate::http::views::HelpView;
use crate::words::Words;

pub fn configure(config: &mut ServiceConfig) {
    config.service(recover_with_help);
}

#[derive(Template)]
#[template(path = "ask-help.html")]
struct AskPage {
    shell: Frame,
    words: Words,
    wait: String,
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    shell: Frame,
    words: Words,
    id: String,
    code: String,
    stage: Stage,
    help: HelpView,
    lapses_at: Timestamp,
    wait: String,
    /// What was made on this device is a PIN.
    by_pin: bool,
}

/// What the page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Officers have to agree.
    Officers,
    /// Both did, and time goes by.
    Waiting,
    /// The time is over, and the service has not yet carried it out.
    Soon,
    Done,
    Ended(Ending),
}

/// The names of the sentences that say how it ended, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ending {
    title: &'static str,
    what: &'static str,
}

impl Stage {
    fn of(recovery: &AssistedRecovery, now: Timestamp) -> Self {
        let ended = |title, what| Self::Ended(Ending { title, what });
        match recovery.state {
            State::Asked if recovery.is_lapsed(now) => ended("helped-lapsed", "helped-lapsed-what"),
            State::Asked => Self::Officers,
            State::Waiting { until } if until <= now => Self::Soon,
            State::Waiting { .. } => Self::Waiting,
            State::Done { .. } => Self::Done,
            State::Refused { .. } => ended("helped-refused", "helped-refused-what"),
            State::Stopped { .. } => ended("helped-stopped", "helped-stopped-what"),
        }
    }
}

#[get("/recover/help")]
async fn recover_with_help(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let shell = Frame::outside(&request, &app);
    let wait = WAIT_HOURS.to_string();
    let Some((AskedHere { id, code }, help)) = asked_here(&request, &app).await? else {
        return html(&AskPage { shell, words, wait });
    };
    html(&HelpPage {
        shell,
        words,
        id,
        code,
        stage: Stage::of(&help.recovery, app.wallet.now()),
        help: (&help).into(),
        lapses_at: help.recovery.lapses_at(),
        by_pin: help.recovery.pin.is_some(),
        wait,
    })
}

/// The request of this device; none where there was none, or its wallet is gone.
async fn asked_here(request: &HttpRequest, app: &App) -> Result<Option<(AskedHere, Help)>, Problem> {
    let Some(asked) = AskedHere::of(request) else { return Ok(None) };
    match app.wallet.help(&asked.id).await {
        Ok(help) => Ok(Some((asked, help))),
        Err(AssistedError::Unknown) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
