//! What letters say before they are gathered, and who is left out of them.

use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::register::attachment;
use crate::app::{FundError, Issuer, LetterSettings, country_name, letter_fault};
use crate::http::console::session::{Issue, May, SeePeople};
use crate::http::console::view::{Place, When, counted, shell};
use crate::http::problem;

/// People of one page.
const LINES: u32 = 50;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(settings_page)
        .service(put_settings)
        .service(sample)
        .service(left_out_file)
        .service(left_out_page);
}

#[derive(Template)]
#[template(path = "console/fund_letter_settings.html")]
struct SettingsPage {
    shell: Shell,
    telephone: String,
    return_address: String,
    changed: Option<(String, When)>,
    fault: String,
    issues: bool,
}

#[get("/fund/letter-settings")]
async fn settings_page(officer: May<SeePeople>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let known = app.letter_settings(tenant).await?;
    let names = app.officer_names(tenant).await.map_err(|error| problem::store(&error))?;
    let changed = known.as_ref().map(|it| {
        let by = names.get(&it.changed_by).cloned().unwrap_or_else(|| "A machine".to_owned());
        (by, it.changed_at.into())
    });
    let known = match known {
        Some(known) => Some((known.telephone, known.return_address)),
        // What the last mailing had, from before there were settings.
        None => {
            app.list_mailings(tenant).await?.into_iter().next().map(|it| (it.telephone, it.return_address))
        }
    };
    let (telephone, return_address) = known.unwrap_or_default();
    html(&SettingsPage {
        shell: shell(&officer, Place::Fund),
        telephone,
        return_address,
        changed,
        fault: String::new(),
        issues: officer.roles.may(Permission::Issue),
    })
}

#[derive(Deserialize)]
struct Settings {
    telephone: String,
    return_address: String,
}

/// What was typed stays on the page where something is wrong with it.
#[post("/fund/letter-settings")]
async fn put_settings(
    officer: May<Issue>,
    form: Form<Settings>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let Settings { telephone, return_address } = form.into_inner();
    let new = LetterSettings { telephone, return_address };
    match app.put_letter_settings(&officer.actor(), &new).await {
        Ok(()) => Ok(see_other("/console/fund/mailings?done=settings")),
        Err(FundError::Form(fault)) => html(&SettingsPage {
            shell: shell(&officer, Place::Fund),
            telephone: new.telephone,
            return_address: new.return_address,
            changed: None,
            fault: fault.to_owned(),
            issues: true,
        }),
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
struct Wanted {
    part: String,
}

/// One letter in each language, to nobody.
#[get("/fund/letter-sample.pdf")]
async fn sample(
    officer: May<SeePeople>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let pdf = app.letter_samples(&officer.actor(), &wanted.part, None).await?;
    Ok(attachment("application/pdf", &format!("sample-{}.pdf", wanted.part), pdf))
}

#[derive(Template)]
#[template(path = "console/fund_left_out.html")]
struct LeftOutPage {
    shell: Shell,
    id: String,
    total: String,
    rows: Vec<LeftOutLine>,
    next: Option<String>,
    exports: bool,
}

struct LeftOutLine {
    id: String,
    name: String,
    country: String,
    letters: String,
    why: &'static str,
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    after: String,
}

#[get("/fund/mailings/{id}/left-out")]
async fn left_out_page(
    officer: May<SeePeople>,
    id: Path<String>,
    asked: Query<After>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let view = app.mailing(tenant, &id).await?;
    let mut found = app.list_left_out(tenant, &id, &asked.after, LINES + 1).await?;
    let more = found.len() > LINES as usize;
    found.truncate(LINES as usize);
    html(&LeftOutPage {
        shell: shell(&officer, Place::Fund),
        total: counted(view.left_out_people, "person was", "people were"),
        next: found
            .last()
            .filter(|_| more)
            .map(|(last, _)| format!("/console/fund/mailings/{id}/left-out?after={}", last.id)),
        rows: found
            .into_iter()
            .map(|(person, row)| {
                let it = person.registered;
                LeftOutLine {
                    name: format!("{} {}", it.given_name, it.family_name),
                    country: country_name(&it.country).unwrap_or(&it.country).to_owned(),
                    letters: row.letters.to_string(),
                    why: letter_fault(&row.fault),
                    id: person.id,
                }
            })
            .collect(),
        exports: officer.roles.may(Permission::Issue),
        id: id.into_inner(),
    })
}

/// It names people, so only who issues gets it, and reading it is written down.
#[get("/fund/mailings/{id}/left-out.csv")]
async fn left_out_file(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let bytes = app.left_out_file(&officer.actor(), &id).await?;
    Ok(attachment("text/csv; charset=utf-8", "left-out.csv", bytes))
}
