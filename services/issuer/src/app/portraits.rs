//! The portrait of a person: kept small and sealed, given out only where the holder can withhold it.

mod picture;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use issuance::audit::Act;
use issuance::{Actor, CredentialType, OfferState, Reissue, Status};
use store_issuer::Transaction;
use tokio::sync::Semaphore;

pub(crate) use self::picture::MOST_BYTES as MOST_PORTRAIT_BYTES;
pub use self::picture::PictureFault;
use super::picture_keys::Whose;
use super::{Issuer, OfferError, Tenant};

/// Pictures that are decoded at the same time: each may take 160 MB for a moment.
static DECODING: Semaphore = Semaphore::const_new(1);

#[derive(Debug, thiserror::Error)]
pub enum PortraitError {
    #[error("there is no such person here")]
    Unknown,
    #[error("no picture waits for you: another officer than the one who put it in confirms it, once")]
    NothingToConfirm,
    #[error(transparent)]
    Picture(#[from] PictureFault),
    #[error("decoding the picture was cut off")]
    Stopped(#[from] tokio::task::JoinError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// The portrait as a data URL (RFC 2397) with a JPEG.
    pub async fn portrait_of(
        &self,
        tenant: &Tenant,
        subject_id: &str,
    ) -> Result<Option<String>, store_issuer::Error> {
        let mut tx = self.store.read().await?;
        self.open_portrait(&mut tx, &tenant.id, subject_id).await
    }

    /// Replaces the portrait by what is in a JPEG or PNG file. To whoever holds a staff identity a new one is offered,
    /// which revokes the old one when it is taken, as after any changed claim.
    pub async fn set_portrait(
        &self,
        by: &Actor,
        subject_id: &str,
        file: Vec<u8>,
    ) -> Result<(), PortraitError> {
        if self.find_person(&by.tenant, subject_id).await?.is_none() {
            return Err(PortraitError::Unknown);
        }
        let made = made(file).await?;
        self.change_portrait(by, subject_id, Some(&made)).await
    }

    /// Keeps a picture that was made small already, within a transaction of somebody else.
    pub(super) async fn keep_portrait(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        subject_id: &str,
        made: &[u8],
    ) -> Result<(), store_issuer::Error> {
        let now = self.now();
        let whose = (by.tenant.as_str(), Whose::Subject(subject_id));
        let sealed = self.seal_picture(tx, whose, &purpose(&by.tenant, subject_id), made).await?;
        tx.put_portrait(&by.tenant, subject_id, &sealed, now).await?;
        // Of an enrolment that two decided.
        tx.set_portrait_proposer(&by.tenant, subject_id, None).await?;
        tx.audit(by, Act { action: "person.portrait", target: subject_id, detail: "" }, now).await
    }

    pub async fn remove_portrait(&self, by: &Actor, subject_id: &str) -> Result<(), PortraitError> {
        self.change_portrait(by, subject_id, None).await
    }

    /// The same picture again, or removing none, changes nothing.
    async fn change_portrait(
        &self,
        by: &Actor,
        subject_id: &str,
        made: Option<&[u8]>,
    ) -> Result<(), PortraitError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("change_portrait").await?;
            if tx.find_subject(&by.tenant, subject_id).await?.is_none() {
                return Err(PortraitError::Unknown);
            }
            let before = self.open_portrait(&mut tx, &by.tenant, subject_id).await?;
            if before == made.map(data_url) {
                return Ok(());
            }
            let action = match made {
                Some(made) => {
                    let purpose = purpose(&by.tenant, subject_id);
                    let whose = (by.tenant.as_str(), Whose::Subject(subject_id));
                    let sealed = self.seal_picture(&mut tx, whose, &purpose, made).await?;
                    tx.put_portrait(&by.tenant, subject_id, &sealed, now).await?;
                    // Whoever chooses the picture chooses whose face counts: the Fund compares with it when two stand for it.
                    let proposer = self.fund(&by.tenant).is_ok().then_some(by.officer.as_str());
                    tx.set_portrait_proposer(&by.tenant, subject_id, proposer).await?;
                    "person.portrait"
                }
                None => {
                    tx.delete_portrait(&by.tenant, subject_id).await?;
                    self.end_spare_key(&mut tx, &by.tenant, Whose::Subject(subject_id)).await?;
                    "person.portrait-end"
                }
            };
            tx.audit(by, Act { action, target: subject_id, detail: "" }, now).await?;
            self.offer_with_portrait(&mut tx, by, subject_id).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// A second officer has seen that the picture which a colleague put in shows the person.
    pub async fn confirm_portrait(&self, by: &Actor, subject_id: &str) -> Result<(), PortraitError> {
        let mut tx = self.store.write("confirm_portrait").await?;
        if tx.find_subject(&by.tenant, subject_id).await?.is_none() {
            return Err(PortraitError::Unknown);
        }
        if !tx.confirm_portrait(&by.tenant, subject_id, &by.officer).await? {
            return Err(PortraitError::NothingToConfirm);
        }
        let act = Act { action: "person.portrait-confirm", target: subject_id, detail: "" };
        tx.audit(by, act, self.now()).await?;
        Ok(tx.commit().await?)
    }

    /// Who put the picture in that waits for a second officer.
    pub async fn portrait_proposer(
        &self,
        tenant: &Tenant,
        subject_id: &str,
    ) -> Result<Option<String>, store_issuer::Error> {
        self.store.read().await?.find_portrait_proposer(&tenant.id, subject_id).await
    }

    /// The picture that proofs are compared with, as a data URL.
    pub(super) async fn open_reference(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Option<String>, store_issuer::Error> {
        Ok(self.open_reference_jpeg(tx, tenant, subject_id).await?.as_deref().map(data_url))
    }

    /// The same as bytes; nothing while it waits for a second officer.
    pub(super) async fn open_reference_jpeg(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Option<Vec<u8>>, store_issuer::Error> {
        match tx.find_reference(tenant, subject_id).await? {
            Some(_) => self.open_portrait_jpeg(tx, tenant, subject_id).await,
            None => Ok(None),
        }
    }

    /// A new staff identity for whoever holds one. An offer that waits for that already gives the new portrait, since a
    /// credential says what the record says when it is fetched.
    async fn offer_with_portrait(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        subject_id: &str,
    ) -> Result<(), store_issuer::Error> {
        let kind = CredentialType::StaffIdentity;
        let copies = tx.list_copies(&by.tenant, subject_id).await?;
        if !copies.iter().any(|it| it.status != Status::Revoked && it.configuration.credential_type == kind) {
            return Ok(());
        }
        for offer in tx.list_offers(&by.tenant, subject_id).await? {
            let waits = offer.state == OfferState::Open && offer.expires_at > self.now();
            let covers = offer.configurations.iter().any(|it| it.credential_type == kind);
            if waits && covers && tx.find_offer_replaces(&by.tenant, &offer.id).await?.is_some() {
                return Ok(());
            }
        }
        match self.offer_because(tx, by, subject_id, vec![kind], Reissue::DataChanged).await {
            Err(OfferError::Store(error)) => Err(error),
            // Somebody whose service has ended, or whose record lacks something, holds nothing new.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// One that does not open any more, after a key was lost, is none.
    pub(super) async fn open_portrait(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Option<String>, store_issuer::Error> {
        Ok(self.open_portrait_jpeg(tx, tenant, subject_id).await?.as_deref().map(data_url))
    }

    /// The same as bytes.
    pub(super) async fn open_portrait_jpeg(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Option<Vec<u8>>, store_issuer::Error> {
        let Some(sealed) = tx.find_portrait(tenant, subject_id).await? else { return Ok(None) };
        let opened = self.open_picture(tx, tenant, &purpose(tenant, subject_id), &sealed).await?;
        Ok(opened.map(|opened| opened.to_vec()))
    }
}

/// The small picture out of a file. One at a time.
pub(super) async fn made(file: Vec<u8>) -> Result<Vec<u8>, PortraitError> {
    let turn = DECODING.acquire().await;
    let made = tokio::task::spawn_blocking(move || picture::portrait(&file)).await??;
    drop(turn);
    Ok(made)
}

fn data_url(jpeg: &[u8]) -> String {
    format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg))
}

/// Bound into the seal, so that one person's row cannot be put in the place of another's.
pub(super) fn purpose(tenant: &str, subject_id: &str) -> Vec<u8> {
    format!("portrait of {tenant}/{subject_id}").into_bytes()
}
