//! The end of a person's service with everything that hangs on it, and offers that replace what a person holds.

use issuance::audit::Act;
use issuance::webhook::{EventKind, Happened};
use issuance::{
    Actor, CredentialCopy, CredentialType, Offer, OfferState, Proposal, Reason, ReasonCode, Reissue,
    ServiceEnd, Status, StatusMove, Subject,
};
use serde_json::{Map, Value};
use store_issuer::Transaction;

use super::{
    ChangeError, DecideError, DirectoryError, Issuer, NewOffer, OfferError, OfferLink, Outcome, Tenant,
};

/// What would end with a person's service, before anybody says so.
#[derive(Clone, Debug)]
pub struct Cascade {
    pub subject: Subject,
    /// Copies that would be revoked.
    pub ends: Vec<CredentialCopy>,
    /// Copies that stay as they are.
    pub stays: Vec<CredentialCopy>,
    /// Offers that would end: those nobody has taken, and those from which a copy could still be fetched.
    pub offers: Vec<Offer>,
}

/// Whose service ends, how, and with whose approval.
#[derive(Clone, Debug)]
pub(super) struct End<'a> {
    pub subject_id: &'a str,
    pub how: ServiceEnd,
    pub note: Option<String>,
    pub approved_by: Option<&'a str>,
}

impl Issuer {
    /// What ends and what stays, for the page that asks whether it shall.
    pub async fn preview_end(
        &self,
        tenant: &Tenant,
        subject_id: &str,
        how: ServiceEnd,
    ) -> Result<Cascade, DirectoryError> {
        let mut tx = self.store.read().await?;
        let subject = tx.find_subject(&tenant.id, subject_id).await?.ok_or(DirectoryError::Unknown)?;
        Ok(cascade(&mut tx, &tenant.id, subject, how).await?)
    }

    /// Proposes the end, or ends at once where one person may.
    pub async fn end_service(
        &self,
        by: &Actor,
        subject_id: &str,
        how: ServiceEnd,
        note: Option<String>,
    ) -> Result<Outcome, DecideError> {
        let (subject, how) = (subject_id.to_owned(), how.as_str().to_owned());
        self.propose(by, &Proposal::EndService { subject, how, note }).await
    }

