//! Many accounts in the wallet's store, each like one that a person made: put there by the store's own functions while the
//! service is away, everything sealed under a data key of its own.

use std::time::Instant;

use anyhow::{Context as _, Result};
use clock::{Clock as _, Entropy as _, SystemClock, SystemEntropy};
use holding::account::{DeviceKey, Passkey, Session};
use holding::assurance::Assurance;
use holding::vault::{DataKey, Purpose};
use keys::SealingKey;
use serde_json::Value;
use store_wallet::accounts::Account;
use store_wallet::credentials::Credential;
use store_wallet::records::{Entry, Record, Table};
use store_wallet::{Store, Tx};
use testkit::{Service, Stack, b64};

/// Accounts in one transaction.
const BATCH: usize = 200;
const TABLES: [(Table, Purpose); 3] = [
    (Table::Offers, Purpose::Offer),
    (Table::Presentations, Purpose::Presentation),
    (Table::Sharings, Purpose::Sharing),
];

/// One account, opened.
struct Pattern {
    passkey: Passkey,
    device: DeviceKey,
    records: Vec<(Table, Purpose, Record, Value)>,
    credentials: Vec<(Credential, Value, Value)>,
    entries: Vec<(Entry, Value)>,
}

/// Makes so many accounts after the one with this identifier, and starts the wallet again.
pub async fn fill(stack: &Stack, like: &str, accounts: usize) -> Result<()> {
    let begun = Instant::now();
    stack.terminate(Service::Wallet.name()).await?;
    let sealing = SealingKey::load_or_create(stack.data().join("keys/wallet-sealing.key"))?;
    let database = stack.data().join("wallet.db");
    let store = Store::open(&format!("sqlite:{}", database.display()), "wallet").await?;
    let pattern = Pattern::read(&store, &sealing, like).await?;
    for first in (0..accounts).step_by(BATCH) {
        let mut tx = store.write("fill").await?;
        for _ in first..(first + BATCH).min(accounts) {
            pattern.copy(&mut tx, &sealing).await?;
        }
        tx.commit().await?;
    }
    drop(store);
    // What the disk has still to write is not what the wallet does.
    std::process::Command::new("sync").arg(&database).status()?;
    stack.restart(Service::Wallet).await?;
    let megabytes = std::fs::metadata(&database)?.len() / 1_000_000;
    println!(
        "  {accounts} accounts with {} credentials put into the store ({megabytes} MB) in {:.0} s",
        accounts * pattern.credentials.len(),
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}

impl Pattern {
    async fn read(store: &Store, sealing: &SealingKey, account: &str) -> Result<Self> {
        let mut tx = store.read().await?;
        let row = tx.find_account(account).await?.context("no such account")?;
        let key = DataKey::open(sealing, account, &row.data_key)?;
        let mut records = Vec::new();
        for (table, purpose) in TABLES {
            for record in tx.every_record(table, account).await? {
                let content = key.unseal(purpose, &record.id, &record.sealed)?;
                records.push((table, purpose, record, content));
            }
        }
        let mut credentials = Vec::new();
        for row in tx.every_credential(account).await? {
            let held = key.unseal(Purpose::Credential, &row.id, &row.sealed)?;
            let annex = key.unseal(Purpose::Annex, &row.id, &row.annex)?;
            credentials.push((row, held, annex));
        }
        let mut entries = Vec::new();
        for entry in tx.every_entry(account).await? {
            let line = key.unseal(Purpose::Activity, &entry.id, &entry.sealed)?;
            entries.push((entry, line));
        }
        Ok(Self {
            passkey: tx.list_passkeys(account).await?.into_iter().next().context("no passkey")?,
            device: tx.list_device_keys(account).await?.into_iter().next().context("no device key")?,
            records,
            credentials,
            entries,
        })
    }

    async fn copy(&self, tx: &mut Tx, sealing: &SealingKey) -> Result<()> {
        let (now, id) = (SystemClock.now(), fresh());
        let (key, data_key) = DataKey::generate(sealing, &id, &SystemEntropy);
        tx.insert_account(&Account { id: id.clone(), data_key, created_at: now }).await?;
        let passkey = Passkey { credential_id: fresh(), account: id.clone(), ..self.passkey.clone() };
        tx.insert_passkey(&passkey).await?;
        tx.insert_device_key(&DeviceKey { account: id.clone(), ..self.device.clone() }).await?;
        let session = Session {
            id: fresh(),
            token_hash: fresh(),
            account: id.clone(),
            device: self.device.device.clone(),
            created_at: now,
            seen_at: now,
            assurance: Assurance::Passkey,
            verified_at: now,
            officer: None,
            mandate: None,
        };
        tx.insert_session(&session).await?;
        // Only the account is in every key of the tables, so what hangs together keeps its identifiers.
        for (table, purpose, record, content) in &self.records {
            let sealed = key.seal(*purpose, &record.id, content, &SystemEntropy)?;
            tx.insert_record(
                *table,
                &Record { account: id.clone(), sealed, resend_due_at: None, ..record.clone() },
            )
            .await?;
        }
        for (row, held, annex) in &self.credentials {
            let copy = Credential {
                account: id.clone(),
                sealed: key.seal(Purpose::Credential, &row.id, held, &SystemEntropy)?,
                annex: key.seal(Purpose::Annex, &row.id, annex, &SystemEntropy)?,
                receipt_due_at: None,
                notify_due_at: None,
                ..row.clone()
            };
            tx.insert_credential(&copy).await?;
        }
        for (entry, line) in &self.entries {
            let sealed = key.seal(Purpose::Activity, &entry.id, line, &SystemEntropy)?;
            tx.insert_entry(&id, &Entry { sealed, ..entry.clone() }).await?;
        }
        Ok(())
    }
}

/// An identifier at random.
fn fresh() -> String {
    let mut bytes = [0; 18];
    SystemEntropy.fill(&mut bytes);
    b64(bytes)
}
