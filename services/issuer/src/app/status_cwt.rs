//! Token Status Lists as CWT, for those who ask for them.
//!
//! A list has one digest on the chain, that of its JWT. The CWT says the same as the version that is served and is
//! signed when it is first asked for; whoever wants the chain's word for the bytes takes the JWT.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential::jwt;
use credential::status_list_cwt::{self, StatusListToken};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::status::ListError;
use super::{Issuer, ServedList, Tenant};

const MEDIA_TYPE: &str = "application/statuslist+cwt";
/// Each takes up to a few hundred kilobytes.
const KEPT: usize = 32;

/// What was signed, by the digest of the JWT that says the same.
#[derive(Default)]
pub(crate) struct SignedCwts(Mutex<BTreeMap<[u8; 32], ServedList>>);

/// The form in which a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListForm {
    /// As its digest stands on the chain.
    OnChain,
    Cwt,
}

impl Issuer {
    /// A list in the form that was asked for. Only a Token Status List has another than that on the chain.
    pub async fn find_list_as(
        &self,
        tenant: &Tenant,
        list: &str,
        form: ListForm,
    ) -> Result<ServedList, ListError> {
        let served = self.find_served_list(tenant, list).await?;
        self.in_form(tenant, served, form).await
    }

    pub(super) async fn in_form(
        &self,
        tenant: &Tenant,
        served: ServedList,
        form: ListForm,
    ) -> Result<ServedList, ListError> {
        match form {
            ListForm::OnChain => Ok(served),
            ListForm::Cwt => self.as_cwt(tenant, served).await,
        }
    }

    async fn as_cwt(&self, tenant: &Tenant, served: ServedList) -> Result<ServedList, ListError> {
        if let Some(kept) = self.cwts.find(&served.digest) {
            return Ok(kept);
        }
        let text = std::str::from_utf8(&served.document).unwrap_or_default();
        let Some(token) = jwt::decode(text).ok().and_then(|token| read(&token.claims)) else {
            return Ok(served);
        };
        let keys = tenant.keys().ok_or(ListError::NoKeys)?;
        let document = status_list_cwt::sign(&token, &keys.p256).await?;
        let digest = Sha256::digest(&document).into();
        let made = ServedList { media_type: MEDIA_TYPE, document, digest };
        Ok(self.cwts.keep(served.digest, made))
    }
}

/// The claims of a token that this service signed.
fn read(claims: &Map<String, Value>) -> Option<StatusListToken> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| claims.get(name).and_then(Value::as_i64);
    let list = claims.get("status_list")?;
    Some(StatusListToken {
        issuer: text("iss"),
        subject: text("sub")?,
        issued_at: number("iat")?,
        expires: number("exp"),
        ttl_seconds: number("ttl"),
        bits: u8::try_from(list.get("bits")?.as_u64()?).ok()?,
        list: URL_SAFE_NO_PAD.decode(list.get("lst")?.as_str()?).ok()?,
    })
}

impl SignedCwts {
    fn find(&self, of: &[u8; 32]) -> Option<ServedList> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(of).cloned()
    }

    /// Of two that were signed at the same time the first stays, so that its tag does.
    fn keep(&self, of: [u8; 32], made: ServedList) -> ServedList {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT && !kept.contains_key(&of) {
            kept.clear();
        }
        kept.entry(of).or_insert(made).clone()
    }
}
