//! Four eyes: an act is carried out at once where one person may do it, and otherwise waits for a second one.

use issuance::audit::Act;
use issuance::{
    Actor, Approval, ApprovalError, ApprovalState, Decision, Proposal, Reason, ReasonCode, Roles, ServiceEnd,
    Status, StatusMove,
};
use store_issuer::Transaction;

use super::service::End;
use super::{ChangeError, EraseError, ImportError, Issuer, KeyChangeError, RolesError, RunError};

/// More remarks than that are letters.
const LONGEST_REMARK: usize = 500;

#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    #[error("there is no such proposal here")]
    Unknown,
    #[error(transparent)]
    Refused(#[from] ApprovalError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Roles(#[from] RolesError),
    #[error(transparent)]
    KeyChange(#[from] KeyChangeError),
    #[error(transparent)]
    Erase(#[from] EraseError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// What became of a guarded act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// The identifier of the proposal that waits.
    Waits(String),
}

/// A proposal with what a page says about it.
#[derive(Clone, Debug)]
pub struct ProposalView {
    pub approval: Approval,
    pub about: About,
}

/// Whom or what a proposal concerns, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    List {
        file_name: String,
        good: u64,
    },
    Run {
        why: issuance::Reissue,
        people: u64,
    },
    Person {
        name: String,
        number: String,
        copies: usize,
    },
    Officer {
        name: String,
        roles: Roles,
    },
    Key {
        fragment: String,
    },
    /// It was erased since.
    Gone,
}

impl Issuer {
    /// Does it, or keeps it for a second person. Proposing again what waits already changes nothing.
    pub async fn propose(&self, by: &Actor, proposal: &Proposal) -> Result<Outcome, DecideError> {
        let outcome = sql::retry(|| async {
            let mut tx = self.store.write("propose").await?;
            let outcome = self.propose_within(&mut tx, by, proposal).await?;
            tx.commit().await?;
            Ok::<_, DecideError>(outcome)
        })
        .await?;
        self.wake(&by.tenant);
        Ok(outcome)
    }

