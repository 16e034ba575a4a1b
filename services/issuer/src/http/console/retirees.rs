//! The Fund's beneficiaries: the list, adding one, and the page of one.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use entitlement::{Request, Standing, State};
use issuance::import::{LANGUAGES, Retiree, RowFault};
use issuance::{Permission, Status};
use serde::Deserialize;
use store_issuer::{BeneficiaryRow, Page};
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::contact::ContactCard;
use super::legal_holds::LegalHoldCard;
use super::passkeys::PasskeyCard;
use super::people::text;
use super::picture_erasures::PictureErasureCard;
use super::session::{Issue, May, Officer, SeePeople};
use super::view::{Badge, Done, Find, LINES, Place, When, counted, day, page_of, shell};
use crate::app::{BeneficiaryPage, CopyView, ExistenceError, Filter, Issuer, PictureFault};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    // The fixed paths come before the one with a variable.
    config
        .service(list_retirees)
        .service(new_retiree)
        .service(add_retiree)
        .service(retiree_page)
        .service(ask);
}

#[derive(Template)]
#[template(path = "console/retirees.html")]
struct RetireesPage {
    shell: Shell,
    words: String,
    total: String,
    rows: Vec<RetireeRow>,
    next: Option<String>,
    first: bool,
    issues: bool,
}

struct RetireeRow {
    id: String,
    name: String,
    uid: String,
    country: String,
    year: String,
    badge: Badge,
}

#[get("/retirees")]
async fn list_retirees(
    officer: May<SeePeople>,
    find: Query<Find>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let words = find.words();
    let page = Page { query: words.clone(), after: find.after.clone(), limit: LINES + 1, ..Page::default() };
    let (rows, more) = page_of(app.list_beneficiaries(&officer.tenant.id, &page).await?);
    let total = app.count_subjects(&officer.tenant, words.as_deref(), &Filter::default()).await?;
    let next =
        rows.last().filter(|_| more).map(|(last, _)| find.next("/console/retirees", &last.subject.number));
    html(&RetireesPage {
        shell: shell(&officer, Place::Retirees),
        words: words.unwrap_or_default(),
        total: counted(total, "beneficiary", "beneficiaries"),
        rows: rows.iter().map(|(row, standing)| RetireeRow::new(row, *standing)).collect(),
        next,
        first: find.after.is_none(),
        issues: officer.roles.may(Permission::Issue),
    })
}

impl RetireeRow {
    fn new(row: &BeneficiaryRow, standing: Option<Standing>) -> Self {
        Self {
            id: row.subject.id.clone(),
            name: row.subject.name.clone(),
            uid: row.subject.number.clone(),
            country: text(&row.subject.claims, "country"),
            year: row.newest.as_ref().map_or_else(String::new, |newest| newest.year.to_string()),
            badge: standing.map_or(Badge { class: "plain", text: "Not asked" }, Badge::standing),
        }
    }
}

#[derive(Template)]
#[template(path = "console/new_retiree.html")]
struct NewRetireePage {
    shell: Shell,
    form: RetireeForm,
    languages: [(&'static str, &'static str, bool); 6],
    uid_fault: Option<String>,
    given_fault: Option<String>,
    family_fault: Option<String>,
    country_fault: Option<String>,
    email_fault: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
struct RetireeForm {
    uid: String,
    given_name: String,
    family_name: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    email: String,
}

#[get("/retirees/new")]
async fn new_retiree(officer: May<Issue>) -> Result<HttpResponse, Problem> {
    html(&NewRetireePage::new(&officer, RetireeForm::default(), &[]))
}

#[post("/retirees")]
async fn add_retiree(
    officer: May<Issue>,
    form: Form<RetireeForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let checked = match form.retiree().checked() {
        Ok(checked) => checked,
        Err(bad) => return again(&officer, form, &bad.faults),
    };
    match app.add_beneficiary(&officer.actor(), checked).await {
        Ok(id) => Ok(see_other(&format!("/console/retirees/{id}?done=added"))),
        Err(ExistenceError::ListedAlready) => again(&officer, form, &[listed_already()]),
        Err(error) => Err(error.into()),
    }
}

fn again(officer: &Officer, form: RetireeForm, faults: &[RowFault]) -> Result<HttpResponse, Problem> {
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &NewRetireePage::new(officer, form, faults))
}

