//! Appointments: agents open times, people book, move and cancel, and the console sees whether there will be enough.

use chrono::Duration;
use clock::Timestamp;
use entitlement::enrolment::{Forecast, PACE_DAYS, Stage};
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::LANGUAGES;
use store_issuer::{AppointmentRow, EnrolmentRow, SlotRow, Transaction};
use wire::enrolment::{AppointmentChoice, EnrolmentStatus};

use super::calls::{is_open, is_over};
use super::paging::MOST_DAYS_AHEAD;
use super::view::end_of;
use super::{EnrolmentError, Issuer, Tenant, languages};

const LEAST_MINUTES: u32 = 10;
const MOST_MINUTES: u32 = 120;
/// Times that are opened at once: a day of short ones.
const MOST_AT_ONCE: u32 = 60;
/// After so many bookings, moves and cancellations only the Fund changes anything.
const MOST_CHANGES: u64 = 20;
const LINES: u32 = 200;

/// Times to open, one after the other.
#[derive(Clone, Debug)]
pub struct NewSlots {
    pub starts_at: Timestamp,
    pub minutes: u32,
    pub count: u32,
    /// One of the six official languages.
    pub language: String,
    /// `video` or `visit`.
    pub way: String,
}

/// One appointment with the person who comes.
#[derive(Clone, Debug)]
pub struct AgendaLine {
    pub appointment: AppointmentRow,
    pub stage: Stage,
    pub name: String,
    pub country: String,
}

/// Supply and demand, and where it is thin.
#[derive(Clone, Debug)]
pub struct SupplyView {
    pub forecast: Forecast,
    /// The same for each language; an empty one for people of whom nobody said theirs.
    pub by_language: Vec<(String, Forecast)>,
    /// People who wait with a kept place.
    pub waiting: u64,
}

impl Issuer {
    /// Opens times of the officer. Opening the same again changes nothing; says how many are new.
    pub async fn open_slots(&self, by: &Actor, new: &NewSlots) -> Result<u32, EnrolmentError> {
        let tenant = self.enrolling(&by.tenant)?;
        let now = self.now();
        check(new, now)?;
        sql::retry(|| async {
            let mut tx = self.store.write("open_slots").await?;
            let mut opened = 0;
            for at in 0..new.count {
                let length = Duration::minutes(new.minutes.into());
                let slot = SlotRow {
                    id: self.new_id(),
                    agent: by.officer.clone(),
                    starts_at: new.starts_at + length * i32::try_from(at).unwrap_or_default(),
                    minutes: new.minutes,
                    language: new.language.clone(),
                    way: new.way.clone(),
                    opened_at: now,
                };
                if tx.overlaps(&tenant.id, &slot, slot.starts_at + length).await? {
                    return Err(EnrolmentError::Overlap);
                }
                opened += u32::from(tx.insert_slot(&tenant.id, &slot).await?);
            }
            let detail = opened.to_string();
            tx.audit(by, Act { action: "appointments.open", target: "", detail: &detail }, now).await?;
            tx.commit().await?;
            Ok(opened)
        })
        .await
    }

