//! Which keys the organisation has, what is being done about one, and what could be.

use actix_web::web::{Data, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use issuance::build::rfc3339;
use issuance::import::csv;
use issuance::{KeyAct, KeyActState, KeyChange, Permission};
use keys::Algorithm;
use web::Problem;
use web::page::{Shell, html};

use super::imports::csv_file;
use super::session::{Administer, May, SeePeople};
use super::view::{Badge, Done, Place, When, shell};
use crate::app::{CHANGING_KEYS, Issuer, KeyPlace, KeyRing, KeyRingError, KeyView};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_keys).service(plan_file);
}

#[derive(Template)]
#[template(path = "console/keys.html")]
struct KeysPage {
    shell: Shell,
    did: String,
    present: Vec<KeyCard>,
    past: Vec<KeyCard>,
    operate: String,
    operate_place: &'static str,
    token: Option<String>,
    people: bool,
    issues: bool,
    /// Whether keys can be changed here.
    controlled: bool,
    changes: Vec<ChangeLine>,
    done: Option<&'static str>,
}

/// A change that is being carried out, or has ended.
struct ChangeLine {
    id: String,
    fragment: String,
    what: &'static str,
    fresh: Option<String>,
    badge: Badge,
    at: When,
    open: bool,
    /// Since when and why it does not get on.
    trouble: Option<String>,
}

struct KeyCard {
    fragment: String,
    multikey: String,
    algorithm: &'static str,
    badges: Vec<Badge>,
    /// What it may be used for, in the words of DID Core.
    uses: String,
    place: &'static str,
    since: When,
    until: Option<When>,
    compromised: Option<When>,
    present: bool,
    /// What can be ordered.
    choices: Vec<Choice>,
    /// A change that waits for a second person or is being carried out.
    underway: bool,
}

/// A change that can be ordered, and its consequences.
struct Choice {
    change: KeyChange,
    button: &'static str,
    consequence: &'static str,
    grave: bool,
}

#[get("/keys")]
async fn list_keys(
    officer: May<Administer>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let ring = app.key_ring(&officer.tenant).await?;
    let (present, past) =
        ring.keys.iter().map(|view| KeyCard::new(view, &ring)).partition(|card: &KeyCard| card.present);
    let troubles = officer.tenant.troubles();
    let trouble = troubles.into_iter().find(|(doing, ..)| *doing == CHANGING_KEYS).map(|(_, _, why)| why);
    html(&KeysPage {
        shell: shell(&officer, Place::Keys),
        did: officer.tenant.did.clone(),
        present,
        past,
        operate: ring.operate.0,
        operate_place: place(ring.operate.1),
        token: ring.token,
        people: officer.roles.may(Permission::SeePeople),
        issues: officer.roles.may(Permission::Issue),
        controlled: ring.controlled,
        changes: ring.changes.iter().map(|act| ChangeLine::new(act, trouble.as_deref())).collect(),
        done: said(&done),
    })
}

fn said(done: &Done) -> Option<&'static str> {
    [
        ("ordered", "The change is being carried out. It goes on by itself, also after a restart."),
        ("proposed", "A second person has to approve it. Until then nothing changes."),
        ("given-up", "It is not tried again. What the chain has of it stays there."),
        ("nobody", "Nobody holds a live credential that this key signed."),
    ]
    .into_iter()
    .find(|(word, _)| done.says(word))
    .map(|(_, sentence)| sentence)
}

impl ChangeLine {
    fn new(act: &KeyAct, trouble: Option<&str>) -> Self {
        let (badge, at) = match act.state {
            KeyActState::Open => (Badge { class: "waiting", text: "Being carried out" }, act.ordered_at),
            KeyActState::Done { at } => (Badge { class: "success", text: "Done" }, at),
            KeyActState::GivenUp { at } => (Badge { class: "plain", text: "Given up" }, at),
        };
        let open = act.state == KeyActState::Open;
        Self {
            id: act.id.clone(),
            fragment: act.fragment.clone(),
            what: match act.change {
                KeyChange::Rotate => "Rotation",
                KeyChange::Retire => "Retirement",
                KeyChange::MarkCompromised => "Compromise",
            },
            fresh: act.fresh.clone(),
            badge,
            at: at.into(),
            open,
            trouble: trouble.filter(|_| open).map(str::to_owned),
        }
    }
}

