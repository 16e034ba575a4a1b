//! The agent's desk: the script, the document, the picture, the proposal; and the second officer's decision.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::NaiveDate;
use entitlement::enrolment::{DocumentFault, DocumentKind, IdentityDocument, Refusal, Stage};
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::super::people::text;
use super::super::portrait::read_picture;
use super::super::session::{Approve, Issue, May, Officer, SeePeople};
use super::super::view::{Badge, Done, Place, When, shell};
use super::{language_name, stage_badge, way_words};
use crate::app::{Decision, DeskPage as Desk, EnrolmentError, Issuer, SeparationSeen};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(desk_page)
        .service(add_note)
        .service(record_document)
        .service(take_picture)
        .service(propose)
        .service(refuse)
        .service(decide);
}

#[derive(Template)]
#[template(path = "console/enrolment_desk.html")]
struct DeskTemplate {
    shell: Shell,
    id: String,
    person: String,
    name: String,
    uid: String,
    country: String,
    language: &'static str,
    born: Option<String>,
    badge: Badge,
    /// The agent may still write.
    works: bool,
    /// A second officer may decide.
    decides: bool,
    /// The officer who looks has proposed it.
    own: bool,
    proposed: bool,
    call: Option<String>,
    appointments: Vec<(When, &'static str, &'static str)>,
    device_key: Option<String>,
    bound: Option<(String, When)>,
    document: Option<DocumentLine>,
    /// What stands in the place of a document.
    separation: Option<SeparationLine>,
    /// Who at a station saw the person, where, when, and how the person was recognised.
    station: Option<(String, String, When, &'static str)>,
    kinds: Vec<(&'static str, &'static str)>,
    today: String,
    picture: Option<String>,
    /// The Fund's picture until now.
    reference: Option<String>,
    refusals: Vec<(&'static str, &'static str)>,
    notes: Vec<(&'static str, String, String, When)>,
    outcome: Option<(&'static str, String)>,
    done: Option<&'static str>,
    fault: Option<String>,
}

struct DocumentLine {
    kind: &'static str,
    number: String,
    state: String,
    expires: String,
}

struct SeparationLine {
    organisation: String,
    issuer: String,
    staff_number: String,
    name: String,
    born: String,
    separated_on: String,
    checked: String,
    report: String,
}

#[get("/enrolment/{id}")]
async fn desk_page(
    officer: May<SeePeople>,
    id: Path<String>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    html(&load(&officer, &app, &id, &done).await?)
}

async fn load(officer: &Officer, app: &Issuer, id: &str, done: &Done) -> Result<DeskTemplate, Problem> {
    let decides = officer.roles.may(Permission::Issue) || officer.roles.may(Permission::Approve);
    let page = app.desk_page(&officer.actor(), id, decides).await?;
    let stored = |error| problem::store(&error);
    let names = app.officer_names(&officer.tenant.id).await.map_err(stored)?;
    let name_of = |id: &str| names.get(id).cloned().unwrap_or_else(|| "Passerelle".to_owned());
    let reference = match page.row.enrolment.stage {
        Stage::Claimed | Stage::Proposed if decides => {
            app.portrait_of(&officer.tenant, &page.subject.id).await.map_err(stored)?
        }
        _ => None,
    };
    let born = match app.find_fund_person(&officer.tenant.id, &page.subject.number).await? {
        Some(person) => {
            let registered = app.fund_person_page(&officer.tenant.id, &person).await?.person.registered;
            Some(registered.birth_date.format("%-d %B %Y").to_string())
        }
        None => None,
    };
    let notes = page.notes.iter().map(|note| {
        let kind = match note.kind.as_str() {
            "proposal" => "Proposed",
            "approval" => "Approved",
            "refusal" => "Refused",
            _ => "Note",
        };
        (kind, note.words.clone(), name_of(&note.by), When::from(note.at))
    });
    let notes = notes.collect();
    let template = DeskTemplate::new(officer, page, app.today());
    Ok(DeskTemplate { reference, born, notes, done: said(done), ..template })
}

impl DeskTemplate {
    fn new(officer: &Officer, page: Desk, today: NaiveDate) -> Self {
        let enrolment = &page.row.enrolment;
        let own = enrolment.proposed_by.as_deref() == Some(officer.id.as_str());
        let proposed = enrolment.stage == Stage::Proposed;
        let call = page.appointments.iter().find(|it| it.state == "booked" && it.slot.way == "video");
        Self {
            shell: shell(officer, Place::Enrolment),
            id: page.row.id.clone(),
            person: page.subject.id.clone(),
            name: page.subject.name.clone(),
            uid: page.subject.number.clone(),
            country: text(&page.subject.claims, "country"),
            language: language_name(&text(&page.subject.claims, "language")),
            born: None,
            badge: stage_badge(enrolment.stage),
            works: enrolment.stage == Stage::Claimed && officer.roles.may(Permission::Issue),
            decides: proposed && !own && officer.roles.may(Permission::Approve),
            own,
            proposed,
            call: call.map(|it| it.id.clone()).filter(|_| officer.roles.may(Permission::Issue)),
            appointments: page
                .appointments
                .iter()
                .map(|it| (When::from(it.slot.starts_at), way_words(&it.slot.way), state_words(&it.state)))
                .collect(),
            device_key: enrolment.device_key.clone(),
            bound: page.bound.map(|key| (key.device_key, When::from(key.at))),
            document: page.document.as_ref().map(DocumentLine::from),
            separation: page.separation.as_ref().map(SeparationLine::from),
            station: page.station.map(|seen| {
                let how = match seen.recognised_by.as_str() {
                    "document" => "compared an identity document",
                    _ => "has known the person for a while",
                };
                (seen.operator, seen.country.unwrap_or_default(), When::from(seen.captured_at), how)
            }),
            kinds: DocumentKind::ALL.iter().map(|kind| (kind.as_str(), kind_words(*kind))).collect(),
            today: today.to_string(),
            picture: page.picture,
            reference: None,
            refusals: Refusal::ALL.iter().map(|why| (why.as_str(), refusal_words(*why))).collect(),
            notes: Vec::new(),
            outcome: outcome(enrolment.stage, enrolment.refusal),
            done: None,
            fault: None,
        }
    }
}

impl From<&IdentityDocument> for DocumentLine {
    fn from(document: &IdentityDocument) -> Self {
        Self {
            kind: kind_words(document.kind),
            number: document.number.clone(),
            state: document.state.clone(),
            expires: document.expires_on.format("%-d %B %Y").to_string(),
        }
    }
}

impl From<&SeparationSeen> for SeparationLine {
    fn from(seen: &SeparationSeen) -> Self {
        let day = |day: NaiveDate| day.format("%-d %B %Y").to_string();
        let said = &seen.separation;
        Self {
            organisation: seen.organisation().to_owned(),
            issuer: seen.issuer.clone(),
            staff_number: said.staff_number.clone(),
            name: format!("{} {}", said.given_name, said.family_name),
            born: day(said.birth_date),
            separated_on: day(said.separated_on),
            checked: seen.checked_at.clone(),
            report: seen.report.clone(),
        }
    }
}

const fn kind_words(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Passport => "Passport",
        DocumentKind::Card => "Identity card",
        DocumentKind::Permit => "Residence permit",
        DocumentKind::Laissez => "UN laissez-passer",
    }
}

const fn refusal_words(why: Refusal) -> &'static str {
    match why {
        Refusal::Document => "The document was missing, expired or not readable",
        Refusal::Face => "The face could not be compared with the document",
        Refusal::Answers => "The answers did not fit what the Fund knows",
        Refusal::Line => "Line, camera or sound were not good enough",
        Refusal::Other => "Something else",
    }
}

fn state_words(state: &str) -> &'static str {
    match state {
        "booked" => "booked",
        "cancelled" => "cancelled",
        "missed" => "did not come",
        _ => "held",
    }
}

