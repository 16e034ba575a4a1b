//! What payroll is told: whose payment is held, begins again or ends, each change in one file, until payroll has it.

use chrono::{NaiveDate, NaiveTime};
use clock::Timestamp;
use entitlement::cycle::{
    Edition, EffectKind, Event, Night, Person, PersonYear, QuietHours, Stage, StageName, SuspensionList, step,
};
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::{Registered, csv};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store_issuer::Transaction;
use store_issuer::fund::{DueRow, EffectRow, PayrollFileRow};

use super::calendars::YearCalendar;
use super::lists::jws;
use super::{FundError, Issuer, PayrollFile};

/// Changes in one file. What is more waits for the next one.
const MOST_CHANGES: u32 = 5000;
/// People on one list.
const MOST_ENTRIES: u32 = 100_000;
/// Nights that are looked ahead to a payroll.
const MOST_NIGHTS: usize = 400;

/// One change of one person's payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PayrollChange {
    /// `hold`, `resume`, `stop` or `moved`.
    pub change: String,
    /// The nine-digit number, by which payroll knows the person.
    pub uid: String,
    /// The pseudonymous number.
    pub person: String,
    /// The year of the proof that it is about.
    pub year: i32,
    /// From which day on.
    pub effective_on: NaiveDate,
    /// The rule that asked for it, or `off-the-list`.
    pub reason: String,
    /// The same for ever: whoever read it before does nothing again.
    pub reference: String,
    /// Where somebody who moved lives now, as far as a proof says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A file of changes.
#[derive(Clone, Debug)]
pub struct PayrollChanges {
    /// Where it stands.
    pub row: PayrollFileRow,
    /// What it says.
    pub changes: Vec<PayrollChange>,
}

/// Whom a list holds at one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    pub held: Vec<Held>,
    /// Who came off, with the number and the stage where they stand now.
    pub off: Vec<(String, String, StageName)>,
}

/// One person whose payment is held, or will be as it stands now.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub person: String,
    pub uid: String,
    pub from: NaiveDate,
    /// Not yet: the payroll's day has not come.
    pub ahead: bool,
}

impl Issuer {
    /// Makes the file of all changes that payroll was not told. While one waits for its acknowledgement that one is it;
    /// nothing when there is nothing to tell.
    pub async fn make_payroll_changes(&self, by: &Actor) -> Result<Option<PayrollChanges>, FundError> {
        self.pension_fund(&by.tenant)?;
        let made = sql::retry(|| async {
            let (tenant, now) = (by.tenant.as_str(), self.now());
            let mut tx = self.store.write("make_payroll_changes").await?;
            if let Some(open) = tx.find_open_fund_payroll_file(tenant).await? {
                return Ok::<_, FundError>(Some(open.id));
            }
            let mut changes = Vec::new();
            for asked in tx.list_untold_fund_payments(tenant, MOST_CHANGES).await? {
                if let Some(change) = self.change_of(&mut tx, tenant, &asked).await? {
                    changes.push(change);
                }
            }
            self.who_came_off(&mut tx, tenant, now, &mut changes).await?;
            if changes.is_empty() {
                return Ok(None);
            }
            let id = self.new_id();
            let keys: Vec<String> = changes.iter().map(|change| change.reference.clone()).collect();
            let row = PayrollFileRow {
                made_by: by.officer.clone(),
                made_at: now,
                changes: changes.len() as u64,
                digest: entitlement::journal::hex(&Sha256::digest(sheet(&changes))),
                sealed: self.seal_for("payroll", tenant, &id, &changes),
                acknowledged_by: None,
                acknowledged_at: None,
                id,
            };
            match tx.insert_fund_payroll_file(tenant, &row, &keys).await {
                Ok(()) => {}
                Err(error) if error.is_conflict() => return Err(store_issuer::Error::stale().into()),
                Err(error) => return Err(error.into()),
            }
            let act = Act { action: "fund.payroll.make", target: &row.id, detail: &row.digest };
            tx.audit(by, act, now).await?;
            tx.commit().await?;
            Ok(Some(row.id))
        })
        .await?;
        match made {
            Some(id) => Ok(Some(self.payroll_changes(&by.tenant, &id).await?)),
            None => Ok(None),
        }
    }

    /// One file.
    pub async fn payroll_changes(&self, tenant: &str, id: &str) -> Result<PayrollChanges, FundError> {
        self.pension_fund(tenant)?;
        let row = self.store.read().await?.find_fund_payroll_file(tenant, id).await?;
        let row = row.ok_or(FundError::Unknown)?;
        Ok(PayrollChanges { changes: self.open_for("payroll", tenant, id, &row.sealed)?, row })
    }

