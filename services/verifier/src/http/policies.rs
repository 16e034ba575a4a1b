//! For agencies: policies of their own.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get, post};
use serde::Deserialize;
use web::{Json, Problem};
use wire::policies::{PolicyDraft, PolicyVersion, PolicyVersions, PurposeList};

use super::auth::SignedIn;
use crate::app::{Desk, Written};

/// The purposes that a policy may state, and the claims that each allows.
#[utoipa::path(tag = "policies", operation_id = "list_purposes", responses((status = 200, body = PurposeList)))]
#[get("/v1/purposes")]
pub async fn list_purposes(desk: Data<Desk>) -> Json<PurposeList> {
    Json(PurposeList { purposes: desk.purposes() })
}

/// Writes the next version of a policy of your own. What its stated purpose does not allow is refused, with every
/// fault and its place. The content of the newest version makes no new one (200).
#[utoipa::path(
    tag = "policies", operation_id = "write_policy", request_body = PolicyDraft,
    responses(
        (status = 201, body = PolicyVersion), (status = 200, body = PolicyVersion, description = "The newest version says this already."),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)
    ),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[post("/agency-policies")]
pub async fn write_policy(
    by: SignedIn,
    draft: Json<PolicyDraft>,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    Ok(written(desk.write_policy(&by.0, &draft.into_inner()).await?))
}

#[derive(Deserialize)]
pub struct PageQuery {
    after: Option<String>,
}

/// Every version of every policy of your own, retired ones too.
#[utoipa::path(
    tag = "policies", operation_id = "list_agency_policies",
    params(("after" = Option<String>, Query, description = "The member `next` of the page before.")),
    responses((status = 200, body = PolicyVersions), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 429, body = Problem)),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[get("/agency-policies")]
pub async fn list_agency_policies(
    by: SignedIn,
    query: Query<PageQuery>,
    desk: Data<Desk>,
) -> Result<Json<PolicyVersions>, Problem> {
    Ok(Json(desk.list_agency_policies(&by.0, query.after.as_deref()).await?))
}

/// The newest version of a policy of your own.
#[utoipa::path(
    tag = "policies", operation_id = "find_agency_policy", params(("name" = String, Path)),
    responses((status = 200, body = PolicyVersion), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 429, body = Problem)),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[get("/agency-policies/{name}")]
pub async fn find_agency_policy(
    by: SignedIn,
    name: Path<String>,
    desk: Data<Desk>,
) -> Result<Json<PolicyVersion>, Problem> {
    Ok(Json(desk.find_agency_policy(&by.0, &name, None).await?))
}

/// One version, also after it was retired.
#[utoipa::path(
    tag = "policies", operation_id = "find_policy_version", params(("name" = String, Path), ("version" = u32, Path)),
    responses((status = 200, body = PolicyVersion), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 429, body = Problem)),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[get("/agency-policies/{name}/versions/{version}")]
pub async fn find_policy_version(
    by: SignedIn,
    place: Path<(String, u32)>,
    desk: Data<Desk>,
) -> Result<Json<PolicyVersion>, Problem> {
    Ok(Json(desk.find_agency_policy(&by.0, &place.0, Some(place.1)).await?))
}

/// Ends a version: nothing is started under it any more, and what runs under it goes on. Repeating it changes nothing.
#[utoipa::path(
    tag = "policies", operation_id = "retire_policy", params(("name" = String, Path), ("version" = u32, Path)),
    responses((status = 200, body = PolicyVersion), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 429, body = Problem)),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[post("/agency-policies/{name}/versions/{version}/retire")]
pub async fn retire_policy(
    by: SignedIn,
    place: Path<(String, u32)>,
    desk: Data<Desk>,
) -> Result<Json<PolicyVersion>, Problem> {
    Ok(Json(desk.retire_policy(&by.0, &place.0, place.1).await?))
}

fn written(written: Written) -> HttpResponse {
    let Written { version, new } = written;
    if !new {
        return HttpResponse::Ok().json(version);
    }
    let place = format!("/v1/agency-policies/{}/versions/{}", version.name, version.version);
    HttpResponse::Created().insert_header(("location", place)).json(version)
}
