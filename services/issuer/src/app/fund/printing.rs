//! Printing a mailing: the PDF and the addresses of a part, made when they are fetched.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use clock::Timestamp;
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::csv;
use issuance::message::Language;
use sha2::{Digest as _, Sha256};
use store_issuer::fund::{LetterRow, MailingRow, PieceRow};

use super::form_numbers::shown_number;
use super::mailings::{LETTERS_IN_PIECE, pieces};
use super::words::{Fields, Written, foot, helper_labels, labels};
use super::{FundError, Issuer, LetterSettings, Tenant};

/// Two files at a time: one takes a core for seconds.
static PRINTING: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

impl Issuer {
    /// The letters of one part as a PDF, without those that were taken back meanwhile. Who fetched it is written down, and
    /// the digest of what they got.
    pub async fn mailing_piece(&self, by: &Actor, id: &str, piece: u64) -> Result<Vec<u8>, FundError> {
        self.pension_fund(&by.tenant)?;
        let mailing = self.ready_mailing(&by.tenant, id).await?;
        let printed = self.print_piece(by, &mailing, piece).await?;
        let PrintedPiece { pdf, row: printed } = printed.ok_or(FundError::Conflict(
            "every letter of this part was taken back; there is nothing to print",
        ))?;
        sql::retry(|| async {
            let mut tx = self.store.write("fetch_fund_piece").await?;
            tx.put_fund_piece(&by.tenant, id, &printed).await?;
            let detail = format!("{piece} {}", printed.digest);
            let act = Act { action: "fund.mailing.print", target: id, detail: &detail };
            tx.audit(by, act, printed.fetched_at).await?;
            tx.commit().await?;
            Ok::<(), FundError>(())
        })
        .await?;
        Ok(pdf)
    }

    /// The same before anything is written down; nothing when every letter of it was taken back.
    pub(super) async fn print_piece(
        &self,
        by: &Actor,
        row: &MailingRow,
        piece: u64,
    ) -> Result<Option<PrintedPiece>, FundError> {
        let fund = self.pension_fund(&by.tenant)?;
        let letters = self.letters_of(&by.tenant, row, piece).await?;
        let printing = PRINTING.acquire().await.map_err(|_| FundError::Damaged)?;
        let made = row.ready_at.unwrap_or(row.made_at);
        let pages = self.pages(&by.tenant, &letters)?;
        let many = pages.len() as u64;
        if pages.is_empty() {
            return Ok(None);
        }
        let settings =
            LetterSettings { telephone: row.telephone.clone(), return_address: row.return_address.clone() };
        let title = format!("{} {piece}", row.id);
        let sheet = Sheet::new(fund, &settings, row.made_at.date_naive(), title, made);
        let pdf = tokio::task::spawn_blocking(move || sheet.print(&pages, None)).await;
        drop(printing);
        let pdf = pdf.map_err(|_| FundError::Damaged)?.map_err(|error| {
            let id = row.id.as_str();
            tracing::error!(mailing.id = id, mailing.piece = piece, error = %error, "a part of a mailing cannot be printed");
            FundError::Damaged
        })?;
        let row = PieceRow {
            piece,
            digest: hex::encode(Sha256::digest(&pdf)),
            letters: many,
            fetched_by: by.officer.clone(),
            fetched_at: self.now(),
            posted_on: None,
        };
        Ok(Some(PrintedPiece { pdf, row }))
    }

    /// A mailing of which parts can be printed.
    pub(super) async fn ready_mailing(&self, tenant: &str, id: &str) -> Result<MailingRow, FundError> {
        let mut tx = self.store.read().await?;
        let row = tx.find_fund_mailing(tenant, id).await?.ok_or(FundError::Unknown)?;
        match row.state.as_str() {
            "ready" | "posted" => Ok(row),
            "gathering" => Err(FundError::Conflict("the mailing is still being gathered; try again soon")),
            _ => Err(FundError::Conflict("the mailing was cancelled")),
        }
    }

    async fn letters_of(
        &self,
        tenant: &str,
        row: &MailingRow,
        piece: u64,
    ) -> Result<Vec<LetterRow>, FundError> {
        if !(1..=pieces(row.letters)).contains(&piece) {
            return Err(FundError::Unknown);
        }
        let (after, last) = ((piece - 1) * LETTERS_IN_PIECE, piece * LETTERS_IN_PIECE);
        Ok(self.store.read().await?.list_fund_letters(tenant, &row.id, (after, last)).await?)
    }

    /// Those that still leave, opened.
    fn pages(&self, tenant: &str, letters: &[LetterRow]) -> Result<Vec<LetterPage>, FundError> {
        let mut pages = Vec::with_capacity(letters.len());
        for letter in letters.iter().filter(|letter| !letter.withdrawn) {
            let sealed = letter.sealed.as_ref();
            let sealed =
                sealed.ok_or(FundError::Conflict("what these letters said was erased after they left"))?;
            let purpose = format!("{}/{}", letter.mailing, letter.effect);
            pages.push(LetterPage {
                written: self.open_for("letter", tenant, &purpose, sealed)?,
                language: Language::parse(&letter.language).unwrap_or_default(),
                country: letter.country.clone(),
                place: letter.place.unwrap_or_default(),
                code: letter
                    .number
                    .as_ref()
                    .map(|number| (self.form_code(tenant, number), shown_number(number))),
            });
        }
        Ok(pages)
    }

