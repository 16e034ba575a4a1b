//! Deferred issuance: a wallet that showed its keys waits until a second person has approved (OID4VCI 1.0, 9).

use issuance::audit::Act;
use issuance::{Actor, Approval, ApprovalState, Deferral, Offer, PROPOSAL_DAYS, Proposal};
use store_issuer::{AccessToken, Transaction};

use super::credentials::{Answer, CredentialError, Wanted};
use super::{Issuer, Tenant};

/// An access token of an offer that may be deferred outlives the proposal by a day, so that the wallet can still fetch
/// what was approved last.
pub(super) const DEFERRED_TOKEN_SECONDS: i64 = (PROPOSAL_DAYS + 1) * 24 * 3600;
/// What nobody came back for is forgotten after that.
pub(super) const DEFERRALS_KEPT_DAYS: i64 = 2 * PROPOSAL_DAYS;

/// What became of a proposal.
enum Verdict {
    Approved,
    Waiting,
    Refused,
    /// Taken back or not decided in time: it can be asked for again.
    Lapsed,
}

impl Issuer {
    /// Whether the issue has to wait: nothing when it was approved, or when there is no second person to ask. The first
    /// request makes the proposal, in the name of the officer who made the offer.
    pub(super) async fn defer(
        &self,
        wanted: &Wanted<'_>,
        offer: &Offer,
    ) -> Result<Option<Deferral>, CredentialError> {
        let Wanted { tenant, configuration, holders, .. } = wanted;
        let mut tx = self.store.write("defer_credential").await?;
        let stored = tx.find_deferral_of_offer(&tenant.id, &offer.id, *configuration).await?;
        if let Some(stored) = stored {
            match self.verdict(&mut tx, tenant, &stored).await? {
                Verdict::Refused => return Err(CredentialError::Refused),
                Verdict::Approved | Verdict::Waiting if !stored.is_of(holders) => {
                    return Err(CredentialError::Denied);
                }
                Verdict::Approved => return Ok(None),
                Verdict::Waiting => {
                    self.spend(&mut tx, wanted).await?;
                    tx.commit().await?;
                    return Ok(Some(stored));
                }
                Verdict::Lapsed => tx.end_deferral(&tenant.id, &offer.id, *configuration).await?,
            }
        }
        let deferral = Deferral {
            id: self.new_id(),
            offer_id: offer.id.clone(),
            configuration: *configuration,
            holders: holders.clone(),
            asked_at: self.now(),
        };
        let proposal = Proposal::Issue {
            deferral: deferral.id.clone(),
            subject: offer.subject_id.clone(),
            credential_type: configuration.credential_type.to_string(),
        };
        let by = Actor { tenant: tenant.id.clone(), officer: offer.created_by.clone() };
        if !self.needs_second(&mut tx, &by, &proposal).await? {
            // There is nobody who could make sure.
            return wanted.doubt.map_or(Ok(None), |doubt| Err(doubt.refusal()));
        }
        self.spend(&mut tx, wanted).await?;
        let first = holders.first().ok_or(CredentialError::Denied)?;
        if !tx.accept_offer(&tenant.id, &offer.id, &first.thumbprint()).await? {
            return Err(CredentialError::Denied);
        }
        match tx.insert_deferral(&tenant.id, &deferral).await {
            Ok(()) => {}
            // The same wallet asked twice at once: look again.
            Err(error) if error.is_conflict() => return Err(store_issuer::Error::stale().into()),
            Err(error) => return Err(error.into()),
        }
        let now = self.now();
        let approval = Approval::proposed(self.new_id(), proposal, &by.officer, now);
        tx.insert_approval(&tenant.id, &approval).await?;
        let act = Act { action: "approval.propose", target: &offer.subject_id, detail: "issue" };
        tx.audit(&Actor::system(&tenant.id), act, now).await?;
        tx.commit().await?;
        Ok(Some(deferral))
    }

    pub(super) async fn find_or_issue_deferred(
        &self,
        tenant: &Tenant,
        token: &AccessToken,
        id: &str,
    ) -> Result<Answer, CredentialError> {
        let mut tx = self.store.read().await?;
        let stored = tx.find_deferral(&tenant.id, id).await?;
        let stored = stored.filter(|it| it.offer_id == token.offer_id);
        let deferral = stored.ok_or(CredentialError::Transaction)?;
        match self.verdict(&mut tx, tenant, &deferral).await? {
            Verdict::Approved => {}
            Verdict::Waiting => return Ok(Answer::Waits(deferral)),
            Verdict::Refused | Verdict::Lapsed => return Err(CredentialError::Refused),
        }
        let wanted = Wanted {
            tenant,
            offer_id: &deferral.offer_id,
            configuration: deferral.configuration,
            holders: deferral.holders,
            nonces: Vec::new(),
            doubt: None,
        };
        let prepared = self.prepare(&mut tx, &wanted).await?;
        drop(tx);
        Ok(Answer::Issued(self.issue(&wanted, &prepared).await?))
    }

    async fn verdict(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        deferral: &Deferral,
    ) -> Result<Verdict, store_issuer::Error> {
        let approval = tx.find_latest_approval(&tenant.id, "issue", &deferral.id).await?;
        let Some(approval) = approval else { return Ok(Verdict::Lapsed) };
        Ok(match approval.state {
            ApprovalState::Approved { .. } => Verdict::Approved,
            ApprovalState::Refused { .. } => Verdict::Refused,
            ApprovalState::Waiting if approval.is_waiting(self.now()) => Verdict::Waiting,
            ApprovalState::Waiting | ApprovalState::Withdrawn { .. } => Verdict::Lapsed,
        })
    }
}
