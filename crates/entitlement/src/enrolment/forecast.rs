//! Whether the year's appointments will do.

use chrono::NaiveDate;

/// Days over which the pace of bookings is measured.
pub const PACE_DAYS: i64 = 14;

/// What is known about supply and demand today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// Today.
    pub today: NaiveDate,
    /// The last day on which an appointment helps.
    pub due: NaiveDate,
    /// Free appointments until then.
    pub free: u64,
    /// People who are invited or have a wallet, and have no appointment.
    pub needing: u64,
    /// People who can take part, are not enrolled, and are not invited yet.
    pub uninvited: u64,
    /// Appointments that were booked in the last [`PACE_DAYS`] days.
    pub booked_of_late: u64,
}

/// What the console says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supply {
    /// There are enough for everybody.
    Enough,
    /// Nobody who is invited needs one; there is none, and people who are not invited yet would find none.
    NoneOpen,
    /// Enough for whoever is invited, and fewer than for those who are not yet.
    NotForAll,
    /// Enough in number, but fewer than a quarter to spare, or gone before the due date at the present pace.
    Tight,
    /// Fewer than people who need one.
    Short,
    /// Not one is left.
    Gone,
}

impl Forecast {
    /// How it looks. A warning comes while there is time to open more.
    #[must_use]
    pub fn supply(&self) -> Supply {
        match (self.free, self.needing) {
            (0, 1..) => Supply::Gone,
            (0, 0) if self.uninvited > 0 => Supply::NoneOpen,
            (free, needing) if free < needing => Supply::Short,
            (free, needing) if needing > 0 && free.saturating_mul(4) < needing.saturating_mul(5) => {
                Supply::Tight
            }
            _ if self.gone_on().is_some_and(|day| day < self.due)
                && self.free < self.needing.saturating_mul(2) =>
            {
                Supply::Tight
            }
            _ if self.free < self.needing.saturating_add(self.uninvited) => Supply::NotForAll,
            _ => Supply::Enough,
        }
    }

    /// The day on which the last one is taken at the pace of late; nothing while nobody books.
    #[must_use]
    pub fn gone_on(&self) -> Option<NaiveDate> {
        if self.booked_of_late == 0 {
            return None;
        }
        let days = self.free.saturating_mul(PACE_DAYS.unsigned_abs()) / self.booked_of_late;
        self.today.checked_add_days(chrono::Days::new(days.min(4000)))
    }

    /// How many are missing until everybody has one who is not enrolled, also those who are not invited yet.
    #[must_use]
    pub const fn missing_for_all(&self) -> u64 {
        self.needing.saturating_add(self.uninvited).saturating_sub(self.free)
    }

    /// How many are missing until everybody who is invited has one.
    #[must_use]
    pub const fn missing(&self) -> u64 {
        self.needing.saturating_sub(self.free)
    }
}
