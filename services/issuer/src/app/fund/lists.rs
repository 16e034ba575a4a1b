//! Lists for payroll: a dry run, two approvals of exactly what it says, and the files.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use clock::Timestamp;
use entitlement::cycle::{Entry, StageName, SuspensionList, What, form_is_short, notice_is_short};
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::csv;
use serde_json::json;
use store_issuer::Transaction;
use store_issuer::fund::ListRow;

use super::journal::Pen;
use super::mailings::LETTERS_IN_PIECE;
use super::payroll::Held;
use super::{FundError, Issuer, Tenant};

const PAGE: u32 = 5000;
/// People on one list.
const MOST_ENTRIES: u32 = 100_000;

/// A list, for people.
#[derive(Clone, Debug)]
pub struct SuspensionView {
    /// Where it stands.
    pub row: ListRow,
    /// Whom it names, whom it spares and why, who approved.
    pub list: SuspensionList,
    /// The words of notes that reasons name, by their number.
    pub notes: Vec<(String, String)>,
}

/// Whom an approved list holds, in numbers.
#[derive(Clone, Debug)]
pub struct ListStanding {
    /// Everybody whose payment is held, or will be.
    pub held: usize,
    /// Of these, those whose day has not come.
    pub ahead: usize,
    /// Who came off, and where they stand.
    pub off: Vec<(String, StageName)>,
    /// As of when.
    pub as_of: Timestamp,
}

/// What payroll gets.
#[derive(Clone, Debug)]
pub struct PayrollFile {
    /// For spreadsheets.
    pub csv: Vec<u8>,
    /// A JWS (RFC 7515) with the organisation's key over the same.
    pub jws: String,
}

