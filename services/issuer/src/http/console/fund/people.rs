//! People of the register: who is where, by country, language, age and channel, in the order of their names, found by name or number.

use actix_web::web::{Data, Form, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use entitlement::cycle::StageName;
use issuance::message::Language;
use serde::Deserialize;
use url::form_urlencoded;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::figures::years;
use super::{badge, title};
use crate::app::{AGE_BANDS, Issuer, ListedFundPerson, PeoplePart, channel_names, countries_by_name};
use crate::http::console::names;
use crate::http::console::session::{May, SeePeople};
use crate::http::console::view::{Badge, LINES, Place, counted, shell};

const PATH: &str = "/console/fund/people";

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_people).service(search_people).service(find_person);
}

/// What an address says of the list: groups of people, never who.
#[derive(Clone, Debug, Default, Deserialize)]
struct Wanted {
    year: Option<String>,
    stage: Option<String>,
    channel: Option<String>,
    country: Option<String>,
    language: Option<String>,
    age: Option<String>,
    /// Names what was looked for.
    search: Option<String>,
    page: Option<usize>,
    unknown: Option<String>,
}

impl Wanted {
    fn part(&self) -> PeoplePart {
        let year = self.year.as_deref().and_then(|year| year.parse().ok());
        let [stage, channel, country, language, age] =
            [&self.stage, &self.channel, &self.country, &self.language, &self.age].map(Option::as_deref);
        PeoplePart::of(year, [stage, channel, country, language, age])
    }
}

/// The address of the list of these people; more follows.
pub(super) fn address(part: &PeoplePart, more: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let year = part.year.map(|year| year.to_string());
    let fields = [
        ("year", year.as_deref()),
        ("stage", part.stage.map(StageName::as_str)),
        ("channel", part.channel),
        ("country", part.country.as_deref()),
        ("language", part.language.map(Language::code)),
        ("age", part.age.map(|age| age.code)),
    ];
    query.extend_pairs(fields.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))));
    query.extend_pairs(more);
    format!("{PATH}?{}", query.finish())
}

/// A choice in a list: value, title, whether it is chosen.
type Choice = (String, String, bool);

