//! This service as an OAuth client of issuers. Every request to an authorization server goes out by [`Wallet::ask_server`], every one
//! that shows an access token by [`Wallet::ask_with_token`]: they add the proofs of the reception's key and the attestation of the
//! wallet, and answer what the server wants to read in these.

mod attesting;
mod remembered;

use holding::client::{AccessToken, ClientKey, dpop};
use holding::reception::Reception;
use outbound::Reply;
use url::Url;
use wire::vci::ErrorResponse;

pub use self::attesting::{ClientAttester, ClientAttesterError};
use self::remembered::Remembered;
use super::Wallet;
use super::fault::{Fault, RemoteFault};
use super::issuers::parse;
use super::offers::OfferError;

const JSON: &str = "application/json";
const DPOP: &str = "dpop";
/// Error codes of RFC 9449, 8 and 9, and of Attestation-Based Client Authentication, 6.2.
const USE_NONCE: &str = "use_dpop_nonce";
const USE_CHALLENGE: &str = "use_attestation_challenge";

/// What this service is called, who vouches for it, and what servers want to read in its next proofs.
pub struct Client {
    /// `client_id`, the same towards every issuer.
    pub id: String,
    /// Who attests, as issuers are told.
    pub provider: String,
    pub attester: Option<ClientAttester>,
    remembered: Remembered,
}

impl Client {
    #[must_use]
    pub fn new(id: String, provider: String, attester: Option<ClientAttester>) -> Self {
        Self { id, provider, attester, remembered: Remembered::default() }
    }
}

/// An access token, and the key that it is bound to, if it is.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    pub token: &'a AccessToken,
    pub key: Option<&'a ClientKey>,
}

impl<'a> Shown<'a> {
    /// The token of a reception.
    pub const fn of(reception: &'a Reception, token: &'a AccessToken) -> Self {
        Self { token, key: reception.client_key.as_ref() }
    }
}

/// Requests in the place of one: a nonce, a challenge, and another challenge after the nonce.
const MOST_REPEATS: usize = 3;

/// What a server wants to read in the proofs of the same request. None is met twice in a row, so that nobody is sent round in circles.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Demand {
    Nonce,
    Challenge,
}

impl Demand {
    /// RFC 9449, 8 and 9: with the code goes the nonce, in a header. A resource may name the code in `WWW-Authenticate` alone.
    fn of(reply: &Reply) -> Option<Self> {
        if !matches!(reply.status, 400 | 401) {
            return None;
        }
        let named = reply.json::<ErrorResponse>().ok().map(|refusal| refusal.error);
        let challenged = || {
            let said =
                reply.headers.get_all("www-authenticate").iter().filter_map(|value| value.to_str().ok());
            said.into_iter().any(|value| value.contains(&format!("error=\"{USE_NONCE}\"")))
        };
        match named.as_deref() {
            Some(USE_CHALLENGE) => reply.header(attesting::CHALLENGE).map(|_| Self::Challenge),
            Some(USE_NONCE) => reply.header(remembered::NONCE).map(|_| Self::Nonce),
            _ if challenged() => reply.header(remembered::NONCE).map(|_| Self::Nonce),
            _ => None,
        }
    }
}

/// Whether a server refused the proof of a request and not the token in it: then nothing is over, and the token may serve later.
pub(super) fn refused_the_proof(reply: &Reply) -> bool {
    let code = reply.json::<ErrorResponse>().map(|refusal| refusal.error);
    code.is_ok_and(|code| code == USE_NONCE || code == "invalid_dpop_proof")
}

impl Wallet {
    /// One request of a reception to its authorization server: to the token endpoint, or to that of pushed requests. When the server
    /// wants a nonce or a challenge first, the same form goes once more.
    pub(super) async fn ask_server(
        &self,
        reception: &Reception,
        address: &str,
        form: &[(&str, &str)],
    ) -> Result<Reply, OfferError> {
        let url = parse(address)?;
        let attested = self.attested(reception);
        let mut form = form.to_vec();
        // The attestation names the client; where the form does too, they agree.
        if attested.is_some() && !form.iter().any(|(name, _)| *name == "client_id") {
            form.push(("client_id", &self.client.id));
        }
        let mut met = Vec::new();
        loop {
            let mut headers = vec![("accept", JSON.to_owned())];
            if let Some(key) = reception.proving_key() {
                headers.push((DPOP, self.dpop_proof(key, &url, None)?));
            }
            if let Some(attested) = attested {
                headers.extend(self.attestation(attested, reception).await?);
            }
            let reply = self.outbound.post_form(&url, &form, &borrowed(&headers)).await;
            let reply = reply.map_err(RemoteFault::from)?;
            if !self.wants_more(reception.client_key.as_ref(), &url, &reply, &mut met)? {
                return Ok(reply);
            }
        }
    }

    /// One request that shows an access token, with the proof of its key where it is bound to one (RFC 9449, 7).
    pub(super) async fn ask_with_token(
        &self,
        shown: Shown<'_>,
        address: &str,
        (content_type, body): (&str, &[u8]),
    ) -> Result<Reply, OfferError> {
        let url = parse(address)?;
        let key = shown.key.filter(|_| shown.token.is_bound());
        let mut met = Vec::new();
        loop {
            let mut headers = vec![
                ("accept", format!("{JSON}, application/jwt")),
                ("authorization", shown.token.authorization()),
            ];
            if let Some(key) = key {
                headers.push((DPOP, self.dpop_proof(key, &url, Some(shown.token.as_str()))?));
            }
            let reply =
                self.outbound.post_bytes(&url, content_type, body.to_vec(), &borrowed(&headers)).await;
            let reply = reply.map_err(RemoteFault::from)?;
            if !self.wants_more(key, &url, &reply, &mut met)? {
                return Ok(reply);
            }
        }
    }

    /// Remembers what the next proofs are to say, also of an answer to a request without any (OID4VCI 1.0, 7.2).
    pub(super) fn hear(&self, key: Option<&ClientKey>, url: &Url, reply: &Reply) -> Result<(), Fault> {
        if let Some(key) = key {
            self.client.remembered.hear(&place(key, url)?, reply);
        }
        Ok(())
    }

    /// Whether the same request is to be sent again, with what the server has just asked for.
    fn wants_more(
        &self,
        key: Option<&ClientKey>,
        url: &Url,
        reply: &Reply,
        met: &mut Vec<Demand>,
    ) -> Result<bool, Fault> {
        self.hear(key, url, reply)?;
        let again = |demand: &Demand| met.last() != Some(demand) && met.len() < MOST_REPEATS;
        let demand = Demand::of(reply).filter(|demand| key.is_some() && again(demand));
        met.extend(demand);
        Ok(demand.is_some())
    }

    fn dpop_proof(&self, key: &ClientKey, url: &Url, token: Option<&str>) -> Result<String, Fault> {
        let nonce = self.client.remembered.nonce(&place(key, url)?);
        let jti = clock::token(self.entropy.as_ref());
        let request = dpop::Request { address: url, token, nonce: nonce.as_deref(), jti: &jti };
        Ok(dpop::proof(key, &request, self.now())?)
    }
}

/// Whose proofs to whom: what a server says to one key is no other's.
fn place(key: &ClientKey, url: &Url) -> Result<String, Fault> {
    Ok(format!("{} {}", key.public_key()?.jwk_thumbprint(), url.origin().ascii_serialization()))
}

fn borrowed<'a>(headers: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    headers.iter().map(|(name, value)| (*name, value.as_str())).collect()
}