fn listed_already() -> RowFault {
    let reason = "a beneficiary with this number is on the list already".to_owned();
    RowFault { line: 1, column: Some(1), heading: "uid".to_owned(), reason }
}

impl RetireeForm {
    fn retiree(&self) -> Retiree {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.trim().is_empty());
        Retiree {
            uid: self.uid.clone(),
            given_name: self.given_name.clone(),
            family_name: self.family_name.clone(),
            country: some(&self.country),
            language: some(&self.language),
            email: some(&self.email),
        }
    }
}

impl NewRetireePage {
    fn new(officer: &Officer, form: RetireeForm, faults: &[RowFault]) -> Self {
        let fault = |heading: &str| {
            faults.iter().find(|fault| fault.heading == heading).map(|fault| match fault.reason.as_str() {
                "this cell is empty" => "please fill this in".to_owned(),
                reason => reason.to_owned(),
            })
        };
        let names = ["العربية", "English", "Español", "Français", "Русский", "中文"];
        let mut languages = [("", "", false); 6];
        for ((slot, code), name) in languages.iter_mut().zip(LANGUAGES).zip(names) {
            *slot = (code, name, form.language == code);
        }
        Self {
            shell: shell(officer, Place::Retirees),
            uid_fault: fault("uid"),
            given_fault: fault("given_name"),
            family_fault: fault("family_name"),
            country_fault: fault("country"),
            email_fault: fault("email"),
            form,
            languages,
        }
    }
}

#[derive(Template)]
#[template(path = "console/retiree.html")]
struct RetireePage {
    shell: Shell,
    id: String,
    name: String,
    uid: String,
    facts: Vec<(&'static str, String)>,
    year: i32,
    badge: Badge,
    sentence: String,
    can_ask: bool,
    requests: Vec<RequestLine>,
    certificates: Vec<CertificateLine>,
    can_revoke: bool,
    /// By whom and when a death was recorded.
    deceased: Option<(String, When)>,
    can_end: bool,
    waiting: bool,
    issues: bool,
    done: Option<&'static str>,
    contact: ContactCard,
    passkeys: PasskeyCard,
    /// The Fund's picture of the person, for those who issue.
    reference: Option<String>,
    /// Who put the picture in that waits for a second officer, and whether this one may confirm it.
    proposed: Option<(String, bool)>,
    /// Why a picture was not taken.
    refusal: Option<String>,
    enrolment: EnrolmentCard,
    /// The proof is here, and its place is not.
    place_missing: bool,
    legal: LegalHoldCard,
    erasing: PictureErasureCard,
}

/// Where the person stands with the digital proof.
#[derive(Default)]
struct EnrolmentCard {
    /// The latest, if any: its id, and how it stands.
    latest: Option<(String, Badge)>,
    /// The key that is bound, shortened, and since when.
    bound: Option<(String, When)>,
    /// Nobody waits for a second officer.
    may_invite: bool,
}

impl EnrolmentCard {
    async fn load(officer: &Officer, app: &Issuer, id: &str) -> Result<Self, Problem> {
        let latest = app.enrolments_of(&officer.tenant.id, id).await?.into_iter().next();
        let bound = app.bound_key(&officer.tenant.id, id).await?;
        let stage = latest.as_ref().map(|row| row.enrolment.stage);
        Ok(Self {
            may_invite: stage != Some(entitlement::enrolment::Stage::Proposed),
            latest: latest.map(|row| (row.id, super::enrolment::stage_badge(row.enrolment.stage))),
            bound: bound.map(|key| (key.device_key.chars().take(12).collect(), When::from(key.at))),
        })
    }
}

struct RequestLine {
    id: String,
    year: i32,
    badge: Badge,
    asked: When,
    story: String,
}

struct CertificateLine {
    format: &'static str,
    badge: Badge,
    issued: When,
    until: String,
    anchored: Option<When>,
}

#[get("/retirees/{id}")]
async fn retiree_page(
    officer: May<SeePeople>,
    id: Path<String>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    html(&load(&officer, &app, &id, &done).await?)
}

/// The page of one beneficiary with a reason why a picture was not taken.
pub(super) async fn refuse_reference(
    officer: &Officer,
    app: &Issuer,
    id: &str,
    fault: PictureFault,
) -> Result<HttpResponse, Problem> {
    let refusal = Some(problem::sentence(&fault.to_string()));
    let page = load(officer, app, id, &Done::default()).await?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &RetireePage { refusal, ..page })
}

