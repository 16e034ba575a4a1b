//! Messages about enrolments: an invitation that was not used, an appointment that comes near, times for those who wait.
//!
//! They go through the outbox of messages like all others, once each, in the person's day: nobody is written to at night.
//! Just before one leaves it is asked again whether it is still so. None has a link or a code.

use chrono::Duration;
use clock::Timestamp;
use entitlement::cycle::QuietHours;
use entitlement::enrolment::Stage;
use issuance::message::MessageEvent;
use serde_json::Value;
use store_issuer::{MessageRow, Transaction};

use super::super::Tenant;
use super::super::fund::awake_in;
use super::Issuer;
use super::calls::is_over;
use super::paging::MOST_DAYS_AHEAD;

/// An invitation is recalled so long after it was sent; it lives for 45 days.
const INVITATION_DAYS: i64 = 14;
/// An appointment is recalled within so many hours before it: the evening counts for the morning.
const NEAR_HOURS: i64 = 30;
/// Later than that a message would meet the person on the way.
const LEAST_HOURS: i64 = 2;
/// Of each kind in one look.
const STEP: u32 = 200;

/// Between which moments a time helps somebody who hears of it.
fn bookable(now: Timestamp) -> (Timestamp, Timestamp) {
    (now + Duration::hours(LEAST_HOURS), now + Duration::days(MOST_DAYS_AHEAD))
}

impl Issuer {
    /// Puts what is to be told into the outbox. How many are new.
    pub async fn recall_enrolments(&self, tenant: &Tenant) -> Result<usize, store_issuer::Error> {
        if !self.sends_messages() || !self.is_pension_fund(tenant) {
            return Ok(0);
        }
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("recall_enrolments").await?;
            let mut told = 0;
            let invited = (now - Duration::days(INVITATION_DAYS), now);
            for row in tx.list_invitations_to_recall(&tenant.id, invited, STEP).await? {
                let about = (MessageEvent::InvitationWaits, row.id.clone());
                let until = Some(row.enrolment.expires_at);
                told += usize::from(self.recall_one(&mut tx, tenant, &row.subject_id, about, until).await?);
            }
            let soon = (now + Duration::hours(LEAST_HOURS), now + Duration::hours(NEAR_HOURS));
            for near in tx.list_appointments(&tenant.id, soon, STEP).await? {
                let row = tx.find_enrolment(&tenant.id, &near.enrolment_id).await?;
                let Some(row) = row.filter(|_| near.state == "booked") else { continue };
                let about = (MessageEvent::AppointmentNear, near.id);
                let until = Some(near.slot.starts_at);
                told += usize::from(self.recall_one(&mut tx, tenant, &row.subject_id, about, until).await?);
            }
            told += self.recall_waiting(&mut tx, tenant, now).await?;
            tx.commit().await?;
            Ok(told)
        })
        .await
    }

    /// Whoever waits with a kept place hears once a day of times that were opened since.
    async fn recall_waiting(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        now: Timestamp,
    ) -> Result<usize, store_issuer::Error> {
        let Some(opened) = tx.newest_opening(&tenant.id, bookable(now)).await? else { return Ok(0) };
        let (mut told, mut after) = (0, (Timestamp::UNIX_EPOCH, String::new()));
        loop {
            let page = tx.list_kept_places(&tenant.id, (after.0, &after.1), STEP).await?;
            for row in &page {
                // In the order of their places: whoever came after the times were opened saw them.
                let Some(kept) = row.place_kept_at.filter(|kept| *kept < opened) else { return Ok(told) };
                let about = (MessageEvent::TimesOpen, format!("{}/{}", row.id, opened.date_naive()));
                told += usize::from(self.recall_one(tx, tenant, &row.subject_id, about, None).await?);
                after = (kept, row.id.clone());
            }
            if page.len() < STEP as usize {
                return Ok(told);
            }
        }
    }

    async fn recall_one(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        subject_id: &str,
        (event, about): (MessageEvent, String),
        until: Option<Timestamp>,
    ) -> Result<bool, store_issuer::Error> {
        let at = self.awake_of(tx, &tenant.id, subject_id).await?;
        if event == MessageEvent::AppointmentNear && until.is_some_and(|begins| at >= begins) {
            return Ok(false);
        }
        let once_key = format!("{}/{about}", event.as_str());
        let row = MessageRow { next_try_at: at, ..self.message(subject_id, event, (&[], until), once_key) };
        tx.insert_message(&tenant.id, &row).await
    }

    /// The first moment from now on at which it is no quiet hour where the person lives, by the register or else by the list of
    /// those who are asked.
    pub(in crate::app) async fn awake_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Timestamp, store_issuer::Error> {
        let now = self.now();
        let Some(subject) = tx.find_subject(tenant, subject_id).await? else { return Ok(now) };
        let mark = self.secrets.register_mark(tenant, "number", &subject.number);
        let registered = tx.find_fund_person_by_mark(tenant, &mark).await?;
        let facts = registered.and_then(|row| self.open_facts_of(tenant, &row));
        let (country, minutes) = match facts {
            Some(facts) => (facts.country.to_string(), facts.utc_offset_minutes),
            None => {
                let country = subject.claims.get("country").and_then(Value::as_str);
                (country.unwrap_or_default().to_owned(), 0)
            }
        };
        Ok(awake_in(QuietHours::default(), now, (&country, minutes)))
    }

    /// Just before it leaves: what a message about an enrolment waits for, if it is quiet there now, or nothing of it when it
    /// is not so any more.
    pub(in crate::app) async fn enrolment_message_at(
        &self,
        tenant: &Tenant,
        message: &MessageRow,
    ) -> Result<Option<Timestamp>, store_issuer::Error> {
        let now = self.now();
        if !message.event.is_of_the_fund() {
            return Ok(Some(now));
        }
        let mut tx = self.store.read().await?;
        let about = message.once_key.split('/').nth(1).unwrap_or_default();
        let is_so = match message.event {
            MessageEvent::AppointmentNear => {
                let found = tx.find_appointment(&tenant.id, about).await?;
                found.is_some_and(|it| {
                    it.state == "booked" && it.slot.starts_at > now && !is_over(&it.slot, now)
                })
            }
            MessageEvent::TimesOpen => {
                let row = tx.find_enrolment(&tenant.id, about).await?;
                let waits = row.is_some_and(|row| row.place_kept_at.is_some());
                waits && tx.newest_opening(&tenant.id, bookable(now)).await?.is_some()
            }
            MessageEvent::PlaceMissing => self.is_place_missing(&mut tx, &tenant.id, about).await?,
            _ => {
                let row = tx.find_enrolment(&tenant.id, about).await?;
                row.is_some_and(|row| row.enrolment.stage == Stage::Invited && row.enrolment.expires_at > now)
            }
        };
        match is_so {
            true => Ok(Some(self.awake_of(&mut tx, &tenant.id, &message.subject_id).await?)),
            false => Ok(None),
        }
    }
}