impl Issuer {
    /// Prepares a list for a payroll and changes nobody's cycle: the dry run.
    pub async fn prepare_list(&self, by: &Actor, year: i32, payroll: NaiveDate) -> Result<String, FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let (tenant, now) = (by.tenant.as_str(), self.now());
            let mut tx = self.store.write("prepare_fund_list").await?;
            let known = self.calendars_within(&mut tx, tenant).await?;
            let known = known.into_iter().find(|known| known.calendar.year() == year);
            let calendar = known.ok_or(FundError::NoCalendar(year))?.calendar;
            let mut cycles = Vec::new();
            let mut stages = vec![StageName::SuspensionProposed, StageName::Grace];
            if now.date_naive() > calendar.dates().grace_until {
                // Whom something stopped on the way is spared by it, and the list says so.
                stages.extend([StageName::Open, StageName::Mailed, StageName::Reminded]);
                stages.extend([StageName::Overdue, StageName::FollowUp]);
            }
            for stage in stages {
                let rows = tx.list_fund_cycles_in(tenant, (year, stage.as_str()), "", MOST_ENTRIES).await?;
                for row in rows {
                    // Somebody about whom something came in since the last night is looked at by the next one first,
                    // but for what decides nothing, such as that the notice left.
                    let unread = self.unread_events(&mut tx, tenant, &row).await?;
                    if unread.iter().any(|event| event.what.decides()) {
                        continue;
                    }
                    cycles
                        .push((self.open_cycle(tenant, &row.cycle)?, self.open_facts(tenant, &row.person)?));
                }
            }
            let id = self.new_id();
            let prepared = (by.officer.as_str(), now);
            let cycles = cycles.iter().map(|(cycle, person)| (cycle, person));
            let facts: BTreeMap<&str, (u16, u16)> = cycles
                .clone()
                .map(|(_, person)| {
                    let dates = calendar.dates_of(person);
                    (person.id.as_str(), (dates.notice_days, dates.return_days))
                })
                .collect();
            let notices = self.letters_left(&mut tx, tenant, (year, "send-notice")).await?;
            let forms = first_forms(self.letters_left(&mut tx, tenant, (year, "mail-paper")).await?);
            let list = SuspensionList::dry_run(&id, payroll, &calendar, cycles, prepared)?.sparing(|entry| {
                let (notice, form) =
                    facts.get(entry.person.as_str()).copied().unwrap_or((u16::MAX, u16::MAX));
                let key = notice_key(entry, year);
                form_is_short(forms.get(&entry.person).copied(), form, payroll)
                    .or_else(|| notice_is_short(notices.get(&key).copied(), notice, payroll))
            });
            let row = ListRow {
                year,
                payroll,
                state: "prepared".to_owned(),
                digest: list.digest(),
                sealed: self.seal_for("list", tenant, &id, &list),
                entries: list.entries.len() as u64,
                held_out: list.held_out.len() as u64,
                prepared_by: by.officer.clone(),
                prepared_at: now,
                revision: 0,
                id,
            };
            tx.insert_fund_list(tenant, &row).await?;
            let act = Act { action: "fund.list.prepare", target: &row.id, detail: &row.digest };
            tx.audit(by, act, now).await?;
            tx.commit().await?;
            Ok(row.id)
        })
        .await
    }

    /// The days on which the post took the letters of a year, by the key of what asked for them. Payment of nobody stops whose
    /// form or notice lies in the house.
    async fn letters_left(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        of: (i32, &str),
    ) -> Result<BTreeMap<String, NaiveDate>, FundError> {
        let (mut left, mut after) = (BTreeMap::new(), String::new());
        loop {
            let page = tx.list_posted_fund_letters(tenant, of, (&after, PAGE), LETTERS_IN_PIECE).await?;
            let Some((last, _)) = page.last() else { return Ok(left) };
            after.clone_from(last);
            left.extend(page);
        }
    }

    /// One officer's approval of exactly what was looked at. With the second one each person's cycle gets it.
    pub async fn approve_list(
        &self,
        by: &Actor,
        id: &str,
        digest: &str,
    ) -> Result<SuspensionView, FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let (tenant, now) = (by.tenant.as_str(), self.now());
            let mut tx = self.store.write("approve_fund_list").await?;
            let SuspensionView { row, list, notes } = self.list_within(&mut tx, tenant, id).await?;
            if row.state == "withdrawn" {
                return Err(FundError::Closed);
            }
            let list = list.approved(digest, &by.officer, now)?;
            let complete = list.approvals().len() == 2;
            if complete {
                self.tell_approval(&mut tx, tenant, &list, now).await?;
            }
            let before = row.revision;
            let row = ListRow {
                state: if complete { "approved" } else { "prepared" }.to_owned(),
                sealed: self.seal_for("list", tenant, id, &list),
                revision: before + 1,
                ..row
            };
            tx.replace_fund_list(tenant, before, &row).await?;
            tx.audit(by, Act { action: "fund.list.approve", target: id, detail: digest }, now).await?;
            tx.commit().await?;
            Ok(SuspensionView { row, list, notes })
        })
        .await
    }

    async fn tell_approval(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        list: &SuspensionList,
        now: Timestamp,
    ) -> Result<(), FundError> {
        for entry in &list.entries {
            let Some(approval) = list.approval_of(entry) else { continue };
            let person = tx.find_fund_person(tenant, &entry.person).await?.ok_or(FundError::Damaged)?;
            let mut pen = Pen::new(self, tenant, &person);
            pen.event(What::SuspensionApproved { approval }, now)?;
            pen.put(tx).await?;
        }
        Ok(())
    }

    /// Takes back a list that does not have its two approvals.
    pub async fn withdraw_list(&self, by: &Actor, id: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let (tenant, now) = (by.tenant.as_str(), self.now());
            let mut tx = self.store.write("withdraw_fund_list").await?;
            let row = tx.find_fund_list(tenant, id).await?.ok_or(FundError::Unknown)?;
            if row.state != "prepared" {
                return Err(FundError::Closed);
            }
            let before = row.revision;
            let row = ListRow { state: "withdrawn".to_owned(), revision: before + 1, ..row };
            tx.replace_fund_list(tenant, before, &row).await?;
            tx.audit(by, Act { action: "fund.list.withdraw", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// One list.
    pub async fn fund_list(&self, tenant: &str, id: &str) -> Result<SuspensionView, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        self.list_within(&mut tx, tenant, id).await
    }

    /// Newest first.
    pub async fn list_fund_lists(&self, tenant: &str, limit: u32) -> Result<Vec<ListRow>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.list_fund_lists(tenant, limit).await?)
    }

    async fn list_within(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        id: &str,
    ) -> Result<SuspensionView, FundError> {
        let row = tx.find_fund_list(tenant, id).await?.ok_or(FundError::Unknown)?;
        let list: SuspensionList = self.open_for("list", tenant, id, &row.sealed)?;
        let mut notes = Vec::new();
        for held in list.held_out.iter().filter(|held| held.why.contains(": note ")) {
            for note in tx.list_fund_notes(tenant, &held.person).await? {
                let words = self.open_for::<String>("note", tenant, &note.id, &note.sealed)?;
                notes.push((note.id, words));
            }
        }
        Ok(SuspensionView { row, list, notes })
    }

    /// What payroll holds back by an approved list, as of now: whoever was suspended by it and still is; before the payroll's
    /// day whoever the coming nights would suspend as everything stands. A proof that came in between has taken the person off,
    /// and one that comes after a file was fetched early is told with the changes. Reading it is written down.
    pub async fn payroll_file(&self, by: &Actor, id: &str) -> Result<PayrollFile, FundError> {
        let fund = self.pension_fund(&by.tenant)?;
        let (tenant, now) = (by.tenant.as_str(), self.now());
        let (view, standing) = sql::retry(|| async {
            let mut tx = self.store.write("export_fund_list").await?;
            let view = self.list_within(&mut tx, tenant, id).await?;
            if view.row.state != "approved" {
                return Err(FundError::Conflict(UNAPPROVED));
            }
            let standing = self.standing_of(&mut tx, tenant, &view.list, now).await?;
            for held in standing.held.iter().filter(|held| held.ahead) {
                tx.tell_fund_payroll(tenant, (id, &held.person), now).await?;
            }
            tx.audit(by, Act { action: "fund.list.export", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok((view, standing))
        })
        .await?;
        let as_of = now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let lines: Vec<[String; 6]> = standing
            .held
            .iter()
            .map(|it| {
                let (uid, person) = (it.uid.clone(), it.person.clone());
                [uid, person, it.from.to_string(), id.to_owned(), state(it.ahead).to_owned(), as_of.clone()]
            })
            .collect();
        let headings = ["uid", "person", "hold_from", "list", "state", "as_of"];
        let csv = csv(&headings, lines.iter().map(|line| line.each_ref().map(String::as_str)));
        let hold = |it: &Held| json!({ "uid": it.uid, "person": it.person, "holdFrom": it.from, "state": state(it.ahead) });
        let off = |(person, uid, stage): &(String, String, StageName)| json!({ "uid": uid, "person": person, "stage": stage });
        let payload = json!({
            "list": id,
            "year": view.row.year,
            "payroll": view.row.payroll,
            "digest": view.row.digest,
            "asOf": as_of,
            "hold": standing.held.iter().map(hold).collect::<Vec<_>>(),
            "off": standing.off.iter().map(off).collect::<Vec<_>>(),
        });
        Ok(PayrollFile { csv, jws: jws(fund, &payload).await? })
    }

    /// How many an approved list holds now, how many of them before their day, and who came off.
    pub async fn list_standing(&self, tenant: &str, id: &str) -> Result<ListStanding, FundError> {
        self.pension_fund(tenant)?;
        let now = self.now();
        let mut tx = self.store.read().await?;
        let view = self.list_within(&mut tx, tenant, id).await?;
        let standing = self.standing_of(&mut tx, tenant, &view.list, now).await?;
        Ok(ListStanding {
            held: standing.held.len(),
            ahead: standing.held.iter().filter(|held| held.ahead).count(),
            off: standing.off.into_iter().map(|(person, _, stage)| (person, stage)).collect(),
            as_of: now,
        })
    }
}

const UNAPPROVED: &str = "the list does not have its two approvals yet; payroll gets it when it has them";

const fn state(ahead: bool) -> &'static str {
    if ahead { "will be held" } else { "held" }
}

/// As [`entitlement::cycle::step()`] asks for it.
fn notice_key(entry: &Entry, year: i32) -> String {
    format!("{}/{year}/notice/{}", entry.person, entry.notice_on)
}

/// The day on which the first form of each person left: whoever was asked twice was asked with the first.
fn first_forms(left: BTreeMap<String, NaiveDate>) -> BTreeMap<String, NaiveDate> {
    let mut first = BTreeMap::new();
    for (key, on) in left {
        let Some((person, _)) = key.split_once('/') else { continue };
        first
            .entry(person.to_owned())
            .and_modify(|known: &mut NaiveDate| *known = on.min(*known))
            .or_insert(on);
    }
    first
}

/// A compact JWS with the key that signs the organisation's credentials.
pub(super) async fn jws(fund: &Tenant, payload: &serde_json::Value) -> Result<String, FundError> {
    let keys =
        fund.keys().ok_or(FundError::Form("the organisation has no key to sign with yet; try again soon"))?;
    let header = json!({ "alg": "ES256", "typ": "JOSE+JSON", "kid": keys.p256.verification_method });
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(payload));
    let signature = keys.p256.signer.sign(signed.as_bytes()).await.map_err(|_| FundError::Damaged)?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}
