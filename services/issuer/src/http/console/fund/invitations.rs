//! Inviting many people to enrol: a selection, what it would mean, and how far it is.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use futures_util::TryStreamExt as _;
use issuance::Permission;
use issuance::import::LANGUAGES;
use web::Problem;
use web::page::{Shell, html, html_with, see_other};

use super::{Asked, said};
use crate::app::{FundError, InvitationView, Issuer, NewInvitations};
use crate::http::console::enrolment::language_name;
use crate::http::console::session::{Issue, May, Officer, SeePeople};
use crate::http::console::view::{Badge, Place, When, counted, grouped, shell};
use crate::http::problem;

/// A list of 150,000 numbers with room to spare.
const MOST_BYTES: usize = 8 * 1024 * 1024;
const MOST_FIELDS: usize = 40;
const MEDIA: [(&str, &str); 4] =
    [("app", "In the wallet"), ("mail", "E-mail"), ("text", "Text message"), ("post", "Letters")];

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_runs).service(select).service(run_page).service(confirm).service(stop);
}

#[derive(Template)]
#[template(path = "console/fund_invitations.html")]
struct RunsPage {
    shell: Shell,
    runs: Vec<RunLine>,
    languages: Vec<(&'static str, &'static str)>,
    media: [(&'static str, &'static str); 4],
    issues: bool,
    refusal: Option<String>,
    done: Option<&'static str>,
}

struct RunLine {
    id: String,
    at: When,
    badge: Badge,
    asked: String,
}

fn state(state: &str) -> Badge {
    let (class, text) = match state {
        "preview" => ("waiting", "To confirm"),
        "running" => ("info", "Working"),
        "finished" => ("success", "Done"),
        _ => ("plain", "Stopped"),
    };
    Badge { class, text }
}

async fn load(
    officer: &Officer,
    app: &Issuer,
    (refusal, done): (Option<String>, Option<&str>),
) -> Result<RunsPage, Problem> {
    let runs = app.list_invitation_runs(&officer.tenant.id).await?;
    Ok(RunsPage {
        shell: shell(officer, Place::Fund),
        runs: runs
            .into_iter()
            .map(|run| RunLine {
                badge: state(&run.state),
                at: run.made_at.into(),
                asked: grouped(run.progress.asked),
                id: run.id,
            })
            .collect(),
        languages: LANGUAGES.into_iter().map(|code| (code, language_name(code))).collect(),
        media: MEDIA,
        issues: officer.roles.may(Permission::Issue),
        refusal,
        done: said(done, &[("stopped", "Nobody more is invited by it.")]),
    })
}

#[get("/fund/invitations")]
async fn list_runs(
    officer: May<SeePeople>,
    asked: Query<Asked>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    html(&load(&officer, &app, (None, asked.done.as_deref())).await?)
}

#[post("/fund/invitations")]
async fn select(officer: May<Issue>, form: Multipart, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let refused = async |said: String| {
        html_with(StatusCode::UNPROCESSABLE_ENTITY, &load(&officer, &app, (Some(said), None)).await?)
    };
    let new = match read(form).await {
        Ok(new) => new,
        Err(said) => return refused(said.to_owned()).await,
    };
    match app.select_invitations(&officer.actor(), &new).await {
        Ok(id) => Ok(see_other(&format!("/console/fund/invitations/{id}"))),
        Err(error @ FundError::Form(_)) => refused(problem::sentence(&error.to_string())).await,
        Err(error) => Err(error.into()),
    }
}

/// The fields of the form, and the file of numbers if one was chosen.
async fn read(mut form: Multipart) -> Result<NewInvitations, &'static str> {
    let broken = |_| "The upload was interrupted. Please try again.";
    let (mut new, mut ages, mut received, mut fields) =
        (NewInvitations::default(), (String::new(), String::new()), 0, 0);
    while let Some(mut field) = form.try_next().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = field.try_next().await.map_err(broken)? {
            received += chunk.len();
            if received > MOST_BYTES {
                return Err("The list is larger than 8 MB.");
            }
            bytes.extend_from_slice(&chunk);
        }
        fields += 1;
        if fields > MOST_FIELDS {
            return Err("The form has more fields than this page. Open the page again.");
        }
        if name == "list" {
            new.list = Some(bytes).filter(|bytes| !bytes.is_empty());
            continue;
        }
        let text = String::from_utf8(bytes).unwrap_or_default().trim().to_owned();
        match name.as_str() {
            "countries" => {
                let words = text.split([',', ';', ' ', '\n']).map(str::trim);
                new.countries = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
            }
            "language" => new.languages.push(text),
            "medium" => new.media.push(text),
            "age_from" => ages.0 = text,
            "age_to" => ages.1 = text,
            "again" => new.again = text == "yes",
            "hours" => new.hours = text,
            _ => {}
        }
    }
    new.ages = range(&ages)?;
    Ok(new)
}

/// One end alone leaves the other open.
fn range((from, to): &(String, String)) -> Result<Option<(u32, u32)>, &'static str> {
    const OPEN: (u32, u32) = (0, 130);
    let number = |text: &str, open: u32| match text.is_empty() {
        true => Ok(open),
        false => text.parse().map_err(|_| "An age is a number of years."),
    };
    match from.is_empty() && to.is_empty() {
        true => Ok(None),
        false => Ok(Some((number(from, OPEN.0)?, number(to, OPEN.1)?))),
    }
}

