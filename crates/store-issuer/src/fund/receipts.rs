//! Receipts of proofs as they were anchored.

use issuance::Timestamp;
use issuance::anchoring::{LeafKind, WaitingLeaf};
use sql::args;

use crate::{Error, Transaction};

/// A receipt that was written once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptRow {
    /// When.
    pub made_at: Timestamp,
    /// The receipt itself.
    pub sealed: Vec<u8>,
    /// The certificate that was offered because of it.
    pub offer: Option<String>,
}

const INSERT: &str = "INSERT INTO fund_receipts (tenant, proof, made_at, sealed) VALUES ($1, $2, $3, $4)";
const FIND: &str = "SELECT * FROM fund_receipts WHERE tenant = $1 AND proof = $2";
/// Guarded: of two officers who offer at once, one is told that it was done.
const OFFER: &str =
    "UPDATE fund_receipts SET offer_id = $3 WHERE tenant = $1 AND proof = $2 AND offer_id IS NULL";

const FORGET: &str = "UPDATE fund_receipts SET offer_id = NULL WHERE tenant = $1 AND offer_id IS NOT NULL
    AND proof IN (SELECT id FROM fund_proofs WHERE tenant = $1 AND person = $2)";

impl Transaction {
    /// Writes the receipt of a proof and puts its commitment among the leaves that wait for the chain. The leaf has the id of
    /// the proof.
    pub async fn insert_fund_receipt(
        &mut self,
        tenant: &str,
        leaf: &WaitingLeaf,
        sealed: &[u8],
        at: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute_one(INSERT, args![tenant, &leaf.id, at, sealed]).await?;
        self.insert_leaf(tenant, LeafKind::Credentials, leaf, at).await
    }

    /// The receipt of a proof.
    pub async fn find_fund_receipt(
        &mut self,
        tenant: &str,
        proof: &str,
    ) -> Result<Option<ReceiptRow>, Error> {
        let row = self.tx.fetch_optional(FIND, args![tenant, proof]).await?;
        let receipt = |row: sql::Row| {
            let (made_at, sealed) = (row.time("made_at")?, row.blob("sealed")?);
            Ok(ReceiptRow { made_at, sealed, offer: row.opt_text("offer_id")? })
        };
        row.map(receipt).transpose()
    }

    /// The certificates that were offered because of a person's receipts are not valid any more.
    pub async fn forget_fund_receipt_offers(&mut self, tenant: &str, person: &str) -> Result<u64, Error> {
        Ok(self.tx.execute(FORGET, args![tenant, person]).await?)
    }

    /// Notes which certificate was offered because of a receipt; stale when one was before.
    pub async fn note_fund_receipt_offer(
        &mut self,
        tenant: &str,
        proof: &str,
        offer: &str,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(OFFER, args![tenant, proof, offer]).await?)
    }
}
