//! Issued copies, their delivery and their changes of status.

use issuance::anchoring::{LeafKind, WaitingLeaf};
use issuance::{
    Actor, Configuration, CredentialCopy, Delivery, Reason, ReasonCode, Status, StatusIndex, StatusMove,
    Timestamp,
};
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 160, name: "batches", sql: include_str!("migrations/0160_batches.sql") }];

/// One change of status as it is remembered.
#[derive(Clone, Debug)]
pub struct StatusChange {
    pub copy_id: String,
    pub status: Status,
    pub reason: Reason,
    pub officer: String,
    /// The second person, where one was needed.
    pub approved_by: Option<String>,
    /// When a suspension lifts itself.
    pub until: Option<Timestamp>,
    pub at: Timestamp,
}

const INSERT: &str =
    "INSERT INTO copies (tenant, id, offer_id, subject_id, credential_type, configuration, document,
        holder_key, receipt_token, notification_id, status, delivery, issued_at, valid_until, batch_position)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const INSERT_ENTRY: &str =
    "INSERT INTO status_entries (tenant, list, place, copy_id) VALUES ($1, $2, $3, $4)";
const FIND: &str = "SELECT * FROM copies WHERE tenant = $1 AND id = $2";
const LIST_FOR: &str = "SELECT * FROM copies WHERE tenant = $1 AND offer_id = $2 AND configuration = $3
    ORDER BY batch_position";
const LIST_BY_NOTIFICATION: &str = "SELECT * FROM copies WHERE tenant = $1 AND notification_id = $2
    ORDER BY batch_position";
const FIND_BY_RECEIPT: &str = "SELECT * FROM copies WHERE tenant = $1 AND receipt_token = $2";
const OF_SUBJECT: &str =
    "SELECT * FROM copies WHERE tenant = $1 AND subject_id = $2 ORDER BY id DESC LIMIT 500";
const SET_DELIVERY: &str = "UPDATE copies SET delivery = $3 WHERE tenant = $1 AND id = $2";
const SET_STATUS: &str = "UPDATE copies SET status = $4, suspended_until = CAST($5 AS BIGINT)
    WHERE tenant = $1 AND id = $2 AND status = $3";
const TO_LIFT: &str = "SELECT * FROM copies
    WHERE tenant = $1 AND status = 'suspended' AND suspended_until <= $2 ORDER BY id LIMIT $3";
const TOUCH_LISTS: &str = "UPDATE status_lists SET revision = revision + 1 WHERE tenant = $1 AND list IN
    (SELECT list FROM status_entries WHERE tenant = $1 AND copy_id = $2)";
const INSERT_CHANGE: &str =
    "INSERT INTO status_changes (tenant, copy_id, sequence, status, reason, note, officer, at, until, approved_by)
    SELECT $1, $2, COALESCE(MAX(sequence), 0) + 1, $3, $4, $5, $6, CAST($7 AS BIGINT), CAST($8 AS BIGINT), $9
    FROM status_changes WHERE tenant = $1 AND copy_id = $2";
const CHANGES: &str =
    "SELECT h.* FROM status_changes h JOIN copies c ON c.tenant = h.tenant AND c.id = h.copy_id
    WHERE h.tenant = $1 AND c.subject_id = $2 ORDER BY h.at DESC, h.sequence DESC LIMIT 500";