    /// The same in the caller's transaction.
    pub(super) async fn propose_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        proposal: &Proposal,
    ) -> Result<Outcome, DecideError> {
        let now = self.now();
        self.check_proposal(tx, by, proposal).await?;
        if !self.needs_second(tx, by, proposal).await? {
            self.carry_out(tx, by, None, proposal).await?;
            return Ok(Outcome::Done);
        }
        let (act, target) = (proposal.act(), proposal.target());
        if let Some(same) = tx.find_waiting_approval(&by.tenant, act, target, now).await? {
            return Ok(Outcome::Waits(same.id));
        }
        let approval = Approval::proposed(self.new_id(), proposal.clone(), &by.officer, now);
        match tx.insert_approval(&by.tenant, &approval).await {
            Ok(()) => {}
            // Somebody proposed the same a moment ago; the next try finds it.
            Err(error) if error.is_conflict() => return Err(store_issuer::Error::stale().into()),
            Err(error) => return Err(error.into()),
        }
        tx.audit(by, Act { action: "approval.propose", target, detail: act }, now).await?;
        Ok(Outcome::Waits(approval.id))
    }

    /// Approves, refuses or takes back. An approved act is carried out in the same transaction, so that it is never
    /// approved without being done.
    pub async fn decide(
        &self,
        by: &Actor,
        id: &str,
        decision: Decision,
        remark: &str,
    ) -> Result<Approval, DecideError> {
        let remark: String = remark.chars().take(LONGEST_REMARK).collect();
        let decided = sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("decide").await?;
            let approval = tx.find_approval(&by.tenant, id).await?.ok_or(DecideError::Unknown)?;
            let maker = self.maker_of(&mut tx, &by.tenant, &approval.requested_by).await?;
            if decision == Decision::Approve && maker == by.officer {
                return Err(ApprovalError::OwnProposal.into());
            }
            let decided = approval.decided(decision, &by.officer, &remark, now)?;
            tx.close_approval(&by.tenant, &decided).await?;
            let proposal = &decided.proposal;
            let action = match &decided.state {
                ApprovalState::Approved { .. } => "approval.approve",
                ApprovalState::Refused { .. } => "approval.refuse",
                ApprovalState::Withdrawn { .. } | ApprovalState::Waiting => "approval.withdraw",
            };
            tx.audit(by, Act { action, target: proposal.target(), detail: proposal.act() }, now).await?;
            if matches!(decided.state, ApprovalState::Approved { .. }) {
                let proposer = Actor { tenant: by.tenant.clone(), officer: decided.requested_by.clone() };
                self.carry_out(&mut tx, &proposer, Some(&by.officer), proposal).await?;
            }
            tx.commit().await?;
            Ok::<_, DecideError>(decided)
        })
        .await?;
        if matches!(decided.proposal, Proposal::ErasePerson { .. }) {
            self.empty_log_of_erased().await;
        }
        self.wake(&by.tenant);
        Ok(decided)
    }

    /// Tells the background work that something may have been ordered.
    fn wake(&self, tenant: &str) {
        self.imports.notify_one();
        if let Some(tenant) = self.tenant(tenant) {
            tenant.key_change_ordered.notify_one();
        }
    }

    /// Whether this act of this officer waits for somebody else.
    pub(super) async fn needs_second(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        proposal: &Proposal,
    ) -> Result<bool, store_issuer::Error> {
        let maker = self.maker_of(tx, &by.tenant, &by.officer).await?;
        let others = tx.count_second_persons(&by.tenant, &maker).await?;
        Ok(self.settings.four_eyes.needs_second(proposal, others))
    }

    /// The person behind an act: whoever made a machine's token may have it, so what the machine proposes counts as
    /// their own proposal.
    async fn maker_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        officer: &str,
    ) -> Result<String, store_issuer::Error> {
        let Some(client) = issuance::client_of(officer) else { return Ok(officer.to_owned()) };
        let known = tx.find_service_client(tenant, client).await?;
        Ok(known.map_or_else(|| officer.to_owned(), |known| known.created_by))
    }

    /// What waits, oldest first, and what was decided or has lapsed lately.
    pub async fn list_proposals(
        &self,
        tenant: &str,
        decided: u32,
    ) -> Result<(Vec<ProposalView>, Vec<ProposalView>), store_issuer::Error> {
        let now = self.now();
        let mut tx = self.store.read().await?;
        let mut waiting = Vec::new();
        for approval in tx.list_waiting_approvals(tenant, now).await? {
            waiting.push(self.proposal_view(&mut tx, tenant, approval).await?);
        }
        let mut closed = Vec::new();
        for approval in tx.list_decided_approvals(tenant, now, decided).await? {
            closed.push(self.proposal_view(&mut tx, tenant, approval).await?);
        }
        Ok((waiting, closed))
    }

    /// Whether a revocation by this officer would wait, so that the page can say so before it is sent.
    pub async fn revoking_needs_second(&self, by: &Actor) -> Result<bool, store_issuer::Error> {
        let mut tx = self.store.read().await?;
        let revoke =
            Proposal::Revoke { subject: String::new(), reason: String::new(), note: None, only: None };
        self.needs_second(&mut tx, by, &revoke).await
    }

    /// The proposal of that act that waits for that target.
    pub async fn find_waiting_proposal(
        &self,
        tenant: &str,
        act: &str,
        target: &str,
    ) -> Result<Option<Approval>, store_issuer::Error> {
        self.store.read().await?.find_waiting_approval(tenant, act, target, self.now()).await
    }

    /// Nobody is asked to approve what could not be done.
    async fn check_proposal(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        proposal: &Proposal,
    ) -> Result<(), DecideError> {
        match proposal {
            Proposal::OfferList { upload, .. } => {
                let found = tx.find_upload(&by.tenant, upload).await?.ok_or(ImportError::Unknown)?;
                super::import::check_open(&found)?;
            }
            Proposal::Reissue { run } => {
                let found = tx.find_reissue_run(&by.tenant, run).await?.ok_or(RunError::Unknown)?;
                if found.state == issuance::import::UploadState::Discarded {
                    return Err(RunError::State.into());
                }
            }
            Proposal::Revoke { subject, .. } | Proposal::EndService { subject, .. } => {
                let found = tx.find_subject(&by.tenant, subject).await?;
                found.ok_or(ChangeError::Unknown)?;
            }
            Proposal::GiveRoles { officer, .. } => {
                let found = tx.find_officer(&by.tenant, officer).await?;
                found.ok_or(RolesError::Unknown)?;
            }
            Proposal::Issue { deferral, .. } => {
                let found = tx.find_deferral(&by.tenant, deferral).await?;
                found.ok_or(DecideError::Unknown)?;
            }
            Proposal::ErasePerson { subject, reason } => {
                self.check_erasure(tx, &by.tenant, (subject, reason)).await?;
            }
            // What the chain says of the key is asked before, outside of any transaction.
            Proposal::RotateKey { fragment, .. }
            | Proposal::RetireKey { fragment, .. }
            | Proposal::MarkKeyCompromised { fragment, .. } => {
                let open = tx.list_open_key_acts(&by.tenant).await?;
                let same = |act: &issuance::KeyAct| {
                    act.fragment == *fragment && act.change.as_str() == proposal.act()
                };
                if open.iter().any(same) {
                    return Err(KeyChangeError::Open.into());
                }
            }
        }
        Ok(())
    }

    async fn carry_out(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        approved_by: Option<&str>,
        proposal: &Proposal,
    ) -> Result<(), DecideError> {
        match proposal {
            Proposal::OfferList { upload, employment } => {
                self.confirm_within(tx, by, upload, *employment).await?;
            }
            Proposal::Reissue { run } => self.confirm_run_within(tx, by, run).await?,
            Proposal::Revoke { subject, reason, note, only } => {
                let code = ReasonCode::parse(reason).unwrap_or(ReasonCode::Other);
                let change = StatusMove {
                    approved_by: approved_by.map(str::to_owned),
                    ..StatusMove::new(Status::Revoked, Reason { code, note: note.clone() })
                };
                self.change_within(tx, by, subject, *only, &change).await?;
            }
            Proposal::EndService { subject, how, note } => {
                let how = ServiceEnd::parse(how).ok_or(DecideError::Unknown)?;
                let end = End { subject_id: subject, how, note: note.clone(), approved_by };
                self.end_within(tx, by, &end).await?;
            }
            Proposal::GiveRoles { officer, roles } => {
                let roles = Roles::parse(roles).unwrap_or_default();
                self.set_roles_within(tx, by, officer, roles).await?;
            }
            Proposal::ErasePerson { subject, .. } => self.erase_within(tx, by, subject).await?,
            // The credential is signed when the wallet comes for it, with what the record says then.
            Proposal::Issue { .. } => {}
            Proposal::RotateKey { .. } | Proposal::RetireKey { .. } | Proposal::MarkKeyCompromised { .. } => {
                let ordered = proposal.key_change();
                let (change, fragment, multikey) = ordered.ok_or(DecideError::Unknown)?;
                self.order_key_change(tx, by, change, (fragment, multikey)).await?;
            }
        }
        Ok(())
    }
}

