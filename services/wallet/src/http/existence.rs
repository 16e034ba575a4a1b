//! The yearly proof of existence, as JSON.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post, put};
use serde::Deserialize;
use serde_json::Value;
use web::{Json, Problem};

use super::App;
use super::auth::SignedIn;
use super::offers::created;
use super::views::{
    AheadAnswer, AheadKey, AheadView, AppealBody, ExistenceKey, ExistenceLink, ExistenceView, FrameBody,
    SignaturesBody, SigningStep, to_sign,
};
use crate::app::existence::{ExistenceError, Pictures, Place};

/// As many as the Fund takes.
const MOST_FORM_BYTES: usize = 8 * 1024 * 1024;

/// Opens the Fund's request; refused unless the registry proves that it is the Fund's.
#[utoipa::path(tag = "existence", security(("session" = [])), request_body = ExistenceLink, responses(
    (status = 201, body = ExistenceView), (status = 200, body = ExistenceView, description = "opened before"),
    (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/existence")]
pub async fn open_existence(
    app: App,
    person: SignedIn,
    body: Json<ExistenceLink>,
) -> Result<HttpResponse, Problem> {
    let (record, existence, new) = app.wallet.open_existence(&person.0, &body.0.request_uri).await?;
    Ok(HttpResponse::build(created(new)).json(ExistenceView::new(&record.id, &existence)))
}

/// As it stands; asks the Fund for news when an answer was sent.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, body = ExistenceView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[get("/existence/{id}")]
pub async fn show_existence(
    app: App,
    person: SignedIn,
    id: Path<String>,
) -> Result<Json<ExistenceView>, Problem> {
    let (record, existence) = app.wallet.existence(&person.0, &id).await?;
    Ok(Json(ExistenceView::new(&record.id, &existence)))
}

/// Keeps one picture of the proof, sealed, until the answer is sent. The same picture again changes nothing.
///
/// Places count from 0; the first begins a new series.
#[utoipa::path(tag = "existence", security(("session" = [])),
    params(("id" = String, Path), ("place" = u8, Path)), request_body = FrameBody, responses(
    (status = 200, body = ExistenceView), (status = "4XX", body = Problem)))]
#[put("/existence/{id}/frames/{place}")]
pub async fn keep_frame(
    app: App,
    person: SignedIn,
    path: Path<(String, u8)>,
    body: Json<FrameBody>,
) -> Result<Json<ExistenceView>, Problem> {
    let (id, place) = path.into_inner();
    let FrameBody { millis, jpeg, salt } = body.into_inner();
    let picture = (jpeg.as_str(), salt.as_deref());
    let existence = app.wallet.keep_frame(&person.0, &id, (place, millis), picture).await?;
    Ok(Json(ExistenceView::new(&id, &existence)))
}

/// PublicKeyCredentialRequestOptionsJSON whose challenge binds request, Fund's challenge and device key.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path)),
    request_body = ExistenceKey, responses(
    (status = 200, body = Object), (status = "4XX", body = Problem)))]
#[post("/existence/{id}/prepare")]
pub async fn prepare_existence(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<ExistenceKey>,
) -> Result<Json<Value>, Problem> {
    let ExistenceKey { device_key, frames, place } = body.into_inner();
    let pictures = Pictures { frames, place: place.map(Place::from) };
    Ok(Json(app.wallet.prepare_existence(&person.0, &id, &device_key, pictures).await?))
}

/// Takes the AuthenticationResponseJSON and gives the bundle for the device key to sign.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path)),
    request_body = Object, responses(
    (status = 200, body = SigningStep), (status = "4XX", body = Problem)))]
#[post("/existence/{id}/assertion")]
pub async fn assert_existence(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<Value>,
) -> Result<Json<SigningStep>, Problem> {
    let item = app.wallet.assert_existence(&person.0, &id, &body.0).await?;
    Ok(Json(SigningStep { to_sign: to_sign(vec![item], "existence") }))
}

