//! `private_key_jwt`: a client signs for each token request that it is the client (RFC 7521, 4.2; RFC 7523, 2.2 and 3).
//!
//! Stricter than RFC 7523 where its revision (draft-ietf-oauth-rfc7523bis) or OpenID Connect Core 1.0, 9 is: one audience,
//! which is this service, and a `jti` that is good once.

use chrono::Duration;
use clock::Timestamp;
use credential::jwt;
use serde_json::{Map, Value};
use store_verifier::Client;

use super::{ClientError, Desk, TokenGrant, sha256};

/// The only value of `client_assertion_type` that is known here.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const MAX_BYTES: usize = 8 * 1024;
const MAX_JTI_BYTES: usize = 256;
/// Used assertions are remembered until they end, so none may live long.
const LONGEST_SECONDS: i64 = 10 * 60;
/// How far the clocks of two honest machines may be apart.
const SKEW_SECONDS: i64 = 60;
/// What `typ` may say, where it is there.
const TYPES: [&str; 3] = ["", "JWT", "client-authentication+jwt"];

/// Why an assertion is refused; each one is `invalid_client` (RFC 7521, 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionFault {
    #[error("the assertion is not a JWT signed with ES256 or EdDSA")]
    Form,
    #[error("iss and sub of the assertion must both be the client, and client_id the same where it is sent")]
    Client,
    #[error("the client is unknown, or none of its keys made the signature")]
    Key,
    #[error("aud of the assertion must be this token endpoint or this service, and nothing else")]
    Audience,
    #[error(
        "the assertion has expired, is not yet valid, has no exp, or lives longer than {LONGEST_SECONDS} seconds"
    )]
    Dates,
    #[error("jti of the assertion is missing or too long")]
    Jti,
    #[error("the assertion was used before")]
    Used,
}

/// An assertion that holds. Whether it was used before is not yet known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assertion {
    pub client: String,
    /// Under what its use is remembered, and until when.
    pub fingerprint: Vec<u8>,
    pub ends: Timestamp,
}

impl Desk {
    /// A token for a client that shows its key. The use of the assertion and the token are one transaction.
    pub(super) async fn grant_token_by_assertion(
        &self,
        assertion: &str,
        client_id: Option<&str>,
        scope: Option<&str>,
    ) -> Result<TokenGrant, ClientError> {
        let now = self.now();
        let shown = self.check_assertion(assertion, client_id, now)?;
        let found: Option<Client> = self.store.read().await?.find_client(&shown.client).await?;
        let client = found.ok_or(AssertionFault::Key)?;
        let (token, grant) = self.new_token(&client, scope)?;
        let mut tx = self.store.write("grant_token_by_assertion").await?;
        if !tx.spend_assertion(&shown.fingerprint, shown.ends).await? {
            return Err(AssertionFault::Used.into());
        }
        tx.insert_token(&token).await?;
        tx.commit().await?;
        Ok(grant)
    }

    /// RFC 7523, 3, all but the use.
    fn check_assertion(
        &self,
        assertion: &str,
        client_id: Option<&str>,
        now: Timestamp,
    ) -> Result<Assertion, AssertionFault> {
        if assertion.len() > MAX_BYTES {
            return Err(AssertionFault::Form);
        }
        let unverified = jwt::decode(assertion).map_err(|_| AssertionFault::Form)?;
        let typ = unverified.header.get("typ").map_or(Some(""), Value::as_str);
        let typ = typ.filter(|typ| TYPES.contains(typ)).ok_or(AssertionFault::Form)?;
        let client = client_of(&unverified.claims, client_id)?;
        let keys = self.key_client(client).map(|client| client.keys.as_slice()).unwrap_or_default();
        // Signature first, so that only its owner learns what else is wrong with it.
        let signed = keys.iter().find_map(|key| match jwt::verify_with_key(assertion, typ, key, now) {
            Ok(verified) => Some(Ok(verified.claims)),
            Err(fault) if fault.check == credential::CheckName::Validity => Some(Err(AssertionFault::Dates)),
            Err(_) => None,
        });
        let claims = signed.ok_or(AssertionFault::Key)??;
        if !self.is_meant(&claims) {
            return Err(AssertionFault::Audience);
        }
        let ends = end(&claims, now).ok_or(AssertionFault::Dates)?;
        let jti = text(&claims, "jti").filter(|jti| (1..=MAX_JTI_BYTES).contains(&jti.len()));
        let jti = jti.ok_or(AssertionFault::Jti)?;
        let fingerprint = sha256(format!("assertion\n{client}\n{jti}").as_bytes());
        Ok(Assertion { client: client.to_owned(), fingerprint, ends })
    }

    /// RFC 7523, 3, (3): the token endpoint or the service, and nobody besides.
    fn is_meant(&self, claims: &Map<String, Value>) -> bool {
        let audience = match claims.get("aud") {
            Some(Value::String(one)) => Some(one.as_str()),
            Some(Value::Array(all)) => all.first().filter(|_| all.len() == 1).and_then(Value::as_str),
            _ => None,
        };
        let origin = &self.settings.public_origin;
        audience.is_some_and(|one| one == origin || one.strip_prefix(origin.as_str()) == Some("/oauth/token"))
    }
}

/// RFC 7523, 3, (1) and (2); RFC 7521, 4.2: `client_id` is not needed, and must not say otherwise.
fn client_of<'a>(claims: &'a Map<String, Value>, client_id: Option<&str>) -> Result<&'a str, AssertionFault> {
    let (issuer, subject) = (text(claims, "iss"), text(claims, "sub"));
    let client = subject.filter(|subject| issuer == Some(*subject)).ok_or(AssertionFault::Client)?;
    let same = client_id.is_none_or(|sent| sent == client);
    same.then_some(client).ok_or(AssertionFault::Client)
}

/// RFC 7523, 3, (4) and (6). `exp` and `nbf` were held against the time with the signature.
fn end(claims: &Map<String, Value>, now: Timestamp) -> Option<Timestamp> {
    let ends = jwt::numeric_date(claims, "exp")?;
    let made = jwt::numeric_date(claims, "iat").unwrap_or(now);
    let sound = ends <= now + Duration::seconds(LONGEST_SECONDS + SKEW_SECONDS)
        && made <= now + Duration::seconds(SKEW_SECONDS);
    sound.then_some(ends)
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}
