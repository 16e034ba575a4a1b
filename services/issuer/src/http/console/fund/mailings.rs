//! Letters at the console: gathered, printed, handed to the post; and what left for one person.

use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::register::attachment;
use super::{Asked, day, said};
use crate::app::{Issuer, LETTER_KINDS, NewMailing, SAMPLES, letter_fault, letter_state};
use crate::http::console::session::{Issue, May, SeePeople};
use crate::http::console::view::{Badge, Place, When, grouped, shell};
use crate::http::fund::mailing_addresses;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_mailings)
        .service(make)
        .service(print_part)
        .service(fetch_addresses)
        .service(fetch_withdrawn)
        .service(hand_over)
        .service(cancel)
        .service(person_post);
}

#[derive(Template)]
#[template(path = "console/fund_mailings.html")]
struct MailingsPage {
    shell: Shell,
    waiting: Vec<(&'static str, &'static str, String)>,
    mailings: Vec<MailingLine>,
    messages: Vec<(&'static str, String)>,
    /// Telephone number and return address, once somebody said so.
    settings: Option<(String, String)>,
    samples: [(&'static str, &'static str); 9],
    waits: bool,
    gathering: bool,
    issues: bool,
    done: Option<&'static str>,
}

struct MailingLine {
    id: String,
    badge: Badge,
    letters: String,
    left_out: String,
    at: When,
    posted_on: String,
}

pub(super) const fn kind_title(kind: &str) -> &'static str {
    match kind.as_bytes() {
        b"mail-paper" => "Forms, first and second mailing",
        b"send-notice" => "Notices before suspension",
        b"hold-payment" => "Payments that are on hold",
        b"resume-payment" => "Payments that begin again",
        b"invite-survivor" => "To survivors",
        b"offer-another-channel" => "Another way after a refused proof",
        b"remind" => "Reminders to people without an address for messages",
        b"invite-to-enrol" => "Invitations to enrol, with a code",
        _ => "Receipts to people without an address for messages",
    }
}

pub(super) fn state(state: &str) -> Badge {
    let (class, text) = match state {
        "gathering" => ("info", "Being gathered"),
        "ready" => ("waiting", "To print and post"),
        "posted" => ("success", "Posted"),
        _ => ("plain", "Cancelled"),
    };
    Badge { class, text }
}

#[get("/fund/mailings")]
async fn list_mailings(
    officer: May<SeePeople>,
    asked: Query<Asked>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let waiting = app.letters_waiting(tenant).await?;
    let rows = app.list_mailings(tenant).await?;
    let counts = app.fund_message_counts(tenant).await?;
    let many = |kind: &str| waiting.iter().find(|(known, _)| known == kind).map_or(0, |(_, many)| *many);
    let in_state = |state: &str| counts.iter().find(|(known, _)| known == state).map_or(0, |(_, many)| *many);
    let settings = app.letter_settings(tenant).await?;
    html(&MailingsPage {
        shell: shell(&officer, Place::Fund),
        waiting: LETTER_KINDS.into_iter().map(|kind| (kind, kind_title(kind), grouped(many(kind)))).collect(),
        messages: vec![
            ("Waiting for the person’s day or the mail server", grouped(in_state("waiting"))),
            ("Sent, with the server’s answer", grouped(in_state("sent"))),
            ("Withdrawn, since a proof came", grouped(in_state("withdrawn"))),
            ("By letter instead", grouped(in_state("post"))),
        ],
        waits: waiting.iter().any(|(_, many)| *many > 0),
        settings: settings.map(|it| (it.telephone, it.return_address)),
        samples: SAMPLES,
        gathering: rows.iter().any(|row| row.state == "gathering"),
        mailings: rows
            .into_iter()
            .map(|row| MailingLine {
                badge: state(&row.state),
                letters: grouped(row.letters),
                left_out: grouped(row.left_out),
                at: row.made_at.into(),
                posted_on: row.posted_on.map(|day| day.to_string()).unwrap_or_default(),
                id: row.id,
            })
            .collect(),
        issues: officer.roles.may(Permission::Issue),
        done: said(
            asked.done.as_deref(),
            &[
                ("cancelled", "What did not leave is given up. Its letters wait for another mailing."),
                ("settings", "The next mailing has this telephone number and this return address."),
            ],
        ),
    })
}

#[derive(Deserialize)]
struct Order {
    #[serde(default)]
    kind: String,
}

#[post("/fund/mailings")]
async fn make(officer: May<Issue>, form: Form<Order>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let kinds = Some(form.into_inner().kind).filter(|kind| !kind.is_empty()).into_iter().collect();
    let new = NewMailing { kinds, ..NewMailing::default() };
    let id = app.make_mailing(&officer.actor(), &new).await?;
    Ok(see_other(&format!("/console/fund/mailings/{id}")))
}

