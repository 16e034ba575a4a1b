//! What the pages say, in six languages, by Fluent (`locales/<language>/<topic>.ftl`).
//!
//! A template asks for a sentence by its name: `{{ words.say("offer-title") }}`, with what is filled in after it:
//! `{{ words.say("offer-received").count("count", cards.len()) }}`. A script says it with `say("…")`, and the page
//! carries the sentences that its scripts say ([`modules`]). Rules of plural and of word order are in the catalogue.

mod catalogue;
mod modules;
mod terms;
mod values;

#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use clock::Timestamp;
use language::Language;

use catalogue::CATALOGUE;
pub use language::Sentence;
pub use modules::Module;
pub use terms::published_type;
pub use values::region;

/// The words of one language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Language);

impl Words {
    #[must_use]
    pub fn language(self) -> Language {
        self.0
    }

    /// The sentence of this name; the name itself where there is none.
    #[must_use]
    pub fn say(self, id: &str) -> Sentence {
        CATALOGUE.say(self.0, id)
    }

    /// Whether there is a sentence of this name.
    #[must_use]
    pub fn knows(self, id: &str) -> bool {
        CATALOGUE.knows(self.0, id)
    }

    /// A time in UTC, for readers without JavaScript; with it the page shows the reader's own zone.
    #[must_use]
    pub fn moment(self, at: &Timestamp) -> String {
        CATALOGUE.moment(self.0, at)
    }

    /// The day alone, in UTC.
    #[must_use]
    pub fn day(self, at: &Timestamp) -> String {
        self.date(at.date_naive())
    }

    /// A day of the calendar.
    #[must_use]
    pub fn date(self, day: NaiveDate) -> String {
        CATALOGUE.date(self.0, day)
    }

    /// The names of the months, for scripts of a language whose browsers write others: in Arabic the catalogue has the names of
    /// both the east and the west.
    #[must_use]
    pub fn months(self) -> Option<String> {
        let name =
            |month: usize| self.say("day").with("day", "").with("year", "").count("month", month).plain();
        let names = || (1..=12).map(|month| name(month).trim().to_owned()).collect::<Vec<_>>().join("|");
        (self.language() == Language::Arabic).then(names)
    }

    /// A length of time in the largest unit of which it has two, rounded up: nobody is told less than it is.
    #[must_use]
    pub fn span(self, seconds: u64) -> String {
        let (id, unit) = match seconds {
            0..7_200 => ("span-minutes", 60),
            7_200..172_800 => ("span-hours", 3_600),
            _ => ("span-days", 86_400),
        };
        self.say(id).count("count", seconds.div_ceil(unit)).plain()
    }

    /// "A", "A and B", "A, B and C", as the language joins them.
    #[must_use]
    pub fn list<S: AsRef<str>>(self, names: &[S]) -> String {
        let Some((first, rest)) = names.split_first() else { return String::new() };
        let join = |all: String, (at, next): (usize, &S)| {
            let id = if at + 1 == rest.len() { "list-last" } else { "list-next" };
            self.say(id).with("before", all).with("next", next).plain()
        };
        rest.iter().enumerate().fold(first.as_ref().to_owned(), join)
    }

    /// The tags that load a page's script, with the sentences that it says.
    #[must_use]
    pub fn module(self, name: &str) -> Module {
        Module::new(self, name)
    }
}
