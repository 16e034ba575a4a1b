//! Small things every page needs: the frame, times, badges, what just happened, the way to the next part of a list.

use clock::Timestamp;
use entitlement::Standing;
use issuance::{OfferState, Permission, Status};
use serde::Deserialize;
use url::form_urlencoded;
use web::page::Shell;

use super::session::Officer;

/// The main places of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Overview,
    Staff,
    Imports,
    Retirees,
    Answers,
    Enrolment,
    Fund,
    Approvals,
    Documents,
    Officers,
    Machines,
    Webhooks,
    Messages,
    Keys,
    Chain,
    Activity,
}

/// The frame of a page behind the sign-in.
pub(super) fn shell(officer: &Officer, here: Place) -> Shell {
    let mut shell = Shell::new("Issuer console")
        .place(officer.tenant.id.to_uppercase())
        .signed_in_as(officer.name.as_str());
    shell.home = "/console";
    shell.sign_out = "/console/sign-out";
    let may = |what| officer.roles.may(what);
    let staff = officer.tenant.has_staff() && may(Permission::SeePeople);
    let fund = officer.tenant.is_fund() && may(Permission::SeePeople);
    let people = may(Permission::SeePeople);
    let places = [
        (true, Place::Overview, "/console", "Overview"),
        (staff, Place::Staff, "/console/staff", "Staff"),
        (staff, Place::Imports, "/console/imports", "Imports"),
        (fund, Place::Retirees, "/console/retirees", "Retirees"),
        (fund, Place::Answers, "/console/requests", "Answers"),
        (fund, Place::Enrolment, "/console/enrolment", "Enrolment"),
        (fund, Place::Fund, "/console/fund", "Year"),
        (may(Permission::SeeProposals), Place::Approvals, "/console/approvals", "Approvals"),
        (people, Place::Documents, "/console/documents", "Documents"),
        (may(Permission::Audit), Place::Activity, "/console/activity", "Activity"),
    ];
    let settings = [
        (true, Place::Officers, "/console/officers", "Officers"),
        (may(Permission::Administer), Place::Machines, "/console/machines", "Machines"),
        (may(Permission::Administer), Place::Webhooks, "/console/webhooks", "Webhooks"),
        (may(Permission::Administer), Place::Messages, "/console/messages", "Messages"),
        (may(Permission::Administer), Place::Keys, "/console/keys", "Keys"),
        (true, Place::Chain, "/console/chain", "Chain"),
    ];
    let shell = places
        .into_iter()
        .filter(|(shown, ..)| *shown)
        .fold(shell, |shell, (_, place, href, label)| shell.link(href, label, place == here));
    settings
        .into_iter()
        .filter(|(shown, ..)| *shown)
        .fold(shell, |shell, (_, place, href, label)| shell.link_below(href, label, place == here))
}

/// An instant for people; the browser shows it in the reader's own zone.
#[derive(Clone, Debug)]
pub(super) struct When {
    pub iso: String,
    pub text: String,
}

impl From<Timestamp> for When {
    fn from(at: Timestamp) -> Self {
        Self {
            iso: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            text: at.format("%-d %b %Y, %H:%M UTC").to_string(),
        }
    }
}

/// The tag in one place, so that no template forgets a part of it.
impl std::fmt::Display for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<time datetime=\"{}\" data-local>{}</time>", self.iso, self.text)
    }
}

impl askama::filters::HtmlSafe for When {}

/// A day without its hour.
pub(super) fn day(at: Timestamp) -> String {
    at.format("%-d %B %Y").to_string()
}

/// A coloured word; the class is one of the design system's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Badge {
    pub class: &'static str,
    pub text: &'static str,
}

impl Badge {
    const fn new(class: &'static str, text: &'static str) -> Self {
        Self { class, text }
    }

    pub(super) const fn status(status: Status) -> Self {
        match status {
            Status::Valid => Self::new("success", "Valid"),
            Status::Suspended => Self::new("paused", "Suspended"),
            Status::Revoked => Self::new("error", "Revoked"),
        }
    }

