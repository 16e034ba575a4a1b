//! Times that agents open, appointments, and what the browsers of a call tell each other.

use issuance::Timestamp;
use sql::{Row, args};

use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// A time that an agent opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotRow {
    pub id: String,
    pub agent: String,
    pub starts_at: Timestamp,
    pub minutes: u32,
    pub language: String,
    /// `video` or `visit`.
    pub way: String,
    pub opened_at: Timestamp,
}

/// A slot with whoever has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppointmentRow {
    pub id: String,
    pub enrolment_id: String,
    /// `booked`, `cancelled`, `held` or `missed`.
    pub state: String,
    pub slot: SlotRow,
}

/// A message of one side of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalRow {
    pub number: u64,
    pub body: String,
}

const INSERT_SLOT: &str =
    "INSERT INTO enrolment_slots (tenant, id, agent, starts_at, minutes, language, way, opened_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
const OVERLAPPING: &str = "SELECT COUNT(*) AS many FROM enrolment_slots WHERE tenant = $1 AND agent = $2
        AND closed_at IS NULL AND starts_at < $4 AND starts_at + minutes * 60000 > $3 AND starts_at <> $3";
const CLOSE_SLOT: &str =
    "UPDATE enrolment_slots SET closed_at = $3 WHERE tenant = $1 AND id = $2 AND closed_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM enrolment_appointments a
            WHERE a.tenant = $1 AND a.slot_id = $2 AND a.state <> 'cancelled')";
const FIND_SLOT: &str = "SELECT * FROM enrolment_slots WHERE tenant = $1 AND id = $2 AND closed_at IS NULL";
// A time that was just opened belongs for a while to those who wait with a kept place.
const FREE_SLOTS: &str = "SELECT s.* FROM enrolment_slots s WHERE s.tenant = $1 AND s.closed_at IS NULL
        AND (s.starts_at, s.id) > ($2, $5) AND s.starts_at < $3 AND s.opened_at <= $4
        AND NOT EXISTS (SELECT 1 FROM enrolment_appointments a
            WHERE a.tenant = s.tenant AND a.slot_id = s.id AND a.state <> 'cancelled')
    ORDER BY s.starts_at, s.id LIMIT $6";
const NEWEST_OPENING: &str = "SELECT MAX(s.opened_at) AS opened_at FROM enrolment_slots s
    WHERE s.tenant = $1 AND s.closed_at IS NULL AND s.starts_at > $2 AND s.starts_at < $3
        AND NOT EXISTS (SELECT 1 FROM enrolment_appointments a
            WHERE a.tenant = s.tenant AND a.slot_id = s.id AND a.state <> 'cancelled')";
// Of each language by itself and of each three hours of the reader's day a few, so that many times of one agent hide neither other
// days nor other languages. What the reader can be awake for comes first, and is put back into the order of time by who shows it.
const FREE_SLOTS_FOR: &str = "SELECT * FROM (SELECT s.*, ROW_NUMBER() OVER (
            PARTITION BY s.language, (s.starts_at + $6) / 10800000 ORDER BY s.starts_at, s.id) AS place
        FROM enrolment_slots s WHERE s.tenant = $1 AND s.closed_at IS NULL
        AND s.starts_at > $2 AND s.starts_at < $3 AND s.opened_at <= $4
        AND NOT EXISTS (SELECT 1 FROM enrolment_appointments a
            WHERE a.tenant = s.tenant AND a.slot_id = s.id AND a.state <> 'cancelled')) spread
    WHERE place <= CASE WHEN language = $5 THEN 3 ELSE 1 END
    ORDER BY CASE WHEN language = $5 THEN 0 ELSE 1 END,
        CASE WHEN (starts_at + $6) % 86400000 BETWEEN 25200000 AND 75600000 THEN 0 ELSE 1 END, starts_at, id LIMIT $7";
const COUNT_FREE: &str =
    "SELECT COUNT(*) AS many FROM enrolment_slots s WHERE s.tenant = $1 AND s.closed_at IS NULL
        AND s.starts_at > $2 AND s.starts_at < $3
        AND NOT EXISTS (SELECT 1 FROM enrolment_appointments a
            WHERE a.tenant = s.tenant AND a.slot_id = s.id AND a.state <> 'cancelled')";
const BOOK: &str =
    "INSERT INTO enrolment_appointments (tenant, id, slot_id, enrolment_id, state, booked_at, changed_at)
    VALUES ($1, $2, $3, $4, 'booked', $5, $5) ON CONFLICT DO NOTHING";
const CHANGE: &str = "UPDATE enrolment_appointments SET state = $3, changed_at = $4
    WHERE tenant = $1 AND id = $2 AND state = $5";
const COUNT_OF: &str =
    "SELECT COUNT(*) AS many FROM enrolment_appointments WHERE tenant = $1 AND enrolment_id = $2";
const COUNT_LATE: &str = "SELECT COUNT(*) AS many FROM enrolment_appointments
    WHERE tenant = $1 AND booked_at >= $2 AND state <> 'cancelled'";