async fn load(officer: &Officer, app: &Issuer, id: &str, done: &Done) -> Result<RetireePage, Problem> {
    let page = app.beneficiary_page(&officer.tenant.id, id).await?;
    let credentials = app.subject_page(&officer.tenant, id).await?;
    let stored = |error| problem::store(&error);
    let tenant = &officer.tenant.id;
    let mut waiting = false;
    for act in ["revoke", "end-service"] {
        waiting |= app.find_waiting_proposal(tenant, act, id).await.map_err(stored)?.is_some();
    }
    let names = app.officer_names(tenant).await.map_err(stored)?;
    let deceased = credentials.ended.map(|ended| {
        let by = names.get(&ended.officer).cloned().unwrap_or_else(|| "Passerelle".to_owned());
        (by, When::from(ended.at))
    });
    let contact = ContactCard::load(officer, app, id).await?;
    let passkeys = PasskeyCard::load(officer, app, id).await?;
    let page = RetireePage::new(officer, &page, &credentials.copies, (done, contact, passkeys));
    let reference = match page.issues {
        true => app.portrait_of(&officer.tenant, id).await.map_err(stored)?,
        false => None,
    };
    let proposed = app.portrait_proposer(&officer.tenant, id).await.map_err(stored)?.map(|by| {
        let name = names.get(&by).cloned().unwrap_or_else(|| "Passerelle".to_owned());
        (name, by != officer.id)
    });
    let enrolment = EnrolmentCard::load(officer, app, id).await?;
    let legal = LegalHoldCard::load(officer, app, id).await?;
    let erasing = PictureErasureCard::load(officer, app, id).await?;
    let can_end = page.issues && deceased.is_none() && !waiting;
    let can_revoke = page.can_revoke && !waiting;
    let place_missing = app.is_place_asked(tenant, id).await?;
    let can_ask = (page.can_ask || (page.issues && place_missing)) && deceased.is_none();
    let page = RetireePage { deceased, waiting, can_end, can_revoke, can_ask, reference, enrolment, ..page };
    let sentence = match place_missing {
        true => page.sentence.replace(" Nothing more is needed this year.", " The life is proven."),
        false => page.sentence.clone(),
    };
    Ok(RetireePage { legal, erasing, place_missing, proposed, sentence, ..page })
}

impl RetireePage {
    fn new(
        officer: &Officer,
        page: &BeneficiaryPage,
        copies: &[CopyView],
        (done, contact, passkeys): (&Done, ContactCard, PasskeyCard),
    ) -> Self {
        let issues = officer.roles.may(Permission::Issue);
        let subject = &page.subject;
        let mut of_year = page.requests.iter().filter(|(request, _)| request.year == page.year);
        // A second question of a year is for the place alone.
        let proven = of_year.clone().find(|(_, at)| matches!(at, Standing::Answered | Standing::Confirmed));
        let now = proven.or_else(|| of_year.next());
        let facts = [("Country", "country"), ("Language", "language")]
            .map(|(label, claim)| (label, text(&subject.claims, claim)));
        Self {
            shell: shell(officer, Place::Retirees),
            id: subject.id.clone(),
            name: subject.name.clone(),
            uid: subject.number.clone(),
            facts: facts.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
            year: page.year,
            badge: now.map_or(Badge { class: "plain", text: "Not asked" }, |(_, at)| Badge::standing(*at)),
            sentence: sentence(page.year, now.map(|(request, standing)| (request, *standing))),
            can_ask: issues
                && now.is_none_or(|(_, standing)| matches!(standing, Standing::Refused | Standing::Expired)),
            requests: page
                .requests
                .iter()
                .map(|(request, standing)| RequestLine::new(request, *standing))
                .collect(),
            certificates: copies.iter().map(CertificateLine::from).collect(),
            can_revoke: issues && copies.iter().any(|view| view.copy.status != Status::Revoked),
            deceased: None,
            can_end: false,
            waiting: false,
            issues,
            done: said(done),
            contact,
            passkeys,
            reference: None,
            proposed: None,
            refusal: None,
            enrolment: EnrolmentCard::default(),
            legal: LegalHoldCard::default(),
            erasing: PictureErasureCard::default(),
            place_missing: false,
        }
    }
}

