//! Gathering a mailing: from what nights asked for to sealed letters.
//!
//! In batches, each in one transaction with its place, so that it goes on where it was after a crash.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Duration, NaiveDate};
use entitlement::cycle::{Dates, EffectKind, Person};
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::Registered;
use store_issuer::Transaction;
use store_issuer::fund::{AskedRow, LetterRow, MailingRow, PersonRow, ProofRow};

use super::calendars::YearCalendar;
use super::countries::with_country;
use super::mailings::{BATCH, INVITE, KINDS, LETTERS_IN_PIECE};
use super::many_cores::on_all_cores;
use super::words::{Proof, Written, part_of};
use super::{FundError, Issuer, LetterSettings, Tenant};

/// To the other end of the world and back.
const LEAST_DAYS: i64 = 30;
/// Person-years that are read at once; nobody has so many.
const MOST_ASKING: u32 = 5000;
/// Why a first form is not written any more.
pub(super) const SUPERSEDED: &str = "superseded";

/// What an officer asks for.
#[derive(Clone, Debug, Default)]
pub struct NewMailing {
    /// Kinds of effects; all when there is none.
    pub kinds: Vec<String>,
    /// Stands on every letter; with an empty return address, what was set for all.
    pub telephone: String,
    /// Where forms are sent back to, in one line.
    pub return_address: String,
}

/// What all letters of a batch go by.
struct Going<'a> {
    tenant: &'a str,
    mailing: &'a MailingRow,
    calendars: Vec<YearCalendar>,
    proofs: BTreeMap<String, ProofRow>,
    /// After whom a benefit goes on, by the effect that says so.
    before_them: BTreeMap<String, PersonRow>,
    /// When the post took the first form of a year, by year and person.
    first_forms: BTreeMap<(i32, String), NaiveDate>,
    /// The years that still ask each person: a form that is signed now counts for all of them.
    asking: BTreeMap<String, Vec<i32>>,
}

