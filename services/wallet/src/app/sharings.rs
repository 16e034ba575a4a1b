//! What the person shared, and the verifiers' receipts: asked for in the background, kept only when they hold.

use holding::sharing::{LONGEST_RECEIPT, RECEIPT_TYPE, Receipt, ReceiptClaims, ReceiptFault, Sharing};
use holding::vault::DataKey;
use serde_json::Value;
use store_wallet::records::{Record, Table};

use super::fault::Fault;
use super::issuers::parse;
use super::{Person, Wallet, hash, open_record, purpose};

/// One act of sharing as it is kept.
pub struct KeptSharing {
    pub id: String,
    pub sharing: Sharing,
}

impl Wallet {
    /// The latest first, as many as a page shows.
    pub async fn sharings(&self, person: &Person) -> Result<Vec<KeptSharing>, Fault> {
        let mut records = self.store.read().await?.every_record(Table::Sharings, &person.account).await?;
        records.truncate(200);
        open_all(person, records)
    }

    /// All of them, for the person to take along.
    pub(super) async fn every_sharing(&self, person: &Person) -> Result<Vec<KeptSharing>, Fault> {
        let records = self.store.read().await?.every_record(Table::Sharings, &person.account).await?;
        open_all(person, records)
    }

    /// The receipt of one act, as the verifier signed it.
    pub async fn receipt_of(&self, person: &Person, id: &str) -> Result<Option<String>, Fault> {
        let found = self.find::<Sharing>(person, Table::Sharings, id).await?;
        Ok(found.and_then(|(_, sharing)| match sharing.receipt {
            Receipt::Signed { jwt, .. } => Some(jwt),
            _ => None,
        }))
    }

    /// A record to be inserted beside what it tells of: of each answer there is one.
    pub(super) fn new_sharing(
        &self,
        (account, key): (&str, &DataKey),
        answer: &str,
        sharing: &Sharing,
    ) -> Result<Record, Fault> {
        let (id, now) = (self.new_id(), self.now());
        Ok(Record {
            account: account.to_owned(),
            sealed: self.seal(key, purpose(Table::Sharings), &id, sharing)?,
            id,
            source_hash: hash(answer),
            state: sharing.receipt.state().to_owned(),
            revision: 0,
            created_at: now,
            updated_at: now,
            resend_due_at: matches!(sharing.receipt, Receipt::Waiting { .. }).then_some(now),
        })
    }

    pub(super) async fn tend_sharings(&self) -> Result<(), Fault> {
        for record in self.store.read().await?.list_due_records(Table::Sharings, self.now()).await? {
            let Some((key, record, sharing)) = self.due::<Sharing>(Table::Sharings, record).await? else {
                continue;
            };
            self.look_for_receipt(&key, &record, sharing).await?;
        }
        Ok(())
    }

    async fn look_for_receipt(&self, key: &DataKey, record: &Record, sharing: Sharing) -> Result<(), Fault> {
        let (receipt, due) = match self.fetch_receipt(&sharing).await {
            Some(receipt) => (receipt, None),
            None => sharing.receipt.clone().not_yet(self.now()),
        };
        let next = Sharing { receipt, ..sharing };
        let mut moved = self.moved(key, Table::Sharings, record, next.receipt.state(), &next)?;
        moved.resend_due_at = due;
        match self.replace("keep_receipt", Table::Sharings, moved).await {
            // Another round was faster; what it found stands.
            Err(Fault::Store(sql::Error::Stale)) => Ok(()),
            other => other.map(drop),
        }
    }

    /// What came of asking; nothing when it is to be asked again.
    async fn fetch_receipt(&self, sharing: &Sharing) -> Option<Receipt> {
        let Receipt::Waiting { uri, .. } = &sharing.receipt else { return None };
        // The page is for the person; the JWT stands below it.
        let url = parse(&format!("{}/jwt", uri.trim_end_matches('/'))).ok()?;
        let reply = self.outbound.get(&url, "application/jwt", None).await.ok()?;
        if reply.status == 410 {
            return Some(Receipt::Missing { uri: uri.clone() });
        }
        if reply.status != 200 {
            return None;
        }
        let unsound = |fault| Some(Receipt::Unsound { uri: uri.clone(), fault });
        if reply.body.len() > LONGEST_RECEIPT {
            return unsound(ReceiptFault::Form);
        }
        let Ok(jwt) = std::str::from_utf8(&reply.body) else { return unsound(ReceiptFault::Form) };
        let jwt = jwt.trim();
        let verified = credential::jwt::verify(jwt, RECEIPT_TYPE, self.resolver.as_ref(), self.now()).await;
        let verified = match verified {
            Ok(verified) => verified,
            // The registry may answer later.
            Err(fault) if fault.unfinished => return None,
            Err(_) => return unsound(ReceiptFault::Signer),
        };
        let claims: Result<ReceiptClaims, _> = serde_json::from_value(Value::Object(verified.claims));
        let Ok(claims) = claims else { return unsound(ReceiptFault::Form) };
        let signer = verified.key_id.as_deref().and_then(did::did_of).unwrap_or_default();
        match sharing.check_receipt(&claims, signer) {
            Ok(checked) => Some(Receipt::Signed { uri: uri.clone(), jwt: jwt.to_owned(), checked }),
            Err(fault) => {
                tracing::warn!(%fault, "a receipt does not count");
                unsound(fault)
            }
        }
    }
}

fn open_all(person: &Person, records: Vec<Record>) -> Result<Vec<KeptSharing>, Fault> {
    let open = |record: Record| {
        let (record, sharing) = open_record(&person.data_key, Table::Sharings, record)?;
        Ok(KeptSharing { id: record.id, sharing })
    };
    records.into_iter().map(open).collect()
}
