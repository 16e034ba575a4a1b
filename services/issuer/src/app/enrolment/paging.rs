//! Lists of times and of people who wait, a page at a time.

use chrono::{DateTime, Duration};
use clock::Timestamp;
use store_issuer::{EnrolmentRow, SlotRow};
use wire::enrolment::FreeTimes;

use super::desk::named;
use super::view::slot;
use super::{EnrolmentError, Issuer};

/// Times or people on a page.
pub const PAGE: u32 = 50;
/// How far ahead times can be opened.
pub(super) const MOST_DAYS_AHEAD: i64 = 370;
const LONGEST_ID: usize = 40;

/// Behind which line a page begins: its moment and its id, as `milliseconds-id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After(pub Timestamp, pub String);

impl After {
    /// Reads one that was handed out.
    pub fn parse(text: &str) -> Option<Self> {
        let (moment, id) = text.split_once('-')?;
        let is_id = (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|it| it.is_ascii_alphanumeric());
        let moment = moment.parse().ok().and_then(DateTime::from_timestamp_millis)?;
        is_id.then(|| Self(moment, id.to_owned()))
    }
}

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.0.timestamp_millis(), self.1)
    }
}

impl Issuer {
    /// Free times, earliest first, a page; and behind which the next page begins.
    pub async fn list_free_slots(
        &self,
        tenant: &str,
        after: Option<&After>,
    ) -> Result<(Vec<SlotRow>, Option<After>), EnrolmentError> {
        self.enrolling(tenant)?;
        let now = self.now();
        let until = now + Duration::days(MOST_DAYS_AHEAD);
        let (from, id) = after.map_or((now, ""), |after| (after.0.max(now), after.1.as_str()));
        let mut tx = self.store.read().await?;
        let rows = tx.list_free_slots(tenant, (from, until), now, (id, PAGE + 1)).await?;
        Ok(page(rows, |row| After(row.starts_at, row.id.clone())))
    }

    /// Who waits for an appointment with a kept place, with names, a page; and behind whom the next page begins.
    pub async fn list_kept_places(
        &self,
        tenant: &str,
        after: Option<&After>,
    ) -> Result<(Vec<(EnrolmentRow, String)>, Option<After>), EnrolmentError> {
        self.enrolling(tenant)?;
        let (kept_at, id) = after.map_or((Timestamp::UNIX_EPOCH, ""), |after| (after.0, after.1.as_str()));
        let mut tx = self.store.read().await?;
        let rows = tx.list_kept_places(tenant, (kept_at, id), PAGE + 1).await?;
        let (rows, next) =
            page(rows, |row| After(row.place_kept_at.unwrap_or(row.invited_at), row.id.clone()));
        Ok((named(&mut tx, tenant, rows).await?, next))
    }

    /// All times that the person of an enrolment can have, earliest first, a page.
    pub async fn free_times(
        &self,
        tenant: &str,
        secret: Option<&str>,
        after: Option<&str>,
    ) -> Result<FreeTimes, EnrolmentError> {
        let tenant = self.enrolling(tenant)?;
        let after = match after.filter(|text| !text.is_empty()) {
            Some(text) => Some(
                After::parse(text).ok_or(EnrolmentError::Form("`after` is the `next` of a page before"))?,
            ),
            None => None,
        };
        let mut tx = self.store.read().await?;
        let row = self.spoken_for(&mut tx, tenant, secret).await?;
        if !self.is_choosing(&mut tx, tenant, &row).await? {
            return Ok(FreeTimes { slots: Vec::new(), next: None });
        }
        let ((from, until), opened_until) = self.offered(&mut tx, &tenant.id, &row).await?;
        let (from, id) = after.as_ref().map_or((from, ""), |after| (after.0.max(from), after.1.as_str()));
        let rows = tx.list_free_slots(&tenant.id, (from, until), opened_until, (id, PAGE + 1)).await?;
        let (rows, next) = page(rows, |row| After(row.starts_at, row.id.clone()));
        Ok(FreeTimes { slots: rows.iter().map(slot).collect(), next: next.map(|next| next.to_string()) })
    }
}

/// One more than a page was read: whether there is a next one.
fn page<T>(mut rows: Vec<T>, after: impl Fn(&T) -> After) -> (Vec<T>, Option<After>) {
    let is_last = rows.len() <= PAGE as usize;
    rows.truncate(PAGE as usize);
    let next = rows.last().filter(|_| !is_last).map(after);
    (rows, next)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_handed_out_is_read_again_and_nothing_else() {
        let after = After(DateTime::from_timestamp_millis(1_795_392_135_123).unwrap(), "01kge3h9".into());
        assert_eq!(After::parse(&after.to_string()), Some(after));
        let long = format!("1-{}", "a".repeat(41));
        for wrong in ["", "1", "-a", "1-", "x-a", "1-a b", "99999999999999999999-a", &long] {
            assert_eq!(After::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_page_says_whether_another_follows() {
        let at = |it: &u32| After(Timestamp::UNIX_EPOCH, it.to_string());
        assert_eq!(page((0..50).collect(), at), ((0..50).collect(), None));
        let (rows, next) = page((0..51).collect(), at);
        assert_eq!((rows.len(), next.unwrap().1.as_str()), (50, "49"));
    }
}
