//! One sentence with what is filled in, safe to stand in a page.

use std::fmt::{self, Display, Formatter, Write as _};

use clock::Timestamp;
use fluent_bundle::FluentArgs;
use language::Language;

use super::{Words, catalogue};
use crate::http::pages::iso;

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
    language: Language,
    id: String,
    args: FluentArgs<'static>,
}

impl Sentence {
    pub(super) fn new(language: Language, id: &str) -> Self {
        Self { language, id: id.to_owned(), args: FluentArgs::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let value: String = value.as_ref().chars().filter(|character| !is_direction(*character)).collect();
        self.args.set(name, value);
        self
    }

    /// A moment, which the page shows in the reader's own zone.
    #[must_use]
    pub fn at(mut self, name: &'static str, at: &Timestamp) -> Self {
        let read = Words(self.language).moment(at);
        self.args.set(name, format!("{TIME}{}{READ}{read}{TIME_END}", iso(at)));
        self
    }

    /// `{name}` itself, for a script to fill in.
    pub(super) fn with_open(mut self, name: &str) -> Self {
        self.args.set(name.to_owned(), format!("{{{name}}}"));
        self
    }

    /// A number, by which the catalogue chooses singular, plural, or what else the language has.
    #[must_use]
    pub fn count(mut self, name: &'static str, value: impl std::borrow::Borrow<usize>) -> Self {
        self.args.set(name, *value.borrow());
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
        let formatted = catalogue::of(self.language).and_then(|bundle| {
            let message = bundle.get_message(&self.id)?;
            let mut errors = Vec::new();
            let text = bundle.format_pattern(message.value()?, Some(&self.args), &mut errors);
            errors.is_empty().then(|| text.into_owned())
        });
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

impl askama::filters::HtmlSafe for Sentence {}

/// Characters that change the direction of what follows them (UAX 9, 2), and our own marks.
fn is_direction(character: char) -> bool {
    matches!(character, TIME..=TIME_END | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
