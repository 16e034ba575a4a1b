//! Accounts and the person's record.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{PinView, RepresentativeView};
use crate::app::accounts::AccountOverview;
use crate::app::activity::Noted;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    pub id: String,
    pub created_at: DateTime<Utc>,
    pub passkeys: Vec<PasskeyView>,
    pub device_keys: Vec<DeviceKeyView>,
    pub pins: Vec<PinView>,
    /// The number under which officers find this wallet.
    pub number: String,
    /// When the recovery code was made that opens this wallet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_code_made_at: Option<DateTime<Utc>>,
    pub sessions: Vec<SessionView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyView {
    pub id: String,
    pub name: String,
    /// Which of several of one name it is, from the oldest on.
    #[serde(skip)]
    pub number: Option<usize>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceKeyView {
    pub thumbprint: String,
    /// The person's name for the device, or else that of its browser.
    pub device: String,
    /// The browser that made the key, whatever the person calls it since.
    pub made_on: String,
    /// Which of several of one name it is, from the oldest on.
    #[serde(skip)]
    pub number: Option<usize>,
    pub created_at: DateTime<Utc>,
    pub lost: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    pub id: String,
    pub device: String,
    pub created_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
    pub current: bool,
    /// How the person showed that it was they, as in RFC 8176: `pop`, `user` for a passkey; `pin`, `swk` for a PIN with
    /// the device key, which is less sure.
    pub amr: Vec<&'static str>,
    pub verified_at: DateTime<Utc>,
}

impl AccountView {
    pub fn new(overview: &AccountOverview, current: Option<&str>) -> Self {
        let passkeys: Vec<&str> = overview.passkeys.iter().map(|one| one.name.as_str()).collect();
        let devices: Vec<&str> = overview.device_keys.iter().map(|one| one.name.as_str()).collect();
        Self {
            id: overview.account.id.clone(),
            created_at: overview.account.created_at,
            passkeys: overview
                .passkeys
                .iter()
                .enumerate()
                .map(|(place, passkey)| PasskeyView {
                    id: passkey.thing.credential_id.clone(),
                    name: passkey.name.clone(),
                    number: number(&passkeys, place),
                    created_at: passkey.thing.created_at,
                    last_used_at: passkey.thing.last_used_at,
                })
                .collect(),
            device_keys: overview
                .device_keys
                .iter()
                .enumerate()
                .map(|(place, key)| DeviceKeyView {
                    thumbprint: key.thing.thumbprint.clone(),
                    device: key.name.clone(),
                    made_on: key.thing.device.clone(),
                    number: number(&devices, place),
                    created_at: key.thing.created_at,
                    lost: key.thing.lost_at.is_some(),
                })
                .collect(),
            pins: overview.pins.iter().map(Into::into).collect(),
            number: holding::assisted::wallet_number(&overview.account.id),
            recovery_code_made_at: overview.recovery_code_made,
            sessions: overview
                .sessions
                .iter()
                .map(|session| SessionView {
                    id: session.id.clone(),
                    device: session.device.clone(),
                    created_at: session.created_at,
                    seen_at: session.seen_at,
                    current: Some(session.id.as_str()) == current,
                    amr: session.assurance.methods().to_vec(),
                    verified_at: session.verified_at,
                })
                .collect(),
        }
    }
}

/// Browsers of one kind name themselves alike: a number tells them apart.
fn number(names: &[&str], place: usize) -> Option<usize> {
    let name = names.get(place)?;
    let alike = names.iter().filter(|one| *one == name).count();
    let before = names.iter().take(place).filter(|one| *one == name).count();
    (alike > 1).then_some(before + 1)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDeviceKey {
    /// P-256 public key as a JWK.
    #[schema(value_type = Object)]
    pub public_key: Value,
}

#[derive(Serialize, ToSchema)]
pub struct ActivityList {
    pub entries: Vec<ActivityView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    pub at: DateTime<Utc>,
    pub kind: &'static str,
    pub sentence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// Where the verifier shows the signed receipt of what it checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// The officer at whose desk it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub officer: Option<String>,
    /// Who did it for the person, where somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub representative: Option<RepresentativeView>,
}

impl From<Noted> for ActivityView {
    fn from(Noted { at, activity, officer, representative }: Noted) -> Self {
        let officer = officer.or_else(|| activity.officer().map(str::to_owned));
        Self {
            officer,
            representative: representative.as_ref().map(Into::into),
            at,
            kind: activity.kind(),
            sentence: activity.sentence(),
            who: activity.who().map(str::to_owned),
            claims: activity.claims().to_vec(),
            receipt: activity.receipt().map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn those_of_one_name_are_numbered_and_others_not() {
        let names = ["Chrome on Linux", "Phone", "Chrome on Linux"];
        let numbers: Vec<_> = (0..names.len()).map(|place| number(&names, place)).collect();
        assert_eq!(numbers, [Some(1), None, Some(2)]);
    }
}
