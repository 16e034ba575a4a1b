//! The agent's side of a video call.

use actix_web::post;
use actix_web::web::{Data, Path, Payload, ServiceConfig};
use web::{Json, Problem};
use wire::enrolment::{SignalsHeard, SignalsSent};

use super::super::session::{Issue, May};
use crate::app::Issuer;
use crate::http::enrolment::SIGNAL_BYTES;
use crate::http::fund::message::{body, parse};

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(begin).service(exchange);
}

#[post("/enrolment/appointments/{id}/call")]
async fn begin(
    officer: May<Issue>,
    id: Path<String>,
    app: Data<Issuer>,
) -> Result<Json<SignalsHeard>, Problem> {
    Ok(Json(app.begin_call(&officer.actor(), &id).await?))
}

#[post("/enrolment/appointments/{id}/signals")]
async fn exchange(
    officer: May<Issue>,
    id: Path<String>,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<Json<SignalsHeard>, Problem> {
    app.may_signal(&officer.actor(), &id).await?;
    let sent: SignalsSent = parse(&body(payload, SIGNAL_BYTES).await?)?;
    Ok(Json(app.signal_as_agent(&officer.actor(), &id, &sent).await?))
}
