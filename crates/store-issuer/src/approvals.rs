//! Proposals that wait for a second person.

use issuance::{Approval, ApprovalState, Proposal, Timestamp};
use sql::{Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

const INSERT: &str = "INSERT INTO approvals
        (tenant, id, act, target, proposal, state, requested_by, requested_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7, $8)";
const FIND: &str = "SELECT * FROM approvals WHERE tenant = $1 AND id = $2";
const FIND_WAITING: &str =
    "SELECT * FROM approvals WHERE tenant = $1 AND act = $2 AND target = $3 AND state = 'waiting'";
const FIND_LATEST: &str = "SELECT * FROM approvals WHERE tenant = $1 AND act = $2 AND target = $3
    ORDER BY id DESC LIMIT 1";
const CLOSE: &str = "UPDATE approvals SET state = $3, decided_by = $4, decided_at = $5, remark = $6
    WHERE tenant = $1 AND id = $2 AND state = 'waiting'";
const WAITING: &str = "SELECT * FROM approvals WHERE tenant = $1 AND state = 'waiting' AND expires_at > $2
    ORDER BY id LIMIT 200";
const COUNT_WAITING: &str = "SELECT COUNT(*) AS many FROM approvals
    WHERE tenant = $1 AND state = 'waiting' AND expires_at > $2 AND requested_by <> $3";
const DECIDED: &str = "SELECT * FROM approvals
    WHERE tenant = $1 AND (state <> 'waiting' OR expires_at <= $3) ORDER BY id DESC LIMIT $2";
const LAPSE: &str = "UPDATE approvals SET state = 'lapsed', decided_at = expires_at
    WHERE tenant = $1 AND act = $2 AND target = $3 AND state = 'waiting' AND expires_at <= $4";

impl Transaction {
    /// A second proposal of the same act for the same target, while the first one waits, is a conflict.
    pub async fn insert_approval(&mut self, tenant: &str, approval: &Approval) -> Result<(), Error> {
        let (act, target) = (approval.proposal.act(), approval.proposal.target());
        self.tx.execute(LAPSE, args![tenant, act, target, approval.requested_at]).await?;
        let proposal = serde_json::to_string(&approval.proposal).unwrap_or_default();
        let values = args![
            tenant,
            &approval.id,
            act,
            target,
            proposal,
            &approval.requested_by,
            approval.requested_at,
            approval.expires_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    pub async fn find_approval(&mut self, tenant: &str, id: &str) -> Result<Option<Approval>, Error> {
        let row = self.tx.fetch_optional(FIND, args![tenant, id]).await?;
        row.as_ref().map(approval).transpose()
    }

    /// The proposal of that act which waits for that target, unless it has lapsed.
    pub async fn find_waiting_approval(
        &mut self,
        tenant: &str,
        act: &str,
        target: &str,
        now: Timestamp,
    ) -> Result<Option<Approval>, Error> {
        let row = self.tx.fetch_optional(FIND_WAITING, args![tenant, act, target]).await?;
        let found = row.as_ref().map(approval).transpose()?;
        Ok(found.filter(|approval| approval.is_waiting(now)))
    }

    /// The newest proposal of that act for that target, whatever became of it.
    pub async fn find_latest_approval(
        &mut self,
        tenant: &str,
        act: &str,
        target: &str,
    ) -> Result<Option<Approval>, Error> {
        let row = self.tx.fetch_optional(FIND_LATEST, args![tenant, act, target]).await?;
        row.as_ref().map(approval).transpose()
    }

    /// Stores a decision once; a second one is stale.
    pub async fn close_approval(&mut self, tenant: &str, decided: &Approval) -> Result<(), Error> {
        let (by, at, remark) = match &decided.state {
            ApprovalState::Waiting => return Ok(()),
            ApprovalState::Approved { by, at } => (Some(by.clone()), *at, None),
            ApprovalState::Refused { by, at, remark } => (Some(by.clone()), *at, Some(remark.clone())),
            ApprovalState::Withdrawn { at } => (None, *at, None),
        };
        let values = args![tenant, &decided.id, state_name(&decided.state), by, at, remark];
        Ok(self.tx.execute_one(CLOSE, values).await?)
    }

    /// Oldest first.
    pub async fn list_waiting_approvals(
        &mut self,
        tenant: &str,
        now: Timestamp,
    ) -> Result<Vec<Approval>, Error> {
        let rows = self.tx.fetch_all(WAITING, args![tenant, now]).await?;
        rows.iter().map(approval).collect()
    }

    /// How many wait for somebody other than `officer`.
    pub async fn count_waiting_approvals(
        &mut self,
        tenant: &str,
        officer: &str,
        now: Timestamp,
    ) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_WAITING, args![tenant, now, officer]).await?;
        Columns { table: "approvals", row: &row.ok_or_else(Error::stale)? }.number("many")
    }

    /// Those that were decided or have lapsed, the newest proposal first.
    pub async fn list_decided_approvals(
        &mut self,
        tenant: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Approval>, Error> {
        let rows = self.tx.fetch_all(DECIDED, args![tenant, limit, now]).await?;
        rows.iter().map(approval).collect()
    }
}

const fn state_name(state: &ApprovalState) -> &'static str {
    match state {
        ApprovalState::Waiting => "waiting",
        ApprovalState::Approved { .. } => "approved",
        ApprovalState::Refused { .. } => "refused",
        ApprovalState::Withdrawn { .. } => "withdrawn",
    }
}

fn approval(row: &Row) -> Result<Approval, Error> {
    let columns = Columns { table: "approvals", row };
    let proposal: Proposal = columns.parsed("proposal", |text| serde_json::from_str(text).ok())?;
    if !proposal.is_known() {
        return Err(columns.impossible("proposal"));
    }
    let by = || row.opt_text("decided_by")?.ok_or_else(|| columns.impossible("decided_by"));
    let at = || row.opt_time("decided_at")?.ok_or_else(|| columns.impossible("decided_at"));
    let state = match row.text("state")?.as_str() {
        // One that lapsed is one that still waits, after its time.
        "waiting" | "lapsed" => ApprovalState::Waiting,
        "approved" => ApprovalState::Approved { by: by()?, at: at()? },
        "refused" => ApprovalState::Refused {
            by: by()?,
            at: at()?,
            remark: row.opt_text("remark")?.unwrap_or_default(),
        },
        "withdrawn" => ApprovalState::Withdrawn { at: at()? },
        _ => return Err(columns.impossible("state")),
    };
    Ok(Approval {
        id: row.text("id")?,
        proposal,
        requested_by: row.text("requested_by")?,
        requested_at: row.time("requested_at")?,
        expires_at: row.time("expires_at")?,
        state,
    })
}
