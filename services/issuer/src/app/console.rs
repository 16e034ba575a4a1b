//! What the console shows first.

use clock::Timestamp;
use issuance::audit::Act;
use issuance::{Actor, CredentialType, Offer, Subject};
use store_issuer::{Overview, StuckOffer};

use super::existence::ExistenceCounts;
use super::{AnchoringStatus, DirectoryError, Issuer, OfferError, OfferLink, Tenant};

/// Everything on the first page.
#[derive(Clone, Debug)]
pub struct Dashboard {
    pub overview: Overview,
    pub anchoring: AnchoringStatus,
    /// Only at an organisation that pays pensions.
    pub existence: Option<ExistenceCounts>,
    /// Proposals of others that wait for a decision.
    pub proposals: u64,
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
    /// `officer` sees the proposals of everybody else counted.
    pub async fn dashboard(&self, tenant: &Tenant, officer: &str) -> Result<Dashboard, DirectoryError> {
        let mut tx = self.store.read().await?;
        let overview = tx.overview(&tenant.id, self.now()).await?;
        let proposals = tx.count_waiting_approvals(&tenant.id, officer, self.now()).await?;
        drop(tx);
        let anchoring = self.anchoring_status(tenant).await?;
        let existence = match tenant.is_fund() {
            true => Some(self.existence_counts(&tenant.id).await?),
            false => None,
        };
        Ok(Dashboard { overview, anchoring, existence, proposals })
    }

    /// The present time, for pages that say what has lapsed.
    #[must_use]
    pub fn clock_now(&self) -> Timestamp {
        self.now()
    }

    /// An offer with its person, link and code. Audited, since whoever reads the code could accept the offer.
    pub async fn shown_offer(&self, by: &Actor, id: &str) -> Result<(Offer, Subject, OfferLink), OfferError> {
        let tenant = self.tenant_of(by)?;
        sql::retry(|| async {
            let mut tx = self.store.write("show_offer").await?;
            let offer = tx.find_offer(&tenant.id, id).await?.ok_or(OfferError::UnknownOffer)?;
            let subject = tx.find_subject(&tenant.id, &offer.subject_id).await?;
            let subject = subject.ok_or(OfferError::UnknownSubject)?;
            tx.audit(by, Act { action: "offer.show", target: id, detail: "" }, self.now()).await?;
            tx.commit().await?;
            let link = self.link(tenant, &offer);
            Ok((offer, subject, link))
        })
        .await
    }

    /// Whose offer it is.
    pub async fn offered_to(&self, by: &Actor, id: &str) -> Result<String, OfferError> {
        let offer = self.store.read().await?.find_offer(&by.tenant, id).await?;
        Ok(offer.ok_or(OfferError::UnknownOffer)?.subject_id)
    }

    /// Offers that got stuck: locked by wrong transaction codes, or lapsed.
    pub async fn stuck_offers(
        &self,
        tenant: &Tenant,
        locked: bool,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StuckOffer>, store_issuer::Error> {
        let mut tx = self.store.read().await?;
        match locked {
            true => tx.list_locked_offers(&tenant.id, after, limit).await,
            false => tx.list_lapsed_offers(&tenant.id, self.now(), after, limit).await,
        }
    }
}
