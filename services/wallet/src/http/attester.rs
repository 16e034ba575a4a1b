//! With which key this service vouches for keys that it keeps.

use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

use super::App;

/// Who attests the keys of wallets that this service keeps, and what is said of them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyAttesterView {
    /// For the issuers that are to believe it.
    #[schema(value_type = Object)]
    pub jwk: serde_json::Value,
    /// Its certificates, the key's own first and without the anchor, as attestations carry them (HAIP 1.0, 4.5.1). Absent where there
    /// are none: then issuers know the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub x5c: Option<serde_json::Value>,
    /// When the first of the certificates ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certified_until: Option<DateTime<Utc>>,
    /// What the token withstands (OID4VCI 1.0, appendix D.2).
    pub key_storage: Vec<String>,
    /// What the recognition of people withstands.
    pub user_authentication: Vec<String>,
}

/// The key attester of this wallet provider
///
/// Issuers that require key attestations (OID4VCI 1.0, appendix D) and believe this service name its key, or the authority that its
/// certificates lead to. Open: it is public.
#[utoipa::path(tag = "receiving", operation_id = "show_key_attester",
    responses((status = 200, body = KeyAttesterView),
        (status = 404, body = Problem, description = "No keys are attested here")))]
#[get("/v1/key-attester")]
pub async fn show_key_attester(app: App) -> Result<HttpResponse, Problem> {
    let attester = app.wallet.kept_keys.attester().ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(KeyAttesterView {
        jwk: attester.public_key().to_jwk(),
        x5c: attester.certificates(app.wallet.now()).cloned(),
        certified_until: attester.certified_until(),
        key_storage: attester.says.key_storage.clone(),
        user_authentication: attester.says.user_authentication.clone(),
    }))
}
