//! What the console shows first.

use store_issuer::Overview;

use super::existence::ExistenceCounts;
use super::{AnchoringStatus, DirectoryError, Issuer, Tenant};
use issuance::CredentialType;

/// Everything on the first page.
#[derive(Clone, Debug)]
pub struct Dashboard {
    pub overview: Overview,
    pub anchoring: AnchoringStatus,
    /// Only at an organisation that pays pensions.
    pub existence: Option<ExistenceCounts>,
}

impl Tenant {
    /// Whether this organisation asks beneficiaries for proofs of life.
    #[must_use]
    pub fn is_fund(&self) -> bool {
        self.types.contains(&CredentialType::DigitalCertificateOfEntitlement)
    }

    /// Whether this organisation has staff to issue to.
    #[must_use]
    pub fn has_staff(&self) -> bool {
        self.types.contains(&CredentialType::StaffIdentity)
    }
}

impl Issuer {
    pub async fn dashboard(&self, tenant: &Tenant) -> Result<Dashboard, DirectoryError> {
        let overview = self.store.read().await?.overview(&tenant.id, self.now()).await?;
        let anchoring = self.anchoring_status(tenant).await?;
        let existence = match tenant.is_fund() {
            true => Some(self.existence_counts(&tenant.id).await?),
            false => None,
        };
        Ok(Dashboard { overview, anchoring, existence })
    }
}
