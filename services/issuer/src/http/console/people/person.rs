//! The page of one person.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get};
use askama::Template;
use issuance::{OfferState, Permission, Reissue, Status, Subject};
use web::Problem;
use web::page::{Shell, html, html_with};

use super::credentials::{CredentialView, OfferView, credentials};
use super::history::{Event, Known, history};
use super::{ENDED, text};
use crate::app::{Issuer, PictureFault, SubjectPage};
use crate::http::console::contact::ContactCard;
use crate::http::console::grant::granted_types;
use crate::http::console::passkeys::PasskeyCard;
use crate::http::console::session::{May, Officer, SeePeople};
use crate::http::console::view::{Badge, Done, Place, When, shell};
use crate::http::problem;

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
pub(super) struct Ended {
    pub(super) how: &'static str,
    pub(super) by: String,
    pub(super) at: When,
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
    pub(super) what: &'static str,
    pub(super) by: String,
    pub(super) at: When,
}

#[get("/staff/{id}")]
pub(super) async fn person_page(
    officer: May<SeePeople>,
    id: Path<String>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    html(&load_page(&officer, &app, &id, &done).await?)
}

/// The same page after a picture that cannot be the portrait.
pub(in crate::http::console) async fn refuse_picture(
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

impl PersonPage {
    pub(super) fn new(
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
