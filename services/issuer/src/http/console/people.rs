//! The staff list and the page of one person.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use clock::Timestamp;
use issuance::{
    Approval, CredentialType, Format, Offer, OfferState, Permission, ReasonCode, Reissue, Status, Subject,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use store_issuer::{StatusChange, SubjectRow};
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::contact::ContactCard;
use super::grant::granted_types;
use super::passkeys::PasskeyCard;
use super::session::{Issue, May, Officer, SeePeople};
use super::view::{Badge, Done, Find, LINES, Place, When, counted, day, page_of, shell};
use crate::app::{CopyView, Filter, Issuer, Page, PersonState, PictureFault, SubjectPage};
use crate::http::problem;

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
    states: Vec<(&'static str, &'static str, bool)>,
    station: String,
    narrowed: bool,
    issues: bool,
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
    officer: May<SeePeople>,
    find: Query<Find>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let words = find.words();
    let filter = narrowed(&find);
    let (limit, after) = (LINES + 1, find.after.clone());
    let page = Page { query: words.clone(), after, limit, filter: filter.clone() };
    let (rows, more) = page_of(app.list_subjects(&officer.tenant, &page).await?);
    let total = app.count_subjects(&officer.tenant, words.as_deref(), &filter).await?;
    let next = rows.last().filter(|_| more).map(|last| find.next("/console/staff", &last.subject.number));
    html(&PeoplePage {
        shell: shell(&officer, Place::Staff),
        words: words.unwrap_or_default(),
        total: counted(total, "person", "people"),
        rows: rows.iter().map(PersonRow::from).collect(),
        next,
        first: find.after.is_none(),
        states: PersonState::ALL
            .map(|state| (state.as_str(), state_title(state), filter.state == Some(state)))
            .into(),
        station: filter.station.clone().unwrap_or_default(),
        narrowed: filter.state.is_some() || filter.station.is_some(),
        issues: officer.roles.may(Permission::Issue),
    })
}

/// What the form beside the search says; a word that is none narrows nothing.
fn narrowed(find: &Find) -> Filter {
    let station = find.station.as_deref().map(str::trim).filter(|station| !station.is_empty());
    Filter {
        state: find.state.as_deref().and_then(PersonState::parse),
        station: station.map(|station| station.chars().take(80).collect()),
    }
}

const fn state_title(state: PersonState) -> &'static str {
    match state {
        PersonState::Valid => "Valid",
        PersonState::Offered => "Offered, not taken",
        PersonState::Suspended => "Suspended",
        PersonState::Revoked => "Revoked",
        PersonState::Nothing => "Nothing offered",
        PersonState::Ended => "Service ended",
    }
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
            badge: match row.valid + row.suspended {
                0 if row.ended => ENDED,
                _ => Badge::person(row.offer, row.valid, row.suspended, row.revoked),
            },
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
    ended: Option<Ended>,
    reissues: Vec<Reissue>,
    can_end: bool,
    waiting: Option<Waiting>,
    issues: bool,
    can_suspend: bool,
    can_reinstate: bool,
    can_revoke: bool,
    can_offer: bool,
    /// Whether kinds can be offered whose claims an officer enters.
    grants: bool,
    has_open: bool,
    has_appointment: bool,
    done: Option<&'static str>,
    /// Why a picture cannot be the portrait.
    refusal: Option<String>,
    contact: ContactCard,
    /// A data URL.
    portrait: Option<String>,
    passkeys: PasskeyCard,
}

/// The end of a person's service.
struct Ended {
    how: &'static str,
    by: String,
    at: When,
}

/// Why new credentials may be offered: what replaces something only where there is something.
fn reissues(page: &SubjectPage) -> Vec<Reissue> {
    let holds = page.copies.iter().any(|view| view.copy.status != Status::Revoked);
    // After the loss of a signing key many are concerned: the page of the key makes the run.
    let for_one = Reissue::ALL.into_iter().filter(|why| *why != Reissue::SignedByLostKey);
    for_one.filter(|why| holds || *why == Reissue::First).collect()
}

/// A proposal that waits for a second person.
struct Waiting {
    what: &'static str,
    by: String,
    at: When,
}

/// The copies of one type that were issued together, shown as the one credential they are to the person.
struct CredentialView {
    title: &'static str,
    class: &'static str,
    badge: Badge,
    /// Why it is in its present state, and until when.
    why: Option<String>,
    until: Option<When>,
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
    by: Option<String>,
    note: Option<String>,
    moment: Timestamp,
}

#[get("/staff/{id}")]
async fn person_page(
    officer: May<SeePeople>,
    id: Path<String>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    html(&load_page(&officer, &app, &id, &done).await?)
}

