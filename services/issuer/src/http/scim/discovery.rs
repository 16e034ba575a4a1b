//! What this service can do and which attributes a user has (RFC 7644, 4). Anybody of an organisation's HR reads it.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use issuance::scim::{CORE, ENTERPRISE, RECORD, STAFF, schema_document, schema_documents};
use serde_json::{Value, json};

use super::message::{Bearer, Refusal, answer, base, list_of};
use crate::app::{Issuer, MOST_USERS, ScimError};

/// The base address, if the organisation has staff; a filter is refused (RFC 7644, 4).
fn asked(app: &Issuer, bearer: &Bearer, request: &HttpRequest) -> Result<String, Refusal> {
    if app.tenant(&bearer.tenant).is_none_or(|tenant| !tenant.has_staff()) {
        return Err(ScimError::Unknown.into());
    }
    if request.query_string().split('&').any(|part| part.starts_with("filter=")) {
        let detail = "this endpoint is not searched".to_owned();
        return Err(Refusal::new(StatusCode::FORBIDDEN, detail));
    }
    Ok(base(app, &bearer.tenant))
}

fn with_meta(mut document: Value, kind: &str, location: &str) -> Value {
    if let Some(members) = document.as_object_mut() {
        members.insert("meta".to_owned(), json!({"resourceType": kind, "location": location}));
    }
    document
}

/// What of the protocol is supported
#[utoipa::path(tag = "scim", params(("tenant" = String, Path, description = "Organisation")),
    responses((status = 200, body = Object, content_type = "application/scim+json"),
        (status = "4XX", body = Object, content_type = "application/scim+json")))]
#[get("/ServiceProviderConfig")]
pub(super) async fn find_provider_config(
    app: Data<Issuer>,
    bearer: Bearer,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let base = asked(&app, &bearer, &request)?;
    let config = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": MOST_USERS},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": true},
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token of a service client",
            "description": "An administrator makes it on the console page “Machines”.",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
            "primary": true,
        }],
    });
    let location = format!("{base}/ServiceProviderConfig");
    Ok(answer(StatusCode::OK, &with_meta(config, "ServiceProviderConfig", &location)))
}

fn user_type(base: &str) -> Value {
    let document = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "User",
        "name": "User",
        "endpoint": "/Users",
        "description": "A member of the staff",
        "schema": CORE,
        "schemaExtensions": [
            {"schema": ENTERPRISE, "required": false},
            {"schema": STAFF, "required": false},
            {"schema": RECORD, "required": false},
        ],
    });
    with_meta(document, "ResourceType", &format!("{base}/ResourceTypes/User"))
}

/// The kinds of resources, which are users only
#[utoipa::path(tag = "scim", params(("tenant" = String, Path, description = "Organisation")),
    responses((status = 200, body = Object, content_type = "application/scim+json"),
        (status = "4XX", body = Object, content_type = "application/scim+json")))]
#[get("/ResourceTypes")]
pub(super) async fn list_resource_types(
    app: Data<Issuer>,
    bearer: Bearer,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let base = asked(&app, &bearer, &request)?;
    Ok(answer(StatusCode::OK, &list_of(1, 1, vec![user_type(&base)])))
}

/// One kind of resource
#[utoipa::path(tag = "scim", params(("tenant" = String, Path, description = "Organisation"),
        ("name" = String, Path, description = "User")),
    responses((status = 200, body = Object, content_type = "application/scim+json"),
        (status = "4XX", body = Object, content_type = "application/scim+json")))]
#[get("/ResourceTypes/{name}")]
pub(super) async fn find_resource_type(
    app: Data<Issuer>,
    bearer: Bearer,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let base = asked(&app, &bearer, &request)?;
    let known = (path.1 == "User").then(|| user_type(&base)).ok_or(ScimError::Unknown)?;
    Ok(answer(StatusCode::OK, &known))
}

/// The schemas of a user
#[utoipa::path(tag = "scim", params(("tenant" = String, Path, description = "Organisation")),
    responses((status = 200, body = Object, content_type = "application/scim+json"),
        (status = "4XX", body = Object, content_type = "application/scim+json")))]
#[get("/Schemas")]
pub(super) async fn list_schemas(
    app: Data<Issuer>,
    bearer: Bearer,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let base = asked(&app, &bearer, &request)?;
    let documents: Vec<Value> = schema_documents().into_iter().map(|it| schema_of(it, &base)).collect();
    Ok(answer(StatusCode::OK, &list_of(documents.len() as u64, 1, documents)))
}

/// One schema by its URN
#[utoipa::path(tag = "scim", operation_id = "find_scim_schema", params(("tenant" = String, Path, description = "Organisation"),
        ("urn" = String, Path, description = "Such as urn:ietf:params:scim:schemas:core:2.0:User")),
    responses((status = 200, body = Object, content_type = "application/scim+json"),
        (status = "4XX", body = Object, content_type = "application/scim+json")))]
#[get("/Schemas/{urn}")]
pub(super) async fn find_schema(
    app: Data<Issuer>,
    bearer: Bearer,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let base = asked(&app, &bearer, &request)?;
    let known = schema_document(&path.1).ok_or(ScimError::Unknown)?;
    Ok(answer(StatusCode::OK, &schema_of(known, &base)))
}

fn schema_of(document: Value, base: &str) -> Value {
    let location =
        format!("{base}/Schemas/{}", document.get("id").and_then(Value::as_str).unwrap_or_default());
    with_meta(document, "Schema", &location)
}
