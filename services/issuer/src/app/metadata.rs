//! Signed credential issuer metadata (OID4VCI 1.0, 12.2.3).

use serde_json::{Map, Value};
use wire::vci::{IssuerMetadata, SIGNED_METADATA_TYP};

use super::{Issuer, Tenant};

impl Issuer {
    /// The metadata under the organisation's own key, so that a wallet can tell the organisation from somebody who took
    /// its name. Nothing where there is no key to sign with: the unsigned form must always be there.
    pub async fn sign_metadata(&self, tenant: &Tenant, metadata: &IssuerMetadata) -> Option<String> {
        let keys = tenant.keys()?;
        let Ok(Value::Object(mut claims)) = serde_json::to_value(metadata) else { return None };
        claims.insert("iss".to_owned(), tenant.did.as_str().into());
        claims.insert("sub".to_owned(), tenant.issuer_url.as_str().into());
        claims.insert("iat".to_owned(), self.now().timestamp().into());
        let mut header = Map::new();
        header.insert("typ".to_owned(), SIGNED_METADATA_TYP.into());
        header.insert("kid".to_owned(), keys.p256.verification_method.as_str().into());
        header.extend(keys.x5c.iter().map(|x5c| ("x5c".to_owned(), x5c.clone())));
        let signed = credential::jwt::sign(header, &claims, keys.p256.signer.as_ref()).await;
        signed
            .inspect_err(|error| tracing::error!(%error, tenant.id = tenant.id, "cannot sign metadata"))
            .ok()
    }
}