    pub(super) fn offer(state: OfferState, expires_at: Timestamp, now: Timestamp) -> Self {
        match state {
            OfferState::Open if expires_at <= now => Self::new("warning", "Lapsed"),
            OfferState::Open => Self::new("waiting", "Offered"),
            OfferState::Accepted => Self::new("success", "Accepted"),
            OfferState::Locked => Self::new("warning", "Locked"),
            OfferState::Withdrawn => Self::new("plain", "Withdrawn"),
        }
    }

    pub(super) const fn standing(standing: Standing) -> Self {
        match standing {
            Standing::Open => Self::new("waiting", "Asked"),
            Standing::Answered => Self::new("info", "Answered"),
            Standing::Confirmed => Self::new("success", "Confirmed"),
            Standing::Refused => Self::new("error", "Refused"),
            Standing::Expired => Self::new("warning", "Lapsed"),
        }
    }

    /// What a list of people shows for one of them: the most important thing first.
    pub(super) const fn person(offer: Option<OfferState>, valid: u32, suspended: u32, revoked: u32) -> Self {
        match (offer, valid, suspended, revoked) {
            (_, _, 1.., _) => Self::new("paused", "Suspended"),
            (_, 1.., _, _) => Self::new("success", "Valid"),
            (Some(OfferState::Locked), ..) => Self::new("warning", "Locked"),
            (Some(OfferState::Open), ..) => Self::new("waiting", "Offered"),
            (_, _, _, 1..) => Self::new("error", "Revoked"),
            _ => Self::new("plain", "Nothing offered"),
        }
    }
}

/// What a redirect says happened. A word of ours, never a text from outside.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

impl Done {
    pub(super) fn says(&self, what: &str) -> bool {
        self.done.as_deref() == Some(what)
    }
}

/// Search words and the place in a list.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Find {
    pub q: Option<String>,
    pub after: Option<String>,
    /// Narrow a list of staff; other lists have none of them.
    pub state: Option<String>,
    pub station: Option<String>,
}

impl Find {
    /// The words, unless they are blank.
    pub(super) fn words(&self) -> Option<String> {
        self.q
            .as_deref()
            .map(str::trim)
            .filter(|words| !words.is_empty())
            .map(|words| words.chars().take(80).collect())
    }

    /// The address of the part of the list after `last`.
    pub(super) fn next(&self, path: &str, last: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(words) = self.words() {
            query.append_pair("q", &words);
        }
        for (name, value) in [("state", &self.state), ("station", &self.station)] {
            if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        query.append_pair("after", last);
        format!("{path}?{}", query.finish())
    }
}

/// How many lines of a list a page shows.
pub(super) const LINES: u32 = 25;

/// Takes one line more than a page shows, to know whether there is a next one.
pub(super) fn page_of<T>(mut rows: Vec<T>) -> (Vec<T>, bool) {
    let lines = LINES as usize;
    let more = rows.len() > lines;
    rows.truncate(lines);
    (rows, more)
}

/// `1 person`, `2 people`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{} {many}", grouped(count)),
    }
}

/// `12345` as `12,345`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            [0, 999, 1000, 74_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "74,000", "1,234,567"]
        );
        assert_eq!((counted(1, "row", "rows"), counted(2, "row", "rows")), ("1 row".into(), "2 rows".into()));
    }

    #[test]
    fn a_person_shows_the_most_important_state() {
        let text = |offer, valid, suspended, revoked| Badge::person(offer, valid, suspended, revoked).text;
        assert_eq!(text(None, 0, 0, 0), "Nothing offered");
        assert_eq!(text(Some(OfferState::Open), 0, 0, 2), "Offered");
        assert_eq!(text(Some(OfferState::Accepted), 1, 1, 0), "Suspended");
        assert_eq!(text(Some(OfferState::Accepted), 0, 0, 2), "Revoked");
        assert_eq!(text(Some(OfferState::Accepted), 2, 0, 0), "Valid");
    }

    #[test]
    fn next_part_keeps_the_search() {
        let find = Find { q: Some(" al & b ".into()), ..Find::default() };
        assert_eq!(find.next("/console/staff", "7"), "/console/staff?q=al+%26+b&after=7");
    }
}