impl Issuer {
    /// Begins a mailing. It is gathered in the background.
    pub async fn make_mailing(&self, by: &Actor, new: &NewMailing) -> Result<String, FundError> {
        self.pension_fund(&by.tenant)?;
        let wanted: Vec<&str> = KINDS
            .into_iter()
            .filter(|kind| match new.kinds.is_empty() {
                true => *kind != INVITE,
                false => new.kinds.iter().any(|it| it == kind),
            })
            .collect();
        if wanted.contains(&INVITE) && wanted.len() > 1 {
            return Err(FundError::Form(
                "letters with codes leave by themselves: their text is erased when the post has them; make another mailing of the rest",
            ));
        }
        if new.kinds.iter().any(|kind| !KINDS.contains(&kind.as_str())) {
            return Err(FundError::Form("there is no such kind of letter"));
        }
        let own =
            LetterSettings { telephone: new.telephone.clone(), return_address: new.return_address.clone() };
        let LetterSettings { telephone, return_address } = match own == LetterSettings::default() {
            true => self.settings_of(&by.tenant).await?,
            false => own.checked()?,
        };
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("make_fund_mailing").await?;
            // What was asked for by nights that did not know this yet.
            tx.supersede_older_fund_forms(&by.tenant, now).await?;
            let waiting = tx.count_asked_fund_letters(&by.tenant).await?;
            if !waiting.iter().any(|(kind, many)| *many > 0 && wanted.contains(&kind.as_str())) {
                return Err(FundError::Conflict("nothing waits for a letter, so there is nothing to gather"));
            }
            let row = MailingRow {
                id: self.new_id(),
                state: "gathering".to_owned(),
                kinds: wanted.join(" "),
                at_kind: wanted.first().copied().unwrap_or_default().to_owned(),
                after_key: String::new(),
                letters: 0,
                left_out: 0,
                telephone: telephone.clone(),
                return_address: return_address.clone(),
                made_by: by.officer.clone(),
                made_at: now,
                ready_at: None,
                posted_on: None,
                posted_by: None,
                posted_at: None,
            };
            match tx.insert_fund_mailing(&by.tenant, &row).await {
                Ok(()) => {}
                Err(error) if error.is_conflict() => {
                    return Err(FundError::Conflict(
                        "another mailing is being gathered; wait until it is ready",
                    ));
                }
                Err(error) => return Err(error.into()),
            }
            tx.audit(by, Act { action: "fund.mailing.make", target: &row.id, detail: &row.kinds }, now)
                .await?;
            tx.commit().await?;
            Ok(row.id)
        })
        .await
    }

    /// Gathers the mailing that is being gathered, if there is one, to its end. True when something was done.
    pub async fn gather_mailings(&self, tenant: &Tenant) -> Result<bool, FundError> {
        if self.pension_fund(&tenant.id).is_err() {
            return Ok(false);
        }
        let mut did = false;
        while self.gather_batch(&tenant.id).await? {
            did = true;
        }
        Ok(did)
    }

    /// One batch: read, written as letters without a lock, and put with the place in one transaction.
    async fn gather_batch(&self, tenant: &str) -> Result<bool, FundError> {
        sql::retry(|| async {
            let mut tx = self.store.read().await?;
            let Some(before) = tx.find_gathering_fund_mailing(tenant).await? else { return Ok(false) };
            if before.at_kind == INVITE {
                drop(tx);
                return self.gather_invitations(tenant, &before).await;
            }
            let asked = tx.list_asked_fund_letters(tenant, &before.at_kind, &before.after_key, BATCH).await?;
            let (asked, before_them) = self.survivors_of(&mut tx, tenant, asked).await?;
            let calendars = self.calendars_within(&mut tx, tenant).await?;
            let proofs = self.proofs_of(&mut tx, tenant, &asked).await?;
            let first_forms = first_forms(&mut tx, tenant, &asked).await?;
            let asking = asking_years(&mut tx, tenant, &asked, self.today().year()).await?;
            drop(tx);
            let going =
                Going { tenant, mailing: &before, calendars, proofs, before_them, first_forms, asking };
            let letters = self.write_letters(&going, &asked);
            let (superseded, letters): (Vec<_>, Vec<_>) =
                letters.into_iter().partition(|letter| letter.fault.as_deref() == Some(SUPERSEDED));
            let left_out = letters.iter().filter(|letter| letter.fault.is_some()).count() as u64;
            let written = letters.len() as u64 - left_out;
            let last = asked.last().map(|last| last.effect.as_str());
            let (after, is_last) = gathered(&before, (last, asked.len()), (written, left_out));
            let mut tx = self.store.write("gather_fund_mailing").await?;
            // First the place, which says whether somebody else gathered the same.
            tx.move_fund_mailing(tenant, &before, &after).await?;
            for letter in &letters {
                tx.insert_fund_letter(tenant, letter).await?;
            }
            for letter in &superseded {
                tx.finish_fund_effect(tenant, &letter.effect, SUPERSEDED, self.now()).await?;
            }
            if is_last {
                tx.ready_fund_mailing(tenant, &before.id, self.now()).await?;
            }
            tx.commit().await?;
            Ok(true)
        })
        .await
    }

    /// What asks for a letter to a survivor stands under the person who died: the letter goes to the survivor.
    async fn survivors_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        mut asked: Vec<AskedRow>,
    ) -> Result<(Vec<AskedRow>, BTreeMap<String, PersonRow>), FundError> {
        let mut before_them = BTreeMap::new();
        for row in &mut asked {
            if let Ok(EffectKind::InviteSurvivor { survivor }) = serde_json::from_str(&row.content)
                && let Some(survivor) = tx.find_fund_person(tenant, &survivor).await?
            {
                before_them.insert(row.effect.clone(), std::mem::replace(&mut row.person, survivor));
            }
        }
        Ok((asked, before_them))
    }

    pub(super) async fn proofs_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        asked: &[AskedRow],
    ) -> Result<BTreeMap<String, ProofRow>, FundError> {
        let mut proofs = BTreeMap::new();
        for row in asked {
            if let Ok(EffectKind::SendReceipt { evidence }) = serde_json::from_str(&row.content)
                && let Some(proof) = tx.find_fund_proof(tenant, &evidence).await?
            {
                proofs.insert(evidence, proof);
            }
        }
        Ok(proofs)
    }

    /// Opening and sealing is most of the work, and it needs no database.
    fn write_letters(&self, going: &Going<'_>, asked: &[AskedRow]) -> Vec<LetterRow> {
        let broken = |it: &AskedRow| blank(going.mailing, it, "damaged");
        on_all_cores(asked, |it| self.write_letter(going, it), broken)
    }

    fn write_letter(&self, going: &Going<'_>, asked: &AskedRow) -> LetterRow {
        let written = self.letter_to(going.tenant, &going.calendars, &going.proofs, asked);
        let written = written.and_then(|written| {
            let about =
                going.before_them.get(&asked.effect).map(|row| self.open_fund_person(going.tenant, row));
            let about = about.transpose().map_err(|_| "damaged")?.map(|person| full_name(&person.registered));
            let first = going.first_forms.get(&(asked.year, asked.person.id.clone())).copied();
            match written.part == "survivor" && about.is_none() {
                true => Err("damaged"),
                false => {
                    let closes = going.asking.get(&asked.person.id).cloned().unwrap_or_default();
                    Ok(Written { about, first, closes, ..written })
                }
            }
        });
        let written = match written {
            Ok(written) => written,
            Err(fault) => return blank(going.mailing, asked, fault),
        };
        let number = written.has_form().then(|| self.new_form_number(going.tenant));
        let purpose = format!("{}/{}", going.mailing.id, asked.effect);
        LetterRow {
            number,
            fault: None,
            sealed: Some(self.seal_for("letter", going.tenant, &purpose, &written)),
            ..blank(going.mailing, asked, "")
        }
    }

    /// What a letter says and to whom; otherwise why it cannot be written, as a word of ours.
    fn letter_to(
        &self,
        tenant: &str,
        calendars: &[YearCalendar],
        proofs: &BTreeMap<String, ProofRow>,
        asked: &AskedRow,
    ) -> Result<Written, &'static str> {
        let (registered, written) = self.written(tenant, calendars, proofs, asked)?;
        Ok(Written { to: addressed(&registered)?, ..written })
    }

    /// The same without an address.
    pub(super) fn written(
        &self,
        tenant: &str,
        calendars: &[YearCalendar],
        proofs: &BTreeMap<String, ProofRow>,
        asked: &AskedRow,
    ) -> Result<(Registered, Written), &'static str> {
        let registered: Registered =
            self.open_for("person", tenant, &asked.person.id, &asked.person.sealed).map_err(|_| "damaged")?;
        let facts: Person = self.open_facts(tenant, &asked.person).map_err(|_| "damaged")?;
        let kind: EffectKind = serde_json::from_str(&asked.content).map_err(|_| "damaged")?;
        let known =
            calendars.iter().find(|known| known.calendar.year() == asked.year).ok_or("no-calendar")?;
        let dates = known.calendar.dates_of(&facts);
        let due = dates.due;
        let (back, suspends, proof) = match &kind {
            // The second form is asked for by now: nobody gets both.
            EffectKind::MailPaper { mailing: 1, asked_back_by }
                if is_superseded(*asked_back_by, &dates, self.today()) =>
            {
                return Err(SUPERSEDED);
            }
            EffectKind::MailPaper { asked_back_by, .. } => {
                (Some(back_by(self.today(), &dates, *asked_back_by)), None, None)
            }
            EffectKind::SendNotice { suspends_on } => (None, Some(*suspends_on), None),
            EffectKind::HoldPayment { payroll, .. } => (None, Some(*payroll), None),
            EffectKind::SendReceipt { evidence } => {
                let proof = proofs.get(evidence).ok_or("damaged")?;
                let proof = Proof {
                    reference: proof.reference.clone(),
                    years: proof.years.clone(),
                    valid_until: proof.valid_until,
                };
                (None, None, Some(proof))
            }
            _ => (None, None, None),
        };
        let name = full_name(&registered);
        let part = part_of(&kind, &asked.rule).ok_or("damaged")?.to_owned();
        let (about, first) = (None, None);
        let written = Written {
            part,
            name,
            to: Vec::new(),
            year: asked.year,
            due,
            over: due < self.today(),
            back,
            suspends,
            about,
            first,
            closes: Vec::new(),
            proof,
            invitation: None,
        };
        Ok((registered, written))
    }
}

