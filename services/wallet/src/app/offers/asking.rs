//! What the wallet asks an issuer for: the offer, a token, nonces and credentials (OID4VCI 1.0, 4, 6, 7 and 8).

use std::collections::BTreeMap;

use chrono::Duration;
use clock::Timestamp;
use holding::client::AccessToken;
use holding::key_proof::attestation_of;
use holding::reception::{MAX_CREDENTIALS, OfferFault, ProofBy, Reception, Source};
use holding::request::plain_text;
use serde_json::Value;
use wire::vci::{
    CredentialOffer, ErrorResponse, NonceResponse, OPENID_CREDENTIAL, PRE_AUTHORIZED_CODE, REFRESH_TOKEN,
    TokenResponse,
};

use super::OfferError;
use crate::app::Wallet;
use crate::app::fault::RemoteFault;
use crate::app::issuers::parse;
use crate::app::oauth::refused_the_proof;

/// An access token without its own end is used this long.
const DEFAULT_TOKEN_SECONDS: u64 = 300;
const MAX_TX_CODE: usize = 64;
const MAX_REFRESH_TOKEN: usize = 4096;
const MAX_IDENTIFIER: usize = 512;

/// What a token endpoint grants.
pub(super) struct Permission {
    pub access_token: AccessToken,
    pub expires_at: Timestamp,
    pub refresh_token: Option<String>,
    /// Names of credentials, by configuration (6.2).
    pub identifiers: BTreeMap<String, String>,
}

/// What an issuer answered to a credential request.
pub(super) enum Answer {
    Credential(Box<wire::vci::CredentialResponse>),
    /// The organisation releases it later (OID4VCI 1.0, 8.3).
    Waits {
        transaction_id: String,
        seconds: Option<u64>,
    },
    NonceRefused,
    TokenRefused,
}

impl Wallet {
    pub(super) async fn fetch_offer(&self, source: &Source) -> Result<CredentialOffer, OfferError> {
        match source {
            Source::Chosen { .. } => Err(OfferError::SignInFirst),
            Source::Value(value) => {
                serde_json::from_value(value.clone()).map_err(|_| OfferFault::Form.into())
            }
            Source::Reference(uri) => {
                let url = parse(uri)?;
                let reply =
                    self.outbound.get(&url, "application/json", None).await.map_err(RemoteFault::from)?;
                match reply.status {
                    200 => Ok(reply.json().map_err(|_| RemoteFault::Form("credential offer"))?),
                    404 | 410 | 403 | 409 | 423 => Err(OfferError::Gone),
                    status => Err(RemoteFault::Status { status, code: None }.into()),
                }
            }
        }
    }

    /// OID4VCI 6.1. An offer by reference is fetched again for a code of its own, since codes live shortly
    /// and serve once.
    pub(super) async fn token(
        &self,
        reception: &Reception,
        tx_code: Option<&str>,
    ) -> Result<Permission, OfferError> {
        if reception.renews.is_some() {
            return self.refreshed_token(reception).await;
        }
        if let Some((token, expires_at)) = reception.granted(self.now()) {
            let access_token = token.clone();
            let identifiers = BTreeMap::new();
            return Ok(Permission { access_token, expires_at, refresh_token: None, identifiers });
        }
        if reception.signs_in {
            return Err(OfferError::SignInFirst);
        }
        let tx_code = tx_code.map(str::trim).filter(|code| !code.is_empty() && code.len() <= MAX_TX_CODE);
        if reception.transaction_code.is_some() && tx_code.is_none() {
            return Err(OfferError::TransactionCodeMissing);
        }
        let offer = self.fetch_offer(&reception.source).await?;
        if offer.credential_issuer != reception.endpoints.issuer {
            return Err(OfferFault::IssuerMismatch.into());
        }
        let grant = offer.grants.and_then(|grants| grants.pre_authorized_code).ok_or(OfferFault::Grant)?;
        let mut form = vec![
            ("grant_type", PRE_AUTHORIZED_CODE),
            ("pre-authorized_code", grant.pre_authorized_code.as_str()),
        ];
        if let (Some(code), Some(_)) = (tx_code, &grant.tx_code) {
            form.push(("tx_code", code));
        }
        let reply = self.ask_token(reception, &form).await?;
        if reply.status != 200 {
            let refusal: Option<ErrorResponse> = reply.json().ok();
            return Err(match refusal {
                // 6.3: a wrong transaction code and a dead code share this error.
                Some(refusal) if refusal.error == "invalid_grant" && grant.tx_code.is_some() => {
                    OfferError::TransactionCodeRefused
                }
                Some(refusal) if refusal.error == "invalid_grant" => OfferError::Gone,
                Some(refusal) if reply.status < 500 => OfferError::IssuerRefused(sentence(&refusal)),
                _ => RemoteFault::Status { status: reply.status, code: None }.into(),
            });
        }
        self.permission(reception, reply.json().map_err(|_| RemoteFault::Form("token response"))?)
    }

    /// RFC 6749, 6.
    async fn refreshed_token(&self, reception: &Reception) -> Result<Permission, OfferError> {
        let refresh_token = reception.refresh_token.as_deref().ok_or(OfferError::RenewalOver)?;
        let form = [("grant_type", REFRESH_TOKEN), ("refresh_token", refresh_token)];
        let reply = self.ask_token(reception, &form).await?;
        if reply.status != 200 {
            return Err(match reply.json::<ErrorResponse>() {
                Ok(refusal) if refusal.error == "invalid_grant" => OfferError::RenewalOver,
                Ok(refusal) if reply.status < 500 => OfferError::IssuerRefused(sentence(&refusal)),
                _ => RemoteFault::Status { status: reply.status, code: None }.into(),
            });
        }
        self.permission(reception, reply.json().map_err(|_| RemoteFault::Form("token response"))?)
    }

