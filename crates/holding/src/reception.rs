//! One credential offer, from the link to the credentials (OID4VCI 1.0).

mod authorizing;
mod encrypting;
mod opening;
mod proving;
mod server;

use std::collections::BTreeMap;

use chrono::Duration;
use clock::{Entropy, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::authorizing::{AnswerFault, Asking, Authorization, AuthorizationAnswer};
pub use self::encrypting::Encrypting;
pub use self::opening::{choose, offerable, open, renew};
pub use self::proving::{Proof, ProofBy};
pub use self::server::AuthorizationServer;
use self::server::origin;
use crate::client::{AccessToken, ClientKey};
use crate::copies::Places;
use crate::key_kind::KeyKind;
use crate::look::{Logo, Look};
use crate::party::Party;
use crate::path::Step;
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
    /// Nobody offered it: the person chose it at this issuer. `attempt` tells one wish from the next.
    Chosen {
        issuer: String,
        configurations: Vec<String>,
        attempt: String,
    },
}

/// What is offered, in the issuer's words made safe to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    pub configuration_id: String,
    pub format: String,
    /// It can be shown in parts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_parts: bool,
    pub name: String,
    pub description: Option<String>,
    pub labels: Vec<(Vec<Step>, String)>,
    /// The issuer's own words for the type: `vct`, or the W3C types.
    pub types: Vec<String>,
    pub needs_proof: bool,
    /// The issuer wants to be told who vouches for how the key is kept (OID4VCI 1.0, appendix D).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_attestation: bool,
    /// By which it is asked for in an authorization request (5.1.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The issuer gives it to nobody who acts for the person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refuses_representative: bool,
    /// That word is all it takes: it has no `jwt` proofs (appendix F.3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub attestation_alone: bool,
    /// Of which kind the key has to be, and how it is proven.
    #[serde(default, skip_serializing_if = "Proof::is_usual")]
    pub proof: Proof,
    #[serde(default)]
    pub look: Look,
}

/// What the person must type, when the issuer sent a code by another way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionCode {
    pub length: Option<u32>,
    pub numeric: bool,
    pub description: Option<String>,
}

/// The issuer's endpoints, all on the issuer's own origin but for that of tokens, which is its authorization server's.
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
    /// Who gives tokens. Older receptions have kept nothing of it but its endpoint.
    #[serde(default)]
    pub server: AuthorizationServer,
    /// With which this service shows there that a token is its own. Older receptions have none, and their tokens are bound to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_key: Option<ClientKey>,
    /// How credentials are asked for on top of TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypting: Option<Encrypting>,
    pub offered: Vec<Offered>,
    pub transaction_code: Option<TransactionCode>,
    /// Where the person can sign in at the issuer for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<Authorization>,
    /// There is no other way than to sign in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signs_in: bool,
    /// By which the issuer wants its credentials called, where its token says so (6.2): by configuration.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub identifiers: BTreeMap<String, String>,
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
    /// Marks by their addresses, as they were when it was opened.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub logos: BTreeMap<String, Logo>,
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
        access_token: AccessToken,
        expires_at: Timestamp,
        holder_thumbprint: String,
        /// Public keys for further copies.
        #[serde(default)]
        copy_keys: Vec<Value>,
        proofs: Vec<ToSign>,
        /// What each of those that are presentations (appendix F.2) lacks but its signature.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        presentations: BTreeMap<String, Value>,
    },
    /// All keys are proven, and the organisation has not released everything yet.
    Waiting {
        access_token: AccessToken,
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
    #[error("the credential has a format, or a cryptosuite, that this wallet cannot keep")]
    Format,
    #[error("the issuer wants another kind of key or proof than this wallet has")]
    ProofType,
    #[error(
        "the issuer wants a key of which somebody vouches how it is kept; nobody can for a key in a browser, nor as much as is wanted \
         for this one"
    )]
    Attestation,
    #[error("the issuer names an address on another site")]
    Endpoint,
    #[error("the issuer wants credentials to be asked for in an encryption that this wallet does not have")]
    Encryption,
}

