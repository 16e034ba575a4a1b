//! Stations, and a proof at one of them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::stations::Registered;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStation {
    /// 1 to 100 characters, such as the office it stands in.
    pub name: String,
    /// Where it stands: ISO 3166-1 alpha-3.
    pub country: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StationView {
    /// RFC 7638, of its key.
    pub thumbprint: String,
    /// `did:key` of its key: the Fund registers it.
    pub key: String,
    pub name: String,
    pub country: String,
    pub opened_at: DateTime<Utc>,
}

impl From<&Registered> for StationView {
    fn from(registered: &Registered) -> Self {
        let station = &registered.station;
        Self {
            thumbprint: station.thumbprint.clone(),
            key: registered.did.clone(),
            name: station.name.clone(),
            country: station.country.clone(),
            opened_at: station.opened_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct StationsView {
    pub stations: Vec<StationView>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeskProof {
    /// Typed by the person, or by who acts for them.
    pub pin: Option<String>,
    /// In the place of the PIN: AuthenticationResponseJSON of the person's card or key, in answer to a challenge for this act.
    #[schema(value_type = Option<Object>)]
    pub assertion: Option<Value>,
    /// How the officer knows who is there.
    pub recognised_by: Recognised,
    /// How many of the kept pictures belong to the answer; 0 for none.
    #[serde(default)]
    pub frames: u8,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Recognised {
    /// An identity document was compared.
    Document,
    /// The officer has known the person for a while.
    Acquaintance,
}

impl From<Recognised> for entitlement::desk::RecognisedBy {
    fn from(recognised: Recognised) -> Self {
        match recognised {
            Recognised::Document => Self::Document,
            Recognised::Acquaintance => Self::Acquaintance,
        }
    }
}
