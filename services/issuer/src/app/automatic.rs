//! Proofs that are accepted with nobody looking.
//!
//! Only where the operator's evaluated detector let the pictures pass and the risk is signed (`presence.detector`). And only for
//! the ordinary case: the key that is bound to the person, on a phone, with nothing open about them. Everything else goes to an
//! officer as ever. The draw for attended checks takes these proofs like all others.

use chrono::Duration;
use clock::Timestamp;
use entitlement::{Channel, Evidence, Request, State, Witnessed};
use issuance::Actor;
use issuance::audit::Act;
use presence::Verdict;
use store_issuer::Transaction;

use super::captures::{Judged, TRIED_HOURS};
use super::existence::ExistenceError;
use super::{Issuer, Tenant};

/// Who accepts, in the evidence and in the audit trail.
const BY: &str = "automatic";

impl Issuer {
    /// Accepts an answer that was just taken, if it may be; nothing where an officer has to look.
    pub(super) async fn accept_automatically(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        request: &Request,
        judged: Option<&Judged>,
    ) -> Result<Option<Request>, ExistenceError> {
        let (State::Answered(evidence), Some(judged)) = (&request.state, judged) else { return Ok(None) };
        if judged.verdict != Verdict::Confirmed || !self.is_ordinary(tx, tenant, request, evidence).await? {
            return Ok(None);
        }
        let (by, now) = (Actor { tenant: tenant.id.clone(), officer: BY.to_owned() }, self.now());
        let offer = self.certify_answer(tx, &by, request, (evidence, Channel::Device)).await?;
        let after = request.clone().confirmed(Channel::Device, judged.accepted_by(), BY, offer, now)?;
        tx.replace_existence(&tenant.id, request, &after).await?;
        tx.keep_captures_until(&tenant.id, &request.id, unseen_until(now)).await?;
        let act = Act { action: "existence.accept", target: &request.id, detail: Channel::Device.as_str() };
        tx.audit(&by, act, now).await?;
        self.tell_cycle(tx, &by, &after, Some((true, ""))).await?;
        Ok(Some(after))
    }

    /// Whether this answer is an ordinary one, before anything is judged.
    pub(super) async fn may_be_automatic(
        &self,
        tenant: &Tenant,
        answered: &Request,
    ) -> Result<bool, ExistenceError> {
        let State::Answered(evidence) = &answered.state else { return Ok(false) };
        let mut tx = self.store.read().await?;
        self.is_ordinary(&mut tx, tenant, answered, evidence).await
    }

    /// The bound key on the person's own device, and nothing about the person that somebody has to decide.
    async fn is_ordinary(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        request: &Request,
        evidence: &Evidence,
    ) -> Result<bool, ExistenceError> {
        let by_phone = matches!(evidence.witnessed, Witnessed::Passkey { .. });
        let bound = tx.find_bound_key(&tenant.id, &request.beneficiary).await?;
        if !by_phone || bound.is_none_or(|bound| bound.device_key != evidence.holder_key) {
            return Ok(false);
        }
        let subject = tx.find_subject(&tenant.id, &request.beneficiary).await?;
        let subject = subject.ok_or(ExistenceError::UnknownPerson)?;
        let mark = self.secrets.register_mark(&tenant.id, "number", &subject.number);
        let Some(person) = tx.find_fund_person_by_mark(&tenant.id, &mark).await? else { return Ok(true) };
        let cases = tx.list_fund_cases_of(&tenant.id, &person.id).await?;
        Ok(person.died_on.is_none() && cases.iter().all(|case| case.state == "closed"))
    }
}

/// Nobody has looked at the pictures and nobody objects to being accepted: they go as soon as those that led to nothing. A proof
/// that is drawn for an attended check keeps its pictures longer.
fn unseen_until(now: Timestamp) -> Timestamp {
    now + Duration::hours(TRIED_HOURS)
}
