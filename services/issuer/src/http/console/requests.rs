//! Proof requests: the answers that wait, and the page on which an officer decides.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use clock::Timestamp;
use entitlement::desk::{HelperKind, RecognisedBy};
use entitlement::{Channel, Evidence, Standing, State, Witnessed};
use issuance::Permission;
use serde::Deserialize;
use store_issuer::{ExistenceRow, StationRow};
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::people::text;
use super::pictures::Pictures;
use super::session::{Issue, May, Officer, SeePeople};
use super::view::{Badge, Done, Find, LINES, Place, When, page_of, shell};
use crate::app::{AppealWord, ExistenceError, Issuer, RequestLink, RequestPage as Detail};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_answers)
        .service(request_page)
        .service(confirm)
        .service(refuse)
        .service(decide_appeal);
}

#[derive(Template)]
#[template(path = "console/answers.html")]
struct AnswersPage {
    shell: Shell,
    rows: Vec<AnswerRow>,
    appeals: Vec<AppealLine>,
    next: Option<String>,
    confirmed: bool,
}

/// An appeal of somebody who is on no register; the others are cases.
struct AppealLine {
    id: String,
    name: String,
    uid: String,
    opened: When,
    due: When,
    late: bool,
}

struct AnswerRow {
    id: String,
    name: String,
    uid: String,
    year: i32,
    answered: When,
    reference: String,
}

#[get("/requests")]
async fn list_answers(
    officer: May<SeePeople>,
    find: Query<Find>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let rows = app.list_answers(&officer.tenant.id, find.after.as_deref(), LINES + 1).await?;
    let (rows, more) = page_of(rows);
    let next = rows.last().filter(|_| more).map(|last| find.next("/console/requests", &last.request.id));
    let now = app.clock_now();
    let appeals = app.list_open_appeals(&officer.tenant.id).await?.into_iter().map(|open| AppealLine {
        id: open.row.request_id,
        name: open.name,
        uid: open.uid,
        opened: open.row.opened_at.into(),
        due: open.row.due_at.into(),
        late: open.row.due_at < now,
    });
    html(&AnswersPage {
        appeals: appeals.collect(),
        shell: shell(&officer, Place::Answers),
        rows: rows.iter().filter_map(answer_row).collect(),
        next,
        confirmed: done.says("confirmed"),
    })
}

fn answer_row(row: &ExistenceRow) -> Option<AnswerRow> {
    let evidence = row.request.evidence()?;
    Some(AnswerRow {
        id: row.request.id.clone(),
        name: row.subject.name.clone(),
        uid: row.subject.number.clone(),
        year: row.request.year,
        answered: evidence.answered_at.into(),
        reference: evidence.reference(),
    })
}

#[derive(Template)]
#[template(path = "console/request.html")]
struct RequestPage {
    shell: Shell,
    id: String,
    person: String,
    name: String,
    uid: String,
    country: String,
    language: String,
    year: i32,
    badge: Badge,
    asked: When,
    until: When,
    open: Option<OpenLink>,
    /// Not answered yet, and the link is not for whoever looks.
    pending: bool,
    issues: bool,
    answer: Option<AnswerView>,
    pictures: Option<Pictures>,
    decide: bool,
    decision: Option<Decision>,
    appeal: Option<Appeal>,
    first: Option<FirstLine>,
    notes: String,
    fault: Option<&'static str>,
    done: Option<&'static str>,
}

/// One officer's word that waits for a colleague's.
struct FirstLine {
    name: String,
    mine: bool,
    channel: String,
    at: When,
    notes: String,
}

/// What the person says against the refusal.
struct Appeal {
    words: String,
    opened: When,
    due: When,
    case: Option<String>,
    came: Option<&'static str>,
    /// This officer may decide it here.
    decides: bool,
    by_pictures: bool,
    by_station: bool,
}

struct OpenLink {
    link: String,
    qr: String,
}

struct AnswerView {
    reference: String,
    at: When,
    /// When the person was there, if the answer came later.
    captured: Option<When>,
    key: String,
    passkey: &'static str,
    known: Option<i32>,
    /// Another key than the one that is bound to the person.
    new_key: bool,
    /// A key is bound to the person: pictures count.
    enrolled: bool,
    desk: Option<DeskView>,
}

