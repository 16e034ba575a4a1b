//! Forms that came back on paper: read, shown to an officer, and on their word a proof like any other.
//!
//! A page that is read becomes a proof that waits, so that letters stop at once and nobody is suspended. The officer sees
//! the signature beside what the register says, writes the day from the paper, and confirms or refuses. The digest of the
//! page and the number of the form both stand under the proof: neither counts twice.

use chrono::{NaiveDate, NaiveTime};
use entitlement::cycle::Channel;
use issuance::Actor;
use issuance::audit::Act;
use paper::{PageFault, ScannedPage};
use sha2::{Digest as _, Sha256};
use store_issuer::Transaction;
use store_issuer::fund::{LetterRow, ScanRow};

use super::scan_pictures::{parts, with_page};
use super::{FundError, FundPerson, Issuer, NewHelper, NewProof, Receipt};

/// Reading a page takes a core for a second and some 100 MB.
static READING: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

/// How a page came.
pub(super) struct Handed<'a> {
    /// By post or from a wallet.
    pub channel: Channel,
    /// Whose it has to be, where somebody sent it themselves.
    pub of: Option<&'a str>,
    /// Kept also when nothing can be read or no signature is seen.
    pub as_it_is: bool,
}

/// What became of one page of an upload.
#[derive(Clone, Debug)]
pub struct ReadPage {
    /// The page; its picture is left out.
    pub scan: ScanRow,
    /// The very picture was there before.
    pub again: bool,
}

/// A page before an officer.
#[derive(Clone, Debug)]
pub struct ScanPage {
    /// The page; its picture is left out.
    pub scan: ScanRow,
    /// What the register says of whose form it is.
    pub person: Option<FundPerson>,
    /// The letter with the form.
    pub letter: Option<LetterRow>,
}

impl Issuer {
    /// Reads a scan of one page or several. Each page answers for itself; the same picture again changes nothing.
    pub async fn read_scan(&self, by: &Actor, file: Vec<u8>) -> Result<Vec<ReadPage>, FundError> {
        self.pension_fund(&by.tenant)?;
        let mut read = Vec::new();
        for page in self.read_pages(file).await? {
            read.push(self.keep_page(by, &page).await?);
        }
        Ok(read)
    }

    pub(super) async fn read_pages(&self, file: Vec<u8>) -> Result<Vec<ScannedPage>, FundError> {
        let reading = READING.acquire().await.map_err(|_| FundError::Damaged)?;
        let pages = tokio::task::spawn_blocking(move || paper::forms(&file)).await;
        drop(reading);
        Ok(pages.map_err(|_| FundError::Damaged)??)
    }

    async fn keep_page(&self, by: &Actor, page: &ScannedPage) -> Result<ReadPage, FundError> {
        sql::retry(|| async {
            let mut tx = self.store.write("keep_fund_scan").await?;
            let handed = Handed { channel: Channel::Paper, of: None, as_it_is: true };
            let kept = self.keep_within(&mut tx, by, page, &handed).await?;
            tx.commit().await?;
            // From the post room every page is kept, read or not.
            kept.map_err(|_| FundError::Damaged)
        })
        .await
    }

