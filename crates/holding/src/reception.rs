//! One credential offer, from the link to the credentials (OID4VCI 1.0, pre-authorized code flow).

use chrono::Duration;
use clock::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::vci::{CredentialConfiguration, CredentialOffer, IssuerMetadata};

use crate::copies::further_places;
use crate::dcql::{LDP_VC, SD_JWT, VC_JWT};
use crate::party::Party;
use crate::path::{self, Step};
use crate::request::plain_text;
use crate::signing::ToSign;

/// An offer of more credentials than a person can look through is not one.
pub const MAX_CREDENTIALS: usize = 16;
/// A token this close to its end is not used any more: a request would outlive it.
const TOKEN_MARGIN_SECONDS: i64 = 5;

/// Where the offer came from. By reference it can be fetched again, each time with a fresh code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    Reference(String),
    Value(Value),
}

/// What is offered, in the issuer's words made safe to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    pub configuration_id: String,
    pub format: String,
    pub name: String,
    pub description: Option<String>,
    pub labels: Vec<(Vec<Step>, String)>,
    /// The issuer's own words for the type: `vct`, or the W3C types.
    pub types: Vec<String>,
    pub needs_proof: bool,
}

/// What the person must type, when the issuer sent a code by another way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionCode {
    pub length: Option<u32>,
    pub numeric: bool,
    pub description: Option<String>,
}

/// The issuer's endpoints, all on the issuer's own origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    pub issuer: String,
    pub token: String,
    pub credential: String,
    pub nonce: Option<String>,
    pub notification: Option<String>,
    #[serde(default)]
    pub deferred: Option<String>,
}

/// An offer a person opened, and how far it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reception {
    pub source: Source,
    pub issuer: Party,
    pub endpoints: Endpoints,
    pub offered: Vec<Offered>,
    pub transaction_code: Option<TransactionCode>,
    pub progress: Progress,
    /// What the organisation releases later.
    #[serde(default)]
    pub deferred: Vec<Deferred>,
    /// Places of what it refused to release.
    #[serde(default)]
    pub refused: Vec<usize>,
    /// How many keys beside the device's may be proven at once.
    #[serde(default)]
    pub further_keys: usize,
    /// With which the issuer gives the same anew, where it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The offer whose credentials come anew by this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews: Option<String>,
    /// The officer at whose desk it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<String>,
    /// Who accepted it for the person, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<crate::mandate::Representative>,
    /// When a renewal of this was last begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_tried_at: Option<Timestamp>,
}

/// A credential that was asked for and is not released yet (OID4VCI 1.0, 9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferred {
    /// Its place in the offer.
    pub slot: usize,
    pub transaction_id: String,
}

/// How far an offer has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Progress {
    Opened,
    /// A token is held; the page is to sign the key proofs of what is still missing.
    Signing {
        access_token: String,
        expires_at: Timestamp,
        holder_thumbprint: String,
        /// Public keys for further copies.
        #[serde(default)]
        copy_keys: Vec<Value>,
        proofs: Vec<ToSign>,
    },
    /// All keys are proven, and the organisation has not released everything yet.
    Waiting {
        access_token: String,
        holder_thumbprint: String,
        #[serde(default)]
        copy_keys: Vec<Value>,
    },
    Received {
        at: Timestamp,
    },
    /// Nothing was released.
    Refused {
        at: Timestamp,
    },
}

/// Why an offer cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferFault {
    #[error("the link does not hold an offer")]
    Form,
    #[error("the offer names no credential, or too many")]
    Credentials,
    #[error("the offer names a credential twice")]
    Duplicate,
    #[error("the offer needs a way to sign in at the issuer that this wallet does not have")]
    Grant,
    #[error("the issuer describes itself under another name")]
    IssuerMismatch,
    #[error("the issuer does not describe what it offers")]
    UnknownConfiguration,
    #[error("the credential has a format this wallet cannot keep")]
    Format,
    #[error("the issuer wants another kind of key or proof than this wallet has")]
    ProofType,
    #[error("the issuer names an address on another site")]
    Endpoint,
}