/// A second letter says when the first one left, and says nothing of one that did not. One question for each year of a batch, whose
/// people stand in order.
async fn first_forms(
    tx: &mut Transaction,
    tenant: &str,
    asked: &[AskedRow],
) -> Result<BTreeMap<(i32, String), NaiveDate>, FundError> {
    let mut ranges: BTreeMap<i32, (&str, &str)> = BTreeMap::new();
    for row in asked.iter().filter(|row| row.kind == "mail-paper") {
        let person = row.person.id.as_str();
        let (first, last) = ranges.entry(row.year).or_insert((person, person));
        (*first, *last) = ((*first).min(person), (*last).max(person));
    }
    let mut found = BTreeMap::new();
    for (year, range) in ranges {
        for (person, on) in tx.first_posted_fund_forms(tenant, year, range, LETTERS_IN_PIECE).await? {
            found.insert((year, person), on);
        }
    }
    Ok(found)
}

/// Of whoever is asked to sign. The people of a batch stand in order, and nearly everybody between two of them who is still asked has
/// a letter too.
async fn asking_years(
    tx: &mut Transaction,
    tenant: &str,
    asked: &[AskedRow],
    year: i32,
) -> Result<BTreeMap<String, Vec<i32>>, FundError> {
    let people = || asked.iter().filter(|row| asks_to_sign(&row.kind)).map(|row| row.person.id.clone());
    let mut found: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    let (Some(mut first), Some(last)) = (people().min(), people().max()) else { return Ok(found) };
    loop {
        let page = tx.list_asking_fund_years(tenant, (&first, &last), year, MOST_ASKING).await?;
        let is_last = page.len() < MOST_ASKING as usize;
        for (person, year) in page {
            let years = found.entry(person.clone()).or_default();
            if !years.contains(&year) {
                years.push(year);
            }
            first = person;
        }
        if is_last {
            return Ok(found);
        }
    }
}

