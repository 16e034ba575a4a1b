//! Proposals that wait for a second person, and what became of earlier ones.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use clock::Timestamp;
use issuance::{
    ApprovalError, ApprovalState, CredentialType, Decision, KeyChange, Permission, Proposal, ReasonCode,
    Roles, ServiceEnd,
};
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::session::{Approve, May, Officer, SeeProposals};
use super::view::{Badge, Done, Place, When, counted, shell};
use crate::app::{About, DecideError, Issuer, ProposalView};
use crate::http::problem;

/// Decided proposals that the page shows.
const DECIDED: u32 = 20;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_approvals).service(approve).service(refuse).service(withdraw);
}

#[derive(Template)]
#[template(path = "console/approvals.html")]
struct ApprovalsPage {
    shell: Shell,
    waiting: Vec<Line>,
    decided: Vec<Line>,
    approver: bool,
    done: Option<&'static str>,
}

struct Line {
    id: String,
    title: String,
    detail: String,
    note: Option<String>,
    href: Option<String>,
    by: String,
    at: When,
    until: When,
    own: bool,
    badge: Badge,
    decided: Option<(String, When)>,
    remark: Option<String>,
}

/// Whoever sees no people's records sees the proposals about colleagues' roles and about keys only.
#[get("/approvals")]
async fn list_approvals(
    officer: May<SeeProposals>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let stored = |error| problem::store(&error);
    let (waiting, decided) = app.list_proposals(&officer.tenant.id, DECIDED).await.map_err(stored)?;
    let known = Known {
        names: app.officer_names(&officer.tenant.id).await.map_err(stored)?,
        now: app.clock_now(),
        officer: &officer,
    };
    let people = officer.roles.may(Permission::SeePeople);
    let lines = |views: Vec<ProposalView>| {
        let shown = views.iter().filter(|it| people || !it.approval.proposal.concerns_people());
        shown.map(|it| Line::new(it, &known)).collect()
    };
    html(&ApprovalsPage {
        shell: shell(&officer, Place::Approvals),
        waiting: lines(waiting),
        decided: lines(decided),
        approver: officer.roles.may(Permission::Approve),
        done: said(&done),
    })
}

fn said(done: &Done) -> Option<&'static str> {
    [
        ("approved", "It is approved and done."),
        ("refused", "It is refused. Nothing was changed."),
        ("withdrawn", "The proposal is taken back."),
        ("proposed", "A second person has to approve it. Until then nothing changes."),
    ]
    .into_iter()
    .find(|(word, _)| done.says(word))
    .map(|(_, sentence)| sentence)
}

/// What a line needs beside its proposal.
struct Known<'a> {
    names: HashMap<String, String>,
    now: Timestamp,
    /// Who looks at it.
    officer: &'a Officer,
}

impl Line {
    fn new(view: &ProposalView, known: &Known<'_>) -> Self {
        let approval = &view.approval;
        let name = |id: &String| known.names.get(id).cloned().unwrap_or_else(|| "Passerelle".to_owned());
        let (badge, decided, remark) = match &approval.state {
            ApprovalState::Waiting if !approval.is_waiting(known.now) => {
                (Badge { class: "warning", text: "Lapsed" }, None, None)
            }
            ApprovalState::Waiting => (Badge { class: "waiting", text: "Waits" }, None, None),
            ApprovalState::Approved { by, at } => {
                (Badge { class: "success", text: "Approved" }, Some((name(by), (*at).into())), None)
            }
            ApprovalState::Refused { by, at, remark } => {
                let refused = Badge { class: "error", text: "Refused" };
                (refused, Some((name(by), (*at).into())), Some(remark.clone()))
            }
            ApprovalState::Withdrawn { at } => {
                let by = name(&approval.requested_by);
                (Badge { class: "plain", text: "Taken back" }, Some((by, (*at).into())), None)
            }
        };
        let (title, detail, href) = words(view, known.officer);
        let note = match &approval.proposal {
            Proposal::Revoke { note, .. } | Proposal::EndService { note, .. } => note.clone(),
            Proposal::ErasePerson { reason, .. } => Some(reason.clone()).filter(|words| !words.is_empty()),
            Proposal::OfferList { .. }
            | Proposal::Reissue { .. }
            | Proposal::GiveRoles { .. }
            | Proposal::Issue { .. }
            | Proposal::RotateKey { .. }
            | Proposal::RetireKey { .. }
            | Proposal::MarkKeyCompromised { .. } => None,
        };
        Self {
            id: approval.id.clone(),
            title,
            detail,
            note,
            href,
            by: name(&approval.requested_by),
            at: approval.requested_at.into(),
            until: approval.expires_at.into(),
            own: approval.requested_by == known.officer.id,
            badge,
            decided,
            remark,
        }
    }
}

