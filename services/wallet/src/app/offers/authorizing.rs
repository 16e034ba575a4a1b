//! Signing in at an issuer: the wallet asks, the browser goes there and comes back, the code is redeemed (OID4VCI 1.0, 5).
//!
//! What is asked is stored before anybody hears of it, so that an answer finds its request whatever happened in between. The code is
//! redeemed as soon as it is here, since it lives shortly, and the page goes on with the token.

use holding::client::ClientKey;
use holding::reception::{AnswerFault, Asking, AuthorizationAnswer, Progress};
use language::Language;
use url::Url;
use wire::vci::{AUTHORIZATION_CODE, ErrorResponse, PushedAuthorizationResponse};

use super::asking::{Permission, sentence};
use super::{OfferError, OfferState};
use crate::app::fault::RemoteFault;
use crate::app::issuers::parse;
use crate::app::{Person, Wallet};

/// The page at which a browser comes back.
pub const RETURN_PATH: &str = "/authorized";
const MOST_STATE: usize = 256;
/// An address longer than this is cut by some browser or server on the way.
const LONGEST_ADDRESS: usize = 8_000;

impl Wallet {
    /// Where the browser goes to sign in for an offer. Asked again, the earlier request is over.
    pub async fn begin_authorization(
        &self,
        person: &Person,
        id: &str,
        spoken: Language,
    ) -> Result<Url, OfferError> {
        if person.desk.is_some() {
            return Err(OfferError::AtDesk);
        }
        let mut offer = self.offer(person, id).await?;
        offer.reception.make_client_key(self.entropy.as_ref());
        let server = offer.reception.server.clone();
        let begun = matches!(offer.reception.progress, Progress::Opened | Progress::Signing { .. });
        let (Some(authorization), Some(endpoint), true) =
            (&mut offer.reception.authorization, &server.authorization, begun)
        else {
            return Err(OfferError::Gone);
        };
        let redirect_uri = self.redirect_uri();
        let asking = Asking { client_id: &self.client.id, redirect_uri: &redirect_uri };
        let (secret, verifier) = (clock::token(self.entropy.as_ref()), clock::token(self.entropy.as_ref()));
        let state = format!("{id}.{secret}");
        let mut parameters = authorization.request(&offer.reception.offered, asking, state, verifier);
        // Who reads Arabic here reads it there as well, where the issuer can (OpenID Connect Core 1.0, 3.1.2.1).
        parameters.push(("ui_locales", spoken.code().to_owned()));
        let offer = self.keep_offer("begin_authorization", person, offer).await?;
        let mut address = parse(endpoint)?;
        match &server.pushed {
            None => {
                address.query_pairs_mut().extend_pairs(&parameters);
                // What is pushed comes with a proof; here the key is named (RFC 9449, 10).
                if let Some(Ok(key)) = offer.reception.proving_key().map(ClientKey::public_key) {
                    address.query_pairs_mut().append_pair("dpop_jkt", &key.jwk_thumbprint());
                }
            }
            Some(pushed) => {
                let request_uri = self.push(&offer, pushed, &parameters).await?;
                let named = [("client_id", self.client.id.as_str()), ("request_uri", &request_uri)];
                address.query_pairs_mut().extend_pairs(named);
            }
        }
        if address.as_str().len() > LONGEST_ADDRESS {
            return Err(RemoteFault::Form("authorization request").into());
        }
        Ok(address)
    }

    /// Takes that with which the browser came back. The same answer again is the same offer.
    pub async fn take_authorization(
        &self,
        person: &Person,
        answer: &AuthorizationAnswer,
    ) -> Result<OfferState, OfferError> {
        let state = answer.state.as_deref().filter(|state| state.len() <= MOST_STATE);
        let (id, _) = state.and_then(|state| state.split_once('.')).ok_or(AnswerFault::State)?;
        let offer = match self.offer(person, id).await {
            Err(OfferError::Unknown) => return Err(AnswerFault::State.into()),
            other => other?,
        };
        let authorization = offer.reception.authorization.as_ref().ok_or(AnswerFault::State)?;
        if authorization.knows(answer) {
            return Ok(offer);
        }
        match authorization.code(answer, &offer.reception.server) {
            Ok((code, verifier)) => {
                let redeemed = self.redeem(&offer, code, verifier).await;
                self.keep_grant(person, offer, redeemed).await
            }
            Err(AnswerFault::Denied) => {
                self.end_request(person, offer).await?;
                Err(AnswerFault::Denied.into())
            }
            Err(fault) => Err(fault.into()),
        }
    }