impl Endpoints {
    /// The person was shown the issuer's host; keys go nowhere else.
    fn check(&self) -> Result<(), OfferFault> {
        let home = origin(&self.issuer).ok_or(OfferFault::Endpoint)?;
        let all =
            [Some(&self.credential), self.nonce.as_ref(), self.notification.as_ref(), self.deferred.as_ref()];
        let stays = all.into_iter().flatten().all(|text| origin(text).as_ref() == Some(&home));
        if stays { Ok(()) } else { Err(OfferFault::Endpoint) }
    }
}

impl Reception {
    /// Whether something of it is given to nobody who acts for the person.
    #[must_use]
    pub fn is_for_the_person_alone(&self) -> bool {
        self.offered.iter().any(|one| one.refuses_representative)
    }

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

    /// The site on which the person signs in, where it is another than the issuer's, which the person was shown.
    #[must_use]
    pub fn sign_in_host(&self) -> Option<String> {
        let endpoint = self.server.authorization.as_deref()?;
        if origin(endpoint) == origin(&self.endpoints.issuer) {
            return None;
        }
        url::Url::parse(endpoint).ok()?.host_str().map(str::to_owned)
    }

    /// A token that the person has signed in for, and that is good for a while yet.
    #[must_use]
    pub fn granted(&self, now: Timestamp) -> Option<(&AccessToken, Timestamp)> {
        let granted = self.authorization.as_ref()?.granted.as_ref()?;
        let lives = granted.expires_at - now > Duration::seconds(TOKEN_MARGIN_SECONDS);
        lives.then_some((&granted.access_token, granted.expires_at))
    }

    /// Makes the key for its authorization server, where that has a use for one. To be stored before it is used; a reception that has
    /// one keeps it.
    pub fn make_client_key(&mut self, entropy: &dyn Entropy) {
        if self.client_key.is_none() && (self.server.binds_tokens || self.server.takes_attestations) {
            self.client_key = Some(ClientKey::generate(entropy));
        }
    }

    /// The key that tokens are asked for with, where the server binds them.
    #[must_use]
    pub fn proving_key(&self) -> Option<&ClientKey> {
        self.client_key.as_ref().filter(|_| self.server.binds_tokens)
    }

    /// A token that can still be used with this key, and the proofs that were asked for.
    #[must_use]
    pub fn usable_token(&self, thumbprint: &str, now: Timestamp) -> Option<(&AccessToken, &[ToSign])> {
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

    /// The kind of key to which what stands at this place is bound.
    #[must_use]
    pub fn kind(&self, slot: usize) -> KeyKind {
        self.offered.get(slot).map_or_else(KeyKind::default, |one| one.proof.kind)
    }

    /// For how many keys there is room beside the device's, of each kind that something of it is bound to.
    #[must_use]
    pub fn places(&self) -> Places {
        let any = |kind| self.offered.iter().any(|one| one.needs_proof && one.proof.kind == kind);
        Places {
            copies: if any(KeyKind::P256) { self.further_keys } else { 0 },
            own: if any(KeyKind::Ed25519) { 1 + self.further_keys } else { 0 },
        }
    }

    /// The place of a configuration in the offer: what makes "once" countable without naming the type.
    #[must_use]
    pub fn slot(&self, configuration_id: &str) -> Option<usize> {
        self.offered.iter().position(|one| one.configuration_id == configuration_id)
    }

    /// The mark of what stands at this place, if it came.
    #[must_use]
    pub fn logo(&self, slot: usize) -> Option<&Logo> {
        self.logos.get(&self.offered.get(slot)?.look.logo.as_ref()?.uri)
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

#[cfg(test)]
#[path = "reception_tests.rs"]
mod tests;
