//! Credentials that an organisation releases later (OID4VCI 1.0, 9): asked for in the background until each has come or was
//! refused. The person need not be there, since the keys were proven when they accepted.

use chrono::Duration;
use holding::client::AccessToken;
use holding::copies::HolderKeys;
use holding::reception::{Deferred, Progress, Reception};
use holding::vault::DataKey;
use store_wallet::records::{Record, Table};
use wire::vci::{CredentialResponse, ErrorResponse};

use super::Wallet;
use super::fault::{Fault, RemoteFault};
use super::oauth::refused_the_proof;
use super::offers::{OfferError, OfferState};

/// How long to wait where the issuer does not say it.
const USUAL_SECONDS: u64 = 300;
/// People decide in minutes at best, and an issuer that says weeks means "not soon".
const SHORTEST_SECONDS: u64 = 5;
const LONGEST_SECONDS: u64 = 24 * 3600;

/// What an issuer answered to a deferred credential request.
enum Answer {
    Credential(Box<CredentialResponse>),
    Waits {
        seconds: Option<u64>,
    },
    Refused,
    /// Token or transaction are over: the person has to accept again.
    Over,
}

impl Wallet {
    /// The state of an offer of which something is waited for, and when it is asked for.
    pub(super) fn waiting(
        &self,
        key: &DataKey,
        record: &Record,
        reception: &Reception,
        seconds: Option<u64>,
    ) -> Result<Record, Fault> {
        let seconds = seconds.unwrap_or(USUAL_SECONDS).clamp(SHORTEST_SECONDS, LONGEST_SECONDS);
        let mut moved = self.moved(key, Table::Offers, record, reception.state(), reception)?;
        moved.resend_due_at = Some(self.now() + Duration::seconds(i64::try_from(seconds).unwrap_or(300)));
        Ok(moved)
    }

    pub(super) async fn tend_deferred(&self) -> Result<(), Fault> {
        for record in self.store.read().await?.list_due_records(Table::Offers, self.now()).await? {
            let Some((key, record, reception)) = self.due::<Reception>(Table::Offers, record).await? else {
                continue;
            };
            if let Err(error) = self.ask_again(&key, record, reception).await {
                tracing::info!(%error, "a credential is still waited for");
            }
        }
        Ok(())
    }

    /// Asks for each credential of an offer that is waited for. Each is stored before the next is asked for.
    async fn ask_again(
        &self,
        key: &DataKey,
        record: Record,
        mut reception: Reception,
    ) -> Result<(), OfferError> {
        let Progress::Waiting { access_token, holder_thumbprint, copy_keys } = reception.progress.clone()
        else {
            return Ok(());
        };
        let Some(holder) = self.usable_key(&record.account, &holder_thumbprint).await? else {
            return self.begin_again(key, &record, reception).await;
        };
        let holder = HolderKeys::new(holder, &copy_keys, reception.places())?;
        let (mut rest, mut seconds) = (Vec::new(), None);
        for one in std::mem::take(&mut reception.deferred) {
            match self.ask_deferred(&reception, &one, &access_token).await {
                Ok(Answer::Credential(answer)) => {
                    let held = self.verified(&reception, one.slot, &holder, &access_token, *answer).await;
                    match held {
                        Ok(held) => drop(
                            self.keep_credential((&record.account, key), &record.id, one.slot, &held).await?,
                        ),
                        Err(OfferError::Credential(_)) => reception.refused.push(one.slot),
                        // It may verify later; the issuer has nothing more to give for this transaction, so the next
                        // answer leads back to the person.
                        Err(_) => rest.push(one),
                    }
                }
                Ok(Answer::Waits { seconds: told }) => {
                    seconds = seconds.max(told);
                    rest.push(one);
                }
                Ok(Answer::Refused) => reception.refused.push(one.slot),
                Ok(Answer::Over) => return self.begin_again(key, &record, reception).await,
                Err(error) => {
                    tracing::info!(%error, "an issuer does not answer");
                    rest.push(one);
                }
            }
        }
        reception.deferred = rest;
        if !reception.deferred.is_empty() {
            let moved = self.waiting(key, &record, &reception, seconds)?;
            return Ok(self.replace("wait_for_offer", Table::Offers, moved).await.map(drop)?);
        }
        let stored = self.store.read().await?.list_credentials_of_offer(&record.account, &record.id).await?;
        if stored.is_empty() {
            reception.progress = Progress::Refused { at: self.now() };
            let moved = self.moved(key, Table::Offers, &record, reception.state(), &reception)?;
            return Ok(self.replace("refuse_offer", Table::Offers, moved).await.map(drop)?);
        }
        let account = record.account.clone();
        self.complete((&account, key), OfferState { record, reception, stored }).await.map(drop)
    }

    /// The person accepts once more; what came stays.
    async fn begin_again(
        &self,
        key: &DataKey,
        record: &Record,
        mut reception: Reception,
    ) -> Result<(), OfferError> {
        reception.deferred.clear();
        reception.progress = Progress::Opened;
        let moved = self.moved(key, Table::Offers, record, reception.state(), &reception)?;
        Ok(self.replace("begin_offer_again", Table::Offers, moved).await.map(drop)?)
    }

    async fn ask_deferred(
        &self,
        reception: &Reception,
        deferred: &Deferred,
        access_token: &AccessToken,
    ) -> Result<Answer, OfferError> {
        let Some(endpoint) = &reception.endpoints.deferred else { return Ok(Answer::Over) };
        let body = serde_json::json!({ "transaction_id": deferred.transaction_id });
        let reply = self.ask_encrypted(reception, access_token, endpoint, body).await?;
        match reply.status {
            200 | 202 => {
                let answer: CredentialResponse =
                    reply.json().map_err(|_| RemoteFault::Form("deferred credential response"))?;
                let waits = answer.credentials.is_empty();
                let seconds = answer.interval;
                Ok(if waits { Answer::Waits { seconds } } else { Answer::Credential(Box::new(answer)) })
            }
            401 if refused_the_proof(&reply) => Err(RemoteFault::Status { status: 401, code: None }.into()),
            401 => Ok(Answer::Over),
            // Asked too often, or at a bad moment.
            status @ (408 | 429) => Err(RemoteFault::Status { status, code: None }.into()),
            status => match reply.json::<ErrorResponse>() {
                Ok(refusal) if refusal.error == "credential_request_denied" => Ok(Answer::Refused),
                Ok(_) if status < 500 => Ok(Answer::Over),
                _ => Err(RemoteFault::Status { status, code: None }.into()),
            },
        }
    }
}
