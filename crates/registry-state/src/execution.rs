use registry_types::{Canonical, KeyRecord, MemberStatus, Operation, Organisation, limits, state_key};

use crate::against::{check_expiry, check_role};
use crate::rules::{accreditation, did, documents, issuing, member};
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
    #[must_use]
    pub fn new(base: &'a dyn View, block: BlockContext) -> Self {
        Self { base, block, writes: Writes::new() }
    }

    /// Applies one transaction wholly or, on error, not at all.
    pub fn apply(&mut self, checked: &Checked) -> Result<(), Refusal> {
        let changes = self.judge(checked)?;
        self.writes.extend(changes.0);
        Ok(())
    }

    /// Everything the block has changed.
    #[must_use]
    pub fn into_writes(self) -> Writes {
        self.writes
    }

    fn judge(&self, checked: &Checked) -> Result<Changes, Refusal> {
        let signed = checked.signed();
        let transaction = &signed.transaction;
        let key_name = state_key::key(&signed.public_key);
        let mut key: KeyRecord = find(self, &key_name)?.ok_or(TransactionError::UnknownKey)?;
        check_role(&key, &transaction.operation)?;
        check_expiry(self, transaction.expires_at_height, self.block.height)?;
        let (expected, found) = (key.sequence, transaction.sequence);
        if found < expected {
            return Err(TransactionError::SequenceUsed { expected, found }.into());
        }
        if found > expected {
            return Err(TransactionError::SequenceAhead { expected, found }.into());
        }
        let organisation: Organisation =
            find(self, &state_key::organisation(&key.organisation))?.ok_or(TransactionError::NotActive)?;
        if organisation.status != MemberStatus::Active {
            return Err(TransactionError::NotActive.into());
        }
        let signer = Signer { public_key: signed.public_key, organisation };
        let mut changes = self.dispatch(&signer, &transaction.operation)?;
        key.sequence += 1;
        changes.put(key_name, &key)?;
        Ok(changes)
    }

    fn dispatch(&self, signer: &Signer, operation: &Operation) -> Result<Changes, Refusal> {
        match operation {
            Operation::AdmitMember(admit) => member::admit(self, self.block, signer, admit),
            Operation::RegisterSchema(schema) => member::register_schema(self, self.block, signer, schema),
            Operation::GrantAccreditation(grant) => accreditation::grant(self, self.block, signer, grant),
            Operation::WithdrawAccreditation(end) => accreditation::withdraw(self, self.block, signer, end),
            Operation::CreateDid(create) => did::create(self, self.block, signer, create),
            Operation::UpdateDid(update) => did::update(self, self.block, signer, update),
            Operation::PublishStatus(status) => issuing::publish_status(self, self.block, signer, status),
            Operation::Anchor(anchor) => issuing::anchor(self, self.block, signer, anchor),
            Operation::PublishDocuments(publish) => documents::publish(self, self.block, signer, publish),
        }
    }
}

/// Who signed: an active member.
pub(crate) struct Signer {
    pub public_key: [u8; 32],
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
}
