//! Enrolment at the Fund as a wallet sees it: invitation, device key, appointment, call.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::existence::{DeskStatement, Organisation};

/// An invitation is used. The same again, with the same secret, gets the same answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnrolmentClaim {
    /// The nine-digit number.
    pub uid: String,
    /// From the letter: ten letters and digits.
    pub code: String,
    /// 256 random bits of the wallet in base64url. From then on it is the bearer token for this enrolment.
    pub secret: String,
}

/// How an enrolment stands, for the person's wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentStatus {
    pub id: String,
    pub organisation: Organisation,
    pub given_name: String,
    /// `claimed`, `proposed`, `approved`, `refused` or `withdrawn`.
    pub state: String,
    /// The person's language at the Fund.
    pub language: String,
    /// An appointment until then still helps this year.
    pub due: NaiveDate,
    /// RFC 7638 thumbprint of the key that is to be bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<Appointment>,
    /// The last appointment was missed; another can be booked.
    #[serde(default)]
    pub missed: bool,
    /// Free times, earliest first; those in the person's language before the others.
    pub slots: Vec<Slot>,
    /// There are more free times than `slots`: `GET …/enrolment/times` lists all of them.
    #[serde(default)]
    pub more_times: bool,
    /// No time is free until the due date: another way counts the same.
    pub none_before_due: bool,
    /// The person waits for a time with a place that is kept.
    pub place_kept: bool,
    /// Why it was refused: `document`, `face`, `answers`, `line` or `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// The organisation whose Separation credential stands in the place of number, code and identity document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separated_from: Option<String>,
    /// A station has seen the person and sent the picture: no appointment is needed.
    #[serde(default)]
    pub seen_at_station: bool,
}

/// Free times that the person can have, earliest first, a page of at most 50.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FreeTimes {
    pub slots: Vec<Slot>,
    /// `after` of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The word of an operator at a station of the Fund, in the place of an appointment, for somebody whose key a wallet service
/// keeps.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StationWord {
    /// JPEG in base64url, at most 256 kB: one good face.
    pub picture: String,
    /// What the operator saw of an identity document. Needed where no Separation credential opened the enrolment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<StationDocument>,
    /// RFC 3339 in seconds, at most an hour ago.
    pub captured_at: String,
    /// Station, operator and signature; as for a yearly proof, over the enrolment, the named key, picture and document.
    pub desk: DeskStatement,
}

/// What an operator saw of an identity document.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StationDocument {
    /// `passport`, `card`, `permit` or `laissez`.
    pub kind: String,
    /// 4 to 40 letters and digits.
    pub number: String,
    /// ISO 3166-1 alpha-3 of the state that issued it.
    pub state: String,
    /// The last day on which it is valid.
    pub expires_on: NaiveDate,
}

/// Begins an enrolment with a Separation credential in the place of number and code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeparationStart {
    /// 256 random bits of the wallet in base64url. The bearer token of what follows.
    pub secret: String,
}

/// The request that the wallet answers by OpenID4VP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeparationStarted {
    /// `openid4vp://?…`
    pub link: String,
    /// An answer is taken until then.
    pub expires_at: DateTime<Utc>,
}

/// Back from the presentation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeparationAnswer {
    /// What the verifier gave to the wallet that answered (OpenID4VP 1.0, 8.2 and 14.2).
    pub response_code: String,
}

/// A time that can be booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    pub id: String,
    pub starts_at: DateTime<Utc>,
    pub minutes: u32,
    /// Of the agent: one of the six official languages.
    pub language: String,
    /// `video` or `visit`; a visit is arranged by telephone.
    pub way: String,
}

/// A booked time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Appointment {
    pub id: String,
    pub slot: Slot,
    /// The call can be joined now.
    pub call_open: bool,
}

/// Books a time, moves to it, or cancels with `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppointmentChoice {
    pub slot: Option<String>,
}

/// Names the key of the device in the person's hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnrolmentKey {
    /// A P-256 public key as a JWK.
    #[schema(value_type = Object)]
    pub holder_key: Value,
    /// base64url; ES256 over the JCS of `{"enrolment", "organisation", "purpose": "enrolment device key"}`.
    pub signature: String,
}

/// What one browser tells the other, and what it has heard so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignalsSent {
    /// At most 32, each at most 16 KiB: descriptions and candidates of WebRTC as JSON texts.
    #[serde(default)]
    pub send: Vec<String>,
    /// The number of the last one that was heard; 0 at first.
    #[serde(default)]
    pub after: u64,
}

/// What the other side said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignalsHeard {
    pub signals: Vec<Signal>,
    /// As for `RTCPeerConnection`; empty where the operator runs none.
    #[schema(value_type = Vec<Object>)]
    pub ice_servers: Vec<Value>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Signal {
    pub number: u64,
    pub body: String,
}

impl std::fmt::Debug for EnrolmentClaim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EnrolmentClaim")
    }
}

impl std::fmt::Debug for StationWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StationWord")
    }
}

impl std::fmt::Debug for StationDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StationDocument")
    }
}

impl std::fmt::Debug for SeparationStart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SeparationStart")
    }
}

/// The bytes that a device key signs when it is named.
#[must_use]
pub fn device_key_input(organisation: &str, enrolment: &str) -> Vec<u8> {
    // RFC 8785: texts in the order of their names, written as serde_json writes them.
    let statement = BTreeMap::from([
        ("purpose", "enrolment device key"),
        ("organisation", organisation),
        ("enrolment", enrolment),
    ]);
    serde_json::to_vec(&statement).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_a_device_signs_is_canonical() {
        let bytes = super::device_key_input("did:x:1", "01j\"");
        let text = r#"{"enrolment":"01j\"","organisation":"did:x:1","purpose":"enrolment device key"}"#;
        assert_eq!(String::from_utf8(bytes).as_deref(), Ok(text));
    }
}
