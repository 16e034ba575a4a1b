//! The audit trail of the organisation: searching it, taking it away, and checking that nobody edited it.

use std::collections::HashMap;

use actix_web::web::{Data, Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::{Days, NaiveDate, NaiveTime};
use clock::Timestamp;
use issuance::audit::AuditEntry;
use serde::Deserialize;
use url::form_urlencoded;
use web::Problem;
use web::page::{Shell, html};

use super::imports::csv_file;
use super::session::{Audit, May};
use super::view::{LINES, Place, When, grouped, page_of, shell};
use crate::app::{AuditQuery, AuditVerdict, Issuer};
use crate::http::problem;

/// Entries of one file.
const FILE_ENTRIES: u32 = 10_000;
/// First words of actions, and what they are about.
const AREAS: [(&str, &str); 18] = [
    ("person", "End of service"),
    ("beneficiary", "Beneficiaries"),
    ("credential", "Credentials"),
    ("offer", "Offers"),
    ("import", "Lists"),
    ("approval", "Approvals"),
    ("officer", "Officers and sign-ins"),
    ("documents", "Documents"),
    ("existence", "Proofs of life"),
    ("fund", "The Fund’s year"),
    ("enrolment", "Enrolment"),
    ("appointment", "Appointments"),
    ("key", "Keys"),
    ("card", "Cards"),
    ("message", "Messages"),
    ("template", "Texts of messages"),
    ("webhook", "Webhooks"),
    ("status", "Earlier status lists"),
];

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_activity).service(activity_file);
}

/// What the form of the page sends; a member that makes no sense narrows nothing.
#[derive(Clone, Debug, Default, Deserialize)]
struct Search {
    before: Option<u64>,
    #[serde(default)]
    officer: String,
    #[serde(default)]
    area: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    number: String,
    check: Option<String>,
}

#[derive(Template)]
#[template(path = "console/activity.html")]
struct ActivityPage {
    shell: Shell,
    search: Search,
    narrowed: bool,
    /// Value, label, and whether it is chosen.
    officers: Vec<(String, String, bool)>,
    areas: Vec<(&'static str, &'static str, bool)>,
    entries: Vec<Entry>,
    next: Option<String>,
    first: bool,
    file: String,
    verdict: Option<Verdict>,
}

/// What checking the trail came to.
struct Verdict {
    class: &'static str,
    title: String,
    text: &'static str,
}

struct Entry {
    number: u64,
    at: When,
    iso: String,
    who: String,
    action: String,
    what: &'static str,
    detail: String,
    target: String,
    hash: String,
}

#[get("/activity")]
async fn list_activity(
    officer: May<Audit>,
    search: Query<Search>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let entries = app.list_audit(&officer.tenant, &search.query(), LINES + 1).await?;
    let (entries, more) = page_of(entries);
    let names = names(&officer.tenant.id, &app).await?;
    let chosen = |id: &String| *id == search.officer;
    let mut officers: Vec<_> =
        names.iter().map(|(id, name)| (id.clone(), name.clone(), chosen(id))).collect();
    officers.sort_by(|one, other| one.1.cmp(&other.1));
    let verdict = match search.check {
        Some(_) => Some(Verdict::from(app.check_audit(&officer.tenant).await?)),
        None => None,
    };
    html(&ActivityPage {
        shell: shell(&officer, Place::Activity),
        narrowed: search.is_narrowed(),
        officers,
        areas: AREAS.map(|(word, label)| (word, label, word == search.area)).into(),
        next: entries.last().filter(|_| more).map(|last| search.address("", Some(last.sequence))),
        entries: entries.iter().map(|entry| Entry::new(entry, &names)).collect(),
        first: search.before.is_none(),
        file: search.address(".csv", None),
        verdict,
        search: search.into_inner(),
    })
}

