//! What a wallet sends back: taken once, kept until it is checked, checked outside of any transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Duration;
use credential::jwe::EncryptionFault;
use keys::SealError;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store_verifier::{StoreError, Verification};
use url::Url;
use verification::{Authorising, Occasion, Policy, Receipts, Request};
use wire::amr::Methods;
use wire::anchors::Receipt;
use wire::representative::Representative;
use wire::verifications::{Report, State};
use wire::vp::dcql::MAX_CREDENTIALS;
use wire::vp::{DirectPost, DirectPostAnswer, ErrorCode, MAX_PRESENTATIONS, VpToken, VpTokenError};

use super::plain_answer::PlainAnswer;
use super::policies::StoredPolicyError;
use super::receipts::ReceiptError;
use super::wallet_requests::{WalletRequestError, keeps_seconds, transactions_of};
use super::{Desk, same};

#[derive(Debug, thiserror::Error)]
pub enum ResponseError {
    #[error("there is no such request, or the state is another request's")]
    Unknown,
    #[error("the request has expired")]
    Expired,
    #[error("the request was answered before with something else")]
    Answered,
    #[error("neither vp_token nor error is there, or both")]
    Empty,
    #[error("vp_token is not JSON: {0}")]
    Json(String),
    #[error(transparent)]
    Token(#[from] VpTokenError),
    #[error("anchor_receipts is not an object of arrays of receipts")]
    Receipts,
    #[error("amr is not an array of at most eight names of methods")]
    Methods,
    #[error("representative is not a word of at most sixteen letters")]
    Representative,
    #[error("the request asks for an encrypted response")]
    NotEncrypted,
    #[error("the request does not ask for an encrypted response")]
    Encrypted,
    #[error("beside an encrypted response there must be nothing else")]
    Mixed,
    #[error("the encrypted response cannot be read: {0}")]
    Encryption(#[from] EncryptionFault),
    #[error("the request cannot be made out any more")]
    Request(#[from] WalletRequestError),
    #[error("the policy of the request is not there any more")]
    PolicyGone,
    #[error(transparent)]
    Policy(#[from] StoredPolicyError),
    #[error("the kept answer cannot be opened")]
    Sealed(#[from] SealError),
    #[error("the report cannot be written")]
    Report(#[from] serde_json::Error),
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    #[error("checking was cut off")]
    CutOff(#[from] tokio::task::JoinError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is kept, sealed, between taking an answer and its report.
struct Kept {
    token: VpToken,
    receipts: Receipts,
    opened_by: Methods,
    representative: Option<Representative>,
}

impl Desk {
    /// Takes an answer or a refusal. The same answer sent again gets the same reply.
    pub async fn respond(
        self: &Arc<Self>,
        id: &str,
        form: DirectPost,
    ) -> Result<DirectPostAnswer, ResponseError> {
        let found = self.store.read().await?.find_verification(id).await?;
        let verification = found.ok_or(ResponseError::Unknown)?;
        let digest = digest(&form);
        if form.response.is_some() && verification.state != State::Waiting {
            // Its key is forgotten; whether it is the same answer can still be seen.
            return self.answered_before(id, &digest).await;
        }
        let answer = self.in_the_clear(&verification, &form).await?;
        if !same(verification.request_state.as_bytes(), answer.state.as_bytes()) {
            return Err(ResponseError::Unknown);
        }
        let presented = answer.token.is_some();
        let taken = match (answer.token, &answer.error) {
            (Some(token), None) => {
                let kept = Kept::read(token, answer.receipts, (answer.opened_by, answer.representative))?;
                let sealed = self.seal_response(id, &kept);
                self.take(id, |now| Taking::Response { digest: digest.clone(), sealed: sealed.clone(), now })
                    .await?
            }
            (None, Some(code)) => {
                // An unknown code is a refusal all the same.
                let code = ErrorCode::parse(code).unwrap_or(ErrorCode::AccessDenied);
                self.take(id, |now| Taking::Refusal { digest: digest.clone(), code, now }).await?
            }
            _ => return Err(ResponseError::Empty),
        };
        if !taken {
            return self.answered_before(id, &digest).await;
        }
        self.following.changed(id);
        if presented {
            // The check goes on if the wallet hangs up; if this process dies, the chores find the kept answer.
            let (desk, id) = (Arc::clone(self), id.to_owned());
            tokio::spawn(async move { desk.finish(&id).await }).await??;
        }
        Ok(self.answer(&verification, presented))
    }

    /// What the wallet said, by the mode in which it was asked to say it.
    async fn in_the_clear(
        &self,
        verification: &Verification,
        form: &DirectPost,
    ) -> Result<PlainAnswer, ResponseError> {
        let request = self.wallet_request(verification).await?;
        match (self.is_encrypted(&request)?, &form.response) {
            (true, _) => {
                // A key is missing only when the request is over.
                let key = self.response_key(&request)?.ok_or(ResponseError::Expired)?;
                PlainAnswer::of_encrypted(form, &key)
            }
            (false, None) => PlainAnswer::of_form(form),
            (false, Some(_)) => Err(ResponseError::Encrypted),
        }
    }

    async fn take(
        &self,
        id: &str,
        taking: impl Fn(clock::Timestamp) -> Taking,
    ) -> Result<bool, ResponseError> {
        sql::retry(|| async {
            let mut tx = self.store.write("take_response").await?;
            let taken = match taking(self.now()) {
                Taking::Response { digest, sealed, now } => {
                    tx.receive_response(id, &digest, &sealed, now).await?
                }
                Taking::Refusal { digest, code, now } => {
                    let refused = tx.refuse(id, &digest, code.as_str(), now).await?;
                    if refused {
                        self.announce(&mut tx, id, State::Refused).await?;
                    }
                    refused
                }
            };
            if taken {
                tx.forget_response_key(id).await?;
            }
            tx.commit().await?;
            Ok(taken)
        })
        .await
    }

    async fn answered_before(&self, id: &str, digest: &[u8]) -> Result<DirectPostAnswer, ResponseError> {
        let found = self.store.read().await?.find_verification(id).await?;
        let verification = found.ok_or(ResponseError::Unknown)?;
        match verification.state {
            State::Waiting | State::Expired => Err(ResponseError::Expired),
            State::Received | State::Verified | State::Refused => {
                let before = verification.response_digest.as_deref().unwrap_or_default();
                if same(before, digest) {
                    Ok(self.answer(&verification, verification.state != State::Refused))
                } else {
                    Err(ResponseError::Answered)
                }
            }
        }
    }

    /// Where the person goes on, on the same device (OID4VP 1.0, 8.2): only their browser learns the code.
    fn answer(&self, verification: &Verification, presented: bool) -> DirectPostAnswer {
        let onward = match (&verification.return_url, &verification.page_key_hash) {
            (Some(url), _) => Url::parse(url).ok(),
            (None, Some(_)) => {
                Url::parse(&format!("{}/try/{}", self.settings.public_origin, verification.id)).ok()
            }
            (None, None) => None,
        };
        let redirect_uri = onward.map(|mut url| {
            url.query_pairs_mut().append_pair("response_code", &verification.response_code);
            url.to_string()
        });
        // A refusal is not checked, so there is nothing to have a receipt of.
        let receipt_uri = presented.then(|| self.receipt_link(verification));
        DirectPostAnswer { redirect_uri, receipt_uri }
    }

    /// Checks a kept answer and stores the report. Repeating it is harmless: one report is stored.
    pub async fn finish(&self, id: &str) -> Result<(), ResponseError> {
        let found = self.store.read().await?.find_verification(id).await?;
        let Some(verification) = found.filter(|found| found.state == State::Received) else { return Ok(()) };
        let policy = &self.policy_of(&verification).await?.ok_or(ResponseError::PolicyGone)?;
        let kept = self.open_response(&verification)?;
        let asked = self.wallet_request(&verification).await?;
        let transactions: Vec<String> = transactions_of(&asked)?.unwrap_or_default();
        let request = Request { nonce: &verification.nonce, audience: &asked.client_id };
        let request = Authorising {
            request,
            transactions: &transactions,
            opened_by: &kept.opened_by,
            representative: kept.representative.as_ref(),
        };
        let occasion = Occasion { report_id: id, now: self.now() };
        let report =
            self.verifier.answer_authorising(policy, request, &kept.token, &kept.receipts, occasion).await;
        let outcome = serde_json::to_value(report.outcome)?;
        let outcome = outcome.as_str().unwrap_or_default().to_owned();
        metrics::counter!("verifier_reports_total", "policy" => policy.name.clone(), "outcome" => outcome)
            .increment(1);
        let keep = keeps_seconds(&verification.tenant, policy);
        self.store_report(&verification, policy, report, keep).await
    }

    async fn store_report(
        &self,
        verification: &Verification,
        policy: &Policy,
        mut report: Report,
        keep_seconds: u64,
    ) -> Result<(), ResponseError> {
        let id = verification.id.as_str();
        let mut claims = vec![report.claims.take()];
        claims.extend(report.further.iter_mut().map(|one| one.claims.take()));
        let until = self.now() + Duration::seconds(i64::try_from(keep_seconds).unwrap_or(0));
        let kept = claims.iter().any(Option::is_some) && keep_seconds > 0;
        let kept = if kept {
            let plain = serde_json::to_vec(&claims)?;
            Some((self.sealing.seal(&claims_aad(id), &plain, self.entropy.as_ref()), until))
        } else {
            None
        };
        let text = serde_json::to_string(&report)?;
        let receipt = self.sign_receipt(verification, policy, &report).await?;
        sql::retry(|| async {
            let mut tx = self.store.write("store_report").await?;
            if tx.complete(id, &text, kept.clone()).await? {
                tx.insert_receipt(id, &receipt, self.now()).await?;
                self.announce(&mut tx, id, State::Verified).await?;
            }
            tx.commit().await?;
            Ok::<_, ResponseError>(())
        })
        .await?;
        self.following.changed(id);
        Ok(())
    }

    fn seal_response(&self, id: &str, kept: &Kept) -> Vec<u8> {
        let plain = json!({
            "token": kept.token, "receipts": kept.receipts, "amr": kept.opened_by, "representative": kept.representative,
        })
        .to_string();
        self.sealing.seal(&response_aad(id), plain.as_bytes(), self.entropy.as_ref())
    }

    fn open_response(&self, verification: &Verification) -> Result<Kept, ResponseError> {
        let sealed = verification.response_sealed.as_deref().unwrap_or_default();
        let plain = self.sealing.open(&response_aad(&verification.id), sealed)?;
        let mut value: Value = serde_json::from_slice(&plain)?;
        let token = VpToken::from_value(value.get_mut("token").map(Value::take).unwrap_or_default())?;
        let receipts =
            serde_json::from_value(value.get_mut("receipts").map(Value::take).unwrap_or_default())?;
        // An answer that was taken before there was such a member has none.
        let opened_by = value.get("amr").and_then(Methods::of_value).unwrap_or_default();
        let representative = value.get("representative").and_then(Value::as_str);
        let representative = representative.and_then(Representative::of_text);
        Ok(Kept { token, receipts, opened_by, representative })
    }
}

/// What one conditional statement takes.
enum Taking {
    Response { digest: Vec<u8>, sealed: Vec<u8>, now: clock::Timestamp },
    Refusal { digest: Vec<u8>, code: ErrorCode, now: clock::Timestamp },
}

impl Kept {
    /// Reads an answer before anything is consumed: one that cannot be read does not use up the request.
    fn read(
        token: Value,
        receipts: Option<Value>,
        (opened_by, representative): (Methods, Option<Representative>),
    ) -> Result<Self, ResponseError> {
        let token = VpToken::from_value(token)?;
        let receipts = receipts.map(read_receipts).transpose()?.unwrap_or_default();
        Ok(Self { token, receipts, opened_by, representative })
    }
}

fn read_receipts(value: Value) -> Result<Receipts, ResponseError> {
    let read: BTreeMap<String, Vec<Option<Receipt>>> =
        serde_json::from_value(value).map_err(|_| ResponseError::Receipts)?;
    let bounded = read.len() <= MAX_CREDENTIALS && read.values().all(|list| list.len() <= MAX_PRESENTATIONS);
    if bounded { Ok(read) } else { Err(ResponseError::Receipts) }
}

fn digest(form: &DirectPost) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in [&form.response, &form.vp_token, &form.anchor_receipts, &form.error] {
        hash.update([u8::from(part.is_some())]);
        let part = part.as_deref().unwrap_or_default();
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    // Only where it is said, so that an answer from before is known again.
    if let Some(methods) = &form.amr {
        hash.update(methods);
    }
    hash.finalize().to_vec()
}

fn response_aad(id: &str) -> Vec<u8> {
    format!("verifier/response/{id}").into_bytes()
}

pub(super) fn claims_aad(id: &str) -> Vec<u8> {
    format!("verifier/claims/{id}").into_bytes()
}
