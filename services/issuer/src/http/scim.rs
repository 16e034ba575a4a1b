//! SCIM 2.0 for HR systems: routes, messages and errors of RFC 7644.
//!
//! The address of an organisation is `/scim/v2/{tenant}`. A filter in a query may name a person; queries are never logged
//! here, and `POST …/.search` keeps them out of the logs of others too.

mod discovery;
mod message;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use issuance::Actor;
use issuance::scim::{self, User};
use utoipa_actix_web::scope;
use web::ServiceConfig;

use crate::app::{Issuer, ScimError, Tenant, patched};
use message::{Asking, Bearer, Body, Refusal, expected, list, search_of, user_answer};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/scim/v2/{tenant}")
            .service(discovery::find_provider_config)
            .service(discovery::list_resource_types)
            .service(discovery::find_resource_type)
            .service(discovery::list_schemas)
            .service(discovery::find_schema)
            .service(search)
            .service(search_users)
            .service(list_users)
            .service(create_user)
            .service(find_user)
            .service(replace_user)
            .service(patch_user)
            .service(delete_user)
            .default_service(actix_web::web::to(unknown)),
    );
}

/// Anything else below the address, in the envelope that clients of SCIM read.
async fn unknown(request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let parts: Vec<&str> = request.path().split('/').skip(4).collect();
    Err(match parts.as_slice() {
        ["ServiceProviderConfig" | "ResourceTypes" | "Schemas" | "Users" | ".search"]
        | ["ResourceTypes" | "Schemas" | "Users", _] => {
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "this endpoint does not know the method".to_owned())
        }
        _ => Refusal::new(StatusCode::NOT_FOUND, "there is no such endpoint".to_owned()),
    })
}

/// The organisation and the machine that asks, before anything else of the request is looked at.
async fn caller(app: &Issuer, bearer: &Bearer) -> Result<(Arc<Tenant>, Actor), Refusal> {
    let tenant = app.tenant(&bearer.tenant).filter(|tenant| tenant.has_staff()).cloned();
    let tenant = tenant.ok_or(ScimError::Unknown)?;
    let by = app.authorize_scim(&tenant, bearer.token.as_deref()).await?;
    Ok((tenant, by))
}

/// The users that meet a filter, or all, in parts
///
/// Filters on one `userName`, `externalId` or `id` with `eq` work at any size, others up to 10,000 users.
#[utoipa::path(tag = "scim", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation"),
    ("filter" = Option<String>, Query), ("startIndex" = Option<i64>, Query), ("count" = Option<i64>, Query),
    ("attributes" = Option<String>, Query), ("excludedAttributes" = Option<String>, Query)),
    responses((status = 200, body = Object, content_type = "application/scim+json"),
        (status = "4XX", body = Object, content_type = "application/scim+json")))]
#[get("/Users")]
async fn list_users(
    app: Data<Issuer>,
    bearer: Bearer,
    asking: Result<Query<Asking>, actix_web::Error>,
) -> Result<HttpResponse, Refusal> {
    let (tenant, _) = caller(&app, &bearer).await?;
    list(&app, &tenant, asking.map_err(|_| message::wrong_query())?.into_inner()).await
}

/// A search whose filter stands in no address (RFC 7644, 3.4.3)
#[utoipa::path(tag = "scim", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation")),
    request_body(content = Object, content_type = "application/scim+json"),
    responses((status = 200, body = Object, content_type = "application/scim+json"),
        (status = "4XX", body = Object, content_type = "application/scim+json")))]
#[post("/Users/.search")]
async fn search_users(app: Data<Issuer>, bearer: Bearer, body: Body) -> Result<HttpResponse, Refusal> {
    let (tenant, _) = caller(&app, &bearer).await?;
    list(&app, &tenant, search_of(&body.parse()?)?).await
}

/// The same over every kind of resource, which are users only
#[utoipa::path(tag = "scim", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation")),
    request_body(content = Object, content_type = "application/scim+json"),
    responses((status = 200, body = Object, content_type = "application/scim+json"),
        (status = "4XX", body = Object, content_type = "application/scim+json")))]
#[post("/.search")]
async fn search(app: Data<Issuer>, bearer: Bearer, body: Body) -> Result<HttpResponse, Refusal> {
    let (tenant, _) = caller(&app, &bearer).await?;
    list(&app, &tenant, search_of(&body.parse()?)?).await
}