#[derive(Template)]
#[template(path = "console/fund_invitation.html")]
struct RunPage {
    shell: Shell,
    id: String,
    badge: Badge,
    at: When,
    people: u64,
    people_words: String,
    selected: Vec<(&'static str, String)>,
    apart: Vec<(&'static str, String)>,
    languages: Vec<LanguageLine>,
    supply: (&'static str, &'static str, String),
    unknown: Option<String>,
    asked: String,
    preview: bool,
    running: bool,
    finished: bool,
    issues: bool,
}

struct LanguageLine {
    name: &'static str,
    people: String,
    free: String,
    needing: String,
    short: String,
}

#[get("/fund/invitations/{id}")]
async fn run_page(
    officer: May<SeePeople>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    html(&RunPage::new(&officer, app.invitation_run(&officer.tenant.id, &id).await?))
}

impl RunPage {
    fn new(officer: &Officer, view: InvitationView) -> Self {
        let (people, supply) = (view.people(), supply(&view));
        let [enrolled, under_way, letter_waits, invited] = view.apart.map(grouped);
        let state_of = view.run.state.as_str();
        Self {
            shell: shell(officer, Place::Fund),
            badge: state(state_of),
            at: view.run.made_at.into(),
            people,
            people_words: counted(people, "person", "people"),
            selected: selected(&view.selection, view.run.listed.map(|(listed, _)| listed)),
            apart: vec![
                ("Enrolled", enrolled),
                ("Under way: a code was used", under_way),
                ("Have a letter that did not leave yet", letter_waits),
                ("Have an invitation that lives", invited),
            ],
            languages: view
                .chosen
                .iter()
                .map(|it| LanguageLine {
                    name: language_name(&it.language),
                    people: grouped(it.people),
                    free: grouped(it.free),
                    needing: grouped(it.needing),
                    short: grouped(it.people.min((it.people + it.needing).saturating_sub(it.free))),
                })
                .collect(),
            supply,
            unknown: view.run.listed.and_then(|(listed, unknown)| {
                (unknown > 0).then(|| {
                    format!(
                        "{} of {} numbers of the list are not on the register. Nobody is invited by them.",
                        grouped(unknown),
                        grouped(listed)
                    )
                })
            }),
            asked: counted(view.run.progress.asked, "letter", "letters"),
            preview: state_of == "preview",
            running: state_of == "running",
            finished: state_of == "finished",
            issues: officer.roles.may(Permission::Issue),
            id: view.run.id,
        }
    }
}

/// Class, title and words about the appointments that these people would need.
fn supply(view: &InvitationView) -> (&'static str, &'static str, String) {
    let due = view.forecast.due.format("%-d %B %Y");
    let (people, short) = (view.people(), view.without_appointment());
    let free: u64 = view.chosen.iter().map(|it| it.free).sum();
    let needing: u64 = view.chosen.iter().map(|it| it.needing).sum();
    let mut words = format!(
        "They need {}. Free in their languages until {due}: {}.",
        counted(people, "appointment", "appointments"),
        grouped(free),
    );
    if needing > 0 {
        let before = counted(needing, "person who was invited before", "people who were invited before");
        words += &format!(" {before} and found no time yet may take them first.");
    }
    match short {
        _ if people == 0 => ("info", "Nobody is meant", "Change the selection.".to_owned()),
        0 => ("info", "There are enough appointments for them", words),
        _ if free == 0 => (
            "warning",
            "No appointment is free in their languages",
            format!(
                "{words} Open times first, or they read in the wallet that there is none and are sent to the paper form."
            ),
        ),
        _ => (
            "warning",
            "There are fewer appointments than they need",
            format!("{words} {} would find none. Open times, or invite fewer at a time.", grouped(short)),
        ),
    }
}

fn selected(selection: &NewInvitations, listed: Option<u64>) -> Vec<(&'static str, String)> {
    let words = |words: Vec<&str>| if words.is_empty() { "all".to_owned() } else { words.join(", ") };
    let medium = |word: &String| MEDIA.iter().find(|(known, _)| known == word).map_or("", |(_, name)| name);
    let mut lines = vec![
        ("Countries", words(selection.countries.iter().map(String::as_str).collect())),
        ("Languages", words(selection.languages.iter().map(|code| language_name(code)).collect())),
        ("Ages", selection.ages.map_or("all".to_owned(), |(from, to)| format!("{from} to {to}"))),
        ("Reached by", words(selection.media.iter().map(medium).collect())),
    ];
    lines.extend(listed.map(|listed| ("Numbers of a list", grouped(listed))));
    let again = if selection.again { "yes, their code dies" } else { "no" };
    lines.push(("Also whoever has an invitation", again.to_owned()));
    if !selection.hours.is_empty() {
        lines.push(("Telephone answered", selection.hours.clone()));
    }
    lines
}

#[post("/fund/invitations/{id}/confirm")]
async fn confirm(officer: May<Issue>, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    app.confirm_invitations(&officer.actor(), &id).await?;
    Ok(see_other(&format!("/console/fund/invitations/{id}")))
}

#[post("/fund/invitations/{id}/stop")]
async fn stop(officer: May<Issue>, id: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    app.stop_invitations(&officer.actor(), &id).await?;
    Ok(see_other("/console/fund/invitations?done=stopped"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_end_of_an_age_leaves_the_other_open() {
        let of = |from: &str, to: &str| range(&(from.to_owned(), to.to_owned()));
        assert_eq!(of("", ""), Ok(None));
        assert_eq!(of("80", ""), Ok(Some((80, 130))));
        assert_eq!(of("", "69"), Ok(Some((0, 69))));
        assert!(of("eighty", "").is_err());
    }
}
