//! Officers and their help.

use chrono::{DateTime, Utc};
use holding::assisted::{State, wallet_number};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::assisted::Help;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WalletNumber {
    /// Twelve letters and digits, as the account shows them.
    pub wallet: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOfficer {
    pub link: String,
    /// As it will stand in the records of people who were helped.
    pub name: String,
}

#[derive(Serialize, ToSchema)]
pub struct OfficerLinkView {
    pub link: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HelpCode {
    pub code: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// As the person read it to this officer.
    pub code: String,
    /// How the officer knows that it is this person.
    pub seen: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Read by officers alone.
    pub why: String,
}

/// A request, with its secret identifier and the code to read out.
#[derive(Serialize, ToSchema)]
pub struct HelpAsked {
    pub id: String,
    pub code: String,
    pub help: HelpView,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HelpView {
    /// `asked`, `waiting`, `done`, `refused` or `stopped`.
    pub state: &'static str,
    /// The number of the wallet.
    pub wallet: String,
    pub asked_at: DateTime<Utc>,
    pub device: String,
    /// Names of the officers who agreed.
    pub agreed: Vec<String>,
    /// Until when it can be stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

impl From<&Help> for HelpView {
    fn from(help: &Help) -> Self {
        let recovery = &help.recovery;
        Self {
            state: recovery.state(),
            wallet: wallet_number(&help.row.account),
            asked_at: recovery.asked_at,
            device: recovery.device.clone(),
            agreed: recovery.approvals.iter().map(|one| one.name.clone()).collect(),
            until: match recovery.state {
                State::Waiting { until } => Some(until),
                _ => None,
            },
        }
    }
}
