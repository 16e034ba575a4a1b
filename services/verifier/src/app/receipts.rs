//! Receipts: the report without claims, signed by the verifier, for the agency and for the person.
//!
//! A receipt is a JWT (RFC 7519) of type `verification-receipt+jwt`, so that any JOSE library can check it with the
//! key in the verifier's DID document. It says that this answer was checked then, under this policy, with this result
//! and on this evidence. What the person revealed is not in it; the answer itself is named by its digest.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential::jwt;
use keys::SignError;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use store_verifier::{StoreError, Verification};
use verification::{Policy, Words};
use wire::verifications::Report;

use super::policies::StoredPolicyError;
use super::views::is_held_back;
use super::{Desk, same};
use crate::app::clients::Agency;

pub const RECEIPT_TYPE: &str = "verification-receipt+jwt";

#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// Also for what belongs to somebody else, and before there is one.
    #[error("there is no such receipt")]
    Unknown,
    #[error("the receipt cannot be written or read")]
    Form(#[from] serde_json::Error),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Policy(#[from] StoredPolicyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A receipt as its page shows it.
pub struct ReceiptView {
    pub report: Report,
    pub title: String,
    pub purpose: String,
}

impl Desk {
    /// Signs the receipt of a report from which the claims were taken away.
    pub(crate) async fn sign_receipt(
        &self,
        verification: &Verification,
        policy: &Policy,
        report: &Report,
    ) -> Result<String, ReceiptError> {
        let answer = verification.response_digest.as_deref().map(|digest| URL_SAFE_NO_PAD.encode(digest));
        let policy_digest = URL_SAFE_NO_PAD.encode(Sha256::digest(serde_json::to_string(policy)?));
        let claims = json!({
            "iss": self.settings.did,
            "jti": verification.id,
            "iat": self.now().timestamp(),
            "verifierName": self.settings.client_name,
            "purpose": verification.purpose,
            "policyDigest": policy_digest,
            "answerDigest": answer,
            "report": without_lists(report.clone()),
        });
        let Value::Object(claims) = claims else { return Err(ReceiptError::Unknown) };
        let mut header = Map::new();
        header.insert("typ".to_owned(), json!(RECEIPT_TYPE));
        header
            .insert("kid".to_owned(), json!(format!("{}#{}", self.settings.did, self.settings.key_fragment)));
        Ok(jwt::sign(header, &claims, self.signer.as_ref()).await?)
    }

    /// The receipt of an agency's own verification; as the report, only with the response code where there is one to
    /// bring.
    pub async fn receipt(
        &self,
        agency: &Agency,
        id: &str,
        response_code: Option<&str>,
    ) -> Result<String, ReceiptError> {
        let mut tx = self.store.read().await?;
        let found = tx.find_verification(id).await?;
        found
            .filter(|found| found.tenant == agency.id && !is_held_back(found, response_code))
            .ok_or(ReceiptError::Unknown)?;
        tx.find_receipt(id).await?.ok_or(ReceiptError::Unknown)
    }

    /// The receipt behind the link that the person's wallet got; whoever has the link may read it.
    pub async fn receipt_of_link(&self, id: &str, key: &str) -> Result<String, ReceiptError> {
        let mut tx = self.store.read().await?;
        let found = tx.find_verification(id).await?;
        found
            .filter(|found| same(receipt_key(found).as_bytes(), key.as_bytes()))
            .ok_or(ReceiptError::Unknown)?;
        tx.find_receipt(id).await?.ok_or(ReceiptError::Unknown)
    }

    /// What the receipt behind a link says, for a page in a language.
    pub async fn receipt_view(&self, words: Words, id: &str, key: &str) -> Result<ReceiptView, ReceiptError> {
        let receipt = self.receipt_of_link(id, key).await?;
        let payload = receipt.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let mut claims: Value = serde_json::from_slice(&payload.ok_or(ReceiptError::Unknown)?)?;
        let mut take = |name| claims.get_mut(name).map(Value::take).unwrap_or_default();
        let mut report: Report = serde_json::from_value(take("report"))?;
        self.speak(words, &mut report).await?;
        let policy = self.policy_begun(id, &report.policy).await?;
        let title = policy.map_or_else(|| report.policy.clone(), |policy| policy.title);
        Ok(ReceiptView { report, title, purpose: take("purpose").as_str().unwrap_or_default().to_owned() })
    }

    /// Where the person reads the receipt. It follows from what the verification holds, so that an answer sent again
    /// gets the same link.
    pub(crate) fn receipt_link(&self, verification: &Verification) -> String {
        let origin = &self.settings.public_origin;
        format!("{origin}/receipts/{}/{}", verification.id, receipt_key(verification))
    }
}

/// The response code is 256 random bits that only the person's wallet and browser, and the agency, are given.
fn receipt_key(verification: &Verification) -> String {
    let mut hash = Sha256::new();
    hash.update(b"verifier/receipt/");
    hash.update(&verification.id);
    hash.update([0]);
    hash.update(&verification.response_code);
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// A status list that was shown is evidence in the report, and named by its digest in the receipt.
fn without_lists(mut report: Report) -> Report {
    let further = report.further.iter_mut().flat_map(|one| &mut one.checks);
    for check in report.checks.iter_mut().chain(further) {
        check.evidence.remove("shownList");
    }
    report
}
