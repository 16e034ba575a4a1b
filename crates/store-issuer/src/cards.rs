//! Designs of cards.

use issuance::card::CardDesign;
use issuance::message::Language;
use issuance::{Actor, CredentialType, Timestamp};
use serde_json::{Map, Value};
use sql::{Migration, Row, args};

use crate::row::{Columns, json};
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 722, name: "cards", sql: include_str!("migrations/0722_cards.sql") }];

/// A design of the organisation's own, and who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardRow {
    pub credential_type: CredentialType,
    pub design: CardDesign,
    pub officer: String,
    pub updated_at: Timestamp,
}

const PUT: &str =
    "INSERT INTO card_designs (tenant, credential_type, background, text, names, officer, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, credential_type) DO UPDATE SET
        background = excluded.background, text = excluded.text, names = excluded.names,
        officer = excluded.officer, updated_at = excluded.updated_at";
const LIST: &str = "SELECT * FROM card_designs WHERE tenant = $1 ORDER BY credential_type";
const DELETE: &str = "DELETE FROM card_designs WHERE tenant = $1 AND credential_type = $2";

impl Transaction {
    pub async fn put_card(
        &mut self,
        by: &Actor,
        kind: CredentialType,
        design: &CardDesign,
        at: Timestamp,
    ) -> Result<(), Error> {
        let names = design.names.iter().map(|(it, name)| (it.code().to_owned(), Value::from(name.as_str())));
        let values = args![
            &by.tenant,
            kind.name(),
            design.background.to_string(),
            design.text.to_string(),
            json(&names.collect::<Map<_, _>>()),
            &by.officer,
            at
        ];
        Ok(self.tx.execute_one(PUT, values).await?)
    }

    pub async fn list_cards(&mut self, tenant: &str) -> Result<Vec<CardRow>, Error> {
        self.tx.fetch_all(LIST, args![tenant]).await?.iter().map(card).collect()
    }

    /// False when there was none.
    pub async fn delete_card(&mut self, tenant: &str, kind: CredentialType) -> Result<bool, Error> {
        Ok(self.tx.execute(DELETE, args![tenant, kind.name()]).await? == 1)
    }
}

fn card(row: &Row) -> Result<CardRow, Error> {
    let columns = Columns { table: "card_designs", row };
    let names = columns.object("names")?;
    let names = names.iter().filter_map(|(code, name)| {
        Some((Language::parse(code)?, name.as_str().unwrap_or_default().to_owned()))
    });
    let design = CardDesign::checked(&row.text("background")?, &row.text("text")?, names);
    Ok(CardRow {
        credential_type: columns.parsed("credential_type", |text| text.parse().ok())?,
        design: design.map_err(|_| columns.impossible("background"))?,
        officer: row.text("officer")?,
        updated_at: row.time("updated_at")?,
    })
}
