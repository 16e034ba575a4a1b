//! Letters: gathered from what nights asked for, printed in parts, handed to the post.
//!
//! A mailing is gathered in batches, each in one transaction with its place, so that it goes on where it was after a
//! crash. Letters are sealed rows; the PDF of a part is made when it is fetched, so a mailing of 74,000 is never in memory
//! nor on a disk as a whole. What asked for a letter stays open until the post has it: a proof in between takes it back.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use clock::Timestamp;
use entitlement::cycle::{EffectKind, Person};
use issuance::Actor;
use issuance::audit::Act;
use issuance::import::{Registered, csv};
use issuance::message::Language;
use sha2::{Digest as _, Sha256};
use store_issuer::Transaction;
use store_issuer::fund::{AskedRow, LetterRow, MailingRow, PieceRow, ProofRow};

use super::calendars::YearCalendar;
use super::words::{Proof, Written, foot, labels, part_of};
use super::{FundError, Issuer, Tenant};

/// Letters in one file, and in one transaction when they are gathered.
pub(crate) const LETTERS_IN_PIECE: u64 = 500;
const BATCH: u32 = 500;
/// Kinds of effects that ask for a letter, in the order in which they are gathered.
pub(crate) const KINDS: [&str; 5] =
    ["send-notice", "mail-paper", "offer-another-channel", "remind", "send-receipt"];
const LONGEST_LINE: usize = 120;
const LEFT_OUT_SHOWN: u32 = 200;
const MAILINGS: u32 = 50;
/// A reprint may be asked for so long after the post took the letters.
const LETTERS_KEPT_DAYS: i64 = 60;
/// Two files at a time: one takes a core for seconds.
static PRINTING: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

/// What an officer asks for.
#[derive(Clone, Debug)]
pub struct NewMailing {
    /// Kinds of effects; all when there is none.
    pub kinds: Vec<String>,
    /// Stands on every letter.
    pub telephone: String,
    /// Where forms are sent back to, in one line.
    pub return_address: String,
}

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

/// What all letters of a batch go by.
struct Going<'a> {
    tenant: &'a str,
    mailing: &'a MailingRow,
    calendars: Vec<YearCalendar>,
    proofs: BTreeMap<String, ProofRow>,
}

