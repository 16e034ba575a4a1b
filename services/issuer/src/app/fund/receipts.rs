//! One receipt for every channel: what the Fund holds, when it was made and came, until when it covers, and when to do it
//! again. Its commitment is on the chain, whatever the channel.

use chrono::NaiveDate;
use clock::Timestamp;
use entitlement::cycle::Evidence;
use issuance::anchoring::WaitingLeaf;
use issuance::audit::Act;
use issuance::{Actor, CredentialType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use store_issuer::Transaction;
use store_issuer::fund::ProofRow;
use wire::existence::ExistenceReceipt;

use super::super::anchoring::receipt_of;
use super::super::{NewOffer, ReceiptState};
use super::{FundError, FundPerson, Issuer, Receipt};

/// The form of receipts that this version writes.
const VERSION: u8 = 1;

/// What was anchored about an accepted proof. Written once, never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptDocument {
    /// 1.
    pub version: u8,
    /// DID of the Fund.
    pub organisation: String,
    /// The pseudonymous number.
    pub person: String,
    /// What the person quotes.
    pub reference: String,
    /// The way the proof came.
    pub channel: String,
    /// When the person was seen or signed.
    pub captured_at: Timestamp,
    /// When it reached the Fund.
    pub received_at: Timestamp,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// The years it closed.
    pub years: Vec<i32>,
    /// Until when the person is covered.
    pub valid_until: Option<NaiveDate>,
    /// From when the next proof can be made.
    pub next_opens: NaiveDate,
    /// SHA-256 of what was seen, in hex.
    pub evidence: Vec<String>,
}

impl ReceiptDocument {
    /// What the chain's receipt is for: SHA-256 of the document in JCS (RFC 8785).
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(serde_json_canonicalizer::to_vec(self).unwrap_or_default()).into()
    }

    /// As the person's own wallet shows it; `letter` says whether it can be fetched there.
    pub(super) fn for_wallet(self, letter: bool) -> ExistenceReceipt {
        ExistenceReceipt {
            reference: self.reference,
            channel: self.channel,
            captured_at: self.captured_at,
            received_at: self.received_at,
            accepted_at: self.accepted_at,
            years: self.years,
            valid_until: self.valid_until,
            next_opens: self.next_opens,
            letter,
        }
    }
}

/// A receipt with everything that belongs to it.
#[derive(Clone, Debug)]
pub struct ReceiptView {
    /// Whose it is.
    pub person: FundPerson,
    /// The proof as it stands.
    pub receipt: Receipt,
    /// What was anchored; nothing while the proof waits, or when it was refused.
    pub document: Option<ReceiptDocument>,
    /// The receipt of the chain, once there is one.
    pub anchor: ReceiptState,
    /// The certificate that was offered because of it.
    pub offer: Option<String>,
    /// The person's own record among those with wallets, where there is one.
    pub beneficiary: Option<String>,
}

impl Issuer {
    /// Writes the receipt of an accepted proof, once, in the transaction that accepts it.
    pub(super) async fn write_receipt(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &ProofRow,
    ) -> Result<(), FundError> {
        if row.state != "accepted" || tx.find_fund_receipt(tenant, &row.id).await?.is_some() {
            return Ok(());
        }
        let (evidence, _): (Evidence, String) = self.open_for("proof", tenant, &row.id, &row.sealed)?;
        let receipt = Receipt::from(row);
        let next = receipt.years.last().map_or(row.year, |year| *year).saturating_add(1);
        let calendars = self.calendars_within(tx, tenant).await?;
        let known = calendars.iter().find(|known| known.calendar.year() == next);
        let usual = NaiveDate::from_ymd_opt(next, 1, 2).unwrap_or(NaiveDate::MAX);
        let document = ReceiptDocument {
            version: VERSION,
            organisation: self.pension_fund(tenant)?.did.clone(),
            person: row.person.clone(),
            reference: receipt.reference,
            channel: receipt.channel,
            captured_at: receipt.captured_at,
            received_at: receipt.received_at,
            accepted_at: row.decided_at.unwrap_or_else(|| self.now()),
            years: receipt.years,
            valid_until: match receipt.valid_until {
                Some(until) => Some(until),
                // A proof of a year that was proven before closes none; the person is covered by the other one.
                None => tx
                    .list_fund_proofs(tenant, &row.person)
                    .await?
                    .iter()
                    .filter_map(|it| it.valid_until)
                    .max(),
            },
            next_opens: known.map_or(usual, |known| known.calendar.dates().opens),
            evidence: evidence.digests,
        };
        let mut leaf = WaitingLeaf { id: row.id.clone(), salt: [0; 32], digest: document.digest() };
        self.entropy.fill(&mut leaf.salt);
        let sealed = self.seal_for("receipt", tenant, &row.id, &document);
        Ok(tx.insert_fund_receipt(tenant, &leaf, &sealed, self.now()).await?)
    }