    /// Newest first.
    pub async fn list_payroll_changes(
        &self,
        tenant: &str,
        limit: u32,
    ) -> Result<Vec<PayrollFileRow>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.list_fund_payroll_files(tenant, limit).await?)
    }

    /// How many changes no file holds yet.
    pub async fn payroll_changes_waiting(&self, tenant: &str) -> Result<u64, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.count_untold_fund_payments(tenant).await?)
    }

    /// The files of one set of changes. Reading it is written down.
    pub async fn payroll_changes_file(&self, by: &Actor, id: &str) -> Result<PayrollFile, FundError> {
        let fund = self.pension_fund(&by.tenant)?;
        let PayrollChanges { row, changes } = self.payroll_changes(&by.tenant, id).await?;
        let now = self.now();
        let mut tx = self.store.write("export_payroll_changes").await?;
        tx.audit(by, Act { action: "fund.payroll.export", target: id, detail: &row.digest }, now).await?;
        tx.commit().await?;
        let payload = json!({
            "id": id,
            "madeAt": row.made_at,
            "digest": row.digest,
            "changes": changes,
        });
        Ok(PayrollFile { csv: sheet(&changes), jws: jws(fund, &payload).await? })
    }

    /// Payroll has carried a file out: its ends of payments are done, and the next file can be made. Said again it is the same.
    pub async fn acknowledge_payroll_changes(&self, by: &Actor, id: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let (tenant, now) = (by.tenant.as_str(), self.now());
            let mut tx = self.store.write("acknowledge_payroll_changes").await?;
            tx.find_fund_payroll_file(tenant, id).await?.ok_or(FundError::Unknown)?;
            if tx.acknowledge_fund_payroll_file(tenant, id, (&by.officer, now)).await? {
                let act = Act { action: "fund.payroll.acknowledge", target: id, detail: "" };
                tx.audit(by, act, now).await?;
            }
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    async fn change_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        asked: &EffectRow,
    ) -> Result<Option<PayrollChange>, FundError> {
        if asked.kind == super::moved::KIND {
            let uid = self.uid_of(tx, tenant, &asked.person).await?;
            return super::moved::change_of(asked, uid).map(Some);
        }
        let kind: EffectKind = serde_json::from_str(&asked.content).map_err(|_| FundError::Damaged)?;
        let (change, effective_on) = match &kind {
            EffectKind::HoldPayment { payroll, list } => {
                tx.settle_fund_payroll(tenant, (list, &asked.person)).await?;
                ("hold", *payroll)
            }
            // An end that was none leaves no day unpaid.
            EffectKind::ResumePayment { from, .. } => {
                ("resume", from.unwrap_or_else(|| asked.asked_at.date_naive()))
            }
            EffectKind::StopPayment { from } => ("stop", *from),
            _ => return Ok(None),
        };
        Ok(Some(PayrollChange {
            change: change.to_owned(),
            uid: self.uid_of(tx, tenant, &asked.person).await?,
            person: asked.person.clone(),
            year: asked.year,
            effective_on,
            reason: asked.rule.clone(),
            reference: asked.key.clone(),
            country: None,
        }))
    }

    /// Whom a list's file named before its day, and whose payment is not held now.
    async fn who_came_off(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        now: Timestamp,
        changes: &mut Vec<PayrollChange>,
    ) -> Result<(), FundError> {
        let told = tx.list_told_fund_payroll(tenant, MOST_CHANGES).await?;
        let mut known: Option<(SuspensionList, Standing)> = None;
        for (list, person) in told {
            if known.as_ref().is_none_or(|(of, _)| of.id != list) {
                let row = tx.find_fund_list(tenant, &list).await?.ok_or(FundError::Unknown)?;
                let opened: SuspensionList = self.open_for("list", tenant, &list, &row.sealed)?;
                let standing = self.standing_of(tx, tenant, &opened, now).await?;
                known = Some((opened, standing));
            }
            let Some((opened, standing)) = &known else { continue };
            if standing.held.iter().any(|held| held.person == person) {
                continue;
            }
            tx.settle_fund_payroll(tenant, (&list, &person)).await?;
            let about = |change: &PayrollChange| change.person == person && change.change != "hold";
            if changes.iter().any(about) {
                continue;
            }
            changes.push(PayrollChange {
                change: "resume".to_owned(),
                uid: self.uid_of(tx, tenant, &person).await?,
                year: opened.year,
                effective_on: opened.payroll,
                reason: "off-the-list".to_owned(),
                reference: format!("{person}/{}/off-the-list/{list}", opened.year),
                person,
                country: None,
            });
        }
        Ok(())
    }

    async fn uid_of(&self, tx: &mut Transaction, tenant: &str, person: &str) -> Result<String, FundError> {
        let row = tx.find_fund_person(tenant, person).await?.ok_or(FundError::Damaged)?;
        let registered: Registered = self.open_for("person", tenant, &row.id, &row.sealed)?;
        Ok(registered.uid)
    }

    /// Whom a list holds: who is suspended by it, and before its payroll whoever the coming nights would suspend as everything
    /// stands now. The nights are played, not guessed: what spares a person in them spares the person here.
    pub(super) async fn standing_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        list: &SuspensionList,
        now: Timestamp,
    ) -> Result<Standing, FundError> {
        let known = self.calendars_within(tx, tenant).await?;
        let known = known.into_iter().find(|known| known.calendar.year() == list.year);
        let known = known.ok_or(FundError::NoCalendar(list.year))?;
        let mut rows = std::collections::BTreeMap::new();
        for stage in [StageName::SuspensionProposed, StageName::Suspended] {
            for row in tx.list_fund_cycles_in(tenant, (list.year, stage.as_str()), "", MOST_ENTRIES).await? {
                rows.insert(row.person.id.clone(), row);
            }
        }
        let mut standing = Standing::default();
        for entry in &list.entries {
            // Whoever was erased since is on the list by pseudonymous number alone, and nobody is told anything of them.
            if tx.find_erased_fund_person(tenant, &entry.person).await?.is_some() {
                continue;
            }
            let uid = self.uid_of(tx, tenant, &entry.person).await?;
            let held = match rows.get(&entry.person) {
                Some(row) => self.held_from(tx, tenant, (row, &known), (list, now)).await?,
                None => None,
            };
            let person = entry.person.clone();
            match held {
                Some((from, ahead)) => standing.held.push(Held { person, uid, from, ahead }),
                None => {
                    let stage = self.stage_of(tx, tenant, &person, list.year).await?;
                    standing.off.push((person, uid, stage));
                }
            }
        }
        Ok(standing)
    }

    async fn held_from(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        (row, known): (&DueRow, &YearCalendar),
        (list, now): (&SuspensionList, Timestamp),
    ) -> Result<Option<(NaiveDate, bool)>, FundError> {
        let record = self.open_cycle(tenant, &row.cycle)?;
        if let Some(since) = by_list(&record, &list.id) {
            return Ok(Some((since, false)));
        }
        if record.stage != Stage::SuspensionProposed {
            return Ok(None);
        }
        let events = self.unread_events(tx, tenant, row).await?;
        let facts = self.open_facts(tenant, &row.person)?;
        let from = coming_nights(record, (&facts, &events), known, (list, now))?;
        Ok(from.map(|from| (from, true)))
    }

    async fn stage_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &str,
        year: i32,
    ) -> Result<StageName, FundError> {
        let rows = tx.list_fund_cycles(tenant, person).await?;
        let row = rows.iter().find(|row| row.year == year).ok_or(FundError::Damaged)?;
        Ok(self.open_cycle(tenant, row)?.stage.name())
    }
}

