//! What pages show of credentials, offers and the person's record.

use clock::Timestamp;
use holding::activity::Activity;
use holding::existence::Existence;
use holding::held::Standing;
use holding::look::Colours;
use holding::mandate::{Kind, Representative};
use holding::reception::Reception;
use store_wallet::records::Table;
use wire::existence::{AppealState, FormState};

use crate::app::activity::Noted;
use crate::app::credentials::Kept;
use crate::app::fault::Fault;
use crate::app::offers::Ending;
use crate::app::{Person, Wallet};
use crate::http::views::OfferView;
use crate::words::{Sentence, Words};

/// A credential as a card.
pub struct Card {
    pub id: String,
    pub name: String,
    pub issuer: String,
    pub proven: bool,
    pub holder: Option<String>,
    /// Names of sentences: which kind of copy it is, and its status.
    pub detail: &'static str,
    pub holder_key: String,
    /// Classes that choose its colours.
    pub look: String,
    pub status: &'static str,
    pub tone: &'static str,
    /// The issuer's own colours, where they can be read.
    pub colours: Option<Colours>,
    /// What the issuer's mark shows, where there is one.
    pub logo: Option<String>,
}

impl Card {
    pub fn new(kept: &Kept, now: Timestamp) -> Self {
        let held = &kept.held;
        let standing = held.standing(&kept.annex, now);
        let kind = match held.kind() {
            "DigitalCertificateOfEntitlement" => "fund",
            "Employment" => "employment",
            _ => "",
        };
        let look = match standing {
            Standing::Suspended => format!("{kind} suspended"),
            Standing::Revoked | Standing::Expired => format!("{kind} revoked"),
            Standing::Valid | Standing::NotYetValid | Standing::Unknown => kind.to_owned(),
        };
        Self {
            id: kept.row.id.clone(),
            name: held.name.clone(),
            issuer: held.issuer.name().to_owned(),
            proven: held.issuer.is_proven(),
            holder: holder_name(kept),
            detail: if held.is_whole() { "card-whole" } else { "card-selective" },
            holder_key: held.device_key().to_owned(),
            look,
            status: label(standing.as_str()),
            tone: tone(standing),
            // A credential that does not hold now is shown so, whatever its issuer likes.
            colours: held
                .colours
                .clone()
                .filter(|_| matches!(standing, Standing::Valid | Standing::NotYetValid | Standing::Unknown)),
            logo: held.logo.as_ref().map(|logo| logo.words.clone()),
        }
    }
}

/// The subject's name as the credential writes it.
fn holder_name(kept: &Kept) -> Option<String> {
    let subject = if kept.held.is_w3c() { kept.held.root.get("credentialSubject")? } else { &kept.held.root };
    let part = |name: &str| subject.get(name).and_then(serde_json::Value::as_str);
    match (part("givenName"), part("familyName")) {
        (Some(given), Some(family)) => Some(format!("{given} {family}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

fn tone(standing: Standing) -> &'static str {
    match standing {
        Standing::Valid => "success",
        Standing::Suspended => "paused",
        Standing::Revoked => "error",
        Standing::Expired => "warning",
        Standing::NotYetValid => "waiting",
        Standing::Unknown => "plain",
    }
}

/// The name of the sentence that says a status in a word.
pub fn label(state: &str) -> &'static str {
    match state {
        "valid" => "status-valid",
        "suspended" => "status-suspended",
        "revoked" => "status-revoked",
        "expired" => "status-expired",
        "notYetValid" => "status-notYetValid",
        _ => "status-unknown",
    }
}

/// And of the one that explains it.
pub fn explanation(standing: Standing) -> &'static str {
    match standing {
        Standing::Valid => "status-valid-what",
        Standing::Suspended => "status-suspended-what",
        Standing::Revoked => "status-revoked-what",
        Standing::Expired => "status-expired-what",
        Standing::NotYetValid => "status-notYetValid-what",
        Standing::Unknown => "status-unknown-what",
    }
}

/// The class of the large verdict.
pub fn verdict(standing: Standing) -> &'static str {
    match standing {
        Standing::Valid => "pass",
        Standing::Suspended => "paused",
        Standing::Revoked => "fail",
        Standing::Expired => "warning",
        Standing::NotYetValid => "waiting",
        Standing::Unknown => "not-checked",
    }
}

/// One credential of an offer.
pub struct OfferedLine {
    pub name: String,
    pub description: Option<String>,
    pub kind: &'static str,
    /// What the chain says of the issuer and this kind, where it can say it.
    pub accredited: Option<bool>,
    pub here: bool,
    pub waiting: bool,
    pub refused: bool,
}