impl Issuer {
    /// Begins a mailing. It is gathered in the background.
    pub async fn make_mailing(&self, by: &Actor, new: &NewMailing) -> Result<String, FundError> {
        self.pension_fund(&by.tenant)?;
        let wanted: Vec<&str> = KINDS
            .into_iter()
            .filter(|kind| new.kinds.is_empty() || new.kinds.iter().any(|it| it == kind))
            .collect();
        if new.kinds.iter().any(|kind| !KINDS.contains(&kind.as_str())) {
            return Err(FundError::Form("there is no such kind of letter"));
        }
        let [telephone, return_address] =
            [&new.telephone, &new.return_address].map(|text| text.trim().to_owned());
        for text in [&telephone, &return_address] {
            if text.is_empty() || text.chars().count() > LONGEST_LINE || text.chars().any(char::is_control) {
                return Err(FundError::Form(
                    "telephone number and return address are one line each, of at most 120 characters",
                ));
            }
            paper::check_address(std::slice::from_ref(text))
                .map_err(|_| FundError::Form("telephone number or return address cannot be printed"))?;
        }
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("make_fund_mailing").await?;
            let row = MailingRow {
                id: self.new_id(),
                state: "gathering".to_owned(),
                kinds: wanted.join(" "),
                at_kind: wanted.first().copied().unwrap_or_default().to_owned(),
                after_key: String::new(),
                letters: 0,
                left_out: 0,
                telephone: telephone.clone(),
                return_address: return_address.clone(),
                made_by: by.officer.clone(),
                made_at: now,
                ready_at: None,
                posted_on: None,
                posted_by: None,
                posted_at: None,
            };
            match tx.insert_fund_mailing(&by.tenant, &row).await {
                Ok(()) => {}
                Err(error) if error.is_conflict() => {
                    return Err(FundError::Conflict(
                        "another mailing is being gathered; wait until it is ready",
                    ));
                }
                Err(error) => return Err(error.into()),
            }
            tx.audit(by, Act { action: "fund.mailing.make", target: &row.id, detail: &row.kinds }, now)
                .await?;
            tx.commit().await?;
            Ok(row.id)
        })
        .await
    }

    /// Gathers the mailing that is being gathered, if there is one, to its end. True when something was done.
    pub async fn gather_mailings(&self, tenant: &Tenant) -> Result<bool, FundError> {
        if self.pension_fund(&tenant.id).is_err() {
            return Ok(false);
        }
        let mut did = false;
        while self.gather_batch(&tenant.id).await? {
            did = true;
        }
        Ok(did)
    }

    /// One batch: read, written as letters without a lock, and put with the place in one transaction.
    async fn gather_batch(&self, tenant: &str) -> Result<bool, FundError> {
        sql::retry(|| async {
            let mut tx = self.store.read().await?;
            let Some(before) = tx.find_gathering_fund_mailing(tenant).await? else { return Ok(false) };
            let asked = tx.list_asked_fund_letters(tenant, &before.at_kind, &before.after_key, BATCH).await?;
            let calendars = self.calendars_within(&mut tx, tenant).await?;
            let proofs = self.proofs_of(&mut tx, tenant, &asked).await?;
            drop(tx);
            let going = Going { tenant, mailing: &before, calendars, proofs };
            let letters = self.write_letters(&going, &asked);
            let mut after = before.clone();
            let left_out = letters.iter().filter(|letter| letter.fault.is_some()).count();
            after.left_out += left_out as u64;
            after.letters += (letters.len() - left_out) as u64;
            if let Some(last) = asked.last() {
                after.after_key.clone_from(&last.effect);
            }
            let is_last_of_kind = asked.len() < BATCH as usize;
            let next = before.kinds.split_whitespace().skip_while(|kind| *kind != before.at_kind).nth(1);
            if let (true, Some(next)) = (is_last_of_kind, next) {
                (after.at_kind, after.after_key) = (next.to_owned(), String::new());
            }
            let mut tx = self.store.write("gather_fund_mailing").await?;
            // First the place, which says whether somebody else gathered the same.
            tx.move_fund_mailing(tenant, &before, &after).await?;
            for letter in &letters {
                tx.insert_fund_letter(tenant, letter).await?;
            }
            if is_last_of_kind && next.is_none() {
                tx.ready_fund_mailing(tenant, &before.id, self.now()).await?;
            }
            tx.commit().await?;
            Ok(true)
        })
        .await
    }

    pub(super) async fn proofs_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        asked: &[AskedRow],
    ) -> Result<BTreeMap<String, ProofRow>, FundError> {
        let mut proofs = BTreeMap::new();
        for row in asked {
            if let Ok(EffectKind::SendReceipt { evidence }) = serde_json::from_str(&row.content)
                && let Some(proof) = tx.find_fund_proof(tenant, &evidence).await?
            {
                proofs.insert(evidence, proof);
            }
        }
        Ok(proofs)
    }

    /// On all cores: opening and sealing is most of the work, and it needs no database.
    fn write_letters(&self, going: &Going<'_>, asked: &[AskedRow]) -> Vec<LetterRow> {
        let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(8));
        let share = asked.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let running: Vec<_> = asked
                .chunks(share)
                .map(|part| {
                    (
                        part,
                        scope.spawn(move || {
                            part.iter().map(|it| self.write_letter(going, it)).collect::<Vec<_>>()
                        }),
                    )
                })
                .collect();
            let joined = running.into_iter().flat_map(|(part, thread)| {
                thread
                    .join()
                    .unwrap_or_else(|_| part.iter().map(|it| blank(going.mailing, it, "damaged")).collect())
            });
            joined.collect()
        })
    }

    fn write_letter(&self, going: &Going<'_>, asked: &AskedRow) -> LetterRow {
        let written = match self.letter_to(going.tenant, &going.calendars, &going.proofs, asked) {
            Ok(written) => written,
            Err(fault) => return blank(going.mailing, asked, fault),
        };
        let number = written.has_form().then(|| self.new_form_number(going.tenant));
        let purpose = format!("{}/{}", going.mailing.id, asked.effect);
        LetterRow {
            number,
            fault: None,
            sealed: Some(self.seal_for("letter", going.tenant, &purpose, &written)),
            ..blank(going.mailing, asked, "")
        }
    }

    /// What a letter says and to whom; otherwise why it cannot be written, as a word of ours.
    fn letter_to(
        &self,
        tenant: &str,
        calendars: &[YearCalendar],
        proofs: &BTreeMap<String, ProofRow>,
        asked: &AskedRow,
    ) -> Result<Written, &'static str> {
        let (registered, written) = self.written(tenant, calendars, proofs, asked)?;
        let address = registered.address.ok_or("no-address")?;
        let lines = address.split('|').map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
        let to: Vec<String> = std::iter::once(written.name.clone()).chain(lines).collect();
        if to.len() < 2 {
            return Err("no-address");
        }
        paper::check_address(&to).map_err(|error| match error {
            paper::CertificateError::Character(_) => "unprintable",
            _ => "address-too-long",
        })?;
        Ok(Written { to, ..written })
    }

    /// The same without an address.
    pub(super) fn written(
        &self,
        tenant: &str,
        calendars: &[YearCalendar],
        proofs: &BTreeMap<String, ProofRow>,
        asked: &AskedRow,
    ) -> Result<(Registered, Written), &'static str> {
        let registered: Registered =
            self.open_for("person", tenant, &asked.person.id, &asked.person.sealed).map_err(|_| "damaged")?;
        let facts: Person = self.open_facts(tenant, &asked.person).map_err(|_| "damaged")?;
        let kind: EffectKind = serde_json::from_str(&asked.content).map_err(|_| "damaged")?;
        let known =
            calendars.iter().find(|known| known.calendar.year() == asked.year).ok_or("no-calendar")?;
        let due = known.calendar.dates_of(&facts).due;
        let (back, suspends, proof) = match &kind {
            EffectKind::MailPaper { asked_back_by, .. } => (Some(*asked_back_by), None, None),
            EffectKind::SendNotice { suspends_on } => (None, Some(*suspends_on), None),
            EffectKind::SendReceipt { evidence } => {
                let proof = proofs.get(evidence).ok_or("damaged")?;
                let proof = Proof {
                    reference: proof.reference.clone(),
                    years: proof.years.clone(),
                    valid_until: proof.valid_until,
                };
                (None, None, Some(proof))
            }
            _ => (None, None, None),
        };
        let name = format!("{} {}", registered.given_name, registered.family_name).trim().to_owned();
        let part = part_of(&kind).ok_or("damaged")?.to_owned();
        let written = Written { part, name, to: Vec::new(), year: asked.year, due, back, suspends, proof };
        Ok((registered, written))
    }

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

    /// The letters of one part as a PDF, without those that were taken back meanwhile. Who fetched it is written down, and
    /// the digest of what they got.
    pub async fn mailing_piece(&self, by: &Actor, id: &str, piece: u64) -> Result<Vec<u8>, FundError> {
        let fund = self.pension_fund(&by.tenant)?;
        let (row, letters) = self.piece_of(&by.tenant, id, piece).await?;
        let printing = PRINTING.acquire().await.map_err(|_| FundError::Damaged)?;
        let made = row.ready_at.unwrap_or(row.made_at);
        let pages = self.pages(&by.tenant, &letters)?;
        let many = pages.len() as u64;
        if pages.is_empty() {
            return Err(FundError::Conflict(
                "every letter of this part was taken back; there is nothing to print",
            ));
        }
        let sheet = Sheet {
            sender: fund.name.clone(),
            return_address: row.return_address.clone(),
            telephone: row.telephone.clone(),
            day: row.made_at.date_naive(),
            title: format!("{id} {piece}"),
            made,
        };
        let pdf = tokio::task::spawn_blocking(move || sheet.print(&pages)).await;
        drop(printing);
        let pdf = pdf.map_err(|_| FundError::Damaged)?.map_err(|error| {
            tracing::error!(mailing.id = id, mailing.piece = piece, error = %error, "a part of a mailing cannot be printed");
            FundError::Damaged
        })?;
        let printed = PieceRow {
            piece,
            digest: hex::encode(Sha256::digest(&pdf)),
            letters: many,
            fetched_by: by.officer.clone(),
            fetched_at: self.now(),
        };
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

    async fn piece_of(
        &self,
        tenant: &str,
        id: &str,
        piece: u64,
    ) -> Result<(MailingRow, Vec<LetterRow>), FundError> {
        let mut tx = self.store.read().await?;
        let row = tx.find_fund_mailing(tenant, id).await?.ok_or(FundError::Unknown)?;
        match row.state.as_str() {
            "ready" | "posted" => {}
            "gathering" => {
                return Err(FundError::Conflict("the mailing is still being gathered; try again soon"));
            }
            _ => return Err(FundError::Conflict("the mailing was cancelled")),
        }
        if !(1..=pieces(row.letters)).contains(&piece) {
            return Err(FundError::Unknown);
        }
        let (after, last) = ((piece - 1) * LETTERS_IN_PIECE, piece * LETTERS_IN_PIECE);
        let letters = tx.list_fund_letters(tenant, id, (after, last)).await?;
        Ok((row, letters))
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
        let (_, letters) = match self.piece_of(&by.tenant, id, piece).await {
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

    /// Eleven random characters and one by which a slip of the pen is noticed.
    fn new_form_number(&self, tenant: &str) -> String {
        let mut random = [0; 11];
        self.entropy.fill(&mut random);
        let body: String = random.iter().map(|byte| crockford(*byte)).collect();
        let check = self.secrets.form_code(tenant, &body).first().copied().unwrap_or_default();
        format!("{body}{}", crockford(check))
    }

    /// The text of a form's code: its number, and what shows that it came from here.
    pub(super) fn form_code(&self, tenant: &str, number: &str) -> String {
        let mac = self.secrets.form_code(tenant, number);
        let mac = hex::encode_upper(mac.get(..8).unwrap_or_default());
        format!("{}{number}:{mac}", paper::FORM_PREFIX)
    }

    /// The number in the text of a code that came from here.
    pub(super) fn number_of_code<'a>(&self, tenant: &str, code: &'a str) -> Option<&'a str> {
        let (number, _) = code.strip_prefix(paper::FORM_PREFIX)?.split_once(':')?;
        // The MAC keeps strangers from trying numbers; what a number means is in the database alone.
        (self.form_code(tenant, number) == code).then_some(number)
    }

    /// A number as somebody types it: blanks, hyphens and small letters are the same. Nothing when a character is wrong.
    pub(super) fn typed_number(&self, tenant: &str, typed: &str) -> Option<String> {
        let number: String = typed
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .map(|letter| match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let body = number.get(..11).filter(|_| number.len() == 12)?;
        let check = self.secrets.form_code(tenant, body).first().copied()?;
        number.ends_with(crockford(check)).then_some(number)
    }
}

/// Everything that the letters of one file share.
struct Sheet {
    sender: String,
    return_address: String,
    telephone: String,
    day: NaiveDate,
    title: String,
    made: Timestamp,
}

/// One letter, opened.
struct LetterPage {
    written: Written,
    language: Language,
    country: String,
    place: u64,
    /// The text of the code, and the number for people.
    code: Option<(String, String)>,
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
    fn print(&self, pages: &[LetterPage]) -> Result<Vec<u8>, paper::LetterError> {
        struct Texts<'a> {
            said: super::words::Said,
            declaration: String,
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
                    day: day.into(),
                    foot: foot.into(),
                }
            })
            .collect();
        let letters: Vec<paper::Letter<'_>> = pages
            .iter()
            .zip(&texts)
            .map(|(page, texts)| paper::Letter {
                direction: direction(page.language),
                sender: &self.sender,
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
                }),
                foot: &texts.foot,
            })
            .collect();
        paper::letters(&self.title, self.made, &letters)
    }
}

fn blank(mailing: &MailingRow, asked: &AskedRow, fault: &str) -> LetterRow {
    LetterRow {
        mailing: mailing.id.clone(),
        effect: asked.effect.clone(),
        person: asked.person.id.clone(),
        year: asked.year,
        kind: asked.kind.clone(),
        language: asked.person.language.clone(),
        country: asked.person.country.clone(),
        place: None,
        number: None,
        fault: Some(fault.to_owned()),
        sealed: None,
        withdrawn: false,
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

fn pieces(letters: u64) -> u64 {
    letters.div_ceil(LETTERS_IN_PIECE)
}

fn piece_at(place: u64) -> u64 {
    place.div_ceil(LETTERS_IN_PIECE)
}

/// Of 32 that are not taken for each other (Crockford's base 32).
fn crockford(byte: u8) -> char {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    LETTERS.get(usize::from(byte % 32)).copied().map_or('0', char::from)
}

/// In groups of four, as it stands below the code.
pub(super) fn shown_number(number: &str) -> String {
    let letters: Vec<char> = number.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
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
