//! Enrolment at the Fund, as JSON.

use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use web::{Json, JsonLimits, Problem};
use wire::enrolment::{AppointmentChoice, SignalsHeard, SignalsSent};

use super::App;
use super::auth::SignedIn;
use super::views::{
    EnrolmentKeyBody, EnrolmentKeySigned, EnrolmentView, InvitationBody, SeenDocument, SeparationBody,
    SeparationReturn, SeparationStep, SigningStep, StationEnrolment, presence, to_sign,
};
use crate::app::enrolment::station::SeenHere;

/// Thirty-two messages of 16 KiB, escaped.
pub const SIGNAL_LIMITS: JsonLimits = JsonLimits { max_bytes: 768 * 1024, max_depth: 6 };
/// A picture of 256 kB in base64url, and the answer of a card.
pub const STATION_LIMITS: JsonLimits = JsonLimits { max_bytes: 400 * 1024, max_depth: 8 };

/// Uses an invitation of the Fund: number and code from its letter. The same again is answered the same.
#[utoipa::path(tag = "enrolment", security(("session" = [])), request_body = InvitationBody, responses(
    (status = 201, body = EnrolmentView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/enrolments")]
pub async fn begin_enrolment(
    app: App,
    person: SignedIn,
    body: Json<InvitationBody>,
) -> Result<HttpResponse, Problem> {
    let InvitationBody { fund, uid, code } = body.into_inner();
    let (record, enrolment) = app.wallet.begin_enrolment(&person.0, &fund, &uid, &code).await?;
    Ok(HttpResponse::Created().json(EnrolmentView::new(&record.id, &enrolment)?))
}

/// Begins an enrolment with a Separation credential in the place of number and code. Open the path to show it.
#[utoipa::path(tag = "enrolment", security(("session" = [])), request_body = SeparationBody, responses(
    (status = 200, body = SeparationStep), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/enrolments/separation")]
pub async fn begin_separation(
    app: App,
    person: SignedIn,
    body: Json<SeparationBody>,
) -> Result<Json<SeparationStep>, Problem> {
    Ok(Json(SeparationStep { present: app.wallet.begin_separation(&person.0, &body.0.fund).await? }))
}

/// Back from showing the credential: the enrolment is open. The same again is answered the same.
#[utoipa::path(tag = "enrolment", security(("session" = [])), request_body = SeparationReturn, responses(
    (status = 200, body = EnrolmentView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/enrolments/separation/answer")]
pub async fn answer_separation(
    app: App,
    person: SignedIn,
    body: Json<SeparationReturn>,
) -> Result<Json<EnrolmentView>, Problem> {
    let (record, enrolment) = app.wallet.answer_separation(&person.0, &body.0.response_code).await?;
    Ok(Json(EnrolmentView::new(&record.id, &enrolment)?))
}

/// As it stands at the Fund, with the times that can be booked.
#[utoipa::path(tag = "enrolment", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, body = EnrolmentView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[get("/enrolments/{id}")]
pub async fn show_enrolment(
    app: App,
    person: SignedIn,
    id: Path<String>,
) -> Result<Json<EnrolmentView>, Problem> {
    let (record, enrolment) = app.wallet.enrolment(&person.0, &id).await?;
    Ok(Json(EnrolmentView::new(&record.id, &enrolment)?))
}

/// What the device key is to sign, so that the Fund knows with which key proofs will be made.
#[utoipa::path(tag = "enrolment", security(("session" = [])), params(("id" = String, Path)),
    request_body = EnrolmentKeyBody, responses(
    (status = 200, body = SigningStep), (status = "4XX", body = Problem)))]
#[post("/enrolments/{id}/prepare")]
pub async fn prepare_enrolment_key(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<EnrolmentKeyBody>,
) -> Result<Json<SigningStep>, Problem> {
    let item = app.wallet.prepare_enrolment_key(&person.0, &id, &body.0.device_key).await?;
    Ok(Json(SigningStep { to_sign: to_sign(vec![item], "enrolment") }))
}

/// Names the device key to the Fund.
#[utoipa::path(tag = "enrolment", security(("session" = [])), params(("id" = String, Path)),
    request_body = EnrolmentKeySigned, responses(
    (status = 200, body = EnrolmentView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/enrolments/{id}/device-key")]
pub async fn name_enrolment_key(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<EnrolmentKeySigned>,
) -> Result<Json<EnrolmentView>, Problem> {
    let EnrolmentKeySigned { device_key, signatures } = body.into_inner();
    let signatures = super::views::SignaturesBody { signatures }.by_id();
    let (record, enrolment) = app.wallet.name_enrolment_key(&person.0, &id, &device_key, &signatures).await?;
    Ok(Json(EnrolmentView::new(&record.id, &enrolment)?))
}

/// Books a time, moves to it, or cancels with `null`. The same again changes nothing.
#[utoipa::path(tag = "enrolment", security(("session" = [])), params(("id" = String, Path)),
    request_body = AppointmentChoice, responses(
    (status = 200, body = EnrolmentView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/enrolments/{id}/appointment")]
pub async fn choose_appointment(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<AppointmentChoice>,
) -> Result<Json<EnrolmentView>, Problem> {
    let (record, enrolment) = app.wallet.choose_appointment(&person.0, &id, &body.0).await?;
    Ok(Json(EnrolmentView::new(&record.id, &enrolment)?))
}

/// Keeps the person's place where no time is free.
#[utoipa::path(tag = "enrolment", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, body = EnrolmentView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/enrolments/{id}/place")]
pub async fn keep_place(
    app: App,
    person: SignedIn,
    id: Path<String>,
) -> Result<Json<EnrolmentView>, Problem> {
    let (record, enrolment) = app.wallet.keep_place(&person.0, &id).await?;
    Ok(Json(EnrolmentView::new(&record.id, &enrolment)?))
}

/// At a station, for somebody without a phone: names the kept key, and sends picture, document and the operator's word. The person
/// types the PIN or uses their card or key. Done again, it takes the place of what was sent before.
#[utoipa::path(tag = "enrolment", security(("session" = [])), params(("id" = String, Path)),
    request_body = StationEnrolment, responses(
    (status = 200, body = EnrolmentView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("")]
pub async fn enrol_at_station(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<StationEnrolment>,
) -> Result<Json<EnrolmentView>, Problem> {
    let StationEnrolment { pin, assertion, recognised_by, picture, document } = body.0;
    let shown = presence(pin.as_ref(), assertion.as_ref())?;
    let document = document.map(SeenDocument::read).transpose()?;
    let seen = SeenHere { picture: &picture, document, recognised_by: recognised_by.into() };
    let (record, enrolment) = app.wallet.enrol_at_station(&person.0, &id, shown, seen).await?;
    Ok(Json(EnrolmentView::new(&record.id, &enrolment)?))
}

/// Passes on what the browsers of a call tell each other, during the appointment.
#[utoipa::path(tag = "enrolment", security(("session" = [])), params(("id" = String, Path)),
    request_body = SignalsSent, responses(
    (status = 200, body = SignalsHeard), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("")]
pub async fn exchange_signals(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<SignalsSent>,
) -> Result<Json<SignalsHeard>, Problem> {
    Ok(Json(app.wallet.signal(&person.0, &id, &body.0).await?))
}