/// Who vouched, and where.
struct DeskView {
    operator: String,
    /// Who acted for the person, and as what.
    helper: Option<(String, &'static str)>,
    station: String,
    country: String,
    recognised: &'static str,
    /// The station was closed since.
    closed: bool,
}

struct Decision {
    class: &'static str,
    title: &'static str,
    at: When,
    remark: String,
    offer: Option<String>,
}

#[get("/requests/{id}")]
async fn request_page(
    officer: May<SeePeople>,
    id: Path<String>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let detail = app.request_page(&officer.tenant.id, &id).await?;
    // Whoever has the link can answer in the person's place, so it is for those who send it.
    let link = match officer.roles.may(Permission::Issue) {
        true => Some(app.request_link(&officer.actor(), &id).await?),
        false => None,
    };
    let page = RequestPage::new(&officer, &detail, link);
    let pictures = Pictures::load(&officer, &app, &detail.request).await?;
    let appeal = appeal_of(&officer, &app, &detail, pictures.is_some()).await?;
    let first = match &detail.word {
        Some(word) => {
            let names =
                app.officer_names(&officer.tenant.id).await.map_err(|error| problem::store(&error))?;
            Some(FirstLine {
                name: names.get(&word.officer).cloned().unwrap_or_else(|| "Passerelle".to_owned()),
                mine: word.officer == officer.id,
                channel: word.channel.clone(),
                at: word.at.into(),
                notes: word.notes.clone(),
            })
        }
        None => None,
    };
    html(&RequestPage { done: said(&done), pictures, appeal, first, ..page })
}

async fn appeal_of(
    officer: &Officer,
    app: &Issuer,
    detail: &Detail,
    pictures: bool,
) -> Result<Option<Appeal>, Problem> {
    let Some(view) = app.find_appeal(&officer.tenant.id, &detail.request.id).await? else { return Ok(None) };
    let evidence = detail.request.evidence();
    let by_station = evidence.is_some_and(|it| matches!(it.witnessed, Witnessed::Desk(_)));
    let row = view.row;
    Ok(Some(Appeal {
        words: view.words,
        opened: row.opened_at.into(),
        due: row.due_at.into(),
        came: row.outcome.as_deref().map(|outcome| match outcome {
            "upheld" => "The refusal was wrong: the proof counts.",
            _ => "The refusal stands.",
        }),
        decides: row.closed_at.is_none()
            && row.case_id.is_none()
            && row.refused_by != officer.id
            && officer.roles.may(Permission::Issue),
        case: row.case_id,
        by_pictures: pictures && !by_station,
        by_station,
    }))
}

fn said(done: &Done) -> Option<&'static str> {
    [
        ("asked", "The question is ready. Send the person the link below."),
        ("confirmed", "The certificate is on its way to the wallet that answered."),
        (
            "first",
            "Your word is written down. A colleague confirms it, since nobody has enrolled this person.",
        ),
        ("refused", "The request is closed as refused."),
        ("appeal", "The decision about the appeal is written down."),
    ]
    .into_iter()
    .find(|(word, _)| done.says(word))
    .map(|(_, sentence)| sentence)
}

impl RequestPage {
    fn new(officer: &Officer, detail: &Detail, link: Option<RequestLink>) -> Self {
        let Detail { request, subject, standing, .. } = detail;
        let asked = *standing == Standing::Open;
        let open = link
            .filter(|_| asked)
            .map(|link| OpenLink { qr: web::qr::svg(&link.wallet_link), link: link.wallet_link });
        Self {
            shell: shell(officer, Place::Answers),
            id: request.id.clone(),
            person: subject.id.clone(),
            name: subject.name.clone(),
            uid: subject.number.clone(),
            country: text(&subject.claims, "country"),
            language: text(&subject.claims, "language"),
            year: request.year,
            badge: Badge::standing(*standing),
            asked: request.created_at.into(),
            until: request.expires_at.into(),
            pending: asked && open.is_none(),
            open,
            issues: officer.roles.may(Permission::Issue),
            answer: request.evidence().map(|it| AnswerView::new(it, detail)),
            pictures: None,
            decide: *standing == Standing::Answered,
            decision: Decision::of(&request.state),
            appeal: None,
            first: None,
            notes: String::new(),
            fault: None,
            done: None,
        }
    }
}

impl AnswerView {
    fn new(evidence: &Evidence, detail: &Detail) -> Self {
        let late = evidence.answered_at - evidence.captured_at > chrono::Duration::minutes(10);
        Self {
            reference: evidence.reference(),
            at: evidence.answered_at.into(),
            captured: late.then(|| evidence.captured_at.into()),
            key: evidence.holder_key.clone(),
            passkey: match &evidence.witnessed {
                Witnessed::Passkey { synced: true, .. } => "kept by the person's account on several devices",
                Witnessed::Passkey { synced: false, .. } => "kept on one device only",
                Witnessed::Desk(_) => "none: the person has no phone",
            },
            known: detail.known_since,
            new_key: detail.new_key,
            enrolled: detail.enrolled,
            desk: DeskView::new(evidence, detail.station.as_ref()),
        }
    }
}

