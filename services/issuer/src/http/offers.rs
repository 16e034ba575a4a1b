//! `credential_offer_uri`.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web::Data, web::Path};
use web::Problem;
use wire::vci::CredentialOffer;

use super::extract::Of;
use crate::app::Issuer;

/// A credential offer by reference
///
/// Every fetch carries a fresh pre-authorized code that lives five minutes and is used once.
#[utoipa::path(tag = "issuance",
    params(("tenant" = String, Path, description = "Organisation"), ("token" = String, Path, description = "Secret part of the link")),
    responses((status = 200, body = CredentialOffer), (status = 404, body = Problem), (status = 410, body = Problem),
        (status = 429, body = Problem)))]
#[get("/offers/{token}")]
pub(super) async fn fetch_offer(
    app: Data<Issuer>,
    of: Of,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let offer = app.fetch_offer(&of.0, &path.1).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(offer))
}
