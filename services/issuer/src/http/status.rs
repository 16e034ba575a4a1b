//! Status lists.

use actix_web::http::header::{
    Accept, CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, Header as _, IfNoneMatch, VARY,
};
use actix_web::{HttpRequest, HttpResponse, get, web::Data, web::Path};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use web::Problem;

use super::extract::Of;
use super::status_history::{answer_as_of, as_of};
use crate::app::{Issuer, ListForm, ServedList};

/// A status list as its digest stands on the registry chain
///
/// A Bitstring Status List credential or a Token Status List, depending on the list. Only the form that is given
/// without `Accept` has its digest on the chain; a Token Status List is also given as CWT to whoever prefers that.
/// The bytes of a Bitstring list are called `application/ld+json` or `application/json` for who asks for one of these alone.
///
/// With `timestamp` (a Bitstring list) or `time` (a token list) the list as it was served then, for auditors of the
/// organisation who are signed in and for machines with the scope `status-history`. For others there is none.
#[utoipa::path(tag = "status",
    params(("tenant" = String, Path, description = "Organisation"), ("list" = String, Path, description = "Such as revocation-1"),
        ("timestamp" = Option<String>, Query, format = DateTime, description = "A dateTimeStamp: a Bitstring list as it was"),
        ("time" = Option<u32>, Query, description = "Seconds since 1970: a token list as it was")),
    responses((status = 200, content((Object = "application/vc"), (Object = "application/ld+json"), (Object = "application/json"), (String = "application/statuslist+jwt"),
        (Vec<u8> = "application/statuslist+cwt"))),
        (status = 304, description = "Unchanged"), (status = 400, body = Problem), (status = 404, body = Problem),
        (status = 501, body = Problem, description = "Earlier lists are not kept")))]
#[get("/status/{list}")]
pub(super) async fn find_status_list(
    app: Data<Issuer>,
    of: Of,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let wanted = (path.1.as_str(), asked(&request));
    match as_of(request.query_string())? {
        Some(at) => answer_as_of(&app, &of.0, wanted, at, &request).await,
        None => Ok(answer(&request, app.find_list_as(&of.0, wanted.0, wanted.1).await?)),
    }
}

/// Token Status List, 8.1: the form that `Accept` ranks first.
fn asked(request: &HttpRequest) -> ListForm {
    let ranked = Accept::parse(request).map(|accept| accept.ranked()).unwrap_or_default();
    let known = ["application/statuslist+cwt", "application/statuslist+jwt", "*/*", "application/*"];
    let first = ranked.iter().find(|media| known.contains(&media.essence_str()));
    match first.map(|media| media.essence_str()) {
        Some("application/statuslist+cwt") => ListForm::Cwt,
        _ => ListForm::OnChain,
    }
}

/// What the bytes are called. JSON-LD libraries read no JSON whose type they did not ask for.
fn called(request: &HttpRequest, list: &ServedList) -> &'static str {
    const NAMES: [&str; 3] = ["application/vc", "application/ld+json", "application/json"];
    if list.media_type != NAMES[0] {
        return list.media_type;
    }
    let ranked = Accept::parse(request).map(|accept| accept.ranked()).unwrap_or_default();
    let asked = ranked.iter().find_map(|media| NAMES.into_iter().find(|name| *name == media.essence_str()));
    asked.unwrap_or(list.media_type)
}

pub(super) fn answer(request: &HttpRequest, list: ServedList) -> HttpResponse {
    let tag = EntityTag::new_strong(URL_SAFE_NO_PAD.encode(list.digest));
    let known = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Ok(IfNoneMatch::Any) | Err(_) => false,
    };
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((CONTENT_TYPE, called(request, &list)))
        // The chain says which version counts, so a cached copy is always asked about.
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((VARY, "Accept"))
        .insert_header((ETAG, tag));
    if known { response.finish() } else { response.body(list.document) }
}
