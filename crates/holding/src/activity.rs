//! The record of what was done with a person's credentials, for that person's eyes.

use serde::{Deserialize, Serialize};

/// One line of the record. It is sealed like everything else, so the service cannot read it at rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Activity {
    Received {
        from: String,
        proven: bool,
        names: Vec<String>,
    },
    /// The organisation gave the same anew.
    Renewed {
        from: String,
        proven: bool,
        names: Vec<String>,
        /// Whether it says something else than before.
        changed: bool,
    },
    Presented {
        to: String,
        proven: bool,
        purpose: Option<String>,
        claims: Vec<String>,
        /// Where the verifier shows the signed receipt of what it checked.
        #[serde(default)]
        receipt: Option<String>,
    },
    Refused {
        to: String,
        proven: bool,
        purpose: Option<String>,
    },
    ExistenceAnswered {
        to: String,
        year: i64,
    },
    ExistenceConfirmed {
        by: String,
        year: i64,
        reference: Option<String>,
    },
    /// The person asked for another look at a refused proof.
    ExistenceAppealed {
        to: String,
        year: i64,
    },
    /// Picture and word of a station were sent, to enrol.
    EnrolledAtStation {
        to: String,
    },
    /// A signed paper form was sent as a picture.
    ExistenceFormSent {
        to: String,
        year: i64,
    },
    CredentialRemoved {
        name: String,
    },
    /// Codes that can be shown by whoever has them.
    CardPrinted {
        name: String,
        claims: Vec<String>,
    },
    DeviceKeyAdded {
        device: String,
    },
    DeviceKeyLost {
        device: String,
    },
    PasskeyAdded {
        name: String,
    },
    PasskeyRemoved {
        name: String,
    },
    PinAdded {
        device: String,
    },
    PinRemoved {
        device: String,
    },
    RecoveryCodeMade,
    /// The wallet was entered with its recovery code.
    Recovered {
        device: String,
    },
    /// An officer agreed to let somebody in again.
    RecoveryAgreed {
        officer: String,
    },
    /// By an officer, or by the person.
    RecoveryEnded {
        by: Option<String>,
    },
    /// By the device that had asked.
    RecoveryWithdrawn {
        device: String,
    },
    RecoveryDone {
        device: String,
    },
    /// An officer opened the wallet for somebody without a phone.
    CustodyOpened {
        officer: String,
    },
    /// The person entered it at an officer's desk.
    DeskVisited {
        officer: String,
    },
    /// A new PIN was set there with the recovery code.
    PinReset {
        officer: String,
    },
    /// The person has it on a device of their own from then on.
    CustodyEnded,
    /// An officer recorded that somebody may act for the person; a second one has to confirm it.
    MandateRecorded {
        officer: String,
        name: String,
    },
    MandateConfirmed {
        officer: String,
        name: String,
    },
    /// By an officer; by the person, or with the custody, where none is named.
    MandateEnded {
        by: Option<String>,
        name: String,
    },
    /// Somebody was at an officer's desk for the person.
    RepresentativeVisited {
        officer: String,
        name: String,
    },
    /// The last try before the PIN of a representative locked itself.
    RepresentativeLocked {
        name: String,
    },
    /// A card or security key of the person's own counts at desks.
    DeskKeyAdded,
    DeskKeyRemoved,
    /// The last try before the PIN locked itself.
    PinLocked {
        device: String,
    },
}

