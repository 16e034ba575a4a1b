//! `DPoP-Nonce`: whoever sends a DPoP proof is told the nonce for the next one (RFC 9449, 8.2).

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::app::Issuer;

const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Middleware for the endpoints of an organisation.
pub(super) async fn supply(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let nonce = fresh(&request);
    let mut response = next.call(request).await?;
    if let Some(nonce) = nonce {
        response.headers_mut().insert(DPOP_NONCE, nonce);
    }
    Ok(response)
}

fn fresh(request: &ServiceRequest) -> Option<HeaderValue> {
    if !request.headers().contains_key("dpop") {
        return None;
    }
    let app = request.app_data::<Data<Issuer>>()?;
    let tenant = app.tenant(request.match_info().get("tenant")?)?;
    HeaderValue::from_str(&app.mint_dpop_nonce(tenant)).ok()
}
