//! Messages to persons: which there are, their texts in six languages, and how a text becomes a letter.
//!
//! A text is plain words with placeholders; the HTML part is made from it, so no text can carry script or a foreign
//! picture. No placeholder stands for a link or a code.

mod texts;
mod words;

pub use language::Language;

use crate::{CredentialType, Timestamp};

/// Longest subject and body of a text, in characters.
pub const LONGEST_SUBJECT: usize = 150;
pub const LONGEST_BODY: usize = 4_000;
/// An offer of which the person was told is recalled so long before it ends.
pub const OFFER_ENDS_DAYS: i64 = 5;
/// The end of a credential is told so long before.
pub const ENDS_SOON_DAYS: i64 = 30;
/// A message that cannot be delivered is given up after so many tries.
pub const MOST_TRIES: u32 = 9;

/// What a person is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageEvent {
    OfferMade,
    OfferEnds,
    OfferExpired,
    Issued,
    Renewed,
    Replaced,
    Suspended,
    Lifted,
    Revoked,
    EndsSoon,
    /// Somebody was invited to enrol and has not used the code.
    InvitationWaits,
    AppointmentNear,
    /// For whoever found no time and kept a place.
    TimesOpen,
    /// A proof of life came without the place that a pension depends on.
    PlaceMissing,
}

/// Subject and body with placeholders, as an office wrote them or as they come with the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub subject: String,
    pub body: String,
}

/// Why a text cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("the subject is empty, longer than {LONGEST_SUBJECT} characters, or has more than one line")]
    Subject,
    #[error("the text is empty or longer than {LONGEST_BODY} characters")]
    Body,
    #[error("the text has a control character")]
    Control,
    #[error("{{{0}}} is no placeholder of this message")]
    Placeholder(String),
    #[error("a brace opens or closes that belongs to no placeholder")]
    Brace,
    #[error("a message carries no link: people learn to distrust those that do")]
    Link,
}

/// What the placeholders of one message stand for.
#[derive(Clone, PartialEq, Eq)]
pub struct Filling {
    pub name: String,
    pub organisation: String,
    pub credentials: Vec<CredentialType>,
    pub until: Option<Timestamp>,
}

/// A message as the person reads it.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    pub language: Language,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl MessageEvent {
    pub const ALL: [Self; 14] = [
        Self::OfferMade,
        Self::OfferEnds,
        Self::OfferExpired,
        Self::Issued,
        Self::Renewed,
        Self::Replaced,
        Self::Suspended,
        Self::Lifted,
        Self::Revoked,
        Self::EndsSoon,
        Self::InvitationWaits,
        Self::AppointmentNear,
        Self::TimesOpen,
        Self::PlaceMissing,
    ];

    /// Whether it is about what the Fund alone has: enrolments and proofs of life.
    #[must_use]
    pub const fn is_of_the_fund(self) -> bool {
        matches!(self, Self::InvitationWaits | Self::AppointmentNear | Self::TimesOpen | Self::PlaceMissing)
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OfferMade => "offer-made",
            Self::OfferEnds => "offer-ends",
            Self::OfferExpired => "offer-expired",
            Self::Issued => "issued",
            Self::Renewed => "renewed",
            Self::Replaced => "replaced",
            Self::Suspended => "suspended",
            Self::Lifted => "lifted",
            Self::Revoked => "revoked",
            Self::EndsSoon => "ends-soon",
            Self::InvitationWaits => "invitation-waits",
            Self::AppointmentNear => "appointment-near",
            Self::TimesOpen => "times-open",
            Self::PlaceMissing => "place-missing",
        }
    }

    /// For officers.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::OfferMade => "Offer made",
            Self::OfferEnds => "Offer about to end",
            Self::OfferExpired => "Offer expired",
            Self::Issued => "Credential issued",
            Self::Renewed => "Credential renewed",
            Self::Replaced => "Credential replaced",
            Self::Suspended => "Credential suspended",
            Self::Lifted => "Suspension lifted",
            Self::Revoked => "Credential revoked",
            Self::EndsSoon => "Credential about to end",
            Self::InvitationWaits => "Invitation not used yet",
            Self::AppointmentNear => "Appointment comes near",
            Self::TimesOpen => "New times for appointments",
            Self::PlaceMissing => "Place of a proof is missing",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == text)
    }

    /// Names that may stand in braces.
    #[must_use]
    pub const fn placeholders(self) -> &'static [&'static str] {
        match self {
            Self::Suspended | Self::Lifted | Self::Revoked => &["name", "organisation", "credentials"],
            Self::InvitationWaits | Self::PlaceMissing => &["name", "organisation", "until"],
            Self::AppointmentNear => &["name", "organisation", "until", "time"],
            Self::TimesOpen => &["name", "organisation"],
            _ => &["name", "organisation", "credentials", "until"],
        }
    }
}

impl Template {
    /// The text that comes with the program.
    #[must_use]
    pub fn default_for(event: MessageEvent, language: Language) -> Self {
        texts::default_for(event, language)
    }

    /// A text from outside; ends of lines and outer blanks are made uniform first.
    pub fn checked(event: MessageEvent, subject: &str, body: &str) -> Result<Self, TemplateError> {
        let (subject, body) = (subject.trim().to_owned(), body.replace("\r\n", "\n").trim().to_owned());
        if !(1..=LONGEST_SUBJECT).contains(&subject.chars().count()) || subject.contains(['\n', '\r']) {
            return Err(TemplateError::Subject);
        }
        if !(1..=LONGEST_BODY).contains(&body.chars().count()) {
            return Err(TemplateError::Body);
        }
        for text in [&subject, &body] {
            check_text(event, text)?;
        }
        Ok(Self { subject, body })
    }

