//! Mailings: letters that leave together, from ready to the hands of the post.
//!
//! Letters are sealed rows; the PDF of a part is made when it is fetched, so a mailing of 74,000 is never in memory nor on a
//! disk as a whole. What asked for a letter stays open until the post has it: a proof in between takes it back.

use clock::Timestamp;
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::csv;
use store_issuer::Transaction;
use store_issuer::fund::{ArchiveRow, LeftOutRow, LetterRow, MailingRow};

use super::form_numbers::shown_number;
use super::mailing_parts::PieceView;
use super::{FundError, FundPerson, Issuer};

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
/// People on the mailing's own page; the others stand on a page of theirs and in a file.
const LEFT_OUT_SHOWN: u32 = 25;
const ARCHIVES: u32 = 3;
/// Letters with a code, which are a mailing of their own.
pub(super) const INVITE: &str = "invite-to-enrol";
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
    /// Its parts, in their order.
    pub pieces: Vec<PieceView>,
    /// The first of those who were left out, each person once.
    pub left_out: Vec<LeftOutRow>,
    /// How many people were left out.
    pub left_out_people: u64,
    /// Kinds of the letters that it holds, with how many.
    pub holds: Vec<(String, u64)>,
    /// Archives of its parts, newest first.
    pub archives: Vec<ArchiveRow>,
}

impl MailingView {
    /// The same in a list, without what is in it.
    #[must_use]
    pub fn of(row: MailingRow) -> Self {
        Self {
            row,
            withdrawn: 0,
            pieces: Vec::new(),
            left_out: Vec::new(),
            left_out_people: 0,
            holds: Vec::new(),
            archives: Vec::new(),
        }
    }
}

impl Issuer {
    /// One mailing with its parts.
    pub async fn mailing(&self, tenant: &str, id: &str) -> Result<MailingView, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let row = tx.find_fund_mailing(tenant, id).await?.ok_or(FundError::Unknown)?;
        Ok(MailingView {
            withdrawn: tx.count_withdrawn_fund_letters(tenant, id).await?,
            pieces: self.pieces_of(&mut tx, tenant, &row).await?,
            left_out: tx.list_left_out_fund_people(tenant, id, "", LEFT_OUT_SHOWN).await?,
            left_out_people: tx.count_left_out_fund_people(tenant, id).await?,
            holds: tx.count_fund_letter_kinds(tenant, id).await?,
            archives: tx.list_fund_archives(tenant, id, ARCHIVES).await?,
            row,
        })
    }

    /// Who was left out of a mailing, each person once with how many letters and why, those after `after`.
    pub async fn list_left_out(
        &self,
        tenant: &str,
        id: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<(FundPerson, LeftOutRow)>, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        tx.find_fund_mailing(tenant, id).await?.ok_or(FundError::Unknown)?;
        let mut found = Vec::new();
        for row in tx.list_left_out_fund_people(tenant, id, after, limit).await? {
            let person = tx.find_fund_person(tenant, &row.person).await?.ok_or(FundError::Damaged)?;
            found.push((self.open_fund_person(tenant, &person)?, row));
        }
        Ok(found)
    }

    /// The same as a file, for whoever corrects the register. It names people, so reading it is written down.
    pub async fn left_out_file(&self, by: &Actor, id: &str) -> Result<Vec<u8>, FundError> {
        let (mut rows, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.list_left_out(&by.tenant, id, &after, BATCH).await?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(&last.id);
            rows.extend(page.iter().map(|(person, row)| {
                let it = &person.registered;
                let name = format!("{} {}", it.given_name, it.family_name);
                let (many, why) = (row.letters.to_string(), letter_fault(&row.fault).to_owned());
                [it.uid.clone(), person.id.clone(), name, it.country.clone(), it.language.clone(), many, why]
            }));
        }
        let now = self.now();
        sql::retry(|| async {
            let mut tx = self.store.write("read_fund_left_out").await?;
            tx.audit(by, Act { action: "fund.mailing.left-out", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok::<(), FundError>(())
        })
        .await?;
        let headings = ["uid", "person", "name", "country", "language", "letters", "reason"];
        Ok(csv(&headings, rows.iter().map(|row| row.each_ref().map(String::as_str))))
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
