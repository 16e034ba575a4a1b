//! What the person's wallet sees of an enrolment.

use chrono::{Datelike as _, Duration, NaiveDate};
use clock::Timestamp;
use entitlement::enrolment::{Refusal, Stage};
use issuance::Subject;
use serde_json::Value;
use store_issuer::{AppointmentRow, EnrolmentRow, SlotRow, Transaction};
use wire::enrolment::{Appointment, EnrolmentStatus, Slot};
use wire::existence::Organisation;

use super::super::fund::usual_offset;
use super::calls::{is_open, is_over};
use super::{EnrolmentError, Issuer, Tenant, is_under_way};

/// Times that are shown at once.
const SHOWN: u32 = 60;
/// A time is booked five minutes before at the latest, when the call is open already.
const LEAD_MINUTES: i64 = 5;
/// How far ahead times are shown.
const AHEAD_DAYS: i64 = 200;
/// For so long after a time is opened, those with a kept place choose first.
pub(super) const FIRST_CHOICE_HOURS: i64 = 24;

impl Issuer {
    pub(super) async fn enrolment_status(
        &self,
        tenant: &Tenant,
        row: &EnrolmentRow,
    ) -> Result<EnrolmentStatus, EnrolmentError> {
        let now = self.now();
        let mut tx = self.store.read().await?;
        let subject = tx.find_subject(&tenant.id, &row.subject_id).await?.ok_or(EnrolmentError::Unknown)?;
        let text =
            |claim: &str| subject.claims.get(claim).and_then(Value::as_str).unwrap_or_default().to_owned();
        let language = text("language");
        let due = self.enrolment_due(&mut tx, &tenant.id).await?;
        let separation = self.separation_of(&mut tx, &tenant.id, &row.id).await?;
        let seen = tx.find_station_word(&tenant.id, &row.id).await?.is_some();
        let appointments = tx.list_appointments_of(&tenant.id, &row.id).await?;
        // One that nobody wrote anything about is no dead end: the person chooses again.
        let stands = |it: &&AppointmentRow| it.state == "booked" && !is_over(&it.slot, now);
        let booked = appointments.iter().find(stands);
        let is_missed = booked.is_none()
            && appointments.first().is_some_and(|it| ["missed", "booked"].contains(&it.state.as_str()));
        let choosing = self.is_choosing(&mut tx, tenant, row).await?;
        let mut slots = match choosing {
            true => self.free_slots(&mut tx, &tenant.id, row, &subject).await?,
            false => Vec::new(),
        };
        let more_times = choosing && self.has_more(&mut tx, &tenant.id, row, slots.len()).await?;
        let none_before_due = choosing && !slots.iter().any(|it| it.starts_at < end_of(due));
        slots.sort_by_key(|it| (it.language != language, it.starts_at));
        Ok(EnrolmentStatus {
            id: row.id.clone(),
            organisation: Organisation { did: tenant.did.clone(), name: tenant.name.clone() },
            given_name: text("givenName"),
            state: row.enrolment.stage.as_str().to_owned(),
            language,
            due,
            device_key: row.enrolment.device_key.clone(),
            appointment: booked.filter(|_| choosing || is_under_way(row.enrolment.stage)).map(|it| {
                Appointment {
                    id: it.id.clone(),
                    call_open: it.slot.way == "video" && is_open(&it.slot, now),
                    slot: slot(&it.slot),
                }
            }),
            missed: is_missed && choosing,
            slots: slots.iter().map(slot).collect(),
            more_times,
            none_before_due,
            place_kept: row.place_kept_at.is_some(),
            refusal: row.enrolment.refusal.map(Refusal::as_str).map(str::to_owned),
            seen_at_station: seen && row.enrolment.stage == Stage::Claimed,
            separated_from: separation.map(|seen| seen.organisation().to_owned()),
        })
    }

    /// Times that this person can have: their language and their day first, and never one agent's alone.
    pub(super) async fn free_slots(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &EnrolmentRow,
        subject: &Subject,
    ) -> Result<Vec<SlotRow>, EnrolmentError> {
        let (window, opened_until) = self.offered(tx, tenant, row).await?;
        let text = |claim: &str| subject.claims.get(claim).and_then(Value::as_str).unwrap_or_default();
        let wish = (text("language"), usual_offset(text("country")));
        Ok(tx.list_free_slots_for(tenant, window, opened_until, wish, SHOWN).await?)
    }

    /// Whether the person chooses a time: to be enrolled; once enrolled, for a talk in the place of a proof by phone.
    pub(super) async fn is_choosing(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        row: &EnrolmentRow,
    ) -> Result<bool, EnrolmentError> {
        Ok(match row.enrolment.stage {
            Stage::Claimed => true,
            Stage::Approved => self.is_asked_for_proof(tx, tenant, &row.subject_id).await?,
            _ => false,
        })
    }

    /// Between which moments the person can have a time, and until when it was opened.
    pub(super) async fn offered(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &EnrolmentRow,
    ) -> Result<((Timestamp, Timestamp), Timestamp), EnrolmentError> {
        let now = self.now();
        let window = (now + Duration::minutes(LEAD_MINUTES), now + Duration::days(AHEAD_DAYS));
        let opened_until = match row.place_kept_at {
            Some(_) => now,
            None => self.open_to_all(tx, tenant).await?,
        };
        Ok((window, opened_until))
    }

    /// Whether there are more times than the few that are shown at once.
    async fn has_more(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &EnrolmentRow,
        shown: usize,
    ) -> Result<bool, EnrolmentError> {
        let (window, opened_until) = self.offered(tx, tenant, row).await?;
        let free = tx.list_free_slots(tenant, window, opened_until, ("", SHOWN + 1)).await?;
        Ok(free.len() > shown)
    }

    /// Times that were opened until then are for everybody; later ones for those with a kept place, if there are any.
    pub(super) async fn open_to_all(
        &self,
        tx: &mut Transaction,
        tenant: &str,
    ) -> Result<Timestamp, EnrolmentError> {
        let now = self.now();
        match tx.count_kept_places(tenant).await? == 0 {
            true => Ok(now),
            false => Ok(now - Duration::hours(FIRST_CHOICE_HOURS)),
        }
    }

    /// The due date of this year's calendar; the end of the year where there is no calendar.
    pub(super) async fn enrolment_due(
        &self,
        tx: &mut Transaction,
        tenant: &str,
    ) -> Result<NaiveDate, EnrolmentError> {
        let year = self.now().year();
        let known = self.due_of_year(tx, tenant, year).await.map_err(|_| EnrolmentError::Damaged)?;
        Ok(known.or_else(|| NaiveDate::from_ymd_opt(year, 12, 31)).unwrap_or_default())
    }
}

/// The first moment after a day, in UTC.
pub(super) fn end_of(day: NaiveDate) -> Timestamp {
    day.succ_opt().unwrap_or(day).and_time(chrono::NaiveTime::MIN).and_utc()
}

pub(super) fn slot(row: &SlotRow) -> Slot {
    Slot {
        id: row.id.clone(),
        starts_at: row.starts_at,
        minutes: row.minutes,
        language: row.language.clone(),
        way: row.way.clone(),
    }
}
