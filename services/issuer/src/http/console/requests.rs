//! One proof request: the page on which an officer decides.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use entitlement::{Channel, Standing, Witnessed};
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::answer::{AnswerView, Decision};
use super::names;
use super::people::text;
use super::pictures::Pictures;
use super::queue::{ClaimLine, Wanted, address};
use super::session::{Issue, May, Officer, SeePeople};
use super::view::{Badge, Done, Place, When, shell};
use crate::app::{AppealWord, ExistenceError, Issuer, RequestLink, RequestPage as Detail};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(request_page).service(confirm).service(refuse).service(decide_appeal);
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
    fault: Option<String>,
    done: Option<&'static str>,
    /// What was typed into the other forms of a page that is shown again.
    typed: Typed,
    /// Who has the answer before them.
    claim: Option<ClaimLine>,
    /// The part of the queue that goes along, as it ends an address.
    part: String,
    /// One answer is done, and this leads to the next.
    next_action: Option<String>,
}

/// Words of forms that were not taken, so that nobody types them twice.
#[derive(Default)]
struct Typed {
    refusal: String,
    appeal: String,
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

#[get("/requests/{id}")]
async fn request_page(
    officer: May<SeePeople>,
    id: Path<String>,
    done: Query<Done>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let detail = app.request_page(&officer.tenant.id, &id).await?;
    // Whoever has the link can answer in the person's place, so it is for those who send it.
    let link = match officer.roles.may(Permission::Issue) {
        true => Some(app.request_link(&officer.actor(), &id).await?),
        false => None,
    };
    let page = RequestPage::new(&officer, &detail, link);
    let said = said(&done);
    let decided = ["confirmed", "first", "refused"].into_iter().any(|word| done.says(word));
    let next_action = (decided && officer.roles.may(Permission::Issue))
        .then(|| address("/console/requests/next", &wanted.part(), &[]));
    html(&RequestPage { done: said, next_action, ..page.filled((&officer, &app), &detail, &wanted).await? })
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
    /// With pictures, words, and who has the answer before them.
    async fn filled(
        self,
        (officer, app): (&Officer, &Issuer),
        detail: &Detail,
        wanted: &Wanted,
    ) -> Result<Self, Problem> {
        let pictures = Pictures::load(officer, app, &detail.request).await?;
        let appeal = appeal_of(officer, app, detail, pictures.is_some()).await?;
        let names = app.officer_names(&officer.tenant.id).await.map_err(|error| problem::store(&error))?;
        let named = |officer: &str| names.get(officer).cloned().unwrap_or_else(|| "Passerelle".to_owned());
        let first = detail.word.as_ref().map(|word| FirstLine {
            name: named(&word.officer),
            mine: word.officer == officer.id,
            channel: word.channel.clone(),
            at: word.at.into(),
            notes: word.notes.clone(),
        });
        let claim = match self.decide {
            true => app.claim_of(&officer.tenant.id, &self.id).await?,
            false => None,
        };
        let claim = claim.map(|claim| ClaimLine {
            name: named(&claim.officer),
            mine: claim.officer == officer.id,
            until: claim.until.into(),
        });
        let part = address("", &wanted.part(), &[]);
        Ok(Self { pictures, appeal, first, claim, part, ..self })
    }

    /// A colleague has the answer before them, and decides it.
    fn with_colleague(&self) -> bool {
        self.claim.as_ref().is_some_and(|claim| !claim.mine)
    }

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
            country: names::country(&text(&subject.claims, "country")),
            language: names::language(&text(&subject.claims, "language")),
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
            typed: Typed::default(),
            claim: None,
            part: String::new(),
            next_action: None,
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
    wanted: Query<Wanted>,
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
    let again = Again { officer: &officer, id: &id, app: &app, wanted: &wanted };
    let (Some(channel), true) = (channel, checked) else {
        let fault = "Say how you made sure, and tick what you compared.".to_owned();
        return again.with(form.notes.clone(), Typed::default(), fault).await;
    };
    match app.confirm_existence(&officer.actor(), &id, channel, &form.notes).await {
        Ok(true) => Ok(again.done("confirmed")),
        Ok(false) => Ok(again.done("first")),
        Err(error) => again.unless_taken(error, form.notes.clone(), Typed::default()).await,
    }
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
    wanted: Query<Wanted>,
    form: Form<Refusal>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let again = Again { officer: &officer, id: &id, app: &app, wanted: &wanted };
    let typed = Typed { refusal: form.reason.clone(), ..Typed::default() };
    match app.refuse_existence(&officer.actor(), &id, &form.reason).await {
        Ok(()) => Ok(again.done("refused")),
        Err(ExistenceError::Confirm(entitlement::ConfirmFault::NoReason)) => {
            let fault = "A refusal needs a reason: the person will ask for it.".to_owned();
            again.with(String::new(), typed, fault).await
        }
        Err(error) => again.unless_taken(error, String::new(), typed).await,
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
    wanted: Query<Wanted>,
    form: Form<AppealDecision>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let again = Again { officer: &officer, id: &id, app: &app, wanted: &wanted };
    let typed = Typed { appeal: form.reason.clone(), ..Typed::default() };
    let word = match form.outcome.as_str() {
        "not-upheld" => AppealWord::NotUpheld,
        channel => match channel.parse() {
            Ok(channel) => AppealWord::Upheld(channel),
            Err(()) => {
                let fault = "Choose what came of the appeal.".to_owned();
                return again.with(String::new(), typed, fault).await;
            }
        },
    };
    match app.decide_appeal(&officer.actor(), &id, &word, &form.reason).await {
        Ok(()) => Ok(again.done("appeal")),
        Err(ExistenceError::Confirm(entitlement::ConfirmFault::NoReason)) => {
            let fault = "Say why: the reason stays on file.".to_owned();
            again.with(String::new(), typed, fault).await
        }
        Err(error) => again.unless_taken(error, String::new(), typed).await,
    }
}

/// The page of a form that was sent.
struct Again<'a> {
    officer: &'a Officer,
    id: &'a str,
    app: &'a Issuer,
    wanted: &'a Wanted,
}

impl Again<'_> {
    fn done(&self, word: &str) -> HttpResponse {
        let path = format!("/console/requests/{}", self.id);
        see_other(&address(&path, &self.wanted.part(), &[("done", word)]))
    }

