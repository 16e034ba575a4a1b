use std::collections::BTreeMap;

use registry_types::record::Usage;
use registry_types::{
    Agenda, Canonical, Hash, Header, KeyRecord, MemberStatus, Operation, Organisation, Params, Quotas,
    RestartCertificate, SignedTransaction, limits, state_key,
};

use crate::against::{check_expiry, check_role};
use crate::rules::restart::{self, RestartRefusal};
use crate::rules::{Rules, accreditation, did, documents, issuing, keys, proposal, validator};
use crate::view::{View, ViewError, Writes, find};
use crate::{Checked, TransactionError};

/// The block that a transaction is applied in. Its time is the only time there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockContext {
    pub height: u64,
    pub time_ms: u64,
}

/// Why a transaction was not applied: it breaks a rule, or nobody can say, because the store failed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Rule(#[from] TransactionError),
    #[error(transparent)]
    View(#[from] ViewError),
}

/// A block being applied: the state before it and what has changed so far.
pub struct Execution<'a> {
    base: &'a dyn View,
    block: BlockContext,
    rules: Rules,
    /// What each member has written in this block: transactions and bytes.
    written: BTreeMap<String, (u32, u64)>,
    writes: Writes,
}

impl View for Execution<'_> {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, ViewError> {
        match self.writes.get(key) {
            Some(value) => Ok(Some(value.clone())),
            None => self.base.read(key),
        }
    }
}

impl<'a> Execution<'a> {
    /// Begins a block: an upgrade of its height comes into force, and proposals whose time has come take effect
    /// or expire. When none has, nothing is written.
    ///
    /// Fails when the rules of this height are not known here: the node must stop, not guess.
    pub fn begin(base: &'a dyn View, block: BlockContext) -> Result<Self, ViewError> {
        Self { base, block, rules: Rules::V1, written: BTreeMap::new(), writes: Writes::new() }.open()
    }

    /// Begins the block that restarts the chain after `last`: the validators change first.
    pub fn begin_restarted(
        base: &'a dyn View,
        block: BlockContext,
        last: &Header,
        restart: &RestartCertificate,
    ) -> Result<Self, RestartRefusal> {
        let Changes(writes) = restart::begin(base, last, restart)?;
        Ok(Self { base, block, rules: Rules::V1, written: BTreeMap::new(), writes }.open()?)
    }

    fn open(self) -> Result<Self, ViewError> {
        let mut begun = self;
        let block = begun.block;
        let mut agenda: Agenda = find(&begun, &state_key::agenda())?.unwrap_or_default();
        begun.rules = begun.activate(&mut agenda)?;
        for open in &agenda.open {
            if let Some(changes) = proposal::settle(&begun, block, open)? {
                begun.writes.extend(changes.0);
            }
        }
        Ok(begun)
    }

    fn activate(&mut self, agenda: &mut Agenda) -> Result<Rules, ViewError> {
        let height = self.block.height;
        let mut params: Params = find(self, &state_key::params())?.unwrap_or_default();
        let due = agenda.upgrades.iter().rfind(|upgrade| upgrade.at_height <= height);
        if let Some(due) = due {
            params.rules = due.rules;
        }
        let unknown = ViewError::UnknownRules { version: params.rules, height };
        let rules = Rules::find(params.rules).ok_or(unknown)?;
        if due.is_some() {
            agenda.upgrades.retain(|upgrade| upgrade.at_height > height);
            self.writes.insert(state_key::params(), params.to_bytes());
            self.writes.insert(state_key::agenda(), agenda.to_bytes());
        }
        Ok(rules)
    }

    /// Applies one transaction wholly or, on error, not at all.
    pub fn apply(&mut self, checked: &Checked) -> Result<(), Refusal> {
        let (changes, member, size) = self.judge(checked)?;
        let written = self.written.entry(member).or_default();
        *written = (written.0.saturating_add(1), written.1.saturating_add(size));
        self.writes.extend(changes.0);
        Ok(())
    }

    /// Everything the block has changed.
    #[must_use]
    pub fn into_writes(self) -> Writes {
        self.writes
    }

    fn judge(&self, checked: &Checked) -> Result<(Changes, String, u64), Refusal> {
        let signed = checked.signed();
        let transaction = &signed.transaction;
        let key_name = state_key::key(&signed.public_key);
        let key: KeyRecord = find(self, &key_name)?.ok_or(TransactionError::UnknownKey)?;
        check_role(&key, &transaction.operation)?;
        check_expiry(self, transaction.expires_at_height, self.block.height)?;
        let (expected, found) = (key.sequence, transaction.sequence);
        if found < expected {
            return Err(TransactionError::SequenceUsed { expected, found }.into());
        }
        if found > expected {
            return Err(TransactionError::SequenceAhead { expected, found }.into());
        }
        if key.stops.iter().any(|stop| stop.holds_at(self.block.time_ms)) {
            return Err(TransactionError::KeyStopped.into());
        }
        let organisation: Organisation =
            find(self, &state_key::organisation(&key.organisation))?.ok_or(TransactionError::NotActive)?;
        if organisation.status != MemberStatus::Active {
            return Err(TransactionError::NotActive.into());
        }
        let member = organisation.id.clone();
        let size = size_of(signed);
        let usage = self.check_quotas(&member, size)?;
        let signer = Signer { public_key: signed.public_key, sequence: found, organisation };
        let mut changes = self.dispatch(&signer, signed)?;
        // A decision may have changed the signing key itself.
        let mut key = changes.find(&key_name)?.unwrap_or(key);
        key.sequence += 1;
        changes.put(key_name, &key)?;
        if let Some(usage) = usage {
            changes.put(state_key::usage(&member), &usage)?;
        }
        Ok((changes, member, size))
    }

