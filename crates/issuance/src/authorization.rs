//! The authorization code flow: what a wallet may ask for and by what it redeems its code (OID4VCI 1.0, 5; RFC 6749,
//! 4.1; RFC 7636; RFC 9126).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;

use crate::message::Language;
use crate::{Configuration, CredentialCopy, CredentialType, Status};

/// Life of a pushed request: time to find a phone and to sign in (RFC 9126, 2.2 names 600 as the usual longest).
pub const REQUEST_LIFETIME_SECONDS: i64 = 600;
/// Life of an authorization code. RFC 6749, 4.1.2 allows ten minutes; a wallet needs one redirect.
pub const AUTHORIZATION_CODE_LIFETIME_SECONDS: i64 = 60;
/// More configurations than a wallet could want at once.
pub const MAX_WANTED: usize = 16;

const MAX_STATE_BYTES: usize = 1024;
const MAX_SCOPE_BYTES: usize = 2048;
/// base64url of SHA-256 (RFC 7636, 4.2).
const CHALLENGE_CHARACTERS: usize = 43;
/// RFC 7636, 4.1.
const VERIFIER_CHARACTERS: std::ops::RangeInclusive<usize> = 43..=128;

/// A wallet that may use the authorization code flow. Whoever is sent a code must be known beforehand: a person who
/// follows a stranger's link and signs in would otherwise hand the stranger the credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub id: String,
    /// Shown to the person.
    pub name: String,
    /// Compared character by character (RFC 9700, 2.1), but for the port of a loopback address.
    pub redirect_uris: Vec<String>,
    /// Whether it must authenticate with a client attestation (HAIP 1.0, 4.4.1).
    pub is_attested: bool,
    /// Whether its tokens must be bound to a key (RFC 9449, 5.2).
    pub is_dpop_bound: bool,
}

/// The parameters of an authorization request as they arrived.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    pub response_type: Option<&'a str>,
    pub redirect_uri: Option<&'a str>,
    pub scope: Option<&'a str>,
    /// Configurations of `authorization_details`, when those are there.
    pub details: Option<&'a [Configuration]>,
    pub state: Option<&'a str>,
    pub code_challenge: Option<&'a str>,
    pub code_challenge_method: Option<&'a str>,
    /// Whether `issuer_state` named an offer of ours.
    pub has_offer: bool,
}

/// A request that keeps every rule which needs no database.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationRequest {
    pub client_id: String,
    pub redirect_uri: String,
    pub state: Option<String>,
    pub code_challenge: String,
    pub wanted: Wanted,
    /// The offer `issuer_state` named; a wallet-initiated request has none.
    pub offer_id: Option<String>,
    /// RFC 7638 thumbprint of the key to which the code is bound.
    pub dpop_jkt: Option<String>,
    /// What the person reads, where the wallet said it.
    pub language: Option<Language>,
}

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Everything the offer holds: neither scope nor details were sent.
    Offered,
    Scope(Vec<Configuration>),
    /// The token response then names credential identifiers (OID4VCI 1.0, 6.2). Scopes sent beside them are among these.
    Details(Vec<Configuration>),
}

/// An authorization code that was handed out and what it stands for.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    pub client_id: String,
    pub redirect_uri: String,
    pub code_challenge: String,
    pub wanted: Wanted,
    pub offer_id: String,
    pub dpop_jkt: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0} is too long or has the wrong form")]
    Form(&'static str),
    #[error("only the response type code is supported")]
    ResponseType,
    #[error("redirect_uri is not registered for this client")]
    RedirectUri,
    #[error("code_challenge_method must be S256")]
    ChallengeMethod,
    #[error("scope names no credential configuration of this issuer")]
    Scope,
}

/// Why an authorization code is not exchanged for a token; each one is `invalid_grant`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantRefusal {
    #[error("the code belongs to another client")]
    Client,
    #[error("redirect_uri differs from that of the authorization request")]
    RedirectUri,
    #[error("code_verifier does not fit code_challenge")]
    Verifier,
    #[error("the code is bound to another key")]
    Key,
}

impl Client {
    /// Checks a request of this client. `issued` are the types of credential this issuer has.
    pub fn check(
        &self,
        asked: &Asked<'_>,
        issued: &[CredentialType],
    ) -> Result<AuthorizationRequest, RequestFault> {
        let redirect_uri = asked.redirect_uri.ok_or(RequestFault::Missing("redirect_uri"))?;
        if !self
            .redirect_uris
            .iter()
            .any(|known| known == redirect_uri || is_on_some_port(known, redirect_uri))
        {
            return Err(RequestFault::RedirectUri);
        }
        match asked.response_type {
            None => return Err(RequestFault::Missing("response_type")),
            Some("code") => {}
            Some(_) => return Err(RequestFault::ResponseType),
        }
        let code_challenge = challenge(asked)?;
        if asked.state.is_some_and(|state| state.len() > MAX_STATE_BYTES) {
            return Err(RequestFault::Form("state"));
        }
        Ok(AuthorizationRequest {
            client_id: self.id.clone(),
            redirect_uri: redirect_uri.to_owned(),
            state: asked.state.map(str::to_owned),
            code_challenge,
            wanted: wanted(asked, issued)?,
            offer_id: None,
            dpop_jkt: None,
            language: None,
        })
    }
}