/// Reads an offer against the issuer's metadata. `issuer` is who that turned out to be.
pub fn open(
    source: Source,
    offer: &CredentialOffer,
    metadata: &IssuerMetadata,
    token_endpoint: String,
    issuer: Party,
) -> Result<Reception, OfferFault> {
    let ids = &offer.credential_configuration_ids;
    if ids.is_empty() || ids.len() > MAX_CREDENTIALS {
        return Err(OfferFault::Credentials);
    }
    if ids.iter().enumerate().any(|(at, id)| ids.iter().take(at).any(|earlier| earlier == id)) {
        return Err(OfferFault::Duplicate);
    }
    // 12.2.4: "simple string comparison with no normalization".
    if metadata.credential_issuer != offer.credential_issuer {
        return Err(OfferFault::IssuerMismatch);
    }
    let grant = offer
        .grants
        .as_ref()
        .and_then(|grants| grants.pre_authorized_code.as_ref())
        .ok_or(OfferFault::Grant)?;
    let transaction_code = grant.tx_code.as_ref().map(|code| TransactionCode {
        length: code.length.filter(|length| (1..=64).contains(length)),
        numeric: code.input_mode.as_deref() != Some("text"),
        description: code.description.as_deref().map(|text| plain_text(text, 300)),
    });
    let offered = describe_all(ids, metadata)?;
    Ok(Reception { transaction_code, ..begun(source, offered, metadata, token_endpoint, issuer)? })
}

/// Begins to receive anew what came by an offer: by its refresh token, from the same issuer, as that describes itself now.
pub fn renew(
    (offer, earlier): (&str, &Reception),
    metadata: &IssuerMetadata,
    token_endpoint: String,
    issuer: Party,
) -> Result<Reception, OfferFault> {
    let refresh_token = earlier.refresh_token.clone().ok_or(OfferFault::Grant)?;
    if metadata.credential_issuer != earlier.endpoints.issuer || issuer.did != earlier.issuer.did {
        return Err(OfferFault::IssuerMismatch);
    }
    let came = earlier.offered.iter().enumerate().filter(|(slot, _)| !earlier.refused.contains(slot));
    let ids: Vec<String> = came.map(|(_, one)| one.configuration_id.clone()).collect();
    if ids.is_empty() {
        return Err(OfferFault::Credentials);
    }
    let source = Source::Value(serde_json::json!({ "renews": offer }));
    let further_keys = earlier.further_keys;
    let begun = begun(source, describe_all(&ids, metadata)?, metadata, token_endpoint, issuer)?;
    Ok(Reception {
        // What was bound to one key alone stays so.
        further_keys: begun.further_keys.min(further_keys),
        refresh_token: Some(refresh_token),
        renews: Some(offer.to_owned()),
        // What comes may end soon as well; it is not renewed by itself again before its time.
        renewal_tried_at: earlier.renewal_tried_at,
        ..begun
    })
}

fn describe_all(ids: &[String], metadata: &IssuerMetadata) -> Result<Vec<Offered>, OfferFault> {
    let describe = |id: &String| {
        let configuration = metadata.credential_configurations_supported.get(id);
        describe(id, configuration.ok_or(OfferFault::UnknownConfiguration)?)
    };
    ids.iter().map(describe).collect()
}

fn begun(
    source: Source,
    offered: Vec<Offered>,
    metadata: &IssuerMetadata,
    token_endpoint: String,
    issuer: Party,
) -> Result<Reception, OfferFault> {
    let endpoints = Endpoints {
        issuer: metadata.credential_issuer.clone(),
        token: token_endpoint,
        credential: metadata.credential_endpoint.clone(),
        nonce: metadata.nonce_endpoint.clone(),
        notification: metadata.notification_endpoint.clone(),
        deferred: metadata.deferred_credential_endpoint.clone(),
    };
    endpoints.check()?;
    Ok(Reception {
        source,
        issuer,
        endpoints,
        offered,
        transaction_code: None,
        progress: Progress::Opened,
        deferred: Vec::new(),
        refused: Vec::new(),
        further_keys: further_places(
            metadata.batch_credential_issuance.as_ref().map(|batch| batch.batch_size),
        ),
        refresh_token: None,
        renews: None,
        officer: None,
        representative: None,
        renewal_tried_at: None,
    })
}

impl Endpoints {
    /// The person was shown the issuer's host; tokens and keys go nowhere else. Other authorization
    /// servers come with the authorization code flow.
    fn check(&self) -> Result<(), OfferFault> {
        let origin =
            |text: &str| url::Url::parse(text).ok().map(|url| url.origin()).filter(url::Origin::is_tuple);
        let home = origin(&self.issuer).ok_or(OfferFault::Endpoint)?;
        let all = [
            Some(&self.token),
            Some(&self.credential),
            self.nonce.as_ref(),
            self.notification.as_ref(),
            self.deferred.as_ref(),
        ];
        let stays = all.into_iter().flatten().all(|text| origin(text).as_ref() == Some(&home));
        if stays { Ok(()) } else { Err(OfferFault::Endpoint) }
    }
}

