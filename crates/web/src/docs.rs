use actix_web::{App, web};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

/// The OpenAPI document of what `configure` registers, on top of `base` (title, version, tags, security).
///
/// Services call it in their `openapi()`, with the same function that registers the routes, so that nothing is
/// served without being documented.
pub fn document(base: OpenApi, configure: impl FnOnce(&mut ServiceConfig<'_>)) -> OpenApi {
    let (_, document) = App::new().into_utoipa_app().openapi(base).configure(configure).split_for_parts();
    document
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
