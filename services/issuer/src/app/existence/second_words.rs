//! A second pair of eyes on the answer of somebody who has not enrolled.

use entitlement::{Channel, Evidence, Request, Witnessed};
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::{ExistenceWord, Transaction};

use super::{ExistenceError, FirstWord, Issuer};

impl Issuer {
    /// Whether this officer's word is the first of two: nobody has enrolled the person, so nothing but a visit or a call says
    /// whose key it is. At a station the operator is the first.
    pub(super) async fn needs_second_word(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        request: &Request,
        (evidence, channel): (&Evidence, Channel),
    ) -> Result<bool, ExistenceError> {
        let by_phone = matches!(evidence.witnessed, Witnessed::Passkey { .. });
        if !by_phone || !matches!(channel, Channel::Visit | Channel::Call) {
            return Ok(false);
        }
        if tx.find_bound_key(&by.tenant, &request.beneficiary).await?.is_some() {
            return Ok(false);
        }
        let first = tx.find_existence_word(&by.tenant, &request.id).await?;
        Ok(first.is_none_or(|first| first.officer == by.officer))
    }

    pub(super) async fn keep_first_word(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        request: &str,
        (channel, notes): (Channel, &str),
    ) -> Result<(), ExistenceError> {
        let now = self.now();
        let word = ExistenceWord {
            officer: by.officer.clone(),
            channel: channel.as_str().to_owned(),
            notes_sealed: self.seal_for("existence-word", &by.tenant, request, &notes),
            said_at: now,
        };
        tx.put_existence_word(&by.tenant, request, &word).await?;
        let act = Act { action: "existence.first-word", target: request, detail: channel.as_str() };
        Ok(tx.audit(by, act, now).await?)
    }

    pub(super) async fn first_word(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        request: &str,
    ) -> Result<Option<FirstWord>, ExistenceError> {
        let Some(word) = tx.find_existence_word(tenant, request).await? else { return Ok(None) };
        Ok(Some(FirstWord {
            notes: self.open_for("existence-word", tenant, request, &word.notes_sealed)?,
            officer: word.officer,
            channel: word.channel,
            at: word.said_at,
        }))
    }
}
