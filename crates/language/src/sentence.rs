//! One sentence with what is filled in, safe to stand in a page.

use std::fmt::{self, Display, Formatter, Write as _};

use chrono::{DateTime, SecondsFormat, Utc};
use fluent_bundle::FluentArgs;
use fluent_bundle::types::FluentNumber;

use crate::{Catalogue, Language};

/// Marks around what is filled in (Unicode, UAX 9: FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE).
const ISOLATE: char = '\u{2068}';
const POP: char = '\u{2069}';
/// Around a moment: what is between the first two is for the page's script, what follows is read without one.
const TIME: char = '\u{e000}';
const READ: char = '\u{e001}';
const TIME_END: char = '\u{e002}';

/// A sentence; `Display` is its HTML, with each thing filled in inside `<bdi>`, so that a name in another script
/// stays in one piece. What was filled in can be anybody's text: it is escaped, and its own marks of direction are
/// taken out.
pub struct Sentence {
    catalogue: &'static Catalogue,
    language: Language,
    id: String,
    args: FluentArgs<'static>,
}

impl Catalogue {
    /// The sentence of this name; the name itself where there is none.
    #[must_use]
    pub fn say(&'static self, language: Language, id: &str) -> Sentence {
        Sentence { catalogue: self, language, id: id.to_owned(), args: FluentArgs::new() }
    }
}

impl Sentence {
    /// Fills something in.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let value: String = value.as_ref().chars().filter(|character| !is_direction(*character)).collect();
        self.args.set(name, value);
        self
    }

    /// A moment, which the page shows in the reader's own zone. The catalogue writes it ([`Catalogue::moment`]) for readers without
    /// scripts.
    #[must_use]
    pub fn at(mut self, name: &'static str, at: &DateTime<Utc>) -> Self {
        let (iso, read) =
            (at.to_rfc3339_opts(SecondsFormat::Secs, true), self.catalogue.moment(self.language, at));
        self.args.set(name, format!("{TIME}{iso}{READ}{read}{TIME_END}"));
        self
    }

    /// `{name}` itself, for a script to fill in.
    #[must_use]
    pub fn with_open(mut self, name: &str) -> Self {
        self.args.set(name.to_owned(), format!("{{{name}}}"));
        self
    }

    /// A number, by which the catalogue chooses singular, plural, or what else the language has.
    #[must_use]
    pub fn count(mut self, name: &'static str, value: impl Into<FluentNumber>) -> Self {
        self.args.set(name, value.into());
        self
    }

    /// The sentence as text without markup, for JSON, titles and attributes.
    #[must_use]
    pub fn plain(&self) -> String {
        let mut hidden = false;
        self.marked().replace([ISOLATE, POP, TIME_END], "").chars().fold(
            String::new(),
            |mut text, character| {
                match character {
                    TIME => hidden = true,
                    READ => hidden = false,
                    _ if hidden => {}
                    other => text.push(other),
                }
                text
            },
        )
    }

    fn marked(&self) -> String {
        let formatted = self.catalogue.format(self.language, &self.id, Some(&self.args));
        formatted.unwrap_or_else(|| self.id.clone())
    }
}

impl Display for Sentence {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for character in self.marked().chars() {
            match character {
                ISOLATE => formatter.write_str("<bdi>")?,
                POP => formatter.write_str("</bdi>")?,
                TIME => formatter.write_str("<time data-local datetime=\"")?,
                READ => formatter.write_str("\">")?,
                TIME_END => formatter.write_str("</time>")?,
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#39;")?,
                other => formatter.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// A sentence is its own HTML.
impl askama::filters::HtmlSafe for Sentence {}

/// Characters that change the direction of what follows them (UAX 9, 2), and our own marks.
fn is_direction(character: char) -> bool {
    matches!(character, TIME..=TIME_END | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    const TEXTS: &[&str] = &[
        "greeting = Dear { $name }, it is { $at }.",
        "cards = { $count ->\n    [one] one card\n   *[other] { $count } cards\n}\nmoment = { $date } { $time }\nday = { $day }.{ $month }.{ $year }",
    ];
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(|_| TEXTS, |_| true));

    fn say(id: &str) -> Sentence {
        CATALOGUE.say(Language::English, id)
    }

    #[test]
    fn what_is_filled_in_stays_text_and_in_one_piece() {
        let said = say("greeting").with("name", "<b>\u{2069}\u{202e}\u{e000}x").with("at", "noon");
        assert_eq!(said.to_string(), "Dear <bdi>&lt;b&gt;x</bdi>, it is <bdi>noon</bdi>.");
        assert_eq!(said.plain(), "Dear <b>x, it is noon.");
    }

    #[test]
    fn a_moment_is_for_scripts_and_readable_without() {
        let said = say("greeting").with("name", "A").at("at", &DateTime::UNIX_EPOCH);
        let time = "<time data-local datetime=\"1970-01-01T00:00:00Z\">1.1.1970 00:00</time>";
        assert_eq!(said.to_string(), format!("Dear <bdi>A</bdi>, it is <bdi>{time}</bdi>."));
        assert_eq!(said.plain(), "Dear A, it is 1.1.1970 00:00.");
    }

    #[test]
    fn numbers_choose_the_words_and_what_cannot_be_said_is_its_name() {
        assert_eq!(
            (say("cards").count("count", 1).plain(), say("cards").count("count", 2).plain()),
            ("one card".to_owned(), "2 cards".to_owned())
        );
        assert_eq!(say("greeting").plain(), "greeting", "nothing was filled in");
        assert_eq!(say("unknown").plain(), "unknown");
        assert!(CATALOGUE.knows(Language::Arabic, "cards") && !CATALOGUE.knows(Language::Arabic, "unknown"));
        let wanted = CATALOGUE.variables(Language::Russian, "greeting");
        assert!(wanted.iter().eq(["at", "name"]), "{wanted:?}");
    }
}
