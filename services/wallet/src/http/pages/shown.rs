//! What pages show of credentials, offers and the person's record.

use clock::Timestamp;
use holding::activity::Activity;
use holding::held::Standing;
use holding::reception::Reception;
use store_wallet::records::Table;

use crate::app::credentials::Kept;
use crate::app::fault::Fault;
use crate::app::{Person, Wallet};
use crate::http::views::OfferView;

/// A credential as a card.
pub struct Card {
    pub id: String,
    pub name: String,
    pub issuer: String,
    pub proven: bool,
    pub holder: Option<String>,
    pub detail: &'static str,
    pub holder_key: String,
    /// Classes that choose its colours.
    pub look: String,
    pub status: &'static str,
    pub tone: &'static str,
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
            detail: if held.is_w3c() { "Complete copy" } else { "Selective copy" },
            holder_key: held.holder_thumbprint.clone(),
            look,
            status: standing.label(),
            tone: tone(standing),
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
    pub here: bool,
    pub waiting: bool,
    pub refused: bool,
}

pub fn offered(offer: &OfferView) -> Vec<OfferedLine> {
    offer
        .credentials
        .iter()
        .map(|one| OfferedLine {
            name: one.name.clone(),
            description: one.description.clone(),
            kind: if one.format != holding::dcql::SD_JWT {
                "Complete copy: shown as a whole"
            } else {
                "Selective copy: show only the parts that are asked for"
            },
            here: one.credential_id.is_some(),
            waiting: one.release == Some("waiting"),
            refused: one.release == Some("refused"),
        })
        .collect()
}

/// Something the person began and can go on with.
pub struct Unfinished {
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
        found.push(Unfinished {
            label: match record.state.as_str() {
                "waiting" => "A credential waits for the organisation",
                "refused" => "A credential was not given to you",
                _ => "An offer waits for you",
            },
            who: reception.issuer.name().to_owned(),
            href: format!("/offers/{}", record.id),
        });
    }
    for record in tx.list_records(Table::Existences, &person.account).await? {
        let label = match record.state.as_str() {
            "sending" | "answered" => "Your yearly proof is with the Fund",
            _ => continue,
        };
        let existence: holding::existence::Existence =
            person.data_key.unseal(holding::vault::Purpose::Existence, &record.id, &record.sealed)?;
        found.push(Unfinished {
            label,
            who: existence.fund.name().to_owned(),
            href: format!("/existence/{}", record.id),
        });
    }
    for record in tx.list_records(Table::Presentations, &person.account).await? {
        if record.state == "sending" {
            let presentation: holding::presentation::Presentation =
                person.data_key.unseal(holding::vault::Purpose::Presentation, &record.id, &record.sealed)?;
            found.push(Unfinished {
                label: "An answer is on its way",
                who: presentation.verifier.name().to_owned(),
                href: format!("/presentations/{}", record.id),
            });
        }
    }
    Ok(found)
}

/// One line of the person's record.
pub struct Entry {
    pub at: Timestamp,
    pub sentence: String,
    pub purpose: Option<String>,
    pub claims: Vec<String>,
    pub receipt: Option<String>,
    pub tone: &'static str,
}

pub fn entries(activities: Vec<(Timestamp, Activity)>) -> Vec<Entry> {
    activities
        .into_iter()
        .map(|(at, activity)| Entry {
            at,
            sentence: activity.sentence(),
            claims: activity.claims().to_vec(),
            receipt: activity.receipt().map(str::to_owned),
            tone: match &activity {
                Activity::Received { .. } | Activity::ExistenceConfirmed { .. } => "pass",
                Activity::Presented { .. } | Activity::ExistenceAnswered { .. } => "waiting",
                Activity::Refused { .. }
                | Activity::DeviceKeyLost { .. }
                | Activity::PinLocked { .. }
                | Activity::Recovered { .. }
                | Activity::RecoveryAgreed { .. }
                | Activity::RecoveryEnded { .. }
                | Activity::RecoveryDone { .. } => "warning",
                Activity::CredentialRemoved { .. }
                | Activity::DeviceKeyAdded { .. }
                | Activity::PasskeyAdded { .. }
                | Activity::PasskeyRemoved { .. }
                | Activity::PinAdded { .. }
                | Activity::RecoveryCodeMade
                | Activity::PinRemoved { .. } => "plain",
            },
            purpose: match activity {
                Activity::Presented { purpose, .. } | Activity::Refused { purpose, .. } => purpose,
                _ => None,
            },
        })
        .collect()
}
