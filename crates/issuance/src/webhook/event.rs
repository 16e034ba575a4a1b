//! What is told to machines outside, and in which form.

use serde_json::{Map, Value, json};

use crate::{CredentialType, Timestamp};

/// What happened. The names are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    OfferCreated,
    /// A wallet got the first credential of the offer.
    OfferAccepted,
    /// Nobody took it in time.
    OfferExpired,
    OfferWithdrawn,
    CredentialIssued,
    CredentialSuspended,
    CredentialReinstated,
    /// For any reason but that a newer one took its place.
    CredentialRevoked,
    /// Revoked because a newer one took its place.
    CredentialSuperseded,
    /// A wallet said what became of a credential (OID4VCI 1.0, section 11).
    NotificationReceived,
    RecordCreated,
    RecordChanged,
    ServiceEnded,
    /// The end of a service was taken back.
    ServiceResumed,
    /// The root of a batch is on the chain.
    BatchAnchored,
    /// An administrator asked for it; sent whatever a webhook wants.
    Test,
}

/// An event with what it is about: identifiers and codes only.
#[derive(Clone, Copy, Debug)]
pub struct Happened<'a> {
    pub kind: EventKind,
    pub person: Option<&'a str>,
    pub offer: Option<&'a str>,
    pub credential: Option<&'a str>,
    pub credential_type: Option<CredentialType>,
    /// A code such as `key-lost`, or what the wallet said.
    pub reason: Option<&'a str>,
    /// The number of a batch on the chain.
    pub batch: Option<u64>,
    /// What tells two events of one kind apart, where the same could be found twice.
    pub once: Option<&'a str>,
}

impl EventKind {
    /// Those a webhook may want.
    pub const WANTED: [Self; 15] = [
        Self::OfferCreated,
        Self::OfferAccepted,
        Self::OfferExpired,
        Self::OfferWithdrawn,
        Self::CredentialIssued,
        Self::CredentialSuspended,
        Self::CredentialReinstated,
        Self::CredentialRevoked,
        Self::CredentialSuperseded,
        Self::NotificationReceived,
        Self::RecordCreated,
        Self::RecordChanged,
        Self::ServiceEnded,
        Self::ServiceResumed,
        Self::BatchAnchored,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OfferCreated => "offer.created",
            Self::OfferAccepted => "offer.accepted",
            Self::OfferExpired => "offer.expired",
            Self::OfferWithdrawn => "offer.withdrawn",
            Self::CredentialIssued => "credential.issued",
            Self::CredentialSuspended => "credential.suspended",
            Self::CredentialReinstated => "credential.reinstated",
            Self::CredentialRevoked => "credential.revoked",
            Self::CredentialSuperseded => "credential.superseded",
            Self::NotificationReceived => "notification.received",
            Self::RecordCreated => "record.created",
            Self::RecordChanged => "record.changed",
            Self::ServiceEnded => "service.ended",
            Self::ServiceResumed => "service.resumed",
            Self::BatchAnchored => "batch.anchored",
            Self::Test => "webhook.test",
        }
    }

    /// For people.
    #[must_use]
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::OfferCreated => "An offer was made",
            Self::OfferAccepted => "A wallet took an offer",
            Self::OfferExpired => "An offer ended untaken",
            Self::OfferWithdrawn => "An offer was withdrawn",
            Self::CredentialIssued => "A credential was issued to a wallet, one event for each copy",
            Self::CredentialSuspended => "A copy was suspended",
            Self::CredentialReinstated => "A suspension ended",
            Self::CredentialRevoked => "A copy was revoked",
            Self::CredentialSuperseded => "A copy was revoked because a newer one took its place",
            Self::NotificationReceived => {
                "A wallet said whether it kept, failed to keep or deleted a credential"
            }
            Self::RecordCreated => "Somebody came onto the list",
            Self::RecordChanged => "The record of a person changed",
            Self::ServiceEnded => "The service of a person ended",
            Self::ServiceResumed => "The end of a service was taken back",
            Self::BatchAnchored => "A batch of credentials or documents is on the chain",
            Self::Test => "A test",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::WANTED.into_iter().chain([Self::Test]).find(|kind| kind.as_str() == text)
    }
}

impl<'a> Happened<'a> {
    #[must_use]
    pub const fn of(kind: EventKind) -> Self {
        let (person, offer, credential, credential_type) = (None, None, None, None);
        Self { kind, person, offer, credential, credential_type, reason: None, batch: None, once: None }
    }

    /// Something about an offer.
    #[must_use]
    pub fn to_offer(kind: EventKind, person: &'a str, offer: &'a str) -> Self {
        Self { person: Some(person), offer: Some(offer), ..Self::of(kind) }
    }

    /// Something about a record.
    #[must_use]
    pub fn to_person(kind: EventKind, person: &'a str) -> Self {
        Self { person: Some(person), ..Self::of(kind) }
    }

    /// The body of its deliveries. `scim_user` is the identifier under which a machine pushed the person.
    #[must_use]
    pub fn payload(&self, at: Timestamp, scim_user: Option<&str>) -> Value {
        let mut data = Map::new();
        let kind = self.credential_type.map(CredentialType::name);
        for (name, value) in [
            ("person", self.person),
            ("scimUser", scim_user),
            ("offer", self.offer),
            ("credential", self.credential),
            ("credentialType", kind),
            ("reason", self.reason),
        ] {
            data.extend(value.map(|value| (name.to_owned(), Value::from(value))));
        }
        data.extend(self.batch.map(|batch| ("batch".to_owned(), Value::from(batch))));
        json!({
            "type": self.kind.as_str(),
            "timestamp": at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            "data": data,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn payload_has_identifiers_and_codes_only() {
        let at = Timestamp::from_timestamp(1_614_265_330, 0).unwrap();
        let happened = Happened {
            credential: Some("c"),
            credential_type: Some(CredentialType::StaffIdentity),
            reason: Some("key-lost"),
            ..Happened::to_offer(EventKind::CredentialRevoked, "s", "o")
        };
        assert_eq!(
            happened.payload(at, Some("u")),
            json!({"type": "credential.revoked", "timestamp": "2021-02-25T15:02:10.000Z",
                "data": {"person": "s", "scimUser": "u", "offer": "o", "credential": "c",
                    "credentialType": "StaffIdentity", "reason": "key-lost"}})
        );
        let batch = Happened { batch: Some(7), ..Happened::of(EventKind::BatchAnchored) };
        assert_eq!(batch.payload(at, None)["data"], json!({"batch": 7}));
    }

    /// Standard Webhooks 1.0, "Event types".
    #[test]
    fn names_are_delimited_by_full_stops_and_round_trip() {
        for kind in EventKind::WANTED {
            let name = kind.as_str();
            assert_eq!(EventKind::parse(name), Some(kind));
            assert!(name.split('.').all(|part| part.bytes().all(|it| it.is_ascii_lowercase())), "{name}");
        }
        assert_eq!(EventKind::parse("offer.*"), None);
    }
}
