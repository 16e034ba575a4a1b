//! Ways in: a PIN, the recovery code, the names of passkeys and devices.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use holding::custody::DEVICE;
use web::Problem;
use web::page::html;

use super::entry::sign_in_first;
use super::frame::Frame;
use crate::http::App;
use crate::http::auth::find_person;
use crate::http::views::{AccountView, DeskKeyView, DeviceKeyView};
use crate::words::Words;

pub fn configure(config: &mut ServiceConfig) {
    config.service(pin).service(recover).service(recovered).service(ways_in);
}

#[derive(Template)]
#[template(path = "pin.html")]
struct PinPage {
    shell: Frame,
    words: Words,
}

#[derive(Template)]
#[template(path = "recover.html")]
struct RecoverPage {
    shell: Frame,
    words: Words,
}

#[derive(Template)]
#[template(path = "recovered.html")]
struct RecoveredPage {
    shell: Frame,
    words: Words,
    account: String,
    /// Devices whose keys are not called lost; one of them may be the one that is used.
    devices: Vec<DeviceKeyView>,
    /// Some were called lost already.
    any_lost: bool,
    /// A code on paper was made since the last one was used up.
    has_code: bool,
}

#[derive(Template)]
#[template(path = "ways-in.html")]
struct WaysInPage {
    shell: Frame,
    words: Words,
    view: AccountView,
    /// Cards and keys for desks.
    keys: Vec<DeskKeyView>,
    /// What is bound to a lost key: its name, and who issued it.
    lost: Vec<(String, String)>,
}

#[get("/pin")]
async fn pin(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    html(&PinPage { shell: Frame::outside(&request, &app), words })
}

#[get("/recover")]
async fn recover(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    html(&RecoverPage { shell: Frame::outside(&request, &app), words })
}

/// What is left to do after coming back in.
#[get("/recovered")]
async fn recovered(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let overview = app.wallet.account(&person.account).await?;
    let view = AccountView::new(&overview, Some(&person.session.id));
    let (lost, devices): (Vec<_>, Vec<_>) = view.device_keys.into_iter().partition(|key| key.lost);
    html(&RecoveredPage {
        shell: Frame::inside(&request, &app, &person, ""),
        words,
        account: person.account,
        devices: devices.into_iter().filter(|key| key.device != DEVICE).collect(),
        any_lost: !lost.is_empty(),
        has_code: view.recovery_code_made_at.is_some(),
    })
}

#[get("/ways-in")]
async fn ways_in(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let overview = app.wallet.account(&person.account).await?;
    let lost = overview.device_keys.iter().filter(|key| key.thing.lost_at.is_some());
    let lost: Vec<&str> = lost.map(|key| key.thing.thumbprint.as_str()).collect();
    let held = app.wallet.credentials(&person).await?;
    let bound = held.iter().filter(|kept| lost.contains(&kept.held.device_key()));
    html(&WaysInPage {
        shell: Frame::inside(&request, &app, &person, "/account"),
        words,
        lost: bound.map(|kept| (kept.held.name.clone(), kept.held.issuer.name().to_owned())).collect(),
        keys: app.wallet.desk_keys(&person).await?.iter().map(DeskKeyView::from).collect(),
        view: AccountView::new(&overview, Some(&person.session.id)),
    })
}