/// What is proposed, why or how, and where it can be looked at.
fn words(view: &ProposalView, officer: &Officer) -> (String, String, Option<String>) {
    let place = if officer.tenant.has_staff() { "staff" } else { "retirees" };
    match (&view.approval.proposal, &view.about) {
        (Proposal::OfferList { upload, employment }, About::List { file_name, good }) => {
            let people = counted(*good, "person", "people");
            let what = if *employment { "Staff identity and employment" } else { "Staff identity" };
            let href = Some(format!("/console/imports/{upload}"));
            (format!("Offer credentials to {people}"), format!("{what}, from {file_name}"), href)
        }
        (Proposal::Reissue { run }, About::Run { why, people }) => {
            let people = counted(*people, "person", "people");
            let href = Some(format!("/console/reissues/{run}"));
            (format!("Offer credentials to {people}"), why.title().to_owned(), href)
        }
        (Proposal::Revoke { subject, reason, only, .. }, About::Person { name, number, copies }) => {
            let reason = ReasonCode::parse(reason).unwrap_or(ReasonCode::Other).title();
            let copies = counted(*copies as u64, "credential copy", "credential copies");
            let href = Some(format!("/console/{place}/{subject}"));
            match only {
                None => (
                    format!("Revoke the credentials of {name}"),
                    format!("{number} · {copies} · {reason}"),
                    href,
                ),
                Some(kind) => {
                    let title = format!("Revoke {} of {name}", kind.title().to_lowercase());
                    (title, format!("{number} · {reason}"), href)
                }
            }
        }
        (Proposal::EndService { subject, how, .. }, About::Person { name, number, .. }) => {
            let how = ServiceEnd::parse(how).unwrap_or(ServiceEnd::Separated);
            let href = Some(format!("/console/{place}/{subject}/end?how={}", how.as_str()));
            let reason = how.reason().title();
            (format!("End the service of {name}"), format!("{number} · {reason}"), href)
        }
        (Proposal::ErasePerson { subject, .. }, About::Person { name, number, .. }) => {
            let href = Some(format!("/console/people/{subject}/erase"));
            (format!("Erase everything about {name}"), format!("{number} · nobody can bring it back"), href)
        }
        (Proposal::ErasePerson { .. }, _) => {
            let detail = "Nothing here leads to the person any more";
            ("Erase everything about a person".to_owned(), detail.to_owned(), None)
        }
        (Proposal::Issue { subject, credential_type, .. }, About::Person { name, number, .. }) => {
            let title = credential_type.parse().map_or("a credential", CredentialType::title);
            let href = Some(format!("/console/{place}/{subject}"));
            let detail = format!("{number} · the wallet has shown its key and waits");
            (format!("Issue {} to {name}", title.to_lowercase()), detail, href)
        }
        (Proposal::GiveRoles { roles, .. }, About::Officer { name, roles: before }) => {
            let now = role_titles(Roles::parse(roles).unwrap_or_default());
            (format!("Make {name} {now}"), format!("Until now: {}", role_titles(*before)), None)
        }
        (proposal, About::Key { fragment }) => {
            let (title, detail) = key_words(proposal, fragment);
            let sees = officer.roles.may(Permission::Administer);
            (title, detail.to_owned(), sees.then(|| "/console/keys".to_owned()))
        }
        _ => ("Something that was erased".to_owned(), String::new(), None),
    }
}

fn key_words(proposal: &Proposal, fragment: &str) -> (String, &'static str) {
    match proposal.key_change().map(|(change, ..)| change) {
        Some(KeyChange::Retire) => (
            format!("Retire the signing key {fragment}"),
            "It leaves the DID document once nothing depends on it any more",
        ),
        Some(KeyChange::MarkCompromised) => (
            format!("Mark the signing key {fragment} as compromised"),
            "A new key takes its place; what it signed counts no more without an earlier anchor",
        ),
        Some(KeyChange::Rotate) | None => (
            format!("Rotate the signing key {fragment}"),
            "A new key is listed beside it and signs from then on",
        ),
    }
}

/// `officer and approver`.
pub(super) fn role_titles(roles: Roles) -> String {
    let names: Vec<String> = roles.iter().map(|role| role.title().to_lowercase()).collect();
    match names.as_slice() {
        [] => "without access".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[post("/approvals/{id}/approve")]
async fn approve(
    officer: May<Approve>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.decide(&officer.actor(), &id, Decision::Approve, "").await?;
    Ok(see_other("/console/approvals?done=approved"))
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    remark: String,
}

#[post("/approvals/{id}/refuse")]
async fn refuse(
    officer: May<Approve>,
    id: Path<String>,
    form: Form<Refusal>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.decide(&officer.actor(), &id, Decision::Refuse, &form.remark).await?;
    Ok(see_other("/console/approvals?done=refused"))
}

#[post("/approvals/{id}/withdraw")]
async fn withdraw(officer: Officer, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    app.decide(&officer.actor(), &id, Decision::Withdraw, "").await?;
    let sees = officer.roles.may(Permission::SeeProposals);
    let back = if sees { "/console/approvals" } else { "/console/officers" };
    Ok(see_other(&format!("{back}?done=withdrawn")))
}

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Unknown => Self::not_found(),
            DecideError::Refused(refused @ (ApprovalError::OwnProposal | ApprovalError::NotYours)) => {
                Self::new(StatusCode::FORBIDDEN, "four-eyes", "A second person decides")
                    .detail(problem::sentence(&refused.to_string()))
            }
            DecideError::Refused(refused @ (ApprovalError::Closed | ApprovalError::Lapsed)) => {
                Self::conflict(problem::sentence(&refused.to_string()))
            }
            DecideError::Refused(refused @ ApprovalError::NoReason) => {
                Self::bad_request(problem::sentence(&refused.to_string()))
            }
            DecideError::Import(error) => error.into(),
            DecideError::Run(error) => error.into(),
            DecideError::Change(error) => error.into(),
            DecideError::Roles(error) => error.into(),
            DecideError::KeyChange(error) => error.into(),
            DecideError::Erase(error) => error.into(),
            DecideError::Store(error) => problem::store(&error),
        }
    }
}