impl Reception {
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self.progress {
            Progress::Opened => "opened",
            Progress::Signing { .. } => "signing",
            Progress::Waiting { .. } => "waiting",
            Progress::Refused { .. } => "refused",
            Progress::Received { .. } => "received",
        }
    }

    /// A token that can still be used with this key, and the proofs that were asked for.
    #[must_use]
    pub fn usable_token(&self, thumbprint: &str, now: Timestamp) -> Option<(&str, &[ToSign])> {
        match &self.progress {
            Progress::Signing { access_token, expires_at, holder_thumbprint, proofs, .. }
                if holder_thumbprint == thumbprint
                    && *expires_at - now > Duration::seconds(TOKEN_MARGIN_SECONDS) =>
            {
                Some((access_token, proofs))
            }
            _ => None,
        }
    }

    /// The place of a configuration in the offer: what makes "once" countable without naming the type.
    #[must_use]
    pub fn slot(&self, configuration_id: &str) -> Option<usize> {
        self.offered.iter().position(|one| one.configuration_id == configuration_id)
    }

    /// Of everything that was not refused.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (slot, one) in self.offered.iter().enumerate() {
            if self.refused.contains(&slot) {
                continue;
            }
            if !names.contains(&one.name) {
                names.push(one.name.clone());
            }
        }
        names
    }
}

fn describe(id: &str, configuration: &CredentialConfiguration) -> Result<Offered, OfferFault> {
    let types = match configuration.format.as_str() {
        SD_JWT => configuration.vct.clone().into_iter().collect(),
        LDP_VC | VC_JWT => {
            configuration.credential_definition.as_ref().map(|one| one.types.clone()).unwrap_or_default()
        }
        _ => return Err(OfferFault::Format),
    };
    let needs_proof = !configuration.proof_types_supported.is_empty();
    if needs_proof {
        let jwt = configuration.proof_types_supported.get("jwt").ok_or(OfferFault::ProofType)?;
        let es256 =
            jwt.proof_signing_alg_values_supported.iter().any(|value| value.as_str() == Some("ES256"));
        let jwk = configuration.cryptographic_binding_methods_supported.iter().any(|method| method == "jwk");
        if !es256 || !jwk || jwt.key_attestations_required.is_some() {
            return Err(OfferFault::ProofType);
        }
    }
    let metadata = configuration.credential_metadata.as_ref();
    let display = metadata.and_then(|metadata| {
        let english = metadata.display.iter().find(|one| is_english(one.locale.as_deref()));
        english.or_else(|| metadata.display.first())
    });
    let labels = metadata.map(|metadata| {
        let described = metadata.claims.iter().take(100).filter_map(|claim| {
            let english = claim.display.iter().find(|one| is_english(one.locale.as_deref()));
            let name = english.or_else(|| claim.display.first())?.name.as_deref()?;
            Some((path::parse(&claim.path).ok()?, plain_text(name, 80)))
        });
        described.collect()
    });
    Ok(Offered {
        configuration_id: id.to_owned(),
        format: configuration.format.clone(),
        name: display.map_or_else(|| plain_text(id, 80), |display| plain_text(&display.name, 80)),
        description: display
            .and_then(|display| display.description.as_deref())
            .map(|text| plain_text(text, 300)),
        labels: labels.unwrap_or_default(),
        types,
        needs_proof,
    })
}

