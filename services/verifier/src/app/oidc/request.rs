//! What an application asks for at the authorization endpoint (OpenID Connect Core 1.0, 3.1.2; RFC 6749, 4.1; RFC 7636).

use std::collections::{BTreeMap, BTreeSet};

use url::form_urlencoded;

use super::Client;

const MAX_STATE: usize = 1024;
const MAX_NONCE: usize = 512;
/// base64url of SHA-256 (RFC 7636, 4.2).
const CHALLENGE_CHARACTERS: usize = 43;
/// Gives the claims that the client is registered for; `openid` alone gives the subject only.
pub const PROFILE: &str = "profile";
pub const OPENID: &str = "openid";

/// The parameters as they arrived. One without a value counts as left out (RFC 6749, 3.1).
#[derive(Clone, Debug, Default)]
pub struct Asked {
    values: BTreeMap<String, String>,
    repeated: BTreeSet<String>,
}

/// A request that keeps every rule which needs no database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    pub redirect_uri: String,
    /// Those that were understood, separated by blanks.
    pub scope: String,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub code_challenge: String,
}

/// What the application is told at its redirect URI (OpenID Connect Core 1.0, 3.1.2.6; RFC 6749, 4.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub error: &'static str,
    pub description: &'static str,
}

impl Asked {
    /// Reads a query or a form.
    #[must_use]
    pub fn parse(encoded: &[u8]) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(encoded).filter(|(_, value)| !value.is_empty()) {
            if asked.values.insert(name.clone().into_owned(), value.into_owned()).is_some() {
                asked.repeated.insert(name.into_owned());
            }
        }
        asked
    }

    /// A parameter that was sent once.
    #[must_use]
    pub fn once(&self, name: &str) -> Option<&str> {
        self.values.get(name).filter(|_| !self.repeated.contains(name)).map(String::as_str)
    }

    /// The state to give back, also with a refusal.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.once("state").filter(|state| state.len() <= MAX_STATE)
    }

    /// Checks everything but client and redirect URI, which decide whether a refusal may be sent anywhere at all.
    pub fn check(&self, redirect_uri: &str) -> Result<SignIn, Refusal> {
        if !self.repeated.is_empty() {
            return Err(refusal("invalid_request", "a parameter was sent twice"));
        }
        self.check_unsupported()?;
        match self.once("response_type") {
            Some("code") => {}
            Some(_) => return Err(refusal("unsupported_response_type", "only code is supported")),
            None => return Err(refusal("invalid_request", "response_type is missing")),
        }
        let scope = self.scope()?;
        self.check_prompt()?;
        let code_challenge = self.code_challenge()?;
        let too_long = |name: &str, most| self.once(name).is_some_and(|value| value.len() > most);
        if too_long("state", MAX_STATE) || too_long("nonce", MAX_NONCE) {
            return Err(refusal("invalid_request", "state or nonce is too long"));
        }
        Ok(SignIn {
            redirect_uri: redirect_uri.to_owned(),
            scope,
            state: self.state().map(str::to_owned),
            nonce: self.once("nonce").map(str::to_owned),
            code_challenge,
        })
    }

    /// OpenID Connect Core 1.0, 6 and 7.2.1; OAuth 2.0 Multiple Response Types, 2.1.
    fn check_unsupported(&self) -> Result<(), Refusal> {
        for (parameter, error) in [
            ("request", "request_not_supported"),
            ("request_uri", "request_uri_not_supported"),
            ("registration", "registration_not_supported"),
        ] {
            if self.values.contains_key(parameter) {
                return Err(refusal(error, "this parameter is not supported"));
            }
        }
        match self.once("response_mode") {
            None | Some("query") => Ok(()),
            Some(_) => Err(refusal("invalid_request", "only the response mode query is supported")),
        }
    }

    /// Scopes that are not understood are ignored (OpenID Connect Core 1.0, 3.1.2.1).
    fn scope(&self) -> Result<String, Refusal> {
        let asked: BTreeSet<&str> = self.once("scope").unwrap_or_default().split(' ').collect();
        let known: Vec<&str> = [OPENID, PROFILE].into_iter().filter(|scope| asked.contains(scope)).collect();
        if known.contains(&OPENID) {
            Ok(known.join(" "))
        } else {
            Err(refusal("invalid_scope", "the scope openid is missing"))
        }
    }

    /// Nobody is ever signed in already, and `none` allows no page (OpenID Connect Core 1.0, 3.1.2.1).
    fn check_prompt(&self) -> Result<(), Refusal> {
        let prompts: Vec<&str> = self.once("prompt").unwrap_or_default().split(' ').collect();
        match prompts.as_slice() {
            ["none"] => Err(refusal("login_required", "the person presents a credential each time")),
            prompts if prompts.contains(&"none") => {
                Err(refusal("invalid_request", "the prompt none goes with no other"))
            }
            _ => Ok(()),
        }
    }

    /// Every client uses PKCE with S256 (RFC 9700, 2.1.1).
    fn code_challenge(&self) -> Result<String, Refusal> {
        if self.once("code_challenge_method") != Some("S256") {
            return Err(refusal("invalid_request", "code_challenge_method must be S256"));
        }
        let challenge = self.once("code_challenge").unwrap_or_default();
        let fits = challenge.len() == CHALLENGE_CHARACTERS
            && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !fits {
            return Err(refusal("invalid_request", "code_challenge is not one of S256"));
        }
        Ok(challenge.to_owned())
    }
}

