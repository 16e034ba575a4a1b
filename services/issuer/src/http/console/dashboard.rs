//! The first page: how much there is, what waits for somebody, how the chain stands.

use actix_web::web::{Data, Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use issuance::{ListKind, Permission, Roles, StatusListId};
use web::Problem;
use web::page::{Shell, html};

use super::session::Officer;
use super::view::{Done, Place, When, counted, grouped, shell};
use crate::app::{AnchoringStatus, Dashboard, Issuer};

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(show_overview);
}

#[derive(Template)]
#[template(path = "console/dashboard.html")]
struct DashboardPage {
    shell: Shell,
    greeting: String,
    organisation: String,
    registered: bool,
    staff: bool,
    issues: bool,
    people: bool,
    figures: Vec<Figure>,
    attention: Vec<Attention>,
    chain: ChainState,
}

struct Figure {
    value: String,
    label: &'static str,
    href: Option<&'static str>,
}

struct Attention {
    class: &'static str,
    title: String,
    text: &'static str,
    href: &'static str,
    action: &'static str,
}

struct ChainState {
    calm: bool,
    waiting: String,
    newest: Option<Anchored>,
    lists: Vec<PublishedList>,
    did: String,
}

struct Anchored {
    number: u64,
    at: Option<When>,
}

struct PublishedList {
    name: String,
    version: Option<u64>,
    height: String,
    pending: bool,
}

#[get("")]
async fn show_overview(
    officer: Officer,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let dashboard = app.dashboard(&officer.tenant, &officer.id).await?;
    let mut attention = attention(&dashboard, officer.roles);
    if dashboard.existence.is_some() && officer.roles.may(Permission::SeePeople) {
        let missing = app.year_without_calendar(&officer.tenant.id).await?;
        attention.extend(missing.map(no_calendar));
    }
    let first_name = officer.name.split_whitespace().next().unwrap_or_default();
    html(&DashboardPage {
        shell: shell(&officer, Place::Overview),
        greeting: format!("Hello, {first_name}"),
        organisation: officer.tenant.name.clone(),
        registered: done.says("registered"),
        staff: officer.tenant.has_staff(),
        issues: officer.roles.may(Permission::Issue),
        people: officer.roles.may(Permission::SeePeople),
        figures: figures(&dashboard, &officer),
        attention,
        chain: chain(&dashboard.anchoring, &officer.tenant.did),
    })
}

fn figures(dashboard: &Dashboard, officer: &Officer) -> Vec<Figure> {
    let overview = &dashboard.overview;
    let staff = officer.tenant.has_staff();
    let people = officer.roles.may(Permission::SeePeople);
    let figure = |value: u64, label, href: Option<&'static str>| Figure {
        value: grouped(value),
        label,
        href: href.filter(|_| people),
    };
    let mut figures = Vec::new();
    if staff {
        figures.push(figure(overview.people, "people on the staff list", Some("/console/staff")));
        figures.push(figure(
            overview.open_offers,
            "offers waiting for their person",
            Some("/console/offers?state=waiting"),
        ));
    }
    if let Some(existence) = &dashboard.existence {
        figures.push(figure(overview.people, "beneficiaries", Some("/console/retirees")));
        figures.push(figure(existence.open, "asked, no answer yet", None));
        figures.push(figure(existence.confirmed, "confirmed this year", None));
    }
    figures.push(figure(overview.valid, "credentials in force", None));
    if staff {
        figures.push(figure(overview.suspended, "suspended", Some("/console/staff?state=suspended")));
    }
    figures.push(figure(overview.revoked, "revoked", None));
    figures
}

fn no_calendar(year: i32) -> Attention {
    Attention {
        class: "warning",
        title: format!("{year} has no calendar"),
        text: "Without one nobody is asked for a proof of that year.",
        href: "/console/fund",
        action: "Make it",
    }
}

/// What waits for somebody with these roles.
fn attention(dashboard: &Dashboard, roles: Roles) -> Vec<Attention> {
    let mut list = Vec::new();
    if dashboard.proposals > 0 && roles.may(Permission::Approve) {
        list.push(Attention {
            class: "info",
            title: counted(dashboard.proposals, "proposal waits for you", "proposals wait for you"),
            text: "A colleague proposed it; nothing happens until an approver decides.",
            href: "/console/approvals",
            action: "Look at it",
        });
    }
    if !roles.may(Permission::SeePeople) {
        return list;
    }
    let overview = &dashboard.overview;
    let answered = dashboard.existence.map_or(0, |existence| existence.answered);
    if answered > 0 {
        list.push(Attention {
            class: "info",
            title: counted(answered, "answer waits for a decision", "answers wait for a decision"),
            text: "Call or visit the person, compare the reference, then confirm or refuse.",
            href: "/console/requests",
            action: "Decide",
        });
    }
    if overview.waiting_uploads > 0 {
        list.push(Attention {
            class: "warning",
            title: counted(overview.waiting_uploads, "uploaded list waits", "uploaded lists wait"),
            text: "Nothing is offered until somebody has looked at the list and confirmed it.",
            href: if dashboard.existence.is_some() {
                "/console/retirees/imports"
            } else {
                "/console/imports"
            },
            action: "Look at it",
        });
    }
    if overview.running_uploads > 0 {
        list.push(Attention {
            class: "info",
            title: counted(
                overview.running_uploads,
                "list is being worked off",
                "lists are being worked off",
            ),
            text: "You can leave the page; it goes on by itself, after a restart too.",
            href: if dashboard.existence.is_some() {
                "/console/retirees/imports"
            } else {
                "/console/imports"
            },
            action: "See progress",
        });
    }
    if overview.locked_offers > 0 {
        list.push(Attention {
            class: "warning",
            title: counted(overview.locked_offers, "offer is locked", "offers are locked"),
            text: "Somebody entered a wrong transaction code five times. Find out who, then give out a new code.",
            href: "/console/offers?state=locked",
            action: "Show them",
        });
    }
    if overview.lapsed_offers > 0 {
        list.push(Attention {
            class: "warning",
            title: counted(overview.lapsed_offers, "offer has lapsed", "offers have lapsed"),
            text: "Nobody accepted in time. Renew the offer on the person's page.",
            href: "/console/offers?state=lapsed",
            action: "Show them",
        });
    }
    list
}

fn chain(anchoring: &AnchoringStatus, did: &str) -> ChainState {
    let newest = anchoring.batches.first();
    let unconfirmed = anchoring.batches.iter().any(|(_, _, at)| at.is_none());
    let pending = anchoring.lists.iter().any(|list| list.pending);
    ChainState {
        calm: !unconfirmed && !pending && anchoring.waiting_leaves == 0,
        waiting: counted(anchoring.waiting_leaves, "credential waits", "credentials wait"),
        newest: newest.map(|(number, _, at)| Anchored { number: *number, at: at.map(When::from) }),
        lists: anchoring
            .lists
            .iter()
            .map(|list| PublishedList {
                name: list_name(&list.list),
                version: list.served.map(|(version, _)| version),
                height: list.served.map_or_else(String::new, |(_, height)| grouped(height)),
                pending: list.pending,
            })
            .collect(),
        did: did.to_owned(),
    }
}

/// What a list is for, in the words of an office; its number only once there are several.
pub(super) fn list_name(list: &StatusListId) -> String {
    let what = match list.kind {
        ListKind::Revocation => "Revocations",
        ListKind::Suspension => "Suspensions",
        ListKind::Message => "Messages",
        ListKind::Token => "SD-JWT statuses",
    };
    match list.number {
        1 => what.to_owned(),
        number => format!("{what} {number}"),
    }
}