    #[must_use]
    pub fn render(&self, language: Language, filling: &Filling) -> Rendered {
        // What fills in is one line, so that a name cannot add a header or a paragraph.
        let subject = fill(&self.subject, language, filling).replace(char::is_control, " ");
        let footer = texts::footer(language);
        let body = fill(&self.body, language, filling);
        let html = html(language, &subject, &body, footer);
        Rendered { language, subject, text: format!("{body}\n\n-- \n{footer}\n"), html }
    }
}

impl Filling {
    /// For a preview: nobody's data.
    #[must_use]
    pub fn sample(language: Language, organisation: &str, until: Timestamp) -> Self {
        Self {
            name: words::sample_name(language).to_owned(),
            organisation: organisation.to_owned(),
            credentials: vec![CredentialType::StaffIdentity, CredentialType::Employment],
            until: Some(until),
        }
    }

    fn value(&self, placeholder: &str, language: Language) -> Option<String> {
        Some(match placeholder {
            "name" => one_line(&self.name),
            "organisation" => one_line(&self.organisation),
            "credentials" => words::list(&self.credentials, language),
            "until" => self.until.map(|until| words::day(until, language)).unwrap_or_default(),
            // Nobody knows the reader's zone here; the wallet shows the time in it.
            "time" => self.until.map(|until| until.format("%H:%M UTC").to_string()).unwrap_or_default(),
            _ => return None,
        })
    }
}

impl std::fmt::Debug for Filling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filling").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rendered").field("language", &self.language).finish_non_exhaustive()
    }
}

/// `{placeholder}` or words between two of them.
enum Piece<'a> {
    Words(&'a str),
    Placeholder(&'a str),
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, TemplateError> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        let (words, tail) = rest.split_at(at);
        let inner = tail.strip_prefix('{').ok_or(TemplateError::Brace)?;
        let (name, after) = inner.split_once('}').ok_or(TemplateError::Brace)?;
        if name.contains('{') {
            return Err(TemplateError::Brace);
        }
        pieces.extend([Piece::Words(words), Piece::Placeholder(name)]);
        rest = after;
    }
    pieces.push(Piece::Words(rest));
    Ok(pieces)
}

fn check_text(event: MessageEvent, text: &str) -> Result<(), TemplateError> {
    if text.chars().any(|letter| letter.is_control() && letter != '\n') {
        return Err(TemplateError::Control);
    }
    let lower = text.to_lowercase();
    if lower.contains("://") || lower.contains("www.") {
        return Err(TemplateError::Link);
    }
    for piece in pieces(text)? {
        if let Piece::Placeholder(name) = piece
            && !event.placeholders().contains(&name)
        {
            return Err(TemplateError::Placeholder(name.chars().take(40).collect()));
        }
    }
    Ok(())
}

/// A template was checked before; one that somehow was not is shown as it stands.
fn fill(text: &str, language: Language, filling: &Filling) -> String {
    let Ok(pieces) = pieces(text) else { return text.to_owned() };
    let mut filled = String::with_capacity(text.len() * 2);
    for piece in pieces {
        match piece {
            Piece::Words(words) => filled.push_str(words),
            Piece::Placeholder(name) => filled.push_str(&filling.value(name, language).unwrap_or_default()),
        }
    }
    filled
}

fn one_line(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

fn html(language: Language, subject: &str, body: &str, footer: &str) -> String {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{}\" dir=\"{}\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n<body>\n",
        language.code(),
        language.direction(),
        escape(subject)
    );
    for paragraph in body.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        html.push_str("<p>");
        html.push_str(&escape(paragraph).replace('\n', "<br>\n"));
        html.push_str("</p>\n");
    }
    html.push_str("<hr>\n<p><small>");
    html.push_str(&escape(footer));
    html.push_str("</small></p>\n</body>\n</html>\n");
    html
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// A day as people write it.
#[must_use]
pub fn day_in_words(day: chrono::NaiveDate, language: Language) -> String {
    words::day(day.and_time(chrono::NaiveTime::MIN).and_utc(), language)
}

/// When a message that was not delivered is tried again: a minute, then four times as long each time, at most six hours.
#[must_use]
pub fn next_try(tries: u32, now: Timestamp) -> Option<Timestamp> {
    let minutes = 4_i64.saturating_pow(tries.saturating_sub(1)).min(6 * 60);
    (tries < MOST_TRIES).then(|| now + chrono::Duration::minutes(minutes))
}

/// Whether a text can be an address: one `@`, something on both sides, a dot or more in the domain, no blanks, controls,
/// quotes or brackets. Whether it exists, only a letter shows.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| {
        !part.is_empty()
            && !part.chars().any(|letter| {
                letter.is_whitespace() || letter.is_control() || "@\"<>()[]\\,;:".contains(letter)
            })
    };
    let dotted = |part: &str| part.split('.').all(|label| !label.is_empty());
    text.len() <= 254
        && local.len() <= 64
        && plain(local)
        && plain(domain)
        && dotted(local)
        && dotted(domain)
        && domain.contains('.')
}

#[cfg(test)]
mod tests;
