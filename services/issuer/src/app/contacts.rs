//! Where a person is reached, and what was sent there.

use issuance::Actor;
use issuance::audit::Act;
use issuance::message::is_address;
use store_issuer::{MessageRow, Transaction};

use super::{Contact, Issuer, Tenant};

#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    #[error("there is no such person here")]
    Unknown,
    #[error("this is no e-mail address")]
    Address,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// The address of one person, and the messages to them, newest first.
#[derive(Clone, Debug)]
pub struct ContactView {
    pub contact: Option<Contact>,
    pub messages: Vec<MessageRow>,
}

impl Issuer {
    pub async fn contact_of(&self, tenant: &Tenant, subject_id: &str) -> Result<ContactView, ContactError> {
        let mut tx = self.store.read().await?;
        let found = tx.find_contact(&tenant.id, subject_id).await?;
        let contact = found.and_then(|row| self.open_contact(&tenant.id, subject_id, row));
        Ok(ContactView { contact, messages: tx.list_messages_of(&tenant.id, subject_id).await? })
    }

    /// Replaces the address; without one it is deleted, and nothing that waits is sent.
    pub async fn set_contact(
        &self,
        by: &Actor,
        subject_id: &str,
        contact: Option<&Contact>,
    ) -> Result<(), ContactError> {
        if contact.is_some_and(|contact| !is_address(&contact.email)) {
            return Err(ContactError::Address);
        }
        sql::retry(|| async {
            let mut tx = self.store.write("set_contact").await?;
            if tx.find_subject(&by.tenant, subject_id).await?.is_none() {
                return Err(ContactError::Unknown);
            }
            let action = match contact {
                Some(contact) => {
                    self.put_contact(&mut tx, &by.tenant, subject_id, contact).await?;
                    "person.contact"
                }
                None if tx.delete_contact(&by.tenant, subject_id).await? => "person.contact-end",
                None => return Ok(()),
            };
            tx.audit(by, Act { action, target: subject_id, detail: "" }, self.now()).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Inside the caller's transaction; the address was checked.
    pub(super) async fn put_contact(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        subject_id: &str,
        contact: &Contact,
    ) -> Result<(), store_issuer::Error> {
        let row = self.seal_contact(tenant, subject_id, contact);
        tx.put_contact(tenant, subject_id, &row, self.now()).await
    }
}
