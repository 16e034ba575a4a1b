//! The anchoring service: digests of documents of any kind reach the chain beside the credentials, by the same outbox.

use clock::{Clock, Entropy, SystemClock, SystemEntropy};
use issuance::Actor;
use issuance::audit::Act;
use registry_types::{Operation, PublishDocuments, limits};
use store_issuer::{DocumentRow, Store};

use super::anchoring::receipt_of;
use super::{AnchorError, Issuer, ReceiptError, ReceiptState, Tenant};
use crate::Config;

/// Digests taken in at once.
pub const MOST_DOCUMENTS: usize = 1_000;
const LONGEST_LABEL: usize = 200;
const COMMAND_LINE: &str = "command line";

/// What is to be anchored.
#[derive(Clone, Debug)]
pub struct NewDocument {
    pub digest: [u8; 32],
    /// A name for the organisation's own list; it never leaves the database.
    pub label: String,
    /// Whether anybody may find it on the chain by its digest alone, for ever.
    pub public: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    #[error("no tenant {0:?} is configured")]
    Tenant(String),
    #[error("a name has at most 200 characters, none of them a control character")]
    Label,
    #[error("at most 1000 documents are taken in at once")]
    TooMany,
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// A document with its receipt, once there is one.
pub type Documented = (DocumentRow, ReceiptState);

/// Puts documents of an organisation into its outbox, and answers with their receipts as far as there are any. Repeated,
/// it adds nothing and reads the receipts that have come meanwhile. For the program's command line: whoever can read the
/// configuration and the database may anchor.
pub async fn anchor_documents(
    config: &Config,
    tenant: &str,
    documents: &[NewDocument],
) -> Result<Vec<Documented>, DocumentError> {
    let known = config.tenants.iter().find(|known| known.id == tenant);
    let known = known.ok_or_else(|| DocumentError::Tenant(tenant.to_owned()))?;
    let store = Store::open(&config.store.url(), "issuer").await?;
    let added =
        add(&store, (tenant, &known.did), documents, COMMAND_LINE, &SystemClock, &SystemEntropy).await;
    store.close().await;
    added
}

impl Issuer {
    /// The same for an officer, audited.
    pub async fn add_documents(
        &self,
        by: &Actor,
        tenant: &Tenant,
        documents: &[NewDocument],
    ) -> Result<Vec<Documented>, DocumentError> {
        let place = (tenant.id.as_str(), tenant.did.as_str());
        let added =
            add(&self.store, place, documents, &by.officer, self.clock.as_ref(), self.entropy.as_ref())
                .await?;
        let many = documents.len().to_string();
        sql::retry(|| async {
            let mut tx = self.store.write("audit_documents").await?;
            let act = Act { action: "documents.anchor", target: &many, detail: "" };
            tx.audit(by, act, self.now()).await?;
            tx.commit().await?;
            Ok::<(), store_issuer::Error>(())
        })
        .await?;
        Ok(added)
    }

    pub async fn find_document(&self, tenant: &Tenant, id: &str) -> Result<Documented, DocumentError> {
        let mut tx = self.store.read().await?;
        let row = tx.find_document(&tenant.id, id).await?.ok_or(ReceiptError::Unknown)?;
        let receipt = receipt_of(&mut tx, (&tenant.id, &tenant.did), &row.id).await?;
        Ok((row, receipt))
    }

    /// Newest first, with their receipts.
    pub async fn list_documents(
        &self,
        tenant: &Tenant,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Documented>, DocumentError> {
        let mut tx = self.store.read().await?;
        let mut listed = Vec::new();
        for row in tx.list_documents(&tenant.id, before, limit).await? {
            let receipt = receipt_of(&mut tx, (&tenant.id, &tenant.did), &row.id).await?;
            listed.push((row, receipt));
        }
        Ok(listed)
    }

    /// Brings public documents to the chain and confirms them by proof, a transaction's worth at a time.
    pub(super) async fn publish_documents(&self, tenant: &Tenant) -> Result<(), AnchorError> {
        let limit = u32::try_from(limits::DOCUMENTS_PER_TRANSACTION).unwrap_or(u32::MAX);
        loop {
            let waiting = self.store.read().await?.list_unpublished_documents(&tenant.id, limit).await?;
            if waiting.is_empty() {
                return Ok(());
            }
            let mut missing = Vec::new();
            for row in &waiting {
                if !self.ledger.is_published(&tenant.did, &row.digest).await? {
                    missing.push(row.digest);
                }
            }
            if !missing.is_empty() {
                missing.sort_unstable();
                let publish = PublishDocuments { issuer: tenant.did.clone(), digests: missing };
                self.write_to_chain(tenant, Operation::PublishDocuments(publish)).await?;
            }
            for row in &waiting {
                if !self.ledger.is_published(&tenant.did, &row.digest).await? {
                    return Err(AnchorError::Unpublished);
                }
                let mut tx = self.store.write("confirm_document").await?;
                tx.confirm_document(&tenant.id, &row.id, self.now()).await?;
                tx.commit().await?;
            }
        }
    }
}

async fn add(
    store: &Store,
    (tenant, did): (&str, &str),
    documents: &[NewDocument],
    by: &str,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Vec<Documented>, DocumentError> {
    if documents.len() > MOST_DOCUMENTS {
        return Err(DocumentError::TooMany);
    }
    let bad = |label: &str| label.chars().count() > LONGEST_LABEL || label.chars().any(char::is_control);
    if documents.iter().any(|document| bad(&document.label)) {
        return Err(DocumentError::Label);
    }
    sql::retry(|| async {
        let mut tx = store.write("add_documents").await?;
        let mut listed = Vec::new();
        for document in documents {
            let known = tx.find_document_by_digest(tenant, &document.digest).await?;
            let row = match known {
                Some(mut row) => {
                    if document.public && !row.public {
                        tx.publish_document(tenant, &row.id).await?;
                        row.public = true;
                    }
                    row
                }
                None => {
                    let row = DocumentRow {
                        id: clock::new_id(clock, entropy),
                        digest: document.digest,
                        label: document.label.clone(),
                        public: document.public,
                        added_by: by.to_owned(),
                        added_at: clock.now(),
                        published_at: None,
                    };
                    let mut salt = [0u8; 32];
                    entropy.fill(&mut salt);
                    tx.insert_document(tenant, &row, salt).await?;
                    row
                }
            };
            let receipt = receipt_of(&mut tx, (tenant, did), &row.id).await?;
            listed.push((row, receipt));
        }
        tx.commit().await?;
        Ok(listed)
    })
    .await
}
