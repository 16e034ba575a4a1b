//! The Fund: enrolment and the yearly proof.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::{World, slow};
use crate::world::FUND;

pub(super) async fn enrolment(world: World, request: HttpRequest) -> HttpResponse {
    world.seen().enrolment_steps.push(("get".to_owned(), bearer(&request), Value::Null));
    HttpResponse::Ok().json(world.knobs().enrolment.clone())
}

/// Two pages of free times.
pub(super) async fn enrolment_times(world: World, request: HttpRequest) -> HttpResponse {
    let asked = format!("times?{}", request.query_string());
    world.seen().enrolment_steps.push((asked, bearer(&request), Value::Null));
    let mut slot = world.knobs().enrolment["slots"][0].clone();
    let first = request.query_string().is_empty();
    slot["id"] = json!(if first { "early" } else { "late" });
    let mut page = json!({ "slots": [slot] });
    if first {
        page["next"] = json!("1764752400000-early\" onclick");
    }
    HttpResponse::Ok().json(page)
}

pub(super) async fn enrolment_step(world: World, request: HttpRequest, body: Json<Value>) -> HttpResponse {
    let step = request.match_info().get("step").unwrap_or("claim").to_owned();
    world.seen().enrolment_steps.push((step.clone(), bearer(&request), body.into_inner()));
    if let Some((status, slug)) = world.knobs().enrolment_refusal {
        let problem =
            json!({"type": format!("https://fund.example/problems/{slug}"), "detail": "Call the Fund."});
        return HttpResponse::build(StatusCode::from_u16(status).unwrap()).json(problem);
    }
    match step.as_str() {
        "signals" => HttpResponse::Ok().json(json!({
            "signals": [{"number": 7, "body": "ready"}], "iceServers": [{"urls": ["stun:stun.example"]}]})),
        "separation" => HttpResponse::Created().json(json!({
            "link": world.knobs().separation_link, "expiresAt": "2026-12-01T10:00:00Z"})),
        _ => HttpResponse::Ok().json(world.knobs().enrolment.clone()),
    }
}

pub(super) async fn year(world: World, request: HttpRequest, body: Json<Value>) -> HttpResponse {
    let act = request.match_info().get("act").unwrap().to_owned();
    world.seen().year_words.push((act.clone(), bearer(&request), body.into_inner()));
    if let Some((status, slug)) = world.knobs().year_refusal {
        let problem =
            json!({"type": format!("https://fund.example/problems/{slug}"), "detail": "Call the Fund."});
        return HttpResponse::build(StatusCode::from_u16(status).unwrap()).json(problem);
    }
    if act == "begin" {
        let uri = format!("{}/t/unjspf/existence/begun", world.base);
        world.knobs().year["requestUri"] = json!(uri);
    }
    HttpResponse::Ok().json(world.knobs().year.clone())
}

pub(super) fn bearer(request: &HttpRequest) -> String {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned()
}

pub(super) async fn existence(world: World) -> HttpResponse {
    let state = world.knobs().existence_state;
    let mut request = json!({
        "id": "ex-1", "organisation": {"did": FUND, "name": "The Fund"}, "beneficiary": {"givenName": "Rosa"},
        "year": world.knobs().existence_year, "challenge": "Y2hhbGxlbmdl", "state": state,
        "expiresAt": (world.now() + chrono::Duration::minutes(10)).to_rfc3339_opts(SecondsFormat::Secs, true),
    });
    if let Some(answer_by) = world.knobs().answer_by {
        request["answerBy"] = answer_by.into();
    }
    if world.knobs().pictures {
        request["capture"] = capture(&[]);
    }
    if matches!(state, "answered" | "confirmed") {
        request["reference"] = "DCE-2026-0001".into();
    }
    if state == "confirmed" {
        request["credentialOfferUri"] = format!("{}/t/unjspf/offers/dce1", world.base).into();
    }
    if state == "confirmed" || world.knobs().appeal_state == "upheld" {
        request["receipt"] = json!({
            "reference": "RCPT-2026", "channel": "own-device", "capturedAt": "2026-01-05T09:00:00Z",
            "receivedAt": "2026-01-05T09:01:00Z", "acceptedAt": "2026-01-06T10:00:00Z", "years": [2025, 2026],
            "validUntil": "2027-12-31", "nextOpens": "2027-01-02", "letter": true,
        });
    }
    if let Some(kept) = world.knobs().existence_kept.clone() {
        request["kept"] = kept;
    }
    if let Some(note) = world.knobs().existence_residence.clone() {
        request["residence"] = note;
    }
    if state == "open" {
        request["closes"] = json!(world.knobs().existence_closes);
    }
    if let (Some(due_at), true) = (world.knobs().existence_place, state != "open") {
        request["place"] = json!({ "dueAt": due_at });
    }
    if state == "refused" {
        let mut appeal = json!({ "state": world.knobs().appeal_state });
        if world.knobs().appeal_state != "possible" {
            appeal["openedAt"] = "2026-01-07T10:00:00Z".into();
            appeal["dueAt"] = "2026-01-17T10:00:00Z".into();
        }
        request["appeal"] = appeal;
    }
    if let Some(form) = world.knobs().existence_form {
        request["form"] =
            json!({ "state": form, "sentAt": "2026-02-03T08:00:00Z", "reference": "FORM-2026" });
        if form == "accepted" {
            request["receipt"] = json!({
                "reference": "FORM-2026", "channel": "upload", "capturedAt": "2026-02-03T08:00:00Z",
                "receivedAt": "2026-02-03T08:00:00Z", "acceptedAt": "2026-02-04T10:00:00Z", "years": [2026],
                "validUntil": "2027-12-31", "nextOpens": "2027-01-02", "letter": true,
            });
        }
    }
    HttpResponse::Ok().json(request)
}