fn outcome(stage: Stage, refusal: Option<Refusal>) -> Option<(&'static str, String)> {
    match stage {
        Stage::Approved => Some((
            "pass",
            "Enrolled. The picture is the Fund\u{2019}s reference now, and the device key is bound. A talk that is booked \
             from now on is in the place of a proof by phone: see the person, then confirm their answer on the person\u{2019}s \
             page, or enter the proof under Year."
                .to_owned(),
        )),
        Stage::Refused => {
            let why = refusal.map_or("", refusal_words);
            Some(("fail", format!("Refused. {why}. The wallet tells the person what to do next.")))
        }
        Stage::Withdrawn => Some(("warning", "Taken back: another invitation took its place.".to_owned())),
        Stage::Invited | Stage::Claimed | Stage::Proposed => None,
    }
}

fn said(done: &Done) -> Option<&'static str> {
    [
        ("note", "The note is kept."),
        ("document", "The document is recorded."),
        ("picture", "The picture shows one good face and is kept, sealed."),
        ("proposed", "Proposed. A colleague who approves looks at it now; tell the person that the wallet will say so."),
    ]
    .into_iter()
    .find(|(word, _)| done.says(word))
    .map(|(_, sentence)| sentence)
}

#[derive(Deserialize)]
struct Words {
    words: String,
}

