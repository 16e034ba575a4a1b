//! The VC API.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, get, post, web::Data, web::Path};
use credential::enveloped::Content;
use web::{Json, Problem};
use wire::vc_api::{Instance, Instances, IssueRequest, IssueResponse, StatusRequest};

use super::status;
use crate::app::Issuer;

/// The open instances and the issuer identifiers they fill in
#[utoipa::path(tag = "vc-api", responses((status = 200, body = Instances)))]
#[get("/ids")]
pub(super) async fn list_instances(app: Data<Issuer>) -> Json<Instances> {
    let origin = &app.settings().origin;
    let instances: BTreeMap<String, Instance> = app
        .instances()
        .map(|instance| {
            let shown = Instance {
                issuer: instance.issuer.clone(),
                cryptosuite: instance.suite.as_str().to_owned(),
                envelope: instance.envelope.map(|envelope| envelope.subtype(Content::Credential).to_owned()),
                issue_endpoint: format!("{origin}/vc-api/{}/credentials/issue", instance.name),
                status_endpoint: instance
                    .status
                    .then(|| format!("{origin}/vc-api/{}/credentials/status", instance.name)),
                accreditation: "optional".to_owned(),
                policy: instance.policy.clone(),
            };
            (instance.name.clone(), shown)
        })
        .collect();
    Json(Instances { instances })
}

/// Secures a credential
///
/// Open: nobody is authenticated, so the instance signs with a key of its own that speaks for no organisation.
#[utoipa::path(tag = "vc-api", params(("instance" = String, Path, description = "Name of the instance")),
    request_body = IssueRequest,
    responses((status = 201, body = IssueResponse), (status = 400, body = Problem), (status = 404, body = Problem),
        (status = 415, body = Problem)))]
#[post("/{instance}/credentials/issue")]
pub(super) async fn issue_by_api(
    app: Data<Issuer>,
    instance: Path<String>,
    request: Json<IssueRequest>,
) -> Result<HttpResponse, Problem> {
    let verifiable_credential = app.issue_by_api(&instance, request.into_inner()).await?;
    Ok(HttpResponse::Created().json(IssueResponse { verifiable_credential }))
}

/// Changes the status of a credential
///
/// Sets or clears the entry for one purpose, named by the credential's identifier or by list and index. Only instances that
/// give a status have any.
#[utoipa::path(tag = "vc-api", params(("instance" = String, Path, description = "Name of the instance")),
    request_body = StatusRequest,
    responses((status = 200, description = "The status is as asked"), (status = 400, body = Problem),
        (status = 404, body = Problem), (status = 415, body = Problem)))]
#[post("/{instance}/credentials/status")]
pub(super) async fn change_status_by_api(
    app: Data<Issuer>,
    instance: Path<String>,
    request: Json<StatusRequest>,
) -> Result<HttpResponse, Problem> {
    app.change_status_by_api(&instance, &request.into_inner()).await?;
    Ok(HttpResponse::Ok().finish())
}

/// A status list of an instance
#[utoipa::path(tag = "vc-api",
    params(("instance" = String, Path, description = "Name of the instance"),
        ("list" = String, Path, description = "Such as revocation-1")),
    responses((status = 200, content((Object = "application/vc"), (Object = "application/ld+json"),
        (Object = "application/json"))), (status = 304, description = "Unchanged"),
        (status = 404, body = Problem)))]
#[get("/{instance}/status/{list}")]
pub(super) async fn find_api_status_list(
    app: Data<Issuer>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Ok(status::answer(&request, app.find_api_list(&path.0, &path.1).await?))
}