impl Issuer {
    async fn proposal_view(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        approval: Approval,
    ) -> Result<ProposalView, store_issuer::Error> {
        let about = match &approval.proposal {
            Proposal::OfferList { upload, .. } => match tx.find_upload(tenant, upload).await? {
                None => About::Gone,
                Some(found) => {
                    let counts = tx.count_upload_rows(tenant, upload).await?;
                    About::List { file_name: found.file_name, good: counts.good + counts.done }
                }
            },
            Proposal::Reissue { run } => match tx.find_reissue_run(tenant, run).await? {
                None => About::Gone,
                Some(found) => {
                    let counts = tx.count_reissue_rows(tenant, run).await?;
                    let people = counts.waiting + counts.offered + counts.skipped;
                    About::Run { why: found.why, people }
                }
            },
            Proposal::Revoke { subject, .. }
            | Proposal::EndService { subject, .. }
            | Proposal::Issue { subject, .. } => match tx.find_subject(tenant, subject).await? {
                None => About::Gone,
                Some(found) => {
                    let copies = tx.list_copies(tenant, subject).await?;
                    let copies = copies.iter().filter(|copy| copy.status != Status::Revoked).count();
                    About::Person { name: found.name, number: found.number, copies }
                }
            },
            Proposal::ErasePerson { subject, .. } => match self.whom(tx, tenant, subject).await {
                Err(EraseError::Store(error)) => return Err(error),
                Err(_) => About::Gone,
                Ok(whom) => match self.name_of(tenant, &whom) {
                    Err(_) => About::Gone,
                    Ok((name, number)) => About::Person { name, number, copies: 0 },
                },
            },
            Proposal::GiveRoles { officer, .. } => match tx.find_officer(tenant, officer).await? {
                None => About::Gone,
                Some(found) => About::Officer { name: found.name, roles: found.roles },
            },
            Proposal::RotateKey { fragment, .. }
            | Proposal::RetireKey { fragment, .. }
            | Proposal::MarkKeyCompromised { fragment, .. } => About::Key { fragment: fragment.clone() },
        };
        Ok(ProposalView { approval, about })
    }
}