/// Where this year stands, in one sentence.
fn sentence(year: i32, now: Option<(&Request, Standing)>) -> String {
    let Some((request, standing)) = now else {
        return format!("No proof of life was asked for in {year} yet.");
    };
    match standing {
        Standing::Open => format!("Asked on {}. No answer yet.", day(request.created_at)),
        Standing::Answered => "The answer is here and waits for a decision.".to_owned(),
        Standing::Confirmed => {
            format!("The proof for {year} is confirmed. Nothing more is needed this year.")
        }
        Standing::Refused => "The last answer was refused. Ask again, or use another channel.".to_owned(),
        Standing::Expired => {
            "The link lapsed without an answer. Ask again, or use another channel.".to_owned()
        }
    }
}

fn said(done: &Done) -> Option<&'static str> {
    [
        ("contact", "The address for messages is saved."),
        (
            "portrait",
            "The picture is saved. Proofs are compared with it once a second officer has confirmed it.",
        ),
        ("portrait-confirmed", "The picture is confirmed. The next proof is compared with it."),
        (
            "portrait-removed",
            "The Fund\u{2019}s picture is removed. Proofs come without pictures from now on.",
        ),
        ("passkey", "The passkey is taken away. Nobody signs in with it any more."),
        ("added", "The beneficiary is on the list. You can ask for a proof of life now."),
        ("held", "The hold is placed. No picture of this person\u{2019}s proofs is erased while it stands."),
        ("lifted", "The hold is lifted. What is due is erased within the hour."),
        ("erasure-asked", "It is written down. A colleague erases the pictures, or keeps them."),
        ("erased", "The pictures are erased, and the key under which they were sealed is destroyed."),
        ("pictures-kept", "The pictures stay."),
        ("refused", "The request is closed as refused."),
        ("suspended", "The certificate is suspended."),
        ("reinstated", "The certificate is valid again."),
        ("revoked", "The certificate is revoked for good."),
        ("ended", "The death is recorded, and the certificates have ended with it."),
        ("returned", "The record of a death is taken back. What was revoked stays revoked."),
        ("withdrawn", "The offer is withdrawn."),
    ]
    .into_iter()
    .find(|(word, _)| done.says(word))
    .map(|(_, sentence)| sentence)
}

impl RequestLine {
    fn new(request: &Request, standing: Standing) -> Self {
        let story = match &request.state {
            State::Open { .. } if standing == Standing::Expired => {
                format!("lapsed on {}", day(request.expires_at))
            }
            State::Open { .. } => format!("can be answered until {}", day(request.expires_at)),
            State::Answered(evidence) => format!("answered on {}", day(evidence.answered_at)),
            State::Confirmed { channel, at, .. } => {
                let how = match channel {
                    entitlement::Channel::Visit => "after a visit",
                    entitlement::Channel::Call => "after a call",
                    entitlement::Channel::Device => "by pictures",
                    entitlement::Channel::Kiosk => "by the word of a station",
                };
                format!("confirmed on {} {how}", day(*at))
            }
            State::Refused { at, reason, .. } => format!("refused on {}: {reason}", day(*at)),
        };
        Self {
            id: request.id.clone(),
            year: request.year,
            badge: Badge::standing(standing),
            asked: request.created_at.into(),
            story,
        }
    }
}

impl From<&CopyView> for CertificateLine {
    fn from(view: &CopyView) -> Self {
        Self {
            format: view.copy.configuration.format.title(),
            badge: Badge::status(view.copy.status),
            issued: view.copy.issued_at.into(),
            until: day(view.copy.valid_until),
            anchored: view.anchored_at.map(When::from),
        }
    }
}

/// Asks for this year's proof and shows the link.
#[post("/retirees/{id}/requests")]
async fn ask(officer: May<Issue>, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let request = app.ask(&officer.actor(), &id).await?;
    Ok(see_other(&format!("/console/requests/{request}?done=asked")))
}