/// Reads what is a JPEG, or whatever comes as it is.
pub(super) async fn existence_form(
    world: World,
    request: actix_web::HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let kind = request.headers().get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default();
    world.seen().existence_forms.push((kind.to_owned(), body.len(), request.query_string().to_owned()));
    if world.knobs().existence_status != 200 {
        let problem = json!({"detail": "The Fund has no form of this person.", "reason": "no-forms"});
        return HttpResponse::build(StatusCode::from_u16(world.knobs().existence_status).unwrap())
            .json(problem);
    }
    let read = body.starts_with(&[0xff, 0xd8, 0xff]) || request.query_string() == "as_it_is=true";
    world.knobs().existence_form = read.then_some("waiting");
    if read {
        return existence(world).await;
    }
    world.knobs().existence_form = Some("unread");
    let answer = existence(world.clone()).await;
    world.knobs().existence_form = None;
    answer
}

pub(super) async fn existence_appeal(world: World, body: Json<Value>) -> HttpResponse {
    world.seen().existence_appeals.push(body.into_inner());
    let status = world.knobs().existence_status;
    if status != 200 {
        return HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish();
    }
    world.knobs().appeal_state = "open";
    existence(world).await
}

pub(super) async fn existence_place(world: World) -> HttpResponse {
    match world.knobs().existence_place.is_some() {
        true => HttpResponse::Ok()
            .json(json!({ "requestUri": format!("{}/t/unjspf/existence/the-place", world.base) })),
        false => HttpResponse::Conflict().json(json!({"detail": "There is a proof."})),
    }
}

pub(super) async fn existence_receipt(world: World) -> HttpResponse {
    HttpResponse::Ok().content_type("application/pdf").body(world.knobs().existence_letter)
}

pub(super) async fn existence_ahead(world: World) -> HttpResponse {
    if world.knobs().existence_state != "open" {
        return HttpResponse::Conflict().finish();
    }
    let kinds: &[&str] = if world.knobs().device_kinds { &["android", "ios", "desktop"] } else { &[] };
    let time = |days| (world.now() + chrono::Duration::days(days)).to_rfc3339_opts(SecondsFormat::Secs, true);
    HttpResponse::Ok().json(json!({
        "challenge": "YWhlYWQ", "issuedAt": time(0), "expiresAt": time(14),
        "capture": capture(kinds),
    }))
}

fn capture(kinds: &[&str]) -> Value {
    json!({"movements": ["left", "up", "closer"], "fewestFrames": 6, "mostFrames": 10, "mostSeconds": 90,
        "mostFrameBytes": 98304, "locationRequired": false, "triesLeft": 3, "deviceKinds": kinds})
}

pub(super) async fn existence_answer(world: World, body: Json<Value>) -> HttpResponse {
    world.seen().existence_answers.push(body.into_inner());
    let status = slow(&world, |knobs| &mut knobs.existence_status).await;
    if status == 200 {
        world.knobs().existence_state = "answered";
    }
    HttpResponse::build(StatusCode::from_u16(status).unwrap())
        .json(json!({"detail": "The challenge has expired."}))
}