impl Grant {
    pub fn check(
        &self,
        client_id: &str,
        redirect_uri: &str,
        verifier: &str,
        dpop_jkt: Option<&str>,
    ) -> Result<(), GrantRefusal> {
        if self.client_id != client_id {
            return Err(GrantRefusal::Client);
        }
        if self.redirect_uri != redirect_uri {
            return Err(GrantRefusal::RedirectUri);
        }
        if !fits(verifier, &self.code_challenge) {
            return Err(GrantRefusal::Verifier);
        }
        if self.dpop_jkt.is_some() && self.dpop_jkt.as_deref() != dpop_jkt {
            return Err(GrantRefusal::Key);
        }
        Ok(())
    }
}

impl Wanted {
    /// The configurations asked for by name.
    #[must_use]
    pub fn named(&self) -> Option<&[Configuration]> {
        match self {
            Self::Offered => None,
            Self::Scope(list) | Self::Details(list) => Some(list),
        }
    }
}

impl std::fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthorizationRequest").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grant").field("offer_id", &self.offer_id).finish_non_exhaustive()
    }
}

/// Whether somebody may obtain credentials of this type without an offer, from the record alone. A certificate of
/// entitlement needs a proof of life and so always an offer, and so does what an officer enters.
#[must_use]
pub const fn is_self_service(kind: CredentialType) -> bool {
    match kind {
        CredentialType::StaffIdentity | CredentialType::Employment => true,
        CredentialType::TrainingCompletion
        | CredentialType::SecurityClearance
        | CredentialType::MedicalClearance
        | CredentialType::Separation
        | CredentialType::DigitalCertificateOfEntitlement => false,
    }
}

/// Whether what a person holds of a type speaks against another copy without asking an officer: whoever was suspended or
/// revoked does not undo that by signing in. Of each configuration only the latest issue counts.
#[must_use]
pub fn is_withdrawn(kind: CredentialType, copies: &[CredentialCopy]) -> bool {
    let later = |than: &CredentialCopy| {
        copies.iter().any(|it| it.configuration == than.configuration && it.issued_at > than.issued_at)
    };
    copies
        .iter()
        .filter(|copy| copy.configuration.credential_type == kind && copy.status != Status::Valid)
        .any(|copy| !later(copy))
}

/// RFC 8252, 7.3: an app on the person's machine listens where a port is free, so an address of a loopback interface that
/// was registered without a port has any.
fn is_on_some_port(known: &str, asked: &str) -> bool {
    ["http://127.0.0.1", "http://[::1]"].into_iter().any(|origin| {
        let (Some(path), Some(rest)) = (known.strip_prefix(origin), asked.strip_prefix(origin)) else {
            return false;
        };
        let Some(port) = rest.strip_prefix(':').and_then(|rest| rest.strip_suffix(path)) else {
            return false;
        };
        path.starts_with('/') && port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
    })
}

fn challenge(asked: &Asked<'_>) -> Result<String, RequestFault> {
    let challenge = asked.code_challenge.ok_or(RequestFault::Missing("code_challenge"))?;
    // RFC 7636, 4.3: without a method the challenge is plain, which tells the code's thief the verifier.
    if asked.code_challenge_method != Some("S256") {
        return Err(RequestFault::ChallengeMethod);
    }
    if challenge.len() != CHALLENGE_CHARACTERS || URL_SAFE_NO_PAD.decode(challenge).is_err() {
        return Err(RequestFault::Form("code_challenge"));
    }
    Ok(challenge.to_owned())
}

/// OID4VCI 1.0, 5.1.2: unknown scopes are ignored, and details win where both name the same.
fn wanted(asked: &Asked<'_>, issued: &[CredentialType]) -> Result<Wanted, RequestFault> {
    if asked.scope.is_some_and(|scope| scope.len() > MAX_SCOPE_BYTES) {
        return Err(RequestFault::Form("scope"));
    }
    let mut scoped: Vec<Configuration> = Vec::new();
    for name in asked.scope.unwrap_or_default().split(' ') {
        let known = name.parse().ok().filter(|it: &Configuration| issued.contains(&it.credential_type));
        scoped.extend(known.filter(|it| !scoped.contains(it)));
    }
    if let Some(details) = asked.details {
        let mut all = details.to_vec();
        all.extend(scoped.iter().filter(|it| !details.contains(it)));
        return if all.len() > MAX_WANTED {
            Err(RequestFault::Form("scope"))
        } else {
            Ok(Wanted::Details(all))
        };
    }
    match (asked.scope, asked.has_offer) {
        (None, true) => Ok(Wanted::Offered),
        (None | Some(_), _) if scoped.is_empty() || scoped.len() > MAX_WANTED => Err(RequestFault::Scope),
        (None | Some(_), _) => Ok(Wanted::Scope(scoped)),
    }
}

/// RFC 7636, 4.6.
fn fits(verifier: &str, challenge: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !VERIFIER_CHARACTERS.contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
        return false;
    }
    let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.as_ref()) == challenge
}

#[cfg(test)]
#[path = "authorization_tests.rs"]
mod tests;