fn asks_to_sign(kind: &str) -> bool {
    matches!(kind, "mail-paper" | "send-notice" | "hold-payment" | "offer-another-channel")
}

/// Whether the second form takes the place of a first one that was not gathered yet. Whoever was asked after everybody's second form
/// has a first one of their own.
fn is_superseded(asked_back_by: NaiveDate, dates: &Dates, today: NaiveDate) -> bool {
    let asked_on = asked_back_by - Duration::days(i64::from(dates.return_days));
    dates.second_mailing <= today && asked_on < dates.second_mailing
}

/// Until when a form is asked back. A letter that is made late counts its days from then, and nobody is given a day after the last
/// one that counts, unless that is over.
fn back_by(today: NaiveDate, dates: &Dates, asked: NaiveDate) -> NaiveDate {
    let usual = match asked >= today + Duration::days(LEAST_DAYS) {
        true => asked,
        false => today + Duration::days(i64::from(dates.return_days)),
    };
    if dates.due > today { usual.min(dates.due) } else { usual }
}

/// Name and address as they stand on the envelope; otherwise why there is none, as a word of ours.
pub(super) fn addressed(registered: &Registered) -> Result<Vec<String>, &'static str> {
    let address = registered.address.as_deref().ok_or("no-address")?;
    let lines = address.split('|').map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
    let to: Vec<String> = std::iter::once(full_name(registered)).chain(lines).collect();
    if to.len() < 2 {
        return Err("no-address");
    }
    let to = with_country(to, &registered.country, |lines| paper::check_address(lines).is_ok());
    paper::check_address(&to).map_err(|error| match error {
        paper::CertificateError::Character(_) => "unprintable",
        _ => "address-too-long",
    })?;
    Ok(to)
}

/// Where a mailing is behind a batch, and whether that was the last one.
pub(super) fn gathered(
    before: &MailingRow,
    (last, asked): (Option<&str>, usize),
    (letters, left_out): (u64, u64),
) -> (MailingRow, bool) {
    let mut after = before.clone();
    after.letters += letters;
    after.left_out += left_out;
    if let Some(last) = last {
        last.clone_into(&mut after.after_key);
    }
    let is_last_of_kind = asked < BATCH as usize;
    let next = before.kinds.split_whitespace().skip_while(|kind| *kind != before.at_kind).nth(1);
    if let (true, Some(next)) = (is_last_of_kind, next) {
        (after.at_kind, after.after_key) = (next.to_owned(), String::new());
    }
    (after, is_last_of_kind && next.is_none())
}

pub(super) fn full_name(registered: &Registered) -> String {
    format!("{} {}", registered.given_name, registered.family_name).trim().to_owned()
}

pub(super) fn blank(mailing: &MailingRow, asked: &AskedRow, fault: &str) -> LetterRow {
    LetterRow {
        mailing: mailing.id.clone(),
        effect: asked.effect.clone(),
        person: asked.person.id.clone(),
        year: asked.year,
        kind: asked.kind.clone(),
        language: asked.person.language.clone(),
        country: asked.person.country.clone(),
        place: None,
        number: None,
        fault: Some(fault.to_owned()),
        sealed: None,
        withdrawn: false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn first_form_of_whoever_came_late_is_not_taken_for_an_old_one() {
        let calendar = entitlement::cycle::Calendar::of_year(2026).unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (asked_back_by, today, superseded) in [
            ("2026-08-14", "2026-07-01", false),
            ("2026-08-14", "2026-10-31", true),
            ("2027-01-16", "2026-12-02", false),
        ] {
            let made = is_superseded(day(asked_back_by), calendar.dates(), day(today));
            assert_eq!(made, superseded, "{asked_back_by} {today}");
        }
    }

    #[test]
    fn form_is_asked_back_in_time_for_the_post_and_not_after_the_last_day_that_counts() {
        let calendar = entitlement::cycle::Calendar::of_year(2026).unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (today, asked, expected) in [
            ("2026-07-01", "2026-08-14", "2026-08-14"),
            ("2026-08-10", "2026-08-14", "2026-09-24"),
            ("2026-10-31", "2026-12-15", "2026-12-15"),
            ("2026-11-30", "2026-12-15", "2026-12-31"),
            ("2027-02-01", "2026-12-15", "2027-03-18"),
        ] {
            assert_eq!(back_by(day(today), calendar.dates(), day(asked)), day(expected), "{today}");
        }
    }
}
