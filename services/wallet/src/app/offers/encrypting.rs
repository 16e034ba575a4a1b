//! Requests for credentials and their answers, encrypted on top of TLS where the issuer does so (OID4VCI 1.0, 10).

use credential::jwe::{DecryptionKey, Encryption, EncryptionFault, Recipient};
use holding::client::AccessToken;
use holding::reception::{Encrypting, Reception};
use outbound::Reply;
use serde_json::{Value, json};
use wire::vci::ErrorResponse;

use super::OfferError;
use crate::app::Wallet;
use crate::app::fault::RemoteFault;
use crate::app::oauth::Shown;

const JSON: &str = "application/json";
const JWT: &str = "application/jwt";
const PARAMETERS_REFUSED: &str = "invalid_encryption_parameters";

/// A request as it is sent, and the key that its answer comes to, if it is to come to one.
struct Sealed {
    content_type: &'static str,
    body: Vec<u8>,
    answer: Option<DecryptionKey>,
}

impl Wallet {
    /// One request to the credential endpoint or to the deferred one. The key for its answer lives as long as the request: whoever
    /// asks again has another.
    pub(in crate::app) async fn ask_encrypted(
        &self,
        reception: &Reception,
        token: &AccessToken,
        address: &str,
        request: Value,
    ) -> Result<Reply, OfferError> {
        let asked =
            self.ask_sealed(reception, token, address, (&request, reception.encrypting.as_ref())).await?;
        if asked.status != 400 || reception.encrypting.is_none() {
            return Ok(asked);
        }
        let refused = asked.json::<ErrorResponse>().is_ok_and(|refusal| refusal.error == PARAMETERS_REFUSED);
        if !refused {
            return Ok(asked);
        }
        // An offer may lie for weeks, and the issuer's key may have changed since it was opened.
        let (_, metadata) = self.described_issuer(&reception.endpoints.issuer).await?;
        let now = Encrypting::choose(&metadata)?;
        if now.is_none() || now == reception.encrypting {
            return Ok(asked);
        }
        self.ask_sealed(reception, token, address, (&request, now.as_ref())).await
    }

    async fn ask_sealed(
        &self,
        reception: &Reception,
        token: &AccessToken,
        address: &str,
        (request, encrypting): (&Value, Option<&Encrypting>),
    ) -> Result<Reply, OfferError> {
        let sealed = self.seal_request(request.clone(), encrypting)?;
        let body = (sealed.content_type, sealed.body.as_slice());
        let mut reply = self.ask_with_token(Shown::of(reception, token), address, body).await?;
        let Some(key) = sealed.answer.filter(|_| reply.is_success()) else { return Ok(reply) };
        // What came in the clear was read on its way, or written there.
        let message = std::str::from_utf8(&reply.body).ok().filter(|_| reply.content_type == JWT);
        let opened = message.and_then(|message| key.decrypt(message.trim_ascii()).ok());
        reply.body = opened.ok_or(RemoteFault::Form("encrypted credential response"))?.into();
        Ok(reply)
    }

    fn seal_request(
        &self,
        mut request: Value,
        encrypting: Option<&Encrypting>,
    ) -> Result<Sealed, OfferError> {
        let Some(encrypting) = encrypting else {
            return Ok(Sealed { content_type: JSON, body: request.to_string().into_bytes(), answer: None });
        };
        let mut answer = None;
        if let (Some(enc), Some(members)) = (&encrypting.answer, request.as_object_mut()) {
            let key = DecryptionKey::generate(self.entropy.as_ref());
            let wanted = json!({ "jwk": key.public_jwk(), "enc": enc });
            members.insert("credential_response_encryption".to_owned(), wanted);
            answer = Some(key);
        }
        let message = self.encrypted(&request.to_string(), encrypting);
        // The key stood in the issuer's metadata, and no more than its form was looked at.
        let message = message.map_err(|_| RemoteFault::Form("credential_request_encryption"))?;
        Ok(Sealed { content_type: JWT, body: message.into_bytes(), answer })
    }

    fn encrypted(&self, request: &str, to: &Encrypting) -> Result<String, EncryptionFault> {
        let recipient = Recipient::from_jwk(&to.jwk)?;
        recipient.encrypt(request.as_bytes(), Encryption::parse(&to.enc)?, self.entropy.as_ref())
    }
}
