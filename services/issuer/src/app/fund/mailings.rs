//! Mailings: letters that leave together, from ready to the hands of the post.
//!
//! Letters are sealed rows; the PDF of a part is made when it is fetched, so a mailing of 74,000 is never in memory nor on a
//! disk as a whole. What asked for a letter stays open until the post has it: a proof in between takes it back.

use chrono::NaiveDate;
use clock::Timestamp;
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::csv;
use store_issuer::Transaction;
use store_issuer::fund::{LetterRow, MailingRow, PieceRow};

use super::form_numbers::shown_number;
use super::{FundError, Issuer};

/// Letters in one file, and in one transaction when they are gathered.
pub(crate) const LETTERS_IN_PIECE: u64 = 500;
pub(super) const BATCH: u32 = 500;
/// Kinds of effects that ask for a letter, in the order in which they are gathered.
pub(crate) const KINDS: [&str; 9] = [
    "send-notice",
    "hold-payment",
    "resume-payment",
    "mail-paper",
    "invite-survivor",
    "offer-another-channel",
    "remind",
    "send-receipt",
    INVITE,
];
/// Letters with a code, which are a mailing of their own.
pub(super) const INVITE: &str = "invite-to-enrol";
const LEFT_OUT_SHOWN: u32 = 200;
const MAILINGS: u32 = 50;
/// A reprint may be asked for so long after the post took the letters.
const LETTERS_KEPT_DAYS: i64 = 60;

/// A mailing, for people.
#[derive(Clone, Debug)]
pub struct MailingView {
    /// Where it stands.
    pub row: MailingRow,
    /// How many of its letters were taken back after they were gathered.
    pub withdrawn: u64,
    /// From 1, each with who printed it.
    pub pieces: Vec<(u64, Option<PieceRow>)>,
    /// The first of what was left out: the person and why.
    pub left_out: Vec<(String, String)>,
}