/// Only who issues prints: the letters hold names and addresses of thousands.
#[get("/fund/mailings/{id}/parts/{part}")]
async fn print_part(
    officer: May<Issue>,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let part = path.1.parse().map_err(|_| Problem::not_found())?;
    let pdf = app.mailing_piece(&officer.actor(), &path.0, part).await?;
    Ok(attachment("application/pdf", &format!("letters-{part}.pdf"), pdf))
}

#[get("/fund/mailings/{id}/addresses.csv")]
async fn fetch_addresses(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    mailing_addresses(app, officer.actor(), id.into_inner()).await
}

#[get("/fund/mailings/{id}/withdrawn.csv")]
async fn fetch_withdrawn(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let bytes = app.withdrawn_letters(&officer.tenant.id, &id).await?;
    Ok(attachment("text/csv; charset=utf-8", "withdrawn.csv", bytes))
}

#[derive(Deserialize)]
struct HandOver {
    on: String,
    #[serde(default)]
    from: Option<u64>,
    #[serde(default)]
    to: Option<u64>,
}

#[post("/fund/mailings/{id}/posting")]
async fn hand_over(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<HandOver>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let parts = form.from.map(|from| (from, form.to.unwrap_or(from)));
    app.post_parts(&officer.actor(), &id, day(&form.on)?, parts).await?;
    Ok(see_other(&format!("/console/fund/mailings/{id}?done=posted")))
}

#[post("/fund/mailings/{id}/cancellation")]
async fn cancel(officer: May<Issue>, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    app.cancel_mailing(&officer.actor(), &id).await?;
    Ok(see_other("/console/fund/mailings?done=cancelled"))
}

#[derive(Template)]
#[template(path = "console/fund_post.html")]
struct PostPage {
    shell: Shell,
    person: String,
    messages: Vec<MessageLine>,
    letters: Vec<LetterLine>,
}

struct MessageLine {
    what: &'static str,
    year: i32,
    badge: Badge,
    at: When,
    message_id: String,
    reply: String,
    fault: String,
}

struct LetterLine {
    what: &'static str,
    year: i32,
    badge: Badge,
    mailing: String,
    posted_on: String,
    fault: &'static str,
}

const fn what(kind: &str) -> &'static str {
    match kind.as_bytes() {
        b"mail-paper" => "Form",
        b"send-notice" => "Notice before suspension",
        b"hold-payment" => "Payment on hold",
        b"resume-payment" => "Payment begins again",
        b"invite-survivor" => "To a survivor",
        b"offer-another-channel" => "Another way",
        b"remind" => "Reminder",
        b"invite-to-enrol" => "Invitation to enrol",
        _ => "Receipt",
    }
}

#[get("/fund/people/{person}/post")]
async fn person_post(
    officer: May<SeePeople>,
    person: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let post = app.fund_post(&officer.tenant.id, &person).await?;
    let messages = post.messages.into_iter().map(|sent| {
        let badge = match sent.row.state.as_str() {
            "sent" => Badge { class: "success", text: "Sent" },
            "waiting" => Badge { class: "waiting", text: "Waits" },
            "post" => Badge { class: "info", text: "By letter" },
            _ => Badge { class: "plain", text: "Withdrawn" },
        };
        let code = sent.row.reply_code.unwrap_or_default();
        MessageLine {
            what: what(&sent.row.kind),
            year: sent.row.year,
            badge,
            at: sent.row.finished_at.unwrap_or(sent.row.next_try_at).into(),
            message_id: sent.row.message_id.unwrap_or_default(),
            reply: format!("{code} {}", sent.reply.unwrap_or_default()).trim().to_owned(),
            fault: sent.row.fault.unwrap_or_default(),
        }
    });
    let letters = post.letters.into_iter().map(|(letter, mailing)| {
        let badge = match letter_state(&letter, &mailing) {
            "posted" => Badge { class: "success", text: "Posted" },
            "gathered" => Badge { class: "waiting", text: "Gathered" },
            "withdrawn" => Badge { class: "plain", text: "Withdrawn" },
            _ => Badge { class: "warning", text: "Left out" },
        };
        LetterLine {
            what: what(&letter.kind),
            year: letter.year,
            badge,
            posted_on: mailing.posted_on.map(|day| day.to_string()).unwrap_or_default(),
            fault: letter.fault.as_deref().map(letter_fault).unwrap_or_default(),
            mailing: letter.mailing,
        }
    });
    let (messages, letters) = (messages.collect(), letters.collect());
    html(&PostPage { shell: shell(&officer, Place::Fund), person: person.into_inner(), messages, letters })
}
