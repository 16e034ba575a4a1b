//! Permission by signing in at the issuer: the authorization code flow (OID4VCI 1.0, 5; RFC 6749, 4.1; RFC 7636; RFC 9126; RFC 9207).

use clock::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use wire::vci::OPENID_CREDENTIAL;

use super::{AuthorizationServer, Offered};
use crate::client::AccessToken;
use crate::encoding::base64url;

/// More than any server sends; an address has to hold it.
const MOST_CHARACTERS: usize = 4096;

/// What an offer, or the person's own wish, needs of the sign-in, and how far that is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorization {
    /// By which the issuer knows its offer again (5.1.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_state: Option<String>,
    /// A browser is on its way to the issuer, or was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// Of the answer that was redeemed: brought again, it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<String>,
    /// What the code was worth, until keys are proven with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<Granted>,
}

/// A request that was not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub state: String,
    /// RFC 7636, 4.1: without it a stolen code is worth nothing.
    pub verifier: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    pub access_token: AccessToken,
    pub expires_at: Timestamp,
}

/// Who asks: the wallet as the authorization server knows it.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    pub client_id: &'a str,
    pub redirect_uri: &'a str,
}

/// With what the browser came back (RFC 6749, 4.1.2; RFC 9207, 2).
#[derive(Clone, Debug, Default)]
pub struct AuthorizationAnswer {
    pub code: Option<String>,
    pub state: Option<String>,
    pub iss: Option<String>,
    pub error: Option<String>,
}

/// Why an answer counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    #[error("the answer is none of a sign-in that was begun here, or a later one took its place")]
    State,
    #[error("the answer comes from another server than the one that was asked")]
    Issuer,
    #[error("the person, or the issuer, said no")]
    Denied,
    #[error("the answer has neither a code nor an error")]
    Form,
}

impl Authorization {
    /// The parameters of a request for what is offered, which is pending from now on. Scopes where every credential has one (HAIP
    /// 1.0, 4.3), else details (5.1.1). `state` and `verifier` are 43 random characters or more.
    pub fn request(
        &mut self,
        offered: &[Offered],
        asking: Asking<'_>,
        state: String,
        verifier: String,
    ) -> Vec<(&'static str, String)> {
        let challenge = base64url(&Sha256::digest(verifier.as_bytes()));
        let mut parameters = vec![
            ("response_type", "code".to_owned()),
            ("client_id", asking.client_id.to_owned()),
            ("redirect_uri", asking.redirect_uri.to_owned()),
            ("state", state.clone()),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256".to_owned()),
            what(offered),
        ];
        parameters.extend(self.issuer_state.clone().map(|state| ("issuer_state", state)));
        self.pending = Some(Pending { state, verifier });
        self.granted = None;
        parameters
    }

    /// Whether this very answer was redeemed before.
    #[must_use]
    pub fn knows(&self, answer: &AuthorizationAnswer) -> bool {
        same(self.answered.as_deref(), answer.state.as_deref())
    }

    /// The code and its verifier. Whoever answers with an error ends the request as well.
    pub fn code<'a>(
        &'a self,
        answer: &'a AuthorizationAnswer,
        server: &AuthorizationServer,
    ) -> Result<(&'a str, &'a str), AnswerFault> {
        let pending = self.pending.as_ref().ok_or(AnswerFault::State)?;
        if !same(Some(&pending.state), answer.state.as_deref()) {
            return Err(AnswerFault::State);
        }
        // RFC 9207, 2.4: without it an answer of one server could be brought to another.
        if answer.iss.as_ref().map_or(server.names_itself, |iss| *iss != server.issuer) {
            return Err(AnswerFault::Issuer);
        }
        match (&answer.error, &answer.code) {
            (Some(_), _) => Err(AnswerFault::Denied),
            (None, Some(code)) if (1..=MOST_CHARACTERS).contains(&code.len()) => {
                Ok((code, &pending.verifier))
            }
            (None, _) => Err(AnswerFault::Form),
        }
    }

    /// The token that came for the code. The request is over.
    pub fn grant(&mut self, access_token: AccessToken, expires_at: Timestamp) {
        self.answered = self.pending.take().map(|pending| pending.state);
        self.granted = Some(Granted { access_token, expires_at });
    }
}

fn what(offered: &[Offered]) -> (&'static str, String) {
    let scopes: Option<Vec<&str>> = offered.iter().map(|one| one.scope.as_deref()).collect();
    if let Some(scopes) = scopes {
        return ("scope", scopes.join(" "));
    }
    let details: Vec<_> = offered
        .iter()
        .map(|one| json!({ "type": OPENID_CREDENTIAL, "credential_configuration_id": one.configuration_id }))
        .collect();
    ("authorization_details", json!(details).to_string())
}

/// By their digests, so that the time taken tells nothing of a guess.
fn same(known: Option<&str>, told: Option<&str>) -> bool {
    let digest = |text: &str| Sha256::digest(text.as_bytes());
    matches!((known, told), (Some(known), Some(told)) if digest(known) == digest(told))
}

#[cfg(test)]
#[path = "authorizing_tests.rs"]
mod tests;