impl Issuer {
    /// One mailing with its parts.
    pub async fn mailing(&self, tenant: &str, id: &str) -> Result<MailingView, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let row = tx.find_fund_mailing(tenant, id).await?.ok_or(FundError::Unknown)?;
        let printed = tx.list_fund_pieces(tenant, id).await?;
        let piece = |number| (number, printed.iter().find(|piece| piece.piece == number).cloned());
        let left_out = tx.list_left_out_fund_letters(tenant, id, LEFT_OUT_SHOWN).await?;
        Ok(MailingView {
            withdrawn: tx.count_withdrawn_fund_letters(tenant, id).await?,
            pieces: match row.state.as_str() {
                "ready" | "posted" => (1..=pieces(row.letters)).map(piece).collect(),
                _ => Vec::new(),
            },
            left_out: left_out
                .into_iter()
                .map(|letter| (letter.person, letter.fault.unwrap_or_default()))
                .collect(),
            row,
        })
    }

    /// Newest first.
    pub async fn list_mailings(&self, tenant: &str) -> Result<Vec<MailingRow>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.list_fund_mailings(tenant, MAILINGS).await?)
    }

    /// How many letters of each kind wait for a mailing.
    pub async fn letters_waiting(&self, tenant: &str) -> Result<Vec<(String, u64)>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.count_asked_fund_letters(tenant).await?)
    }

    /// Letters that were taken back after they were gathered, so that somebody pulls them out of what was printed.
    pub async fn withdrawn_letters(&self, tenant: &str, id: &str) -> Result<Vec<u8>, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        tx.find_fund_mailing(tenant, id).await?.ok_or(FundError::Unknown)?;
        let (mut rows, mut after) = (Vec::new(), 0);
        loop {
            let letters = tx.list_withdrawn_fund_letters(tenant, id, after, BATCH).await?;
            let Some(last) = letters.last() else { break };
            after = last.place.unwrap_or(u64::MAX);
            rows.extend(letters.iter().map(|letter| {
                let place = letter.place.unwrap_or_default();
                let number = letter.number.as_deref().map(shown_number).unwrap_or_default();
                [place.to_string(), piece_at(place).to_string(), number]
            }));
        }
        Ok(csv(&["letter", "part", "form"], rows.iter().map(|row| row.each_ref().map(String::as_str))))
    }

    /// The post has the letters: what asked for them is done, but for those that were taken back. Every part must have been
    /// printed. How many left.
    pub async fn post_mailing(&self, by: &Actor, id: &str, on: NaiveDate) -> Result<u64, FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let (tenant, now) = (by.tenant.as_str(), self.now());
            let mut tx = self.store.write("post_fund_mailing").await?;
            let row = tx.find_fund_mailing(tenant, id).await?.ok_or(FundError::Unknown)?;
            if row.state != "ready" {
                return Err(FundError::Conflict(
                    "only a mailing that is ready and has not left can be handed to the post",
                ));
            }
            if on > now.date_naive() || on < row.made_at.date_naive() {
                return Err(FundError::Form(
                    "the post took the letters on a day from when they were gathered to today",
                ));
            }
            let printed = tx.list_fund_pieces(tenant, id).await?;
            for piece in (1..=pieces(row.letters)).filter(|piece| printed.iter().all(|it| it.piece != *piece))
            {
                let range = ((piece - 1) * LETTERS_IN_PIECE, piece * LETTERS_IN_PIECE);
                let letters = tx.list_fund_letters(tenant, id, range).await?;
                if letters.iter().any(|letter| !letter.withdrawn) {
                    return Err(FundError::Conflict(
                        "a part of the mailing was never printed; fetch every part first",
                    ));
                }
            }
            let left = tx.post_fund_mailing(tenant, id, (on, &by.officer), now).await?;
            tx.erase_codes_of_mailing(tenant, id).await?;
            let detail = format!("{on} {left}");
            tx.audit(by, Act { action: "fund.mailing.post", target: id, detail: &detail }, now).await?;
            tx.commit().await?;
            Ok(left)
        })
        .await
    }

    /// Gives a mailing up that did not leave. What asked for its letters is free for another one.
    pub async fn cancel_mailing(&self, by: &Actor, id: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("cancel_fund_mailing").await?;
            let row = tx.find_fund_mailing(&by.tenant, id).await?.ok_or(FundError::Unknown)?;
            match row.state.as_str() {
                "cancelled" => return Ok(()),
                "posted" => return Err(FundError::Conflict("the post has these letters already")),
                _ => {}
            }
            tx.withdraw_codes_of_mailing(&by.tenant, id, &by.officer, now).await?;
            tx.cancel_fund_mailing(&by.tenant, id).await?;
            tx.audit(by, Act { action: "fund.mailing.cancel", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Erases what letters said that left long ago.
    pub(crate) async fn erase_letters(
        &self,
        tx: &mut Transaction,
        now: Timestamp,
    ) -> Result<u64, store_issuer::Error> {
        tx.erase_fund_letters(now - chrono::Duration::days(LETTERS_KEPT_DAYS)).await
    }
}

pub(super) fn pieces(letters: u64) -> u64 {
    letters.div_ceil(LETTERS_IN_PIECE)
}

pub(super) fn piece_at(place: u64) -> u64 {
    place.div_ceil(LETTERS_IN_PIECE)
}

/// The words for why a letter was left out.
#[must_use]
pub fn letter_fault(fault: &str) -> &'static str {
    match fault {
        "no-address" => "the register has no address",
        "unprintable" => "the name or the address has a character that no font of this program has",
        "address-too-long" => "the address does not fit an envelope’s window",
        "no-calendar" => "there is no calendar of this year",
        "cancelled" => "the mailing was cancelled",
        "no-record" => "the person has no record for a wallet yet; the next file of the register makes one",
        _ => "what is stored about this person cannot be opened",
    }
}

/// Where a letter stands: `gathered`, `posted`, `withdrawn` or `left-out`.
#[must_use]
pub fn letter_state(letter: &LetterRow, mailing: &MailingRow) -> &'static str {
    match (&letter.fault, letter.withdrawn, mailing.state.as_str()) {
        (Some(_), ..) => "left-out",
        (None, true, _) => "withdrawn",
        (None, false, "posted") => "posted",
        (None, false, _) => "gathered",
    }
}