    /// RFC 6749, 4.1.3.
    async fn redeem(&self, offer: &OfferState, code: &str, verifier: &str) -> Result<Permission, OfferError> {
        let redirect_uri = self.redirect_uri();
        let form = [
            ("grant_type", AUTHORIZATION_CODE),
            ("code", code),
            ("code_verifier", verifier),
            ("redirect_uri", redirect_uri.as_str()),
            ("client_id", self.client.id.as_str()),
        ];
        let reply = self.ask_token(&offer.reception, &form).await?;
        if reply.status == 200 {
            return self.permission(
                &offer.reception,
                reply.json().map_err(|_| RemoteFault::Form("token response"))?,
            );
        }
        Err(match reply.json::<ErrorResponse>() {
            Ok(refusal) if reply.status < 500 && refusal.error == "invalid_grant" => OfferError::SignInFirst,
            Ok(refusal) if reply.status < 500 => OfferError::IssuerRefused(sentence(&refusal)),
            _ => RemoteFault::Status { status: reply.status, code: None }.into(),
        })
    }

    /// What a code was worth. One that the issuer does not take is of no more use, and the person signs in anew; where it could not
    /// be asked, the same answer may be brought again.
    async fn keep_grant(
        &self,
        person: &Person,
        mut offer: OfferState,
        redeemed: Result<Permission, OfferError>,
    ) -> Result<OfferState, OfferError> {
        let permission = match redeemed {
            Err(error @ (OfferError::SignInFirst | OfferError::IssuerRefused(_))) => {
                self.end_request(person, offer).await?;
                return Err(error);
            }
            other => other?,
        };
        if let Some(authorization) = &mut offer.reception.authorization {
            authorization.grant(permission.access_token, permission.expires_at);
        }
        if permission.refresh_token.is_some() {
            offer.reception.refresh_token = permission.refresh_token;
        }
        offer.reception.identifiers = permission.identifiers;
        // A token that was got before this one is not used any more.
        offer.reception.progress = Progress::Opened;
        self.keep_offer("keep_grant", person, offer).await
    }

    /// The permission that somebody signed in for is over: the page leads to the sign-in again.
    pub(super) async fn forget_grant(
        &self,
        person: &Person,
        mut offer: OfferState,
    ) -> Result<OfferError, OfferError> {
        let authorization = offer.reception.authorization.as_mut();
        if authorization.is_some_and(|authorization| authorization.granted.take().is_some()) {
            self.keep_offer("forget_grant", person, offer).await?;
        }
        Ok(OfferError::SignInFirst)
    }

    async fn end_request(&self, person: &Person, mut offer: OfferState) -> Result<(), OfferError> {
        if let Some(authorization) = &mut offer.reception.authorization {
            authorization.pending = None;
        }
        self.keep_offer("end_authorization", person, offer).await.map(drop)
    }

    /// RFC 9126, 2: the request goes beforehand, and its name with the browser.
    async fn push(
        &self,
        offer: &OfferState,
        endpoint: &str,
        parameters: &[(&'static str, String)],
    ) -> Result<String, OfferError> {
        let form: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = self.ask_server(&offer.reception, endpoint, &form).await?;
        match reply.status {
            200 | 201 => {
                let pushed: PushedAuthorizationResponse =
                    reply.json().map_err(|_| RemoteFault::Form("pushed authorization response"))?;
                Ok(pushed.request_uri)
            }
            status => Err(match reply.json::<ErrorResponse>() {
                Ok(refusal) if status < 500 => OfferError::IssuerRefused(sentence(&refusal)),
                _ => RemoteFault::Status { status, code: None }.into(),
            }),
        }
    }

    fn redirect_uri(&self) -> String {
        format!("{}{RETURN_PATH}", self.origin)
    }
}