fn is_english(locale: Option<&str>) -> bool {
    locale.is_none_or(|locale| locale == "en" || locale.starts_with("en-"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn offer() -> Value {
        json!({
            "credential_issuer": "https://i.example/t/undp",
            "credential_configuration_ids": ["StaffIdentity_dc_sd-jwt"],
            "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code":
                {"pre-authorized_code": "c", "tx_code": {"length": 6, "input_mode": "numeric"}}}
        })
    }

    fn metadata() -> Value {
        json!({
            "credential_issuer": "https://i.example/t/undp",
            "credential_endpoint": "https://i.example/t/undp/credential",
            "nonce_endpoint": "https://i.example/t/undp/nonce",
            "deferred_credential_endpoint": "https://i.example/t/undp/deferred_credential",
            "credential_configurations_supported": {"StaffIdentity_dc_sd-jwt": {
                "format": "dc+sd-jwt", "vct": "https://schemas.passerelle.example/v1#StaffIdentity",
                "cryptographic_binding_methods_supported": ["jwk"],
                "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
                "credential_metadata": {
                    "display": [{"name": "Identité", "locale": "fr"}, {"name": "Staff identity", "locale": "en"}],
                    "claims": [{"path": ["givenName"], "display": [{"name": "First name"}]}]
                }
            }}
        })
    }

    fn opened(offer: Value, metadata: Value) -> Result<Reception, OfferFault> {
        open(
            Source::Reference("https://i.example/t/undp/offers/x".into()),
            &serde_json::from_value(offer).unwrap(),
            &serde_json::from_value(metadata).unwrap(),
            "https://i.example/t/undp/token".into(),
            Party::unverified("i.example"),
        )
    }

    #[test]
    fn good_offer_is_described_in_english_where_there_is_english() {
        let reception = opened(offer(), metadata()).unwrap();
        let first = reception.offered.first().unwrap();
        assert_eq!(first.name, "Staff identity");
        assert_eq!(first.labels, vec![(vec![Step::Key("givenName".into())], "First name".to_owned())]);
        assert_eq!(reception.transaction_code.as_ref().unwrap().length, Some(6));
    }

    #[test]
    fn offer_that_does_not_fit_is_refused() {
        let change = |value: &mut Value, pointer: &str, to: Value| *value.pointer_mut(pointer).unwrap() = to;
        let configuration = "/credential_configurations_supported/StaffIdentity_dc_sd-jwt";
        for (pointer, to, in_offer, fault) in [
            ("/credential_configuration_ids".to_owned(), json!([]), true, OfferFault::Credentials),
            ("/credential_configuration_ids".to_owned(), json!(["a", "a"]), true, OfferFault::Duplicate),
            (
                "/credential_configuration_ids".to_owned(),
                json!(["other"]),
                true,
                OfferFault::UnknownConfiguration,
            ),
            ("/grants".to_owned(), json!({"authorization_code": {}}), true, OfferFault::Grant),
            (
                "/credential_issuer".to_owned(),
                json!("https://i.example/t/undp/"),
                false,
                OfferFault::IssuerMismatch,
            ),
            (format!("{configuration}/format"), json!("mso_mdoc"), false, OfferFault::Format),
            (
                format!("{configuration}/proof_types_supported"),
                json!({"attestation": {}}),
                false,
                OfferFault::ProofType,
            ),
            ("/credential_endpoint".to_owned(), json!("https://evil.example/c"), false, OfferFault::Endpoint),
            ("/nonce_endpoint".to_owned(), json!("javascript:1"), false, OfferFault::Endpoint),
            (
                "/deferred_credential_endpoint".to_owned(),
                json!("https://evil.example/d"),
                false,
                OfferFault::Endpoint,
            ),
        ] {
            let (mut offer, mut metadata) = (offer(), metadata());
            change(if in_offer { &mut offer } else { &mut metadata }, &pointer, to);
            assert_eq!(opened(offer, metadata).err(), Some(fault), "{pointer}");
        }
    }

    #[test]
    fn renewal_is_of_the_same_issuer_and_of_what_came() {
        let mut earlier = opened(offer(), metadata()).unwrap();
        let renewed = |earlier: &Reception, metadata: Value, issuer: Party| {
            let metadata = serde_json::from_value(metadata).unwrap();
            renew(("o1", earlier), &metadata, "https://i.example/t/undp/token".into(), issuer)
        };
        let same = || Party::unverified("i.example");
        assert_eq!(renewed(&earlier, metadata(), same()).err(), Some(OfferFault::Grant));
        earlier.refresh_token = Some("r".into());
        let reception = renewed(&earlier, metadata(), same()).unwrap();
        assert_eq!(reception.renews.as_deref(), Some("o1"));
        assert_eq!(reception.offered, earlier.offered);
        assert!(reception.transaction_code.is_none());
        let other = Party { did: Some("did:passerelle:other".into()), ..same() };
        assert_eq!(renewed(&earlier, metadata(), other).err(), Some(OfferFault::IssuerMismatch));
        let mut moved = metadata();
        moved["credential_endpoint"] = json!("https://evil.example/c");
        assert_eq!(renewed(&earlier, moved, same()).err(), Some(OfferFault::Endpoint));
        earlier.refused = vec![0];
        assert_eq!(renewed(&earlier, metadata(), same()).err(), Some(OfferFault::Credentials));
    }

    #[test]
    fn token_is_usable_only_with_its_key_and_before_its_end() {
        let mut reception = opened(offer(), metadata()).unwrap();
        let now = chrono::DateTime::UNIX_EPOCH;
        reception.progress = Progress::Signing {
            access_token: "t".into(),
            expires_at: now + Duration::minutes(5),
            holder_thumbprint: "k".into(),
            copy_keys: vec![],
            proofs: vec![],
        };
        assert!(reception.usable_token("k", now).is_some());
        assert!(reception.usable_token("other", now).is_none());
        assert!(reception.usable_token("k", now + Duration::minutes(5)).is_none());
    }
}