    /// The receipt of one proof, whatever its channel.
    pub async fn fund_receipt(&self, tenant: &str, proof: &str) -> Result<ReceiptView, FundError> {
        let fund = self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let row = tx.find_fund_proof(tenant, proof).await?.ok_or(FundError::Unknown)?;
        let person = tx.find_fund_person(tenant, &row.person).await?.ok_or(FundError::Damaged)?;
        let person = self.open_fund_person(tenant, &person)?;
        let written = tx.find_fund_receipt(tenant, proof).await?;
        let anchor = match written {
            Some(_) => {
                receipt_of(&mut tx, (tenant, &fund.did), proof).await.map_err(|_| FundError::Damaged)?
            }
            None => ReceiptState::Pending,
        };
        let document = written.as_ref().map(|it| self.open_for("receipt", tenant, proof, &it.sealed));
        let subject = tx.find_subject_by_number(tenant, &person.registered.uid).await?;
        Ok(ReceiptView {
            receipt: Receipt::from(&row),
            document: document.transpose()?,
            anchor,
            offer: written.and_then(|it| it.offer),
            beneficiary: subject.map(|subject| subject.id),
            person,
        })
    }

    /// Offers the certificate of entitlement to somebody whose proof came by another way than the phone, and who has a record
    /// for a wallet. It is bound to the key that answered the Fund before, where there is one; otherwise it needs a
    /// transaction code, which goes another way than the link. Repeated, it answers with the same offer.
    pub async fn offer_certificate(&self, by: &Actor, proof: &str) -> Result<String, FundError> {
        let view = self.fund_receipt(&by.tenant, proof).await?;
        if let Some(offer) = view.offer {
            return Ok(offer);
        }
        let document = view.document.ok_or(FundError::Form("only an accepted proof has a certificate"))?;
        let subject = view.beneficiary.ok_or(FundError::Form(
            "the person has no record for a wallet: life or benefit was over when they came onto the register",
        ))?;
        let year = *document
            .years
            .last()
            .ok_or(FundError::Form("the proof closed no year, so there is nothing to certify"))?;
        let mut claims = Map::new();
        claims.insert("entitlementYear".into(), year.into());
        claims.insert("confirmedBy".into(), confirmed_by(&document.channel).into());
        let day = document.accepted_at.date_naive().to_string();
        claims.insert("confirmedOn".into(), Value::String(day));
        let key = self.answering_key(&by.tenant, &subject).await?;
        let offer = NewOffer {
            subject_id: subject,
            types: vec![CredentialType::DigitalCertificateOfEntitlement],
            extra_claims: claims,
            transaction_code: key.is_none(),
            bound_key: key,
            expires_at: None,
        };
        sql::retry(|| async {
            let mut tx = self.store.write("offer_fund_certificate").await?;
            let link = self.insert_offer(&mut tx, by, &offer).await?;
            tx.note_fund_receipt_offer(&by.tenant, proof, &link.offer_id).await?;
            let act = Act { action: "fund.certificate.offer", target: proof, detail: "" };
            tx.audit(by, act, self.now()).await?;
            tx.commit().await?;
            Ok(link.offer_id)
        })
        .await
    }

    /// The key on the person's device, as the last confirmed answer has it.
    async fn answering_key(&self, tenant: &str, subject: &str) -> Result<Option<String>, FundError> {
        let requests = self.store.read().await?.list_existence_of(tenant, subject).await?;
        let confirmed =
            requests.into_iter().filter(|it| matches!(it.state, entitlement::State::Confirmed { .. }));
        let newest = confirmed.max_by_key(|it| (it.year, it.created_at));
        Ok(newest.and_then(|it| it.evidence().map(|evidence| evidence.holder_key.clone())))
    }

    /// The receipt as a letter in the person's language, with the signed receipt inside and as a code.
    pub async fn receipt_pdf(&self, by: &Actor, proof: &str) -> Result<Vec<u8>, FundError> {
        let fund = self.pension_fund(&by.tenant)?;
        let view = self.fund_receipt(&by.tenant, proof).await?;
        let document =
            view.document.as_ref().ok_or(FundError::Form("only an accepted proof has a receipt"))?;
        let payload = serde_json::to_value(document).map_err(|_| FundError::Damaged)?;
        let signed = super::lists::jws(fund, &payload).await?;
        let made = super::receipt_words::letter(&fund.name, &view, document, &signed, self.now());
        made.map_err(|_| FundError::Form("the receipt has a character that no font of this program has"))
    }
}

/// The word of the certificate's schema for a channel.
const CONFIRMED: [(&str, &str); 8] = [
    ("own-device", "device"),
    ("kiosk", "kiosk"),
    ("paper", "post"),
    ("upload", "post"),
    ("letter", "letter"),
    ("visit", "visit"),
    ("video-call", "call"),
    ("authority", "post"),
];

fn confirmed_by(channel: &str) -> &'static str {
    CONFIRMED.iter().find(|(name, _)| *name == channel).map_or("visit", |(_, word)| word)
}
