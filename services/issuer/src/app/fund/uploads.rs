//! A signed paper form, photographed or scanned by the person and sent from their wallet.
//!
//! It is read as a scan from the post is, and becomes the same waiting proof with the same receipt. Nobody sees a page that could
//! not be read unless the person wants so: then an officer reads the number.

use entitlement::cycle::Channel;
use entitlement::{Request, Standing};
use issuance::{Actor, fingerprint};
use paper::ScannedPage;
use store_issuer::Transaction;
use store_issuer::fund::{PersonRow, ScanRow};
use tokio::sync::Semaphore;
use wire::existence::{ExistenceForm, ExistenceRequest, FormState};

use super::super::existence::ExistenceError;
use super::scans::Handed;
use super::{FundError, Issuer, Tenant};

/// Enough for a photograph of a page; the post room's scanner sends more.
pub(crate) const MOST_UPLOAD_BYTES: usize = 8 * 1024 * 1024;
/// For one question: each is a second of work.
const MOST_TRIES: u64 = 20;
/// Files of wallets in memory at once.
static IN_HAND: Semaphore = Semaphore::const_new(6);

impl Issuer {
    /// Whether a form can be sent for this question; looked at before the file is read.
    pub async fn may_send_form(&self, tenant: &str, token: &str) -> Result<(), ExistenceError> {
        let tenant = self.fund(tenant)?;
        let mut tx = self.store.read().await?;
        self.form_of(&mut tx, tenant, token).await.map(|_| ())
    }

    /// Reads a form. The same again changes nothing. `as_it_is` keeps a page also where no form can be read or no signature
    /// seen.
    pub async fn send_form(
        &self,
        tenant: &str,
        token: &str,
        file: Vec<u8>,
        as_it_is: bool,
    ) -> Result<ExistenceRequest, ExistenceError> {
        let tenant = self.fund(tenant)?;
        let _in_hand = IN_HAND.try_acquire().map_err(|_| ExistenceError::FormsInHand)?;
        let pages = match self.read_pages(file).await {
            Ok(pages) => pages,
            // A broken file, or one of another kind: the person hears it as of every page that cannot be read.
            Err(FundError::Scan(error)) => {
                tracing::debug!(%error, "a form cannot be read");
                Vec::new()
            }
            Err(error) => return Err(error.into()),
        };
        let mut kept = pages.is_empty().then_some(Some("picture"));
        for page in &pages {
            match self.keep_sent_page(tenant, token, page, as_it_is).await? {
                Kept::Read => {
                    kept = Some(None);
                    break;
                }
                Kept::Not(reason) => kept = kept.or(Some(Some(reason))),
            }
        }
        let mut tx = self.store.read().await?;
        let (request, _) = self.form_of(&mut tx, tenant, token).await?;
        let mut message = self.existence_message(&mut tx, tenant, &request).await?;
        if let Some(Some(reason)) = kept {
            message.form = Some(unread(self.now(), reason));
        }
        Ok(message)
    }

    /// One page with the try that it was, in one transaction.
    async fn keep_sent_page(
        &self,
        tenant: &Tenant,
        token: &str,
        page: &ScannedPage,
        as_it_is: bool,
    ) -> Result<Kept, ExistenceError> {
        sql::retry(|| async {
            let mut tx = self.store.write("send_existence_form").await?;
            let (request, person) = self.form_of(&mut tx, tenant, token).await?;
            if tx.count_sent_forms(&tenant.id, &request.id).await? >= MOST_TRIES {
                return Err(ExistenceError::TooManyForms);
            }
            let by = Actor::person(&tenant.id);
            let handed = Handed { channel: Channel::Upload, of: Some(&person.id), as_it_is };
            let outcome = self.keep_within(&mut tx, &by, page, &handed).await?;
            let (scan, kept) = match &outcome {
                Ok(read) => (Some(read.scan.id.as_str()), Kept::Read),
                Err(reason) => (None, Kept::Not(reason)),
            };
            tx.insert_sent_form(&tenant.id, &request.id, scan, self.now()).await?;
            tx.commit().await?;
            Ok(kept)
        })
        .await
    }

    /// The question behind a token and the person on the register whom it is about.
    async fn form_of(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        token: &str,
    ) -> Result<(Request, PersonRow), ExistenceError> {
        let found = tx.find_existence_by_fingerprint(&tenant.id, &fingerprint(token)).await?;
        let request = found.ok_or(ExistenceError::Unknown)?;
        if request.standing(self.now()) == Standing::Confirmed {
            return Err(ExistenceError::ProvenAlready { year: request.year });
        }
        let subject = tx.find_subject(&tenant.id, &request.beneficiary).await?;
        let subject = subject.ok_or(ExistenceError::UnknownPerson)?;
        let mark = self.secrets.register_mark(&tenant.id, "number", &subject.number);
        let person = tx.find_fund_person_by_mark(&tenant.id, &mark).await?;
        Ok((request, person.ok_or(ExistenceError::NoForms)?))
    }

    /// What became of the form that was sent last.
    pub(in crate::app) async fn form_note(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        request: &str,
    ) -> Result<Option<ExistenceForm>, ExistenceError> {
        let Some(scan) = tx.find_sent_form(tenant, request).await? else { return Ok(None) };
        let proof = self.proof_of_scan(tx, tenant, &scan).await?;
        let (state, reference) = match &proof {
            Some(proof) => (
                match proof.state.as_str() {
                    "accepted" => FormState::Accepted,
                    "refused" => FormState::Refused,
                    _ => FormState::Waiting,
                },
                Some(proof.reference.clone()),
            ),
            // An officer reads the number of the form, or finds that it is none.
            None if scan.state == "dismissed" => (FormState::Refused, None),
            None => (FormState::Waiting, None),
        };
        Ok(Some(ExistenceForm { state, sent_at: scan.uploaded_at, reference, reason: None }))
    }

    /// The proof behind a page; a page of a form that was here before stands under the first one.
    pub(in crate::app) async fn proof_of_scan(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        scan: &ScanRow,
    ) -> Result<Option<store_issuer::fund::ProofRow>, FundError> {
        match &scan.proof {
            Some(proof) => Ok(tx.find_fund_proof(tenant, proof).await?),
            None => Ok(None),
        }
    }
}

/// What became of one page.
enum Kept {
    Read,
    /// Why not, as a word of ours.
    Not(&'static str),
}

fn unread(at: clock::Timestamp, reason: &str) -> ExistenceForm {
    ExistenceForm { state: FormState::Unread, sent_at: at, reference: None, reason: Some(reason.to_owned()) }
}