macro_rules! appointments {
    ($which:literal) => {
        concat!(
            "SELECT s.*, a.id AS appointment_id, a.enrolment_id AS enrolment_id, a.state AS state
            FROM enrolment_appointments a JOIN enrolment_slots s ON s.tenant = a.tenant AND s.id = a.slot_id
            WHERE a.tenant = $1 AND ",
            $which
        )
    };
}
const FIND: &str = appointments!("a.id = $2");
const LIST_OF: &str = appointments!("a.enrolment_id = $2 ORDER BY a.booked_at DESC, a.id DESC LIMIT 50");
const LIST: &str = appointments!(
    "a.state <> 'cancelled' AND s.starts_at >= $2 AND s.starts_at < $3 ORDER BY s.starts_at, s.id LIMIT $4"
);
const INSERT_SIGNAL: &str = "INSERT INTO enrolment_signals (tenant, appointment_id, number, side, body, at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
const COUNT_SIGNALS: &str =
    "SELECT COUNT(*) AS many, COALESCE(MAX(number), 0) AS latest FROM enrolment_signals
    WHERE tenant = $1 AND appointment_id = $2";
const LIST_SIGNALS: &str = "SELECT number, body FROM enrolment_signals
    WHERE tenant = $1 AND appointment_id = $2 AND side = $3 AND number > $4 ORDER BY number LIMIT 100";
const ERASE_SIGNALS: &str = "DELETE FROM enrolment_signals WHERE at < $1";
const END_SIGNALS: &str = "DELETE FROM enrolment_signals WHERE tenant = $1 AND appointment_id = $2";

impl Transaction {
    /// False when the agent opened the same time before.
    pub async fn insert_slot(&mut self, tenant: &str, slot: &SlotRow) -> Result<bool, Error> {
        let values = args![
            tenant,
            &slot.id,
            &slot.agent,
            slot.starts_at,
            slot.minutes,
            &slot.language,
            &slot.way,
            slot.opened_at
        ];
        Ok(self.tx.execute(INSERT_SLOT, values).await? == 1)
    }

    /// Whether the agent has another open time that overlaps this one without beginning with it.
    pub async fn overlaps(&mut self, tenant: &str, slot: &SlotRow, until: Timestamp) -> Result<bool, Error> {
        Ok(self.counted(OVERLAPPING, args![tenant, &slot.agent, slot.starts_at, until]).await? > 0)
    }

    /// False when somebody has it, or it is closed already.
    pub async fn close_slot(&mut self, tenant: &str, id: &str, at: Timestamp) -> Result<bool, Error> {
        Ok(self.tx.execute(CLOSE_SLOT, args![tenant, id, at]).await? == 1)
    }

    pub async fn find_slot(&mut self, tenant: &str, id: &str) -> Result<Option<SlotRow>, Error> {
        self.tx.fetch_optional(FIND_SLOT, args![tenant, id]).await?.as_ref().map(slot).transpose()
    }

    /// Free times between two moments that were opened until a third, earliest first; of those that begin with the first moment, the
    /// ones after an id.
    pub async fn list_free_slots(
        &mut self,
        tenant: &str,
        (from, until): (Timestamp, Timestamp),
        opened_until: Timestamp,
        (after, limit): (&str, u32),
    ) -> Result<Vec<SlotRow>, Error> {
        let values = args![tenant, from, until, opened_until, after, limit];
        self.tx.fetch_all(FREE_SLOTS, values).await?.iter().map(slot).collect()
    }

    /// When the newest of the times between two moments was opened that are still free.
    pub async fn newest_opening(
        &mut self,
        tenant: &str,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Option<Timestamp>, Error> {
        let row = self.tx.fetch_optional(NEWEST_OPENING, args![tenant, from, until]).await?;
        Ok(row.map(|row| row.opt_time("opened_at")).transpose()?.flatten())
    }

    /// Free times for one person to choose from, spread over days, hours and languages. `language` and `offset_minutes` from UTC are the
    /// person's: their language comes first, and within a language the hours from seven to nine in the evening.
    pub async fn list_free_slots_for(
        &mut self,
        tenant: &str,
        (from, until): (Timestamp, Timestamp),
        opened_until: Timestamp,
        (language, offset_minutes): (&str, i32),
        limit: u32,
    ) -> Result<Vec<SlotRow>, Error> {
        let offset = i64::from(offset_minutes) * 60_000;
        let values = args![tenant, from, until, opened_until, language, offset, limit];
        self.tx.fetch_all(FREE_SLOTS_FOR, values).await?.iter().map(slot).collect()
    }

    pub async fn count_free_slots(
        &mut self,
        tenant: &str,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<u64, Error> {
        self.counted(COUNT_FREE, args![tenant, from, until]).await
    }

    /// False when the time was taken at the same moment, or the person has an appointment.
    pub async fn book(
        &mut self,
        tenant: &str,
        (id, slot, enrolment): (&str, &str, &str),
        at: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(BOOK, args![tenant, id, slot, enrolment, at]).await? == 1)
    }

    /// False when it was not in the state `from` any more.
    pub async fn change_appointment(
        &mut self,
        tenant: &str,
        id: &str,
        (from, to): (&str, &str),
        at: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(CHANGE, args![tenant, id, to, at, from]).await? == 1)
    }

