//! Documents of any kind that an organisation anchors.

use issuance::Timestamp;
use issuance::anchoring::{LeafKind, WaitingLeaf};
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// A document by its digest; the document itself never comes here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    pub id: String,
    pub digest: [u8; 32],
    /// What the organisation calls it; empty when it gave no name.
    pub label: String,
    /// Whether anybody may find it on the chain by its digest alone.
    pub public: bool,
    /// Officer, or `command line`.
    pub added_by: String,
    pub added_at: Timestamp,
    /// When the chain was seen to hold the digest of a public document.
    pub published_at: Option<Timestamp>,
}

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 400, name: "documents", sql: include_str!("migrations/0400_documents.sql") }];

const INSERT: &str = "INSERT INTO documents (tenant, id, digest, label, is_public, added_by, added_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const MAKE_PUBLIC: &str =
    "UPDATE documents SET is_public = 1 WHERE tenant = $1 AND id = $2 AND is_public = 0";
const FIND: &str = "SELECT * FROM documents WHERE tenant = $1 AND id = $2";
const FIND_BY_DIGEST: &str = "SELECT * FROM documents WHERE tenant = $1 AND digest = $2";
const LIST: &str = "SELECT * FROM documents WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const UNPUBLISHED: &str = "SELECT * FROM documents
    WHERE tenant = $1 AND is_public = 1 AND published_at IS NULL ORDER BY digest LIMIT $2";
const PUBLISHED: &str =
    "UPDATE documents SET published_at = $3 WHERE tenant = $1 AND id = $2 AND published_at IS NULL";

impl Transaction {
    /// Stores a document with the leaf that commits to it; from then on it reaches the chain by itself.
    pub async fn insert_document(
        &mut self,
        tenant: &str,
        document: &DocumentRow,
        salt: [u8; 32],
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            &document.id,
            &document.digest,
            &document.label,
            i64::from(document.public),
            &document.added_by,
            document.added_at
        ];
        self.tx.execute_one(INSERT, values).await?;
        let leaf = WaitingLeaf { id: document.id.clone(), salt, digest: document.digest };
        self.insert_leaf(tenant, LeafKind::Documents, &leaf, document.added_at).await
    }

    /// A document that was anchored for receipts only may be published later, never the other way round.
    pub async fn publish_document(&mut self, tenant: &str, id: &str) -> Result<(), Error> {
        self.tx.execute(MAKE_PUBLIC, args![tenant, id]).await?;
        Ok(())
    }

    pub async fn find_document(&mut self, tenant: &str, id: &str) -> Result<Option<DocumentRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(document).transpose()
    }

    pub async fn find_document_by_digest(
        &mut self,
        tenant: &str,
        digest: &[u8; 32],
    ) -> Result<Option<DocumentRow>, Error> {
        self.tx
            .fetch_optional(FIND_BY_DIGEST, args![tenant, digest])
            .await?
            .as_ref()
            .map(document)
            .transpose()
    }

    /// Newest first, before the one with id `before`.
    pub async fn list_documents(
        &mut self,
        tenant: &str,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<DocumentRow>, Error> {
        // Every id sorts before this one.
        let before = before.unwrap_or("~");
        self.tx.fetch_all(LIST, args![tenant, before, limit]).await?.iter().map(document).collect()
    }

    /// Public documents that the chain was not yet seen to hold, by digest.
    pub async fn list_unpublished_documents(
        &mut self,
        tenant: &str,
        limit: u32,
    ) -> Result<Vec<DocumentRow>, Error> {
        self.tx.fetch_all(UNPUBLISHED, args![tenant, limit]).await?.iter().map(document).collect()
    }

    pub async fn confirm_document(&mut self, tenant: &str, id: &str, at: Timestamp) -> Result<(), Error> {
        self.tx.execute(PUBLISHED, args![tenant, id, at]).await?;
        Ok(())
    }
}

fn document(row: &Row) -> Result<DocumentRow, Error> {
    let columns = Columns { table: "documents", row };
    Ok(DocumentRow {
        id: row.text("id")?,
        digest: columns.hash("digest")?,
        label: row.text("label")?,
        public: row.int("is_public")? == 1,
        added_by: row.text("added_by")?,
        added_at: row.time("added_at")?,
        published_at: row.opt_time("published_at")?,
    })
}