impl Client {
    /// The redirect URI that was asked for, if it is registered, letter by letter (RFC 9700, 2.1).
    #[must_use]
    pub fn redirect_uri<'a>(&self, asked: &'a Asked) -> Option<&'a str> {
        asked.once("redirect_uri").filter(|uri| self.redirect_uris.iter().any(|known| known == uri))
    }
}

pub(super) const fn refusal(error: &'static str, description: &'static str) -> Refusal {
    Refusal { error, description }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const GOOD: &str = "response_type=code&scope=openid%20profile%20email&state=s&nonce=n&code_challenge_method=S256\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn error(query: &str) -> &'static str {
        Asked::parse(query.as_bytes()).check("https://app.example/").unwrap_err().error
    }

    #[test]
    fn good_request_keeps_what_comes_back() {
        let request = Asked::parse(GOOD.as_bytes()).check("https://app.example/").unwrap();
        assert_eq!(request.scope, "openid profile", "an unknown scope is ignored");
        assert_eq!((request.state.as_deref(), request.nonce.as_deref()), (Some("s"), Some("n")));
    }

    #[test]
    fn each_fault_has_its_code() {
        for (from, to, code) in [
            ("response_type=code", "response_type=", "invalid_request"),
            ("response_type=code", "response_type=token", "unsupported_response_type"),
            ("response_type=code", "response_type=code%20id_token", "unsupported_response_type"),
            ("openid%20profile", "profile", "invalid_scope"),
            ("=S256", "=plain", "invalid_request"),
            ("&code_challenge=E9", "&code_challenge=", "invalid_request"),
            ("-cM", ".cM", "invalid_request"),
            ("&nonce=n", "&nonce=n&nonce=m", "invalid_request"),
            ("&nonce=n", "&prompt=none", "login_required"),
            ("&nonce=n", "&prompt=none%20login", "invalid_request"),
            ("&nonce=n", "&request=x", "request_not_supported"),
            ("&nonce=n", "&request_uri=https://x.example", "request_uri_not_supported"),
            ("&nonce=n", "&registration=x", "registration_not_supported"),
            ("&nonce=n", "&response_mode=fragment", "invalid_request"),
        ] {
            let changed = GOOD.replacen(from, to, 1);
            assert_ne!(changed, GOOD);
            assert_eq!(error(&changed), code, "{to}");
        }
        assert_eq!(
            error(&format!("{GOOD}&nonce={}", "n".repeat(513)).replace("&nonce=n&", "&")),
            "invalid_request"
        );
    }

    #[test]
    fn parameter_sent_twice_is_not_believed() {
        let twice =
            Asked::parse(b"redirect_uri=https://a.example&redirect_uri=https://b.example&state=s&state=t");
        assert_eq!((twice.once("redirect_uri"), twice.state()), (None, None));
    }
}
