//! The calendar of each year as data.

use chrono::NaiveDate;
use entitlement::cycle::{Calendar, CountryCode, HoldOut, Moves, Override};
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::Transaction;
use store_issuer::fund::CalendarRow;

use super::{FundError, Issuer, MovedFor};

/// A year's calendar with its digest.
#[derive(Clone, Debug)]
pub struct YearCalendar {
    /// What nights go by.
    pub calendar: Calendar,
    /// By which journals name it.
    pub digest: String,
    /// From 1.
    pub revision: u64,
}

/// What an officer changes in a calendar. The signer is the officer; the reason is asked for.
#[derive(Clone, Debug)]
pub enum CalendarChange {
    /// Dates of a country move.
    Country { country: CountryCode, moves: Moves, reason: String },
    /// Dates of one person move.
    Person { person: String, moves: Moves, reason: String },
    /// A country or one person has the usual dates again.
    Usual(MovedFor),
    /// Nobody of a country is suspended for a time.
    HoldOut { country: CountryCode, from: NaiveDate, until: NaiveDate, reason: String },
}

impl Issuer {
    /// Each year's calendar as it is now; those that ship with the software before anybody made one.
    pub async fn fund_calendars(&self, tenant: &str) -> Result<Vec<YearCalendar>, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        self.calendars_within(&mut tx, tenant).await
    }

    pub(super) async fn calendars_within(
        &self,
        tx: &mut Transaction,
        tenant: &str,
    ) -> Result<Vec<YearCalendar>, FundError> {
        let rows = tx.list_fund_calendars(tenant).await?;
        let opened = |row: &CalendarRow| {
            let calendar = Calendar::parse_json(&row.content)?;
            Ok(YearCalendar { calendar, digest: row.digest.clone(), revision: row.revision })
        };
        rows.iter().map(opened).collect()
    }

    /// The due date of one year, where there is a calendar of it.
    pub(in crate::app) async fn due_of_year(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        year: i32,
    ) -> Result<Option<NaiveDate>, FundError> {
        let known = self.calendars_within(tx, tenant).await?;
        Ok(known.iter().find(|it| it.calendar.year() == year).map(|it| it.calendar.dates().due))
    }

    /// Keeps a year's calendar as a new version. The same again changes nothing.
    pub async fn put_fund_calendar(&self, by: &Actor, calendar: &Calendar) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let mut tx = self.store.write("put_fund_calendar").await?;
            self.put_calendar_within(&mut tx, by, calendar).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    pub(super) async fn put_calendar_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        calendar: &Calendar,
    ) -> Result<(), FundError> {
        let known = self.calendars_within(tx, &by.tenant).await?;
        let known = known.iter().find(|known| known.calendar.year() == calendar.year());
        let row = CalendarRow {
            year: calendar.year(),
            revision: known.map_or(0, |known| known.revision) + 1,
            digest: calendar.digest(),
            content: calendar.to_json(),
            made_by: by.officer.clone(),
            made_at: self.now(),
        };
        if known.is_some_and(|known| known.digest == row.digest) {
            return Ok(());
        }
        match tx.insert_fund_calendar(&by.tenant, &row).await {
            Ok(()) => {}
            // Somebody else made the next version; the next try sees it.
            Err(error) if error.is_conflict() => return Err(store_issuer::Error::stale().into()),
            Err(error) => return Err(error.into()),
        }
        let year = row.year.to_string();
        let act = Act { action: "fund.calendar", target: &year, detail: &row.digest };
        tx.audit(by, act, row.made_at).await?;
        Ok(())
    }

    /// Moves dates or holds a country out, signed by the officer. A second word for the same country or person replaces the
    /// first, whose version stays.
    pub async fn change_fund_calendar(
        &self,
        by: &Actor,
        year: i32,
        change: &CalendarChange,
    ) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let mut tx = self.store.write("change_fund_calendar").await?;
            let known = self.calendars_within(&mut tx, &by.tenant).await?;
            let known = known.into_iter().find(|known| known.calendar.year() == year);
            let before = known.ok_or(FundError::NoCalendar(year))?.calendar;
            let after = changed(&before, change, &by.officer)?;
            self.put_calendar_within(&mut tx, by, &after).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Puts in the calendars that ship with the software where there is none, so that the first night has something to go by.
    pub(super) async fn usual_calendars(&self, tx: &mut Transaction, by: &Actor) -> Result<(), FundError> {
        let known = self.calendars_within(tx, &by.tenant).await?;
        for year in [2026, 2027] {
            let missing = known.iter().all(|known| known.calendar.year() != year);
            if let Some(calendar) = Calendar::of_year(year).filter(|_| missing) {
                self.put_calendar_within(tx, by, &calendar).await?;
            }
        }
        Ok(())
    }
}

fn changed(before: &Calendar, change: &CalendarChange, signer: &str) -> Result<Calendar, FundError> {
    let (mut overrides, mut hold_outs) = (before.overrides().to_vec(), before.hold_outs().to_vec());
    let signer = signer.to_owned();
    match change.clone() {
        CalendarChange::Country { country, moves, reason } => {
            overrides.retain(|over| over.country != Some(country));
            overrides.push(Override { country: Some(country), person: None, reason, signer, moves });
        }
        CalendarChange::Person { person, moves, reason } => {
            overrides.retain(|over| over.person.as_ref() != Some(&person));
            overrides.push(Override { country: None, person: Some(person), reason, signer, moves });
        }
        CalendarChange::Usual(whom) => overrides.retain(|over| !whom.is(over)),
        CalendarChange::HoldOut { country, from, until, reason } => {
            hold_outs.push(HoldOut { country, from, until, reason, signer });
        }
    }
    Ok(Calendar::new(before.year(), before.dates().clone(), overrides, hold_outs)?)
}