/// The same page after a picture that cannot be the portrait.
pub(super) async fn refuse_picture(
    officer: &Officer,
    app: &Issuer,
    id: &str,
    fault: PictureFault,
) -> Result<HttpResponse, Problem> {
    let refusal = Some(problem::sentence(&fault.to_string()));
    let page = load_page(officer, app, id, &Done::default()).await?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &PersonPage { refusal, ..page })
}

async fn load_page(officer: &Officer, app: &Issuer, id: &str, done: &Done) -> Result<PersonPage, Problem> {
    let page = app.subject_page(&officer.tenant, id).await?;
    let stored = |error| problem::store(&error);
    let tenant = &officer.tenant.id;
    let known = Known {
        names: app.officer_names(tenant).await.map_err(stored)?,
        waiting: app.find_waiting_proposal(tenant, "revoke", id).await.map_err(stored)?,
        ending: app.find_waiting_proposal(tenant, "end-service", id).await.map_err(stored)?,
        now: app.clock_now(),
    };
    let contact = ContactCard::load(officer, app, id).await?;
    let portrait = app.portrait_of(&officer.tenant, id).await.map_err(stored)?;
    let passkeys = PasskeyCard::load(officer, app, id).await?;
    Ok(PersonPage { portrait, ..PersonPage::new(officer, &page, done, (&known, contact, passkeys)) })
}

/// What a person's page needs beside the person.
struct Known {
    names: HashMap<String, String>,
    /// A revocation that somebody proposed.
    waiting: Option<Approval>,
    ending: Option<Approval>,
    now: Timestamp,
}

impl Known {
    fn name(&self, officer: &str) -> String {
        self.names.get(officer).cloned().unwrap_or_else(|| "Passerelle".to_owned())
    }

    /// `Ann, approved by Ben`.
    fn with_second(&self, officer: &str, second: Option<&str>) -> String {
        let by = self.name(officer);
        match second {
            Some(second) => format!("{by}, approved by {}", self.name(second)),
            None => by,
        }
    }
}

impl PersonPage {
    fn new(
        officer: &Officer,
        page: &SubjectPage,
        done: &Done,
        (known, contact, passkeys): (&Known, ContactCard, PasskeyCard),
    ) -> Self {
        let subject = &page.subject;
        let now = known.now;
        let issues = officer.roles.may(Permission::Issue);
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
            badge: match valid + suspended {
                0 if page.ended.is_some() => ENDED,
                _ => Badge::person(newest, many(valid), many(suspended), many(revoked)),
            },
            facts: facts(subject),
            credentials: credentials(page),
            offers: page.offers.iter().map(|offer| OfferView::new(offer, now)).collect(),
            history: history(page, known),
            ended: page.ended.as_ref().map(|ended| Ended {
                how: ended.how.reason().title(),
                by: known.name(&ended.officer),
                at: ended.at.into(),
            }),
            reissues: reissues(page),
            can_end: issues && page.ended.is_none() && known.ending.is_none(),
            waiting: known.waiting.as_ref().or(known.ending.as_ref()).map(|it| Waiting {
                what: if known.waiting.is_some() { "A revocation" } else { "The end of this service" },
                by: known.name(&it.requested_by),
                at: it.requested_at.into(),
            }),
            issues,
            can_suspend: issues && valid > 0,
            can_reinstate: issues && suspended > 0,
            can_revoke: issues && valid + suspended > 0 && known.waiting.is_none(),
            has_open: open,
            can_offer: issues && !open && page.ended.is_none(),
            grants: issues && granted_types(&officer.tenant).next().is_some(),
            has_appointment: subject.claims.contains_key("contractType"),
            done: said(done),
            refusal: None,
            contact,
            portrait: None,
            passkeys,
        }
    }
}