    /// How often somebody booked, moved or cancelled.
    pub async fn count_appointments_of(&mut self, tenant: &str, enrolment: &str) -> Result<u64, Error> {
        self.counted(COUNT_OF, args![tenant, enrolment]).await
    }

    pub async fn count_booked_since(&mut self, tenant: &str, since: Timestamp) -> Result<u64, Error> {
        self.counted(COUNT_LATE, args![tenant, since]).await
    }

    pub async fn find_appointment(
        &mut self,
        tenant: &str,
        id: &str,
    ) -> Result<Option<AppointmentRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(appointment).transpose()
    }

    /// Of one enrolment, the latest first; fifty at most.
    pub async fn list_appointments_of(
        &mut self,
        tenant: &str,
        enrolment: &str,
    ) -> Result<Vec<AppointmentRow>, Error> {
        self.tx.fetch_all(LIST_OF, args![tenant, enrolment]).await?.iter().map(appointment).collect()
    }

    /// Those that are not cancelled and begin between two moments, earliest first.
    pub async fn list_appointments(
        &mut self,
        tenant: &str,
        (from, until): (Timestamp, Timestamp),
        limit: u32,
    ) -> Result<Vec<AppointmentRow>, Error> {
        self.tx.fetch_all(LIST, args![tenant, from, until, limit]).await?.iter().map(appointment).collect()
    }

    /// Keeps a message of one side, unless there are `most` already.
    pub async fn insert_signal(
        &mut self,
        tenant: &str,
        appointment: &str,
        (side, body): (&str, &str),
        at: Timestamp,
        most: u64,
    ) -> Result<bool, Error> {
        let row = self.tx.fetch_optional(COUNT_SIGNALS, args![tenant, appointment]).await?;
        let (known, latest) =
            row.as_ref().map_or(Ok((0, 0)), |row| Ok::<_, Error>((count(row)?, row.int("latest")?)))?;
        if known >= most {
            return Ok(false);
        }
        // By time, so that numbers grow also after earlier messages were erased.
        let number = at.timestamp_millis().max(latest + 1);
        self.tx.execute_one(INSERT_SIGNAL, args![tenant, appointment, number, side, body, at]).await?;
        Ok(true)
    }

    /// What one side said after a number, a hundred at most.
    pub async fn list_signals(
        &mut self,
        tenant: &str,
        appointment: &str,
        (side, after): (&str, u64),
    ) -> Result<Vec<SignalRow>, Error> {
        let rows = self.tx.fetch_all(LIST_SIGNALS, args![tenant, appointment, side, int(after)]).await?;
        let signal = |row: &Row| {
            let columns = Columns { table: "enrolment_signals", row };
            Ok(SignalRow { number: columns.number("number")?, body: row.text("body")? })
        };
        rows.iter().map(signal).collect()
    }

    /// A call begins anew: earlier messages go, and a mark that neither side hears keeps their numbers growing.
    pub async fn begin_signals(
        &mut self,
        tenant: &str,
        appointment: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        let row = self.tx.fetch_optional(COUNT_SIGNALS, args![tenant, appointment]).await?;
        let latest = row.map_or(Ok(0), |row| row.int("latest"))?;
        self.end_signals(tenant, appointment).await?;
        let number = at.timestamp_millis().max(latest + 1);
        Ok(self.tx.execute_one(INSERT_SIGNAL, args![tenant, appointment, number, "begun", "", at]).await?)
    }

    /// Of one call that is over.
    pub async fn end_signals(&mut self, tenant: &str, appointment: &str) -> Result<u64, Error> {
        Ok(self.tx.execute(END_SIGNALS, args![tenant, appointment]).await?)
    }

    async fn counted(&mut self, query: &'static str, values: Vec<sql::Value>) -> Result<u64, Error> {
        self.tx.fetch_optional(query, values).await?.as_ref().map_or(Ok(0), count)
    }

    /// Of all organisations.
    pub async fn erase_signals(&mut self, before: Timestamp) -> Result<u64, Error> {
        Ok(self.tx.execute(ERASE_SIGNALS, args![before]).await?)
    }
}

fn count(row: &Row) -> Result<u64, Error> {
    Columns { table: "enrolment_appointments", row }.number("many")
}

fn slot(row: &Row) -> Result<SlotRow, Error> {
    let columns = Columns { table: "enrolment_slots", row };
    Ok(SlotRow {
        id: row.text("id")?,
        agent: row.text("agent")?,
        starts_at: row.time("starts_at")?,
        minutes: columns.number("minutes")?,
        language: row.text("language")?,
        way: row.text("way")?,
        opened_at: row.time("opened_at")?,
    })
}

fn appointment(row: &Row) -> Result<AppointmentRow, Error> {
    Ok(AppointmentRow {
        id: row.text("appointment_id")?,
        enrolment_id: row.text("enrolment_id")?,
        state: row.text("state")?,
        slot: slot(row)?,
    })
}