/// What is offered; `accredited` says it of each in its order.
pub fn offered(offer: &OfferView, accredited: &[Option<bool>]) -> Vec<OfferedLine> {
    offer
        .credentials
        .iter()
        .enumerate()
        .map(|(place, one)| OfferedLine {
            accredited: accredited.get(place).copied().flatten(),
            name: one.name.clone(),
            description: one.description.clone(),
            kind: if one.in_parts { "offer-selective" } else { "offer-whole" },
            here: one.credential_id.is_some(),
            waiting: one.release == Some("waiting"),
            refused: one.release == Some("refused"),
        })
        .collect()
}

/// Whether one certificate comes in two forms, so that nobody wonders at the second.
pub fn comes_in_two_forms(offered: &[OfferedLine]) -> bool {
    let twin =
        |one: &OfferedLine| offered.iter().any(|other| one.name == other.name && one.kind != other.kind);
    offered.iter().any(twin)
}

/// Something the person began and can go on with.
pub struct Unfinished {
    /// The name of a sentence.
    pub label: &'static str,
    pub who: String,
    pub href: String,
}

pub async fn unfinished(wallet: &Wallet, person: &Person) -> Result<Vec<Unfinished>, Fault> {
    let mut found = Vec::new();
    let mut tx = wallet.store.read().await?;
    for record in tx.list_records(Table::Offers, &person.account).await? {
        if record.state == "received" {
            continue;
        }
        let reception: Reception =
            person.data_key.unseal(holding::vault::Purpose::Offer, &record.id, &record.sealed)?;
        // A renewal stands beside what it renews.
        if reception.renews.is_some() && record.state != "waiting" {
            continue;
        }
        found.push(Unfinished {
            label: match record.state.as_str() {
                "waiting" => "unfinished-waiting",
                "refused" => "unfinished-refused",
                _ => "unfinished-offer",
            },
            who: reception.issuer.name().to_owned(),
            href: format!("/offers/{}", record.id),
        });
    }
    // The latest stands first.
    let mut proven = false;
    for record in tx.list_records(Table::Existences, &person.account).await? {
        proven |= record.state == "confirmed";
        let label = match record.state.as_str() {
            "sending" | "answered" => "unfinished-existence",
            "opened" => "unfinished-proof",
            "refused" => "unfinished-proof-refused",
            _ => continue,
        };
        let existence: Existence =
            person.data_key.unseal(holding::vault::Purpose::Existence, &record.id, &record.sealed)?;
        // The challenge is over in minutes, the question in weeks: opening it brings a fresh challenge.
        let over = existence.answer_by.is_some_and(|end| end <= wallet.now());
        // Where a later proof counts, nobody needs to hear of a refusal again.
        let refused = record.state == "refused";
        if over && (refused || record.state == "opened")
            || refused && (proven || existence.answer_by.is_none())
        {
            continue;
        }
        let Some(label) = by_other_ways(&existence, label) else { continue };
        found.push(Unfinished {
            label,
            who: existence.fund.name().to_owned(),
            href: format!("/existence/{}", record.id),
        });
    }
    for record in tx.list_records(Table::Enrolments, &person.account).await? {
        if !["claimed", "proposed"].contains(&record.state.as_str()) {
            continue;
        }
        let enrolment: crate::app::enrolment::Enrolment =
            person.data_key.unseal(holding::vault::Purpose::Enrolment, &record.id, &record.sealed)?;
        found.push(Unfinished {
            label: "unfinished-enrol",
            who: enrolment.fund.name().to_owned(),
            href: format!("/enrolments/{}", record.id),
        });
    }
    for record in tx.list_records(Table::Presentations, &person.account).await? {
        let sending = record.state == "sending";
        if sending || record.state == "asked" {
            let presentation: holding::presentation::Presentation =
                person.data_key.unseal(holding::vault::Purpose::Presentation, &record.id, &record.sealed)?;
            if !sending && presentation.request.expires_at <= wallet.now() {
                continue;
            }
            found.push(Unfinished {
                label: if sending { "unfinished-answer" } else { "unfinished-asked" },
                who: presentation.verifier.name().to_owned(),
                href: format!("/presentations/{}", record.id),
            });
        }
    }
    Ok(found)
}