    /// Record, credentials and offers change in the caller's transaction, all or none.
    pub(super) async fn end_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        end: &End<'_>,
    ) -> Result<(), ChangeError> {
        let End { subject_id, how, approved_by, .. } = *end;
        let subject = tx.find_subject(&by.tenant, subject_id).await?.ok_or(ChangeError::Unknown)?;
        let cascade = cascade(tx, &by.tenant, subject, how).await?;
        let change = StatusMove {
            approved_by: approved_by.map(str::to_owned),
            ..StatusMove::new(Status::Revoked, Reason { code: how.reason(), note: end.note.clone() })
        };
        for copy in &cascade.ends {
            self.move_copy(tx, by, copy, &change).await?;
        }
        // Nobody writes to the dead, nor to whoever reads their letters.
        if how != ServiceEnd::Deceased {
            self.tell_moved(tx, &by.tenant, &cascade.ends, Status::Revoked).await?;
        }
        self.end_offers(tx, by, &cascade.offers, how.as_str()).await?;
        let now = self.now();
        tx.put_service_end(by, subject_id, how, approved_by, now).await?;
        let told = Happened::to_person(EventKind::ServiceEnded, subject_id);
        self.announce(tx, &by.tenant, &[Happened { reason: Some(how.as_str()), ..told }]).await?;
        let act = Act { action: "person.end-service", target: subject_id, detail: how.as_str() };
        Ok(tx.audit(by, act, now).await?)
    }

    /// Somebody came back, or the end was an error: they can be offered credentials again. What was revoked stays so.
    pub async fn return_to_service(&self, by: &Actor, subject_id: &str) -> Result<(), DirectoryError> {
        sql::retry(|| async {
            let mut tx = self.store.write("return_to_service").await?;
            if tx.find_subject(&by.tenant, subject_id).await?.is_none() {
                return Err(DirectoryError::Unknown);
            }
            if tx.delete_service_end(&by.tenant, subject_id).await? {
                let act = Act { action: "person.return", target: subject_id, detail: "" };
                tx.audit(by, act, self.now()).await?;
                let told = Happened::to_person(EventKind::ServiceResumed, subject_id);
                self.announce(&mut tx, &by.tenant, &[told]).await?;
            }
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Offers a credential of which an officer entered what the record does not hold. A clearance takes the place of the
    /// one before it, once it is fetched; courses stand beside each other.
    pub async fn grant(
        &self,
        by: &Actor,
        subject_id: &str,
        kind: CredentialType,
        entered: Map<String, Value>,
    ) -> Result<OfferLink, OfferError> {
        sql::retry(|| async {
            let mut tx = self.store.write("grant").await?;
            let link = self.grant_within(&mut tx, by, subject_id, kind, entered.clone()).await?;
            tx.commit().await?;
            Ok(link)
        })
        .await
    }

    pub(super) async fn grant_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        subject_id: &str,
        kind: CredentialType,
        entered: Map<String, Value>,
    ) -> Result<OfferLink, OfferError> {
        let new = NewOffer {
            subject_id: subject_id.to_owned(),
            types: vec![kind],
            extra_claims: entered,
            transaction_code: true,
            bound_key: None,
            expires_at: None,
        };
        let supersedes = matches!(kind, CredentialType::SecurityClearance | CredentialType::MedicalClearance);
        let link = self.insert_offer(tx, by, &new).await?;
        if let Some(reason) = Reissue::Renewal.replaces_with().filter(|_| supersedes) {
            tx.set_offer_replaces(&by.tenant, &link.offer_id, reason).await?;
        }
        let act = Act { action: "offer.create", target: &link.offer_id, detail: kind.name() };
        tx.audit(by, act, self.now()).await?;
        self.tell_offer(tx, &by.tenant, &link.offer_id).await?;
        Ok(link)
    }

    /// A new offer that may replace what the person holds. After a lost phone the old copies are suspended and earlier
    /// offers end in the same transaction, because their link and key may be on that phone.
    pub async fn offer_again(
        &self,
        by: &Actor,
        subject_id: &str,
        types: Vec<CredentialType>,
        why: Reissue,
    ) -> Result<OfferLink, OfferError> {
        sql::retry(|| async {
            let mut tx = self.store.write("offer_again").await?;
            if why == Reissue::PhoneLost {
                self.lock_out(&mut tx, by, subject_id).await?;
            }
            let link = self.offer_because(&mut tx, by, subject_id, types.clone(), why).await?;
            tx.commit().await?;
            Ok(link)
        })
        .await
    }

    /// A suspension that would lift itself must not do so while somebody else may hold the key, so what is suspended
    /// already is suspended anew. Passkeys may be on that phone too: they would sign in for new credentials once the
    /// new copies are held, so the person enrols another with the new offer.
    async fn lock_out(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        subject_id: &str,
    ) -> Result<(), store_issuer::Error> {
        let change = StatusMove::new(Status::Suspended, ReasonCode::KeyLost.into());
        let mut copies = tx.list_copies(&by.tenant, subject_id).await?;
        copies.retain(|copy| copy.status != Status::Revoked);
        for copy in &copies {
            self.write_move(tx, by, copy, &change).await?;
        }
        self.tell_moved(tx, &by.tenant, &copies, Status::Suspended).await?;
        if tx.delete_person_passkeys(&by.tenant, subject_id).await? > 0 {
            let act = Act { action: "person.passkeys-end", target: subject_id, detail: "phone-lost" };
            tx.audit(by, act, self.now()).await?;
        }
        let offers = tx.list_offers(&by.tenant, subject_id).await?;
        self.end_offers(tx, by, &offers, "phone-lost").await
    }

    /// Whoever holds an accepted offer could still fetch another copy, so it ends with what it was for.
    pub(super) async fn end_offers(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        offers: &[Offer],
        why: &str,
    ) -> Result<(), store_issuer::Error> {
        for offer in offers {
            if tx.end_offer(&by.tenant, &offer.id).await? {
                let act = Act { action: "offer.withdraw", target: &offer.id, detail: why };
                tx.audit(by, act, self.now()).await?;
                let told = Happened::to_offer(EventKind::OfferWithdrawn, &offer.subject_id, &offer.id);
                self.announce(tx, &by.tenant, &[Happened { reason: Some(why), ..told }]).await?;
            }
        }
        Ok(())
    }

    /// Earlier copies of the type that is being issued now end, if the offer says that it replaces them.
    pub(super) async fn replace_earlier(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        offer: &Offer,
        kind: CredentialType,
    ) -> Result<(), store_issuer::Error> {
        let Some(reason) = tx.find_offer_replaces(tenant, &offer.id).await? else { return Ok(()) };
        let by = Actor { tenant: tenant.to_owned(), officer: offer.created_by.clone() };
        let change = StatusMove::new(Status::Revoked, reason.into());
        // A renewal by a wallet ends what that wallet had, not what the person has in another.
        let renewed = tx.find_renewed_offer(tenant, &offer.id).await?;
        for copy in tx.list_copies(tenant, &offer.subject_id).await? {
            if copy.offer_id != offer.id
                && renewed.as_ref().is_none_or(|renewed| *renewed == copy.offer_id)
                && copy.configuration.credential_type == kind
                && copy.status != Status::Revoked
            {
                self.write_move(tx, &by, &copy, &change).await?;
            }
        }
        Ok(())
    }
}

async fn cascade(
    tx: &mut Transaction,
    tenant: &str,
    subject: Subject,
    how: ServiceEnd,
) -> Result<Cascade, store_issuer::Error> {
    let copies = tx.list_copies(tenant, &subject.id).await?;
    let living = copies.into_iter().filter(|copy| copy.status != Status::Revoked);
    let (ends, stays) = living.partition(|copy| how.ends(copy.configuration.credential_type));
    let offers = tx.list_offers(tenant, &subject.id).await?;
    let hangs = |offer: &Offer| offer.configurations.iter().any(|it| how.ends(it.credential_type));
    let offers = offers.into_iter().filter(|it| it.state != OfferState::Withdrawn && hangs(it)).collect();
    Ok(Cascade { subject, ends, stays, offers })
}