#[get("/activity.csv")]
async fn activity_file(
    officer: May<Audit>,
    search: Query<Search>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let entries = app.list_audit(&officer.tenant, &search.query(), FILE_ENTRIES).await?;
    let names = names(&officer.tenant.id, &app).await?;
    let lines: Vec<Entry> = entries.iter().map(|entry| Entry::new(entry, &names)).collect();
    let numbers: Vec<String> = lines.iter().map(|line| line.number.to_string()).collect();
    let hashes: Vec<String> = entries.iter().map(|entry| hex::encode(entry.hash)).collect();
    let rows = lines.iter().zip(&numbers).zip(&hashes).map(|((line, number), hash)| {
        [number, &line.iso, &line.who, &line.action, &line.detail, &line.target, hash].map(String::as_str)
    });
    let headings = ["number", "at", "officer", "action", "detail", "target", "hash"];
    Ok(csv_file("activity.csv", issuance::import::csv(&headings, rows)))
}

async fn names(tenant: &str, app: &Issuer) -> Result<HashMap<String, String>, Problem> {
    app.officer_names(tenant).await.map_err(|error| problem::store(&error))
}

impl Search {
    fn query(&self) -> AuditQuery {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        AuditQuery {
            before: self.before,
            officer: word(&self.officer),
            area: word(&self.area).filter(|area| AREAS.iter().any(|(known, _)| known == area)),
            from: day(&self.from).map(midnight),
            until: day(&self.to).and_then(|day| day.checked_add_days(Days::new(1))).map(midnight),
            number: word(&self.number),
        }
    }

    fn is_narrowed(&self) -> bool {
        [&self.officer, &self.area, &self.from, &self.to, &self.number].iter().any(|text| !text.is_empty())
    }

    /// The same search as an address.
    fn address(&self, ending: &str, before: Option<u64>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("officer", &self.officer),
            ("area", &self.area),
            ("from", &self.from),
            ("to", &self.to),
            ("number", &self.number),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        format!("/console/activity{ending}?{}", query.finish())
    }
}

fn word(text: &str) -> Option<String> {
    Some(text.trim().chars().take(80).collect()).filter(|text: &String| !text.is_empty())
}

fn midnight(day: NaiveDate) -> Timestamp {
    day.and_time(NaiveTime::MIN).and_utc()
}

impl From<AuditVerdict> for Verdict {
    fn from(verdict: AuditVerdict) -> Self {
        match verdict {
            AuditVerdict::Unbroken { entries } => Self {
                class: "success",
                title: format!("Unbroken: {} entries.", grouped(entries)),
                text: "Each has the fingerprint it must have and names the one before.",
            },
            AuditVerdict::BrokenAfter { entry } => Self {
                class: "error",
                title: format!("The trail is broken after entry {entry}."),
                text: "The next entry was changed or is missing. Keep the database as it is and tell the person \
                    responsible for security.",
            },
        }
    }
}