    /// One request to the token endpoint.
    pub(super) async fn ask_token(
        &self,
        reception: &Reception,
        form: &[(&str, &str)],
    ) -> Result<outbound::Reply, OfferError> {
        self.ask_server(reception, &reception.endpoints.token, form).await
    }

    pub(super) fn permission(
        &self,
        reception: &Reception,
        token: TokenResponse,
    ) -> Result<Permission, OfferError> {
        let identifiers = identifiers(&token);
        let proven = reception.proving_key().is_some();
        let granted = AccessToken::granted(token.access_token, &token.token_type, proven);
        let seconds =
            if token.expires_in == 0 { DEFAULT_TOKEN_SECONDS } else { token.expires_in.min(86_400) };
        let usable = |token: &String| !token.is_empty() && token.len() <= MAX_REFRESH_TOKEN;
        Ok(Permission {
            access_token: granted.map_err(|_| RemoteFault::Form("token type"))?,
            expires_at: self.now() + Duration::seconds(i64::try_from(seconds).unwrap_or(300)),
            refresh_token: token.refresh_token.filter(usable),
            identifiers,
        })
    }

    /// OID4VCI 1.0, 7.
    pub(super) async fn nonce(&self, reception: &Reception) -> Result<Option<String>, OfferError> {
        let Some(endpoint) = &reception.endpoints.nonce else { return Ok(None) };
        let url = parse(endpoint)?;
        let reply = self
            .outbound
            .post_bytes(&url, "application/x-www-form-urlencoded", Vec::new(), &[])
            .await
            .map_err(RemoteFault::from)?;
        self.hear(reception.client_key.as_ref(), &url, &reply)?;
        if !reply.is_success() {
            return Err(RemoteFault::Status { status: reply.status, code: None }.into());
        }
        let answer: NonceResponse = reply.json().map_err(|_| RemoteFault::Form("nonce response"))?;
        Ok(Some(answer.c_nonce))
    }

    pub(super) async fn request_credential(
        &self,
        reception: &Reception,
        slot: usize,
        access_token: &AccessToken,
        made: &[Value],
    ) -> Result<Answer, OfferError> {
        let offered = reception.offered.get(slot).ok_or(OfferError::Unknown)?;
        // 8.2: by its identifier where the token names one, and by nothing else then.
        let mut body = match reception.identifiers.get(&offered.configuration_id) {
            Some(identifier) => serde_json::json!({ "credential_identifier": identifier }),
            None => serde_json::json!({ "credential_configuration_id": offered.configuration_id }),
        };
        if let (true, Some(members)) = (offered.needs_proof, body.as_object_mut()) {
            let attested = made.first().filter(|_| offered.attestation_alone).and_then(Value::as_str);
            let proofs = match (attested, &offered.proof.by) {
                // What the person signed stays here; the issuer takes the word of who vouches for the key.
                (Some(proof), _) => serde_json::json!({ "attestation": [attestation_of(proof)] }),
                (None, ProofBy::Jwt(_)) => serde_json::json!({ "jwt": made }),
                (None, ProofBy::Presentation { .. }) => serde_json::json!({ "di_vp": made }),
            };
            members.insert("proofs".to_owned(), proofs);
        }
        let reply =
            self.ask_encrypted(reception, access_token, &reception.endpoints.credential, body).await?;
        match reply.status {
            200 => {
                let answer = reply.json().map_err(|_| RemoteFault::Form("credential response"))?;
                Ok(Answer::Credential(Box::new(answer)))
            }
            202 => {
                let answer: wire::vci::CredentialResponse =
                    reply.json().map_err(|_| RemoteFault::Form("credential response"))?;
                let transaction_id = answer.transaction_id.filter(|_| reception.endpoints.deferred.is_some());
                let transaction_id = transaction_id.ok_or(RemoteFault::Form("credential response"))?;
                Ok(Answer::Waits { transaction_id, seconds: answer.interval })
            }
            401 if refused_the_proof(&reply) => Err(RemoteFault::Status { status: 401, code: None }.into()),
            401 => Ok(Answer::TokenRefused),
            status => match reply.json::<ErrorResponse>() {
                Ok(refusal) if refusal.error == "invalid_nonce" => Ok(Answer::NonceRefused),
                Ok(refusal) if refusal.error == "invalid_token" => Ok(Answer::TokenRefused),
                Ok(refusal) if status < 500 => Err(OfferError::IssuerRefused(sentence(&refusal))),
                _ => Err(RemoteFault::Status { status, code: None }.into()),
            },
        }
    }
}

/// The first name that a token gives each configuration; whoever has several of one kind gets one.
fn identifiers(token: &TokenResponse) -> BTreeMap<String, String> {
    let named = token.authorization_details.iter().take(MAX_CREDENTIALS).filter_map(|detail| {
        let identifier = detail.credential_identifiers.first()?;
        let fits = identifier.len() <= MAX_IDENTIFIER && detail.kind == OPENID_CREDENTIAL;
        fits.then(|| (detail.credential_configuration_id.clone(), identifier.clone()))
    });
    named.collect()
}

/// A stranger's words, fit to be shown.
pub(super) fn sentence(refusal: &ErrorResponse) -> String {
    let text = refusal.error_description.as_deref().unwrap_or(&refusal.error);
    plain_text(text, 200)
}
