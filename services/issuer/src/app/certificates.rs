//! Certificates by which readers outside of the chain know an organisation's P-256 key (HAIP 1.0, 4.1 and 7.1).

use keys::PublicKey;
use serde_json::Value;

use super::{Issuer, Tenant};

/// The trouble that is shown while credentials go out without the certificates that were configured.
const TROUBLE: &str = "finding the certificate of its key";

impl Issuer {
    /// The header for a key: of the certificates that are of this key and valid, the one configured last. After a rotation
    /// without a new certificate there is none, which is shown and stops nothing: readers of the chain need none.
    pub(super) fn certificates_of(&self, tenant: &Tenant, key: &PublicKey) -> Option<Value> {
        if tenant.certificates.is_empty() {
            return None;
        }
        let now = self.now();
        let found = tenant.certificates.iter().rev().find(|it| it.fits(key, now));
        let why = "no valid certificate is configured for the P-256 key that signs";
        if found.is_none() {
            tracing::error!(tenant.id = tenant.id, "{why}");
        }
        tenant.set_trouble(TROUBLE, now, found.is_none().then_some(why));
        found.map(|it| it.x5c().clone())
    }
}
