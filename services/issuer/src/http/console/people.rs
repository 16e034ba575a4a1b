//! The staff list and the page of one person.

use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use clock::Timestamp;
use issuance::{CredentialType, Format, Offer, OfferState, Status, Subject};
use serde::Deserialize;
use serde_json::{Map, Value};
use store_issuer::{StatusChange, SubjectRow};
use web::Problem;
use web::page::{Shell, html, see_other};

use super::session::Officer;
use super::view::{Badge, Done, Find, LINES, Place, When, counted, page_of, shell};
use crate::app::{CopyView, Issuer, NewOffer, Page, SubjectPage};

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_people).service(person_page).service(offer_again);
}

#[derive(Template)]
#[template(path = "console/people.html")]
struct PeoplePage {
    shell: Shell,
    words: String,
    total: String,
    rows: Vec<PersonRow>,
    next: Option<String>,
    first: bool,
}

struct PersonRow {
    id: String,
    name: String,
    original: Option<String>,
    number: String,
    title: String,
    grade: String,
    station: String,
    badge: Badge,
}

#[get("/staff")]
async fn list_people(
    officer: Officer,
    find: Query<Find>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let words = find.words();
    let page = Page { query: words.clone(), after: find.after.clone(), limit: LINES + 1 };
    let (rows, more) = page_of(app.list_subjects(&officer.tenant, &page).await?);
    let total = app.count_subjects(&officer.tenant, words.as_deref()).await?;
    let next = rows.last().filter(|_| more).map(|last| find.next("/console/staff", &last.subject.number));
    html(&PeoplePage {
        shell: shell(&officer, Place::Staff),
        words: words.unwrap_or_default(),
        total: counted(total, "person", "people"),
        rows: rows.iter().map(PersonRow::from).collect(),
        next,
        first: find.after.is_none(),
    })
}

impl From<&SubjectRow> for PersonRow {
    fn from(row: &SubjectRow) -> Self {
        let claims = &row.subject.claims;
        Self {
            id: row.subject.id.clone(),
            name: row.subject.name.clone(),
            original: Some(text(claims, "alternateName")).filter(|name| !name.is_empty()),
            number: row.subject.number.clone(),
            title: text(claims, "jobTitle"),
            grade: text(claims, "gradeLevel"),
            station: text(claims, "dutyStation"),
            badge: Badge::person(row.offer, row.valid, row.suspended, row.revoked),
        }
    }
}

