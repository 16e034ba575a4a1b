//! "What I shared" and "Who looked at me": each act with its receipt, and whoever saw or asked.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use clock::Timestamp;
use holding::activity::Activity;
use holding::party::Party;
use holding::sharing::{Receipt, Sharing};
use web::Problem;
use web::page::html;
use wire::verifications::Outcome;

use super::entry::sign_in_first;
use super::frame::Frame;
use super::shown::{acted, sentence};
use crate::app::activity::Noted;
use crate::app::sharings::KeptSharing;
use crate::http::App;
use crate::http::auth::find_person;
use crate::http::views::{PartyView, SharingView};
use crate::words::{Sentence, Words};

pub fn configure(config: &mut ServiceConfig) {
    config.service(shared).service(looked);
}

#[derive(Template)]
#[template(path = "shared.html")]
struct SharedPage {
    shell: Frame,
    words: Words,
    account: String,
    entries: Vec<Entry>,
}

/// One act of sharing.
struct Entry {
    view: SharingView,
    keeps: Sentence,
    receipt: Sentence,
    /// Who decided for the person.
    representative: Option<Sentence>,
}

#[derive(Template)]
#[template(path = "looked.html")]
struct LookedPage {
    shell: Frame,
    words: Words,
    account: String,
    lookers: Vec<Looker>,
    refused: Vec<Refused>,
    officers: Vec<Act>,
}

/// Somebody who saw something, once or more often.
struct Looker {
    key: String,
    party: PartyView,
    times: usize,
    last: Timestamp,
    claims: Vec<String>,
    /// Of the last time.
    receipt: Sentence,
}

/// Somebody who asked and was told no.
struct Refused {
    who: String,
    what: Option<String>,
    at: Timestamp,
}

/// What an officer did, or the person at an officer's desk.
struct Act {
    sentence: Sentence,
    officer: Option<String>,
    representative: Option<Sentence>,
    at: Timestamp,
}

#[get("/shared")]
async fn shared(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let kept = app.wallet.sharings(&person).await?;
    html(&SharedPage {
        shell: Frame::inside(&request, &app, &person, "/activity"),
        words,
        account: person.account,
        entries: kept.iter().map(|one| entry(words, one)).collect(),
    })
}

#[get("/looked")]
async fn looked(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let kept = app.wallet.sharings(&person).await?;
    let activities = app.wallet.activities(&person).await?;
    html(&LookedPage {
        shell: Frame::inside(&request, &app, &person, "/activity"),
        words,
        account: person.account,
        lookers: lookers(words, &kept),
        refused: activities.iter().filter_map(refused).collect(),
        officers: activities.iter().filter_map(|noted| act(words, noted)).collect(),
    })
}

fn entry(words: Words, kept: &KeptSharing) -> Entry {
    let Sharing { keeps_seconds, receipt: of, representative, .. } = &kept.sharing;
    Entry {
        view: kept.into(),
        keeps: keeps(words, *keeps_seconds),
        receipt: receipt(words, of),
        representative: representative.as_ref().map(|one| acted(words, one)),
    }
}

/// How long the other side says that it keeps what it is shown.
pub fn keeps(words: Words, seconds: Option<u64>) -> Sentence {
    match seconds {
        None => words.say("consent-keeps-unsaid"),
        Some(0) => words.say("consent-keeps-not"),
        Some(seconds) => words.say("consent-keeps-said").with("time", words.span(seconds)),
    }
}

fn receipt(words: Words, receipt: &Receipt) -> Sentence {
    match receipt {
        Receipt::None => words.say("shared-receipt-none"),
        Receipt::Waiting { .. } => words.say("shared-receipt-waiting"),
        Receipt::Unsound { .. } => words.say("shared-receipt-unsound"),
        Receipt::Missing { .. } => words.say("shared-receipt-missing"),
        Receipt::Signed { checked, .. } => {
            let said = match checked.outcome {
                Outcome::Valid => words.say("shared-receipt-valid"),
                Outcome::Invalid => words.say("shared-receipt-invalid"),
                Outcome::Undetermined => words.say("shared-receipt-undetermined"),
            };
            said.at("at", &checked.at)
        }
    }
}

/// By whom it was: the latest first. Whom nothing names is told apart by the address.
fn lookers(words: Words, kept: &[KeptSharing]) -> Vec<Looker> {
    let mut found: Vec<Looker> = Vec::new();
    for KeptSharing { sharing, .. } in kept {
        let claims = sharing.credentials.iter().flat_map(|one| one.claims.clone());
        let key = key(&sharing.to);
        if let Some(known) = found.iter_mut().find(|known| known.key == key) {
            known.times += 1;
            for claim in claims {
                if !known.claims.contains(&claim) {
                    known.claims.push(claim);
                }
            }
            continue;
        }
        let mut seen: Vec<String> = Vec::new();
        for claim in claims {
            if !seen.contains(&claim) {
                seen.push(claim);
            }
        }
        found.push(Looker {
            key,
            party: (&sharing.to).into(),
            times: 1,
            last: sharing.at,
            claims: seen,
            receipt: receipt(words, &sharing.receipt),
        });
    }
    found
}

fn key(party: &Party) -> String {
    let named = party.did.clone().or_else(|| party.certified.as_ref().and_then(|it| it.organisation.clone()));
    named.unwrap_or_else(|| party.host.clone())
}

fn refused(Noted { at, activity, .. }: &Noted) -> Option<Refused> {
    match activity {
        Activity::Refused { to, purpose, .. } => {
            Some(Refused { who: to.clone(), what: purpose.clone(), at: *at })
        }
        _ => None,
    }
}

fn act(words: Words, noted: &Noted) -> Option<Act> {
    let Noted { at, activity, officer, representative } = noted;
    (officer.is_some() || activity.officer().is_some()).then(|| Act {
        sentence: sentence(words, activity),
        officer: officer.clone(),
        representative: representative.as_ref().map(|one| acted(words, one)),
        at: *at,
    })
}
