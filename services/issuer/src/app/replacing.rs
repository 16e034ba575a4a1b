//! Offers that follow from a reason: a change of data, a renewal, a lost phone, a first offer to many.

use issuance::audit::Act;
use issuance::{Actor, CredentialType, Reissue};
use serde_json::Map;
use store_issuer::Transaction;

use super::{Issuer, NewOffer, OfferError, OfferLink};

impl Issuer {
    /// Makes an offer inside the caller's transaction. What it replaces ends when it is taken, the trail says why it was made,
    /// and the person is told, whoever or whatever brought it about.
    pub(super) async fn offer_because(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        subject_id: &str,
        types: Vec<CredentialType>,
        why: Reissue,
    ) -> Result<OfferLink, OfferError> {
        let new = NewOffer {
            subject_id: subject_id.to_owned(),
            types,
            extra_claims: Map::new(),
            transaction_code: true,
            bound_key: None,
            expires_at: None,
        };
        let link = self.insert_offer(tx, by, &new).await?;
        if let Some(reason) = why.replaces_with() {
            tx.set_offer_replaces(&by.tenant, &link.offer_id, reason).await?;
        }
        tx.set_offer_reissue(&by.tenant, &link.offer_id, why).await?;
        let act = Act { action: "offer.create", target: &link.offer_id, detail: why.as_str() };
        tx.audit(by, act, self.now()).await?;
        self.tell_offer(tx, &by.tenant, &link.offer_id).await?;
        Ok(link)
    }
}
