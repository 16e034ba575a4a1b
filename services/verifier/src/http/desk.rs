//! The desk page of a program that runs on the officer's own machine, without a network.
//!
//! It works by forms; a script only reads QR codes and files into the form. Nothing is stored and nothing is logged.

use actix_web::error::UrlencodedError;
use actix_web::http::StatusCode;
use actix_web::http::header::HOST;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, Form, FormConfig, Redirect};
use actix_web::{HttpResponse, Responder, get, guard, post};
use askama::Template;
use async_trait::async_trait;
use serde::Deserialize;
use utoipa::{OpenApi as _, ToSchema};
use utoipa_actix_web::scope;
use verification::{Language, Words};
use web::assets::{Asset, Assets, SCRIPT, STYLE};
use web::page::{Shell, html, html_with};
use web::{Problem, ServiceConfig};

use super::render::{ReportPage, when};
use super::uploads_at_desk::check_file_at_desk;
use crate::app::{DeskChecked, DeskCode, DeskError, LocalDesk, Replay};

/// A presentation of a few credentials.
const FORM_BYTES: usize = 512 * 1024;

/// Of both desks' pages.
pub(super) const STYLE_SHEET: Asset =
    Asset { name: "desk.css", content_type: STYLE, body: include_bytes!("../../static/desk.css") };

const ASSETS: Assets = Assets(&[
    Asset { name: "desk.js", content_type: SCRIPT, body: include_bytes!("../../static/desk.js") },
    STYLE_SHEET,
]);

#[derive(Template)]
#[template(path = "desk.html")]
struct Page {
    shell: Shell,
    policy: String,
    age: String,
    usable_until: String,
    usable: bool,
    /// Whether the policy demands a receipt.
    anchored: bool,
    missing: usize,
    code: DeskCode,
    qr_svg: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "desk_result.html")]
struct ResultPage {
    shell: Shell,
    report: ReportPage,
    age: String,
    replayable: bool,
    /// When the same copy was shown at this desk before.
    shown_before: Option<String>,
}

/// Registers the desk's routes.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    let form = FormConfig::default().limit(FORM_BYTES).error_handler(|error, _| match error {
        UrlencodedError::Overflow { .. } => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large")
                .detail(error.to_string())
                .into()
        }
        _ => Problem::bad_request(error.to_string()).into(),
    });
    routes.app_data(ASSETS).service(home).service(
        scope::scope("/desk")
            .app_data(form)
            .guard(guard::fn_guard(|context| is_local(context.head().headers().get(HOST))))
            .wrap(from_fn(web::csrf::guard))
            .service(show_desk)
            .service(check_at_desk)
            .service(check_file_at_desk),
    );
}

/// A desk needs nothing that could be away.
pub struct AlwaysReady;

#[async_trait]
impl web::Ready for AlwaysReady {
    async fn ready(&self) -> Result<(), String> {
        Ok(())
    }
}

/// The document of the desk's own routes.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(utoipa::OpenApi)]
    #[openapi(info(
        title = "Passerelle desk",
        description = "Checks what is scanned, with a pack and without a network."
    ))]
    struct Base;
    web::document(Base::openapi(), configure)
}

/// A page of another name that was made to point at this machine (DNS rebinding) is not answered.
fn is_local(host: Option<&actix_web::http::header::HeaderValue>) -> bool {
    let name =
        host.and_then(|host| host.to_str().ok()).map(|host| host.rsplit_once(':').map_or(host, |it| it.0));
    matches!(name, Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// To the desk.
#[utoipa::path(tag = "desk", responses((status = 303)))]
#[get("/")]
async fn home() -> impl Responder {
    Redirect::to("/desk").see_other()
}

/// A code for the next person, and the form for what they show.
#[utoipa::path(tag = "desk", responses((status = 200, content_type = "text/html", body = String)))]
#[get("")]
async fn show_desk(desk: Data<LocalDesk>) -> Result<HttpResponse, Problem> {
    html(&Page::of(&desk, None))
}

#[derive(Deserialize, ToSchema)]
struct DeskForm {
    /// A credential or presentation as text.
    text: String,
    /// The code that the page showed.
    #[serde(default)]
    nonce: String,
    /// The credential's anchoring receipt as text, where the policy demands one.
    #[serde(default)]
    receipt: String,
}

/// Checks it and shows the result; keeps nothing.
#[utoipa::path(
    tag = "desk", request_body(content = DeskForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 400, body = Problem, description = "The form cannot be read"),
        (status = 403, body = Problem, description = "Another site's page sent the form"),
        (status = 413, body = Problem, description = "The form is too long"),
        (status = 422, content_type = "text/html", body = String, description = "Nothing that can be checked, or the pack is too old"),
    )
)]
#[post("")]
async fn check_at_desk(form: Form<DeskForm>, desk: Data<LocalDesk>) -> Result<HttpResponse, Problem> {
    answer(&desk, desk.check(&form.text, &form.nonce, &form.receipt).await)
}