fn said(done: &Done) -> Option<&'static str> {
    [
        ("suspended", "The credentials are suspended. Verifiers see it within seconds, once the chain has confirmed it."),
        ("reinstated", "The credentials are valid again."),
        ("revoked", "The credentials are revoked for good."),
        ("ended", "The service has ended, and with it what hung on it."),
        ("returned", "The end is taken back. You can offer new credentials."),
        ("contact", "The address for messages is saved."),
        ("passkey", "The passkey is taken away. Nobody signs in with it any more."),
        ("portrait", "The portrait is saved. Whoever holds a staff identity was offered a new one."),
        ("portrait-removed", "The portrait is removed. Whoever holds a staff identity was offered a new one."),
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

fn credentials(page: &SubjectPage) -> Vec<CredentialView> {
    let mut views: Vec<(CredentialType, &str, CredentialView)> = Vec::new();
    for view in &page.copies {
        let kind = view.copy.configuration.credential_type;
        let known = views.iter_mut().find(|(known, offer, _)| *known == kind && *offer == view.copy.offer_id);
        match known {
            Some((_, _, credential)) => credential.add(view),
            None => {
                let last = page.changes.iter().find(|change| change.copy_id == view.copy.id);
                let last = last.filter(|_| view.copy.status != Status::Valid);
                let mut credential = CredentialView {
                    title: kind.title(),
                    class: "",
                    badge: Badge::status(view.copy.status),
                    why: last.map(|change| change.reason.code.title().to_owned()),
                    until: last.and_then(|change| change.until).map(When::from),
                    copies: Vec::new(),
                };
                if last.is_some_and(|change| change.reason.code == ReasonCode::Superseded) {
                    credential.badge = SUPERSEDED;
                }
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
        if self.badge != SUPERSEDED {
            self.badge = Badge::status(copy.status);
        }
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
                Format::VcJwt => "W3C Verifiable Credential (JWT)",
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
            badge: match (offer.state, &offer.holder_key) {
                // It was taken, and ended with what it was for.
                (OfferState::Withdrawn, Some(_)) => Badge { class: "plain", text: "Ended" },
                _ => Badge::offer(offer.state, offer.expires_at, now),
            },
            made: offer.created_at.into(),
            until: offer.expires_at.into(),
            open,
            renewable: matches!(offer.state, OfferState::Open | OfferState::Locked),
        }
    }
}

/// Changes of several copies that one act made are written within this time.
const TOGETHER_SECONDS: i64 = 2;

/// Nothing is left that hangs on the service.
const ENDED: Badge = Badge { class: "plain", text: "Service ended" };

/// Revoked because a newer one took its place.
const SUPERSEDED: Badge = Badge { class: "plain", text: "Superseded" };

/// What happened to a person's credentials, by whom and why, newest first.
fn history(page: &SubjectPage, known: &Known) -> Vec<Event> {
    let mut events = Vec::new();
    for offer in &page.offers {
        let by = known.name(&offer.created_by);
        let offered = Event::new("waiting", offer.created_at, "Credentials were offered".to_owned());
        events.push(Event { by: Some(by), ..offered });
    }
    for view in &page.copies {
        let configuration = view.copy.configuration;
        let format = configuration.format.identifier();
        let text = format!("{} issued ({format})", configuration.credential_type.title());
        events.push(Event::new("pass", view.copy.issued_at, text));
    }
    for change in &page.changes {
        events.push(Event::changed(change, known));
    }
    if let Some(ended) = &page.ended {
        let text = format!("Service ended: {}", ended.how.reason().title().to_lowercase());
        let by = known.with_second(&ended.officer, ended.approved_by.as_deref());
        events.push(Event { by: Some(by), ..Event::new("fail", ended.at, text) });
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
        Self { class, at: at.into(), text, by: None, note: None, moment: at }
    }
}

impl Event {
    fn changed(change: &StatusChange, known: &Known) -> Self {
        let (class, what) = match (change.status, change.reason.code) {
            (Status::Valid, _) => ("pass", "Reinstated"),
            (Status::Suspended, _) => ("not-checked", "Suspended"),
            (Status::Revoked, ReasonCode::Superseded) => ("fail", "Superseded"),
            (Status::Revoked, _) => ("fail", "Revoked"),
        };
        let mut text = format!("{what}: {}", change.reason.code.title().to_lowercase());
        if let Some(until) = change.until {
            text = format!("{text}, until {}", day(until - chrono::Duration::seconds(1)));
        }
        let by = known.with_second(&change.officer, change.approved_by.as_deref());
        Self { by: Some(by), note: change.reason.note.clone(), ..Self::new(class, change.at, text) }
    }
}

#[derive(Deserialize)]
struct OfferForm {
    employment: Option<String>,
    why: Option<String>,
}

#[post("/staff/{id}/offers")]
async fn offer_again(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<OfferForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let employment = form.employment.as_ref().map(|_| CredentialType::Employment);
    let types = [CredentialType::StaffIdentity].into_iter().chain(employment).collect();
    let why = form.why.as_deref().map_or(Some(Reissue::First), Reissue::parse);
    let why = why.ok_or_else(|| Problem::bad_request("Choose why new credentials are offered."))?;
    let offer = app.offer_again(&officer.actor(), &id, types, why).await?;
    Ok(see_other(&format!("/console/offers/{}?done=made", offer.offer_id)))
}
