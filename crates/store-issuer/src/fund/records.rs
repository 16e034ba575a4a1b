//! Which record for a wallet belongs to whom of the register.

use chrono::NaiveDate;
use sql::{Migration, args};

use super::people::{PersonRow, person};
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 930,
        name: "wallet_records",
        sql: include_str!("../migrations/0930_wallet_records.sql"),
    },
    Migration { version: 931, name: "invitations", sql: include_str!("../migrations/0931_invitations.sql") },
];

const WITHOUT: &str = "SELECT * FROM fund_people WHERE tenant = $1 AND subject_id IS NULL AND died_on IS NULL
        AND (benefit_until IS NULL OR benefit_until >= $2) AND id > $3 ORDER BY id LIMIT $4";
const LINK: &str = "UPDATE fund_people SET subject_id = $3, medium = $4 WHERE tenant = $1 AND id = $2";
const OF_SUBJECT: &str = "SELECT * FROM fund_people WHERE tenant = $1 AND subject_id = $2";

impl Transaction {
    /// People who can take part on a day and have no record for a wallet, in the order of their numbers after `after`.
    pub async fn list_fund_people_without_record(
        &mut self,
        tenant: &str,
        today: NaiveDate,
        after: &str,
        limit: u32,
    ) -> Result<Vec<PersonRow>, Error> {
        let values = args![tenant, today.to_string(), after, limit];
        self.tx.fetch_all(WITHOUT, values).await?.iter().map(person).collect()
    }

    /// Notes the record of somebody who is on the register, and how reminders come.
    pub async fn link_fund_person(
        &mut self,
        tenant: &str,
        person: &str,
        (subject_id, medium): (&str, &str),
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(LINK, args![tenant, person, subject_id, medium]).await?)
    }

    /// Whose record it is, by the register; nothing for somebody whom an officer put on the list by hand.
    pub async fn find_fund_person_of_subject(
        &mut self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Option<PersonRow>, Error> {
        self.tx.fetch_optional(OF_SUBJECT, args![tenant, subject_id]).await?.as_ref().map(person).transpose()
    }
}
