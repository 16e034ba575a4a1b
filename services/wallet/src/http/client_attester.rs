//! With which key this service vouches for the wallet itself.

use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

use super::App;

/// Who attests this wallet to authorization servers, and under which name.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClientAttesterView {
    /// `client_id`, the same for every wallet here.
    pub client_id: String,
    /// For the authorization servers that are to believe it.
    #[schema(value_type = Object)]
    pub jwk: serde_json::Value,
    /// Its certificates, the key's own first and without the anchor, as attestations carry them. Absent where there are none: then
    /// servers know the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub x5c: Option<serde_json::Value>,
}

/// The client attester of this wallet provider
///
/// Authorization servers that take attestations of wallets (OAuth 2.0 Attestation-Based Client Authentication; HAIP 1.0, 4.4.1) and
/// believe this service name its key, or the authority that its certificates lead to. Open: it is public.
#[utoipa::path(tag = "receiving", operation_id = "show_client_attester",
    responses((status = 200, body = ClientAttesterView),
        (status = 404, body = Problem, description = "The wallet is not attested")))]
#[get("/v1/client-attester")]
pub async fn show_client_attester(app: App) -> Result<HttpResponse, Problem> {
    let client = &app.wallet.client;
    let attester = client.attester.as_ref().ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(ClientAttesterView {
        client_id: client.id.clone(),
        jwk: attester.public_key().to_jwk(),
        x5c: attester.certificates(app.wallet.now()).cloned(),
    }))
}
