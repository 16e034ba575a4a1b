//! The pension system's file: read, compared, looked at, confirmed, worked off in steps that survive a crash.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use clock::Timestamp;
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::{
    BadRow, File, ListedRow, Registered, RowFault, SheetError, faults_csv, register, register_headings,
    register_rows,
};
use sha2::{Digest as _, Sha256};
use store_issuer::fund::{PersonRow, RegisterCounts, RegisterImport, RegisterRow};

use super::{FundError, Issuer};

const PAGE: u32 = 5000;
const LONGEST_FILE_NAME: usize = 120;
/// A machine ends nobody's benefit in masses: one in so many of the register, and always so few, are within reason.
const ONE_IN: u64 = 50;
const ALWAYS_WITHIN_REASON: u64 = 20;
/// Deaths and ends that a file may take back without a second pair of eyes: a mistake of the register, not a file of last week.
const MOST_REVIVED_ALONE: u64 = 3;

/// Where rows come from.
#[derive(Clone, Copy, Debug)]
pub enum RegisterSource<'a> {
    /// CSV or a workbook.
    Sheet { name: &'a str, file: File<'a> },
    /// Cells under the usual headings; the digest is of the message they came in.
    Rows { name: &'a str, rows: &'a [Vec<String>], digest: [u8; 32] },
}

/// A file with what it would change.
#[derive(Clone, Debug)]
pub struct RegisterPreview {
    /// The file.
    pub import: RegisterImport,
    /// How many rows of which kind.
    pub counts: RegisterCounts,
    /// Whether so many would end, or so many deaths and ends would be taken back, that a second person confirms it.
    pub braked: bool,
    /// Whether a file that was handed in later is in the register already.
    pub overtaken: bool,
    /// The first rows that were left out, with line, column and reason.
    pub faults: Vec<RowFault>,
}

/// What a good row holds until it is worked off.
pub(super) type Content = (Registered, Vec<String>);

impl Issuer {
    /// Reads a file and keeps every row of it, good or bad. The same file again, as long as none came after it, is the same
    /// import.
    pub async fn upload_register(&self, by: &Actor, source: RegisterSource<'_>) -> Result<String, FundError> {
        self.pension_fund(&by.tenant)?;
        let now = self.now();
        let (name, digest, headings, rows) = read(source, now.date_naive())?;
        let standing = self.standing(&by.tenant).await?;
        let absent = {
            let named = rows.iter().filter_map(|row| row.outcome.as_ref().ok());
            let named: std::collections::BTreeSet<String> =
                named.map(|row| self.secrets.register_mark(&by.tenant, "number", &row.uid)).collect();
            standing.keys().filter(|mark| !named.contains(*mark)).count() as u64
        };
        let import = RegisterImport {
            id: self.new_id(),
            digest,
            file_name: name.chars().filter(|c| !c.is_control()).take(LONGEST_FILE_NAME).collect(),
            headings,
            state: "preview".to_owned(),
            absent,
            created_by: by.officer.clone(),
            created_at: now,
            confirmed_by: None,
            finished_at: None,
        };
        let rows: Vec<RegisterRow> =
            rows.iter().map(|row| self.register_row(&by.tenant, &import.id, row, &standing, now)).collect();
        sql::retry(|| async {
            let mut tx = self.store.write("upload_register").await?;
            if let Some(same) = tx.find_same_fund_import(&by.tenant, &digest).await? {
                return Ok(same.id);
            }
            // Handed in again it is compared with what stands now, and the comparison of before is worth nothing.
            if let Some(old) = tx.find_overtaken_fund_import(&by.tenant, &digest).await? {
                tx.discard_fund_import(&by.tenant, &old.id, now).await?;
                let act = Act { action: "fund.register.discard", target: &old.id, detail: "" };
                tx.audit(by, act, now).await?;
            }
            tx.insert_fund_import(&by.tenant, &import).await?;
            for row in &rows {
                tx.insert_fund_import_row(&by.tenant, &import.id, row).await?;
            }
            let act = Act { action: "fund.register.upload", target: &import.id, detail: "" };
            tx.audit(by, act, now).await?;
            tx.commit().await?;
            Ok(import.id.clone())
        })
        .await
    }

