//! What left, in the journals: that a message was sent and that the post took a letter.
//!
//! An event names what asked for it, so that an auditor sees of each thing that a night asked for whether it left, when and how.
//! It holds no name, no address and no word of what was sent. Events are written in batches soon after, each batch with its
//! place in one transaction, so that a cut leaves none out and writes none twice.

use std::collections::BTreeMap;

use entitlement::cycle::What;
use store_issuer::Transaction;
use store_issuer::fund::MailingRow;

use super::journal::Pen;
use super::mailings::{BATCH, piece_at};
use super::{FundError, Issuer, Tenant};

impl Issuer {
    /// Writes down what left since this was done last. How much it was.
    pub async fn note_what_left(&self, tenant: &Tenant) -> Result<usize, FundError> {
        if self.pension_fund(&tenant.id).is_err() {
            return Ok(0);
        }
        let mut noted = 0;
        loop {
            let many = sql::retry(|| self.note_messages(&tenant.id)).await?;
            noted += many;
            if many < BATCH as usize {
                break;
            }
        }
        let left = self.store.read().await?.list_unnoted_fund_mailings(&tenant.id).await?;
        for (mailing, mut place) in left {
            while place < mailing.letters {
                let to = mailing.letters.min(place + u64::from(BATCH));
                noted += sql::retry(|| self.note_letters(&tenant.id, &mailing, (place, to))).await?;
                place = to;
            }
        }
        Ok(noted)
    }

    async fn note_messages(&self, tenant: &str) -> Result<usize, FundError> {
        let mut tx = self.store.write("note_sent_messages").await?;
        let sent = tx.list_unnoted_fund_messages(tenant, BATCH).await?;
        for message in &sent {
            let (id, code) = (message.message_id.clone(), message.reply_code.clone());
            let (Some(id), Some(code)) = (id, code) else { return Err(FundError::Damaged) };
            let what = What::MessageSent { effect: message.effect.clone(), message: id, code };
            self.note(&mut tx, tenant, &message.person, what).await?;
            tx.note_fund_message(tenant, &message.effect).await?;
        }
        tx.commit().await?;
        Ok(sent.len())
    }

    /// One batch; nothing where somebody else was faster.
    async fn note_letters(
        &self,
        tenant: &str,
        mailing: &MailingRow,
        (after, to): (u64, u64),
    ) -> Result<usize, FundError> {
        let mut tx = self.store.write("note_posted_letters").await?;
        if !tx.move_noted_fund_letters(tenant, &mailing.id, after, to).await? {
            return Ok(0);
        }
        let printed = tx.list_fund_pieces(tenant, &mailing.id).await?;
        let printed: BTreeMap<_, _> = printed.into_iter().map(|piece| (piece.piece, piece)).collect();
        let mut noted = 0;
        for letter in tx.list_fund_letters(tenant, &mailing.id, (after, to)).await? {
            // What was taken back before the post had it is in no part.
            let (false, Some(on), Some(place)) = (letter.withdrawn, mailing.posted_on, letter.place) else {
                continue;
            };
            let part = piece_at(place);
            let piece = printed.get(&part).ok_or(FundError::Damaged)?;
            let (on, sha256) = (piece.posted_on.unwrap_or(on), piece.digest.clone());
            let what =
                What::LetterPosted { effect: letter.effect, mailing: mailing.id.clone(), part, sha256, on };
            self.note(&mut tx, tenant, &letter.person, what).await?;
            noted += 1;
        }
        tx.commit().await?;
        Ok(noted)
    }

    async fn note(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &str,
        what: What,
    ) -> Result<(), FundError> {
        let person = tx.find_fund_person(tenant, person).await?.ok_or(FundError::Damaged)?;
        let mut pen = Pen::new(self, tenant, &person);
        pen.event(what, self.now())?;
        pen.put(tx).await
    }
}