    /// What an officer can mend is said above their words, with nothing lost.
    async fn unless_taken(
        &self,
        error: ExistenceError,
        notes: String,
        typed: Typed,
    ) -> Result<HttpResponse, Problem> {
        let mends = matches!(
            error,
            ExistenceError::Taken { .. }
                | ExistenceError::Remark
                | ExistenceError::NoPictures
                | ExistenceError::NotEnrolled
                | ExistenceError::NewKeyNeedsCall
                | ExistenceError::NoOperator
                | ExistenceError::FourEyes
        );
        match mends {
            true => {
                let said = problem::sentence(&error.to_string());
                let status = match error {
                    ExistenceError::Remark => StatusCode::UNPROCESSABLE_ENTITY,
                    _ => StatusCode::CONFLICT,
                };
                self.shown(status, (notes, typed), said).await
            }
            false => Err(error.into()),
        }
    }

    /// The page again, with what is missing and what was typed.
    async fn with(&self, notes: String, typed: Typed, fault: String) -> Result<HttpResponse, Problem> {
        self.shown(StatusCode::UNPROCESSABLE_ENTITY, (notes, typed), fault).await
    }

    async fn shown(
        &self,
        status: StatusCode,
        (notes, typed): (String, Typed),
        fault: String,
    ) -> Result<HttpResponse, Problem> {
        let Self { officer, id, app, wanted } = self;
        let detail = app.request_page(&officer.tenant.id, id).await?;
        let link = app.request_link(&officer.actor(), id).await?;
        let page = RequestPage::new(officer, &detail, Some(link));
        let page = page.filled((officer, app), &detail, wanted).await?;
        html_with(status, &RequestPage { notes, typed, fault: Some(fault), ..page })
    }
}
