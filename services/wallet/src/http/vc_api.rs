//! The VC API of the holder, for integrators and test suites.

use actix_web::{HttpResponse, post};
use web::{Json, Problem};
use wire::vc_api::DeriveRequest;

use super::App;

/// Derives a credential that shows only a part
///
/// From a credential with a base proof of a cryptosuite of selective disclosure. Nothing is stored, and nobody's wallet
/// is touched. Open: nobody is authenticated, since whoever has a base proof can derive from it anywhere.
#[utoipa::path(tag = "vc-api", operation_id = "derive_credential", request_body = DeriveRequest,
    responses((status = 201, body = Object, description = "The derived credential"),
        (status = 400, body = Problem), (status = 404, body = Problem, description = "Not open here"), (status = 415, body = Problem)))]
#[post("/vc-api/credentials/derive")]
pub async fn derive_credential(app: App, request: Json<DeriveRequest>) -> Result<HttpResponse, Problem> {
    let DeriveRequest { verifiable_credential, options } = request.into_inner();
    let derived = app.wallet.derive_by_api(&verifiable_credential, &options.selective_pointers).await?;
    Ok(HttpResponse::Created().json(derived))
}