impl Activity {
    /// The stable word for machines.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Received { .. } => "received",
            Self::Renewed { .. } => "renewed",
            Self::Presented { .. } => "presented",
            Self::Refused { .. } => "refused",
            Self::ExistenceAnswered { .. } => "existenceAnswered",
            Self::ExistenceConfirmed { .. } => "existenceConfirmed",
            Self::ExistenceAppealed { .. } => "existenceAppealed",
            Self::ExistenceFormSent { .. } => "existenceFormSent",
            Self::EnrolledAtStation { .. } => "enrolledAtStation",
            Self::CredentialRemoved { .. } => "credentialRemoved",
            Self::CardPrinted { .. } => "cardPrinted",
            Self::DeviceKeyAdded { .. } => "deviceKeyAdded",
            Self::DeviceKeyLost { .. } => "deviceKeyLost",
            Self::PasskeyAdded { .. } => "passkeyAdded",
            Self::PasskeyRemoved { .. } => "passkeyRemoved",
            Self::PinAdded { .. } => "pinAdded",
            Self::PinRemoved { .. } => "pinRemoved",
            Self::PinLocked { .. } => "pinLocked",
            Self::RecoveryCodeMade => "recoveryCodeMade",
            Self::RecoveryAgreed { .. } => "recoveryAgreed",
            Self::RecoveryEnded { .. } => "recoveryEnded",
            Self::RecoveryWithdrawn { .. } => "recoveryWithdrawn",
            Self::RecoveryDone { .. } => "recoveryDone",
            Self::Recovered { .. } => "recovered",
            Self::CustodyOpened { .. } => "custodyOpened",
            Self::DeskVisited { .. } => "deskVisited",
            Self::PinReset { .. } => "pinReset",
            Self::CustodyEnded => "custodyEnded",
            Self::MandateRecorded { .. } => "mandateRecorded",
            Self::MandateConfirmed { .. } => "mandateConfirmed",
            Self::MandateEnded { .. } => "mandateEnded",
            Self::RepresentativeVisited { .. } => "representativeVisited",
            Self::RepresentativeLocked { .. } => "representativeLocked",
            Self::DeskKeyAdded => "deskKeyAdded",
            Self::DeskKeyRemoved => "deskKeyRemoved",
        }
    }

    /// The other party, where there is one.
    #[must_use]
    pub fn who(&self) -> Option<&str> {
        match self {
            Self::Received { from: who, .. }
            | Self::Renewed { from: who, .. }
            | Self::Presented { to: who, .. }
            | Self::Refused { to: who, .. }
            | Self::ExistenceAnswered { to: who, .. }
            | Self::ExistenceAppealed { to: who, .. }
            | Self::ExistenceFormSent { to: who, .. }
            | Self::EnrolledAtStation { to: who }
            | Self::ExistenceConfirmed { by: who, .. } => Some(who),
            _ => None,
        }
    }

    /// What was shown, in words.
    #[must_use]
    pub fn claims(&self) -> &[String] {
        match self {
            Self::Presented { claims, .. } | Self::CardPrinted { claims, .. } => claims,
            _ => &[],
        }
    }

    /// The officer of this service who did it, where one did.
    #[must_use]
    pub fn officer(&self) -> Option<&str> {
        match self {
            Self::RecoveryAgreed { officer }
            | Self::RecoveryEnded { by: Some(officer) }
            | Self::CustodyOpened { officer }
            | Self::DeskVisited { officer }
            | Self::PinReset { officer }
            | Self::MandateRecorded { officer, .. }
            | Self::MandateConfirmed { officer, .. }
            | Self::MandateEnded { by: Some(officer), .. }
            | Self::RepresentativeVisited { officer, .. } => Some(officer),
            _ => None,
        }
    }

    /// Where the receipt of what was shown is read.
    #[must_use]
    pub fn receipt(&self) -> Option<&str> {
        match self {
            Self::Presented { receipt, .. } => receipt.as_deref(),
            _ => None,
        }
    }

    /// One plain sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Received { from, names, .. } => format!("You received {} from {from}.", list(names)),
            Self::Renewed { from, names, changed: true, .. } => {
                format!("{from} renewed {}. Something in it has changed: look at it.", list(names))
            }
            Self::Renewed { from, names, changed: false, .. } => {
                format!("{from} renewed {}. It says the same as before.", list(names))
            }
            Self::Presented { to, .. } => format!("You shared information with {to}."),
            Self::Refused { to, .. } => format!("You said no to {to}. Nothing was shared."),
            Self::ExistenceAnswered { to, year } => format!("You sent your proof for {year} to {to}."),
            Self::ExistenceConfirmed { by, year, .. } => format!("{by} confirmed your proof for {year}."),
            Self::ExistenceFormSent { to, year } => {
                format!("You sent {to} a signed form for {year}.")
            }
            Self::EnrolledAtStation { to } => {
                format!("Your picture and the word of the station were sent to {to}, to enrol you.")
            }
            Self::ExistenceAppealed { to, year } => {
                format!("You asked {to} for another look at your proof for {year}.")
            }
            Self::CardPrinted { name, .. } => format!("You printed a card of {name}."),
            Self::CredentialRemoved { name } => format!("You removed {name} from this wallet."),
            Self::DeviceKeyAdded { device } => format!("A new key was made on {device}."),
            Self::DeviceKeyLost { device } => format!("The key of {device} was marked as lost."),
            Self::PasskeyAdded { name } => format!("A passkey was added: {name}."),
            Self::PasskeyRemoved { name } => format!("A passkey was removed: {name}."),
            Self::PinAdded { device } => format!("A PIN was set on {device}."),
            Self::PinRemoved { device } => format!("The PIN on {device} was removed."),
            Self::RecoveryAgreed { officer } => {
                format!(
                    "{officer} agreed to open this wallet on another device. If that is not you, stop it."
                )
            }
            Self::RecoveryEnded { by: Some(officer) } => {
                format!("{officer} refused to open this wallet on another device.")
            }
            Self::RecoveryEnded { by: None } => "You stopped the opening on another device.".to_owned(),
            Self::RecoveryWithdrawn { device } => {
                format!("Whoever had asked on {device} to open this wallet there took that back.")
            }
            Self::RecoveryDone { device } => {
                format!("Two officers opened this wallet again, on {device}. All other sessions ended.")
            }
            Self::RecoveryCodeMade => {
                "A recovery code was made. An earlier one is of no use any more.".to_owned()
            }
            Self::Recovered { device } => {
                format!(
                    "This wallet was entered with its recovery code on {device}. All other sessions ended."
                )
            }
            Self::CustodyOpened { officer } => {
                format!("{officer} opened this wallet for you at a desk. This service keeps its key.")
            }
            Self::DeskVisited { officer } => format!("You were at the desk of {officer}."),
            Self::PinReset { officer } => {
                format!("At the desk of {officer} a new PIN was set with your recovery code.")
            }
            Self::CustodyEnded => {
                "This service no longer keeps a key of this wallet. It is on your own device.".to_owned()
            }
            Self::MandateRecorded { officer, name } => format!(
                "{officer} recorded that {name} may act for you. It counts when a second officer confirms it. If it is not right, end it."
            ),
            Self::MandateConfirmed { officer, name } => {
                format!("{officer} confirmed that {name} may act for you. You can end it at any time.")
            }
            Self::MandateEnded { by: Some(officer), name } => {
                format!("{officer} ended what {name} may do for you.")
            }
            Self::MandateEnded { by: None, name } => format!("{name} may no longer act for you."),
            Self::RepresentativeVisited { officer, name } => {
                format!("{name} was at the desk of {officer} to act for you.")
            }
            Self::RepresentativeLocked { name } => {
                format!("The PIN of {name} was locked after too many wrong tries.")
            }
            Self::DeskKeyAdded => {
                "A card or key of yours was added. At a desk it can be used in place of the PIN.".to_owned()
            }
            Self::DeskKeyRemoved => {
                "A card or key of yours was removed. It is of no use any more.".to_owned()
            }
            Self::PinLocked { device } => {
                format!("The PIN on {device} was locked after too many wrong tries.")
            }
        }
    }
}

/// "A", "A and B", "A, B and C".
fn list(names: &[String]) -> String {
    match names {
        [] => "a credential".to_owned(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}