    /// Reads one page and writes it down; a page that is not kept is answered with why, as a word of ours.
    pub(super) async fn keep_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        page: &ScannedPage,
        handed: &Handed<'_>,
    ) -> Result<Result<ReadPage, &'static str>, FundError> {
        let (tenant, digest) = (by.tenant.as_str(), hex::encode(page.digest));
        if let Some(scan) = tx.find_fund_scan_by_digest(tenant, &digest).await? {
            let of_another = handed.of.is_some() && scan.person.as_deref() != handed.of;
            return Ok(match of_another {
                true => Err("other-person"),
                false => Ok(ReadPage { scan: ScanRow { picture: None, ..scan }, again: true }),
            });
        }
        let mut scan = self.unread(by, digest, page);
        let mut shown = page.shown.clone().map(|shown| ("image/jpeg", shown));
        scan.person = handed.of.map(str::to_owned);
        let letter = match &page.form {
            Ok(form) => {
                scan.is_signed = form.is_signed;
                match self.number_of_code(tenant, &form.code) {
                    Some(number) => tx.find_fund_letter(tenant, number).await?,
                    None => None,
                }
            }
            Err(_) => None,
        };
        match letter {
            Some(letter) if handed.of.is_some_and(|of| of != letter.person) => {
                return Ok(Err("other-person"));
            }
            Some(_) if scan.is_signed == Some(false) && !handed.as_it_is => return Ok(Err("unsigned")),
            Some(letter) => {
                if let Some(area) = page.form.as_ref().ok().and_then(|form| form.area.as_ref()) {
                    // What somebody wrote beside it, "I moved" or "call me", is on the page alone.
                    let page = page.shown.as_deref();
                    shown =
                        Some(("image/png", page.map_or_else(|| area.clone(), |page| with_page(area, page))));
                }
                scan.fault = None;
                let receipt = self.proof_of_form(tx, by, &scan.digest, (&letter, handed.channel)).await?;
                name(&mut scan, &letter, &receipt);
            }
            None if page.form.is_ok() => scan.fault = Some("not-ours".to_owned()),
            None => {}
        }
        if !handed.as_it_is
            && let Some(fault) = &scan.fault
        {
            return Ok(Err(known_fault(fault)));
        }
        if let Some((media_type, picture)) = shown.filter(|_| scan.state != "again") {
            let sealed = self.seal_scan(tx, (tenant, scan.person.as_deref()), &scan.id, &picture).await?;
            (scan.picture, scan.media_type) = (Some(sealed), Some(media_type.to_owned()));
        }
        tx.insert_fund_scan(tenant, &scan).await?;
        let act = Act { action: "fund.scan", target: &scan.id, detail: &scan.state };
        tx.audit(by, act, scan.uploaded_at).await?;
        Ok(Ok(ReadPage { scan: ScanRow { picture: None, ..scan }, again: false }))
    }

    fn unread(&self, by: &Actor, digest: String, page: &ScannedPage) -> ScanRow {
        ScanRow {
            id: self.new_id(),
            state: "unread".to_owned(),
            digest,
            number: None,
            person: None,
            proof: None,
            fault: page.form.as_ref().err().map(|fault| fault_word(*fault).to_owned()),
            is_signed: None,
            media_type: None,
            picture: None,
            uploaded_by: by.officer.clone(),
            uploaded_at: self.now(),
            decided_by: None,
            decided_at: None,
        }
    }

    /// A proof that waits. Until somebody has read the day from the paper it counts as made today.
    async fn proof_of_form(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        digest: &str,
        (letter, channel): (&LetterRow, Channel),
    ) -> Result<Receipt, FundError> {
        let number = letter.number.as_deref().unwrap_or_default();
        // A form that was refused, for want of a signature, may be signed and sent again.
        let refused = tx.count_refused_fund_scans(&by.tenant, number).await?;
        let form = hex::encode(Sha256::digest(format!("form/{}/{number}/{refused}", by.tenant)));
        let new = NewProof {
            person: letter.person.clone(),
            channel,
            captured_at: self.now(),
            received_at: None,
            digests: vec![form, digest.to_owned()],
            operator: None,
            helper: None,
            remark: String::new(),
            accept: false,
        };
        self.enter_within(tx, by, &new).await
    }

    /// Pages in one state, oldest first, after `after`.
    pub async fn list_scans(
        &self,
        tenant: &str,
        state: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<ScanRow>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.list_fund_scans(tenant, state, after, limit).await?)
    }

    /// One page with what the register says.
    pub async fn scan_page(&self, tenant: &str, id: &str) -> Result<ScanPage, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let scan = tx.find_fund_scan(tenant, id).await?.ok_or(FundError::Unknown)?;
        let person = match &scan.person {
            Some(person) => tx.find_fund_person(tenant, person).await?,
            None => None,
        };
        let letter = match &scan.number {
            Some(number) => tx.find_fund_letter(tenant, number).await?,
            None => None,
        };
        Ok(ScanPage {
            person: person.map(|row| self.open_fund_person(tenant, &row)).transpose()?,
            letter,
            scan: ScanRow { picture: None, ..scan },
        })
    }

    /// The picture of a page, until it is decided: its media type and bytes. Of a form that was read it is the place of the signature.
    pub async fn scan_picture(&self, tenant: &str, id: &str) -> Result<(String, Vec<u8>), FundError> {
        let (media_type, picture) = self.whole_scan(tenant, id).await?;
        Ok((media_type, parts(&picture).0.to_vec()))
    }

    /// The whole page of a form that was read, as a JPEG, until it is decided; of another page its only picture.
    pub async fn scan_whole_page(&self, tenant: &str, id: &str) -> Result<(String, Vec<u8>), FundError> {
        let (media_type, picture) = self.whole_scan(tenant, id).await?;
        Ok(match parts(&picture) {
            (_, Some(page)) => ("image/jpeg".to_owned(), page.to_vec()),
            (picture, None) => (media_type, picture.to_vec()),
        })
    }

    async fn whole_scan(&self, tenant: &str, id: &str) -> Result<(String, Vec<u8>), FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let scan = tx.find_fund_scan(tenant, id).await?.ok_or(FundError::Unknown)?;
        let (Some(media_type), Some(sealed)) = (scan.media_type, scan.picture) else {
            return Err(FundError::Unknown);
        };
        let picture = self.open_scan(&mut tx, tenant, id, &sealed).await?;
        Ok((media_type, picture.ok_or(FundError::Damaged)?))
    }

    /// An officer's word about a form: confirmed with the day on the paper, or refused with a reason. The picture is erased.
    pub async fn decide_scan(
        &self,
        by: &Actor,
        id: &str,
        word: Result<NaiveDate, &str>,
    ) -> Result<Receipt, FundError> {
        self.decide_scan_of(by, id, word, (None, "")).await
    }

    /// The same of a form that somebody signed for the person, or on which something else is written.
    pub async fn decide_scan_of(
        &self,
        by: &Actor,
        id: &str,
        word: Result<NaiveDate, &str>,
        (helper, note): (Option<&NewHelper>, &str),
    ) -> Result<Receipt, FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let (tenant, now) = (by.tenant.as_str(), self.now());
            let mut tx = self.store.write("decide_fund_scan").await?;
            let scan = tx.find_fund_scan(tenant, id).await?.ok_or(FundError::Unknown)?;
            let proof =
                scan.proof.as_deref().filter(|_| scan.state == "waiting").ok_or(FundError::Decided)?;
            let (to, decision, made) = match word {
                Ok(day) => {
                    let noon = day.and_time(NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default()).and_utc();
                    if day > now.date_naive() {
                        return Err(FundError::Form("the form bears a day that has not come yet"));
                    }
                    ("accepted", (true, ""), Some((noon.min(now), helper, note)))
                }
                Err(reason) => ("refused", (false, reason), None),
            };
            let receipt = self.decide_dated(&mut tx, by, proof, decision, made).await?;
            tx.decide_fund_scan(tenant, (id, "waiting", to), &by.officer, now).await?;
            self.end_spare_scan_key(&mut tx, tenant, &scan).await?;
            tx.audit(by, Act { action: "fund.scan.decide", target: id, detail: to }, now).await?;
            tx.commit().await?;
            Ok(receipt)
        })
        .await
    }

    /// An officer read the number of the form on a page that the machine could not read. It waits for its decision then.
    pub async fn name_scan(&self, by: &Actor, id: &str, typed: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let (tenant, now) = (by.tenant.as_str(), self.now());
            let number = self.typed_number(tenant, typed).ok_or(FundError::Form(
                "this is no number of a form; it has twelve letters and digits below the code, and one of these is wrong",
            ))?;
            let mut tx = self.store.write("name_fund_scan").await?;
            let mut scan = tx.find_fund_scan(tenant, id).await?.ok_or(FundError::Unknown)?;
            if scan.state != "unread" {
                return Err(FundError::Decided);
            }
            let letter = tx.find_fund_letter(tenant, &number).await?;
            let letter = letter.ok_or(FundError::Form("no letter of the Fund had a form with this number"))?;
            if scan.person.as_deref().is_some_and(|of| of != letter.person) {
                return Err(FundError::Form(
                    "this page was sent by somebody else than whose form has this number; look at it again",
                ));
            }
            let channel = if scan.uploaded_by == "person" { Channel::Upload } else { Channel::Paper };
            let receipt = self.proof_of_form(&mut tx, by, &scan.digest, (&letter, channel)).await?;
            name(&mut scan, &letter, &receipt);
            match scan.state.as_str() {
                "again" => tx.decide_fund_scan(tenant, (id, "unread", "again"), &by.officer, now).await?,
                _ => {
                    tx.name_fund_scan(tenant, id, (&number, &letter.person, &receipt.id)).await?;
                    let sealed = scan.picture.as_deref();
                    self.own_scan(&mut tx, (tenant, &letter.person), (id, sealed)).await?;
                }
            }
            tx.audit(by, Act { action: "fund.scan.name", target: id, detail: &scan.state }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Takes a page off the list that is no form. Its picture is erased.
    pub async fn dismiss_scan(&self, by: &Actor, id: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("dismiss_fund_scan").await?;
            let scan = tx.find_fund_scan(&by.tenant, id).await?.ok_or(FundError::Unknown)?;
            if scan.state != "unread" {
                return Err(FundError::Decided);
            }
            tx.decide_fund_scan(&by.tenant, (id, "unread", "dismissed"), &by.officer, now).await?;
            self.end_spare_scan_key(&mut tx, &by.tenant, &scan).await?;
            tx.audit(by, Act { action: "fund.scan.dismiss", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }
}

fn name(scan: &mut ScanRow, letter: &LetterRow, receipt: &Receipt) {
    scan.state = if receipt.again { "again" } else { "waiting" }.to_owned();
    scan.number.clone_from(&letter.number);
    scan.person = Some(letter.person.clone());
    scan.proof = Some(receipt.id.clone());
}

fn known_fault(word: &str) -> &'static str {
    ["picture", "several", "not-ours"].into_iter().find(|known| *known == word).unwrap_or("no-code")
}

const fn fault_word(fault: PageFault) -> &'static str {
    match fault {
        PageFault::Picture => "picture",
        PageFault::NoCode => "no-code",
        PageFault::Several => "several",
    }
}

/// The words for why a page could not be read, and what to do.
#[must_use]
pub fn scan_fault(fault: &str) -> &'static str {
    match fault {
        "picture" => {
            "The picture cannot be read or is too large. Scan the page again in grey at 200 to 300 dots an inch."
        }
        "several" => "There are codes of two forms on this page. Scan each page by itself.",
        "not-ours" => {
            "The code on this page is of no form of the Fund. Look whether it is a copy or a forgery."
        }
        _ => "No code of a form was found. Type the number below the code, or scan the page again.",
    }
}