    /// The member's usage with this transaction, when the window is limited.
    fn check_quotas(&self, member: &str, size: u64) -> Result<Option<Usage>, Refusal> {
        let params: Params = find(self, &state_key::params())?.unwrap_or_default();
        let quotas: Quotas = params.quotas;
        let over = |limit: u64, used: u64| limit > 0 && used > limit;
        let (transactions, bytes) = self.written.get(member).copied().unwrap_or_default();
        if over(quotas.block_transactions.into(), u64::from(transactions) + 1)
            || over(quotas.block_bytes, bytes.saturating_add(size))
        {
            return Err(TransactionError::OverBlockQuota.into());
        }
        if !quotas.has_window() {
            return Ok(None);
        }
        let window_ms = self.block.time_ms - self.block.time_ms % quotas.window_ms;
        let usage: Usage = find(self, &state_key::usage(member))?.unwrap_or_default();
        let mut usage =
            if usage.window_ms == window_ms { usage } else { Usage { window_ms, ..Usage::default() } };
        usage.transactions = usage.transactions.saturating_add(1);
        usage.bytes = usage.bytes.saturating_add(size);
        if over(quotas.window_transactions, usage.transactions) || over(quotas.window_bytes, usage.bytes) {
            let until_ms = window_ms.saturating_add(quotas.window_ms);
            return Err(TransactionError::OverWindowQuota { until_ms }.into());
        }
        Ok(Some(usage))
    }

    fn dispatch(&self, signer: &Signer, signed: &SignedTransaction) -> Result<Changes, Refusal> {
        let block = self.block;
        let chain: &Hash = &signed.transaction.chain;
        match &signed.transaction.operation {
            Operation::Propose(propose) => proposal::propose(self, block, signer, propose),
            Operation::Vote(vote) => proposal::vote(self, block, signer, vote),
            Operation::WithdrawProposal(end) => proposal::withdraw(self, block, signer, end),
            Operation::AddKey(add) => keys::add(self, block, signer, chain, add),
            Operation::RevokeKey(revoke) => keys::revoke(self, block, signer, revoke),
            Operation::RevokeValidator(revoke) => validator::revoke(self, block, signer, revoke),
            Operation::DescribeValidator(change) => validator::describe(self, signer, change),
            Operation::DelegateAccreditation(delegate) => {
                accreditation::delegate(self, block, signer, delegate)
            }
            Operation::ChangeDelegation(change) => {
                accreditation::change_delegation(self, block, signer, change)
            }
            Operation::CreateDid(create) => did::create(self, block, signer, create),
            Operation::UpdateDid(update) => did::update(self, block, signer, update),
            Operation::RecoverDid(recover) => did::recover(self, block, signer, recover),
            Operation::PublishStatus(status) => issuing::publish_status(self, block, signer, status),
            Operation::Anchor(anchor) => issuing::anchor(self, block, signer, self.rules, anchor),
            Operation::PublishDocuments(publish) => documents::publish(self, block, signer, publish),
        }
    }
}

fn size_of(signed: &SignedTransaction) -> u64 {
    u64::try_from(signed.to_bytes().len()).unwrap_or(u64::MAX)
}

/// Who signed: an active member.
pub(crate) struct Signer {
    pub public_key: [u8; 32],
    /// Of this transaction.
    pub sequence: u64,
    pub organisation: Organisation,
}

/// What one transaction changes.
#[derive(Default)]
pub(crate) struct Changes(Writes);

impl Changes {
    pub fn put<T: Canonical>(&mut self, key: String, record: &T) -> Result<(), TransactionError> {
        let bytes = record.to_bytes();
        if bytes.len() > limits::RECORD_BYTES {
            return Err(TransactionError::RecordTooLarge(key));
        }
        self.0.insert(key, bytes);
        Ok(())
    }

    /// What these changes themselves put under the key.
    pub fn find<T: Canonical>(&self, key: &str) -> Result<Option<T>, ViewError> {
        let read = self.0.get(key).map(|bytes| T::from_bytes(bytes)).transpose();
        read.map_err(|source| ViewError::Record { key: key.to_owned(), source })
    }

    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}
