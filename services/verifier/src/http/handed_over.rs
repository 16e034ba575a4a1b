//! What is handed over to `POST /v1/verify`: a request in JSON, a picture with the credential in its QR codes, or a PDF certificate.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::QueryPayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::{BytesMut, Query};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;
use paper::Kind;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, Problem};
use wire::verifications::VerifyRequest;

use crate::app::{Document, Given};

/// The bytes of a file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct FileBytes(#[allow(dead_code, reason = "names a schema")] Vec<u8>);

/// What goes with a file; the same words as the members of [`VerifyRequest`].
#[derive(Deserialize)]
struct About {
    policy: String,
    challenge: Option<String>,
    domain: Option<String>,
}

/// Reads one or the other, by its media type.
pub struct HandedOver(pub Given);

impl FromRequest for HandedOver {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let Some(kind) = kind(request) else {
            let json = Json::<VerifyRequest>::from_request(request, payload);
            return Box::pin(async move { Ok(Self(Given::Request(json.await?.into_inner()))) });
        };
        let encoded = request.headers().contains_key(CONTENT_ENCODING);
        let about = Query::<About>::from_query(request.query_string());
        let payload = payload.take();
        Box::pin(async move {
            if encoded {
                return Err(media_type().detail("Send the file without content encoding."));
            }
            let About { policy, challenge, domain } = about.map_err(about_fault)?.into_inner();
            let bytes = collect(payload).await?;
            Ok(Self(Given::Document(Document { policy, challenge, domain, kind, bytes })))
        })
    }
}

fn kind(request: &HttpRequest) -> Option<Kind> {
    let value = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    Kind::of_media_type(&value.split(';').next()?.trim().to_ascii_lowercase())
}

async fn collect(mut payload: Payload) -> Result<Vec<u8>, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::bad_request("The body ended early."))?;
        if body.len().saturating_add(chunk.len()) > paper::MAX_FILE_BYTES {
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large");
            return Err(problem.detail(format!("A file has at most {} bytes.", paper::MAX_FILE_BYTES)));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.to_vec())
}

fn media_type() -> Problem {
    let title = "The body has the wrong media type";
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", title)
}

fn about_fault(error: QueryPayloadError) -> Problem {
    Problem::bad_request(format!(
        "With a file the parameter policy says under which policy it is checked: {error}."
    ))
}
