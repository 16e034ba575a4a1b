//! One letter as it arrived.

use mail_parser::{HeaderValue, MessageParser, MimeHeaders as _};

/// A letter, decoded as far as a person wants to see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// Counts from 1 since the start.
    pub number: u64,
    /// Whether a letter with the same Message-ID came before.
    pub duplicate: bool,
    /// Of the envelope (`RCPT TO`).
    pub recipients: Vec<String>,
    pub message_id: Option<String>,
    pub from: String,
    pub subject: String,
    /// RFC 3339.
    pub date: Option<String>,
    /// `Content-Language`.
    pub language: Option<String>,
    pub text: String,
    pub html: Option<String>,
    /// The letter itself, undecoded.
    pub source: String,
}

impl Letter {
    /// What cannot be read as a letter is shown as its source alone.
    pub(crate) fn read(recipients: Vec<String>, bytes: &[u8]) -> Self {
        let source = String::from_utf8_lossy(bytes).into_owned();
        let Some(message) = MessageParser::default().parse(bytes) else {
            return Self { recipients, source, ..Self::default() };
        };
        let from = message.from().and_then(|from| from.first()).map(|from| {
            let address = from.address().unwrap_or_default();
            from.name().map_or_else(|| address.to_owned(), |name| format!("{name} <{address}>"))
        });
        let language = match message.content_language() {
            HeaderValue::Text(language) => Some(language.to_string()),
            HeaderValue::TextList(languages) => languages.first().map(ToString::to_string),
            _ => None,
        };
        Self {
            number: 0,
            duplicate: false,
            recipients,
            message_id: message.message_id().map(str::to_owned),
            from: from.unwrap_or_default(),
            subject: message.subject().unwrap_or_default().to_owned(),
            date: message.date().map(mail_parser::DateTime::to_rfc3339),
            language,
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: message.body_html(0).map(std::borrow::Cow::into_owned),
            source,
        }
    }

    /// `rtl` where the letter says that it is Arabic.
    #[must_use]
    pub fn direction(&self) -> &'static str {
        if self.language.as_deref() == Some("ar") { "rtl" } else { "ltr" }
    }
}
