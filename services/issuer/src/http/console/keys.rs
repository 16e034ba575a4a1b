//! Which keys the organisation has, and what to do about one.

use actix_web::web::{Data, Path, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use issuance::Permission;
use issuance::build::rfc3339;
use issuance::import::csv;
use keys::Algorithm;
use web::Problem;
use web::page::{Shell, html};

use super::imports::csv_file;
use super::session::{Administer, May, SeePeople};
use super::view::{Badge, Place, When, shell};
use crate::app::{Issuer, KeyPlace, KeyRingError, KeyView};
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
}

#[get("/keys")]
async fn list_keys(officer: May<Administer>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let ring = app.key_ring(&officer.tenant).await?;
    let (present, past) = ring.keys.iter().map(KeyCard::from).partition(|card: &KeyCard| card.present);
    html(&KeysPage {
        shell: shell(&officer, Place::Keys),
        did: officer.tenant.did.clone(),
        present,
        past,
        operate: ring.operate.0,
        operate_place: place(ring.operate.1),
        token: ring.token,
        people: officer.roles.may(Permission::SeePeople),
    })
}

impl From<&KeyView> for KeyCard {
    fn from(view: &KeyView) -> Self {
        let listed = &view.listed;
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