/// A hire
///
/// The person is on the staff list as soon as the record makes a staff credential; an officer offers it.
#[utoipa::path(tag = "scim", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation")),
    request_body(content = Object, content_type = "application/scim+json"),
    responses((status = 201, body = Object, content_type = "application/scim+json"),
        (status = "4XX", body = Object, content_type = "application/scim+json")))]
#[post("/Users")]
async fn create_user(app: Data<Issuer>, bearer: Bearer, body: Body) -> Result<HttpResponse, Refusal> {
    let (tenant, by) = caller(&app, &bearer).await?;
    let stored = app.create_scim_user(&by, &User::parse(&body.parse()?)?).await?;
    Ok(user_answer(&app, &tenant, &stored, StatusCode::CREATED, None))
}

/// One user
#[utoipa::path(tag = "scim", security(("bearer" = [])),
    params(("tenant" = String, Path, description = "Organisation"), ("id" = String, Path, description = "Given by this service"),
        ("attributes" = Option<String>, Query), ("excludedAttributes" = Option<String>, Query)),
    responses((status = 200, body = Object, content_type = "application/scim+json"), (status = 304, description = "Unchanged"),
        (status = "4XX", body = Object, content_type = "application/scim+json")))]
#[get("/Users/{id}")]
async fn find_user(
    app: Data<Issuer>,
    bearer: Bearer,
    path: Path<(String, String)>,
    asking: Result<Query<Asking>, actix_web::Error>,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let (tenant, _) = caller(&app, &bearer).await?;
    let asking = asking.map_err(|_| message::wrong_query())?.into_inner();
    let stored = app.find_scim_user(&tenant.id, &path.1).await?;
    Ok(match message::is_known(&request, stored.version) {
        true => HttpResponse::NotModified().finish(),
        false => user_answer(&app, &tenant, &stored, StatusCode::OK, Some(&asking.projection()?)),
    })
}

/// Replaces a user; what is not named is cleared
#[utoipa::path(tag = "scim", security(("bearer" = [])),
    params(("tenant" = String, Path, description = "Organisation"), ("id" = String, Path, description = "Given by this service")),
    request_body(content = Object, content_type = "application/scim+json"),
    responses((status = 200, body = Object, content_type = "application/scim+json"),
        (status = "4XX", body = Object, content_type = "application/scim+json")))]
#[put("/Users/{id}")]
async fn replace_user(
    app: Data<Issuer>,
    bearer: Bearer,
    path: Path<(String, String)>,
    body: Body,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let (tenant, by) = caller(&app, &bearer).await?;
    let user = User::parse(&body.parse()?)?;
    let expected = expected(&request);
    let stored = app.change_scim_user(&by, &path.1, expected.as_deref(), |_| Ok(user.clone())).await?;
    Ok(user_answer(&app, &tenant, &stored, StatusCode::OK, None))
}

/// Changes some attributes of a user
///
/// `active: false` is a separation: it ends the service, or waits for a second person where the organisation's rules say so.
#[utoipa::path(tag = "scim", security(("bearer" = [])),
    params(("tenant" = String, Path, description = "Organisation"), ("id" = String, Path, description = "Given by this service")),
    request_body(content = Object, content_type = "application/scim+json"),
    responses((status = 200, body = Object, content_type = "application/scim+json"),
        (status = "4XX", body = Object, content_type = "application/scim+json")))]
#[patch("/Users/{id}")]
async fn patch_user(
    app: Data<Issuer>,
    bearer: Bearer,
    path: Path<(String, String)>,
    body: Body,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let (tenant, by) = caller(&app, &bearer).await?;
    let operations = scim::operations(&body.parse()?)?;
    let expected = expected(&request);
    let stored = app.change_scim_user(&by, &path.1, expected.as_deref(), patched(&operations)).await?;
    Ok(user_answer(&app, &tenant, &stored, StatusCode::OK, None))
}

/// Removes a user, which is a separation
#[utoipa::path(tag = "scim", security(("bearer" = [])),
    params(("tenant" = String, Path, description = "Organisation"), ("id" = String, Path, description = "Given by this service")),
    responses((status = 204, description = "Removed"),
        (status = "4XX", body = Object, content_type = "application/scim+json")))]
#[delete("/Users/{id}")]
async fn delete_user(
    app: Data<Issuer>,
    bearer: Bearer,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let (_, by) = caller(&app, &bearer).await?;
    app.delete_scim_user(&by, &path.1, expected(&request).as_deref()).await?;
    Ok(HttpResponse::NoContent().finish())
}
