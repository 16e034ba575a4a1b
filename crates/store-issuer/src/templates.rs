//! Texts of messages that an organisation wrote itself.

use issuance::message::{Language, MessageEvent, Template};
use issuance::{Actor, Timestamp};
use sql::{Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// A text of the organisation's own, and who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateRow {
    pub event: MessageEvent,
    pub language: Language,
    pub template: Template,
    pub officer: String,
    pub updated_at: Timestamp,
}

const PUT: &str =
    "INSERT INTO message_templates (tenant, event, language, subject, body, officer, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, event, language) DO UPDATE SET
        subject = excluded.subject, body = excluded.body, officer = excluded.officer,
        updated_at = excluded.updated_at";
const FIND: &str = "SELECT * FROM message_templates WHERE tenant = $1 AND event = $2 AND language = $3";
const LIST: &str = "SELECT * FROM message_templates WHERE tenant = $1 ORDER BY event, language";
const DELETE: &str = "DELETE FROM message_templates WHERE tenant = $1 AND event = $2 AND language = $3";

impl Transaction {
    pub async fn put_template(
        &mut self,
        by: &Actor,
        (event, language): (MessageEvent, Language),
        template: &Template,
        at: Timestamp,
    ) -> Result<(), Error> {
        let (subject, body) = (&template.subject, &template.body);
        let values = args![&by.tenant, event.as_str(), language.code(), subject, body, &by.officer, at];
        Ok(self.tx.execute_one(PUT, values).await?)
    }

    pub async fn find_template(
        &mut self,
        tenant: &str,
        event: MessageEvent,
        language: Language,
    ) -> Result<Option<TemplateRow>, Error> {
        let row = self.tx.fetch_optional(FIND, args![tenant, event.as_str(), language.code()]).await?;
        row.map(|row| template(&row)).transpose()
    }

    pub async fn list_templates(&mut self, tenant: &str) -> Result<Vec<TemplateRow>, Error> {
        self.tx.fetch_all(LIST, args![tenant]).await?.iter().map(template).collect()
    }

    /// False when there was none.
    pub async fn delete_template(
        &mut self,
        tenant: &str,
        event: MessageEvent,
        language: Language,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(DELETE, args![tenant, event.as_str(), language.code()]).await? == 1)
    }
}

fn template(row: &Row) -> Result<TemplateRow, Error> {
    let columns = Columns { table: "message_templates", row };
    Ok(TemplateRow {
        event: columns.parsed("event", MessageEvent::parse)?,
        language: columns.parsed("language", Language::parse)?,
        template: Template { subject: row.text("subject")?, body: row.text("body")? },
        officer: row.text("officer")?,
        updated_at: row.time("updated_at")?,
    })
}
