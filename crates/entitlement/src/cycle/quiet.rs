//! Nobody is woken by a pension fund.

use chrono::{FixedOffset, NaiveTime, TimeZone as _, Utc};
use clock::Timestamp;
use serde::{Deserialize, Serialize};

/// Local hours in which no message leaves; they may span midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct QuietHours {
    pub from: NaiveTime,
    /// The first minute that is not quiet.
    pub until: NaiveTime,
}

impl Default for QuietHours {
    /// Eight in the evening to nine in the morning.
    fn default() -> Self {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        Self { from: hour(20), until: hour(9) }
    }
}

impl QuietHours {
    /// The first moment from `ready` on at which a message may leave.
    #[must_use]
    pub fn earliest(&self, ready: Timestamp, offset: FixedOffset) -> Timestamp {
        // `naive_local` panics at the ends of time.
        let Some(local) = ready.naive_utc().checked_add_offset(offset) else { return ready };
        let (day, time) = (local.date(), local.time());
        let end = match self.from <= self.until {
            true if (self.from..self.until).contains(&time) => day,
            false if time < self.until => day,
            false if time >= self.from => day.succ_opt().unwrap_or(day),
            true | false => return ready,
        };
        let end = offset.from_local_datetime(&end.and_time(self.until)).single();
        end.map_or(ready, |end| end.with_timezone(&Utc))
    }
}
