//! Days and times as a catalogue writes them.

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc};

use crate::{Catalogue, Language};

impl Catalogue {
    /// A time in UTC, by the message `moment` (`date`, `time`), for readers whose zone is not known.
    #[must_use]
    pub fn moment(&'static self, language: Language, at: &DateTime<Utc>) -> String {
        let time = format!("{:02}:{:02}", at.hour(), at.minute());
        let date = self.date(language, at.date_naive());
        self.say(language, "moment").with("date", date).with("time", time).plain()
    }

    /// A day of the calendar, by the message `day` (`day`, `month` as a number, `year`).
    #[must_use]
    pub fn date(&'static self, language: Language, day: NaiveDate) -> String {
        let said = self.say(language, "day").with("day", day.day().to_string());
        said.with("year", day.year().to_string()).count("month", day.month()).plain()
    }
}
