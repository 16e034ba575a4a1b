//! Stations of the Fund: registered and closed by administrators.

use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::Permission;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use crate::app::{Issuer, NewStation};
use crate::http::console::names;
use crate::http::console::session::{Administer, May, SeePeople};
use crate::http::console::view::{Done, Place, When, shell};

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list).service(register).service(close);
}

#[derive(Template)]
#[template(path = "console/fund_stations.html")]
struct StationsPage {
    shell: Shell,
    stations: Vec<StationLine>,
    administers: bool,
    done: Option<&'static str>,
}

struct StationLine {
    thumbprint: String,
    name: String,
    country: String,
    since: When,
    closed: Option<When>,
}

#[get("/fund/stations")]
async fn list(
    officer: May<SeePeople>,
    done: Query<Done>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let stations = app.stations(&officer.tenant.id).await?;
    html(&StationsPage {
        shell: shell(&officer, Place::Fund),
        stations: stations
            .into_iter()
            .map(|row| StationLine {
                thumbprint: row.thumbprint,
                name: row.name,
                country: names::country(&row.country),
                since: row.registered_at.into(),
                closed: row.closed.map(|(_, at)| at.into()),
            })
            .collect(),
        administers: officer.roles.may(Permission::Administer),
        done: match (done.says("registered"), done.says("closed")) {
            (true, _) => Some("The station can vouch from now on."),
            (_, true) => Some("The station is closed. What it vouched for before stands."),
            _ => None,
        },
    })
}

#[derive(Deserialize)]
struct Registration {
    key: String,
    name: String,
    country: String,
}

#[post("/fund/stations")]
async fn register(
    officer: May<Administer>,
    form: Form<Registration>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let Registration { key, name, country } = form.into_inner();
    let country = country.trim().to_uppercase();
    app.register_station(&officer.actor(), &NewStation { key, name, country }).await?;
    Ok(see_other("/console/fund/stations?done=registered"))
}

#[post("/fund/stations/{station}/close")]
async fn close(
    officer: May<Administer>,
    station: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    app.close_station(&officer.actor(), &station).await?;
    Ok(see_other("/console/fund/stations?done=closed"))
}
