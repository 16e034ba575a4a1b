//! Users of SCIM.

use issuance::scim::User;
use issuance::{Subject, Timestamp, search_text};
use sql::{Migration, Row, args};

use crate::row::{Columns, int, json};
use crate::{Error, Transaction};

/// A stored user.
#[derive(Clone, Debug, PartialEq)]
pub struct ScimUser {
    pub id: String,
    pub user: User,
    /// The record of the person, once the user makes one.
    pub subject_id: Option<String>,
    /// Counts changes, from 1.
    pub version: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 701, name: "scim users", sql: include_str!("migrations/0701_scim_users.sql") }];

const INSERT: &str =
    "INSERT INTO scim_users (tenant, id, user_key, external_id, subject_id, active, resource,
        version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const REPLACE: &str = "UPDATE scim_users SET user_key = $4, external_id = $5, subject_id = $6, active = $7,
        resource = $8, version = $3 + 1, updated_at = $9 WHERE tenant = $1 AND id = $2 AND version = $3";
const DELETE: &str = "DELETE FROM scim_users WHERE tenant = $1 AND id = $2 AND version = $3";
const FIND: &str = "SELECT * FROM scim_users WHERE tenant = $1 AND id = $2";
const FIND_BY_NAME: &str = "SELECT * FROM scim_users WHERE tenant = $1 AND user_key = $2";
const ID_OF_SUBJECT: &str = "SELECT id FROM scim_users WHERE tenant = $1 AND subject_id = $2";
const BY_EXTERNAL: &str =
    "SELECT * FROM scim_users WHERE tenant = $1 AND external_id = $2 ORDER BY id LIMIT 1000";
const LIST: &str = "SELECT * FROM scim_users WHERE tenant = $1 ORDER BY id LIMIT $2 OFFSET $3";
const COUNT: &str = "SELECT COUNT(*) AS many FROM scim_users WHERE tenant = $1";
const WITHOUT_RECORD: &str =
    "SELECT * FROM scim_users WHERE tenant = $1 AND active = 1 AND subject_id IS NULL ORDER BY id LIMIT $2";
const REPLACE_SUBJECT: &str = "UPDATE subjects SET number = $3, name = $4, claims = $5, search = $6,
        updated_at = $7 WHERE tenant = $1 AND id = $2";

impl Transaction {
    /// A conflict when the userName or the person belongs to another user.
    pub async fn insert_scim_user(&mut self, tenant: &str, stored: &ScimUser) -> Result<(), Error> {
        let user = &stored.user;
        let values = args![
            tenant,
            &stored.id,
            search_text(user.user_name()),
            user.external_id().map(str::to_owned),
            stored.subject_id.clone(),
            i64::from(user.is_active()),
            json(user.members()),
            int(stored.version),
            stored.created_at,
            stored.updated_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// Writes over the version that was read; the version counts up. A conflict as when inserting.
    pub async fn replace_scim_user(&mut self, tenant: &str, stored: &ScimUser) -> Result<(), Error> {
        let user = &stored.user;
        let values = args![
            tenant,
            &stored.id,
            int(stored.version),
            search_text(user.user_name()),
            user.external_id().map(str::to_owned),
            stored.subject_id.clone(),
            i64::from(user.is_active()),
            json(user.members()),
            stored.updated_at
        ];
        Ok(self.tx.execute_one(REPLACE, values).await?)
    }

    pub async fn delete_scim_user(&mut self, tenant: &str, stored: &ScimUser) -> Result<(), Error> {
        Ok(self.tx.execute_one(DELETE, args![tenant, &stored.id, int(stored.version)]).await?)
    }

    pub async fn find_scim_user(&mut self, tenant: &str, id: &str) -> Result<Option<ScimUser>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(user).transpose()
    }

    /// Without regard to letter case.
    /// The identifier under which a machine pushed a person.
    pub async fn find_scim_id_of(&mut self, tenant: &str, subject_id: &str) -> Result<Option<String>, Error> {
        let row = self.tx.fetch_optional(ID_OF_SUBJECT, args![tenant, subject_id]).await?;
        Ok(row.map(|row| row.text("id")).transpose()?)
    }

    pub async fn find_scim_user_by_name(
        &mut self,
        tenant: &str,
        user_name: &str,
    ) -> Result<Option<ScimUser>, Error> {
        let key = search_text(user_name);
        self.tx.fetch_optional(FIND_BY_NAME, args![tenant, key]).await?.as_ref().map(user).transpose()
    }

    /// At most a thousand: clients choose externalId as they like.
    pub async fn list_scim_users_by_external_id(
        &mut self,
        tenant: &str,
        external_id: &str,
    ) -> Result<Vec<ScimUser>, Error> {
        self.tx.fetch_all(BY_EXTERNAL, args![tenant, external_id]).await?.iter().map(user).collect()
    }

    /// In the order in which they came.
    pub async fn list_scim_users(
        &mut self,
        tenant: &str,
        limit: u32,
        skip: u64,
    ) -> Result<Vec<ScimUser>, Error> {
        self.tx.fetch_all(LIST, args![tenant, limit, int(skip)]).await?.iter().map(user).collect()
    }

    pub async fn count_scim_users(&mut self, tenant: &str) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT, args![tenant]).await?.ok_or_else(Error::stale)?;
        Columns { table: "scim_users", row: &row }.number("many")
    }

    /// Active users who are nobody's record yet.
    pub async fn list_scim_users_without_record(
        &mut self,
        tenant: &str,
        limit: u32,
    ) -> Result<Vec<ScimUser>, Error> {
        self.tx.fetch_all(WITHOUT_RECORD, args![tenant, limit]).await?.iter().map(user).collect()
    }

    /// Another number, name or claims of a person who is known. A conflict when the number is somebody else's.
    pub async fn replace_subject(&mut self, tenant: &str, subject: &Subject) -> Result<(), Error> {
        let values = args![
            tenant,
            &subject.id,
            &subject.number,
            &subject.name,
            json(&subject.claims),
            subject.search_text(),
            subject.updated_at
        ];
        Ok(self.tx.execute_one(REPLACE_SUBJECT, values).await?)
    }
}

fn user(row: &Row) -> Result<ScimUser, Error> {
    let columns = Columns { table: "scim_users", row };
    Ok(ScimUser {
        id: row.text("id")?,
        user: User::stored(columns.object("resource")?),
        subject_id: row.opt_text("subject_id")?,
        version: columns.number("version")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