impl Transaction {
    /// Stores a copy, its places in the status lists and its waiting leaf. A second copy of the same offer,
    /// configuration and place in the batch, or a place in a list that is taken, is a conflict.
    pub async fn insert_copy(
        &mut self,
        tenant: &str,
        copy: &CredentialCopy,
        indexes: &[StatusIndex],
        leaf: &WaitingLeaf,
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            &copy.id,
            &copy.offer_id,
            &copy.subject_id,
            copy.configuration.credential_type.name(),
            copy.configuration.to_string(),
            &copy.document,
            &copy.holder_key,
            &copy.receipt_token,
            &copy.notification_id,
            copy.status.as_str(),
            copy.delivery.as_str(),
            copy.issued_at,
            copy.valid_until,
            copy.batch_position
        ];
        self.tx.execute_one(INSERT, values).await?;
        for index in indexes {
            let place = args![tenant, index.list.to_string(), index.index, &copy.id];
            self.tx.execute_one(INSERT_ENTRY, place).await?;
        }
        self.insert_leaf(tenant, LeafKind::Credentials, leaf, copy.issued_at).await
    }

    pub async fn find_copy(&mut self, tenant: &str, id: &str) -> Result<Option<CredentialCopy>, Error> {
        let row = self.tx.fetch_optional(FIND, args![tenant, id]).await?;
        row.as_ref().map(copy).transpose()
    }

    /// All copies of a batch, in its order.
    pub async fn list_copies_of_offer(
        &mut self,
        tenant: &str,
        offer_id: &str,
        configuration: Configuration,
    ) -> Result<Vec<CredentialCopy>, Error> {
        let values = args![tenant, offer_id, configuration.to_string()];
        let rows = self.tx.fetch_all(LIST_FOR, values).await?;
        rows.iter().map(copy).collect()
    }

    /// The copies of one credential response.
    pub async fn list_copies_by_notification(
        &mut self,
        tenant: &str,
        notification_id: &str,
    ) -> Result<Vec<CredentialCopy>, Error> {
        let rows = self.tx.fetch_all(LIST_BY_NOTIFICATION, args![tenant, notification_id]).await?;
        rows.iter().map(copy).collect()
    }

    pub async fn find_copy_by_receipt(
        &mut self,
        tenant: &str,
        receipt_token: &str,
    ) -> Result<Option<CredentialCopy>, Error> {
        let row = self.tx.fetch_optional(FIND_BY_RECEIPT, args![tenant, receipt_token]).await?;
        row.as_ref().map(copy).transpose()
    }

    /// Newest first.
    pub async fn list_copies(
        &mut self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Vec<CredentialCopy>, Error> {
        let rows = self.tx.fetch_all(OF_SUBJECT, args![tenant, subject_id]).await?;
        rows.iter().map(copy).collect()
    }

    pub async fn set_delivery(&mut self, tenant: &str, id: &str, delivery: Delivery) -> Result<(), Error> {
        Ok(self.tx.execute_one(SET_DELIVERY, args![tenant, id, delivery.as_str()]).await?)
    }

    /// Moves a copy from the status that was read, and marks the lists it stands in as changed.
    pub async fn change_status(
        &mut self,
        by: &Actor,
        copy: &CredentialCopy,
        change: &StatusMove,
        at: Timestamp,
    ) -> Result<(), Error> {
        let tenant = by.tenant.as_str();
        let (from, to) = (copy.status.as_str(), change.to.as_str());
        let until = change.until.filter(|_| change.to == Status::Suspended);
        self.tx.execute_one(SET_STATUS, args![tenant, &copy.id, from, to, until]).await?;
        self.tx.execute(TOUCH_LISTS, args![tenant, &copy.id]).await?;
        let (code, note) = (change.reason.code.as_str(), change.reason.note.clone());
        let approved_by = change.approved_by.clone();
        let values = args![tenant, &copy.id, to, code, note, &by.officer, at, until, approved_by];
        Ok(self.tx.execute_one(INSERT_CHANGE, values).await?)
    }

    /// Suspended copies whose day has come.
    pub async fn list_copies_to_lift(
        &mut self,
        tenant: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<CredentialCopy>, Error> {
        let rows = self.tx.fetch_all(TO_LIFT, args![tenant, now, limit]).await?;
        rows.iter().map(copy).collect()
    }

    /// Newest first, of all copies of a person.
    pub async fn list_status_changes(
        &mut self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Vec<StatusChange>, Error> {
        let rows = self.tx.fetch_all(CHANGES, args![tenant, subject_id]).await?;
        rows.iter().map(change).collect()
    }
}

pub(crate) fn copy(row: &Row) -> Result<CredentialCopy, Error> {
    let columns = Columns { table: "copies", row };
    Ok(CredentialCopy {
        id: row.text("id")?,
        offer_id: row.text("offer_id")?,
        subject_id: row.text("subject_id")?,
        configuration: columns.parsed("configuration", |text| text.parse().ok())?,
        document: row.text("document")?,
        holder_key: row.text("holder_key")?,
        receipt_token: row.text("receipt_token")?,
        notification_id: row.text("notification_id")?,
        status: columns.parsed("status", Status::parse)?,
        delivery: columns.parsed("delivery", Delivery::parse)?,
        issued_at: row.time("issued_at")?,
        valid_until: row.time("valid_until")?,
        batch_position: columns.number("batch_position")?,
    })
}

fn change(row: &Row) -> Result<StatusChange, Error> {
    let columns = Columns { table: "status_changes", row };
    Ok(StatusChange {
        copy_id: row.text("copy_id")?,
        status: columns.parsed("status", Status::parse)?,
        reason: Reason { code: columns.parsed("reason", ReasonCode::parse)?, note: row.opt_text("note")? },
        officer: row.text("officer")?,
        approved_by: row.opt_text("approved_by")?,
        until: row.opt_time("until")?,
        at: row.time("at")?,
    })
}
