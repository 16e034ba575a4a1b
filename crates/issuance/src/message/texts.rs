//! The texts that come with the program: one file a language, one part an event.

use super::{Language, MessageEvent, Template};

const fn file(language: Language) -> &'static str {
    match language {
        Language::Arabic => include_str!("ar.txt"),
        Language::Chinese => include_str!("zh.txt"),
        Language::English => include_str!("en.txt"),
        Language::French => include_str!("fr.txt"),
        Language::Russian => include_str!("ru.txt"),
        Language::Spanish => include_str!("es.txt"),
    }
}

/// What follows the line `# name`, up to the next such line.
fn part(language: Language, name: &str) -> &'static str {
    let parts = file(language).split("# ");
    let found = parts.filter_map(|part| part.split_once('\n')).find(|(head, _)| *head == name);
    found.map_or("", |(_, text)| text.trim_end())
}

pub(super) fn default_for(event: MessageEvent, language: Language) -> Template {
    let text = part(language, event.as_str());
    let (subject, body) = text.split_once('\n').unwrap_or((text, ""));
    Template { subject: subject.to_owned(), body: body.to_owned() }
}

/// Stands below every message and is no part of a template, so that no office can leave it out.
pub(super) fn footer(language: Language) -> &'static str {
    part(language, "footer")
}