    /// The register by the marks of its numbers.
    async fn standing(&self, tenant: &str) -> Result<BTreeMap<String, PersonRow>, FundError> {
        let mut tx = self.store.read().await?;
        let (mut standing, mut after) = (BTreeMap::new(), String::new());
        loop {
            let page = tx.list_fund_people_by_mark(tenant, &after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(standing) };
            after.clone_from(&last.number_mark);
            standing.extend(page.into_iter().map(|person| {
                // What is sealed is not needed for comparing, and 74,000 of them are large.
                let lean = PersonRow { sealed: Vec::new(), facts: Vec::new(), ..person };
                (lean.number_mark.clone(), lean)
            }));
        }
    }

    fn register_row(
        &self,
        tenant: &str,
        import: &str,
        row: &ListedRow<Registered>,
        standing: &BTreeMap<String, PersonRow>,
        now: Timestamp,
    ) -> RegisterRow {
        let purpose = format!("{import}/{}", row.line);
        match &row.outcome {
            Ok(good) => {
                let mark = self.secrets.register_mark(tenant, "number", &good.uid);
                let known = standing.get(&mark);
                let difference = match known {
                    None => "new",
                    Some(known) if known.content_mark == self.content_mark(tenant, good) => "same",
                    Some(known) if known.died_on.is_some() && good.died_on.is_none() => "revives",
                    Some(known) if takes_end_back(known, good, now.date_naive()) => "reopens",
                    Some(known) if ends(known, good, now.date_naive()) => "ends",
                    Some(_) => "changed",
                };
                let content: Content = (good.clone(), row.fields.clone());
                RegisterRow {
                    line: row.line,
                    state: "good".to_owned(),
                    difference: difference.to_owned(),
                    person: known.map(|known| known.id.clone()),
                    sealed: self.seal_for("row", tenant, &purpose, &content),
                }
            }
            Err(bad) => RegisterRow {
                line: row.line,
                state: "bad".to_owned(),
                difference: String::new(),
                person: None,
                sealed: self.seal_for("row", tenant, &purpose, bad),
            },
        }
    }

    pub(super) fn content_mark(&self, tenant: &str, registered: &Registered) -> String {
        let content = serde_json::to_string(registered).unwrap_or_default();
        self.secrets.register_mark(tenant, "content", &content)
    }

    /// What a file would change, or has changed.
    pub async fn register_preview(&self, tenant: &str, id: &str) -> Result<RegisterPreview, FundError> {
        const SHOWN: u32 = 50;
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let import = tx.find_fund_import(tenant, id).await?.ok_or(FundError::Unknown)?;
        let counts = tx.count_fund_import_rows(tenant, id).await?;
        let people = tx.count_fund_people(tenant).await?;
        let mut faults = Vec::new();
        for row in tx.list_fund_import_rows(tenant, id, "bad", 0, SHOWN).await? {
            let bad: BadRow = self.open_for("row", tenant, &format!("{id}/{}", row.line), &row.sealed)?;
            faults.extend(bad.faults);
        }
        let waits = import.state == "preview";
        let overtaken = waits && tx.is_fund_import_overtaken(tenant, &import).await?;
        let braked = waits && is_braked(&counts, people);
        Ok(RegisterPreview { import, counts, braked, overtaken, faults })
    }

