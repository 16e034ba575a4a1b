//! What ends when, and reminders of offers that nobody has taken.

use chrono::{Datelike as _, Months, NaiveDate, NaiveTime};
use clock::Timestamp;
use issuance::audit::Act;
use issuance::{Actor, REMIND_AFTER_DAYS};
use store_issuer::{EndingRow, Unclaimed};

use super::{Invitation, Issuer, OfferError, Tenant};

/// Months that the calendar looks ahead, this one included.
const AHEAD: u32 = 13;
/// Links in one file of reminders.
const MOST_REMINDERS: u32 = 5_000;

/// One month and how many people have something that ends in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    pub first: NaiveDate,
    pub people: u64,
}

impl Issuer {
    pub async fn calendar(&self, tenant: &Tenant) -> Result<Vec<Month>, store_issuer::Error> {
        let mut tx = self.store.read().await?;
        let mut months = Vec::new();
        for ahead in 0..AHEAD {
            let first = first_of(self.now()) + Months::new(ahead);
            let (from, until) = span(first);
            months.push(Month { first, people: tx.count_ending(&tenant.id, from, until).await? });
        }
        Ok(months)
    }

    /// The people of one month, in order of the number.
    pub async fn list_ending(
        &self,
        tenant: &Tenant,
        first: NaiveDate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<EndingRow>, store_issuer::Error> {
        self.store.read().await?.list_ending(&tenant.id, span(first), after, limit).await
    }

    /// Offers that nobody has taken; with `due` only those of which the person is to be reminded.
    pub async fn list_unclaimed(
        &self,
        tenant: &Tenant,
        due: bool,
        after: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<Unclaimed>, u64), store_issuer::Error> {
        let now = self.now();
        let quiet = if due { quiet_since(now) } else { now };
        let mut tx = self.store.read().await?;
        let rows = tx.list_unclaimed(&tenant.id, now, quiet, after, limit).await?;
        Ok((rows, tx.count_unclaimed(&tenant.id, now, quiet).await?))
    }

    /// The links of everybody who is to be reminded, and the mark that they were. Codes are not in it: the person has
    /// theirs, or an officer gives out a new one.
    pub async fn remind(&self, by: &Actor) -> Result<Vec<Invitation>, OfferError> {
        let tenant = self.tenant_of(by)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("remind").await?;
            let due = tx.list_unclaimed(&tenant.id, now, quiet_since(now), None, MOST_REMINDERS).await?;
            let mut links = Vec::with_capacity(due.len());
            for row in due {
                let Some(offer) = tx.find_offer(&tenant.id, &row.offer_id).await? else { continue };
                tx.mark_reminded(&tenant.id, &offer.id, now).await?;
                let link = self.link(tenant, &offer).wallet_link;
                links.push(Invitation { number: row.number, name: row.name, link, transaction_code: None });
            }
            let detail = links.len().to_string();
            tx.audit(by, Act { action: "offer.remind", target: "", detail: &detail }, now).await?;
            tx.commit().await?;
            Ok(links)
        })
        .await
    }
}

fn first_of(now: Timestamp) -> NaiveDate {
    let today = now.date_naive();
    today.with_day(1).unwrap_or(today)
}

fn span(first: NaiveDate) -> (Timestamp, Timestamp) {
    let at = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    (at(first), at(first + Months::new(1)))
}

fn quiet_since(now: Timestamp) -> Timestamp {
    now - chrono::Duration::days(REMIND_AFTER_DAYS)
}