impl Entry {
    fn new(entry: &AuditEntry, names: &HashMap<String, String>) -> Self {
        let who = names.get(&entry.officer).cloned();
        let who = who.or_else(|| (entry.officer == "person").then(|| "The person".to_owned()));
        Self {
            number: entry.sequence,
            at: entry.at.into(),
            iso: entry.at.to_rfc3339(),
            who: who.unwrap_or_else(|| "Passerelle".to_owned()),
            action: entry.action.clone(),
            what: words(&entry.action),
            // The host of an address is no words.
            detail: match entry.action.as_str() {
                "webhook.create" => entry.detail.clone(),
                _ => entry.detail.replace('-', " "),
            },
            target: entry.target.clone(),
            hash: entry.hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

/// The action in words; an unknown one is an action a later version wrote.
fn words(action: &str) -> &'static str {
    match action {
        "officer.register" => "registered a passkey",
        "officer.sign-in" => "signed in",
        "officer.invite" => "made a one-time link for a colleague",
        "officer.roles" => "changed a colleague’s roles",
        "officer.remove" => "ended a colleague’s access",
        "approval.propose" => "proposed what needs a second person",
        "approval.approve" => "approved a proposal",
        "approval.refuse" => "refused a proposal",
        "approval.withdraw" => "took a proposal back",
        "person.end-service" => "ended a person’s service",
        "person.portrait" => "changed a person’s portrait",
        "person.portrait-confirm" => "confirmed a person’s portrait",
        "existence.first-word" => "made sure who answered, for a colleague to confirm",
        "person.portrait-end" => "removed a person’s portrait",
        "person.sign-in" => "signed in at the organisation’s provider",
        "person.enrol" => "made a passkey with an offer",
        "person.passkey-end" => "took a passkey of a person away",
        "person.passkeys-end" => "ended a person’s passkeys",
        "authorization.grant" => "was signed in for a wallet",
        "authorization.deny" => "was refused to a wallet",
        "person.return" => "took back the end of a person’s service",
        "import.upload" => "uploaded a list",
        "import.confirm" => "confirmed an uploaded list",
        "import.discard" => "discarded an uploaded list",
        "import.finish" => "had a list worked off",
        "import.show-offers" => "took away the offers of a list",
        "offer.create" => "made an offer",
        "offer.show" => "looked at an offer’s link and code",
        "offer.remind" => "took the links of a reminder",
        "offer.renew" => "renewed a transaction code",
        "offer.refresh" => "had a wallet renew credentials",
        "offer.withdraw" => "withdrew an offer",
        "credential.issue" => "issued a credential",
        "credential.suspend" => "suspended a credential",
        "credential.reinstate" => "reinstated a credential",
        "credential.revoke" => "revoked a credential",
        "key.plan" => "took away what a key signed",
        "key.order" => "ordered a change of a signing key",
        "key.finish" => "had a change of a signing key carried out",
        "key.give-up" => "ended the attempts to change a signing key",
        "documents.anchor" => "anchored documents",
        "beneficiary.add" => "added a beneficiary",
        "station.register" => "registered a station",
        "station.close" => "closed a station",
        "existence.ask" => "asked for a proof of life",
        "existence.answer" => "received an answer",
        "existence.pictures" => "judged the pictures of an answer",
        "existence.look" => "looked at the pictures of an answer",
        "existence.confirm" => "confirmed a proof of life",
        "existence.accept" => "accepted a proof of life automatically",
        "hold.place" => "placed a legal hold on pictures",
        "pictures.erase-ask" => "asked that pictures be erased",
        "pictures.erase" => "erased pictures and destroyed their key",
        "pictures.keep" => "kept pictures that were to be erased",
        "hold.lift" => "lifted a legal hold on pictures",
        "existence.refuse" => "refused a proof of life",
        "existence.appeal" => "asked for another look at a refused proof",
        "existence.appeal-decide" => "decided about an appeal",
        "enrolment.invite" => "invited somebody to enrol",
        "enrolment.claim" => "saw an invitation used",
        "enrolment.key" => "was told the key of a phone",
        "enrolment.document" => "recorded an identity document",
        "enrolment.picture" => "took a reference picture",
        "enrolment.look" => "looked at the picture of an enrolment",
        "enrolment.propose" => "proposed to enrol somebody",
        "enrolment.approve" => "approved an enrolment",
        "enrolment.refuse" => "refused an enrolment",
        "enrolment.rebind" => "bound another key with a proof",
        "enrolment.station" => "was told by a station whom it saw",
        "appointments.open" => "opened times for appointments",
        "appointments.close" => "closed a free time",
        "appointment.book" => "booked an appointment",
        "appointment.cancel" => "cancelled an appointment",
        "appointment.wait" => "kept somebody's place",
        "appointment.missed" => "wrote down that somebody did not come",
        "status.history" => "read an earlier status list",
        "webhook.create" => "made a webhook",
        "webhook.change" => "changed the events of a webhook",
        "webhook.rotate" => "made another secret for a webhook",
        "webhook.end" => "ended a webhook",
        "webhook.pause" => "paused a webhook that took nothing",
        "webhook.resume" => "resumed a webhook",
        "webhook.test" => "sent a test event",
        "webhook.send-again" => "sent an event again",
        _ => super::fund_acts::words(action).unwrap_or("did something this version has no words for"),
    }
}
