//! What happened to a person's credentials, by whom and why.

use std::collections::HashMap;

use clock::Timestamp;
use issuance::{Approval, ReasonCode, Status};
use store_issuer::StatusChange;

use crate::app::SubjectPage;
use crate::http::console::view::{When, day};

pub(super) struct Event {
    pub(super) class: &'static str,
    pub(super) at: When,
    pub(super) text: String,
    pub(super) by: Option<String>,
    pub(super) note: Option<String>,
    pub(super) moment: Timestamp,
}

/// What a person's page needs beside the person.
pub(super) struct Known {
    pub(super) names: HashMap<String, String>,
    /// A revocation that somebody proposed.
    pub(super) waiting: Option<Approval>,
    pub(super) ending: Option<Approval>,
    pub(super) now: Timestamp,
}

impl Known {
    pub(super) fn name(&self, officer: &str) -> String {
        self.names.get(officer).cloned().unwrap_or_else(|| "Passerelle".to_owned())
    }

    /// `Ann, approved by Ben`.
    fn with_second(&self, officer: &str, second: Option<&str>) -> String {
        let by = self.name(officer);
        match second {
            Some(second) => format!("{by}, approved by {}", self.name(second)),
            None => by,
        }
    }
}

/// Changes of several copies that one act made are written within this time.
const TOGETHER_SECONDS: i64 = 2;

/// What happened to a person's credentials, by whom and why, newest first.
pub(super) fn history(page: &SubjectPage, known: &Known) -> Vec<Event> {
    let mut events = Vec::new();
    for offer in &page.offers {
        let by = known.name(&offer.created_by);
        let offered = Event::new("waiting", offer.created_at, "Credentials were offered".to_owned());
        events.push(Event { by: Some(by), ..offered });
    }
    for view in &page.copies {
        let configuration = view.copy.configuration;
        let format = configuration.format.identifier();
        let text = format!("{} issued ({format})", configuration.credential_type.title());
        events.push(Event::new("pass", view.copy.issued_at, text));
    }
    for change in &page.changes {
        events.push(Event::changed(change, known));
    }
    if let Some(ended) = &page.ended {
        let text = format!("Service ended: {}", ended.how.reason().title().to_lowercase());
        let by = known.with_second(&ended.officer, ended.approved_by.as_deref());
        events.push(Event { by: Some(by), ..Event::new("fail", ended.at, text) });
    }
    // A change of one person touches several copies within a moment; it is told once.
    events.sort_by_key(|event| std::cmp::Reverse(event.moment));
    events.dedup_by(|one, other| {
        let together = (one.moment - other.moment).num_seconds().abs() < TOGETHER_SECONDS;
        together && one.text == other.text && one.note == other.note
    });
    events
}

impl Event {
    pub(super) fn new(class: &'static str, at: Timestamp, text: String) -> Self {
        Self { class, at: at.into(), text, by: None, note: None, moment: at }
    }

    fn changed(change: &StatusChange, known: &Known) -> Self {
        let (class, what) = match (change.status, change.reason.code) {
            (Status::Valid, _) => ("pass", "Reinstated"),
            (Status::Suspended, _) => ("not-checked", "Suspended"),
            (Status::Revoked, ReasonCode::Superseded) => ("fail", "Superseded"),
            (Status::Revoked, _) => ("fail", "Revoked"),
        };
        let mut text = format!("{what}: {}", change.reason.code.title().to_lowercase());
        if let Some(until) = change.until {
            text = format!("{text}, until {}", day(until - chrono::Duration::seconds(1)));
        }
        let by = known.with_second(&change.officer, change.approved_by.as_deref());
        Self { by: Some(by), note: change.reason.note.clone(), ..Self::new(class, change.at, text) }
    }
}
