//! What a file would change, row by row: from what to what, all of it, page by page or as a file.

use chrono::NaiveDate;
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::{Registered, csv};
use store_issuer::Transaction;
use store_issuer::fund::RegisterRow;

use super::register::Content;
use super::{FundError, Issuer};

/// The kinds in the order in which somebody looks at them: what is hardest to mend first.
pub const CHANGE_KINDS: [&str; 5] = ["revives", "reopens", "ends", "changed", "new"];
/// Rows that are open at once while a file is written.
const PIECE: u32 = 500;

/// One row that says something new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedRow {
    /// Line in the file.
    pub line: u64,
    /// One of [`CHANGE_KINDS`].
    pub kind: &'static str,
    /// The pseudonymous number of whoever is on the register.
    pub person: Option<String>,
    /// The nine-digit number.
    pub uid: String,
    /// As the file says.
    pub name: String,
    /// What is another; nothing for somebody new.
    pub fields: Vec<ChangedField>,
}

/// One column, from what to what, as the register writes it; empty where nothing is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedField {
    /// The name of the column.
    pub column: &'static str,
    /// On the register.
    pub before: String,
    /// In the file.
    pub now: String,
}

/// A page of changed rows.
#[derive(Clone, Debug, Default)]
pub struct RegisterChanges {
    /// How many wait of each kind, in the order of [`CHANGE_KINDS`].
    pub counts: [u64; 5],
    /// Of the kind that was asked for, or of all.
    pub total: u64,
    /// Those of the page.
    pub rows: Vec<ChangedRow>,
}

/// Where a file that is being written stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChangesPlace {
    kind: usize,
    line: u64,
}

impl Issuer {
    /// Rows of one kind, or of all with deaths and ends taken back, then deaths and ends first: `limit` of them without the first `skipped`.
    pub async fn register_changes(
        &self,
        tenant: &str,
        (id, kind): (&str, Option<&str>),
        (skipped, limit): (u64, u32),
    ) -> Result<RegisterChanges, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let known = tx.count_fund_import_changes(tenant, id).await?;
        let many = |kind: &str| known.iter().find(|(known, _)| known == kind).map_or(0, |(_, many)| *many);
        let mut page = RegisterChanges { counts: CHANGE_KINDS.map(many), ..RegisterChanges::default() };
        let mut skipped = skipped;
        for kind in CHANGE_KINDS.into_iter().filter(|known| kind.is_none_or(|kind| kind == *known)) {
            let here = many(kind);
            page.total += here;
            let left = limit.saturating_sub(u32::try_from(page.rows.len()).unwrap_or(limit));
            if left > 0 && skipped < here {
                let rows = tx.list_fund_import_changes(tenant, (id, kind), (0, skipped), left).await?;
                page.rows.extend(self.changed_rows(&mut tx, (tenant, id), &rows, kind).await?);
            }
            skipped = skipped.saturating_sub(here);
        }
        Ok(page)
    }

    /// One piece of the file of all differences, and where the next one begins; nothing after the last. The first piece is written
    /// down, since the file names people.
    pub async fn register_changes_file(
        &self,
        by: &Actor,
        id: &str,
        place: ChangesPlace,
    ) -> Result<Option<(Vec<u8>, ChangesPlace)>, FundError> {
        self.pension_fund(&by.tenant)?;
        let first = place.kind == 0 && place.line == 0;
        if first {
            self.changes_are_read(by, id).await?;
        }
        let mut place = place;
        while let Some(kind) = CHANGE_KINDS.get(place.kind) {
            let mut tx = self.store.read().await?;
            let rows = tx.list_fund_import_changes(&by.tenant, (id, kind), (place.line, 0), PIECE).await?;
            let Some(last) = rows.last() else {
                place = ChangesPlace { kind: place.kind + 1, line: 0 };
                continue;
            };
            place.line = last.line;
            let rows = self.changed_rows(&mut tx, (&by.tenant, id), &rows, kind).await?;
            return Ok(Some((written(&rows, first), place)));
        }
        Ok(first.then(|| (written(&[], true), place)))
    }

    async fn changes_are_read(&self, by: &Actor, id: &str) -> Result<(), FundError> {
        sql::retry(|| async {
            let mut tx = self.store.write("export_register_changes").await?;
            tx.find_fund_import(&by.tenant, id).await?.ok_or(FundError::Unknown)?;
            let act = Act { action: "fund.register.export", target: id, detail: "" };
            tx.audit(by, act, self.now()).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    async fn changed_rows(
        &self,
        tx: &mut Transaction,
        (tenant, id): (&str, &str),
        rows: &[RegisterRow],
        kind: &'static str,
    ) -> Result<Vec<ChangedRow>, FundError> {
        let mut changed = Vec::with_capacity(rows.len());
        for row in rows {
            let (new, _): Content =
                self.open_for("row", tenant, &format!("{id}/{}", row.line), &row.sealed)?;
            let old = match &row.person {
                Some(person) => tx.find_fund_person(tenant, person).await?,
                None => None,
            };
            let old = old.map(|old| self.open_fund_person(tenant, &old)).transpose()?;
            changed.push(ChangedRow {
                line: row.line,
                kind,
                person: row.person.clone(),
                name: format!("{} {}", new.given_name, new.family_name),
                fields: old.map(|old| differences(&old.registered, &new)).unwrap_or_default(),
                uid: new.uid,
            });
        }
        Ok(changed)
    }
}

/// A line for each column that changes; one for somebody new. The headings stand in the first piece alone.
fn written(rows: &[ChangedRow], first: bool) -> Vec<u8> {
    let headings = ["line", "kind", "uid", "name", "column", "before", "now"];
    let mut lines: Vec<[String; 7]> = Vec::with_capacity(rows.len());
    for row in rows {
        let line = |column: &str, before: &str, now: &str| {
            [&row.line.to_string(), row.kind, &row.uid, &row.name, column, before, now].map(str::to_owned)
        };
        match row.fields.as_slice() {
            [] => lines.push(line("", "", "")),
            fields => lines.extend(fields.iter().map(|it| line(it.column, &it.before, &it.now))),
        }
    }
    let file = csv(&headings, lines.iter().map(|line| line.each_ref().map(String::as_str)));
    match first {
        true => file,
        false => {
            let end = file.windows(2).position(|pair| pair == b"\r\n").map_or(0, |at| at + 2);
            file.get(end..).unwrap_or_default().to_vec()
        }
    }
}

/// What is another, column by column.
fn differences(old: &Registered, new: &Registered) -> Vec<ChangedField> {
    cells(old)
        .into_iter()
        .zip(cells(new))
        .filter(|((_, before), (_, now))| before != now)
        .map(|((column, before), (_, now))| ChangedField { column, before, now })
        .collect()
}

fn cells(of: &Registered) -> [(&'static str, String); 16] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    [
        ("died_on", day(of.died_on)),
        ("benefit_until", day(of.benefit_until)),
        ("end_reason", text(&of.end_reason)),
        ("in_payment_since", day(of.in_payment_since)),
        ("country", of.country.clone()),
        ("track", if of.two_track { "two" } else { "one" }.to_owned()),
        ("given_name", of.given_name.clone()),
        ("family_name", of.family_name.clone()),
        ("birth_date", of.birth_date.to_string()),
        ("address", text(&of.address)),
        ("email", text(&of.email)),
        ("language", of.language.clone()),
        ("medium", of.medium.clone()),
        ("utc_offset_minutes", of.utc_offset_minutes.to_string()),
        ("employer", text(&of.employer)),
        ("staff_number", text(&of.staff_number)),
    ]
}