/// What makes sense for a key as it stands. The chain decides again when it is ordered.
fn choices(view: &KeyView, ring: &KeyRing) -> Vec<Choice> {
    let listed = &view.listed;
    let (present, marked) = (listed.until.is_none(), listed.compromised_at.is_some());
    let known = matches!(view.algorithm, Some(Algorithm::Ed25519 | Algorithm::P256));
    let followed = ring.keys.iter().any(|other| {
        other.signs && other.algorithm == view.algorithm && other.listed.multikey != listed.multikey
    });
    let choices = [
        (
            present && view.signs && !marked,
            Choice {
                change: KeyChange::Rotate,
                button: "Rotate",
                consequence: "A new key is made here and listed beside this one; it signs from then on. What this one signed \
                stays valid. Retire it afterwards.",
                grave: false,
            },
        ),
        (
            present && !view.signs && !marked && followed,
            Choice {
                change: KeyChange::Retire,
                button: "Retire",
                consequence: "It leaves the DID document as soon as every status list is signed by the newer key and every \
                credential is anchored.",
                grave: false,
            },
        ),
        (
            !marked,
            Choice {
                change: KeyChange::MarkCompromised,
                button: "Stolen or lost",
                consequence: "A new key takes its place at once, and the chain says that this one is compromised. What it \
                signed counts no more without an earlier anchor, for ever. Then offer new credentials to the people \
                who hold some.",
                grave: true,
            },
        ),
    ];
    let sensible = choices.into_iter().filter(|(shown, _)| *shown && known && ring.controlled);
    sensible.map(|(_, choice)| choice).collect()
}

impl KeyCard {
    fn new(view: &KeyView, ring: &KeyRing) -> Self {
        let listed = &view.listed;
        let proposed = ring.proposed.iter().any(|(_, fragment)| *fragment == listed.fragment);
        let ordered = |act: &KeyAct| act.state == KeyActState::Open && act.fragment == listed.fragment;
        let present = listed.until.is_none();
        let badges = [
            (view.signs, Badge { class: "success", text: "Signs now" }),
            (listed.compromised_at.is_some(), Badge { class: "error", text: "Compromised" }),
            (!present, Badge { class: "plain", text: "Retired" }),
            (
                present && !view.signs && listed.compromised_at.is_none(),
                Badge { class: "waiting", text: "Listed, does not sign" },
            ),
        ];
        Self {
            fragment: listed.fragment.clone(),
            multikey: listed.multikey.clone(),
            algorithm: match view.algorithm {
                Some(Algorithm::Ed25519) => "Ed25519: W3C credentials, eddsa-rdfc-2022",
                Some(Algorithm::P256) => "P-256: SD-JWT credentials and status tokens, ES256",
                Some(Algorithm::P384) => "P-384",
                Some(Algorithm::Bls12381G2) => "BLS12-381",
                None => "A kind that this program does not sign with",
            },
            badges: badges.into_iter().filter(|(shown, _)| *shown).map(|(_, badge)| badge).collect(),
            uses: listed.relationships.join(", "),
            place: place(view.place),
            since: listed.since.into(),
            until: listed.until.map(When::from),
            compromised: listed.compromised_at.map(When::from),
            present,
            choices: choices(view, ring),
            underway: proposed || ring.changes.iter().any(ordered),
        }
    }
}

const fn place(place: KeyPlace) -> &'static str {
    match place {
        KeyPlace::Token => "In the PKCS#11 token",
        KeyPlace::SealedFile => "In a sealed file",
        KeyPlace::Elsewhere => "Not on this machine",
    }
}

/// Live credentials that the key signed, oldest first, as `passerelle keys reissue-plan` writes them.
#[get("/keys/{fragment}/plan.csv")]
async fn plan_file(
    officer: May<SeePeople>,
    fragment: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let planned = app.plan_reissue(&officer.actor(), &officer.tenant, &fragment).await?;
    let header = ["number", "credential", "configuration", "status", "issued", "valid until", "anchored"];
    let times: Vec<_> = planned
        .iter()
        .map(|it| [Some(it.issued_at), Some(it.valid_until), it.anchored_at])
        .map(|times| times.map(|at| at.map(rfc3339).unwrap_or_default()))
        .collect();
    let rows = planned.iter().zip(&times).map(|(it, [issued, until, anchored])| {
        let (number, copy): (&str, &str) = (&it.subject_number, &it.copy_id);
        [number, copy, &it.configuration, it.status, issued, until, anchored]
    });
    Ok(csv_file("reissue-plan.csv", csv(&header, rows)))
}

impl From<KeyRingError> for Problem {
    fn from(error: KeyRingError) -> Self {
        match error {
            KeyRingError::Store(error) => problem::store(&error),
            error @ (KeyRingError::Registry(_) | KeyRingError::Keys(_)) => Self::internal(&error),
        }
    }
}
