//! Sizes that every node agrees on. Raising one changes which blocks are valid, so it needs a rules version.

pub const TRANSACTION_BYTES: usize = 64 * 1024;
pub const BLOCK_BYTES: usize = 8 * 1024 * 1024;
pub const RECORD_BYTES: usize = 256 * 1024;
pub const GENESIS_BYTES: usize = 1024 * 1024;
pub const PROOF_BYTES: usize = 512 * 1024;
pub const VALIDATORS: usize = 256;

pub const NAME_CHARACTERS: usize = 200;
pub const IRI_BYTES: usize = 512;
pub const FRAGMENT_BYTES: usize = 64;
pub const MULTIKEY_BYTES: usize = 160;
pub const KEYS_PER_DOCUMENT: usize = 32;
pub const SERVICES_PER_DOCUMENT: usize = 16;
pub const KEYS_PER_ORGANISATION: usize = 64;
/// Places that only a recovery by the governors uses: whoever stole a key must not be able to fill them.
pub const KEYS_FOR_RECOVERY: usize = 16;
pub const DIDS_SPOKEN_FOR: usize = 64;
/// Past versions are kept for ever, so their number is bounded to keep a record provable in one answer.
pub const VERSIONS_PER_DID: usize = 256;
/// Versions and bytes of a DID record that ordinary changes leave free, for recovery, marks of compromise and stops.
pub const VERSIONS_FOR_RECOVERY: usize = 16;
pub const DID_BYTES_FOR_RECOVERY: usize = 96 * 1024;
pub const INTERVALS_PER_ACCREDITATION: usize = 256;
pub const SUSPENSIONS_PER_ACCREDITATION: usize = 256;
pub const STOPS_PER_RECORD: usize = 64;
pub const STANDINGS_PER_ORGANISATION: usize = 256;
pub const AUDITS_PER_VALIDATOR: usize = 64;
pub const OPEN_PROPOSALS: u32 = 256;
pub const SCHEDULED_UPGRADES: usize = 8;
pub const DISPUTE_PARTIES: usize = 16;
pub const DISPUTE_STAGES: usize = 16;
/// Levels below an accreditation by the governors. Readers follow no longer chain.
pub const DELEGATION: u8 = 8;
/// As many as `merkle` builds.
pub const ANCHOR_LEAVES: usize = 1 << 20;
pub const DOCUMENTS_PER_TRANSACTION: usize = 128;
/// Organisations that may publish the same file.
pub const PUBLICATIONS_PER_DOCUMENT: usize = 256;
/// How far ahead of the committed sequence a key may queue transactions.
pub const SEQUENCE_WINDOW: u64 = 256;
