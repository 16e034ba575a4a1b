//! Many parts of a mailing in one file: a ZIP that is written while it is fetched, a part at a time.
//!
//! Its parts count as printed when the file has come to its end, all or none: whoever has half of an archive cannot open it, and
//! must not find its letters among those that left. How far it is stands in the database for whoever looks meanwhile.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{Datelike as _, Timelike as _};
use clock::Timestamp;
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::fund::{ArchiveRow, MailingRow, PieceRow};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

use super::mailings::pieces;
use super::printing::PrintedPiece;
use super::{FundError, Issuer};

/// An archive that is being fetched.
pub(crate) struct Archive {
    /// Where it stands.
    pub row: ArchiveRow,
    mailing: MailingRow,
    next: u64,
    /// The part after the last one, which was printed with it.
    ahead: Option<(u64, Option<PrintedPiece>)>,
    printed: Vec<PieceRow>,
    zip: Option<ZipWriter<StreamWriter<Shared>>>,
    made: Shared,
}

impl Issuer {
    /// Begins an archive of the parts from one number to another; of all where none is named.
    pub(crate) async fn begin_archive(
        &self,
        by: &Actor,
        id: &str,
        (from, to): (Option<u64>, Option<u64>),
    ) -> Result<Archive, FundError> {
        self.pension_fund(&by.tenant)?;
        let mailing = self.ready_mailing(&by.tenant, id).await?;
        let last = pieces(mailing.letters);
        let (from, to) = (from.unwrap_or(1), to.unwrap_or(last));
        if from < 1 || from > to || to > last {
            return Err(FundError::Form("there are no such parts; name the first and the last one"));
        }
        let now = self.now();
        let row = ArchiveRow {
            id: self.new_id(),
            from,
            to,
            at: from - 1,
            fetched_by: by.officer.clone(),
            begun_at: now,
            moved_at: now,
            finished_at: None,
        };
        sql::retry(|| async {
            let mut tx = self.store.write("begin_fund_archive").await?;
            tx.insert_fund_archive(&by.tenant, id, &row).await?;
            let detail = format!("{from}-{to}");
            tx.audit(by, Act { action: "fund.mailing.archive", target: id, detail: &detail }, now).await?;
            tx.commit().await?;
            Ok::<(), FundError>(())
        })
        .await?;
        let made = Shared::default();
        let zip = Some(ZipWriter::new_stream(made.clone()));
        Ok(Archive { row, mailing, next: from, ahead: None, printed: Vec::new(), zip, made })
    }

    /// The bytes of the next part and what lies before them; nothing when every part is behind.
    pub(crate) async fn next_of_archive(
        &self,
        by: &Actor,
        archive: &mut Archive,
    ) -> Result<Option<Vec<u8>>, FundError> {
        while archive.next <= archive.row.to {
            let piece = archive.next;
            archive.next += 1;
            // A part of which every letter was taken back is no file.
            let Some(PrintedPiece { pdf, row }) = self.print_of_archive(by, archive, piece).await? else {
                continue;
            };
            let bytes = archive.add(&format!("letters-{piece:03}.pdf"), &pdf, row.fetched_at);
            let bytes = bytes.map_err(|_| FundError::Damaged)?;
            archive.printed.push(row);
            sql::retry(|| async {
                let mut tx = self.store.write("move_fund_archive").await?;
                let named = (archive.mailing.id.as_str(), archive.row.id.as_str());
                tx.move_fund_archive(&by.tenant, named, piece, self.now()).await?;
                tx.commit().await?;
                Ok::<(), FundError>(())
            })
            .await?;
            return Ok(Some(bytes));
        }
        Ok(None)
    }

    /// Two parts at once, on two cores: the second is there when it is asked for.
    async fn print_of_archive(
        &self,
        by: &Actor,
        archive: &mut Archive,
        piece: u64,
    ) -> Result<Option<PrintedPiece>, FundError> {
        if let Some((_, printed)) = archive.ahead.take().filter(|(ahead, _)| *ahead == piece) {
            return Ok(printed);
        }
        let mailing = &archive.mailing;
        if piece == archive.row.to {
            return self.print_piece(by, mailing, piece).await;
        }
        let both = (self.print_piece(by, mailing, piece), self.print_piece(by, mailing, piece + 1));
        let (printed, after) = tokio::try_join!(both.0, both.1)?;
        archive.ahead = Some((piece + 1, after));
        Ok(printed)
    }

    /// Everything was sent: its parts are printed.
    pub(crate) async fn end_archive(&self, by: &Actor, archive: &Archive) -> Result<(), FundError> {
        let id = archive.mailing.id.as_str();
        sql::retry(|| async {
            let mut tx = self.store.write("end_fund_archive").await?;
            for printed in &archive.printed {
                tx.put_fund_piece(&by.tenant, id, printed).await?;
                let detail = format!("{} {}", printed.piece, printed.digest);
                let act = Act { action: "fund.mailing.print", target: id, detail: &detail };
                tx.audit(by, act, printed.fetched_at).await?;
            }
            tx.finish_fund_archive(&by.tenant, (id, &archive.row.id), self.now()).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }
}

impl Archive {
    fn add(&mut self, name: &str, bytes: &[u8], at: Timestamp) -> io::Result<Vec<u8>> {
        let zip = self.zip.as_mut().ok_or_else(|| io::Error::other("the archive is closed"))?;
        // A PDF is compressed within.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(moment(at))
            .unix_permissions(0o600);
        zip.start_file(name, options).map_err(io::Error::other)?;
        zip.write_all(bytes)?;
        Ok(self.made.take())
    }

    /// The list of its files, which stands at the end.
    pub(crate) fn end(&mut self) -> io::Result<Vec<u8>> {
        if let Some(zip) = self.zip.take() {
            zip.finish().map_err(io::Error::other)?;
        }
        Ok(self.made.take())
    }
}

fn moment(at: Timestamp) -> zip::DateTime {
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(at.year()).unwrap_or(1980);
    let (month, day) = (small(at.month()), small(at.day()));
    let (hour, minute, second) = (small(at.hour()), small(at.minute()), small(at.second()));
    zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap_or_default()
}

/// What was written and not taken yet.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