    /// The addresses of one part as CSV, in the order of its letters; nothing behind the last part. The headings are in
    /// the first, so that the parts one after another are one file. Reading it is written down.
    pub async fn mailing_addresses(
        &self,
        by: &Actor,
        id: &str,
        piece: u64,
    ) -> Result<Option<Vec<u8>>, FundError> {
        self.pension_fund(&by.tenant)?;
        let mailing = self.ready_mailing(&by.tenant, id).await?;
        let letters = match self.letters_of(&by.tenant, &mailing, piece).await {
            Err(FundError::Unknown) if piece > 1 => return Ok(None),
            found => found?,
        };
        if piece == 1 {
            let now = self.now();
            sql::retry(|| async {
                let mut tx = self.store.write("read_fund_addresses").await?;
                tx.audit(by, Act { action: "fund.mailing.addresses", target: id, detail: "" }, now).await?;
                tx.commit().await?;
                Ok::<(), FundError>(())
            })
            .await?;
        }
        let pages = self.pages(&by.tenant, &letters)?;
        let rows: Vec<[String; 11]> = pages.into_iter().map(|page| page.address(piece)).collect();
        let file = csv(&ADDRESS_HEADINGS, rows.iter().map(|row| row.each_ref().map(String::as_str)));
        let line = file.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        Ok(Some(match piece {
            1 => file,
            _ => file.get(line..).unwrap_or_default().to_vec(),
        }))
    }
}

/// A part as a file, with what is to be written down about it.
pub(super) struct PrintedPiece {
    pub pdf: Vec<u8>,
    pub row: PieceRow,
}

/// Everything that the letters of one file share.
pub(super) struct Sheet {
    /// The organisation's name in each language.
    senders: BTreeMap<Language, String>,
    return_address: String,
    telephone: String,
    day: NaiveDate,
    title: String,
    made: Timestamp,
}

/// One letter, opened.
pub(super) struct LetterPage {
    pub written: Written,
    pub language: Language,
    pub country: String,
    pub place: u64,
    /// The text of the code, and the number for people.
    pub code: Option<(String, String)>,
}

const ADDRESS_HEADINGS: [&str; 11] = [
    "letter", "part", "form", "name", "line_1", "line_2", "line_3", "line_4", "line_5", "country", "language",
];

impl LetterPage {
    fn address(self, piece: u64) -> [String; 11] {
        let mut lines = self.written.to.into_iter();
        let name = lines.next().unwrap_or_default();
        let mut line = || lines.next().unwrap_or_default();
        let number = self.code.map(|(_, number)| number).unwrap_or_default();
        [
            self.place.to_string(),
            piece.to_string(),
            number,
            name,
            line(),
            line(),
            line(),
            line(),
            line(),
            self.country,
            self.language.code().to_owned(),
        ]
    }
}

impl Sheet {
    pub fn new(
        fund: &Tenant,
        settings: &LetterSettings,
        day: NaiveDate,
        title: String,
        made: Timestamp,
    ) -> Self {
        Self {
            senders: Language::ALL.into_iter().map(|it| (it, fund.name_in(it).to_owned())).collect(),
            return_address: settings.return_address.clone(),
            telephone: settings.telephone.clone(),
            day,
            title,
            made,
        }
    }

    /// As one file; with a word across each page where it is only looked at.
    pub fn print(&self, pages: &[LetterPage], words: Option<&[&str]>) -> Result<Vec<u8>, paper::LetterError> {
        struct Texts<'a> {
            said: super::words::Said,
            declaration: String,
            slip: Option<Fields>,
            day: Cow<'a, str>,
            foot: Cow<'a, str>,
        }
        let common: BTreeMap<Language, (String, String)> = Language::ALL
            .into_iter()
            .map(|language| {
                (
                    language,
                    (issuance::message::day_in_words(self.day, language), foot(language, &self.telephone)),
                )
            })
            .collect();
        let texts: Vec<Texts<'_>> = pages
            .iter()
            .map(|page| {
                let (day, foot) = common.get(&page.language).map_or(("", ""), |(day, foot)| (day, foot));
                Texts {
                    said: page.written.letter(page.language),
                    declaration: page.written.declaration(page.language),
                    slip: page.written.invitation.as_ref().map(|it| it.slip(page.language)),
                    day: day.into(),
                    foot: foot.into(),
                }
            })
            .collect();
        let letters = pages.iter().zip(&texts).map(|(page, texts)| paper::Letter {
            direction: direction(page.language),
            sender: self.senders.get(&page.language).map_or("", String::as_str),
            return_address: &self.return_address,
            to: &page.written.to,
            day: &texts.day,
            title: &texts.said.title,
            paragraphs: &texts.said.paragraphs,
            form: page.code.as_ref().map(|(code, number)| paper::FormPart {
                code,
                number,
                declaration: &texts.declaration,
                labels: labels(page.language),
                acting: helper_labels(page.language),
            }),
            slip: texts.slip.as_ref().map(Fields::on_paper),
            foot: &texts.foot,
        });
        match words {
            Some(words) => {
                let letters: Vec<_> = letters.zip(words.iter().copied()).collect();
                paper::sample_letters(&self.title, self.made, &letters)
            }
            None => paper::letters(&self.title, self.made, &letters.collect::<Vec<_>>()),
        }
    }
}

pub(super) fn direction(language: Language) -> paper::Direction {
    match language {
        Language::Arabic => paper::Direction::RightToLeft,
        Language::Chinese | Language::English | Language::French | Language::Russian | Language::Spanish => {
            paper::Direction::LeftToRight
        }
    }
}