pub(super) fn answer(
    desk: &LocalDesk,
    outcome: Result<DeskChecked, DeskError>,
) -> Result<HttpResponse, Problem> {
    match outcome {
        Ok(checked) => html(&ResultPage::of(desk, &checked)),
        Err(error) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &Page::of(desk, Some(&error))),
    }
}

impl Page {
    fn of(desk: &LocalDesk, error: Option<&DeskError>) -> Self {
        let (manifest, code) = (desk.manifest(), desk.new_code());
        Self {
            shell: shell(),
            policy: manifest.policy.title.clone(),
            age: span(manifest.age(desk.now())),
            usable_until: when(&manifest.usable_until.to_rfc3339()),
            usable: desk.check_age().is_ok(),
            anchored: manifest.policy.anchored,
            missing: manifest.missing.len(),
            qr_svg: web::qr::svg(&code.text()),
            code,
            problem: error.map(sentence),
        }
    }
}

impl ResultPage {
    fn of(desk: &LocalDesk, checked: &DeskChecked) -> Self {
        Self {
            shell: shell(),
            report: ReportPage::of(&checked.report, Words(Language::English), &desk.manifest().policy.title),
            age: span(desk.manifest().age(desk.now())),
            replayable: matches!(checked.replay, Replay::Replayable { .. }),
            shown_before: match checked.replay {
                Replay::Replayable { shown_before: Some(at) } => Some(when(&at.to_rfc3339())),
                Replay::Replayable { shown_before: None } | Replay::Answered => None,
            },
        }
    }
}

fn shell() -> Shell {
    Shell { home: "/desk", ..Shell::new("Desk") }.place("without a network")
}

/// What the officer can do about it.
fn sentence(error: &DeskError) -> String {
    match error {
        DeskError::Unreadable(_) => {
            "This is nothing that can be checked. Scan the whole code, or choose the file as the person has it.".to_owned()
        }
        DeskError::Receipts => "More than one receipt was chosen. Choose the one of this credential.".to_owned(),
        DeskError::NoReceipt => {
            "What stands under “Receipt” is no receipt. Choose the file that came with the credential, or leave the field empty."
                .to_owned()
        }
        DeskError::File(error) => super::problem::sentence(error),
        DeskError::Pack(_) => {
            "The pack is too old to decide anything. Get a newer one and start the desk again.".to_owned()
        }
    }
}

fn span(age: chrono::Duration) -> String {
    let (count, unit) = match (age.num_days(), age.num_hours(), age.num_minutes()) {
        (0, 0, minutes) => (minutes, "minute"),
        (0, hours, _) => (hours, "hour"),
        (days, ..) => (days, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn only_this_machine_by_its_own_name_is_answered() {
        let local = |text: &'static str| is_local(Some(&HeaderValue::from_static(text)));
        assert!(
            local("localhost:7180") && local("127.0.0.1:7180") && local("localhost") && local("[::1]:7180")
        );
        assert!(!local("desk.example:7180") && !local("localhost.example") && !is_local(None));
    }

    #[test]
    fn spans_are_plain() {
        assert_eq!(span(chrono::Duration::minutes(1)), "1 minute");
        assert_eq!(span(chrono::Duration::minutes(130)), "2 hours");
        assert_eq!(span(chrono::Duration::hours(50)), "2 days");
    }
}