/// What stands of a proof once a form was sent in its place, or a refusal was looked at again; nothing where it counts.
fn by_other_ways(existence: &Existence, label: &'static str) -> Option<&'static str> {
    let upheld = existence.appeal.as_ref().is_some_and(|appeal| appeal.state == AppealState::Upheld);
    let looked_at = existence.appeal.as_ref().is_some_and(|appeal| appeal.state == AppealState::Open);
    match existence.form.as_ref().map(|form| form.state) {
        Some(FormState::Accepted) => None,
        _ if upheld => None,
        Some(FormState::Waiting) => Some("unfinished-existence"),
        _ if looked_at => Some("unfinished-existence"),
        _ => Some(label),
    }
}

/// Something the person is reminded of.
pub struct Reminder {
    pub id: String,
    pub name: String,
    pub issuer: String,
    pub holder_key: String,
    /// Names of sentences: what is the matter, and what happens or is to be done.
    pub what: &'static str,
    pub advice: &'static str,
    /// The end that is told of.
    pub ends: Option<Timestamp>,
    pub renewable: bool,
    /// The page begins by itself.
    pub due: bool,
}

impl Reminder {
    pub fn new(ending: &Ending, now: Timestamp) -> Self {
        let Ending { kept, ends, lost, renewable, due, .. } = ending;
        let what = match ends {
            _ if *lost => "reminder-lost",
            Some(ends) if *ends <= now => "reminder-ended",
            Some(_) => "reminder-ends",
            None => "reminder-copies",
        };
        Self {
            id: kept.row.id.clone(),
            name: kept.held.name.clone(),
            issuer: kept.held.issuer.name().to_owned(),
            // What comes anew is bound to the key of whichever device is used.
            holder_key: if *lost { String::new() } else { kept.held.device_key().to_owned() },
            what,
            advice: if *renewable { "reminder-renewed" } else { "reminder-ask" },
            ends: ends.filter(|_| !*lost),
            renewable: *renewable,
            due: *due,
        }
    }
}

/// One line of the person's record.
pub struct Entry {
    pub at: Timestamp,
    pub sentence: Sentence,
    pub purpose: Option<String>,
    pub claims: Vec<String>,
    pub receipt: Option<String>,
    /// The officer at whose desk it was done.
    pub officer: Option<String>,
    /// Who did it for the person.
    pub representative: Option<Sentence>,
    pub tone: &'static str,
}

pub fn entries(words: Words, activities: Vec<Noted>) -> Vec<Entry> {
    activities
        .into_iter()
        .map(|Noted { at, activity, officer, representative }| Entry {
            at,
            officer,
            representative: representative.as_ref().map(|one| acted(words, one)),
            sentence: sentence(words, &activity),
            claims: activity.claims().to_vec(),
            receipt: activity.receipt().map(str::to_owned),
            tone: match &activity {
                Activity::Received { .. }
                | Activity::Renewed { .. }
                | Activity::ExistenceConfirmed { .. } => "pass",
                Activity::Presented { .. }
                | Activity::ExistenceAnswered { .. }
                | Activity::ExistenceFormSent { .. }
                | Activity::EnrolledAtStation { .. }
                | Activity::ExistenceAppealed { .. } => "waiting",
                Activity::Refused { .. }
                | Activity::DeviceKeyLost { .. }
                | Activity::PinLocked { .. }
                | Activity::Recovered { .. }
                | Activity::RecoveryAgreed { .. }
                | Activity::RecoveryEnded { .. }
                | Activity::RecoveryWithdrawn { .. }
                | Activity::DeskVisited { .. }
                | Activity::PinReset { .. }
                | Activity::MandateRecorded { .. }
                | Activity::MandateConfirmed { .. }
                | Activity::RepresentativeVisited { .. }
                | Activity::RepresentativeLocked { .. }
                | Activity::RecoveryDone { .. } => "warning",
                Activity::CredentialRemoved { .. }
                | Activity::DeviceKeyAdded { .. }
                | Activity::PasskeyAdded { .. }
                | Activity::PasskeyRemoved { .. }
                | Activity::PinAdded { .. }
                | Activity::RecoveryCodeMade
                | Activity::CardPrinted { .. }
                | Activity::CustodyOpened { .. }
                | Activity::CustodyEnded
                | Activity::MandateEnded { .. }
                | Activity::DeskKeyAdded
                | Activity::DeskKeyRemoved
                | Activity::PinRemoved { .. } => "plain",
            },
            purpose: match activity {
                Activity::Presented { purpose, .. } | Activity::Refused { purpose, .. } => purpose,
                _ => None,
            },
        })
        .collect()
}

/// Who did something for the person, and as what.
pub fn acted(words: Words, representative: &Representative) -> Sentence {
    let said = match representative.kind {
        Kind::Guardian => words.say("activity-by-guardian"),
        Kind::Attorney => words.say("activity-by-attorney"),
    };
    said.with("who", &representative.name)
}

pub fn sentence(words: Words, activity: &Activity) -> Sentence {
    let year =
        |id: &str, year: &i64, who: &String| words.say(id).with("year", year.to_string()).with("who", who);
    match activity {
        Activity::Received { from, names, .. } => {
            words.say("activity-received").with("names", words.list(&words.terms(names))).with("who", from)
        }
        Activity::Renewed { from, names, changed, .. } => {
            let id = if *changed { "activity-renewed-changed" } else { "activity-renewed" };
            words.say(id).with("names", words.list(&words.terms(names))).with("who", from)
        }
        Activity::Presented { to, .. } => words.say("activity-presented").with("who", to),
        Activity::Refused { to, .. } => words.say("activity-refused").with("who", to),
        Activity::ExistenceAnswered { to, year: of } => year("activity-existence-answered", of, to),
        Activity::ExistenceConfirmed { by, year: of, .. } => year("activity-existence-confirmed", of, by),
        Activity::EnrolledAtStation { to } => words.say("activity-enrolled-station").with("who", to),
        Activity::ExistenceFormSent { to, year: of } => year("activity-existence-form", of, to),
        Activity::ExistenceAppealed { to, year: of } => year("activity-existence-appealed", of, to),
        Activity::CardPrinted { name, .. } => {
            words.say("activity-card-printed").with("name", words.term(name))
        }
        Activity::CredentialRemoved { name } => {
            words.say("activity-credential-removed").with("name", words.term(name))
        }
        Activity::DeviceKeyAdded { device } => {
            words.say("activity-key-added").with("name", words.device(device))
        }
        Activity::DeviceKeyLost { device } => {
            words.say("activity-key-lost").with("name", words.device(device))
        }
        Activity::PasskeyAdded { name } => {
            words.say("activity-passkey-added").with("name", words.device(name))
        }
        Activity::PasskeyRemoved { name } => {
            words.say("activity-passkey-removed").with("name", words.device(name))
        }
        Activity::PinAdded { device } => words.say("activity-pin-added").with("name", words.device(device)),
        Activity::PinRemoved { device } => {
            words.say("activity-pin-removed").with("name", words.device(device))
        }
        Activity::PinLocked { device } => words.say("activity-pin-locked").with("name", words.device(device)),
        Activity::RecoveryCodeMade => words.say("activity-recovery-code-made"),
        Activity::RecoveryAgreed { officer } => words.say("activity-recovery-agreed").with("who", officer),
        Activity::RecoveryEnded { by: Some(officer) } => {
            words.say("activity-recovery-refused").with("who", officer)
        }
        Activity::RecoveryEnded { by: None } => words.say("activity-recovery-stopped"),
        Activity::RecoveryWithdrawn { device } => {
            words.say("activity-recovery-withdrawn").with("name", words.device(device))
        }
        Activity::RecoveryDone { device } => {
            words.say("activity-recovery-done").with("name", words.device(device))
        }
        Activity::Recovered { device } => words.say("activity-recovered").with("name", words.device(device)),
        Activity::CustodyOpened { officer } => words.say("activity-custody-opened").with("who", officer),
        Activity::DeskVisited { officer } => words.say("activity-desk-visited").with("who", officer),
        Activity::PinReset { officer } => words.say("activity-pin-reset").with("who", officer),
        Activity::CustodyEnded => words.say("activity-custody-ended"),
        Activity::MandateRecorded { officer, name } => {
            words.say("activity-mandate-recorded").with("who", officer).with("name", name)
        }
        Activity::MandateConfirmed { officer, name } => {
            words.say("activity-mandate-confirmed").with("who", officer).with("name", name)
        }
        Activity::MandateEnded { by: Some(officer), name } => {
            words.say("activity-mandate-ended-by").with("who", officer).with("name", name)
        }
        Activity::MandateEnded { by: None, name } => words.say("activity-mandate-ended").with("name", name),
        Activity::RepresentativeVisited { officer, name } => {
            words.say("activity-representative-visited").with("who", officer).with("name", name)
        }
        Activity::RepresentativeLocked { name } => {
            words.say("activity-representative-locked").with("name", name)
        }
        Activity::DeskKeyAdded => words.say("activity-desk-key-added"),
        Activity::DeskKeyRemoved => words.say("activity-desk-key-removed"),
    }
}
