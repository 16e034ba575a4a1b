//! What an agency's system shows of a verification, and how it hears of changes: pictures of the QR code, and a stream of
//! server-sent events (HTML Living Standard, 9.2).

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpResponse, get};
use futures_util::stream::{self, Stream};
use utoipa::ToSchema;
use web::Problem;
use wire::verifications::VerificationView;

use super::auth::SignedIn;
use crate::app::{Desk, Follower};

/// A stream in which nothing happens says so, lest somebody between believes that it is dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Heartbeats after which a stream ends, whatever happens; a reader connects again.
const MOST_HEARTBEATS: u32 = 240;

/// The wallet link as a QR code.
#[utoipa::path(
    tag = "verifications", operation_id = "find_qr_svg", params(("id" = String, Path)),
    responses(
        (status = 200, content_type = "image/svg+xml", body = String), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 410, description = "It does not wait any more.", body = Problem), (status = 429, body = Problem)
    ),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[get("/verifications/{id}/qr.svg")]
pub async fn find_qr_svg(by: SignedIn, id: Path<String>, desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    let link = desk.link(&by.0, &id).await?;
    Ok(picture("image/svg+xml", web::qr::svg(&link)))
}

/// The wallet link as a QR code, four pixels a module.
#[utoipa::path(
    tag = "verifications", operation_id = "find_qr_png", params(("id" = String, Path)),
    responses(
        (status = 200, content_type = "image/png", body = Png), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 410, description = "It does not wait any more.", body = Problem), (status = 429, body = Problem)
    ),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[get("/verifications/{id}/qr.png")]
pub async fn find_qr_png(by: SignedIn, id: Path<String>, desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    let link = desk.link(&by.0, &id).await?;
    Ok(picture("image/png", web::qr::png(&link)))
}

/// Each change of a verification as an event `state`, its data as of `GET /v1/verifications/{id}`.
///
/// The first event tells the state as it is; the stream ends with the final one. A comment comes every 15 seconds.
#[utoipa::path(
    tag = "verifications", operation_id = "follow_verification", params(("id" = String, Path)),
    responses(
        (status = 200, content_type = "text/event-stream", body = StateEvent), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 429, description = "Too many requests, or too many that wait.", body = Problem)
    ),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[get("/verifications/{id}/events")]
pub async fn follow_verification(
    by: SignedIn,
    id: Path<String>,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    let follower = desk.into_inner().follow(&by.0, &id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // Proxies of some kinds would hold events back.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(events(follower)))
}

/// One event of the stream (HTML, 9.2.6), as OpenAPI before 3.2 describes streams: by their parts.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the stream")]
pub struct StateEvent {
    #[schema(example = "state")]
    event: String,
    /// Grows with each event of a stream.
    id: String,
    /// JSON: what `GET /v1/verifications/{id}` answers.
    data: String,
}

/// Bytes of a picture, as the document says it.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it only describes the bytes")]
pub struct Png(Vec<u8>);

struct Streaming {
    follower: Follower,
    sent: u32,
    quiet: u32,
}

fn events(follower: Follower) -> impl Stream<Item = Result<Bytes, Problem>> {
    let start = Some(Streaming { follower, sent: 0, quiet: 0 });
    stream::unfold(start, |streaming| async {
        let mut streaming = streaming.filter(|it| it.quiet < MOST_HEARTBEATS)?;
        match streaming.follower.next(HEARTBEAT).await {
            Ok(None) => {
                streaming.quiet += 1;
                Some((Ok(Bytes::from_static(b": still here\n\n")), Some(streaming)))
            }
            Ok(Some(view)) => {
                streaming.sent += 1;
                let event = event(streaming.sent, &view);
                let next = (!view.state.is_final()).then_some(streaming);
                Some((event, next))
            }
            Err(error) => Some((Err(error.into()), None)),
        }
    })
}

fn event(number: u32, view: &VerificationView) -> Result<Bytes, Problem> {
    let data = serde_json::to_string(view).map_err(|error| Problem::internal(&error))?;
    Ok(Bytes::from(format!("event: state\nid: {number}\ndata: {data}\n\n")))
}

fn picture(content_type: &'static str, body: impl Into<Bytes>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body.into())
}