pub(super) fn text(claims: &Map<String, Value>, claim: &str) -> String {
    claims.get(claim).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[derive(Template)]
#[template(path = "console/person.html")]
struct PersonPage {
    shell: Shell,
    id: String,
    name: String,
    original: Option<String>,
    number: String,
    badge: Badge,
    facts: Vec<(&'static str, String)>,
    credentials: Vec<CredentialView>,
    offers: Vec<OfferView>,
    history: Vec<Event>,
    can_suspend: bool,
    can_reinstate: bool,
    can_revoke: bool,
    can_offer: bool,
    has_appointment: bool,
    done: Option<&'static str>,
}

/// The copies of one type that were issued together, shown as the one credential they are to the person.
struct CredentialView {
    title: &'static str,
    class: &'static str,
    badge: Badge,
    copies: Vec<CopyLine>,
}

struct CopyLine {
    id: String,
    format: &'static str,
    badge: Badge,
    held: &'static str,
    issued: When,
    until: When,
    anchored: Option<When>,
    published: bool,
}

struct OfferView {
    id: String,
    what: String,
    badge: Badge,
    made: When,
    until: When,
    open: bool,
    renewable: bool,
}

struct Event {
    class: &'static str,
    at: When,
    text: String,
    note: Option<String>,
    moment: Timestamp,
}

#[get("/staff/{id}")]
async fn person_page(
    officer: Officer,
    id: Path<String>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let page = app.subject_page(&officer.tenant, &id).await?;
    html(&PersonPage::new(&officer, &page, &done, app.clock_now()))
}

impl PersonPage {
    fn new(officer: &Officer, page: &SubjectPage, done: &Done, now: Timestamp) -> Self {
        let subject = &page.subject;
        let count = |status| page.copies.iter().filter(|view| view.copy.status == status).count();
        let (valid, suspended, revoked) =
            (count(Status::Valid), count(Status::Suspended), count(Status::Revoked));
        let many = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let newest = page.offers.first().map(|offer| offer.state);
        let open =
            page.offers.iter().any(|offer| offer.check_open(now).is_ok() && offer.state == OfferState::Open);
        Self {
            shell: shell(officer, Place::Staff),
            id: subject.id.clone(),
            name: subject.name.clone(),
            original: Some(text(&subject.claims, "alternateName")).filter(|name| !name.is_empty()),
            number: subject.number.clone(),
            badge: Badge::person(newest, many(valid), many(suspended), many(revoked)),
            facts: facts(subject),
            credentials: credentials(&page.copies),
            offers: page.offers.iter().map(|offer| OfferView::new(offer, now)).collect(),
            history: history(page),
            can_suspend: valid > 0,
            can_reinstate: suspended > 0,
            can_revoke: valid + suspended > 0,
            can_offer: !open,
            has_appointment: subject.claims.contains_key("contractType"),
            done: said(done),
        }
    }
}

fn said(done: &Done) -> Option<&'static str> {
    [
        ("suspended", "The credentials are suspended. Verifiers see it within seconds, once the chain has confirmed it."),
        ("reinstated", "The credentials are valid again."),
        ("revoked", "The credentials are revoked for good."),
        ("withdrawn", "The offer is withdrawn. Its link no longer works."),
    ]
    .into_iter()
    .find(|(word, _)| done.says(word))
    .map(|(_, sentence)| sentence)
}

fn facts(subject: &Subject) -> Vec<(&'static str, String)> {
    let labels = [
        ("Title", "jobTitle"),
        ("Grade", "gradeLevel"),
        ("Duty station", "dutyStation"),
        ("Nationality", "nationality"),
        ("Date of birth", "birthDate"),
        ("Appointment", "contractType"),
        ("From", "startDate"),
        ("To", "endDate"),
    ];
    let facts = labels.into_iter().map(|(label, claim)| (label, text(&subject.claims, claim)));
    facts.filter(|(_, value)| !value.is_empty()).collect()
}

fn credentials(copies: &[CopyView]) -> Vec<CredentialView> {
    let mut views: Vec<(CredentialType, &str, CredentialView)> = Vec::new();
    for view in copies {
        let kind = view.copy.configuration.credential_type;
        let known = views.iter_mut().find(|(known, offer, _)| *known == kind && *offer == view.copy.offer_id);
        match known {
            Some((_, _, credential)) => credential.add(view),
            None => {
                let mut credential = CredentialView {
                    title: kind.title(),
                    class: "",
                    badge: Badge::status(view.copy.status),
                    copies: Vec::new(),
                };
                credential.add(view);
                views.push((kind, &view.copy.offer_id, credential));
            }
        }
    }
    views.into_iter().map(|(_, _, credential)| credential).collect()
}

impl CredentialView {
    fn add(&mut self, view: &CopyView) {
        let copy = &view.copy;
        self.badge = Badge::status(copy.status);
        self.class = match copy.status {
            Status::Valid => "",
            Status::Suspended => " suspended",
            Status::Revoked => " revoked",
        };
        self.copies.push(CopyLine {
            id: copy.id.clone(),
            format: match copy.configuration.format {
                Format::LdpVc => "W3C Verifiable Credential",
                Format::SdJwt => "SD-JWT VC",
            },
            badge: Badge::status(copy.status),
            held: match copy.delivery {
                issuance::Delivery::Issued => "handed to the wallet",
                issuance::Delivery::Accepted => "held in the wallet",
                issuance::Delivery::Failed => "the wallet could not keep it",
                issuance::Delivery::Deleted => "deleted from the wallet",
            },
            issued: copy.issued_at.into(),
            until: copy.valid_until.into(),
            anchored: view.anchored_at.map(When::from),
            published: view.published,
        });
    }
}

impl OfferView {
    fn new(offer: &Offer, now: Timestamp) -> Self {
        let mut kinds: Vec<&str> = Vec::new();
        for configuration in &offer.configurations {
            let title = configuration.credential_type.title();
            if !kinds.contains(&title) {
                kinds.push(title);
            }
        }
        let open = offer.state == OfferState::Open && offer.expires_at > now;
        Self {
            id: offer.id.clone(),
            what: kinds.join(" and "),
            badge: Badge::offer(offer.state, offer.expires_at, now),
            made: offer.created_at.into(),
            until: offer.expires_at.into(),
            open,
            renewable: matches!(offer.state, OfferState::Open | OfferState::Locked),
        }
    }
}

/// Changes of several copies that one act made are written within this time.
const TOGETHER_SECONDS: i64 = 2;

/// What happened to a person's credentials, newest first.
fn history(page: &SubjectPage) -> Vec<Event> {
    let mut events = Vec::new();
    for offer in &page.offers {
        events.push(Event::new("waiting", offer.created_at, "Credentials were offered".to_owned()));
    }
    for view in &page.copies {
        let configuration = view.copy.configuration;
        let format = configuration.format.identifier();
        let text = format!("{} issued ({format})", configuration.credential_type.title());
        events.push(Event::new("pass", view.copy.issued_at, text));
    }
    for change in &page.changes {
        events.push(Event::from(change));
    }
    // A change of one person touches several copies within a moment; it is told once.
    events.sort_by_key(|event| std::cmp::Reverse(event.moment));
    events.dedup_by(|one, other| {
        let together = (one.moment - other.moment).num_seconds().abs() < TOGETHER_SECONDS;
        together && one.text == other.text && one.note == other.note
    });
    events
}

impl Event {
    fn new(class: &'static str, at: Timestamp, text: String) -> Self {
        Self { class, at: at.into(), text, note: None, moment: at }
    }
}

impl From<&StatusChange> for Event {
    fn from(change: &StatusChange) -> Self {
        let (class, what) = match change.status {
            Status::Valid => ("pass", "Reinstated"),
            Status::Suspended => ("not-checked", "Suspended"),
            Status::Revoked => ("fail", "Revoked"),
        };
        let text = format!("{what}: {}", change.reason.code.title().to_lowercase());
        Self { note: change.reason.note.clone(), ..Self::new(class, change.at, text) }
    }
}

#[derive(Deserialize)]
struct OfferForm {
    employment: Option<String>,
}

#[post("/staff/{id}/offers")]
async fn offer_again(
    officer: Officer,
    id: Path<String>,
    form: Form<OfferForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let employment = form.employment.as_ref().map(|_| CredentialType::Employment);
    let new = NewOffer {
        subject_id: id.into_inner(),
        types: [CredentialType::StaffIdentity].into_iter().chain(employment).collect(),
        extra_claims: Map::new(),
        transaction_code: true,
        bound_key: None,
        expires_at: None,
    };
    let offer = app.create_offer(&officer.actor(), &new).await?;
    Ok(see_other(&format!("/console/offers/{}?done=made", offer.offer_id)))
}