impl DeskView {
    fn new(evidence: &Evidence, station: Option<&StationRow>) -> Option<Self> {
        let Witnessed::Desk(statement) = &evidence.witnessed else { return None };
        Some(Self {
            operator: statement.operator.clone(),
            helper: statement.helper.as_ref().map(|helper| {
                let kind = match helper.kind {
                    HelperKind::Guardian => "guardian",
                    HelperKind::Attorney => "attorney by a power of attorney",
                };
                (helper.name.clone(), kind)
            }),
            station: station.map_or_else(|| statement.station.clone(), |row| row.name.clone()),
            country: station.map(|row| row.country.clone()).unwrap_or_default(),
            recognised: match statement.recognised_by {
                RecognisedBy::Document => "compared an identity document",
                RecognisedBy::Acquaintance => "has known the person for a while",
            },
            closed: station.is_some_and(|row| row.closed.is_some()),
        })
    }
}

impl Decision {
    fn of(state: &State) -> Option<Self> {
        let decided = |class, title, at: Timestamp, remark: &str, offer| Self {
            class,
            title,
            at: at.into(),
            remark: remark.to_owned(),
            offer,
        };
        match state {
            State::Open { .. } | State::Answered(_) => None,
            State::Confirmed { channel, notes, at, offer, .. } => {
                let title = match channel {
                    Channel::Visit => "Confirmed after a visit",
                    Channel::Call => "Confirmed after a call",
                    Channel::Device => "Confirmed by pictures",
                    Channel::Kiosk => "Confirmed by the word of a station",
                };
                Some(decided("pass", title, *at, notes, Some(offer.clone())))
            }
            State::Refused { reason, at, .. } => Some(decided("fail", "Refused", *at, reason, None)),
        }
    }
}

#[derive(Deserialize)]
struct Confirmation {
    channel: Option<String>,
    /// The reference, on a visit or a call.
    compared: Option<String>,
    /// The pictures with the Fund's own.
    same_person: Option<String>,
    /// The operator at the station.
    believed: Option<String>,
    #[serde(default)]
    notes: String,
}

#[post("/requests/{id}/confirm")]
async fn confirm(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<Confirmation>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let channel = form.channel.as_deref().and_then(|channel| channel.parse::<Channel>().ok());
    let checked = match channel {
        Some(Channel::Device) => form.same_person.is_some(),
        Some(Channel::Visit | Channel::Call) => form.compared.is_some(),
        Some(Channel::Kiosk) => form.believed.is_some(),
        None => false,
    };
    let (Some(channel), true) = (channel, checked) else {
        let fault = "Say how you made sure, and tick what you compared.";
        return again(&officer, &id, &app, form.notes.clone(), fault).await;
    };
    let done = match app.confirm_existence(&officer.actor(), &id, channel, &form.notes).await? {
        true => "confirmed",
        false => "first",
    };
    Ok(see_other(&format!("/console/requests/{id}?done={done}")))
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    reason: String,
}

#[post("/requests/{id}/refuse")]
async fn refuse(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<Refusal>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    match app.refuse_existence(&officer.actor(), &id, &form.reason).await {
        Ok(()) => Ok(see_other(&format!("/console/requests/{id}?done=refused"))),
        Err(ExistenceError::Confirm(entitlement::ConfirmFault::NoReason)) => {
            again(&officer, &id, &app, String::new(), "A refusal needs a reason: the person will ask for it.")
                .await
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
struct AppealDecision {
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    reason: String,
}

#[post("/requests/{id}/appeal")]
async fn decide_appeal(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<AppealDecision>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let word = match form.outcome.as_str() {
        "not-upheld" => AppealWord::NotUpheld,
        channel => match channel.parse() {
            Ok(channel) => AppealWord::Upheld(channel),
            Err(()) => {
                return again(&officer, &id, &app, String::new(), "Choose what came of the appeal.").await;
            }
        },
    };
    match app.decide_appeal(&officer.actor(), &id, &word, &form.reason).await {
        Ok(()) => Ok(see_other(&format!("/console/requests/{id}?done=appeal"))),
        Err(ExistenceError::Confirm(entitlement::ConfirmFault::NoReason)) => {
            again(&officer, &id, &app, String::new(), "Say why: the reason stays on file.").await
        }
        Err(error) => Err(error.into()),
    }
}

/// The page again, with what is missing.
async fn again(
    officer: &Officer,
    id: &str,
    app: &Issuer,
    notes: String,
    fault: &'static str,
) -> Result<HttpResponse, Problem> {
    let detail = app.request_page(&officer.tenant.id, id).await?;
    let link = app.request_link(&officer.actor(), id).await?;
    let pictures = Pictures::load(officer, app, &detail.request).await?;
    let page = RequestPage::new(officer, &detail, Some(link));
    let appeal = appeal_of(officer, app, &detail, pictures.is_some()).await?;
    let page = RequestPage { notes, pictures, appeal, fault: Some(fault), ..page };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
