use actix_web::http::StatusCode;
use actix_web::{App, web};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Content, OpenApi, RefOr, Response};
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::problem::PROBLEM_JSON;

/// The OpenAPI document of what `configure` registers, on top of `base` (title, version, tags, security).
///
/// Services call it in their `openapi()`, with the same function that registers the routes, so that nothing is
/// served without being documented. A `Problem` is said to be `application/problem+json` (RFC 9457, 3).
pub fn document(base: OpenApi, configure: impl FnOnce(&mut ServiceConfig<'_>)) -> OpenApi {
    let (_, mut document) = App::new().into_utoipa_app().openapi(base).configure(configure).split_for_parts();
    let operations = document.paths.paths.values_mut().flat_map(operations);
    for (status, response) in operations.flat_map(|operation| operation.responses.responses.iter_mut()) {
        if let RefOr::T(response) = response {
            name_problem(response);
            describe(status, response);
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

/// The annotations of handlers name types only, and every type is `application/json` to them.
fn name_problem(response: &mut Response) {
    if response.content.get("application/json").is_some_and(is_problem)
        && let Some(content) = response.content.shift_remove("application/json")
    {
        response.content.insert(PROBLEM_JSON.to_owned(), content);
    }
}

/// OpenAPI 3.1, Response Object: every response has a description, and generators of clients refuse a document without. Where the
/// handler says nothing, the reason phrase does.
fn describe(status: &str, response: &mut Response) {
    if response.description.is_empty() {
        let known = status.parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
        let reason = known.and_then(|status| status.canonical_reason()).unwrap_or("Refused");
        reason.clone_into(&mut response.description);
    }
}

fn is_problem(content: &RefOr<Content>) -> bool {
    let RefOr::T(Content { schema: Some(RefOr::Ref(schema)), .. }) = content else { return false };
    schema.ref_location.ends_with("/Problem")
}

/// Swagger UI's files as vendored in the binary. Its page and start script are ours: theirs are inline.
pub(crate) fn swagger_file(name: &str) -> Option<(String, Vec<u8>)> {
    if !matches!(name, "swagger-ui.css" | "swagger-ui-bundle.js") {
        return None;
    }
    let config = web::Data::new(utoipa_swagger_ui::Config::from("/openapi.json")).into_inner();
    let file = utoipa_swagger_ui::serve(name, config).ok()??;
    Some((file.content_type, file.bytes.into_owned()))
}
