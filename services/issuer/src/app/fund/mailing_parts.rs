//! Parts of a mailing: what is in each, which comes next, and that the post has them, one by one or all.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::Transaction;
use store_issuer::fund::{MailingRow, PieceCount, PieceRow};

use super::mailings::{LETTERS_IN_PIECE, pieces};
use super::{FundError, Issuer};

/// One part, for people.
#[derive(Clone, Debug, Default)]
pub struct PieceView {
    /// From 1.
    pub piece: u64,
    /// Letters that are printed with it now.
    pub letters: u64,
    /// Letters that were taken back.
    pub withdrawn: u64,
    /// Three letters each, with how many letters go there; the most first.
    pub countries: Vec<(String, u64)>,
    /// Codes, in the same way.
    pub languages: Vec<(String, u64)>,
    /// Who printed it last, when, and whether the post has it.
    pub printed: Option<PieceRow>,
}

impl PieceView {
    /// Whether the post has it, or nothing of it is left to be posted.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.letters == 0 || self.printed.as_ref().is_some_and(|it| it.posted_on.is_some())
    }

    /// Whether somebody has to print it yet.
    #[must_use]
    pub fn is_to_print(&self) -> bool {
        self.letters > 0 && self.printed.is_none()
    }
}

impl Issuer {
    pub(super) async fn pieces_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &MailingRow,
    ) -> Result<Vec<PieceView>, FundError> {
        if !matches!(row.state.as_str(), "ready" | "posted") {
            return Ok(Vec::new());
        }
        let printed = tx.list_fund_pieces(tenant, &row.id).await?;
        let mut printed: BTreeMap<u64, PieceRow> = printed.into_iter().map(|it| (it.piece, it)).collect();
        let mut views: Vec<PieceView> = (1..=pieces(row.letters))
            .map(|piece| PieceView { piece, printed: printed.remove(&piece), ..PieceView::default() })
            .collect();
        for count in tx.count_fund_pieces(tenant, &row.id, LETTERS_IN_PIECE).await? {
            let at = usize::try_from(count.piece.saturating_sub(1)).unwrap_or(usize::MAX);
            if let Some(view) = views.get_mut(at) {
                view.add(&count);
            }
        }
        for view in &mut views {
            for groups in [&mut view.countries, &mut view.languages] {
                groups.sort_by_key(|(_, many)| std::cmp::Reverse(*many));
            }
        }
        Ok(views)
    }

    /// The next part that nobody has printed, as a PDF with its number; nothing when all are.
    pub async fn next_mailing_piece(
        &self,
        by: &Actor,
        id: &str,
    ) -> Result<Option<(u64, Vec<u8>)>, FundError> {
        let view = self.mailing(&by.tenant, id).await?;
        match view.pieces.iter().find(|it| it.is_to_print()) {
            Some(next) => Ok(Some((next.piece, self.mailing_piece(by, id, next.piece).await?))),
            None => Ok(None),
        }
    }

    /// The post has the letters: what asked for them is done, but for those that were taken back. Every part must have been
    /// printed. How many left.
    pub async fn post_mailing(&self, by: &Actor, id: &str, on: NaiveDate) -> Result<u64, FundError> {
        self.post_parts(by, id, on, None).await
    }

    /// The same of some parts, the first and the last of them; of all that have not left yet where none is named. With the last part
    /// the mailing has left.
    pub async fn post_parts(
        &self,
        by: &Actor,
        id: &str,
        on: NaiveDate,
        parts: Option<(u64, u64)>,
    ) -> Result<u64, FundError> {
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
            let views = self.pieces_of(&mut tx, tenant, &row).await?;
            let (from, to) = parts.unwrap_or((1, pieces(row.letters)));
            if from < 1 || from > to || to > pieces(row.letters) {
                return Err(FundError::Form("name the first and the last part that the post took"));
            }
            let chosen = |piece: u64| (from..=to).contains(&piece);
            if views.iter().any(|it| chosen(it.piece) && it.is_to_print()) {
                return Err(FundError::Conflict(
                    "a part of the mailing was never printed; fetch every part first",
                ));
            }
            let range = (from, to, LETTERS_IN_PIECE);
            let left = tx.post_fund_pieces(tenant, id, range, (on, &by.officer), now).await?;
            let whole = views.iter().all(|it| chosen(it.piece) || it.is_behind());
            if whole {
                tx.post_fund_mailing(tenant, id, (on, &by.officer), now).await?;
                tx.erase_codes_of_mailing(tenant, id).await?;
            }
            let detail = match parts {
                None => format!("{on} {left}"),
                Some(_) => format!("{on} {left} {from}-{to}"),
            };
            tx.audit(by, Act { action: "fund.mailing.post", target: id, detail: &detail }, now).await?;
            tx.commit().await?;
            Ok(left)
        })
        .await
    }

    /// Gives up what did not leave of a mailing. What asked for its letters is free for another one.
    pub async fn cancel_mailing(&self, by: &Actor, id: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let (tenant, now) = (by.tenant.as_str(), self.now());
            let mut tx = self.store.write("cancel_fund_mailing").await?;
            let row = tx.find_fund_mailing(tenant, id).await?.ok_or(FundError::Unknown)?;
            match row.state.as_str() {
                "cancelled" => return Ok(()),
                "posted" => return Err(FundError::Conflict("the post has these letters already")),
                _ => {}
            }
            let printed = tx.list_fund_pieces(tenant, id).await?;
            let word = (by.officer.as_str(), now);
            tx.withdraw_codes_of_mailing(tenant, id, LETTERS_IN_PIECE, word).await?;
            match printed.iter().filter_map(|it| it.posted_on).max() {
                // Some of it left: the rest is freed, and what left stays what it is.
                Some(on) => {
                    tx.free_unposted_fund_letters(tenant, id, LETTERS_IN_PIECE).await?;
                    tx.post_fund_mailing(tenant, id, (on, &by.officer), now).await?;
                    tx.erase_codes_of_mailing(tenant, id).await?;
                }
                None => tx.cancel_fund_mailing(tenant, id).await?,
            }
            tx.audit(by, Act { action: "fund.mailing.cancel", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }
}

impl PieceView {
    fn add(&mut self, count: &PieceCount) {
        let leave = count.letters.saturating_sub(count.withdrawn);
        self.withdrawn += count.withdrawn;
        self.letters += leave;
        if leave == 0 {
            return;
        }
        for (groups, name) in [(&mut self.countries, &count.country), (&mut self.languages, &count.language)]
        {
            match groups.iter_mut().find(|(known, _)| known == name) {
                Some((_, many)) => *many += leave,
                None => groups.push((name.clone(), leave)),
            }
        }
    }
}