/// Completes and sends the proof. With no signatures: sends the stored one again.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path)),
    request_body = SignaturesBody, responses(
    (status = 200, body = ExistenceView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/existence/{id}/answer")]
pub async fn answer_existence(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<SignaturesBody>,
) -> Result<Json<ExistenceView>, Problem> {
    let (record, existence) = app.wallet.answer_existence(&person.0, &id, &body.0.by_id()).await?;
    Ok(Json(ExistenceView::new(&record.id, &existence)))
}

/// Asks the Fund for another look at a refused proof: another officer decides. Kept and sent until the Fund has it; again it is the
/// same.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path)),
    request_body = AppealBody, responses(
    (status = 200, body = ExistenceView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/existence/{id}/appeal")]
pub async fn appeal_existence(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<AppealBody>,
) -> Result<Json<ExistenceView>, Problem> {
    let (record, existence) = app.wallet.appeal_existence(&person.0, &id, &body.0.words).await?;
    Ok(Json(ExistenceView::new(&record.id, &existence)))
}

/// A question of the Fund for the place alone, where its proof is there and the place is missing (`place`). Opened like a link; again it
/// is the same.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, body = ExistenceView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/existence/{id}/place")]
pub async fn show_existence_place(
    app: App,
    person: SignedIn,
    id: Path<String>,
) -> Result<Json<ExistenceView>, Problem> {
    let (record, existence) = app.wallet.open_place_question(&person.0, &id).await?;
    Ok(Json(ExistenceView::new(&record.id, &existence)))
}

/// A picture of a signed paper form, in the place of a proof by phone: JPEG, PNG or PDF, at most 8 MiB. The Fund reads it. `form.state`
/// is `unread` when nothing was kept, and `form.reason` says why; `as_it_is` has an officer read it.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path),
    ("as_it_is" = Option<bool>, Query, description = "Send it also where nothing can be read or no signature is seen")),
    request_body(content((Vec<u8> = "application/pdf"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"))), responses(
    (status = 200, body = ExistenceView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/existence/{id}/form")]
pub async fn send_existence_form(
    app: App,
    person: SignedIn,
    id: Path<String>,
    how: Query<SentForm>,
    request: HttpRequest,
    payload: Payload,
) -> Result<Json<ExistenceView>, Problem> {
    let content_type = form_type(&request).ok_or(ExistenceError::FormType)?;
    let file = read_form(payload).await?;
    let sent = app.wallet.send_form(&person.0, &id, (content_type, file), how.as_it_is).await?;
    Ok(Json(ExistenceView::new(&sent.0.id, &sent.1)))
}

#[derive(Deserialize)]
pub struct SentForm {
    #[serde(default)]
    as_it_is: bool,
}

/// The Fund looks at the bytes; this is what it is told that they are.
fn form_type(request: &HttpRequest) -> Option<&'static str> {
    let header = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok())?;
    let named = header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    ["image/jpeg", "image/png", "application/pdf"].into_iter().find(|known| *known == named)
}

async fn read_form(payload: Payload) -> Result<Vec<u8>, Problem> {
    let read = payload.to_bytes_limited(MOST_FORM_BYTES).await.map_err(|_| {
        let title = "The form was not taken";
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "form-not-taken", title)
            .detail("The file is larger than 8 MB. Photograph the page once more, or send a smaller file.")
            .with("reason", "too-large")
    })?;
    let bytes = read.map_err(|_| Problem::bad_request("The upload ended early. Send the form again."))?;
    Ok(bytes.to_vec())
}

/// The receipt of an accepted proof as the Fund's letter, a PDF that the Fund signed.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, body = String, content_type = "application/pdf"), (status = "4XX", body = Problem),
    (status = "5XX", body = Problem)))]
#[get("/existence/{id}/receipt.pdf")]
pub async fn find_existence_letter(
    app: App,
    person: SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let letter = app.wallet.existence_letter(&person.0, &id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/pdf"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"receipt.pdf\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(letter))
}

/// What the phone takes along to make the proof without a network: the Fund's challenge, which lives for days and serves once, and
/// what its passkey and its key are to sign.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path)), request_body = AheadKey,
    responses((status = 200, body = AheadView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/existence/{id}/offline")]
pub async fn take_existence_along(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<AheadKey>,
) -> Result<Json<AheadView>, Problem> {
    let taken = app.wallet.take_existence_along(&person.0, &id, &body.0.device_key).await?;
    Ok(Json(AheadView::new(&id, taken)))
}

/// A proof that was made without a network; its pictures come before it (`PUT …/frames/{place}` with their salts). Stored, sent
/// once, and answered alike when it comes again.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path)), request_body = AheadAnswer,
    responses((status = 200, body = ExistenceView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/existence/{id}/offline-answer")]
pub async fn bring_existence_back(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<AheadAnswer>,
) -> Result<Json<ExistenceView>, Problem> {
    let made = body.into_inner().into();
    let (record, existence) = app.wallet.bring_existence_back(&person.0, &id, &made).await?;
    Ok(Json(ExistenceView::new(&record.id, &existence)))
}
