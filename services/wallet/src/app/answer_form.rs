//! The form in which an answer goes out (OpenID4VP 1.0, 8.2 and 8.3): in the clear, or as a JWE to the verifier's key.

use credential::jwe::{Encryption, Recipient};
use holding::request::Request;
use serde_json::Value;
use wire::vp::EncryptedAnswer;

use super::Wallet;
use super::fault::Fault;

/// Fields of a form, in order.
pub(super) type Form = Vec<(String, String)>;

impl Wallet {
    /// The answer to a request, with the state it named. A refusal is encrypted like everything else: who says no to whom is
    /// nobody's business on the way.
    pub(super) fn answer_form(&self, request: &Request, answer: EncryptedAnswer) -> Result<Form, Fault> {
        let answer = EncryptedAnswer { state: request.state.clone(), ..answer };
        let Some(to) = &request.encryption else { return Ok(in_the_clear(answer)) };
        let plain = serde_json::to_vec(&answer)?;
        let cannot = |fault: credential::jwe::EncryptionFault| Fault::Prepare(fault.to_string());
        let recipient = Recipient::from_jwk(&to.jwk).map_err(cannot)?;
        let encryption = Encryption::parse(&to.enc).map_err(cannot)?;
        let message = recipient.encrypt(&plain, encryption, self.entropy.as_ref()).map_err(cannot)?;
        Ok(vec![("response".to_owned(), message)])
    }
}

/// Members that are objects are JSON in their field.
fn in_the_clear(answer: EncryptedAnswer) -> Form {
    let json = |value: Value| value.to_string();
    [
        ("vp_token", answer.vp_token.map(json)),
        ("error", answer.error),
        ("error_description", answer.error_description),
        ("state", answer.state),
        ("anchor_receipts", answer.anchor_receipts.map(json)),
        ("amr", answer.amr.map(json)),
        ("representative", answer.representative),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}
