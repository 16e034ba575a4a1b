//! Changing the status of copies, and publishing the lists that say so.

mod document;
mod publishing;

use clock::Timestamp;
use credential::data_integrity::SecureError;
use issuance::audit::Act;
use issuance::{
    Actor, CredentialCopy, CredentialType, Offer, OfferState, ReasonCode, Status, StatusError, StatusListId,
    StatusMove,
};

use super::{Issuer, Tenant};

pub(crate) use document::list_url;
pub(super) use document::{bitstring_credential, media_type};
pub use publishing::PublishError;
pub(crate) use publishing::Publishing;

/// Suspensions that are lifted in one transaction.
const LIFTED: u32 = 100;
/// A suspension with an end lasts at most so long.
const LONGEST_SUSPENSION_DAYS: i64 = 366;

#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("no such credential")]
    Unknown,
    #[error("a suspension ends after now and within a year")]
    Until,
    #[error(transparent)]
    Refused(#[from] StatusError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// Why there is no list to serve.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error("there is no such list, or its first version is not on the chain yet")]
    Unknown,
    #[error("there is no key to sign the list with")]
    NoKeys,
    #[error("the status list token could not be signed")]
    Secure(#[from] SecureError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// A list as it is served.
#[derive(Clone, Debug)]
pub struct ServedList {
    pub media_type: &'static str,
    pub document: Vec<u8>,
    pub digest: [u8; 32],
}

impl Issuer {
    /// Suspends, reinstates or revokes one copy. Repeating it changes nothing. The lists follow at the next cadence.
    pub async fn change_status(
        &self,
        by: &Actor,
        copy_id: &str,
        change: &StatusMove,
    ) -> Result<CredentialCopy, ChangeError> {
        sql::retry(|| async {
            let mut tx = self.store.write("change_status").await?;
            let copy = tx.find_copy(&by.tenant, copy_id).await?.ok_or(ChangeError::Unknown)?;
            let changed = self.move_copy(&mut tx, by, &copy, change).await?;
            if changed != copy.status {
                self.tell_moved(&mut tx, &by.tenant, std::slice::from_ref(&copy), changed).await?;
            }
            tx.commit().await?;
            Ok(CredentialCopy { status: changed, ..copy })
        })
        .await
    }

    /// The same for every copy of a person, or those of one type, in one transaction. Copies that are revoked already
    /// stay so and are no obstacle. When everything is revoked, accepted offers end with it. Answers how many changed.
    pub async fn change_subject_status(
        &self,
        by: &Actor,
        subject_id: &str,
        only: Option<CredentialType>,
        change: &StatusMove,
    ) -> Result<usize, ChangeError> {
        check_until(change, self.now())?;
        sql::retry(|| async {
            let mut tx = self.store.write("change_subject_status").await?;
            let changed = self.change_within(&mut tx, by, subject_id, only, change).await?;
            tx.commit().await?;
            Ok(changed)
        })
        .await
    }

    pub(super) async fn change_within(
        &self,
        tx: &mut store_issuer::Transaction,
        by: &Actor,
        subject_id: &str,
        only: Option<CredentialType>,
        change: &StatusMove,
    ) -> Result<usize, ChangeError> {
        if tx.find_subject(&by.tenant, subject_id).await?.is_none() {
            return Err(ChangeError::Unknown);
        }
        let copies = tx.list_copies(&by.tenant, subject_id).await?;
        let wanted = copies.iter().filter(|copy| {
            copy.status != change.to
                && copy.status != Status::Revoked
                && only.is_none_or(|only| copy.configuration.credential_type == only)
        });
        let wanted: Vec<CredentialCopy> = wanted.cloned().collect();
        for copy in &wanted {
            self.move_copy(tx, by, copy, change).await?;
        }
        let changed = wanted.len();
        if change.reason.code != ReasonCode::Deceased {
            self.tell_moved(tx, &by.tenant, &wanted, change.to).await?;
        }
        if change.to == Status::Revoked {
            // Its other format must not be fetched as a valid one.
            let gives = |offer: &Offer| {
                let mut kinds = offer.configurations.iter().map(|it| it.credential_type);
                only.is_none_or(|only| kinds.any(|kind| kind == only))
            };
            let mut offers = tx.list_offers(&by.tenant, subject_id).await?;
            offers.retain(|offer| offer.state == OfferState::Accepted && gives(offer));
            self.end_offers(tx, by, &offers, change.reason.code.as_str()).await?;
        }
        Ok(changed)
    }

    pub(super) async fn move_copy(
        &self,
        tx: &mut store_issuer::Transaction,
        by: &Actor,
        copy: &CredentialCopy,
        change: &StatusMove,
    ) -> Result<Status, ChangeError> {
        let moved = copy.status.moved_to(change.to)?;
        if moved != copy.status {
            self.write_move(tx, by, copy, change).await?;
        }
        Ok(moved)
    }

    /// Writes a move that the rule allows, with its audit entry; for copies that are not revoked. Suspending what is
    /// suspended replaces the reason and the day on which it would lift itself.
    pub(super) async fn write_move(
        &self,
        tx: &mut store_issuer::Transaction,
        by: &Actor,
        copy: &CredentialCopy,
        change: &StatusMove,
    ) -> Result<(), store_issuer::Error> {
        let now = self.now();
        tx.change_status(by, copy, change, now).await?;
        self.announce_move(tx, &by.tenant, copy, change).await?;
        let action = match change.to {
            Status::Valid => "credential.reinstate",
            Status::Suspended => "credential.suspend",
            Status::Revoked => "credential.revoke",
        };
        tx.audit(by, Act { action, target: &copy.id, detail: change.reason.code.as_str() }, now).await
    }

    /// Suspensions whose day has come lift themselves. Answers how many did.
    pub async fn lift_suspensions(&self, tenant: &Tenant) -> Result<usize, ChangeError> {
        let by = Actor::system(&tenant.id);
        let change = StatusMove::new(Status::Valid, ReasonCode::PeriodOver.into());
        let mut lifted = 0;
        loop {
            let due = self.store.read().await?.list_copies_to_lift(&tenant.id, self.now(), LIFTED).await?;
            if due.is_empty() {
                return Ok(lifted);
            }
            lifted += sql::retry(|| async {
                let mut tx = self.store.write("lift_suspensions").await?;
                // Read again under the write lock: an officer may have been faster.
                let copies = tx.list_copies_to_lift(&tenant.id, self.now(), LIFTED).await?;
                for copy in &copies {
                    self.move_copy(&mut tx, &by, copy, &change).await?;
                }
                self.tell_moved(&mut tx, &tenant.id, &copies, Status::Valid).await?;
                tx.commit().await?;
                Ok::<usize, ChangeError>(copies.len())
            })
            .await?;
        }
    }

    /// The newest version of a list whose digest is on the chain. Anything newer would look forged to a verifier.
    pub async fn find_served_list(&self, tenant: &Tenant, list: &str) -> Result<ServedList, ListError> {
        let list = StatusListId::parse(list).ok_or(ListError::Unknown)?;
        let mut tx = self.store.read().await?;
        let version = tx.served_list_version(&tenant.id, &list).await?.ok_or(ListError::Unknown)?;
        let media_type = media_type(list.kind);
        Ok(ServedList { media_type, document: version.document, digest: version.digest })
    }
}

fn check_until(change: &StatusMove, now: Timestamp) -> Result<(), ChangeError> {
    let longest = now + chrono::Duration::days(LONGEST_SUSPENSION_DAYS);
    match change.until {
        Some(until) if until <= now || until > longest => Err(ChangeError::Until),
        _ => Ok(()),
    }
}