#[derive(Template)]
#[template(path = "console/fund_people.html")]
struct PeoplePage {
    shell: Shell,
    heading: String,
    total: String,
    shown: i32,
    search: String,
    token: String,
    years: Vec<Choice>,
    stages: Vec<Choice>,
    channels: Vec<Choice>,
    countries: Vec<Choice>,
    languages: Vec<Choice>,
    ages: Vec<Choice>,
    narrowed: bool,
    rows: Vec<PersonLine>,
    page: usize,
    pages: usize,
    before: Option<String>,
    next: Option<String>,
    unknown: bool,
    lapsed: bool,
    fields: Vec<(&'static str, String)>,
}

struct PersonLine {
    id: String,
    name: String,
    uid: String,
    country: String,
    language: String,
    age: i32,
    badge: Option<Badge>,
    channel: String,
}

#[get("/fund/people")]
async fn list_people(
    officer: May<SeePeople>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let tenant = officer.tenant.id.as_str();
    let part = wanted.part();
    let (shown, known) = years(&app, tenant, part.year).await?;
    let token = wanted.search.clone().unwrap_or_default();
    let search = match token.as_str() {
        "" => None,
        token => app.people_search(&officer.actor(), token).await?,
    };
    let asked = (&part, search.as_deref());
    let found = app.people_by_name(tenant, asked, shown, (wanted.page.unwrap_or(1), LINES as usize)).await?;
    let (page, pages) = (found.number, found.pages);
    let to = |page: usize| {
        let page = page.to_string();
        let search = (!token.is_empty()).then_some(("search", token.as_str()));
        address(&part, &[("page", page.as_str())].into_iter().chain(search).collect::<Vec<_>>())
    };
    html(&PeoplePage {
        shell: shell(&officer, Place::Fund),
        heading: heading(&part),
        total: counted(found.total as u64, "person", "people"),
        shown,
        lapsed: !token.is_empty() && search.is_none(),
        years: choices(known.iter().map(|year| (year.to_string(), year.to_string())), wanted.year.as_deref()),
        stages: choices(
            StageName::ALL.into_iter().map(|it| (it.as_str().into(), title(it).into())),
            wanted.stage.as_deref(),
        ),
        channels: choices(
            channel_names().map(|it| (it.into(), names::channel(it))),
            wanted.channel.as_deref(),
        ),
        countries: countries(&app, tenant, wanted.country.as_deref()).await?,
        languages: choices(
            Language::ALL.into_iter().map(|it| (it.code().into(), it.title().into())),
            wanted.language.as_deref(),
        ),
        ages: choices(
            AGE_BANDS.into_iter().map(|it| (it.code.into(), it.title.into())),
            wanted.age.as_deref(),
        ),
        narrowed: part != PeoplePart::default() || search.is_some(),
        fields: fields(&wanted),
        rows: found.rows.into_iter().map(PersonLine::from).collect(),
        page,
        pages,
        before: (page > 1).then(|| to(page - 1)),
        next: (page < pages).then(|| to(page + 1)),
        unknown: wanted.unknown.is_some(),
        search: search.unwrap_or_default(),
        token,
    })
}

fn heading(part: &PeoplePart) -> String {
    let said = [
        part.stage.map(|stage| title(stage).to_owned()),
        part.channel.map(names::channel),
        part.country.as_deref().map(names::country),
        part.language.map(|language| language.title().to_owned()),
        part.age.map(|age| age.title.to_owned()),
        part.year.map(|year| year.to_string()),
    ];
    let said: Vec<String> = said.into_iter().flatten().collect();
    match (said.as_slice(), part.year) {
        ([], _) => "People of the register".to_owned(),
        ([_], Some(year)) => format!("People of {year}"),
        (said, _) => said.join(" · "),
    }
}

fn choices(known: impl Iterator<Item = (String, String)>, chosen: Option<&str>) -> Vec<Choice> {
    known
        .map(|(value, title)| {
            let is_chosen = chosen == Some(&*value);
            (value, title, is_chosen)
        })
        .collect()
}

/// Those in which somebody lives, by their names.
async fn countries(app: &Issuer, tenant: &str, chosen: Option<&str>) -> Result<Vec<Choice>, Problem> {
    let mut lived = app.people_countries(tenant).await?;
    let named = countries_by_name().into_iter().filter(|(code, _)| lived.remove(*code));
    let named: Vec<_> = named.map(|(code, name)| (code.to_owned(), name.to_owned())).collect();
    let others = lived.into_iter().map(|code| (code.clone(), code));
    Ok(choices(named.into_iter().chain(others), chosen))
}

/// What the search has to keep of the list, field by field.
fn fields(wanted: &Wanted) -> Vec<(&'static str, String)> {
    [
        ("year", wanted.year.as_deref()),
        ("stage", wanted.stage.as_deref()),
        ("channel", wanted.channel.as_deref()),
        ("country", wanted.country.as_deref()),
        ("language", wanted.language.as_deref()),
        ("age", wanted.age.as_deref()),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.filter(|value| !value.is_empty()).map(|value| (name, value.to_owned())))
    .collect()
}

impl From<ListedFundPerson> for PersonLine {
    fn from(listed: ListedFundPerson) -> Self {
        let (name, uid) = match listed.person {
            Some(person) => {
                let registered = person.registered;
                (format!("{}, {}", registered.family_name, registered.given_name), registered.uid)
            }
            None => ("No name is kept".to_owned(), String::new()),
        };
        Self {
            name,
            uid,
            country: names::country(&listed.country),
            language: names::language(&listed.language),
            age: listed.age,
            badge: listed.stage.map(badge),
            channel: listed.channel.as_deref().map(names::channel).unwrap_or_default(),
            id: listed.id,
        }
    }
}

#[derive(Deserialize)]
struct Search {
    q: String,
    #[serde(flatten)]
    wanted: Wanted,
}

/// By form and not by address, since names and numbers are personal data.
#[post("/fund/people")]
async fn search_people(
    officer: May<SeePeople>,
    form: Form<Search>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let number = form.q.replace([' ', '-'], "");
    if number.len() == 9 && number.bytes().all(|digit| digit.is_ascii_digit()) {
        return by_number(&app, &officer.tenant.id, &number).await;
    }
    let part = form.wanted.part();
    if form.q.trim().is_empty() {
        return Ok(see_other(&address(&part, &[])));
    }
    let token = app.keep_people_search(&officer.actor(), &form.q).await?;
    Ok(see_other(&address(&part, &[("search", &token)])))
}

#[derive(Deserialize)]
struct Find {
    uid: String,
}

/// The same for a number alone.
#[post("/fund/find")]
async fn find_person(
    officer: May<SeePeople>,
    form: Form<Find>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    by_number(&app, &officer.tenant.id, &form.uid.replace([' ', '-'], "")).await
}

async fn by_number(app: &Issuer, tenant: &str, number: &str) -> Result<HttpResponse, Problem> {
    Ok(match app.find_fund_person(tenant, number).await? {
        Some(person) => see_other(&format!("{PATH}/{person}")),
        None => see_other(&format!("{PATH}?unknown=1")),
    })
}