    /// Newest first, those older than the one with the number `before`, where one is given.
    pub async fn list_register_imports(
        &self,
        tenant: &str,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<RegisterImport>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.list_fund_imports(tenant, before, limit).await?)
    }

    /// From here on the good rows are worked off, whatever happens to this program. Confirming again changes nothing. A file
    /// that would end unusually many needs a person who did not hand it in.
    pub async fn confirm_register(&self, by: &Actor, id: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("confirm_register").await?;
            let import = tx.find_fund_import(&by.tenant, id).await?.ok_or(FundError::Unknown)?;
            match import.state.as_str() {
                "preview" => {}
                "confirmed" | "finished" => return Ok(()),
                _ => return Err(FundError::Closed),
            }
            if tx.is_fund_import_overtaken(&by.tenant, &import).await? {
                return Err(FundError::Conflict(
                    "a file that was handed in later is in the register already: this one would put older facts back; discard it, or hand it in again so that it is compared with what stands now",
                ));
            }
            let counts = tx.count_fund_import_rows(&by.tenant, id).await?;
            let people = tx.count_fund_people(&by.tenant).await?;
            let alone = import.created_by == by.officer || issuance::client_of(&by.officer).is_some();
            if alone && is_braked_for_life(&counts) {
                return Err(FundError::Conflict(
                    "this file takes back several deaths or ends of benefits; a person who did not hand it in looks at them and confirms it in the console",
                ));
            }
            if alone && is_braked(&counts, people) {
                return Err(FundError::Brake { ends: counts.ends, people, one_in: ONE_IN });
            }
            if !tx.confirm_fund_import(&by.tenant, id, &by.officer).await? {
                return Err(FundError::Closed);
            }
            tx.audit(by, Act { action: "fund.register.confirm", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await?;
        self.imports.notify_one();
        Ok(())
    }

    /// Erases a file that waits.
    pub async fn discard_register(&self, by: &Actor, id: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("discard_register").await?;
            if !tx.discard_fund_import(&by.tenant, id, now).await? {
                return Err(FundError::Closed);
            }
            tx.audit(by, Act { action: "fund.register.discard", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// The rows that were not accepted, as a file to correct and send again.
    pub async fn register_faults_file(&self, tenant: &str, id: &str) -> Result<Vec<u8>, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let import = tx.find_fund_import(tenant, id).await?.ok_or(FundError::Unknown)?;
        let (mut bad, mut after) = (Vec::new(), 0);
        loop {
            let rows = tx.list_fund_import_rows(tenant, id, "bad", after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = last.line;
            for row in rows {
                let opened: BadRow =
                    self.open_for("row", tenant, &format!("{id}/{}", row.line), &row.sealed)?;
                bad.push((row.line, opened));
            }
        }
        Ok(faults_csv(&import.headings, bad.iter().map(|(line, row)| (*line, row))))
    }
}

/// Name, digest, headings and rows of a source.
type Read<'a> = (&'a str, [u8; 32], Vec<String>, Vec<ListedRow<Registered>>);

fn read(source: RegisterSource<'_>, today: NaiveDate) -> Result<Read<'_>, SheetError> {
    match source {
        RegisterSource::Sheet { name, file } => {
            let sheet = file.sheet.unwrap_or_default().trim();
            let digest = Sha256::new().chain_update(file.bytes).chain_update(sheet).finalize().into();
            let listing = register(file, today)?;
            Ok((name, digest, listing.headings, listing.rows))
        }
        RegisterSource::Rows { name, rows, digest } => {
            Ok((name, digest, register_headings(), register_rows(rows.to_vec(), today)?))
        }
    }
}

/// A death, or an end of the benefit that has come, which the register did not know.
fn ends(known: &PersonRow, new: &Registered, today: NaiveDate) -> bool {
    let over = |day: Option<NaiveDate>| day.is_some_and(|day| day < today);
    (known.died_on.is_none() && new.died_on.is_some())
        || (!over(known.benefit_until) && over(new.benefit_until))
}

/// An end that took effect and is another one now, or none: payroll is told to pay from the day of the old one.
fn takes_end_back(known: &PersonRow, new: &Registered, today: NaiveDate) -> bool {
    let took_effect = known.end_told || known.benefit_until.is_some_and(|day| day < today);
    took_effect && known.benefit_until != new.benefit_until
}

fn is_braked_for_life(counts: &RegisterCounts) -> bool {
    counts.revives.saturating_add(counts.reopens) > MOST_REVIVED_ALONE
}

fn is_braked(counts: &RegisterCounts, people: u64) -> bool {
    is_braked_for_life(counts)
        || (counts.ends > ALWAYS_WITHIN_REASON && counts.ends.saturating_mul(ONE_IN) > people)
}
