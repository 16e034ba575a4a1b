//! Erasing a person: every row that leads to them goes. What stays are numbers that nothing here makes again.

mod directory;
mod register;

use issuance::{Proposal, Timestamp};
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// Where the chain of events of somebody erased ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedPerson {
    /// How many entries it has.
    pub entries: u64,
    /// The last link.
    pub head: [u8; 32],
    /// When the rest was erased.
    pub erased_at: Timestamp,
}

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 920,
    name: "person_erasures",
    sql: include_str!("migrations/0920_person_erasures.sql"),
}];

/// Words about the person stand in proposals. Each names them by the id of their record.
const FORGET_PROPOSALS: &str = "DELETE FROM approvals
    WHERE tenant = $1 AND act <> 'erase-person' AND (target = $2 OR proposal LIKE '%\"' || $2 || '\"%')";
const FORGET_REASONS: &str = "UPDATE approvals SET proposal = $3, remark = NULL
    WHERE tenant = $1 AND act = 'erase-person' AND target = $2";
const ERASED: &str = "SELECT * FROM fund_erased_people WHERE tenant = $1 AND person = $2";
const PAYROLL_FILES: &str = "SELECT DISTINCT c.file AS id, f.sealed AS sealed FROM fund_payroll_changes c
    JOIN fund_payroll_files f ON f.tenant = c.tenant AND f.id = c.file
    WHERE c.tenant = $1 AND c.key LIKE $2 || '/%'";
const RESEAL_PAYROLL_FILE: &str = "UPDATE fund_payroll_files SET sealed = $3 WHERE tenant = $1 AND id = $2";

impl Transaction {
    /// Erases a person of the directory: record, offers, copies and their salts, requests, pictures and their key, messages.
    /// Places in status lists stay, with what they say.
    pub async fn erase_subject(&mut self, tenant: &str, subject: &str) -> Result<(), Error> {
        for sql in directory::STATEMENTS {
            self.tx.execute(sql, args![tenant, subject]).await?;
        }
        Ok(())
    }

    /// Erases a person of the Fund's register. The events of the journal stay without what they committed to.
    pub async fn erase_fund_person(
        &mut self,
        tenant: &str,
        person: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(register::KEEP_HEAD, args![tenant, person, at]).await?;
        for sql in register::STATEMENTS {
            self.tx.execute(sql, args![tenant, person]).await?;
        }
        Ok(())
    }

    /// Forgets what proposals say of a person, whether decided or not. `target` is what the erasure itself was proposed for.
    pub async fn forget_words_of_proposals(&mut self, tenant: &str, target: &str) -> Result<(), Error> {
        let left = Proposal::ErasePerson { subject: target.to_owned(), reason: String::new() };
        let left = serde_json::to_string(&left).unwrap_or_default();
        self.tx.execute(FORGET_PROPOSALS, args![tenant, target]).await?;
        self.tx.execute(FORGET_REASONS, args![tenant, target, left]).await?;
        Ok(())
    }

    /// Where the chain of events of somebody who was erased ends.
    pub async fn find_erased_fund_person(
        &mut self,
        tenant: &str,
        person: &str,
    ) -> Result<Option<ErasedPerson>, Error> {
        self.tx.fetch_optional(ERASED, args![tenant, person]).await?.as_ref().map(erased).transpose()
    }

    /// Payroll's files that name a person of the register: id and sealed form.
    pub async fn list_fund_payroll_files_of(
        &mut self,
        tenant: &str,
        person: &str,
    ) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let rows = self.tx.fetch_all(PAYROLL_FILES, args![tenant, person]).await?;
        rows.iter().map(|row| Ok((row.text("id")?, row.blob("sealed")?))).collect()
    }

    /// The same file without what somebody erased was called in it.
    pub async fn reseal_fund_payroll_file(
        &mut self,
        tenant: &str,
        id: &str,
        sealed: &[u8],
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(RESEAL_PAYROLL_FILE, args![tenant, id, sealed.to_vec()]).await?)
    }
}

fn erased(row: &Row) -> Result<ErasedPerson, Error> {
    let columns = Columns { table: "fund_erased_people", row };
    Ok(ErasedPerson {
        entries: columns.number("entries")?,
        head: columns.hash("head")?,
        erased_at: row.time("erased_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::{directory, register};

    /// Names of the tables that have one of these columns, with what is between their brackets.
    fn tables(columns: &[&str]) -> Vec<(String, String)> {
        let migrations = crate::migrations();
        let made = migrations.iter().flat_map(|it| it.sql.split("CREATE TABLE ").skip(1));
        let table = |rest: &str| {
            let (name, body) = rest.split_once(" (")?;
            let body = body.split("\n);").next()?;
            let has = columns.iter().any(|column| body.contains(&format!("\n    {column} TEXT")));
            has.then(|| (name.to_owned(), body.to_owned()))
        };
        made.filter_map(table).collect()
    }

    fn names(statements: &[&str], table: &str) -> bool {
        let words: Vec<&str> = statements.iter().flat_map(|sql| sql.split_whitespace()).collect();
        words.windows(2).any(|pair| {
            matches!(pair, [before, word]
            if *word == table && ["FROM", "UPDATE"].contains(before))
        })
    }

    #[test]
    fn every_table_about_a_person_is_named_so_that_a_new_one_is_not_forgotten() {
        // Gone again in the same step: its rows became those of `copies`.
        let renamed = "copies_in_batches";
        let of_subject = tables(&["subject_id", "offer_id", "request_id", "enrolment_id", "request"]);
        assert!(of_subject.len() > 20, "{of_subject:?}");
        for (table, body) in of_subject.iter().filter(|(table, _)| table != renamed) {
            let cascades = body.contains("ON DELETE CASCADE");
            // A request for a sign-in lives ten minutes, and names nobody.
            let short = ["person_oidc_requests"].contains(&table.as_str());
            let known = names(directory::STATEMENTS, table) || names(register::STATEMENTS, table);
            assert!(known || cascades || short, "{table} is about a person and is not erased with them");
        }
        let of_register = tables(&["person"]);
        assert!(of_register.len() > 12, "{of_register:?}");
        for (table, _) in of_register.iter().filter(|(table, _)| !table.starts_with("fund_erased_")) {
            assert!(
                names(register::STATEMENTS, table),
                "{table} is about a person and is not erased with them"
            );
        }
    }
}