fn by_list(record: &PersonYear, list: &str) -> Option<NaiveDate> {
    match &record.stage {
        Stage::Suspended { since, list: by } if by == list => Some(*since),
        _ => None,
    }
}

/// Plays this day and the nights up to the payroll, and says from when payment is held by then.
fn coming_nights(
    mut record: PersonYear,
    (facts, events): (&Person, &[Event]),
    known: &YearCalendar,
    (list, now): (&SuspensionList, Timestamp),
) -> Result<Option<NaiveDate>, FundError> {
    let two = NaiveTime::from_hms_opt(2, 0, 0).unwrap_or_default();
    let nights = std::iter::successors(now.date_naive().succ_opt(), |day: &NaiveDate| day.succ_opt())
        .take_while(|day| *day <= list.payroll)
        .take(MOST_NIGHTS)
        .map(|day| day.and_time(two).and_utc());
    for at in std::iter::once(now).chain(nights) {
        let night =
            Night { calendar: &known.calendar, at, quiet: QuietHours::default(), edition: Edition::LATEST };
        record = step(&record, facts, events, &night)?.after;
        if let Some(since) = by_list(&record, &list.id) {
            return Ok(Some(since));
        }
        if record.approval.as_ref().is_none_or(|approval| approval.list != list.id) {
            return Ok(None);
        }
    }
    Ok(None)
}

fn sheet(changes: &[PayrollChange]) -> Vec<u8> {
    let headings = ["uid", "person", "change", "effective_on", "reason", "year", "reference", "country"];
    let lines: Vec<[String; 8]> = changes
        .iter()
        .map(|it| {
            let (day, year) = (it.effective_on.to_string(), it.year.to_string());
            let country = it.country.clone().unwrap_or_default();
            let one = [&it.uid, &it.person, &it.change, &day, &it.reason, &year, &it.reference, &country];
            one.map(Clone::clone)
        })
        .collect();
    csv(&headings, lines.iter().map(|line| line.each_ref().map(String::as_str)))
}
