//! A wallet's answer in the clear, whether it came as a form or in a JWE (OpenID4VP 1.0, 8.2 and 8.3).

use credential::jwe::DecryptionKey;
use serde_json::Value;
use wire::amr::Methods;
use wire::representative::Representative;
use wire::vp::{DirectPost, EncryptedAnswer};

use super::responses::ResponseError;

/// Levels of nesting in a `vp_token`.
const MAX_DEPTH: usize = 32;

/// What the wallet said, not yet held against what it was asked.
pub(super) struct PlainAnswer {
    pub state: String,
    pub token: Option<Value>,
    pub receipts: Option<Value>,
    pub error: Option<String>,
    /// How the wallet says that it was opened.
    pub opened_by: Methods,
    /// As what somebody acted for the holder, as the wallet says.
    pub representative: Option<Representative>,
}

impl PlainAnswer {
    /// The form of `direct_post`: `vp_token` is JSON in text.
    pub(super) fn of_form(form: &DirectPost) -> Result<Self, ResponseError> {
        let token = form.vp_token.as_deref().map(json).transpose()?;
        let opened_by = form.amr.as_deref().filter(|text| !text.trim().is_empty());
        let opened_by = opened_by.map(|text| json(text).map_err(|_| ResponseError::Methods)).transpose()?;
        let receipts = form.anchor_receipts.as_deref().filter(|text| !text.trim().is_empty());
        Ok(Self {
            state: form.state.clone().unwrap_or_default(),
            token,
            receipts: receipts.map(|text| json(text).map_err(|_| ResponseError::Receipts)).transpose()?,
            error: form.error.clone(),
            opened_by: methods(opened_by.as_ref())?,
            representative: representative(form.representative.as_deref())?,
        })
    }

    /// The form of `direct_post.jwt`. A wallet that cannot encrypt may say so in the clear, and nothing else.
    pub(super) fn of_encrypted(form: &DirectPost, key: &DecryptionKey) -> Result<Self, ResponseError> {
        let Some(message) = &form.response else {
            return match (&form.error, &form.vp_token) {
                (Some(_), None) => Self::of_form(form),
                _ => Err(ResponseError::NotEncrypted),
            };
        };
        if form.vp_token.is_some() || form.error.is_some() {
            return Err(ResponseError::Mixed);
        }
        let plain = key.decrypt(message)?;
        let answer: EncryptedAnswer =
            web::json::parse(&plain, MAX_DEPTH).map_err(|fault| ResponseError::Json(fault.to_string()))?;
        Ok(Self {
            state: answer.state.unwrap_or_default(),
            token: answer.vp_token,
            receipts: answer.anchor_receipts,
            error: answer.error,
            opened_by: methods(answer.amr.as_ref())?,
            representative: representative(answer.representative.as_deref())?,
        })
    }
}

/// None said is silence.
fn methods(said: Option<&Value>) -> Result<Methods, ResponseError> {
    said.map_or(Ok(Methods::default()), |said| Methods::of_value(said).ok_or(ResponseError::Methods))
}

/// As with [`methods`], an empty field of a form is silence.
fn representative(said: Option<&str>) -> Result<Option<Representative>, ResponseError> {
    let said = said.map(str::trim).filter(|text| !text.is_empty());
    said.map(|text| Representative::of_text(text).ok_or(ResponseError::Representative)).transpose()
}

fn json(text: &str) -> Result<Value, ResponseError> {
    web::json::parse(text.as_bytes(), MAX_DEPTH).map_err(|fault| ResponseError::Json(fault.to_string()))
}