#[post("/enrolment/{id}/notes")]
async fn add_note(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<Words>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let kept = app.note_enrolment(&officer.actor(), &id, &form.words).await;
    after(kept, (&officer, &app, &id), "note").await
}

#[derive(Deserialize)]
struct DocumentForm {
    kind: String,
    number: String,
    state: String,
    expires: String,
}

#[post("/enrolment/{id}/document")]
async fn record_document(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<DocumentForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let kept = match form.document() {
        Some(document) => app.record_document(&officer.actor(), &id, document).await,
        None => Err(EnrolmentError::Form("choose the kind of document and the day of its expiry")),
    };
    after(kept, (&officer, &app, &id), "document").await
}

impl DocumentForm {
    fn document(&self) -> Option<IdentityDocument> {
        Some(IdentityDocument {
            kind: DocumentKind::parse(&self.kind)?,
            number: self.number.clone(),
            state: self.state.trim().to_ascii_uppercase(),
            expires_on: self.expires.parse().ok()?,
        })
    }
}

#[post("/enrolment/{id}/picture")]
async fn take_picture(
    officer: May<Issue>,
    id: Path<String>,
    form: Multipart,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let kept = match read_picture(form).await {
        Ok(file) => app.take_picture(&officer.actor(), &id, file).await,
        Err(fault) => Err(fault.into()),
    };
    after(kept, (&officer, &app, &id), "picture").await
}

#[post("/enrolment/{id}/propose")]
async fn propose(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<Words>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let proposed = app.propose_enrolment(&officer.actor(), &id, &form.words).await;
    after(proposed, (&officer, &app, &id), "proposed").await
}

#[derive(Deserialize)]
struct RefusalForm {
    why: String,
    words: String,
}

/// The agent refuses before anything is proposed.
#[post("/enrolment/{id}/refuse")]
async fn refuse(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<RefusalForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let refused = match Refusal::parse(&form.why) {
        Some(why) => app.refuse_enrolment(&officer.actor(), &id, why, &form.words).await,
        None => Err(EnrolmentError::Form("choose what the person is told")),
    };
    decided(refused, (&officer, &app, &id)).await
}

#[derive(Deserialize)]
struct DecisionForm {
    decision: String,
    #[serde(default)]
    why: String,
    words: String,
}

/// The second pair of eyes.
#[post("/enrolment/{id}/decision")]
async fn decide(
    officer: May<Approve>,
    id: Path<String>,
    form: Form<DecisionForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let decision = match form.decision.as_str() {
        "approve" => Some(Decision::Approve),
        _ => Refusal::parse(&form.why).map(Decision::Refuse),
    };
    let made = match decision {
        Some(decision) => app.decide_enrolment(&officer.actor(), &id, &decision, &form.words).await,
        None => Err(EnrolmentError::Form("choose what the person is told")),
    };
    decided(made, (&officer, &app, &id)).await
}

type At<'a> = (&'a Officer, &'a Issuer, &'a str);

async fn decided(made: Result<(), EnrolmentError>, at: At<'_>) -> Result<HttpResponse, Problem> {
    match made {
        Ok(()) => Ok(see_other("/console/enrolment?done=decided")),
        Err(error) => after(Err(error), at, "").await,
    }
}

/// Back to the desk; with the reason, where an officer can mend it.
async fn after(
    made: Result<(), EnrolmentError>,
    (officer, app, id): At<'_>,
    done: &str,
) -> Result<HttpResponse, Problem> {
    let error = match made {
        Ok(()) => return Ok(see_other(&format!("/console/enrolment/{id}?done={done}"))),
        Err(error) => error,
    };
    let fault = match &error {
        EnrolmentError::Document(
            DocumentFault::Number | DocumentFault::State | DocumentFault::Expired | DocumentFault::TooFar,
        )
        | EnrolmentError::Picture(_)
        | EnrolmentError::Face(_)
        | EnrolmentError::Form(_)
        | EnrolmentError::Step(_) => problem::sentence(&error.to_string()),
        _ => return Err(error.into()),
    };
    let page = load(officer, app, id, &Done::default()).await?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &DeskTemplate { fault: Some(fault), ..page })
}