    /// Takes a free time back. One that somebody has stays; that person is called first.
    pub async fn close_slot(&self, by: &Actor, id: &str) -> Result<(), EnrolmentError> {
        let tenant = self.enrolling(&by.tenant)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("close_slot").await?;
            if !tx.close_slot(&tenant.id, id, now).await? {
                return Err(EnrolmentError::SlotTaken);
            }
            tx.audit(by, Act { action: "appointments.close", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// The person books a time, moves to it, or cancels. The same again changes nothing.
    pub async fn choose_appointment(
        &self,
        tenant: &str,
        secret: Option<&str>,
        choice: &AppointmentChoice,
    ) -> Result<EnrolmentStatus, EnrolmentError> {
        let tenant = self.enrolling(tenant)?;
        let row = sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("choose_appointment").await?;
            let mut row = self.spoken_for(&mut tx, tenant, secret).await?;
            self.ready_to_book(&mut tx, tenant, &row).await?;
            let known = tx.list_appointments_of(&tenant.id, &row.id).await?;
            let forgotten = known.iter().find(|it| it.state == "booked" && is_over(&it.slot, now));
            if let Some(forgotten) = forgotten {
                tx.change_appointment(&tenant.id, &forgotten.id, ("booked", "missed"), now).await?;
            }
            let booked = known.iter().find(|it| it.state == "booked" && !is_over(&it.slot, now));
            if booked.map(|it| &it.slot.id) == choice.slot.as_ref() {
                return Ok(row);
            }
            if let Some(booked) = booked {
                self.cancel(&mut tx, &tenant.id, booked, now).await?;
            }
            if let Some(slot) = &choice.slot {
                self.book(&mut tx, (&tenant.id, slot), &row, now).await?;
            }
            if choice.slot.is_some() && row.place_kept_at.take().is_some() {
                tx.replace_enrolment(&tenant.id, &row).await?;
            }
            let action = if choice.slot.is_some() { "appointment.book" } else { "appointment.cancel" };
            let by = Actor::system(&tenant.id);
            tx.audit(&by, Act { action, target: &row.id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok::<_, EnrolmentError>(row)
        })
        .await?;
        self.enrolment_status(tenant, &row).await
    }

    async fn book(
        &self,
        tx: &mut Transaction,
        (tenant, slot): (&str, &str),
        row: &EnrolmentRow,
        now: Timestamp,
    ) -> Result<(), EnrolmentError> {
        if tx.count_appointments_of(tenant, &row.id).await? >= MOST_CHANGES {
            return Err(EnrolmentError::TooManyChanges);
        }
        let slot = tx.find_slot(tenant, slot).await?.ok_or(EnrolmentError::SlotTaken)?;
        let is_early = row.place_kept_at.is_none() && slot.opened_at > self.open_to_all(tx, tenant).await?;
        if slot.starts_at <= now || is_early {
            return Err(EnrolmentError::SlotTaken);
        }
        match tx.book(tenant, (&self.new_id(), &slot.id, &row.id), now).await? {
            true => Ok(()),
            false => Err(EnrolmentError::SlotTaken),
        }
    }

    async fn cancel(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        booked: &AppointmentRow,
        now: Timestamp,
    ) -> Result<(), EnrolmentError> {
        if booked.slot.starts_at <= now {
            return Err(EnrolmentError::Begun);
        }
        tx.change_appointment(tenant, &booked.id, ("booked", "cancelled"), now).await?;
        Ok(())
    }

    /// The person found no time: the place in the queue is kept, and times that are opened come to it first. Meanwhile any
    /// other channel counts the same.
    pub async fn keep_place(
        &self,
        tenant: &str,
        secret: Option<&str>,
    ) -> Result<EnrolmentStatus, EnrolmentError> {
        let tenant = self.enrolling(tenant)?;
        let row = sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("keep_place").await?;
            let mut row = self.spoken_for(&mut tx, tenant, secret).await?;
            self.ready_to_book(&mut tx, tenant, &row).await?;
            if row.place_kept_at.is_some() {
                return Ok(row);
            }
            row.place_kept_at = Some(now);
            tx.replace_enrolment(&tenant.id, &row).await?;
            let by = Actor::system(&tenant.id);
            tx.audit(&by, Act { action: "appointment.wait", target: &row.id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok::<_, EnrolmentError>(row)
        })
        .await?;
        self.enrolment_status(tenant, &row).await
    }

    /// Whether somebody may have an appointment: to be enrolled; or, once they are, to be seen in the place of a proof by phone, as
    /// long as a year asks for one.
    pub(super) async fn ready_to_book(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        row: &EnrolmentRow,
    ) -> Result<(), EnrolmentError> {
        use entitlement::enrolment::EnrolmentFault;
        match row.enrolment.stage {
            Stage::Claimed if row.enrolment.device_key.is_none() => Err(EnrolmentFault::NoDeviceKey.into()),
            Stage::Claimed => Ok(()),
            Stage::Invited => Err(EnrolmentFault::NotClaimed.into()),
            Stage::Proposed => Err(EnrolmentFault::Proposed.into()),
            Stage::Approved if self.is_asked_for_proof(tx, tenant, &row.subject_id).await? => Ok(()),
            Stage::Approved | Stage::Refused | Stage::Withdrawn => Err(EnrolmentFault::Over.into()),
        }
    }

    /// The agent says that the person did not come. They book again without asking anybody.
    pub async fn miss_appointment(&self, by: &Actor, id: &str) -> Result<(), EnrolmentError> {
        let tenant = self.enrolling(&by.tenant)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("miss_appointment").await?;
            let known = tx.find_appointment(&tenant.id, id).await?.ok_or(EnrolmentError::Unknown)?;
            if known.slot.starts_at > now {
                return Err(EnrolmentError::Form("the appointment has not begun yet"));
            }
            if tx.change_appointment(&tenant.id, id, ("booked", "missed"), now).await? {
                tx.end_signals(&tenant.id, id).await?;
                let act = Act { action: "appointment.missed", target: &known.enrolment_id, detail: "" };
                tx.audit(by, act, now).await?;
                tx.commit().await?;
            }
            Ok(())
        })
        .await
    }

    /// A decision, or a new invitation, ends what was booked: held where people may have met, free for others where not.
    pub(super) async fn close_appointment(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        enrolment: &str,
    ) -> Result<(), store_issuer::Error> {
        let now = self.now();
        for known in tx.list_appointments_of(tenant, enrolment).await? {
            if known.state == "booked" {
                let is_begun = known.slot.starts_at <= now || is_open(&known.slot, now);
                let to = if is_begun { "held" } else { "cancelled" };
                tx.change_appointment(tenant, &known.id, ("booked", to), now).await?;
                tx.end_signals(tenant, &known.id).await?;
            }
        }
        Ok(())
    }

    /// A proof is there: nobody waits for a talk in its place any more.
    pub(in crate::app) async fn close_talk(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        subject_id: &str,
    ) -> Result<(), store_issuer::Error> {
        let known = tx.list_enrolments_of(tenant, subject_id).await?;
        for mut row in known.into_iter().filter(|it| it.enrolment.stage == Stage::Approved) {
            self.close_appointment(tx, tenant, &row.id).await?;
            if row.place_kept_at.take().is_some() {
                tx.replace_enrolment(tenant, &row).await?;
            }
        }
        Ok(())
    }

    /// Appointments that begin between two moments.
    pub async fn agenda(
        &self,
        tenant: &str,
        window: (Timestamp, Timestamp),
    ) -> Result<Vec<AgendaLine>, EnrolmentError> {
        self.enrolling(tenant)?;
        let mut tx = self.store.read().await?;
        let mut lines = Vec::new();
        for appointment in tx.list_appointments(tenant, window, LINES).await? {
            let (row, subject) =
                self.enrolment_and_person(&mut tx, tenant, &appointment.enrolment_id).await?;
            let country =
                subject.claims.get("country").and_then(serde_json::Value::as_str).unwrap_or_default();
            lines.push(AgendaLine {
                stage: row.enrolment.stage,
                name: subject.name.clone(),
                country: country.to_owned(),
                appointment,
            });
        }
        Ok(lines)
    }

    /// Whether there will be enough appointments until the due date.
    pub async fn appointment_supply(&self, tenant: &str) -> Result<SupplyView, EnrolmentError> {
        self.enrolling(tenant)?;
        let now = self.now();
        let mut tx = self.store.read().await?;
        let due = self.enrolment_due(&mut tx, tenant).await?;
        let window = (now, end_of(due));
        let uninvited = self.uninvited(&mut tx, tenant).await?;
        let by_language = languages::forecasts(&mut tx, tenant, (now, window.1, due), &uninvited).await?;
        Ok(SupplyView {
            forecast: Forecast {
                today: now.date_naive(),
                due,
                free: tx.count_free_slots(tenant, window).await?,
                needing: tx.count_needing_appointment(tenant, now).await?,
                uninvited: uninvited.iter().map(|(_, people)| people).sum(),
                booked_of_late: tx.count_booked_since(tenant, now - Duration::days(PACE_DAYS)).await?,
            },
            by_language,
            waiting: tx.count_kept_places(tenant).await?,
        })
    }
}

fn check(new: &NewSlots, now: Timestamp) -> Result<(), EnrolmentError> {
    let form = |wrong: bool, said: &'static str| match wrong {
        true => Err(EnrolmentError::Form(said)),
        false => Ok(()),
    };
    form(!(LEAST_MINUTES..=MOST_MINUTES).contains(&new.minutes), "an appointment takes 10 to 120 minutes")?;
    form(!(1..=MOST_AT_ONCE).contains(&new.count), "1 to 60 appointments are opened at once")?;
    form(!LANGUAGES.contains(&new.language.as_str()), "choose one of the six languages")?;
    form(!["video", "visit"].contains(&new.way.as_str()), "choose a video call or a visit")?;
    form(new.starts_at <= now, "the first appointment begins in the past")?;
    form(new.starts_at > now + Duration::days(MOST_DAYS_AHEAD), "that is more than a year ahead")
}
